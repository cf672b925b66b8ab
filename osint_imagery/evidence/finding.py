"""What the imagery says about one prediction, with everything behind it."""

from dataclasses import dataclass

from osint_imagery.change.changemap import CalibrationKind
from osint_imagery.change.detections import Detection, Detections
from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.claim import Prediction
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.evidence.assessment import LikelihoodRatio, likelihood_ratio
from osint_imagery.evidence.decision import Answer, Decision, Material, compared_looks, decide
from osint_imagery.observe.coverage import Coverage
from osint_imagery.observe.power import Power
from osint_imagery.observe.resolution import Resolution
from osint_imagery.scenes.scene import Scene

__all__ = ["Answer", "Decision", "Finding", "Material", "decide", "find"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Finding:
    """Everything behind the answer to one prediction.

    Parameters
    ----------
    prediction : Prediction
        What was to be expected.
    answer : Answer
        The answer.
    reason : str
        Why, in words.
    coverage : Coverage
        Every look that existed.
    resolution : Resolution
        What the pixel size allows.
    detections : Detections or None
        Of the pair that was compared; None where none was.
    power : Power or None
        What insertion found.
    ratio : LikelihoodRatio or None
        At the level of object change.
    bracket : tuple of TimeSpan or None
        Last look without and first look with the change (with and without, where it disappears).
    scenes : tuple of Scene
        Before and after; empty where nothing was compared.
    quiet : tuple of (str, str)
        Scene ids of the quiet pairs.
    fitting : tuple of Detection
        The detections that fit the prediction, strongest first.
    notes : tuple of str
        What could not be used, and why: quiet pairs that did not align, for example.
    """

    prediction: Prediction
    answer: Answer
    reason: str
    coverage: Coverage
    resolution: Resolution
    detections: Detections | None = None
    power: Power | None = None
    ratio: LikelihoodRatio | None = None
    bracket: tuple[TimeSpan, TimeSpan] | None = None
    scenes: tuple[Scene, ...] = ()
    quiet: tuple[tuple[str, str], ...] = ()
    fitting: tuple[Detection, ...] = ()
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Finding({self.prediction.id!r}: {self.answer}; {self.reason})"


def find(  # noqa: PLR0913 - one keyword for each thing that can be known or missing
    prediction: Prediction,
    *,
    aoi: AreaOfInterest | None,
    coverage: Coverage,
    resolution: Resolution,
    detections: Detections | None = None,
    power: Power | None = None,
    scenes: tuple[Scene, ...] = (),
    quiet: tuple[tuple[str, str], ...] = (),
    failure: str = "",
    notes: tuple[str, ...] = (),
) -> Finding:
    """Weigh what was seen and what could have been seen, and return the finding.

    Parameters
    ----------
    prediction : Prediction
        What was to be expected.
    aoi : AreaOfInterest or None
        The prediction's place.
    coverage, resolution, detections, power
        What the rooms below say; None where it could not be had.
    scenes : tuple of Scene
        (before, after) of the compared pair.
    quiet : tuple of (str, str)
        Scene ids of the quiet pairs.
    failure : str
        Why a comparison that was tried gave nothing; empty where none failed.
    notes : tuple of str
        What could not be used, and why.

    Returns
    -------
    Finding
    """
    compared = (scenes[0].acquired, scenes[1].acquired) if len(scenes) == 2 else None
    ratio = None
    if detections is not None and power is not None:
        p_look = compared_looks(prediction, compared) if compared else coverage.p_look
        ratio = likelihood_ratio(p_look, power.pod, power.false_alarm, _quiet_pairs(detections, quiet))
    decision = decide(
        Material(
            prediction=prediction,
            aoi=aoi,
            coverage=coverage,
            resolution=resolution,
            detections=detections,
            power=power,
            ratio=ratio,
            compared=compared,
            failure=failure,
        )
    )
    seen = decision.answer is Answer.SEEN
    return Finding(
        prediction=prediction,
        answer=decision.answer,
        reason=decision.reason,
        coverage=coverage,
        resolution=resolution,
        detections=detections,
        power=power,
        ratio=ratio,
        bracket=compared if seen else None,
        scenes=scenes,
        quiet=quiet,
        fitting=decision.fitting,
        notes=notes,
    )


def _quiet_pairs(detections: Detections, quiet: tuple[tuple[str, str], ...]) -> int:
    """Return how many quiet pairs stand behind the false-alarm rate: the smaller count where two are given."""
    calibration = detections.changes.calibration
    counted = calibration.count if calibration.kind is CalibrationKind.PLACEBO else 0
    return min((count for count in (counted, len(quiet)) if count), default=0)
