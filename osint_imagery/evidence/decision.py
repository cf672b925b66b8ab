"""The rules that turn looks, pixels and detections into an answer; pure, one rule a function."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from osint_imagery.change.detections import Detection, Detections, Verdict
from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.claim import DetectionLevel, Prediction
from osint_imagery.core.estimate import Estimate, area_words, interval_words
from osint_imagery.core.naming import with_article
from osint_imagery.core.texts import REASONS
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.evidence.assessment import LikelihoodRatio
from osint_imagery.evidence.fitting import TIMES, at_place, fitting, largest_m2, may_reach
from osint_imagery.observe.coverage import Coverage, Look, LookState
from osint_imagery.observe.power import Power
from osint_imagery.observe.resolution import Resolution
from osint_imagery.observe.stay import Certainty, share_covered

__all__ = ["NEGLIGIBLE", "Answer", "Decision", "Material", "compared_looks", "decide", "met_share"]

NEGLIGIBLE = 0.05
"""A chance below this is not a chance to see: of a look, and of detection by insertion."""


class Answer(StrEnum):
    """The four answers to a prediction, of equal rank."""

    SEEN = "seen"
    NOT_SEEN = "looked and not seen"
    NOT_OBSERVABLE = "could not have been seen"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """An answer with its reason, and the detections that fit the prediction, strongest first."""

    answer: Answer
    reason: str
    fitting: tuple[Detection, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Material:
    """What a decision may look at; everything that could not be had is None.

    ``failure`` says why a comparison that was tried gave nothing; empty where none failed.
    """

    prediction: Prediction
    aoi: AreaOfInterest | None
    coverage: Coverage
    resolution: Resolution
    detections: Detections | None = None
    power: Power | None = None
    ratio: LikelihoodRatio | None = None
    compared: tuple[TimeSpan, TimeSpan] | None = None
    failure: str = ""


def compared_looks(prediction: Prediction, compared: tuple[TimeSpan, TimeSpan]) -> Estimate:
    """Return the probability that the later of two compared looks met the target's stay and the earlier did not.

    Other looks may have met it too, but they were not compared and say nothing here; and what is in both
    pictures does not show as a change. Bounds come from what the two dates can mean.
    """
    return met_share(prediction.when.span(), prediction.dwell_days, compared)


def met_share(when: TimeSpan, dwell_days: float | None, compared: tuple[TimeSpan, TimeSpan]) -> Estimate:
    """Return what :func:`compared_looks` does, of a span and a length of stay (None: for good)."""

    def share(looks: Sequence[TimeSpan], certainty: Certainty) -> float:
        return share_covered(looks, when, dwell_days, certainty=certainty)

    before, after = compared
    low, value, high = (
        share([before, after], both) - share([before], first)
        for both, first in (
            (Certainty.CERTAIN, Certainty.POSSIBLE),
            (Certainty.NOMINAL, Certainty.NOMINAL),
            (Certainty.POSSIBLE, Certainty.CERTAIN),
        )
    )
    low = max(low, 0.0)
    high = max(min(high, share([after], Certainty.POSSIBLE)), low)
    return Estimate(
        value=min(max(value, low), high),
        low=low,
        high=high,
        level=1,
        unit="probability",
        method="share of the possible stays that the later look met and the earlier did not",
    )


def _by_pixel_size(m: Material) -> Decision | None:
    level = m.prediction.level
    if m.resolution.allows(level):
        return None
    measured = m.power if m.power is not None and m.power.pod is not None else None
    if level is DetectionLevel.DETECTION and measured and measured.pod and measured.pod.low >= NEGLIGIBLE:
        return None  # bright enough to show as fewer pixels than a form needs: what was measured here goes first
    reason = REASONS["too coarse"].format(
        level=level.value.replace("_", " "),
        what=with_article(m.prediction.target.what),
        statement=m.resolution.statement.rstrip("."),
    )
    if measured:
        reason += REASONS["nor inserted"].format(found=measured.found, tried=measured.tried)
    return Decision(answer=Answer.NOT_OBSERVABLE, reason=reason)


def _by_looks(m: Material) -> Decision | None:
    unknown = [look for look in m.coverage.inside if look.state is LookState.UNKNOWN]
    if m.coverage.p_look.high >= NEGLIGIBLE:
        return None
    around = _around(m.coverage)
    if unknown:
        reason = REASONS["unknown looks"].format(looks=_named(unknown), around=around)
        return Decision(answer=Answer.UNDETERMINED, reason=reason)
    reason = REASONS["no look"].format(coverage=m.coverage.reason, around=around)
    return Decision(answer=Answer.NOT_OBSERVABLE, reason=reason)


def _named(looks: Sequence[Look]) -> str:
    return ", ".join(REASONS["look"].format(scene=look.scene_id, when=look.acquired.label) for look in looks)


def _around(coverage: Coverage) -> str:
    before = [look for look in coverage.clear if look.acquired.end < coverage.when.start]
    after = [look for look in coverage.clear if look.acquired.start > coverage.when.end]
    named = [*before[-1:], *after[:1]]
    if not named:
        return REASONS["nobody around"]
    return REASONS["around"].format(looks=_named(named))


def _by_comparison(m: Material) -> Decision | None:
    """Whether there is a comparison that can speak at all."""
    if m.detections is None:
        if m.failure:
            why = REASONS["failed"].format(failure=m.failure)
        elif not m.coverage.clear:
            why = REASONS["none usable"]
        else:
            why = REASONS["no pair"].format(coverage=m.coverage.reason)
        return Decision(answer=Answer.UNDETERMINED, reason=why)
    if m.detections.verdict is Verdict.UNDETERMINED:
        return Decision(answer=Answer.UNDETERMINED, reason=m.detections.reason)
    if m.compared is not None and compared_looks(m.prediction, m.compared).high < NEGLIGIBLE:
        before, after = m.compared
        why = REASONS["beside the stay"].format(
            before=before.label, after=after.label, when=m.coverage.when.label, lasts=m.prediction.lasts
        )
        return Decision(answer=Answer.UNDETERMINED, reason=why)
    return None


def _by_detection(m: Material) -> Decision | None:
    if m.detections is None or m.detections.verdict is not Verdict.CHANGED:
        return None
    found = fitting(m.prediction, m.detections, m.aoi)
    if not found:
        return None
    best, size = found[0], m.prediction.target.length_m * m.prediction.target.width_m
    times = best.area.value / size
    extent, what = interval_words(best.area, named=True), with_article(m.prediction.target.what)
    reason = REASONS["fits"].format(extent=extent, what=what, size=area_words(size))
    if times > TIMES:
        reason += REASONS["much larger"].format(times=times)
    open_ = [f"{item.name} ({item.status})" for item in best.explanations if item.status != "ruled out"]
    if open_:
        reason += REASONS["other explanations"].format(names=", ".join(open_))
    return Decision(answer=Answer.SEEN, reason=reason, fitting=found)


def _by_larger(m: Material) -> Decision | None:
    """Where only much larger things changed, the target may be part of one, so that silence says nothing."""
    if m.detections is None or m.detections.verdict is not Verdict.CHANGED:
        return None
    most, size = largest_m2(m.prediction, m.detections), m.prediction.target.length_m * m.prediction.target.width_m
    larger = [item for item in at_place(m.prediction, m.detections, m.aoi) if item.area.low > most]
    if not larger:
        return None
    best = larger[0]
    reason = REASONS["larger"].format(
        extent=interval_words(best.area, named=True),
        times=best.area.value / size,
        what=with_article(m.prediction.target.what),
        size=area_words(size),
    )
    return Decision(answer=Answer.UNDETERMINED, reason=reason)


def _by_smaller(m: Material) -> Decision | None:
    """Where a change is smaller than the target and only its interval reaches it, neither answer holds."""
    if m.detections is None or m.detections.verdict is not Verdict.CHANGED:
        return None
    open_ = may_reach(m.prediction, m.detections, m.aoi)
    if not open_:
        return None
    target = m.prediction.target
    size = area_words(target.length_m * target.width_m)
    reason = REASONS["smaller"].format(
        extent=interval_words(open_[0].area, named=True),
        what=with_article(target.what),
        size=REASONS["at least"].format(size=size) if target.at_least else size,
    )
    return Decision(answer=Answer.UNDETERMINED, reason=reason)


def _by_power(m: Material) -> Decision | None:
    if m.power is None or m.power.pod is None or m.power.pod.high >= NEGLIGIBLE:
        return None
    what = with_article(m.prediction.target.what)
    reason = REASONS["no power"].format(what=what, found=m.power.found, tried=m.power.tried)
    return Decision(answer=Answer.NOT_OBSERVABLE, reason=reason)


def _by_silence(m: Material) -> Decision:
    found = REASONS["nothing found"]
    if m.ratio is None or m.ratio.minus is None:
        return Decision(answer=Answer.UNDETERMINED, reason=REASONS["worth unknown"].format(found=found))
    if m.ratio.bears_on_absence:
        return Decision(answer=Answer.NOT_SEEN, reason=REASONS["bears"].format(found=found, minus=m.ratio.minus))
    reason = REASONS["bears little"].format(minus=m.ratio.minus, why=m.ratio.reason)
    return Decision(answer=Answer.UNDETERMINED, reason=reason)


_RULES: tuple[Callable[[Material], Decision | None], ...] = (
    _by_pixel_size,
    _by_looks,
    _by_comparison,
    _by_detection,
    _by_power,
    _by_smaller,
    _by_larger,
)


def decide(material: Material) -> Decision:
    """Return the answer to a prediction and its reason: the first rule that applies.

    Parameters
    ----------
    material : Material
        What is known.

    Returns
    -------
    Decision

    Notes
    -----
    In this order: pixels too coarse -> could not have been seen (for detection alone: unless inserted targets were
    found in these pixels); no usable look met the stay (p_look below 0.05 at most) -> could not have been seen, or
    undetermined where looks of unknown quality exist; nothing compared, comparison undetermined, or the compared look
    misses the stay -> undetermined; a fitting detection -> seen; power below 0.05 at most -> could not have been seen;
    only changes much larger than the target -> undetermined; all of LR- below 0.5 -> looked and not seen; else
    undetermined.
    """
    for rule in _RULES:
        decision = rule(material)
        if decision is not None:
            return decision
    return _by_silence(material)
