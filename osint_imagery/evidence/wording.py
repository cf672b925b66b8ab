"""English sentences from a finding; words that overclaim are refused."""

import math
from collections.abc import Sequence

from osint_imagery.change.detections import Verdict
from osint_imagery.core.claim import DetectionLevel, Prediction
from osint_imagery.core.errors import InputError
from osint_imagery.core.estimate import Estimate, area_words, ratio_words
from osint_imagery.core.naming import with_article
from osint_imagery.core.texts import TEMPLATES
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.evidence.assessment import OBJECT_CHANGE, PropositionLevel
from osint_imagery.evidence.decision import NEGLIGIBLE, Answer
from osint_imagery.evidence.finding import Finding
from osint_imagery.evidence.scales import support_words
from osint_imagery.observe.coverage import LookState
from osint_imagery.observe.resolution import AllowedLevel

__all__ = [
    "absence_sentence",
    "answer_sentence",
    "bracket_sentence",
    "level_sentence",
    "looks_sentence",
    "ratio_sentence",
    "unseen_sentence",
    "worth_sentence",
]

_VERBS = {"appears": "appeared", "disappears": "disappeared", "changes": "changed"}


def answer_sentence(finding: Finding) -> str:
    """Return the answer to one prediction, in words.

    Parameters
    ----------
    finding : Finding
        The finding.
    """
    text = (
        TEMPLATES[finding.answer].format(reason=finding.reason.rstrip("."), bracket=bracket_sentence(finding)).strip()
    )
    return f"{text} {_allowed(finding)}" if finding.answer is Answer.SEEN else text


def _allowed(finding: Finding) -> str:
    """Return the most that the pixels allow to be told of what was seen, whatever less the claim asks for."""
    ceiling = finding.resolution.level or DetectionLevel.DETECTION  # where it was seen, that much was told
    target = finding.prediction.target
    return level_sentence(AllowedLevel(target=target, gsd_m=finding.resolution.gsd_m, level=ceiling))


def bracket_sentence(finding: Finding) -> str:
    """Return between which two acquisitions the change lies, UTC, never more exact than known; empty without one."""
    if finding.bracket is None:
        return ""
    first, last = finding.bracket
    sentence = TEMPLATES[finding.prediction.change.value].format(first=first.label, last=last.label)
    between = [
        look for look in finding.coverage.clear if first.end < look.acquired.start and look.acquired.end < last.start
    ]
    if not between:
        return sentence
    named = [f"{look.scene_id} on {look.acquired.label}" for look in dict.fromkeys((between[0], between[-1]))]
    if len(between) == 1:
        return f"{sentence} {TEMPLATES['one between'].format(look=named[0])}"
    return f"{sentence} {TEMPLATES['between'].format(count=len(between), first=named[0], last=named[1])}"


def absence_sentence(finding: Finding, place: str = "") -> str:
    """Return the sentence "there is no evidence of ...", where it may be said.

    Parameters
    ----------
    finding : Finding
        With answer "looked and not seen".
    place : str
        Name of the place; defaults to the coverage's.

    Raises
    ------
    InputError
        If LR- is not known to be below 0.5, or the answer is another: then absence would say almost nothing.
    """
    minus = finding.ratio.minus if finding.ratio else None
    bears = finding.ratio is not None and finding.ratio.bears_on_absence
    if finding.answer is not Answer.NOT_SEEN or minus is None or not bears:
        msg = (
            f"answer={finding.answer.value!r} with LR- {minus or 'not known'}: 'no evidence of' is refused, "
            "for it would sound like absence; say what could have been seen (answer_sentence, unseen_sentence)"
        )
        raise InputError(msg)
    return TEMPLATES["absence"].format(
        what=with_article(finding.prediction.target.what),
        place=place or finding.coverage.place,
        when=finding.coverage.when.within,
        minus=minus,
    )


def worth_sentence(finding: Finding) -> str:
    """Return what it is worth that nothing was found; empty where something was, or nothing was decided.

    Parameters
    ----------
    finding : Finding
        Of a prediction.
    """
    if finding.detections is None or finding.detections.verdict is not Verdict.NO_CHANGE_FOUND:
        return ""
    power, ratio = finding.power, finding.ratio
    if power is None or power.pod is None:
        return TEMPLATES["silence unknown"]
    worth = "" if ratio is not None and ratio.bears_on_absence else TEMPLATES["little"]
    return TEMPLATES["silence"].format(tried=power.tried, found=power.found, worth=worth)


def looks_sentence(finding: Finding) -> str:
    """Return what the looks are worth where they met the stay and could not have shown the thing; else empty.

    Parameters
    ----------
    finding : Finding
        Of a prediction.
    """
    if finding.answer is not Answer.NOT_OBSERVABLE or finding.coverage.p_look.high < NEGLIGIBLE:
        return ""
    return TEMPLATES["looked in vain"].format(what=with_article(finding.prediction.target.what))


def unseen_sentence(finding: Finding) -> str:
    """Return what could not have been seen: by size, by time, by nature."""
    statement = finding.resolution.statement
    parts = [statement[:1].upper() + statement[1:]]
    if finding.detections is not None and math.isfinite(finding.detections.smallest_m2):
        placed = finding.detections.changes.pair.grid is not None
        smallest = area_words(finding.detections.smallest_m2, placed=placed)
        parts.append(TEMPLATES["smallest"].format(smallest=smallest))
    parts.append(_gaps(finding))
    parts.append(TEMPLATES["cover"])
    return " ".join(part for part in parts if part)


def _gaps(finding: Finding) -> str:
    when, gaps = finding.coverage.when, finding.coverage.gaps
    if not gaps:
        return ""
    if not any(look.acquired.overlaps(when) for look in finding.coverage.clear):
        unknown = any(look.state is LookState.UNKNOWN for look in finding.coverage.inside)
        return TEMPLATES["no known look" if unknown else "all gaps"].format(when=when.within)
    longest = sorted(gaps, key=lambda gap: gap.days, reverse=True)[:3]
    shown = "; ".join(_span(gap) for gap in sorted(longest, key=lambda gap: gap.start))
    more = len(gaps) - len(longest)
    return TEMPLATES["gaps"].format(gaps=shown + (f"; and {more} shorter" if more else ""))


def _span(gap: TimeSpan) -> str:
    return f"between {gap.start:%Y-%m-%d} and {gap.end:%Y-%m-%d} ({gap.days:.{0 if gap.days >= 10 else 1}f} days)"


def level_sentence(allowed: AllowedLevel) -> str:
    """Return what may be told of a target in these pixels; a level above the ceiling never gets here.

    Examples
    --------
    >>> from osint_imagery.core.claim import DetectionLevel, Target
    >>> ship = Target(what="a cargo ship", length_m=120, width_m=16)
    >>> level_sentence(AllowedLevel(target=ship, gsd_m=10, level=DetectionLevel.DETECTION))[:58]
    'At 10 m the pixels allow detection of a cargo ship at best'
    """
    detects = allowed.level is DetectionLevel.DETECTION
    return TEMPLATES["allowed"].format(
        gsd=allowed.gsd_m,
        level=allowed.level.value.replace("_", " "),
        what=with_article(allowed.target.what),
        short=TEMPLATES["short"] if detects else "",
    )


def ratio_sentence(finding: Finding, level: PropositionLevel = OBJECT_CHANGE) -> str:
    """Return the likelihood ratio in words that cannot be transposed, or why there is none.

    The imagery is more or less probable under a proposition; no proposition is called probable.

    Raises
    ------
    InputError
        If it is asked for at a level at which it was not computed, the claim's for example.
    """
    if finding.ratio is not None:
        finding.ratio.at(level)
    if finding.answer is Answer.NOT_OBSERVABLE:
        return TEMPLATES["no ratio"].format(reason=TEMPLATES["not observable"])
    if finding.detections is None or finding.detections.verdict is Verdict.UNDETERMINED or finding.ratio is None:
        return TEMPLATES["no ratio"].format(reason=TEMPLATES["not compared"])
    seen = finding.answer is Answer.SEEN
    given = finding.ratio.plus if seen else finding.ratio.minus
    if given is None or math.isnan(given.value):
        bounds = "" if given is None else f"; LR- lies between {given.low:.2g} and {given.high:.2g}"
        return TEMPLATES["no ratio"].format(reason=finding.ratio.reason + bounds)
    parts = [_ratio(finding.prediction, given, seen=seen)]
    if seen and finding.ratio.cap is not None and given.high >= finding.ratio.cap:
        parts.append(TEMPLATES["capped" if given.value >= finding.ratio.cap else "upper capped"])
    if not seen and finding.ratio.floor is not None and given.value <= given.low:
        parts.append(TEMPLATES["floored"])
    return " ".join([*parts, *_shared(finding)])


def _shared(finding: Finding) -> tuple[str, ...]:
    """Return that quiet pairs share their dates, where they do: counts of them are not independent."""
    calibration = finding.detections.changes.calibration if finding.detections is not None else None
    counted = calibration.quiet_dates if calibration is not None else ()
    pairs: Sequence[tuple[object, object]] = counted or finding.quiet  # those that count, not all that were read
    dates = {day for both in pairs for day in both}
    if not pairs or len(dates) >= 2 * len(pairs):
        return ()
    return (TEMPLATES["shared dates"].format(pairs=len(pairs), dates=len(dates)),)


def _ratio(prediction: Prediction, given: Estimate, *, seen: bool) -> str:
    what = with_article(prediction.target.what)
    h1 = TEMPLATES["h1"].format(what=what, verb=_VERBS[prediction.change.value])
    words = support_words(given.low if seen else given.high, first="the change", second="no such change")
    if seen:
        return TEMPLATES["ratio"].format(
            times=_times(given.value),
            interval=_interval(given.low, given.high, given),
            one=h1,
            other=TEMPLATES["h0"],
            words=words,
        )
    no = TEMPLATES["h0 first"].format(what=what, verb=_VERBS[prediction.change.value])
    return TEMPLATES["ratio"].format(
        times=_times(_inverse(given.value)),
        interval=_interval(_inverse(given.high), _inverse(given.low), given),
        one=no,
        other=TEMPLATES["h1 after"],
        words=words,
    )


def _inverse(ratio: float) -> float:
    return math.inf if ratio == 0 else 1 / ratio


def _times(value: float) -> str:
    return "infinitely many" if math.isinf(value) else ratio_words(value)


def _interval(low: float, high: float, given: Estimate) -> str:
    name = "bounds" if given.level == 1 else f"{given.level * 100:g}% interval"
    if math.isinf(high):
        return f" ({name}: {ratio_words(low)} or more)"
    return f" ({name}: between {ratio_words(low)} and {ratio_words(high)})"
