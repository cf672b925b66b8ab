"""What a hypothesis predicts: which thing, how large, where, when, and which hypothesis excludes it."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from osint_imagery.core.claim_value import Key, Model, Place, Span, Text, fault
from osint_imagery.core.showing import pairs_html

__all__ = ["Change", "DetectionLevel", "Hypothesis", "Prediction", "Target"]


class DetectionLevel(StrEnum):
    """What can be told about an object, lowest first (terms of STANAG 3769)."""

    DETECTION = "detection"
    RECOGNITION = "recognition"
    IDENTIFICATION = "identification"
    TECHNICAL_ANALYSIS = "technical_analysis"


class Change(StrEnum):
    """What a prediction expects to see."""

    APPEARS = "appears"
    DISAPPEARS = "disappears"
    CHANGES = "changes"


class Hypothesis(Model):
    """One explanation; at least one of a claim's hypotheses is the rival of what is claimed."""

    id: Key
    text: Text
    rival: bool = False


class Target(Model):
    """The thing that should be visible: size in meters, and how bright against its ground where known.

    ``contrast`` is the expected difference target minus background per band, in the unit of the
    images it is looked for in (reflectance: -1..1); without it the power cannot be measured, and zero in every band
    would be a thing that cannot be seen.
    ``at_least`` says that larger ones fit too ("clearings of a quarter of a hectare and more"); without it a change
    much larger than stated is another thing.
    """

    what: Text
    length_m: Annotated[float, Field(gt=0)]
    width_m: Annotated[float, Field(gt=0)]
    contrast: Annotated[dict[str, float], Field(min_length=1)] | None = None
    at_least: bool = False

    @model_validator(mode="after")
    def _differs_from_its_ground(self) -> Self:
        if self.contrast is not None and not any(self.contrast.values()):
            msg = "contrast is 0 in every band: such a thing cannot be seen; leave contrast out where it is not known"
            raise fault(msg, "contrast")
        return self


class Prediction(Model):
    """What should be seen, where and when, if a hypothesis is true; and which hypothesis excludes it.

    ``also_expected_under`` and ``also_excluded_under`` name further hypotheses that say the same of it. A hypothesis
    that is named nowhere says nothing about it. ``outside_claim`` says why it is looked for far from the claim's place,
    or at another time than the claim's (the port where the cargo came from); without it such a prediction is refused.
    """

    id: Key
    text: Text
    expected_under: Key
    excluded_under: Key
    change: Annotated[Change, Field(strict=False)]
    target: Target
    when: Span
    dwell_days: Annotated[float, Field(gt=0)] | None = None
    level: Annotated[DetectionLevel, Field(strict=False)] = DetectionLevel.DETECTION
    place: Place | None = None
    also_expected_under: list[Key] = Field(default=[])
    also_excluded_under: list[Key] = Field(default=[])
    outside_claim: Text | None = None

    @property
    def expecting(self) -> tuple[str, ...]:
        """Every hypothesis under which it is expected."""
        return (self.expected_under, *self.also_expected_under)

    @property
    def excluding(self) -> tuple[str, ...]:
        """Every hypothesis under which it is excluded."""
        return (self.excluded_under, *self.also_excluded_under)

    @property
    def lasts(self) -> str:
        """How long the target stays, in words."""
        return "for good" if self.dwell_days is None else f"{self.dwell_days:g} days"

    def _repr_html_(self) -> str:
        rows = (("expected under", self.expected_under), ("excluded under", self.excluded_under))
        when = self.when.span().label
        return pairs_html((*rows, ("change", self.change), ("when", when)), title=f"{self.id}: {self.text}")
