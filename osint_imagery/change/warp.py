"""Pixels where a smooth mapping puts them, tile by tile, exact on a lattice and interpolated once."""

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from osint_imagery.change.resampling import REACH, gather
from osint_imagery.core.flags import Flag

__all__ = ["Coded", "Float64", "Mapping", "flags_at", "resample"]

Float64 = NDArray[np.float64]
Mapping = Callable[[Float64, Float64], tuple[Float64, Float64]]
"""From (row, column) of the result to (row, column) of the source, 0 at the middle of the first pixel."""

_TILE = 256  # px; a block of the result, small enough for the cache
_STEPS = (16, 8, 4, 2)  # px between places that are transformed exactly
_TOLERANCE_PX = 0.002  # of places interpolated between those
_COARSER = 1.5  # source pixels a pixel of the result from which they are averaged first
_NEWTON = 4
_WORKERS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """Bands with validity and flags.

    Parameters
    ----------
    values : ndarray of float32, (band, y, x)
        Anything where not valid.
    valid : ndarray of bool, (y, x)
        True where usable.
    flags : ndarray of uint16, (y, x)
        Flag bits.
    """

    values: NDArray[np.float32]
    valid: NDArray[np.bool_]
    flags: NDArray[np.uint16]

    @property
    def turned(self) -> "Coded":
        """Rows and columns exchanged."""
        return Coded(self.values.transpose(0, 2, 1), self.valid.T, self.flags.T)


def flags_at(flags: NDArray[np.uint16], rows: NDArray[np.intp], columns: NDArray[np.intp]) -> NDArray[np.uint16]:
    """Return the flags of given pixels, NO_DATA outside."""
    height, width = flags.shape
    inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    near = flags[np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1)]
    return np.where(inside, near, np.uint16(Flag.NO_DATA)).astype(np.uint16)


def resample(source: Coded, mapping: Mapping, shape: tuple[int, int]) -> Coded:
    """Return bands and flags where a mapping puts the pixels of the result.

    Parameters
    ----------
    source : Coded
        Pixels; finite where valid.
    mapping : Mapping
        From pixels of the result to pixels of the source.
    shape : tuple of int
        Of the result.
    """
    slope = _slope(mapping, shape)
    if abs(slope[0, 0]) < abs(slope[0, 1]):  # rows of the result run along columns of the source
        return resample(source.turned, lambda rows, columns: mapping(rows, columns)[::-1], shape)
    ratio = math.sqrt(abs(np.linalg.det(slope)))
    if ratio > _COARSER:
        factor = round(ratio)
        return resample(_averaged(source, factor), _coarse(mapping, factor), shape)
    result = Coded(
        np.empty((len(source.values), *shape), dtype=np.float32),
        np.zeros(shape, dtype=bool),
        np.empty(shape, dtype=np.uint16),
    )
    tiles = _Tiles(source, mapping, _lattice_step(mapping, shape))
    with ThreadPoolExecutor(max_workers=_WORKERS) as workers:
        list(workers.map(lambda corner: tiles.fill(corner, result), np.ndindex(*(-(-n // _TILE) for n in shape))))
    return result


def _coarse(mapping: Mapping, factor: int) -> Mapping:
    """Return a mapping to squares of `factor` pixels."""
    middle = (factor - 1) / 2

    def mapped(rows: Float64, columns: Float64) -> tuple[Float64, Float64]:
        down, across = mapping(rows, columns)
        return (down - middle) / factor, (across - middle) / factor

    return mapped


def _slope(mapping: Mapping, shape: tuple[int, int]) -> Float64:
    """Return how the source's (row, column) grows with the result's, at the middle."""
    middle = np.array(shape) / 2
    rows, columns = mapping(middle[0] + np.array([0.0, 1.0, 0.0]), middle[1] + np.array([0.0, 0.0, 1.0]))
    return np.array([[rows[1] - rows[0], rows[2] - rows[0]], [columns[1] - columns[0], columns[2] - columns[0]]])


def _averaged(source: Coded, factor: int) -> Coded:
    """Return means of squares of pixels; a square counts only where all of it is usable."""
    height, width = source.valid.shape[0] // factor, source.valid.shape[1] // factor
    cut = slice(height * factor), slice(width * factor)
    squares = height, factor, width, factor
    usable = np.asarray(source.valid[cut].reshape(squares).all(axis=(1, 3)), dtype=bool)
    clean = np.where(source.valid, source.values, np.float32(0))[:, *cut]
    means = clean.reshape(len(clean), *squares).mean(axis=(2, 4), dtype=np.float32)
    flags = np.bitwise_or.reduce(np.bitwise_or.reduce(source.flags[cut].reshape(squares), axis=3), axis=1)
    return Coded(means, usable, flags)


def _lattice_step(mapping: Mapping, shape: tuple[int, int]) -> int:
    """Return the widest lattice between whose places the mapping is straight enough."""
    at = (np.linspace(0, 1, 9)[:, None] * shape[0], np.linspace(0, 1, 9)[None, :] * shape[1])
    rows, columns = np.broadcast_arrays(*at)
    for step in _STEPS:
        corners = [mapping(rows + down * step, columns + across * step) for down in (0.0, 1.0) for across in (0.0, 1.0)]
        exact = mapping(rows + step / 2, columns + step / 2)
        off = [np.abs(np.mean([c[axis] for c in corners], axis=0) - exact[axis]).max() for axis in (0, 1)]
        if max(off) < _TOLERANCE_PX:
            return step
    return 1


def _spread(start: int, stop: int, step: int) -> tuple[Float64, Float64]:
    """Return lattice places around pixels start..stop, and (pixel, place) weights between them."""
    first, last = start // step, -(-stop // step) + 1
    at = np.arange(start, stop) / step - first
    whole = np.floor(at).astype(np.intp)
    table: Float64 = np.zeros((stop - start, last - first + 1))
    table[np.arange(len(at)), whole] = 1 - (at - whole)
    table[np.arange(len(at)), whole + 1] += at - whole
    return np.arange(first, last + 1, dtype=np.float64) * step, table


@dataclass(frozen=True, slots=True, eq=False)
class _Tiles:
    """What tiles of the result are taken from."""

    source: Coded
    mapping: Mapping
    step: int

    def fill(self, corner: tuple[int, ...], result: Coded) -> None:
        """Fill one tile of the result."""
        first = [_TILE * index for index in corner]
        last = [min(start + _TILE, size) for start, size in zip(first, result.valid.shape, strict=True)]
        area = slice(first[0], last[0]), slice(first[1], last[1])
        places, down = _spread(first[0], last[0], self.step)
        across_places, across = _spread(first[1], last[1], self.step)
        row, column = (
            down @ found @ across.T
            for found in self.mapping(*np.broadcast_arrays(places[:, None], across_places[None, :]))
        )
        result.flags[area] = flags_at(self.source.flags, np.rint(row).astype(np.intp), np.rint(column).astype(np.intp))
        rows = _reached(row, REACH, self.source.valid.shape[0])
        columns = _reached(column, 2 * REACH, self.source.valid.shape[1])
        if rows.start >= rows.stop or columns.start >= columns.stop:
            result.values[:, *area] = 0
            return
        lines, down = _spread(rows.start, rows.stop, self.step)
        crossing = down @ self._crossing(lines[:, None], across_places[None, :]) @ across.T
        found = gather(
            self.source.values[:, rows, columns],
            self.source.valid[rows, columns],
            row - rows.start,
            crossing - columns.start,
        )
        result.values[:, *area], result.valid[area] = found.values, found.valid

    def _crossing(self, lines: Float64, columns: Float64) -> Float64:
        """Return the source column where each line (source row) meets each column of the result."""
        lines, columns = np.broadcast_arrays(lines, columns)
        rows = np.zeros(lines.shape)
        for _ in range(_NEWTON):
            here, _ = self.mapping(rows, columns)
            there, _ = self.mapping(rows + 1, columns)
            rows = rows + (lines - here) / (there - here)
        return self.mapping(rows, columns)[1]


def _reached(places: Float64, beyond: int, size: int) -> slice:
    """Return the pixels of the source that places depend on."""
    return slice(max(math.floor(places.min()) - beyond, 0), min(math.ceil(places.max()) + beyond + 1, size))
