"""Whether a file is the one that its metadata promises."""

from osint_imagery.core.errors import ChecksumError, MissingAssetError, ReadError
from osint_imagery.core.lineage import digest_file
from osint_imagery.scenes.scene import Asset

__all__ = ["checked_digest", "compared", "elsewhere", "held_digest"]


def checked_digest(asset: Asset, *, check: bool = True) -> str:
    """Return the digest of an asset's file, compared with the promised one.

    Parameters
    ----------
    check : bool
        False trusts the promise, where there is one, without reading the file.

    Raises
    ------
    MissingAssetError, ReadError, ChecksumError
        If the file is not there, is shorter than promised, or is another file; nothing is replaced.
    """
    path = asset.path
    if path is None:
        raise MissingAssetError(elsewhere(asset))
    if not path.is_file():
        msg = f"path={str(path)!r} is not there; get the file that asset {asset.key!r} names"
        raise MissingAssetError(msg)
    size = path.stat().st_size
    if asset.size is not None and size < asset.size:
        msg = f"path={str(path)!r} is truncated: {size} of {asset.size} bytes; get it again"
        raise ReadError(msg)
    if asset.digest is not None and not check:
        return asset.digest
    found = digest_file(path)
    if asset.digest is not None and found != asset.digest:
        msg = f"path={str(path)!r} is {found}, promised was {asset.digest}; it is not the promised file, get that one"
        raise ChecksumError(msg)
    return found


def compared(layers: tuple[Asset | None, ...], *, check: bool) -> str:
    """Return in words what was done about the digests of some files."""
    if not check:
        return "not compared"
    without = [asset.key for asset in dict.fromkeys(layers) if asset is not None and asset.digest is None]
    return f"computed; none promised for {' '.join(without)}" if without else "compared with the promised ones"


def elsewhere(asset: Asset) -> str:
    """Return the message for a file that is on another machine."""
    return f"href={asset.href!r} of asset {asset.key!r} is not on this machine; download it beside its item"


def held_digest(asset: Asset) -> str | None:
    """Return the digest of the bytes that are there, whatever was promised; None where no file is."""
    return digest_file(asset.path) if asset.path is not None and asset.path.is_file() else None
