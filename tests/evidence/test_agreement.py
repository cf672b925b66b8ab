"""Agreement of two readers: against published numbers, by its algebra, and how often the interval holds the truth."""

import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from shapely.geometry import MultiPolygon, box

from osint_imagery.core.errors import GeometryError, InputError, InputTypeError
from osint_imagery.evidence.agreement import Agreement, agreement, wilson
from osint_imagery.evidence.outlines import iou, match_outlines

LABELS = ("change", "no change", "cannot tell")
NAMES = ("A", "B")


def of_table(table: list[list[int]], labels: tuple[str, ...] = LABELS) -> Agreement:
    cells = [
        (one, two)
        for one, row in zip(labels, table, strict=True)
        for two, n in zip(labels, row, strict=True)
        for _ in range(n)
    ]
    first = {str(k): cell[0] for k, cell in enumerate(cells)}
    second = {str(k): cell[1] for k, cell in enumerate(cells)}
    return agreement(first, second, names=NAMES, labels=labels)


def number(text: str | None) -> float:
    assert text is not None
    return float(text)


def test_the_published_example_of_fleiss_comes_out() -> None:
    # Fleiss, Levin, Paik, Statistical Methods for Rates and Proportions, table 18.1: kappa 0.68, standard error 0.087
    found = of_table([[75, 1, 4], [5, 4, 1], [0, 0, 10]])
    assert found.kappa is not None
    assert number(found.kappa.value) == pytest.approx(0.6765, abs=5e-5)
    assert number(found.standard_error) == pytest.approx(0.0877, abs=5e-5)
    assert found.raw.value == "0.89"


def test_two_labels_and_pi_come_out_as_counted_by_hand() -> None:
    # 20, 5 / 10, 15: agreement 0.7, chance 0.5 for kappa; shares (55, 45) of 100 give chance 0.505 for pi
    found = of_table([[20, 5], [10, 15]], LABELS[:2])
    assert found.kappa is not None
    assert number(found.kappa.value) == pytest.approx(0.4)
    assert number(found.pi) == pytest.approx((0.7 - 0.505) / 0.495, abs=1e-6)
    low, high = (number(found.raw.low), number(found.raw.high))
    oracle = binomtest(35, 50).proportion_ci(method="wilson")
    assert (low, high) == (pytest.approx(oracle.low, abs=1e-6), pytest.approx(oracle.high, abs=1e-6))
    assert number(found.kappa.low) == pytest.approx(2 * low - 1, abs=1e-5)
    assert number(found.kappa.high) == pytest.approx(2 * high - 1, abs=1e-5)


def test_an_oracle_agrees_where_it_is_installed() -> None:
    stats = pytest.importorskip("statsmodels.stats.inter_rater")
    table = [[12, 3, 1], [2, 20, 4], [0, 5, 6]]
    theirs = stats.cohens_kappa(np.array(table))
    ours = of_table(table)
    assert ours.kappa is not None
    assert number(ours.kappa.value) == pytest.approx(theirs.kappa, abs=1e-5)
    assert number(ours.standard_error) == pytest.approx(theirs.std_kappa, abs=1e-5)


labelled = st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from(LABELS)), min_size=1, max_size=40)


@given(labelled)
def test_kappa_lies_between_its_limits_and_these_between_minus_one_and_one(pairs: list[tuple[str, str]]) -> None:
    found = _agreement(pairs)
    if found.kappa is None:
        assert found.reason
        return
    low, value, high = (number(part) for part in (found.kappa.low, found.kappa.value, found.kappa.high))
    assert -1 <= low <= value <= high <= 1
    assert low < high  # never certain
    assert (value == 1) == all(one == two for one, two in pairs)


@given(labelled, st.randoms())
def test_neither_the_order_of_places_nor_their_names_nor_who_comes_first_matter(
    pairs: list[tuple[str, str]], rng: random.Random
) -> None:
    found = _agreement(pairs)
    mixed = pairs[:]
    rng.shuffle(mixed)
    assert _agreement(mixed) == found
    turned = _agreement([(two, one) for one, two in pairs])
    assert turned.kappa == found.kappa
    assert turned.raw == found.raw
    assert turned.table == tuple(zip(*found.table, strict=True))


@given(labelled)
def test_kappa_does_not_care_what_the_labels_are_called(pairs: list[tuple[str, str]]) -> None:
    other = dict(zip(LABELS, ("x", "y", "z"), strict=True))
    turned = agreement(
        {str(k): other[one] for k, (one, _) in enumerate(pairs)},
        {str(k): other[two] for k, (_, two) in enumerate(pairs)},
        names=NAMES,
        labels=("z", "x", "y"),
    )
    found = _agreement(pairs)
    assert (turned.kappa, turned.raw) == (found.kappa, found.raw)
    assert turned.pi == found.pi


def _agreement(pairs: list[tuple[str, str]]) -> Agreement:
    first = {str(k): one for k, (one, _) in enumerate(pairs)}
    second = {str(k): two for k, (_, two) in enumerate(pairs)}
    return agreement(first, second, names=NAMES, labels=LABELS)


def test_the_interval_holds_the_true_kappa_where_the_usual_one_does_not() -> None:
    truth = np.array([[0.49, 0.005, 0.005], [0.005, 0.49, 0.005], [0.0, 0.0, 0.0]])
    truth = truth / truth.sum()
    chance = float((truth.sum(axis=0) * truth.sum(axis=1)).sum())
    kappa = (float(np.trace(truth)) - chance) / (1 - chance)
    rng, ours, usual, trials = np.random.default_rng(4), 0, 0, 400
    for _ in range(trials):
        found = of_table(rng.multinomial(20, truth.ravel()).reshape(3, 3).tolist())
        assert found.kappa is not None
        value, error = number(found.kappa.value), number(found.standard_error)
        ours += number(found.kappa.low) <= kappa <= number(found.kappa.high)
        usual += value - 1.96 * error <= kappa <= value + 1.96 * error
    assert ours / trials > 0.92
    assert usual / trials < 0.5


def test_cannot_tell_is_a_label_of_its_own_and_is_never_dropped() -> None:
    kept = of_table([[10, 0, 5], [0, 10, 5], [0, 0, 0]])
    assert kept.items == 30
    assert kept.kappa is not None
    assert number(kept.kappa.value) < 1


def test_uneven_labels_are_named_and_so_are_too_few_places() -> None:
    paradox = of_table([[90, 5, 0], [4, 1, 0], [0, 0, 0]])
    assert paradox.kappa is not None
    assert number(paradox.raw.value) > 0.9
    assert number(paradox.kappa.value) < 0.2
    assert any("94 % of all labels are 'change'" in note for note in paradox.notes)
    few = of_table([[4, 1, 0], [0, 4, 0], [0, 0, 0]])
    assert any("too few" in note for note in few.notes)
    many = of_table([[200, 10, 0], [10, 200, 0], [0, 0, 0]])
    assert many.notes == ()


def test_one_label_for_everything_is_said_and_gives_no_certainty() -> None:
    same = of_table([[8, 0, 0], [0, 0, 0], [0, 0, 0]])
    assert same.kappa is None
    assert same.pi is None
    assert "not defined" in same.reason
    one = of_table([[5, 3, 0], [0, 0, 0], [0, 0, 0]])
    assert one.kappa is not None
    assert number(one.kappa.value) == 0
    assert any(note.startswith("A gave the one label 'change' to all 8 places compared here") for note in one.notes)
    assert not any(note.startswith("B gave") for note in one.notes)


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(InputError, match=r"different places \(b\)"):
        agreement({"a": "change"}, {"a": "change", "b": "change"}, names=NAMES, labels=LABELS)
    with pytest.raises(InputError, match="none at all"):
        agreement({}, {}, names=NAMES, labels=LABELS)
    with pytest.raises(InputError, match="B: a has label 'maybe'"):
        agreement({"a": "change"}, {"a": "maybe"}, names=NAMES, labels=LABELS)
    with pytest.raises(InputError, match="not a share"):
        wilson(3, 2)


@given(st.integers(0, 60), st.integers(1, 60))
def test_wilson_limits_hold_the_share_and_mirror(hits: int, trials: int) -> None:
    hits = min(hits, trials)
    found, mirror = wilson(hits, trials), wilson(trials - hits, trials)
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert found.low == pytest.approx(1 - mirror.high)
    root = 1.959963984540054 * math.sqrt(found.low * (1 - found.low) / trials)  # a limit is where the score test turns
    assert found.value - found.low == pytest.approx(root, abs=1e-9) or hits == 0


boxes = st.tuples(*[st.integers(0, 12)] * 2, *[st.integers(1, 8)] * 2).map(
    lambda part: box(part[0], part[1], part[0] + part[2], part[1] + part[3])
)


@given(boxes, boxes)
def test_iou_is_symmetric_between_nothing_and_all_and_does_not_care_about_stretching(one: object, two: object) -> None:
    from shapely.affinity import scale

    found = iou(one, two)
    assert found == pytest.approx(iou(two, one))
    assert 0 <= found <= 1
    assert iou(one, one) == 1
    wide = [scale(shape, xfact=0.7, origin=(0, 0)) for shape in (one, two)]  # degrees of longitude at 45 degrees north
    assert iou(*wide) == pytest.approx(found)


def test_outlines_are_matched_one_to_one_and_those_without_a_partner_are_kept() -> None:
    first = [box(0, 0, 4, 4), box(10, 0, 12, 2), box(20, 0, 21, 1)]
    second = [box(11, 0, 13, 2), box(0, 0, 4, 2), box(0, 2, 4, 4), box(21, 0, 22, 1)]
    found = match_outlines(first, second)
    assert [(one, two) for one, two, _ in found.pairs] == [(0, 1), (1, 0)]
    assert [overlap for *_, overlap in found.pairs] == [pytest.approx(0.5), pytest.approx(1 / 3)]
    assert found.first_only == (2,)  # it only touches one
    assert found.second_only == (2, 3)


def test_the_best_sum_is_taken_not_the_first_partner() -> None:
    first = [box(0, 0, 10, 1), box(4, 0, 14, 1)]
    second = [box(4, 0, 14, 1), box(7, 0, 17, 1)]
    assert [(one, two) for one, two, _ in match_outlines(first, second).pairs] in ([(0, 0), (1, 1)], [(0, 1), (1, 0)])
    total = sum(overlap for *_, overlap in match_outlines(first, second).pairs)
    assert total == pytest.approx(
        max(iou(first[0], second[0]) + iou(first[1], second[1]), iou(first[0], second[1]) + 1)
    )


def test_nothing_matched_to_something_leaves_it_over() -> None:
    assert match_outlines([], [box(0, 0, 1, 1)]).second_only == (0,)
    assert match_outlines([], []).pairs == ()


def test_outlines_that_are_none_are_refused() -> None:
    with pytest.raises(GeometryError, match="empty"):
        iou(box(0, 0, 1, 1), MultiPolygon())
    with pytest.raises(InputTypeError, match=r"first\[0\]"):
        match_outlines(["a"], [])  # type: ignore[list-item]
