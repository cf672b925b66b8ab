"""The sheet a figure is laid out on: millimeters from the top left corner, text measured before it is placed."""

from dataclasses import dataclass, field
from numbers import Real
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Drawing
from matplotlib.lines import Line2D
from matplotlib.text import Text

from osint_imagery.core.arguments import require
from osint_imagery.core.errors import InputError
from osint_imagery.figures.artist import DPI
from osint_imagery.figures.lettering import LINE, MM_PER_POINT, SMALLEST, face, undrawable, wrap
from osint_imagery.figures.palette import INK, PAPER, QUIET

__all__ = ["MARGIN", "Align", "Box", "Sheet", "letter", "line", "paper_width"]

MARGIN = 4.0
"""Blank edge of a sheet, mm."""

_WIDTHS = {"column": 80.0, "page": 170.0, "slide": 254.0}  # mm: of a journal, of A4 between margins, of a 4:3 slide

_LOST = (
    "Letters of this figure's text that no installed typeface has: {count} ({shown}). They stand as Unicode numbers; "
    "with a typeface that has them (Noto Sans, for example) they are drawn."
)
_NAMED = 4  # letters that are named; more are counted

Align = tuple[Literal["left", "center", "right"], Literal["baseline", "center_baseline", "center"]]
"""Horizontal and vertical alignment of a text."""

Box = tuple[float, float, float, float]
"""Left, top, right, bottom, mm."""


def paper_width(width_mm: float | str) -> float:
    """Return a width in mm, also of paper that is named.

    Raises
    ------
    InputError
        If there is no paper of that name.

    Examples
    --------
    >>> paper_width("column"), paper_width(120)
    (80.0, 120)
    """
    if not isinstance(width_mm, str):
        return width_mm
    if width_mm not in _WIDTHS:
        msg = f"width_mm={width_mm!r} is none of {', '.join(_WIDTHS)}; name one, or give a number of mm"
        raise InputError(msg)
    return _WIDTHS[width_mm]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    x: float
    baseline: float
    text: str
    size: float
    bold: bool
    color: str


@dataclass(slots=True, kw_only=True)
class Sheet:
    """A plan that grows downwards; opened once its height is known.

    Parameters
    ----------
    width : float
        mm, at least 80 (one column of print).
    """

    width: float
    bottom: float = MARGIN
    texts: list[str] = field(default_factory=list)
    _lines: list[_Line] = field(default_factory=list)

    def __post_init__(self) -> None:
        require(Real, width_mm=self.width)
        if not 80 <= self.width <= 1000:
            msg = f"width_mm={self.width!r} is not between 80 and 1000; 180 fills a page, 88 a column"
            raise InputError(msg)

    @property
    def inner(self) -> float:
        """Width between the margins, mm."""
        return self.width - 2 * MARGIN

    def put(
        self,
        text: str,
        top: float,
        *,
        x: float = MARGIN,
        room: float | None = None,
        size: float = SMALLEST,
        bold: bool = False,
        color: str = INK,
    ) -> float:
        """Plan a paragraph at a place and return where it ends, mm from the top."""
        self.texts.append(text)
        pitch = size * LINE * MM_PER_POINT
        width = (self.width - MARGIN - x) if room is None else room
        for row in wrap(text, size, width, bold=bold):
            baseline = top + 0.98 * size * MM_PER_POINT
            self._lines.append(_Line(x=x, baseline=baseline, text=row, size=size, bold=bold, color=color))
            top += pitch
        return top

    def say(self, text: str, *, size: float = SMALLEST, bold: bool = False, color: str = INK, gap: float = 0.7) -> None:
        """Add a paragraph over the full width."""
        self.bottom = self.put(text, self.bottom, size=size, bold=bold, color=color) + gap

    def take(self, height: float) -> float:
        """Reserve a height and return its top, mm."""
        top = self.bottom
        self.bottom += height
        return top

    def open(self) -> tuple[Drawing, Axes]:
        """Return a drawing with one axes in mm, y downwards, with all planned text on it.

        Letters that no installed typeface can draw are counted in a last line.
        """
        lost = dict.fromkeys(letter for text in self.texts for letter in undrawable(text))
        if lost:
            shown = ", ".join(f"U+{ord(one):04X}" for one in list(lost)[:_NAMED])
            more = ", ..." if len(lost) > _NAMED else ""
            self.say(_LOST.format(count=len(lost), shown=shown + more), color=QUIET)
        height = self.bottom + MARGIN
        drawing = Drawing(figsize=(self.width / 25.4, height / 25.4), dpi=DPI, facecolor=PAPER)
        FigureCanvasAgg(drawing)
        page = drawing.add_axes((0, 0, 1, 1))
        page.set_axis_off()
        page.set_xlim(0, self.width)
        page.set_ylim(height, 0)
        page.set_autoscale_on(False)
        for row in self._lines:
            letter(page, row.x, row.baseline, row.text, size=row.size, bold=row.bold, color=row.color)
        return drawing, page


def letter(
    page: Axes,
    x: float,
    y: float,
    text: str,
    *,
    size: float = SMALLEST,
    bold: bool = False,
    color: str = INK,
    align: Align = ("left", "baseline"),
) -> Text:
    """Draw one line of text at a place, mm; a dollar sign stays a dollar sign."""
    drawn = Text(
        x,
        y,
        text,
        color=color,
        fontproperties=face(text, size, bold=bold),
        horizontalalignment=align[0],
        verticalalignment=align[1],
        parse_math=False,
        zorder=10,
    )
    page.add_artist(drawn)
    drawn.set_clip_on(False)
    return drawn


def line(page: Axes, xs: tuple[float, ...], ys: tuple[float, ...], *, color: str = INK, width: float = 0.8) -> Line2D:
    """Draw a line through points, mm; `width` in pt."""
    drawn = Line2D(xs, ys, color=color, linewidth=width, solid_capstyle="butt", zorder=8)
    page.add_artist(drawn)
    return drawn
