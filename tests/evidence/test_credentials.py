"""Content credentials in a copy of a figure: they lead to the record, a private signer is said to be one."""

import io
import json
import struct
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from osint_imagery.cli import main
from osint_imagery.core.errors import EvidenceExistsError, InputError, LicenseError, MissingAssetError
from osint_imagery.core.lineage import Artifact, digest_bytes
from osint_imagery.evidence import credentials as module
from osint_imagery.evidence.claim_file import ClaimFile
from osint_imagery.evidence.credentials import credential_figure, read_credentials
from osint_imagery.evidence.record import EvidenceRecord, record_of
from osint_imagery.evidence.standing import Standing

c2pa = pytest.importorskip("c2pa", reason="c2pa-python is not installed")
pytest.importorskip("cryptography", reason="cryptography is not installed")

FIGURE = "shed-before-after.png"


def png(gray: int = 90) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + bytes([gray] * 8) for _ in range(8)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.fixture
def closed(tmp_path: Path, case: Any, at: datetime) -> Callable[..., Path]:
    def make(license_: str | None = None) -> Path:
        folder = ClaimFile.create(tmp_path / "dossier", case.claim, at=at)
        picture = tmp_path / FIGURE
        picture.write_bytes(png())
        shown = Artifact(path=picture, digest=digest_bytes(png()), media_type="image/png", shows="two dates")
        record = record_of(case.claim, case.find(), accessed=at, created=at, software="osint_imagery 0.1.0")
        if license_ is not None:
            scenes = tuple(scene.model_copy(update={"license": license_}) for scene in record.scenes)
            record = EvidenceRecord.model_validate(
                record.model_copy(update={"scenes": scenes}).model_dump(by_alias=True)
            )
        folder.add_figure(shown, at=at)
        folder.add_record(record.attach(shown), at=at)
        folder.close(at=at)
        return folder.path

    return make


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A private chain, as a newsroom may make one: a root and a signer's certificate under it."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    def name(text: str) -> Any:
        parts = ((NameOID.ORGANIZATION_NAME, "A Newsroom"), (NameOID.COMMON_NAME, text))
        return x509.Name([x509.NameAttribute(kind, value) for kind, value in parts])

    def certificate(text: str, key: Any, *, root: bool) -> Any:
        now, usage = (
            datetime.now(UTC),
            dict.fromkeys(("content_commitment", "key_encipherment", "data_encipherment", "key_agreement"), False),
        )
        made = (
            x509.CertificateBuilder(subject_name=name(text), issuer_name=name("Root"), public_key=key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=30))
            .add_extension(x509.BasicConstraints(ca=root, path_length=None), critical=True)
            .add_extension(
                x509.KeyUsage(
                    digital_signature=not root,
                    key_cert_sign=root,
                    crl_sign=root,
                    encipher_only=False,
                    decipher_only=False,
                    **usage,
                ),
                critical=True,
            )
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(top.public_key()), critical=False)
        )
        if not root:
            made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        return made.sign(top, hashes.SHA256())

    top, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    pem, home = serialization.Encoding.PEM, tmp_path_factory.mktemp("keys")
    chain = [certificate("A. Reporter", own, root=False), certificate("Root", top, root=True)]
    (home / "chain.pem").write_bytes(b"".join(item.public_bytes(pem) for item in chain))
    plain = own.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (home / "key.pem").write_bytes(plain)
    return home / "key.pem", home / "chain.pem"


@pytest.fixture
def add(closed: Callable[..., Path], signer: tuple[Path, Path], tmp_path: Path) -> Callable[..., Any]:
    def write(dossier: Path | None = None, out: str = "out.png", figure: str = FIGURE, **changed: Any) -> Any:
        given = {"key": signer[0], "certificates": signer[1], **changed}
        return credential_figure(dossier or closed(), figure, tmp_path / out, **given)

    return write


def test_a_private_signer_is_valid_and_said_to_be_untrusted(add: Callable[..., Any]) -> None:
    made = add()
    assert (made.state, made.signer, made.codes) == ("Valid", "A. Reporter", ("signingCredential.untrusted",))
    assert "nobody vouches here for who signed it" in made.words
    assert made == read_credentials(made.path)


def test_the_credentials_lead_to_record_claim_and_scenes(
    add: Callable[..., Any], closed: Callable[..., Path], tmp_path: Path
) -> None:
    dossier = closed()
    made = add(dossier)
    standing = Standing.of(dossier)
    assert made.record_digest == standing.records[0].digest
    with c2pa.Reader("image/png", io.BytesIO(made.path.read_bytes())) as reader:
        body = json.loads(reader.json())
    found = {item["label"]: item["data"] for item in body["manifests"][body["active_manifest"]]["assertions"]}
    review = found["stds.schema-org.ClaimReview"]
    assert (review["@type"], review["claimReviewed"]) == ("ClaimReview", standing.claim.text)
    evidence = found["osint_imagery.evidence"]
    assert evidence["ledger_head"] == standing.head
    assert evidence["figure_digest"] == digest_bytes((dossier / "figures" / FIGURE).read_bytes())
    assert (dossier / "figures" / FIGURE).read_bytes() == png()  # the evidence itself is left alone


def test_a_changed_picture_is_invalid_and_one_without_credentials_has_none(
    add: Callable[..., Any], tmp_path: Path
) -> None:
    made = add()
    data = bytearray(made.path.read_bytes())
    data[data.rindex(b"IDAT") + 6] ^= 1
    (tmp_path / "changed.png").write_bytes(data)
    changed = read_credentials(tmp_path / "changed.png")
    assert changed.state == "Invalid"
    assert "assertion.dataHash.mismatch" in changed.codes
    (tmp_path / "plain.png").write_bytes(png())
    with pytest.raises(InputError, match="holds no content credentials"):
        read_credentials(tmp_path / "plain.png")


def test_wrong_input_is_refused_and_nothing_is_written(
    add: Callable[..., Any], closed: Callable[..., Path], signer: tuple[Path, Path], tmp_path: Path
) -> None:
    dossier = closed()
    with pytest.raises(InputError, match=r"name a figure of a record \(shed-before-after.png\)"):
        add(dossier, figure="other.png")
    with pytest.raises(InputError, match="a file of its kind"):
        add(dossier, out="out.jpg")
    with pytest.raises(InputError, match="cannot sign"):
        add(dossier, key=signer[1])
    with pytest.raises(MissingAssetError, match="certificates="):
        add(dossier, certificates=tmp_path / "none.pem")
    assert not (tmp_path / "out.png").exists()
    add(dossier)
    with pytest.raises(EvidenceExistsError, match="nothing is overwritten"):
        add(dossier)


def test_restricted_imagery_needs_acknowledging(add: Callable[..., Any], closed: Callable[..., Path]) -> None:
    dossier = closed("CC-BY-NC-4.0")
    with pytest.raises(LicenseError, match="CC-BY-NC"):
        add(dossier)
    assert add(dossier, acknowledge=["CC-BY-NC-4.0"]).state == "Valid"


def test_a_sensitive_place_is_shown_only_on_purpose(
    add: Callable[..., Any], closed: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    dossier = closed()
    monkeypatch.setattr(Standing, "sensitive", property(lambda self: True))
    with pytest.raises(InputError, match="marked sensitive"):
        add(dossier)
    assert add(dossier, exact=True).state == "Valid"


def test_without_the_package_the_extra_is_named(add: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(module, "import_module", missing)
    with pytest.raises(InputError, match=r"osint-imagery\[credentials\]"):
        add()


def test_the_command_says_what_valid_means(
    closed: Callable[..., Path], signer: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["credential", str(closed()), FIGURE, str(tmp_path / "out.png"), "--key", str(signer[0])]
    assert main([*command, "--certificates", str(signer[1])]) == 0
    assert "Valid (signingCredential.untrusted): the file is as it was signed" in capsys.readouterr().out
    assert main([*command, "--certificates", str(signer[1])]) == 2
