"""Local false-discovery rate: how a scene's unchanged majority tells what a score is worth, without labels."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, optimize, special

from osint_imagery.core.errors import NotEnoughDataError

__all__ = ["LEAST_SCORES", "LocalFdr", "fit_lfdr"]

_CORE = 0.6  # share of the scores, around their median, that the null mode is fitted to
_BINS = 400
_SMOOTH_BINS = 3.0
LEAST_SCORES = 1000
_MOST_CHANGED = 0.4  # beyond, the axes follow the change and no majority is left to compare with
# Of the null's own mass: scores that are missing below its middle, or more of them than it says. The logarithm of a
# chi-square leans to the low side (up to 0.10 for three degrees), which does no harm above.
_MOST_MISSING, _MOST_SURPLUS = 0.06, 0.1
_MOST_UNEVEN = 0.3  # spreads of the null mode by which the middle of a part of the scene may lie off
_LEAST_PART = 250
_MIDDLE_REACH, _SPREAD_REACH = 0.5, (0.5, 1.5)  # how far from the middle scores' own the null mode may be

Float = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LocalFdr:
    """The probability of change as a rising function of a score.

    Parameters
    ----------
    score : ndarray, (bin,)
        Centers of the bins, ascending.
    probability : ndarray, (bin,)
        One minus the local false-discovery rate, never falling.
    unchanged : float
        Share of the scores that the null mode takes.
    middle, spread : float
        Of the null mode.
    withheld : str
        Why the curve must not be used; empty where it may.
    """

    score: Float
    probability: Float
    unchanged: float
    middle: float
    spread: float
    withheld: str = ""

    def __call__(self, score: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return the probability of change; NaN where the score is NaN."""
        found: NDArray[np.float32] = np.interp(score, self.score, self.probability).astype(np.float32)
        return found

    def __repr__(self) -> str:
        state = f"withheld: {self.withheld}" if self.withheld else f"{1 - self.unchanged:.1%} changed"
        return f"LocalFdr(null {self.middle:.2f} +- {self.spread:.2f}; {state})"


def fit_lfdr(parts: Sequence[NDArray[np.floating]]) -> LocalFdr:
    """Fit the null mode of a score and what lies above it.

    Parameters
    ----------
    parts : sequence of ndarray
        The scores of parts of the scene, changed ground included: logarithms of a strength, so that what did not change
        is about normal; finite. With two parts or more it is tested that they share one null mode.

    Returns
    -------
    LocalFdr
        With ``withheld`` saying why, where the scores do not support a probability.

    Raises
    ------
    NotEnoughDataError
        With fewer than 1000 scores, or scores that are all the same.

    Notes
    -----
    The null mode is a normal curve fitted to the middle 60 % of the scores as a truncated sample; the scores' density
    over its own, times its share, is the probability of no change. It means "something changed between the dates": on a
    city that is several times the ground on which something was built. It is withheld where the null mode is not that
    of a majority, where the scores below it, among which nothing changed, are not spread as it says, and where
    the parts of the scene do not agree where it lies: mixed ground has no common "usual". The limits were
    set with one labelled scene and 35 pairs of quiet dates of a mountain forest in view.

    References
    ----------
    .. [1] Efron, B. (2004). Large-scale simultaneous hypothesis testing: the choice of a null hypothesis. JASA 99(465),
       96-104. https://doi.org/10.1198/016214504000000089

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> curve = fit_lfdr([np.concatenate([rng.normal(size=90_000), rng.normal(5, 1, size=10_000)])])
    >>> curve
    LocalFdr(null 0.00 +- 1.01; 9.5% changed)
    >>> curve(np.array([0.0, 2.5, 5.0])).round(1)
    array([0. , 0.1, 1. ], dtype=float32)
    """
    x = np.concatenate([np.asarray(part, dtype=np.float64).ravel() for part in parts])
    if x.size < LEAST_SCORES or not np.ptp(x) > 0:
        msg = (
            f"{x.size} scores of {'one' if x.size else 'no'} level; need {LEAST_SCORES} that vary: use a larger window"
        )
        raise NotEnoughDataError(msg)
    middle, spread = _null_mode(x)
    low, high = np.quantile(x, 1e-4), x.max()  # a few dead pixels must not stretch the bins
    counts, edges = np.histogram(np.clip(x, low, high), _BINS, (low, high))
    width = edges[1] - edges[0]
    centers = (edges[1:] + edges[:-1]) / 2
    density = ndimage.gaussian_filter1d(counts / (x.size * width), _SMOOTH_BINS)
    null = np.exp(-0.5 * np.square((centers - middle) / spread)) / (spread * math.sqrt(2 * math.pi))
    core = np.abs(centers - middle) < spread
    unchanged = min(1.0, float((density[core] / null[core]).mean())) if core.any() else 1.0
    rate = np.clip(unchanged * null / np.maximum(density, 1e-300), 0, 1)
    rate[centers < middle] = 1
    return LocalFdr(
        score=centers,
        probability=1 - np.minimum.accumulate(rate),
        unchanged=unchanged,
        middle=middle,
        spread=spread,
        withheld=_doubt(x, middle, spread, unchanged) or _uneven(parts, x, spread),
    )


def _null_mode(x: Float) -> tuple[float, float]:
    """Return middle and spread of a normal curve cut off on both sides, by maximum likelihood."""
    median = float(np.median(x))
    reach = float(np.quantile(np.abs(x - median), _CORE))
    low, high = median - reach, median + reach
    inside = x[(x >= low) & (x <= high)]
    first, second = float(inside.mean()), float(np.square(inside).mean())
    start = max(reach / special.ndtri(0.5 + _CORE / 2), 1e-12)

    def loss(at: NDArray[np.float64]) -> float:
        middle, spread = median + at[0] * start, start * math.exp(at[1])
        held = special.ndtr((high - middle) / spread) - special.ndtr((low - middle) / spread)
        squared = (second - 2 * middle * first + middle**2) / spread**2
        return float(squared / 2 + math.log(spread) + math.log(max(held, 1e-300)))

    bounds = ((-_MIDDLE_REACH, _MIDDLE_REACH), tuple(math.log(reach) for reach in _SPREAD_REACH))
    options = {"xatol": 1e-6, "fatol": 1e-12}
    best = optimize.minimize(loss, np.zeros(2), method="Nelder-Mead", bounds=bounds, options=options)
    return median + float(best.x[0]) * start, start * math.exp(float(best.x[1]))


def _doubt(x: Float, middle: float, spread: float, unchanged: float) -> str:
    """Return why the null mode cannot be trusted, empty where it can."""
    if 1 - unchanged > _MOST_CHANGED:
        return f"{1 - unchanged:.0%} of the ground differs from the scene's main mode: no majority stayed as it was"
    grid = middle + spread * np.linspace(-3, 0, 61)
    expected = unchanged * special.ndtr((grid - middle) / spread)
    seen = np.searchsorted(np.sort(x), grid, side="right") / x.size
    misfit = (seen - expected) / unchanged
    if -misfit.min() > _MOST_MISSING or misfit.max() > _MOST_SURPLUS:
        worst = misfit[np.abs(misfit).argmax()]
        return f"no null mode: below its middle the scores differ from it by {worst:+.0%} of its mass"
    return ""


def _uneven(parts: Sequence[NDArray[np.floating]], x: Float, spread: float) -> str:
    """Return why the parts of the scene do not share one null mode, empty where they do."""
    whole = float(np.median(x))
    off = [abs(float(np.median(part)) - whole) / spread for part in parts if part.size >= _LEAST_PART]
    if off and max(off) > _MOST_UNEVEN:
        return f"uneven ground: a part of the scene has its middle {max(off):.1f} spreads off, there is no common usual"
    return ""
