"""From a pair to a change map: score, null, decision, probability."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from osint_imagery.change.changemap import Calibration, CalibrationKind, ChangeMap, NullObjects
from osint_imagery.change.detectors import Detector, Scored, resolve
from osint_imagery.change.null import (
    Null,
    from_margin,
    from_quiet,
    probability_of_change,
    rank_p,
    reportable,
    unit_alarms,
)
from osint_imagery.change.objects import find_objects
from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.errors import InputError
from osint_imagery.core.lineage import Step, digest_array
from osint_imagery.core.pair import Pair
from osint_imagery.core.timespan import TimeSpan

__all__ = ["detect"]

_SELF_CHECK_SHARE = 0.02  # a null unit with more ground than this at P > 0.5 shows the probabilities to be wrong
_SELF_CHECK_UNITS = 8
_LEAST_UNITS = 10  # fewer quiet pairs or windows cannot decide at the usual level of 0.1
_WIDESPREAD = (
    "the ground at large differs more between these dates than between any two quiet ones (haze, season, light, or "
    "change nearly everywhere): a local change cannot be told apart; use a pair of clearer or closer season"
)


def detect(
    pair: Pair,
    method: str | Detector | None = None,
    quiet: Sequence[Pair] = (),
    *,
    aoi: AreaOfInterest | None = None,
    level: float = 0.1,
) -> ChangeMap:
    """Find change between two aligned dates, with probabilities that were calibrated or are withheld.

    Parameters
    ----------
    pair : Pair
        Aligned images.
    method : str or Detector, optional
        Name of an installed detector, or the object; default ``"irmad"``.
    quiet : sequence of Pair
        Pairs of dates at the same place between which nothing is claimed to have happened, on the same grid,
        aligned. A pair that shares a date with `pair` is left out, and said so.
    aoi : AreaOfInterest, optional
        Where change is looked for; default the whole image. Without quiet pairs, or with fewer than ten that can
        be used, the ground outside it between the same two dates serves as the null model where it holds ten
        windows of the area's size; with neither, no probability is given.
    level : float
        False-discovery rate and family-wise level of the decision, in (0, 1).

    Returns
    -------
    ChangeMap
        ``.probability`` is the probability that a pixel "changed more than this place usually does" (quiet
        pairs) or "more than the ground around did" (margin); NaN where withheld.

    Raises
    ------
    BandError, NotEnoughDataError, ConvergenceError
        If the detector cannot work on this pair, or a quiet pair has other bands.
    GridMismatchError
        If a quiet pair is on another grid.
    InputError
        If `level` is not in (0, 1), or `aoi` is given for pixels without a place.

    Notes
    -----
    Where the scene's middle score exceeds that of every quiet pair, nothing is decided: the whole scene changed. The
    decision needs both: the strongest object is stronger than those of the quiet pairs (rank test, exact if
    dates are exchangeable), and an object's false-discovery rate is at most `level`. Quiet pairs that are closer
    in time or season than `pair` make the null too quiet and the decision too bold.

    Examples
    --------
    >>> from osint_imagery.core.image import Image
    >>> rng = np.random.default_rng(0)
    >>> ground = rng.normal(size=(4, 64, 64))
    >>> look = lambda: Image.from_array(ground + rng.normal(scale=0.1, size=ground.shape), bands=list("abcd"))
    >>> detect(Pair(before=look(), after=look())).calibration.kind.value
    'none'
    """
    if not 0 < level < 1:
        msg = f"level={level!r} is not in (0, 1); 0.1 lets one reported object in ten be false"
        raise InputError(msg)
    detector = resolve(method)
    scored = detector.score(pair)
    inside = _inside(pair, aoi)
    observed = pair.valid & np.isfinite(scored.strength)
    examined = observed & inside
    null = _null(pair, scored, examined, inside, quiet, detector)
    calibration = _calibration(null, quiet, level)
    objects = find_objects(null.score, examined)
    changed, calibration = _decide(objects.strength, objects.labels, null.objects, calibration)
    probability, calibration = _probability(null, examined, observed, calibration)
    step = Step(
        name=f"detect:{detector.method.name}",
        version=detector.method.version,
        parameters=(*detector.method.parameters, ("level", f"{level:g}"), ("fit", scored.note)),
        inputs=(pair.before.digest, pair.after.digest),
        outputs=(digest_array(null.score),),
    )
    return ChangeMap(
        pair=pair,
        method=detector.method,
        score=np.where(observed, null.score, np.nan).astype(np.float32),
        sign=scored.sign,
        p_value=scored.p_value,
        probability=probability,
        changed=changed,
        observed=observed,
        examined=examined,
        aoi=aoi,
        calibration=calibration,
        null=null.objects,
        lineage=pair.lineage.then(step),
    )


def _inside(pair: Pair, aoi: AreaOfInterest | None) -> NDArray[np.bool_]:
    if aoi is None:
        return np.ones(pair.shape, dtype=bool)
    if pair.grid is None:
        msg = f"aoi={aoi!r} is given but the pixels have no grid; leave it out, or give the images their grid"
        raise InputError(msg)
    return pair.grid.inside(aoi)


def _null(  # noqa: PLR0917 - the things a null is made from
    pair: Pair,
    scored: Scored,
    examined: NDArray[np.bool_],
    inside: NDArray[np.bool_],
    quiet: Sequence[Pair],
    detector: Detector,
) -> Null:
    null = from_margin(scored, examined, inside)
    if quiet:
        placebo = from_quiet(scored, examined, quiet, detector=detector, pair=pair)
        if len(placebo.pool) >= _LEAST_UNITS or len(null.pool) < _LEAST_UNITS:
            null = placebo
        else:
            told = f"only {len(placebo.pool)} of {len(quiet)} quiet pairs could be used, so the margin stands in"
            null = replace(null, notes=(told, *placebo.notes))
    if null.pool:
        return null
    whole = from_margin(scored, examined, np.zeros_like(inside))  # standardized on the image itself: ranks only
    return Null(score=whole.score, pool=(), objects=NullObjects(), notes=null.notes)


def _calibration(null: Null, quiet: Sequence[Pair], level: float) -> Calibration:
    notes = f" ({'; '.join(null.notes)})" if null.notes else ""
    count = len(null.pool)
    if not count:
        why = "no quiet pair could be used" if quiet else "no quiet pairs and no ground around the area were given"
        return Calibration(kind=CalibrationKind.NONE, reason=why + notes, count=0, level=level)
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


def _decide(
    strength: NDArray[np.float64], labels: NDArray[np.int32], null: NullObjects, calibration: Calibration
) -> tuple[NDArray[np.bool_], Calibration]:
    """Return the pixels of reported objects, and the calibration with its rank test."""
    if calibration.kind is CalibrationKind.NONE:
        return labels > 0, calibration
    if calibration.trouble:
        return np.zeros(labels.shape, dtype=bool), calibration
    family = rank_p(float(strength.max()) if len(strength) else 0.0, null)
    reported = np.concatenate([[False], reportable(strength, null, calibration.level)])
    return reported[labels], replace(calibration, rank_p=family)


def _probability(
    null: Null, examined: NDArray[np.bool_], observed: NDArray[np.bool_], calibration: Calibration
) -> tuple[NDArray[np.float32], Calibration]:
    """Return the probability per pixel, withheld where the null would itself be called change."""
    blank = np.full(examined.shape, np.nan, dtype=np.float32)
    if calibration.kind is CalibrationKind.NONE or not examined.any():
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
    probability = np.minimum(probability_of_change(null.score, null.score[examined], null.pool), np.float32(most))
    return np.where(observed, probability, np.nan).astype(np.float32), replace(
        calibration, reason=f"{calibration.reason}; {told}"
    )
