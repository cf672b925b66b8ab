"""Before and after, side by side: one stretch, one scale, and everything needed to doubt it."""

from collections.abc import Sequence
from enum import StrEnum

from matplotlib.axes import Axes

from osint_imagery.change.detections import Detections
from osint_imagery.core.arguments import require, require_each
from osint_imagery.core.errors import GridMismatchError, InputError
from osint_imagery.core.grid import Grid
from osint_imagery.core.pair import Pair
from osint_imagery.figures.arrangement import Arrangement, Layout, arrange
from osint_imagery.figures.artist import Figure, house_style
from osint_imagery.figures.callouts import draw_callouts, legend_words
from osint_imagery.figures.closeups import draw_close_ups
from osint_imagery.figures.framing import hatched
from osint_imagery.figures.locator import draw_locator, plan_locator
from osint_imagery.figures.marks import LABELLED, draw_marks
from osint_imagery.figures.notes import Note
from osint_imagery.figures.picture import draw_picture
from osint_imagery.figures.pictures import (
    draw_furniture,
    draw_warnings,
    drawn_from,
    say_sources,
)
from osint_imagery.figures.sheet import Sheet, paper_width
from osint_imagery.figures.strongest import say_strongest
from osint_imagery.figures.swatches import draw_swatches
from osint_imagery.figures.words import calibration_words, date_words, footer_words, verdict_words

__all__ = ["LayoutPart", "before_after"]


class LayoutPart(StrEnum):
    """What a before/after figure is to have beyond two pictures side by side."""

    STACKED = "stacked"  # one date over the other
    CLOSE_UPS = "close-ups"  # the strongest detections, large
    LOCATOR = "locator"  # a globe with the place


def before_after(
    pair: Pair,
    detections: Detections | None = None,
    *,
    title: str | None = None,
    bands: Sequence[str] | str | None = None,
    remark: str = "",
    footer: Sequence[str] = (),
    layout: LayoutPart | Note | str | Sequence[LayoutPart | Note | str] = (),
    width_mm: float | str = 180.0,
) -> Figure:
    """Draw both dates of a pair with what was found on it.

    Parameters
    ----------
    pair : Pair
        The two dates, on one grid.
    detections : Detections, optional
        Outlined on both dates; the twelve strongest are numbered by their id, with the outline of the part at half
        strength, to which the area belongs, inside the dashed one of all pixels above the cut. Of this pair.
    title : str, optional
        One line above; any script. Defaults to the name of the area.
    bands : sequence of str, or str, optional
        One (gray) or three bands, or the name of a composition: ``"true color"``, ``"false color"``, ``"SWIR"``,
        ``"radar"`` (VV, VH, VV/VH). Default true color, else false color, else the first band.
    remark : str
        A sentence right after the verdict, as prominent: what the verdict is worth.
    footer : sequence of str
        More lines under the credit; at most three short ones are printed, the others counted.
    layout : LayoutPart, Note or str, or sequence of them
        ``"stacked"``: one date over the other; ``"close-ups"``: the strongest detections once more, large, with
        probability and CE90; ``"locator"``: a globe with the place. Default: side by side, without.
        A :class:`~osint_imagery.figures.notes.Note` marks by hand: white letters on purple plates, with arrows and
        corners of boxes, which no detection has; the legend names them as marked by hand.
    width_mm : float or str
        Width on paper, mm, 80 to 1000, or ``"column"`` (80), ``"page"`` (170), ``"slide"`` (254). No letter under 7 pt.

    Returns
    -------
    Figure
        With dates in UTC, scale, true north, the one stretch both dates share, sensor, pixel size,
        credit, scene ids and digests; ground that could not be used is hatched, and the five strongest
        detections are listed with area, q and probability.

    Raises
    ------
    BandError
        If a band is missing.
    GridMismatchError
        If the detections are of other pixels than the pair.

    Notes
    -----
    The picture is cropped to the area of interest and the ground around it: at least its own width on
    each side where the area is small. That ground is shown for orientation and was not examined. A
    white casing and a color-blind safe color keep the outlines legible on any ground. A simulated
    picture says so on itself, in a corner that hides neither the area nor a detection.
    """
    require(Pair, pair=pair)
    require(Detections | None, detections=detections)
    if detections is not None and detections.labels.shape != pair.shape:
        msg = f"detections are of {detections.labels.shape} px, the pair of {pair.shape}; draw them on their own pair"
        raise GridMismatchError(msg)
    parts, notes = _parts(layout)
    located = _located(pair, parts)
    heading = title or _heading(detections)
    with house_style():
        sheet = Sheet(width=paper_width(width_mm))
        plan = arrange(sheet, pair, detections, heading=heading, bands=bands, layout=_layout(parts, notes))
        globe = plan_locator(sheet, located) if located is not None else 0.0
        sheet.say(f"{verdict_words(detections)} {remark}".rstrip(), size=9, bold=True)
        if detections is not None:
            sheet.say(calibration_words(detections.changes.calibration), size=8, gap=1.2)
            say_strongest(sheet, detections)
        say_sources(sheet, pair, plan.panels[0], plan.stretch)
        for words in footer_words(footer):
            sheet.say(words)
        drawing, page = sheet.open()
        for panel, laid, callouts, image in zip(
            plan.panels, plan.laid, plan.callouts, (pair.before, pair.after), strict=True
        ):
            draw_picture(page, panel, plan.stretch.apply(image)[panel.window], plan.hatching, aoi=plan.aoi)
            draw_marks(page, panel, laid)
            draw_callouts(page, callouts)
        _draw_close_ups(page, pair, detections, plan)
        if located is not None:
            draw_locator(page, located, globe)
        draw_warnings(page, plan)
        draw_swatches(page, plan.swatches)
        sheet.texts.extend(draw_furniture(page, pair.grid, plan.panels, plan.furniture))
    shows = f"{_shows(pair, detections, parts, notes)} {remark}".rstrip()
    return drawn_from((pair.before, pair.after), sheet, drawing, title=heading, shows=shows)


def _parts(
    layout: LayoutPart | Note | str | Sequence[LayoutPart | Note | str],
) -> tuple[tuple[LayoutPart, ...], tuple[Note, ...]]:
    """Return the parts that are asked for, and the notes."""
    given = (layout,) if isinstance(layout, str | Note) else tuple(require_each(object, layout=layout))
    notes = tuple(one for one in given if isinstance(one, Note))
    names = require_each(str, layout=[one for one in given if not isinstance(one, Note)])
    for name in names:
        if name not in set(LayoutPart):
            msg = f"layout={name!r} is none of {', '.join(LayoutPart)}"
            raise InputError(msg)
    return tuple(LayoutPart(name) for name in names), notes


def _located(pair: Pair, parts: Sequence[LayoutPart]) -> Grid | None:
    """Return the grid whose place is shown on a globe, where that is asked for."""
    if LayoutPart.LOCATOR not in parts:
        return None
    if pair.grid is None:
        msg = "layout='locator', but the pixels have no place; give images with a grid, or leave it out"
        raise InputError(msg)
    return pair.grid


def _layout(parts: Sequence[LayoutPart], notes: tuple[Note, ...]) -> Layout:
    across = 1 if LayoutPart.STACKED in parts else 2
    return Layout(across=across, close_ups=LayoutPart.CLOSE_UPS in parts, notes=notes)


def _draw_close_ups(page: Axes, pair: Pair, detections: Detections | None, plan: Arrangement) -> None:
    """Draw close-ups; the lines to them start in the pictures of the last row."""
    lowest = [panel for panel in plan.panels if panel.box[3] == plan.panels[-1].box[3]]
    draw_close_ups(page, plan.close_ups, pair, plan.stretch, shown=lowest, hatching=hatched(pair, detections))


def _heading(detections: Detections | None) -> str:
    aoi = detections.changes.aoi if detections is not None else None
    return f"{aoi.name}: before and after" if aoi is not None and aoi.name else "Before and after"


def _shows(pair: Pair, detections: Detections | None, parts: Sequence[LayoutPart], notes: Sequence[Note]) -> str:
    sides = ("above", "below") if LayoutPart.STACKED in parts else ("left", "right")
    simulated = "SIMULATED. " if pair.simulated else ""
    dates = f"{date_words(pair.before)} ({sides[0]}) and {date_words(pair.after)} ({sides[1]})"
    numbered = f" Numbers name the strongest {min(len(detections), LABELLED)}." if detections else ""
    by_hand = f" {legend_words(notes)}".rstrip()
    return f"{simulated}The same ground on {dates}, with one stretch. {verdict_words(detections)}{numbered}{by_hand}"
