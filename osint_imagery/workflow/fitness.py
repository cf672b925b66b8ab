"""Is it worth doing: what an archive could say about a claim, before any pixel is read."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from os import PathLike
from pathlib import Path

from osint_imagery.core.arguments import require, require_each
from osint_imagery.core.claim import Claim, DetectionLevel, Prediction
from osint_imagery.core.estimate import Estimate
from osint_imagery.core.showing import table_html
from osint_imagery.core.texts import PLANS
from osint_imagery.evidence.assessment import least_minus, ratio_plus
from osint_imagery.evidence.decision import NEGLIGIBLE
from osint_imagery.observe.coverage import Coverage, Look, LookState, once_each
from osint_imagery.observe.look import shows
from osint_imagery.observe.power import ratio_cap
from osint_imagery.observe.resolution import Resolution, resolution
from osint_imagery.observe.speckle import smallest_change_db
from osint_imagery.observe.wanted import PlannedPod, Wanted, planned_pod, wanted
from osint_imagery.scenes.catalog import Catalog, open_catalog, search
from osint_imagery.scenes.scene import Scene
from osint_imagery.workflow.looking import Offered, looks_at, offered
from osint_imagery.workflow.planning import choose_looks, choose_quiet
from osint_imagery.workflow.spans import claim_area, claim_span, quiet_span

__all__ = ["Fitness", "PredictionFitness", "Worth", "fitness"]

_BEARS = 0.5  # LR- that absence must be able to fall below
_ENOUGH_QUIET = 10  # quiet pairs that a decision at the usual level needs
_INSERTIONS = 40  # that the measurement of power makes unless told otherwise
_SENTINEL_LOOKS = 4.4  # equivalent looks of Sentinel-1 GRD; other products have more


class Worth(StrEnum):
    """What could come out of checking a prediction with this archive."""

    BOTH = "yes: seeing it, or looking and not seeing it, would count"
    SIGHT = "partly: seeing it would count, not seeing it would not"
    OUTLINE = "partly: a change could be shown, but not weighed"
    NO = "no: the imagery would look the same either way"


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionFitness:
    """What the archive could say about one prediction.

    Parameters
    ----------
    prediction : Prediction
        What is to be expected.
    coverage : Coverage
        Every look, usable or not.
    usable_fraction : float
        Mean share of the place that the looks inside the window showed; NaN where nobody knows.
    resolution : Resolution or None
        What the finest optical pixels allow; None without an optical scene.
    pod : PlannedPod or None
        Closed form at the stated contrast, an upper limit; None where it cannot be computed.
    pod_reason : str
        On what it rests, or why there is none.
    quiet_pairs : int
        Quiet pairs that the archive offers for the comparison.
    plus_cap : float or None
        Highest LR+ that so many quiet pairs and the closed form allow; None without quiet pairs.
    minus : Estimate
        LR- of silence in one comparison, for certain: ``low`` of the best method, ``high`` 1 before any insertion.
    radar : str
        What the radar looks could show; empty without one.
    worth : Worth
        Is it worth doing.
    reason : str
        Why.
    wanted : Wanted
        The archive that would answer it.
    """

    prediction: Prediction
    coverage: Coverage
    usable_fraction: float
    resolution: Resolution | None
    pod: PlannedPod | None
    pod_reason: str
    quiet_pairs: int
    plus_cap: float | None
    minus: Estimate
    radar: str
    worth: Worth
    reason: str
    wanted: Wanted

    @property
    def later(self) -> int:
        """Usable looks after the window at which a thing that stays for good would still be there; 0 for others."""
        clear = once_each(self.coverage.clear) if self.prediction.dwell_days is None else ()
        return sum(look.acquired.start > self.coverage.when.end for look in clear)

    @property
    def unknown(self) -> int:
        """Looks inside the window of which nobody knows whether the ground could be seen."""
        return sum(look.state is LookState.UNKNOWN for look in once_each(self.coverage.inside))

    def looks(self, kind: str) -> tuple[int, int]:
        """Return (usable looks, looks) of a kind of sensor inside the window; ``""`` for all kinds."""
        inside = once_each(look for look in self.coverage.inside if not kind or look.kind == kind)
        return sum(look.state is LookState.CLEAR for look in inside), len(inside)

    def __repr__(self) -> str:
        return f"PredictionFitness({self.prediction.id!r}: {self.worth})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitness:
    """What the archive could say about a claim; no pixel of a band was read for it.

    Parameters
    ----------
    claim_id : str
        The claim.
    catalog : str
        The archive.
    offered, used : int
        Scenes offered, and those that meet place and time.
    rows : tuple of PredictionFitness
        One a prediction.
    """

    claim_id: str
    catalog: str
    offered: int
    used: int
    rows: tuple[PredictionFitness, ...]

    @property
    def worth_doing(self) -> bool:
        """Whether anything at all could come out."""
        return any(row.worth is not Worth.NO for row in self.rows)

    def _repr_html_(self) -> str:
        rows = ((row.prediction.id, row.worth, row.reason) for row in self.rows)
        return table_html(("prediction", "worth looking", "why"), rows, title=repr(self))

    def __repr__(self) -> str:
        return f"Fitness({self.claim_id!r}: {', '.join(f'{row.prediction.id} {row.worth.name}' for row in self.rows)})"


def fitness(claim: Claim, catalog: Catalog | str | Path, *, collections: Sequence[str] = ()) -> Fitness:
    """Return what an archive could say about a claim, from metadata and quality layers alone.

    Parameters
    ----------
    claim : Claim
        From :func:`~osint_imagery.core.claim.read_claim`.
    catalog : Catalog, str or Path
        Where the scenes are.
    collections : sequence of str
        Collections of a server; default: all that it has.

    Raises
    ------
    CatalogError, OutsideFootprintError
        If the catalogue cannot be read, or none of its scenes meets the place.

    Notes
    -----
    Limits, not promises: the closed form is what a matched filter would find in white noise, LR- and LR+ what silence
    and a sighting could be worth at best. :func:`~osint_imagery.observe.power.power` measures what is really found.

    Examples
    --------
    >>> from osint_imagery.core.claim import read_claim
    >>> from osint_imagery.scenes.packaged import bundled
    >>> found = fitness(read_claim(bundled("port/claim.yaml")), bundled("port/catalog.json"))
    >>> [(row.prediction.id, row.worth.name) for row in found.rows]
    [('shed', 'BOTH'), ('ship', 'NO'), ('launcher', 'NO')]
    """
    require(Claim, claim=claim)
    require(Catalog | str | PathLike, catalog=catalog)
    source, names = open_catalog(catalog), require_each(str, collections=collections)
    found = search(source, claim_area(claim), claim_span(claim), collections=names)
    offer = offered(source, found)
    return Fitness(
        claim_id=claim.id,
        catalog=source.name,
        offered=len(found.ledger),
        used=len(found),
        rows=tuple(_row(claim, prediction, offer) for prediction in claim.predictions),
    )


def _row(claim: Claim, prediction: Prediction, offer: Offered) -> PredictionFitness:
    looks = looks_at(prediction, offer, claim.aoi(prediction))
    optical = [scene for scene in (*offer.scenes, *offer.elsewhere) if scene.sensor.kind != "radar" and scene.gsd_m]
    gsd = min((scene.gsd_m for scene in optical if scene.gsd_m), default=None)
    allowed = resolution(prediction.target, gsd) if gsd else None
    bands, why = _reflecting(offer.scenes)
    pod = planned_pod(prediction.target, gsd, bands) if gsd else None
    quiet = _quiet_pairs(claim, prediction, looks)
    row = PredictionFitness(
        prediction=prediction,
        coverage=looks,
        usable_fraction=_usable(looks.inside),
        resolution=allowed,
        pod=pod,
        pod_reason=_pod_reason(prediction, pod, why),
        quiet_pairs=quiet,
        plus_cap=_plus(quiet, pod),
        minus=_minus(looks, pod),
        radar=_radar(prediction, offer.scenes),
        worth=Worth.NO,
        reason="",
        wanted=wanted(prediction, looks.looks, bands=bands),
    )
    worth, reason = _worth(row)
    return replace(row, worth=worth, reason=reason)


def _reflecting(scenes: Sequence[Scene]) -> tuple[tuple[str, ...], str]:
    """Return the bands that are known to carry reflectance, and why others do not."""
    optical = [scene for scene in scenes if scene.sensor.unit == "reflectance"]
    scaled = [(scene, band) for scene in optical for band in scene.bands]
    bands = {band for scene, band in scaled if not scene.sensor.needs_scale or scene.asset_for(band).scale is not None}
    why = PLANS["no scale" if optical else "no reflectance"]
    return tuple(sorted(bands)), "" if bands else why


def _pod_reason(prediction: Prediction, pod: PlannedPod | None, why: str) -> str:
    if pod is not None:
        return PLANS["closed form"].format(band=pod.band)
    if not prediction.target.contrast:
        return PLANS["no contrast"]
    return why or PLANS["other bands"]


def _quiet_pairs(claim: Claim, prediction: Prediction, looks: Coverage) -> int:
    chosen = choose_looks(prediction, looks)
    return len(choose_quiet(looks.clear, chosen, quiet_span(claim, prediction))) if chosen else 0


def _usable(looks: Iterable[Look]) -> float:
    known = [look.usable_fraction for look in looks if look.usable_fraction is not None]
    return sum(known) / len(known) if known else math.nan


def _plus(quiet_pairs: int, pod: PlannedPod | None) -> float | None:
    """Return the most that a sighting could be worth: false alarms at the bound of the quiet pairs, POD at its best."""
    cap = ratio_cap(0, quiet_pairs)
    return None if cap is None else ratio_plus(pod.high if pod else 1.0, 1 / cap)


def _minus(looks: Coverage, pod: PlannedPod | None) -> Estimate:
    """Return the bounds of LR- of one comparison: at best the method finds what the closed form finds."""
    best = min(pod.high if pod else 1.0, 1 - least_minus(_INSERTIONS))
    method = "bounds: at best a matched filter in white noise and every insertion found, at worst nothing found"
    low = 1 - looks.p_look.high * best
    return Estimate(value=math.nan, low=max(low, 0.0), high=1.0, level=1, unit="ratio", method=method)


def _radar(prediction: Prediction, scenes: Sequence[Scene]) -> str:
    sizes = [scene.gsd_m for scene in scenes if scene.sensor.kind == "radar" and scene.gsd_m]
    if not sizes:
        return ""
    pixels = max(1.0, prediction.target.length_m * prediction.target.width_m / min(sizes) ** 2)
    change = smallest_change_db(pixels, _SENTINEL_LOOKS)
    return PLANS["radar"].format(shows=shows("radar"), change=change, pixels=pixels)


def _worth(row: PredictionFitness) -> tuple[Worth, str]:
    for why in (_too_coarse(row), _nobody_looked(row)):
        if why:
            return Worth.NO, why
    if row.quiet_pairs < _ENOUGH_QUIET:
        return Worth.OUTLINE, PLANS["few quiet"].format(pairs=row.quiet_pairs, needed=_ENOUGH_QUIET)
    if row.minus.low >= _BEARS:
        return Worth.SIGHT, PLANS["sight only"].format(minus=row.minus.low, needed=_BEARS)
    return Worth.BOTH, PLANS["both"].format(minus=row.minus.low, plus=row.plus_cap)


def _too_coarse(row: PredictionFitness) -> str:
    allowed, asked = row.resolution, row.prediction.level
    if allowed is None or not allowed.allows(asked):
        return allowed.statement.rstrip(".") if allowed else "" if row.radar else PLANS["no pixel size"]
    if asked is DetectionLevel.DETECTION and row.pod and row.pod.high < NEGLIGIBLE:
        return PLANS["too faint"].format(high=row.pod.high)
    return ""


def _nobody_looked(row: PredictionFitness) -> str:
    if row.coverage.p_look.high < NEGLIGIBLE:
        return PLANS["nobody looked"].format(coverage=row.coverage.reason)
    if choose_looks(row.prediction, row.coverage) is None:
        return PLANS["no pair"].format(coverage=row.coverage.reason)
    return ""
