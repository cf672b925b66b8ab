"""Which dates to compare, and which quiet dates stand in for "nothing happened": decided from metadata alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from osint_imagery.core.claim import Prediction
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.observe.coverage import Coverage, Look, LookState
from osint_imagery.scenes.acquisition import is_other_level

__all__ = ["choose_looks", "choose_quiet", "season_apart"]

_SEASON_DAYS = 30  # methods.md 10: further apart in the year, leaves and crops differ by themselves
_SEASON_WEIGHT = 10  # a day out of season costs as much as so many days of a wider bracket
_QUIET_SEASON_DAYS = 45
_YEAR = 365
_ENOUGH = 12  # quiet pairs; ten are needed at q = 0.1, and one or two may not align
_LONG_GAP_DAYS = 300  # quiet pairs a year apart stand in for any longer gap


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    cost: float
    before: Look
    after: Look


def season_apart(first: TimeSpan, second: TimeSpan) -> int:
    """Return how many days two dates are apart in the year, 0 to 182.

    Examples
    --------
    >>> season_apart(TimeSpan("2018-12-30"), TimeSpan("2020-01-04"))
    5
    """
    apart = abs(first.middle.timetuple().tm_yday - second.middle.timetuple().tm_yday)
    return min(apart, _YEAR - apart)


def choose_looks(prediction: Prediction, coverage: Coverage) -> tuple[Look, Look] | None:
    """Return the looks before and after to compare, or None if no two looks can bear on the prediction.

    Before is before the window where there is such a look; after is inside the stay of a passing target, or after
    the window for one that stays for good. Among those, the tightest bracket wins, with a price on season.

    Parameters
    ----------
    prediction : Prediction
        Its window and how long the target stays.
    coverage : Coverage
        Usable looks are used; looks of unknown quality only where no look is known to be usable. A look that only
        several tiles together make is not: each of them alone would leave part of the area unexamined.
    """
    whole = [look for look in coverage.looks if not look.in_parts]
    known = [look for look in whole if look.state is LookState.CLEAR]
    looks = known or [look for look in whole if look.state is LookState.UNKNOWN]
    window = coverage.when
    earlier = [look for look in looks if look.acquired.end < window.start]
    inside = [look for look in looks if look.acquired.overlaps(window)]
    later = [look for look in looks if look.acquired.start > window.end]
    first = earlier or inside[:1]
    last = inside if prediction.dwell_days is not None else (later or inside[-1:])
    candidates = [
        _Candidate(cost=_cost(before.acquired, after.acquired, window), before=before, after=after)
        for before, after in product(first, last)
        if before.acquired.end < after.acquired.start
        and not (before.acquisition and before.acquisition == after.acquisition)
        and not is_other_level(before.sensor, after.sensor)
    ]
    if not candidates:
        return None
    best = min(candidates, key=lambda item: item.cost)
    return best.before, best.after


def _cost(before: TimeSpan, after: TimeSpan, window: TimeSpan) -> float:
    slack = max(0.0, (window.start - before.end).days) + max(0.0, (after.start - window.end).days)
    return slack + _SEASON_WEIGHT * max(0, season_apart(before, after) - _SEASON_DAYS)


def choose_quiet(
    looks: Sequence[Look], compared: tuple[Look, Look], baseline: TimeSpan, *, most: int = 30
) -> tuple[tuple[Look, Look], ...]:
    """Return the pairs of quiet looks that stand in for "nothing happened".

    A quiet pair lies in the baseline, shares no date with the compared pair, is in season with itself, and is at
    least half as far apart in time as the compared pair (a year is enough): pairs a week apart would make the null
    too quiet for a pair two years apart. Pairs from the compared pair's own season come first; others only fill up
    to the number that the decision needs, nearest season first.

    Parameters
    ----------
    looks : sequence of Look
        Usable looks, in order of time; those made by several tiles together are left out.
    compared : tuple of Look
        Before and after.
    baseline : TimeSpan
        When nothing is claimed to have happened.
    most : int
        Take at most so many, evenly spread.
    """
    before, after = compared
    quiet = [
        look
        for look in looks
        if not look.in_parts
        and baseline.contains(look.acquired)
        and not any(look.acquired.overlaps(other.acquired) for other in compared)
    ]
    gap = _days(before, after)
    least = min(gap / 2, _LONG_GAP_DAYS)
    season = max(_QUIET_SEASON_DAYS, season_apart(before.acquired, after.acquired))
    pairs = [
        (first, second)
        for first, second in combinations(quiet, 2)
        if _days(first, second) >= least
        and season_apart(first.acquired, second.acquired) <= season
        and first.acquired.end < second.acquired.start
        and not any(is_other_level(first.sensor, look.sensor) for look in (second, before, after))
    ]
    away = {both: max(_out_of_season(look, compared) for look in both) for both in pairs}
    own = [both for both in pairs if away[both] == 0]
    if len(own) >= _ENOUGH:
        return tuple(_spread(own, most))
    return tuple(sorted(sorted(pairs, key=lambda both: away[both])[:_ENOUGH], key=lambda both: both[0].acquired.start))


def _out_of_season(look: Look, compared: tuple[Look, Look]) -> int:
    """Return by how many days a look lies outside the season of the compared looks."""
    nearest = min(season_apart(look.acquired, other.acquired) for other in compared)
    return max(0, nearest - _QUIET_SEASON_DAYS)


def _days(first: Look, second: Look) -> float:
    return (second.acquired.middle - first.acquired.middle).total_seconds() / 86400


def _spread(pairs: Iterable[tuple[Look, Look]], most: int) -> list[tuple[Look, Look]]:
    items = list(pairs)
    if len(items) <= most:
        return items
    return [items[round(k * (len(items) - 1) / (most - 1))] for k in range(most)]
