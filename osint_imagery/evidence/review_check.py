"""Check what people added to a claim file: marks and reviews, read strictly and computed again."""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from pydantic import ValidationError

from osint_imagery.core.errors import InputError
from osint_imagery.evidence.annotations import AnnotationSet, RecordReference, annotation_set
from osint_imagery.evidence.ledger import Entry
from osint_imagery.evidence.ledger_bodies import RecordAdded
from osint_imagery.evidence.record import EvidenceRecord, read_record
from osint_imagery.evidence.recorded import entry_of
from osint_imagery.evidence.review import ReviewRecord, review_of
from osint_imagery.evidence.review_key import COMMITTED, read_key
from osint_imagery.evidence.review_ledger import given_of, key_path, read_commitment
from osint_imagery.evidence.strict import read_strictly

__all__ = ["check_people"]


def check_people(
    folder: Path, entries: Sequence[Entry], held: Collection[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what is wrong with the annotations, commitments and reviews of a claim file, and which sheets are open.

    A sheet that was committed to and never answered stays visible: nobody can make several and show the best.

    Parameters
    ----------
    folder : Path
        The claim file.
    entries : sequence of Entry
        Its ledger.
    held : collection of str
        The files whose bytes are those that were recorded; others are named elsewhere.
    """
    problems = []
    for entry in entries:
        check = _check_for(entry)
        if check is None or entry.file is None or entry.file.path not in held:
            continue
        try:
            check(folder, entries[: entry.index], (folder / entry.file.path).read_bytes())
        except (InputError, ValidationError) as err:
            what = err.errors()[0]["msg"] if isinstance(err, ValidationError) else str(err)
            problems.append(f"{entry.file.path}: {what}")
    return tuple(problems), _open_sheets(entries)


def _open_sheets(entries: Sequence[Entry]) -> tuple[str, ...]:
    names = [entry.file.path for entry in entries if entry.file is not None]
    sheets = [name.split("/")[1] for name in names if _is_commitment(name)]
    answered = {name.split("/")[1] for name in names if name.startswith("reviews/") and "/review-" in name}
    return tuple(
        f"blind sheet {name} was committed to, no review of it is here" for name in sheets if name not in answered
    )


def _is_commitment(path: str) -> bool:
    return path.startswith("reviews/") and path.endswith(f"/{COMMITTED}") and path.count("/") == 2


def _check_for(entry: Entry) -> Callable[[Path, Sequence[Entry], bytes], None] | None:
    if entry.kind == "annotations_added":
        return _annotations
    if entry.kind == "review_added":
        return _review
    path = entry.file.path if entry.file is not None else ""
    return _commitment if _is_commitment(path) else None


def _annotations(folder: Path, before: Sequence[Entry], data: bytes) -> None:
    marks = read_strictly(AnnotationSet, data, "marks")
    annotation_set(_record(folder, before, marks.record), marks.record, marks.annotations)


def _commitment(folder: Path, before: Sequence[Entry], data: bytes) -> None:
    _record(folder, before, read_commitment(data).record)


def _review(folder: Path, before: Sequence[Entry], data: bytes) -> None:
    review = read_strictly(ReviewRecord, data, "review")
    record = _record(folder, before, review.record)
    key = read_key(_recorded(folder, before, key_path(review.sheet)))
    if (key.digest, key.record, key.sheet) != (review.key_digest, review.record, review.sheet):
        msg = "rests on another key than the one beside it"
        raise InputError(msg)
    files = [_recorded(folder, before, one.path) for one in review.readings]
    given = [given_of(folder, before, (key.sheet, key.digest), answers) for answers in files]
    again = review_of(record, key, given, key_path=review.key_path)
    if again != review:  # its sentences too: they belong to its schema, and other words would be another schema
        msg = "does not say what its key, its answers and the order of the ledger give when computed again"
        raise InputError(msg)


def _record(folder: Path, before: Sequence[Entry], named: RecordReference) -> EvidenceRecord:
    known = {
        (body.path, body.digest, body.record_id) for entry in before if isinstance(body := entry.file, RecordAdded)
    }
    if (named.path, named.digest, named.record_id) not in known:
        msg = f"is about record {named.record_id!r} ({named.path}), which no earlier entry added"
        raise InputError(msg)
    return read_record(_recorded(folder, before, named.path))


def _recorded(folder: Path, before: Sequence[Entry], name: str) -> bytes:
    if entry_of(before, name) is None or not (folder / name).is_file():
        msg = f"rests on {name}, which no earlier entry added"
        raise InputError(msg)
    return (folder / name).read_bytes()
