"""What a claim file takes in from people: marks of analysts, and the review of second readers."""

from collections.abc import Sequence
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Protocol

from osint_imagery.core.arguments import require, require_each
from osint_imagery.core.errors import InputError
from osint_imagery.evidence.annotations import RecordReference, annotation_set, annotations_in
from osint_imagery.evidence.answers import read_answers
from osint_imagery.evidence.folder import NewFile, file_name
from osint_imagery.evidence.ledger import Entry
from osint_imagery.evidence.ledger_file import LedgerFile, alone
from osint_imagery.evidence.reasoning import Annotation
from osint_imagery.evidence.record import EvidenceRecord, read_record
from osint_imagery.evidence.recorded import named_record
from osint_imagery.evidence.review import ReviewRecord, review_of
from osint_imagery.evidence.review_key import COMMITTED, Commitment, ReviewKey
from osint_imagery.evidence.review_ledger import given_of, key_path, sheet_folder

__all__ = ["ReviewedFile"]


class _Stores(Protocol):
    path: Path
    ledger: LedgerFile

    @property
    def entries(self) -> tuple[Entry, ...]: ...

    def _store(self, new: NewFile, data: bytes, *, at: datetime) -> Path: ...


class ReviewedFile:
    """The part of a claim file that people add to; see :class:`~osint_imagery.evidence.claim_file.ClaimFile`."""

    __slots__ = ()

    @alone
    def add_annotations(self: _Stores, record: str, annotations: Sequence[Annotation], *, at: datetime) -> Path:
        """Store an analyst's marks on a record; they stand beside its detections and never among them.

        Parameters
        ----------
        record : str
            Id or path of an evidence record of this claim file.
        annotations : sequence of Annotation
            From :func:`~osint_imagery.evidence.annotations.read_annotations`, for example.
        at : datetime
            Now, aware.

        Returns
        -------
        Path
            The file, canonical JSON.

        Raises
        ------
        LevelError
            If a mark tells more than the record's pixels allow of a thing of the predicted size.
        InputError
            If no such record stands, or two marks have one id.
        """
        require(str, record=record)
        held, reference = _record(self, record)
        marks = annotation_set(held, reference, annotations)
        known = {mark.id for mark in annotations_in(self.path, reference.path)}
        twice = sorted(known & {mark.id for mark in marks.annotations})
        if twice:
            msg = f"annotations: {record} has a mark with id {twice[0]!r} already; give new marks ids of their own"
            raise InputError(msg)
        new = NewFile(
            name=_free(self, f"annotations/{{:04d}}-{file_name(held.propositions.prediction)}.json", marks.body()),
            kind="annotations_added",
            shows=f"{len(marks.annotations)} marks of analysts on {held.id}",
        )
        return self._store(new, marks.body(), at=at)

    def add_commitment(self: _Stores, commitment: Commitment, *, at: datetime) -> Path:
        """Store the commitment to a blind sheet's key: before the sheet is handed to anybody."""
        require(Commitment, commitment=commitment)
        new = NewFile(
            name=f"{sheet_folder(commitment.sheet)}/{COMMITTED}",
            kind="file_added",
            shows=f"digest of the key of blind sheet {commitment.sheet}, {commitment.items} places, and of its files",
        )
        return self._store(new, commitment.body(), at=at)

    @alone
    def add_review(self: _Stores, key: ReviewKey, answers: Sequence[str | Path], *, at: datetime) -> ReviewRecord:
        """Store what second readers answered, reveal the key of their sheet, and say how far they agree.

        Parameters
        ----------
        key : ReviewKey
            Of the sheet.
        answers : sequence of str or Path
            One file a reader. Give all readers of a sheet at once: the key is revealed with the first, and who comes
            later is not blind.
        at : datetime
            Now, aware.

        Returns
        -------
        ReviewRecord
            A reading is blind only where the ledger holds the commitment to this very key before the answers.

        Raises
        ------
        InputError
            If an answer is missing, of another kind or to another sheet; nothing is then stored.
        LevelError
            If an answer tells more than the pixels allow.
        """
        require(ReviewKey, key=key)
        files = [read_answers(path)[1] for path in require_each(object, answers=answers)]  # type: ignore[arg-type]
        if not files:
            msg = "answers=() holds no file; give the answers of at least one reader"
            raise InputError(msg)
        record, reference = _record(self, key.record.path)
        if reference != key.record:
            msg = f"key is of record {key.record.digest}, this claim file holds {reference.digest} there"
            raise InputError(msg)
        given = [given_of(self.path, self.entries, (key.sheet, key.digest), data, at=at) for data in files]
        review = review_of(record, key, given, key_path=key_path(key.sheet))
        for one, data in zip(given, files, strict=True):
            told = f"answers of {one.answers.who} to blind sheet {key.sheet}, as saved"
            self._store(NewFile(name=one.path, kind="file_added", shows=told), data, at=at)
        revealed = NewFile(name=key_path(key.sheet), kind="file_added", shows=f"key of blind sheet {key.sheet}")
        self._store(revealed, key.body(), at=at)
        new = NewFile(
            name=_free(self, f"{sheet_folder(key.sheet)}/review-{{:04d}}.json", review.body()),
            kind="review_added",
            shows=f"review of {record.id} by {', '.join(one.answers.who for one in given)}",
        )
        self._store(new, review.body(), at=at)
        return review


def _record(folder: _Stores, name: str) -> tuple[EvidenceRecord, RecordReference]:
    added = named_record(folder.path, folder.entries, name).body
    record = read_record((folder.path / added.path).read_bytes())
    return record, RecordReference(path=added.path, digest=added.digest, record_id=added.record_id)


def _free(folder: _Stores, pattern: str, data: bytes) -> str:
    """Return the first name that is free, or that a killed run gave to these very bytes without recording them."""
    recorded = {file.path for entry in folder.entries if (file := entry.file)}
    names = (pattern.format(number) for number in count(1))
    return next(
        name
        for name in names
        if name not in recorded and (not (folder.path / name).exists() or (folder.path / name).read_bytes() == data)
    )
