"""The evidence records of a dossier, checked: schema, claim, order, scenes, figures."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from osint_imagery.core.errors import InputError
from osint_imagery.evidence.history import superseded, withdrawn_scenes
from osint_imagery.evidence.ledger import Entry
from osint_imagery.evidence.ledger_bodies import RecordAdded, SceneOffered
from osint_imagery.evidence.record import read_record

__all__ = ["check_records"]


def check_records(
    folder: Path, entries: Sequence[Entry], held: frozenset[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return problems and notes of the evidence records: schema, claim, order, scenes."""
    claim, previous = entries[0].file.digest if entries[0].file else "", None
    offered = {entry.body.scene_id for entry in entries if isinstance(entry.body, SceneOffered) and entry.body.used}
    gone, withdrawn = superseded(entries), withdrawn_scenes(entries)
    pictures = {file.path: file.digest for entry in entries if (file := entry.file)}
    problems, notes = [], []
    for entry in entries:
        added = entry.file
        if not isinstance(added, RecordAdded):
            continue
        if added.path in held:
            problems += [f"{added.path}: {what}" for what in _record(folder, added, claim, previous)]
            problems += [f"{added.path}: {what}" for what in _pictures(folder, added, pictures)]
        previous = added.digest
        strange = sorted(set(added.scene_ids) - offered)
        notes += [f"{added.path} rests on scene {name}, which no offer names as used" for name in strange]
        lost = sorted(set(added.scene_ids) & withdrawn) if entry.index not in gone else ()
        notes += [f"{added.path} rests on scene {name}, which was withdrawn" for name in lost]
    return tuple(problems), tuple(notes)


def _record(folder: Path, added: RecordAdded, claim: str, previous: str | None) -> list[str]:
    try:
        record = read_record((folder / added.path).read_bytes())
    except InputError as err:
        return [str(err)]
    checks = (
        (record.claim.digest == claim, "is about another claim than the one registered"),
        (record.previous == previous, "does not follow the record before it"),
        (record.id == added.record_id, "has another id than its ledger entry"),
        (record.answer == added.answer, "gives another answer than its ledger entry"),
        (tuple(item.id for item in record.scenes) == added.scene_ids, "rests on other scenes than its ledger entry"),
    )
    return [what for holds, what in checks if not holds]


def _pictures(folder: Path, added: RecordAdded, files: Mapping[str, str]) -> list[str]:
    """Return which figures of a record are others in the dossier."""
    try:
        shown = read_record((folder / added.path).read_bytes()).artifacts
    except InputError:
        return []
    return [
        f"shows {item.name} with another digest than figures/{item.name} has in the ledger"
        for item in shown
        if files.get(f"figures/{item.name}", item.digest) != item.digest
    ]
