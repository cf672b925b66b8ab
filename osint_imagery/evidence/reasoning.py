"""The parts of an evidence record that come from people and reasoning; each kind is a type of its own."""

from typing import Annotated, Literal

from pydantic import Field

from osint_imagery.evidence.fields import Digest, EstimateField, Instant, Interval, Level, Model, Number, Text

__all__ = [
    "Annotation",
    "AppearanceField",
    "Assumption",
    "ClaimField",
    "ConfidenceField",
    "ContrastField",
    "Custody",
    "Geolocation",
    "Grade",
    "Inference",
    "Judgment",
    "ObjectModel",
    "Observation",
    "Propositions",
    "Review",
    "Safety",
]


class AppearanceField(Model):
    """Where the claim can be read, as the claim file says: the address, and a copy that does not change."""

    url: Text | None
    published: Text | None
    archived_copy: Text | None
    archived_on: Text | None
    digest: Digest | None


class ClaimField(Model):
    """The claim, verbatim, and the digest it was registered under."""

    id: Text
    digest: Digest
    text: Text
    claimant: Text
    stated_on: Text
    first_appearance: Text
    place: Text
    when: Interval
    denied_by: tuple[Text, ...]
    appearances: tuple[AppearanceField, ...] = Field(default=(), exclude_if=lambda value: not value)


class Propositions(Model):
    """The pair that the evidence is weighed between, and the level it is weighed at."""

    prediction: Text
    prediction_text: Text
    h1: Text
    h1_text: Text
    h0: Text
    h0_text: Text
    level: Literal["object change"]


class ContrastField(Model):
    """Expected difference target minus background in one band."""

    band: Text
    difference: Number


class ObjectModel(Model):
    """What was looked for."""

    what: Text
    change: Literal["appears", "disappears", "changes"]
    length_m: Number
    width_m: Number
    contrast: tuple[ContrastField, ...]
    dwell_days: Number | None
    when: Interval
    at_least: bool = Field(default=False, exclude_if=lambda value: not value)


class Annotation(Model):
    """What a person marked: who, when, what they call it and why."""

    kind: Literal["manual"] = "manual"
    id: Text
    who: Text
    at: Instant
    label: Text
    level: Level
    note: str
    outline_wkt: str | None = None


class Observation(Model):
    """What the imagery shows or does not show, without meaning."""

    id: Text
    statement: Text
    detections: tuple[int, ...] = ()


class Inference(Model):
    """A step from observations towards meaning."""

    id: Text
    statement: Text
    rests_on: Annotated[tuple[Text, ...], Field(min_length=1)]


class Assumption(Model):
    """What was taken for granted, and why."""

    id: Text
    statement: Text
    why: Text


class ConfidenceField(Model):
    """How good the basis of a judgment is, with reasons; not how likely anything is."""

    level: Literal["high", "moderate", "low"]
    reasons: Annotated[tuple[Text, ...], Field(min_length=1)]


class Judgment(Model):
    """A conclusion: never without an observation, never without a stated alternative."""

    id: Text
    statement: Text
    level: Literal["object change"]
    rests_on: Annotated[tuple[Text, ...], Field(min_length=1)]
    alternatives: Annotated[tuple[Text, ...], Field(min_length=1)]
    assumes: tuple[Text, ...] = ()
    would_change_it: tuple[Text, ...] = ()
    likelihood: EstimateField | None = None
    confidence: ConfidenceField | None = None


class Grade(Model):
    """Admiralty grades of another source, reliability and credibility apart."""

    source: Text
    reliability: Literal["A", "B", "C", "D", "E", "F"]
    credibility: Literal["1", "2", "3", "4", "5", "6"]


class Geolocation(Model):
    """How exactly the place is known."""

    precision: Literal["exact", "vicinity", "locality", "not known"]
    radius_m: Number | None


class Review(Model):
    """A second reader; disagreement is kept."""

    who: Text
    at: Instant
    blind: bool
    agrees: bool
    note: str


class Custody(Model):
    """Who did what, when."""

    at: Instant
    who: Text
    what: Text


class Safety(Model):
    """Whether the place is sensitive, and how far positions were coarsened."""

    sensitive: bool
    coarsened_to_m: Number | None
