"""The parts of an evidence record that come from pixels: strict; numbers as decimal text, times as UTC instants."""

import math
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from osint_imagery.core.estimate import Estimate
from osint_imagery.core.lineage import decimal_text
from osint_imagery.core.timespan import TimeSpan, iso, utc

__all__ = [
    "ArtifactField",
    "AssetField",
    "CoverageField",
    "DetectionField",
    "Digest",
    "EstimateField",
    "ExplanationField",
    "FitnessField",
    "Instant",
    "Interval",
    "Level",
    "LookField",
    "MethodField",
    "Model",
    "Number",
    "QualityField",
    "RatioField",
    "SceneField",
    "StepField",
    "Text",
]

Text = Annotated[str, Field(min_length=1)]
Number = Annotated[str, Field(pattern=r"^(-?(0|[1-9][0-9]*)(\.[0-9]+)?|-?infinity)$")]


def _there_was(text: str) -> str:
    utc(text)  # refuses 31 February and second 60, which the pattern lets pass
    return text


Instant = Annotated[
    str,
    Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?Z$"),
    AfterValidator(_there_was),
]
Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
Level = Literal["detection", "recognition", "identification", "technical_analysis"]


class Model(BaseModel):
    """Frozen, strict, nothing extra."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class Interval(Model):
    """A span as two UTC instants under the STAC names, and as people read it."""

    start_datetime: Instant
    end_datetime: Instant
    label: Text

    @classmethod
    def of(cls, span: TimeSpan) -> "Interval":
        """Return the field for a span; a day stays a day."""
        return cls(start_datetime=iso(span.start), end_datetime=iso(span.end), label=span.label)

    def span(self) -> TimeSpan:
        """Return the span between the two instants."""
        return TimeSpan(self.start_datetime, self.end_datetime)


class EstimateField(Model):
    """A value with its interval; value is null where only the interval is known."""

    value: Number | None
    low: Number
    high: Number
    level: Number
    unit: Text
    method: str

    @classmethod
    def of(cls, estimate: Estimate) -> "EstimateField":
        """Return the field for an estimate."""
        return cls(
            value=None if math.isnan(estimate.value) else decimal_text(estimate.value),
            low=decimal_text(estimate.low),
            high=decimal_text(estimate.high),
            level=decimal_text(estimate.level),
            unit=estimate.unit,
            method=estimate.method,
        )

    def estimate(self) -> Estimate:
        """Return the estimate that the field was made from, to the digits that were kept."""
        return Estimate(
            value=math.nan if self.value is None else float(self.value),
            low=float(self.low),
            high=float(self.high),
            level=float(self.level),
            unit=self.unit,
            method=self.method,
        )


class FitnessField(Model):
    """Whether the scenes could have shown it."""

    gsd_m: Number
    cells: Number
    level_asked: Level
    level_reached: Level | None
    sufficient: bool
    statement: Text
    p_look: EstimateField
    pod: EstimateField | None
    insertions_found: int
    insertions_tried: int
    power_reason: str


class LookField(Model):
    """One acquisition over the place, used or not."""

    scene_id: Text
    acquired: Interval
    sensor: Text
    state: Text
    usable_fraction: Number | None
    sun_elevation_deg: Number | None
    reason: str


class CoverageField(Model):
    """Every look that existed in the catalogue for this prediction."""

    place: Text
    when: Interval
    looks: tuple[LookField, ...]
    gaps: tuple[Interval, ...]
    reason: str


class AssetField(Model):
    """One file of a scene; `read` says whether its bytes went into the result."""

    key: Text
    href: str
    digest: Digest | None
    size: int | None
    read: bool


class SceneField(Model):
    """One scene, cited so that it leads back to the bytes."""

    role: Literal["before", "after"]
    id: Text
    product_id: Text
    sensor: Text
    processing_level: str
    platform: str | None
    processing_version: str | None
    acquired: Interval
    accessed: Instant
    href: str
    metadata_digest: Digest
    assets: tuple[AssetField, ...]
    gsd_m: Number | None
    sun_elevation_deg: Number | None
    sun_azimuth_deg: Number | None
    view_zenith_deg: Number | None
    relative_orbit: int | None
    scene_cloud_percent: Number | None
    license: Text
    doi: str | None
    credit: Text
    citation: Text
    simulated: bool
    notes: tuple[str, ...]


class StepField(Model):
    """One step of processing: name, version, parameters, digests of what went in and came out."""

    name: Text
    version: Text
    parameters: tuple[tuple[str, str], ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


class QualityField(Model):
    """How good the comparison is at the place itself."""

    usable_fraction_before: Number | None
    usable_fraction_after: Number | None
    shift_rows_px: Number | None
    shift_columns_px: Number | None
    residual: EstimateField | None
    tiles_used: int
    tiles_held_out: int
    tiles_offered: int
    sun_elevation_difference_deg: Number | None
    sun_azimuth_difference_deg: Number | None


class ExplanationField(Model):
    """Another reason for the same pixels."""

    name: Text
    status: Literal["ruled out", "not ruled out", "not tested"]
    note: str


class DetectionField(Model):
    """What the algorithm outlined; an analyst's mark is an `Annotation`, never this."""

    kind: Literal["automated"] = "automated"
    id: int
    outline_wkt: Text
    longitude: Number
    latitude: Number
    pixels: int
    area: EstimateField
    sign: Literal[-1, 0, 1]
    strength: Number
    p_instrument: Number | None
    p_object: Number | None
    q_fdr: Number | None
    probability: Number | None
    ce90_m: Number | None
    fits_prediction: bool
    explanations: tuple[ExplanationField, ...]


class MethodField(Model):
    """The detector, what it was calibrated on, and its verdict."""

    name: Text
    version: Text
    parameters: tuple[tuple[str, str], ...]
    citation: str
    verdict: Literal["changed", "no_change_found", "undetermined"]
    reason: str
    calibration: Literal["placebo", "margin", "labels", "lfdr", "none"]
    calibration_reason: str
    probability_of: str
    probability_calibration: Literal["placebo", "margin", "labels", "lfdr", "none"]
    calibration_count: int
    calibration_alarms: int
    quiet_dates: tuple[tuple[Interval, Interval], ...]
    quiet_scenes: tuple[tuple[Text, Text], ...]
    rank_p: Number | None
    false_discovery_level: Number
    objects_reported: int
    examined_area_m2: Number
    smallest_m2: Number | None


class RatioField(Model):
    """Likelihood ratios, at the level of object change."""

    level: Literal["object change"]
    plus: EstimateField | None
    minus: EstimateField | None
    cap: Number | None
    false_alarm: EstimateField | None
    words_plus: Text
    words_minus: Text
    reason: Text


class ArtifactField(Model):
    """A file that was made from this record's material."""

    name: Text
    digest: Digest
    media_type: Text
    shows: Text
