"""The pixels that the cloud tests look at: which bands, on what scale, and whether nobody looked before."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from osint_imagery.core.flags import Flag
from osint_imagery.core.image import Image
from osint_imagery.core.pair import Pair

__all__ = ["NEEDED", "USED", "Plane", "Planes", "pixel_m", "planes", "reflectance_scale", "scale_of", "unknown_quality"]

NEEDED = ("blue", "green", "red")
USED = (*NEEDED, "nir", "swir16", "cirrus")
"""Bands that are looked at where the pair has them; `nir08` stands in for `nir`."""

Plane = NDArray[np.float32]
Planes = dict[str, Plane]

_DEFAULT_PIXEL_M = 10.0
_TEN_THOUSAND = 10_000.0


def pixel_m(pair: Pair) -> float:
    """Return the side of a pixel, m; 10 where the pixels have no place."""
    return pair.grid.gsd_m if pair.grid is not None else _DEFAULT_PIXEL_M


def unknown_quality(images: Sequence[Image]) -> bool:
    """Return whether a date comes without a quality layer: no pixel that may be used says how good it is."""
    return all(bool(((image.flags & int(Flag.QUALITY_UNKNOWN)) != 0)[image.valid].all()) for image in images)


def reflectance_scale(windows: Sequence[Pair]) -> tuple[float, str]:
    """Return what the pixels have to be divided by to be reflectance, and, where it cannot be known, why."""
    missing = [name for name in NEEDED if name not in windows[0].bands]
    if missing:
        return 1.0, f"no band {', '.join(missing)}"
    greens = [image.band("green")[pair.valid] for pair in windows for image in (pair.before, pair.after)]
    greens = [green for green in greens if green.size]
    return scale_of(greens) if greens else (1.0, "no pixel can be used on both dates")


def scale_of(greens: Sequence[NDArray[np.float32]]) -> tuple[float, str]:
    """Return what green pixels, at least one a date, have to be divided by to be reflectance, and why it is not known.

    Land and water have a median reflectance of a few to some forty percent in green, so the two usual scales lie far
    apart; 8-bit counts lie between them and are declined.
    """
    middle = float(np.median([np.median(green) for green in greens]))
    top = max(float(green.max()) for green in greens)
    if 0 < middle < 1.5 and top < 20:
        return 1.0, ""
    if 100 <= middle <= 15_000 and top > 300:
        return _TEN_THOUSAND, ""
    return 1.0, f"green has the median {middle:.3g}, neither reflectance nor reflectance x 10,000"


def planes(pair: Pair, scale: float, rows: slice) -> tuple[Planes, Planes]:
    """Return the bands that are looked at, of both dates, in reflectance, NaN where either date is not usable."""
    valid = pair.valid[rows]
    source = {name: name for name in USED if name in pair.bands}
    if "nir" not in source and "nir08" in pair.bands:
        source["nir"] = "nir08"

    def of(image: Image) -> Planes:
        bands = {name: image.band(band)[rows] / np.float32(scale) for name, band in source.items()}
        return {name: np.where(valid, plane, np.float32(np.nan)) for name, plane in bands.items()}

    return of(pair.before), of(pair.after)
