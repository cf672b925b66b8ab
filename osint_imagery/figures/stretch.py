"""One stretch for all dates of a figure: what is brighter in the picture is brighter on the ground."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from osint_imagery.core.arguments import require_each
from osint_imagery.core.errors import BandError
from osint_imagery.core.image import Image
from osint_imagery.core.pair import Pair

__all__ = ["Stretch", "composite_of", "scaled", "shared_stretch", "stretch_over"]

_COMPOSITES: tuple[tuple[tuple[str, ...], str], ...] = (
    (("red", "green", "blue"), "true color"),
    (("nir", "red", "green"), "false color"),
)
_SHARES = (2.0, 98.0)
_BLANK = 205  # gray of ground without pixels
_TINY = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """How pixel values become brightness; the same for all dates.

    Parameters
    ----------
    bands : tuple of str
        One (gray) or three (red, green, blue of the screen).
    limits : tuple of (float, float)
        Value drawn black and value drawn white, one pair a band, in `unit`.
    unit : str
        Unit of the limits; ``dB`` where the pixels are linear power.
    name : str
        ``"true color"``, ``"false color"``, ``"gray"``.
    dates : int
        How many dates are drawn with it.
    """

    bands: tuple[str, ...]
    limits: tuple[tuple[float, float], ...]
    unit: str
    name: str
    dates: int = 2

    def apply(self, image: Image) -> NDArray[np.uint8]:
        """Return the image as (y, x, 3) screen colors; pixels that are not valid are plain gray."""
        planes = []
        for band, (low, high) in zip(self.bands, self.limits, strict=True):
            values = scaled(image, band)
            share = np.clip((values - low) / (high - low), 0, 1)
            planes.append(np.where(np.isfinite(share), np.rint(255 * np.nan_to_num(share)), _BLANK))
        picture = np.stack(planes if len(planes) == 3 else planes * 3, axis=-1).astype(np.uint8)
        picture[~image.valid] = _BLANK
        return picture

    @property
    def words(self) -> str:
        """The stretch as a sentence for the figure."""
        each = ", ".join(f"{b} {lo:.3g} to {hi:.3g}" for b, (lo, hi) in zip(self.bands, self.limits, strict=True))
        dates = {1: "this date", 2: "both dates"}.get(self.dates, f"all {self.dates} dates")
        return (
            f"Display: {self.name}; one linear stretch for {dates}, from the 2nd to the 98th percentile "
            f"of {'its' if self.dates == 1 else 'their'} usable pixels ({each} {self.unit})."
        )


def scaled(image: Image, band: str) -> NDArray[np.float32]:
    """Return a band as it is drawn: linear power in dB, all else as it is."""
    values = image.band(band)
    if "linear power" not in image.unit:
        return values
    return np.asarray(10 * np.log10(np.maximum(values, _TINY)), dtype=np.float32)


def composite_of(known: Sequence[str], bands: Sequence[str] | None) -> tuple[tuple[str, ...], str]:
    """Return the bands that are drawn, of those that are known, and what such a picture is called."""
    if bands is None:
        for names, words in _COMPOSITES:
            if set(names) <= set(known):
                return names, words
        return tuple(known[:1]), "gray"
    chosen = require_each(str, bands=bands)
    if len(chosen) not in {1, 3}:
        msg = f"bands={chosen!r}; give one band (gray) or three (drawn red, green, blue)"
        raise BandError(msg)
    named: dict[tuple[str, ...], str] = dict(_COMPOSITES)
    return chosen, "gray" if len(chosen) == 1 else named.get(chosen, "false color")


def shared_stretch(
    pair: Pair, bands: Sequence[str] | None = None, window: tuple[slice, slice] | None = None
) -> Stretch:
    """Return the stretch that both dates are drawn with.

    Parameters
    ----------
    pair : Pair
        Both dates.
    bands : sequence of str, optional
        One or three bands; default red, green, blue, else nir, red, green, else the first band in gray.
    window : tuple of slice, optional
        Rows and columns that will be shown; the percentiles are of these.

    Raises
    ------
    BandError
        If a band is missing, or their number is neither one nor three.

    Examples
    --------
    >>> before = Image.from_array([[[0.0, 0.5], [0.1, 0.4]]], bands=["vv"])
    >>> after = Image.from_array([[[0.0, 1.0], [0.1, 0.4]]], bands=["vv"])
    >>> shared_stretch(Pair(before=before, after=after)).name
    'gray'
    """
    return stretch_over((pair.before, pair.after), bands, window)


def stretch_over(
    images: Sequence[Image], bands: Sequence[str] | None = None, window: tuple[slice, slice] | None = None
) -> Stretch:
    """Return the stretch that all images are drawn with; as :func:`shared_stretch`, for any number of dates.

    Every date counts alike, pixel by pixel.
    """
    chosen, name = composite_of(images[0].bands, bands)
    part = window or (slice(None), slice(None))
    limits = []
    for band in chosen:
        usable = np.concatenate([scaled(image, band)[part][image.valid[part]] for image in images], dtype=np.float64)
        low, high = np.percentile(usable, _SHARES) if usable.size else (0.0, 1.0)
        limits.append((float(low), float(high) if high > low else float(low) + max(abs(float(low)), 1.0)))
    unit = "dB" if "linear power" in images[0].unit else images[0].unit
    return Stretch(bands=chosen, limits=tuple(limits), unit=unit, name=name, dates=len(images))
