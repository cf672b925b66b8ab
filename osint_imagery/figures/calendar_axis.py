"""A UTC axis on paper: where an instant lies, and ticks that people know by heart."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from osint_imagery.core.timespan import TimeSpan

__all__ = ["Axis", "axis_over"]

_DAY = timedelta(days=1)
_MONTHS = (1, 2, 3, 6, 12, 24, 60, 120, 240)
_DAYS = (1, 2, 7, 14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """A span of UTC time laid on a line.

    Parameters
    ----------
    span : TimeSpan
        First and last instant.
    left, right : float
        Where they lie, mm.
    """

    span: TimeSpan
    left: float
    right: float

    def x(self, moment: datetime) -> float:
        """Return where an instant lies, mm."""
        share = (moment - self.span.start) / (self.span.end - self.span.start)
        return self.left + share * (self.right - self.left)

    def stretch(self, span: TimeSpan) -> tuple[float, float]:
        """Return where a span starts and ends, mm, cut at the axis' ends."""
        first, last = max(span.start, self.span.start), min(span.end, self.span.end)
        return self.x(first), self.x(max(first, last))

    def ticks(self, most: int) -> tuple[tuple[float, str], ...]:
        """Return at most `most` ticks: places, mm, and dates in UTC."""
        length = self.span.end - self.span.start
        for step in _DAYS:
            if length / (step * _DAY) <= most:
                return tuple((self.x(t), f"{t:%Y-%m-%d}") for t in self._every_day(step))
        months = next((step for step in _MONTHS if length / (step * 30.4 * _DAY) <= most), _MONTHS[-1])
        pattern = "%Y" if months >= 12 else "%Y-%m"
        return tuple((self.x(t), f"{t:{pattern}}") for t in self._every_month(months))

    def _every_day(self, step: int) -> list[datetime]:
        first = self.span.start.replace(hour=0, minute=0, second=0, microsecond=0)
        first = first if first >= self.span.start else first + _DAY
        count = int((self.span.end - first) / (step * _DAY)) + 1
        return [first + k * step * _DAY for k in range(count)]

    def _every_month(self, step: int) -> list[datetime]:
        start = self.span.start
        number = -(-(start.year * 12 + start.month - 1) // step) * step
        found = []
        while (moment := datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC)) <= self.span.end:
            if moment >= start:
                found.append(moment)
            number += step
        return found


def axis_over(spans: tuple[TimeSpan, ...], left: float, right: float) -> Axis:
    """Return an axis over all spans with a little room at both ends.

    Examples
    --------
    >>> axis = axis_over((TimeSpan("2015-08-20"), TimeSpan("2017-10-03")), 0, 100)
    >>> [label for _, label in axis.ticks(6)]
    ['2016-01', '2016-07', '2017-01', '2017-07']
    """
    first, last = min(span.start for span in spans), max(span.end for span in spans)
    room = max((last - first) * 0.03, timedelta(days=1))
    return Axis(span=TimeSpan(first - room, last + room), left=left, right=right)
