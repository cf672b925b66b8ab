"""A plot on a sheet: two scales in mm, ticks that people read easily, and lines, bands and marks in data units."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, Rectangle

from osint_imagery.figures.artist import Figure
from osint_imagery.figures.lettering import SMALLEST, width_mm
from osint_imagery.figures.palette import BLUE, GRID, INK, PALE, PAPER
from osint_imagery.figures.sheet import Sheet, letter, line

__all__ = ["Plot", "Scale", "charted", "mark_at", "tick_words"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Values laid on a line of the sheet.

    Parameters
    ----------
    low, high : float
        Values at the ends, low < high; both > 0 where `log`.
    first, last : float
        Where they lie, mm; `first` may be the larger one (upwards).
    log : bool
        Whether equal ratios are equally long.

    Examples
    --------
    >>> Scale(low=1, high=100, first=0, last=20, log=True).at(10)
    10.0
    >>> Scale(low=0, high=7, first=0, last=70).ticks(5)
    (0.0, 2.0, 4.0, 6.0)
    """

    low: float
    high: float
    first: float
    last: float
    log: bool = False

    def at(self, value: float) -> float:
        """Return where a value lies, mm; beyond the ends at the end."""
        inside = min(max(value, self.low), self.high)
        if self.log:
            share = math.log(inside / self.low) / math.log(self.high / self.low)
        else:
            share = (inside - self.low) / (self.high - self.low)
        return self.first + share * (self.last - self.first)

    def ticks(self, most: int) -> tuple[float, ...]:
        """Return about `most` round values, never more; powers of ten on a scale of ratios."""
        if self.log:
            lowest, highest = math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9)
            apart = max(1, math.ceil((highest - lowest + 1) / most))
            return tuple(10.0**power for power in range(lowest, highest + 1) if power % apart == 0)
        power = 10.0 ** math.floor(math.log10((self.high - self.low) / most))
        every = (self._multiples(step * power) for step in (1, 2, 5, 10, 20, 50))
        return next(values for values in every if len(values) <= most)

    def _multiples(self, step: float) -> tuple[float, ...]:
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return tuple(float(f"{index * step:.10g}") for index in range(first, last + 1))


def tick_words(value: float, *, ratio: bool = False) -> str:
    """Return a tick's label; a ratio below 1 as a fraction.

    Examples
    --------
    >>> tick_words(0.25), tick_words(-3), tick_words(0.01, ratio=True), tick_words(1000, ratio=True)
    ('0.25', '−3', '1/100', '1,000')
    """
    if ratio:
        return f"{value:,.0f}" if value >= 1 else f"1/{1 / value:,.0f}"
    return f"{value:.6g}".replace("-", "−")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """Two scales; x to the right, y upwards or downwards."""

    x: Scale
    y: Scale

    def frame(
        self, page: Axes, *, x_ticks: Sequence[float], y_ticks: Sequence[float], ratio: bool = False
    ) -> list[str]:
        """Draw axes, grid and ticks, and return the ticks' labels."""
        left, right = self.x.first, self.x.last
        bottom, top = self.y.first, self.y.last
        words = []
        for value in y_ticks:
            y = self.y.at(value)
            line(page, (left, right), (y, y), color=GRID, width=0.5).set_zorder(1.5)
            words.append(tick_words(value))
            letter(page, left - 1.2, y, words[-1], align=("right", "center_baseline"))
        for value in x_ticks:
            x = self.x.at(value)
            line(page, (x, x), (bottom, top), color=GRID, width=0.5).set_zorder(1.5)
            line(page, (x, x), (bottom, bottom + 1.0), width=0.8)
            words.append(tick_words(value, ratio=ratio))
            half = width_mm(words[-1], SMALLEST) / 2
            letter(page, max(x, half + 1.0), bottom + 4.2, words[-1], align=("center", "baseline"))
        line(page, (left, right), (bottom, bottom), width=0.8)
        line(page, (left, left), (bottom, top), width=0.8)
        return words

    def curve(
        self, page: Axes, xs: Sequence[float], ys: Sequence[float], *, color: str = INK, dashed: bool = False
    ) -> None:
        """Draw a line through points."""
        drawn = line(page, tuple(map(self.x.at, xs)), tuple(map(self.y.at, ys)), color=color, width=1.2)
        drawn.set(linestyle=(0, (4, 2)) if dashed else "solid", zorder=4)

    def band(self, page: Axes, xs: Sequence[float], lows: Sequence[float], highs: Sequence[float]) -> None:
        """Fill the ground between two lines: an interval."""
        outward = [(self.x.at(x), self.y.at(y)) for x, y in zip(xs, highs, strict=True)]
        back = [(self.x.at(x), self.y.at(y)) for x, y in zip(xs, lows, strict=True)][::-1]
        page.add_patch(Polygon(outward + back, closed=True, facecolor=PALE, edgecolor="none", zorder=1))

    def bar(self, page: Axes, xs: tuple[float, float], ys: tuple[float, float], *, color: str) -> None:
        """Fill a rectangle."""
        (x0, x1), (y0, y1) = map(self.x.at, xs), map(self.y.at, ys)
        page.add_patch(Rectangle((x0, y0), x1 - x0, y1 - y0, facecolor=color, edgecolor="none", zorder=1))

    def spread(self, page: Axes, x: float, ys: tuple[float, float], *, color: str = BLUE) -> None:
        """Draw an interval upright, with short ends."""
        at, (low, high) = self.x.at(x), map(self.y.at, ys)
        line(page, (at, at), (low, high), color=color, width=0.9).set_zorder(4)
        for y in (low, high):
            line(page, (at - 0.7, at + 0.7), (y, y), color=color, width=0.9).set_zorder(4)

    def mark(
        self, page: Axes, x: float, y: float, *, shape: str = "o", color: str = BLUE, hollow: bool = False
    ) -> None:
        """Draw a mark."""
        mark_at(page, self.x.at(x), self.y.at(y), shape=shape, color=color, hollow=hollow)


def mark_at(page: Axes, x: float, y: float, *, shape: str = "o", color: str = BLUE, hollow: bool = False) -> None:
    """Draw a mark at a place, mm."""
    drawn = Line2D([x], [y], marker=shape, markersize=5.5, linestyle="none", zorder=5)
    drawn.set(markerfacecolor=PAPER if hollow else color, markeredgecolor=color, markeredgewidth=1.0)
    page.add_artist(drawn)


def charted(sheet: Sheet, drawing: Drawing, *, title: str, shows: str, credit: str) -> Figure:
    """Return the finished figure of numbers; no pixel is shown, so no licence binds it."""
    return Figure(drawing=drawing, title=title, shows=shows, credits=(credit,), scenes=(), texts=tuple(sheet.texts))
