"""What a place measured on each date: the mean over its usable pixels, and how much they differ."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from osint_imagery.core.arguments import require_each
from osint_imagery.core.errors import BandError
from osint_imagery.core.image import Image
from osint_imagery.figures.compositions import scaled
from osint_imagery.figures.dated import Dated

__all__ = ["Point", "Quantity", "measured", "quantity_of"]

ENOUGH = 0.5
"""Share of a place that has to be usable for its mean to be drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """What is measured: a band, or the normalized difference of two, (first - second) / (first + second)."""

    bands: tuple[str, ...]
    name: str
    unit: str

    def values(self, image: Image) -> NDArray[np.float64]:
        """Return it for each pixel, (y, x)."""
        if len(self.bands) == 1:
            return np.asarray(scaled(image, self.bands[0]), dtype=np.float64)
        first, second = (np.asarray(image.band(name), dtype=np.float64) for name in self.bands)
        total = first + second
        return np.asarray(np.divide(first - second, total, out=np.full_like(total, np.nan), where=total != 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One date: mean and standard deviation over the usable pixels, or why there is none.

    Parameters
    ----------
    image : Image
        The date.
    usable : float
        Share of the place.
    mean, sigma : float or None
        None where less than half of the place was usable; `sigma` also where it is a single pixel.
    state : str
        In words.
    """

    image: Image
    usable: float
    mean: float | None
    sigma: float | None
    state: str


def quantity_of(of: str | Sequence[str], unit: str) -> Quantity:
    """Return what is measured.

    Raises
    ------
    BandError
        If it is neither one band nor two.
    """
    bands = (of,) if isinstance(of, str) else require_each(str, of=of)
    if len(bands) == 1:
        shown = "dB" if "linear power" in unit else unit
        return Quantity(bands=bands, name=bands[0], unit=shown)
    if len(bands) != 2 or bands[0] == bands[1]:
        msg = f"of={bands!r}; give one band, or two whose normalized difference is drawn: ('nir', 'red') is NDVI"
        raise BandError(msg)
    return Quantity(bands=bands, name=f"normalized difference of {bands[0]} and {bands[1]}", unit="no unit")


def measured(given: Dated, quantity: Quantity) -> tuple[Point, ...]:
    """Return the place's value on each date, earliest first."""
    points = []
    for image in given.images:
        values = quantity.values(image)
        kept = values[given.inside & image.valid]
        kept = kept[np.isfinite(kept)]
        usable = kept.size / int(given.inside.sum())
        enough = usable >= ENOUGH
        points.append(
            Point(
                image=image,
                usable=usable,
                mean=float(kept.mean()) if enough else None,
                sigma=float(kept.std(ddof=1)) if enough and kept.size > 1 else None,
                state=given.state(image),
            )
        )
    return tuple(points)
