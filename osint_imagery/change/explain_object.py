"""One object and the ground around it, in the scene's usual units."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from osint_imagery.change.explain_scene import SceneNorm
from osint_imagery.core.pair import Pair

__all__ = ["Around", "Edge", "around", "edge"]

Float = NDArray[np.float32]
Window = tuple[slice, slice]

_PAD = 8  # px of ground around an object
_LARGEST = 512  # px: of a larger object, every n-th row and column would do; its middle is taken


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Around:
    """One object with the ground around it.

    Parameters
    ----------
    own, usable : ndarray of bool, (y, x)
        Its pixels, and pixels that were seen on both dates.
    inward, outward : ndarray of float32, (y, x)
        Distance from outside for its pixels, and from the object for all others, px.
    before, after : ndarray of float32, (band, y, x)
        In units of the earlier date; the later one brought to it by the scene's gain and offset. NaN if not usable.
    change : ndarray of float32, (band, y, x)
        Their difference in units of what is usual; 0 where not usable.
    flags : tuple of ndarray of uint16, (y, x)
        Of each date.
    raw : tuple of ndarray of float32, (band, y, x)
        The images' own values, all bands, of each date.
    dates : tuple of ndarray of float32, (band, y, x)
        The same for the bands that the tests use.
    middle : tuple of ndarray of float32, (band,)
        Medians over the object of `before`, `after` and `change`.
    middles : tuple of ndarray of float32, (band,)
        Medians over the object of `dates`.
    """

    own: NDArray[np.bool_]
    usable: NDArray[np.bool_]
    inward: Float
    outward: Float
    before: Float
    after: Float
    change: Float
    flags: tuple[NDArray[np.uint16], NDArray[np.uint16]]
    raw: tuple[Float, Float]
    dates: tuple[Float, Float]
    middle: tuple[Float, Float, Float]
    middles: tuple[Float, Float]

    @property
    def width_px(self) -> float:
        """Diameter of the largest disk inside: 1 for a line one pixel wide."""
        return max(1.0, 2 * float(self.inward.max()) - 1)

    def ring(self, first: float, last: float) -> NDArray[np.bool_]:
        """Return usable pixels from `first` to `last` px outside the object."""
        return (self.outward >= first) & (self.outward <= last) & self.usable


def around(pair: Pair, own: NDArray[np.bool_], window: Window, norm: SceneNorm) -> Around:
    """Cut an object and 8 px around it out of a pair."""
    rows, columns = window
    top, left = max(0, rows.start - _PAD), max(0, columns.start - _PAD)
    bottom, right = min(pair.shape[0], rows.stop + _PAD), min(pair.shape[1], columns.stop + _PAD)
    if max(rows.stop - rows.start, columns.stop - columns.start) > _LARGEST:
        top, bottom, left, right = _middle(own, window)
    cut = (slice(top, bottom), slice(left, right))
    inside = np.zeros((bottom - top, right - left), dtype=bool)
    kept = own[
        max(0, top - rows.start) : max(0, bottom - rows.start),
        max(0, left - columns.start) : max(0, right - columns.start),
    ]
    at = max(0, rows.start - top), max(0, columns.start - left)
    inside[at[0] : at[0] + kept.shape[0], at[1] : at[1] + kept.shape[1]] = kept
    usable = pair.before.valid[cut] & pair.after.valid[cut]
    chosen = list(norm.indexes)
    raw = pair.before.values[:, *cut], pair.after.values[:, *cut]
    dates = raw[0][chosen], raw[1][chosen]
    before, after = dates[0], dates[1] * norm.gain[:, None, None] + norm.offset[:, None, None]
    change = np.where(usable, (after - before) / norm.spread[:, None, None], np.float32(0))
    seen = inside & usable
    seen = seen if seen.any() else np.ones_like(seen)
    middles = np.median(dates[0][:, seen], axis=1), np.median(dates[1][:, seen], axis=1)
    inward = ndimage.distance_transform_edt(np.pad(inside, 1))[1:-1, 1:-1]
    return Around(
        own=inside,
        usable=usable,
        inward=inward.astype(np.float32),
        outward=ndimage.distance_transform_edt(~inside).astype(np.float32),
        before=before,
        after=after,
        change=change,
        flags=(pair.before.flags[cut], pair.after.flags[cut]),
        raw=raw,
        dates=dates,
        middle=(middles[0], middles[1] * norm.gain + norm.offset, np.median(change[:, seen], axis=1)),
        middles=middles,
    )


def _middle(own: NDArray[np.bool_], window: Window) -> tuple[int, int, int, int]:
    """Return rows and columns of the part of a huge object that holds most of it, around one of its own pixels."""
    places = np.argwhere(own)
    row, column = places[len(places) // 2] + (window[0].start, window[1].start)
    half = _LARGEST // 2
    top, left = max(window[0].start, row - half), max(window[1].start, column - half)
    return int(top), int(min(window[0].stop, top + 2 * half)), int(left), int(min(window[1].stop, left + 2 * half))


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """How an object's difference falls off across its edge.

    Parameters
    ----------
    coherence : float
        Length of the mean difference over the root mean square: 1 = all pixels change alike, 0 = both ways.
    width_px : float
        From three quarters to one quarter of the full difference, px; NaN where the ground around was not seen.
    beyond : float
        Median difference of the ground 3 to 6 px outside, along the object's own, as a share of the full one.
    ring_pixels : int
        Pixels behind `beyond`.
    """

    coherence: float
    width_px: float
    beyond: float
    ring_pixels: int


def edge(item: Around) -> Edge:
    """Measure the profile of an object's difference from its inside to 6 px outside."""
    inside = item.own & item.usable
    mine = item.change[:, inside]
    mean = mine.mean(axis=1)
    length, total = float(np.linalg.norm(mean)), float(np.sqrt(np.square(mine).sum(axis=0).mean()))
    along = np.tensordot(mean / max(length, 1e-12), item.change, axes=1)
    full = float(np.quantile(along[inside], 0.75))
    if not length > 0 or not full > 0:
        return Edge(coherence=0.0, width_px=float("nan"), beyond=float("nan"), ring_pixels=0)
    ring = item.ring(3, 6)
    beyond = float(np.median(along[ring])) / full if ring.sum() >= 8 else float("nan")
    reach = int(np.ceil(item.inward.max()))
    steps = (
        np.where(item.own, -np.ceil(item.inward), np.minimum(np.floor(item.outward) - 1, 6)).astype(np.int64) + reach
    )
    near = item.usable & (steps < reach + 6)
    counts = np.bincount(steps[near], minlength=reach + 6)
    sums = np.bincount(steps[near], weights=np.clip(along[near] / full, -1, 1.5), minlength=reach + 6)
    enough = counts >= 3
    shares = sums[enough] / counts[enough]
    places = np.flatnonzero(enough) - reach + 0.5
    return Edge(
        coherence=length / total,
        width_px=_fall(places.tolist(), shares.tolist()),
        beyond=beyond,
        ring_pixels=int(ring.sum()),
    )


def _fall(places: list[float], shares: list[float]) -> float:
    """Return the distance between the last crossing of three quarters and the first of one quarter after it."""
    if len(shares) < 2 or max(shares) < 0.75 or min(shares[-2:]) > 0.25:
        return float("nan")
    start = max(k for k, share in enumerate(shares) if share >= 0.75)
    if start + 1 >= len(shares):
        return float("nan")
    stop = next((k for k in range(start + 1, len(shares)) if shares[k] <= 0.25), len(shares) - 1)
    high = np.interp(0.75, [shares[start + 1], shares[start]], [places[start + 1], places[start]])
    low = np.interp(0.25, [shares[stop], shares[stop - 1]], [places[stop], places[stop - 1]])
    return float(low - high)
