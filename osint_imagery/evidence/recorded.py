"""What a ledger has recorded: the records that nobody superseded, and where a file came in."""

from collections.abc import Sequence

from osint_imagery.core.errors import InputError
from osint_imagery.evidence.ledger import Entry, standing_files
from osint_imagery.evidence.ledger_bodies import RecordAdded

__all__ = ["entry_of", "named_record", "standing_records"]


def standing_records(entries: Sequence[Entry]) -> tuple[RecordAdded, ...]:
    """Return the records that nobody superseded, in order of the ledger."""
    return tuple(body for body in standing_files(entries) if isinstance(body, RecordAdded))


def named_record(entries: Sequence[Entry], name: str) -> RecordAdded:
    """Return the record that stands under an id or a path.

    Raises
    ------
    InputError
        If there is none; the message names those that there are.
    """
    standing = standing_records(entries)
    found = next((body for body in reversed(standing) if name in {body.record_id, body.path}), None)
    if found is None:
        known = ", ".join(body.record_id for body in standing) or "none"
        msg = f"record={name!r} does not stand in this claim file; its records are: {known}"
        raise InputError(msg)
    return found


def entry_of(entries: Sequence[Entry], path: str) -> Entry | None:
    """Return the entry that brought a file in; None where there is none."""
    return next((entry for entry in entries if entry.file is not None and entry.file.path == path), None)
