"""A file on a server, read in parts: only bytes that are needed, each part checked to be of one and the same file."""

import hashlib
import io
from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import BinaryIO, cast

from osint_imagery.scenes.address import shown
from osint_imagery.scenes.answering import Version
from osint_imagery.scenes.block_cache import BlockCache
from osint_imagery.scenes.client import Client, Watch
from osint_imagery.scenes.signatures import identity_of

__all__ = ["RemoteFile"]

_BLOCK = 16 << 10  # the first one is asked for first: the directory of a cloud-optimized GeoTIFF lies there
_REQUEST = 4 << 20  # most bytes of one request
_PIECE = 8 << 20  # of a whole file
_GAP = 64 << 10  # bytes not needed between two ranges that are: one request costs more than these
_THREADS = 8


class RemoteFile:
    """A file behind an https address.

    Parameters
    ----------
    url : str
        Its address; a query is sent, and never shown.
    client : Client
        Asks for the parts.
    cache : BlockCache, optional
        Where parts are kept; share one between files to bound the memory of all.

    Notes
    -----
    Size, ETag and date of the first part are those of the file: a part with others is an error
    (:class:`~osint_imagery.core.errors.ChangedFileError`), never put beside it. A server that gives neither ETag nor
    date leaves only the size to tell a changed file by.
    """

    def __init__(self, url: str, client: Client, cache: BlockCache | None = None) -> None:
        self._url, self._client = url, client
        self._cache = cache or BlockCache()
        self._version: Version | None = None
        self._digest: str | None = None
        self._starts: list[int] = []  # of ranges fetched in advance, ascending
        self._lock = Lock()
        self.href = shown(url)
        self.identity = identity_of(url)

    @property
    def local(self) -> Path | None:
        """None: the file is not on this machine."""
        return None

    @property
    def version(self) -> Version:
        """What tells this file from another one under the same address, as the server says it."""
        if self._version is None:
            self._load(0, _BLOCK)
        return cast("Version", self._version)

    def size(self) -> int:
        """Return the size in bytes, as the server says it."""
        return self.version.size

    def stamp(self) -> tuple[str, int, str | None, str | None]:
        """Return what changes when the file does."""
        version = self.version
        return self.identity, version.size, version.etag, version.modified

    def digest(self) -> str:
        """Return the SHA-256 of the whole file as ``sha256:hex``: every byte is fetched for it, once.

        Raises
        ------
        RemoteError, MissingAssetError
            If a part cannot be had, or is of another file.
        """
        if self._digest is None:
            hasher = hashlib.sha256()
            for piece in self.pieces():
                hasher.update(piece)
            self._digest = "sha256:" + hasher.hexdigest()
        return self._digest

    def known_digest(self) -> str | None:
        """Return the digest of the whole file, None as long as it was not computed or another copy compared."""
        return self._digest

    def told(self) -> str:
        """Return size, ETag and date of the file, as the server says them."""
        version = self.version
        return f"{version.size} bytes, ETag {version.etag or 'not stated'}, of {version.modified or 'no stated date'}"

    def pieces(self, first: int = 0, version: Version | None = None) -> Iterator[bytes]:
        """Yield the file's bytes from a position to its end; the cache is left alone.

        Parameters
        ----------
        first : int
            Where to begin.
        version : Version, optional
            Of what was had before; another file is an error.
        """
        known = version or self.version
        while first < known.size:
            part = self._client.part(self._url, first, min(first + _PIECE, known.size) - 1, known)
            yield part.data
            first += len(part.data)

    def copy_to(self, target: BinaryIO, watch: Watch | None = None) -> int:
        """Write the whole file, where its server sends no parts, and return its size; `watch` may end it."""
        return self._client.copy(self._url, target, watch)

    def open(self) -> BinaryIO:
        """Return a handle with a position of its own; handles may be read from several threads."""
        return cast("BinaryIO", _Handle(self))

    def read_at(self, first: int, length: int) -> bytes:
        """Return bytes from a position on, fewer only at the file's end.

        Raises
        ------
        RemoteError, MissingAssetError
            If they cannot be had.
        """
        end = min(first + length, self.size())
        if end <= first:
            return b""
        held = self._held(first, end)
        if held is not None:
            return held
        begin, last = first // _BLOCK, (end - 1) // _BLOCK
        blocks = {index: self._cache.get(self._key(index)) for index in range(begin, last + 1)}
        missing = [(index * _BLOCK, (index + 1) * _BLOCK) for index, data in blocks.items() if data is None]
        for run in _joined(missing):
            blocks.update(self._load(*run))
        data = b"".join(block for block in blocks.values() if block is not None)
        return data[first - begin * _BLOCK : end - begin * _BLOCK]

    def prefetch(self, ranges: Iterable[tuple[int, int]]) -> None:
        """Fetch several ranges (first byte, length) at once, in as few requests as sensible, into the cache.

        Raises
        ------
        RemoteError, MissingAssetError
            If any of them cannot be had.
        """
        size = self.size()
        wanted, total = [], 0
        for first, length in sorted(ranges):
            end = min(first + length, size)
            if first < end and self._held(first, end) is None:
                total += end - first
                if total > self._cache.limit_bytes // 2:
                    break  # more would push out what came first
                wanted.append((first, end))
        runs = list(_joined(wanted))
        if not runs:
            return
        with ThreadPoolExecutor(max_workers=_THREADS) as threads:  # it starts no more of them than there is work
            others = [threads.submit(self._fetch, *run) for run in runs[1:]]
            self._fetch(*runs[0])
            for done in others:
                done.result()

    def _held(self, first: int, end: int) -> bytes | None:
        """Return bytes that lie in one range that was fetched in advance; None where they do not, or no longer."""
        with self._lock:
            place = bisect_right(self._starts, first) - 1
            start = self._starts[place] if place >= 0 else None
        if start is None:
            return None
        data = self._cache.get(self._key(start, ahead=True))
        if data is None:
            with self._lock:
                if start in self._starts:
                    self._starts.remove(start)
            return None
        return data[first - start : end - start] if end - start <= len(data) else None

    def _fetch(self, first: int, end: int) -> None:
        """Fetch a range in one request and keep it as it is."""
        part = self._client.part(self._url, first, end - 1, self._version)
        self._cache.put(self._key(first, ahead=True), part.data)
        with self._lock:
            if first not in self._starts:
                insort(self._starts, first)

    def _load(self, first: int, end: int) -> dict[int, bytes]:
        """Fetch blocks in one request; they are kept only if they belong to the file of the first part."""
        part = self._client.part(self._url, first, end - 1, self._version)
        self._version = self._version or part.version
        begin = first // _BLOCK
        found = {begin + i // _BLOCK: part.data[i : i + _BLOCK] for i in range(0, len(part.data), _BLOCK)}
        for index, data in found.items():
            self._cache.put(self._key(index), data)
        return found

    def _key(self, place: int, *, ahead: bool = False) -> tuple[str, Version | None, bool, int]:
        return self.identity, self._version, ahead, place

    def __reduce__(self) -> tuple[type["RemoteFile"], tuple[str, Client, BlockCache]]:
        return RemoteFile, (self._url, self._client, self._cache)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RemoteFile) and self._url == other._url

    def __hash__(self) -> int:
        return hash(self._url)

    def __repr__(self) -> str:
        return f"RemoteFile({self.href!r})"


def _joined(ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield first byte and end of runs of ascending ranges; small gaps are bridged, long runs are cut."""
    begin = last = None
    for first, end in ranges:
        if begin is None or last is None:
            begin, last = first, end
        elif first - last <= _GAP and end - begin <= _REQUEST:
            last = max(last, end)
        else:
            yield begin, last
            begin, last = first, end
    if begin is not None and last is not None:
        yield begin, last


class _Handle(io.RawIOBase):
    """A position in a remote file."""

    def __init__(self, file: RemoteFile) -> None:
        super().__init__()
        self._file = file
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._file.size()}[whence]
        self._at = max(0, start + offset)
        return self._at

    def read(self, size: int | None = -1, /) -> bytes:
        length = self._file.size() - self._at if size is None or size < 0 else size
        data = self._file.read_at(self._at, length)
        self._at += len(data)
        return data

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)
