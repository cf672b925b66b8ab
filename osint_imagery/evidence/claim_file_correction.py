"""How a claim file goes on after it was closed, or was wrong: nothing is taken back, everything is said."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from osint_imagery.core.arguments import require
from osint_imagery.core.errors import EvidenceError, InputError
from osint_imagery.evidence.fields import Model
from osint_imagery.evidence.history import followers, is_evidence, named, scene_withdrawals
from osint_imagery.evidence.ledger import SEALS, Entry, Kind
from osint_imagery.evidence.ledger_bodies import Correction, RecordAdded, Reopened
from osint_imagery.evidence.ledger_file import LedgerFile, alone
from osint_imagery.evidence.record import EvidenceRecord, read_record
from osint_imagery.evidence.recorded import scenes_of
from osint_imagery.evidence.recording import closing_of, write_record
from osint_imagery.evidence.verify import verify

__all__ = ["CorrectedFile", "refuse_other"]

_LASTING = SEALS | {"claim_registered", "closed", "reopened", "correction"}


class _Appends(Protocol):
    path: Path
    ledger: LedgerFile

    @property
    def entries(self) -> tuple[Entry, ...]: ...

    @property
    def is_closed(self) -> bool: ...

    def _append(self, bodies: Iterable[tuple[Kind, Model]], at: datetime) -> None: ...

    def reopen(self, by: str, reason: str, *, at: datetime) -> None: ...


class CorrectedFile:
    """The part of a claim file that comes after; see :class:`~osint_imagery.evidence.claim_file.ClaimFile`."""

    __slots__ = ()

    @alone
    def correct(
        self: _Appends, supersedes: int, reason: str, by: str, *, at: datetime, record: EvidenceRecord | None = None
    ) -> None:
        """Say that an entry is superseded; the entry and its file stay. A closed dossier is closed again.

        A record that rests on a scene whose offer is superseded does not stand any more. Where scenes or records are
        superseded, so are the assessments and reports that were made before, for they tell of what stood then.

        Parameters
        ----------
        supersedes : int
            Index of the entry.
        reason, by : str
            Why, and who says so.
        at : datetime
            Now, aware.
        record : EvidenceRecord, optional
            What takes the place of a record: of the same claim and prediction, and on no scene that was withdrawn.

        Raises
        ------
        InputError
            If there is no such entry, it is no entry that can be withdrawn, a reason or name is blank, or `record` is
            not of the same claim and prediction as the record that it is to replace.
        """
        require(str, reason=reason, by=by)
        for name, text in (("reason", reason), ("by", by)):
            if not text.strip():
                msg = f"{name}={text!r} is blank; say why, and who says so"
                raise InputError(msg)
        if not 0 <= supersedes < len(self.entries):
            msg = f"supersedes={supersedes!r} is not an entry; the ledger has 0 to {len(self.entries) - 1}"
            raise InputError(msg)
        entry = self.entries[supersedes]
        if entry.kind in _LASTING and not isinstance(entry.file, RecordAdded):
            what = f"the entry {entry.kind!r}, which nothing takes back"
            msg = f"supersedes={supersedes!r} is {what}; correct what it is about"
            raise InputError(msg)
        verify(self.path)
        if record is not None:
            refuse_other(self.path, self.entries, entry, record)
        after = followers(self.entries) if is_evidence(entry) else ()
        shut = self.is_closed or _interrupted(self.entries, by, reason)
        if self.is_closed and (record is not None or after):
            self.reopen(by, reason, at=at)
        replacement = write_record(self.path, self.entries, record)[0] if record is not None else None
        body = Correction(supersedes=supersedes, by=by, reason=reason, replacement=replacement)
        bodies: list[tuple[Kind, Model]] = [("correction", body)]
        told = f"made before entry {supersedes} ({named(entry)}) was superseded"
        bodies += [
            ("correction", Correction(supersedes=one.index, by=by, reason=told, replacement=None)) for one in after
        ]
        if shut:
            bodies.append(("closed", closing_of(self.path, self.entries, replacement)))
        self._append(bodies, at)

    @alone
    def reopen(self: _Appends, by: str, reason: str, *, at: datetime) -> None:
        """Continue a closed dossier: what was closed stays as it is, and a new closing lists everything again.

        Raises
        ------
        EvidenceError
            If it is not closed.
        """
        if not self.is_closed:
            msg = f"path={self.path.name!r} is not closed; add to it as it is"
            raise EvidenceError(msg)
        self._append([("reopened", Reopened(by=by, reason=reason))], at)


def refuse_other(folder: Path, entries: Sequence[Entry], entry: Entry, record: EvidenceRecord) -> None:
    """Refuse a replacement that is not of the same claim and prediction, or that would not stand itself.

    Raises
    ------
    InputError
        Names what differs.
    """
    if not isinstance(entry.file, RecordAdded):
        msg = (
            f"record={record.id!r} cannot take the place of entry {entry.index} ({named(entry)}), which is no record; "
            "supersede that one alone, then each record that rests on it with what replaces it"
        )
        raise InputError(msg)
    old = read_record((folder / entry.file.path).read_bytes())
    for what, was, now in (
        ("claim", old.claim.digest, record.claim.digest),
        ("prediction", old.propositions.prediction, record.propositions.prediction),
    ):
        if was != now:
            msg = (
                f"record={record.id!r} is of another {what} ({now}) than {entry.file.path} ({was}), whose place it is "
                "to take; replace a record by one of the same claim and prediction"
            )
            raise InputError(msg)
    lost = scene_withdrawals(entries, len(entries))
    gone = [name for name in scenes_of(record) if name in lost]
    if gone:
        msg = f"record={record.id!r} rests on scene {gone[0]}, which was withdrawn on {lost[gone[0]].at}; use another"
        raise InputError(msg)


def _interrupted(entries: Sequence[Entry], by: str, reason: str) -> bool:
    """Whether this very correction reopened the dossier and got no further."""
    last = next((entry.body for entry in reversed(entries) if entry.kind not in SEALS), None)
    return last == Reopened(by=by, reason=reason)
