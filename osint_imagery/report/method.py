"""How a finding was reached, in plain words."""

from collections.abc import Mapping
from dataclasses import dataclass

from osint_imagery.change.changemap import CalibrationKind, ChangeMap
from osint_imagery.evidence.finding import Finding
from osint_imagery.figures.words import calibration_words, chance_words, processing_words, verdict_words
from osint_imagery.observe.power import Power

__all__ = ["Explained", "explanations_of", "method_of", "quiet_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """Another explanation: its name, whether it was ruled out, why, and the detections it is about."""

    name: str
    status: str
    note: str
    detections: str


def method_of(finding: Finding) -> tuple[tuple[str, str], ...]:
    """Return the steps of a finding: name and plain words."""
    steps = [
        (
            "Looks",
            f"{finding.coverage.reason.rstrip('.')}. Chance of a usable look: {chance_words(finding.coverage.p_look)}.",
        )
    ]
    if finding.detections is not None:
        changes = finding.detections.changes
        steps += [
            ("Alignment and brightness", _processing(changes)),
            ("Detector", _detector(changes)),
            ("What nothing looks like here", _null(changes)),
            ("Result of the comparison", f"{verdict_words(finding.detections)} {finding.detections.reason}"),
        ]
    if finding.power is not None:
        steps.append(("Could it have been found", _power(finding.power)))
    if finding.ratio is not None:
        steps.append(
            ("Weight of the evidence", f"Computed at the level of {finding.ratio.level}. {finding.ratio.reason}")
        )
    return tuple(steps)


def _processing(changes: ChangeMap) -> str:
    """Return how the pair was prepared that the detector saw; the pictures may be drawn from another copy of it."""
    words = processing_words(changes.pair)
    return (
        words
        if changes.pair.normalization
        else f"{words} So it went to the detector; a picture may be drawn with adjusted brightness, and says so."
    )


def _detector(changes: ChangeMap) -> str:
    settings = ", ".join(f"{name} = {value}" for name, value in changes.method.parameters) or "no parameters"
    return f"{changes.method.name}, version {changes.method.version} ({settings}). {changes.method.citation}"


def _null(changes: ChangeMap) -> str:
    calibration = changes.calibration
    words = calibration_words(calibration)
    if calibration.kind is not CalibrationKind.PLACEBO:
        return words if calibration.kind is CalibrationKind.NONE else f"{words} {calibration.reason}"
    where = "Their dates are listed below" if calibration.quiet_dates else "Their dates are not stated"
    return f"{words} {calibration.reason.rstrip('.')}. {where}."


def quiet_of(finding: Finding) -> tuple[str, ...]:
    """Return the two dates of each quiet pair; empty where nothing was calibrated on any."""
    if finding.detections is None:
        return ()
    return tuple(f"{a.label} to {b.label}" for a, b in finding.detections.changes.calibration.quiet_dates)


def _power(power: Power) -> str:
    found = f"{power.found} of {power.tried} inserted targets of the stated size were found. " if power.tried else ""
    pod = "not measured" if power.pod is None else chance_words(power.pod)
    alarm = "not known" if power.false_alarm is None else chance_words(power.false_alarm)
    return f"{found}Probability of detection where there is a look: {pod}. False alarms: {alarm}. {power.reason}"


def explanations_of(finding: Finding) -> tuple[Explained, ...]:
    """Return the rival explanations, each status once, with the numbers of the detections it is about."""
    if finding.detections is None:
        return ()
    grouped: dict[tuple[str, str], dict[int, str]] = {}
    for item in finding.detections:
        for other in item.explanations:
            grouped.setdefault((other.name, str(other.status)), {})[item.id] = other.note
    total = len(finding.detections)
    return tuple(
        Explained(name=name, status=status, note=_note(notes), detections=_which(list(notes), total))
        for (name, status), notes in sorted(grouped.items())
    )


def _note(notes: Mapping[int, str]) -> str:
    """Return the note that all share, else that of the strongest detection."""
    first, note = next(iter(notes.items()))
    shared = len(set(notes.values())) == 1
    return note if shared else f"{note} (No. {first}; the others' numbers stand in the record)"


def _which(ids: list[int], total: int) -> str:
    return "all" if len(ids) == total else ", ".join(map(str, ids))
