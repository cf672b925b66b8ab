"""One file brought onto this machine: under the name of its digest, whole or not at all, continued where it stopped."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from osint_imagery.core.errors import ChecksumError, IncompleteBodyError, RangeUnsupportedError, StorageError
from osint_imagery.core.lineage import digest_file
from osint_imagery.scenes.checking import check_other, there
from osint_imagery.scenes.finished import Finished, finished, note_finished, stem_of
from osint_imagery.scenes.location import LocalFile, Location
from osint_imagery.scenes.metering import Meter
from osint_imagery.scenes.remote_file import RemoteFile
from osint_imagery.scenes.scene import Asset

__all__ = ["Copy", "copied", "held", "name_of"]

_PIECE = 8 << 20


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
    """Return the copy of a file that is here already: by its promised digest, else by the folder's own notes.

    A note holds for the file as its server states it now, by size, ETag and date; what the metadata promise today is
    compared again.

    Raises
    ------
    ChecksumError
        If what is here under that name is another file.
    RemoteError, MissingAssetError
        If the server of a file without a promised digest cannot be asked.
    """
    if asset.digest is not None:
        path = files / name_of(asset.digest, asset.href)
        return _verified(asset, path, asset.digest, "compared with the promised one") if path.is_file() else None
    done = None if asset.location is None else finished(asset.location, files.parent)
    if done is None or not (files / name_of(done.digest, asset.href)).is_file():
        return None
    copy = _verified(asset, files / name_of(done.digest, asset.href), done.digest, "")
    try:
        return replace(copy, checked=_rests_on(asset, copy.path, copy.digest, copy.size))
    except ChecksumError:  # another file is promised now: bring that one, or fail by name
        return None


def copied(asset: Asset, files: Path, meter: Meter) -> Copy:
    """Bring an asset's file into a folder.

    Parameters
    ----------
    asset : Asset
        What to bring; see :func:`held` first.
    files : Path
        Folder; it exists.
    meter : Meter
        Counts bytes as they come, and ends what becomes too much.

    Raises
    ------
    RemoteError, MissingAssetError
        If it cannot be had; what has come stays, and the next try goes on from there.
    BudgetError
        If more comes than allowed; what has come stays where it can be continued.
    ChecksumError
        If it is not the promised file: then it is thrown away.
    StorageError
        If it cannot be written.
    """
    place = there(asset)
    partial = files / f".{stem_of(place)}.partial"
    try:
        size = _completed(asset, place, partial, meter)
        digest = digest_file(partial)
        checked = _checked(asset, partial, digest, size)
        target = files / name_of(digest, asset.href)
        if target.exists():
            _verified(asset, target, digest, checked)
            partial.unlink()
        else:
            partial.rename(target)
        note_finished(place, files.parent, Finished(digest=digest, size=size))
    except OSError as err:
        if err.errno is None:  # one of this library's own, whose message says what is wrong
            raise
        msg = f"path={str(err.filename or partial)!r} cannot be written ({err.strerror}); make room, and fetch again"
        raise StorageError(msg) from err
    return Copy(key=asset.key, path=target, digest=digest, size=size, checked=checked)


def _completed(asset: Asset, place: Location, partial: Path, meter: Meter) -> int:
    """Append what is missing, and return the size."""
    try:
        size = place.size()
    except RangeUnsupportedError:
        return _whole(asset, place, partial, meter)
    _compare_size(asset, size)  # before a byte of it comes: a promise is a limit
    have = partial.stat().st_size if partial.exists() else 0
    meter.here(have)
    meter.require_room(size - have, place.href)
    with partial.open("ab") as stream:
        for piece in _pieces(place, have):
            meter.came(len(piece), place.href)
            stream.write(piece)
        stream.flush()
        os.fsync(stream.fileno())
    if partial.stat().st_size != size:
        found = partial.stat().st_size
        partial.unlink()
        msg = f"href={place.href!r} came with {found} of {size} bytes; nothing was kept, fetch again"
        raise IncompleteBodyError(msg)
    return size


def _whole(asset: Asset, place: Location, partial: Path, meter: Meter) -> int:
    """Fetch a file from a server that sends no parts: from the beginning each time, so that no part of it is kept."""
    if not isinstance(place, RemoteFile):
        msg = f"href={place.href!r} is read in parts only"
        raise RangeUnsupportedError(msg)

    def watch(count: int, size: int) -> None:
        meter.came(count, place.href)
        if asset.size is not None and size > asset.size:
            msg = f"href={asset.href!r} goes on after {asset.size} bytes, which were promised; nothing was kept"
            raise ChecksumError(msg)

    try:
        with partial.open("w+b") as stream:
            size = place.copy_to(stream, watch)
            stream.flush()
            os.fsync(stream.fileno())
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
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
        return _rests_on(asset, partial, digest, size)
    except ChecksumError:
        partial.unlink()
        raise


def _rests_on(asset: Asset, path: Path, digest: str, size: int) -> str:
    """Compare a file with all that is promised of it, and return what its digest rests on."""
    _compare_size(asset, size)
    if asset.digest is not None and asset.digest != digest:
        msg = f"href={asset.href!r} is {digest}, promised was {asset.digest}; nothing was kept"
        raise ChecksumError(msg)
    other = asset.checksum is not None and check_other(LocalFile(path), asset.checksum)
    if asset.digest is not None:
        return "compared with the promised one"
    return f"computed here; the file has the promised checksum {asset.checksum}" if other else "computed here"


def _compare_size(asset: Asset, size: int) -> None:
    if asset.size is not None and asset.size != size:
        msg = f"href={asset.href!r} has {size} bytes, promised were {asset.size}; nothing was kept"
        raise ChecksumError(msg)


def _verified(asset: Asset, path: Path, digest: str, checked: str) -> Copy:
    """Return a copy that is here already, after looking whether it is what its name says."""
    found = digest_file(path)
    if found != digest:
        msg = (
            f"path={str(path)!r} is {found}, its name says {digest}; it was changed, nothing was replaced: move it away"
        )
        raise ChecksumError(msg)
    return Copy(key=asset.key, path=path, digest=digest, size=path.stat().st_size, checked=checked)
