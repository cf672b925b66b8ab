"""Whether a TIFF says where its pixels are, from its first directory alone."""

import struct
from typing import BinaryIO

__all__ = ["says_where"]

_SCALE, _TIE_POINT, _TRANSFORMATION = 33550, 33922, 34264  # OGC GeoTIFF 1.1, 19-008r4, annex on tags
_MOST_TAGS = 4096  # of a directory that is read; damaged files state more


def says_where(stream: BinaryIO) -> bool:
    r"""Return whether pixel scale and tie point, or a transformation, are stated.

    Parameters
    ----------
    stream : binary file
        A TIFF or BigTIFF, at its first byte.

    Returns
    -------
    bool
        False also where the directory cannot be read: whoever opens the file finds out why.

    Examples
    --------
    >>> import io
    >>> says_where(io.BytesIO(b"II*\0" + b"\x08\0\0\0" + b"\0\0"))
    False
    """
    start = stream.read(16)
    order, big = ("<" if start[:2] == b"II" else ">"), 43 in start[2:4]
    offset, number, size = ("Q", "Q", 20) if big else ("I", "H", 12)
    try:
        (first,) = struct.unpack_from(order + offset, start, 8 if big else 4)
        stream.seek(first)
        (count,) = struct.unpack(order + number, stream.read(struct.calcsize(number)))
        entries = stream.read(min(count, _MOST_TAGS) * size)
        tags = {struct.unpack_from(order + "H", entries, at)[0] for at in range(0, len(entries) - size + 1, size)}
    except (struct.error, OverflowError):
        return False
    return _TRANSFORMATION in tags or {_SCALE, _TIE_POINT} <= tags
