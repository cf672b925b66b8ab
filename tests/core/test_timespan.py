"""Times are UTC or refused, and never become more exact than they are known."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osint_imagery.core.errors import TimeError
from osint_imagery.core.timespan import TimeSpan, iso, utc

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
AWARE = st.datetimes(datetime(1972, 1, 1), datetime(2100, 1, 1), timezones=ZONES)  # noqa: DTZ001 - zone given


@pytest.mark.parametrize("moment", ["2017-10-03T08:17:39", "2017-10-03 08:17", datetime(2017, 10, 3), "20171003"])  # noqa: DTZ001
def test_time_without_a_zone_is_refused(moment: str | datetime) -> None:
    with pytest.raises(TimeError, match="no time zone"):
        TimeSpan(moment)
    with pytest.raises(TimeError, match="no time zone"):
        TimeSpan("2017-01-01", moment)


@pytest.mark.parametrize("moment", ["yesterday", "2017-13-01", "2017-02-30", "", "03/10/2017"])
def test_what_is_no_time_is_refused(moment: str) -> None:
    with pytest.raises(TimeError, match="is not a date or RFC 3339 time"):
        utc(moment)


def test_other_types_are_refused() -> None:
    with pytest.raises(TimeError, match="is a int"):
        TimeSpan(20171003)  # type: ignore[arg-type]


@pytest.mark.parametrize("day", ["2015-08-20", date(2015, 8, 20)])
def test_a_day_stays_a_day(day: str | date) -> None:
    span = TimeSpan(day)
    assert span.is_day
    assert not span.is_instant
    assert span.label == "2015-08-20 (UTC day, time unknown)"
    assert span.days == 1
    assert span.contains(TimeSpan("2015-08-20T23:59:59.999Z"))
    assert not span.overlaps(TimeSpan("2015-08-21T00:00:00Z"))


@given(AWARE)
def test_text_round_trip_keeps_the_instant(moment: datetime) -> None:
    assert utc(iso(moment)) == moment
    span = TimeSpan(moment)
    assert span.is_instant
    assert TimeSpan(iso(span.start), iso(span.end)) == span
    assert span.start.tzinfo is UTC


@given(st.dates(date(1972, 1, 1), date(2100, 1, 1)), st.integers(0, 5000))
def test_days_are_counted_with_both_ends(start: date, more: int) -> None:
    span = TimeSpan(start, start + timedelta(days=more))
    assert span.days == more + 1
    assert span.contains(TimeSpan(start))
    assert span.start <= span.middle <= span.end


@given(AWARE, AWARE)
def test_reversed_spans_are_refused_and_others_hold_their_ends(one: datetime, two: datetime) -> None:
    first, last = sorted((one, two))
    span = TimeSpan(first, last)
    assert span.contains(TimeSpan(first))
    assert span.contains(TimeSpan(last))
    if first < last:
        with pytest.raises(TimeError, match="is before"):
            TimeSpan(last, first)


def test_label_never_rounds_an_end_up_to_a_whole_day() -> None:
    assert TimeSpan("2017-10-03", "2017-10-05").label == "2017-10-03 to 2017-10-05 UTC"
    span = TimeSpan("2017-10-03T00:00:00Z", "2017-10-05T00:30:00Z")
    assert span.label == "2017-10-03 00:00:00 to 2017-10-05 00:30:00 UTC"


def test_the_ends_of_the_calendar_work_or_are_refused() -> None:
    assert TimeSpan("2017-01-01", "9999-12-31").label == "2017-01-01 to 9999-12-31 UTC"
    with pytest.raises(TimeError, match="outside the years"):
        TimeSpan("0001-01-01T00:00:00+05:00")
