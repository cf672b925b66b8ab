"""How good the basis of an assessment is: a rule that anybody can apply again, with every reason it found."""

from collections.abc import Sequence
from dataclasses import dataclass

from osint_imagery.core.texts import SIMULATED_BASIS
from osint_imagery.evidence.assessed_parts import LeftOut
from osint_imagery.evidence.items import Looked
from osint_imagery.evidence.leaving_out import Weighed
from osint_imagery.evidence.record import EvidenceRecord
from osint_imagery.evidence.scales import Confidence

__all__ = ["Basis", "basis_of", "confidence_of"]

LEAST_QUIET, GOOD_QUIET = 10, 20  # quiet pairs: fewer than ten decide nothing; twenty cap LR+ at 3.5 or more
GOOD_USABLE = 0.9  # share of the place that was usable on a compared date
GOOD_RESIDUAL_PX = 0.5  # what alignment left, upper end
MOST_SHORT = 2  # shortcomings that a basis of moderate quality may have


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What the confidence rule looks at; about the imagery that has a ratio.

    Parameters
    ----------
    items : int
        Items with a ratio.
    groups : int
        Groups of them that share nothing with each other.
    contradicting : bool
        Whether items of one group point both ways.
    simulated, unproven : bool
        Whether a scene was made by a program, or says itself that its origin is not proven.
    quiet_pairs : int
        Fewest quiet pairs behind an item; 0 where an item was calibrated on none.
    usable : float
        Lowest usable share of a place on a compared date; 0 where one is not known.
    residual_px : float
        Largest upper end of what alignment left; infinite where one was not measured.
    open_explanations : int
        Other explanations of fitting changes that were not ruled out or not tested.
    hangs_on_one : bool
        Whether words or order become others without a single item or scene.
    """

    items: int
    groups: int
    contradicting: bool = False
    simulated: bool = False
    unproven: bool = False
    quiet_pairs: int = 0
    usable: float = 0.0
    residual_px: float = float("inf")
    open_explanations: int = 0
    hangs_on_one: bool = True


def basis_of(looked: Sequence[Looked], weighed: Weighed, parts: Sequence[LeftOut]) -> Basis:
    """Measure the basis on the records of the items that have a ratio."""
    names = set(weighed.weighed)
    records = [item.record for item in looked if item.item.id in names and item.record is not None]
    if not records:
        return Basis(items=0, groups=0)
    scenes = [scene for record in records for scene in record.scenes]
    notes = [note for scene in scenes for note in scene.notes]
    return Basis(
        items=len(records),
        groups=min(len(pair.groups) for pair in weighed.pairs if pair.groups),
        contradicting=any(group.contradicting for pair in weighed.pairs for group in pair.groups),
        simulated=any(scene.simulated for scene in scenes),
        unproven=any("not proven" in note or "unproven" in note for note in notes),
        quiet_pairs=min(_quiet(record) for record in records),
        usable=min(_usable(record) for record in records),
        residual_px=max(_residual(record) for record in records),
        open_explanations=sum(_open(record) for record in records),
        hangs_on_one=any(part.changes for part in parts if part.what in {"item", "scene"} and _of(part, names)),
    )


def _of(part: LeftOut, names: set[str]) -> bool:
    return bool(names & set(part.items))


def _quiet(record: EvidenceRecord) -> int:
    method = record.method
    return method.calibration_count if method is not None and method.calibration == "placebo" else 0


def _usable(record: EvidenceRecord) -> float:
    if record.quality is None:
        return 0.0
    shares = (record.quality.usable_fraction_before, record.quality.usable_fraction_after)
    return min(0.0 if share is None else float(share) for share in shares)


def _residual(record: EvidenceRecord) -> float:
    residual = record.quality.residual if record.quality else None
    return float("inf") if residual is None else float(residual.high)


def _open(record: EvidenceRecord) -> int:
    fitting = [item for item in record.detections if item.fits_prediction]
    return sum(one.status != "ruled out" for one in fitting[0].explanations) if fitting else 0


def confidence_of(basis: Basis) -> tuple[Confidence, tuple[str, ...]]:
    """Return the analytic confidence and its reasons; it says nothing of how likely anything is.

    Parameters
    ----------
    basis : Basis
        What stands behind the ratios.

    Notes
    -----
    Low where nothing has a ratio, items of one group point both ways, scenes are simulated or an item rests on fewer
    than ten quiet pairs; low also with three or more of these shortcomings: everything is one group or the answer hangs
    on one item or scene; fewer than twenty quiet pairs; a place less than 90 % usable or of unknown quality; alignment
    off by more than half a pixel or not measured; explanations that stay open; a scene of unproven origin. High only
    without any of them. Else moderate.

    Examples
    --------
    >>> good = {"quiet_pairs": 25, "usable": 1.0, "residual_px": 0.2}
    >>> confidence_of(Basis(items=2, groups=2, hangs_on_one=False, **good))[0].value
    'high'
    >>> confidence_of(Basis(items=1, groups=1, **good))[0].value
    'moderate'
    """
    if basis.items == 0:
        return Confidence.LOW, ("no item of imagery has a ratio",)
    checks = _grave(basis) + _short(basis)
    reasons = tuple(good if holds else bad for _, holds, good, bad in checks if good or not holds)
    if any(grave and not holds for grave, holds, _, _ in checks):
        return Confidence.LOW, reasons
    missing = sum(not holds for _, holds, _, _ in checks)
    if missing == 0:
        return Confidence.HIGH, reasons
    return (Confidence.MODERATE if missing <= MOST_SHORT else Confidence.LOW), reasons


_Check = tuple[bool, bool, str, str]  # grave, holds, words if it holds (empty: not worth a word), words if not


def _grave(basis: Basis) -> tuple[_Check, ...]:
    pairs = f"{basis.quiet_pairs} quiet pairs stand behind the least calibrated item"
    return (
        (True, not basis.contradicting, "", "items that share scenes, dates or ground point both ways"),
        (True, not basis.simulated, "", SIMULATED_BASIS),
        (True, basis.quiet_pairs >= LEAST_QUIET, "", f"{pairs}: too few to calibrate it"),
    )


def _short(basis: Basis) -> tuple[_Check, ...]:
    pairs = f"{basis.quiet_pairs} quiet pairs stand behind the least calibrated item"
    enough = pairs if basis.quiet_pairs >= GOOD_QUIET else ""  # too few for anything is told as such
    apart = basis.groups > 1 and not basis.hangs_on_one
    one = "hangs on a single item or scene" if basis.groups > 1 else "rests on one group of items that hang together"
    residual = f"alignment left at most {basis.residual_px:.2g} px" if basis.residual_px < float("inf") else ""
    return (
        (False, apart, f"{basis.groups} groups share nothing, and none is needed alone", f"the answer {one}"),
        (False, not LEAST_QUIET <= basis.quiet_pairs < GOOD_QUIET, enough, f"{pairs}, fewer than {GOOD_QUIET}"),
        (
            False,
            basis.usable >= GOOD_USABLE,
            f"of each place {basis.usable:.0%}{'' if basis.usable == 1 else ' or more'} was usable",
            "a place was not fully usable, or its quality is not known, on a compared date",
        ),
        (
            False,
            basis.residual_px <= GOOD_RESIDUAL_PX,
            residual,
            residual or "what alignment left was not measured",
        ),
        (
            False,
            basis.open_explanations == 0,
            "",
            f"{basis.open_explanations} other explanations of what was seen are not ruled out or not tested",
        ),
        (False, not basis.unproven, "", "the origin of a scene is not proven"),
    )
