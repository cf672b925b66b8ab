"""Whether a file is the one that its metadata promises."""

from osint_imagery.core.errors import ChecksumError, MissingAssetError, ReadError
from osint_imagery.scenes.location import Location
from osint_imagery.scenes.multihash import agrees
from osint_imagery.scenes.partwise import in_parts
from osint_imagery.scenes.scene import Asset

__all__ = ["check_other", "checked_digest", "compared", "digest_for_reading", "held_digest", "there"]


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


def digest_for_reading(asset: Asset, *, check: bool = True) -> str | None:
    """Return the digest of an asset's file as :func:`checked_digest` does, None where only parts of it will be had.

    To compare the digest of a file on a server, all of it would have to be fetched for every window that is read; its
    size is compared.

    Raises
    ------
    MissingAssetError, ReadError, ChecksumError
        If the file is not there, or is another one.
    """
    place = there(asset)
    if in_parts(place) is None:
        return checked_digest(asset, check=check)
    if asset.size is not None and place.size() != asset.size:
        msg = f"href={place.href!r} has {place.size()} bytes, promised were {asset.size}; it is not the promised file"
        raise ChecksumError(msg)
    return None


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
    parts = [(asset, place) for asset in dict.fromkeys(layers) if asset and (place := in_parts(asset.location))]
    if parts:
        named = "; ".join(f"{asset.key}: {place.told()}" for asset, place in parts)
        return f"not compared, read in parts from a server ({named}); fetch the files to compare them"
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
    place = asset.location
    try:
        return None if place is None or in_parts(place) is not None else place.digest()
    except MissingAssetError:
        return None
