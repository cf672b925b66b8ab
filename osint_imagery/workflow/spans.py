"""Where and from when to when scenes are asked for, and when nothing is claimed to have happened."""

from datetime import timedelta

import shapely

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.claim import Claim, Prediction
from osint_imagery.core.timespan import TimeSpan

__all__ = ["claim_area", "claim_span", "quiet_span"]

_YEARS_BEFORE = timedelta(days=5 * 365)  # how far back quiet dates are looked for where the claim names no baseline
_AFTER = timedelta(days=366)  # a lasting change can still be seen a year later


def claim_area(claim: Claim) -> AreaOfInterest:
    """Return the area in which scenes can bear on a claim: its place, and that of every prediction elsewhere."""
    own = claim.aoi()
    areas = [claim.aoi(prediction).geometry for prediction in claim.predictions]
    if all(own.geometry.covers(area) for area in areas):
        return own
    return AreaOfInterest.from_geometry(shapely.union_all([own.geometry, *areas]), name=own.name)


def claim_span(claim: Claim) -> TimeSpan:
    """Return the span in which scenes can bear on a claim, its quiet dates included."""
    when = claim.when.span()
    spans = [prediction.when.span() for prediction in claim.predictions]
    start = min([when.start, *(span.start for span in spans)])
    start = min(start, claim.baseline.span().start) if claim.baseline else start - _YEARS_BEFORE
    return TimeSpan(start, max([when.end, *(span.end for span in spans)]) + _AFTER)


def quiet_span(claim: Claim, prediction: Prediction) -> TimeSpan:
    """Return when nothing is claimed to have happened: the baseline, else the years before the prediction."""
    if claim.baseline:
        return claim.baseline.span()
    start = prediction.when.span().start
    return TimeSpan(start - _YEARS_BEFORE, start)
