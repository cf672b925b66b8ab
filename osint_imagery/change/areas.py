"""How large a changed object is, from the pixels themselves, with an interval that was checked by injection.

The outline at a detection threshold is too large where the change is strong, because optics, resampling and the
detector's smoothing widen every object, and too small where it is weak. So the outline only says where to look. The
signed difference is turned into the share of each pixel that changed: 0 on the ground around, 1 on the object's
plateau, along the direction in which the bands tell the two apart best. Pixels well inside count whole, those at the
edge by their share.

The areas of all objects of a map do not add up to the changed area: what was missed and what was false is not in
them. For a total, draw a sample and use :func:`~osint_imagery.change.accuracy.area_from_sample`.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from osint_imagery.core.estimate import Estimate
from osint_imagery.core.grid import Grid
from osint_imagery.core.pair import Pair

__all__ = ["Extent", "area_estimate", "measure_extent"]

LEVEL = 0.9
# Constants of the interval: benchmarks/areas.py derives them on some scenes and tests them on others.
LOW_WANDER, LOW_NOISE = 0.22, 1.49
HIGH_WANDER, HIGH_UNEVEN = 0.1, 2.27  # the first is chosen, not fitted: no interval ends at its value
# Share of the outline's pixels that the truth was, where the object cannot be told from the ground around: 5, 50, 95 %.
COUNTED = (0.38, 0.76, 1.4)

_REACH_PX = 9  # ground around an object that is looked at
_RING_PX = (3.0, 8.0)  # distance of the ground around from the outline: beyond what smoothing spreads
_EDGE_PX = 2.3  # how far outside the outline the object's edge may lie
_DEEP_PX = 2.0  # this far inside the outline lies the plateau, if the object is that large
_LEAST_AROUND, _LEAST_CORE = 20, 4
_SHRINK = 0.1  # of the covariance toward independent bands: a ring holds few pixels
_ROUNDS = 3
_UNEVEN_UNKNOWN = 0.2  # where there is no plateau to measure it on
_EIGHT = np.ones((3, 3), dtype=bool)

Bool = NDArray[np.bool_]
Float = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Extent:
    """What was measured of one object, px.

    Parameters
    ----------
    pixels : float
        Pixels well inside, and the shares of those at the edge.
    perimeter : float
        Pixel edges around the part at half amplitude or more.
    noise : float
        Standard deviation of the ground around, as a share of the amplitude.
    unevenness : float
        Standard deviation of the plateau, as a share of its own height.
    center : tuple of float
        (row, column) of the changed shares, px; the first pixel's center is at (0.5, 0.5).
    lever : tuple
        By how much the center moves with its edges, 2 x 2 (row, column): the sum over the pixel edges of the outer
        product of their distance from the center, over the square of `pixels`.
    half : ndarray of bool, (y, x)
        The part at half amplitude or more, to which the area belongs.
    corner : tuple of int
        (row, column) of the first pixel of `half` in the image.
    """

    pixels: float
    perimeter: float
    noise: float
    unevenness: float
    center: tuple[float, float]
    lever: tuple[tuple[float, float], tuple[float, float]]
    half: Bool
    corner: tuple[int, int]

    @property
    def wander_share(self) -> float:
        """Relative error if every pixel edge wandered by one pixel, independently."""
        return math.sqrt(self.perimeter) / self.pixels

    @property
    def noise_share(self) -> float:
        """Relative error if the noise of all edge pixels went one way."""
        return self.noise * self.perimeter / self.pixels

    @property
    def uneven_share(self) -> float:
        """Relative error if the plateau were wrong by its unevenness."""
        return self.unevenness * self.perimeter / self.pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    """Ground around one object: change over the ring's usual level, where the object is, and where it may end."""

    change: Float  # (band, y, x)
    spread: Float  # (band, band): covariance of the ring
    own: Bool
    near: Bool
    free: Bool
    ring: Bool
    corner: tuple[int, int]  # first row and column


def area_estimate(extent: Extent | None, *, counted: int, grid: Grid | None) -> Estimate:
    """Return the changed area of one object with its 90 % interval.

    Parameters
    ----------
    extent : Extent or None
        From :func:`measure_extent`.
    counted : int
        Pixels of its outline; the area rests on them only where there is no extent.
    grid : Grid or None
        Where the pixels are.

    Returns
    -------
    Estimate
        m2 (px where there is no place).

    Notes
    -----
    The interval reaches from ``A exp(-LOW_WANDER w - LOW_NOISE n)`` to ``A exp(HIGH_WANDER w +
    HIGH_UNEVEN u)``, with the shares of :class:`Extent`: edge wander w, noise n, unevenness u. It holds for an object
    that was found as one: where the outline runs together with another change, or covers only part of the object,
    area and interval are those of what is outlined. Shadow that came with an object counts as changed.

    Examples
    --------
    >>> from osint_imagery.core.image import Image
    >>> rng = np.random.default_rng(0)
    >>> ground, noise = rng.normal(size=(3, 40, 40)), rng.normal(scale=0.2, size=(3, 40, 40))
    >>> built = np.zeros((40, 40))
    >>> built[15:23, 15:25] = 1
    >>> before = Image.from_array(ground, bands=list("abc"))
    >>> pair = Pair(before=before, after=Image.from_array(ground + noise + 2 * built, bands=list("abc")))
    >>> outline = ndimage.binary_dilation(built > 0, iterations=2).astype(np.int32)
    >>> extent = measure_extent(pair, outline, 1, window=(slice(13, 25), slice(13, 27)))
    >>> print(area_estimate(extent, counted=int(outline.sum()), grid=None))
    79.8 px (90% interval 75.4 to 84.9)
    """
    pixel, unit = (grid.pixel_area_m2, "m2") if grid else (1.0, "px")
    if extent is None:
        low, value, high = (share * counted for share in COUNTED)
        method = f"share of the {counted} pixels outlined: the object cannot be told from the ground around"
    else:
        wander, noise, uneven = extent.wander_share, extent.noise_share, extent.uneven_share
        value = extent.pixels
        low = value * math.exp(-LOW_WANDER * wander - LOW_NOISE * noise)
        high = value * math.exp(HIGH_WANDER * wander + HIGH_UNEVEN * uneven)
        method = (
            f"share of each pixel that changed, inside and around the {counted} pixels outlined; "
            "coverage of the interval checked by injection"
        )
    return Estimate(value=value * pixel, low=low * pixel, high=high * pixel, level=LEVEL, unit=unit, method=method)


def measure_extent(pair: Pair, labels: NDArray[np.int32], number: int, *, window: tuple[slice, slice]) -> Extent | None:
    """Return what can be measured of one object, None where it cannot be told from the ground around.

    Parameters
    ----------
    pair : Pair
        Aligned; brightness need not be normalized, the ground around the object is the reference.
    labels : ndarray of int32, (y, x)
        0 = none; the other labels are left out of the ground around.
    number : int
        The object's label.
    window : tuple of slice
        Rows and columns that hold the object, as ``scipy.ndimage.find_objects`` gives them.
    """
    cut = _cut_out(pair, labels, number, window=window)
    if cut is None:
        return None
    core, even = _deep_pixels(cut.own), False
    for _ in range(_ROUNDS):
        share = _shares(cut, core)
        if share is None:
            return None
        core, even = _core(share, cut)
    share = _shares(cut, core)
    return None if share is None else _extent(share, cut, core if even else None)


def _cut_out(pair: Pair, labels: NDArray[np.int32], number: int, *, window: tuple[slice, slice]) -> _Cut | None:
    """Return the ground around an object, None where too little of it was observed."""
    at = tuple(
        slice(max(0, side.start - _REACH_PX), min(length, side.stop + _REACH_PX))
        for side, length in zip(window, labels.shape, strict=True)
    )
    own = labels[at] == number
    others = ndimage.binary_dilation((labels[at] != 0) & ~own, _EIGHT) & ~own
    change = pair.after.values[:, *at].astype(np.float64) - pair.before.values[:, *at]
    seen = np.isfinite(change).all(axis=0)
    distance = ndimage.distance_transform_edt(~own)
    ring = (distance > _RING_PX[0]) & (distance <= _RING_PX[1]) & ~others & seen
    if ring.sum() < _LEAST_AROUND:
        return None
    around = change[:, ring]
    change -= np.median(around, axis=1)[:, None, None]
    change[:, ~seen] = 0
    spread = np.atleast_2d(np.cov(around))
    own_spread = np.diag(spread)
    # Ground without any noise (simulated, or saturated) tells bands apart by nothing: all count alike.
    spread = spread + np.diag(_SHRINK * own_spread + 1e-9 * (own_spread.max() or 1.0))
    return _Cut(
        change=change,
        spread=spread,
        own=own,
        near=(distance <= _EDGE_PX) & ~others,
        free=~others,
        ring=ring,
        corner=(at[0].start, at[1].start),
    )


def _deep_pixels(own: Bool) -> Bool:
    """Return the pixels well inside the outline, or the innermost where it is small."""
    inside = ndimage.distance_transform_edt(np.pad(own, 1))[1:-1, 1:-1]
    return np.asarray(inside >= min(_DEEP_PX, float(inside.max())))


def _shares(cut: _Cut, core: Bool) -> Float | None:
    """Return how much of each pixel changed, 0 on the ground around and 1 at the middle of the core; None if it is not.

    The change is seen along the direction in which the bands tell core and ground apart best.
    """
    direction = cut.change[:, core].mean(axis=1)
    weight = np.linalg.solve(cut.spread, direction)
    along = np.tensordot(weight, cut.change, 1)
    height = float(np.median(along[core]))
    return along / height if height > 0 else None


def _core(share: Float, cut: _Cut) -> tuple[Bool, bool]:
    """Return the plateau, pixels at half amplitude with all neighbors so, and True; else the four strongest, False."""
    half = (share >= 0.5) & cut.near
    for neighbors in (_EIGHT, None):
        core = ndimage.binary_erosion(half, neighbors)
        if core.sum() >= _LEAST_CORE:
            return core, True
    pool = half | cut.own
    strongest = np.sort(share[pool])[-_LEAST_CORE:]
    return pool & (share >= strongest[0]), False


def _extent(share: Float, cut: _Cut, plateau: Bool | None) -> Extent | None:
    half = (share >= 0.5) & cut.near
    piece, _ = ndimage.label(half, _EIGHT)
    touched = np.unique(piece[cut.own & half])
    half = np.isin(piece, touched[touched > 0])
    inner = ndimage.binary_erosion(half, _EIGHT)
    edge = ndimage.binary_dilation(half, _EIGHT) & ~inner & cut.free
    weight = inner + np.where(edge, np.clip(share, -0.5, 1.5), 0.0)
    pixels = float(weight.sum())
    if not pixels > 0:
        return None
    rows, columns = (
        float((weight.sum(axis=1 - axis) * (np.arange(n) + 0.5)).sum() / pixels) for axis, n in enumerate(weight.shape)
    )
    borders = _borders(half)
    away = borders - (rows, columns)
    (yy, yx), (_, xx) = (away.T @ away / pixels**2).tolist()
    return Extent(
        pixels=pixels,
        perimeter=float(len(borders)),
        noise=float(share[cut.ring].std()),
        unevenness=_UNEVEN_UNKNOWN if plateau is None else float(share[plateau].std()),
        center=(rows + cut.corner[0], columns + cut.corner[1]),
        lever=((yy, yx), (yx, xx)),
        half=half,
        corner=cut.corner,
    )


def _borders(inside: Bool) -> Float:
    """Return the middles (row, column) of the pixel edges around a region."""
    framed = np.pad(inside, 1)
    rows, columns = np.nonzero(framed[1:] != framed[:-1])
    across, down = np.nonzero(framed[:, 1:] != framed[:, :-1])
    level = np.column_stack([rows.astype(np.float64), columns - 0.5])
    upright = np.column_stack([across - 0.5, down.astype(np.float64)])
    return np.concatenate([level, upright])
