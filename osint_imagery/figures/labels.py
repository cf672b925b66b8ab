"""Number labels that never cover each other: greedy placement, strongest first."""

import math
from collections.abc import Iterator, Sequence

from osint_imagery.figures.sheet import Box

__all__ = ["candidates", "overlap", "place"]

_GAP = 0.4  # mm between a label and anything else
_RINGS = tuple(0.6 + 1.5 * k for k in range(18))
_ANGLES = tuple(math.radians(a) for a in (-45, -135, 45, 135, -90, 0, 180, 90, -20, -70, -110, -160, 20, 70, 110, 160))


def overlap(a: Box, b: Box, gap: float = 0.0) -> bool:
    """Whether two boxes come closer than `gap` mm."""
    return a[0] < b[2] + gap and b[0] < a[2] + gap and a[1] < b[3] + gap and b[1] < a[3] + gap


def candidates(anchor: Box, size: tuple[float, float], area: Box) -> Iterator[Box]:
    """Yield places for a label round its anchor, near ones first, then everywhere in the area."""
    width, height = size
    cx, cy = (anchor[0] + anchor[2]) / 2, (anchor[1] + anchor[3]) / 2
    half_w, half_h = (anchor[2] - anchor[0] + width) / 2, (anchor[3] - anchor[1] + height) / 2
    for ring in _RINGS:
        for angle in _ANGLES:
            x = cx + math.copysign(min(abs(math.cos(angle)) * 1.5, 1), math.cos(angle)) * (half_w + ring)
            y = cy + math.copysign(min(abs(math.sin(angle)) * 1.5, 1), math.sin(angle)) * (half_h + ring)
            yield x - width / 2, y - height / 2, x + width / 2, y + height / 2
    steps_x, steps_y = int((area[2] - area[0]) // (width + 1)), int((area[3] - area[1]) // (height + 1))
    for row in range(steps_y):
        for column in range(steps_x):
            x, y = area[0] + 0.6 + column * (width + 1), area[1] + 0.6 + row * (height + 1)
            yield x, y, x + width, y + height


def _fits(box: Box, area: Box, taken: Sequence[Box], kept_free: Sequence[Box]) -> bool:
    inside = area[0] <= box[0] and area[1] <= box[1] and box[2] <= area[2] and box[3] <= area[3]
    return inside and not any(overlap(box, other, _GAP) for other in (*taken, *kept_free))


def place(
    anchors: Sequence[Box], sizes: Sequence[tuple[float, float]], area: Box, occupied: Sequence[Box] = ()
) -> tuple[Box, ...]:
    """Return a box for each label, in order; fewer than `anchors` where no more fit.

    Parameters
    ----------
    anchors : sequence of (left, top, right, bottom)
        What each label names, mm.
    sizes : sequence of (width, height)
        Size of each label, mm.
    area : (left, top, right, bottom)
        Where labels may stand, mm.
    occupied : sequence of (left, top, right, bottom)
        Where none may stand, mm.

    Returns
    -------
    tuple of boxes
        No two overlap; none leaves the area. Things that are named are left uncovered where possible.

    Examples
    --------
    >>> boxes = place([(5, 5, 6, 6), (5, 5, 6, 6)], [(4, 3), (4, 3)], (0, 0, 30, 30))
    >>> len(boxes), overlap(*boxes)
    (2, False)
    """
    taken = list(occupied)
    for anchor, size in zip(anchors, sizes, strict=True):
        options = list(candidates(anchor, size, area))
        found = next((box for box in options if _fits(box, area, taken, anchors)), None)
        found = found or next((box for box in options if _fits(box, area, taken, ())), None)
        if found is None:
            break
        taken.append(found)
    return tuple(taken[len(occupied) :])
