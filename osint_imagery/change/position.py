"""Where a detection lies, with its error: the sensor's geolocation, the alignment, and the object's own extent.

The sensor's part is a published figure and common to both dates: it moves the coordinates on the ground, not the
detection against the image. The relative part, alignment and extent, is measured, and its circular error was checked by
injection.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv
from scipy.stats import norm

from osint_imagery.change.areas import Extent
from osint_imagery.core.errors import InputError
from osint_imagery.core.grid import Grid
from osint_imagery.core.pair import Pair, Registration
from osint_imagery.scenes.sensors import SENSORS

__all__ = [
    "Covariance",
    "Ellipse",
    "Locator",
    "circular_covariance",
    "circular_error",
    "error_ellipse",
    "extent_covariance",
    "on_the_ground",
    "registration_covariance",
]

Covariance = tuple[tuple[float, float], tuple[float, float]]
"""2 x 2, (east, north) in m2 unless said otherwise."""

# How far an object's edge is wrong together, in shares of its noise and unevenness: benchmarks/areas.py.
NOISE, UNEVEN = 0.9, 0.53


@dataclass(frozen=True, slots=True, kw_only=True)
class Ellipse:
    """An error ellipse.

    Parameters
    ----------
    major_m, minor_m : float
        Half axes, m.
    azimuth_deg : float
        Of the major axis, degrees clockwise from the grid's north, in [0, 180).
    level : float
        Share of positions inside.
    """

    major_m: float
    minor_m: float
    azimuth_deg: float
    level: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Locator:
    """What all detections of one pair share: where the earlier image lies, and how the later one lies on it.

    Parameters
    ----------
    grid : Grid or None
        Of the pixels; without one nothing is said about positions.
    absolute : tuple or None
        Covariance of the earlier image's geolocation, m2; None where it is not published.
    alignment_px : tuple or None
        Covariance of the alignment, (row, column), px2; None where nobody aligned.
    """

    grid: Grid | None
    absolute: Covariance | None
    alignment_px: Covariance | None

    @classmethod
    def of(cls, pair: Pair) -> "Locator":
        """Return what the sensor's row and the pair's registration say."""
        published = next((item.geolocation_ce90_m for item in SENSORS if item.key == pair.before.sensor), None)
        aligned = None if pair.registration is None else registration_covariance(pair.registration)
        return cls(
            grid=pair.grid,
            absolute=None if published is None else circular_covariance(published),
            alignment_px=aligned,
        )

    def errors(self, extent: Extent | None, own: NDArray[np.bool_]) -> tuple[Covariance | None, Covariance | None]:
        """Return an object's covariance on the ground and against the earlier image, m2; None where not known.

        Parameters
        ----------
        extent : Extent or None
            Of the object; None where it cannot be told from the ground around: its center may then be anywhere inside.
        own : ndarray of bool, (y, x)
            Its pixels.
        """
        if self.grid is None or self.alignment_px is None:
            return None, None
        object_px = extent_covariance(float(own.sum()) if extent is None else extent.pixels, extent)
        if extent is None:
            object_px = _sum(object_px, _spread(own))
        relative = on_the_ground(_sum(self.alignment_px, object_px), self.grid)
        return (None if self.absolute is None else _sum(self.absolute, relative)), relative


def _sum(one: Covariance, other: Covariance) -> Covariance:
    (a, b), (c, d) = one
    (e, f), (g, h) = other
    return ((a + e, b + f), (c + g, d + h))


def _spread(own: NDArray[np.bool_]) -> Covariance:
    rows, columns = np.nonzero(own)
    (yy, yx), (_, xx) = np.cov(np.stack([rows, columns]), bias=True).tolist()
    return ((yy, yx), (yx, xx))


def circular_covariance(radius_m: float, *, level: float = 0.9) -> Covariance:
    """Return the covariance of a circular normal error whose circle of this radius holds the share `level`.

    Parameters
    ----------
    radius_m : float
        For example a published CE90, m, >= 0.
    level : float
        Share inside, in (0, 1): 0.9 for a CE90, 0.95 for a CE95.

    Raises
    ------
    InputError
        If the radius is negative or the level is not in (0, 1).

    Examples
    --------
    >>> circular_covariance(8, level=0.95)[0][0] ** 0.5
    3.26831...
    """
    if not 0 <= radius_m < math.inf:
        msg = f"radius_m={radius_m!r} is not an error; give the published circular error in meters, 0 or more"
        raise InputError(msg)
    variance = radius_m**2 / (-2 * math.log(1 - _checked(level)))
    return ((variance, 0.0), (0.0, variance))


def registration_covariance(registration: Registration) -> Covariance:
    """Return the covariance of the alignment, (row, column), px2.

    Both parts count: the error of the shift that was found, and the shift that is left on tiles the fit never saw.

    Examples
    --------
    >>> from osint_imagery.core.estimate import Estimate
    >>> left = Estimate(value=0.1, low=0.1, high=0.1, level=0.9, unit="px", method="tiles")
    >>> one = Registration(shift_px=(0, 0), residual=left, tiles_used=9, tiles_held_out=9, tiles_offered=20)
    >>> round(registration_covariance(one)[0][0], 6)
    0.005
    """
    left = registration.residual
    error = (left.high - left.low) / (2 * float(norm.ppf((1 + min(left.level, 0.999)) / 2)))
    sigmas = registration.shift_sigma_px or (error / math.sqrt(2), error / math.sqrt(2))
    rows, columns = (sigma**2 + left.value**2 / 2 for sigma in sigmas)
    return ((rows, 0.0), (0.0, columns))


def extent_covariance(pixels: float, extent: Extent | None = None) -> Covariance:
    """Return the covariance of an object's center, (row, column), px2.

    Parameters
    ----------
    pixels : float
        Pixels of the object: a center of n pixels is known to 1/(12 n) px2 an axis if nothing but their size counts.
    extent : Extent, optional
        Adds what noise and unevenness do to the edges.

    Raises
    ------
    InputError
        If there are no pixels.

    Examples
    --------
    >>> extent_covariance(9)[0][0] * 12 * 9
    1.0
    """
    if not pixels > 0:
        msg = f"pixels={pixels!r} is no object; give a number above 0"
        raise InputError(msg)
    size = 1 / (12 * pixels)
    if extent is None:
        return ((size, 0.0), (0.0, size))
    together = ((NOISE * extent.noise) ** 2 + (UNEVEN * extent.unevenness) ** 2) * extent.perimeter
    (yy, yx), (_, xx) = extent.lever
    return ((size + together * yy, together * yx), (together * yx, size + together * xx))


def on_the_ground(covariance_px: Covariance, grid: Grid) -> Covariance:
    """Return a covariance in (row, column) px2 as (east, north) m2, along the grid's own axes.

    Examples
    --------
    >>> from affine import Affine
    >>> grid = Grid(crs="EPSG:32636", transform=Affine(10, 0, 5e5, 0, -10, 4e6), shape=(9, 9))
    >>> [[round(v) for v in row] for row in on_the_ground(((0.04, 0.01), (0.01, 0.01)), grid)]
    [[1, -1], [-1, 4]]
    """
    t = grid.transform
    row, column = np.array([t.b, t.e]), np.array([t.a, t.d])
    if grid.pixel_area_m2 != abs(t.determinant):  # degrees, Mercator: units that are not meters on the ground
        down, across = grid.pixel_size_m
        row, column = row / math.hypot(*row) * down, column / math.hypot(*column) * across
    steps = np.column_stack([row, column])
    turned: NDArray[np.float64] = steps @ np.asarray(covariance_px, dtype=np.float64) @ steps.T
    (ee, en), (_, nn) = turned.tolist()
    return ((ee, en), (en, nn))


def circular_error(covariance: Covariance, *, level: float = 0.9) -> float:
    """Return the radius of the circle that holds the share `level` of positions, in the covariance's own unit.

    Exact for a circular error; for an elongated one the squared radius is taken as a scaled chi-square with the same
    mean and variance, which is right to 1 % in radius for axes up to 1 to 3.

    Examples
    --------
    >>> unit = ((1.0, 0.0), (0.0, 1.0))
    >>> [round(circular_error(unit, level=level), 6) for level in (0.5, 0.9, 0.95)]
    [1.17741, 2.145966, 2.447747]
    """
    (ee, en), (_, nn) = covariance
    total, squares = ee + nn, ee**2 + nn**2 + 2 * en**2
    if total == 0:
        return 0.0
    degrees = total**2 / squares
    return math.sqrt(squares / total * 2 * float(gammaincinv(degrees / 2, _checked(level))))


def error_ellipse(covariance: Covariance, *, level: float = 0.95) -> Ellipse:
    """Return the ellipse that holds the share `level` of positions.

    Examples
    --------
    >>> found = error_ellipse(((13.047788, 0.5), (0.5, 12.247788)))
    >>> round(found.major_m, 4), round(found.minor_m, 4), round(found.azimuth_deg, 2)
    (8.9227, 8.4819, 64.33)
    """
    values, vectors = np.linalg.eigh(np.asarray(covariance, dtype=np.float64))
    minor, major = (math.sqrt(max(float(v), 0.0) * -2 * math.log(1 - _checked(level))) for v in values)
    east, north = vectors[:, 1].tolist()
    azimuth = (90 - math.degrees(math.atan2(north, east))) % 180
    return Ellipse(major_m=major, minor_m=minor, azimuth_deg=azimuth, level=level)


def _checked(level: float) -> float:
    if not 0 < level < 1:
        msg = f"level={level!r} is not in (0, 1); give 0.9 for a CE90"
        raise InputError(msg)
    return level
