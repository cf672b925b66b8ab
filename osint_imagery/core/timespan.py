"""UTC instants and spans; nothing without a time zone gets in."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from osint_imagery.core.arguments import require
from osint_imagery.core.errors import TimeError
from osint_imagery.core.showing import plain_html

__all__ = ["Moment", "TimeSpan", "iso", "utc"]

Moment = str | date | datetime
"""What is accepted as a time: a date, an aware datetime, or either as RFC 3339 text."""

_DAY = timedelta(days=1)
_TICK = timedelta(microseconds=1)


def utc(moment: Moment) -> datetime:
    """Return an aware UTC datetime; a bare date becomes the start of that UTC day.

    Raises
    ------
    TimeError
        If a datetime has no time zone: which day it means would be a guess.

    Examples
    --------
    >>> utc("2017-10-03T08:17:39Z").isoformat()
    '2017-10-03T08:17:39+00:00'
    """
    return _bounds(moment, "moment")[0]


def iso(moment: datetime) -> str:
    """Return RFC 3339 text in UTC, to the second where there is no fraction.

    Examples
    --------
    >>> iso(utc("2017-10-03T08:17:39Z"))
    '2017-10-03T08:17:39Z'
    """
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _parse(text: str, name: str) -> date | datetime:
    try:
        if len(text) == 10:
            return date.fromisoformat(text)
        return datetime.fromisoformat(text)
    except ValueError as err:
        msg = f"{name}={text!r} is not a date or RFC 3339 time; write 2017-10-03 or 2017-10-03T08:17:39Z"
        raise TimeError(msg) from err


def _bounds(moment: Moment, name: str) -> tuple[datetime, datetime]:
    """Return first and last instant that the moment can mean."""
    value = _parse(moment.strip(), name) if isinstance(moment, str) else moment
    if isinstance(value, datetime):
        if value.tzinfo is None:
            msg = f"{name}={moment!r} has no time zone; add 'Z' or tzinfo=datetime.UTC if it is UTC"
            raise TimeError(msg)
        try:
            exact = value.astimezone(UTC)
        except OverflowError as err:
            msg = f"{name}={moment!r} is outside the years 1 to 9999 in UTC; give a date inside"
            raise TimeError(msg) from err
        return exact, exact
    if not isinstance(value, date):
        msg = f"{name}={moment!r} is a {type(moment).__name__}; give a date or an aware datetime"
        raise TimeError(msg)
    start = datetime(value.year, value.month, value.day, tzinfo=UTC)
    return start, start + (_DAY - _TICK)


@dataclass(frozen=True, slots=True, init=False)
class TimeSpan:
    """A closed span of UTC time; an instant is a span whose ends are equal.

    An acquisition of which only the day is known is the span of that day, and stays so.

    Parameters
    ----------
    start : str, date or aware datetime
        First instant. A bare date means the start of that UTC day.
    end : str, date or aware datetime, optional
        Last instant. A bare date means the end of that UTC day. Defaults to what `start` can mean:
        the whole day for a date, the instant for a datetime.

    Raises
    ------
    TimeError
        If a datetime has no time zone, or the span ends before it starts.

    Examples
    --------
    >>> TimeSpan("2015-08-20")
    TimeSpan('2015-08-20 (UTC day, time unknown)')
    >>> TimeSpan("2017-10-03T08:17:39Z").is_instant
    True
    >>> TimeSpan("2015-08-01", "2017-10-31").days
    823.0
    """

    start: datetime
    end: datetime

    def __init__(self, start: Moment, end: Moment | None = None) -> None:
        first, last = _bounds(start, "start")
        if end is not None:
            last = _bounds(end, "end")[1]
        if last < first:
            msg = f"end={end!r} is before start={start!r}; swap them"
            raise TimeError(msg)
        object.__setattr__(self, "start", first)
        object.__setattr__(self, "end", last)

    @property
    def is_instant(self) -> bool:
        """Whether start and end are the same instant."""
        return self.start == self.end

    @property
    def is_day(self) -> bool:
        """Whether the span is exactly one UTC day (up to a second short of the next midnight)."""
        midnight = self.start.replace(hour=0, minute=0, second=0, microsecond=0)
        return self.start == midnight and _DAY - timedelta(seconds=1) <= self.end - self.start < _DAY

    @property
    def middle(self) -> datetime:
        """The instant halfway, UTC."""
        return self.start + (self.end - self.start) / 2

    @property
    def days(self) -> float:
        """Length in days; the last tick of a day counts as the whole day."""
        length = self.end - self.start
        return (length + _TICK) / _DAY if length else 0.0

    @property
    def label(self) -> str:
        """The span as people read it, always in UTC, never more exact than it is known."""
        if self.is_instant:
            return f"{self.start:%Y-%m-%d %H:%M:%S} UTC"
        if self.is_day:
            return f"{self.start:%Y-%m-%d} (UTC day, time unknown)"
        if self.start.time() == time.min and self.end.time() >= time(23, 59, 59):
            return f"{self.start:%Y-%m-%d} to {self.end:%Y-%m-%d} UTC"
        return f"{self.start:%Y-%m-%d %H:%M:%S} to {self.end:%Y-%m-%d %H:%M:%S} UTC"

    @property
    def within(self) -> str:
        """The span after an event: "between A and B (UTC)" for a length of time, else "on" or "at" it."""
        if self.is_instant or self.is_day:
            return f"{'at' if self.is_instant else 'on'} {self.label}"
        first, last = self.label.removesuffix(" UTC").split(" to ")
        return f"between {first} and {last} (UTC)"

    def overlaps(self, other: "TimeSpan") -> bool:
        """Whether the two spans share an instant.

        Parameters
        ----------
        other : TimeSpan
            The other span.

        Returns
        -------
        bool

        Examples
        --------
        >>> TimeSpan("2024-05-01", "2024-05-10").overlaps(TimeSpan("2024-05-10T12:00:00Z"))
        True
        """
        require(TimeSpan, other=other)
        return self.start <= other.end and other.start <= self.end

    def contains(self, other: "TimeSpan") -> bool:
        """Whether all of `other` lies inside.

        Parameters
        ----------
        other : TimeSpan
            The other span.

        Returns
        -------
        bool

        Examples
        --------
        >>> TimeSpan("2024-05-01", "2024-05-10").contains(TimeSpan("2024-05-03"))
        True
        """
        require(TimeSpan, other=other)
        return self.start <= other.start and other.end <= self.end

    _repr_html_ = plain_html

    def __repr__(self) -> str:
        return f"TimeSpan({self.label!r})"
