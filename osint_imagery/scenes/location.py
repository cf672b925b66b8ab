"""Where a file's bytes are: a file on this machine, part of one, or what another reader brings."""

import io
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol, runtime_checkable

from osint_imagery.core.errors import MissingAssetError, ReadError
from osint_imagery.core.lineage import digest_file, digest_stream

__all__ = ["FilePart", "LocalFile", "Location", "Window", "located"]


@runtime_checkable
class Location(Protocol):
    """Where the bytes of one file are, and how to get at them.

    What implements it is small, frozen, hashable and can be pickled: it goes to other processes with its scene. Every
    method raises MissingAssetError where nothing is there, and ReadError where the bytes cannot be had in full: a
    failure is never an empty or shorter file.
    """

    @property
    def href(self) -> str:
        """Where it is, as shown to people; without credentials."""

    @property
    def local(self) -> Path | None:
        """The path, where it is a file of its own on this machine; else None."""

    def size(self) -> int:
        """Return how many bytes there are."""

    def open(self) -> BinaryIO:
        """Return a new handle, read-only and seekable; handles are independent, also of threads."""

    def digest(self) -> str:
        """Return the SHA-256 of all bytes as ``sha256:hex``."""

    def stamp(self) -> Hashable:
        """Return what changes when the bytes do."""

    def __hash__(self) -> int: ...


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file on this machine.

    Parameters
    ----------
    path : Path
        Where it is.

    Examples
    --------
    >>> from osint_imagery.scenes.packaged import bundled
    >>> place = LocalFile(bundled("port/catalog.json"))
    >>> with place.open() as stream:
    ...     stream.read(1)
    b'{'
    """

    path: Path

    @property
    def href(self) -> str:
        """The path."""
        return str(self.path)

    @property
    def local(self) -> Path:
        """The path."""
        return self.path

    def _check_there(self) -> None:
        if not self.path.is_file():
            msg = f"path={str(self.path)!r} is not there; get the file that the scene names"
            raise MissingAssetError(msg)

    def size(self) -> int:
        """Return how many bytes the file has."""
        self._check_there()
        return self.path.stat().st_size

    def open(self) -> BinaryIO:
        """Return a new handle."""
        self._check_there()
        try:
            return self.path.open("rb")
        except OSError as err:
            msg = f"path={str(self.path)!r} cannot be opened ({err}); mend its permissions or get it again"
            raise ReadError(msg) from err

    def digest(self) -> str:
        """Return the SHA-256 of all bytes."""
        self._check_there()
        return digest_file(self.path)

    def stamp(self) -> Hashable:
        """Return path, time of modification and size."""
        self._check_there()
        status = self.path.stat()
        return str(self.path.resolve()), status.st_mtime_ns, status.st_size


@dataclass(frozen=True, slots=True)
class FilePart:
    """Bytes that lie uncompressed inside a file on this machine, as a member of a tar does.

    Parameters
    ----------
    file : Path
        The file that holds them.
    start, length : int
        First byte, and how many.
    name : str
        What the part is called inside the file.
    """

    file: Path
    start: int
    length: int
    name: str

    @property
    def href(self) -> str:
        """The file, and the part's name behind ``!``."""
        return f"{self.file}!{self.name}"

    @property
    def local(self) -> None:
        """None: it is no file of its own."""
        return

    def size(self) -> int:
        """Return how many bytes the part has."""
        held = LocalFile(self.file).size()
        if held < self.start + self.length:
            msg = f"path={self.href!r} is truncated: it ends at byte {held} of {self.start + self.length}; get it again"
            raise ReadError(msg)
        return self.length

    def open(self) -> BinaryIO:
        """Return a new handle."""
        self.size()
        stream = LocalFile(self.file).open()

        def read_at(position: int, count: int) -> bytes:
            stream.seek(self.start + position)
            return stream.read(count)

        return io.BufferedReader(Window(read_at, self.length, stream.close))

    def digest(self) -> str:
        """Return the SHA-256 of all bytes."""
        with self.open() as stream:
            return digest_stream(stream)

    def stamp(self) -> Hashable:
        """Return the file's stamp and the part."""
        return LocalFile(self.file).stamp(), self.start, self.length


class Window(io.RawIOBase):
    """A seekable handle over anything that gives bytes from a position.

    Parameters
    ----------
    read_at : callable
        ``read_at(position, count)`` returns at most so many bytes.
    length : int
        Where the bytes end.
    close : callable, optional
        Called when the handle is closed.
    """

    def __init__(
        self, read_at: Callable[[int, int], bytes], length: int, close: Callable[[], None] | None = None
    ) -> None:
        super().__init__()
        self._read_at, self._length, self._close, self._at = read_at, length, close, 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Move to a place and return it."""
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._length}[whence]
        self._at = max(0, origin + offset)
        return self._at

    def tell(self) -> int:
        """Return the place."""
        return self._at

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        """Read into a buffer and return how much."""
        wanted = max(0, min(len(buffer), self._length - self._at))
        data = self._read_at(self._at, wanted) if wanted else b""
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def close(self) -> None:
        """Close what is read."""
        if self._close is not None and not self.closed:
            self._close()
        super().close()


def located(source: Path | Location) -> Location:
    """Return a path as a location, and a location as it is."""
    return LocalFile(source) if isinstance(source, Path) else source
