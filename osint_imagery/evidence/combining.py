"""Several looks, one ratio: what silence at all of them is worth, with the dependence between them stated.

Looks share a detector, a place and the counts behind its rates, so no number of them is worth more than those counts
carry. Misses of several looks together were never counted: n insertions without a single one leave 1 - .05^(1/n),
about 3 / n, possible (one-sided 95 %), for a target that hides every time, being not as claimed, would not have shown
among them. That is the floor of every combined LR-, as the cap of the quiet pairs is the ceiling of every LR+.
"""

import math
from collections.abc import Sequence
from enum import StrEnum

from osint_imagery.core.errors import InputError
from osint_imagery.core.estimate import Estimate
from osint_imagery.evidence.assessment import LikelihoodRatio, least_minus

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
        If `met` is no distribution, or `pod` is not a counted share: then no count limits what silence is worth.

    Notes
    -----
    The looks are those of the actual list, so they happen under both propositions and a false alarm is as probable
    either way at the looks outside the stay: with independent misses LR- = E[max((1 - POD)^K, floor)], K the number of
    looks met, the floor 1 - .05^(1/n) of n insertions for K > 0. With shared misses LR- = 1 - P(K > 0) POD, with the
    same floor. The true value lies between the two where misses are never more alike than shared nor less than
    independent; the uncertainty of POD is common to all looks and is never averaged away.

    Examples
    --------
    >>> from osint_imagery.core.estimate import proportion
    >>> print(silent_throughout((0.1, 0.4, 0.5), proportion(36, 40), Dependence.INDEPENDENT))
    0.18 (95% interval 0.16 to 0.23)
    >>> print(silent_throughout((0.1, 0.4, 0.5), proportion(36, 40), Dependence.UNKNOWN))
    (95% interval 0.16 to 0.31)
    >>> thirty = (0.0,) * 30 + (1.0,)  # thirty looks met, silent every one
    >>> print(silent_throughout(thirty, proportion(36, 40), Dependence.INDEPENDENT))
    0.072 (95% interval 0.072 to 0.072)
    """
    if not met or min(met) < -1e-9 or not math.isclose(sum(met), 1, abs_tol=1e-6):
        msg = f"met={tuple(met)!r} is no distribution over 0, 1, 2 ... looks; pass looks_met(...)"
        raise InputError(msg)
    if pod.counts is None:
        msg = f"pod={pod} was not counted; pass the pod of power(...), or proportion(found, tried)"
        raise InputError(msg)
    floor = least_minus(pod.counts[1])
    alone = dependence is not Dependence.INDEPENDENT
    least = _shared if dependence is Dependence.SHARED else _independent
    most = _shared if alone else _independent
    low = least(met, pod.high, floor)
    high = max(low, most(met, pod.low, floor))  # with at most one look both are the same, but for rounding
    return Estimate(
        value=math.nan if dependence is Dependence.UNKNOWN else min(max(least(met, pod.value, floor), low), high),
        low=low,
        high=high,
        level=pod.level,
        unit="ratio",
        method=f"silence at all looks of the actual list; {_TOLD[dependence]}; not below {floor:.3g} at looks met",
    )


def _independent(met: Sequence[float], pod: float, floor: float) -> float:
    silent = (chance * max((1 - pod) ** count, floor) for count, chance in enumerate(met))
    return min(1.0, sum(silent))


def _shared(met: Sequence[float], pod: float, floor: float) -> float:
    return min(1.0, met[0] + (1 - met[0]) * max(1 - pod, floor))


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
        If lengths or levels differ, nothing is given, or a ratio that is needed was not computed or has no limit.

    Notes
    -----
    Independent: ends and values are multiplied, sightings to the largest single cap at most, for joint false alarms
    were not counted on any quiet pair, silences to the lowest single floor at least, for joint misses were not counted
    among any insertions. Shared: the single ratio nearest to 1 on each side stands for all (comparisons that
    contradict each other cannot be one experiment: 1 lies in the interval). Unknown: the bounds of both.
    Ratios of **different** predictions are never combined here.
    """
    if not ratios or len(ratios) != len(seen) or len({item.level for item in ratios}) != 1:
        msg = f"{len(ratios)} ratios for {len(seen)} outcomes; give one of each a comparison, all at one level"
        raise InputError(msg)
    parts = [_part(ratio, saw=saw) for ratio, saw in zip(ratios, seen, strict=True)]
    if dependence is Dependence.INDEPENDENT:
        return _product(parts, ratios, seen)
    if dependence is Dependence.SHARED:
        return _weakest(parts)
    one, other = _product(parts, ratios, seen), _weakest(parts)
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


def _product(parts: Sequence[Estimate], ratios: Sequence[LikelihoodRatio], seen: Sequence[bool]) -> Estimate:
    """Return the product, sightings and silences each within what the counts behind them carry."""
    cap = max((ratio.cap for ratio, saw in zip(ratios, seen, strict=True) if saw and ratio.cap), default=math.inf)
    floors = [ratio.floor for ratio, saw in zip(ratios, seen, strict=True) if not saw]
    if len(floors) > 1 and None in floors:
        msg = (
            "ratios: POD of a silent comparison was not counted, so nothing limits the product; use counted insertions"
        )
        raise InputError(msg)
    floor = min((given for given in floors if given is not None), default=0.0)
    ends = []
    for end in ("low", "value", "high"):
        found = math.prod(getattr(part, end) for part, saw in zip(parts, seen, strict=True) if saw)
        silent = math.prod(getattr(part, end) for part, saw in zip(parts, seen, strict=True) if not saw)
        ends.append(min(found, cap) * max(silent, floor))
    missed = sum(1 - part.level for part in parts)  # any of the intervals may miss
    return Estimate(
        value=ends[1],
        low=ends[0],
        high=ends[2],
        level=max(1 - missed, 0.5),
        unit="ratio",
        method=f"product of {len(parts)} comparisons taken as independent, within {floor:.3g} to {cap:.3g}",
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
