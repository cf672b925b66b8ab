"""Whether the ratio of a record follows from its own counts and dates: it is computed again from them."""

import math
from collections.abc import Iterator
from dataclasses import replace

from osint_imagery.core.estimate import Estimate
from osint_imagery.evidence.assessment import LikelihoodRatio, likelihood_ratio
from osint_imagery.evidence.decision import met_share
from osint_imagery.evidence.fields import EstimateField, MethodField, RatioField
from osint_imagery.evidence.record import EvidenceRecord
from osint_imagery.evidence.scales import support_words

__all__ = ["DIGITS", "ratio_contradictions"]

DIGITS = 2e-5
"""Records keep six digits: what is computed from them again may differ in the last."""


def ratio_contradictions(record: EvidenceRecord) -> Iterator[str]:
    """Yield where a record's ratio is not what its own rates, counts and dates give, or is called by other words."""
    ratio, method = record.ratio, record.method
    if ratio is None or method is None:
        return
    if ratio.plus is not None and (method.calibration != "placebo" or not method.calibration_count):
        yield "it gives an LR+, and no quiet pairs that it was calibrated on"
    again = _weighed(record, ratio, method)
    for name, given, found in (("LR+", ratio.plus, again.plus), ("LR-", ratio.minus, again.minus)):
        if not _close(given, found):
            yield f"{name} is not what POD, false alarms and the dates that were compared give"
    cap, supported = float(ratio.cap or "0"), again.cap or 0.0
    if not math.isclose(cap, supported, rel_tol=1e-4):
        yield "the cap of LR+ is not what its quiet pairs can support"
    if ratio.plus is not None and float(ratio.plus.high) > cap * (1 + DIGITS):
        yield f"LR+ reaches {ratio.plus.high}, above its cap ({ratio.cap or 'none'})"
    yield from _ratio_words(ratio)


def _ratio_words(ratio: RatioField) -> Iterator[str]:
    for word, field, end in (
        (ratio.words_plus, ratio.plus, ratio.plus.low if ratio.plus else "0"),
        (ratio.words_minus, ratio.minus, ratio.minus.high if ratio.minus else "0"),
    ):
        near = {support_words(float(end) * factor) for factor in (1 - DIGITS, 1, 1 + DIGITS)}
        if field is not None and word not in near:
            yield f"a ratio of {end} is not called {word!r}"


def _weighed(record: EvidenceRecord, ratio: RatioField, method: MethodField) -> LikelihoodRatio:
    """Return the ratio that a record's own rates and dates give."""
    pairs = (method.calibration_count if method.calibration == "placebo" else 0, len(method.quiet_scenes))
    quiet = min((count for count in pairs if count), default=0)
    fitness = record.fitness
    look = fitness.p_look.estimate()
    if len(record.scenes) == 2:
        model = record.object_model
        dwell = None if model.dwell_days is None else float(model.dwell_days)
        before, after = (scene.acquired.span() for scene in record.scenes)
        look = met_share(model.when.span(), dwell, (before, after))
    counts = (fitness.insertions_found, fitness.insertions_tried) if fitness.insertions_tried else None
    alarms = _rate(ratio.false_alarm, None)
    return likelihood_ratio(look, _rate(fitness.pod, counts), _whole(alarms, quiet), quiet)


def _whole(rate: Estimate | None, quiet: int) -> Estimate | None:
    """Return a false-alarm rate as the share of whole alarms that it was before it was written with six digits."""
    if rate is None or math.isnan(rate.value):
        return rate
    share = round(rate.value * quiet) / quiet if quiet else rate.value
    near = math.isclose(share, rate.value, rel_tol=DIGITS) and rate.low <= share <= rate.high
    return replace(rate, value=share) if near else rate


def _rate(field: EstimateField | None, counts: tuple[int, int] | None) -> Estimate | None:
    if field is None:
        return None
    return replace(field.estimate(), counts=counts)


def _close(given: EstimateField | None, found: Estimate | None) -> bool:
    if given is None or found is None:
        return given is None and found is None
    value = math.nan if given.value is None else float(given.value)
    pairs = ((value, found.value), (float(given.low), found.low), (float(given.high), found.high))
    return all(
        (math.isnan(old) and math.isnan(new)) or math.isclose(old, new, rel_tol=1e-4, abs_tol=DIGITS)
        for old, new in pairs
    )
