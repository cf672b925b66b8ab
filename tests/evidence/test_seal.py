"""Signatures and timestamps: checked here, by another library, and by openssl; none survives a change."""

import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from osint_imagery.cli import main
from osint_imagery.core.claim import Claim
from osint_imagery.core.errors import EvidenceExistsError, InputError, SealError, VerificationError
from osint_imagery.evidence.check_dossier import check
from osint_imagery.evidence.claim_file import ClaimFile
from osint_imagery.evidence.ledger import (
    parse,
)
from osint_imagery.evidence.ledger_bodies import (
    Signed,
)
from osint_imagery.evidence.signing import new_key, sign
from osint_imagery.evidence.timestamping import timestamp
from osint_imagery.evidence.verify import verify

pytest.importorskip("cryptography", reason="cryptography is not installed")
pytest.importorskip("rfc3161_client", reason="rfc3161-client is not installed")

LATER = timedelta(hours=1)
CONFIG = """
[req]
distinguished_name=dn
[dn]
[ca_ext]
basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign
subjectKeyIdentifier=hash
[tsa_ext]
basicConstraints=critical,CA:FALSE
extendedKeyUsage=critical,timeStamping
keyUsage=critical,digitalSignature
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
[t]
serial=serial
crypto_device=builtin
signer_cert=tsa.crt
signer_key=tsa.key
signer_digest=sha256
default_policy=1.2.3.4.1
digests=sha256,sha512
accuracy=secs:1
ordering=yes
tsa_name=yes
ess_cert_id_chain=yes
ess_cert_id_alg=sha256
"""
Openssl = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture(scope="module")
def openssl() -> Openssl:
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("openssl is not installed")

    def run(*words: str, at: Path) -> "subprocess.CompletedProcess[bytes]":
        return subprocess.run([program, *words], cwd=at, capture_output=True, check=False)

    return run


@pytest.fixture(scope="module", name="authority")
def _authority(openssl: Openssl, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path, Path]]:
    """A timestamp authority on this machine: its address, its root, another root."""
    home = tmp_path_factory.mktemp("authority")
    (home / "tsa.cnf").write_text(CONFIG)
    (home / "serial").write_text("01\n")
    key, days = ("-newkey", "rsa:2048", "-nodes"), ("-days", "30")
    for words in (
        ("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.crt", *days, "-subj", "/CN=Test CA",
         "-config", "tsa.cnf", "-extensions", "ca_ext"),
        ("req", "-x509", *key, "-keyout", "other.key", "-out", "other.crt", *days, "-subj", "/CN=Other CA",
         "-config", "tsa.cnf", "-extensions", "ca_ext"),
        ("req", "-new", *key, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Test TSA", "-config", "tsa.cnf"),
        ("x509", "-req", "-in", "tsa.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-out", "tsa.crt",
         *days, "-extfile", "tsa.cnf", "-extensions", "tsa_ext"),
    ):  # fmt: skip
        made = openssl(*words, at=home)
        assert made.returncode == 0, made.stderr

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            (home / "r.tsq").write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
            words = ("ts", "-reply", "-config", "tsa.cnf", "-section", "t", "-queryfile", "r.tsq", "-out", "r.tsr")
            openssl(*words, at=home)
            self.send_response(200)
            kind = "text/html" if self.path == "/page" else "application/timestamp-reply"
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(b"<html>" if self.path == "/broken" else (home / "r.tsr").read_bytes())

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answering)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", home / "ca.crt", home / "other.crt"
    server.shutdown()
    server.server_close()


@pytest.fixture
def closed(tmp_path: Path, claim: Claim, at: datetime) -> Path:
    dossier = ClaimFile.create(tmp_path / "dossier", claim, at=at)
    dossier.close(at=at)
    return dossier.path


@pytest.fixture
def key(tmp_path: Path) -> Path:
    new_key(tmp_path / "key.pem")
    return tmp_path / "key.pem"


def test_several_signers_sign_a_closed_dossier_and_are_named(
    closed: Path, tmp_path: Path, key: Path, at: datetime
) -> None:
    head = verify(closed).head
    first = sign(closed, key, signer="A. Reporter", at=at)
    new_key(tmp_path / "second.pem")
    second = sign(closed, tmp_path / "second.pem", signer="B. Editor", at=at + LATER)
    assert first.head == head
    checked = verify(closed)
    assert checked.closed
    assert checked.notes == ()
    assert [seal.split(",")[0] for seal in checked.seals] == ["signed by A. Reporter", "signed by B. Editor"]
    assert second.public_key in checked.seals[1]
    held, problems, notes = check(str(closed))
    assert (problems, notes) == ([], [])
    assert "by: A. Reporter, B. Editor" in held[-1]


def test_entries_after_a_signature_are_counted(tmp_path: Path, claim: Claim, key: Path, at: datetime) -> None:
    dossier = ClaimFile.create(tmp_path / "open", claim, at=at)
    sign(dossier.path, key, signer="A. Reporter", at=at)
    note = tmp_path / "note.txt"
    note.write_text("later")
    dossier.add_file(note, "a note", at=at)
    assert verify(dossier.path).seals[0].endswith("3 entries, 1 entries were added since")


def test_another_library_accepts_the_signature_and_no_other_bytes(closed: Path, key: Path, at: datetime) -> None:
    nacl = pytest.importorskip("nacl.signing", reason="PyNaCl is not installed")
    seal = sign(closed, key, signer="A. Reporter", at=at)
    public = nacl.VerifyKey(bytes.fromhex(seal.public_key))
    statement = (closed / "seal/0004-signed.json").read_bytes()
    assert statement == seal.statement()
    public.verify(statement, (closed / "seal/0004-signed.sig").read_bytes())
    with pytest.raises(Exception, match="forged"):
        public.verify(statement + b" ", bytes.fromhex(seal.signature))


def test_openssl_accepts_the_copies_of_a_signature(closed: Path, key: Path, at: datetime, openssl: Openssl) -> None:
    sign(closed, key, signer="A. Reporter", at=at)
    name = "0004-signed"
    words = ("pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", f"{name}.pub.pem", "-sigfile", f"{name}.sig")
    assert openssl(*words, "-in", f"{name}.json", at=closed / "seal").returncode == 0
    assert openssl(*words, "-in", f"{name}.sig", at=closed / "seal").returncode != 0


@pytest.mark.parametrize("field", ["signer", "said_at", "signature", "public_key"])
def test_a_signature_that_does_not_hold_is_named_though_the_chain_does(
    closed: Path, key: Path, at: datetime, field: str
) -> None:
    seal = sign(closed, key, signer="A. Reporter", at=at)
    shutil.rmtree(closed / "seal")
    other = {
        "signer": "Somebody Else",
        "said_at": "2020-01-01T00:00:00Z",
        "signature": "0" * 128,
        "public_key": "1" * 64,
    }
    forger = ClaimFile.open(closed)
    forger.add_seal(seal.model_copy(update={field: other[field]}), at=at)
    with pytest.raises(VerificationError) as caught:
        verify(closed)
    assert any("line 6: the signature of" in problem for problem in caught.value.problems)


def test_a_seal_of_another_ledger_is_refused_by_both(closed: Path, key: Path, at: datetime) -> None:
    seal = sign(closed, key, signer="A. Reporter", at=at)
    entries, _ = parse((closed / "ledger.jsonl").read_bytes())
    with_other = seal.model_copy(update={"head": entries[0].digest})
    assert isinstance(with_other, Signed)
    ClaimFile.open(closed).add_seal(with_other, at=at)
    with pytest.raises(VerificationError) as caught:
        verify(closed)
    assert any("vouches for another ledger" in problem for problem in caught.value.problems)
    assert any("vouches for another ledger" in problem for problem in check(str(closed))[1])


@pytest.mark.parametrize("suffix", [".json", ".sig", ".pub.pem"])
def test_an_altered_copy_is_refused_and_a_missing_one_named_and_written_again(
    closed: Path, key: Path, at: datetime, suffix: str
) -> None:
    sign(closed, key, signer="A. Reporter", at=at)
    path = closed / f"seal/0004-signed{suffix}"
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(VerificationError, match="is not what the ledger holds"):
        verify(closed)
    assert check(str(closed))[1] == [f"seal/0004-signed{suffix}: is not what the ledger holds"]
    path.unlink()
    assert any(f"0004-signed{suffix}: missing" in note for note in verify(closed).notes)
    assert any(f"0004-signed{suffix}: missing" in note for note in check(str(closed))[2])
    ClaimFile.open(closed)
    assert path.read_bytes() == whole


def test_a_foreign_file_in_seal_is_refused(closed: Path, key: Path, at: datetime) -> None:
    sign(closed, key, signer="A. Reporter", at=at)
    (closed / "seal/0009-signed.json").write_bytes(b"{}")
    with pytest.raises(VerificationError, match="not listed in the closed ledger"):
        verify(closed)
    assert check(str(closed))[1] == ["seal/0009-signed.json: is not listed in the closed ledger"]


def test_a_timestamp_is_had_checked_and_accepted_by_openssl(
    closed: Path, authority: tuple[str, Path, Path], at: datetime, openssl: Openssl
) -> None:
    url, root, other = authority
    seal = timestamp(closed, url, at=at)
    unrooted = verify(closed)
    assert unrooted.seals[0].startswith("timestamped 20")
    assert any("no root certificate was given" in note for note in unrooted.notes)
    assert verify(closed, roots=[root]).notes == ()
    assert verify(closed, roots=[other, root]).notes == ()
    with pytest.raises(VerificationError, match="does not hold"):
        verify(closed, roots=[other])
    words = ("ts", "-verify", "-data", "0004-timestamped.json", "-in", "0004-timestamped.tsr", "-CAfile", str(root))
    accepted = openssl(*words, at=closed / "seal")
    assert accepted.returncode == 0, accepted.stderr
    assert seal.authority == url


def test_a_timestamp_of_other_bytes_is_refused(closed: Path, authority: tuple[str, Path, Path], at: datetime) -> None:
    url, root, _ = authority
    seal = timestamp(closed, url, at=at)
    forger = ClaimFile.open(closed)
    forger.add_seal(seal.model_copy(update={"entries": 5, "head": forger.head}), at=at)
    for roots in ([], [root]):
        with pytest.raises(VerificationError) as caught:
            verify(closed, roots=roots)
        assert any("line 6: the timestamp of" in problem for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("address", "error", "said"),
    [
        ("{url}/page", SealError, "text/html"),
        ("{url}/broken", SealError, "cannot be read"),
        ("http://127.0.0.1:9", SealError, "did not answer"),
        ("ftp://example.org", InputError, "no http or https"),
    ],
)
def test_an_authority_that_fails_leaves_the_dossier_as_it_was(
    closed: Path, authority: tuple[str, Path, Path], at: datetime, *, address: str, error: type[Exception], said: str
) -> None:
    before = (closed / "ledger.jsonl").read_bytes()
    with pytest.raises(error, match=said):
        timestamp(closed, address.format(url=authority[0]), at=at)
    assert (closed / "ledger.jsonl").read_bytes() == before


def test_keys_are_private_not_overwritten_and_checked(closed: Path, tmp_path: Path, key: Path, at: datetime) -> None:
    assert key.stat().st_mode & 0o077 == 0
    with pytest.raises(EvidenceExistsError, match="never overwritten"):
        new_key(key)
    (tmp_path / "no.pem").write_text("nothing")
    with pytest.raises(InputError, match="no private key"):
        sign(closed, tmp_path / "no.pem", signer="A", at=at)
    with pytest.raises(InputError, match="names nobody"):
        sign(closed, key, signer=" ", at=at)


def test_the_command_makes_a_key_signs_and_timestamps(
    closed: Path, tmp_path: Path, authority: tuple[str, Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    url, root, _ = authority
    key = tmp_path / "k.pem"
    assert main(["seal", "--new-key", str(key)]) == 0
    assert main(["seal", str(closed), "--key", str(key), "--signer", "A. Reporter", "--timestamp", url]) == 0
    assert main(["verify", str(closed), "--root", str(root)]) == 0
    told = capsys.readouterr().out
    assert "signed by A. Reporter" in told
    assert "timestamped 20" in told
    assert main(["seal", str(closed)]) == 2
