"""Before and after, side by side: one stretch, one scale, and everything needed to doubt it."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch, Rectangle

from osint_imagery.change.detections import Detections
from osint_imagery.core.arguments import require
from osint_imagery.core.errors import GridMismatchError
from osint_imagery.core.image import Image
from osint_imagery.core.pair import Pair
from osint_imagery.figures.arrangement import LABELLED, NUMBER, SWATCH, WARNING, Arrangement, Mark, arrange
from osint_imagery.figures.artist import Figure, house_style
from osint_imagery.figures.furniture import (
    Panel,
    casing,
    credit_of,
    draw_hatch,
    draw_north,
    draw_outline,
    draw_plate,
    draw_scale,
    north_of,
)
from osint_imagery.figures.sheet import ACCENT, INK, MARGIN, QUIET, Box, Sheet, letter, line
from osint_imagery.figures.strongest import say_strongest
from osint_imagery.figures.words import (
    calibration_words,
    date_words,
    footer_words,
    processing_words,
    scene_words,
    verdict_words,
)

__all__ = ["before_after"]

_AOI = "#0b3c5d"
_CUT = 0.6  # pt, of the outline at the cut where the one at half strength is drawn too


def before_after(
    pair: Pair,
    detections: Detections | None = None,
    *,
    title: str | None = None,
    bands: Sequence[str] | None = None,
    remark: str = "",
    footer: Sequence[str] = (),
    width_mm: float = 180.0,
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
    bands : sequence of str, optional
        One (gray) or three bands; default true color, else false color, else the first band.
    remark : str
        A sentence right after the verdict, as prominent: what the verdict is worth.
    footer : sequence of str
        More lines under the credit; at most three short ones are printed, the others counted.
    width_mm : float
        Width on paper, mm, 80 to 1000; no letter is smaller than 7 pt.

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
    heading = title or _heading(detections)
    with house_style():
        sheet = Sheet(width=width_mm)
        plan = arrange(sheet, pair, detections, heading=heading, bands=bands)
        _captions(sheet, plan, detections, remark)
        for words in footer_words(footer):
            sheet.say(words)
        drawing, page = sheet.open()
        _draw(page, plan, sheet)
    return Figure(
        drawing=drawing,
        title=heading,
        shows=f"{_shows(pair, detections)} {remark}".rstrip(),
        credits=credit_of((pair.before, pair.after)),
        scenes=tuple(image.scene_id or "scene id not stated" for image in (pair.before, pair.after)),
        licenses=tuple((image.scene_id or "scene id not stated", image.license) for image in (pair.before, pair.after)),
        texts=tuple(sheet.texts),
    )


def _heading(detections: Detections | None) -> str:
    aoi = detections.changes.aoi if detections is not None else None
    return f"{aoi.name}: before and after" if aoi is not None and aoi.name else "Before and after"


def _shows(pair: Pair, detections: Detections | None) -> str:
    simulated = "SIMULATED. " if pair.simulated else ""
    dates = f"{date_words(pair.before)} (left) and {date_words(pair.after)} (right)"
    numbered = f" Numbers name the strongest {min(len(detections), LABELLED)}." if detections else ""
    return f"{simulated}The same ground on {dates}, with one stretch. {verdict_words(detections)}{numbered}"


def _captions(sheet: Sheet, plan: Arrangement, detections: Detections | None, remark: str) -> None:
    """Plan the sentences, credit and digests under the pictures."""
    pair, panel = plan.pair, plan.panels[0]
    sheet.say(f"{verdict_words(detections)} {remark}".rstrip(), size=9, bold=True)
    if detections is not None:
        sheet.say(calibration_words(detections.changes.calibration), size=8, gap=1.2)
        say_strongest(sheet, detections)
    sheet.say(f"{plan.stretch.words} {processing_words(pair)}", color=QUIET)
    shown = (panel.rows[1] - panel.rows[0], panel.columns[1] - panel.columns[0])
    if shown != pair.shape:
        sheet.say(f"Shown: {shown[0]} x {shown[1]} px of {pair.shape[0]} x {pair.shape[1]} px.", color=QUIET)
    for name, image in (("Before", pair.before), ("After", pair.after)):
        sheet.say(scene_words(name, image), color=QUIET)
    for credit in credit_of((pair.before, pair.after)):
        sheet.say(f"Credit: {credit}", bold=True)


def _draw(page: Axes, plan: Arrangement, sheet: Sheet) -> None:
    for panel, image in zip(plan.panels, (plan.pair.before, plan.pair.after), strict=True):
        _draw_picture(page, panel, image, plan)
        _draw_marks(page, panel, plan)
    sheet.texts.extend(_draw_scale_and_north(page, plan))
    for kind, top in plan.swatches:
        _draw_swatch(page, kind, top)


def _draw_picture(page: Axes, panel: Panel, image: Image, plan: Arrangement) -> None:
    left, top, right, bottom = panel.box
    picture = plan.stretch.apply(image)[panel.window]
    finer = panel.mm_per_px[0] > 0.1  # a pixel of ground covers more than one pixel of the file
    page.imshow(
        picture,
        extent=(left, right, bottom, top),
        aspect="auto",
        interpolation="nearest" if finer else "antialiased",
        zorder=1,
    )
    draw_hatch(page, panel.box, plan.hatching)
    frame = Rectangle((left, top), right - left, bottom - top, fill=False, edgecolor=INK, linewidth=0.6, zorder=7)
    page.add_patch(frame)
    if plan.aoi:
        draw_outline(page, panel, plan.aoi, color=_AOI, width=1.0, dashed=True)
    if image.simulated and plan.warning is not None:
        shift = left - plan.panels[0].box[0]
        spot = plan.warning
        draw_plate(page, (spot[0] + shift, spot[1], spot[2] + shift, spot[3]), WARNING)


def _draw_marks(page: Axes, panel: Panel, plan: Arrangement) -> None:
    shift = panel.box[0] - plan.panels[0].box[0]
    numbered = len(plan.labels)
    for order, mark in reversed(list(enumerate(plan.marks))):
        width = 1.3 if order < numbered else 0.7
        if mark.small:
            x0, y0, x1, y1 = mark.box
            box = Rectangle((x0 + shift, y0), x1 - x0, y1 - y0, fill=False, edgecolor=ACCENT, linewidth=width, zorder=5)
            box.set_path_effects(casing(width + 1.2))
            page.add_patch(box)
        else:
            draw_outline(page, panel, mark.half or mark.rings, color=ACCENT, width=width)
            if mark.half:
                draw_outline(page, panel, mark.rings, color=ACCENT, width=_CUT, dashed=True)
    for mark, spot in zip(plan.marks, plan.labels, strict=False):
        _draw_number(page, mark, spot, shift)


def _draw_number(page: Axes, mark: Mark, spot: Box, shift: float) -> None:
    """Draw one number in its box, with a line to what it names."""
    x, y = (spot[0] + spot[2]) / 2 + shift, (spot[1] + spot[3]) / 2
    near_x = min(max(x, mark.anchor[0] + shift), mark.anchor[2] + shift)
    near_y = min(max(y, mark.anchor[1]), mark.anchor[3])
    line(page, (x, near_x), (y, near_y), color=ACCENT, width=0.9).set_path_effects(casing(2.1))
    width, height = spot[2] - spot[0], spot[3] - spot[1]
    style = "round,pad=0,rounding_size=0.6"
    plate = FancyBboxPatch(
        (spot[0] + shift, spot[1]), width, height, boxstyle=style, facecolor="white", edgecolor=ACCENT, linewidth=0.8
    )
    plate.set_zorder(9)
    page.add_patch(plate)
    number = letter(page, x, y, str(mark.detection.id), size=NUMBER, bold=True, align=("center", "center_baseline"))
    number.set_gid("number")


def _draw_scale_and_north(page: Axes, plan: Arrangement) -> list[str]:
    grid = plan.pair.grid
    if grid is None:
        return []
    panel = plan.panels[0]
    meters_per_mm = grid.pixel_size_m[1] / panel.mm_per_px[0]
    longest = min(45.0, 0.55 * (panel.box[2] - panel.box[0]))
    words = draw_scale(page, MARGIN, plan.furniture + 5.4, meters_per_mm=meters_per_mm, longest=longest)
    center = plan.panels[1].box[0] + 6.0
    draw_north(page, center, plan.furniture + 6.6, north_of(grid))
    note = "true north"
    letter(page, center + 5.0, plan.furniture + 6.6, note)
    return [f"scale bar: {words}", f"N: {note}"]


def _draw_swatch(page: Axes, kind: str, top: float) -> None:
    box = (MARGIN, top + 0.2, MARGIN + SWATCH, top + 2.8)
    if kind == "hatch":
        draw_hatch(page, box, np.ones((1, 1), dtype=bool))
    style = {
        "strong": (ACCENT, 1.3, "-"),
        "thin": (ACCENT, 0.7, "-"),
        "cut": (ACCENT, _CUT, "--"),
        "aoi": (_AOI, 1.0, "--"),
        "hatch": (INK, 0.5, "-"),
    }
    color, width, dash = style[kind]
    frame = Rectangle((box[0], box[1]), SWATCH, 2.6, fill=False, edgecolor=color, linewidth=width, linestyle=dash)
    frame.set_zorder(6)
    page.add_patch(frame)
