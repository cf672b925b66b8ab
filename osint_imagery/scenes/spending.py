"""How much a client has taken so far, and the limit where it stops."""

import time
from collections.abc import Callable
from threading import Lock

from osint_imagery.core.errors import BudgetError, OfflineError
from osint_imagery.scenes.address import Access, shown

__all__ = ["Spending"]


class Spending:
    """Bytes, requests and seconds of all requests of a client, counted over all threads.

    Parameters
    ----------
    access : Access
        With the limits.
    clock : callable
        Seconds that only grow.
    """

    def __init__(self, access: Access, clock: Callable[[], float] = time.monotonic) -> None:
        self._access, self._clock, self._lock = access, clock, Lock()
        self._start = clock()
        self.requests = 0
        self.taken_bytes = 0

    def now(self) -> float:
        """Return the clock's seconds."""
        return self._clock()

    def request(self, url: str) -> None:
        """Count a request before it is made.

        Raises
        ------
        OfflineError, BudgetError
            If none is allowed, or the time is spent.
        """
        if self._access.offline:
            msg = f"url={shown(url)!r} would be asked, but Access(offline=True) allows no request; fetch it before"
            raise OfflineError(msg)
        self._check_time(url)
        with self._lock:
            self.requests += 1

    def take(self, count: int, url: str, begun: float) -> None:
        """Count bytes of an answer.

        Raises
        ------
        BudgetError
            If that is more than allowed, or this one answer takes too long.
        """
        with self._lock:
            self.taken_bytes += count
            taken = self.taken_bytes
        limit = self._access.total_bytes
        if limit is not None and taken > limit:
            msg = f"url={shown(url)!r}: {taken} bytes taken, Access(total_bytes={limit:g}) allows no more; raise it"
            raise BudgetError(msg)
        if self._clock() - begun > self._access.request_s:
            msg = f"url={shown(url)!r} took longer than Access(request_s={self._access.request_s:g}); raise it or retry"
            raise BudgetError(msg)
        self._check_time(url)

    def _check_time(self, url: str) -> None:
        limit = self._access.total_s
        if limit is not None and self._clock() - self._start > limit:
            msg = f"url={shown(url)!r}: Access(total_s={limit:g}) is used up; raise it, or ask for less"
            raise BudgetError(msg)
