"""Several looks, one ratio: what silence at all of them is worth, with the dependence between them stated."""

import math
from collections.abc import Sequence
from enum import StrEnum

from osint_imagery.core.errors import InputError
from osint_imagery.core.estimate import Estimate
from osint_imagery.evidence.assessment import LikelihoodRatio

__all__ = ["Dependence", "combine", "silent_throughout"]


class Dependence(StrEnum):
    """How the outcomes of several looks hang together; never assumed in silence."""

    INDEPENDENT = "independent"  # other dates, other noise: what hid the target once need not hide it again
    SHARED = "shared"  # the same thing hides it every time (contrast, cover): further looks add nothing
    UNKNOWN = "unknown"  # nobody knows: only bounds that hold for both


_TOLD = {
    Dependence.INDEPENDENT: "misses taken as independent from look to look",
    Dependence.SHARED: "misses taken as shared by all looks, so that further looks add nothing",
    Dependence.UNKNOWN: "how misses hang together is not known: bounds from shared to independent",
}


def silent_throughout(met: Sequence[float], pod: Estimate, dependence: Dependence) -> Estimate:
    """Return LR- of "looked every time and never seen", for a stay that meets some of the looks.

    Parameters
    ----------
    met : sequence of float
        Probability that the stay meets 0, 1, 2 ... looks, from :func:`osint_imagery.observe.stay.looks_met`.
    pod : Estimate
        Probability of detection at a look that meets the target.
    dependence : Dependence
        How misses at different looks hang together.

    Returns
    -------
    Estimate
        Ratio P(silence at all looks if the thing came) / P(the same if not); the value is NaN where the dependence
        is not known.

    Raises
    ------
    InputError
        If `met` is no distribution, or `pod` is not a probability.

    Notes
    -----
    The looks are those of the actual list, so they happen under both propositions and a false alarm is as probable
    either way at the looks outside the stay: with independent misses LR- = E[(1 - POD)^K], K the number of looks met.
    With shared misses LR- = 1 - P(K > 0) POD. The true value lies between the two where misses are never more alike
    than shared nor less than independent.

    Examples
    --------
    >>> pod = Estimate(value=0.9, low=0.8, high=0.95, level=0.95, unit="probability", method="example")
    >>> print(silent_throughout((0.1, 0.4, 0.5), pod, Dependence.INDEPENDENT))
    0.145 (95% interval 0.121 to 0.2)
    >>> print(silent_throughout((0.1, 0.4, 0.5), pod, Dependence.UNKNOWN))
    (95% interval 0.121 to 0.28)
    """
    if not met or min(met) < -1e-9 or not math.isclose(sum(met), 1, abs_tol=1e-6):
        msg = f"met={tuple(met)!r} is no distribution over 0, 1, 2 ... looks; pass looks_met(...)"
        raise InputError(msg)
    if not (pod.low >= 0 and pod.high <= 1):
        msg = f"pod={pod} is not a probability; give an estimate within 0 to 1"
        raise InputError(msg)
    alone = dependence is not Dependence.INDEPENDENT
    least = _shared if dependence is Dependence.SHARED else _independent
    most = _shared if alone else _independent
    low = least(met, pod.high)
    high = max(low, most(met, pod.low))  # with at most one look both are the same, but for rounding
    unknown = dependence is Dependence.UNKNOWN or math.isnan(pod.value)
    return Estimate(
        value=math.nan if unknown else min(max(least(met, pod.value), low), high),
        low=low,
        high=high,
        level=pod.level,
        unit="ratio",
        method=f"silence at all looks of the actual list; {_TOLD[dependence]}",
    )


def _independent(met: Sequence[float], pod: float) -> float:
    return min(1.0, sum(chance * (1 - pod) ** count for count, chance in enumerate(met)))


def _shared(met: Sequence[float], pod: float) -> float:
    return min(1.0, max(0.0, met[0] + (1 - met[0]) * (1 - pod)))


def combine(ratios: Sequence[LikelihoodRatio], *, seen: Sequence[bool], dependence: Dependence) -> Estimate:
    """Return one ratio for several comparisons of the **same** proposition, each of which saw it or did not.

    Parameters
    ----------
    ratios : sequence of LikelihoodRatio
        One a comparison, all at one proposition level.
    seen : sequence of bool
        Which comparisons reported the target.
    dependence : Dependence
        How the comparisons hang together: images and quiet pairs that they share make them dependent.

    Returns
    -------
    Estimate
        Its value is NaN where the dependence is not known.

    Raises
    ------
    InputError
        If lengths or levels differ, nothing is given, or a ratio that is needed was not computed.

    Notes
    -----
    Independent: ends and values are multiplied, but never above the largest single cap, for joint false alarms were
    not counted on any quiet pair. Shared: the single ratio nearest to 1 on each side stands for all (comparisons that
    contradict each other cannot be one experiment: 1 lies in the interval). Unknown: the bounds of both.
    Ratios of **different** predictions are never combined here.
    """
    if not ratios or len(ratios) != len(seen) or len({item.level for item in ratios}) != 1:
        msg = f"{len(ratios)} ratios for {len(seen)} outcomes; give one of each a comparison, all at one level"
        raise InputError(msg)
    parts = [_part(ratio, saw=saw) for ratio, saw in zip(ratios, seen, strict=True)]
    if dependence is Dependence.INDEPENDENT:
        return _product(parts, _cap(ratios))
    if dependence is Dependence.SHARED:
        return _weakest(parts)
    one, other = _product(parts, _cap(ratios)), _weakest(parts)
    return Estimate(
        value=math.nan,
        low=min(one.low, other.low),
        high=max(one.high, other.high),
        level=one.level,
        unit="ratio",
        method="bounds: comparisons anything from one experiment to independent ones",
    )


def _part(ratio: LikelihoodRatio, *, saw: bool) -> Estimate:
    given = ratio.plus if saw else ratio.minus
    if given is None or math.isnan(given.value):
        msg = (
            f"ratio={ratio!r} has no {'LR+' if saw else 'LR-'} with a value ({ratio.reason}); leave the comparison out"
        )
        raise InputError(msg)
    return given


def _cap(ratios: Sequence[LikelihoodRatio]) -> float:
    return max((ratio.cap for ratio in ratios if ratio.cap is not None), default=math.inf)


def _product(parts: Sequence[Estimate], cap: float) -> Estimate:
    low, value, high = (min(math.prod(getattr(part, end) for part in parts), cap) for end in ("low", "value", "high"))
    missed = sum(1 - part.level for part in parts)  # any of the intervals may miss
    return Estimate(
        value=value,
        low=low,
        high=high,
        level=max(1 - missed, 0.5),
        unit="ratio",
        method=f"product of {len(parts)} comparisons taken as independent, not above {cap:.3g}",
    )


def _weakest(parts: Sequence[Estimate]) -> Estimate:
    """Return the one that says least; 1 with the whole range where the comparisons point both ways."""
    values, lows, highs = ([getattr(part, end) for part in parts] for end in ("value", "low", "high"))
    if min(values) < 1 < max(values):
        low, value, high = min(lows), 1.0, max(highs)
    elif min(values) >= 1:
        low, value, high = min(lows), min(values), min(highs)
    else:
        low, value, high = max(lows), max(values), max(highs)
    return Estimate(
        value=value,
        low=low,
        high=high,
        level=min(part.level for part in parts),
        unit="ratio",
        method=f"the weakest of {len(parts)} comparisons, taken as one experiment",
    )
