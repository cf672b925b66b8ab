"""Whether a file is the one that its metadata promises."""

from osint_imagery.core.errors import ChecksumError, MissingAssetError, ReadError
from osint_imagery.scenes.location import Location
from osint_imagery.scenes.multihash import agrees
from osint_imagery.scenes.scene import Asset

__all__ = ["check_other", "checked_digest", "compared", "held_digest", "there"]


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
    place = there(asset)
    size = place.size()
    if asset.size is not None and size < asset.size:
        msg = f"path={place.href!r} is truncated: {size} of {asset.size} bytes; get it again"
        raise ReadError(msg)
    if asset.digest is not None and not check:
        return asset.digest
    found = place.digest()
    if asset.digest is not None and found != asset.digest:
        msg = f"path={place.href!r} is {found}, promised was {asset.digest}; it is not the promised file, get that one"
        raise ChecksumError(msg)
    if asset.checksum is not None and check:
        check_other(place, asset.checksum)
    return found


def check_other(place: Location, checksum: str) -> bool:
    """Compare a file with a promised checksum of another kind than SHA-256.

    Returns
    -------
    bool
        False where its algorithm is not known, so that nothing was compared.

    Raises
    ------
    ChecksumError
        If it is another file.
    """
    with place.open() as stream:
        same = agrees(checksum, stream)
    if same is False:
        msg = f"path={place.href!r} does not have the promised checksum {checksum}; it is another file, get that one"
        raise ChecksumError(msg)
    return same is not None


def compared(layers: tuple[Asset | None, ...], *, check: bool) -> str:
    """Return in words what was done about the digests of some files."""
    if not check:
        return "not compared"
    without = [asset.key for asset in dict.fromkeys(layers) if asset is not None and asset.digest is None]
    return f"computed; none promised for {' '.join(without)}" if without else "compared with the promised ones"


def there(asset: Asset) -> Location:
    """Return where an asset's bytes are.

    Raises
    ------
    MissingAssetError
        If that is a place from which nothing is read.
    """
    if asset.location is None:
        msg = f"href={asset.href!r} of asset {asset.key!r} is not on this machine; download it beside its item"
        raise MissingAssetError(msg)
    return asset.location


def held_digest(asset: Asset) -> str | None:
    """Return the digest of the bytes that are there, whatever was promised; None where no file is."""
    try:
        return None if asset.location is None else asset.location.digest()
    except MissingAssetError:
        return None
