"""Change between dates, with uncertainty calibrated on quiet ground."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from osint_imagery.change.changemap import Calibration, CalibrationKind, ChangeMap, Method
    from osint_imagery.change.coregister import align
    from osint_imagery.change.detecting import detect
    from osint_imagery.change.detections import Detection, Detections, Explanation, Verdict
    from osint_imagery.change.detectors import Detector, detectors
    from osint_imagery.change.outlining import outline
    from osint_imagery.change.radiometry import normalize

# Loaded when first used: one detector on one file needs neither the others nor scikit-image.
_HOME = {
    "Calibration": "changemap",
    "CalibrationKind": "changemap",
    "ChangeMap": "changemap",
    "Detection": "detections",
    "Detections": "detections",
    "Detector": "detectors",
    "Explanation": "detections",
    "Method": "changemap",
    "Verdict": "detections",
    "align": "coregister",
    "detect": "detecting",
    "detectors": "detectors",
    "normalize": "radiometry",
    "outline": "outlining",
}

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


def __getattr__(name: str) -> object:
    if name not in _HOME:
        msg = f"module 'osint_imagery.change' has no attribute {name!r}"
        raise AttributeError(msg)
    value = getattr(import_module(f"osint_imagery.change.{_HOME[name]}"), name)
    globals()[name] = value
    return value
