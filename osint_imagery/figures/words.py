"""The sentences that stand under a picture: what was found, on what it rests, how it was drawn."""

import math
from collections.abc import Sequence

from osint_imagery.change.changemap import Calibration, CalibrationKind
from osint_imagery.change.detections import Detections, Verdict
from osint_imagery.core.estimate import Estimate, area_words
from osint_imagery.core.image import Image
from osint_imagery.core.pair import Pair
from osint_imagery.figures.furniture import sensor_words

__all__ = [
    "calibration_words",
    "chance_words",
    "date_words",
    "footer_words",
    "processing_words",
    "scene_words",
    "value_words",
    "verdict_words",
]

_FOOTERS = 3  # lines
_LONGEST = 150  # letters of a footer line
_TINY, _NEARLY = 1e-12, 0.999  # no model is known to hold beyond these


def value_words(value: float) -> str:
    """Return a p-value, a rate or a probability; what is too small for any model is only said to be small.

    Examples
    --------
    >>> value_words(0.0371), value_words(0.0), value_words(1.0), value_words(0.9996)
    ('0.037', 'below 1e-12', '1', 'above 0.999')
    """
    if value < _TINY:
        return f"below {_TINY:g}"
    return f"above {_NEARLY}" if _NEARLY < value < 1 else f"{value:.2g}"


def chance_words(chance: Estimate) -> str:
    """Return a probability with its limits, or that it is not known; a certain one without limits.

    Examples
    --------
    >>> chance_words(Estimate(value=math.nan, low=0, high=0.965, level=1, unit="probability", method="looks"))
    'not known, somewhere from 0 to 0.965'
    >>> chance_words(Estimate(value=1, low=1, high=1, level=1, unit="probability", method="looks"))
    '1'
    """
    if math.isnan(chance.value):
        return f"not known, somewhere from {chance.low:.3g} to {chance.high:.3g}"
    return f"{chance.value:.3g}" if chance.low == chance.high else str(chance)


def footer_words(footer: Sequence[str]) -> tuple[str, ...]:
    """Return at most three short lines; what is left out is counted.

    Examples
    --------
    >>> footer_words(["one", "two", "three", "four"])
    ('one', 'two', 'and 2 more, see the record')
    """
    kept = list(footer) if len(footer) <= _FOOTERS else list(footer[: _FOOTERS - 1])
    lines = [_short(words) for words in kept]
    more = len(footer) - len(kept)
    return tuple([*lines, f"and {more} more, see the record"] if more else lines)


def _short(words: str) -> str:
    end = " ... (in full in the record)"
    return words if len(words) <= _LONGEST else words[: _LONGEST - len(end)].rstrip() + end


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
    smallest = f"Nothing below {least} is reported."
    if detections.verdict is Verdict.CHANGED:
        return f"{_count(len(detections), 'change')} found. {examined} {smallest}"
    rest = {
        CalibrationKind.PLACEBO: "what this place usually shows",
        CalibrationKind.MARGIN: "what the ground around shows between the same dates",
        CalibrationKind.LABELS: "the detector's own threshold",
        CalibrationKind.LFDR: "the detector's own threshold",
        CalibrationKind.NONE: "the detector's own threshold",
    }[detections.changes.calibration.kind]
    below = f" Outlined: {_count(len(detections), 'difference')} below that." if len(detections) else ""
    return f"No change above {rest}.{below} This is not proof that nothing happened. {examined} {smallest}"


def calibration_words(calibration: Calibration) -> str:
    """Return what the verdict was measured against."""
    if calibration.kind is CalibrationKind.NONE:
        return f"Measured against nothing, so no probability is given ({calibration.reason.rstrip('.')})."
    if calibration.kind in {CalibrationKind.LABELS, CalibrationKind.LFDR}:
        reason = calibration.reason.rstrip(".")
        return f"Not measured against what is usual here. Probability of: {calibration.of} ({reason})."
    if calibration.kind is CalibrationKind.PLACEBO:
        null = f"Measured against {_count(calibration.count, 'quiet pair')} of dates at this place"
    else:
        null = f"Measured against {_count(calibration.count, 'window')} outside the area, same dates"
    alarms = f"{calibration.alarms} of {calibration.count} raised an alarm when tested against the others"
    rank = "" if calibration.rank_p is None else f"; rank p {calibration.rank_p:.2g}"
    chance = f" Probability of: {calibration.of}." if calibration.of else ""
    return f"{null}; {alarms}{rank}; decided at q = {calibration.level:g}.{chance}"


def date_words(image: Image) -> str:
    """Return the acquisition's date, never more exact than it is known."""
    return image.acquired.label if image.acquired else "DATE NOT STATED"


def processing_words(pair: Pair) -> str:
    """Return how the later date was brought onto the earlier one."""
    if pair.registration is None:
        moved = "Not aligned: small shifts between the dates can look like change."
    else:
        rows, columns = pair.registration.shift_px
        tiles = _count(pair.registration.tiles_held_out, "tile")
        moved = (
            f"Later date moved by {rows:.2f} rows, {columns:.2f} columns; "
            f"remaining shift {pair.registration.residual}, measured on {tiles} kept out of the fit."
        )
    if not pair.normalization:
        return f"{moved} Brightness not adjusted."
    return f"{moved} Later date's brightness fitted to the earlier one's in {_count(len(pair.normalization), 'band')}."


def scene_words(name: str, image: Image) -> str:
    """Return one date's scene, sensor and the start of the digest of the pixels shown."""
    scene = image.scene_id or "scene id not stated"
    digest = image.digest.removeprefix("sha256:")[:12]
    return f"{name}: {scene}; {sensor_words(image.sensor)}; pixels sha256 {digest}"
