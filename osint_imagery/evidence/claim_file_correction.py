"""How a claim file goes on after it was closed, or was wrong: nothing is taken back, everything is said."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from osint_imagery.core.arguments import require
from osint_imagery.core.errors import EvidenceError, InputError
from osint_imagery.evidence.fields import Model
from osint_imagery.evidence.ledger import SEALS, Entry, Kind
from osint_imagery.evidence.ledger_bodies import Correction, Reopened
from osint_imagery.evidence.ledger_file import LedgerFile, alone
from osint_imagery.evidence.record import EvidenceRecord
from osint_imagery.evidence.recording import closing_of, write_record
from osint_imagery.evidence.verify import verify

__all__ = ["CorrectedFile"]

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

        Parameters
        ----------
        supersedes : int
            Index of the entry.
        reason, by : str
            Why, and who says so.
        at : datetime
            Now, aware.
        record : EvidenceRecord, optional
            What takes its place.

        Raises
        ------
        InputError
            If there is no such entry, it is no entry that can be withdrawn, or a reason or name is blank.
        """
        require(str, reason=reason, by=by)
        for name, text in (("reason", reason), ("by", by)):
            if not text.strip():
                msg = f"{name}={text!r} is blank; say why, and who says so"
                raise InputError(msg)
        if not 0 <= supersedes < len(self.entries):
            msg = f"supersedes={supersedes!r} is not an entry; the ledger has 0 to {len(self.entries) - 1}"
            raise InputError(msg)
        kind = self.entries[supersedes].kind
        if kind in _LASTING:
            msg = f"supersedes={supersedes!r} is the entry {kind!r}, which nothing takes back; correct what it is about"
            raise InputError(msg)
        verify(self.path)
        shut = self.is_closed or _interrupted(self.entries, by, reason)
        if self.is_closed and record is not None:
            self.reopen(by, reason, at=at)
        replacement = write_record(self.path, self.entries, record)[0] if record is not None else None
        body = Correction(supersedes=supersedes, by=by, reason=reason, replacement=replacement)
        bodies: list[tuple[Kind, Model]] = [("correction", body)]
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


def _interrupted(entries: Sequence[Entry], by: str, reason: str) -> bool:
    """Whether this very correction reopened the dossier and got no further."""
    last = next((entry.body for entry in reversed(entries) if entry.kind not in SEALS), None)
    return last == Reopened(by=by, reason=reason)
