"""Whether a pair is of the kind on which the probability of man-made change was calibrated: told by the pair itself."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from osint_imagery.change.evidence_planes import ScenePlanes
from osint_imagery.change.manmade_constants import (
    LEAST_AGREEMENT,
    LEAST_PATCHINESS,
    LEAST_SIZE,
    MOST_GREENNESS,
)
from osint_imagery.change.standard import trials
from osint_imagery.core.bands import VISIBLE
from osint_imagery.core.pair import Pair

__all__ = ["Traits", "out_of_domain", "traits_of"]

_WINDOWS = 16  # of many sample windows: a million pixels
_LEAST_LAND = 1000
_LEAST_DAYS, _MOST_DAYS = 365, 3 * 366  # between the dates; the labelled pairs lie 670 to 922 days apart
_LOW_GREEN = 5.0  # percent

Float = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What tells ground seen twice years apart from one image with noise, or moved, and a town from a forest.

    Parameters
    ----------
    patchiness : float
        Share of the unexplained difference of a pixel that smoothing (1.5 px) leaves: .19 for noise that reaches from
        no pixel to the next, near 1 where all ground differs in wide patches. NaN with less than 1000 pixels of land.
    agreement : float
        Correlation of the unexplained difference between the visible bands: about 0 for the noise of an instrument.
    size : float
        Median of the smoothed unexplained difference, in standard deviations of the scene; NaN as above.
    greenness : float
        Vegetation index that all ground but the least green twentieth exceeds on both dates.
    days : float or None
        Between the dates, None where one is not known.
    """

    patchiness: float
    agreement: float
    size: float
    greenness: float
    days: float | None


def traits_of(planes: ScenePlanes, windows: Sequence[Pair]) -> Traits:
    """Return the traits of a pair, from its windows and the statistics that were fitted on them."""
    tried = trials(windows)
    found = [planes.leftover(pair) for pair in tried[:: max(1, len(tried) // _WINDOWS)]]
    land = sum(int(left.land.sum()) for left in found)
    green = np.concatenate([left.greenness[left.usable] for left in found])
    enough = land >= _LEAST_LAND
    smoothed = _middle([left.smoothed[:, :, left.land] for left in found]) if enough else math.nan
    plain = _middle([left.plain[:, :, left.land] for left in found]) if enough else math.nan
    return Traits(
        patchiness=smoothed / plain,
        agreement=float(np.mean([_agreement(fit.spread) for fit in planes.both_ways])),
        size=smoothed,
        greenness=float(np.percentile(green, _LOW_GREEN)),
        days=_days(windows[0]),
    )


def out_of_domain(traits: Traits) -> str:
    """Return why a pair is not of the kind that was calibrated on; empty where it is.

    Examples
    --------
    >>> out_of_domain(Traits(patchiness=0.6, agreement=0.9, size=0.12, greenness=0.1, days=700))
    ''
    >>> out_of_domain(Traits(patchiness=0.2, agreement=0.9, size=0.12, greenness=0.1, days=700))[:51]
    'the dates differ by what does not reach from pixel '
    """
    if not math.isfinite(traits.size):
        return f"fewer than {_LEAST_LAND} pixels of land tell whether these dates are like the labelled pairs"
    told = "; on labelled pairs it was at"
    reasons = (
        (
            traits.patchiness < LEAST_PATCHINESS,
            (
                "the dates differ by what does not reach from pixel to pixel, like noise on ground that did not change "
                f"(smoothing leaves {traits.patchiness:.2f} of it{told} least {LEAST_PATCHINESS:.2f})"
            ),
        ),
        (
            traits.agreement < LEAST_AGREEMENT,
            (
                f"the bands differ each by itself, like noise (correlation {traits.agreement:.2f}{told} least "
                f"{LEAST_AGREEMENT:.2f})"
            ),
        ),
        (
            traits.size < LEAST_SIZE,
            (
                f"the dates differ hardly at all: by {traits.size:.3f} of the scene's standard deviation{told} least "
                f"{LEAST_SIZE:.3f}"
            ),
        ),
        (
            traits.greenness > MOST_GREENNESS,
            (
                f"hardly any ground is not green (of all but the least green twentieth the vegetation index is above "
                f"{traits.greenness:.2f} on both dates{told} most {MOST_GREENNESS:.2f}): no town"
            ),
        ),
        (
            traits.days is not None and not _LEAST_DAYS <= traits.days <= _MOST_DAYS,
            (
                f"the dates lie {traits.days or 0:.0f} days apart; how much is built was learned on pairs 670 to 922 "
                "days apart, and holds for one to three years"
            ),
        ),
    )
    return next((reason for outside, reason in reasons if outside), "")


def _middle(parts: Sequence[NDArray[np.float32]]) -> float:
    """Return the median absolute value per direction and band, (direction, band, pixel) in, averaged."""
    joined = np.abs(np.concatenate(parts, axis=2))
    return float(np.median(joined, axis=2).mean())


def _agreement(spread: Float) -> float:
    visible = spread[: len(VISIBLE), : len(VISIBLE)]
    scale = np.sqrt(np.diag(visible))
    above = np.triu_indices(len(VISIBLE), 1)
    return float((visible / np.outer(scale, scale))[above].mean())


def _days(pair: Pair) -> float | None:
    before, after = pair.before.acquired, pair.after.acquired
    if before is None or after is None:
        return None
    return abs((after.middle - before.middle).total_seconds()) / 86_400
