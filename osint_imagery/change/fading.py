"""Chips faded out at the rim, towards ground that cannot be used, and towards ground that changed."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

__all__ = ["LEAST_SHARE", "cell_weights", "share", "windowed"]

Float = NDArray[np.float32]

LEAST_SHARE = 0.35  # of a chip's weight that has to remain where ground is faded out
_CELL = 8  # px; changed ground is looked for in means over such cells
_CHANGED = 4.0  # robust deviations by which a cell has to differ from what the dates usually differ
_LARGE = 0.5  # and by this part of the interquartile range of the cells: moved ground differs by less


def _window(side: int, shift: float = 0.0) -> Float:
    """Return a Hann window, its middle moved by `shift`."""
    at = np.clip((np.arange(side) + 0.5 - shift) / side, 0, 1)
    return (0.5 - 0.5 * np.cos(2 * np.pi * at)).astype(np.float32)


def cell_weights(usable: NDArray[np.bool_], before: Float, after: Float, *, changed: bool) -> Float | None:
    """Return weights of cells, (chip, row, column), 1 or 0; None where all ground counts.

    Parameters
    ----------
    usable : ndarray of bool, (chip, y, x)
        True where both dates are; whole cells of 8 x 8 pixels.
    before, after : ndarray of float32, (chip, band, y, x)
        Both dates.
    changed : bool
        Leave out changed ground too.
    """
    side = usable.shape[-1]
    cells = side // _CELL
    bad = np.zeros((len(usable), cells, cells), dtype=bool)
    if not usable.all():
        bad = np.asarray(~usable.reshape(len(usable), cells, _CELL, cells, _CELL).all(axis=(2, 4)))
    weight = _kept(bad)
    if changed and (~bad).sum() > 32:
        unlike = bad
        for band in range(after.shape[1]):
            unlike = unlike | _unlike(_cells(before[:, band], cells), _cells(after[:, band], cells), ~unlike)
        without = _kept(unlike)
        # where little would be left, a cloud spoils the chip anyway, but ground that moved has to be seen
        enough = share(without, side) >= LEAST_SHARE
        weight = np.where(enough[:, None, None], without, weight)
    return None if bool(weight.all()) else weight


def _kept(bad: NDArray[np.bool_]) -> Float:
    """Return weights of cells: 0 where bad, and beside."""
    return np.asarray(ndimage.minimum_filter((~bad).astype(np.float32), (1, 3, 3), mode="nearest"), dtype=np.float32)


def _cells(planes: Float, count: int) -> Float:
    rows = planes.reshape(len(planes), count, -1, planes.shape[-1]).sum(axis=2)
    cells = rows.reshape(len(planes), count, count, -1).sum(axis=3)
    return np.asarray(cells / np.float32((planes.shape[-1] // count) ** 2), dtype=np.float32)


def _unlike(first: Float, second: Float, usable: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return cells whose difference between the dates stands out: clouds, shadows, changed ground."""
    scaled = []
    for cells in (first, second):
        low, middle, high = np.percentile(cells[usable], [25, 50, 75])
        if not high > low:
            return np.zeros(first.shape, dtype=bool)
        scaled.append((cells - middle) / (high - low))
    difference = scaled[1] - scaled[0]
    middle = np.median(difference[usable])
    spread = 1.4826 * np.median(np.abs(difference[usable] - middle))
    return np.asarray(np.abs(difference - middle) > max(_CHANGED * spread, _LARGE), dtype=bool) & usable


def _spread_out(side: int, cells: int, shift: float) -> Float:
    """Return (pixel, cell) weights that carry cells to pixels without an edge, moved by `shift`."""
    at = (np.arange(side) + 0.5 - shift) * cells / side - 0.5
    first = np.clip(np.floor(at).astype(np.intp), 0, max(cells - 2, 0))
    part = np.clip(at - first, 0, 1)
    part = part * part * (3 - 2 * part)
    table = np.zeros((side, cells), dtype=np.float32)
    table[np.arange(side), first] = 1 - part
    table[np.arange(side), np.minimum(first + 1, cells - 1)] += part
    return table


def share(weight: Float, side: int) -> Float:
    """Return what is left of each chip's window."""
    cells = weight.shape[-1]
    window = _spread_out(side, cells, 0.0).T @ _window(side) ** 2
    return np.asarray(np.einsum("nij,i,j->n", weight, window, window) / window.sum() ** 2, dtype=np.float32)


def windowed(planes: Float, weight: Float | None, shift: tuple[float, float]) -> Float:
    """Return chips less their mean, faded out at the rim and towards ground that does not count."""
    side = planes.shape[-1]
    down, across = (_window(side, step) for step in shift)
    window = down[:, None] * across[None, :]
    if weight is None:
        mean = np.einsum("nbij,ij->nb", planes, window, optimize=True) / window.sum()
        return np.asarray((planes - mean[..., None, None]) * window, dtype=np.float32)
    cells = weight.shape[-1]
    kept = _spread_out(side, cells, shift[0]) @ weight @ _spread_out(side, cells, shift[1]).T * window
    total = np.maximum(kept.sum(axis=(1, 2)), np.float32(1e-6))
    mean = np.einsum("nbij,nij->nb", planes, kept) / total[:, None]
    return np.asarray((planes - mean[..., None, None]) * kept[:, None], dtype=np.float32)
