"""Change between dates, with uncertainty calibrated on quiet ground."""

from osint_imagery.change.changemap import Calibration, CalibrationKind, ChangeMap, Method
from osint_imagery.change.coregister import align
from osint_imagery.change.detecting import detect
from osint_imagery.change.detections import Detection, Detections, Explanation, Verdict
from osint_imagery.change.detectors import Detector, detectors
from osint_imagery.change.outlining import outline
from osint_imagery.change.radiometry import normalize

__all__ = [
    "Calibration",
    "CalibrationKind",
    "ChangeMap",
    "Detection",
    "Detections",
    "Detector",
    "Explanation",
    "Method",
    "Verdict",
    "align",
    "detect",
    "detectors",
    "normalize",
    "outline",
]
