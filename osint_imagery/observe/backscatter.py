"""A target in radar pixels: steady or speckled, brighter or darker than its ground."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.optimize import brentq
from scipy.special import polygamma

from osint_imagery.core.errors import NotEnoughDataError
from osint_imagery.core.pair import Pair

__all__ = ["equivalent_looks", "is_power", "scattered"]

_AROUND_PX = 15  # ground whose mean a darker target is measured against
_FEWEST, _MOST = 0.5, 500.0  # equivalent looks outside this are not speckle
_LEAST_PIXELS = 100
_NORMAL_MAD = 1.4826


def is_power(unit: str) -> bool:
    """Return whether pixels are radar power, to which speckle belongs.

    Examples
    --------
    >>> is_power("gamma0 (linear power)"), is_power("reflectance")
    (True, False)
    """
    return "linear power" in unit


def equivalent_looks(pair: Pair) -> float:
    """Return the equivalent number of looks from the spread of the log-ratio between two dates.

    Parameters
    ----------
    pair : Pair
        Radar power; the smallest spread among the bands counts.

    Raises
    ------
    NotEnoughDataError
        If fewer than 100 pixels are positive on both dates.

    Notes
    -----
    Var(ln I2 - ln I1) = 2 psi1(L) on unchanged ground; the spread is taken robustly. Ground that changes by itself
    makes it too small, and the inserted target's speckle then too strong: the power comes out low, not high. At a
    single look the log-ratio has longer tails than a normal one and the figure comes out up to a fifth too large.
    """
    spreads = []
    for one, other in zip(pair.before.values, pair.after.values, strict=True):
        usable = pair.valid & (one > 0) & (other > 0)
        if usable.sum() >= _LEAST_PIXELS:
            ratio = np.log(other[usable] / one[usable])
            spreads.append(_NORMAL_MAD * float(np.median(np.abs(ratio - np.median(ratio)))))
    if not spreads:
        msg = f"pair has fewer than {_LEAST_PIXELS} positive pixels on both dates; speckle cannot be measured"
        raise NotEnoughDataError(msg)
    half = min(spreads) ** 2 / 2

    def excess(looks: float) -> float:
        return float(polygamma(1, looks)) - half

    if excess(_FEWEST) <= 0:
        return _FEWEST
    return _MOST if excess(_MOST) >= 0 else float(brentq(excess, _FEWEST, _MOST))


def scattered(
    values: NDArray[np.float32],
    seen: NDArray[np.float64],
    step: NDArray[np.float64],
    *,
    looks: float | None,
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    """Return the power with a target in it.

    Parameters
    ----------
    values : ndarray of float32, (band, y, x)
        Power of the ground, linear.
    seen : ndarray of float64, (y, x)
        How much of the target each pixel sees, 0 to 1.
    step : ndarray of float64, (band,)
        Mean power of the target minus that of the ground.
    looks : float or None
        Equivalent looks of the target's own speckle; None for a steady reflection.
    rng : numpy.random.Generator
        Source of the speckle.
    """
    result = values.astype(np.float64)
    for band, difference in enumerate(step):
        if difference > 0:
            speckle = np.ones(seen.shape) if looks is None else rng.gamma(looks, 1 / looks, seen.shape)
            result[band] += difference * seen * speckle
        elif difference < 0:
            result[band] *= np.clip(1 + difference * seen / _mean_around(values[band]), 0, None)
    return result.astype(np.float32)


def _mean_around(power: NDArray[np.float32]) -> NDArray[np.float64]:
    known = np.isfinite(power)
    weight = ndimage.uniform_filter(known.astype(np.float64), _AROUND_PX)
    mean = ndimage.uniform_filter(np.where(known, power, 0).astype(np.float64), _AROUND_PX)
    return np.asarray(np.maximum(mean / np.maximum(weight, 1e-9), 1e-12))
