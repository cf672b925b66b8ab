"""The parts of an assessment: items, what they share, the matrix, pairs of hypotheses, what is left out."""

from typing import Annotated, Literal

from pydantic import Field

from osint_imagery.evidence.fields import Digest, EstimateField, Instant, Model, Number, Text

__all__ = [
    "Consistency",
    "Group",
    "HypothesisField",
    "ImageryItem",
    "LeftOut",
    "Link",
    "Pairing",
    "PriorField",
    "Rank",
    "Ranking",
    "Resting",
    "Row",
    "Share",
    "SourceItem",
    "Term",
    "Update",
    "Withdrawn",
]

Consistency = Literal["consistent", "inconsistent", "neutral", "not applicable"]
Share = Literal["imagery", "other sources", "both"]
State = Literal["seen", "looked and not seen", "could not have been seen", "undetermined", "not examined"]


class Resting(Model):
    """A record that the assessment rests on, by the digest of its bytes in the claim file."""

    record: Text
    prediction: Text
    digest: Digest


class Withdrawn(Model):
    """A record that does not stand: taken back itself, or with a scene that it rests on, which is then named."""

    record: Text
    prediction: Text
    answer: Text
    digest: Digest
    scene: Text | None
    at: Instant
    by: Text
    reason: Text


class HypothesisField(Model):
    """One explanation, as the claim states it."""

    id: Text
    text: Text
    rival: bool


class ImageryItem(Model):
    """What was observed of one prediction, and what that is worth: the thing came, against it did not.

    ``worth`` is LR+ where it was seen and LR- where it was looked for and not seen; without a value where only bounds
    are known (1 lies within them); null where the imagery would look the same either way or nothing was decided.
    ``same_as`` names an earlier item that asks the same of the same pixels: it is not counted again.
    """

    id: Text
    prediction: Text
    text: Text
    record: Digest | None
    state: State
    scenes: tuple[Text, ...]
    observed: Literal["LR+", "LR-"] | None
    worth: EstimateField | None
    cap: Number | None
    floor: Number | None
    reason: Text
    expected_under: tuple[Text, ...]
    excluded_under: tuple[Text, ...]
    same_as: Text | None = None


class SourceItem(Model):
    """Another source, as the claim file states it; grades stand apart, and nothing of it becomes a number."""

    id: Text
    kind: Text
    text: Text
    reported_by: str
    origin: str
    reliability: Literal["A", "B", "C", "D", "E", "F"]
    credibility: Literal["1", "2", "3", "4", "5", "6"]
    consistent_with: tuple[Text, ...]
    inconsistent_with: tuple[Text, ...]
    counted: bool
    reason: Text


class Link(Model):
    """Two items that do not vary independently, and what they share."""

    first: Text
    second: Text
    shared: Annotated[tuple[Text, ...], Field(min_length=1)]


class Row(Model):
    """One line of the matrix: an item against every hypothesis, in the order of the hypotheses.

    ``diagnosticity`` is the absolute natural logarithm of the ratio, from the end of its interval nearer to 1; null
    where there is no ratio. Rows that are not counted are shown all the same, with the reason.
    """

    item: Text
    share: Literal["imagery", "other sources"]
    cells: tuple[Consistency, ...]
    diagnosticity: Number | None
    counted: bool
    note: Text


class Term(Model):
    """One item for one pair of hypotheses; a ratio above 1 is for the first."""

    item: Text
    bearing: Literal["for the first", "for the second", "bounds only", "does not discriminate", "no number"]
    ratio: EstimateField | None
    words: Text
    reason: Text


class Group(Model):
    """Items that share something: one voice, never multiplied.

    ``ratio`` runs from the harmonic to the arithmetic mean of their ratios, which holds however they hang together;
    it is never stronger than the strongest of them, which is named.
    """

    items: Annotated[tuple[Text, ...], Field(min_length=1)]
    shared: tuple[Text, ...]
    strongest: Text | None
    contradicting: bool
    ratio: EstimateField


class Pairing(Model):
    """One claimed hypothesis against one rival: what the imagery says between them, at the level of object change.

    ``any_dependence`` assumes nothing about how the groups hang together; ``independent`` multiplies them, which is
    right only under the assumption of that name. Words and ``favors`` rest on the former.
    """

    first: Text
    second: Text
    terms: tuple[Term, ...]
    groups: tuple[Group, ...]
    any_dependence: EstimateField | None
    independent: EstimateField | None
    favors: Text | None
    words: Text
    words_if_independent: Text
    sentence: Text


class Rank(Model):
    """How many groups of counted items are inconsistent with a hypothesis, and which items these are."""

    hypothesis: Text
    inconsistent: Annotated[int, Field(ge=0)]
    items: tuple[Text, ...]
    diagnosticity: Number | None


class Ranking(Model):
    """Hypotheses by inconsistency, the least inconsistent first; those in one step are not told apart."""

    share: Share
    ranks: tuple[Rank, ...]
    order: tuple[tuple[Text, ...], ...]


class PriorField(Model):
    """What readers may have held before the imagery, and why these figures were chosen."""

    values: Annotated[tuple[Number, ...], Field(min_length=1)]
    reason: Text


class Update(Model):
    """What somebody who held `prior` for the first of a pair should hold after the imagery, if nothing else counts.

    Of the changes of objects that were weighed, never of the claim. An end that would be 0 or 1 is null.
    """

    first: Text
    second: Text
    prior: Number
    low: Number | None
    high: Number | None
    words: Text
    if_independent_low: Number | None
    if_independent_high: Number | None


class LeftOut(Model):
    """What becomes another if something is left out; empty where nothing does.

    ``changes_if_independent`` are words of the products alone, which rest on the assumption of that name.
    """

    what: Literal["item", "group", "scene"]
    name: Text
    items: tuple[Text, ...]
    changes: tuple[Text, ...]
    changes_if_independent: tuple[Text, ...]
