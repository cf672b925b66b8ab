"""What the entries of a ledger say: one strict model for each kind of body."""

from typing import Annotated

from pydantic import AfterValidator, Field

from osint_imagery.core.lineage import Json, canonical_json
from osint_imagery.evidence.fields import Digest, Instant, Interval, Model, Text

__all__ = [
    "Closed",
    "Correction",
    "FileAdded",
    "RecordAdded",
    "Reopened",
    "SceneOffered",
    "Sealed",
    "SearchMade",
    "Signed",
    "StoredFile",
    "Timestamped",
]

SEAL_SCHEMA = "osint-imagery/seal/1"


def _stays_inside(path: str) -> str:
    """Refuse a path that could lead out of the dossier."""
    if not path or "\\" in path or not path.isprintable() or {"", ".", ".."} & set(path.split("/")):
        msg = f"path {path!r} does not stay inside the dossier; paths are relative, with forward slashes"
        raise ValueError(msg)
    return path


Inside = Annotated[str, Field(min_length=1), AfterValidator(_stays_inside)]


class StoredFile(Model):
    """A file of the dossier, by its bytes."""

    path: Inside
    digest: Digest
    size: Annotated[int, Field(ge=0)]


class FileAdded(StoredFile):
    """A file that was added: claim, scene metadata, figure, report or other."""

    media_type: Text
    shows: Text


class RecordAdded(StoredFile):
    """An evidence record that was added; names the scenes it rests on, so that they can be searched for."""

    record_id: Text
    answer: Text
    scene_ids: tuple[Text, ...]


class SceneOffered(Model):
    """A scene that the catalogue offered: used or rejected, and why."""

    scene_id: Text
    acquired: Interval | None
    used: bool
    reason: Text
    href: str
    metadata_digest: Digest


class SearchMade(Model):
    """What a server was asked before its scenes were fetched, and how complete its answer is."""

    endpoint: Text
    method: Text
    body: Text
    conforms_to: tuple[Text, ...]
    asked: Instant
    pages: Annotated[int, Field(ge=0)]
    returned: Annotated[int, Field(ge=0)]
    matched: Annotated[int, Field(ge=0)] | None
    answers: tuple[Digest, ...]
    gaps: tuple[Text, ...]
    remarks: tuple[Text, ...]
    when: Interval
    offered: Annotated[int, Field(ge=0)]
    covers_claim: bool
    source: Digest

    @property
    def notes(self) -> tuple[str, ...]:
        """Why scenes may be missing that the server has; empty where nothing speaks for it."""
        narrow = () if self.covers_claim else ("not all of the claim's places and dates was asked about",)
        return tuple(f"the search of {self.endpoint} ({self.asked}): {why}" for why in (*self.gaps, *narrow))


class Correction(Model):
    """Says that an earlier entry is superseded, by whom and why; the earlier entry stays."""

    supersedes: Annotated[int, Field(ge=0)]
    by: Text
    reason: Text
    replacement: RecordAdded | FileAdded | None


class Reopened(Model):
    """A closed dossier is continued: by whom and why; what was closed stays, a new closing lists everything again."""

    by: Text
    reason: Text


class Closed(Model):
    """The dossier is complete: every file with digest and size, and which of them no entry had recorded."""

    files: tuple[StoredFile, ...]
    unrecorded: tuple[Inside, ...]


class Sealed(Model):
    """The end of the ledger that somebody vouches for: the claim, how many entries, the digest of the last of them."""

    claim: Digest
    entries: Annotated[int, Field(ge=1)]
    head: Digest


class Signed(Sealed):
    """An Ed25519 signature of a state of the ledger; `said_at` is the signer's own clock."""

    signer: Text
    said_at: Instant
    public_key: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    signature: Annotated[str, Field(pattern="^[0-9a-f]{128}$")]

    def statement(self) -> bytes:
        """Return the bytes that are signed."""
        return _statement(self, signer=self.signer, said_at=self.said_at)


class Timestamped(Sealed):
    """An RFC 3161 timestamp of a state of the ledger: the authority's whole response, base64."""

    authority: Text
    response: Annotated[str, Field(pattern="^[A-Za-z0-9+/]+={0,2}$")]

    def statement(self) -> bytes:
        """Return the bytes that are timestamped."""
        return _statement(self)


def _statement(seal: Sealed, **more: str) -> bytes:
    body: dict[str, Json] = {"schema": SEAL_SCHEMA, "claim": seal.claim, "entries": seal.entries, "head": seal.head}
    return canonical_json({**body, **more})
