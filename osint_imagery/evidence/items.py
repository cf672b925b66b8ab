"""From records and sources to the items of an assessment: what was observed, and what it is worth."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from osint_imagery.core.claim import Claim, Prediction, Source
from osint_imagery.core.errors import InputError
from osint_imagery.core.lineage import decimal_text
from osint_imagery.core.texts import TEMPLATES, WEIGHING
from osint_imagery.evidence.assessed_parts import ImageryItem, SourceItem, Withdrawn
from osint_imagery.evidence.assessment import least_minus
from osint_imagery.evidence.decision import Answer
from osint_imagery.evidence.fields import EstimateField, RatioField
from osint_imagery.evidence.record import EvidenceRecord

__all__ = ["Looked", "Rested", "looked_for", "source_items", "withdrawn_words"]


_OBSERVED: dict[Answer, Literal["LR+", "LR-"]] = {Answer.SEEN: "LR+", Answer.NOT_SEEN: "LR-"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rested:
    """A record with the digest of its bytes in the claim file."""

    digest: str
    record: EvidenceRecord


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Looked:
    """An item of imagery with its prediction and, where it was examined, its record."""

    item: ImageryItem
    prediction: Prediction
    record: EvidenceRecord | None


def looked_for(claim: Claim, records: Sequence[Rested], withdrawn: Sequence[Withdrawn] = ()) -> tuple[Looked, ...]:
    """Return one item for each record, and one for each prediction that has none.

    Parameters
    ----------
    claim : Claim
        What is claimed.
    records : sequence of Rested
        All that stand.
    withdrawn : sequence of Withdrawn
        Those that do not; they are the reason why a prediction has none.

    Raises
    ------
    InputError
        If a record is about another claim, or a prediction that the claim does not make.
    """
    known = {item.id for item in claim.predictions}
    for rested in records:
        record = rested.record
        if record.claim.digest != claim.digest or record.propositions.prediction not in known:
            msg = f"records: {record.id!r} is not about this claim and its predictions; leave it out"
            raise InputError(msg)
    found: list[Looked] = []
    for prediction in claim.predictions:
        own = [rested for rested in records if rested.record.propositions.prediction == prediction.id]
        if not own:
            found.append(Looked(item=_unexamined(prediction, withdrawn), prediction=prediction, record=None))
        for index, rested in enumerate(own):
            name = prediction.id if len(own) == 1 else f"{prediction.id} ({index + 1})"
            item = _item(name, prediction, rested, found)
            found.append(Looked(item=item, prediction=prediction, record=rested.record))
    return tuple(found)


def withdrawn_words(one: Withdrawn) -> str:
    """Return why a record does not stand."""
    template = "withdrawn record" if one.scene is None else "withdrawn scene"
    return WEIGHING[template].format(scene=one.scene, at=one.at, by=one.by, reason=one.reason)


def _unexamined(prediction: Prediction, withdrawn: Sequence[Withdrawn]) -> ImageryItem:
    gone = [one for one in withdrawn if one.prediction == prediction.id]
    why = "; ".join(WEIGHING["left out"].format(record=one.record, why=withdrawn_words(one)) for one in gone)
    return ImageryItem(
        id=prediction.id,
        prediction=prediction.id,
        text=prediction.text,
        record=None,
        state="not examined",
        scenes=(),
        observed=None,
        worth=None,
        cap=None,
        floor=None,
        reason=f"{WEIGHING['not examined']}: {why}" if why else WEIGHING["not examined"],
        expected_under=prediction.expecting,
        excluded_under=prediction.excluding,
    )


def _item(name: str, prediction: Prediction, rested: Rested, before: Sequence[Looked]) -> ImageryItem:
    record, answer = rested.record, Answer(rested.record.answer)
    worth, reason = _worth(record, answer)
    twin = next((other.item for other in before if _same_question(other, prediction, record)), None)
    tried = record.fitness.insertions_tried
    return ImageryItem(
        id=name,
        prediction=prediction.id,
        text=prediction.text,
        record=rested.digest,
        state=record.answer,
        scenes=tuple(scene.id for scene in record.scenes),
        observed=_OBSERVED.get(answer) if worth else None,
        worth=worth,
        cap=record.ratio.cap if record.ratio and answer is Answer.SEEN else None,
        floor=decimal_text(least_minus(tried)) if worth and tried and answer is not Answer.SEEN else None,
        reason=reason,
        expected_under=prediction.expecting,
        excluded_under=prediction.excluding,
        same_as=(twin.same_as or twin.id) if twin else None,
    )


def _worth(record: EvidenceRecord, answer: Answer) -> tuple[EstimateField | None, str]:
    """Return the ratio of what was observed, or bounds that hold 1, or nothing; and why."""
    ratio = record.ratio
    if answer is Answer.NOT_OBSERVABLE:
        return None, f"{TEMPLATES['not observable']}: {record.reason}"
    compared = record.method is not None and record.method.verdict != "undetermined"
    if ratio is None or not compared:
        return None, f"{TEMPLATES['not compared']}: {record.reason}"
    if answer is Answer.SEEN:
        return (ratio.plus, ratio.reason) if ratio.plus else (_bounds("1", ratio.cap or "infinity"), ratio.reason)
    if answer is Answer.NOT_SEEN and ratio.minus is not None:
        return ratio.minus, ratio.reason
    return _open(ratio, changed=record.method is not None and record.method.verdict == "changed"), record.reason


def _open(ratio: RatioField, *, changed: bool) -> EstimateField | None:
    """Return the bounds of a comparison that was made and did not decide: silence at one end, a sighting at the other.

    They are kept, not dropped: it was the outcome that left it undecided, and leaving out only weak silences would
    favor the claim.
    """
    if ratio.minus is None:
        return None
    sighting = ratio.plus.high if ratio.plus else ratio.cap or "infinity"
    high = sighting if changed else "1"
    return _bounds(ratio.minus.low, high if float(high) >= float(ratio.minus.high) else ratio.minus.high)


def _bounds(low: str, high: str) -> EstimateField:
    return EstimateField(value=None, low=low, high=high, level="1", unit="ratio", method=WEIGHING["bounds"])


def _same_question(other: Looked, prediction: Prediction, record: EvidenceRecord) -> bool:
    """Whether an earlier item asks the same of the same pixels and got the same answer, under whatever name."""
    if other.record is None or not record.scenes:
        return False
    mine, theirs = (
        (
            sorted(set(asked.expecting)),
            sorted(set(asked.excluding)),
            tuple(scene.id for scene in made.scenes),
            tuple(scene.metadata_digest for scene in made.scenes),
            made.object_model,
            made.coverage.place,
            made.answer,
            made.ratio,
        )
        for asked, made in ((prediction, record), (other.prediction, other.record))
    )
    return mine == theirs


def source_items(claim: Claim, scenes: frozenset[str]) -> tuple[SourceItem, ...]:
    """Return the claim's other sources; `scenes` are the ids of those that records already rest on."""
    parties = {_plain(claim.claimant.name), *(_plain(item.by) for item in claim.responses)}
    known = {_plain(name) for name in scenes}
    return tuple(
        _source(f"source {index + 1}", item, claim, parties=parties, scenes=known)
        for index, item in enumerate(claim.sources)
    )


def _source(name: str, source: Source, claim: Claim, *, parties: set[str], scenes: set[str]) -> SourceItem:
    stated = bool(source.consistent_with or source.inconsistent_with)
    states = {
        1 if item.id in source.consistent_with else -1 if item.id in source.inconsistent_with else 0
        for item in claim.hypotheses
    }
    behind = {_plain(source.origin), _plain(source.reported_by)} - {""}
    if not stated:
        counted, reason = False, "source says nothing"
    elif behind & parties:
        counted, reason = False, "source is a party"
    elif behind & scenes:
        counted, reason = False, "source is a scene"
    elif len(states) == 1:
        counted, reason = False, "source alike"
    else:
        counted, reason = True, "source counted"
    return SourceItem(
        id=name,
        kind=source.kind,
        text=source.description,
        reported_by=source.reported_by,
        origin=source.origin,
        reliability=source.reliability,
        credibility=source.credibility,
        consistent_with=tuple(source.consistent_with),
        inconsistent_with=tuple(source.inconsistent_with),
        counted=counted,
        reason=WEIGHING[reason],
    )


def _plain(text: str) -> str:
    """Return a name without differences that mean nothing: case and spaces."""
    return " ".join(text.split()).casefold()
