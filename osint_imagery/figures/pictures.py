"""What figures of pixels share beside the picture itself: warnings, scale, and where the pixels come from."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from osint_imagery.core.grid import Grid
from osint_imagery.core.image import Image
from osint_imagery.core.pair import Pair
from osint_imagery.figures.arrangement import WARNING, Arrangement
from osint_imagery.figures.artist import Figure
from osint_imagery.figures.furniture import (
    Panel,
    credit_of,
    draw_north,
    draw_plate,
    draw_scale,
    north_of,
)
from osint_imagery.figures.palette import QUIET
from osint_imagery.figures.sheet import MARGIN, Sheet, letter
from osint_imagery.figures.stretch import Stretch
from osint_imagery.figures.words import processing_words, scene_words

__all__ = ["draw_furniture", "draw_warnings", "drawn_from", "say_sources"]

_SCALE_WORDS = 14.0  # mm, for the length beside a scale bar


def draw_warnings(page: Axes, plan: Arrangement) -> None:
    """Write on each picture of which a date was made by a program that it was."""
    images = (plan.pair.before, plan.pair.after)
    for index, spot in enumerate(plan.warnings):
        simulated = images[index].simulated if index < len(images) else plan.pair.simulated
        if spot is not None and simulated:
            draw_plate(page, spot, WARNING)


def draw_furniture(page: Axes, grid: Grid | None, panels: Sequence[Panel], top: float) -> list[str]:
    """Draw scale bar and north, and return what they say; nothing for pixels without a place."""
    if grid is None:
        return []
    panel = panels[0]
    meters_per_mm = grid.pixel_size_m[1] / panel.mm_per_px[0]
    longest = min(45.0, 0.55 * (panel.box[2] - panel.box[0]))
    words = draw_scale(page, MARGIN, top + 5.4, meters_per_mm=meters_per_mm, longest=longest)
    beside = next((other.box[0] for other in panels if other.box[0] >= MARGIN + longest + _SCALE_WORDS), None)
    center = MARGIN + longest + _SCALE_WORDS if beside is None else beside + 6.0
    draw_north(page, center, top + 6.6, north_of(grid))
    note = "true north"
    letter(page, center + 5.0, top + 6.6, note)
    return [f"scale bar: {words}", f"N: {note}"]


def say_sources(sheet: Sheet, pair: Pair, panel: Panel, stretch: Stretch) -> None:
    """Plan how it was drawn, the scenes with their digests, and the credit."""
    sheet.say(f"{stretch.words} {processing_words(pair)}", color=QUIET)
    shown = (panel.rows[1] - panel.rows[0], panel.columns[1] - panel.columns[0])
    if shown != pair.shape:
        sheet.say(f"Shown: {shown[0]} x {shown[1]} px of {pair.shape[0]} x {pair.shape[1]} px.", color=QUIET)
    for name, image in (("Before", pair.before), ("After", pair.after)):
        sheet.say(scene_words(name, image), color=QUIET)
    for credit in credit_of((pair.before, pair.after)):
        sheet.say(f"Credit: {credit}", bold=True)


def drawn_from(images: Sequence[Image], sheet: Sheet, drawing: Drawing, *, title: str, shows: str) -> Figure:
    """Return the finished figure of some images, with their credit, ids and licences."""
    scenes = tuple(image.scene_id or "scene id not stated" for image in images)
    return Figure(
        drawing=drawing,
        title=title,
        shows=shows,
        credits=credit_of(images),
        scenes=scenes,
        licenses=tuple((scene, image.license) for scene, image in zip(scenes, images, strict=True)),
        texts=tuple(sheet.texts),
    )
