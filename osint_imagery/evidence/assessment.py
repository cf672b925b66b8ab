"""How much the imagery favors one proposition over the other, both ways, with intervals."""

import math
from dataclasses import dataclass
from enum import StrEnum
from numbers import Integral

from osint_imagery.core.errors import InputError
from osint_imagery.core.estimate import Estimate, most_share
from osint_imagery.evidence.scales import support_words

__all__ = [
    "OBJECT_CHANGE",
    "LikelihoodRatio",
    "PropositionLevel",
    "false_alarm_bound",
    "least_minus",
    "likelihood_ratio",
    "ratio_minus",
    "ratio_plus",
]


class PropositionLevel(StrEnum):
    """What a proposition is about, lowest first; a ratio keeps the level at which it was computed.

    References
    ----------
    .. [1] Cook, Evett, Jackson, Jones, Lambert, Science & Justice 38(4), 1998, 231-239 (the hierarchy of
       propositions in forensic science, from which these four steps are taken over).
    """

    PIXEL_CHANGE = "pixel change"  # the pixels differ beyond noise
    OBJECT_CHANGE = "object change"  # an object of that size came, went or changed
    ACTIVITY = "activity"  # loading, building, moving
    CLAIM = "claim"  # what the claim makes of it


OBJECT_CHANGE = PropositionLevel.OBJECT_CHANGE
"""Level of every ratio here: whether an object of that size changed; never what the claim says it means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LikelihoodRatio:
    """What a detection, and what a look without a detection, would be worth.

    Parameters
    ----------
    plus : Estimate or None
        LR+ of "seen": P(seen if it changed) / P(seen if it did not); None where it cannot be computed.
    minus : Estimate or None
        LR- of "looked and not seen"; its value is NaN where only bounds can be given.
    cap : float or None
        Highest LR+ that so many quiet pairs can support; None without quiet pairs.
    floor : float or None
        Lowest LR- that so many insertions could support, had none been missed; None where none were counted.
    words_plus, words_minus : str
        ENFSI words, from the end of the interval that is nearer to 1.
    reason : str
        What the numbers rest on, or why one is missing.
    level : PropositionLevel
        At which it was computed; here always ``OBJECT_CHANGE``.
    """

    plus: Estimate | None
    minus: Estimate | None
    cap: float | None
    words_plus: str
    words_minus: str
    reason: str
    level: PropositionLevel = OBJECT_CHANGE
    floor: float | None = None

    def at(self, level: PropositionLevel) -> "LikelihoodRatio":
        """Return the ratio for a proposition of its own level, and refuse it for any other.

        Raises
        ------
        InputError
            If `level` is another: a ratio for "the object changed" says nothing about "the claim is true".
        """
        if level is not self.level:
            msg = (
                f"level={level.value!r}: this ratio was computed for {self.level.value!r}; going up takes stated "
                "assumptions and other evidence (write an inference), going down another measurement"
            )
            raise InputError(msg)
        return self

    @property
    def bears_on_absence(self) -> bool:
        """Whether "looked and not seen" may be said to count against the target: all of LR- below 0.5."""
        return self.minus is not None and self.minus.high < 0.5

    def __repr__(self) -> str:
        return f"LikelihoodRatio(LR+ {self.plus or 'not given'}; LR- {self.minus or 'not given'}; {self.level})"


def ratio_plus(pod: float, far: float) -> float:
    """Return LR+ = (POD + (1 - POD) FAR) / FAR; the probability of a look cancels.

    Examples
    --------
    >>> round(ratio_plus(0.97, 0.02), 1), ratio_plus(0.5, 0.0)
    (48.5, inf)
    """
    alarm = pod + (1 - pod) * far
    if far == 0:
        return math.inf if alarm > 0 else 1.0
    return alarm / far


def ratio_minus(p_look: float, pod: float, far: float) -> float:
    """Return LR- = (1 - P_look (POD + (1 - POD) FAR)) / (1 - P_look FAR).

    Computed as 1 - P_look POD (1 - FAR) / (1 - P_look FAR), which loses no digits. Where a look is certain
    and always alarms, nothing can be learned from it: 1.

    Examples
    --------
    >>> round(ratio_minus(0.2, 0.97, 0.02), 3)
    0.809
    """
    silent = 1 - p_look * far
    return 1 - p_look * pod * (1 - far) / silent if silent > 0 else 1.0


def false_alarm_bound(false_alarm: Estimate, quiet_pairs: int) -> float:
    """Return the one-sided upper 95 % bound of the false-alarm rate from counted quiet pairs.

    With 0 alarms of n this is 1 - 0.05^(1/n), about 3/n. Where the rate is not a share of the quiet
    pairs, the upper end of its own interval is used if that is higher.

    Raises
    ------
    InputError
        If there is no quiet pair.

    Examples
    --------
    >>> from osint_imagery.core.estimate import proportion
    >>> round(1 / false_alarm_bound(proportion(0, 30), 30), 1)
    10.5
    """
    if not isinstance(quiet_pairs, Integral) or quiet_pairs < 1:
        msg = f"quiet_pairs={quiet_pairs!r} is not a count >= 1; without quiet pairs no false-alarm rate is known"
        raise InputError(msg)
    alarms = math.ceil(false_alarm.value * quiet_pairs - 1e-9)
    exact = most_share(alarms, quiet_pairs)
    counted = math.isclose(alarms, false_alarm.value * quiet_pairs, abs_tol=1e-6)
    return exact if counted else max(exact, false_alarm.high)


def least_minus(insertions: int) -> float:
    """Return the lowest LR- that so many insertions can support: the one-sided 95 % bound of no miss in all of them.

    Raises
    ------
    InputError
        If there is no insertion.

    Examples
    --------
    >>> round(least_minus(40), 3)
    0.072
    """
    return most_share(0, insertions)


def likelihood_ratio(
    p_look: Estimate, pod: Estimate | None, false_alarm: Estimate | None, quiet_pairs: int
) -> LikelihoodRatio:
    """Return the likelihood ratios of "seen" and of "looked and not seen", at the level of object change.

    Parameters
    ----------
    p_look : Estimate
        Probability that a usable look met the target's stay.
    pod : Estimate or None
        Probability of detection where there was a look; None where it was not measured. The counts behind it, which
        :func:`~osint_imagery.core.estimate.proportion` carries along, limit how far LR- may fall.
    false_alarm : Estimate or None
        Probability of an alarm on quiet ground; None without quiet pairs.
    quiet_pairs : int
        Quiet pairs behind `false_alarm`.

    Returns
    -------
    LikelihoodRatio
        LR+ never above its cap, LR- never below its floor; missing numbers are None with the reason.

    Raises
    ------
    InputError
        If a probability lies outside 0 to 1, or `quiet_pairs` is not a count.

    Notes
    -----
    P(D|H1) = P_look (POD + (1 - POD) FAR), P(D|H0) = P_look FAR. Both ratios are monotone in each rate, so
    their intervals come from the corners of the rates' intervals.

    Neither ratio may be stronger than what was counted can carry. LR+ is capped by the one-sided 95 % bound of the
    false alarms. LR- rests on a POD of at most .05^(1/n): the one-sided 95 % bound where all of n insertions were
    found. It holds for every count found, so that finding one more never weakens the ratio. A value near such a limit
    stands at it: it is then a limit of what may be said, not an estimate. A POD without counts has no such limit.
    The ratio misleads if the quiet pairs are not like the pair under test (season, angle).

    Examples
    --------
    >>> from osint_imagery.core.estimate import proportion
    >>> sure = Estimate(value=1, low=1, high=1, level=1, unit="probability", method="a look on the day")
    >>> ratio = likelihood_ratio(sure, proportion(58, 60), proportion(0, 30), 30)
    >>> print(f"{ratio.plus.value:.1f} {ratio.words_plus}; {ratio.minus.high:.2f} {ratio.words_minus}")
    10.5 weak support for H1 over H0; 0.12 weak support for H0 over H1
    """
    for name, rate in (("p_look", p_look), ("pod", pod), ("false_alarm", false_alarm)):
        if rate is not None and not (rate.low >= 0 and rate.high <= 1):
            msg = f"{name}={rate} is not a probability; give an estimate within 0 to 1"
            raise InputError(msg)
    if not isinstance(quiet_pairs, Integral) or quiet_pairs < 0:
        msg = f"quiet_pairs={quiet_pairs!r} is not a count; give a whole number >= 0"
        raise InputError(msg)
    far = false_alarm if quiet_pairs >= 1 else None
    cap = 1 / false_alarm_bound(far, quiet_pairs) if far is not None else None
    plus = _plus(pod, far, cap) if pod is not None and far is not None and cap is not None else None
    minus = _minus(p_look, pod, far)
    return LikelihoodRatio(
        plus=plus,
        minus=minus,
        cap=cap,
        words_plus="not given" if plus is None else support_words(plus.low),
        words_minus=support_words(minus.high),
        reason=_reason(pod, far, cap, quiet_pairs),
        floor=least_minus(pod.counts[1]) if pod is not None and pod.counts is not None else None,
    )


def _plus(pod: Estimate, far: Estimate, cap: float) -> Estimate:
    value = min(ratio_plus(_middle(pod), _middle(far)), cap)
    return Estimate(
        value=value,
        low=min(ratio_plus(pod.low, far.high), value),
        high=max(min(ratio_plus(pod.high, far.low), cap), value),
        level=min(pod.level, far.level),
        unit="ratio",
        method=f"(POD + (1 - POD) FAR) / FAR, corners of both intervals, capped at {cap:.3g}",
    )


def _minus(p_look: Estimate, pod: Estimate | None, far: Estimate | None) -> Estimate:
    """Return LR-; without a rate, the bounds that hold whatever that rate is."""
    pod_low, pod_high = (pod.low, _most(pod)) if pod is not None else (0.0, 1.0)
    far_low, far_high = (far.low, far.high) if far is not None and pod is not None else (0.0, 1.0)
    low = ratio_minus(p_look.high, pod_high, far_low)
    high = max(ratio_minus(p_look.low, pod_low, far_high), low)
    value = math.nan
    if pod is not None and far is not None and not math.isnan(p_look.value):
        value = min(max(ratio_minus(p_look.value, min(_middle(pod), pod_high), _middle(far)), low), high)
    levels = [rate.level for rate in (p_look, pod, far) if rate is not None]
    return Estimate(
        value=value,
        low=low,
        high=high,
        level=min(levels),
        unit="ratio",
        method="(1 - P_look (POD + (1 - POD) FAR)) / (1 - P_look FAR), corners of the intervals",
    )


def _most(pod: Estimate) -> float:
    """Return the highest POD that an LR- may rest on: never above what insertions without a miss would support."""
    return pod.high if pod.counts is None else min(pod.high, 1 - least_minus(pod.counts[1]))


def _middle(rate: Estimate) -> float:
    return (rate.low + rate.high) / 2 if math.isnan(rate.value) else rate.value


def _reason(pod: Estimate | None, far: Estimate | None, cap: float | None, quiet_pairs: int) -> str:
    missing = []
    if pod is None:
        missing.append("the probability of detection was not measured")
    if far is None:
        missing.append("there are no quiet pairs, so how often nothing looks like something is unknown")
    if missing:
        return f"{' and '.join(missing)}; of LR- only the bounds are known"
    pairs = f"{quiet_pairs} quiet pair{'' if quiet_pairs == 1 else 's'}"
    return f"POD {pod}, false alarms {far} from {pairs}, which support an LR+ of at most {cap:.3g}"
