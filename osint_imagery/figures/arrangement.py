"""Where everything of a before/after figure goes, worked out before anything is drawn."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from osint_imagery.change.detections import Detections, Verdict
from osint_imagery.core.pair import Pair
from osint_imagery.figures.callouts import POINT, Callout, around, legend_rows, place_notes, targets_of
from osint_imagery.figures.closeups import CloseUp, plan_close_ups
from osint_imagery.figures.framing import free_corner, hatched, shown_window
from osint_imagery.figures.furniture import Outline, Panel, outline_px, pixel_words, plate_size, sensor_words
from osint_imagery.figures.marks import LABELLED, Mark, Marks, box_of, lay, trace
from osint_imagery.figures.notes import Note, corners_px
from osint_imagery.figures.palette import LOUD
from osint_imagery.figures.panels import moved_down, plan_panels
from osint_imagery.figures.sheet import Box, Sheet
from osint_imagery.figures.stretch import Stretch, shared_stretch
from osint_imagery.figures.swatches import plan_swatches
from osint_imagery.figures.words import date_words

__all__ = ["WARNING", "Arrangement", "Layout", "arrange"]

WARNING = "SIMULATED"
"""What stands on a picture that no satellite took."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How many pictures stand in a row, captions of further ones after the two dates, close-ups under them, notes."""

    across: int = 2
    more: tuple[tuple[str, ...], ...] = ()
    close_ups: bool = False
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Arrangement:
    """Where everything goes, mm.

    Parameters
    ----------
    pair : Pair
        What is drawn.
    panels : tuple of Panel
        Before, after, and further ones of the layout.
    marks : tuple of Mark
        One a detection, strongest first.
    laid : tuple of Marks
        Where the marks and their numbers stand, one a panel.
    callouts : tuple of tuple of Callout
        What was marked by hand on before and on after.
    aoi : Outline
        Rings of the area of interest, px; empty where there is none.
    hatching : ndarray of bool, (y, x)
        What is hatched, of the part that is shown.
    warnings : tuple of (Box or None)
        Where a warning stands on each picture, or over it where it would cover what is to be seen; None without.
    close_ups : tuple of CloseUp
        Of the strongest detections, where the layout asks for them.
    furniture : float
        Top of the row of scale and north.
    swatches : tuple of (kind, top)
        Rows of the legend.
    stretch : Stretch
        What both dates are drawn with.
    """

    pair: Pair
    panels: tuple[Panel, ...]
    marks: tuple[Mark, ...]
    laid: tuple[Marks, ...]
    callouts: tuple[tuple[Callout, ...], ...]
    aoi: Outline
    hatching: NDArray[np.bool_]
    warnings: tuple[Box | None, ...]
    close_ups: tuple[CloseUp, ...]
    furniture: float
    swatches: tuple[tuple[str, float], ...]
    stretch: Stretch


_SIDE_BY_SIDE = Layout()


def arrange(
    sheet: Sheet,
    pair: Pair,
    detections: Detections | None,
    *,
    heading: str,
    bands: Sequence[str] | str | None,
    layout: Layout = _SIDE_BY_SIDE,
) -> Arrangement:
    """Lay out a sheet from the top down to the legend."""
    if pair.simulated:
        sheet.say("SIMULATED: made by a program, not seen by a satellite", size=13, bold=True, color=LOUD)
    sheet.say(heading, size=11, bold=True, gap=1.2)
    aoi = _aoi(pair, detections)
    panels, warnings = _pictures(sheet, pair, detections, aoi, layout=layout)
    marks = trace(pair, detections, panels[0])
    taken = [_taken(panel, spot, pair, layout.notes) for panel, spot in zip(panels, warnings, strict=True)]
    laid = tuple(lay(marks, panel, boxes) for panel, boxes in zip(panels, taken, strict=True))
    close_ups = plan_close_ups(sheet, pair, marks) if layout.close_ups else ()
    furniture = sheet.take(11.5) if pair.grid is not None else sheet.bottom
    hatching = hatched(pair, detections)[panels[0].window]
    words = _aoi_words(detections)
    rows = _legend(detections, marks[:LABELLED], hatching=bool(hatching.any()), area=words)
    return Arrangement(
        pair=pair,
        panels=panels,
        marks=marks,
        laid=laid,
        callouts=place_notes(layout.notes, pair.grid, _free(panels, laid, warnings)),
        aoi=aoi,
        hatching=hatching,
        warnings=warnings,
        close_ups=close_ups,
        furniture=furniture,
        swatches=plan_swatches(sheet, [*rows, *legend_rows(layout.notes)]),
        stretch=shared_stretch(pair, bands, panels[0].window),
    )


def _pictures(
    sheet: Sheet, pair: Pair, detections: Detections | None, aoi: Outline, *, layout: Layout
) -> tuple[tuple[Panel, ...], tuple[Box | None, ...]]:
    """Plan row by row the captions, the pictures under them, and the warnings on these."""
    rows, columns = shown_window(pair, detections)
    window = (slice(*rows), slice(*columns))
    dates = tuple(
        (f"{name}: {date_words(image)}", f"{sensor_words(image.sensor)}, {pixel_words(image.grid)}")
        for name, image in (("Before", pair.before), ("After", pair.after))
    )
    captions = (*dates, *layout.more)
    points = [*([np.concatenate(aoi)] if aoi else []), *(corners_px(note, pair.grid) for note in layout.notes)]
    panels: list[Panel] = []
    warnings: list[Box | None] = []
    for start in range(0, len(captions), layout.across):
        some = captions[start : start + layout.across]
        row = plan_panels(sheet, some, pair.grid, window, across=layout.across)
        row, spots = _warned(sheet, row, points, detections) if pair.simulated else (row, (None,) * len(row))
        panels.extend(row)
        warnings.extend(spots)
    return tuple(panels), tuple(warnings)


def _warned(
    sheet: Sheet, row: tuple[Panel, ...], points: Sequence[NDArray[np.float64]], detections: Detections | None
) -> tuple[tuple[Panel, ...], tuple[Box, ...]]:
    """Find a corner that hides no detection and none of some points, px; without one, make room over the pictures."""
    panel, size = row[0], plate_size(WARNING)
    kept = [around(panel.place(some)) for some in points]
    kept += [box_of(item, panel) for item in detections] if detections else []
    corner = free_corner(panel, size, kept)
    if corner is None:
        left, top, _, _ = panel.box
        sheet.take(size[1] + 0.4)
        row = tuple(moved_down(one, size[1] + 0.4) for one in row)
        corner = (left, top, left + size[0], top + size[1])
    shifts = [one.box[0] - panel.box[0] for one in row]
    return row, tuple((corner[0] + shift, corner[1], corner[2] + shift, corner[3]) for shift in shifts)


def _taken(panel: Panel, warning: Box | None, pair: Pair, notes: Sequence[Note]) -> list[Box]:
    """Return where no number of a detection may stand: on a warning, or on a point that was marked by hand."""
    points = [target for target in targets_of(notes, pair.grid, panel) if len(target) == 1]
    return [*([warning] if warning else []), *(around(point, POINT) for point in points)]


def _free(
    panels: Sequence[Panel], laid: Sequence[Marks], warnings: Sequence[Box | None]
) -> tuple[tuple[Panel, Sequence[Box], Sequence[Box]], ...]:
    """Return both dates with what notes may not cover, numbers and warnings, and what they should not, detections."""
    both = list(zip(panels, laid, warnings, strict=True))[:2]
    return tuple((panel, (*marks.labels, *([spot] if spot else [])), marks.boxes) for panel, marks, spot in both)


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
    detections: Detections | None, chosen: Sequence[Mark], *, hatching: bool, area: str
) -> list[tuple[str, str]]:
    """Return the kinds and words of the legend's rows."""
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
    return rows
