"""What has to agree within one record: answer, detections, ratio, dates and sentences, whoever wrote them."""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise

from osint_imagery.core.claim import DetectionLevel, Target
from osint_imagery.core.errors import InputError
from osint_imagery.core.timespan import utc
from osint_imagery.evidence.consistency_ratio import DIGITS, ratio_contradictions
from osint_imagery.evidence.decision import NEGLIGIBLE
from osint_imagery.evidence.fields import EstimateField, MethodField
from osint_imagery.evidence.fitting import size_reached
from osint_imagery.evidence.record import EvidenceRecord
from osint_imagery.observe.resolution import resolution

__all__ = ["contradictions", "refuse_contradictions"]

_ANSWERS = ("seen", "looked and not seen", "could not have been seen", "undetermined")
_COUNTED = re.compile(r"^(\d+) changed objects .*; (\d+) of them fit")


def contradictions(record: EvidenceRecord) -> tuple[str, ...]:
    """Return where a record contradicts itself; empty where it does not.

    A chain of digests tells that nothing was altered since it was made. It does not tell that what was written can
    be: a "seen" without a detection has a digest too. These rules do not depend on the scenes; what does, only
    ``reproduce`` can tell.

    Parameters
    ----------
    record : EvidenceRecord
        Of any origin.
    """
    return tuple(what for rule in _RULES for what in rule(record))


def refuse_contradictions(record: EvidenceRecord) -> EvidenceRecord:
    """Return a record that does not contradict itself, and refuse any other.

    Raises
    ------
    InputError
        Names each contradiction.
    """
    found = contradictions(record)
    if found:
        msg = f"record={record.id!r} contradicts itself: {'; '.join(found)}; make it from the finding again"
        raise InputError(msg)
    return record


def _answer(record: EvidenceRecord) -> Iterator[str]:
    fits = [item.id for item in record.detections if item.fits_prediction]
    seen, verdict = record.answer == "seen", record.method.verdict if record.method else "none"
    if seen and not fits:
        yield "the answer is 'seen', and no detection fits the prediction"
    if fits and not seen:
        yield f"detection {fits[0]} fits the prediction, and the answer is {record.answer!r}"
    if seen and verdict != "changed":
        yield f"the answer is 'seen', and the verdict of the comparison is {verdict!r}"
    if seen and len(record.scenes) != 2:
        yield f"the answer is 'seen', and {len(record.scenes)} scenes were compared, not two"
    if record.answer == "looked and not seen":
        yield from _silence(record, verdict)
    if record.answer == "could not have been seen" and not _hindered(record):
        yield "the answer is 'could not have been seen', and neither pixel size, looks nor power hindered it"
    if seen and float(record.fitness.p_look.high) < NEGLIGIBLE:
        yield "the answer is 'seen', and no usable look met the stay"


def _silence(record: EvidenceRecord, verdict: str) -> Iterator[str]:
    if verdict not in {"changed", "no_change_found"}:
        yield f"the answer is 'looked and not seen', and the verdict of the comparison is {verdict!r}"
    if record.method is not None and not float(record.method.examined_area_m2) > 0:
        yield "the answer is 'looked and not seen', and no ground was examined"
    if record.ratio is None or record.ratio.minus is None or not float(record.ratio.minus.high) < 0.5:
        yield "the answer is 'looked and not seen', and LR- is not known to be below 0.5"


def _hindered(record: EvidenceRecord) -> bool:
    fitness = record.fitness
    allowed = resolution(_target(record), float(fitness.gsd_m)).allows(DetectionLevel(fitness.level_asked))
    unlooked = float(fitness.p_look.high) < NEGLIGIBLE
    return not allowed or unlooked or (fitness.pod is not None and float(fitness.pod.high) < NEGLIGIBLE)


def _target(record: EvidenceRecord) -> Target:
    model = record.object_model
    length, width = float(model.length_m), float(model.width_m)
    return Target(what=model.what, length_m=length, width_m=width, at_least=model.at_least)


def _dates(record: EvidenceRecord) -> Iterator[str]:
    roles = tuple(scene.role for scene in record.scenes)
    if roles not in {(), ("before", "after")}:
        yield f"its scenes are {', '.join(roles)}, not one before and one after"
        return
    expected = None
    if roles:
        before, after = record.scenes
        if utc(before.acquired.start_datetime) >= utc(after.acquired.start_datetime):
            yield f"scene {before.id}, before, was not acquired before scene {after.id}, after"
        expected = (before.acquired, after.acquired) if record.answer == "seen" else None
    if record.interval != expected:
        yield "the interval of the change is not that between its two scenes where it was seen, and none elsewhere"
    looked = {look.scene_id: look.acquired for look in record.coverage.looks}
    for scene in record.scenes:
        if not looked.get(scene.id, scene.acquired).span().overlaps(scene.acquired.span()):
            yield f"scene {scene.id} has another date among the looks"
        if utc(scene.accessed) > utc(record.created) or utc(scene.acquired.start_datetime) > utc(scene.accessed):
            yield f"scene {scene.id} was read before it was acquired, or after the record was made"


def _compared(record: EvidenceRecord) -> Iterator[str]:
    method, ids = record.method, [item.id for item in record.detections]
    if len(set(ids)) != len(ids):
        yield "two detections have one id"
    if method is None:
        parts = {
            "detections": record.detections,
            "a ratio": record.ratio,
            "processing steps": record.lineage,
            "a quality": record.quality,
        }
        for name in (name for name, part in parts.items() if part):
            yield f"it has {name}, and no method that compared anything"
        return
    if method.objects_reported != len(ids):
        yield f"{method.objects_reported} objects are reported, and {len(ids)} detections listed"
    if method.verdict != "undetermined" and (method.verdict == "changed") != bool(ids):
        yield f"the verdict is {method.verdict!r} with {len(ids)} detections"
    if method.verdict != "undetermined":
        yield from _calibrated(method)


def _calibrated(method: MethodField) -> Iterator[str]:
    if method.calibration not in {"placebo", "margin"}:
        yield f"the verdict is {method.verdict!r}, and nothing says what is usual (calibration: {method.calibration})"
    elif method.calibration_count * float(method.false_discovery_level) < 1 - DIGITS:
        yield f"the verdict is {method.verdict!r} with too few quiet pairs or windows ({method.calibration_count})"


def _detections(record: EvidenceRecord) -> Iterator[str]:
    calibrated = record.method.probability_calibration if record.method else "none"
    for item in record.detections:
        shares = {"p_instrument": item.p_instrument, "p_object": item.p_object, "q_fdr": item.q_fdr}
        for name, share in {**shares, "probability": item.probability}.items():
            if share is not None and not 0 <= float(share) <= 1:
                yield f"{name} of detection {item.id} is {share}, not within 0 to 1"
        if item.pixels < 1 or float(item.area.low) < 0:
            yield f"detection {item.id} has no area"
        if item.fits_prediction and not _large_enough(record, item.area):
            yield f"detection {item.id} fits the prediction, and is smaller than it"
        if item.probability is not None and calibrated == "none":
            yield f"detection {item.id} has a probability that nothing calibrated"


def _large_enough(record: EvidenceRecord, area: EstimateField) -> bool:
    """Whether an area, with its last digit in doubt, is large enough for the object."""
    grown = area.estimate()
    factor = 1 + DIGITS
    known = replace(grown, value=grown.value * factor, high=grown.high * factor)
    return size_reached(_target(record), known)


def _estimates(record: EvidenceRecord) -> Iterator[str]:
    fitness, ratio = record.fitness, record.ratio
    shares = {"p_look": fitness.p_look, "pod": fitness.pod, "false_alarm": ratio.false_alarm if ratio else None}
    ratios = {"LR+": ratio.plus if ratio else None, "LR-": ratio.minus if ratio else None}
    areas = {f"the area of detection {item.id}": item.area for item in record.detections}
    for name, field in {**shares, **ratios, **areas}.items():
        if field is None:
            continue
        low, high = float(field.low), float(field.high)
        if not low <= (low if field.value is None else float(field.value)) <= high or not 0 < float(field.level) <= 1:
            yield f"{name} does not lie within its interval"
        if low < 0 or (name in shares and high > 1):
            yield f"{name} is {field.value} ({field.low} to {field.high}), which it cannot be"
    if not 0 <= fitness.insertions_found <= fitness.insertions_tried:
        yield f"{fitness.insertions_found} of {fitness.insertions_tried} insertions were found"
    elif fitness.pod is not None and fitness.pod.value is not None and fitness.insertions_tried:
        share = fitness.insertions_found / fitness.insertions_tried
        if not math.isclose(float(fitness.pod.value), share, rel_tol=DIGITS, abs_tol=DIGITS):
            yield f"POD is {fitness.pod.value}, and {fitness.insertions_found} of {fitness.insertions_tried} were found"


def _pixels(record: EvidenceRecord) -> Iterator[str]:
    fitness = record.fitness
    again = resolution(_target(record), float(fitness.gsd_m))
    reached = again.level.value if again.level else None
    same = math.isclose(again.cells, float(fitness.cells), rel_tol=DIGITS)
    if not same or fitness.level_reached != reached or fitness.sufficient != again.sufficient:
        yield f"what pixels of {fitness.gsd_m} m allow of the object is not what it says"


def _ratio(record: EvidenceRecord) -> Iterator[str]:
    if not any(_estimates(record)):  # what is impossible by itself is named there
        yield from ratio_contradictions(record)


def _sentences(record: EvidenceRecord) -> Iterator[str]:
    for judgment in record.judgments:
        said = [answer for answer in _ANSWERS if judgment.statement.startswith(f"{answer.upper()}:")]
        if said and said != [record.answer]:
            yield f"judgment {judgment.id} says {said[0]!r}, and the answer is {record.answer!r}"
        elif said and record.reason.rstrip(".") not in judgment.statement:
            yield f"judgment {judgment.id} gives another reason than the answer"
    fits = sum(item.fits_prediction for item in record.detections)
    for observation in record.observations:
        counted = _COUNTED.match(observation.statement)
        if counted and counted.groups() != (str(len(record.detections)), str(fits)):
            yield f"observation {observation.id} counts other detections than there are"
        if counted and len(observation.detections) != len(record.detections):
            yield f"observation {observation.id} names other detections than there are"
    if tuple(dict.fromkeys(scene.credit for scene in record.scenes)) != record.credit:
        yield "its credit lines are not those of its scenes"


def _custody(record: EvidenceRecord) -> Iterator[str]:
    times = [utc(item.at) for item in record.custody]
    if not times or times[0] != utc(record.created) or any(later < earlier for earlier, later in pairwise(times)):
        yield "its custody does not begin when it was made and go on in order of time"


_RULES: tuple[Callable[[EvidenceRecord], Iterator[str]], ...] = (
    _answer,
    _dates,
    _compared,
    _detections,
    _estimates,
    _pixels,
    _ratio,
    _sentences,
    _custody,
)
