"""The pixel edges around labeled objects, as straight runs in the direction of a walk around them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["SIDES", "Edges", "Run", "edges_of", "runs_of", "steps"]

_BLOCK_PX = 1 << 20  # pixels looked at in one go: memory follows the outlines, not the image

Index = NDArray[np.int64]
Bool = NDArray[np.bool_]


class Edges(NamedTuple):
    """Pixels with an edge, in reading order; `key` counts in the label image with a frame of one pixel."""

    key: Index
    label: NDArray[np.int32]
    same: dict[str, Bool]  # whether the neighbor to that side has the same label
    shape: tuple[int, int]  # with the frame

    @property
    def x(self) -> Index:
        """Columns."""
        return self.key % self.shape[1] - 1

    @property
    def y(self) -> Index:
        """Rows."""
        return self.key // self.shape[1] - 1


class Side(NamedTuple):
    """One of the four sides of a pixel, walked with the object on the right hand.

    ``ahead`` and ``behind`` are the sides toward which the walk goes and from which it comes;
    ``end`` and ``begin`` the diagonal neighbors at its two ends; ``corner`` is where the walk along one pixel begins.
    """

    name: str
    ahead: str
    behind: str
    end: str
    begin: str
    corner: tuple[int, int]


SIDES = (  # each turns right into the next one; coordinates are (column, row), rows go down
    Side("up", "right", "left", "up right", "up left", (0, 0)),
    Side("right", "down", "up", "down right", "up right", (1, 0)),
    Side("down", "left", "right", "down left", "down right", (1, 1)),
    Side("left", "up", "down", "up left", "down left", (0, 1)),
)


def steps(width: int) -> dict[str, int]:
    """Return how far each of the eight neighbors is in a plane of this width, counted row by row."""
    straight = {"up": -width, "down": width, "left": -1, "right": 1}
    return straight | {f"{v} {h}": straight[v] + straight[h] for v in ("up", "down") for h in ("left", "right")}


def edges_of(labels: NDArray[np.integer]) -> Edges:
    """Return the pixels that differ from a neighbor, looking at a few rows at a time."""
    rows, columns = labels.shape
    width = columns + 2
    step_to = steps(width)
    keys: list[Index] = []
    values: list[NDArray[np.int32]] = []
    sames: dict[str, list[Bool]] = {name: [] for name in step_to}
    height = max(1, _BLOCK_PX // width)
    frame = np.zeros((min(height, rows) + 2, width), dtype=np.int32)  # used again and again: new memory is slow
    for top in range(0, max(rows, 1), height):
        bottom = min(rows, top + height)
        first, last = max(0, top - 1), min(rows, bottom + 1)
        framed = frame[: bottom - top + 2]
        framed[[0, -1]] = 0
        framed[first - top + 1 : last - top + 1, 1:-1] = labels[first:last]
        flat = framed.ravel()
        here = np.flatnonzero(flat[width : flat.size - width] != 0) + width
        value = flat[here]
        straight = {name: flat[here + step_to[name]] == value for name in ("up", "down", "left", "right")}
        kept = ~(straight["up"] & straight["down"] & straight["left"] & straight["right"])
        here, value = here[kept], value[kept]
        for name, step in step_to.items():
            sames[name].append(straight[name][kept] if name in straight else flat[here + step] == value)
        keys.append(here + top * width)
        values.append(value)
    same = {name: np.concatenate(found) for name, found in sames.items()}
    return Edges(np.concatenate(keys), np.concatenate(values), same, (rows + 2, width))


Run = tuple[Index, Index, Index]  # start (column, row), first pixel, last pixel: in the direction of the walk


def runs_of(edges: Edges) -> list[Run]:
    """Return the straight runs along each of the four sides."""
    x, y, same = edges.x, edges.y, edges.same
    found = []
    for side in SIDES:
        edge = ~same[side.name]
        first = np.flatnonzero(edge & (~same[side.behind] | same[side.begin]))
        last = np.flatnonzero(edge & (~same[side.ahead] | same[side.end]))
        if side.name in {"left", "right"}:  # runs go along columns: sort so that starts and ends pair up
            first = first[np.argsort(x[first] * edges.shape[0] + y[first])]
            last = last[np.argsort(x[last] * edges.shape[0] + y[last])]
        corner = np.column_stack([x[first] + side.corner[0], y[first] + side.corner[1]])
        found.append((corner, first, last))
    return found
