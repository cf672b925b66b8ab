"""One file brought onto this machine: under the name of its digest, whole or not at all, continued where it stopped."""

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from osint_imagery.core.errors import ChecksumError, IncompleteBodyError, RangeUnsupportedError, StorageError
from osint_imagery.core.lineage import digest_file
from osint_imagery.scenes.checking import check_other, there
from osint_imagery.scenes.location import LocalFile, Location
from osint_imagery.scenes.remote_file import RemoteFile
from osint_imagery.scenes.scene import Asset

__all__ = ["Copy", "copied", "held", "name_of"]

_PIECE = 8 << 20
Told = Callable[[int], None]
"""Is told how many more bytes have come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A working copy of an asset's file.

    Parameters
    ----------
    key : str
        Of the asset.
    path : Path
        Where it is.
    digest : str
        ``sha256:hex`` of its bytes.
    size : int
        Bytes.
    checked : str
        What the digest rests on, in words.
    """

    key: str
    path: Path
    digest: str
    size: int
    checked: str


def name_of(digest: str, href: str) -> str:
    """Return the name under which a file is kept.

    Examples
    --------
    >>> name_of("sha256:" + "0" * 64, "https://example.org/B04.tif")[-9:]
    '00000.tif'
    """
    suffix = Path(href.partition("?")[0]).suffix.lower()
    return digest.removeprefix("sha256:") + (suffix if suffix[1:].isalnum() and len(suffix) <= 6 else "")


def held(asset: Asset, files: Path) -> Copy | None:
    """Return the copy of a file whose digest is promised, if it is here already.

    Raises
    ------
    ChecksumError
        If what is here under that name is another file.
    """
    if asset.digest is None or not (files / name_of(asset.digest, asset.href)).is_file():
        return None
    return _verified(asset, files / name_of(asset.digest, asset.href), asset.digest, "compared with the promised one")


def copied(asset: Asset, files: Path, told: Told) -> Copy:
    """Bring an asset's file into a folder.

    Parameters
    ----------
    asset : Asset
        What to bring.
    files : Path
        Folder; it exists.
    told : callable
        Is told about bytes as they come.

    Raises
    ------
    RemoteError, MissingAssetError
        If it cannot be had; what has come stays, and the next try goes on from there.
    ChecksumError
        If it is not the promised file: then it is thrown away.
    StorageError
        If it cannot be written.
    """
    known = held(asset, files)
    if known is not None:
        told(known.size)
        return known
    place = there(asset)
    partial = files / f".{hashlib.sha256(repr(_identity(place)).encode()).hexdigest()[:32]}.partial"
    try:
        size = _completed(place, partial, told)
        digest = digest_file(partial)
        checked = _checked(asset, partial, digest, size)
        target = files / name_of(digest, asset.href)
        if target.exists():
            _verified(asset, target, digest, checked)
            partial.unlink()
        else:
            partial.rename(target)
    except OSError as err:
        if err.errno is None:  # one of this library's own, whose message says what is wrong
            raise
        msg = f"path={str(err.filename or partial)!r} cannot be written ({err.strerror}); make room, and fetch again"
        raise StorageError(msg) from err
    return Copy(key=asset.key, path=target, digest=digest, size=size, checked=checked)


def _identity(place: Location) -> object:
    """Return what tells this file from every other one; without a server's word on it, its address."""
    try:
        return place.stamp()
    except RangeUnsupportedError:
        return place.href


def _completed(place: Location, partial: Path, told: Told) -> int:
    """Append what is missing, and return the size."""
    try:
        size = place.size()
    except RangeUnsupportedError:
        return _whole(place, partial, told)
    have = partial.stat().st_size if partial.exists() else 0
    told(have)
    with partial.open("ab") as stream:
        for piece in _pieces(place, have):
            stream.write(piece)
            told(len(piece))
        stream.flush()
        os.fsync(stream.fileno())
    if partial.stat().st_size != size:
        found = partial.stat().st_size
        partial.unlink()
        msg = f"href={place.href!r} came with {found} of {size} bytes; nothing was kept, fetch again"
        raise IncompleteBodyError(msg)
    return size


def _whole(place: Location, partial: Path, told: Told) -> int:
    """Fetch a file from a server that sends no parts: from the beginning each time."""
    if not isinstance(place, RemoteFile):
        msg = f"href={place.href!r} is read in parts only"
        raise RangeUnsupportedError(msg)
    with partial.open("w+b") as stream:
        size = place.copy_to(stream)
        stream.flush()
        os.fsync(stream.fileno())
    told(size)
    return size


def _pieces(place: Location, first: int) -> Iterator[bytes]:
    if isinstance(place, RemoteFile):
        yield from place.pieces(first)
        return
    with place.open() as stream:
        stream.seek(first)
        yield from _read(stream)


def _read(stream: BinaryIO) -> Iterator[bytes]:
    while piece := stream.read(_PIECE):
        yield piece


def _checked(asset: Asset, partial: Path, digest: str, size: int) -> str:
    """Return what a digest rests on; a file that is not the promised one is thrown away."""
    try:
        other = _compared(asset, partial, digest, size)
    except ChecksumError:
        partial.unlink()
        raise
    if asset.digest is not None:
        return "compared with the promised one"
    return f"computed here; the file has the promised checksum {asset.checksum}" if other else "computed here"


def _compared(asset: Asset, partial: Path, digest: str, size: int) -> bool:
    """Compare a file with all that is promised of it, and return whether a checksum of another kind was."""
    if asset.size is not None and asset.size != size:
        msg = f"href={asset.href!r} has {size} bytes, promised were {asset.size}; nothing was kept"
        raise ChecksumError(msg)
    if asset.digest is not None and asset.digest != digest:
        msg = f"href={asset.href!r} is {digest}, promised was {asset.digest}; nothing was kept"
        raise ChecksumError(msg)
    return asset.checksum is not None and check_other(LocalFile(partial), asset.checksum)


def _verified(asset: Asset, path: Path, digest: str, checked: str) -> Copy:
    """Return a copy that is here already, after looking whether it is what its name says."""
    found = digest_file(path)
    if found != digest:
        msg = (
            f"path={str(path)!r} is {found}, its name says {digest}; it was changed, nothing was replaced: move it away"
        )
        raise ChecksumError(msg)
    return Copy(key=asset.key, path=path, digest=digest, size=path.stat().st_size, checked=checked)
