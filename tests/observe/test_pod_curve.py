import math

import numpy as np
import pytest

from osint_imagery.core.errors import InputError, NotEnoughDataError
from osint_imagery.observe.pod_curve import fit_pod_curve


def published():
    rng = np.random.default_rng(42)
    sizes = rng.uniform(2, 40, 200)
    return sizes, rng.random(200) < 1 / (1 + np.exp(-(np.log(sizes) - np.log(12)) / 0.25))


def test_published_curve_is_reproduced():
    sizes, found = published()
    curve = fit_pod_curve(sizes, found)
    assert found.sum() == 140
    assert (curve.intercept, curve.slope) == pytest.approx((-10.225236, 4.102769), abs=2e-6)
    # The published bound was computed with z rounded to 1.645.
    assert (curve.a50, curve.a90, curve.a90_95) == pytest.approx((12.0888, 20.6522, 24.2024), abs=5e-4)
    assert curve.pod(curve.a90) == pytest.approx(0.9)


def test_the_unit_of_size_does_not_matter():
    sizes, found = published()
    assert fit_pod_curve(sizes * 10, found).a90_95 == pytest.approx(10 * fit_pod_curve(sizes, found).a90_95)


def test_fewer_trials_allow_less_to_be_said():
    sizes, found = published()
    few = fit_pod_curve(sizes[:30], found[:30])
    assert few.a90_95 / few.a90 > 24.2024 / 20.6522


def test_hardly_any_trials_allow_nothing_to_be_said():
    assert fit_pod_curve([1, 2, 3, 4], [False, True, False, True]).a90_95 == math.inf


@pytest.mark.parametrize(
    ("sizes", "found", "why"),
    [
        ([1, 2, 3], [True, True, True], "found=3 of 3"),
        ([1, 2, 3, 4], [False, False, True, True], "do not overlap"),
        ([1, 2, 3, 4, 5, 6], [True, True, False, True, False, False], "not found more often"),
    ],
)
def test_trials_without_a_curve_are_undetermined(sizes, found, why):
    with pytest.raises(NotEnoughDataError, match=why):
        fit_pod_curve(sizes, found)


def test_impossible_trials_are_refused():
    with pytest.raises(InputError, match="one positive size"):
        fit_pod_curve([1, -2], [True, False])
    with pytest.raises(InputError, match="size=0"):
        fit_pod_curve(*published()).pod(0)


def test_trials_that_fail_together_widen_the_bound_and_never_narrow_it():
    sizes, found = published()
    alone = fit_pod_curve(sizes, found)
    assert fit_pod_curve(sizes, found, groups=np.arange(200)).a90_95 >= alone.a90_95
    # Ten weathers, each of which lets all of its trials pass 0.6 of a logarithm earlier or later.
    rng = np.random.default_rng(4)
    weather = np.repeat(np.arange(10), 20)
    middle = np.log(12) + np.where(weather % 2, 0.6, -0.6)
    found = rng.random(200) < 1 / (1 + np.exp(-(np.log(sizes) - middle) / 0.25))
    assert fit_pod_curve(sizes, found, groups=weather).a90_95 > fit_pod_curve(sizes, found).a90_95
    with pytest.raises(InputError, match="one group a trial"):
        fit_pod_curve(sizes, found, groups=[1, 2])


def test_the_interval_holds_the_curve_and_says_where_it_is_extrapolated():
    curve = fit_pod_curve(*published())
    inside, outside = curve.interval(12), curve.interval(80)
    assert inside.low < inside.value == curve.pod(12) < inside.high
    assert "200 trials" in inside.method
    assert "extrapolated" not in inside.method
    assert "extrapolated" in outside.method


def test_the_interval_of_a_size_is_fiellers():
    # The same set, solved as the quadratic (b0 + b1 x - L)^2 = z^2 var(b0 + b1 x).
    curve = fit_pod_curve(*published())
    (c00, c01, c11), z2 = curve.covariance, 1.959963984540054**2
    for probability in (0.5, 0.9):
        gap = curve.intercept - math.log(probability / (1 - probability))
        ends = np.roots(
            [curve.slope**2 - z2 * c11, 2 * (curve.slope * gap - z2 * c01), gap**2 - z2 * c00],
        )
        size = curve.size_for(probability)
        assert (size.low, size.high) == pytest.approx(tuple(np.exp(np.sort(ends))), rel=1e-6)
    assert curve.size_for(0.5).value == pytest.approx(curve.a50)
    assert curve.size_for(0.9).value == pytest.approx(curve.a90)


def test_the_interval_of_a_size_holds_the_true_size_as_often_as_it_says():
    held = {0.5: 0, 0.9: 0}
    for seed in range(300):
        rng = np.random.default_rng(seed)
        sizes = rng.uniform(2, 40, 150)
        found = rng.random(150) < 1 / (1 + np.exp(-(np.log(sizes) - np.log(12)) / 0.25))
        curve = fit_pod_curve(sizes, found)
        for probability in held:
            true = 12 * (probability / (1 - probability)) ** 0.25
            size = curve.size_for(probability)
            held[probability] += size.low <= true <= size.high
    assert all(0.92 <= count / 300 <= 0.98 for count in held.values()), held


def test_few_trials_set_no_end_to_a_size():
    size = fit_pod_curve([1, 2, 3, 4], [False, True, False, True]).size_for(0.9)
    assert size.high == math.inf
    with pytest.raises(InputError, match="probability=1"):
        fit_pod_curve(*published()).size_for(1)
