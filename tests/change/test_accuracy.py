"""Areas and accuracies from a sample: published examples to all printed digits, and refusals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from osint_imagery.change.accuracy import area_from_sample, area_from_strata
from osint_imagery.core.errors import InputError

Z95 = norm.ppf(0.975)


def half(errors):
    return [round(float(Z95 * error), 6) for error in errors]


def test_olofsson_2014_table_8_to_all_digits():
    counts = [[66, 0, 5, 4], [0, 55, 8, 12], [1, 0, 153, 11], [2, 1, 9, 313]]
    found = area_from_sample(counts, [200000, 150000, 3200000, 6450000], pixel_area_m2=900)
    assert [round(e.value, 6) for e in found.user] == [0.88, 0.733333, 0.927273, 0.963077]
    assert half(found.user_se) == [0.07404, 0.100755, 0.039745, 0.020533]
    assert [round(e.value, 6) for e in found.producer] == [0.748661, 0.847156, 0.934509, 0.961609]
    assert half(found.producer_se) == [0.213306, 0.254404, 0.034324, 0.018361]
    assert (round(found.overall.value, 6), *half([found.overall_se])) == (0.946512, 0.018483)
    assert [round(e.value / 1e4, 3) for e in found.area] == [21157.762, 11686.154, 285769.930, 581386.154]
    assert [round(Z95 * e / 1e4, 3) for e in found.area_se] == [6157.521, 3755.757, 15509.551, 16281.357]
    assert found.area[0].unit == "m2"
    assert found.area[0].high - found.area[0].value == pytest.approx(6157.521e4, rel=1e-6)


def test_olofsson_2013_both_examples_to_all_digits():
    first = area_from_sample([[97, 0, 3], [3, 279, 18], [2, 1, 97]], [22353, 1122543, 610228])
    assert round(first.area[0].value, 1) == 45112.4
    assert round(first.area_se[0], 2) == 10751.40
    assert first.area[0].unit == "px"
    assert [round(e.value, 2) for e in first.user] == [0.97, 0.93, 0.97]
    assert half(first.user_se) == [0.033603, 0.02892, 0.033603]
    assert [round(e.value, 6) for e in first.producer] == [0.480631, 0.994189, 0.896926]
    assert half(first.producer_se) == [0.22453, 0.011325, 0.041205]
    assert (round(first.overall.value, 6), *half([first.overall_se])) == (0.944417, 0.021882)
    second = area_from_sample([[127, 66, 54], [2, 322, 17], [0, 15, 540]], [0.007, 0.295, 0.698])
    assert (round(second.overall.value, 6), *half([second.overall_se])) == (0.961297, 0.011864)
    assert [round(e.value, 6) for e in second.user] == [0.51417, 0.944282, 0.972973]
    assert [round(e.value, 6) for e in second.producer] == [0.675347, 0.93072, 0.97665]


def stehman():
    strata = "A" * 10 + "B" * 10 + "C" * 10 + "D" * 10
    mapped = "AAAAAAABBBABBBBBBBBBBBCCCCCCBBDDDDDDDDDD"
    reference = "AAAAACBABCABBBBBAABBCCCCCDDBBADDDDDDDCCB"
    return area_from_strata(
        list(strata), list(mapped), list(reference), {"A": 40000, "B": 30000, "C": 20000, "D": 10000}
    )


def test_stehman_2014_to_all_digits():
    found = stehman()
    a, b, c = (found.classes.index(name) for name in "ABC")
    assert (round(found.area[a].value / 1e5, 6), round(found.area_se[a] / 1e5, 6)) == (0.35, 0.082248)
    assert (round(found.area[c].value / 1e5, 6), round(found.area_se[c] / 1e5, 6)) == (0.2, 0.06428)
    assert (round(found.overall.value, 6), round(found.overall_se, 6)) == (0.63, 0.084642)
    assert (round(found.user[b].value, 6), round(found.user_se[b], 6)) == (0.574468, 0.124782)
    assert (round(found.producer[b].value, 6), round(found.producer_se[b], 6)) == (0.794118, 0.116548)
    assert round(found.cells[b][c], 6) == 0.08


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.integers(0, 30), min_size=3, max_size=3), min_size=3, max_size=3))
def test_with_the_map_as_strata_both_estimators_agree(rows):
    counts = np.array(rows) + np.eye(3, dtype=int) * 2
    sizes = np.array([3e8, 2e8, 5e8])  # so large that the finite population correction is nothing
    first = area_from_sample(counts, sizes)
    units = [(i, j) for i in range(3) for j in range(3) for _ in range(counts[i, j])]
    mapped, reference = [u[0] for u in units], [u[1] for u in units]
    second = area_from_strata(mapped, mapped, reference, dict(enumerate(sizes)))
    assert sum(e.value for e in first.area) == pytest.approx(1e9)
    assert first.area_se == pytest.approx(second.area_se, rel=1e-4, abs=1)
    assert first.user_se == pytest.approx(second.user_se, rel=1e-4, abs=1e-9)
    assert first.producer_se == pytest.approx(second.producer_se, rel=1e-4, abs=1e-9)
    assert np.allclose(first.cells, second.cells)


def test_the_areas_interval_covers_the_truth_of_a_made_map():
    rng = np.random.default_rng(0)
    rate, sizes, covered = np.array([[0.9, 0.1], [0.02, 0.98]]), np.array([5000, 95000]), 0
    truth = float(sizes @ rate[:, 0])
    for _ in range(400):
        counts = [rng.multinomial(100, rate[0]), rng.multinomial(400, rate[1])]
        area = area_from_sample(counts, sizes, level=0.9).area[0]
        covered += area.low <= truth <= area.high
    assert 0.84 <= covered / 400 <= 0.94


def test_a_sample_without_an_error_does_not_prove_a_map_without_one():
    found = area_from_sample([[50, 0], [0, 50]], [1000, 9000])
    assert found.user[0].value == 1
    assert 0.9 < found.user[0].low < 0.95
    assert found.overall.low < 0.96
    assert found.area[0].low < 1000 < found.area[0].high


def test_a_class_that_was_not_met_has_bounds_only():
    found = area_from_sample([[0, 10], [0, 10]], [100, 100])
    assert np.isnan(found.producer[0].value)
    assert (found.producer[0].low, found.producer[0].high, found.producer[0].level) == (0, 1, 1)


@pytest.mark.parametrize(
    ("counts", "mapped", "said"),
    [
        ([[5, 1, 1], [1, 5, 1]], [1, 1], "square"),
        ([[5, -1], [1, 5]], [1, 1], "whole"),
        ([[5, 0.5], [1, 5]], [1, 1], "whole"),
        ([[5, float("nan")], [1, 5]], [1, 1], "whole"),
        ([[1, 0], [1, 5]], [1, 1], "variance"),
        ([[0, 0], [1, 5]], [1, 1], "variance"),
        ([[5, 1], [1, 5]], [1, 0], "positive"),
        ([[5, 1], [1, 5]], [1, 1, 1], "agree"),
    ],
)
def test_what_cannot_be_a_sample_is_refused_by_name(counts, mapped, said):
    with pytest.raises(InputError, match=said):
        area_from_sample(counts, mapped)


def test_strata_that_do_not_fit_are_refused():
    with pytest.raises(InputError, match="no entry for the strata b"):
        area_from_strata([*"aabb"], [*"CCCC"], [*"CCCN"], {"a": 10})
    with pytest.raises(InputError, match="one each a unit"):
        area_from_strata([*"aab"], [*"CCCC"], [*"CCCN"], {"a": 10, "b": 10})
    with pytest.raises(InputError, match="more units than pixels"):
        area_from_strata([*"aabb"], [*"CCCC"], [*"CCCN"], {"a": 1, "b": 10})
    with pytest.raises(InputError, match="variance"):
        area_from_strata([*"aaab"], [*"CCCC"], [*"CCCN"], {"a": 10, "b": 10})
    with pytest.raises(InputError, match="level"):
        area_from_sample([[5, 1], [1, 5]], [1, 1], level=1)
    with pytest.raises(InputError, match="pixel_area_m2"):
        area_from_sample([[5, 1], [1, 5]], [1, 1], pixel_area_m2=-1)
