"""Where everything of a before/after figure goes, worked out before anything is drawn."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from osint_imagery.change.areas import measure_extent
from osint_imagery.change.detections import Detection, Detections, Verdict
from osint_imagery.core.pair import Pair
from osint_imagery.figures.framing import free_corner, hatched, shown_window
from osint_imagery.figures.furniture import Outline, Panel, outline_px, pixel_words, plate_size, sensor_words
from osint_imagery.figures.labels import place
from osint_imagery.figures.lettering import width_mm
from osint_imagery.figures.sheet import ACCENT, MARGIN, Box, Sheet
from osint_imagery.figures.stretch import Stretch, shared_stretch
from osint_imagery.figures.words import date_words

__all__ = ["LABELLED", "NUMBER", "SWATCH", "WARNING", "Arrangement", "Mark", "arrange"]

LABELLED = 12
"""Detections that get a number."""
NUMBER = 7.5
"""Size of the numbers, pt."""
SWATCH = 7.0
"""Width of a legend's swatch, mm."""
WARNING = "SIMULATED"
"""What stands on a picture that no satellite took."""

_GUTTER = 3.0  # mm between the panels
_TALLEST = 120.0  # mm
_LARGE = 9.0  # mm; the number of a larger outline stands at its edge, not outside the box around it
_SMALLEST = 1.8  # mm; smaller outlines get a box, to be seen at all


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mark:
    """One detection as it will be drawn, mm in the left panel; its number points at the anchor.

    ``rings`` go around every pixel above the cut, ``half`` around what its area belongs to: the part at half strength
    or more; empty where that cannot be told from the ground around.
    """

    detection: Detection
    rings: Outline
    half: Outline
    box: Box
    anchor: Box
    small: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Arrangement:
    """Where everything goes, mm.

    Parameters
    ----------
    pair : Pair
        What is drawn.
    panels : tuple of Panel
        Before, after.
    marks : tuple of Mark
        One a detection, strongest first.
    labels : tuple of Box
        Places of the numbers of the first marks, in the left panel.
    aoi : Outline
        Rings of the area of interest, px; empty where there is none.
    hatching : ndarray of bool, (y, x)
        What is hatched, of the part that is shown.
    warning : Box or None
        Where a warning stands on the left picture, or over it where it would cover what is to be seen; None without.
    furniture : float
        Top of the row of scale and north.
    swatches : tuple of (kind, top)
        Rows of the legend.
    stretch : Stretch
        What both dates are drawn with.
    """

    pair: Pair
    panels: tuple[Panel, Panel]
    marks: tuple[Mark, ...]
    labels: tuple[Box, ...]
    aoi: Outline
    hatching: NDArray[np.bool_]
    warning: Box | None
    furniture: float
    swatches: tuple[tuple[str, float], ...]
    stretch: Stretch


def arrange(
    sheet: Sheet, pair: Pair, detections: Detections | None, *, heading: str, bands: Sequence[str] | None
) -> Arrangement:
    """Lay out a sheet from the top down to the legend."""
    if pair.simulated:
        sheet.say("SIMULATED: made by a program, not seen by a satellite", size=13, bold=True, color=ACCENT)
    sheet.say(heading, size=11, bold=True, gap=1.2)
    rows, columns = shown_window(pair, detections)
    panels = _panels(sheet, pair, rows, columns)
    aoi = _aoi(pair, detections)
    panels, warning = _warning(sheet, panels, aoi, detections) if pair.simulated else (panels, None)
    marks = tuple(_mark(item, detections, panels[0]) for item in detections) if detections else ()
    marks = (*(_with_half(mark, pair, detections) for mark in marks[:LABELLED] if detections), *marks[LABELLED:])
    chosen = marks[:LABELLED]
    occupied = [warning] if warning else []
    labels = place([m.anchor for m in chosen], [_label_size(m) for m in chosen], panels[0].box, occupied)
    furniture = sheet.take(11.5) if pair.grid is not None else sheet.bottom
    hatching = hatched(pair, detections)[panels[0].window]
    words = _aoi_words(detections)
    return Arrangement(
        pair=pair,
        panels=panels,
        marks=marks,
        labels=labels,
        aoi=aoi,
        hatching=hatching,
        warning=warning,
        furniture=furniture,
        swatches=_legend(sheet, detections, chosen, hatching=bool(hatching.any()), area=words),
        stretch=shared_stretch(pair, bands, panels[0].window),
    )


def _label_size(mark: Mark) -> tuple[float, float]:
    return width_mm(str(mark.detection.id), NUMBER, bold=True) + 1.4, 3.6


def _panels(sheet: Sheet, pair: Pair, rows: tuple[int, int], columns: tuple[int, int]) -> tuple[Panel, Panel]:
    """Plan the two headings and the two pictures under them."""
    down, across = pair.grid.pixel_size_m if pair.grid else (1.0, 1.0)
    ratio = (rows[1] - rows[0]) * down / ((columns[1] - columns[0]) * across)
    room = (sheet.inner - _GUTTER) / 2
    width = min(room, _TALLEST / ratio)
    lefts = (MARGIN, MARGIN + room + _GUTTER)
    top = sheet.bottom
    for left, name, image in zip(lefts, ("Before", "After"), (pair.before, pair.after), strict=True):
        under = sheet.put(f"{name}: {date_words(image)}", top, x=left, room=room, size=8, bold=True)
        under = sheet.put(f"{sensor_words(image.sensor)}, {pixel_words(image.grid)}", under, x=left, room=room)
        sheet.bottom = max(sheet.bottom, under + 0.6)
    upper = sheet.take(width * ratio + 1.2)
    boxes = [(left, upper, left + width, upper + width * ratio) for left in lefts]
    return Panel(box=boxes[0], rows=rows, columns=columns), Panel(box=boxes[1], rows=rows, columns=columns)


def _warning(
    sheet: Sheet, panels: tuple[Panel, Panel], aoi: Outline, detections: Detections | None
) -> tuple[tuple[Panel, Panel], Box]:
    """Find a corner that hides neither the area nor a detection; without one, make room over the pictures."""
    panel, size = panels[0], plate_size(WARNING)
    kept = [_around(panel.place(np.concatenate(aoi)))] if aoi else []
    kept += [_mark(item, detections, panel).box for item in detections] if detections else []
    corner = free_corner(panel, size, kept)
    if corner is not None:
        return panels, corner
    left, top, _, _ = panel.box
    down = size[1] + 0.4
    sheet.take(down)
    first, second = (replace(p, box=(p.box[0], p.box[1] + down, p.box[2], p.box[3] + down)) for p in panels)
    return (first, second), (left, top, left + size[0], top + size[1])


def _around(points: NDArray[np.float64]) -> Box:
    (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
    return float(x0), float(y0), float(x1), float(y1)


def _mark(item: Detection, detections: Detections, panel: Panel) -> Mark:
    top, left, bottom, right = item.bbox_px
    inside = detections.labels[top:bottom, left:right] == item.id
    corners = panel.place(np.array([[left, top], [right, bottom]], dtype=float))
    (x0, y0), (x1, y1) = corners
    small = max(x1 - x0, y1 - y0) < _SMALLEST
    if small:
        middle_x, middle_y, half = (x0 + x1) / 2, (y0 + y1) / 2, _SMALLEST / 2
        x0, y0, x1, y1 = middle_x - half, middle_y - half, middle_x + half, middle_y + half
    box = (float(x0), float(y0), float(x1), float(y1))
    rings = outline_px(inside, (top, left))
    large = max(x1 - x0, y1 - y0) > _LARGE
    anchor = _upper_right(rings, panel) if large else box
    return Mark(detection=item, rings=rings, half=(), box=box, anchor=anchor, small=small)


def _with_half(mark: Mark, pair: Pair, detections: Detections) -> Mark:
    """Return the mark with the outline that the stated area belongs to."""
    if mark.small:
        return mark
    top, left, bottom, right = mark.detection.bbox_px
    window = (slice(top, bottom), slice(left, right))
    extent = measure_extent(pair, detections.labels, mark.detection.id, window=window)
    return mark if extent is None else replace(mark, half=outline_px(extent.half, extent.corner))


def _upper_right(rings: Outline, panel: Panel) -> Box:
    """Return the point of the longest ring that lies furthest to the upper right: a number there hides little."""
    path = panel.place(max(rings, key=len))
    x, y = (float(part) for part in path[np.argmax(path[:, 0] - path[:, 1])])
    return x, y, x, y


def _aoi(pair: Pair, detections: Detections | None) -> Outline:
    aoi = detections.changes.aoi if detections is not None else None
    return outline_px(pair.grid.inside(aoi)) if aoi is not None and pair.grid is not None else ()


def _aoi_words(detections: Detections | None) -> str:
    """Return the legend of the outlined area; says so where the image does not hold all of it."""
    aoi = detections.changes.aoi if detections is not None else None
    grid = detections.changes.pair.grid if detections is not None else None
    if aoi is None or grid is None:
        return ""
    whole = grid.footprint.buffer(1e-9).covers(aoi.geometry)
    words = "area of interest: only what lies inside was examined"
    return words if whole else f"{words}; IT REACHES BEYOND THIS IMAGE, that part was not examined"


def _legend(
    sheet: Sheet, detections: Detections | None, chosen: Sequence[Mark], *, hatching: bool, area: str
) -> tuple[tuple[str, float], ...]:
    """Plan the legend's rows and return each swatch with its top, mm."""
    total, numbered = len(detections) if detections else 0, len(chosen)
    rest = total - numbered
    settled = detections is not None and detections.verdict is Verdict.CHANGED
    noun = ("change" if settled else "difference") + ("" if total == 1 else "s")
    rows = []
    if numbered:
        which = f"the {numbered} strongest of {total} {noun}" if rest else noun
        rows.append(("strong", f"{which}, numbered, strongest first (a box where the outline would be too small)"))
    if any(mark.half for mark in chosen):
        others = "" if all(mark.half for mark in chosen) else " (or, for some, all above the cut, or a box)"
        rows[-1] = (
            "strong",
            f"{which}, numbered, strongest first: the part at half strength, whose area is given{others}",
        )
        rows.append(("cut", "all of it above the cut of the method: wider, for optics and smoothing blur every edge"))
    if rest:
        rows.append(("thin", f"{rest} more {noun}, not numbered"))
    if area:
        rows.append(("aoi", area))
    if hatching:
        words = "not usable on both dates" if detections is None else "not usable on both dates: not examined"
        rows.append(("hatch", f"{words}; plain gray where there are no pixels to show"))
    swatches = []
    for kind, words in rows:
        swatches.append((kind, sheet.bottom))
        sheet.bottom = sheet.put(words, sheet.bottom, x=MARGIN + SWATCH + 1.5) + 0.6
    sheet.bottom += 0.8
    return tuple(swatches)
