"""Content credentials (C2PA) in a copy of a figure: who says it comes from which record, and whether it was changed."""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from os import PathLike
from pathlib import Path
from typing import Any

from osint_imagery.core.arguments import require, require_each
from osint_imagery.core.errors import EvidenceExistsError, InputError, MissingAssetError
from osint_imagery.core.lineage import digest_bytes
from osint_imagery.core.writing import write_atomic
from osint_imagery.evidence.claim_review import claim_review
from osint_imagery.evidence.standing import Standing, StandingRecord
from osint_imagery.scenes.license import acknowledged_terms

__all__ = ["Credentials", "credential_figure", "read_credentials"]

_CLAIM_REVIEW = "stds.schema-org.ClaimReview"
_EVIDENCE = "osint_imagery.evidence"
_SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_TYPES = {".png": "image/png", ".svg": "image/svg+xml"}  # what figures of claim files are
_WORDS = {
    "Valid": "the file is as it was signed, but nobody vouches here for who signed it: compare the certificate with "
    "one that the signer publishes",
    "Trusted": "the file is as it was signed, by a signer whose certificate is on the list of trusted ones",
    "Invalid": "the file or its credentials were changed, or the signature does not hold",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What the content credentials of a file say, and whether they hold.

    Parameters
    ----------
    path : Path
        The file.
    digest : str
        SHA-256 of its bytes.
    state : str
        ``Valid``, ``Trusted`` or ``Invalid``, as the C2PA library says.
    signer : str
        Name in the certificate: not proven unless the certificate is known from elsewhere.
    codes : tuple of str
        What the library found against them; ``signingCredential.untrusted`` for a private certificate.
    record_digest : str
        The evidence record that the figure comes from; empty where none is named.
    """

    path: Path
    digest: str
    state: str
    signer: str
    codes: tuple[str, ...]
    record_digest: str

    @property
    def words(self) -> str:
        """What the state means."""
        return _WORDS.get(self.state, f"the library says {self.state!r}")


def credential_figure(
    dossier: str | Path,
    figure: str,
    out: str | Path,
    *,
    key: str | Path,
    certificates: str | Path,
    exact: bool = False,
    acknowledge: Sequence[str] = (),
) -> Credentials:
    """Write a copy of a figure of a closed claim file with content credentials, offline.

    Parameters
    ----------
    dossier : str or Path
        Folder of the claim file; it must verify and be closed, and stays as it is.
    figure : str
        Name of a figure that a record lists, ``"shed-before-after.png"``.
    out : str or Path
        File to write, with the suffix of the figure.
    key : str or Path
        Private key, PEM, for a P-256 certificate (ES256).
    certificates : str or Path
        Its certificate and those above it, PEM, signer's first.
    exact : bool
        Show a place that the claim marks sensitive.
    acknowledge : sequence of str
        Licences with restricted use whose terms you have read and meet.

    Returns
    -------
    Credentials
        As they read back; a private certificate gives ``Valid`` with ``signingCredential.untrusted``.

    Raises
    ------
    VerificationError, EvidenceError
        If the claim file does not verify or is open.
    InputError
        If no record lists the figure, the place is sensitive, the key does not fit, or the package ``c2pa-python`` is
        not installed (extra ``credentials``).
    LicenseError
        If scenes are under restricted terms that are not acknowledged.
    EvidenceExistsError
        If `out` is there.

    Notes
    -----
    The credentials hold the record's digest, the head of the ledger, the scenes and the claim as ClaimReview. They say
    who signed and that nothing was changed since; not that what the figure shows is so. Many services strip them.
    """
    require(str | PathLike, dossier=dossier, out=out, key=key, certificates=certificates)
    require(str, figure=figure)
    library, target = _library(), Path(out)
    standing = Standing.of(dossier)
    one = next((one for one in standing.records if figure in {item.name for item in one.record.artifacts}), None)
    media = _TYPES.get(Path(figure).suffix.lower())
    if one is None or media is None or target.suffix.lower() != Path(figure).suffix.lower():
        known = ", ".join(item.name for one in standing.records for item in one.record.artifacts) or "none"
        msg = f"figure={figure!r}, out={target.name!r}: name a figure of a record ({known}) and a file of its kind"
        raise InputError(msg)
    if standing.sensitive and not exact:
        msg = f"figure={figure!r} shows a place that is marked sensitive; give exact=True to show it all the same"
        raise InputError(msg)
    if target.exists():
        msg = f"out={str(out)!r} exists; nothing is overwritten, name another file"
        raise EvidenceExistsError(msg)
    scenes = [(scene.id, scene.license) for scene in one.record.scenes]
    terms = acknowledged_terms(scenes, require_each(str, acknowledge=acknowledge))
    data = (standing.folder / "figures" / figure).read_bytes()
    manifest = _manifest(standing, one, figure, media=media, terms=terms)
    write_atomic(target, _signed(library, data, manifest, (_bytes(key, "key"), _bytes(certificates, "certificates"))))
    return read_credentials(target)


def read_credentials(path: str | Path) -> Credentials:
    """Read the content credentials of a file and check them, offline.

    Parameters
    ----------
    path : str or Path
        PNG or SVG.

    Raises
    ------
    InputError
        If it has none, or the package ``c2pa-python`` is not installed (extra ``credentials``).
    MissingAssetError
        If there is no such file.
    """
    require(str | PathLike, path=path)
    library, file = _library(), Path(path)
    data = _bytes(file, "path")
    try:
        with library.Reader(_TYPES.get(file.suffix.lower(), "application/octet-stream"), io.BytesIO(data)) as reader:
            body: dict[str, Any] = json.loads(reader.json())
            state = str(reader.get_validation_state())
    except library.C2paError as err:
        msg = f"path={file.name!r} holds no content credentials that can be read ({err}); give a file that has them"
        raise InputError(msg) from err
    active = body["manifests"][body["active_manifest"]]
    own: dict[str, Any] = next((item["data"] for item in active["assertions"] if item["label"] == _EVIDENCE), {})
    return Credentials(
        path=file,
        digest=digest_bytes(data),
        state=state,
        signer=str(active.get("signature_info", {}).get("common_name", "not stated")),
        codes=tuple(item["code"] for item in body.get("validation_status", [])),
        record_digest=str(own.get("record_digest", "")),
    )


def _manifest(
    standing: Standing, one: StandingRecord, figure: str, *, media: str, terms: Sequence[str]
) -> dict[str, Any]:
    record = one.record
    name, _, version = record.software.rpartition(" ")
    kind = "algorithmicMedia" if any(scene.simulated for scene in record.scenes) else "dataDrivenMedia"
    created = {"action": "c2pa.created", "digitalSourceType": f"{_SOURCE}{kind}"}
    evidence = {
        "record": record.id,
        "record_digest": one.digest,
        "ledger_head": standing.head,
        "claim_digest": standing.claim.digest,
        "figure_digest": next(item.digest for item in record.artifacts if item.name == figure),
        "scenes": [{"product": scene.product_id, "citation": scene.citation} for scene in record.scenes],
        "credit": list(record.credit),
        "terms_acknowledged": list(terms),
    }
    # a sensitive place comes as far as this on purpose only, and the figure shows it
    review = json.loads(claim_review(standing.claim, records=[record], exact=True))
    return {
        "claim_generator_info": [{"name": name or record.software, "version": version}],
        "title": figure,
        "format": media,
        "assertions": [
            {"label": "c2pa.actions", "data": {"actions": [created]}},
            {"label": _CLAIM_REVIEW, "kind": "Json", "data": review},
            {"label": _EVIDENCE, "kind": "Json", "data": evidence},
        ],
    }


def _signed(library: Any, data: bytes, manifest: dict[str, Any], secrets: tuple[bytes, bytes]) -> bytes:
    key, certificates = secrets
    signed = io.BytesIO()
    try:
        about = library.C2paSignerInfo(
            alg=library.C2paSigningAlg.ES256, sign_cert=certificates, private_key=key, ta_url=None
        )
        with library.Signer.from_info(about) as signer, library.Builder(json.dumps(manifest)) as builder:
            builder.sign(signer, manifest["format"], io.BytesIO(data), signed)
    except library.C2paError as err:
        msg = f"key and certificates cannot sign ({err}); give a P-256 key and its chain, PEM, the signer's first"
        raise InputError(msg) from err
    return signed.getvalue()


def _bytes(path: str | Path, name: str) -> bytes:
    if not Path(path).is_file():
        msg = f"{name}={str(path)!r} is not a file; give one that is there"
        raise MissingAssetError(msg)
    return Path(path).read_bytes()


def _library() -> Any:  # the package is an extra, and its types are not needed
    try:
        return import_module("c2pa")
    except ImportError as err:
        msg = "c2pa-python is not installed; pip install 'osint-imagery[credentials]'"
        raise InputError(msg) from err
