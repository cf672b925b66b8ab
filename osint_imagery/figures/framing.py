"""How much ground a before/after figure shows, what of it is hatched, and where a warning may stand on it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from osint_imagery.change.detections import Detections
from osint_imagery.core.pair import Pair
from osint_imagery.figures.furniture import Panel
from osint_imagery.figures.labels import overlap
from osint_imagery.figures.sheet import Box

__all__ = ["free_corner", "hatched", "shown_window", "window_around"]

Span = tuple[int, int]

_LEAST = 60  # px shown across, where there are that many
_WIDE = 40  # px: up to this an area gets its own width around it, larger ones at least this
_LEAST_MARGIN = 3  # px around an area on a contact sheet
_SHARE = 0.25  # of a large area's width, around it
_WHOLE = 0.7  # a window of more than this share of the ground is not worth cutting out
_INSET = 1.2  # mm between a warning and the picture's edge


def shown_window(pair: Pair, detections: Detections | None) -> tuple[Span, Span]:
    """Return the rows and columns to show: the area of interest with the ground around it.

    Small areas get at least their own width on each side and at least 60 px across, where pixels exist; areas wider
    than 40 px get 40 px or a quarter of their width, so that what is found stays large enough to be seen. Without an
    area all is shown.
    """
    whole = (0, pair.shape[0]), (0, pair.shape[1])
    aoi = detections.changes.aoi if detections is not None else None
    if detections is None or aoi is None or pair.grid is None:
        return whole
    wanted = pair.grid.inside(aoi) | (detections.labels > 0)
    if not wanted.any():
        return whole
    inner = tuple(_extent(wanted, axis) for axis in (0, 1))
    limits = tuple(_extent(wanted | pair.before.valid | pair.after.valid, axis) for axis in (0, 1))
    size = max(high - low for low, high in inner)
    margin = max(min(size, _WIDE), round(_SHARE * size))
    rows, columns = (_widened(span, margin, limit) for span, limit in zip(inner, limits, strict=True))
    share = _count(rows) * _count(columns) / (_count(limits[0]) * _count(limits[1]))
    return (rows, columns) if share < _WHOLE else (limits[0], limits[1])


def window_around(wanted: NDArray[np.bool_]) -> tuple[slice, slice]:
    """Return the rows and columns of the True pixels with a quarter of their size around; all where none is True."""
    if not wanted.any():
        return slice(0, wanted.shape[0]), slice(0, wanted.shape[1])
    spans = [_extent(wanted, axis) for axis in (0, 1)]
    margin = max(_LEAST_MARGIN, round(_SHARE * max(_count(span) for span in spans)))
    return tuple(  # type: ignore[return-value]  # two of them
        slice(max(0, low - margin), min(size, high + margin))
        for (low, high), size in zip(spans, wanted.shape, strict=True)
    )


def _extent(flags: NDArray[np.bool_], axis: int) -> Span:
    hits = np.flatnonzero(flags.any(axis=1 - axis))
    return int(hits[0]), int(hits[-1]) + 1


def _count(span: Span) -> int:
    return span[1] - span[0]


def _widened(span: Span, margin: int, limit: Span) -> Span:
    """Widen a span on both sides; what one side cannot give, the other does not replace."""
    margin = max(margin, -((_count(span) - _LEAST) // 2))
    return max(limit[0], span[0] - margin), min(limit[1], span[1] + margin)


def hatched(pair: Pair, detections: Detections | None) -> NDArray[np.bool_]:
    """Return what is hatched: ground that could not be used, and ground inside the area that was not examined.

    Usable ground outside the area is context: it stays plain, and the area's outline says that it was not examined.
    """
    if detections is None:
        return np.asarray(~pair.valid)
    changes = detections.changes
    if changes.aoi is None or pair.grid is None:
        return np.asarray(~changes.examined)
    return np.asarray(~changes.observed | (pair.grid.inside(changes.aoi) & ~changes.examined))


def free_corner(panel: Panel, size: tuple[float, float], kept_free: Sequence[Box]) -> Box | None:
    """Return the first corner of a picture where a box of `size` mm covers nothing of `kept_free`, if there is one.

    Corners are tried in the order top left, top right, bottom left, bottom right.
    """
    left, top, right, bottom = panel.box
    width, height = size
    xs, ys = (left + _INSET, right - _INSET - width), (top + _INSET, bottom - _INSET - height)
    if xs[1] < xs[0] or ys[1] < ys[0]:
        return None
    boxes = [(x, y, x + width, y + height) for y in ys for x in xs]
    return next((box for box in boxes if not any(overlap(box, other, _INSET) for other in kept_free)), None)
