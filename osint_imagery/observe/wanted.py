"""What archive would answer it: pixel size, revisit, season; from the target and from what this archive shows."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from scipy.optimize import brentq

from osint_imagery.core.claim import DetectionLevel, Prediction, Target
from osint_imagery.observe.detectability import closed_form_pod
from osint_imagery.observe.look import Look, LookState
from osint_imagery.observe.resolution import pixel_for
from osint_imagery.observe.stay import revisit_for

__all__ = ["PLANNING_NOISE", "PlannedPod", "Wanted", "planned_pod", "wanted"]

PLANNING_NOISE = (0.01, 0.02, 0.03)
"""Reflectance noise of one date assumed in planning, from good to poor ground; measured on quiet pairs later."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LEAST_LOOKS = 3  # looks of known quality that a month needs before its sky is judged
_CLEAR_MONTH = 0.5
_ASSUMED_CLEAR = 0.5
_PROBABILITY = 0.9
_FINEST_M, _COARSEST_M = 0.05, 1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPod:
    """Closed-form probability of detection for the range of noise that planning assumes: an upper limit each.

    ``band`` is the band of strongest contrast; ``low``, ``middle`` and ``high`` belong to poor, usual and good ground.
    """

    band: str
    low: float
    middle: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An archive that would answer a prediction with a probability of 0.9 at each step.

    Parameters
    ----------
    pixel_m : float
        Largest pixel side, m; NaN where no criterion exists (technical analysis).
    revisit_days : float or None
        Longest regular revisit, days; None where any one clear look after the event would do, 0 where no revisit
        helps because the sky there is never clear.
    clear : float
        Share of looks taken to be clear.
    months : tuple of str
        Months in which at least half of the looks over this very place were clear.
    reason : str
        In words.
    """

    pixel_m: float
    revisit_days: float | None
    clear: float
    months: tuple[str, ...]
    reason: str


def planned_pod(target: Target, gsd_m: float, bands: Iterable[str]) -> PlannedPod | None:
    """Return what the closed form allows at the stated contrast, None where it cannot be computed.

    Parameters
    ----------
    target : Target
        With a contrast in reflectance.
    gsd_m : float
        Pixel side, m.
    bands : iterable of str
        Bands of the archive that carry reflectance.

    Examples
    --------
    >>> shed = Target(what="shed", length_m=60, width_m=40, contrast={"red": 0.1})
    >>> round(planned_pod(shed, 10, ["red"]).middle, 3)
    1.0
    """
    held = set(bands)
    stated = {band: abs(value) for band, value in (target.contrast or {}).items() if band in held and value}
    if not stated:
        return None
    band = max(stated, key=lambda name: stated[name])
    size = (target.length_m / gsd_m, target.width_m / gsd_m)
    high, middle, low = (closed_form_pod(stated[band], noise, size) for noise in PLANNING_NOISE)
    return PlannedPod(band=band, low=low, middle=middle, high=high)


def wanted(prediction: Prediction, looks: Iterable[Look], *, bands: Iterable[str] = ()) -> Wanted:
    """Return the archive that would answer a prediction.

    Parameters
    ----------
    prediction : Prediction
        With the target, its stay and the level asked for.
    looks : iterable of Look
        Looks over the place, at any time; their clear share by month stands for the sky there.
    bands : iterable of str
        Bands that carry reflectance, for the closed form.
    """
    seen = list(looks)
    pixel = _pixel(prediction, bands)
    clear, told = _clear_share(seen)
    dwell = prediction.dwell_days
    revisit = None if dwell is None else revisit_for(dwell, clear, probability=_PROBABILITY)
    months = _months(seen)
    words = [
        f"pixels of {pixel:.2g} m or finer" if math.isfinite(pixel) else "no pixel size has a criterion for this level",
        _revisit_words(revisit),
        f"({clear:.0%} of looks clear: {told})",
    ]
    sky = f". Clearest here in {', '.join(months)}" if months else ""
    return Wanted(pixel_m=pixel, revisit_days=revisit, clear=clear, months=months, reason=" ".join(words) + sky)


def _revisit_words(revisit: float | None) -> str:
    if revisit is None:
        return "and one clear look before and one after"
    if revisit == 0:
        return "and radar: by daylight and clear sky nobody ever sees this place"
    return f"and a look every {revisit:.2g} days or oftener"


def _pixel(prediction: Prediction, bands: Iterable[str]) -> float:
    """Return the pixel side that the level asked for needs, and for detection also the stated contrast."""
    if prediction.level is DetectionLevel.TECHNICAL_ANALYSIS:
        return math.nan
    by_size = pixel_for(prediction.target, prediction.level, probability=_PROBABILITY)
    held = tuple(bands)

    def short(log_side: float) -> float:
        planned = planned_pod(prediction.target, math.exp(log_side), held)
        return (planned.middle if planned else 1.0) - _PROBABILITY

    low, high = math.log(_FINEST_M), math.log(_COARSEST_M)
    if short(high) >= 0:
        return by_size
    if short(low) <= 0:
        return _FINEST_M
    return min(by_size, math.exp(float(brentq(short, low, high))))


def _known(looks: Iterable[Look]) -> list[Look]:
    """Return the optical looks of which somebody knows whether the sky was clear."""
    skip = {LookState.UNKNOWN, LookState.REJECTED}
    return [look for look in looks if look.kind != "radar" and look.state not in skip]


def _clear_share(looks: Iterable[Look]) -> tuple[float, str]:
    known = _known(looks)
    if len(known) < _LEAST_LOOKS:
        return _ASSUMED_CLEAR, "assumed, too few looks of known quality here"
    clear = sum(look.state is LookState.CLEAR for look in known)
    return clear / len(known), f"{clear} of {len(known)} here"


def _months(looks: Iterable[Look]) -> tuple[str, ...]:
    by_month: dict[int, list[bool]] = {}
    for look in _known(looks):
        by_month.setdefault(look.acquired.middle.month, []).append(look.state is LookState.CLEAR)
    return tuple(
        _MONTHS[month - 1]
        for month, clear in sorted(by_month.items())
        if len(clear) >= _LEAST_LOOKS and sum(clear) / len(clear) >= _CLEAR_MONTH
    )
