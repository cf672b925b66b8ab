"""From a change map to outlined detections, ranked, with what each rests on."""

import math
from collections.abc import Callable

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import ndimage
from shapely.geometry import MultiPolygon, Point, Polygon

from osint_imagery.change.areas import Extent, area_estimate, measure_extent
from osint_imagery.change.changemap import CalibrationKind, ChangeMap
from osint_imagery.change.detections import Bracket, Detection, Detections, Verdict, placed
from osint_imagery.change.explain import Explainer
from osint_imagery.change.null import false_discovery, rank_p
from osint_imagery.change.objects import LEAST_PIXELS
from osint_imagery.change.position import Locator, circular_error
from osint_imagery.core.arguments import require
from osint_imagery.core.errors import InputError
from osint_imagery.core.grid import Grid
from osint_imagery.core.pair import Pair
from osint_imagery.core.tracing import trace

__all__ = ["outline"]

_NULL_KINDS = (CalibrationKind.PLACEBO, CalibrationKind.MARGIN)  # something stood in for "nothing happened"

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
    Outlines follow pixel edges at the detection threshold, so they are wider than what changed where the change is
    strong. The area comes from the pixels inside and around the outline, with a 90 % interval
    (:mod:`~osint_imagery.change.areas`); shadow that came with an object counts as changed. Areas do not add up to the
    changed area of the map: what was missed and what is false is not in them. For that, draw a sample and use
    :func:`~osint_imagery.change.accuracy.area_from_sample`.
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
    require(ChangeMap, changes=changes)
    objects = changes.objects
    reported = np.unique(objects.labels[changes.changed]).astype(np.intp)  # a change map marks whole objects
    reported = reported[reported > 0] - 1
    order = reported[np.argsort(objects.strength[reported])[::-1]]
    order = order[:_MOST_UNCALIBRATED] if changes.calibration.kind is CalibrationKind.NONE else order
    renumber = np.zeros(len(objects.strength) + 1, dtype=np.int32)
    renumber[order + 1] = np.arange(1, len(order) + 1)
    labels = renumber[objects.labels]
    items = _items(changes, labels, objects.strength, order=order)
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


def _items(
    changes: ChangeMap, labels: NDArray[np.int32], strength: NDArray[np.float64], *, order: NDArray[np.intp]
) -> tuple[Detection, ...]:
    """Measure the objects; number k + 1 in `labels` is the one of strength[order[k]]."""
    pair = changes.pair
    windows = ndimage.find_objects(labels)
    extents = [measure_extent(pair, labels, k, window=window) for k, window in enumerate(windows, start=1)]
    traced = list(trace(labels).values())
    middles = _middles(traced, extents, pair.grid)
    rates, tools = _error_rates(changes, strength), (Locator.of(pair), Explainer.fit(pair) if len(order) else None)
    return tuple(
        _detection(
            changes,
            windows[k],
            labels[windows[k]] == k + 1,
            number=k + 1,
            place=(outline, _inside(middles[k], outline)),
            strength=float(strength[order[k]]),
            error_rates=rates(order[k]),
            measured=(extents[k], *tools),
        )
        for k, outline in enumerate(placed(traced, pair.grid))
    )


def _error_rates(
    changes: ChangeMap, strength: NDArray[np.float64]
) -> Callable[[np.intp], tuple[float | None, float | None]]:
    """Return a function that gives an object's p and q, both None where there is no null model."""
    if changes.calibration.kind not in _NULL_KINDS:
        return lambda _: (None, None)
    rates = false_discovery(strength, changes.null)
    return lambda k: (rank_p(float(strength[k]), changes.null), float(rates[k]))


def _detection(
    changes: ChangeMap,
    window: tuple[slice, slice],
    own: NDArray[np.bool_],
    *,
    number: int,
    place: tuple[Polygon | MultiPolygon, tuple[float, float]],
    strength: float,
    error_rates: tuple[float | None, float | None],
    measured: tuple[Extent | None, Locator, Explainer | None],
) -> Detection:
    """Put one object's numbers together; `own` marks its pixels inside `window`."""
    pair, (extent, locator, explainer) = changes.pair, measured
    chances = changes.probability[window][own]
    pixels = int(own.sum())
    least_p = float(np.fmin.reduce(changes.p_value[window][own]))  # NaN only where all are
    rows, columns = window
    position, relative = locator.errors(extent, own)
    return Detection(
        id=number,
        outline=place[0],
        centroid=place[1],
        bbox_px=(rows.start, columns.start, rows.stop, columns.stop),
        pixels=pixels,
        area=area_estimate(extent, counted=pixels, grid=pair.grid),
        sign=_sign(changes.sign[window][own]),
        strength=strength,
        p_instrument=None if math.isnan(least_p) else least_p,
        p_object=error_rates[0],
        q_fdr=error_rates[1],
        probability=None if np.isnan(chances).any() else float(chances.mean()),
        ce90_m=None if position is None else circular_error(position),
        explanations=explainer.of(own, window) if explainer else (),
        position_cov_m2=position,
        ce90_relative_m=None if relative is None else circular_error(relative),
        bracket=_bracket(pair),
    )


def _bracket(pair: Pair) -> Bracket:
    before, after = pair.before, pair.after
    return Bracket(
        before_id=before.scene_id,
        after_id=after.scene_id,
        earliest=before.acquired.start if before.acquired else None,
        latest=after.acquired.end if after.acquired else None,
    )


def _middles(
    traced: list[Polygon | MultiPolygon], extents: list[Extent | None], grid: Grid | None
) -> list[tuple[float, float]]:
    """Return the middle of what changed in each object, of its outline where that is not known, placed in one go."""
    outlined = shapely.get_coordinates(shapely.centroid(np.array(traced, dtype=object)))
    for k, extent in enumerate(extents):
        if extent is not None:
            outlined[k] = extent.center[::-1]
    if grid is None or not len(outlined):
        return [(x, y) for x, y in outlined.tolist()]
    lon, lat = grid.lonlat(outlined[:, 1], outlined[:, 0], center=False)
    return list(zip(lon.tolist(), lat.tolist(), strict=True))


def _inside(middle: tuple[float, float], outline: Polygon | MultiPolygon) -> tuple[float, float]:
    """Return the middle, or a point inside where the middle of a bent outline lies outside it."""
    if outline.contains(Point(middle)):
        return middle
    point = outline.representative_point()
    return point.x, point.y


def _sign(signs: NDArray[np.int8]) -> int:
    """Return the sign of at least two thirds of the pixels, else 0 for mixed."""
    share = float(signs.mean())
    return int(np.sign(share)) if abs(share) >= 1 / 3 else 0


def _verdict(changes: ChangeMap, count: int) -> tuple[Verdict, str]:
    """Return the verdict and its reason; order matters: first whether anything can be said at all."""
    calibration, area = changes.calibration, changes.examined
    inside = _pixels_of_area(changes)
    seen = min(1.0, area.sum() / inside)
    if seen < _LEAST_OBSERVED:
        return Verdict.UNDETERMINED, f"only {seen:.0%} of the area was observed on both dates"
    if calibration.kind not in _NULL_KINDS:
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
