"""What a report says, kept as data in the claim file, so that it can be set again: as a page, or on paper."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from pydantic import TypeAdapter, ValidationError

from osint_imagery.core.claim import Claim
from osint_imagery.core.errors import InputError
from osint_imagery.core.lineage import Artifact, Json, canonical_json
from osint_imagery.report.content import Picture, ReportContent, Section
from osint_imagery.report.sources import Credit, Offered
from osint_imagery.report.weighed import WeighedView

__all__ = ["STORED", "read_content", "stored_content"]

STORED = "report.json"
"""Name of the file in a claim file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Picture:
    path: str
    digest: str
    media_type: str
    alt: str
    prediction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    schema: Literal["osint-imagery/report/1"]
    claim_digest: str
    sections: tuple[Section, ...]
    pictures: tuple[_Picture, ...]
    offered: tuple[Offered, ...]
    credits: tuple[Credit, ...]
    banners: tuple[tuple[str, str], ...]
    several: str
    weighed: WeighedView | None
    created: str
    software: str
    ledger_head: str
    command: str


_SHARED = (
    "sections",
    "offered",
    "credits",
    "banners",
    "several",
    "weighed",
    "created",
    "software",
    "ledger_head",
    "command",
)
_FORM = TypeAdapter(_Stored)


def stored_content(content: ReportContent, folder: Path) -> bytes:
    """Return a report's content as canonical JSON (RFC 8785); the claim and the pictures are named, not repeated.

    Parameters
    ----------
    content : ReportContent
        Its pictures lie in `folder`.
    folder : Path
        The claim file.
    """
    pictures = tuple(
        _Picture(
            path=one.artifact.path.relative_to(folder).as_posix(),
            digest=one.artifact.digest,
            media_type=one.artifact.media_type,
            alt=one.alt,
            prediction=one.prediction,
        )
        for one in content.pictures
    )
    shared: dict[str, Any] = {name: getattr(content, name) for name in _SHARED}
    kept = _Stored(schema="osint-imagery/report/1", claim_digest=content.claim.digest, pictures=pictures, **shared)
    return canonical_json(cast("Json", _FORM.dump_python(kept, mode="json")))


def read_content(data: bytes, claim: Claim, folder: Path) -> ReportContent:
    """Return the content of a report from what a claim file keeps.

    Parameters
    ----------
    data : bytes
        Of ``report.json``.
    claim : Claim
        The registered one.
    folder : Path
        The claim file, which has been verified.

    Raises
    ------
    InputError
        If the data are of another form, about another claim, or a picture is not the one that they name.
    """
    try:
        kept = _FORM.validate_json(data, strict=True)
        whole = canonical_json(cast("Json", _FORM.dump_python(kept, mode="json"))) == data
    except ValidationError as err:
        first = err.errors()[0]
        where = ".".join(map(str, first["loc"]))
        msg = (
            f"{STORED} is not of the form that this version knows ({where}: {first['msg']}); use the one that wrote it"
        )
        raise InputError(msg) from err
    if not whole:
        msg = f"{STORED} holds more than this version knows, or is not canonical JSON; use the version that wrote it"
        raise InputError(msg)
    if kept.claim_digest != claim.digest:
        msg = f"{STORED} is about the claim {kept.claim_digest}, the claim file about {claim.digest}; they must agree"
        raise InputError(msg)
    shared: dict[str, Any] = {name: getattr(kept, name) for name in _SHARED}
    return ReportContent(claim=claim, pictures=tuple(_picture(folder, one) for one in kept.pictures), **shared)


def _picture(folder: Path, kept: _Picture) -> Picture:
    path = folder / kept.path
    if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
        msg = f"{STORED} names the picture {kept.path!r}, which is not in the claim file"
        raise InputError(msg)
    artifact = Artifact(path=path, digest=kept.digest, media_type=kept.media_type, shows=kept.alt)
    return Picture(artifact=artifact, png=path.read_bytes(), alt=kept.alt, prediction=kept.prediction)
