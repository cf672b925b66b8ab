"""How much white veil lies over each pixel of one date, judged against the other date.

A cloud of opacity a over ground g shows (1 - a) g + a c, where c is nearly white from blue to near infrared. The
ground is predicted from the other date; what is added to it is the veil. Soil, concrete and stone add more red than
blue and more 1.6 um than red, a cloud does not (figures measured on real clouds: `benchmarks/clouds.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from osint_imagery.change.cloud_pixels import NEEDED, Plane, Planes

__all__ = ["Link", "Veil", "added", "box", "fit_link", "ground", "veil_between", "white"]

_CLOUD = 0.6  # reflectance of an opaque cloud; only the share of the ground that still shows depends on it
_SAMPLE = 50_000
_KEPT = 2.0  # pixels within so many robust spreads carry the fit: clouds, shadows and change fall out


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What one band of a date is expected to be where the other date shows `x`: gain * x + offset, at most `cap`.

    The cap is what clear ground here rarely exceeds, so that cloud in both dates cannot vouch for itself.
    """

    gain: float
    offset: float
    cap: float
    spread: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Veil:
    """What one date adds to the ground, smoothed over 3 x 3 px, in reflectance.

    Parameters
    ----------
    strength : ndarray
        Mean over blue, green and red.
    excess : dict of str to ndarray
        Per band, what is left once the share of the ground that still shows is taken off.
    """

    strength: Plane
    excess: Planes


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
    """Return the moving mean."""
    smoothed: Plane = ndimage.uniform_filter(plane, side, mode="reflect")
    return smoothed


def veil_between(target: Planes, other: Planes, links: dict[str, Link]) -> Plane:
    """Return the strength of the veil over the target date."""
    total = np.zeros(target["red"].shape, dtype=np.float32)
    for name in NEEDED:
        expected, shown = ground(target[name], other[name], links[name])
        total += (shown - expected) / np.maximum(1 - expected / np.float32(_CLOUD), np.float32(0.3))
    return box(total / np.float32(len(NEEDED)), 3)


def added(strength: Plane, target: Planes, other: Planes, links: dict[str, Link]) -> Veil:
    """Return the veil with what it adds per band."""
    hidden = np.clip(strength / np.float32(_CLOUD), 0, 1)
    left = {}
    for name in target:
        if name != "cirrus":
            expected, shown = ground(target[name], other[name], links[name])
            left[name] = box(shown - expected, 3) + hidden * expected
    return Veil(strength=strength, excess=left)


def white(veil: Veil) -> NDArray[np.bool_]:
    """Return where what was added has the color of cloud, by every band there is.

    Red over blue keeps soil, stone and concrete out (measured: 0.3 to 0.7 of the veil on real building ground, below
    0.12 on real clouds); 1.6 um likewise (1.0 to 2.2 against at most 1.1); near infrared keeps turbid water out.
    """
    m, left = veil.strength, veil.excess
    tilt = left["red"] - left["blue"]
    bend = np.abs(left["green"] - (left["red"] + left["blue"]) / 2)
    passed = (tilt < 0.13 * m + 0.012) & (tilt > -0.6 * m - 0.02) & (bend < 0.12 * m + 0.01)
    if "nir" in left:
        passed &= (left["nir"] > 0.25 * m - 0.03) & (left["nir"] < 2.0 * m + 0.06)
    if "swir16" in left:
        passed &= (left["swir16"] > -0.25 * m - 0.03) & (left["swir16"] < 1.15 * m + 0.04)
    return np.asarray(passed, dtype=bool)
