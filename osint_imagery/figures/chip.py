"""One place on two dates, for a reader who shall not know what is claimed or was found there."""

import math
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from osint_imagery.core.image import Image
from osint_imagery.core.pair import Pair
from osint_imagery.figures.arrangement import WARNING
from osint_imagery.figures.artist import Figure, house_style
from osint_imagery.figures.framing import free_corner
from osint_imagery.figures.furniture import (
    Panel,
    casing,
    credit_of,
    draw_hatch,
    draw_north,
    draw_plate,
    draw_scale,
    north_of,
    pixel_words,
    plate_size,
    sensor_words,
)
from osint_imagery.figures.palette import INK, QUIET, SQUARE
from osint_imagery.figures.panels import plan_panels
from osint_imagery.figures.pictures import drawn_from
from osint_imagery.figures.sheet import MARGIN, Sheet, letter
from osint_imagery.figures.stretch import Stretch
from osint_imagery.figures.words import date_words

__all__ = ["Chip", "chip"]

_WIDTH = 170.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A picture of one place, and where its panels lie in it.

    Parameters
    ----------
    figure : Figure
        Both dates.
    after : (left, top, right, bottom)
        The later date's panel, as shares of the picture's width and height.
    """

    figure: Figure
    after: tuple[float, float, float, float]


def chip(
    pair: Pair,
    name: str,
    *,
    window: tuple[slice, slice],
    square: tuple[slice, slice],
    stretch: Stretch,
) -> Chip:
    """Draw one place on both dates, with the square that the question is about.

    Parameters
    ----------
    pair : Pair
        The two dates, on one grid.
    name : str
        Neutral id of the place; the only thing that tells it from others.
    window, square : tuple of slice
        Rows and columns that are shown, and those inside the square.
    stretch : Stretch
        One for all places of a sheet, so that no picture is brighter than another for what was found in it.

    Returns
    -------
    Chip
        With dates in UTC, scale, true north, stretch, credit and scene ids; no place name, no coordinate, nothing of a
        detector.
    """
    with house_style():
        sheet = Sheet(width=_WIDTH)
        heading = f"Place {name}"
        simulated = f"{WARNING}: made by a program. " if pair.simulated else ""
        sheet.say(f"{simulated}{heading}", size=11, bold=True, gap=1.2)
        dates = (("Before", pair.before), ("After", pair.after))
        captions = [(f"{when}: {date_words(image)}",) for when, image in dates]
        panels = plan_panels(sheet, captions, pair.grid, window, across=2, tallest=math.inf)
        furniture = sheet.take(11.5) if pair.grid is not None else sheet.bottom
        for words in _captions(pair, stretch):
            sheet.say(words, color=QUIET)
        drawing, page = sheet.open()
        for panel, image in zip(panels, (pair.before, pair.after), strict=True):
            _draw(page, panel, image, stretch, square=square)
            draw_hatch(page, panel.box, ~pair.valid[panel.window])
        _furnish(page, pair, panels, furniture)
    height = sheet.bottom + MARGIN
    shows = f"{simulated}{heading} on {date_words(pair.before)} (left) and {date_words(pair.after)} (right)."
    left, top, right, bottom = panels[1].box
    return Chip(
        figure=drawn_from((pair.before, pair.after), sheet, drawing, title=heading, shows=shows),
        after=(left / _WIDTH, top / height, right / _WIDTH, bottom / height),
    )


def _captions(pair: Pair, stretch: Stretch) -> tuple[str, ...]:
    sensor = f"{sensor_words(pair.before.sensor)}, {pixel_words(pair.grid)}"
    ids = " and ".join(image.scene_id or "scene id not stated" for image in (pair.before, pair.after))
    asked = "The question is about the ground inside the blue square. Hatched: not usable on both dates."
    lines = (f"Credit: {line}" for line in credit_of((pair.before, pair.after)))
    return asked, f"{sensor}. Scenes: {ids}. {stretch.words}", *lines


def _draw(page: Axes, panel: Panel, image: Image, stretch: Stretch, *, square: tuple[slice, slice]) -> None:
    left, top, right, bottom = panel.box
    picture = stretch.apply(image)[panel.window]
    page.imshow(picture, extent=(left, right, bottom, top), aspect="auto", interpolation="nearest", zorder=1)
    frame = Rectangle((left, top), right - left, bottom - top, fill=False, edgecolor=INK, linewidth=0.6, zorder=7)
    page.add_patch(frame)
    across, down = panel.mm_per_px
    x = left + (square[1].start - panel.columns[0]) * across
    y = top + (square[0].start - panel.rows[0]) * down
    wide, tall = (square[1].stop - square[1].start) * across, (square[0].stop - square[0].start) * down
    frame = Rectangle((x, y), wide, tall, fill=False, edgecolor=SQUARE, linewidth=1.1, zorder=6)
    frame.set_path_effects(casing(2.3))
    page.add_patch(frame)
    corner = free_corner(panel, plate_size(WARNING), [(x, y, x + wide, y + tall)]) if image.simulated else None
    if corner is not None:  # the heading says so in any case
        draw_plate(page, corner, WARNING)


def _furnish(page: Axes, pair: Pair, panels: tuple[Panel, ...], top: float) -> None:
    if pair.grid is None:
        return
    meters_per_mm = pair.grid.pixel_size_m[1] / panels[0].mm_per_px[0]
    draw_scale(page, MARGIN, top + 5.4, meters_per_mm=meters_per_mm, longest=45.0)
    center = panels[1].box[0] + 6.0
    draw_north(page, center, top + 6.6, north_of(pair.grid))
    letter(page, center + 5.0, top + 6.6, "true north")
