"""Check public claims against public satellite imagery, and keep a record that survives a hostile reader.

>>> import osint_imagery as oi
>>> catalog = oi.open_catalog(oi.bundled("port/catalog.json"))
>>> claim = oi.read_claim(oi.bundled("port/claim.yaml"))
>>> len(oi.search(catalog, claim.aoi(), oi.TimeSpan("2024-05-01", "2024-06-30")))
11
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from osint_imagery.change.accuracy import area_from_sample, area_from_strata
    from osint_imagery.change.changemap import ChangeMap
    from osint_imagery.change.coregister import align
    from osint_imagery.change.detecting import detect
    from osint_imagery.change.detections import Detection, Detections, Verdict
    from osint_imagery.change.detectors import detectors
    from osint_imagery.change.labelled import calibrate_on_labels
    from osint_imagery.change.outlining import outline
    from osint_imagery.change.radiometry import normalize
    from osint_imagery.change.reliability import reliability
    from osint_imagery.core.aoi import AreaOfInterest
    from osint_imagery.core.claim import Claim, Prediction, read_claim
    from osint_imagery.core.estimate import Estimate
    from osint_imagery.core.grid import Grid
    from osint_imagery.core.image import Image
    from osint_imagery.core.pair import Pair
    from osint_imagery.core.stack import Stack
    from osint_imagery.core.timespan import TimeSpan
    from osint_imagery.evidence.archive import archive
    from osint_imagery.evidence.assessed import Assessment
    from osint_imagery.evidence.attach import attach, detach
    from osint_imagery.evidence.verify import verify
    from osint_imagery.figures.ach_matrix import ach_matrix
    from osint_imagery.figures.before_after import before_after
    from osint_imagery.figures.contact_sheet import contact_sheet
    from osint_imagery.figures.difference import difference
    from osint_imagery.figures.explore import explore
    from osint_imagery.figures.likelihood_ladder import likelihood_ladder
    from osint_imagery.figures.pod_curve import pod_curve
    from osint_imagery.figures.reliability_diagram import reliability_diagram
    from osint_imagery.figures.swipe import swipe
    from osint_imagery.figures.time_series import time_series
    from osint_imagery.figures.timelapse import timelapse
    from osint_imagery.figures.timeline import timeline
    from osint_imagery.observe.coverage import coverage
    from osint_imagery.observe.design import Design
    from osint_imagery.observe.power import power
    from osint_imagery.observe.resolution import resolution
    from osint_imagery.scenes.catalog import open_catalog, search
    from osint_imagery.scenes.fetch import fetch
    from osint_imagery.scenes.packaged import bundled, romania_catalog
    from osint_imagery.scenes.reading import read
    from osint_imagery.scenes.samples import fetch_sample, samples
    from osint_imagery.scenes.scene import Scene
    from osint_imagery.scenes.series import read_stack
    from osint_imagery.workflow.assessing import assess
    from osint_imagery.workflow.comparing import Comparison, compare
    from osint_imagery.workflow.correcting import correct
    from osint_imagery.workflow.dossier import Dossier
    from osint_imagery.workflow.fitness import fitness
    from osint_imagery.workflow.investigating import investigate
    from osint_imagery.workflow.reproducing import reproduce
    from osint_imagery.workflow.reproduction import Reproduction
    from osint_imagery.workflow.sweeping import sweep

__version__ = "0.1.0"

# Names are loaded when first used: importing the package costs milliseconds, and matplotlib or geopandas come in
# only with the first figure or table.
_HOME = {
    "AreaOfInterest": "core.aoi",
    "Assessment": "evidence.assessed",
    "ChangeMap": "change.changemap",
    "Claim": "core.claim",
    "Comparison": "workflow.comparing",
    "Design": "observe.design",
    "Detection": "change.detections",
    "Detections": "change.detections",
    "Dossier": "workflow.dossier",
    "Estimate": "core.estimate",
    "Grid": "core.grid",
    "Image": "core.image",
    "Pair": "core.pair",
    "Prediction": "core.claim",
    "Reproduction": "workflow.reproduction",
    "Scene": "scenes.scene",
    "Stack": "core.stack",
    "TimeSpan": "core.timespan",
    "Verdict": "change.detections",
    "ach_matrix": "figures.ach_matrix",
    "align": "change.coregister",
    "archive": "evidence.archive",
    "area_from_sample": "change.accuracy",
    "area_from_strata": "change.accuracy",
    "assess": "workflow.assessing",
    "attach": "evidence.attach",
    "before_after": "figures.before_after",
    "bundled": "scenes.packaged",
    "calibrate_on_labels": "change.labelled",
    "compare": "workflow.comparing",
    "contact_sheet": "figures.contact_sheet",
    "correct": "workflow.correcting",
    "coverage": "observe.coverage",
    "detach": "evidence.attach",
    "detect": "change.detecting",
    "detectors": "change.detectors",
    "difference": "figures.difference",
    "explore": "figures.explore",
    "fetch": "scenes.fetch",
    "fetch_sample": "scenes.samples",
    "fitness": "workflow.fitness",
    "investigate": "workflow.investigating",
    "likelihood_ladder": "figures.likelihood_ladder",
    "normalize": "change.radiometry",
    "open_catalog": "scenes.catalog",
    "outline": "change.outlining",
    "pod_curve": "figures.pod_curve",
    "power": "observe.power",
    "read": "scenes.reading",
    "read_claim": "core.claim",
    "read_stack": "scenes.series",
    "reliability": "change.reliability",
    "reliability_diagram": "figures.reliability_diagram",
    "reproduce": "workflow.reproducing",
    "resolution": "observe.resolution",
    "romania_catalog": "scenes.packaged",
    "samples": "scenes.samples",
    "search": "scenes.catalog",
    "sweep": "workflow.sweeping",
    "swipe": "figures.swipe",
    "time_series": "figures.time_series",
    "timelapse": "figures.timelapse",
    "timeline": "figures.timeline",
    "verify": "evidence.verify",
}

__all__ = [
    "AreaOfInterest",
    "Assessment",
    "ChangeMap",
    "Claim",
    "Comparison",
    "Design",
    "Detection",
    "Detections",
    "Dossier",
    "Estimate",
    "Grid",
    "Image",
    "Pair",
    "Prediction",
    "Reproduction",
    "Scene",
    "Stack",
    "TimeSpan",
    "Verdict",
    "ach_matrix",
    "align",
    "archive",
    "area_from_sample",
    "area_from_strata",
    "assess",
    "attach",
    "before_after",
    "bundled",
    "calibrate_on_labels",
    "compare",
    "contact_sheet",
    "correct",
    "coverage",
    "detach",
    "detect",
    "detectors",
    "difference",
    "explore",
    "fetch",
    "fetch_sample",
    "fitness",
    "investigate",
    "likelihood_ladder",
    "normalize",
    "open_catalog",
    "outline",
    "pod_curve",
    "power",
    "read",
    "read_claim",
    "read_stack",
    "reliability",
    "reliability_diagram",
    "reproduce",
    "resolution",
    "romania_catalog",
    "samples",
    "search",
    "sweep",
    "swipe",
    "time_series",
    "timelapse",
    "timeline",
    "verify",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        msg = f"module 'osint_imagery' has no attribute {name!r}"
        raise AttributeError(msg)
    value = getattr(import_module(f"osint_imagery.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
