"""The ledger on disk: read whole or refused, appended to under a lock, so that several writers lose nothing."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from filelock import FileLock, Timeout

from osint_imagery.core.errors import LockedError, StorageError, VerificationError
from osint_imagery.core.timespan import utc
from osint_imagery.core.writing import write_atomic, write_together
from osint_imagery.evidence.fields import Model
from osint_imagery.evidence.ledger import HEAD, LEDGER, Entry, Kind, chain, parse

__all__ = ["LOCK", "LedgerFile", "alone", "read_ledger"]

P = ParamSpec("P")
R = TypeVar("R")

LOCK = ".ledger.lock"
"""Held while a file and its entry are written; empty, and no part of the dossier."""

_PATIENCE_S = 60.0


def read_ledger(folder: Path) -> tuple[Entry, ...]:
    """Read the ledger of a dossier, refusing a chain that does not hold.

    Raises
    ------
    VerificationError
        If the ledger is missing or broken; ``.problems`` says where.
    """
    path = folder / LEDGER
    if not path.is_file():
        msg = f"path={str(folder)!r} has no {LEDGER}; it is not a dossier, or its ledger was deleted"
        raise VerificationError(msg, (f"{LEDGER}: missing",))
    entries, problems = parse(path.read_bytes())
    if problems:
        msg = f"{LEDGER} does not verify, {len(problems)} problems: {problems[0]}"
        raise VerificationError(msg, problems)
    return entries


class LedgerFile:
    """The ledger of one dossier, for one writer of perhaps several; ``entries`` is what this writer knows of it.

    What has to be true together (a number that is free, a file, its entry) is done inside :meth:`locked`, which first
    takes in what other writers added. An append is durable when it returns: both files are on disk.
    """

    __slots__ = ("_lock", "_others", "entries", "folder")

    def __init__(self, folder: Path, entries: tuple[Entry, ...] = ()) -> None:
        self.folder = folder
        self.entries = entries
        self._others = False
        self._lock = FileLock(folder / LOCK, timeout=_PATIENCE_S)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the dossier for this writer, with all that others added until now; may be nested.

        Raises
        ------
        LockedError
            If another writer holds it for longer than a minute.
        StorageError
            If the folder cannot be written to.
        VerificationError
            If the ledger on disk is broken, or does not begin with what this writer knows.
        """
        try:
            self._lock.acquire()
        except Timeout as err:
            msg = (
                f"path={str(self.folder)!r} has been held by another writer for {_PATIENCE_S:.0f} s; wait until that "
                "run has ended"
            )
            raise LockedError(msg) from err
        except OSError as err:
            msg = f"path={str(self.folder)!r} cannot be written to ({err.strerror}); nothing was changed"
            raise StorageError(msg) from err
        try:
            self._take_in()
            yield
        finally:
            if self._lock.lock_counter == 1:  # unlinked while held: who waits for it notices and makes a new one
                with suppress(OSError):  # an open file cannot be unlinked on every system; it stays, empty
                    (self.folder / LOCK).unlink(missing_ok=True)
            self._lock.release()

    def append(self, bodies: Iterable[tuple[Kind, Model]], at: datetime) -> None:
        """Append entries, all or none; to be called inside :meth:`locked`.

        Where the last entry is another writer's and later than `at` (their clocks differ, or they wrote while this one
        waited), the entries carry the time of that one: entries are in order of time.
        """
        entries = list(self.entries)
        moment = max(utc(at), utc(entries[-1].at)) if self._others and entries else at
        for kind, body in bodies:
            entries.append(chain(entries, kind, body, at=moment))
        lines = b"".join(entry.line() for entry in entries)
        write_together({self.folder / LEDGER: lines, self.folder / HEAD: entries[-1].digest.encode() + b"\n"})
        self.entries, self._others = tuple(entries), False

    def mend_head(self) -> None:
        """Write the head again where a run was killed before it could."""
        head = self.entries[-1].digest.encode() + b"\n"
        path = self.folder / HEAD
        if not path.is_file() or path.read_bytes() != head:
            write_atomic(path, head)

    def _take_in(self) -> None:
        if not self.entries and not (self.folder / LEDGER).exists():
            return
        on_disk = read_ledger(self.folder)
        if on_disk[: len(self.entries)] != self.entries:
            msg = f"{LEDGER} on disk does not begin with the entries that were read from it; open the dossier again"
            raise VerificationError(msg, (f"{LEDGER}: rewritten by someone else",))
        self._others = self._others or len(on_disk) > len(self.entries)
        self.entries = on_disk


class _HasLedger(Protocol):
    @property
    def ledger(self) -> LedgerFile: ...


H = TypeVar("H", bound=_HasLedger)


def alone(method: Callable[Concatenate[H, P], R]) -> Callable[Concatenate[H, P], R]:
    """Run a method with its dossier held, and with all that other writers added until now."""

    @wraps(method)
    def held(self: H, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with self.ledger.locked():
            return method(self, *args, **kwargs)

    return held
