"""What makes a picture readable as evidence: scale, north, hatching, outlines, credit."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import Polygon, Rectangle
from matplotlib.patheffects import AbstractPathEffect, withStroke
from numpy.typing import NDArray
from pyproj import Geod
from skimage.measure import find_contours

from osint_imagery.core.grid import Grid
from osint_imagery.core.image import Image
from osint_imagery.figures.artist import DPI
from osint_imagery.figures.lettering import MM_PER_POINT, width_mm
from osint_imagery.figures.palette import CASING, INK, PAPER, PLATE_GROUND
from osint_imagery.figures.sheet import Box, letter, line
from osint_imagery.scenes.sensors import SENSORS

__all__ = [
    "PLATE",
    "Outline",
    "Panel",
    "casing",
    "clip_to",
    "credit_of",
    "draw_hatch",
    "draw_north",
    "draw_outline",
    "draw_plate",
    "draw_scale",
    "length_words",
    "north_of",
    "outline_px",
    "pixel_words",
    "plate_size",
    "round_length",
    "sensor_words",
]

PLATE = 8.5
"""Size of the letters of a warning on a picture, pt."""

_GEOD = Geod(ellps="WGS84")
_HATCH_PERIOD, _HATCH_WIDTH = 18, 4  # px of the file: 1.8 mm apart, 0.4 mm wide
_FINE = 40_000  # px up to which outlines are traced finely
_SPECK, _THIN = 1.8, 0.5  # mm: smaller rings are drawn with half the line, not to become blots
_HATCH_COLOR = (32, 32, 32, 150)

Outline = tuple[NDArray[np.float64], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One picture's place on the sheet.

    Parameters
    ----------
    box : (left, top, right, bottom)
        mm.
    rows, columns : (first, last + 1)
        The part of the image that is shown, px.
    """

    box: Box
    rows: tuple[int, int]
    columns: tuple[int, int]

    @property
    def window(self) -> tuple[slice, slice]:
        """Rows and columns shown."""
        return slice(*self.rows), slice(*self.columns)

    @property
    def mm_per_px(self) -> tuple[float, float]:
        """Width and height of a pixel on the sheet, mm."""
        left, top, right, bottom = self.box
        return (right - left) / (self.columns[1] - self.columns[0]), (bottom - top) / (self.rows[1] - self.rows[0])

    def place(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (column, row) pixel edges as (x, y) mm on the sheet."""
        across, down = self.mm_per_px
        x = self.box[0] + (points[:, 0] - self.columns[0]) * across
        y = self.box[1] + (points[:, 1] - self.rows[0]) * down
        return np.column_stack([x, y])


def outline_px(inside: NDArray[np.bool_], offset: tuple[int, int] = (0, 0)) -> Outline:
    """Return the rings round the True pixels as (column, row) pixel edges; `offset` is (row, column)."""
    finer = 4 if inside.size < _FINE else 1  # contours cut corners by half a sample
    padded = np.pad(np.kron(inside, np.ones((finer, finer))).astype(np.float32), 1)
    rings: list[NDArray[np.float64]] = find_contours(padded, 0.5)  # type: ignore[no-untyped-call]
    return tuple((ring[:, ::-1] - 0.5) / finer + np.array([offset[1], offset[0]], dtype=float) for ring in rings)


def draw_outline(page: Axes, panel: Panel, rings: Outline, *, color: str, width: float, dashed: bool = False) -> None:
    """Draw rings with a white casing, so that they show on any ground; rings of a few pixels get a thinner one."""
    style = (0, (4, 2)) if dashed else "solid"
    paths = [panel.place(ring) for ring in rings]
    share = [1.0 if np.ptp(path, axis=0).max() >= _SPECK else _THIN for path in paths]
    for ink, wide, kind in ((CASING, width + 1.2, "solid"), (color, width, style)):
        wides = [wide * part for part in share]
        drawn = LineCollection(paths, colors=ink, linewidths=wides, linestyles=[kind], zorder=5, joinstyle="round")
        page.add_collection(drawn, autolim=False)
        clip_to(page, drawn, panel.box)


def clip_to(page: Axes, drawn: Artist, box: Box) -> None:
    """Let nothing of an artist show outside a box, mm."""
    frame = Rectangle((box[0], box[1]), box[2] - box[0], box[3] - box[1], transform=page.transData)
    drawn.set_clip_path(frame)


def draw_hatch(page: Axes, box: Box, unexamined: NDArray[np.bool_], *, leaning_left: bool = False) -> None:
    """Hatch the True pixels of an array that fills the box; strokes lean to the right, or to the left."""
    if not unexamined.any():
        return
    height = max(1, round((box[3] - box[1]) / 25.4 * DPI))
    width = max(1, round((box[2] - box[0]) / 25.4 * DPI))
    rows = np.arange(height) * unexamined.shape[0] // height
    columns = np.arange(width) * unexamined.shape[1] // width
    slope = -1 if leaning_left else 1
    stripe = (np.arange(height)[:, None] + slope * np.arange(width)[None, :]) % _HATCH_PERIOD < _HATCH_WIDTH
    paint = np.zeros((height, width, 4), dtype=np.uint8)
    paint[stripe & unexamined[np.ix_(rows, columns)]] = _HATCH_COLOR
    page.imshow(paint, extent=(box[0], box[2], box[3], box[1]), aspect="auto", interpolation="nearest", zorder=2)


def round_length(longest_m: float) -> float:
    """Return the longest of 1, 2, 5, 10, ... meters that is not longer than `longest_m`.

    Examples
    --------
    >>> round_length(740), round_length(0.3)
    (500.0, 0.2)
    """
    power = 10.0 ** math.floor(math.log10(longest_m))
    return float(f"{max(step for step in (1, 2, 5) if step * power <= longest_m * (1 + 1e-9)) * power:.3g}")


def length_words(length_m: float) -> str:
    """Return a length as a scale bar names it.

    Examples
    --------
    >>> length_words(500.0), length_words(2000.0)
    ('500 m', '2 km')
    """
    return f"{length_m / 1000:g} km" if length_m >= 1000 else f"{length_m:g} m"


def draw_scale(page: Axes, x: float, y: float, *, meters_per_mm: float, longest: float) -> str:
    """Draw a bar of a round length, at most `longest` mm, and return its label."""
    length = round_length(longest * meters_per_mm)
    bar, words = length / meters_per_mm, length_words(length)
    for ink, share in ((INK, (0.0, 0.5)), (PAPER, (0.5, 1.0))):
        patch = Rectangle((x + share[0] * bar, y), bar / 2, 1.2, facecolor=ink, edgecolor=INK, linewidth=0.6, zorder=8)
        page.add_patch(patch)
    letter(page, x + bar + 1.5, y + 1.2, words)
    return words


def north_of(grid: Grid) -> tuple[float, float]:
    """Return the direction of true north at the grid's middle as (rightward, downward) meters, a unit vector.

    In UTM it leans by the meridian convergence, in LAEA by up to many degrees: it is measured on the
    ellipsoid, not taken to be up.

    Examples
    --------
    >>> from osint_imagery.core.aoi import AreaOfInterest
    >>> grid = Grid.over(AreaOfInterest.from_bbox(35.51, 33.90, 35.54, 33.91), resolution_m=10)
    >>> [round(part, 3) for part in north_of(grid)]  # 1.4 degrees left of straight up
    [-0.025, -1.0]
    """
    row, column = grid.shape[0] / 2, grid.shape[1] / 2
    lon, lat = grid.lonlat(np.array([row, row, row + 1]), np.array([column, column + 1, column]), center=False)
    steps = []
    for k in (1, 2):  # one pixel to the right, one pixel down
        azimuth, _, length = _GEOD.inv(lon[0], lat[0], lon[k], lat[k])
        steps.append((math.sin(math.radians(azimuth)) * length, math.cos(math.radians(azimuth)) * length))
    (east_r, north_r), (east_d, north_d) = steps
    area = east_r * north_d - east_d * north_r
    right, down = -east_d / area * math.hypot(east_r, north_r), east_r / area * math.hypot(east_d, north_d)
    size = math.hypot(right, down)
    return right / size, down / size


def draw_north(page: Axes, x: float, y: float, direction: tuple[float, float], *, length: float = 6.0) -> None:
    """Draw an arrow centered on a place, mm, with its N at the tip."""
    right, down = direction
    along, aside = np.array([right, down]), np.array([-down, right])
    middle = np.array([x, y])
    tip, tail = middle + along * length / 2, middle - along * length / 2
    head = np.array([tip, tip - along * 2.4 + aside * 1.1, tip - along * 2.4 - aside * 1.1])
    page.add_patch(Polygon(head, closed=True, facecolor=INK, edgecolor=INK, linewidth=0.5, zorder=8))
    line(page, (float(tail[0]), float(tip[0] - right)), (float(tail[1]), float(tip[1] - down)), width=1.2)
    spot = tip + along * 1.9
    letter(page, float(spot[0]), float(spot[1]), "N", bold=True, align=("center", "center_baseline"))


def plate_size(text: str) -> tuple[float, float]:
    """Return width and height of a warning plate, mm."""
    return width_mm(text, PLATE, bold=True) + 3.0, PLATE * MM_PER_POINT + 1.8


def draw_plate(page: Axes, box: Box, text: str) -> None:
    """Write a warning in white on a colored plate that stands on a picture."""
    left, top, right, bottom = box
    plate = Rectangle((left, top), right - left, bottom - top, facecolor=PLATE_GROUND, edgecolor=CASING, linewidth=0.8)
    plate.set_zorder(8)
    page.add_patch(plate)
    middle = (left + right) / 2, (top + bottom) / 2
    drawn = letter(page, *middle, text, size=PLATE, bold=True, color=CASING, align=("center", "center_baseline"))
    drawn.set_gid("watermark")


def casing(width: float) -> list[AbstractPathEffect]:
    """Return the path effect that puts white round a mark."""
    return [withStroke(linewidth=width, foreground=CASING)]


def sensor_words(key: str | None) -> str:
    """Return a sensor's name, or its key where the library does not know it."""
    known = {row.key: row.name for row in SENSORS}
    return known.get(key, key) if key else "sensor not stated"


def pixel_words(grid: Grid | None) -> str:
    """Return the pixel size on the ground in words: width, and height where it differs."""
    if grid is None:
        return "pixels without a place: no scale, no north"
    down, across = (f"{side:.3g}" for side in grid.pixel_size_m)
    return f"{across} m pixels" if across == down else f"{across} x {down} m pixels"


def credit_of(images: Sequence[Image]) -> tuple[str, ...]:
    """Return the credit lines of the images, each once; a missing one is said to be missing."""
    return tuple(dict.fromkeys(image.credit or "NO CREDIT LINE STATED for this image" for image in images))
