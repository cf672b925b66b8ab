"""Pictures in rows under their captions, all of one size, so that one scale bar holds for each."""

from collections.abc import Sequence
from dataclasses import replace

from osint_imagery.core.grid import Grid
from osint_imagery.figures.furniture import Panel
from osint_imagery.figures.lettering import SMALLEST
from osint_imagery.figures.sheet import MARGIN, Sheet

__all__ = ["GUTTER", "TALLEST", "moved_down", "plan_panels"]

GUTTER = 3.0
"""Between two panels, mm."""
TALLEST = 120.0
"""No picture is higher than this by default, mm."""

_HEAD = 8.0  # pt, of a caption's first line


def plan_panels(
    sheet: Sheet,
    captions: Sequence[Sequence[str]],
    grid: Grid | None,
    window: tuple[slice, slice],
    *,
    across: int,
    tallest: float = TALLEST,
    head: float = _HEAD,
) -> tuple[Panel, ...]:
    """Plan one row: captions, their first line in bold, and a picture under each.

    Parameters
    ----------
    sheet : Sheet
        Grows by the row.
    captions : sequence of sequence of str
        At most `across`; the paragraphs over each picture.
    grid : Grid or None
        Of all pictures; without one, pixels are square.
    window : tuple of slice
        Rows and columns that are shown.
    across : int
        Pictures that a full row holds.
    tallest : float
        Of a picture, mm.
    head : float
        Size of the captions' first lines, pt.
    """
    rows, columns = ((part.start, part.stop) for part in window)
    down, wide = grid.pixel_size_m if grid else (1.0, 1.0)
    ratio = (rows[1] - rows[0]) * down / ((columns[1] - columns[0]) * wide)
    room = (sheet.inner - GUTTER * (across - 1)) / across
    width = min(room, tallest / ratio)
    top = sheet.bottom
    lefts = [MARGIN + index * (room + GUTTER) for index in range(len(captions))]
    for left, (first, *rest) in zip(lefts, captions, strict=True):
        under = sheet.put(first, top, x=left, room=room, size=head, bold=True)
        for words in rest:
            under = sheet.put(words, under, x=left, room=room, size=SMALLEST)
        sheet.bottom = max(sheet.bottom, under + 0.6)
    upper = sheet.take(width * ratio + 1.2)
    boxes = [(left, upper, left + width, upper + width * ratio) for left in lefts]
    return tuple(Panel(box=box, rows=rows, columns=columns) for box in boxes)


def moved_down(panel: Panel, down: float) -> Panel:
    """Return a panel further down on the sheet, mm."""
    left, top, right, bottom = panel.box
    return replace(panel, box=(left, top + down, right, bottom + down))
