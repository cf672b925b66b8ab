"""What an assessment takes for granted, what it would take to go beyond its level, and what would change it."""

from collections.abc import Sequence

from osint_imagery.core.claim import Claim, DetectionLevel, Prediction
from osint_imagery.core.naming import with_article
from osint_imagery.core.texts import WEIGHING
from osint_imagery.evidence.decision import NEGLIGIBLE
from osint_imagery.evidence.items import Looked
from osint_imagery.evidence.leaving_out import Case, Weighed
from osint_imagery.evidence.reasoning import Assumption
from osint_imagery.evidence.record import EvidenceRecord
from osint_imagery.observe.resolution import pixel_for

__all__ = ["assumptions_of", "beyond_the_level", "would_change_it"]


def assumptions_of(case: Case, weighed: Weighed, looked: Sequence[Looked]) -> tuple[Assumption, ...]:
    """Return everything that was taken for granted, each only where something rests on it."""
    taken = [_taken(name) for name in ("level", "predicts", "only", "construct")]
    blind = [item.id for item in case.imagery if item.worth is None and item.same_as is None]
    if blind:
        taken.append(_taken("missing", count=len(blind), s="" if len(blind) == 1 else "s", names=", ".join(blind)))
    if any(len(group.items) > 1 for pair in weighed.pairs for group in pair.groups):
        taken.append(_taken("means"))
    if any(len(pair.groups) > 1 for pair in weighed.pairs):
        taken.append(_taken("independence"))
    records = [item.record for item in looked if item.record is not None]
    quiet = sum(any(one.id == "quiet" for one in record.assumptions) for record in records)
    if quiet:
        taken.append(_taken("quiet", count=quiet))
    if case.sources:
        taken.append(_taken("parties"))
    return tuple(taken)


def _taken(name: str, **values: object) -> Assumption:
    return Assumption(id=name, statement=WEIGHING[name].format(**values), why=WEIGHING[f"{name} why"].format(**values))


def beyond_the_level(case: Case, looked: Sequence[Looked]) -> tuple[str, ...]:
    """Return what would have to be shown before anything may be said of the claim itself."""
    needed = []
    for item in looked:
        record = item.record
        if record is None or record.answer != "seen":
            continue
        pixel = pixel_for(item.prediction.target, DetectionLevel.RECOGNITION)
        needed.append(
            WEIGHING["beyond thing" if float(record.fitness.gsd_m) > pixel else "beyond reading"].format(
                place=record.coverage.place, what=_what(item.prediction), pixel=pixel, gsd=record.fitness.gsd_m
            )
        )
    counted = sum(source.counted for source in case.sources)
    purpose = WEIGHING["beyond purpose"].format(counted=counted, count=len(case.sources))
    return (*dict.fromkeys(needed), purpose, WEIGHING["beyond link"])


def would_change_it(claim: Claim, looked: Sequence[Looked]) -> tuple[str, ...]:
    """Return, for each item, the observation that would change what is said; and rivals that were never tested."""
    found = [line for item in looked if item.item.same_as is None for line in _changing(item)]
    expected = {name for item in claim.predictions for name in item.expecting}
    untested = [item.id for item in claim.hypotheses if item.rival and item.id not in expected]
    return (*found, *(WEIGHING["change rival"].format(rival=name) for name in untested))


def _changing(item: Looked) -> tuple[str, ...]:
    record, prediction = item.record, item.prediction
    if record is None:
        return (WEIGHING["change not examined"].format(item=item.item.id),)
    names: tuple[str, ...]
    if record.answer == "seen":
        measured = item.item.worth is not None and item.item.worth.value is not None
        names = ("change seen before", "change seen quiet" if measured else "change seen unmeasured")
    elif record.answer == "looked and not seen":
        names = ("change not seen",)
    elif record.answer == "could not have been seen":
        names = (_hindrance(record),)
    else:
        names = ("change undetermined",)
    asked = prediction.level
    level = DetectionLevel.IDENTIFICATION if asked is DetectionLevel.TECHNICAL_ANALYSIS else asked
    values: dict[str, object] = {
        "item": item.item.id,
        "what": _what(prediction),
        "place": record.coverage.place,
        "when": record.coverage.when.label,
        "first": record.interval[0].label if record.interval else record.coverage.when.label,
        "pixel": pixel_for(prediction.target, level),
        "gsd": record.fitness.gsd_m,
        "found": record.fitness.insertions_found,
        "tried": record.fitness.insertions_tried,
    }
    return tuple(WEIGHING[name].format(**values) for name in names)


def _hindrance(record: EvidenceRecord) -> str:
    """Return what stood in the way: no look, pixels, or a method that does not find it there."""
    if float(record.fitness.p_look.high) < NEGLIGIBLE:
        return "change look"
    return "change pixels" if not record.fitness.sufficient else "change power"


def _what(prediction: Prediction) -> str:
    return with_article(prediction.target.what)
