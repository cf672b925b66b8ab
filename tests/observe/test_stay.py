import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osint_imagery.core.errors import InputError
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.observe.stay import (
    Certainty,
    look_probability,
    looks_met,
    revisit_for,
    share_covered,
    spans_between,
)

START = datetime(2026, 5, 1, tzinfo=UTC)
WINDOW = TimeSpan(START, START + timedelta(days=20))
LEVELS = (Certainty.CERTAIN, Certainty.NOMINAL, Certainty.POSSIBLE)


def at(day: float) -> TimeSpan:
    return TimeSpan(START + timedelta(days=day))


moments = st.floats(-10, 30, allow_nan=False).map(at)
days = st.integers(-10, 30).map(lambda day: TimeSpan((START + timedelta(days=day)).date()))
looks = st.lists(st.one_of(moments, days), max_size=8)
dwells = st.one_of(st.none(), st.floats(0.01, 40))


@given(looks, st.one_of(moments, days), dwells)
def test_another_look_never_lowers_the_share(seen, more, dwell):
    for level in LEVELS:
        assert share_covered([*seen, more], WINDOW, dwell, certainty=level) >= share_covered(
            seen, WINDOW, dwell, certainty=level
        )


@given(looks, dwells)
def test_bounds_hold_the_value(seen, dwell):
    low, value, high = (share_covered(seen, WINDOW, dwell, certainty=level) for level in LEVELS)
    assert 0 <= low <= value <= high <= 1


@given(looks, st.floats(0.01, 19), st.floats(0, 1))
def test_a_target_that_stays_for_good_is_seen_by_any_later_look(seen, dwell, share):
    later = TimeSpan(WINDOW.end + timedelta(hours=1))
    assert share_covered([*seen, later], WINDOW, None) == 1


@given(st.lists(st.floats(0, 20), max_size=6), st.floats(0.1, 15))
def test_share_agrees_with_counting_many_stays(when, dwell):
    seen = [at(day) for day in when]
    starts = [(k + 0.5) * (20 - dwell) / 2000 for k in range(2000)]
    counted = sum(any(s <= day <= s + dwell for day in when) for s in starts) / 2000
    assert share_covered(seen, WINDOW, dwell) == pytest.approx(counted, abs=0.01)


def test_a_look_in_the_window_sees_only_what_came_before_it():
    assert share_covered([at(5)], WINDOW, None) == pytest.approx(0.25)


def test_a_stay_that_fits_only_once_is_seen_or_not():
    short = TimeSpan(START, START + timedelta(days=2))
    assert share_covered([at(1)], short, 2) == 1
    assert share_covered([at(2.5)], short, 2) == 0


def test_a_day_without_an_hour_spans_both_cases():
    day = [TimeSpan("2026-05-05")]
    low = share_covered(day, WINDOW, 2, certainty=Certainty.CERTAIN)
    high = share_covered(day, WINDOW, 2, certainty=Certainty.POSSIBLE)
    assert low == pytest.approx(1 / 18, abs=1e-6)
    assert high == pytest.approx(3 / 18, abs=1e-6)


@pytest.mark.parametrize(
    ("revisit", "dwell", "clear", "printed"),
    [(5, 2, 0.5, "0.200"), (1, 2, 0.5, "0.750"), (1, 60, 1.0, "1.000"), (5, 60, 0.5, "1.000"), (5, 60, 0.1, "0.718")],
)
def test_planning_formula_gives_the_published_table(revisit, dwell, clear, printed):
    assert f"{look_probability(revisit, dwell, clear):.3f}" == printed


@given(st.floats(0.5, 20), st.floats(0.1, 60), st.floats(0, 1), st.floats(0, 1))
def test_more_cloud_never_raises_the_planning_formula(revisit, dwell, one, other):
    low, high = sorted((one, other))
    assert 0 <= look_probability(revisit, dwell, low) <= look_probability(revisit, dwell, high) + 1e-12 <= 1 + 1e-9


def test_formula_and_real_list_agree_for_a_regular_revisit():
    seen = [at(2.5 + 5 * k) for k in range(4)]
    whole = TimeSpan(START, START + timedelta(days=22))
    assert share_covered(seen, whole, 2) == pytest.approx(look_probability(5, 2, 1), abs=1e-6)


@pytest.mark.parametrize("dwell", [0, -1, math.inf, math.nan])
def test_impossible_stays_are_refused(dwell):
    with pytest.raises(InputError, match="dwell_days"):
        share_covered([], WINDOW, dwell)


def test_impossible_planning_is_refused():
    with pytest.raises(InputError, match=r"clear=1\.5"):
        look_probability(5, 2, 1.5)


def test_gaps_are_what_lies_between_looks():
    gaps = spans_between([at(25), at(4), at(-3), at(15)], WINDOW)
    assert [round(gap.days) for gap in gaps] == [4, 11, 5]
    assert spans_between([], WINDOW) == (WINDOW,)


@given(looks, dwells)
def test_the_number_of_looks_met_is_a_distribution_that_agrees_with_the_share(seen, dwell):
    shares = looks_met(seen, WINDOW, dwell)
    assert len(shares) == len(seen) + 1
    assert sum(shares) == pytest.approx(1)
    assert min(shares) >= -1e-12
    assert 1 - shares[0] == pytest.approx(share_covered(seen, WINDOW, dwell), abs=1e-9)


@given(st.lists(st.floats(0, 20), max_size=6), st.floats(0.1, 15))
def test_looks_met_agree_with_counting_many_stays(when, dwell):
    starts = [(k + 0.5) * (20 - dwell) / 2000 for k in range(2000)]
    met = [sum(s <= day <= s + dwell for day in when) for s in starts]
    counted = [met.count(k) / 2000 for k in range(len(when) + 1)]
    assert looks_met([at(day) for day in when], WINDOW, dwell) == pytest.approx(counted, abs=0.01)


@given(st.floats(0.2, 60), st.floats(0.05, 1), st.floats(0.1, 0.99))
def test_the_revisit_asked_for_is_the_longest_that_will_do(dwell, clear, wanted):
    revisit = revisit_for(dwell, clear, probability=wanted)
    assert look_probability(revisit, dwell, clear) >= wanted - 1e-9
    assert look_probability(revisit * 1.01, dwell, clear) < wanted


def test_no_revisit_helps_where_it_is_never_clear():
    assert revisit_for(2, 0.0) == 0
    with pytest.raises(InputError, match="probability=1"):
        revisit_for(2, 0.5, probability=1)
