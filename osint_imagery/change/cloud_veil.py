"""How much white veil lies over each pixel of one date, judged against the other date.

A cloud of opacity a over ground g shows (1 - a) g + a c, where c is nearly white from blue to near infrared. The
ground is predicted from the other date; what is added to it is the veil. Soil, concrete and stone add more red than
blue and more 1.6 um than red, a cloud does not (figures measured on real clouds: `benchmarks/clouds.py`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from osint_imagery.change.cloud_pixels import NEEDED, Plane, Planes

__all__ = ["Link", "Part", "box", "fit_link", "ground", "tiled", "veil_between", "white_veil"]

_CLOUD = 0.6  # reflectance of an opaque cloud; only the share of the ground that still shows depends on it
_SAMPLE = 50_000
_TILE = 128, 512  # px: a band of it stays in a core's cache, which halves the time
_KEPT = 2.0  # pixels within so many robust spreads carry the fit: clouds, shadows and change fall out

Part = tuple[slice, slice]
_Kind = TypeVar("_Kind", bound=np.generic)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What one band of a date is expected to be where the other date shows `x`: gain * x + offset, at most `cap`.

    The cap is what clear ground here rarely exceeds, so that cloud in both dates cannot vouch for itself.
    """

    gain: float
    offset: float
    cap: float
    spread: float


def fit_link(pairs: Sequence[tuple[Plane, Plane]]) -> Link:
    """Fit one band of one date (first) on the other date (second), over windows; change and clouds fall out."""
    step = max(1, sum(target.size for target, _ in pairs) // _SAMPLE)
    joined = np.concatenate([np.stack([t.ravel()[::step], r.ravel()[::step]]) for t, r in pairs], axis=1)
    target, other = joined[:, np.isfinite(joined).all(axis=0)].astype(np.float64)
    low_t, mid_t = np.percentile(target, [10, 50])
    low_r, mid_r = np.percentile(other, [10, 50])
    gain = float(np.clip((mid_t - low_t) / max(mid_r - low_r, 1e-6), 0.5, 2.0))
    offset = mid_t - gain * mid_r
    spread = 0.0
    for _ in range(8):
        residual = target - gain * other - offset
        offset += float(np.median(residual))
        residual -= np.median(residual)
        spread = 1.4826 * float(np.median(np.abs(residual))) + 1e-6
        kept = np.abs(residual) < _KEPT * spread
        middle_t, middle_r = target[kept].mean(), other[kept].mean()
        variance = float(((other[kept] - middle_r) ** 2).mean()) + 1e-12
        gain = float(((target[kept] - middle_t) * (other[kept] - middle_r)).mean()) / variance
        gain = float(np.clip(gain, 0.3, 3.0))
        offset = float(np.median(target[kept] - gain * other[kept]))
    clear = np.minimum(target, gain * other + offset)
    return Link(gain=gain, offset=offset, cap=float(np.percentile(clear, 99.5)), spread=spread)


def ground(target: Plane, other: Plane, link: Link) -> tuple[Plane, Plane]:
    """Return the expected ground, and the target with the expectation where nothing was measured."""
    expected = np.minimum(np.float32(link.gain) * other + np.float32(link.offset), np.float32(link.cap))
    expected = np.where(np.isfinite(expected), expected, np.float32(link.cap))
    return expected, np.where(np.isfinite(target), target, expected)


def box(plane: Plane, side: int) -> Plane:
    """Return the moving mean, mirrored at the edge.

    Three pixels a side, by far the most asked, are added up one by one: that is faster, and the sum at a pixel depends
    on nothing but its neighbors, wherever a block begins.
    """
    if side != 3:
        smoothed: Plane = ndimage.uniform_filter(plane, side, mode="reflect")
        return smoothed
    wide = np.pad(plane, 1, mode="symmetric")
    down = wide[:-2] + wide[1:-1]
    down += wide[2:]
    mean: Plane = down[:, :-2] + down[:, 1:-1]
    mean += down[:, 2:]
    mean *= np.float32(1 / 9)
    return mean


def tiled(shape: tuple[int, int], work: Callable[[Part], NDArray[_Kind]], kind: type[_Kind]) -> NDArray[_Kind]:
    """Return what `work` says of every pixel, tile by tile.

    `work` gets the rows and columns of a tile with one pixel around it; its answer may depend on direct neighbors.
    """
    found = np.empty(shape, dtype=kind)
    for row, column in product(range(0, shape[0], _TILE[0]), range(0, shape[1], _TILE[1])):
        ends = min(row + _TILE[0], shape[0]), min(column + _TILE[1], shape[1])
        top, left = max(0, row - 1), max(0, column - 1)
        part = slice(top, min(ends[0] + 1, shape[0])), slice(left, min(ends[1] + 1, shape[1]))
        inner = work(part)[row - top : ends[0] - top, column - left : ends[1] - left]
        found[row : ends[0], column : ends[1]] = inner
    return found


def veil_between(target: Planes, other: Planes, links: dict[str, Link]) -> Plane:
    """Return the strength of the veil over the target date: what it adds, in reflectance, mean of the visible bands."""

    def of(part: Part) -> Plane:
        total = np.zeros(target["red"][part].shape, dtype=np.float32)
        for name in NEEDED:
            expected, shown = ground(target[name][part], other[name][part], links[name])
            total += (shown - expected) / np.maximum(1 - expected / np.float32(_CLOUD), np.float32(0.3))
        return box(total / np.float32(len(NEEDED)), 3)

    return tiled(target["red"].shape, of, np.float32)


def white_veil(  # noqa: PLR0917 - two dates and what links them
    strength: Plane, least: float, target: Planes, other: Planes, links: dict[str, Link]
) -> NDArray[np.bool_]:
    """Return where a veil is stronger than `least` and what it adds has the color of cloud."""

    def of(part: Part) -> NDArray[np.bool_]:
        veiled = np.asarray(strength[part] > least, dtype=bool)
        if veiled.any():  # elsewhere nobody asks for its color
            veiled &= _white(strength[part], _excess(strength[part], target, other, links, part))
        return veiled

    return tiled(strength.shape, of, np.bool_)


def _excess(  # noqa: PLR0917 - two dates and where
    strength: Plane, target: Planes, other: Planes, links: dict[str, Link], part: Part
) -> Planes:
    """Return what is left per band once the share of the ground that still shows is taken off."""
    hidden = np.clip(strength / np.float32(_CLOUD), 0, 1)
    left = {}
    for name in target:
        if name != "cirrus":
            expected, shown = ground(target[name][part], other[name][part], links[name])
            left[name] = box(shown - expected, 3) + hidden * expected
    return left


def _white(m: Plane, left: Planes) -> NDArray[np.bool_]:
    """Return where what was added has the color of cloud, by every band there is.

    Red over blue keeps soil, stone and concrete out (measured: 0.3 to 0.7 of the veil on real building ground, below
    0.12 on real clouds); 1.6 um likewise (1.0 to 2.2 against at most 1.1); near infrared keeps turbid water out.
    """
    tilt = left["red"] - left["blue"]
    bend = np.abs(left["green"] - (left["red"] + left["blue"]) / 2)
    passed = (tilt < 0.13 * m + 0.012) & (tilt > -0.6 * m - 0.02) & (bend < 0.12 * m + 0.01)
    if "nir" in left:
        passed &= (left["nir"] > 0.25 * m - 0.03) & (left["nir"] < 2.0 * m + 0.06)
    if "swir16" in left:
        passed &= (left["swir16"] > -0.25 * m - 0.03) & (left["swir16"] < 1.15 * m + 0.04)
    return np.asarray(passed, dtype=bool)
