"""Detections as they are drawn: outlines, boxes round what is too small for one, numbers that never overlap."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch, Rectangle

from osint_imagery.change.areas import measure_extent
from osint_imagery.change.detections import Detection, Detections
from osint_imagery.core.pair import Pair
from osint_imagery.figures.furniture import Outline, Panel, casing, draw_outline, outline_px
from osint_imagery.figures.labels import place
from osint_imagery.figures.lettering import width_mm
from osint_imagery.figures.palette import ACCENT, CASING, MARK_INK
from osint_imagery.figures.sheet import Align, Box, letter, line

__all__ = ["CUT", "LABELLED", "NUMBER", "Mark", "Marks", "box_of", "draw_marks", "lay", "trace"]

LABELLED = 12
"""Detections that get a number."""
NUMBER = 7.5
"""Size of the numbers, pt."""
CUT = 0.6
"""Width of the outline at the cut where the one at half strength is drawn too, pt."""

_LARGE = 9.0  # mm; the number of a larger outline stands at its edge, not outside the box around it
_SMALLEST = 1.8  # mm; smaller outlines get a box, to be seen at all


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mark:
    """One detection, its outlines in px.

    ``rings`` go around every pixel above the cut, ``half`` around what its area belongs to: the part at half strength
    or more; empty where that cannot be told from the ground around, or would be too small to be drawn.
    """

    detection: Detection
    rings: Outline
    half: Outline


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Marks:
    """The places of all marks on one panel: a box round each, mm, and a box for each number, strongest first."""

    marks: tuple[Mark, ...]
    boxes: tuple[Box, ...]
    labels: tuple[Box, ...]


def box_of(detection: Detection, panel: Panel) -> Box:
    """Return the box round a detection on a panel, mm; as it is drawn where the outline would be too small.

    A box that was made larger at the edge of the picture is moved inside: ground beside the picture was not examined.
    """
    top, left, bottom, right = detection.bbox_px
    (x0, y0), (x1, y1) = panel.place(np.array([[left, top], [right, bottom]], dtype=float))
    if _small((x0, y0, x1, y1)):
        middle_x, middle_y, half = (x0 + x1) / 2, (y0 + y1) / 2, _SMALLEST / 2
        first_x, first_y, last_x, last_y = panel.box
        if first_x <= middle_x <= last_x and first_y <= middle_y <= last_y:
            middle_x = min(max(middle_x, first_x + half), last_x - half)
            middle_y = min(max(middle_y, first_y + half), last_y - half)
        x0, y0, x1, y1 = middle_x - half, middle_y - half, middle_x + half, middle_y + half
    return float(x0), float(y0), float(x1), float(y1)


def _small(box: Box) -> bool:
    return max(box[2] - box[0], box[3] - box[1]) < _SMALLEST + 1e-9


def trace(pair: Pair, detections: Detections | None, panel: Panel) -> tuple[Mark, ...]:
    """Trace all detections, strongest first; those that get a number also at half strength, where `panel` shows it."""
    if detections is None:
        return ()
    marks = []
    for order, item in enumerate(detections):
        top, left, bottom, right = item.bbox_px
        window = (slice(top, bottom), slice(left, right))
        half: Outline = ()
        if order < LABELLED and not _small(box_of(item, panel)):
            extent = measure_extent(pair, detections.labels, item.id, window=window)
            half = () if extent is None else outline_px(extent.half, extent.corner)
        marks.append(
            Mark(detection=item, rings=outline_px(detections.labels[window] == item.id, (top, left)), half=half)
        )
    return tuple(marks)


def lay(marks: Sequence[Mark], panel: Panel, occupied: Sequence[Box] = ()) -> Marks:
    """Find the places of all marks and numbers on a panel."""
    boxes = tuple(box_of(mark.detection, panel) for mark in marks)
    chosen = marks[:LABELLED]
    anchors = [_anchor(mark, box, panel) for mark, box in zip(chosen, boxes, strict=False)]
    labels = place(anchors, [_label_size(mark) for mark in chosen], panel.box, occupied)
    return Marks(marks=tuple(marks), boxes=boxes, labels=labels)


def _label_size(mark: Mark) -> tuple[float, float]:
    return width_mm(str(mark.detection.id), NUMBER, bold=True) + 1.4, 3.6


def _anchor(mark: Mark, box: Box, panel: Panel) -> Box:
    """Return what a number points at: of a large outline the point to its upper right, where a number hides little."""
    if max(box[2] - box[0], box[3] - box[1]) <= _LARGE:
        return box
    path = panel.place(max(mark.rings, key=len))
    x, y = (float(part) for part in path[np.argmax(path[:, 0] - path[:, 1])])
    return x, y, x, y


def draw_marks(page: Axes, panel: Panel, laid: Marks, *, color: str = ACCENT) -> None:
    """Draw all outlines, the strongest on top, then the numbers."""
    numbered = len(laid.labels)
    for order, (mark, box) in reversed(list(enumerate(zip(laid.marks, laid.boxes, strict=True)))):
        width = 1.3 if order < numbered else 0.7
        if _small(box):
            x0, y0, x1, y1 = box
            frame = Rectangle((x0, y0), x1 - x0, y1 - y0, fill=False, edgecolor=color, linewidth=width, zorder=5)
            frame.set_path_effects(casing(width + 1.2))
            page.add_patch(frame)
        else:
            draw_outline(page, panel, mark.half or mark.rings, color=color, width=width)
            if mark.half:
                draw_outline(page, panel, mark.rings, color=color, width=CUT, dashed=True)
    for mark, spot in zip(laid.marks, laid.labels, strict=False):
        _draw_number(page, mark, _anchor(mark, box_of(mark.detection, panel), panel), spot)


def _draw_number(page: Axes, mark: Mark, anchor: Box, spot: Box) -> None:
    """Draw one number in its box, with a line to what it names."""
    x, y = (spot[0] + spot[2]) / 2, (spot[1] + spot[3]) / 2
    near_x, near_y = min(max(x, anchor[0]), anchor[2]), min(max(y, anchor[1]), anchor[3])
    line(page, (x, near_x), (y, near_y), color=ACCENT, width=0.9).set_path_effects(casing(2.1))
    width, height = spot[2] - spot[0], spot[3] - spot[1]
    style = "round,pad=0,rounding_size=0.6"
    plate = FancyBboxPatch(
        (spot[0], spot[1]), width, height, boxstyle=style, facecolor=CASING, edgecolor=ACCENT, linewidth=0.8
    )
    plate.set_zorder(9)
    page.add_patch(plate)
    middle: Align = ("center", "center_baseline")
    number = letter(page, x, y, str(mark.detection.id), size=NUMBER, bold=True, color=MARK_INK, align=middle)
    number.set_gid("number")
