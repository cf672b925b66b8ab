"""The quantities that tell built from grown, per pixel, over what ground of its kind usually shows in the scene."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

from osint_imagery.change.conditional import Conditional, fit_conditional, lengths, rooted, standardized
from osint_imagery.change.smoothing import reach_px, smooth
from osint_imagery.change.standard import trials
from osint_imagery.core.bands import VISIBLE
from osint_imagery.core.errors import BandError, NotEnoughDataError
from osint_imagery.core.pair import Pair

__all__ = ["FEATURES", "HALO_PX", "Leftover", "ScenePlanes", "fit_planes"]

FEATURES = ("visible", "visible_whitened", "all_whitened", "context", "vegetation", "water")
BROAD = (*VISIBLE, "nir", "swir16", "swir22")
_DETAIL_PX, _CONTEXT_PX, _INDEX_PX = 1.5, 6.0, 1.0
HALO_PX = reach_px(_DETAIL_PX) + reach_px(_CONTEXT_PX) + 2
_MOST_PIXELS = 100_000  # of a regression with some forty terms
_WATER, _WATER_SOFT = 0.1, 0.05  # of the water index
_FLOOR = 0.02  # of the middle value: below, logarithms would tell noise
_VEGETATION_EDGES = (0.15, 0.25, 0.35, 0.45, 0.55)
_VEGETATION_CENTERS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
_QUANTILE = 0.8  # of a kind's scores: above its middle, below what changed
_LEAST_KIND, _SHARE_KIND = 50, 0.01  # a kind with less ground than this leans on the whole scene

Float = NDArray[np.float64]
Planes = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dated:
    """One date's statistics over land, of the roots and the logarithms of its bands."""

    fill: Float
    mean: Float
    spread: Float
    log_floor: Float
    log_mean: Float
    log_spread: Float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Usual:
    """What a feature's upper scores usually are on ground of each kind, against those of all land of the scene."""

    vegetation: Float
    wet: float
    scene: float

    def taken_off(self, plane: Planes, greenest: Planes, wet: Planes) -> Planes:
        """Return the feature over the usual of its kind."""
        dry = np.interp(greenest, _VEGETATION_CENTERS, self.vegetation).astype(np.float32)
        usual = dry * (1 - wet) + np.float32(self.wet) * wet - np.float32(self.scene)
        return np.asarray(plane - usual, dtype=np.float32)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Leftover:
    """What either date leaves unexplained of the other's visible bands, in the scene's standard deviations.

    ``plain`` and ``smoothed`` are (direction, band, y, x); ``greenness`` is the smaller vegetation index of the two
    dates; ``land`` is usable ground that is no water on either date, (y, x).
    """

    plain: Planes
    smoothed: Planes
    greenness: Planes
    usable: Mask
    land: Mask


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScenePlanes:
    """Everything that turns a block of a pair into the features of its pixels."""

    bands: tuple[str, ...]
    dates: tuple[Dated, Dated]
    both_ways: tuple[Conditional, Conditional]
    middles: tuple[float, ...] = ()
    usual: tuple[Usual, ...] = ()

    def of(self, pair: Pair) -> tuple[Planes, NDArray[np.int8]]:
        """Return the features, (feature, y, x), and whether a pixel became brighter (+1) or darker (-1)."""
        usable = pair.valid
        logs, sign, greenest, wet, floors = self._raw(pair, usable)
        whitened = [u.taken_off(p, greenest, wet) for u, p in zip(self.usual[:3], logs[:3], strict=True)]
        plain = self.usual[3].taken_off(logs[3], greenest, wet)
        context = smooth(plain, usable, _CONTEXT_PX)
        return np.stack([*whitened, context, *floors]), sign

    def _raw(self, pair: Pair, usable: Mask) -> tuple[list[Planes], NDArray[np.int8], Planes, Planes, list[Planes]]:
        """Return logarithms of the four lengths over their middles, the sign, and what names a pixel's kind."""
        (before, after), left = self._left(pair, usable)
        smoothed = [_smoothed(planes, usable) for planes in left]
        visible = len(VISIBLE)
        spreads = [fit.spread for fit in self.both_ways]
        found = [
            _log_length(before[:visible], after[:visible], self.dates, usable),
            lengths(smoothed, [np.linalg.inv(np.linalg.cholesky(s[:visible, :visible])) for s in spreads]),
            lengths(smoothed, [np.linalg.inv(np.linalg.cholesky(s)) for s in spreads]),
            lengths(smoothed, [np.diag(1 / np.sqrt(np.diag(s)[:visible])) for s in spreads]),
        ]
        logs = (
            [_logged(plane, middle) for plane, middle in zip(found, self.middles, strict=True)]
            if self.middles
            else found
        )
        green, water = (self._index((before, after), usable, names) for names in _indices(self.bands))
        wet = special.expit((np.maximum(*water) - _WATER) / _WATER_SOFT).astype(np.float32)
        floors = [np.clip(np.minimum(*green), 0, 0.6), np.clip(np.minimum(*water), -0.5, 0.4)]
        sign = np.sign(smoothed[0][:visible].mean(axis=0)).astype(np.int8)
        return logs, np.where(usable, sign, 0).astype(np.int8), np.maximum(*green), wet, floors

    def leftover(self, pair: Pair) -> Leftover:
        """Return what either date leaves unexplained of the other's visible bands, and how green the ground is."""
        usable = pair.valid
        (before, after), left = self._left(pair, usable)
        visible = [planes[: len(VISIBLE)] for planes in left]
        green, water = (self._index((before, after), usable, names) for names in _indices(self.bands))
        return Leftover(
            plain=np.stack(visible),
            smoothed=np.stack([_smoothed(planes, usable) for planes in visible]),
            greenness=np.minimum(*green),
            usable=usable,
            land=usable & (np.maximum(*water) < _WATER),
        )

    def _index(self, both: tuple[Planes, Planes], usable: Mask, names: tuple[str, str]) -> list[Planes]:
        return [smooth(_ratio(planes, self.bands, *names), usable, _INDEX_PX) for planes in both]

    def _left(self, pair: Pair, usable: Mask) -> tuple[tuple[Planes, Planes], tuple[Planes, Planes]]:
        """Return both dates' bands, and what is left of either when the other has predicted it, (band, y, x)."""
        before, after = (
            _filled(image, self.bands, date.fill, usable)
            for image, date in zip((pair.before, pair.after), self.dates, strict=True)
        )
        scaled = [standardized(planes, d.mean, d.spread) for planes, d in zip((before, after), self.dates, strict=True)]
        first, second = (_residual(fit, scaled[k], scaled[1 - k]) for k, fit in enumerate(self.both_ways))
        return (before, after), (first, second)


def fit_planes(windows: Sequence[Pair]) -> ScenePlanes:
    """Take the scene's statistics from sample windows.

    Raises
    ------
    BandError
        Without blue, green and red.
    NotEnoughDataError
        If there is too little land to fit on.
    """
    missing = [name for name in VISIBLE if name not in windows[0].bands]
    if missing:
        msg = f"the pair has no {', '.join(missing)} band; man-made change needs blue, green and red, or use 'combined'"
        raise BandError(msg)
    bands = tuple(name for name in BROAD if name in windows[0].bands)
    (before, after), land = _usable(windows, bands)
    dates = (_dated(before[:, land]), _dated(after[:, land]))
    scaled = [standardized(p, d.mean, d.spread) for p, d in zip((before, after), dates, strict=True)]
    step = -(-before.shape[1] // _MOST_PIXELS)
    thin = [planes[:, ::step] for planes in scaled]
    planes = ScenePlanes(bands=bands, dates=dates, both_ways=(fit_conditional(*thin), fit_conditional(*thin[::-1])))
    raw = [(planes._raw(pair, pair.valid), pair.valid) for pair in trials(windows)]  # noqa: SLF001 - its own maker
    dry = [seen & (found[3] < 0.5) for found, seen in raw]
    middles = tuple(
        float(np.median(np.concatenate([found[0][k][m] for (found, _), m in zip(raw, dry, strict=True)])))
        for k in range(4)
    )
    if not min(middles) > 0:
        msg = "more than half of the ground did not change by anything at all; are the dates one image?"
        raise NotEnoughDataError(msg)
    logs = [np.stack([_logged(p, m) for p, m in zip(found[0], middles, strict=True)])[:, seen] for found, seen in raw]
    every = np.concatenate(logs, axis=1)
    greenest = np.concatenate([found[2][seen] for found, seen in raw])
    wet = np.concatenate([found[3][seen] for found, seen in raw])
    usual = tuple(_usual(every[k], greenest, wet) for k in range(4))
    return replace(planes, middles=middles, usual=usual)


def _usable(windows: Sequence[Pair], bands: tuple[str, ...]) -> tuple[tuple[Planes, Planes], Mask]:
    """Return both dates' pixels, (band, pixel), and which are land: water on both dates must not set the scale."""
    parts: list[tuple[Planes, Planes]] = []
    for pair in windows:
        one, two = (
            np.stack([image.band(name) for name in bands])[:, pair.valid] for image in (pair.before, pair.after)
        )
        parts.append((one, two))
    before, after = (np.concatenate([part[k] for part in parts], axis=1) for k in (0, 1))
    water = [_ratio(planes, bands, "green", _dark(bands)) > _WATER for planes in (before, after)]
    land = ~(water[0] & water[1])
    for date, planes in (("before", before[:, land]), ("after", after[:, land])):
        flat = [name for name, row in zip(bands, planes, strict=True) if not (row.size and np.ptp(row) > 0)]
        if flat:
            msg = f"{date}: no land, or band {', '.join(flat)} is constant on it; use a window with more land"
            raise NotEnoughDataError(msg)
    return (before, after), land


def _dated(planes: Planes) -> Dated:
    root = rooted(planes).astype(np.float64)
    fill = np.median(planes, axis=1).astype(np.float64)
    floor = np.maximum(_FLOOR * fill, 1e-12)
    logs = np.log(np.maximum(planes, floor[:, None]))
    return Dated(
        fill=fill,
        mean=root.mean(axis=1),
        spread=np.maximum(root.std(axis=1), 1e-12),
        log_floor=floor,
        log_mean=logs.mean(axis=1),
        log_spread=np.maximum(logs.std(axis=1), 1e-12),
    )


def _usual(plane: Planes, greenest: Planes, wet: Planes) -> Usual:
    dry = wet < 0.5
    scene = float(np.quantile(plane[dry], _QUANTILE))  # land's: a sea must not say what is usual on it
    kind = np.digitize(greenest, _VEGETATION_EDGES)
    lean = _SHARE_KIND * len(plane)

    def upper(members: Mask) -> float:
        count = int(members.sum())
        own = float(np.quantile(plane[members], _QUANTILE)) if count > _LEAST_KIND else scene
        return scene + (own - scene) * count / (count + lean)

    kinds = np.array([upper(dry & (kind == k)) for k in range(len(_VEGETATION_CENTERS))])
    return Usual(vegetation=kinds, wet=upper(~dry), scene=scene)


def _filled(image: object, bands: tuple[str, ...], fill: Float, usable: Mask) -> Planes:
    planes: Planes = np.stack([image.band(name) for name in bands])  # type: ignore[attr-defined]
    return planes if usable.all() else np.where(usable, planes, fill.astype(np.float32)[:, None, None])


def _residual(fit: Conditional, earlier: Planes, later: Planes) -> Planes:
    return fit.residual(earlier.reshape(len(earlier), -1), later.reshape(len(later), -1)).reshape(earlier.shape)


def _smoothed(planes: Planes, usable: Mask) -> Planes:
    return np.stack([smooth(plane, usable, _DETAIL_PX) for plane in planes])


def _indices(bands: tuple[str, ...]) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return the bands of the vegetation and of the water index."""
    return ("nir", "red"), ("green", _dark(bands))


def _log_length(before: Planes, after: Planes, dates: tuple[Dated, Dated], usable: Mask) -> Planes:
    """Return the length of the visible bands' smoothed difference of standardized logarithms."""
    total: Planes = np.zeros(usable.shape, dtype=np.float32)
    for k in range(len(before)):
        one, two = (
            (np.log(np.maximum(planes[k], np.float32(d.log_floor[k]))) - np.float32(d.log_mean[k]))
            / np.float32(d.log_spread[k])
            for planes, d in zip((before, after), dates, strict=True)
        )
        total += np.square(smooth((two - one).astype(np.float32), usable, _DETAIL_PX))
    root: Planes = np.sqrt(total)
    return root


def _logged(plane: Planes, middle: float) -> Planes:
    found: Planes = np.log(plane / np.float32(middle) + np.float32(_FLOOR))
    return found


def _dark(bands: tuple[str, ...]) -> str:
    """Return the band in which water is darkest of those there."""
    return next((name for name in ("swir16", "nir") if name in bands), "")


def _ratio(planes: Planes, bands: tuple[str, ...], one: str, other: str) -> Planes:
    """Return the normalized difference of two bands; where one is missing, that of bare dry ground."""
    if one not in bands or other not in bands:
        return np.full(planes.shape[1:], 0.1 if one == "nir" else -0.3, dtype=np.float32)
    first, second = planes[bands.index(one)], planes[bands.index(other)]
    found: Planes = (first - second) / np.maximum(np.abs(first) + np.abs(second), np.float32(1e-6))
    return found
