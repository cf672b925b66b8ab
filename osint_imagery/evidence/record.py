"""The evidence record: one finding, sealed with everything needed to doubt it."""

from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import Annotated, Literal, Self, cast

from pydantic import Field, model_validator

from osint_imagery.core.claim import Claim, DetectionLevel, Target
from osint_imagery.core.errors import InputError
from osint_imagery.core.lineage import Artifact, Json, canonical_json, digest_bytes
from osint_imagery.core.timespan import iso, utc
from osint_imagery.evidence import gather, sources
from osint_imagery.evidence.fields import (
    ArtifactField,
    CoverageField,
    DetectionField,
    Digest,
    FitnessField,
    Instant,
    Interval,
    MethodField,
    Model,
    QualityField,
    RatioField,
    SceneField,
    StepField,
    Text,
)
from osint_imagery.evidence.finding import Finding
from osint_imagery.evidence.overclaim import refuse_overclaim
from osint_imagery.evidence.reasoning import (
    Annotation,
    Assumption,
    ClaimField,
    Custody,
    Geolocation,
    Grade,
    Inference,
    Judgment,
    ObjectModel,
    Observation,
    Propositions,
    Review,
    Safety,
)
from osint_imagery.evidence.strict import read_strictly
from osint_imagery.evidence.wording import ratio_sentence, unseen_sentence
from osint_imagery.observe.resolution import AllowedLevel

__all__ = ["EvidenceRecord", "read_record", "record_of"]


class EvidenceRecord(Model):
    """One finding with claim, scenes, uncertainty, citations and custody; frozen, a change is a new record."""

    schema_: Literal["osint-imagery/record/1"] = Field(alias="schema", default="osint-imagery/record/1")
    id: Text
    previous: Digest | None = None
    created: Instant
    software: Text
    claim: ClaimField
    propositions: Propositions
    object_model: ObjectModel
    fitness: FitnessField
    coverage: CoverageField
    scenes: tuple[SceneField, ...]
    lineage: tuple[StepField, ...]
    quality: QualityField | None
    method: MethodField | None
    detections: tuple[DetectionField, ...]
    annotations: tuple[Annotation, ...] = ()
    observations: Annotated[tuple[Observation, ...], Field(min_length=1)]
    interval: tuple[Interval, Interval] | None
    ratio: RatioField | None
    ratio_sentence: Text
    answer: Literal["seen", "looked and not seen", "could not have been seen", "undetermined"]
    reason: Text
    not_visible: Text
    inferences: tuple[Inference, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    judgments: tuple[Judgment, ...] = ()
    grades: tuple[Grade, ...] = ()
    geolocation: Geolocation
    reviews: tuple[Review, ...] = ()
    custody: tuple[Custody, ...]
    safety: Safety
    credit: tuple[Text, ...]
    changes_made: Text
    artifacts: tuple[ArtifactField, ...] = ()

    @model_validator(mode="after")
    def _linked(self) -> Self:
        seen = {item.id for item in self.observations} | {item.id for item in self.annotations}
        told = seen | {item.id for item in self.inferences}
        for step in self.inferences:
            _known(step.id, step.rests_on, told - {step.id}, "observations or inferences")
        for judgment in self.judgments:
            if not seen & set(judgment.rests_on):
                msg = f"judgment {judgment.id} rests on {judgment.rests_on}: no observation among them; name one"
                raise ValueError(msg)
            _known(judgment.id, judgment.rests_on, told, "observations or inferences")
            _known(judgment.id, judgment.assumes, {item.id for item in self.assumptions}, "assumptions")
        drawn = {item.id for item in self.detections}
        for observation in self.observations:
            _known(observation.id, tuple(map(str, observation.detections)), set(map(str, drawn)), "detections")
        return self

    def body(self) -> bytes:
        """Return the record as canonical JSON (RFC 8785)."""
        return canonical_json(cast(Json, self.model_dump(mode="json", by_alias=True)))

    @property
    def digest(self) -> str:
        """Digest of :meth:`body`."""
        return digest_bytes(self.body())

    def attach(self, artifact: Artifact) -> "EvidenceRecord":
        """Return a record that also lists a file that was made; this one stays as it is."""
        field = ArtifactField(
            name=artifact.path.name, digest=artifact.digest, media_type=artifact.media_type, shows=artifact.shows
        )
        return self._with(artifacts=(*self.artifacts, field))

    def annotated(self, annotation: Annotation) -> "EvidenceRecord":
        """Return a record with an analyst's mark; it never mixes with the detections.

        Raises
        ------
        LevelError
            If the mark says more than the pixels allow to be told of a thing of the predicted size.
        """
        model = self.object_model
        target = Target(what=model.what, length_m=float(model.length_m), width_m=float(model.width_m))
        AllowedLevel(target=target, gsd_m=float(self.fitness.gsd_m), level=DetectionLevel(annotation.level))
        return self._with(annotations=(*self.annotations, annotation))

    def taken_over(self, custody: Custody, artifacts: Sequence[Artifact]) -> "EvidenceRecord":
        """Return the record as another claim file takes it in: how it came there, its figures as named there."""
        fields = tuple(
            ArtifactField(name=item.path.name, digest=item.digest, media_type=item.media_type, shows=item.shows)
            for item in artifacts
        )
        return self._with(custody=(*self.custody, custody), artifacts=fields)

    def following(self, previous: str | None) -> "EvidenceRecord":
        """Return the record with the digest of the record before it in its claim file."""
        return self._with(previous=previous)

    def _with(self, **changed: object) -> "EvidenceRecord":
        fields = {name: getattr(self, name) for name in type(self).model_fields if name != "schema_"}
        return EvidenceRecord.model_validate({**fields, **changed})

    def _repr_html_(self) -> str:
        return f"<code>{escape(repr(self))}</code>"

    def __str__(self) -> str:
        return repr(self)

    def __repr__(self) -> str:
        return f"EvidenceRecord({self.id!r}: {self.answer}; {len(self.scenes)} scenes; {self.digest})"


def _known(owner: str, named: Sequence[str], known: set[str], kind: str) -> None:
    missing = [name for name in named if name not in known]
    if missing:
        msg = f"{owner} names {', '.join(missing)}, which are not {kind} of this record"
        raise ValueError(msg)


def record_of(
    claim: Claim,
    finding: Finding,
    *,
    accessed: datetime,
    created: datetime,
    software: str,
    statement: str | None = None,
) -> EvidenceRecord:
    """Return the evidence record of a finding.

    Parameters
    ----------
    claim : Claim
        Read with ``read_claim``, so that its bytes have a digest.
    finding : Finding
        The finding.
    accessed : datetime
        When the scenes' bytes were read, aware.
    created : datetime
        When the record is made, aware.
    software : str
        Name and version: ``"osint_imagery 0.1.0"``.
    statement : str, optional
        The analyst's judgment in one sentence; defaults to the answer. Refused where it overclaims.

    Returns
    -------
    EvidenceRecord

    Raises
    ------
    InputError
        If the claim has no bytes, a time has no zone, or the statement says more than the imagery can.
    """
    if not claim.source:
        msg = f"claim={claim.id!r} was not read from a file, so it has no digest; use read_claim(path)"
        raise InputError(msg)
    made = iso(utc(created))
    if statement is not None:
        refuse_overclaim(statement, finding)
    scenes = sources.scenes_field(finding, utc(accessed))
    observations = gather.observations_field(finding)
    return EvidenceRecord(
        id=f"{claim.id}-{finding.prediction.id}",
        created=made,
        software=software,
        claim=gather.claim_field(claim),
        propositions=gather.propositions_field(claim, finding.prediction),
        object_model=gather.object_field(finding.prediction),
        fitness=gather.fitness_field(finding),
        coverage=gather.coverage_field(finding.coverage),
        scenes=scenes,
        lineage=sources.lineage_field(finding),
        quality=sources.quality_field(finding),
        method=sources.method_field(finding),
        detections=sources.detections_field(finding),
        observations=observations,
        interval=gather.interval_field(finding),
        ratio=gather.ratio_field(finding),
        ratio_sentence=ratio_sentence(finding),
        answer=finding.answer.value,
        reason=finding.reason,
        not_visible=unseen_sentence(finding),
        assumptions=gather.assumptions_field(claim, finding),
        judgments=(gather.judgment_field(claim, finding, observations, statement),),
        grades=gather.grades_field(claim),
        geolocation=gather.geolocation_field(finding),
        custody=(Custody(at=made, who=software, what="record made from the finding; nothing edited by hand"),),
        safety=gather.safety_field(claim, finding.prediction),
        credit=tuple(dict.fromkeys(scene.credit for scene in scenes)),
        changes_made=sources.changes_sentence(finding),
    )


def read_record(data: bytes) -> EvidenceRecord:
    """Read a record strictly: schema, links, and the canonical form byte for byte.

    Raises
    ------
    InputError
        If the bytes are not exactly what a record writes.
    """
    return read_strictly(EvidenceRecord, data, "record")
