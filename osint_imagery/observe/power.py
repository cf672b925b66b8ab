"""Would the method have found it: the target is put into real quiet pixels and looked for."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from numbers import Integral

import numpy as np

from osint_imagery.change.changemap import CalibrationKind, ChangeMap
from osint_imagery.change.detecting import detect
from osint_imagery.change.detectors import Detector, resolve
from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.arguments import require, require_each
from osint_imagery.core.claim import Prediction, Target
from osint_imagery.core.errors import InputError, NotEnoughDataError, UndeterminedError
from osint_imagery.core.estimate import Estimate, most_share, proportion
from osint_imagery.core.pair import Pair
from osint_imagery.core.showing import plain_html
from osint_imagery.observe.benches import (
    Bench,
    QuietBench,
    RememberingDetector,
    TestedBench,
    can_report,
    hosts_of,
)
from osint_imagery.observe.design import SWEEP, Design
from osint_imagery.observe.ground import Ground
from osint_imagery.observe.pod_curve import PodCurve, fit_pod_curve
from osint_imagery.observe.trials import Trials, scaled, try_places

__all__ = ["SWEEP", "Design", "Power", "power", "ratio_cap"]


_REFINED = 3  # times that sizes are added where found and missed targets do not overlap in size
_NEAR = 1.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """How often the method finds a target of the stated size and contrast, and how often it cries wolf.

    Parameters
    ----------
    pod : Estimate or None
        Probability of detection where a look exists; None where it could not be measured.
    found, tried : int
        Insertions found, and insertions made.
    false_alarm : Estimate or None
        Probability of an alarm on a pair of quiet dates; None without quiet pairs.
    cap : float or None
        Highest likelihood ratio that so many quiet pairs can support (1 / upper 95 % bound of the false alarms).
    reason : str
        What was measured and what it is conditional on, or why it was not.
    curve : PodCurve or None
        Over size (square root of length x width, m) at the stated shape and contrast; None where no other sizes were
        tried or the trials allow none.
    """

    pod: Estimate | None
    found: int
    tried: int
    false_alarm: Estimate | None
    cap: float | None
    reason: str
    curve: PodCurve | None = None

    _repr_html_ = plain_html

    def __repr__(self) -> str:
        pod = str(self.pod) if self.pod else "not measured"
        return f"Power(pod {pod}; {self.found} of {self.tried} insertions found; {self.reason})"


def ratio_cap(alarms: int, quiet_pairs: int) -> float | None:
    """Return the highest likelihood ratio that so many quiet pairs can support; None without any.

    The inverse of the one-sided 95 % upper bound of the false alarm probability: about n / 3 without an alarm.

    Raises
    ------
    InputError
        If the counts are impossible.

    Examples
    --------
    >>> round(ratio_cap(0, 30), 1)
    10.5
    """
    if quiet_pairs < 0 or not 0 <= alarms <= max(quiet_pairs, 0):
        msg = f"alarms={alarms!r} of quiet_pairs={quiet_pairs!r} is impossible; need 0 <= alarms <= quiet_pairs"
        raise InputError(msg)
    return None if quiet_pairs == 0 else 1 / most_share(alarms, quiet_pairs)


def power(
    prediction: Prediction,
    pair: Pair,
    quiet: Sequence[Pair] = (),
    *,
    aoi: AreaOfInterest | None = None,
    method: str | Detector | None = None,
    seed: int = 0,
    places: int = 40,
    design: Design | None = None,
) -> Power:
    """Measure how often the method finds the predicted target, by putting it into quiet pairs of the same place.

    The target is a rectangle of the stated size and contrast, blurred by the optics (MTF 0.2 at Nyquist), at a random
    place on the examined ground, lengthways or crossways, at a random sub-pixel position. It goes into the later date
    of a quiet pair (the earlier one if the prediction says that it disappears). The same method then scores that pair
    against the remaining quiet pairs, and the target counts as found if an object on it is strong enough to be
    reported by the rule under which `pair` itself is decided.

    Parameters
    ----------
    prediction : Prediction
        With a target whose contrast is stated in the unit of the pixels.
    pair : Pair
        The pair under test; its own calibration decides what counts as found.
    quiet : sequence of Pair
        Pairs of quiet dates on the same grid.
    aoi : AreaOfInterest, optional
        Where the target is looked for; default: the whole image.
    method : str or Detector, optional
        As for :func:`~osint_imagery.change.detecting.detect`.
    seed : int
        Seed of every random choice.
    places : int
        Insertions to make, at least 1; fewer are made where there is no room.
    design : Design, optional
        Other sizes to try for a curve, the ground where a target may stand, parallel work.

    Returns
    -------
    Power
        ``pod`` is None, with the reason, where it could not be measured.

    Raises
    ------
    InputError
        If `places` is not positive.
    BandError, GridMismatchError
        If the method cannot work on these pairs.

    Notes
    -----
    The interval is that of independent trials (Clopper-Pearson). Places in one pair share their dates, so the true
    uncertainty is larger. Ground that raises an alarm without a target is not used. It measures this size and
    contrast only: the contrast is what the claim says, not what the target really had. The target has no shadow.
    """
    require(Prediction, prediction=prediction)
    require(Pair, pair=pair)
    quiet = require_each(Pair, quiet=quiet)
    require(AreaOfInterest | None, aoi=aoi)
    require(Integral, seed=seed, places=places)
    require(Design | None, design=design)
    if places < 1:
        msg = f"places={places!r} is not a number of insertions; give at least 1"
        raise InputError(msg)
    plan = design or Design()
    detector = RememberingDetector(detector=resolve(method), quiet=tuple(quiet))
    changes, reason = _under_test(pair, quiet, aoi, detector=detector, plan=plan)
    alarms, cap = _false_alarm(changes)
    reason = reason or _why_not(prediction.target, pair)
    measured = _Measured(notes=(reason,))
    if not reason and changes is not None:
        bench = _bench(changes, detector)
        measured = _measure(prediction, bench, plan, root=np.random.SeedSequence(seed), places=places)
    if not measured.trials.tried:
        told = "; ".join(measured.notes) or "no room for the target"
        return Power(pod=None, found=0, tried=0, false_alarm=alarms, cap=cap, reason=f"POD not measured: {told}")
    found, tried, target = measured.trials.found, measured.trials.tried, prediction.target
    where = "quiet pairs" if quiet else "the pair under test itself"
    what = f"insertions of a {target.length_m:g} x {target.width_m:g} m target into {where} found"
    words = (f"{found} of {tried} {what}", *_untouched(target, pair), *_conditions(changes, plan), *measured.notes)
    return Power(
        pod=proportion(found, tried, method=what),
        found=found,
        tried=tried,
        false_alarm=alarms,
        cap=cap,
        reason="; ".join(dict.fromkeys(words)),
        curve=measured.curve,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Measured:
    trials: Trials = field(default_factory=Trials)
    curve: PodCurve | None = None
    notes: tuple[str, ...] = ()


def _bench(changes: ChangeMap, detector: RememberingDetector) -> Bench:
    if changes.calibration.kind is CalibrationKind.PLACEBO:
        return QuietBench(rule=changes, detector=detector, pairs=detector.quiet)
    return TestedBench(rule=changes, detector=detector)


def _measure(
    prediction: Prediction, bench: Bench, plan: Design, *, root: np.random.SeedSequence, places: int
) -> _Measured:
    """Try the claimed size, then the other sizes, and fit the curve."""
    hosts, notes = hosts_of(bench, plan.ground)
    claimed = try_places(prediction, bench, hosts, seed=root, places=places, executor=plan.executor)
    if not plan.scales or not claimed.tried:
        return _Measured(trials=claimed, notes=(*notes, *claimed.notes))
    size = math.sqrt(prediction.target.length_m * prediction.target.width_m)
    rows = [(size, group, hit) for group, hit in claimed.outcomes]
    refined = 0
    waiting = list(plan.scales)
    while waiting:
        scale = waiting.pop(0)
        other = scaled(prediction, scale)
        trials = try_places(other, bench, hosts, seed=root, places=plan.places_a_scale, executor=plan.executor)
        rows += [(size * scale, group, hit) for group, hit in trials.outcomes]
        if not waiting and refined < _REFINED:
            refined += 1
            waiting = [between / size for between in _between(rows)]
    try:
        sizes, groups, hits = zip(*rows, strict=True)
        curve = fit_pod_curve(sizes, hits, groups=groups)
    except NotEnoughDataError as err:
        return _Measured(trials=claimed, notes=(*notes, f"no curve: {err}"))
    return _Measured(trials=claimed, curve=curve, notes=notes)


def _between(rows: Sequence[tuple[float, int, bool]]) -> tuple[float, ...]:
    """Return sizes around where the found part from the missed, where they do not overlap."""
    found, missed = [size for size, _, hit in rows if hit], [size for size, _, hit in rows if not hit]
    if not found or not missed or min(found) < max(missed):
        return ()
    middle = math.sqrt(min(found) * max(missed))
    return (middle,) if min(found) > max(missed) else (middle * _NEAR, middle / _NEAR)


def _conditions(changes: ChangeMap | None, plan: Design) -> tuple[str, ...]:
    """Return what the measured share is conditional on beyond quiet pairs."""
    ground = () if plan.ground is Ground.ANY else (f"placed on {plan.ground.value} only",)
    if changes is None or changes.calibration.kind is CalibrationKind.PLACEBO:
        return ground
    margin = changes.calibration.kind is CalibrationKind.MARGIN
    rule = "the ground around it as the null" if margin else f"the own cut of {changes.method.name}"
    return (*ground, f"conditional on these two dates and on {rule}; false alarms on quiet dates were not measured")


def _why_not(target: Target, pair: Pair) -> str:
    """Return why nothing can be inserted, empty if it can."""
    stated = {band: value for band, value in (target.contrast or {}).items() if value != 0}
    if not stated:
        return f"the claim states no contrast for the {target.what}"
    if not set(stated) & set(pair.bands):
        return f"contrast is stated for {', '.join(stated)}, the images hold {', '.join(pair.bands)}"
    if pair.grid is None:
        return "the pixels have no place, so the target's size in pixels is not known"
    return ""


def _untouched(target: Target, pair: Pair) -> tuple[str, ...]:
    """Name bands that differ between what the claim states and what the images hold."""
    stated = set(target.contrast or {})
    silent = [band for band in pair.bands if band not in stated]
    absent = sorted(stated - set(pair.bands))
    return (
        *((f"no contrast is stated for {', '.join(silent)}, taken as 0",) if silent else ()),
        *((f"the images do not hold {', '.join(absent)}",) if absent else ()),
    )


def _under_test(
    pair: Pair, quiet: Sequence[Pair], aoi: AreaOfInterest | None, *, detector: RememberingDetector, plan: Design
) -> tuple[ChangeMap | None, str]:
    """Return the map whose decision rule is measured, and why it cannot be."""
    if not quiet and not plan.on_tested:
        return None, "there are no quiet pairs to insert the target into"
    try:
        changes = detect(pair, detector, quiet, aoi=aoi)
    except UndeterminedError as err:
        return None, f"the method cannot work on the pair under test ({err})"
    calibration = changes.calibration
    if calibration.kind is CalibrationKind.PLACEBO:
        few = f"with {calibration.count} quiet pairs nothing, however strong, could be reported"
        return changes, "" if can_report(changes) else few
    if not plan.on_tested or calibration.kind is CalibrationKind.NONE:
        return None, calibration.reason
    if calibration.kind is CalibrationKind.MARGIN and not can_report(changes):
        return None, f"with {calibration.count} windows around the area nothing, however strong, could be reported"
    return changes, ""


def _false_alarm(changes: ChangeMap | None) -> tuple[Estimate | None, float | None]:
    """Return false alarms on quiet pairs, and the cap that so many of them allow."""
    if changes is None or changes.calibration.kind is not CalibrationKind.PLACEBO:
        return None, None
    calibration = changes.calibration
    words = f"quiet pairs alarmed at level {calibration.level:g}, each tested against the others"
    estimate = proportion(calibration.alarms, calibration.count, method=words)
    return estimate, ratio_cap(calibration.alarms, calibration.count)
