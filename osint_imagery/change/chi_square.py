"""The tail of the chi-square distribution, fast, and the factor that re-weighting by it calls for."""

import math
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from osint_imagery.core.errors import BandError

__all__ = ["chi2_sf", "chi2_sf_single", "consistency_factor"]

_BEYOND = 80.0  # half the statistic from which single precision calls the tail 0: exp(-80) = 2e-35, not denormal


def chi2_sf(x: NDArray[np.floating], bands: int) -> NDArray[np.float64]:
    """Return P(chi-square with `bands` degrees of freedom > x), in closed form.

    Finite sums replace the incomplete gamma function: as exact, and several times faster.

    Examples
    --------
    >>> float(chi2_sf(np.array([9.487729]), 4).round(6)[0])
    0.05
    """
    half = np.minimum(np.asarray(x, dtype=np.float64) / 2, 1e4)  # beyond, the tail is 0 and powers would overflow
    return _tail(half, bands)


def chi2_sf_single(x: NDArray[np.float32], bands: int) -> NDArray[np.float32]:
    """Return the tail in single precision: within 1e-5 of the true one in relative terms, exactly 0 below 1e-30.

    Ends at 0 on purpose: a tail cut off earlier lets gross outliers (clouds) leak into weighted means.

    Examples
    --------
    >>> chi2_sf_single(np.float32([9.487729, 400]), 4).round(5).tolist()
    [0.05000000074505806, 0.0]
    """
    half = x * np.float32(0.5)
    beyond = half >= _BEYOND
    np.minimum(half, np.float32(_BEYOND), out=half)
    tail: NDArray[np.float32] = _tail(half, bands)
    tail[beyond] = 0
    return tail


def _tail(half: NDArray[Any], bands: int) -> NDArray[Any]:
    """Return the tail for half the statistic, in its own precision."""
    odd = bands % 2
    total = np.full_like(half, _coefficient(bands // 2 - 1, odd) if bands > 1 else 0.0)
    for k in range(bands // 2 - 2, -1, -1):
        total *= half
        total += _coefficient(k, odd)
    if odd:
        root = np.sqrt(half)
        total *= root
    total *= np.exp(-half)
    if odd:
        total += special.erfc(root)
    return total


def _coefficient(k: int, odd: int) -> float:
    return 1 / math.gamma(k + 1.5) if odd else 1 / math.factorial(k)


@lru_cache(maxsize=32)
def consistency_factor(bands: int, inside: float = 1.0) -> float:
    """Return the factor c by which an iterated statistic T must be multiplied to be chi-square under no change.

    The weights S(inside T), with S(x) = P(chi2_N > x), shrink the weighted no-change variance by c, so that
    T = U / c with U the true chi-square; c solves c = E[U S(inside U / c)] / (N E[S(inside U / c)]).

    Parameters
    ----------
    bands : int
        N, at least 3.
    inside : float
        Factor inside the loop: 1 for the textbook's weights, whose c is the c_N of the literature note.

    Raises
    ------
    BandError
        If N < 3: with the textbook's weights no positive solution exists and the iteration collapses.

    Examples
    --------
    >>> round(consistency_factor(4), 6), round(consistency_factor(10), 6)
    (0.302776, 0.573866)
    """
    from scipy.integrate import quad  # half a second to import, and one pass over the pixels does without
    from scipy.optimize import brentq

    if bands < 3:
        msg = f"bands={bands!r}: IR-MAD needs at least 3 bands, re-weighting collapses below; give more bands"
        raise BandError(msg)
    scale = math.lgamma(bands / 2) + bands / 2 * math.log(2)

    def weighted(u: float, c: float) -> float:
        density = math.exp((bands / 2 - 1) * math.log(u) - u / 2 - scale) if u > 0 else 0.0
        return float(special.chdtrc(bands, inside * u / c)) * density

    def excess(c: float) -> float:
        top = quad(lambda u: u * weighted(u, c), 0, np.inf)[0]
        bottom = quad(lambda u: weighted(u, c), 0, np.inf)[0]
        return float(top / (bands * bottom) - c)

    return float(brentq(excess, 0.001, 1, xtol=1e-12))
