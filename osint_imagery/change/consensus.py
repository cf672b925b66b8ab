"""One movement out of many tiles' shifts: robust, with its standard error, and with the tiles that disagree."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree
from scipy.stats import t as student

__all__ = ["Movement", "bent", "estimate_movement", "location", "of_few", "overlapping", "prefers_affine"]

Points = NDArray[np.float64]  # (tile, 2): rows, columns

_TUNING = 4.685  # Tukey's biweight: 95 % of the mean's efficiency on Gaussian errors
_PASSES = 20
_FINEST_PX = 1e-6  # of a spread; below, tiles are equal
# Correlation of the errors of two Hann windowed tiles that overlap by half along one axis: sum of w1^2 w2^2 over sum
# of w^4 for the windows' products, (3/128) / (35/128).
_OVERLAP = 3 / 35
_SURE = 3.0  # standard errors by which an affine model has to beat one shift on tiles it has not seen
_TILES_AFFINE = 8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Movement:
    """A shift at the middle of the tiles, and how it grows away from there.

    Parameters
    ----------
    shift : ndarray, (2,)
        Rows, columns, px.
    sigma : ndarray, (2,)
        Standard errors, px.
    degrees : float
        Tiles less parameters, for Student's t.
    linear : ndarray, (2, 2)
        Growth of (rows, columns) with rows and columns; zeros for one shift.
    center : ndarray, (2,)
        Where `shift` holds.
    """

    shift: Points
    sigma: Points
    degrees: float
    linear: Points
    center: Points

    def at(self, places: Points) -> Points:
        """Return the shift at places (row, column)."""
        return np.asarray(self.shift + (places - self.center) @ self.linear.T)

    def half_width(self, level: float) -> Points:
        """Return half the width of the interval of that level, per axis, px."""
        return np.asarray(self.sigma * student.ppf((1 + level) / 2, self.degrees))


def _weights(distance: Points) -> Points:
    """Return biweights of residuals, robustly scaled, per axis."""
    spread = np.maximum(1.4826 * np.median(np.abs(distance), axis=0), _FINEST_PX)
    u = distance / (_TUNING * spread)
    return np.asarray(np.where(np.abs(u) < 1, (1 - u * u) ** 2, 0))


def location(values: Points) -> tuple[Points, Points]:
    """Return the biweight location of each column, and its standard error.

    The standard error is that of the estimating equation (Huber's sandwich), times 1 + 9 / n^2, which brings the 90 %
    Student interval of 4 to 48 values to its level: found by simulation on Gaussian values, on values of which a
    tenth has ten times the spread, and on values of log-normal spreads.

    Examples
    --------
    >>> middle, error = location(np.array([[1.0], [1.1], [0.9], [1.05], [0.95], [9.0]]))
    >>> middle.round(2), bool(error[0] < 0.1)
    (array([1.]), True)
    """
    start = np.median(values, axis=0)
    spread = np.maximum(1.4826 * np.median(np.abs(values - start), axis=0), _FINEST_PX)
    middle = start
    for _ in range(_PASSES):
        u = (values - middle) / (_TUNING * spread)
        weight = np.where(np.abs(u) < 1, (1 - u * u) ** 2, 0)
        middle = (weight * values).sum(axis=0) / weight.sum(axis=0)
    u = (values - middle) / (_TUNING * spread)
    inside = np.abs(u) < 1
    pull = np.where(inside, (1 - u * u) ** 2, 0) * (values - middle)
    slope = np.where(inside, (1 - u * u) * (1 - 5 * u * u), 0).sum(axis=0)
    count = len(values)
    error = np.sqrt((pull**2).sum(axis=0) * count / max(count - 1, 1)) / np.maximum(np.abs(slope), 1.0)
    return middle, np.asarray(error * of_few(count))


def of_few(count: int) -> float:
    """Return by how much a standard error told by few values has to be raised: see :func:`location`."""
    return 1 + 9 / count**2


def overlapping(places: Points, side: int) -> float:
    """Return by how much tiles that overlap by half inflate the standard error."""
    step = places[None] - places[:, None]
    pairs = ((step[..., 0] == 0) & (np.abs(step[..., 1] - side // 2) <= 1)).sum()
    return float(np.sqrt(1 + 2 * _OVERLAP * pairs / len(places)))


def estimate_movement(shifts: Points, places: Points, side: int, *, affine: bool = False) -> Movement:
    """Return the movement that most tiles agree on.

    Parameters
    ----------
    shifts : ndarray, (tile, 2)
        What each tile says, rows and columns, px.
    places : ndarray, (tile, 2)
        Their middles, (row, column).
    side : int
        Of a tile, px.
    affine : bool
        Fit six parameters in place of two.
    """
    center = places.mean(axis=0)
    linear = np.zeros((2, 2))
    if affine:
        linear, shifts = _tilt(shifts, places - center)
    shift, sigma = location(shifts)
    spent = 3 if affine else 1
    sigma = sigma * overlapping(places, side) * np.sqrt((len(shifts) - 1) / (len(shifts) - spent))
    return Movement(shift=shift, sigma=sigma, degrees=len(shifts) - spent, linear=linear, center=center)


def _tilt(shifts: Points, offsets: Points) -> tuple[Points, Points]:
    """Return how shifts grow with the place, by reweighted least squares, and the shifts without that."""
    size = max(float(np.abs(offsets).max()), 1.0)
    design = np.column_stack([np.ones(len(offsets)), offsets / size])
    linear = np.zeros((2, 2))
    for axis in range(2):
        weight = np.ones(len(offsets))
        for _ in range(_PASSES):
            root = np.sqrt(weight)
            solved = np.linalg.lstsq(design * root[:, None], shifts[:, axis] * root, rcond=None)[0]
            weight = _weights((shifts[:, axis] - design @ solved)[:, None])[:, 0]
        linear[axis] = solved[1:] / size
    return linear, shifts - offsets @ linear.T


def prefers_affine(plain: Movement, tilted: Movement, shifts: Points, places: Points) -> bool:
    """Return whether tiles that neither model has seen are told clearly better by the affine one."""
    if len(shifts) < _TILES_AFFINE:
        return False
    first, second = (np.hypot(*(shifts - model.at(places)).T) for model in (plain, tilted))
    gain, error = location((first - second)[:, None])
    return bool(gain[0] > _SURE * error[0])


def bent(left: Points, places: Points, limit_px: float) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which tiles are off by more than a limit, and which of them form a group that moved together.

    A group is three or more tiles, each within reach of the next, that agree with each other within the limit: ground
    that is bent or shifted. Single tiles that are off are moving things, clouds or waves.

    Parameters
    ----------
    left : ndarray, (tile, 2)
        What the model leaves of each tile's shift, px.
    places : ndarray, (tile, 2)
        Their middles.
    limit_px : float
        What still counts as agreement, px.

    Examples
    --------
    >>> places = np.array([[0.0, 10.0 * i] for i in range(12)])
    >>> left = np.zeros((12, 2))
    >>> left[8:11] = 1.0
    >>> [int(found.sum()) for found in bent(left, places, 0.3)]
    [3, 3]
    """
    off = np.hypot(*left.T) > limit_px
    together = np.zeros(len(left), dtype=bool)
    count = int(off.sum())
    if count < 3:
        return off, together
    tree = KDTree(places)
    spacing = np.median(tree.query(places, k=min(5, len(places)))[0][:, -1])
    own, their = places[off], left[off]
    linked = np.hypot(*(own[:, None] - own[None]).transpose(2, 0, 1)) <= 1.5 * spacing
    linked &= np.hypot(*(their[:, None] - their[None]).transpose(2, 0, 1)) <= limit_px
    together[off] = linked.sum(axis=1) >= 3  # itself and two more
    return off, together
