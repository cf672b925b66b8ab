"""Pieces of all blocks joined into the objects of the scene: the same objects, wherever the seams run."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from osint_imagery.core.grid import Grid
from osint_imagery.core.tracing import outlines
from osint_imagery.workflow.sweep_pieces import COLUMNS, Pieces, moved, summed
from osint_imagery.workflow.sweep_table import Found

__all__ = ["Joiner"]

_CANVAS_PX = 1 << 22  # pixels of open objects that are traced in one go
Index = NDArray[np.int64]


@dataclass(slots=True, kw_only=True, eq=False)
class Joiner:
    """Takes the blocks' pieces row by row, left to right, and joins what touches across a seam.

    Holds the pieces' sums, the outlines of closed objects, and the pixels of objects that cross a seam: memory grows
    with what changed, not with the scene.

    Parameters
    ----------
    grid : Grid
        Of the scene.
    least : int
        Fewest pixels of an object.
    """

    grid: Grid
    least: int
    _parts: list[Pieces] = field(default_factory=list)
    _base: list[int] = field(default_factory=list)
    _count: int = 0
    _links: list[Index] = field(default_factory=list)
    _above: Index = field(init=False)  # labels along the lower edge of the row of blocks above
    _below: Index = field(init=False)  # and of this row
    _left: Index = field(init=False)  # labels along the right edge of the block to the left

    def __post_init__(self) -> None:
        self._above, self._below = (np.zeros(self.grid.shape[1], dtype=np.int64) for _ in range(2))
        self._left = np.zeros(0, dtype=np.int64)

    def add(self, pieces: Pieces) -> None:
        """Take the next block."""
        row, column, height, width = pieces.place
        base = self._count
        if column == 0:
            self._above, self._below = self._below, np.zeros_like(self._below)
            self._left = np.zeros(height, dtype=np.int64)
        span = slice(column, column + width)
        self._below[span] = _global(pieces.bottom, base)
        if row:
            reach = self._above[max(0, column - 1) : column + width + 1]  # one farther: diagonal neighbors
            self._link(reach, _global(pieces.top, base), first=column - max(0, column - 1))
        self._link(self._left, _global(pieces.left, base), first=0)
        self._left = _global(pieces.right, base)
        self._parts.append(pieces)
        self._base.append(base)
        self._count += len(pieces.sums)

    def _link(self, one: Index, other: Index, *, first: int) -> None:
        """Link labels that face each other or meet at a corner; `other` begins at ``one[first]``."""
        for step in (-1, 0, 1):
            start, stop = max(0, -(first + step)), min(len(other), len(one) - first - step)
            facing = one[first + step + start : first + step + stop], other[start:stop]
            both = (facing[0] > 0) & (facing[1] > 0)
            if both.any():
                self._links.append(np.unique(np.stack([facing[0][both], facing[1][both]], axis=1), axis=0))

    def found(self) -> Found:
        """Return the objects, strongest first."""
        links = np.concatenate(self._links) - 1 if self._links else np.zeros((0, 2), dtype=np.int64)
        graph = sparse.coo_array((np.ones(len(links), dtype=bool), (links[:, 0], links[:, 1])), [self._count] * 2)
        count, which = (
            sparse.csgraph.connected_components(graph, directed=False) if self._count else (0, np.zeros(0, int))
        )
        pieces = np.concatenate([part.sums for part in self._parts]) if self._parts else np.zeros((0, len(COLUMNS)))
        sums = np.stack([summed(which, column, count) for column in pieces.T], axis=1)
        kept = np.flatnonzero(sums[:, 0] >= self.least)
        number = np.full(count, -1)
        number[kept] = np.arange(len(kept))
        shapes = np.empty(len(kept), dtype=object)
        for part, base in zip(self._parts, self._base, strict=True):
            shapes[number[which[base + part.closed - 1]]] = part.outlines
        self._trace_open(shapes, number[which])
        found = self._table(sums[kept], shapes, which, number)
        return found.take(np.argsort(-found.strength, kind="stable"))

    def _table(self, sums: NDArray[np.float64], shapes: NDArray[np.object_], which: Index, number: Index) -> Found:
        values = dict(zip(COLUMNS, sums.T, strict=True))
        pixels = values["pixels"]
        owner = number[which]
        p_value = np.full(len(sums), np.inf)
        corner = np.array([np.iinfo(np.int64).max] * 2 + [0, 0])
        bbox = np.tile(corner, (len(sums), 1))
        for part, base in zip(self._parts, self._base, strict=True):
            own = owner[base : base + len(part.sums)]
            mine = own >= 0
            np.fmin.at(p_value, own[mine], part.p_value[mine])
            np.minimum.at(bbox[:, :2], own[mine], part.bbox[mine, :2])
            np.maximum.at(bbox[:, 2:], own[mine], part.bbox[mine, 2:])
        p_value[np.isinf(p_value)] = np.nan
        share = values["sign"] / pixels
        return Found(
            outlines_px=shapes,
            pixels=pixels.astype(np.int64),
            strength=values["rating"] / np.sqrt(pixels),
            score=values["score"] / pixels,
            probability=values["probability"] / pixels,
            p_value=p_value,
            sign=(np.sign(share) * (np.abs(share) >= 1 / 3)).astype(np.int8),
            row=values["row"] / pixels,
            column=values["column"] / pixels,
            bbox=bbox,
            grid=self.grid,
        )

    def _trace_open(self, shapes: NDArray[np.object_], owner: Index) -> None:
        """Outline the objects that cross seams, some at a time, each on its own piece of a canvas."""
        rows = np.concatenate([part.open_row for part in self._parts] or [np.zeros(0, dtype=np.int32)])
        columns = np.concatenate([part.open_column for part in self._parts] or [np.zeros(0, dtype=np.int32)])
        mine = np.concatenate(
            [owner[base + part.open_label - 1] for part, base in zip(self._parts, self._base, strict=True)]
            or [np.zeros(0, dtype=np.int64)]
        )
        order = np.argsort(mine, kind="stable")
        order = order[np.searchsorted(mine[order], 0) :]  # -1: too few pixels
        rows, columns, mine = rows[order], columns[order], mine[order]
        starts = np.flatnonzero(np.diff(mine, prepend=-1))
        if not len(starts):
            return
        top, left = np.minimum.reduceat(rows, starts), np.minimum.reduceat(columns, starts)
        height = np.maximum.reduceat(rows, starts) - top + 2  # with a free line between two objects
        width = np.maximum.reduceat(columns, starts) - left + 1
        ends = np.append(starts[1:], len(mine))
        for one, last in _canvases(height, width):
            shelf = np.concatenate([[0], np.cumsum(height[one:last])])
            canvas = np.zeros((shelf[-1], int(width[one:last].max())), dtype=np.int32)
            span = slice(starts[one], ends[last - 1])
            local = np.repeat(np.arange(last - one), ends[one:last] - starts[one:last])
            canvas[rows[span] - top[one:last][local] + shelf[local], columns[span] - left[one:last][local]] = local + 1
            labels, traced = outlines(canvas)
            index = labels - 1
            shift = top[one:last][index] - shelf[index]
            shapes[mine[starts[one:last][index]]] = moved(traced, left[one:last][index], shift)


def _canvases(height: NDArray[np.integer], width: NDArray[np.integer]) -> list[tuple[int, int]]:
    """Cut a list of boxes into runs that fit on one canvas; a larger box has one to itself."""
    runs, first, tall, wide = [], 0, 0, 0
    for k, (h, w) in enumerate(zip(height.tolist(), width.tolist(), strict=True)):
        if k > first and (tall + h) * max(wide, w) > _CANVAS_PX:
            runs.append((first, k))
            first, tall, wide = k, 0, 0
        tall, wide = tall + h, max(wide, w)
    runs.append((first, len(height)))
    return runs


def _global(labels: NDArray[np.int32], base: int) -> Index:
    return np.where(labels > 0, labels.astype(np.int64) + base, 0)
