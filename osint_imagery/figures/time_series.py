"""One place through time: its value on each usable date, and a mark for each date on which nothing can be said."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from osint_imagery.change.detections import Detection
from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.arguments import require, require_each
from osint_imagery.core.errors import InputError
from osint_imagery.core.image import Image
from osint_imagery.core.lineage import digest_bytes
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.figures.artist import Figure, house_style
from osint_imagery.figures.calendar_axis import Axis, axis_over
from osint_imagery.figures.dated import Dated, dated
from osint_imagery.figures.furniture import credit_of, pixel_words, sensor_words
from osint_imagery.figures.lettering import SMALLEST
from osint_imagery.figures.lettering import width_mm as text_width
from osint_imagery.figures.measured import Point, measured, quantity_of
from osint_imagery.figures.palette import BLUE, GRID, LOUD, PALE, QUIET
from osint_imagery.figures.pictures import drawn_from
from osint_imagery.figures.plot import Plot, Scale, mark_at, tick_words
from osint_imagery.figures.sheet import MARGIN, Sheet, letter, line, paper_width
from osint_imagery.scenes.scene import Scene

__all__ = ["time_series"]

_HIGH, _FOOT = 55.0, 5.0  # mm: the plot, and the lane of unusable dates in it
_TICK_ROOM = 18.0


def time_series(
    images: Sequence[Image | Scene],
    place: Detection | AreaOfInterest,
    of: str | Sequence[str],
    *,
    bracket: tuple[TimeSpan, TimeSpan] | None = None,
    claimed: TimeSpan | None = None,
    title: str | None = None,
    width_mm: float | str = 180.0,
) -> Figure:
    """Draw the value of an object or a place on every date.

    Parameters
    ----------
    images : sequence of Image or Scene
        The dates, in any order, the cloudy ones too; images of one grid and unit. Scenes are read around the place.
    place : Detection or AreaOfInterest
        What is measured: the pixels whose centers lie inside.
    of : str or (str, str)
        A band, or two whose normalized difference is drawn: ``("nir", "red")`` is NDVI.
    bracket : (TimeSpan, TimeSpan), optional
        Last look without and first look with the change.
    claimed : TimeSpan, optional
        When the thing is said to have happened; shaded.
    title : str, optional
        One line above; any script.
    width_mm : float or str
        Width on paper, mm, 80 to 1000, or ``"column"`` (80), ``"page"`` (170), ``"slide"`` (254). No letter under 7 pt.

    Returns
    -------
    Figure
        A mark for each date with one standard deviation of the pixels inside, hollow where a part was not usable; dates
        on which less than half was usable are crosses in a lane of their own. No line joins the dates: nobody looked
        between them. All times UTC.

    Raises
    ------
    BandError
        If `of` is no band, or two of which one is missing.
    InputError, GridMismatchError, OutsideFootprintError
        As for :func:`~osint_imagery.figures.contact_sheet.contact_sheet`.

    Notes
    -----
    The bar is how much the pixels of the place differ, not how well their mean is known. Sun, season and haze move the
    whole series.

    Examples
    --------
    >>> import osint_imagery as oi
    >>> scenes = list(oi.open_catalog(oi.bundled("port/catalog.json")).scenes())[20:24]
    >>> shed = oi.AreaOfInterest.from_point(-28.0032, 45.0060, radius_m=30, name="shed")
    >>> oi.time_series(scenes, shed, "red").title
    'shed: red, 4 dates'
    """
    require(Detection | AreaOfInterest, place=place)
    require(TimeSpan | None, claimed=claimed)
    bounds = require_each(TimeSpan, bracket=bracket or ())
    if len(bounds) not in {0, 2}:
        msg = f"bracket has {len(bounds)} spans; give two, the last look without and the first with the change"
        raise InputError(msg)
    bands = (of,) if isinstance(of, str) else require_each(str, of=of)
    quantity_of(bands, "")
    given = dated(images, _area(place), bands)
    quantity = quantity_of(bands, given.images[0].unit)
    points = measured(given, quantity)
    count = f"{len(points)} date{'' if len(points) == 1 else 's'}"
    heading = title or f"{_name(place)}: {quantity.name}, {count}"
    simulated = "SIMULATED. " if any(image.simulated for image in given.images) else ""
    with house_style():
        sheet = Sheet(width=paper_width(width_mm))
        if simulated:
            sheet.say("SIMULATED: made by a program, not seen by a satellite", size=13, bold=True, color=LOUD)
        sheet.say(heading, size=11, bold=True, gap=1.2)
        sheet.say(f"{quantity.name}, {quantity.unit}", gap=1.5)
        spans = tuple(image.acquired for image in given.images if image.acquired)
        axis, plot = _plan(sheet, points, (*spans, *bounds, *([claimed] if claimed else [])))
        said = _say(sheet, given, points, bounds=bounds, claimed=claimed)
        drawing, page = sheet.open()
        sheet.texts.extend(_frame(page, axis, plot))
        _draw(page, axis, plot, points)
        _spans(page, axis, plot, bounds=bounds, claimed=claimed)
    return drawn_from(given.images, sheet, drawing, title=heading, shows=f"{simulated}{heading}. {said}")


def _area(place: Detection | AreaOfInterest) -> AreaOfInterest:
    if isinstance(place, AreaOfInterest):
        return place
    return AreaOfInterest.from_geometry(place.outline, name=f"detection {place.id}")


def _name(place: Detection | AreaOfInterest) -> str:
    return _area(place).name or "Place"


def _plan(sheet: Sheet, points: Sequence[Point], spans: tuple[TimeSpan, ...]) -> tuple[Axis, Plot]:
    """Reserve the plot and return its axis of time and its scale of values."""
    drawn = [(one.mean, one.sigma or 0.0) for one in points if one.mean is not None]
    ends = [end for mean, sigma in drawn for end in (mean - sigma, mean + sigma)]
    low, high = (min(ends), max(ends)) if ends else (0.0, 1.0)
    spare = 0.08 * (high - low) or max(abs(high), 1.0) * 0.08
    top = sheet.take(_HIGH)
    sheet.take(_FOOT + 6.0)
    upward = Scale(low=low - spare, high=high + spare, first=top + _HIGH, last=top)
    labels = [tick_words(value) for value in upward.ticks(5)]
    left = MARGIN + max(text_width(words, SMALLEST) for words in (*labels, "0")) + 2.0
    axis = axis_over(spans, left, sheet.width - MARGIN - 1.0)
    return axis, Plot(x=Scale(low=0, high=1, first=axis.left, last=axis.right), y=upward)


def _say(
    sheet: Sheet, given: Dated, points: Sequence[Point], *, bounds: Sequence[TimeSpan], claimed: TimeSpan | None
) -> str:
    drawn = [one for one in points if one.mean is not None]
    part = sum(one.usable < 1 for one in drawn)
    said = (
        f"{len(drawn)} of {len(points)} dates usable over at least half of the place ({part} of them in part: hollow); "
        f"on {len(points) - len(drawn)} nothing can be said (crosses)."
    )
    sheet.say(said, size=9, bold=True)
    if bounds:
        words = f"Bracket: {bounds[0].label} (without it) to {bounds[1].label} (with it)."
        sheet.say(words, size=8, bold=True)
        said = f"{said} {words}"
    if claimed is not None:
        sheet.say(f"Shaded: the claimed span, {claimed.label}.")
    pixels = int(given.inside.sum())
    sheet.say(
        f"Mark: mean over the usable ones of {pixels} pixel{'' if pixels == 1 else 's'}; bar: one standard deviation "
        f"of these{', none for a single one' if pixels == 1 else ''}, which is not how well the mean is known. All "
        "times UTC. No line joins the dates: nobody looked between them."
    )
    images = given.images
    sensors = ", ".join(dict.fromkeys(sensor_words(image.sensor) for image in images))
    sheet.say(f"{sensors}, {pixel_words(images[0].grid)}. Neither sun, season nor haze is taken out.", color=QUIET)
    first, last = (image.scene_id or "scene id not stated" for image in (images[0], images[-1]))
    together = digest_bytes("".join(image.digest for image in images).encode()).removeprefix("sha256:")[:12]
    sheet.say(
        f"Scenes: {first} to {last}, {len(images)} in all, each id in the file's metadata; sha256 over the digests of "
        f"their pixels {together}",
        color=QUIET,
    )
    for credit in credit_of(images):
        sheet.say(f"Credit: {credit}", bold=True)
    return said


def _frame(page: Axes, axis: Axis, plot: Plot) -> list[str]:
    """Draw both axes and the lane of unusable dates, and return the ticks' labels."""
    words = plot.frame(page, x_ticks=(), y_ticks=plot.y.ticks(5))
    bottom = plot.y.first + _FOOT
    line(page, (axis.left, axis.right), (bottom, bottom), width=0.8)
    for x, label in axis.ticks(max(2, int((axis.right - axis.left) // _TICK_ROOM))):
        line(page, (x, x), (bottom, bottom + 1.0), width=0.8)
        line(page, (x, x), (plot.y.last, bottom), color=GRID, width=0.5).set_zorder(1.5)
        half = text_width(label, SMALLEST) / 2
        letter(
            page,
            min(max(x, axis.left + half), axis.right + 1.0 - half),
            bottom + 4.2,
            label,
            align=("center", "baseline"),
        )
        words.append(label)
    return words


def _draw(page: Axes, axis: Axis, plot: Plot, points: Sequence[Point]) -> None:
    for one in points:
        if one.image.acquired is None:  # refused where it enters
            continue
        x = axis.x(one.image.acquired.middle)
        if one.mean is None:
            mark_at(page, x, plot.y.first + _FOOT / 2, shape="x", color=QUIET)
            continue
        if one.sigma is not None:
            ends = plot.y.at(one.mean - one.sigma), plot.y.at(one.mean + one.sigma)
            line(page, (x, x), ends, color=BLUE, width=0.9).set_zorder(4)
        mark_at(page, x, plot.y.at(one.mean), color=BLUE, hollow=one.usable < 1)


def _spans(page: Axes, axis: Axis, plot: Plot, *, bounds: Sequence[TimeSpan], claimed: TimeSpan | None) -> None:
    top, bottom = plot.y.last, plot.y.first + _FOOT
    if claimed is not None:
        first, last = axis.stretch(claimed)
        shade = Rectangle((first, top), last - first, bottom - top, facecolor=PALE, edgecolor="none", zorder=1)
        page.add_patch(shade)
    if bounds:
        ends = axis.x(bounds[0].middle), axis.x(bounds[1].middle)
        line(page, ends, (top + 0.8, top + 0.8), color=LOUD, width=2.0)
        for x in ends:
            line(page, (x, x), (top, bottom), color=LOUD, width=0.9).set_zorder(3)
