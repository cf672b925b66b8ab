"""From a claim and a finding to the parts of a record: what was asked, weighed and concluded."""

import math

from osint_imagery.core.claim import Claim, Prediction
from osint_imagery.core.lineage import decimal_text
from osint_imagery.evidence.decision import Answer
from osint_imagery.evidence.fields import CoverageField, EstimateField, FitnessField, Interval, LookField, RatioField
from osint_imagery.evidence.finding import Finding
from osint_imagery.evidence.reasoning import (
    AppearanceField,
    Assumption,
    ClaimField,
    ContrastField,
    Geolocation,
    Grade,
    Judgment,
    ObjectModel,
    Observation,
    Propositions,
    Safety,
)
from osint_imagery.evidence.wording import answer_sentence
from osint_imagery.observe.coverage import Coverage, LookState

__all__ = [
    "assumptions_field",
    "claim_field",
    "coverage_field",
    "fitness_field",
    "geolocation_field",
    "grades_field",
    "interval_field",
    "judgment_field",
    "number",
    "object_field",
    "observations_field",
    "propositions_field",
    "ratio_field",
    "safety_field",
]

# Radii of the Atlos terms, m.
_PRECISION = ((10.0, "exact"), (100.0, "vicinity"), (1000.0, "locality"))

_WOULD_CHANGE = {
    Answer.SEEN: (
        "a usable look before the bracket that already shows it",
        "quiet pairs of this place in which objects as strong appear",
    ),
    Answer.NOT_SEEN: (
        "a usable look inside the stay that shows it",
        "evidence that it was smaller, covered or elsewhere",
    ),
    Answer.NOT_OBSERVABLE: ("imagery with finer pixels, or a usable look inside the stay",),
    Answer.UNDETERMINED: ("usable looks before and inside the stay, with quiet pairs of the same place",),
}


def number(value: float | None) -> str | None:
    """Return decimal text; None for what is not known (None or NaN)."""
    return None if value is None or math.isnan(value) else decimal_text(value)


def claim_field(claim: Claim) -> ClaimField:
    """Return the claim as it was registered."""
    return ClaimField(
        id=claim.id,
        digest=claim.digest,
        text=claim.text,
        claimant=claim.claimant.name,
        stated_on=claim.stated_on,
        first_appearance=claim.first_appearance,
        place=claim.place.name,
        when=Interval.of(claim.when.span()),
        denied_by=tuple(item.by for item in claim.responses if item.stance == "denies"),
        appearances=tuple(AppearanceField(**item.model_dump()) for item in claim.appearances),
    )


def propositions_field(claim: Claim, prediction: Prediction) -> Propositions:
    """Return the pair of hypotheses that a prediction tells apart."""
    return Propositions(
        prediction=prediction.id,
        prediction_text=prediction.text,
        h1=prediction.expected_under,
        h1_text=claim.hypothesis(prediction.expected_under).text,
        h0=prediction.excluded_under,
        h0_text=claim.hypothesis(prediction.excluded_under).text,
        level="object change",
    )


def object_field(prediction: Prediction) -> ObjectModel:
    """Return what was looked for."""
    contrast = prediction.target.contrast or {}
    return ObjectModel(
        what=prediction.target.what,
        change=prediction.change.value,
        length_m=decimal_text(prediction.target.length_m),
        width_m=decimal_text(prediction.target.width_m),
        contrast=tuple(ContrastField(band=band, difference=decimal_text(v)) for band, v in sorted(contrast.items())),
        dwell_days=number(prediction.dwell_days),
        when=Interval.of(prediction.when.span()),
        at_least=prediction.target.at_least,
    )


def fitness_field(finding: Finding) -> FitnessField:
    """Return whether the scenes could have shown it."""
    power, resolution = finding.power, finding.resolution
    pod = power.pod if power else None
    return FitnessField(
        gsd_m=decimal_text(resolution.gsd_m),
        cells=decimal_text(resolution.cells),
        level_asked=finding.prediction.level.value,
        level_reached=resolution.level.value if resolution.level else None,
        sufficient=resolution.sufficient,
        statement=resolution.statement,
        p_look=EstimateField.of(finding.coverage.p_look),
        pod=EstimateField.of(pod) if pod else None,
        insertions_found=power.found if power else 0,
        insertions_tried=power.tried if power else 0,
        power_reason=power.reason if power else "not measured",
    )


def coverage_field(coverage: Coverage) -> CoverageField:
    """Return every look, also those that could not be used."""
    return CoverageField(
        place=coverage.place,
        when=Interval.of(coverage.when),
        looks=tuple(
            LookField(
                scene_id=look.scene_id,
                acquired=Interval.of(look.acquired),
                sensor=look.sensor,
                state=look.state.value,
                usable_fraction=number(look.usable_fraction),
                sun_elevation_deg=number(look.sun_elevation_deg),
                reason=look.reason,
            )
            for look in coverage.looks
        ),
        gaps=tuple(Interval.of(gap) for gap in coverage.gaps),
        reason=coverage.reason,
    )


def ratio_field(finding: Finding) -> RatioField | None:
    """Return the likelihood ratios; None where nothing was weighed."""
    ratio, false_alarm = finding.ratio, finding.power.false_alarm if finding.power else None
    if ratio is None:
        return None
    return RatioField(
        level="object change",
        plus=EstimateField.of(ratio.plus) if ratio.plus else None,
        minus=EstimateField.of(ratio.minus) if ratio.minus else None,
        cap=number(ratio.cap),
        false_alarm=EstimateField.of(false_alarm) if false_alarm else None,
        words_plus=ratio.words_plus,
        words_minus=ratio.words_minus,
        reason=ratio.reason,
    )


def interval_field(finding: Finding) -> tuple[Interval, Interval] | None:
    """Return last look without and first look with the change."""
    return (Interval.of(finding.bracket[0]), Interval.of(finding.bracket[1])) if finding.bracket else None


def observations_field(finding: Finding) -> tuple[Observation, ...]:
    """Return what the imagery shows, without meaning: the looks, and what was outlined."""
    inside = finding.coverage.inside
    usable = sum(look.state is LookState.CLEAR for look in inside)
    looks = Observation(
        id="looks",
        statement=(
            f"{usable} of {len(inside)} looks in {finding.coverage.when.label} were usable "
            f"over {finding.coverage.place}; {len(finding.coverage.clear)} of {len(finding.coverage.looks)} in all."
        ),
    )
    if finding.detections is None:
        return (looks,)
    found, unit = finding.detections, "m2" if finding.detections.changes.pair.grid is not None else "px"
    outlined = Observation(
        id="change",
        statement=(
            f"{len(found)} changed objects were outlined in {found.examined_area_m2:.0f} {unit} of examined ground; "
            f"{len(finding.fitting)} of them fit the prediction in size, sign and place."
        ),
        detections=tuple(item.id for item in found),
    )
    return looks, outlined


def assumptions_field(claim: Claim, finding: Finding) -> tuple[Assumption, ...]:
    """Return what was taken for granted."""
    target = finding.prediction.target
    taken = [
        Assumption(
            id="target",
            statement=f"{target.what} measures {target.length_m:g} x {target.width_m:g} m",
            why="stated in the claim file before any pixel was read",
        ),
        Assumption(
            id="stay",
            statement=f"it stays {finding.prediction.lasts}, and may arrive at any time of the stated span alike",
            why="the claim file gives the span and the length of stay, and nothing about the hour",
        ),
    ]
    if finding.power is not None and finding.power.false_alarm is not None:
        taken.append(
            Assumption(
                id="quiet",
                statement="the quiet pairs stand for what this place does between any two dates",
                why="they are what the catalogue offers outside the claimed time",
            )
        )
    if finding.notes:
        taken.append(
            Assumption(
                id="left-out",
                statement="taken for granted, not tested: what could not be used would not change the answer",
                why="; ".join(finding.notes),
            )
        )
    return (*taken, *_oddities(claim, finding.prediction))


def _oddities(claim: Claim, prediction: Prediction) -> tuple[Assumption, ...]:
    """Return what is unusual about the claim or this prediction and was taken as meant."""
    told = [odd.told for odd in claim.oddities if odd.prediction in ("", prediction.id)]
    why = "the claim file says so; it may be meant, and the answer is given as if it is"
    return tuple(Assumption(id=f"as-written-{n}", statement=text, why=why) for n, text in enumerate(told, start=1))


def judgment_field(
    claim: Claim, finding: Finding, observations: tuple[Observation, ...], statement: str | None
) -> Judgment:
    """Return the conclusion, with its observations and the alternatives that stay open."""
    best = finding.fitting[0] if finding.fitting else None
    open_ = [f"{e.name}: {e.status}" for e in best.explanations if e.status != "ruled out"] if best else []
    return Judgment(
        id="answer",
        statement=statement or answer_sentence(finding),
        level="object change",
        rests_on=tuple(item.id for item in observations),
        alternatives=(claim.hypothesis(finding.prediction.excluded_under).text, *open_),
        assumes=tuple(item.id for item in assumptions_field(claim, finding)),
        would_change_it=_WOULD_CHANGE[finding.answer],
    )


def grades_field(claim: Claim) -> tuple[Grade, ...]:
    """Return the Admiralty grades of the claim's other sources."""
    return tuple(
        Grade(source=item.description, reliability=item.reliability, credibility=item.credibility)
        for item in claim.sources
    )


def geolocation_field(finding: Finding) -> Geolocation:
    """Return how exactly the place is known, from the position error of the strongest fitting detection."""
    radius = finding.fitting[0].ce90_m if finding.fitting else None
    known = [scene.sensor.geolocation_ce90_m for scene in finding.scenes]
    if radius is None and known and None not in known:
        radius = max(value for value in known if value is not None)
    name = next((name for limit, name in _PRECISION if radius is not None and radius <= limit), "not known")
    return Geolocation.model_validate({"precision": name, "radius_m": number(radius)})


def safety_field(claim: Claim, prediction: Prediction) -> Safety:
    """Return whether the place is marked as sensitive."""
    return Safety(sensitive=claim.is_sensitive(prediction), coarsened_to_m=None)
