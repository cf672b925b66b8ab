"""Where on Earth it is: a globe seen from straight above the place, without a network."""

from functools import lru_cache
from importlib.resources import files
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Circle
from numpy.typing import NDArray

from osint_imagery.core.grid import Grid
from osint_imagery.figures.palette import INK, LOUD, PALE, PAPER, QUIET
from osint_imagery.figures.sheet import MARGIN, Sheet

__all__ = ["draw_locator", "plan_locator", "position_words", "seen_from"]

_RADIUS = 9.0  # mm
_STEP = 1.0  # degrees between the points of a line on the globe
_GRATICULE = 30  # degrees


def position_words(lon: float, lat: float) -> str:
    """Return a position as words, to about 100 m.

    Examples
    --------
    >>> position_words(-28.0044, 45.0051)
    '45.005 N, 28.004 W'
    """
    return f"{abs(lat):.3f} {'N' if lat >= 0 else 'S'}, {abs(lon):.3f} {'E' if lon >= 0 else 'W'}"


def seen_from(lon: float, lat: float, lonlat: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Project points on a globe seen from infinitely far above a place (orthographic).

    Returns
    -------
    points : ndarray of float64, (n, 2)
        Rightwards and upwards, in radii of the globe.
    seen : ndarray of bool, (n,)
        Whether they lie on the side that is seen.

    Examples
    --------
    >>> points, seen = seen_from(30.0, 0.0, np.array([[30.0, 0.0], [120.0, 0.0], [210.0, 0.0]]))
    >>> points.round(6).tolist(), seen.tolist()
    ([[0.0, 0.0], [1.0, 0.0], [0.0, 0.0]], [True, True, False])
    """
    away, up = np.radians(lonlat[:, 0] - lon), np.radians(lonlat[:, 1])
    middle = np.radians(lat)
    depth = np.sin(middle) * np.sin(up) + np.cos(middle) * np.cos(up) * np.cos(away)
    right = np.cos(up) * np.sin(away)
    rise = np.cos(middle) * np.sin(up) - np.sin(middle) * np.cos(up) * np.cos(away)
    return np.column_stack([right, rise]), depth >= -1e-9


@lru_cache(maxsize=1)
def _coasts() -> tuple[NDArray[np.float64], ...]:
    text = files("osint_imagery.figures").joinpath("coasts.txt").read_text(encoding="utf-8")
    rings = (line.split() for line in text.splitlines() if not line.startswith("#"))
    return tuple(_finer(np.array([point.split(",") for point in (*ring, ring[0])], dtype=float)) for ring in rings)


def _finer(path: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a line with points at most one degree apart, so that it bends with the globe."""
    parts = []
    for first, last in pairwise(path):
        count = max(1, int(np.ceil(np.abs(last - first).max() / _STEP)))
        parts.append(first + (last - first) * np.linspace(0, 1, count, endpoint=False)[:, None])
    return np.concatenate([*parts, path[-1:]])


def _graticule() -> list[NDArray[np.float64]]:
    meridians = [np.array([[lon, -90.0], [lon, 90.0]]) for lon in range(-180, 180, _GRATICULE)]
    parallels = [np.array([[-180.0, lat], [180.0, lat]]) for lat in range(-60, 90, _GRATICULE)]
    return [_finer(path) for path in (*meridians, *parallels)]


def _middle(grid: Grid) -> tuple[float, float]:
    lon, lat = grid.lonlat(np.array([grid.shape[0] / 2]), np.array([grid.shape[1] / 2]), center=False)
    return float(lon[0]), float(lat[0])


def plan_locator(sheet: Sheet, grid: Grid) -> float:
    """Plan a row with the globe and the words beside it, and return its top, mm."""
    top, x = sheet.bottom + 0.6, MARGIN + 2 * _RADIUS + 4.0
    under = sheet.put(f"{position_words(*_middle(grid))} (WGS 84), middle of the images", top + 2.0, x=x, bold=True)
    words = (
        f"Globe seen from above the mark; lines every {_GRATICULE} degrees. Coasts: Natural Earth, generalized, for "
        "orientation only; borders are not shown."
    )
    under = sheet.put(words, under + 0.5, x=x, color=QUIET)
    sheet.bottom = max(under, top + 2 * _RADIUS) + 1.6
    return top


def draw_locator(page: Axes, grid: Grid, top: float) -> None:
    """Draw the globe with the place at its middle."""
    lon, lat = _middle(grid)
    x, y = MARGIN + _RADIUS, top + _RADIUS
    page.add_patch(Circle((x, y), _RADIUS, facecolor=PALE, edgecolor=INK, linewidth=0.6, zorder=1))
    for paths, color, width in ((_graticule(), PAPER, 0.5), (_coasts(), INK, 0.5)):
        segments = []
        for path in paths:
            points, seen = seen_from(lon, lat, path)
            places = np.column_stack([x + _RADIUS * points[:, 0], y - _RADIUS * points[:, 1]])
            both = seen[:-1] & seen[1:]
            segments.append(np.stack([places[:-1], places[1:]], axis=1)[both])
        drawn = LineCollection(
            list(np.concatenate(segments)), colors=color, linewidths=width, zorder=2, capstyle="round"
        )
        page.add_collection(drawn, autolim=False)
    mark = Line2D([x], [y], marker="s", markersize=6, linestyle="none", zorder=5, gid="place")
    mark.set(markerfacecolor="none", markeredgecolor=LOUD, markeredgewidth=1.4)
    page.add_artist(mark)
