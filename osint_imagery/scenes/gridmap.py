"""Where the pixels of one grid lie in another: bilinear weights and nearest pixels, shared by bands and dates."""

from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

import numpy as np
import scipy  # its parts come when they are used: reading a scene on its own grid takes less time than their import
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from osint_imagery.core.grid import Grid

__all__ = ["Strip", "places_px", "strips_between"]

_STRIP_PX = 1 << 19  # target pixels whose weights are held together: about 20 MB
_KEPT = 8  # strips
_STEP = 32  # target pixels between places that are transformed one by one, at first
_NODES = 4  # fewest of a cubic spline
_TOLERANCE_PX = 1e-4  # of the spline between them; where it is not kept, the places come closer
_BORDER_PX = 1e-6  # nearer to the border of two pixels, a center lies in the later one, whatever the rounding
_MAKING = Lock()  # threads that need the same strip wait for it instead of each making their own


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Strip:
    """Some rows of a target grid, and the source pixels under them.

    Parameters
    ----------
    target : slice
        Rows of the target grid.
    source : slice
        Rows of the source grid that they need; empty where none lies under them.
    weights : csr_array, (target pixel, source pixel of these rows)
        Four a target pixel, which sum to 1; beyond the outermost pixel centers the edge goes on.
    nearest : ndarray of int32, (target pixel,)
        Place of the source pixel that holds the target pixel's center, among these rows; -1 outside.
    """

    target: slice
    source: slice
    weights: "scipy.sparse.csr_array"
    nearest: NDArray[np.int32]


@lru_cache(maxsize=32)
def _transformer(target: str, source: str) -> Transformer:
    return Transformer.from_crs(CRS(target), CRS(source), always_xy=True)


def places_px(
    source: Grid, target: Grid, rows: NDArray[np.float64], columns: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return row and column in the source of places in the target, both counted from the upper left corner.

    Each place is transformed by itself. Longitudes are wrapped to the source's side; what the source's CRS cannot hold
    is infinite.
    """
    x, y = target.xy(rows, columns, center=False)
    x, y = _transformer(target.crs, source.crs).transform(x, y)
    if source.is_geographic:
        left, _, right, _ = source.bounds
        x = x - np.round((x - (left + right) / 2) / 360) * 360
    inverse = ~source.transform
    return inverse.d * x + inverse.e * y + inverse.f, inverse.a * x + inverse.b * y + inverse.c


def strips_between(source: Grid, target: Grid) -> list[Strip]:
    """Return a target grid in strips, each with what it needs of the source.

    Parameters
    ----------
    source, target : Grid
        The strips used last are kept, so that bands and dates on the same grids share them.
    """
    rows, columns = target.shape
    high = max(1, _STRIP_PX // columns)
    return [_strip_of(source, target, first, min(first + high, rows)) for first in range(0, rows, high)]


def _strip_of(source: Grid, target: Grid, first: int, last: int) -> Strip:
    with _MAKING:
        return _made(source, target, first, last)


@lru_cache(maxsize=_KEPT)
def _made(source: Grid, target: Grid, first: int, last: int) -> Strip:
    down, across = _centers_px(source, target, first, last)
    height, width = source.shape
    inside = (down >= 0) & (down < height) & (across >= 0) & (across < width)  # False for what is infinite, too
    down, across = np.where(inside, down, 0.5) - 0.5, np.where(inside, across, 0.5) - 0.5
    upper, left = np.floor(down), np.floor(across)
    below, right = (down - upper).astype(np.float32), (across - left).astype(np.float32)
    i, j = upper.astype(np.int64), left.astype(np.int64)
    used = np.clip(i[inside], 0, height - 1)
    begin, end = (int(used.min()), min(height, int(used.max()) + 2)) if used.size else (0, 0)
    lines = [np.clip(i + step, begin, max(begin, end - 1)) - begin for step in (0, 1)]
    rows = [np.clip(j + step, 0, width - 1) for step in (0, 1)]
    places = np.stack([line * width + row for line in lines for row in rows], axis=1)
    weights = [vertical * horizontal for vertical in (1 - below, below) for horizontal in (1 - right, right)]
    count = len(places)
    matrix = scipy.sparse.csr_array(
        (
            np.stack(weights, axis=1).ravel(),
            places.astype(np.int32).ravel(),
            np.arange(0, 4 * count + 1, 4, dtype=np.int32),
        ),
        shape=(count, max(1, end - begin) * width),
    )
    own = [np.floor(each + 0.5 + _BORDER_PX) for each in (down, across)]
    near = (np.clip(own[0], begin, max(begin, end - 1)) - begin) * width + np.clip(own[1], 0, width - 1)
    return Strip(
        target=slice(first, last),
        source=slice(begin, end),
        weights=matrix,
        nearest=np.where(inside, near, -1).astype(np.int32),
    )


def _centers_px(source: Grid, target: Grid, first: int, last: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return row and column in the source of the pixel centers of some target rows, row after row."""
    rows = np.arange(first, last, dtype=np.float64) + 0.5
    columns = np.arange(target.shape[1], dtype=np.float64) + 0.5
    step = _STEP
    while step > 1:
        found = _interpolated(source, target, rows, columns, step=step)
        if found is not None:
            return found
        step //= 4
    grid = np.meshgrid(rows, columns, indexing="ij")
    return places_px(source, target, grid[0].ravel(), grid[1].ravel())


def _interpolated(
    source: Grid, target: Grid, rows: NDArray[np.float64], columns: NDArray[np.float64], *, step: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Return the places by a cubic spline between some of them; None where it is not exact enough."""
    nodes = [np.linspace(e[0] - 0.5, e[-1] + 0.5, max(_NODES, len(e) // step + 2)) for e in (rows, columns)]
    middles = [(each[1:] + each[:-1]) / 2 for each in nodes]
    exact, control = (places_px(source, target, *np.meshgrid(*each, indexing="ij")) for each in (nodes, middles))
    if not all(np.isfinite(plane).all() for plane in (*exact, *control)):
        return None
    basis = [scipy.interpolate.make_interp_spline(each, np.eye(len(each)), k=3) for each in nodes]
    for plane, known in zip(exact, control, strict=True):
        error = basis[0](middles[0]) @ plane @ basis[1](middles[1]).T - known
        if np.abs(error).max() > _TOLERANCE_PX:
            return None
    down, across = (basis[0](rows) @ plane @ basis[1](columns).T for plane in exact)
    return down.ravel(), across.ravel()
