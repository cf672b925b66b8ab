"""The colors of figures: those of the paper, light or dark, and those on pictures, the same on both."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from enum import StrEnum
from typing import Any

from matplotlib.artist import Artist
from matplotlib.collections import Collection
from matplotlib.colors import to_rgba, to_rgba_array
from matplotlib.figure import Figure as Drawing
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text

from osint_imagery.core.errors import InputError

__all__ = [
    "ACCENT",
    "AREA",
    "BLUE",
    "CASING",
    "DARK",
    "GRID",
    "HAND",
    "INK",
    "LANE",
    "LIGHT",
    "LOUD",
    "MARK_INK",
    "ON_PICTURES",
    "PALE",
    "PAPER",
    "PLATE_GROUND",
    "QUIET",
    "SQUARE",
    "Palette",
    "Theme",
    "painted",
    "theme_named",
]


class Theme(StrEnum):
    """What a figure is printed on."""

    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """Colors of what stands on the paper, as hexadecimal RGB; no two of one palette are equal.

    Parameters
    ----------
    paper, ink, quiet, loud : str
        Ground, text, secondary text, and text of warnings.
    blue, green, ochre, pink, gray : str
        Lines and marks; their shapes or words tell them apart, too.
    pale, amber, neutral, dim : str
        Filled ground on which text may stand: intervals and what is consistent, what is inconsistent, what is neither,
        and ratios without support.
    grid, lane : str
        Fine lines behind data.
    """

    paper: str
    ink: str
    quiet: str
    loud: str
    blue: str
    green: str
    ochre: str
    pink: str
    gray: str
    pale: str
    amber: str
    neutral: str
    dim: str
    grid: str
    lane: str


# Hues of Okabe and Ito, whom color-blind readers can follow; where theirs are too faint for text on this paper, darker
# on the light one and lighter on the dark one.
LIGHT = Palette(
    paper="#ffffff",
    ink="#111111",
    quiet="#4d4d4d",
    loud="#bd5300",
    blue="#005fa3",
    green="#00805a",
    ochre="#a67500",
    pink="#b8588f",
    gray="#6b6b6b",
    pale="#cfe3f2",
    amber="#e69f00",
    neutral="#f4f4f4",
    dim="#ececec",
    grid="#dedede",
    lane="#c8c8c8",
)
DARK = Palette(
    paper="#14171a",
    ink="#f2f2f2",
    quiet="#b4b9be",
    loud="#f79454",
    blue="#56a8e9",
    green="#3fd6a4",
    ochre="#d9a520",
    pink="#dd94bd",
    gray="#9aa0a6",
    pale="#1f3d54",
    amber="#8a5200",
    neutral="#262a2f",
    dim="#2b3036",
    grid="#34393f",
    lane="#4b5157",
)
_PALETTES = {Theme.LIGHT: LIGHT, Theme.DARK: DARK}

# Figures are drawn with these, on light paper.
PAPER, INK, QUIET, LOUD = LIGHT.paper, LIGHT.ink, LIGHT.quiet, LIGHT.loud
BLUE, PALE, GRID, LANE = LIGHT.blue, LIGHT.pale, LIGHT.grid, LIGHT.lane

ACCENT, AREA, SQUARE = "#d55e00", "#0b3c5d", "#005f94"
"""On pictures: detections (vermilion of Okabe and Ito), area of interest (dark blue), a place under review (blue)."""
MARK_INK, PLATE_GROUND, HAND = "#000000", "#b04a00", "#5b1a6e"
"""On pictures: numbers and lines, the ground of a warning, and what was marked by hand (purple)."""
CASING = "#fefefe"
"""On pictures: the white round every mark, on which it stays readable whatever is behind and whatever the paper."""
ON_PICTURES = (ACCENT, AREA, SQUARE, MARK_INK, PLATE_GROUND, HAND, CASING)
"""Never the color of anything on paper: these stay as they are when the paper is dark."""

_Color = tuple[float, float, float, float]


def theme_named(theme: Theme | str) -> Theme:
    """Return a theme, also one that is named.

    Raises
    ------
    InputError
        If there is no theme of that name.

    Examples
    --------
    >>> theme_named("dark")
    <Theme.DARK: 'dark'>
    """
    if theme not in set(Theme):
        msg = f"theme={theme!r} is none of {', '.join(Theme)}; name one of them"
        raise InputError(msg)
    return Theme(theme)


@contextmanager
def painted(drawing: Drawing, theme: Theme) -> Iterator[None]:
    """Show a drawing on the paper of a theme, and put its own colors back afterwards.

    What was drawn in a color of the light palette takes the color of the same name; colors of pictures stay.
    """
    own, other = astuple(LIGHT), astuple(_PALETTES[theme])
    swapped = {to_rgba(one): to_rgba(new) for one, new in zip(own, other, strict=True) if one != new}
    undo: list[Callable[[], object]] = []
    try:
        if swapped:
            for artist in drawing.findobj():
                undo.extend(_repaint(artist, swapped))
        yield
    finally:
        for back in undo:
            back()


def _repaint(artist: Artist, swapped: dict[_Color, _Color]) -> list[Callable[[], object]]:
    """Give an artist its new colors, and return what gives the old ones back."""
    undo: list[Callable[[], object]] = []
    for name in _painted_parts(artist):
        old: Any = getattr(artist, f"get_{name}")()
        colors = [(float(r), float(g), float(b), float(a)) for r, g, b, a in to_rgba_array(old)]
        new = [swapped.get(color, color) for color in colors]
        if new != colors:
            paint = getattr(artist, f"set_{name}")
            undo.append(lambda paint=paint, old=old: paint(old))  # type: ignore[misc]  # bound now, not later
            paint(new if isinstance(artist, Collection) else new[0])
    return undo


def _painted_parts(artist: Artist) -> tuple[str, ...]:
    """Return the names of an artist's colors."""
    if isinstance(artist, Text):
        return ("color",)
    if isinstance(artist, Line2D):
        return "color", "markerfacecolor", "markeredgecolor"
    return ("facecolor", "edgecolor") if isinstance(artist, Patch | Collection) else ()
