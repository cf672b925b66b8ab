"""The whole road: compare two scenes, sweep over two whole ones, investigate a claim, reproduce it."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from osint_imagery.workflow.comparing import Comparison, compare
    from osint_imagery.workflow.dossier import Dossier
    from osint_imagery.workflow.investigating import investigate
    from osint_imagery.workflow.reproducing import reproduce
    from osint_imagery.workflow.reproduction import Reproduction
    from osint_imagery.workflow.sweep_mad import mad_rasters
    from osint_imagery.workflow.sweeping import sweep
    from osint_imagery.workflow.swept import Sweep

# Loaded when first used: a sweep needs no figures.
_HOME = {
    "Comparison": "comparing",
    "Dossier": "dossier",
    "Reproduction": "reproduction",
    "Sweep": "swept",
    "compare": "comparing",
    "investigate": "investigating",
    "mad_rasters": "sweep_mad",
    "reproduce": "reproducing",
    "sweep": "sweeping",
}

__all__ = [
    "Comparison",
    "Dossier",
    "Reproduction",
    "Sweep",
    "compare",
    "investigate",
    "mad_rasters",
    "reproduce",
    "sweep",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        msg = f"module 'osint_imagery.workflow' has no attribute {name!r}"
        raise AttributeError(msg)
    value = getattr(import_module(f"osint_imagery.workflow.{_HOME[name]}"), name)
    globals()[name] = value
    return value
