"""The rows of a report's tables, as text."""

from dataclasses import dataclass

from osint_imagery.change.changemap import Calibration, CalibrationKind
from osint_imagery.change.detections import Detection
from osint_imagery.core.estimate import interval_words
from osint_imagery.evidence.finding import Finding
from osint_imagery.evidence.wording import worth_sentence
from osint_imagery.figures.words import value_words, verdict_words

__all__ = ["DetectionRow", "LookRow", "detection_rows", "nothing_words", "withheld_words"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectionRow:
    """One detection as it is printed.

    Parameters
    ----------
    id : int
        Its number in the figures.
    fits : bool
        Whether it fits the prediction.
    place, area, brightness : str
        Middle with its position error; area with its interval; brighter, darker or mixed.
    p_instrument, p_object, q, probability : str
        Numbers, or ``withheld`` and why, in short.
    """

    id: int
    fits: bool
    place: str
    area: str
    brightness: str
    p_instrument: str
    p_object: str
    q: str
    probability: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LookRow:
    """One look as it is printed: scene, time in UTC, sensor, usable share, sun height, state and why."""

    scene_id: str
    acquired: str
    sensor: str
    usable: str
    sun: str
    state: str
    reason: str


def detection_rows(finding: Finding, *, sensitive: bool) -> tuple[DetectionRow, ...]:
    """Return the finding's detections, strongest first; places are withheld where the claim says sensitive."""
    if finding.detections is None:
        return ()
    fitting = {item.id for item in finding.fitting}
    changes = finding.detections.changes
    placed = changes.pair.grid is not None
    return tuple(
        DetectionRow(
            id=item.id,
            fits=item.id in fitting,
            place="withheld: the place is marked sensitive" if sensitive else _place(item, placed=placed),
            area=interval_words(item.area, placed=placed, named=True),
            brightness={1: "brighter", -1: "darker"}.get(item.sign, "mixed"),
            p_instrument="none: the method gives none" if item.p_instrument is None else value_words(item.p_instrument),
            p_object=_number(item.p_object, changes.calibration),
            q=_number(item.q_fdr, changes.calibration),
            probability=_number(item.probability, changes.calibration),
        )
        for item in finding.detections
    )


def _place(item: Detection, *, placed: bool) -> str:
    if not placed:
        return f"column {item.centroid[0]:.1f}, row {item.centroid[1]:.1f}"
    lon, lat = item.centroid
    error = "position error not known" if item.ce90_m is None else f"placed to {item.ce90_m:.0f} m, 90 %"
    return f"lat {lat:.5f}, lon {lon:.5f} ({error})"


def _number(value: float | None, calibration: Calibration) -> str:
    """Return a number, or in short why there is none; :func:`withheld_words` gives the reason in full."""
    if value is not None:
        return value_words(value)
    return "withheld: no calibration" if calibration.kind is CalibrationKind.NONE else "withheld: see below"


def withheld_words(finding: Finding) -> str:
    """Return why numbers are withheld; empty where none is."""
    if finding.detections is None:
        return ""
    values = [value for item in finding.detections for value in (item.p_object, item.q_fdr, item.probability)]
    reason = finding.detections.changes.calibration.reason.rstrip(".")
    return f"Numbers are withheld because: {reason}." if None in values else ""


def nothing_words(finding: Finding) -> str:
    """Return what an empty table means and what that is worth, or that nothing was compared; empty with detections."""
    if finding.detections is None:
        return "No two scenes were compared; why stands in the answer above."
    if finding.detections.items:
        return ""
    return f"{verdict_words(finding.detections)} {worth_sentence(finding)}".rstrip()
