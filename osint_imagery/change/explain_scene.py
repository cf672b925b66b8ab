"""What the whole scene says about its usual differences: computed once, used for every object."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from osint_imagery.core.errors import NotEnoughDataError
from osint_imagery.core.image import Image, freeze
from osint_imagery.core.pair import Pair

__all__ = ["SceneNorm", "learn"]

Float = NDArray[np.float32]

_SAMPLE = 20_000  # pixels; a hundred times more than any figure below needs
_LEAST = 100
_DILUTE = frozenset({"coastal", "nir09", "cirrus", "lwir", "lwir11", "lwir12"})  # coarse bands, little ground
_TAIL_STEP, _TAIL_BINS = 0.005, 24  # width of a bin of the brightest values, share of the value: less than noise
_PILE, _PILE_TIMES = 8, 4  # pixels in one bin, and how many times those of the bins beside it: a pile-up
_EIGHT_BIT = 255.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SceneNorm:
    """How the two dates usually differ.

    Parameters
    ----------
    bands : tuple of str
        Bands that the tests use.
    indexes : tuple of int
        Their places in the images.
    gain, offset : ndarray, (band,)
        Later date times gain plus offset has the earlier date's middle and spread in each band.
    spread : ndarray, (band,)
        Usual difference of a pixel after that, one standard deviation.
    floor : ndarray, (band,)
        Darkest ground after that: the light that the air adds, or a little more.
    floors : tuple of ndarray, (band,)
        The same of each date, in its own values.
    middle : tuple of ndarray, (band,)
        Median of each date, in its own values.
    ceiling : tuple of ndarray, (band,)
        Of each date, in its own values: level at which values pile up, NaN where they do not.
    top : tuple of ndarray, (band,)
        Of each date: the brightest value of the scene.
    ground, change : ndarray, (pixel, band)
        Sampled earlier values and differences, in units of `spread`.
    size : ndarray, (pixel,)
        Squared length of each row of `ground`.
    comparable : bool
        Whether bands are in one physical scale, so that their ratios mean something.
    reflectance : bool
        Whether values are reflectances.
    cirrus : tuple of float
        Of each date: middle and spread of the cirrus band; NaN without one.
    pixels : int
        Usable pixels behind it.
    """

    bands: tuple[str, ...]
    indexes: tuple[int, ...]
    gain: Float
    offset: Float
    spread: Float
    floor: Float
    floors: tuple[Float, Float]
    middle: tuple[Float, Float]
    ceiling: tuple[Float, Float]
    top: tuple[Float, Float]
    ground: Float
    size: Float
    change: Float
    comparable: bool
    reflectance: bool
    cirrus: tuple[tuple[float, float], tuple[float, float]]
    pixels: int

    def band(self, *names: str) -> int | None:
        """Return the place of the first of these bands that is there, None without any."""
        return next((self.bands.index(name) for name in names if name in self.bands), None)


def learn(windows: Sequence[Pair]) -> SceneNorm:
    """Return what is usual in a scene from windows spread over it (or from the whole pair).

    Raises
    ------
    NotEnoughDataError
        If fewer than 100 pixels are usable on both dates.
    """
    first = windows[0]
    total = sum(int((window.before.valid & window.after.valid).sum()) for window in windows)
    if total < _LEAST:
        msg = f"{total} pixels are usable on both dates, {_LEAST} are needed to say what is usual; use a larger window"
        raise NotEnoughDataError(msg)
    every = max(1, math.ceil(math.sqrt(total / _SAMPLE)))
    before, after = (
        np.concatenate([_drawn(window, side, every) for window in windows], axis=1) for side in ("before", "after")
    )
    indexes = tuple(k for k, name in enumerate(first.bands) if name not in _DILUTE) or tuple(range(len(first.bands)))
    earlier, later = before[list(indexes)], after[list(indexes)]
    gain = _width(earlier) / np.maximum(_width(later), np.finfo(np.float32).tiny)
    gain = np.where(np.isfinite(gain) & (gain > 0), gain, 1).astype(np.float32)
    offset = np.median(earlier, axis=1) - gain * np.median(later, axis=1)
    change = later * gain[:, None] + offset[:, None] - earlier
    spread = np.median(np.abs(change - np.median(change, axis=1)[:, None]), axis=1) * 1.4826
    spread = np.maximum(spread, 1e-3 * np.maximum(_width(earlier), np.finfo(np.float32).tiny)).astype(np.float32)
    ground = np.ascontiguousarray((earlier / spread[:, None]).T)
    tops = [_tops(windows, side, indexes) for side in ("before", "after")]
    return SceneNorm(
        bands=tuple(first.bands[k] for k in indexes),
        indexes=indexes,
        gain=freeze(gain),
        offset=freeze(offset.astype(np.float32)),
        spread=freeze(spread),
        floor=_darkest(np.minimum(earlier, earlier + change)),
        floors=(_darkest(earlier), _darkest(later)),
        middle=(freeze(np.median(earlier, axis=1)), freeze(np.median(later, axis=1))),
        ceiling=(tops[0][1], tops[1][1]),
        top=(tops[0][0], tops[1][0]),
        ground=freeze(ground),
        size=freeze(np.square(ground).sum(axis=1)),
        change=freeze(np.ascontiguousarray((change / spread[:, None]).T)),
        comparable=_is_comparable(first.before, float(max(tops[0][0].max(), tops[1][0].max()))),
        reflectance=first.before.unit == "reflectance",
        cirrus=(_middle(first, before), _middle(first, after)),
        pixels=total,
    )


def _drawn(pair: Pair, side: str, every: int) -> Float:
    """Return the usable pixels of every n-th row and column, (band, pixel)."""
    image: Image = getattr(pair, side)
    usable = pair.before.valid[::every, ::every] & pair.after.valid[::every, ::every]
    return image.values[:, ::every, ::every][:, usable]


def _width(values: Float) -> Float:
    """Return the 10 to 90 % spread of each band: it does not see a few percent of change."""
    low, high = np.quantile(values, (0.1, 0.9), axis=1)
    return np.asarray(high - low, dtype=np.float32)


def _darkest(values: Float) -> Float:
    return freeze(np.quantile(values, 0.001, axis=1).astype(np.float32))


def _middle(pair: Pair, values: Float) -> tuple[float, float]:
    if "cirrus" not in pair.bands:
        return float("nan"), float("nan")
    plane = values[pair.bands.index("cirrus")]
    middle = float(np.median(plane))
    return middle, 1.4826 * float(np.median(np.abs(plane - middle)))


def _is_comparable(image: Image, top: float) -> bool:
    """Return whether one unit of one band is one unit of another: not so for plain 8-bit counts."""
    if image.unit == "DN":
        return top > _EIGHT_BIT and (image.sensor or "").startswith("sentinel-2")
    return image.unit == "reflectance"


def _tops(windows: Sequence[Pair], side: str, indexes: tuple[int, ...]) -> tuple[Float, Float]:
    """Return, per band, the brightest value and the level at which values pile up below it (NaN: they do not)."""
    images: list[Image] = [getattr(window, side) for window in windows]
    tops, levels = [], []
    for k in indexes:
        planes = [image.values[k] for image in images]
        top = float(max((np.nanmax(plane) for plane in planes if np.isfinite(plane).any()), default=0.0))
        counts = np.zeros(_TAIL_BINS, dtype=np.int64)
        for plane in planes:
            bright = plane[plane > top * (1 - _TAIL_STEP) ** _TAIL_BINS] if top > 0 else plane[:0, 0]
            bins = np.floor(np.log(top / bright) / -np.log(1 - _TAIL_STEP)).astype(int)
            counts += np.bincount(np.clip(bins, 0, _TAIL_BINS - 1), minlength=_TAIL_BINS)
        levels.append(_level(top, counts, eight_bit=images[0].unit == "DN" and top == _EIGHT_BIT))
        tops.append(top)
    return freeze(np.array(tops, dtype=np.float32)), freeze(np.array(levels, dtype=np.float32))


def _level(top: float, counts: NDArray[np.int64], *, eight_bit: bool) -> float:
    """Return the lower edge of a bin of bright values that holds far more than those beside it."""
    if eight_bit:
        return _EIGHT_BIT * (1 - _TAIL_STEP)
    for k in range(_TAIL_BINS - 2):  # not only the brightest: cubic resampling lifts clipped edges by up to a tenth
        if counts[k] >= _PILE and counts[k] > _PILE_TIMES * max(counts[k + 1], counts[max(k - 1, 0)] * (k > 0), 1):
            return top * (1 - _TAIL_STEP) ** (k + 1)
    return float("nan")
