"""Close-ups of the strongest detections, both dates beside each other, with a line to where they lie."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Ellipse
from numpy.typing import NDArray
from shapely.affinity import affine_transform
from shapely.geometry import Point

from osint_imagery.change.detections import Detection
from osint_imagery.core.aoi import reproject
from osint_imagery.core.grid import Grid
from osint_imagery.core.pair import Pair
from osint_imagery.figures.furniture import Outline, Panel, casing, clip_to, draw_outline, length_words
from osint_imagery.figures.marks import CUT, Mark, box_of
from osint_imagery.figures.palette import ACCENT, CASING, MARK_INK
from osint_imagery.figures.panels import GUTTER
from osint_imagery.figures.picture import draw_picture
from osint_imagery.figures.sheet import MARGIN, Sheet, line
from osint_imagery.figures.stretch import Stretch
from osint_imagery.figures.words import value_words

__all__ = ["CloseUp", "draw_close_ups", "plan_close_ups"]

_WIDE = 130.0  # mm, from which four stand in a row
_LARGEST = 24.0  # mm, side of one picture
_LEADER = 5.0  # mm between the pictures and the close-ups, for the lines
_BETWEEN = 0.5  # mm between the two dates
_LEAST_PX = 24
_AROUND = 2.0  # sides of the largest detection shown


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CloseUp:
    """One detection, and where its two pictures stand."""

    mark: Mark
    panels: tuple[Panel, Panel]


def plan_close_ups(sheet: Sheet, pair: Pair, marks: Sequence[Mark]) -> tuple[CloseUp, ...]:
    """Plan a row of close-ups, from left to right as they lie on the ground; none where nothing was found."""
    most = 4 if sheet.width >= _WIDE else 2
    chosen = sorted(marks[:most], key=lambda mark: mark.detection.bbox_px[1] + mark.detection.bbox_px[3])
    if not chosen:
        return ()
    down, wide = pair.grid.pixel_size_m if pair.grid else (1.0, 1.0)
    room = (sheet.inner - GUTTER * (most - 1)) / most
    across = min(_LARGEST, (room - _BETWEEN) / 2)
    tall = across * down / wide
    sheet.take(_LEADER)
    top = sheet.take(tall + 0.8)
    found, ends = [], []
    for index, mark in enumerate(chosen):
        left = MARGIN + index * (room + GUTTER)
        rows, columns = _window(mark.detection, pair.shape)
        boxes = [(x, top, x + across, top + tall) for x in (left, left + across + _BETWEEN)]
        first, second = (Panel(box=box, rows=rows, columns=columns) for box in boxes)
        found.append(CloseUp(mark=mark, panels=(first, second)))
        count = columns[1] - columns[0]
        size = length_words(float(f"{count * wide:.2g}")) if pair.grid else f"{count} px"
        ends.append(sheet.put(f"{_words(mark.detection)}; {size} wide", sheet.bottom, x=left, room=room))
    sheet.bottom = max(ends) + 0.6
    circle = "; dotted: circle that holds its middle with 90 %" if any(one.detection.ce90_m for one in chosen) else ""
    simulated = "SIMULATED. " if pair.simulated else ""
    sheet.say(f"{simulated}Close-ups: before (left) and after (right){circle}.")
    return tuple(found)


def _window(item: Detection, shape: tuple[int, int]) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return rows and columns of a close-up: twice the detection's size, square as far as there are pixels."""
    top, left, bottom, right = item.bbox_px
    side = min(max(_LEAST_PX, round(_AROUND * max(bottom - top, right - left))), *shape)
    spans = ((top, bottom, shape[0]), (left, right, shape[1]))
    first = [min(max(0, (low + high - side) // 2), whole - side) for low, high, whole in spans]
    return (first[0], first[0] + side), (first[1], first[1] + side)


def _words(item: Detection) -> str:
    chance = "probability withheld" if item.probability is None else f"probability {value_words(item.probability)}"
    place = f", CE90 {item.ce90_m:.2g} m" if item.ce90_m is not None else ""
    return f"{item.id}: {chance}{place}"


def draw_close_ups(
    page: Axes,
    close_ups: Sequence[CloseUp],
    pair: Pair,
    stretch: Stretch,
    *,
    shown: Sequence[Panel],
    hatching: NDArray[np.bool_],
) -> None:
    """Draw the close-ups, and lines to them from the nearer picture of `shown`; `hatching` is of the whole pair."""
    images = [stretch.apply(image) for image in (pair.before, pair.after)]
    for one in close_ups:
        for panel, colors in zip(one.panels, images, strict=True):
            draw_picture(page, panel, colors[panel.window], hatching[panel.window])
            _draw_outlines(page, panel, one.mark.half, one.mark.rings)
            if pair.grid is not None:
                _draw_circle(page, panel, pair.grid, one.mark.detection)
        goal = one.panels[0].box[2], one.panels[0].box[1]
        boxes = [box_of(one.mark.detection, panel) for panel in shown]
        left, _, right, bottom = min(boxes, key=lambda box: abs((box[0] + box[2]) / 2 - goal[0]))
        start, end = ((left + right) / 2, bottom), goal
        drawn = line(page, (start[0], end[0]), (start[1], end[1]), color=MARK_INK, width=0.6)
        drawn.set_path_effects(casing(1.6))
        drawn.set(zorder=4.5, gid="leader")


def _draw_outlines(page: Axes, panel: Panel, half: Outline, rings: Outline) -> None:
    draw_outline(page, panel, half or rings, color=ACCENT, width=1.0)
    if half:
        draw_outline(page, panel, rings, color=ACCENT, width=CUT, dashed=True)


def _draw_circle(page: Axes, panel: Panel, grid: Grid, item: Detection) -> None:
    """Draw the circle that holds the detection's middle with 90 %, dotted, inside the picture."""
    if item.ce90_m is None:
        return
    middle = reproject(Point(item.centroid), "EPSG:4326", grid.crs)
    back = ~grid.transform
    pixel = affine_transform(middle, [back.a, back.b, back.d, back.e, back.c, back.f])
    (x, y) = panel.place(np.array([[pixel.x, pixel.y]]))[0]
    (down, wide), (across, along) = grid.pixel_size_m, panel.mm_per_px
    size = 2 * item.ce90_m / wide * across, 2 * item.ce90_m / down * along
    for color, width in ((CASING, 1.8), (MARK_INK, 0.8)):
        circle = Ellipse((float(x), float(y)), *size, fill=False, edgecolor=color, linewidth=width, zorder=6)
        circle.set_linestyle((0, (1, 1.5)) if color == MARK_INK else "solid")
        page.add_patch(circle)
        clip_to(page, circle, panel.box)
