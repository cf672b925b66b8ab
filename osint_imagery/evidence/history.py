"""What was taken back or opened again: a reader of the ledger has to be told, for the files stay as they were."""

from collections.abc import Sequence

from osint_imagery.evidence.ledger import Entry
from osint_imagery.evidence.ledger_bodies import Correction, Reopened, SceneOffered, StoredFile

__all__ = ["history", "superseded", "withdrawn_scenes"]


def history(entries: Sequence[Entry]) -> tuple[str, ...]:
    """Return every correction and reopening in words."""
    told = []
    for entry in entries:
        body = entry.body
        if isinstance(body, Correction):
            what = _named(entries[body.supersedes]) if body.supersedes < entry.index else "no entry before it"
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


def withdrawn_scenes(entries: Sequence[Entry]) -> frozenset[str]:
    """Return the scenes whose offer was taken back."""
    gone = superseded(entries)
    return frozenset(
        entry.body.scene_id for entry in entries if entry.index in gone and isinstance(entry.body, SceneOffered)
    )


def _named(entry: Entry) -> str:
    body = entry.body
    return (
        body.scene_id if isinstance(body, SceneOffered) else body.path if isinstance(body, StoredFile) else entry.kind
    )
