"""Which white veils are clouds: wide, soft-edged patches, told from new roofs by size and edge."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

__all__ = ["Objects", "Sizes", "opened", "white_patches", "within"]

Mask = NDArray[np.bool_]
Plane = NDArray[np.float32]

_LOW, _HIGH = 0.05, 0.10  # added reflectance at which a cloud is followed, and at which it is believed
_SOFT = 0.175  # edge step per pixel over the strength of the patch: roofs of 13 to 40 px .18 to .27, clouds .03 to .21
_SOFT_NEAR = 0.23
_EIGHT = np.ones((3, 3), dtype=bool)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Lengths in pixels of this grid, from lengths on the ground.

    Parameters
    ----------
    core, small : int
        Side of the square that a cloud must hold, alone and beside another cloud.
    large : int
        Extent beyond which a white patch is no building whatever its edge.
    near : int
        How far from a sure cloud a smaller one is believed.
    margin : int
        How far beyond its visible edge a cloud is taken to reach.
    reach : int
        Longest shadow that is looked for.
    cirrus : int
        Side of the square over which the 60 m band at 1.375 um is averaged.
    """

    core: int
    small: int
    large: int
    near: int
    margin: int
    reach: int
    cirrus: int

    @classmethod
    def of(cls, pixel_m: float) -> "Sizes":
        """Return the sizes for pixels of so many meters."""

        def px(meters: float, least: int) -> int:
            return max(least, round(meters / pixel_m))

        return cls(
            core=_odd(px(90, 5)),
            small=_odd(px(50, 5)),
            large=min(px(960, 16), 96),
            near=min(px(400, 4), 40),
            margin=px(30, 1),
            reach=min(px(1000, 8), 100),
            cirrus=_odd(px(150, 3)),
        )

    @property
    def halo_px(self) -> int:
        """Ground around a block on which the flags inside depend."""
        return self.large + self.near + self.reach + self.margin + 7


def _odd(side: int) -> int:
    """Return the side, or one more where it is even."""
    return side + 1 - side % 2


def opened(area: Mask, side: int) -> Mask:
    """Return the parts of an area that hold a square of this (odd) side; the ground goes on mirrored at the edge."""
    half = side // 2
    return within(~within(~area, half), half)


def within(area: Mask, distance: int) -> Mask:
    """Return everything not farther than `distance` (rows and columns) from the area."""
    if not area.any():
        return area
    return _spread(_spread(area, distance, 0), distance, 1)


def _spread(area: Mask, distance: int, axis: int) -> Mask:
    """Return where any of the pixels up to `distance` before and after along an axis is set.

    By doubling: from two windows of n pixels one of 2 n. That is five times as fast as a general maximum filter.
    """
    around = [(0, 0), (0, 0)]
    around[axis] = distance, distance
    found = np.moveaxis(np.pad(area, around), axis, 0)
    covered, whole = 1, 2 * distance + 1
    while covered < whole:
        step = min(covered, whole - covered)
        found = found[:-step] | found[step:]
        covered += step
    return np.moveaxis(found, 0, axis)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Objects:
    """White patches, numbered, with what is known of each; index 0 is the ground between them.

    Parameters
    ----------
    labels : ndarray of int32, (y, x)
        The patches.
    core, small : ndarray of bool
        Whether a patch holds a square of `Sizes.core`, or of `Sizes.small`, of bright veil.
    soft, nearly_soft : ndarray of bool
        Whether its edge is that of a cloud (or it is too long for a building), or could be.
    """

    labels: NDArray[np.int32]
    core: Mask
    small: Mask
    soft: Mask
    nearly_soft: Mask

    @property
    def candidates(self) -> NDArray[np.int32]:
        """Patches large enough for a cloud, whatever their edge."""
        return np.where(self.core[self.labels], self.labels, 0)

    def beside(self, sure: Mask, near: int) -> Mask:
        """Return which small patches stand near a sure one and could be clouds by their edge."""
        found = np.zeros_like(self.small)
        if sure.any():
            found[np.unique(self.labels[within(sure[self.labels], near)])] = True
            found &= self.small & self.nearly_soft & ~sure
        return found


def white_patches(strength: Plane, white: Callable[[float], Mask], sizes: Sizes) -> Objects | None:
    """Return the white patches; None where there is none of the size of a small cloud.

    Every patch is judged by itself, and one longer than `large` is a cloud whatever its edge, so a block whose halo
    is longer than that sees the same patch, or at least its length.
    """
    if not opened(strength > _HIGH, sizes.small).any():  # nearly all clear blocks end here, before color is asked
        return None
    veiled = white(_LOW)
    low = opened(veiled, 5)
    high = (strength > _HIGH) & veiled & low
    fits = opened(high, sizes.small)
    if not fits.any():
        return None
    labels, count = ndimage.label(low, _EIGHT)
    small = np.bincount(labels[fits], minlength=count + 1) > 0
    core = (np.bincount(labels[opened(high, sizes.core)], minlength=count + 1) > 0) & small
    edge, length = _edges(strength, labels, small)
    return Objects(
        labels=labels,
        core=core,
        small=small,
        soft=(edge < _SOFT) | (length > sizes.large),
        nearly_soft=edge < _SOFT_NEAR,
    )


def _edges(strength: Plane, labels: NDArray[np.int32], wanted: Mask) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return per object the gradient where the gradient is (its own weighted mean) over the strength, and the length.

    Weighted by itself, the gradient speaks for the edges and not for the plateau, of whatever level.
    """
    edge = np.full(len(wanted), np.inf)
    length = np.zeros(len(wanted), dtype=np.int64)
    rows, columns = labels.shape
    for label, place in enumerate(ndimage.find_objects(labels), 1):
        if place is None or not wanted[label]:
            continue
        length[label] = max(side.stop - side.start for side in place)
        window = tuple(
            slice(max(0, side.start - 4), min(end, side.stop + 4))
            for side, end in zip(place, (rows, columns), strict=True)
        )
        own = labels[window] == label
        patch = strength[window]
        if min(patch.shape) < 3:
            continue
        down, across = np.gradient(patch)
        steep = np.hypot(down, across)[within(own, 3)].astype(np.float64)
        level = float(np.percentile(patch[own], 90))
        edge[label] = float((steep**2).sum() / max(steep.sum(), 1e-12)) / level
    return edge, length
