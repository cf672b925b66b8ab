"""A quantity for each pixel as colors, with a bar that says what the colors mean and where they stop telling apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from osint_imagery.change.changemap import ChangeMap
from osint_imagery.core.pair import Pair
from osint_imagery.figures.compositions import scaled
from osint_imagery.figures.lettering import SMALLEST, width_mm
from osint_imagery.figures.palette import INK
from osint_imagery.figures.sheet import Box, letter, line
from osint_imagery.figures.stretch import Stretch

__all__ = ["UNNAMED", "ValueMap", "difference_map", "draw_bar", "probability_map"]

UNNAMED = "an event that the calibration does not name"
_BLANK = 205  # gray of ground without a value, as in pictures
_CLIP = 98.0  # percentile of the absolute difference at which the colors end
_DIVERGING, _SEQUENTIAL = "RdBu_r", "cividis"  # both told apart by color-blind readers
_TICK = 0.9  # mm

Side = Literal["left", "center", "right"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ValueMap:
    """What a map shows.

    Parameters
    ----------
    values : ndarray of float64, (y, x)
        NaN where there is none.
    quantity, unit : str
        What the values are, in words, and their unit.
    limits : (float, float)
        Values of the two ends of the bar; symmetric around 0 where `diverging`.
    diverging : bool
        Whether 0 is the middle.
    beyond : str
        What happens beyond the limits; empty where nothing lies there.
    """

    values: NDArray[np.float64]
    quantity: str
    unit: str
    limits: tuple[float, float]
    diverging: bool
    beyond: str

    def colors(self) -> NDArray[np.uint8]:
        """Return the map as (y, x, 3) screen colors; plain gray where there is no value."""
        low, high = self.limits
        painted = _table(self.diverging)(np.clip((self.values - low) / (high - low), 0, 1), bytes=True)[..., :3]
        return np.where(np.isfinite(self.values)[..., None], painted, np.uint8(_BLANK)).astype(np.uint8)

    @property
    def ticks(self) -> tuple[float, ...]:
        """The two ends and the middle."""
        low, high = self.limits
        return low, (low + high) / 2, high


def _table(diverging: bool) -> mpl.colors.Colormap:  # noqa: FBT001 - a field handed on
    return mpl.colormaps[_DIVERGING if diverging else _SEQUENTIAL]


def difference_map(pair: Pair, stretch: Stretch, window: tuple[slice, slice]) -> ValueMap:
    """Return later minus earlier date, averaged over the bands that are drawn, of the part that is shown."""
    both = [[scaled(image, band)[window] for band in stretch.bands] for image in (pair.after, pair.before)]
    values = np.mean(np.asarray(both[0], dtype=np.float64) - np.asarray(both[1], dtype=np.float64), axis=0)
    values[~pair.valid[window]] = np.nan
    known = np.abs(values[np.isfinite(values)])
    reach = float(np.percentile(known, _CLIP)) if known.size else 0.0
    reach = float(f"{reach:.2g}") or 1.0
    clipped = float((known > reach).mean()) if known.size else 0.0
    of = stretch.bands[0] if len(stretch.bands) == 1 else f"mean of {', '.join(stretch.bands)}"
    most = f"{known.max():.2g}" if known.size else ""
    beyond = (
        f"{clipped:.1%} of the usable pixels lie beyond the ends (the largest at {most}) and have the color of the end."
        if clipped
        else ""
    )
    return ValueMap(
        values=values,
        quantity=f"{of}, later minus earlier date, {stretch.unit}",
        unit=stretch.unit,
        limits=(-reach, reach),
        diverging=True,
        beyond=beyond,
    )


def probability_map(changes: ChangeMap, window: tuple[slice, slice]) -> ValueMap:
    """Return the probability of the event that the calibration names, of the part that is shown."""
    values = np.where(changes.examined, changes.probability, np.nan)[window].astype(np.float64)
    return ValueMap(
        values=values,
        quantity=f"probability of {changes.calibration.of or UNNAMED}",
        unit="probability",
        limits=(0.0, 1.0),
        diverging=False,
        beyond="",
    )


def draw_bar(page: Axes, box: Box, shown: ValueMap) -> list[str]:
    """Draw a color bar with its ticks under it, and return the ticks' labels."""
    left, top, right, bottom = box
    low, high = shown.limits
    ramp = np.linspace(low, high, 256)[None, :]
    colors = _table(shown.diverging)((ramp - low) / (high - low), bytes=True)[..., :3]
    page.imshow(colors, extent=(left, right, bottom, top), aspect="auto", interpolation="nearest", zorder=1)
    frame = Rectangle((left, top), right - left, bottom - top, fill=False, edgecolor=INK, linewidth=0.6, zorder=7)
    page.add_patch(frame)
    words = [_tick_words(shown, value) for value in shown.ticks]
    for value, text, side in zip(shown.ticks, words, _sides(words, right - left), strict=True):
        x = left + (value - low) / (high - low) * (right - left)
        line(page, (x, x), (bottom, bottom + _TICK), width=0.6)
        if side is not None:
            letter(page, x, bottom + _TICK + 2.6, text, align=(side, "baseline"))
    return words


def _tick_words(shown: ValueMap, value: float) -> str:
    if not shown.diverging:
        return f"{value:g}"
    words = f"{value:+.2g}" if value else "0"
    return words.replace("-", "−")


def _sides(words: Sequence[str], room: float) -> tuple[Side | None, ...]:
    """Return the alignment of the ticks' labels; without the middle one where there is no room."""
    fits = sum(width_mm(text, SMALLEST) for text in words) + 3.0 <= room
    return ("left", "center" if fits else None, "right")
