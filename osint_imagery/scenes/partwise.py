"""Files that are read in parts, so that nobody has seen all of their bytes."""

from collections.abc import Iterable
from typing import Protocol, runtime_checkable

from osint_imagery.scenes.location import Location

__all__ = ["Partwise", "in_parts"]


@runtime_checkable
class Partwise(Protocol):
    """What a location has besides, if its bytes come in parts from elsewhere."""

    def prefetch(self, ranges: Iterable[tuple[int, int]]) -> None:
        """Get several ranges (first byte, length) at once, before they are read one by one."""

    def known_digest(self) -> str | None:
        """Return the digest of the whole file, None as long as nobody has seen the whole."""

    def told(self) -> str:
        """Return in words what is known of the file without having seen all of it."""


def in_parts(place: Location | None) -> Partwise | None:
    """Return a location as one that is read in parts and of which no digest is known, None where it is another.

    Examples
    --------
    >>> from pathlib import Path
    >>> from osint_imagery.scenes.location import LocalFile
    >>> in_parts(LocalFile(Path("B04.tif"))) is None
    True
    """
    return place if isinstance(place, Partwise) and place.known_digest() is None else None
