"""Probability of detection against size: the smallest target that is found reliably, with confidence."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit

from osint_imagery.core.errors import InputError, NotEnoughDataError
from osint_imagery.core.estimate import Estimate

__all__ = ["PodCurve", "fit_pod_curve"]

_LN9 = math.log(9.0)  # logit of 0.9
_ONE_SIDED_95 = 1.6448536269514722
_TWO_SIDED_95 = 1.959963984540054
_MOST_STEPS = 100
_FARTHEST = 20.0  # a confidence bound that is not reached within e^20 of a90 is never reached


@dataclass(frozen=True, slots=True, kw_only=True)
class PodCurve:
    """POD(a) = 1 / (1 + exp(-(b0 + b1 ln a))), fitted to found and missed targets.

    Parameters
    ----------
    intercept, slope : float
        b0 and b1.
    covariance : tuple of float
        Variance of b0, covariance, variance of b1.
    a50, a90 : float
        Sizes found with probability 0.5 and 0.9, in the unit of the sizes.
    a90_95 : float
        Size of which one may be 95 % confident that it is found with probability 0.9; infinite where the trials
        do not allow any such statement. Absence may be spoken of only for targets at least this large.
    trials : int
        Trials behind the fit.
    sizes : tuple of float
        Smallest and largest size tried: beyond them the curve is extrapolated.
    """

    intercept: float
    slope: float
    covariance: tuple[float, float, float]
    a50: float
    a90: float
    a90_95: float
    trials: int
    sizes: tuple[float, float]

    def interval(self, size: float) -> Estimate:
        """Return the probability of detection at a size > 0 with its 95 % interval from the covariance."""
        value, x = self.pod(size), math.log(size)
        c00, c01, c11 = self.covariance
        reach = _TWO_SIDED_95 * math.sqrt(max(c00 + 2 * x * c01 + x * x * c11, 0.0))
        low, high = (float(expit(self.intercept + self.slope * x + side * reach)) for side in (-1, 1))
        inside = self.sizes[0] <= size <= self.sizes[1]
        method = f"logistic curve of {self.trials} trials" + ("" if inside else ", extrapolated beyond the sizes tried")
        return Estimate(value=value, low=low, high=high, level=0.95, unit="probability", method=method)

    def size_for(self, probability: float) -> Estimate:
        """Return the size that is found with a probability in (0, 1), with its 95 % interval.

        The interval holds the sizes at which that probability lies within the band of the curve; its ends are 0 and
        infinite where the trials set none.
        """
        if not 0 < probability < 1:
            msg = f"probability={probability!r} is not in (0, 1); 0.5 and 0.9 are usual"
            raise InputError(msg)
        wanted = math.log(probability / (1 - probability))
        middle = (wanted - self.intercept) / self.slope
        ends = [self._reach(wanted, middle, side) for side in (-1, 1)]
        return Estimate(
            value=math.exp(middle),
            low=ends[0],
            high=ends[1],
            level=0.95,
            unit="unit of the sizes",
            method=f"size found with probability {probability:g}; {self.trials} trials, both bounds of the logit",
        )

    def _reach(self, wanted: float, middle: float, side: int) -> float:
        """Return the size below (-1) or above (1) the middle at which a bound of the logit reaches what is wanted."""
        c00, c01, c11 = self.covariance

        def left(x: float) -> float:
            spread = math.sqrt(max(c00 + 2 * x * c01 + x * x * c11, 0.0))
            return self.intercept + self.slope * x - side * _TWO_SIDED_95 * spread - wanted

        far = middle + side * _FARTHEST
        if side * left(far) <= 0:
            return math.inf if side > 0 else 0.0
        return math.exp(float(brentq(left, *sorted((middle, far)))))

    def pod(self, size: float) -> float:
        """Return the probability of detection at a size > 0."""
        if not size > 0:
            msg = f"size={size!r} is not a size; give > 0"
            raise InputError(msg)
        return float(expit(self.intercept + self.slope * math.log(size)))


def fit_pod_curve(sizes: Sequence[float], found: Sequence[bool], *, groups: Sequence[int] | None = None) -> PodCurve:
    """Fit the probability of detection to trials of different size.

    Parameters
    ----------
    sizes : sequence of float
        Size of each target, > 0, any unit.
    found : sequence of bool
        Whether each was found.
    groups : sequence of int, optional
        Which trials hang together (one pair of dates, one weather). Widens the bound where they do; never narrows it.

    Returns
    -------
    PodCurve

    Raises
    ------
    InputError
        If lengths differ or a size is not positive.
    NotEnoughDataError
        If all or none were found, if one size parts the found from the missed without overlap (the slope then has
        no largest value that fits), or if larger targets are not found more often.

    Notes
    -----
    Maximum likelihood; ``a90_95`` is the larger of two bounds: on the logit from the Fisher information, in the
    manner of MIL-HDBK-1823A, and, with groups, the same with the covariance that allows for trials that hang together
    (sandwich form). With few trials either is optimistic.

    Examples
    --------
    >>> rng = np.random.default_rng(42)
    >>> a = rng.uniform(2, 40, 200)
    >>> hit = rng.random(200) < 1 / (1 + np.exp(-(np.log(a) - np.log(12)) / 0.25))
    >>> curve = fit_pod_curve(a, hit)
    >>> round(curve.a90, 3), round(curve.a90_95, 3)
    (20.652, 24.202)
    """
    size, hit = np.asarray(sizes, dtype=float), np.asarray(found, dtype=float)
    if size.ndim != 1 or size.shape != hit.shape or not (np.isfinite(size) & (size > 0)).all():
        msg = f"sizes has shape {size.shape}, found {hit.shape}; give one positive size and one result a trial"
        raise InputError(msg)
    x = np.log(size)
    _check_overlap(x, hit)
    (b0, b1), covariance = _newton(x, hit)
    left = hit - expit(b0 + b1 * x)
    together = covariance if groups is None else _by_group(x, left, covariance, groups)
    if b1 <= 0:
        msg = f"slope={b1:.3g}: larger targets were not found more often; the trials show no curve, try more sizes"
        raise NotEnoughDataError(msg)
    x90 = (_LN9 - b0) / b1
    bounds = [(_confident(x90, b0, b1, each), each) for each in (covariance, together)]
    bound, covariance = max(bounds, key=lambda item: item[0])
    return PodCurve(
        intercept=float(b0),
        slope=float(b1),
        covariance=(float(covariance[0, 0]), float(covariance[0, 1]), float(covariance[1, 1])),
        a50=math.exp(-b0 / b1),
        a90=math.exp(x90),
        a90_95=bound,
        trials=len(x),
        sizes=(float(size.min()), float(size.max())),
    )


def _check_overlap(x: NDArray[np.float64], hit: NDArray[np.float64]) -> None:
    hits, misses = x[hit > 0], x[hit == 0]
    if not len(hits) or not len(misses):
        msg = f"found={len(hits)} of {len(x)} trials; both found and missed targets are needed, try other sizes"
        raise NotEnoughDataError(msg)
    if hits.min() >= misses.max() or misses.min() >= hits.max():
        msg = "found and missed targets do not overlap in size: the slope cannot be fitted; try sizes in between"
        raise NotEnoughDataError(msg)


def _newton(x: NDArray[np.float64], hit: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the coefficients and their covariance."""
    middle = float(x.mean())  # centered, so that the steps are well scaled
    design = np.column_stack([np.ones_like(x), x - middle])
    beta = np.zeros(2)
    for _ in range(_MOST_STEPS):
        chance = expit(design @ beta)
        information = design.T @ (design * (chance * (1 - chance))[:, None])
        step = np.linalg.solve(information, design.T @ (hit - chance))
        beta += step / max(1.0, float(np.abs(step).max()) / 5)
        if np.abs(step).max() < 1e-12:
            break
    shift = np.array([[1.0, -middle], [0.0, 1.0]])
    return shift @ beta, np.asarray(shift @ np.linalg.inv(information) @ shift.T)


def _by_group(
    x: NDArray[np.float64],
    left: NDArray[np.float64],
    covariance: NDArray[np.float64],
    groups: Sequence[int],
) -> NDArray[np.float64]:
    """Return the covariance that allows for trials of one group to fail together, from what the fit left."""
    member = np.asarray(groups)
    if member.shape != x.shape:
        msg = f"groups has shape {member.shape}, sizes {x.shape}; give one group a trial"
        raise InputError(msg)
    names = np.unique(member)
    if len(names) < 2:
        return covariance
    scores = left[:, None] * np.column_stack([np.ones_like(x), x])
    sums = np.array([scores[member == name].sum(axis=0) for name in names])
    return np.asarray(covariance @ (sums.T @ sums) @ covariance * len(names) / (len(names) - 1))


def _confident(x90: float, b0: float, b1: float, covariance: NDArray[np.float64]) -> float:
    """Return the size at which the lower bound of the logit reaches ln 9."""

    def short(x: float) -> float:
        spread = covariance[0, 0] + 2 * x * covariance[0, 1] + x * x * covariance[1, 1]
        return float(b0 + b1 * x - _ONE_SIDED_95 * math.sqrt(max(spread, 0.0)) - _LN9)

    if short(x90 + _FARTHEST) <= 0:
        return math.inf
    return math.exp(brentq(short, x90, x90 + _FARTHEST))
