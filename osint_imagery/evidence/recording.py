"""Records and the closing of a dossier, as the ledger writes them."""

from collections.abc import Sequence
from pathlib import Path

from osint_imagery.core.errors import InputError
from osint_imagery.evidence.consistency import refuse_contradictions
from osint_imagery.evidence.folder import clear_leftovers, file_name, files_of, stored, write_new
from osint_imagery.evidence.ledger import (
    Entry,
)
from osint_imagery.evidence.ledger_bodies import (
    Closed,
    RecordAdded,
    StoredFile,
)
from osint_imagery.evidence.record import EvidenceRecord
from osint_imagery.evidence.seal_copies import copies_of

__all__ = ["closing_of", "write_record"]


def closing_of(folder: Path, entries: Sequence[Entry], extra: StoredFile | None = None) -> Closed:
    """Return the closing entry's body: every file there is, and those that no entry had recorded.

    Not the copies of seals: what is in them stands in the ledger, and they may be written again. What killed runs left
    of files they were writing is deleted first.
    """
    recorded = {file.path for entry in entries if (file := entry.file)} | ({extra.path} if extra else set())
    before = {file.path for entry in entries if isinstance(entry.body, Closed) for file in entry.body.files}
    clear_leftovers(folder, recorded | before)
    copies = copies_of(entries)
    names = tuple(name for name in files_of(folder)[0] if name not in copies)
    listed = tuple(stored(folder, name) for name in names)
    return Closed(files=listed, unrecorded=tuple(name for name in names if name not in recorded))


def write_record(folder: Path, entries: Sequence[Entry], record: EvidenceRecord) -> tuple[RecordAdded, Path]:
    """Write a record under the next free number, chained to the one before; return its entry's body and its path.

    Raises
    ------
    InputError
        If it is about another claim, or contradicts itself.
    """
    refuse_contradictions(record)
    earlier = [entry.file for entry in entries if isinstance(entry.file, RecordAdded)]
    claim = entries[0].file
    if claim is None or record.claim.digest != claim.digest:
        msg = f"record={record.id!r} is about another claim than this dossier; make it from this dossier's claim"
        raise InputError(msg)
    data = record.following(earlier[-1].digest if earlier and earlier[-1] else None).body()
    number = len(earlier) + 1
    name = f"records/{number:04d}-{file_name(record.propositions.prediction)}.json"
    while (folder / name).exists() and (folder / name).read_bytes() != data:
        number += 1
        name = f"records/{number:04d}-{file_name(record.propositions.prediction)}.json"
    path = write_new(folder, name, data)
    scenes = tuple(item.id for item in record.scenes)
    held = stored(folder, name)
    added = RecordAdded(**held.model_dump(), record_id=record.id, answer=record.answer, scene_ids=scenes)
    return added, path
