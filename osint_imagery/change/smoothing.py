"""Smoothing that does not let unusable pixels in, and gives the same answer whatever block a pixel is met in."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from osint_imagery.core.errors import InputError

__all__ = ["box_sum", "checked_sigma", "noise_left", "reach_px", "smooth"]

_TRUNCATE = 4.0  # standard deviations at which a Gaussian ends

Planes = NDArray[np.float32]


def reach_px(sigma_px: float) -> int:
    """Return how far a Gaussian of this standard deviation looks, px.

    Examples
    --------
    >>> reach_px(1.5), reach_px(0)
    (6, 0)
    """
    return int(_TRUNCATE * sigma_px + 0.5)


def checked_sigma(name: str, value: float) -> None:
    """Refuse a smoothing that is not a finite number of pixels, 0 or more.

    Raises
    ------
    InputError
        Naming the argument.
    """
    if not (math.isfinite(value) and value >= 0):
        msg = f"{name}={value!r} is not a standard deviation in pixels; give 0 for none, 1 to 2 for usual noise"
        raise InputError(msg)


def smooth(plane: Planes, usable: NDArray[np.bool_], sigma_px: float) -> Planes:
    """Return the Gaussian mean over usable neighbors, (y, x); 0 where the pixel is not usable.

    Parameters
    ----------
    plane : ndarray of float32, (y, x)
        Anything where not usable.
    usable : ndarray of bool, (y, x)
        True where the pixel may be used.
    sigma_px : float
        Standard deviation, px; 0 for none. At the array's edge the ground is mirrored.

    Examples
    --------
    >>> usable = np.array([[True, True, False]])
    >>> smooth(np.array([[3, 3, 99]], dtype=np.float32), usable, 1.0)
    array([[3., 3., 0.]], dtype=float32)
    """
    whole = bool(usable.all())
    filled = plane if whole else np.where(usable, plane, np.float32(0))
    if not sigma_px:
        return filled
    mean: Planes = ndimage.gaussian_filter(filled, sigma_px, truncate=_TRUNCATE)
    if whole:
        return mean
    weight = ndimage.gaussian_filter(usable.astype(np.float32), sigma_px, truncate=_TRUNCATE)
    result: Planes = np.where(usable, mean / np.maximum(weight, np.float32(1e-6)), np.float32(0))
    return result


def noise_left(usable: NDArray[np.bool_], sigma_px: float) -> Planes:
    """Return the noise that is left at a pixel when fewer neighbors are usable, over that when all are, (y, x).

    White noise averaged with weights w has the variance Sum(w^2) / Sum(w)^2; fewer neighbors leave more of it.
    """
    if not sigma_px or usable.all():
        return np.ones(usable.shape, dtype=np.float32)
    seen = usable.astype(np.float32)
    squared = ndimage.gaussian_filter(seen, sigma_px / math.sqrt(2), truncate=_TRUNCATE * math.sqrt(2))
    weight = ndimage.gaussian_filter(seen, sigma_px, truncate=_TRUNCATE)
    noise: Planes = np.sqrt(squared) / np.maximum(weight, np.float32(1e-6))
    return np.where(usable, noise, np.float32(1))


def box_sum(plane: NDArray[np.floating], half_px: int) -> NDArray[np.float64]:
    """Return the sum over a square of 2 half + 1 px a side around each pixel, mirrored at the edge, (y, x).

    Parameters
    ----------
    plane : ndarray, (y, x)
        Finite numbers: 0 where the pixel is not usable.
    half_px : int
        Half-width of the square, px.

    Examples
    --------
    >>> box_sum(np.ones((2, 3)), 1)
    array([[9., 9., 9.],
           [9., 9., 9.]])
    """
    side = 2 * half_px + 1
    mean = ndimage.uniform_filter(plane, side, output=np.float64, mode="reflect")
    total: NDArray[np.float64] = mean * side**2
    return total
