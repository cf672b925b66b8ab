"""The assessment of a claim: what all its records say together, and what that hangs on; frozen, strict, hashed."""

from typing import Annotated, Literal, cast

from pydantic import Field

from osint_imagery.core.errors import InputError
from osint_imagery.core.lineage import Json, canonical_json, digest_bytes
from osint_imagery.evidence.assessed_parts import (
    HypothesisField,
    ImageryItem,
    LeftOut,
    Link,
    Pairing,
    PriorField,
    Ranking,
    Resting,
    Row,
    SourceItem,
    Update,
    Withdrawn,
)
from osint_imagery.evidence.fields import Instant, Model, Text
from osint_imagery.evidence.reasoning import Assumption, ClaimField, ConfidenceField
from osint_imagery.evidence.strict import read_strictly

__all__ = ["RULES", "Assessment", "read_assessment"]

RULES = "2"
"""Version of the rules and sentences; goes up with every change that lets the same records give another assessment."""


class Assessment(Model):
    """All records of a claim weighed together, imagery and other sources apart; frozen.

    Made by :func:`osint_imagery.assess`; ``verify`` makes it again from the records and compares it byte for byte.
    """

    schema_: Literal["osint-imagery/assessment/1"] = Field(alias="schema", default="osint-imagery/assessment/1")
    rules: Text
    created: Instant
    software: Text
    claim: ClaimField
    level: Literal["object change"]
    outcome: Literal["favors a side", "undetermined"]
    undetermined_because: tuple[Text, ...]
    rests_on: tuple[Resting, ...]
    withdrawn: tuple[Withdrawn, ...] = Field(default=(), exclude_if=lambda value: not value)
    hypotheses: Annotated[tuple[HypothesisField, ...], Field(min_length=2)]
    imagery: tuple[ImageryItem, ...]
    sources: tuple[SourceItem, ...]
    links: tuple[Link, ...]
    matrix: tuple[Row, ...]
    pairs: tuple[Pairing, ...]
    rankings: tuple[Ranking, ...]
    others_say: Text
    prior: PriorField | None
    updates: tuple[Update, ...]
    confidence: ConfidenceField
    assumptions: tuple[Assumption, ...]
    left_out: tuple[LeftOut, ...]
    hangs_on: tuple[Text, ...]
    beyond_the_level: tuple[Text, ...]
    would_change_it: tuple[Text, ...]

    def body(self) -> bytes:
        """Return the assessment as canonical JSON (RFC 8785)."""
        return canonical_json(cast(Json, self.model_dump(mode="json", by_alias=True)))

    @property
    def digest(self) -> str:
        """Digest of :meth:`body`."""
        return digest_bytes(self.body())

    def pair(self, first: str, second: str) -> Pairing:
        """Return the weighing of a claimed hypothesis against a rival.

        Raises
        ------
        InputError
            If there is no such pair.
        """
        for item in self.pairs:
            if (item.first, item.second) == (first, second):
                return item
        known = "; ".join(f"{item.first}, {item.second}" for item in self.pairs)
        msg = f"first={first!r}, second={second!r} is no pair of a claimed hypothesis and a rival; these are: {known}"
        raise InputError(msg)

    def summary(self) -> str:
        """Return the assessment as plain text, for a terminal."""
        from osint_imagery.evidence.assessed_view import text_of  # the view knows the model, not the other way round

        return text_of(self)

    def _repr_html_(self) -> str:
        from osint_imagery.evidence.assessed_view import html_of

        return html_of(self)

    def __str__(self) -> str:
        return self.summary()

    def __repr__(self) -> str:
        said = "; ".join(f"{item.first} against {item.second}: {item.words}" for item in self.pairs)
        return f"Assessment({self.claim.id!r}: {said}; confidence {self.confidence.level}; {self.digest})"


def read_assessment(data: bytes) -> Assessment:
    """Read an assessment strictly: schema, and the canonical form byte for byte.

    Raises
    ------
    InputError
        If the bytes are not exactly what an assessment writes.
    """
    return read_strictly(Assessment, data, "assessment")
