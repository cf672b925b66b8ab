"""The sentences that stand under a picture: what was found, on what it rests, how it was drawn."""

import math

from osint_imagery.change.changemap import Calibration, CalibrationKind
from osint_imagery.change.detections import Detections, Verdict
from osint_imagery.core.image import Image
from osint_imagery.core.pair import Pair
from osint_imagery.figures.furniture import sensor_words

__all__ = ["area_words", "calibration_words", "date_words", "processing_words", "scene_words", "verdict_words"]


def area_words(square_meters: float, *, placed: bool = True) -> str:
    """Return an area in words a reader can picture.

    Examples
    --------
    >>> area_words(1_234_000), area_words(400), area_words(12, placed=False)
    ('1.23 km²', '400 m²', '12 px')
    """
    if not placed:
        return f"{square_meters:,.0f} px"
    return f"{square_meters / 1e6:.3g} km²" if square_meters >= 1e5 else f"{square_meters:,.0f} m²"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def verdict_words(detections: Detections | None) -> str:
    """Return the verdict as one sentence; without detections it says that nothing was tested."""
    if detections is None:
        return "Two dates side by side; no change detection was run."
    placed = detections.changes.pair.grid is not None
    examined = f"Examined: {area_words(detections.examined_area_m2, placed=placed)}."
    if detections.verdict is Verdict.UNDETERMINED:
        outlined = _count(len(detections), "outlined difference")
        shown = f" The {outlined} may be usual here." if len(detections) else ""
        return f"Undetermined: {detections.reason.rstrip('.')}.{shown} {examined}"
    known = math.isfinite(detections.smallest_m2)
    least = area_words(detections.smallest_m2, placed=placed) if known else "not known"
    smallest = f"Smallest object that would be reported: {least}."
    if detections.verdict is Verdict.CHANGED:
        return f"{_count(len(detections), 'change')} found. {examined} {smallest}"
    rest = {
        CalibrationKind.PLACEBO: "what this place usually shows",
        CalibrationKind.MARGIN: "what the ground around shows between the same dates",
        CalibrationKind.NONE: "the detector's own threshold",
    }[detections.changes.calibration.kind]
    below = f" Outlined: {_count(len(detections), 'difference')} below that." if len(detections) else ""
    return f"No change above {rest}.{below} This is not proof that nothing happened. {examined} {smallest}"


def calibration_words(calibration: Calibration) -> str:
    """Return what the verdict was measured against."""
    if calibration.kind is CalibrationKind.NONE:
        return f"Null: none, so no probability is given ({calibration.reason.rstrip('.')})."
    if calibration.kind is CalibrationKind.PLACEBO:
        null = f"Null: {_count(calibration.count, 'quiet pair')} of dates at this place"
    else:
        null = f"Null: {_count(calibration.count, 'window')} outside the area, same dates"
    alarms = f"{calibration.alarms} of {calibration.count} raised an alarm when tested against the others"
    rank = "" if calibration.rank_p is None else f"; rank p {calibration.rank_p:.2g}"
    return f"{null}; {alarms}{rank}; decided at q = {calibration.level:g}."


def date_words(image: Image) -> str:
    """Return the acquisition's date, never more exact than it is known."""
    return image.acquired.label if image.acquired else "DATE NOT STATED"


def processing_words(pair: Pair) -> str:
    """Return how the later date was brought onto the earlier one."""
    if pair.registration is None:
        moved = "Not aligned: small shifts between the dates can look like change."
    else:
        rows, columns = pair.registration.shift_px
        moved = (
            f"Later date moved by {rows:.2f} rows, {columns:.2f} columns; shift left {pair.registration.residual}, "
            f"measured on {_count(pair.registration.tiles_held_out, 'tile')} kept out of the fit."
        )
    if not pair.normalization:
        return f"{moved} Brightness not adjusted."
    return f"{moved} Later date's brightness fitted to the earlier one's in {_count(len(pair.normalization), 'band')}."


def scene_words(name: str, image: Image) -> str:
    """Return one date's scene, sensor and the start of the digest of the pixels shown."""
    scene = image.scene_id or "scene id not stated"
    digest = image.digest.removeprefix("sha256:")[:12]
    return f"{name}: {scene}; {sensor_words(image.sensor)}; pixels sha256 {digest}"
