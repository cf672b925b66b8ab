"""Ratios of several items between two hypotheses: never multiplied where they hang together, and said where they are.

Within a group of items that share something, and across groups where nothing is assumed, ratios are averaged. A right
ratio has mean 1 under the other hypothesis; so has a mean of right ratios, however the items hang together, and by
Markov's inequality it exceeds k in at most one case of k (Turing's rule) [1]_. Their product, or the largest of them
picked afterwards, does not keep it. What is averaged was fixed before anybody looked, when the claim was registered.

References
----------
.. [1] Vovk, V., Wang, R., E-values: calibration, combination and applications, Annals of Statistics 49(3), 2021,
   1736-1754, doi:10.1214/20-AOS2020 (a likelihood ratio of simple hypotheses is an e-value; merging by averages).
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from osint_imagery.core.estimate import Estimate, ratio_words
from osint_imagery.core.texts import WEIGHING
from osint_imagery.evidence.assessed_parts import Group, HypothesisField, ImageryItem, Link, Pairing, Term
from osint_imagery.evidence.fields import EstimateField
from osint_imagery.evidence.scales import USEFUL, nearer_end, support_words
from osint_imagery.evidence.sharing import groups_of, shared_in

__all__ = ["Limit", "limit_of", "multiplied", "pooled", "useful", "weigh"]

_LEAST_LEVEL = 0.5


def useful(ratio: Estimate) -> bool:
    """Whether all of a ratio's interval lies beyond 2, or below 1/2."""
    near = nearer_end(ratio)
    return near >= USEFUL or near <= 1 / USEFUL


def pooled(parts: Sequence[Estimate]) -> Estimate:
    """Return what several ratios that may hang together in any way support: from the harmonic to the arithmetic mean.

    Parameters
    ----------
    parts : sequence of Estimate
        Ratios of one pair of hypotheses; at least one.

    Returns
    -------
    Estimate
        The single one, as it is; of several bounds without a value. Never beyond the strongest of them on either side.

    Notes
    -----
    The upper end is the mean of the ratios, the lower the inverse of the mean of their inverses, so that exchanging the
    hypotheses inverts the interval. Both ends keep Turing's rule whatever the dependence, if each ratio is right. It
    misleads where one item says nearly all and the others could say little: each of them still counts alike.

    Examples
    --------
    >>> parts = [Estimate(value=x, low=x, high=x, level=1, unit="ratio", method="given") for x in (2.0, 8.0)]
    >>> print(pooled(parts))
    (bounds 3.2 to 5)
    """
    if len(parts) == 1:
        return parts[0]
    low, high = _inverse(_mean([_inverse(part.low) for part in parts])), _mean([part.high for part in parts])
    return Estimate(
        value=math.nan,
        low=low,
        high=max(low, high),  # equal parts, but for rounding
        level=_level(parts),
        unit="ratio",
        method=WEIGHING["pooled"].format(count=len(parts)),
    )


def multiplied(parts: Sequence[Estimate]) -> Estimate:
    """Return the product of ratios, which holds only if the items are independent under both hypotheses.

    Examples
    --------
    >>> parts = [Estimate(value=x, low=x, high=x, level=1, unit="ratio", method="given") for x in (2.0, 8.0)]
    >>> print(multiplied(parts))
    16 (bounds 16 to 16)
    """
    if len(parts) == 1:
        return parts[0]
    low, value, high = (math.prod(getattr(part, end) for part in parts) for end in ("low", "value", "high"))
    return Estimate(
        value=value,
        low=0.0 if math.isnan(low) else low,  # infinity times zero: nothing is known
        high=math.inf if math.isnan(high) else high,
        level=_level(parts),
        unit="ratio",
        method=WEIGHING["multiplied"].format(count=len(parts)),
    )


def _level(parts: Sequence[Estimate]) -> float:
    """Return the coverage of all intervals at once: any of them may miss."""
    return max(1 - math.fsum(1 - part.level for part in parts), _LEAST_LEVEL)


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values) if all(map(math.isfinite, values)) else math.inf


def _inverse(value: float) -> float:
    return math.inf if value == 0 else 1 / value


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What of a ratio is the limit of what was counted, no estimate: one end, or also the figure; and the counts."""

    what: Literal["figure", "end"]
    counts: str


def limit_of(item: ImageryItem) -> Limit | None:
    """Return whether the strong end of an item's ratio is the most that its counts can support; None where it is not.

    Parameters
    ----------
    item : ImageryItem
        With the cap of its LR+ or the floor of its LR-.
    """
    worth = item.worth
    if worth is None or item.observed is None:
        return None
    bound, end = (item.cap, worth.high) if item.observed == "LR+" else (item.floor, worth.low)
    if bound is None or end != bound:
        return None
    counts = WEIGHING["quiet counts" if item.observed == "LR+" else "inserted counts"]
    return Limit(what="figure" if worth.value == bound else "end", counts=counts)


def weigh(
    first: HypothesisField, second: HypothesisField, items: Sequence[ImageryItem], links: Sequence[Link]
) -> Pairing:
    """Weigh all imagery between two hypotheses.

    Parameters
    ----------
    first, second : HypothesisField
        A ratio above 1 is for the first.
    items : sequence of ImageryItem
        All items, also those that say nothing here.
    links : sequence of Link
        What shares something.

    Returns
    -------
    Pairing
    """
    terms = tuple(_term(first, second, item) for item in items)
    counted = {term.item: term.ratio.estimate() for term in terms if term.ratio is not None}
    groups = tuple(_group(names, counted, links) for names in groups_of(counted, links))
    voices = [group.ratio.estimate() for group in groups]
    whole = pooled(voices) if voices else None
    product = multiplied(voices) if voices else None
    return Pairing(
        first=first.id,
        second=second.id,
        terms=terms,
        groups=groups,
        any_dependence=EstimateField.of(whole) if whole else None,
        independent=EstimateField.of(product) if product else None,
        favors=_favored(first, second, whole),
        words=_words(first, second, whole),
        words_if_independent=_words(first, second, product),
        sentence=" ".join((_sentence(first, second, whole, terms), *_limits(items, terms))),
    )


def _term(first: HypothesisField, second: HypothesisField, item: ImageryItem) -> Term:
    forward = first.id in item.expected_under and second.id in item.excluded_under
    backward = second.id in item.expected_under and first.id in item.excluded_under
    if not forward and not backward:
        reason = WEIGHING["alike"].format(first=_said(first, item), second=_said(second, item))
        return Term(item=item.id, bearing="does not discriminate", ratio=None, words=_nothing(), reason=reason)
    if item.same_as is not None:
        reason = WEIGHING["same"].format(item=item.same_as)
        return Term(item=item.id, bearing="no number", ratio=None, words=_nothing(), reason=reason)
    if item.worth is None:
        return Term(item=item.id, bearing="no number", ratio=None, words=_nothing(), reason=item.reason)
    came = item.worth.estimate()
    ratio = came if forward else _turned(came)
    return Term(
        item=item.id,
        bearing=_bearing(ratio),
        ratio=EstimateField.of(ratio),
        words=_words(first, second, ratio),
        reason=item.reason,
    )


def _said(hypothesis: HypothesisField, item: ImageryItem) -> str:
    """Return what a hypothesis says of a prediction, in words."""
    if hypothesis.id in item.expected_under:
        said = "expects it"
    else:
        said = "excludes it" if hypothesis.id in item.excluded_under else "says nothing about it"
    return f"“{hypothesis.id}” {said}"


def _bearing(ratio: Estimate) -> Literal["for the first", "for the second", "bounds only"]:
    if math.isnan(ratio.value):
        return "bounds only"
    return "for the first" if ratio.value >= 1 else "for the second"


def _turned(ratio: Estimate) -> Estimate:
    """Return the ratio with the hypotheses exchanged."""
    return Estimate(
        value=_inverse(ratio.value),
        low=_inverse(ratio.high),
        high=_inverse(ratio.low),
        level=ratio.level,
        unit="ratio",
        method=WEIGHING["turned"].format(method=ratio.method),
    )


def _group(names: Sequence[str], counted: dict[str, Estimate], links: Sequence[Link]) -> Group:
    parts = [counted[name] for name in names]
    strengths = {name: _strength(counted[name]) for name in names}
    top = max(names, key=lambda name: strengths[name])
    return Group(
        items=tuple(names),
        shared=shared_in(names, links),
        strongest=top if strengths[top] > 0 else None,
        contradicting=any(part.low > 1 for part in parts) and any(part.high < 1 for part in parts),
        ratio=EstimateField.of(pooled(parts)),
    )


def _strength(ratio: Estimate) -> float:
    near = nearer_end(ratio)
    return math.inf if near in {0.0, math.inf} else abs(math.log(near))


def _favored(first: HypothesisField, second: HypothesisField, ratio: Estimate | None) -> str | None:
    if ratio is None or not useful(ratio):
        return None
    return first.id if nearer_end(ratio) > 1 else second.id


def _nothing() -> str:
    return support_words(1)


def _words(first: HypothesisField, second: HypothesisField, ratio: Estimate | None) -> str:
    near = 1.0 if ratio is None else nearer_end(ratio)
    return support_words(near, first=f"“{first.id}”", second=f"“{second.id}”")


def _sentence(first: HypothesisField, second: HypothesisField, ratio: Estimate | None, terms: Sequence[Term]) -> str:
    """Return the pair in a sentence that cannot be transposed: the imagery is more probable, no hypothesis is."""
    if ratio is None:
        return WEIGHING["no ratio"].format(first=first.id, second=second.id, count=len(terms))
    one, other, given = first, second, ratio
    if nearer_end(ratio) < 1:
        one, other, given = second, first, _turned(ratio)
    name = "bounds" if given.level == 1 else f"{given.level * 100:g}% interval"
    times = f"between {_times(given.low)} and {_times(given.high)}"
    if not math.isnan(given.value):
        times = f"{_times(given.value)} ({name}: {times})"
    items = ", ".join(term.item for term in terms if term.ratio is not None)
    words = _words(first, second, ratio)
    return WEIGHING["ratio"].format(items=items, times=times, one=one.id, other=other.id, words=words)


def _limits(items: Sequence[ImageryItem], terms: Sequence[Term]) -> Iterator[str]:
    """Yield a sentence for each kind of limit at which the intervals of weighed items end."""
    weighed = {term.item for term in terms if term.ratio is not None}
    found: dict[Limit, list[str]] = {}
    for item in items:
        limit = limit_of(item) if item.id in weighed else None
        if limit is not None:
            found.setdefault(limit, []).append(item.id)
    for limit, names in found.items():
        yield WEIGHING[f"limit {limit.what}"].format(items=", ".join(names), counts=limit.counts)


def _times(value: float) -> str:
    return "any number of" if math.isinf(value) else ratio_words(value)
