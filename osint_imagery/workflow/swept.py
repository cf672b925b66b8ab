"""What a sweep over two scenes left: files, objects, and what they rest on."""

from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from osint_imagery.change.changemap import Calibration, Method
from osint_imagery.core.grid import Grid
from osint_imagery.core.lineage import Artifact, Lineage
from osint_imagery.core.pair import Registration
from osint_imagery.workflow.sweep_table import Found

__all__ = ["Sweep"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sweep:
    """Two whole scenes compared block by block.

    Parameters
    ----------
    artifacts : tuple of Artifact
        The files, each with its digest and what it shows.
    products : tuple of str
        Their names, in the same order: ``"score"``, ``"p_value"`` ...
    grid : Grid
        Of all of them.
    scenes : tuple of str
        Ids of the earlier and the later scene.
    bands : tuple of str
        Bands that were compared.
    method : Method
        How.
    observed_px, changed_px : int
        Pixels that both dates observed, and those that the detector's own cut calls changed.
    registration : Registration or None
        How the later scene was moved and what is left; None where nobody measured it.
    calibration : Calibration or None
        What decision and probability rest on; None where neither was asked for.
    found : Found or None
        The changed objects, strongest first; None where none were asked for.
    notes : tuple of str
        What could not be done, and why.
    lineage : Lineage
        Steps behind the files.
    """

    artifacts: tuple[Artifact, ...]
    products: tuple[str, ...]
    grid: Grid
    scenes: tuple[str, str]
    bands: tuple[str, ...]
    method: Method
    observed_px: int
    changed_px: int = 0
    registration: Registration | None = None
    calibration: Calibration | None = None
    found: Found | None = None
    notes: tuple[str, ...] = ()
    lineage: Lineage = field(default_factory=Lineage)

    def path(self, product: str) -> Path:
        """Return the file of a product.

        Raises
        ------
        KeyError
            If it was not asked for.
        """
        return dict(zip(self.products, self.artifacts, strict=True))[product].path

    def _repr_html_(self) -> str:
        return f"<code>{escape(repr(self))}</code>"

    def __repr__(self) -> str:
        rows, columns = self.grid.shape
        share = self.observed_px / (rows * columns)
        parts = [
            f"{self.scenes[0]} -> {self.scenes[1]}",
            f"{self.method.name} on {len(self.bands)} bands",
            f"{rows} x {columns} px, {share:.0%} observed",
        ]
        if self.found is not None:
            parts.append(f"{len(self.found)} objects, {self.changed_px} px changed")
        if self.calibration is not None:
            parts.append(f"calibration: {self.calibration.kind}")
        parts.append(f"files: {', '.join(self.products) or 'none'}")
        return f"Sweep({'; '.join(parts)})"
