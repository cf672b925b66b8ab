"""How far outlines agree that two readers drew: overlap of each two, and which belongs to which."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from scipy.optimize import linear_sum_assignment
from shapely.geometry import MultiPolygon, Polygon

from osint_imagery.core.arguments import require, require_each
from osint_imagery.core.errors import GeometryError

__all__ = ["Matching", "Outline", "iou", "match_outlines"]

Outline: TypeAlias = Polygon | MultiPolygon


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """Which outline of one reader is which of the other's; those left over are kept.

    Parameters
    ----------
    pairs : tuple of (int, int, float)
        Index in the first set, index in the second, their IoU (> 0), in order of the first.
    first_only, second_only : tuple of int
        Outlines without a partner.
    """

    pairs: tuple[tuple[int, int, float], ...]
    first_only: tuple[int, ...]
    second_only: tuple[int, ...]


def iou(first: Outline, second: Outline) -> float:
    """Return the intersection of two outlines over their union, from 0 (apart) to 1 (the same).

    Parameters
    ----------
    first, second : shapely Polygon or MultiPolygon
        Both in one CRS. In longitude and latitude the ratio is that on the ground as long as the outlines span little
        latitude: stretching an axis changes both areas alike.

    Returns
    -------
    float

    Raises
    ------
    GeometryError
        If one is empty or not valid.

    Examples
    --------
    >>> from shapely.geometry import box
    >>> iou(box(0, 0, 2, 1), box(1, 0, 3, 1))
    0.3333333333333333
    """
    require(Polygon | MultiPolygon, first=first, second=second)
    for name, shape in (("first", first), ("second", second)):
        if shape.is_empty or not shape.is_valid:
            msg = f"{name} is an outline that is empty or crosses itself; mend it with shapely.make_valid"
            raise GeometryError(msg)
    shared = first.intersection(second).area
    return float(shared / (first.area + second.area - shared))


def match_outlines(first: Sequence[Outline], second: Sequence[Outline]) -> Matching:
    """Match two sets of outlines one to one, so that the sum of their IoU is largest; touching counts as apart.

    Parameters
    ----------
    first, second : sequence of shapely Polygon or MultiPolygon
        May be empty.

    Returns
    -------
    Matching

    Examples
    --------
    >>> from shapely.geometry import box
    >>> match_outlines([box(0, 0, 2, 2), box(9, 9, 10, 10)], [box(0, 0, 2, 1)])
    Matching(pairs=((0, 0, 0.5),), first_only=(1,), second_only=())
    """
    one = require_each(Polygon | MultiPolygon, first=first)
    two = require_each(Polygon | MultiPolygon, second=second)
    overlap = np.array([[iou(left, right) for right in two] for left in one], dtype=float).reshape(len(one), len(two))
    rows, columns = linear_sum_assignment(overlap, maximize=True)
    pairs = tuple(
        (int(row), int(column), float(overlap[row, column]))
        for row, column in zip(rows, columns, strict=True)
        if overlap[row, column] > 0
    )
    return Matching(
        pairs=pairs,
        first_only=tuple(sorted(set(range(len(one))) - {pair[0] for pair in pairs})),
        second_only=tuple(sorted(set(range(len(two))) - {pair[1] for pair in pairs})),
    )
