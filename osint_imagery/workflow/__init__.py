"""The whole road: compare two scenes, investigate a claim."""

from osint_imagery.workflow.comparing import Comparison, compare
from osint_imagery.workflow.investigating import Dossier, investigate

__all__ = ["Comparison", "Dossier", "compare", "investigate"]
