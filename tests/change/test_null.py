"""The rank test, the false-discovery rate and the probability, on cases small enough to count by hand."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from osint_imagery.change.changemap import NullObjects
from osint_imagery.change.null import false_discovery, probability_of_change, rank_p, reportable, unit_alarms
from osint_imagery.change.objects import find_objects, standardize

FOUR = NullObjects(units=((9.0, 4.0), (6.0,), (), (5.0, 5.0, 1.0)))


@pytest.mark.parametrize(
    ("strongest", "p"), [(10.0, 1 / 5), (9.0, 2 / 5), (6.5, 2 / 5), (5.0, 4 / 5), (0.5, 4 / 5), (0.0, 1.0)]
)
def test_rank_p_counts_units_at_least_as_strong_and_the_pair_itself(strongest: float, p: float) -> None:
    assert rank_p(strongest, FOUR) == pytest.approx(p)


def test_false_discovery_is_the_counted_ratio_made_monotone() -> None:
    # >= 10: (1 + 0) / 4 / 1; >= 7: (1 + 1) / 4 / 2; >= 5 (a tie counts against): (1 + 4) / 4 / 3
    q = false_discovery(np.array([5.0, 10.0, 7.0]), FOUR)
    assert q == pytest.approx([5 / 12, 1 / 4, 1 / 4])


def test_false_discovery_scales_the_null_to_the_examined_ground() -> None:
    whole = false_discovery(np.array([7.0, 7.0]), FOUR)
    half = false_discovery(np.array([7.0, 7.0]), NullObjects(units=FOUR.units, scale=0.5))
    assert half == pytest.approx([0.4, 0.4])  # (1 + 0.5) / 4 / 2 = 0.19 by the ground, but never below the rank test
    assert (half <= whole).all()


def test_false_discovery_is_never_below_the_rank_test_of_the_strongest() -> None:
    """Ten objects of one unusual pair are false together."""
    q = false_discovery(np.full(10, 100.0), FOUR)
    assert q == pytest.approx(np.full(10, rank_p(100.0, FOUR)))


def test_false_discovery_never_exceeds_one_and_is_unknown_without_a_null() -> None:
    assert false_discovery(np.array([0.1]), FOUR) == pytest.approx([1.0])
    assert np.isnan(false_discovery(np.array([3.0, 4.0]), NullObjects())).all()
    assert false_discovery(np.array([]), FOUR).shape == (0,)


@given(
    st.lists(st.floats(0, 50), min_size=1, max_size=12),
    st.lists(st.lists(st.floats(0, 50), max_size=5), min_size=1, max_size=12),
)
def test_q_lies_in_0_1_and_falls_with_strength(observed: list[float], null: list[list[float]]) -> None:
    objects = NullObjects(units=tuple(tuple(sorted(unit, reverse=True)) for unit in null))
    strength = np.array(observed)
    q = false_discovery(strength, objects)
    assert ((q > 0) & (q <= 1)).all()
    assert (np.diff(q[np.argsort(strength)]) <= 1e-12).all()


def test_nothing_is_reported_where_the_rank_test_fails_or_too_few_units_exist() -> None:
    assert not reportable(np.array([8.0] * 40), FOUR, 0.25).any()  # q is small, but one unit was stronger
    nine = NullObjects(units=((1.0,),) * 9)
    assert not reportable(np.array([1e6]), nine, 0.1).any()
    assert reportable(np.array([1e6, 0.5]), NullObjects(units=((1.0,),) * 10), 0.1).tolist() == [True, False]
    assert reportable(np.array([]), FOUR, 0.5).shape == (0,)
    assert not reportable(np.array([5.0]), NullObjects(), 0.5).any()


def test_unit_alarms_tests_each_unit_against_the_others() -> None:
    assert unit_alarms(FOUR, 0.25) == 1  # 9 stands above 6, 0, 5: p = 1/4; 6 has one above: 2/4
    assert unit_alarms(FOUR, 0.5) == 2
    assert unit_alarms(NullObjects(units=((5.0,), (5.0,), (), ())), 0.25) == 0  # the two tie
    assert unit_alarms(NullObjects(units=((), (), ())), 0.9) == 0  # no object, no alarm
    assert unit_alarms(NullObjects(), 0.1) == 0


def test_few_units_still_tell_that_the_strongest_would_have_alarmed() -> None:
    units = tuple((float(k + 1),) for k in range(9))
    assert unit_alarms(NullObjects(units=units), 0.1) == 1


def pools(seed: int, shift: float = 0.0) -> tuple[np.ndarray, list[np.ndarray]]:
    rng = np.random.default_rng(seed)
    tested = rng.standard_normal(2000).astype(np.float32)
    tested[:200] += np.float32(shift)
    return tested, [rng.standard_normal(2000).astype(np.float32) for _ in range(12)]


@pytest.mark.parametrize("shift", [0.0, 3.0, 8.0])
def test_probability_is_monotone_in_the_score_and_between_0_and_1(shift: float) -> None:
    tested, null = pools(1, shift)
    grid = np.linspace(-6, 20, 500).astype(np.float32)
    chance = probability_of_change(grid, tested, null)
    assert (np.diff(chance) >= 0).all()
    assert chance.min() >= 0
    assert chance.max() <= 1


def test_probability_adds_up_to_the_number_of_changed_pixels() -> None:
    tested, null = pools(2, 8.0)
    chance = probability_of_change(tested, tested, null)
    assert chance[:200].mean() > 0.97
    assert chance[200:].mean() < 0.06
    assert chance.sum() == pytest.approx(200, rel=0.35)
    quiet, null = pools(3)
    assert probability_of_change(quiet, quiet, null).mean() < 0.06


def test_object_strength_is_mean_score_times_root_of_pixels_and_tiny_ones_are_dropped() -> None:
    score = np.zeros((8, 8), dtype=np.float32)
    score[1:3, 1:3] = 5  # four pixels
    score[5, 5] = score[6, 6] = score[7, 7] = 4  # three, joined at corners
    score[0, 6:8] = 50  # two: an accident of resampling
    score[4, 0:3] = 3.0  # not above the threshold
    found = find_objects(score, np.ones((8, 8), dtype=bool))
    assert found.pixels.tolist() == [4, 3]
    assert found.strength == pytest.approx([10.0, 4 * 3**0.5])
    assert sorted(np.unique(found.labels)) == [0, 1, 2]
    hidden = find_objects(score, score != 5)
    assert hidden.pixels.tolist() == [3]
    assert not len(find_objects(np.full((3, 3), np.nan, dtype=np.float32), np.ones((3, 3), dtype=bool)).strength)


@pytest.mark.parametrize("degrees", [3, 10])
def test_standardized_chi_square_is_nearly_normal(degrees: int) -> None:
    z = standardize(np.random.default_rng(0).chisquare(degrees, 200_000) / degrees, degrees)
    assert abs(z.mean()) < 0.02
    assert abs(z.std() - 1) < 0.02


def test_quiet_pair_that_did_not_see_the_area_is_no_witness(place: Callable) -> None:
    from osint_imagery.change.detecting import detect

    site = place(1)
    area = site.window(16, 32)
    cloudy = np.ones((48, 48), dtype=bool)
    cloudy[14:34, 14:34] = False
    blind = [site.pair(20 * k, valid=cloudy) for k in range(4)]
    changes = detect(site.pair(2000), quiet=[*blind, *(site.pair(20 * k) for k in range(4, 14))], aoi=area)
    assert changes.calibration.count == 10
    assert changes.calibration.reason.count("observed only 0% of the area and was left out") == 4
