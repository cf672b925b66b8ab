"""One picture on a sheet: its colors, its hatching, its frame and the area of interest."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from osint_imagery.figures.furniture import Outline, Panel, draw_hatch, draw_outline
from osint_imagery.figures.palette import AREA, INK

__all__ = ["draw_picture"]


def draw_picture(
    page: Axes, panel: Panel, colors: NDArray[np.uint8], hatching: NDArray[np.bool_], *, aoi: Outline = ()
) -> None:
    """Draw colors, (y, x, 3), of the part that a panel shows, its hatching, its frame and the area of interest."""
    left, top, right, bottom = panel.box
    finer = panel.mm_per_px[0] > 0.1  # a pixel of ground covers more than one pixel of the file
    page.imshow(
        colors,
        extent=(left, right, bottom, top),
        aspect="auto",
        interpolation="nearest" if finer else "antialiased",
        zorder=1,
    )
    draw_hatch(page, panel.box, hatching)
    frame = Rectangle((left, top), right - left, bottom - top, fill=False, edgecolor=INK, linewidth=0.6, zorder=7)
    page.add_patch(frame)
    if aoi:
        draw_outline(page, panel, aoi, color=AREA, width=1.0, dashed=True)
