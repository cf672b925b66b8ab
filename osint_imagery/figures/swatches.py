"""A legend: what each kind of line or hatching in a picture stands for."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from osint_imagery.figures.callouts import draw_bracket
from osint_imagery.figures.furniture import draw_hatch
from osint_imagery.figures.marks import CUT
from osint_imagery.figures.palette import ACCENT, AREA, CASING, MARK_INK
from osint_imagery.figures.sheet import MARGIN, Sheet

__all__ = ["draw_swatches", "plan_swatches"]

_WIDTH = 7.0  # mm
_AROUND = 0.4  # mm


def plan_swatches(sheet: Sheet, rows: Sequence[tuple[str, str]]) -> tuple[tuple[str, float], ...]:
    """Plan a row for each (kind, words), and return each kind with its top, mm."""
    planned = []
    for kind, words in rows:
        planned.append((kind, sheet.bottom))
        sheet.bottom = sheet.put(words, sheet.bottom, x=MARGIN + _WIDTH + 1.5) + 0.6
    sheet.bottom += 0.8
    return tuple(planned)


def draw_swatches(page: Axes, swatches: Sequence[tuple[str, float]], *, color: str = ACCENT) -> None:
    """Draw the swatches: kind, and top, mm."""
    styles = {
        "strong": (color, 1.3, "-"),
        "thin": (color, 0.7, "-"),
        "cut": (color, CUT, "--"),
        "aoi": (AREA, 1.0, "--"),
        "hatch": (MARK_INK, 0.5, "-"),
    }
    for kind, top in swatches:
        if not kind:  # words that belong to the row above
            continue
        ground = Rectangle((MARGIN - _AROUND, top + 0.2 - _AROUND), _WIDTH + 2 * _AROUND, 2.6 + 2 * _AROUND)
        ground.set(facecolor=CASING, edgecolor="none", zorder=1)  # as the casing on pictures, on dark paper too
        page.add_patch(ground)
        if kind == "hatch":
            draw_hatch(page, (MARGIN, top + 0.2, MARGIN + _WIDTH, top + 2.8), np.ones((1, 1), dtype=bool))
        if kind == "note":
            left, right, upper, lower = MARGIN, MARGIN + _WIDTH, top + 0.2, top + 2.8
            draw_bracket(page, np.array([[left, upper], [right, upper], [right, lower], [left, lower]]))
            continue
        ink, width, dash = styles[kind]
        frame = Rectangle((MARGIN, top + 0.2), _WIDTH, 2.6, fill=False, edgecolor=ink, linewidth=width, linestyle=dash)
        frame.set_zorder(6)
        page.add_patch(frame)
