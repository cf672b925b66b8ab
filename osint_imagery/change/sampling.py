"""Where the statistics of a scene are taken: the whole of a small one, windows spread over a large one."""

import math
from dataclasses import replace

from osint_imagery.core.errors import NotEnoughDataError
from osint_imagery.core.image import Image
from osint_imagery.core.pair import Pair
from osint_imagery.scenes.warping import part_at

__all__ = ["LEAST_VALID", "Place", "cut", "places", "window_of", "windows"]

Place = tuple[int, int, int, int]  # first row, first column, height, width

LEAST_VALID = 256  # pixels that both dates observed, below which a window tells nothing
_WHOLE = 1 << 22  # pixels up to which nothing is sampled
_COUNT = 64
_SIDE = 256  # divides the usual tiles of files, so that a window needs one tile
_PLASTIC = 1.324717957244746  # root of x^3 = x + 1: its powers spread points evenly over a square


def places(shape: tuple[int, int], *, side: int = _SIDE, count: int = _COUNT) -> tuple[Place, ...]:
    """Return the windows from which a scene's statistics are taken, (row, column, height, width).

    The whole scene up to four million pixels; beyond, disjoint square windows at fixed places that a low-discrepancy
    sequence spreads over it: the same for every caller, whatever the blocks, the threads or the executor.

    Parameters
    ----------
    shape : tuple of int
        (rows, columns) of the scene.
    side, count : int
        Side of a window, px, and how many.

    Notes
    -----
    64 windows of 256 x 256 pixels are 4.2 million. Quantities that vary over a scene (haze, season along a valley)
    are met in proportion to their area, to within what 64 places can tell.

    Examples
    --------
    >>> places((300, 200))
    ((0, 0, 300, 200),)
    >>> len(places((10980, 10980))), places((10980, 10980))[:2]
    (64, ((0, 6656, 256, 256), (0, 8960, 256, 256)))
    """
    rows, columns = shape
    if rows * columns <= _WHOLE:
        return ((0, 0, rows, columns),)
    down, across = max(1, rows // side), max(1, columns // side)
    cells: set[tuple[int, int]] = set()
    point = 0
    while len(cells) < min(count, down * across):
        point += 1
        i = math.floor((0.5 + point / _PLASTIC) % 1 * down)
        j = math.floor((0.5 + point / _PLASTIC**2) % 1 * across)
        cells.add((i, j))
    height, width = min(side, rows), min(side, columns)
    return tuple((i * side, j * side, height, width) for i, j in sorted(cells))


def windows(pair: Pair) -> tuple[Pair, ...]:
    """Return the parts of a pair from which its statistics are taken: itself where it is small.

    Raises
    ------
    NotEnoughDataError
        If no window of a large pair has pixels that both dates observed.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> look = lambda: Image.from_array(rng.normal(size=(1, 40, 40)), bands=["red"])
    >>> pair = Pair(before=look(), after=look())
    >>> windows(pair) == (pair,)
    True
    """
    found = places(pair.shape)
    if len(found) == 1:
        return (pair,)
    seen = [place for place in found if pair.valid[window_of(place)].sum() >= LEAST_VALID]
    if not seen:
        msg = (
            f"none of {len(found)} sample windows has {LEAST_VALID} pixels that both dates observed; use clearer dates"
        )
        raise NotEnoughDataError(msg)
    return tuple(replace(pair, before=cut(pair.before, place), after=cut(pair.after, place)) for place in seen)


def window_of(place: Place) -> tuple[slice, slice]:
    """Return the rows and columns of a place."""
    row, column, height, width = place
    return slice(row, row + height), slice(column, column + width)


def cut(image: Image, place: Place) -> Image:
    """Return a window of an image, with its grid."""
    rows, columns = window_of(place)
    row, column, height, width = place
    grid = None if image.grid is None else part_at(image.grid, row, column, (height, width))
    return replace(
        image,
        values=image.values[:, rows, columns],
        valid=image.valid[rows, columns],
        flags=image.flags[rows, columns],
        grid=grid,
    )
