"""The ledger: an append-only hash chain of canonical JSON lines; what is in it cannot be changed unseen."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, Self, cast

from pydantic import AfterValidator, Field, ValidationError, model_validator

from osint_imagery.core.errors import InputError
from osint_imagery.core.lineage import Json, canonical_json, digest_bytes
from osint_imagery.core.timespan import iso, utc
from osint_imagery.evidence.fields import Digest, Instant, Interval, Model, Text

__all__ = [
    "HEAD",
    "LEDGER",
    "SEALS",
    "Closed",
    "Correction",
    "Entry",
    "FileAdded",
    "Kind",
    "RecordAdded",
    "SceneOffered",
    "Sealed",
    "Signed",
    "StoredFile",
    "Timestamped",
    "chain",
    "is_closed",
    "parse",
]

LEDGER = "ledger.jsonl"
HEAD = "ledger.head"

Kind = Literal[
    "claim_registered",
    "scene_offered",
    "scene_metadata_added",
    "record_added",
    "figure_added",
    "report_added",
    "file_added",
    "correction",
    "closed",
    "signed",
    "timestamped",
]


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


class Correction(Model):
    """Says that an earlier entry is superseded, by whom and why; the earlier entry stays."""

    supersedes: Annotated[int, Field(ge=0)]
    by: Text
    reason: Text
    replacement: RecordAdded | FileAdded | None


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


SEAL_SCHEMA = "osint-imagery/seal/1"
SEALS = frozenset({"signed", "timestamped"})
"""Kinds of entries that vouch for the ledger before them; they may follow a closing."""

_BODIES: dict[str, type[Model]] = {
    "claim_registered": FileAdded,
    "scene_offered": SceneOffered,
    "scene_metadata_added": FileAdded,
    "record_added": RecordAdded,
    "figure_added": FileAdded,
    "report_added": FileAdded,
    "file_added": FileAdded,
    "correction": Correction,
    "closed": Closed,
    "signed": Signed,
    "timestamped": Timestamped,
}


class Entry(Model):
    """One line of the ledger."""

    index: Annotated[int, Field(ge=0)]
    kind: Kind
    at: Instant
    body: RecordAdded | FileAdded | SceneOffered | Correction | Closed | Signed | Timestamped
    previous: Digest | None
    digest: Digest

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if type(self.body) is not _BODIES[self.kind]:
            msg = f"entry {self.index} of kind {self.kind} holds a {type(self.body).__name__}"
            raise ValueError(msg)
        if self.digest != digest_bytes(canonical_json(self._unsealed())):
            msg = f"entry {self.index} does not have the digest it states"
            raise ValueError(msg)
        return self

    def _unsealed(self) -> Json:
        return cast(Json, self.model_dump(mode="json", exclude={"digest"}))

    def line(self) -> bytes:
        """Return the entry as its line, newline included."""
        return canonical_json(cast(Json, self.model_dump(mode="json"))) + b"\n"

    @property
    def file(self) -> StoredFile | None:
        """The file that this entry adds, if it adds one."""
        added = self.body.replacement if isinstance(self.body, Correction) else self.body
        return added if isinstance(added, StoredFile) else None


def chain(entries: Sequence[Entry], kind: Kind, body: Model, *, at: datetime) -> Entry:
    """Return the entry that follows, chained to the last one.

    Parameters
    ----------
    entries : sequence of Entry
        The ledger so far.
    kind : str
        Kind of the entry.
    body : Model
        What it says.
    at : datetime
        When, aware; not before the last entry.

    Raises
    ------
    InputError
        If `at` is earlier than the last entry, or the body is not of the kind.
    """
    moment = utc(at)
    if entries and moment < utc(entries[-1].at):
        msg = f"at={iso(moment)} is before the ledger's last entry ({entries[-1].at}); entries are in order of time"
        raise InputError(msg)
    unsealed: dict[str, Json] = {
        "index": len(entries),
        "kind": kind,
        "at": iso(moment),
        "body": cast(Json, body.model_dump(mode="json")),
        "previous": entries[-1].digest if entries else None,
    }
    sealed = {**unsealed, "digest": digest_bytes(canonical_json(unsealed))}
    try:
        return Entry.model_validate_json(json.dumps(sealed))
    except ValidationError as err:
        msg = f"kind={kind!r}: {err.errors()[0]['msg']}"
        raise InputError(msg) from err


def parse(data: bytes) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """Return the entries that a ledger's bytes hold, and everything that is wrong with them.

    Each line must be exactly the canonical form of its entry, in its place in the chain.
    """
    lines = data.split(b"\n")
    problems = [] if data and lines[-1] == b"" else [f"{LEDGER}: does not end with a newline"]
    entries: list[Entry] = []
    for index, line in enumerate(lines[:-1] if not problems else lines):
        try:
            entry = Entry.model_validate_json(line)
        except ValidationError as err:
            problems.append(f"{LEDGER}: line {index + 1}: {err.errors()[0]['msg']}")
            continue
        problems.extend(f"{LEDGER}: line {index + 1}: {what}" for what in _misfits(entry, line, index, entries))
        entries.append(entry)
    return tuple(entries), tuple(problems)


def _misfits(entry: Entry, line: bytes, index: int, before: Sequence[Entry]) -> list[str]:
    expected = before[-1].digest if before else None
    checks = (
        (entry.line() == line + b"\n", "is not in canonical form (RFC 8785)"),
        (entry.index == index, f"says it is entry {entry.index}, is entry {index}: lines are missing or moved"),
        (entry.previous == expected, "is not chained to the line before it"),
        (not before or utc(entry.at) >= utc(before[-1].at), "is dated before the line before it"),
        ((entry.kind == "claim_registered") == (index == 0), "the claim is registered first, and once"),
        (_vouches(entry, before), "vouches for another ledger than the one before it"),
        (_in_turn(entry, before), "follows a closed ledger; only a correction with a new closing, or a seal, may"),
    )
    return [what for holds, what in checks if not holds]


def _vouches(entry: Entry, before: Sequence[Entry]) -> bool:
    """Whether a seal is about these entries; True of every other entry."""
    seal = entry.body
    if not isinstance(seal, Sealed):
        return True
    known = before[0].file.digest if before and before[0].file else ""
    return seal.entries <= len(before) and before[seal.entries - 1].digest == seal.head and seal.claim == known


def is_closed(entries: Sequence[Entry]) -> bool:
    """Whether a ledger is closed; seals may follow a closing."""
    return next((entry.kind for entry in reversed(entries) if entry.kind not in SEALS), "") == "closed"


def _in_turn(entry: Entry, before: Sequence[Entry]) -> bool:
    """Whether an entry may stand here: after a closing seals and a correction, after that only a closing."""
    if entry.kind in SEALS:
        return bool(before) and before[-1].kind != "correction"
    kinds = [item.kind for item in before if item.kind not in SEALS]
    if "closed" not in kinds:
        return True
    return entry.kind == ("correction" if kinds[-1] == "closed" else "closed")
