"""Checksums as STAC writes them (``file:checksum``), whatever their algorithm."""

import hashlib
import re
from typing import BinaryIO

from osint_imagery.core.errors import InputError
from osint_imagery.core.lineage import digest_from_multihash

__all__ = ["agrees", "promised"]

_PIECE = 1 << 20
# Prefix (code and length, hexadecimal) of the multicodec table, and hashlib's name.
_ALGORITHMS = {
    "1114": "sha1",
    "1220": "sha256",
    "1340": "sha512",
    "1440": "sha3_512",
    "1530": "sha3_384",
    "1620": "sha3_256",
    "171c": "sha3_224",
    "d50110": "md5",
}


def promised(checksum: str | None) -> tuple[str | None, str | None]:
    """Return the SHA-256 that a checksum promises, and the checksum itself where it is of another kind.

    Raises
    ------
    InputError
        If it says it is SHA-256 and is not, or is not hexadecimal.

    Examples
    --------
    >>> promised("d50110" + "0" * 32)
    (None, 'd5011000000000000000000000000000000000')
    >>> promised(None)
    (None, None)
    """
    if checksum is None:
        return None, None
    if checksum.startswith("12"):
        return digest_from_multihash(checksum), None
    if not re.fullmatch(r"[0-9a-fA-F]{8,}", checksum):
        msg = f"file:checksum={checksum!r} is not a SHA-256 multihash, and no other in hexadecimal digits"
        raise InputError(msg)
    return None, checksum.lower()


def agrees(checksum: str, stream: BinaryIO) -> bool | None:
    """Return whether bytes have a checksum; None where its algorithm is not known, or its length is not that one's.

    Examples
    --------
    >>> import io
    >>> agrees("d50110" + "d41d8cd98f00b204e9800998ecf8427e", io.BytesIO(b"")), agrees("1e20" + "0" * 64, io.BytesIO())
    (True, None)
    """
    name = next((known for prefix, known in _ALGORITHMS.items() if checksum.startswith(prefix)), None)
    if name is None:
        return None
    hasher = hashlib.new(name, usedforsecurity=False)
    stated = checksum.removeprefix(next(prefix for prefix in _ALGORITHMS if checksum.startswith(prefix)))
    if len(stated) != 2 * hasher.digest_size:
        return None
    while piece := stream.read(_PIECE):
        hasher.update(piece)
    return hasher.hexdigest() == stated
