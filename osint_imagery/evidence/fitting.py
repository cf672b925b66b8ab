"""Which detections could be the predicted target: by sign, size and place."""

import math

from osint_imagery.change.detections import Detection, Detections
from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.claim import Change, Prediction, Target
from osint_imagery.core.estimate import Estimate

__all__ = ["TIMES", "at_place", "expected_sign", "fitting", "largest_m2", "may_reach", "size_reached"]

_VISIBLE = ("blue", "green", "red")
TIMES = 2.0
"""A change more than so many times as large as the target is another thing."""


def expected_sign(prediction: Prediction) -> int:
    """Return +1 where the place should turn brighter, -1 darker, 0 where either fits.

    The sign comes from the target's contrast in the visible bands, which is what a detection's sign is about; without
    a visible band in the claim all stated bands count. Where they disagree, or none is stated, nothing is assumed.
    """
    stated = prediction.target.contrast or {}
    contrasts = [stated[band] for band in _VISIBLE if band in stated] or list(stated.values())
    if prediction.change is Change.CHANGES or not contrasts:
        return 0
    sign = 1 if all(c > 0 for c in contrasts) else -1 if all(c < 0 for c in contrasts) else 0
    return -sign if prediction.change is Change.DISAPPEARS else sign


def fitting(prediction: Prediction, detections: Detections, aoi: AreaOfInterest | None) -> tuple[Detection, ...]:
    """Return the detections that could be the target: sign not contrary, its size, in the area.

    Where larger ones fit too ("of a quarter of a hectare and more"), the stated size is a threshold, which the area
    itself has to reach, not only the upper end of its interval. Otherwise the interval has to reach the target's area,
    the area half of it, and its lower end may not exceed twice the target with half a pixel of blur on each side.

    Parameters
    ----------
    prediction : Prediction
        With the target's size and contrast.
    detections : Detections
        Of the pair.
    aoi : AreaOfInterest or None
        The prediction's place; None takes every detection as inside.
    """
    most = largest_m2(prediction, detections)
    return tuple(
        item
        for item in at_place(prediction, detections, aoi)
        if size_reached(prediction.target, item.area) and item.area.low <= most
    )


def size_reached(target: Target, area: Estimate) -> bool:
    """Whether an area is large enough to be the target's.

    Examples
    --------
    >>> area = Estimate(value=1355, low=1145, high=2556, level=0.9, unit="m2", method="pixels")
    >>> [
    ...     size_reached(Target(what="a clearing", length_m=50, width_m=50, at_least=known), area)
    ...     for known in (True, False)
    ... ]
    [False, True]
    """
    size = target.length_m * target.width_m
    value = area.low if math.isnan(area.value) else area.value
    return value >= size if target.at_least else area.high >= size and value >= size / TIMES


def may_reach(prediction: Prediction, detections: Detections, aoi: AreaOfInterest | None) -> tuple[Detection, ...]:
    """Return the detections that are smaller than the target, and may be as large only by their interval."""
    size = prediction.target.length_m * prediction.target.width_m
    return tuple(
        item
        for item in at_place(prediction, detections, aoi)
        if item.area.high >= size and not size_reached(prediction.target, item.area)
    )


def at_place(prediction: Prediction, detections: Detections, aoi: AreaOfInterest | None) -> tuple[Detection, ...]:
    """Return the detections in the area whose sign is not contrary."""
    sign = expected_sign(prediction)
    return tuple(
        item
        for item in detections
        if item.sign * sign >= 0 and (aoi is None or bool(item.outline.intersects(aoi.geometry)))
    )


def largest_m2(prediction: Prediction, detections: Detections) -> float:
    """Return the largest area that is still the target's, m2."""
    target, grid = prediction.target, detections.changes.pair.grid
    if target.at_least:
        return math.inf
    pixel = grid.gsd_m if grid is not None else 0.0
    return TIMES * (target.length_m + pixel) * (target.width_m + pixel)
