"""Every reader of products, in the order in which they are asked: the first to recognize a file has it."""

from collections.abc import Callable
from dataclasses import replace

from osint_imagery.scenes.bundle import Bundle, Claimed
from osint_imagery.scenes.product_commercial import commercial_products
from osint_imagery.scenes.product_landsat import landsat_products
from osint_imagery.scenes.product_picture import picture_products
from osint_imagery.scenes.product_sentinel1 import opera_products, sentinel1_safe_products
from osint_imagery.scenes.product_sentinel2 import sentinel2_products
from osint_imagery.scenes.scene import Refused, Scene

__all__ = ["READERS", "products_in"]

READERS: tuple[Callable[[Bundle], Claimed], ...] = (
    sentinel2_products,
    sentinel1_safe_products,
    landsat_products,
    opera_products,
    commercial_products,
    picture_products,
)


def products_in(bundle: Bundle) -> Claimed:
    """Return every product of a bundle, and the files that belong to them.

    Parameters
    ----------
    bundle : Bundle
        A folder's or an archive's files; several products, and files of none, may lie side by side.
    """
    entries: list[Scene | Refused] = []
    names = frozenset[str]()
    for reader in READERS:
        left = {name: place for name, place in bundle.files.items() if name not in names}
        claimed = reader(replace(bundle, files=left))
        entries += claimed.entries
        names |= claimed.names
    return Claimed(entries=tuple(entries), names=names)
