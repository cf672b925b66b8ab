"""How much of a fetch has come, told while it comes, and the limit where it ends."""

from collections.abc import Callable
from threading import Lock

from osint_imagery.core.errors import BudgetError

__all__ = ["Meter", "Progress"]

Progress = Callable[[str], None]


class Meter:
    """Counts bytes over all threads.

    Parameters
    ----------
    total_bytes : int
        Of all files whose size is known, those that are here already included.
    most_bytes : int or None
        Most that may come; what is here already does not count.
    progress : callable
        Is told in words.

    Examples
    --------
    >>> meter = Meter(total_bytes=2_000_000, most_bytes=None, progress=print)
    >>> meter.here(500_000); meter.came(1_500_000, "https://example.org/a.tif")
    0.5 of 2.0 MB
    2.0 of 2.0 MB
    """

    def __init__(self, total_bytes: int, most_bytes: int | None, progress: Progress) -> None:
        self._total, self._most, self._progress = total_bytes, most_bytes, progress
        self._here, self._came, self._lock = 0, 0, Lock()

    def here(self, count: int) -> None:
        """Count bytes that were here before."""
        with self._lock:
            self._here += count
            self._tell()

    def came(self, count: int, href: str) -> None:
        """Count bytes that came.

        Raises
        ------
        BudgetError
            If these are more than allowed.
        """
        with self._lock:
            self._came += count
            self._require(0, href)
            self._tell()

    def require_room(self, count: int, href: str) -> None:
        """Refuse to begin with what would become more than allowed.

        Raises
        ------
        BudgetError
            If it would.
        """
        with self._lock:
            self._require(count, href)

    def _require(self, count: int, href: str) -> None:
        if self._most is not None and self._came + count > self._most:
            more = f"{count} bytes would come" if count else "more comes"
            msg = (
                f"most_bytes={self._most} would be exceeded: {more} of href={href!r}; raise it, or name fewer bands or "
                "scenes. What came whole is kept"
            )
            raise BudgetError(msg)

    def _tell(self) -> None:
        done = self._here + self._came
        of = f" of {self._total / 1e6:.1f}" if done <= self._total else ""  # beyond it are files of unknown size
        self._progress(f"{done / 1e6:.1f}{of} MB")
