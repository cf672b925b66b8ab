"""One date of a moving picture: what it says, where on the line of dates it stands, what of it was usable."""

from matplotlib.axes import Axes

from osint_imagery.core.image import Image
from osint_imagery.figures.arrangement import WARNING
from osint_imagery.figures.artist import Figure, house_style
from osint_imagery.figures.dated import Dated
from osint_imagery.figures.furniture import Panel, credit_of, draw_plate, outline_px, pixel_words, plate_size
from osint_imagery.figures.palette import INK, LOUD, PAPER, QUIET
from osint_imagery.figures.panels import plan_panels
from osint_imagery.figures.picture import draw_picture
from osint_imagery.figures.pictures import draw_furniture, drawn_from
from osint_imagery.figures.sheet import Sheet, letter, line
from osint_imagery.figures.stretch import Stretch
from osint_imagery.figures.words import date_words

__all__ = ["draw_frame"]

_BAR = 9.0  # mm, of the line of dates
_NAMED = 3  # scenes that are named; all of them stand in the file's own description


def draw_frame(
    given: Dated,
    index: int,
    stretch: Stretch,
    window: tuple[slice, slice],
    *,
    heading: str,
    shift: str,
    width: float,
) -> Figure:
    """Draw one date of a moving picture; all of one size, whatever their captions say."""
    image = given.images[index]
    anything = any(one.simulated for one in given.images)
    with house_style():
        sheet = Sheet(width=width)
        if anything:
            sheet.say("SIMULATED: made by a program, not seen by a satellite", size=13, bold=True, color=LOUD)
        sheet.say(heading, size=11, bold=True, gap=1.2)
        top = sheet.bottom
        under = sheet.put(f"{date_words(image)}   ({index + 1} of {len(given.images)})", top, size=12, bold=True)
        sheet.put(given.state(image), under, size=8)
        sheet.bottom = max(_caption_end(given, number, top, width) for number in range(len(given.images)))
        (panel,) = plan_panels(
            sheet, [[pixel_words(image.grid).capitalize() + "."]], image.grid, window, across=1, head=7.0
        )
        bar = sheet.take(_BAR)
        furniture = sheet.take(11.5) if image.grid is not None else sheet.bottom
        for words in _sources(given, stretch, shift):
            sheet.say(words, color=QUIET)
        for credit in credit_of(given.images):
            sheet.say(f"Credit: {credit}", bold=True)
        drawing, page = sheet.open()
        outlined = outline_px(given.inside) if given.aoi is not None else ()
        draw_picture(page, panel, stretch.apply(image)[window], ~image.valid[window], aoi=outlined)
        _warn(page, panel, image, usable=bool(image.valid[given.inside].any()))
        _draw_dates(page, given, index, span=(panel.box[0], sheet.width - panel.box[0]), top=bar)
        sheet.texts.extend(draw_furniture(page, image.grid, [panel], furniture))
    return drawn_from([image], sheet, drawing, title=heading, shows=f"{date_words(image)}: {given.state(image)}")


def _caption_end(given: Dated, index: int, top: float, width: float) -> float:
    """Return where the caption of a date ends: frames are of one size, so the longest decides for all."""
    trial = Sheet(width=width)
    image = given.images[index]
    under = trial.put(f"{date_words(image)}   ({index + 1} of {len(given.images)})", top, size=12, bold=True)
    return trial.put(given.state(image), under, size=8) + 1.0


def _sources(given: Dated, stretch: Stretch, shift: str) -> tuple[str, ...]:
    names = [image.scene_id or "scene id not stated" for image in given.images]
    more = f" and {len(names) - _NAMED} more, all in the file's own description" if len(names) > _NAMED else ""
    hatched = "Hatched: not usable." + (" Dashed: the place in question." if given.aoi is not None else "")
    spaced = "Each date is shown equally long; the line shows when each was taken (hollow: nothing usable)."
    return (f"{hatched} {spaced}", f"{stretch.words} {shift}", f"Scenes: {', '.join(names[:_NAMED])}{more}.")


def _warn(page: Axes, panel: Panel, image: Image, *, usable: bool) -> None:
    left, top = panel.box[0] + 1.2, panel.box[1] + 1.2
    for text in [*([WARNING] if image.simulated else []), *([] if usable else ["NOT USABLE"])]:
        width, height = plate_size(text)
        draw_plate(page, (left, top, left + width, top + height), text)
        top += height + 1.0


def _draw_dates(page: Axes, given: Dated, index: int, *, span: tuple[float, float], top: float) -> None:
    """Draw the dates where they lie in time, the one that is shown in color."""
    moments = [image.acquired.middle.timestamp() for image in given.images if image.acquired]
    first, length = moments[0], max(moments[-1] - moments[0], 1.0)
    left, right = span[0] + 2.0, span[1] - 2.0
    y = top + 3.0
    line(page, (left, right), (y, y), width=0.6)
    for number, (moment, image) in enumerate(zip(moments, given.images, strict=True)):
        x = left + (right - left) * (moment - first) / length
        shown, usable = number == index, bool(image.valid[given.inside].any())
        color = LOUD if shown else INK
        page.plot(
            [x],
            [y],
            marker="o",
            markersize=7 if shown else 4,
            markerfacecolor=color if usable else PAPER,
            markeredgecolor=color,
            zorder=9 + shown,
        )
    for x, image, side in ((left, given.images[0], "left"), (right, given.images[-1], "right")):
        day = image.acquired.start.date().isoformat() if image.acquired else ""
        letter(page, x, top + 7.4, day, color=QUIET, align=(side, "baseline"))  # type: ignore[arg-type]
