"""Which detections could be the predicted target: by sign, size and place."""

import math

from osint_imagery.change.detections import Detection, Detections
from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.claim import Change, Prediction

__all__ = ["TIMES", "at_place", "expected_sign", "fitting", "largest_m2"]

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

    Its area has to reach the target's within its interval, and, unless larger ones fit too, may not exceed twice the
    target with half a pixel of blur on each side.

    Parameters
    ----------
    prediction : Prediction
        With the target's size and contrast.
    detections : Detections
        Of the pair.
    aoi : AreaOfInterest or None
        The prediction's place; None takes every detection as inside.
    """
    least = prediction.target.length_m * prediction.target.width_m
    most = largest_m2(prediction, detections)
    return tuple(
        item for item in at_place(prediction, detections, aoi) if item.area.high >= least and item.area.low <= most
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
