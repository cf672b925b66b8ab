"""A stay somewhere inside a window, and the share of all possible stays that a set of looks would have met."""

import math
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from osint_imagery.core.errors import InputError
from osint_imagery.core.timespan import TimeSpan

__all__ = ["Certainty", "look_probability", "looks_met", "revisit_for", "share_covered", "spans_between"]

_TICK = timedelta(microseconds=1)


class Certainty(StrEnum):
    """How an acquisition is counted of which only the day is known."""

    CERTAIN = "certain"  # only if the whole span lies inside the stay
    NOMINAL = "nominal"  # as if taken in the middle of the span
    POSSIBLE = "possible"  # if any part of the span lies inside the stay


def _moments(look: TimeSpan, certainty: Certainty) -> tuple[int, int]:
    """Return (earliest moment the stay must include or precede, latest), microseconds of the epoch."""
    first, last = _ticks(look.start), _ticks(look.end)
    if certainty is Certainty.NOMINAL:
        middle = first + (last - first) // 2
        return middle, middle
    return (first, last) if certainty is Certainty.CERTAIN else (last, first)


def _ticks(moment: datetime) -> int:
    return int((moment - datetime(1970, 1, 1, tzinfo=moment.tzinfo)) / _TICK)


def _union(spans: Iterable[tuple[int, int]], low: int, high: int) -> int:
    """Return the length of the union of closed intervals, clipped to [low, high]."""
    total, reached = 0, low
    for start, end in sorted(spans):
        begin, stop = max(start, reached), min(end, high)
        if stop > begin:
            total += stop - begin
            reached = stop
    return total


def share_covered(
    looks: Iterable[TimeSpan],
    when: TimeSpan,
    dwell_days: float | None,
    *,
    certainty: Certainty = Certainty.NOMINAL,
) -> float:
    """Return the share of possible stays that meet at least one look, exactly.

    A stay of `dwell_days` starts at a moment that is uniform on [when.start, max(when.start, when.end - dwell)],
    so that it lies inside `when`. With ``dwell_days=None`` the thing comes at a moment uniform on `when` and stays
    for good. The share is the length of a union of intervals: nothing is sampled.

    Parameters
    ----------
    looks : iterable of TimeSpan
        Usable acquisitions; a day where only the day is known.
    when : TimeSpan
        Window that holds the stay.
    dwell_days : float or None
        Length of the stay, days, > 0; None = for good.
    certainty : Certainty
        How looks with an unknown hour count: certain gives a lower bound, possible an upper one.

    Returns
    -------
    float
        Probability, 0 to 1.

    Raises
    ------
    InputError
        If `dwell_days` is not positive.

    Examples
    --------
    >>> looks = [TimeSpan("2026-05-03T00:00:00Z")]
    >>> round(share_covered(looks, TimeSpan("2026-05-01", "2026-05-10"), 2), 3)
    0.25
    """
    spans, start, latest = _meeting(looks, when, dwell_days, certainty)
    if latest == start:
        return 1.0 if spans else 0.0
    return _union(spans, start, latest) / (latest - start)


def _meeting(
    looks: Iterable[TimeSpan], when: TimeSpan, dwell_days: float | None, certainty: Certainty
) -> tuple[list[tuple[int, int]], int, int]:
    """Return, for each look that can meet a stay, the spans of its possible beginnings; and the first and last one."""
    if dwell_days is not None and not 0 < dwell_days < math.inf:
        msg = f"dwell_days={dwell_days!r} is not a length of stay; give days > 0, or None for good"
        raise InputError(msg)
    start, end = _ticks(when.start), _ticks(when.end)
    # Past any look, a stay for good is a stay without an end.
    dwell = round(timedelta(days=dwell_days) / _TICK) if dwell_days is not None else None
    latest = end if dwell is None else max(start, end - dwell)
    spans = []
    for look in looks:
        must_precede, must_reach = _moments(look, certainty)
        earliest = start if dwell is None else must_reach - dwell
        if earliest <= must_precede and must_precede >= start and earliest <= latest:
            spans.append((max(earliest, start), min(must_precede, latest)))
    return spans, start, latest


def looks_met(looks: Iterable[TimeSpan], when: TimeSpan, dwell_days: float | None) -> tuple[float, ...]:
    """Return the probability that a stay meets exactly 0, 1, 2 ... of the looks, exactly.

    Parameters
    ----------
    looks, when, dwell_days
        As for :func:`share_covered`; a look of which only the day is known counts as taken at noon.

    Returns
    -------
    tuple of float
        Probability of k looks at index k; one longer than the number of looks; sums to 1.

    Raises
    ------
    InputError
        If `dwell_days` is not positive.

    Examples
    --------
    >>> looks = [TimeSpan("2026-05-03T00:00:00Z"), TimeSpan("2026-05-04T00:00:00Z")]
    >>> [round(p, 3) for p in looks_met(looks, TimeSpan("2026-05-01", "2026-05-10"), 2)]
    [0.625, 0.25, 0.125]
    """
    seen = list(looks)
    spans, start, latest = _meeting(seen, when, dwell_days, Certainty.NOMINAL)
    shares = [0.0] * (len(seen) + 1)
    if latest == start:
        shares[len(spans)] = 1.0
        return tuple(shares)
    turns = sorted([(begin, 1) for begin, _ in spans] + [(end, -1) for _, end in spans])
    at, count = start, 0
    for moment, step in turns:
        shares[count] += (moment - at) / (latest - start)
        at, count = moment, count + step
    shares[count] += (latest - at) / (latest - start)
    return tuple(shares)


def spans_between(looks: Sequence[TimeSpan], when: TimeSpan) -> tuple[TimeSpan, ...]:
    """Return the spans inside `when` during which there was no look, in order of time.

    Examples
    --------
    >>> looks = [TimeSpan("2026-05-03T10:00:00Z")]
    >>> [round(gap.days, 1) for gap in spans_between(looks, TimeSpan("2026-05-01", "2026-05-10"))]
    [2.4, 7.6]
    """
    gaps, reached = [], when.start
    for look in sorted(looks, key=lambda span: span.start):
        if look.end < when.start or look.start > when.end:
            continue
        if look.start > reached:
            gaps.append(TimeSpan(reached, look.start))
        reached = max(reached, look.end)
    if reached < when.end:
        gaps.append(TimeSpan(reached, when.end))
    return tuple(gaps)


def look_probability(revisit_days: float, dwell_days: float, clear: float) -> float:
    """Return the probability of at least one clear look during a stay, for a regular revisit.

    Parameters
    ----------
    revisit_days : float
        Days between looks, > 0.
    dwell_days : float
        Length of the stay, days, > 0.
    clear : float
        Probability that a look is clear, 0 to 1, independent from look to look.

    Returns
    -------
    float
        Probability, 0 to 1.

    Raises
    ------
    InputError
        If a parameter is out of range.

    Notes
    -----
    With k = floor(d/r) and f = d/r - k: P = f (1 - (1-c)^(k+1)) + (1-f) (1 - (1-c)^k). Only for planning: where the
    real list of acquisitions exists, :func:`osint_imagery.observe.coverage.coverage` counts that instead.

    Examples
    --------
    >>> round(look_probability(5, 2, 0.5), 3)
    0.2
    """
    if not (0 < revisit_days < math.inf and 0 < dwell_days < math.inf and 0 <= clear <= 1):
        msg = (
            f"revisit_days={revisit_days!r}, dwell_days={dwell_days!r}, clear={clear!r}: "
            "give days > 0 and a probability 0 to 1"
        )
        raise InputError(msg)
    ratio = dwell_days / revisit_days
    whole = math.floor(ratio)
    part = ratio - whole
    missed = 1 - clear
    return part * (1 - missed ** (whole + 1)) + (1 - part) * (1 - missed**whole)


def revisit_for(dwell_days: float, clear: float, *, probability: float = 0.9) -> float:
    """Return the longest regular revisit, days, that gives a clear look at a stay with some probability; 0 if none.

    Parameters
    ----------
    dwell_days : float
        Length of the stay, days, > 0.
    clear : float
        Probability that a look is clear, 0 to 1.
    probability : float
        Wanted, in (0, 1).

    Raises
    ------
    InputError
        If a parameter is out of range.

    Examples
    --------
    >>> round(revisit_for(2, 0.5), 3), round(revisit_for(2, 1.0), 3)
    (0.588, 2.222)
    """
    if not 0 < probability < 1:
        msg = f"probability={probability!r} is not in (0, 1); 0.9 is usual"
        raise InputError(msg)
    low, high = dwell_days * 1e-4, dwell_days / probability * 1.001
    if look_probability(low, dwell_days, clear) < probability:
        return 0.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if look_probability(middle, dwell_days, clear) >= probability else (low, middle)
    return low
