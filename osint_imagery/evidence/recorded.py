"""What a ledger has recorded: the records that stand, those that do not and why, and where a file came in."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from osint_imagery.core.errors import InputError
from osint_imagery.evidence.assessed_parts import Withdrawn
from osint_imagery.evidence.history import scene_withdrawals, withdrawals
from osint_imagery.evidence.ledger import Entry
from osint_imagery.evidence.ledger_bodies import Correction, RecordAdded
from osint_imagery.evidence.record import EvidenceRecord, read_record

__all__ = ["Recorded", "entry_of", "named_record", "recorded", "scenes_of", "standing_records", "withdrawn_records"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Recorded:
    """A record of a ledger: its entry, its content, and why it does not stand; None where it does."""

    body: RecordAdded
    record: EvidenceRecord
    withdrawn: Withdrawn | None


def recorded(folder: Path, entries: Sequence[Entry]) -> tuple[Recorded, ...]:
    """Return every record of a ledger, in its order, and which of them stand.

    A record does not stand where a correction took it back, or took back a scene that it compared or that its quiet
    pairs are made of: nobody has to say so once more.

    Parameters
    ----------
    folder : Path
        The claim file.
    entries : sequence of Entry
        Its ledger, or the beginning of it.

    Raises
    ------
    InputError
        If a record cannot be read.
    """
    found = []
    for entry in entries:
        if isinstance(entry.file, RecordAdded):
            record = read_record((folder / entry.file.path).read_bytes())
            gone = _withdrawn(entry, entry.file, record, entries)
            found.append(Recorded(body=entry.file, record=record, withdrawn=gone))
    return tuple(found)


def _withdrawn(entry: Entry, body: RecordAdded, record: EvidenceRecord, entries: Sequence[Entry]) -> Withdrawn | None:
    own, lost = withdrawals(entries).get(entry.index), scene_withdrawals(entries, entry.index)
    scene = next((name for name in scenes_of(record) if name in lost), None)
    correction = own or (lost[scene] if scene is not None else None)
    if correction is None or not isinstance(correction.body, Correction):
        return None
    return Withdrawn(
        record=body.path,
        prediction=record.propositions.prediction,
        answer=record.answer,
        digest=body.digest,
        scene=None if own else scene,
        at=correction.at,
        by=correction.body.by,
        reason=correction.body.reason,
    )


def scenes_of(record: EvidenceRecord) -> tuple[str, ...]:
    """Return the scenes that a record rests on: those compared, and those of its quiet pairs."""
    quiet = [name for both in record.method.quiet_scenes for name in both] if record.method is not None else []
    return tuple(dict.fromkeys((*(scene.id for scene in record.scenes), *quiet)))


def standing_records(folder: Path, entries: Sequence[Entry]) -> tuple[Recorded, ...]:
    """Return the records that stand, in order of the ledger."""
    return tuple(one for one in recorded(folder, entries) if one.withdrawn is None)


def withdrawn_records(folder: Path, entries: Sequence[Entry]) -> tuple[Withdrawn, ...]:
    """Return the records that do not stand, in order of the ledger, each with the reason."""
    return tuple(one.withdrawn for one in recorded(folder, entries) if one.withdrawn is not None)


def named_record(folder: Path, entries: Sequence[Entry], name: str) -> Recorded:
    """Return the record that stands under an id or a path.

    Raises
    ------
    InputError
        If there is none; the message names those that there are.
    """
    standing = standing_records(folder, entries)
    found = next((one for one in reversed(standing) if name in {one.body.record_id, one.body.path}), None)
    if found is None:
        known = ", ".join(one.body.record_id for one in standing) or "none"
        msg = f"record={name!r} does not stand in this claim file; its records are: {known}"
        raise InputError(msg)
    return found


def entry_of(entries: Sequence[Entry], path: str) -> Entry | None:
    """Return the entry that brought a file in; None where there is none."""
    return next((entry for entry in entries if entry.file is not None and entry.file.path == path), None)
