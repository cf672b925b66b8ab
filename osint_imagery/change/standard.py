"""The scene's own units: means and spreads of every band on either date, taken from sample windows once."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

from osint_imagery.change.sampling import cut, window_of
from osint_imagery.change.smoothing import smooth
from osint_imagery.core.errors import BandError, NotEnoughDataError
from osint_imagery.core.pair import Pair

__all__ = ["Brightness", "Standard", "chosen_bands", "degrees_of", "sampled", "trials"]

_COARSE = frozenset({"coastal", "nir09", "cirrus", "lwir", "lwir11", "lwir12"})  # 60 m and more: they only dilute
_VISIBLE = ("blue", "green", "red")
_LEAST_PIXELS = 100
_MOST_PIXELS = 1 << 20  # more moves no mean, spread or correlation by anything that matters

_MEDIAN_PIXELS = 1 << 17

Planes = NDArray[np.float32]
Float = NDArray[np.float64]


def chosen_bands(pair: Pair, bands: tuple[str, ...], *, preferred: tuple[str, ...] = (), least: int = 1) -> list[str]:
    """Return the bands a detector works on.

    Parameters
    ----------
    pair : Pair
        Whose bands they are.
    bands : tuple of str
        What the caller asked for; empty for the detector's own choice: all but those of 60 m and the thermal ones.
    preferred : tuple of str
        Used instead where the pair has three of them.
    least : int
        How many the method needs.

    Raises
    ------
    BandError
        If a band is missing, or there are too few.
    """
    missing = [name for name in bands if name not in pair.bands]
    if missing:
        msg = f"bands={bands!r}: the pair has no {', '.join(missing)}; it has {', '.join(pair.bands)}"
        raise BandError(msg)
    wanted = [name for name in preferred if name in pair.bands]
    fine = [name for name in pair.bands if name not in _COARSE]
    chosen = list(bands) or (wanted if len(wanted) >= 3 else fine) or list(pair.bands)
    if len(chosen) < least:
        msg = f"bands={tuple(chosen)!r}: the method needs at least {least} bands; give more, or use 'cva'"
        raise BandError(msg)
    return chosen


def sampled(windows: Sequence[Pair], bands: Sequence[str]) -> tuple[Planes, Planes]:
    """Return both dates' usable pixels of all windows, (band, pixel): every one, or evenly thinned to a million.

    Raises
    ------
    NotEnoughDataError
        If there are fewer than 100 pixels, or a band does not vary.
    """
    total = sum(int(window.valid.sum()) for window in windows)
    if total < _LEAST_PIXELS:
        msg = f"{total} valid pixels that both dates observed, {_LEAST_PIXELS} are needed: enlarge the window"
        raise NotEnoughDataError(msg)
    step = math.ceil(total / _MOST_PIXELS)
    parts: tuple[list[Planes], list[Planes]] = ([], [])
    for window in windows:
        kept = np.flatnonzero(window.valid)[::step]
        for part, image in zip(parts, (window.before, window.after), strict=True):
            rows = [image.bands.index(name) for name in bands]
            part.append(np.stack([image.values[row].ravel()[kept] for row in rows]))
    before, after = (np.concatenate(part, axis=1) for part in parts)
    for date, pixels in (("before", before), ("after", after)):
        flat = [name for name, row in zip(bands, pixels, strict=True) if not np.ptp(row) > 0]
        if flat:
            msg = f"{date}: band {', '.join(flat)} is constant; drop that band, or read the scene again"
            raise NotEnoughDataError(msg)
    return before, after


def trials(windows: Sequence[Pair]) -> tuple[Pair, ...]:
    """Return what a fit is tried out on to see what its scores are like here: all of it up to a million pixels.

    A larger window stands in by sixteen pieces of 256 x 256 pixels spread over it, many windows by all of them.
    """
    if len(windows) > 1 or windows[0].valid.size <= _MOST_PIXELS:
        return tuple(windows)
    pair = windows[0]
    side = max(1, math.isqrt(_MOST_PIXELS // 16))
    rows, columns = (np.linspace(0, length - min(side, length), 4).astype(int) for length in pair.shape)
    found = [(int(r), int(c), min(side, pair.shape[0]), min(side, pair.shape[1])) for r in rows for c in columns]
    seen = [place for place in found if pair.valid[window_of(place)].sum() >= _LEAST_PIXELS]
    return tuple(replace(pair, before=cut(pair.before, place), after=cut(pair.after, place)) for place in seen)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Standard:
    """Mean and spread of every band on each date: what makes gain and offset of either date irrelevant.

    Parameters
    ----------
    bands : tuple of str
        The bands in use.
    mean, spread : ndarray, (date, band)
        In the pixels' unit.
    """

    bands: tuple[str, ...]
    mean: Float
    spread: Float

    @classmethod
    def of(cls, before: Planes, after: Planes, bands: Sequence[str]) -> "Standard":
        """Take them from sampled pixels, (band, pixel)."""
        mean = np.stack([date.mean(axis=1, dtype=np.float64) for date in (before, after)])
        spread = np.stack([date.std(axis=1, dtype=np.float64) for date in (before, after)])
        return cls(bands=tuple(bands), mean=mean, spread=spread)

    def plane(self, pair: Pair, k: int, usable: NDArray[np.bool_]) -> tuple[Planes, Planes]:
        """Return one band of both dates in standard deviations, 0 where not usable, (y, x)."""
        out = []
        for date, image in enumerate((pair.before, pair.after)):
            values = (image.band(self.bands[k]) - np.float32(self.mean[date, k])) / np.float32(self.spread[date, k])
            out.append(values if usable.all() else np.where(usable, values, np.float32(0)))
        return out[0], out[1]

    def difference(self, pair: Pair, usable: NDArray[np.bool_]) -> Planes:
        """Return after minus before in standard deviations, 0 where not usable, (band, y, x)."""
        out = np.empty((len(self.bands), *pair.shape), dtype=np.float32)
        for k in range(len(self.bands)):
            first, second = self.plane(pair, k, usable)
            np.subtract(second, first, out=out[k])
        return out


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Brightness:
    """Which way a pixel went against the scene: clearing and building brighten, water and shadow darken.

    The visible bands decide where there are any. ``middle`` is the usual difference of the standardized bands and
    ``spread`` how far it usually is from that, (band,).
    """

    standard: Standard
    middle: Float
    spread: Float
    smoothing_px: float

    @classmethod
    def of(cls, before: Planes, after: Planes, standard: Standard, smoothing_px: float) -> "Brightness":
        """Take the usual difference and its spread from sampled pixels, (band, pixel)."""
        rows = [k for k, name in enumerate(standard.bands) if name in _VISIBLE] or list(range(len(standard.bands)))
        step = math.ceil(before.shape[1] / _MEDIAN_PIXELS)
        visible = Standard(
            bands=tuple(standard.bands[k] for k in rows),
            mean=standard.mean[:, rows],
            spread=standard.spread[:, rows],
        )
        dates = [
            (date[rows, ::step] - mean[:, None]) / spread[:, None]
            for date, mean, spread in zip((before, after), visible.mean, visible.spread, strict=True)
        ]
        difference = dates[1] - dates[0]
        middle = np.median(difference, axis=1)
        spread = np.maximum(np.median(np.abs(difference - middle[:, None]), axis=1), 1e-12)
        return cls(standard=visible, middle=middle, spread=spread, smoothing_px=smoothing_px)

    def sign(self, pair: Pair) -> NDArray[np.int8]:
        """Return +1 where the pixel brightened against the scene, -1 where it darkened, 0 where not observed."""
        usable = pair.valid
        total = np.zeros(pair.shape, dtype=np.float32)
        for k, (middle, spread) in enumerate(zip(self.middle, self.spread, strict=True)):
            first, second = self.standard.plane(pair, k, usable)
            total += (second - first - np.float32(middle)) / np.float32(spread)
        sign: NDArray[np.int8] = np.sign(smooth(total, usable, self.smoothing_px)).astype(np.int8)
        return sign


_MOST_DEGREES = 30
_LOWER, _MIDDLE = 0.1, 0.5


def degrees_of(strength: Sequence[NDArray[np.floating]]) -> int:
    """Return how many independent variates a mean square behaves as if it were made of, 1 to 30.

    Chi-square over its degrees has a tenth and a middle whose ratio tells the degrees; both lie below the middle, where
    what changed does not reach. Correlated bands, smoothing and unequal ground all lower the number.

    Parameters
    ----------
    strength : sequence of ndarray
        Samples of the scene's mean squares; NaN is left out.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> degrees_of([np.square(rng.normal(size=(5, 20000))).mean(axis=0)])
    5
    """
    lower, middle = np.nanquantile(np.concatenate([part.ravel() for part in strength]), [_LOWER, _MIDDLE])
    if not middle > 0:
        return 1
    half = np.arange(1, _MOST_DEGREES + 1) / 2
    ratio = special.gammaincinv(half, _LOWER) / special.gammaincinv(half, _MIDDLE)
    return int(np.argmin(np.abs(np.log(ratio) - np.log(max(lower / middle, 1e-9))))) + 1
