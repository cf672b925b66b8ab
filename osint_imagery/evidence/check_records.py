"""The evidence records of a dossier, checked: schema, claim, order, scenes, figures."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from osint_imagery.core.claim import Claim, read_claim
from osint_imagery.core.errors import ClaimError, InputError
from osint_imagery.evidence.consistency import contradictions
from osint_imagery.evidence.fields import Model
from osint_imagery.evidence.furniture import CLAIM
from osint_imagery.evidence.gather import claim_field, object_field, propositions_field
from osint_imagery.evidence.history import scene_withdrawals
from osint_imagery.evidence.items import withdrawn_words
from osint_imagery.evidence.ledger import Entry
from osint_imagery.evidence.ledger_bodies import Correction, FileAdded, RecordAdded, SceneOffered, StoredFile
from osint_imagery.evidence.record import EvidenceRecord, read_record
from osint_imagery.evidence.recorded import recorded

__all__ = ["check_records"]


def check_records(
    folder: Path, entries: Sequence[Entry], held: frozenset[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return problems and notes of the evidence records: schema, claim, order, scenes, and which do not stand."""
    claim, previous = entries[0].file.digest if entries[0].file else "", None
    offered = {entry.body.scene_id for entry in entries if isinstance(entry.body, SceneOffered) and entry.body.used}
    pictures = {file.path: file for entry in entries if (file := entry.file)}
    problems, notes, stated = [], [], _stated(folder, held)
    for entry in entries:
        added = entry.file
        if not isinstance(added, RecordAdded):
            continue
        if added.path in held:
            problems += [f"{added.path}: {what}" for what in _record(folder, added, claim, previous, stated=stated)]
            problems += [f"{added.path}: {what}" for what in _pictures(folder, added, pictures)]
            problems += [f"{added.path}: {what}" for what in _metadata(folder, added, entries)]
        previous = added.digest
        strange = sorted(set(added.scene_ids) - offered)
        notes += [f"{added.path} rests on scene {name}, which no offer names as used" for name in strange]
    if all(file.path in held for entry in entries if isinstance(file := entry.file, RecordAdded)):
        with suppress(InputError):  # a record that cannot be read is among the problems already
            problems += _exchanged(folder, entries)
            notes += _fallen(folder, entries)
    return tuple(problems), tuple(notes)


def _exchanged(folder: Path, entries: Sequence[Entry]) -> Iterator[str]:
    """Yield what is wrong with records that take the place of others."""
    for entry in entries:
        body, added = entry.body, entry.file
        if not isinstance(body, Correction) or not isinstance(added, RecordAdded) or body.supersedes >= entry.index:
            continue
        before = entries[body.supersedes].file
        same = isinstance(before, RecordAdded) and _prediction(folder, before) == _prediction(folder, added)
        if not same:
            yield f"{added.path}: takes the place of entry {body.supersedes}, which is no record of the same prediction"


def _prediction(folder: Path, added: RecordAdded) -> str:
    return read_record((folder / added.path).read_bytes()).propositions.prediction


def _fallen(folder: Path, entries: Sequence[Entry]) -> Iterator[str]:
    """Yield which records do not stand, and which that stand count a look at a scene that was withdrawn."""
    for one in recorded(folder, entries):
        if one.withdrawn is not None:
            yield f"{one.body.path} does not stand: {withdrawn_words(one.withdrawn)}"
            continue
        lost = scene_withdrawals(entries, len(entries))
        names = sorted({look.scene_id for look in one.record.coverage.looks} & set(lost))
        for name in names:
            yield f"{one.body.path} counts scene {name} among its looks, which was withdrawn on {lost[name].at}"


def _claimed(claim: Claim, record: EvidenceRecord) -> Iterator[str]:
    """Yield where a record says another thing of the claim, the prediction or its object than the claim file does."""
    prediction = next((item for item in claim.predictions if item.id == record.propositions.prediction), None)
    if prediction is None:
        yield f"is about {record.propositions.prediction!r}, which the claim does not predict"
        return
    parts: tuple[tuple[str, Model, Model], ...] = (
        ("the claim", record.claim, claim_field(claim)),
        ("its prediction", record.propositions, propositions_field(claim, prediction)),
        ("its object", record.object_model, object_field(prediction)),
    )
    for what, said, stated in parts:
        held = said.model_dump()
        if any(value != held[name] for name, value in stated.model_dump().items() if name in held):
            yield f"says of {what} what the claim file does not say"


def _stated(folder: Path, held: frozenset[str]) -> Claim | None:
    """Return the claim; None where its file is altered or wrong, which is named elsewhere."""
    if CLAIM.name not in held:
        return None
    try:
        return read_claim(folder / CLAIM.name)
    except ClaimError:
        return None


def _record(folder: Path, added: RecordAdded, claim: str, previous: str | None, *, stated: Claim | None) -> list[str]:
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
    wrong = [*(what for holds, what in checks if not holds), *contradictions(record)]
    return [*wrong, *(_claimed(stated, record) if stated is not None and stated.digest == record.claim.digest else ())]


def _metadata(folder: Path, added: RecordAdded, entries: Sequence[Entry]) -> list[str]:
    """Return which scenes of a record have other metadata than the ledger offered them with."""
    try:
        scenes = read_record((folder / added.path).read_bytes()).scenes
    except InputError:
        return []
    offers = [body for entry in entries if isinstance(body := entry.body, SceneOffered)]
    known = {scene.id: {body.metadata_digest for body in offers if body.scene_id == scene.id} for scene in scenes}
    return [
        f"rests on scene {scene.id} with other metadata than it was offered with"
        for scene in scenes
        if known[scene.id] and scene.metadata_digest not in known[scene.id]
    ]


def _pictures(folder: Path, added: RecordAdded, files: Mapping[str, StoredFile]) -> list[str]:
    """Return which figures of a record are others in the dossier, or are said there to show something else."""
    try:
        shown = read_record((folder / added.path).read_bytes()).artifacts
    except InputError:
        return []
    held = [(item, files[f"figures/{item.name}"]) for item in shown if f"figures/{item.name}" in files]
    other = [item.name for item, file in held if file.digest != item.digest]
    words = [item.name for item, file in held if isinstance(file, FileAdded) and file.shows != item.shows]
    return [
        *(f"shows {name} with another digest than figures/{name} has in the ledger" for name in other),
        *(f"says of {name} that it shows something else than the ledger says of figures/{name}" for name in words),
    ]
