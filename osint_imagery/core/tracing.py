"""Outlines of labeled pixels along pixel edges: all objects at once, always valid, areas exact."""

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon

from osint_imagery.core.errors import InputError
from osint_imagery.core.pixel_edges import SIDES, Edges, Run, edges_of, runs_of, steps

__all__ = ["outlines", "trace"]


_NARROW = (
    np.dtype(np.int32),
    np.dtype(np.int16),
    np.dtype(np.uint16),
    np.dtype(np.int8),
    np.dtype(np.uint8),
    np.dtype(bool),
)

Index = NDArray[np.int64]
Bool = NDArray[np.bool_]


def trace(labels: NDArray[np.int32]) -> dict[int, Polygon | MultiPolygon]:
    """Return the outline of each label along pixel edges, in (column, row) coordinates.

    Parameters
    ----------
    labels : ndarray of int, (y, x)
        0 is background.

    Returns
    -------
    dict
        Label to Polygon, or MultiPolygon where pixels touch only at corners; always valid, with its holes; its area
        is the number of its pixels. Labels ascend.

    See Also
    --------
    outlines : The same as arrays.

    Examples
    --------
    >>> trace(np.array([[0, 1], [0, 1]], dtype=np.int32))[1].area
    2.0
    """
    found, shapes = outlines(labels)
    return dict(zip(found.tolist(), shapes.tolist(), strict=True))


def outlines(labels: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.object_]]:
    """Return the labels that occur, ascending, and their outlines along pixel edges, in (column, row) coordinates.

    Parameters
    ----------
    labels : ndarray of int, (y, x)
        0 is background; objects may touch each other, and may lie in several pieces.

    Returns
    -------
    labels : ndarray of int32
        The labels that occur.
    shapes : ndarray of Polygon or MultiPolygon
        One a label.

    Raises
    ------
    InputError
        If the labels are not a plane of whole numbers that fit 32 bits.

    Notes
    -----
    Straight runs of pixel edges are linked end to end; the rings are then found by pointer doubling, so the time
    grows with the length of the outlines. Where pixels meet only at a corner, rings first keep to their own pixel; a
    ring that then meets itself is cut in two there, so that no ring touches itself.

    Examples
    --------
    >>> outlines(np.array([[1, 0], [0, 1]], dtype=np.int32))[1][0].geom_type
    'MultiPolygon'
    """
    edges = edges_of(_checked(labels))
    if not len(edges.key):
        return np.empty(0, dtype=np.int32), np.empty(0, dtype=object)
    runs = runs_of(edges)
    after = _linked(edges, runs)
    leader = _leaders(after)
    start, owner = np.concatenate([r[0] for r in runs]), np.concatenate([r[1] for r in runs])
    return _assembled(edges, runs, _in_order(after, leader), start_xy=start, pixel=owner)


def _checked(labels: NDArray[np.integer]) -> NDArray[np.integer]:
    plane = np.asarray(labels)
    if plane.ndim != 2 or plane.dtype.kind not in "iub":
        msg = f"labels has shape {plane.shape} and type {plane.dtype}; give whole numbers, (y, x), 0 = background"
        raise InputError(msg)
    least, most = np.iinfo(np.int32).min, np.iinfo(np.int32).max
    if plane.dtype not in _NARROW and plane.size and not least <= plane.min() <= plane.max() <= most:
        msg = f"labels reach from {plane.min()} to {plane.max()}; renumber them to fit 32 bits"
        raise InputError(msg)
    return plane


def _linked(edges: Edges, runs: list[Run]) -> Index:
    """Return, per run, the run that goes on from its end."""
    step_to, count = steps(edges.shape[1]), len(edges.key)
    base = np.cumsum([0] + [len(run[1]) for run in runs])
    begins, ends = [], []
    for k, (_, first, last) in enumerate(runs):
        number = np.arange(base[k], base[k + 1])
        begins.append(np.full(count, -1))
        ends.append(np.full(count, -1))
        begins[k][first], ends[k][last] = number, number
    after = np.empty(base[-1], dtype=np.int64)
    for k, (side, (_, _, last)) in enumerate(zip(SIDES, runs, strict=True)):
        inward = edges.same[side.ahead][last]  # the object goes on ahead, so the outline turns away from it
        following = begins[(k + 1) % 4][last]
        across = np.searchsorted(edges.key, edges.key[last[inward]] + step_to[side.end])
        following[inward] = begins[k - 1][across]
        after[base[k] : base[k + 1]] = following
    return _cut(edges, runs, after, ends=ends)


def _cut(edges: Edges, runs: list[Run], after: Index, *, ends: list[Index]) -> Index:
    """Return the links with every ring that meets itself at a corner cut in two there."""
    step_to = steps(edges.shape[1])
    ones, others = [], []
    for k in (0, 1):  # the two diagonals; sides 2 and 3 arrive from across
        side, last = SIDES[k], runs[k][2]
        touching = last[~edges.same[side.ahead][last] & edges.same[side.end][last]]
        across = np.searchsorted(edges.key, edges.key[touching] + step_to[side.end])
        ones.append(ends[k][touching])
        others.append(ends[k + 2][across])
    one, other = np.concatenate(ones), np.concatenate(others)
    if len(one):
        leader = _leaders(after)
        itself = leader[one] == leader[other]
        one, other = one[itself], other[itself]
        after[one], after[other] = after[other], after[one]
    return after


def _leaders(after: Index) -> Index:
    """Return, per element, the smallest element of its ring, by pointer doubling."""
    leader, jump = np.arange(len(after)), after
    while True:
        lower = np.minimum(leader, leader[jump])
        if np.array_equal(lower, leader):
            return leader
        leader, jump = lower, jump[jump]


class _Rings(NamedTuple):
    """Runs in the order in which they follow each other: `order[offsets[r]:offsets[r + 1]]` is ring r."""

    order: Index
    offsets: Index
    of_run: Index


def _in_order(after: Index, leader: Index) -> _Rings:
    last = after == leader
    left = (~last).astype(np.int64)  # steps to the ring's last run
    jump = np.where(last, np.arange(len(after)), after)
    while not last[jump].all():
        left += left[jump]
        jump = jump[jump]
    left += left[jump]
    heads = np.flatnonzero(leader == np.arange(len(after)))
    number = np.empty(len(after), dtype=np.int64)
    number[heads] = np.arange(len(heads))
    of_run = number[leader]
    offsets = np.concatenate([[0], np.cumsum(left[heads] + 1)])
    order = np.empty(len(after), dtype=np.int64)
    order[offsets[of_run + 1] - 1 - left] = np.arange(len(after))
    return _Rings(order, offsets, of_run)


def _assembled(
    edges: Edges, runs: list[Run], rings: _Rings, *, start_xy: Index, pixel: Index
) -> tuple[NDArray[np.int32], NDArray[np.object_]]:
    """Return labels and shapes from rings: holes go to the outer ring around their piece."""
    corner = start_xy[rings.order]
    following = np.roll(corner, -1, axis=0)
    following[rings.offsets[1:] - 1] = corner[rings.offsets[:-1]]
    area = np.add.reduceat(-corner[:, 1] * (following[:, 0] - corner[:, 0]), rings.offsets[:-1])
    label = edges.label[pixel[rings.order[rings.offsets[:-1]]]]
    outer = _outer(edges, runs, rings, hole=area < 0)
    ranked = np.lexsort((area < 0, outer, label))
    length = np.diff(rings.offsets)[ranked]
    ends = np.cumsum(length + 1)  # a ring closes with its first corner
    source = np.arange(ends[-1]) - np.repeat(ends - length - 1, length + 1)
    source = np.where(source == np.repeat(length, length + 1), 0, source)
    coordinates = corner[source + np.repeat(rings.offsets[:-1][ranked], length + 1)].astype(np.float64)
    begins = np.flatnonzero(area[ranked] > 0)  # each outer ring begins a piece
    pieces = shapely.from_ragged_array(
        shapely.GeometryType.POLYGON,
        coordinates,
        (np.concatenate([[0], ends]), np.concatenate([begins, [len(ranked)]])),
    )
    return _joined(label[ranked][begins], pieces)


def _joined(label: NDArray[np.int32], pieces: NDArray[np.object_]) -> tuple[NDArray[np.int32], NDArray[np.object_]]:
    """Return one shape a label: the piece, or all its pieces together."""
    found, first, count, which = _unique(label)
    shapes = pieces[first]
    many = count > 1
    if many.any():
        number = np.cumsum(many) - 1
        shapes[many] = shapely.multipolygons(pieces[many[which]], indices=number[which[many[which]]])
    return found, shapes


def _unique(label: NDArray[np.int32]) -> tuple[NDArray[np.int32], Index, Index, Index]:
    new = np.concatenate([[True], label[1:] != label[:-1]])
    first = np.flatnonzero(new)
    return label[first], first, np.diff(np.concatenate([first, [len(label)]])), np.cumsum(new) - 1


def _outer(edges: Edges, runs: list[Run], rings: _Rings, *, hole: Bool) -> Index:
    """Return, per ring, the outer ring of its piece.

    The pixel left of a hole's leftmost edge starts a walk to the left, inside the piece, up to another ring: outer, or
    a hole that reaches farther to the left.
    """
    around = np.arange(len(hole))
    if not hole.any():
        return around
    base = np.cumsum([0] + [len(run[1]) for run in runs])
    right, left = runs[1][1], runs[3][2]  # topmost pixels, in order of columns
    ring = rings.of_run[base[1] : base[2]]
    mine = np.flatnonzero(hole[ring])
    holes, at = np.unique(ring[mine], return_index=True)  # runs ascend by column: the first is the leftmost
    key = edges.key[right[mine[at]]]
    starts = edges.key[~edges.same["left"]]
    met = starts[np.searchsorted(starts, key, side="right") - 1]
    height, width = edges.shape
    columns = (edges.x[left] + 1) * height + edges.y[left] + 1
    run = np.searchsorted(columns, met % width * height + met // width, side="right") - 1
    around[holes] = rings.of_run[base[3] + run]
    while hole[around].any():
        around = around[around]
    return around
