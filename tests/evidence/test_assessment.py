import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from osint_imagery.core.errors import InputError
from osint_imagery.core.estimate import Estimate, proportion
from osint_imagery.evidence.assessment import (
    false_alarm_bound,
    least_minus,
    likelihood_ratio,
    ratio_minus,
    ratio_plus,
)

rates = st.floats(0, 1)


def certain(value: float) -> Estimate:
    return Estimate(value=value, low=value, high=value, level=1, unit="probability", method="given")


@pytest.mark.parametrize(
    ("p_look", "pod", "plus", "minus"),
    [
        (0.2, 0.97, 48.5, 0.809),
        (0.75, 0.97, 48.5, 0.276),
        (0.2, 0.14, 7.9, 0.972),
        (0.2, 0.03, 2.5, 0.994),
        (1.0, 0.03, 2.5, 0.970),
        (1.0, 0.97, 48.5, 0.030),
        (0.718, 0.97, 48.5, 0.308),
    ],
)
def test_the_published_table_is_reproduced(p_look: float, pod: float, plus: float, minus: float) -> None:
    # POD .97 and FAR .02 give LR+ 48.53; the table rounds .1386 and .0306 to .14 and .03
    assert ratio_plus(pod, 0.02) == pytest.approx(plus, abs=0.07)
    assert ratio_minus(p_look, pod, 0.02) == pytest.approx(minus, abs=6e-4)


@given(rates, rates, rates, rates)
def test_both_ratios_are_monotone_in_every_rate(p: float, q: float, pod: float, far: float) -> None:
    low, high = sorted((p, q))
    assert ratio_minus(high, pod, far) <= ratio_minus(low, pod, far) + 1e-9
    assert ratio_minus(pod, high, far) <= ratio_minus(pod, low, far) + 1e-9
    assert ratio_minus(pod, far, high) >= ratio_minus(pod, far, low) - 1e-9 or pod == 1
    assert ratio_plus(high, far) >= ratio_plus(low, far) - 1e-9
    if low > 1e-6:
        assert ratio_plus(pod, high) <= ratio_plus(pod, low) * (1 + 1e-9)


@pytest.mark.parametrize("pairs", [1, 5, 30, 200])
def test_no_alarm_in_n_quiet_pairs_caps_the_ratio_near_a_third_of_n(pairs: int) -> None:
    bound = false_alarm_bound(proportion(0, pairs), pairs)
    assert bound == pytest.approx(1 - 0.05 ** (1 / pairs))
    ratio = likelihood_ratio(certain(1), proportion(60, 60), proportion(0, pairs), pairs)
    assert ratio.plus is not None
    assert ratio.cap is not None
    assert ratio.plus.value <= ratio.cap
    assert ratio.plus.high <= ratio.cap
    assert ratio.cap == pytest.approx(pairs / 3, rel=0.02 if pairs > 50 else 0.1, abs=1)


@given(
    insertions=st.tuples(st.integers(0, 60), st.integers(1, 60)),
    quiet=st.tuples(st.integers(0, 40), st.integers(1, 40)),
    looks=st.tuples(rates, rates),
)
def test_the_point_lies_in_its_interval_and_never_above_the_cap(
    insertions: tuple[int, int], quiet: tuple[int, int], looks: tuple[float, float]
) -> None:
    (found, tried), (alarms, pairs) = insertions, quiet
    low, high = sorted(looks)
    p_look = Estimate(value=(low + high) / 2, low=low, high=high, level=1, unit="probability", method="x")
    pod, far = proportion(min(found, tried), tried), proportion(min(alarms, pairs), pairs)
    ratio = likelihood_ratio(p_look, pod, far, pairs)
    assert ratio.plus is not None
    assert ratio.minus is not None
    assert ratio.cap is not None
    assert ratio.plus.low <= ratio.plus.value <= ratio.plus.high <= ratio.cap + 1e-9
    assert 0 <= ratio.minus.low <= ratio.minus.value <= ratio.minus.high <= 1 + 1e-9


def test_without_power_only_the_bound_of_a_miss_is_given() -> None:
    p_look = Estimate(value=0.6, low=0.5, high=0.75, level=1, unit="probability", method="x")
    ratio = likelihood_ratio(p_look, None, proportion(1, 30), 30)
    assert ratio.plus is None
    assert ratio.minus is not None
    assert (ratio.minus.low, ratio.minus.high) == (0.25, 1.0)
    assert math.isnan(ratio.minus.value)
    assert "not measured" in ratio.reason
    assert not ratio.bears_on_absence


def test_without_quiet_pairs_there_is_no_ratio_for_a_detection() -> None:
    ratio = likelihood_ratio(certain(0.9), proportion(58, 60), None, 0)
    assert ratio.plus is None
    assert ratio.cap is None
    assert "no quiet pairs" in ratio.reason
    assert ratio.minus is not None
    assert ratio.minus.high == 1


def test_a_rate_given_with_no_quiet_pair_behind_it_is_not_used() -> None:
    assert likelihood_ratio(certain(1), proportion(58, 60), certain(0.001), 0).plus is None


def test_an_always_alarming_method_says_nothing() -> None:
    ratio = likelihood_ratio(certain(1), proportion(60, 60), proportion(10, 10), 10)
    assert ratio.plus is not None
    assert ratio.plus.value == 1
    assert "no useful support" in ratio.words_plus


def test_every_ratio_is_stated_at_the_level_of_object_change() -> None:
    assert likelihood_ratio(certain(1), None, None, 0).level == "object change"


def test_a_rate_outside_zero_to_one_is_refused() -> None:
    with pytest.raises(InputError, match="p_look="):
        likelihood_ratio(certain(1.5), None, None, 0)


def test_the_bound_needs_a_quiet_pair() -> None:
    with pytest.raises(InputError, match="quiet_pairs=0"):
        false_alarm_bound(certain(0), 0)


@given(st.integers(1, 60))
def test_turing_a_high_ratio_is_rare_on_negative_controls(pairs: int) -> None:
    """P(alarm | nothing) is at most 1 / LR+ for the ratio at the bound: LR * FAR <= 1."""
    ratio = likelihood_ratio(certain(1), proportion(60, 60), proportion(0, pairs), pairs)
    assert ratio.plus is not None
    assert ratio.plus.value * false_alarm_bound(proportion(0, pairs), pairs) <= 1 + 1e-9


def test_no_miss_in_n_insertions_leaves_a_floor_under_lr_minus() -> None:
    sure = Estimate(value=1, low=1, high=1, level=1, unit="probability", method="a look on the day")
    ratio = likelihood_ratio(sure, proportion(40, 40), proportion(2, 20), 20).minus
    assert ratio is not None
    misses = 1 - 0.05 ** (1 / 40)  # one-sided 95 % bound of 0 misses in 40
    assert ratio.low > misses * 0.9
    assert ratio.value >= ratio.low
    assert ratio.high < 0.15


@given(
    tried=st.integers(1, 300),
    part=rates,
    quiet=st.tuples(st.integers(0, 40), st.integers(1, 40)),
    looks=st.tuples(rates, rates),
)
@example(tried=40, part=38 / 40, quiet=(1, 20), looks=(1.0, 1.0))
@example(tried=40, part=39 / 40, quiet=(1, 20), looks=(1.0, 1.0))
def test_one_more_target_found_never_weakens_what_silence_says(
    tried: int, part: float, quiet: tuple[int, int], looks: tuple[float, float]
) -> None:
    found = min(int(part * tried), tried - 1)
    low, high = sorted(looks)
    p_look = Estimate(value=(low + high) / 2, low=low, high=high, level=1, unit="probability", method="x")
    far = proportion(min(quiet), quiet[1])
    fewer, more = (
        likelihood_ratio(p_look, proportion(count, tried), far, quiet[1]).minus for count in (found, found + 1)
    )
    assert fewer is not None
    assert more is not None
    for end in ("low", "value", "high"):
        assert getattr(more, end) <= getattr(fewer, end) + 1e-9


@pytest.mark.parametrize(("found", "low", "high"), [(20, 0.338, 0.662), (38, 0.072, 0.169), (40, 0.072, 0.088)])
def test_the_interval_of_silence_is_that_of_the_misses_cut_at_what_the_insertions_support(
    found: int, low: float, high: float
) -> None:
    minus = likelihood_ratio(certain(1), proportion(found, 40), proportion(1, 20), 20).minus
    assert minus is not None
    assert (minus.low, minus.high) == (pytest.approx(low, abs=1e-3), pytest.approx(high, abs=1e-3))
    assert minus.value == pytest.approx(max(1 - found / 40, least_minus(40)))


@pytest.mark.parametrize("pairs", [2.5, -1, "20", math.nan])
def test_a_number_of_quiet_pairs_that_is_no_count_is_refused(pairs: object) -> None:
    with pytest.raises(InputError, match="quiet_pairs="):
        likelihood_ratio(certain(1), proportion(38, 40), proportion(0, 2), pairs)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="quiet_pairs="):
        false_alarm_bound(proportion(0, 2), pairs)  # type: ignore[arg-type]
