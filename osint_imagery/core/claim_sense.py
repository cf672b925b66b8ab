"""Whether a claim can be meant as it stands: what contradicts itself is refused, what is merely odd is told."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
import shapely

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.claim_prediction import Hypothesis, Prediction
from osint_imagery.core.claim_value import Place, Span, fault
from osint_imagery.core.timespan import TimeSpan

__all__ = ["Oddity", "oddities", "refuse_contradictions"]

_NEAR_M = 1000.0
"""A prediction this near to the claim's place, or as near as that place is wide, is beside it (ours)."""

_SAID_APART = {"id", "text", "level", "outside_claim"}
_SIDES = {"expected_under", "excluded_under", "also_expected_under", "also_excluded_under"}


class Oddity(NamedTuple):
    """Something that may be meant but that a reader has to know.

    Parameters
    ----------
    prediction : str
        Id of the prediction that it is about; empty where it is about the claim as a whole.
    told : str
        What is odd, in a sentence.
    """

    prediction: str
    told: str


def refuse_contradictions(
    place: Place, when: Span, hypotheses: Sequence[Hypothesis], predictions: Sequence[Prediction]
) -> None:
    """Refuse what nobody can mean: the fault says where it stands and what to write instead."""
    for index, item in enumerate(predictions):
        _stay(item, index)
        _outside(place.aoi(), when.span(), item, index)
    _alike_in_words(hypotheses)
    _twice(predictions)
    _tells_apart(hypotheses, predictions)


def oddities(
    place: Place, when: Span, hypotheses: Sequence[Hypothesis], predictions: Sequence[Prediction]
) -> tuple[Oddity, ...]:
    """Return what may be meant but is unusual, in the order of the claim."""
    found = []
    for first, second in combinations(hypotheses, 2):
        if _says(first, predictions) == _says(second, predictions):
            told = f"hypotheses {first.id} and {second.id} predict the same: no picture can tell them apart"
            found.append(Oddity("", told))
    area, span = place.aoi(), when.span()
    for item in predictions:
        where = _place_told(area, item)
        if where and (place.sensitive or (item.place and item.place.sensitive)):
            where = "is looked for outside the claim's place"  # a distance would narrow down what is kept back
        away = "; ".join(filter(None, (where, _time_told(span, item))))
        if away:
            why = f": {item.outside_claim}" if item.outside_claim else ""
            found.append(Oddity(item.id, f"prediction {item.id} {away}{why}"))
    return tuple(found)


def _stay(item: Prediction, index: int) -> None:
    window = item.when.span()
    if item.dwell_days is not None and item.dwell_days > window.days:
        msg = (
            f"prediction {item.id} stays {item.dwell_days:g} days within {window.days:g} days: its stay has to lie in "
            "when; lengthen when, shorten dwell_days, or leave dwell_days out if it stays for good"
        )
        raise fault(msg, "predictions", index, "dwell_days")


def _outside(area: AreaOfInterest, span: TimeSpan, item: Prediction, index: int) -> None:
    at = ("predictions", index)
    far = _is_far(area, item)
    apart = not span.overlaps(item.when.span())
    remedy = "mend it, or say in outside_claim why it is looked for there (the port of origin, for example)"
    if item.outside_claim is None:
        if far:
            msg = f"prediction {item.id} {_place_told(area, item)}; {remedy}"
            raise fault(msg, *at, "place")
        if apart:
            msg = f"prediction {item.id} {_time_told(span, item)}; {remedy.replace('there (', 'then (')}"
            raise fault(msg, *at, "when")
    elif not far and not apart:
        msg = f"prediction {item.id} lies at the claim's place and time; take outside_claim out, or mend place or when"
        raise fault(msg, *at, "outside_claim")


def _is_far(area: AreaOfInterest, item: Prediction) -> bool:
    if item.place is None:
        return False
    crs = _around(area)
    west, south, east, north = area.in_crs(crs).bounds
    return _distance_m(area, item.place.aoi()) > max(_NEAR_M, float(np.hypot(east - west, north - south)))


def _around(area: AreaOfInterest) -> str:
    """Return a CRS in which distances from the middle of the area are true, also across 180 degrees."""
    lon, lat = area.center
    return f"+proj=aeqd +lat_0={lat:.6f} +lon_0={lon:.6f} +datum=WGS84 +units=m"


def _distance_m(area: AreaOfInterest, other: AreaOfInterest) -> float:
    """Return how far apart two areas lie; 0 where they meet."""
    if area.geometry.intersects(other.geometry):
        return 0.0
    crs = _around(area)
    return float(shapely.distance(area.in_crs(crs), shapely.MultiPoint(shapely.get_coordinates(other.in_crs(crs)))))


def _place_told(area: AreaOfInterest, item: Prediction) -> str:
    away = 0.0 if item.place is None else _distance_m(area, item.place.aoi())
    if not away:
        return ""
    shown = f"{away / 1000:,.1f} km" if away >= 1000 else f"{away:.0f} m"
    return f"is looked for {shown} away from the claim's place"


def _time_told(span: TimeSpan, item: Prediction) -> str:
    window = item.when.span()
    if span.contains(window):
        return ""
    how = "reaches beyond" if span.overlaps(window) else "lies outside"
    return f"is looked for in a time ({window.label}) that {how} the claim's ({span.label})"


def _says(hypothesis: Hypothesis, predictions: Sequence[Prediction]) -> frozenset[tuple[str, bool]]:
    """Return what a hypothesis expects (True) and excludes (False)."""
    expected = {(item.id, True) for item in predictions if hypothesis.id in item.expecting}
    return frozenset(expected | {(item.id, False) for item in predictions if hypothesis.id in item.excluding})


def _alike_in_words(hypotheses: Sequence[Hypothesis]) -> None:
    said: dict[str, str] = {}
    for index, item in enumerate(hypotheses):
        words = " ".join(item.text.casefold().split())
        if words in said:
            msg = f"hypotheses {said[words]} and {item.id} say the same; take one out, or say in what they differ"
            raise fault(msg, "hypotheses", index, "text")
        said[words] = item.id


def _twice(predictions: Sequence[Prediction]) -> None:
    for (_, first), (index, second) in combinations(enumerate(predictions), 2):
        if first.model_dump(exclude=_SAID_APART | _SIDES) != second.model_dump(exclude=_SAID_APART | _SIDES):
            continue
        crossed = [name for name in second.expecting if name in first.excluding]
        crossed += [name for name in second.excluding if name in first.expecting]
        if crossed:
            msg = (
                f"predictions {first.id} and {second.id} are of one thing, place and time, and {crossed[0]} expects "
                "the one and excludes the other; mend one of them"
            )
            raise fault(msg, "predictions", index)
        if first.level == second.level and set(_sides(first)) == set(_sides(second)):
            msg = f"predictions {first.id} and {second.id} ask the same; take one out, or say in what they differ"
            raise fault(msg, "predictions", index)


def _sides(item: Prediction) -> Iterator[tuple[str, bool]]:
    yield from ((name, True) for name in item.expecting)
    yield from ((name, False) for name in item.excluding)


def _tells_apart(hypotheses: Sequence[Hypothesis], predictions: Sequence[Prediction]) -> None:
    """Refuse a claim of which no prediction sets what is claimed against a rival."""
    rivals = {item.id for item in hypotheses if item.rival}
    for item in predictions:
        expecting, excluding = set(item.expecting), set(item.excluding)
        if (expecting - rivals and excluding & rivals) or (expecting & rivals and excluding - rivals):
            return
    msg = (
        "no prediction tells what is claimed from a rival: add one that is expected under a claimed hypothesis and "
        "excluded under a rival, or the other way round"
    )
    raise fault(msg, "predictions")
