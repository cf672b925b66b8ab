"""Two readers of one sheet side by side: labels, outlines, and every place of which they do not say the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import shapely

from osint_imagery.core.estimate import proportion
from osint_imagery.core.lineage import decimal_text
from osint_imagery.evidence.agreement import Agreement, agreement, wilson
from osint_imagery.evidence.answers import Answer
from osint_imagery.evidence.fields import DetectionField, EstimateField, Model, Number, Text
from osint_imagery.evidence.outlines import Outline, match_outlines
from osint_imagery.evidence.review_key import LABELS, KeyItem

__all__ = ["DETECTOR", "Comparison", "Disagreement", "OutlinePair", "Rater", "comparison", "detector", "reader"]

DETECTOR = "detector"
"""The name under which the detector stands beside the readers."""

_ENOUGH = 0.5  # IoU from which two outlines count as one thing, as in most work on detection


@dataclass(frozen=True, slots=True, kw_only=True)
class Rater:
    """A reader or the detector: label of each place, outlines where any may stand, notes."""

    name: str
    labels: Mapping[str, str]
    outlines: Mapping[str, Sequence[Outline]]
    notes: Mapping[str, str] = field(default_factory=dict)


class Disagreement(Model):
    """A place of which two readers do not say the same."""

    item: Text
    first: Text
    second: Text
    detection: int | None
    first_note: str
    second_note: str


class OutlinePair(Model):
    """Two outlines of one thing."""

    item: Text
    iou: Number


class Comparison(Model):
    """Two readers side by side.

    Parameters
    ----------
    agreement : Agreement
        Of their labels.
    disagreements : tuple of Disagreement
        Item by item; none is left out.
    confirmed, cleared, around : EstimateField or None
        Only against the detector. The share of places with a detection in which the reader sees a change; of places
        that the detector examined in vain, in which the reader sees none; and of places that it did not examine, in
        which the reader sees none. Exact binomial intervals; None where there is no such place.
    outlines : tuple of OutlinePair
        Outlines of both that overlap, one to one, in places where both drew.
    first_only, second_only : tuple of str
        Places, one entry an outline, that hold an outline without a partner.
    overlapping : EstimateField or None
        Share of the pairs with an IoU of 0.5 or more; None where no two overlap.
    """

    agreement: Agreement
    disagreements: tuple[Disagreement, ...]
    confirmed: EstimateField | None
    cleared: EstimateField | None
    around: EstimateField | None
    outlines: tuple[OutlinePair, ...]
    first_only: tuple[Text, ...]
    second_only: tuple[Text, ...]
    overlapping: EstimateField | None


def detector(items: Sequence[KeyItem], detections: Sequence[DetectionField]) -> Rater:
    """Return the detector as a rater; its outlines in a place are those of all detections that reach into it."""
    shapes = [shapely.from_wkt(item.outline_wkt) for item in detections]
    squares = {item.item: shapely.from_wkt(item.square_wkt) for item in items}
    return Rater(
        name=DETECTOR,
        labels={item.item: item.answer for item in items if item.answer is not None},
        outlines={name: [one for one in shapes if one.intersects(square)] for name, square in squares.items()},
    )


def reader(name: str, answers: Sequence[Answer]) -> Rater:
    """Return a reader as a rater; a place where nothing was drawn says nothing about outlines."""
    drawn = [(item.item, shapely.from_wkt(item.outline_wkt)) for item in answers if item.outline_wkt]
    return Rater(
        name=name,
        labels={item.item: item.label for item in answers},
        outlines={item: list(shapely.get_parts(shape)) for item, shape in drawn},
        notes={item.item: item.note for item in answers},
    )


def comparison(items: Sequence[KeyItem], first: Rater, second: Rater) -> Comparison:
    """Compare two raters on the places of a sheet.

    Parameters
    ----------
    items : sequence of KeyItem
        What each place is.
    first, second : Rater
        A reader has a label for each place, the detector for those that it examined; only these are compared.
    """
    against = first.name == DETECTOR
    judged = [item for item in items if item.item in first.labels and item.item in second.labels]
    one, two = ({item.item: rater.labels[item.item] for item in judged} for rater in (first, second))
    pairs, first_only, second_only = _matched(items, first, second)
    answers = {"confirmed": LABELS[0], "cleared": LABELS[1], "around": None}
    places = {
        name: [item.item for item in items if against and item.answer == answer] for name, answer in answers.items()
    }
    hits = sum(float(pair.iou) >= _ENOUGH for pair in pairs)
    share = wilson(hits, len(pairs), method=f"pairs of outlines with an IoU of {_ENOUGH:g} or more") if pairs else None
    return Comparison(
        agreement=agreement(one, two, names=(first.name, second.name), labels=LABELS),
        disagreements=tuple(_disagreement(item, first, second) for item in judged if one[item.item] != two[item.item]),
        confirmed=_share(places["confirmed"], second, LABELS[0]),
        cleared=_share(places["cleared"], second, LABELS[1]),
        around=_share(places["around"], second, LABELS[1]),
        outlines=pairs,
        first_only=first_only,
        second_only=second_only,
        overlapping=None if share is None else EstimateField.of(share),
    )


def _disagreement(item: KeyItem, first: Rater, second: Rater) -> Disagreement:
    name = item.item
    return Disagreement(
        item=name,
        first=first.labels[name],
        second=second.labels[name],
        detection=item.detection,
        first_note=first.notes.get(name, ""),
        second_note=second.notes.get(name, ""),
    )


def _share(places: Sequence[str], rater: Rater, wanted: str) -> EstimateField | None:
    hits = sum(rater.labels[item] == wanted for item in places)
    return EstimateField.of(proportion(hits, len(places), method=f"called {wanted!r}")) if places else None


def _matched(
    items: Sequence[KeyItem], first: Rater, second: Rater
) -> tuple[tuple[OutlinePair, ...], tuple[str, ...], tuple[str, ...]]:
    """Return the outlines that overlap, and the places of those without a partner, where both could have drawn."""
    pairs: list[OutlinePair] = []
    ones: list[str] = []
    twos: list[str] = []
    for name in (item.item for item in items if item.item in first.outlines and item.item in second.outlines):
        found = match_outlines(first.outlines[name], second.outlines[name])
        pairs += [OutlinePair(item=name, iou=decimal_text(overlap)) for _, _, overlap in found.pairs]
        ones += [name] * len(found.first_only)
        twos += [name] * len(found.second_only)
    return tuple(pairs), tuple(ones), tuple(twos)
