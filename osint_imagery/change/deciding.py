"""What may be said about a scored pair: the calibration, the decision, and the probability or why it is withheld."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from osint_imagery.change.changemap import Calibration, CalibrationKind
from osint_imagery.change.detectors import Basis, Scored
from osint_imagery.change.null import Null, probability_of_change, rank_p, reportable, unit_alarms
from osint_imagery.change.objects import Objects, find_objects, find_rated
from osint_imagery.core.pair import Pair
from osint_imagery.core.timespan import TimeSpan

__all__ = ["calibrate", "decide", "probability"]

_SELF_CHECK_SHARE = 0.02  # a null unit with more ground than this at P > 0.5 shows the probabilities to be wrong
_SELF_CHECK_UNITS = 8
_WIDESPREAD = (
    "the ground at large differs more between these dates than between any two quiet ones (haze, season, light, or "
    "change nearly everywhere): a local change cannot be told apart; use a pair of clearer or closer season"
)
_OF = {
    CalibrationKind.PLACEBO: "changed more than this place usually does",
    CalibrationKind.MARGIN: "changed more than the ground around did",
}


def calibrate(null: Null, quiet: Sequence[Pair], level: float, basis: Basis | None) -> Calibration:
    """Return what the decision can rest on: quiet pairs, the margin, else the detector's own cut, else nothing."""
    notes = f" ({'; '.join(null.notes)})" if null.notes else ""
    count = len(null.pool)
    if not count:
        why = "no quiet pair could be used" if quiet else "no quiet pairs and no ground around the area were given"
        if basis is None:
            return Calibration(kind=CalibrationKind.NONE, reason=why + notes, count=0, level=level)
        kind = CalibrationKind.NONE if basis.withheld else basis.kind
        return Calibration(kind=kind, reason=f"{why}{notes}; {basis.withheld or basis.reason}", count=0, level=level)
    if not null.used:
        reason = (
            f"{count} windows around the area, of its size, between the same two dates; assumes that the ground "
            "there changes as the area would without the event" + notes
        )
        alarms = unit_alarms(null.objects, level)
        return Calibration(kind=CalibrationKind.MARGIN, reason=reason, count=count, alarms=alarms, level=level)
    dates = tuple((quiet[i].before.acquired, quiet[i].after.acquired) for i in null.used)
    return Calibration(
        kind=CalibrationKind.PLACEBO,
        reason=f"{count} pairs of {_dates_in(dates)} quiet dates at this place{notes}",
        count=count,
        quiet_dates=tuple((b, a) for b, a in dates if b is not None and a is not None),
        alarms=unit_alarms(null.objects, level),
        level=level,
        trouble=_WIDESPREAD if null.widespread else "",
    )


def _dates_in(pairs: Sequence[tuple[TimeSpan | None, TimeSpan | None]]) -> int:
    """Return how many different dates the pairs are made of: pairs that share dates are not independent."""
    return len({date if date is not None else object() for both in pairs for date in both})  # unknown: each its own


def decide(
    null: Null, scored: Scored, examined: NDArray[np.bool_], calibration: Calibration
) -> tuple[NDArray[np.bool_], Objects, Calibration]:
    """Return the pixels of reported objects, the objects they were chosen from, and the calibration with its rank test.

    With a null model the rank test and the false-discovery rate decide; without, the detector's own cut.
    """
    if not null.pool and scored.changed is not None:
        objects = find_rated(scored.changed & examined, scored.probability, scored.strength)
        return objects.labels > 0, objects, calibration
    objects = find_objects(null.score, examined)
    if not null.pool:
        return objects.labels > 0, objects, calibration
    if calibration.trouble:
        return np.zeros(examined.shape, dtype=bool), objects, calibration
    family = rank_p(float(objects.strength.max()) if len(objects.strength) else 0.0, null.objects)
    reported = np.concatenate([[False], reportable(objects.strength, null.objects, calibration.level)])
    return reported[objects.labels], objects, replace(calibration, rank_p=family)


def probability(
    null: Null, scored: Scored, *, examined: NDArray[np.bool_], observed: NDArray[np.bool_], calibration: Calibration
) -> tuple[NDArray[np.float32], Calibration]:
    """Return the probability per pixel and what it is of; NaN where withheld.

    A detector that was calibrated on labelled scenes keeps its own event; else the null model's event is meant, and
    only without a null model the detector's own.
    """
    basis = scored.basis
    own = scored.probability
    can = basis is not None and not basis.withheld and (not null.pool or basis.kind is CalibrationKind.LABELS)
    if own is not None and basis is not None and can:
        chance = np.where(observed, own, np.nan).astype(np.float32)
        reason = calibration.reason
        if null.pool:
            reason = f"{reason}; probability: {basis.reason}"
        return chance, replace(calibration, reason=reason, of=basis.of, probability_kind=basis.kind)
    if basis is not None and basis.kind is CalibrationKind.LABELS:  # another event may not be printed as this one
        told = f"; probability withheld: {basis.withheld}" if null.pool else ""
        blank = np.full(examined.shape, np.nan, dtype=np.float32)
        return blank, replace(calibration, reason=calibration.reason + told)
    return _from_null(null, examined, observed, calibration)


def _from_null(
    null: Null, examined: NDArray[np.bool_], observed: NDArray[np.bool_], calibration: Calibration
) -> tuple[NDArray[np.float32], Calibration]:
    """Return the probability per pixel, withheld where the null would itself be called change."""
    blank = np.full(examined.shape, np.nan, dtype=np.float32)
    if not null.pool or not examined.any():
        return blank, calibration
    if calibration.trouble:
        return blank, replace(calibration, reason=f"{calibration.reason}; probability withheld")
    if calibration.count < 1 / calibration.level:  # below, no object can reach the level
        reason = f"{calibration.reason}; too few for a probability at level {calibration.level:g}"
        return blank, replace(calibration, reason=reason)
    shares = []
    for k in range(0, len(null.pool), max(1, len(null.pool) // _SELF_CHECK_UNITS)):
        others = [unit for j, unit in enumerate(null.pool) if j != k]
        shares.append(float((probability_of_change(null.pool[k], null.pool[k], others) > 0.5).mean()))
    share = float(np.mean(shares))
    told = f"self-check: {share:.1%} of quiet ground at P > 0.5, at most {_SELF_CHECK_SHARE:.0%} allowed"
    if share > _SELF_CHECK_SHARE:
        return blank, replace(calibration, reason=f"{calibration.reason}; probability withheld ({told})")
    most = 1 - (calibration.rank_p or 0.0)  # an unusual pair would make all its pixels unusual together
    chance = np.minimum(probability_of_change(null.score, null.score[examined], null.pool), np.float32(most))
    return np.where(observed, chance, np.nan).astype(np.float32), replace(
        calibration,
        reason=f"{calibration.reason}; {told}",
        of=_OF[calibration.kind],
        probability_kind=calibration.kind,
    )
