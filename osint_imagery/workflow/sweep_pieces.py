"""Changed pixels of one block, as pieces of objects that may go on in the next block."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import ndimage

from osint_imagery.change.sampling import Place
from osint_imagery.core.tracing import outlines

__all__ = ["COLUMNS", "Pieces", "moved", "pieces_of", "summed"]

_EIGHT = np.ones((3, 3), dtype=bool)
COLUMNS = ("pixels", "rating", "score", "probability", "sign", "row", "column")  # that add up over pieces

Labels = NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pieces:
    """Connected changed pixels of a block, labeled 1, 2, ... there.

    Parameters
    ----------
    place : Place
        The block.
    sums : ndarray of float64, (piece, column)
        Sums over a piece's pixels of what :data:`COLUMNS` names.
    p_value : ndarray of float64
        Smallest in each piece.
    bbox : ndarray of int64, (piece, 4)
        In the scene: first row, first column, last row + 1, last column + 1.
    top, bottom, left, right : ndarray of int32
        Labels along the block's four edges.
    closed : ndarray of int32
        Pieces that touch no edge, ascending: whole objects.
    outlines : ndarray of Polygon or MultiPolygon
        Theirs, in (column, row) of the scene.
    open_label, open_row, open_column : ndarray of int32
        Every pixel of the other pieces, in the scene.
    """

    place: Place
    sums: NDArray[np.float64]
    p_value: NDArray[np.float64]
    bbox: NDArray[np.int64]
    top: Labels
    bottom: Labels
    left: Labels
    right: Labels
    closed: Labels
    outlines: NDArray[np.object_]
    open_label: Labels
    open_row: Labels
    open_column: Labels


def pieces_of(  # noqa: PLR0917 - the planes of one block
    place: Place,
    changed: NDArray[np.bool_],
    rating: NDArray[np.float32],
    score: NDArray[np.float32],
    probability: NDArray[np.float32] | None,
    sign: NDArray[np.int8],
    p_value: NDArray[np.float32],
    *,
    least: int,
) -> Pieces:
    """Label the changed pixels of a block (8 neighbors), and trace the objects that lie inside it.

    Parameters
    ----------
    place : Place
        The block.
    changed, rating, score, probability, sign, p_value : ndarray, (y, x)
        Of the block alone.
    least : int
        Fewest pixels of an object.
    """
    labels, count = ndimage.label(changed, structure=_EIGHT, output=np.int32)
    row, column = np.nonzero(labels)
    here = labels[row, column]
    ones = np.ones(len(here))
    planes = (
        ones,
        rating[row, column],
        score[row, column],
        probability[row, column] if probability is not None else np.nan * ones,
        sign[row, column],
        row + place[0] + 0.5,
        column + place[1] + 0.5,
    )
    sums = np.stack([summed(here, plane, count + 1)[1:] for plane in planes], axis=1)
    edges = labels[0], labels[-1], labels[:, 0], labels[:, -1]
    is_open = np.zeros(count + 1, dtype=bool)
    is_open[np.concatenate(edges)] = True
    is_open[0] = False
    kept = ~is_open & np.concatenate([[False], sums[:, 0] >= least])
    closed, shapes = outlines(np.where(kept[labels], labels, 0))
    through = is_open[here]
    return Pieces(
        place=place,
        sums=sums,
        p_value=_smallest(here, p_value[row, column], count),
        bbox=_bbox(labels, place),
        top=edges[0].copy(),
        bottom=edges[1].copy(),
        left=edges[2].copy(),
        right=edges[3].copy(),
        closed=closed,
        outlines=moved(shapes, np.full(len(shapes), place[1]), np.full(len(shapes), place[0])),
        open_label=here[through],
        open_row=(row[through] + place[0]).astype(np.int32),
        open_column=(column[through] + place[1]).astype(np.int32),
    )


def summed(index: NDArray[np.integer], values: NDArray[Any], count: int) -> NDArray[np.float64]:
    """Return sums of values by index, in double precision."""
    return np.bincount(index, weights=values, minlength=count).astype(np.float64)


def _smallest(label: Labels, value: NDArray[np.float32], count: int) -> NDArray[np.float64]:
    least = np.full(count + 1, np.inf)
    np.fmin.at(least, label, value.astype(np.float64))
    least[np.isinf(least)] = np.nan
    return least[1:]


def _bbox(labels: Labels, place: Place) -> NDArray[np.int64]:
    found = ndimage.find_objects(labels)
    corners = [(rows.start, columns.start, rows.stop, columns.stop) for rows, columns in found]
    bbox: NDArray[np.int64] = np.array(corners, dtype=np.int64).reshape(-1, 4) + np.array([place[0], place[1]] * 2)
    return bbox


def moved(shapes: NDArray[np.object_], columns: NDArray[np.integer], rows: NDArray[np.integer]) -> NDArray[np.object_]:
    """Return shapes, each moved by so many columns and rows."""
    if not len(shapes):
        return shapes
    points, owner = shapely.get_coordinates(shapes, return_index=True)
    points += np.column_stack([columns, rows])[owner]
    result: NDArray[np.object_] = shapely.set_coordinates(shapes.copy(), points)
    return result
