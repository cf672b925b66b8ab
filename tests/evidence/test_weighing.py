"""Ratios of several items: computed by hand, mirrored, bounded, and kept to Turing's rule."""

import math
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.items import CAME, NOT, OTHER, item, link, ratio

from osint_imagery.core.estimate import Estimate
from osint_imagery.evidence.assessed_parts import ImageryItem, Link, Pairing
from osint_imagery.evidence.scales import nearer_end
from osint_imagery.evidence.weighing import multiplied, pooled, weigh

ends = st.floats(0.01, 100).map(lambda value: float(f"{value:.5g}"))  # kept to six digits in an assessment


@st.composite
def ratios(draw: st.DrawFn) -> Estimate:
    low, value, high = sorted(draw(st.tuples(ends, ends, ends)))
    return ratio(low, value, high)


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[ImageryItem], list[Link]]:
    items = [item(f"p{index}", worth) for index, worth in enumerate(draw(st.lists(ratios(), min_size=1, max_size=5)))]
    names = [one.id for one in items]
    pairs = [(one, other) for one, other in product(names, names) if one < other]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=4)) if pairs else []
    return items, [link(one, other) for one, other in chosen]


def bounds(found: Pairing) -> Estimate:
    assert found.any_dependence is not None
    return found.any_dependence.estimate()


def test_means_by_hand() -> None:
    both = pooled([ratio(2), ratio(8)])
    assert (both.low, both.high) == pytest.approx((2 / (1 / 2 + 1 / 8), 5))
    assert math.isnan(both.value)
    assert pooled([ratio(3, 4, 5)]) == ratio(3, 4, 5)


def test_products_by_hand_and_their_coverage() -> None:
    parts = [
        Estimate(value=v, low=v / 2, high=v * 2, level=0.95, unit="ratio", method="counted") for v in (2.0, 0.5, 10.0)
    ]
    got = multiplied(parts)
    assert (got.low, got.value, got.high) == pytest.approx((1.25, 10, 80))
    assert got.level == pytest.approx(0.85)
    unknown = multiplied([ratio(0, None, 2), ratio(1, None, math.inf)])
    assert (unknown.low, unknown.high) == (0, math.inf)


def test_three_items_two_groups_by_hand() -> None:
    items = [item("ship", ratio(4)), item("crane", ratio(0.5)), item("rail", ratio(3))]
    got = weigh(CAME, NOT, items, [link("ship", "crane", "scene S1")])
    assert [group.items for group in got.groups] == [("ship", "crane"), ("rail",)]
    first = got.groups[0]
    assert (first.strongest, first.contradicting, first.shared) == ("ship", True, ("scene S1",))
    assert (float(first.ratio.low), float(first.ratio.high)) == pytest.approx((2 / (0.25 + 2), 2.25), rel=1e-5)
    assert got.independent is not None
    assert (float(got.independent.low), float(got.independent.high)) == pytest.approx((2.66667, 6.75), rel=1e-5)
    assert (bounds(got).low, bounds(got).high) == pytest.approx((2 / (1 / 0.888889 + 1 / 3), 2.625), rel=1e-5)
    assert got.favors is None
    assert (got.words, got.words_if_independent) == (
        "no useful support either way",
        "weak support for “came” over “not”",
    )


def test_one_item_stands_as_it_is() -> None:
    got = weigh(CAME, NOT, [item("ship", ratio(3, 4, 4.5))], [])
    assert bounds(got) == ratio(3, 4, 4.5)
    assert got.any_dependence == got.independent
    assert got.favors == "came"
    assert got.sentence == (
        "At the level of object change, the imagery of ship is 4 (bounds: between 3 and 4.5) times as probable under "
        "what “came” predicts there as under what “not” predicts: weak support for “came” over “not”. This is no "
        "ratio for the claim. The end farther from 1 of the interval of ship is the most that so many quiet pairs can "
        "support, not an estimate."
    )


def test_a_silence_is_told_for_the_other_side() -> None:
    got = weigh(CAME, NOT, [item("ship", ratio(0.1, 0.2, 0.4))], [])
    assert got.favors == "not"
    assert "is 5 (bounds: between 2.5 and 10) times as probable under what “not” predicts" in got.sentence


def test_what_hypotheses_say_alike_or_nothing_of_does_not_discriminate() -> None:
    both = item("ship", ratio(9), expected=("came", "other"), excluded=("not",))
    got = weigh(CAME, OTHER, [both, item("crane", ratio(9))], [])
    assert [term.bearing for term in got.terms] == ["does not discriminate"] * 2
    assert "“came” expects it, “other” expects it: LR 1 by construction" in got.terms[0].reason
    assert "“other” says nothing about it" in got.terms[1].reason
    assert (got.any_dependence, got.independent, got.favors, got.groups) == (None, None, None, ())
    assert "No likelihood ratio" in got.sentence


def test_a_prediction_of_the_rival_counts_against_the_claim() -> None:
    got = weigh(CAME, NOT, [item("quiet berth", ratio(4), expected=("not",), excluded=("came",))], [])
    assert (bounds(got).value, got.favors, got.terms[0].bearing) == (0.25, "not", "for the second")


def test_no_number_says_why_and_bounds_widen_towards_the_rival() -> None:
    seen = item("ship", ratio(4))
    got = weigh(CAME, NOT, [seen, item("launcher", None)], [])
    assert bounds(got) == ratio(4)
    assert (got.terms[1].bearing, got.terms[1].reason) == ("no number", "given")
    open_ = weigh(CAME, NOT, [seen, item("launcher", ratio(0.5, None, 1))], [link("ship", "launcher")])
    assert open_.terms[1].bearing == "bounds only"
    assert bounds(open_).low < 4
    assert open_.favors is None


@settings(deadline=None)
@given(cases())
def test_exchanging_the_hypotheses_inverts_ratios_and_mirrors_words(case: tuple[list[ImageryItem], list[Link]]) -> None:
    items, links = case
    one, other = weigh(CAME, NOT, items, links), weigh(NOT, CAME, items, links)
    assert bounds(other).low == pytest.approx(1 / bounds(one).high, rel=1e-4)
    assert bounds(other).high == pytest.approx(1 / bounds(one).low, rel=1e-4)
    near = nearer_end(bounds(one))
    if all(abs(near / edge - 1) > 1e-4 for edge in (0.01, 0.1, 0.5, 2, 10, 100)):  # not at an edge of two words
        assert one.words == other.words
        assert one.favors == other.favors


@settings(deadline=None)
@given(cases())
def test_an_item_that_does_not_discriminate_changes_nothing(case: tuple[list[ImageryItem], list[Link]]) -> None:
    items, links = case
    extra = item("extra", ratio(50), expected=("came", "not"), excluded=("other",))
    more = weigh(CAME, NOT, [*items, extra], [*links, *(link(one.id, "extra") for one in items)])
    plain = weigh(CAME, NOT, items, links)
    assert (more.groups, more.any_dependence, more.independent) == (
        plain.groups,
        plain.any_dependence,
        plain.independent,
    )


@settings(deadline=None)
@given(cases())
def test_what_is_pooled_lies_between_its_parts(case: tuple[list[ImageryItem], list[Link]]) -> None:
    items, links = case
    got = weigh(CAME, NOT, items, links)
    counted = {one.id: one.worth.estimate() for one in items if one.worth}
    for group in got.groups:
        parts = [counted[name] for name in group.items]
        assert float(group.ratio.low) >= min(part.low for part in parts) * (1 - 1e-5)
        assert float(group.ratio.high) <= max(part.high for part in parts) * (1 + 1e-5)
    assert bounds(got).low >= min(float(group.ratio.low) for group in got.groups) * (1 - 1e-5)
    assert bounds(got).high <= max(float(group.ratio.high) for group in got.groups) * (1 + 1e-5)


@settings(deadline=None)
@given(st.lists(ratios(), min_size=1, max_size=4), ratios())
def test_an_item_of_the_same_scene_never_strengthens_beyond_the_strongest(some: list[Estimate], more: Estimate) -> None:
    whole = pooled([*some, more])
    assert max(part.high for part in (*some, more)) >= whole.high * (1 - 1e-12)
    near = [nearer_end(part) for part in (*some, more)]
    assert min(1.0, *near) * (1 - 1e-12) <= nearer_end(whole) <= max(1.0, *near) * (1 + 1e-12)


@settings(deadline=None)
@given(st.lists(ratios(), min_size=1, max_size=4), st.integers(0, 3), st.floats(1, 10))
def test_a_stronger_item_never_weakens_the_whole(some: list[Estimate], at: int, factor: float) -> None:
    index = at % len(some)
    raised = list(some)
    one = raised[index]
    raised[index] = ratio(one.low * factor, one.value * factor, one.high * factor)
    for rule in (pooled, multiplied):
        assert rule(raised).low >= rule(some).low * (1 - 1e-12)
        assert rule(raised).high >= rule(some).high * (1 - 1e-12)


def joint(chance: float, dependence: str) -> dict[tuple[bool, ...], float]:
    """Return the distribution of three false alarms of equal chance that hang together in one of three ways."""
    patterns = list(product((False, True), repeat=3))
    if dependence == "together":
        return {(True,) * 3: chance, (False,) * 3: 1 - chance}
    if dependence == "never together":
        one = {pattern: chance for pattern in patterns if sum(pattern) == 1}
        return {**one, (False,) * 3: 1 - 3 * chance}
    return {p: math.prod(chance if hit else 1 - chance for hit in p) for p in patterns}


def above(law: dict[tuple[bool, ...], float], values: dict[tuple[bool, ...], float], limit: float) -> float:
    return sum(chance for pattern, chance in law.items() if values[pattern] >= limit)


@settings(deadline=None)
@given(st.sampled_from(["together", "never together", "apart"]), st.floats(0.01, 0.3), st.floats(0.5, 0.99))
def test_turing_means_keep_the_rule_however_false_alarms_hang_together(dependence: str, far: float, pod: float) -> None:
    plus, minus = (pod + (1 - pod) * far) / far, (1 - pod) * (1 - far) / (1 - far)
    law = joint(far, dependence)
    means = {p: pooled([ratio(plus if hit else minus) for hit in p]).high for p in law}
    for limit in (1.5, 2, 3, 5, 10, 50):
        assert above(law, means, limit) <= 1 / limit + 1e-9


def test_turing_products_and_the_largest_picked_afterwards_break_the_rule() -> None:
    far, pod = 0.1, 0.95
    plus, minus = (pod + (1 - pod) * far) / far, 1 - pod
    for dependence, rule in (("together", math.prod), ("never together", max)):
        law = joint(far, dependence)
        values = {p: rule([plus if hit else minus for hit in p]) for p in law}
        worst = max(values.values())
        assert above(law, values, worst) > 1 / worst
