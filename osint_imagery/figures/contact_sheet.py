"""All dates of one place in order of time, the unusable ones too: nobody can pick two and hide the rest."""

import math
from collections.abc import Sequence
from numbers import Integral

from matplotlib.axes import Axes

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.arguments import require
from osint_imagery.core.errors import InputError
from osint_imagery.core.image import Image
from osint_imagery.figures.arrangement import WARNING
from osint_imagery.figures.artist import Figure, house_style
from osint_imagery.figures.dated import Dated, dated
from osint_imagery.figures.framing import free_corner, window_around
from osint_imagery.figures.furniture import (
    Outline,
    Panel,
    credit_of,
    draw_plate,
    outline_px,
    pixel_words,
    plate_size,
    sensor_words,
)
from osint_imagery.figures.lettering import SMALLEST
from osint_imagery.figures.palette import LOUD, QUIET
from osint_imagery.figures.panels import GUTTER, plan_panels
from osint_imagery.figures.picture import draw_picture
from osint_imagery.figures.pictures import draw_furniture, drawn_from
from osint_imagery.figures.sheet import Sheet, paper_width
from osint_imagery.figures.stretch import Stretch, stretch_over
from osint_imagery.figures.swatches import draw_swatches, plan_swatches
from osint_imagery.figures.words import date_words
from osint_imagery.scenes.scene import Scene

__all__ = ["contact_sheet"]

Numbered = tuple[tuple[int, Image], ...]

_BETWEEN_ROWS = 1.4  # mm, so that a caption is not taken for that of the picture above it
_NARROWEST = 27.0  # mm, of a picture: a date in UTC fits over it


def contact_sheet(
    images: Sequence[Image | Scene],
    aoi: AreaOfInterest | None = None,
    *,
    title: str | None = None,
    bands: Sequence[str] | str | None = None,
    page: int = 1,
    per_page: int = 20,
    width_mm: float | str = 180.0,
) -> Figure:
    """Draw every date of a place, clipped to it, in order of time and with one stretch.

    Parameters
    ----------
    images : sequence of Image or Scene
        The dates, in any order, the cloudy ones too; images of one grid and unit. Scenes are read around `aoi`; one
        that does not reach it is shown as a date without a pixel.
    aoi : AreaOfInterest, optional
        The claimed place, outlined on each date; needed for scenes. Default: all of the images.
    title : str, optional
        One line above; any script. Defaults to the name of the area.
    bands : sequence of str, or str, optional
        One (gray) or three bands, or the name of a composition: ``"true color"``, ``"false color"``, ``"SWIR"``,
        ``"radar"`` (VV, VH, VV/VH). Default true color, else false color, else the first band.
    page, per_page : int
        Which page, from 1, and how many dates stand on one. The stretch is that of all pages.
    width_mm : float or str
        Width on paper, mm, 80 to 1000, or ``"column"`` (80), ``"page"`` (170), ``"slide"`` (254). No letter under 7 pt.

    Returns
    -------
    Figure
        A picture for each date, with its number, its instant in UTC, and how much of the place was usable and why not
        the rest, which is hatched; sensor, pixel size, scale and true north; ids and digests by number.

    Raises
    ------
    InputError
        If there is no image, one has no date, units differ, or there is no such page.
    BandError, GridMismatchError, OutsideFootprintError
        If a band is missing somewhere, grids differ, or the area lies outside.
    ReadError, ChecksumError, MissingAssetError
        If a scene's file is damaged, wrong or missing: a failed read is never shown as a cloudy date.

    Examples
    --------
    >>> import osint_imagery as oi
    >>> scenes = oi.open_catalog(oi.bundled("port/catalog.json")).scenes()
    >>> quay = oi.AreaOfInterest.from_bbox(-28.004469, 45.005139, -28.001901, 45.006962, name="hardstanding")
    >>> oi.contact_sheet(list(scenes), quay, page=2).title
    'hardstanding: 28 dates, 21 to 28'
    """
    require(Integral, page=page, per_page=per_page)
    given = dated(images, aoi, bands)
    pages, numbered = _paged(given, page, per_page)
    window = _window(given)
    stretch = stretch_over(given.images, bands, window)
    shown = [image for _, image in numbered]
    heading = title or _heading(given, numbered)
    outlined = outline_px(given.inside) if aoi is not None else ()
    with house_style():
        sheet = Sheet(width=paper_width(width_mm))
        if any(image.simulated for image in shown):
            sheet.say("SIMULATED: made by a program, not seen by a satellite", size=13, bold=True, color=LOUD)
        sheet.say(heading, size=11, bold=True, gap=1.2)
        panels = _panels(sheet, given, numbered, window)
        furniture = sheet.take(11.5) if shown[0].grid is not None else sheet.bottom
        swatches = plan_swatches(sheet, _legend(given, shown, window))
        said = _said(given, numbered, pages=(page, pages))
        sheet.say(said, size=8, bold=True)
        _say_sources(sheet, numbered, stretch)
        drawing, paper = sheet.open()
        for panel, image in zip(panels, shown, strict=True):
            draw_picture(paper, panel, stretch.apply(image)[window], ~image.valid[window], aoi=outlined)
            _warn(paper, panel, image, outlined)
        draw_swatches(paper, swatches)
        sheet.texts.extend(draw_furniture(paper, shown[0].grid, panels, furniture))
    simulated = "SIMULATED. " if any(image.simulated for image in shown) else ""
    return drawn_from(shown, sheet, drawing, title=heading, shows=f"{simulated}{said}")


def _paged(given: Dated, page: int, per_page: int) -> tuple[int, Numbered]:
    """Return the number of pages, and what stands on this one."""
    total = len(given.images)
    pages = math.ceil(total / per_page) if per_page > 0 else 0
    if not 1 <= page <= pages:
        msg = f"page={page!r} of per_page={per_page!r}: {total} dates fill {pages} pages, from 1; choose one of them"
        raise InputError(msg)
    first = (page - 1) * per_page
    return pages, tuple(enumerate(given.images, 1))[first : first + per_page]


def _window(given: Dated) -> tuple[slice, slice]:
    if given.aoi is not None:
        return window_around(given.inside)
    rows, columns = given.inside.shape
    return slice(0, rows), slice(0, columns)


def _heading(given: Dated, numbered: Numbered) -> str:
    total = len(given.images)
    name = given.aoi.name if given.aoi is not None and given.aoi.name else "One place"
    part = f", {numbered[0][0]} to {numbered[-1][0]}" if len(numbered) < total else ""
    return f"{name}: {total} date{'' if total == 1 else 's'}{part}"


def _panels(sheet: Sheet, given: Dated, numbered: Numbered, window: tuple[slice, slice]) -> list[Panel]:
    """Plan rows of pictures that are as equally long as possible."""
    most = max(1, int((sheet.inner + GUTTER) / (_NARROWEST + GUTTER)))
    rows = math.ceil(len(numbered) / most)
    across = math.ceil(len(numbered) / rows)
    one_sensor = len({image.sensor for image in given.images}) == 1
    captions = [
        (
            f"{number}: {date_words(image)}",
            *((WARNING,) if image.simulated else ()),
            *(() if one_sensor else (sensor_words(image.sensor),)),
            given.state(image),
        )
        for number, image in numbered
    ]
    panels: list[Panel] = []
    for start in range(0, len(captions), across):
        some = captions[start : start + across]
        panels += plan_panels(sheet, some, given.images[0].grid, window, across=across, head=SMALLEST)
        sheet.bottom += _BETWEEN_ROWS
    return panels


def _legend(given: Dated, shown: Sequence[Image], window: tuple[slice, slice]) -> list[tuple[str, str]]:
    rows = []
    if given.aoi is not None:
        rows.append(("aoi", "the place: what is said to be usable is said of the ground inside"))
    if not all(image.valid[window].all() for image in shown):
        rows.append(("hatch", "not usable on that date; plain gray where there are no pixels to show"))
    return rows


def _said(given: Dated, numbered: Numbered, *, pages: tuple[int, int]) -> str:
    usable = [image.valid[given.inside].mean() for image in given.images]
    whole, none = sum(share == 1 for share in usable), sum(share == 0 for share in usable)
    part = len(usable) - whole - none
    span = f"{date_words(given.images[0])} to {date_words(given.images[-1])}"
    page = f" Page {pages[0]} of {pages[1]}: {numbered[0][0]} to {numbered[-1][0]}." if pages[1] > 1 else ""
    return (
        f"{len(usable)} dates in order of time, {span}. Of the place itself usable: all on {whole}, in part on {part}, "
        f"nothing on {none}.{page}"
    )


def _say_sources(sheet: Sheet, numbered: Numbered, stretch: Stretch) -> None:
    shown = [image for _, image in numbered]
    sensors = ", ".join(dict.fromkeys(sensor_words(image.sensor) for image in shown))
    sheet.say(f"{sensors}, {pixel_words(shown[0].grid)}. Scale and north hold for every picture.")
    sheet.say(stretch.words, color=QUIET)
    ids = (
        f"{number}: {image.scene_id or 'scene id not stated'}, {image.digest.removeprefix('sha256:')[:12]}"
        for number, image in numbered
    )
    sheet.say(f"Scenes, and the start of the sha256 of their pixels: {'; '.join(ids)}.", color=QUIET)
    for credit in credit_of(shown):
        sheet.say(f"Credit: {credit}", bold=True)


def _warn(page: Axes, panel: Panel, image: Image, outlined: Outline) -> None:
    """Write SIMULATED on a picture where that hides nothing of the place; the caption over it says so in any case."""
    if not image.simulated:
        return
    kept = [panel.place(ring) for ring in outlined]
    boxes = [(float(x.min()), float(y.min()), float(x.max()), float(y.max())) for x, y in (path.T for path in kept)]
    corner = free_corner(panel, plate_size(WARNING), boxes)
    if corner is not None:
        draw_plate(page, corner, WARNING)
