"""Which dates are compared, and which stand in for "nothing happened"."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from osint_imagery.core.claim import Prediction, Span, Target
from osint_imagery.core.estimate import Estimate
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.observe.coverage import Coverage, Look, LookState
from osint_imagery.workflow.planning import choose_looks, choose_quiet, season_apart

START = datetime(2020, 1, 1, 10, tzinfo=UTC)


def look(day: int, state: LookState = LookState.CLEAR, *, whole_day: bool = False) -> Look:
    at = START + timedelta(days=day)
    return Look(
        scene_id=f"d{day}" if whole_day else f"s{day}",
        acquired=TimeSpan(at.date()) if whole_day else TimeSpan(at),
        usable_fraction=1.0 if state is LookState.CLEAR else None,
        state=state,
        reason="given",
        sensor="sentinel-2-l2a",
        sun_elevation_deg=40.0,
    )


def covered(looks: list[Look], first: int, last: int, dwell: float | None = None) -> tuple[Prediction, Coverage]:
    days = [(START + timedelta(days=day)).date().isoformat() for day in (first, last)]
    prediction = Prediction(
        id="p",
        text="It appears.",
        expected_under="a",
        excluded_under="b",
        change="appears",
        target=Target(what="shed", length_m=60.0, width_m=40.0),
        when=Span(start=days[0], end=days[1]),
        dwell_days=dwell,
    )
    ordered = tuple(sorted(looks, key=lambda item: item.acquired.start))
    return prediction, Coverage(
        prediction_id="p",
        place="quay",
        when=prediction.when.span(),
        dwell_days=dwell,
        looks=ordered,
        p_look=Estimate(value=1.0, low=1.0, high=1.0, level=1.0, unit="probability", method="given"),
        gaps=(),
        reason="given",
    )


def chosen(looks: list[Look], first: int, last: int, dwell: float | None = None) -> tuple[str, str] | None:
    both = choose_looks(*covered(looks, first, last, dwell))
    return (both[0].scene_id, both[1].scene_id) if both else None


def test_what_stays_for_good_is_compared_across_the_window_with_the_tightest_bracket():
    assert chosen([look(day) for day in (0, 10, 20, 30, 40)], 12, 18) == ("s10", "s20")


def test_what_passes_is_compared_with_a_look_inside_its_stay():
    assert chosen([look(day) for day in (0, 10, 15, 20)], 12, 18, dwell=2) == ("s10", "s15")
    assert chosen([look(day) for day in (0, 10, 20)], 12, 18, dwell=2) is None


def test_a_look_of_another_season_costs_more_than_a_wider_bracket():
    assert chosen([look(day) for day in (0, 120, 366)], 1, 100) == ("s0", "s366")


@pytest.mark.parametrize("state", [LookState.PARTLY, LookState.UNUSABLE, LookState.REJECTED])
def test_looks_that_are_not_usable_are_never_compared(state):
    looks = [look(0), look(10, state), look(20, state), look(30)]
    assert chosen(looks, 12, 18) == ("s0", "s30")
    assert chosen([look(0, state), look(30, state)], 12, 18) is None


def test_looks_of_unknown_quality_serve_only_where_none_is_known_to_be_usable():
    unknown = [look(day, LookState.UNKNOWN) for day in (10, 20)]
    assert chosen(unknown, 12, 18) == ("s10", "s20")
    assert chosen([*unknown, look(0), look(30)], 12, 18) == ("s0", "s30")


def test_no_look_before_or_none_after_gives_no_pair():
    assert chosen([look(20), look(30)], 12, 18) is None
    assert chosen([look(0), look(10)], 12, 18) is None
    assert chosen([], 12, 18) is None


def test_two_products_of_one_day_are_not_a_pair():
    assert chosen([look(15), look(15, whole_day=True)], 12, 18, dwell=2) is None


days = st.lists(st.integers(0, 1500), unique=True, max_size=25)


@settings(max_examples=60, deadline=None)
@given(days, st.integers(0, 1500), st.integers(0, 60), st.none() | st.floats(1, 30))
def test_before_is_earlier_than_after_and_both_are_usable(taken, first, length, dwell):
    looks = [look(day, LookState.CLEAR if day % 3 else LookState.UNKNOWN) for day in taken]
    prediction, coverage = covered(looks, first, first + length, dwell)
    both = choose_looks(prediction, coverage)
    if both is None:
        return
    before, after = both
    assert before.acquired.end < after.acquired.start
    assert {before, after} <= set(coverage.clear or coverage.looks)
    if dwell is None:
        assert after.acquired.start >= coverage.when.start
    else:
        assert after.acquired.overlaps(coverage.when)


@settings(max_examples=60, deadline=None)
@given(
    taken=days,
    first=st.integers(0, 1400),
    gap=st.integers(1, 800),
    ends=st.tuples(st.integers(0, 1500), st.integers(0, 1500)),
    most=st.integers(2, 30),
)
def test_quiet_pairs_lie_in_the_baseline_share_no_date_and_go_forward_in_time(taken, first, gap, *, ends, most):
    looks = [look(day, whole_day=bool(day % 2)) for day in sorted({*taken, first, first + gap})]
    compared = (look(first, whole_day=bool(first % 2)), look(first + gap, whole_day=bool((first + gap) % 2)))
    begin, end = sorted(ends)
    baseline = TimeSpan(START + timedelta(days=begin), START + timedelta(days=end))
    quiet = choose_quiet(looks, compared, baseline, most=most)
    assert len(quiet) <= max(most, 12)
    assert len(set(quiet)) == len(quiet)
    for before, after in quiet:
        assert before.acquired.end < after.acquired.start
        for each in (before, after):
            assert baseline.contains(each.acquired)
            assert not any(each.acquired.overlaps(item.acquired) for item in compared)
        apart = (after.acquired.middle - before.acquired.middle).days
        assert apart >= min(gap / 2, 300) - 1
        assert season_apart(before.acquired, after.acquired) <= max(
            45, season_apart(compared[0].acquired, compared[1].acquired)
        )


def test_a_second_product_of_a_compared_day_is_no_quiet_date():
    compared = (look(100), look(110))
    looks = [*(look(day) for day in range(0, 100, 10)), look(100, whole_day=True)]
    quiet = choose_quiet(looks, compared, TimeSpan(START, START + timedelta(days=105)))
    assert not any(each.acquired.overlaps(item.acquired) for both in quiet for each in both for item in compared)
    assert quiet


def test_quiet_pairs_are_at_least_half_as_far_apart_as_the_compared_pair():
    quiet = choose_quiet([look(day) for day in range(0, 100, 5)], (look(120), look(160)), TimeSpan(START, "2020-04-20"))
    assert quiet
    assert min(int(after.scene_id[1:]) - int(before.scene_id[1:]) for before, after in quiet) == 20


def test_many_quiet_pairs_are_thinned_evenly_and_keep_both_ends():
    looks = [look(day) for day in range(0, 90, 3)]
    every = choose_quiet(looks, (look(95), look(100)), TimeSpan(START, "2020-04-01"), most=10_000)
    some = choose_quiet(looks, (look(95), look(100)), TimeSpan(START, "2020-04-01"), most=30)
    assert len(every) > 60
    assert len(some) == 30
    assert (some[0], some[-1]) == (every[0], every[-1])


def test_no_quiet_date_gives_no_quiet_pair():
    assert choose_quiet([], (look(0), look(10)), TimeSpan("2019-01-01", "2019-12-31")) == ()


@settings(max_examples=60, deadline=None)
@given(st.dates(date(2000, 1, 1), date(2030, 12, 31)), st.dates(date(2000, 1, 1), date(2030, 12, 31)))
def test_seasons_are_at_most_half_a_year_apart_either_way_round(one, other):
    apart = season_apart(TimeSpan(one), TimeSpan(other))
    assert 0 <= apart <= 183
    assert apart == season_apart(TimeSpan(other), TimeSpan(one))
