"""What could be found in principle: the matched-filter detectability of a square against its own noise."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import erf, ndtr, ndtri

from osint_imagery.core.errors import InputError

__all__ = [
    "Misregistration",
    "blurred_rectangle",
    "closed_form_pod",
    "psf_sigma_px",
    "signal_energy",
    "smallest_side_px",
]

_PHASES = np.linspace(-0.5, 0.5, 5)
_LARGEST_PX = 200.0


def psf_sigma_px(mtf: float) -> float:
    """Return the standard deviation of a Gaussian point spread, px, from its MTF at the Nyquist frequency.

    Raises
    ------
    InputError
        If `mtf` is not in (0, 1).

    Examples
    --------
    >>> [round(psf_sigma_px(mtf), 3) for mtf in (0.15, 0.20, 0.25, 0.30)]
    [0.62, 0.571, 0.53, 0.494]
    """
    if not 0 < mtf < 1:
        msg = f"mtf={mtf!r} is not a modulation in (0, 1); Sentinel-2 has about 0.15 to 0.3 at Nyquist"
        raise InputError(msg)
    return math.sqrt(-2 * math.log(mtf)) / math.pi


def blurred_rectangle(
    shape: tuple[int, int], center_px: tuple[float, float], size_px: tuple[float, float], sigma_px: float
) -> NDArray[np.float64]:
    """Return how much of a rectangle each pixel sees, 0 to 1, after a Gaussian blur.

    Parameters
    ----------
    shape : tuple of int
        (rows, columns).
    center_px : tuple of float
        (row, column) of the rectangle's middle; 0 is the center of the first pixel.
    size_px : tuple of float
        (height, width), px.
    sigma_px : float
        Standard deviation of the blur, px, > 0.

    Returns
    -------
    ndarray of float64, (y, x)

    Examples
    --------
    >>> blurred_rectangle((3, 3), (1, 1), (1, 1), 0.53).round(2)
    array([[0.03, 0.11, 0.03],
           [0.11, 0.43, 0.11],
           [0.03, 0.11, 0.03]])
    """
    profiles = []
    for count, center, size in zip(shape, center_px, size_px, strict=True):
        at, reach = np.arange(count), math.sqrt(2) * sigma_px
        profiles.append(0.5 * (erf((center + size / 2 - at) / reach) - erf((center - size / 2 - at) / reach)))
    return np.asarray(np.outer(profiles[0], profiles[1]))


def _sum_of_squares(side_px: float, sigma_px: float) -> float:
    """Return the sum of squares of a blurred line, averaged over its sub-pixel phases."""
    half = math.ceil(side_px / 2 + 6 * sigma_px) + 1
    at, reach = np.arange(-half, half + 1), math.sqrt(2) * sigma_px
    sums = []
    for phase in _PHASES:
        profile = 0.5 * (erf((phase + side_px / 2 - at) / reach) - erf((phase - side_px / 2 - at) / reach))
        sums.append(float((profile**2).sum()))
    return float(np.mean(sums))


def signal_energy(size_px: float | tuple[float, float], mtf: float = 0.2) -> float:
    """Return sum f^2 of a blurred square or rectangle, averaged over its sub-pixel phases.

    Parameters
    ----------
    size_px : float or tuple of float
        Side of a square, or (length, width), px, > 0.
    mtf : float
        Modulation at the Nyquist frequency, (0, 1).

    Examples
    --------
    >>> round(signal_energy(2, mtf=0.25), 5), round(signal_energy(3, mtf=0.25), 5)
    (1.97992, 5.75288)
    """
    length, width = size_px if isinstance(size_px, tuple) else (size_px, size_px)
    sigma = psf_sigma_px(mtf)
    return _sum_of_squares(length, sigma) * _sum_of_squares(width, sigma)


@dataclass(frozen=True, slots=True, kw_only=True)
class Misregistration:
    """How far the dates lie apart after alignment, and how fast the ground changes from pixel to pixel.

    Parameters
    ----------
    sigma_px : float
        Standard deviation of the shift that is left, px, >= 0.
    gradient : float
        Root mean square of the ground's gradient, in the unit of the contrast per px, >= 0.
    """

    sigma_px: float
    gradient: float

    def __post_init__(self) -> None:
        if not (0 <= self.sigma_px < math.inf and 0 <= self.gradient < math.inf):
            msg = f"sigma_px={self.sigma_px!r}, gradient={self.gradient!r}: give finite numbers >= 0"
            raise InputError(msg)


def closed_form_pod(  # noqa: PLR0917 - the formula's own order
    contrast: float,
    noise: float,
    side_px: float | tuple[float, float],
    mtf: float = 0.2,
    alpha: float = 1e-4,
    *,
    misregistration: Misregistration | None = None,
) -> float:
    """Return the probability that a matched filter finds a rectangle between two dates of white noise.

    Parameters
    ----------
    contrast : float
        Target minus background, in the unit of `noise`.
    noise : float
        Standard deviation of one date, > 0.
    side_px : float or tuple of float
        Side of a square, or (length, width), px, > 0.
    mtf : float
        Modulation at the Nyquist frequency, (0, 1).
    alpha : float
        Probability of a false alarm at one place, (0, 1).
    misregistration : Misregistration, optional
        Adds |gradient|^2 sigma^2 to the variance of the difference; default: perfectly aligned.

    Returns
    -------
    float
        Probability, 0 to 1.

    Raises
    ------
    InputError
        If a parameter is out of range.

    Notes
    -----
    d' = D sqrt(sum f^2) / (sqrt(2) s) and P = Phi(d' - z(1 - alpha)), with the sum averaged over sub-pixel phases.
    An upper limit for planning: real ground is not white noise, dates are not perfectly aligned, and no detector is
    told where to look. What a method really finds is measured by insertion
    (:func:`osint_imagery.observe.power.power`).

    Examples
    --------
    >>> round(closed_form_pod(0.10, 0.02, 2, mtf=0.25), 4)
    0.8954
    >>> round(closed_form_pod(0.10, 0.02, 2, mtf=0.25, misregistration=Misregistration(sigma_px=0.3, gradient=0.05)), 2)
    0.75
    """
    sides = side_px if isinstance(side_px, tuple) else (side_px, side_px)
    if not (noise > 0 and min(sides) > 0 and 0 < alpha < 1 and math.isfinite(contrast)):
        msg = (
            f"contrast={contrast!r}, noise={noise!r}, side_px={side_px!r}, alpha={alpha!r}: "
            "give a finite contrast, noise and side > 0, alpha in (0, 1)"
        )
        raise InputError(msg)
    shifted = (misregistration.gradient * misregistration.sigma_px) ** 2 if misregistration else 0.0
    spread = math.sqrt(2 * noise**2 + shifted)
    return float(ndtr(abs(contrast) * math.sqrt(signal_energy(sides, mtf)) / spread - ndtri(1 - alpha)))


def smallest_side_px(
    contrast: float, noise: float, mtf: float = 0.2, alpha: float = 1e-4, *, pod: float = 0.9
) -> float:
    """Return the side of the square, px, that :func:`closed_form_pod` finds with probability `pod`.

    Infinite where no square up to 200 px reaches it.

    Raises
    ------
    InputError
        If a parameter is out of range.

    Examples
    --------
    >>> round(10 * smallest_side_px(0.10, 0.02, mtf=0.25), 1)
    20.1
    """
    if not 0 < pod < 1:
        msg = f"pod={pod!r} is not a probability in (0, 1); 0.9 is usual"
        raise InputError(msg)
    if closed_form_pod(contrast, noise, _LARGEST_PX, mtf, alpha) < pod:
        return math.inf
    if closed_form_pod(contrast, noise, 1e-6, mtf, alpha) >= pod:
        return 0.0
    return float(brentq(lambda side: closed_form_pod(contrast, noise, side, mtf, alpha) - pod, 1e-6, _LARGEST_PX))
