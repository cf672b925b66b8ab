"""Shadows of clouds: patches darkened between the dates, all on the same side of the clouds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage

from osint_imagery.change.cloud_objects import Mask, opened, within
from osint_imagery.change.cloud_pixels import Planes
from osint_imagery.change.cloud_veil import Link, Part, box, ground, tiled

__all__ = ["Sighting", "Throw", "cast", "darkened", "find_throw", "shadowed", "thrown"]

_DARKER = 0.72  # share of the expected near and shortwave infrared; a cloud takes 60 to 90 % of the direct light
_LEAST_LIGHT = 0.06  # reflectance below which ground is too dark to show a shadow (water)
_DARK_AND_LIGHT = 2
_MATCHED = 0.5
_NEAREST = 3
_OBJECT_PX = 300.0  # a cloud counts by its area up to three such


@dataclass(frozen=True, slots=True, kw_only=True)
class Throw:
    """Where shadows fall from their clouds, px; the direction is the sun's, the distance that of most clouds."""

    rows: float
    columns: float
    share: float

    @property
    def distance(self) -> float:
        """Length, px."""
        return float(np.hypot(self.rows, self.columns))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sighting:
    """Candidate clouds (numbered), darkened ground, and ground light enough to show a shadow, of one window."""

    clouds: NDArray[np.int32]
    dark: Mask
    light: Mask


def darkened(target: Planes, other: Planes, links: dict[str, Link], floor: dict[str, float]) -> tuple[Mask, Mask]:
    """Return ground that lost infrared light, and ground that could show it; by every infrared band there is.

    `floor` is what the darkest ground shows, so that haze or a product's offset does not fill the shadow.
    """
    found = tiled(target["red"].shape, lambda part: _darkened(target, other, links, floor, part), np.uint8)
    return opened(found == _DARK_AND_LIGHT, 5), found != 0


def _darkened(  # noqa: PLR0917 - two dates and where
    target: Planes, other: Planes, links: dict[str, Link], floor: dict[str, float], part: Part
) -> NDArray[np.uint8]:
    """Return 1 where the ground could show a shadow, 2 where it does, 0 elsewhere."""
    lost = np.ones(target["red"][part].shape, dtype=bool)
    could = np.isfinite(target["red"][part])
    for name in ("nir", "swir16"):
        if name in target:
            expected, shown = ground(target[name][part], other[name][part], links[name])
            light = box(expected, 3) - np.float32(floor[name])
            lost &= box(shown, 3) - np.float32(floor[name]) < _DARKER * light
            could &= light > _LEAST_LIGHT
    lost &= could
    if lost.any():  # red is asked only there
        expected, shown = ground(target["red"][part], other["red"][part], links["red"])
        lost &= box(shown - expected, 3) < 0.01
    return could.astype(np.uint8) + lost


def find_throw(windows: Sequence[Sighting], reach: int) -> Throw | None:
    """Return the one displacement at which the clouds' own outlines fall on darkened ground; None if there is none.

    Every object has one vote, large ones up to three, so that one lake does not speak for a scene. A displacement
    counts where it holds for two and a half votes, for two in five of them, and for four times as many as usual.
    """
    found = np.zeros((2 * reach + 1, 2 * reach + 1))
    asked = np.zeros_like(found)
    for window in windows:
        if not window.clouds.any():
            continue
        area = np.bincount(window.clouds.ravel())
        vote = np.clip(area / _OBJECT_PX, 0.5, 3.0) / np.maximum(area, 1)
        vote[0] = 0.0
        weight = vote[window.clouds]
        found += _correlation(weight, window.dark, reach)
        asked += _correlation(weight, window.light & (window.clouds == 0), reach)
    down, across = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    distance = np.hypot(down, across)
    open_ = (asked >= 2.5) & (distance >= _NEAREST) & (distance <= reach)
    if not open_.any():
        return None
    share = np.where(open_, found / np.maximum(asked, 1e-9), 0.0)
    smooth = np.where(open_, ndimage.uniform_filter(share, 3), 0.0)
    row, column = np.unravel_index(int(np.argmax(smooth)), smooth.shape)
    best, usual = float(smooth[row, column]), float(np.median(share[open_]))
    if best < 0.4 or best < 4 * usual or found[row, column] < 2.5:
        return None
    return Throw(rows=float(row - reach), columns=float(column - reach), share=best)


def _correlation(weight: NDArray[np.float64], area: Mask, reach: int) -> NDArray[np.float64]:
    """Return, for every displacement, the weight that lands on the area."""
    shape = tuple(fft.next_fast_len(side + reach, real=True) for side in weight.shape)
    product = np.conj(fft.rfft2(weight, shape)) * fft.rfft2(area.astype(np.float64), shape)
    whole = fft.irfft2(product, shape)
    steps = np.arange(-reach, reach + 1)
    taken: NDArray[np.float64] = whole[np.ix_(steps % shape[0], steps % shape[1])]
    inside = (np.abs(steps)[:, None] < weight.shape[0]) & (np.abs(steps)[None, :] < weight.shape[1])
    return np.where(inside, taken, 0.0)


def thrown(clouds: Mask, throw: Throw, reach: int) -> Mask:
    """Return everything that lies up to `reach` pixels behind a cloud, away from the sun: clouds of any height."""
    if not clouds.any():
        return clouds
    ray = clouds.copy()
    unit = (throw.rows / throw.distance, throw.columns / throw.distance)
    covered = 0
    while covered < reach:  # doubling: a ray of length n from two of length n / 2
        step = min(max(covered, 1), reach - covered)
        ray |= _moved(ray, round(step * unit[0]), round(step * unit[1]))
        covered += step
    return ray


def _moved(area: Mask, rows: int, columns: int) -> Mask:
    out = np.zeros_like(area)
    height, width = area.shape
    if abs(rows) >= height or abs(columns) >= width:
        return out
    out[max(rows, 0) : height + min(rows, 0), max(columns, 0) : width + min(columns, 0)] = area[
        max(-rows, 0) : height + min(-rows, 0), max(-columns, 0) : width + min(-columns, 0)
    ]
    return out


def shadowed(labels: NDArray[np.int32], dark: Mask, throw: Throw, reach: int) -> Mask:
    """Return, per number, whether the object's outline falls on darkened ground near the usual distance."""
    count = int(labels.max()) + 1
    rows, columns = np.nonzero(labels)
    names = labels[rows, columns]
    area = np.maximum(np.bincount(names, minlength=count), 1)
    matched = np.zeros(count, dtype=bool)
    farthest = min(1.35, reach / throw.distance)
    for factor in np.linspace(0.75, max(farthest, 0.75), 9):
        y, x = rows + round(factor * throw.rows), columns + round(factor * throw.columns)
        inside = (y >= 0) & (x >= 0) & (y < labels.shape[0]) & (x < labels.shape[1])
        hits = dark[y[inside], x[inside]] & (labels[y[inside], x[inside]] == 0)
        matched |= np.bincount(names[inside], weights=hits, minlength=count) / area >= _MATCHED
    return matched


def cast(clouds: Mask, dark: Mask, throw: Throw, reach: int) -> Mask:
    """Return darkened ground that lies behind a cloud."""
    return dark & thrown(within(clouds, _NEAREST), throw, reach)
