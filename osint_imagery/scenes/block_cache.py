"""Blocks of remote files, kept in memory up to a limit."""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock

__all__ = ["BlockCache"]


class BlockCache:
    """The blocks used last, by key; those used longest ago go first. Safe to share between threads.

    Parameters
    ----------
    limit_bytes : int
        Most bytes kept.

    Examples
    --------
    >>> cache = BlockCache(limit_bytes=4)
    >>> cache.put("a", b"123"); cache.put("b", b"45")
    >>> cache.get("a"), cache.get("b")
    (None, b'45')
    """

    def __init__(self, limit_bytes: int = 64 << 20) -> None:
        self.limit_bytes = limit_bytes
        self._kept: OrderedDict[Hashable, bytes] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def get(self, key: Hashable) -> bytes | None:
        """Return a block, None where it is not kept."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: Hashable, data: bytes) -> None:
        """Keep a block, and let go of others where that is too much."""
        with self._lock:
            self._size += len(data) - len(self._kept.pop(key, b""))
            self._kept[key] = data
            while self._size > self.limit_bytes:
                self._size -= len(self._kept.popitem(last=False)[1])

    def __reduce__(self) -> tuple[type["BlockCache"], tuple[int]]:
        return BlockCache, (self.limit_bytes,)  # another process starts with an empty one
