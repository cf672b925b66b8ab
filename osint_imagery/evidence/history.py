"""What was taken back or opened again: a reader of the ledger has to be told, for the files stay as they were."""

from collections.abc import Sequence

from osint_imagery.evidence.ledger import Entry
from osint_imagery.evidence.ledger_bodies import Correction, RecordAdded, Reopened, SceneOffered

__all__ = ["followers", "history", "is_evidence", "named", "outdated", "scene_withdrawals", "superseded", "withdrawals"]

_FOLLOWERS = {"assessment_added", "report_added"}


def history(entries: Sequence[Entry]) -> tuple[str, ...]:
    """Return every correction and reopening in words."""
    told = []
    for entry in entries:
        body = entry.body
        if isinstance(body, Correction):
            what = named(entries[body.supersedes]) if body.supersedes < entry.index else "no entry before it"
            instead = f"; {body.replacement.path} takes its place" if body.replacement else ""
            told.append(
                f"entry {body.supersedes} ({what}) was superseded on {entry.at} by {body.by}: {body.reason}{instead}"
            )
        if isinstance(body, Reopened):
            told.append(f"closed before, reopened {entry.at} by {body.by}: {body.reason}")
    return tuple(told)


def superseded(entries: Sequence[Entry]) -> frozenset[int]:
    """Return the entries that a correction took back."""
    return frozenset(entry.body.supersedes for entry in entries if isinstance(entry.body, Correction))


def withdrawals(entries: Sequence[Entry]) -> dict[int, Entry]:
    """Return by the entry that was taken back the first correction that did so."""
    taken: dict[int, Entry] = {}
    for entry in entries:
        if isinstance(entry.body, Correction) and entry.body.supersedes < entry.index:
            taken.setdefault(entry.body.supersedes, entry)
    return taken


def scene_withdrawals(entries: Sequence[Entry], index: int) -> dict[str, Entry]:
    """Return the scenes that were taken from under an entry, each with the correction that did so.

    A scene that was withdrawn stays so, unless it was offered anew after that and before the entry.

    Parameters
    ----------
    entries : sequence of Entry
        The ledger.
    index : int
        Of the entry that rests on scenes.
    """
    taken = withdrawals(entries)
    last: dict[str, Entry] = {}
    for number, correction in sorted(taken.items(), key=lambda item: item[1].index):
        body = entries[number].body
        if isinstance(body, SceneOffered):
            last[body.scene_id] = correction
    anew = {
        entry.body.scene_id
        for entry in entries[:index]
        if isinstance(entry.body, SceneOffered)
        and entry.index not in taken
        and entry.body.scene_id in last
        and entry.index > last[entry.body.scene_id].index
    }
    return {name: correction for name, correction in last.items() if name not in anew}


def followers(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Return the entries of assessments and reports that stand: what follows from the records."""
    gone = superseded(entries)
    return tuple(entry for entry in entries if entry.kind in _FOLLOWERS and entry.index not in gone)


def outdated(entries: Sequence[Entry]) -> tuple[str, ...]:
    """Return which assessments and reports do not know what came after them, though nobody superseded them."""
    notes = []
    for entry in followers(entries):
        name, later = named(entry), entries[entry.index + 1 :]
        corrected = sum(is_evidence(entries[number]) for number in map(_corrected, later) if number is not None)
        added = sum(isinstance(other.file, RecordAdded) for other in later)
        what = "make a new assessment" if entry.kind == "assessment_added" else "its page shows what stood before"
        for count, noun in ((corrected, "correction"), (added, "record")):
            if count:
                many = "" if count == 1 else "s"
                notes.append(f"{name} does not know {count} {noun}{many} that came after it; {what}")
    return tuple(notes)


def is_evidence(entry: Entry) -> bool:
    """Whether assessments and reports follow from an entry: an offer of a scene, or a record."""
    return isinstance(entry.body, SceneOffered) or isinstance(entry.file, RecordAdded)


def named(entry: Entry) -> str:
    """Return what an entry is about: a scene, a file, else its kind."""
    if isinstance(entry.body, SceneOffered):
        return entry.body.scene_id
    return entry.kind if entry.file is None else entry.file.path


def _corrected(entry: Entry) -> int | None:
    body = entry.body
    return body.supersedes if isinstance(body, Correction) and body.supersedes < entry.index else None
