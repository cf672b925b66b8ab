"""The ledger: an append-only hash chain of canonical JSON lines; what is in it cannot be changed unseen."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, Self, cast

from pydantic import Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from osint_imagery.core.errors import InputError
from osint_imagery.core.lineage import Json, canonical_json, digest_bytes
from osint_imagery.core.timespan import iso, utc
from osint_imagery.evidence.fields import Digest, Instant, Model
from osint_imagery.evidence.ledger_bodies import (
    Closed,
    Correction,
    FileAdded,
    RecordAdded,
    Reopened,
    SceneOffered,
    Sealed,
    SearchMade,
    Signed,
    StoredFile,
    Timestamped,
)

__all__ = [
    "HEAD",
    "LEDGER",
    "SEALS",
    "Entry",
    "Kind",
    "chain",
    "is_closed",
    "is_shut",
    "parse",
    "standing_files",
]

LEDGER = "ledger.jsonl"
HEAD = "ledger.head"

Kind = Literal[
    "claim_registered",
    "search_made",
    "scene_offered",
    "scene_metadata_added",
    "record_added",
    "figure_added",
    "report_added",
    "file_added",
    "assessment_added",
    "annotations_added",
    "review_added",
    "correction",
    "reopened",
    "closed",
    "signed",
    "timestamped",
]


SEALS = frozenset({"signed", "timestamped"})
"""Kinds of entries that vouch for the ledger before them; they may follow a closing."""

_BODIES: dict[str, type[Model]] = {
    "claim_registered": FileAdded,
    "search_made": SearchMade,
    "scene_offered": SceneOffered,
    "scene_metadata_added": FileAdded,
    "record_added": RecordAdded,
    "figure_added": FileAdded,
    "report_added": FileAdded,
    "file_added": FileAdded,
    "assessment_added": FileAdded,
    "annotations_added": FileAdded,
    "review_added": FileAdded,
    "correction": Correction,
    "reopened": Reopened,
    "closed": Closed,
    "signed": Signed,
    "timestamped": Timestamped,
}


class Entry(Model):
    """One line of the ledger."""

    index: Annotated[int, Field(ge=0)]
    kind: Kind
    at: Instant
    body: RecordAdded | FileAdded | SearchMade | SceneOffered | Correction | Reopened | Closed | Signed | Timestamped
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
            problems.append(f"{LEDGER}: line {index + 1}: {_fault(line, err)}")
            continue
        problems.extend(f"{LEDGER}: line {index + 1}: {what}" for what in _misfits(entry, line, index, entries))
        entries.append(entry)
    return tuple(entries), tuple(problems)


def _fault(line: bytes, err: ValidationError) -> str:
    """Return what is wrong with a line; of its body, what is wrong with one of the kind that it states."""
    found = _body_fault(line)
    if found is None:
        faults = err.errors()
        found = next((one for one in faults if one["loc"][:1] != ("body",)), faults[0])
        where = ".".join(map(str, found["loc"]))
    else:
        where = ".".join(map(str, ("body", *found["loc"])))
    return f"{where}: {found['msg']}" if where else found["msg"]


def _body_fault(line: bytes) -> ErrorDetails | None:
    try:
        stated = json.loads(line)
        model, body = _BODIES[stated["kind"]], json.dumps(stated["body"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    try:
        model.model_validate_json(body)
    except ValidationError as err:
        return err.errors()[0]
    return None


def _misfits(entry: Entry, line: bytes, index: int, before: Sequence[Entry]) -> list[str]:
    expected = before[-1].digest if before else None
    checks = (
        (entry.line() == line + b"\n", "is not in canonical form (RFC 8785)"),
        (entry.index == index, f"says it is entry {entry.index}, is entry {index}: lines are missing or moved"),
        (entry.previous == expected, "is not chained to the line before it"),
        (not before or utc(entry.at) >= utc(before[-1].at), "is dated before the line before it"),
        ((entry.kind == "claim_registered") == (index == 0), "the claim is registered first, and once"),
        (_vouches(entry, before), "vouches for another ledger than the one before it"),
        (
            _in_turn(entry, before),
            "follows a closed ledger; only a correction, a reopening or a seal may",
        ),
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


def is_shut(entries: Sequence[Entry]) -> bool:
    """Whether no file may be there that a closing does not list: the last closing was not followed by a reopening."""
    return next((entry.kind for entry in reversed(entries) if entry.kind in {"closed", "reopened"}), "") == "closed"


def standing_files(entries: Sequence[Entry]) -> tuple[StoredFile, ...]:
    """Return the files that entries add, replacements in their place, without what a correction supersedes."""
    gone = {entry.body.supersedes for entry in entries if isinstance(entry.body, Correction)}
    return tuple(file for entry in entries if entry.index not in gone and (file := entry.file) is not None)


def _in_turn(entry: Entry, before: Sequence[Entry]) -> bool:
    """Whether an entry may stand here: after a closing only seals, a reopening, or a correction with a new closing."""
    if entry.kind in SEALS:
        return bool(before) and before[-1].kind != "correction"
    kinds = [item.kind for item in before if item.kind not in SEALS]
    since = kinds[max((n for n, kind in enumerate(kinds) if kind in {"closed", "reopened"}), default=0) :]
    if since[:1] != ["closed"]:
        return entry.kind != "reopened"
    return entry.kind in ({"correction", "reopened"} if since == ["closed"] else {"closed"})
