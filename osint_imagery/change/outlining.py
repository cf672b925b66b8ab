"""From a change map to outlined detections, ranked, with what each rests on."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from shapely.geometry import GeometryCollection, MultiPolygon, Polygon

from osint_imagery.change.changemap import CalibrationKind, ChangeMap
from osint_imagery.change.detections import Detection, Detections, Verdict
from osint_imagery.change.explain import explanations
from osint_imagery.change.null import false_discovery, rank_p
from osint_imagery.change.objects import LEAST_PIXELS, find_objects
from osint_imagery.core.errors import InputError
from osint_imagery.core.estimate import Estimate
from osint_imagery.core.grid import Grid, trace
from osint_imagery.scenes.sensors import SENSORS

__all__ = ["outline"]

_EDGE_PX = 0.3  # standard deviation of an outline's position, px; methods.md 11 gives 0.29 to 0.5
_MOST_UNCALIBRATED = 200  # differences that nothing was calibrated on: more would only be noise, drawn slowly
_LEAST_OBSERVED = 0.5  # below this share of the area observed, nothing is said about the area


def outline(changes: ChangeMap) -> Detections:
    """Outline the changed pixels of a change map.

    Parameters
    ----------
    changes : ChangeMap
        From :func:`detect`.

    Returns
    -------
    Detections
        Strongest first; empty is a result that states the ground it examined. ``.verdict`` is ``changed``,
        ``no_change_found`` (not a proof of absence) or ``undetermined``, each with its ``.reason``.

    Notes
    -----
    Outlines follow pixel edges at the detection threshold. The area counts pixels of at least half the object's
    amplitude; its interval reaches up to the whole outline. Shadow that came with an object counts as changed.
    Without a calibration the 200 strongest objects are listed, without p, q or probability, and the verdict is
    ``undetermined``.

    Examples
    --------
    >>> from osint_imagery.core.image import Image
    >>> from osint_imagery.core.pair import Pair
    >>> from osint_imagery.change.detecting import detect
    >>> rng = np.random.default_rng(0)
    >>> ground = rng.normal(size=(4, 64, 64))
    >>> look = lambda: Image.from_array(ground + rng.normal(scale=0.1, size=ground.shape), bands=list("abcd"))
    >>> outline(detect(Pair(before=look(), after=look()))).verdict.value
    'undetermined'
    """
    objects = find_objects(changes.score, changes.examined)
    reported = np.unique(objects.labels[changes.changed])  # a change map marks whole objects
    reported = reported[reported > 0] - 1
    order = reported[np.argsort(objects.strength[reported])[::-1]]
    known = changes.calibration.kind is not CalibrationKind.NONE
    order = order if known else order[:_MOST_UNCALIBRATED]
    renumber = np.zeros(len(objects.strength) + 1, dtype=np.int32)
    renumber[order + 1] = np.arange(1, len(order) + 1)
    labels = renumber[objects.labels]
    traced = trace(labels)
    grid = changes.pair.grid
    placed = _placed(list(traced.values()), grid)
    rates = false_discovery(objects.strength, changes.null)
    windows = ndimage.find_objects(labels)
    items = tuple(
        _detection(
            changes,
            windows[number - 1],
            labels[windows[number - 1]] == number,
            number=number,
            outline=placed[number - 1],
            perimeter_px=traced[number].length,
            strength=float(objects.strength[k]),
            error_rates=(rank_p(float(objects.strength[k]), changes.null), float(rates[k])) if known else (None, None),
        )
        for number, k in enumerate(order, start=1)
    )
    verdict, reason = _verdict(changes, len(items))
    if len(items) < len(reported):
        reason += f"; the {len(items)} strongest of {len(reported)} differences are listed"
    pixel = changes.pair.grid.pixel_area_m2 if changes.pair.grid else 1.0
    return Detections(
        items=items,
        labels=labels,
        changes=changes,
        verdict=verdict,
        reason=reason,
        examined_area_m2=float(changes.examined.sum()) * pixel,
        smallest_m2=LEAST_PIXELS * pixel,
    )


def _placed(shapes: list[Polygon | MultiPolygon], grid: Grid | None) -> list[Polygon | MultiPolygon]:
    """Return outlines in longitude and latitude, all in one go; in pixels where there is no grid."""
    if grid is None or not shapes:
        return shapes
    turned = grid.to_lonlat(grid.to_world(GeometryCollection(shapes)))
    return list(turned.geoms)


def _detection(
    changes: ChangeMap,
    window: tuple[slice, slice],
    own: NDArray[np.bool_],
    *,
    number: int,
    outline: Polygon | MultiPolygon,
    perimeter_px: float,
    strength: float,
    error_rates: tuple[float | None, float | None],
) -> Detection:
    """Measure one object; `own` marks its pixels inside `window`."""
    grid = changes.pair.grid
    chances = changes.probability[window][own]
    pixels = int(own.sum())
    rows, columns = window
    return Detection(
        id=number,
        outline=outline,
        centroid=_middle(outline),
        bbox_px=(rows.start, columns.start, rows.stop, columns.stop),
        pixels=pixels,
        area=_area(changes.score[window][own], perimeter_px, grid),
        sign=_sign(changes.sign[window][own]),
        strength=strength,
        p_instrument=float(np.nanmin(changes.p_value[window][own])),
        p_object=error_rates[0],
        q_fdr=error_rates[1],
        probability=None if np.isnan(chances).any() else float(chances.mean()),
        ce90_m=_position_error(changes, pixels),
        explanations=explanations(changes.pair, pixels),
    )


def _middle(outline: Polygon | MultiPolygon) -> tuple[float, float]:
    """Return the centroid, or a point inside where the centroid of a bent outline lies outside it."""
    point = outline.centroid if outline.contains(outline.centroid) else outline.representative_point()
    return point.x, point.y


def _sign(signs: NDArray[np.int8]) -> int:
    """Return the sign of at least two thirds of the pixels, else 0 for mixed."""
    share = float(signs.mean())
    return int(np.sign(share)) if abs(share) >= 1 / 3 else 0


def _area(scores: NDArray[np.float32], perimeter_px: float, grid: Grid | None) -> Estimate:
    """Return the changed area of one object.

    Optics and smoothing widen every object, so its outline at the detection threshold is too large where the change
    is strong. The edge of a blurred object lies where the amplitude is half its plateau: that is the value. The
    interval reaches from there to the outline, each with the edge's own error, which grows with the root of the
    perimeter because pixel edges wander independently.
    """
    pixel = grid.pixel_area_m2 if grid else 1.0
    amplitude = np.maximum(scores, 0) ** 1.5  # the score is the cube root of a square
    plateau = np.partition(amplitude, int(0.9 * (len(amplitude) - 1)))[int(0.9 * (len(amplitude) - 1))]
    half = int((amplitude >= plateau / 2).sum())
    error = 1.96 * _EDGE_PX * math.sqrt(perimeter_px)
    return Estimate(
        value=half * pixel,
        low=max(0.0, half - error) * pixel,
        high=(len(scores) + error) * pixel,
        level=0.95,
        unit="m2" if grid else "px",
        method=f"{half} pixels at half amplitude, {len(scores)} above the detection threshold, edge to {_EDGE_PX} px",
    )


def _position_error(changes: ChangeMap, pixels: int) -> float | None:
    """Return CE90, m: sensor geolocation, alignment residual and extent, added as variances (methods.md 11)."""
    grid, key, registration = changes.pair.grid, changes.pair.before.sensor, changes.pair.registration
    absolute = next((item.geolocation_ce90_m for item in SENSORS if item.key == key), None)
    if grid is None or absolute is None or registration is None:
        return None
    ce90 = 2.145966  # CE90 of a circular normal with unit standard deviation an axis
    residual = registration.residual.value * grid.gsd_m / math.sqrt(2)
    variance = (absolute / ce90) ** 2 + residual**2 + grid.pixel_area_m2 / (12 * pixels)
    return ce90 * math.sqrt(variance)


def _verdict(changes: ChangeMap, count: int) -> tuple[Verdict, str]:
    """Return the verdict and its reason; order matters: first whether anything can be said at all."""
    calibration, area = changes.calibration, changes.examined
    inside = _pixels_of_area(changes)
    seen = min(1.0, area.sum() / inside)
    if seen < _LEAST_OBSERVED:
        return Verdict.UNDETERMINED, f"only {seen:.0%} of the area was observed on both dates"
    if calibration.kind is CalibrationKind.NONE:
        return Verdict.UNDETERMINED, f"{calibration.reason}: what is usual here is not known"
    if calibration.trouble:
        return Verdict.UNDETERMINED, calibration.trouble
    least = math.ceil(1 / calibration.level)  # below, no object can reach the level however strong it is
    what = "quiet pairs" if calibration.kind is CalibrationKind.PLACEBO else "windows around the area"
    if calibration.count < least:
        return Verdict.UNDETERMINED, f"{calibration.count} {what}; {least} are needed at level {calibration.level:g}"
    rank = f"rank test p = {calibration.rank_p:.3f} against {calibration.count} {what}"
    if count:
        objects = "1 object" if count == 1 else f"{count} objects"
        return Verdict.CHANGED, f"{objects} beyond what is usual ({rank}, q <= {calibration.level:g})"
    return Verdict.NO_CHANGE_FOUND, f"nothing stands out from what is usual ({rank}); not a proof of absence"


def _pixels_of_area(changes: ChangeMap) -> float:
    """Return the area of interest in pixels, with those parts of it that lie outside the grid."""
    if changes.aoi is None:
        return float(changes.examined.size)
    grid = changes.pair.grid
    if grid is None:
        msg = "aoi needs a grid; give the images their grid"
        raise InputError(msg)
    return float(changes.aoi.in_crs(grid.crs).area / abs(grid.transform.determinant))
