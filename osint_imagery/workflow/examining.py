"""One prediction examined: who looked, which dates to compare, what changed, what that is worth."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace

from osint_imagery.change.detectors import DEFAULT
from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.claim import Claim, DetectionLevel, Prediction
from osint_imagery.core.errors import DataError, InputError, UndeterminedError
from osint_imagery.evidence.decision import Answer
from osint_imagery.evidence.finding import Finding, find
from osint_imagery.observe.coverage import Coverage, LookState
from osint_imagery.observe.power import power
from osint_imagery.observe.resolution import Resolution, resolution
from osint_imagery.scenes.scene import Scene
from osint_imagery.scenes.streaming import shared_bands
from osint_imagery.workflow.comparing import Comparison, Reader, align_many, compare_read, grid_for
from osint_imagery.workflow.looking import Offered, unclear
from osint_imagery.workflow.planning import choose_looks, choose_quiet
from osint_imagery.workflow.spans import quiet_span

__all__ = ["Examination", "Plan", "Progress", "Settings", "examine", "finest_gsd", "plan", "silent"]

Progress = Callable[[str], None]


def silent(text: str) -> None:
    """Tell nobody."""
    del text


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an examination is told besides the claim and the scenes.

    Parameters
    ----------
    gsd_m : float
        Finest pixel side of the archive, m.
    detector : str
        Name of the method.
    seed : int
        Seed of the places and positions of inserted targets, the only thing that is drawn at random.
    places : int
        Insertions to make.
    """

    gsd_m: float
    detector: str = DEFAULT
    seed: int = 0
    places: int = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Ids of the scenes that are compared (before, after), and of the quiet pairs; None where nothing is compared."""

    compared: tuple[str, str] | None
    quiet: tuple[tuple[str, str], ...] = ()

    @property
    def scene_ids(self) -> frozenset[str]:
        """Every scene whose pixels are read."""
        return frozenset(self.compared or ()) | {name for both in self.quiet for name in both}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Examination:
    """What one prediction produced."""

    finding: Finding
    plan: Plan
    comparison: Comparison | None = None


def finest_gsd(scenes: Sequence[Scene]) -> float:
    """Return the finest pixel side among scenes, m: what the archive could show at best.

    Raises
    ------
    InputError
        If no scene states its pixel size.
    """
    sizes = [scene.gsd_m for scene in scenes if scene.gsd_m]
    if not sizes:
        msg = f"catalog offers {len(scenes)} scenes and none states its pixel size; see search(...).ledger, add 'gsd'"
        raise InputError(msg)
    return min(sizes)


def plan(claim: Claim, prediction: Prediction, looks: Coverage, *, readable: frozenset[str], gsd: float) -> Plan:
    """Choose the dates to compare and the quiet pairs, from metadata and quality layers alone.

    Parameters
    ----------
    claim, prediction : Claim, Prediction
        What is examined.
    looks : Coverage
        Everybody who looked.
    readable : frozenset of str
        Ids of the scenes whose files are at hand.
    gsd : float
        Pixel side, m.
    """
    allowed = resolution(prediction.target, gsd)
    here = replace(looks, looks=tuple(look for look in looks.looks if look.scene_id in readable))
    tried = allowed.sufficient or (prediction.level is DetectionLevel.DETECTION and _has_contrast(prediction))
    chosen = choose_looks(prediction, here) if tried else None
    if chosen is None:
        return Plan(compared=None)
    clear = [look for look in looks.looks if look.state is LookState.CLEAR]
    quiet = choose_quiet(clear, chosen, quiet_span(claim, prediction))
    return Plan(
        compared=(chosen[0].scene_id, chosen[1].scene_id),
        quiet=tuple((first.scene_id, second.scene_id) for first, second in quiet),
    )


def _has_contrast(prediction: Prediction) -> bool:
    return any((prediction.target.contrast or {}).values())


def examine(
    claim: Claim,
    prediction: Prediction,
    offer: Offered,
    looks: Coverage,
    *,
    planned: Plan,
    settings: Settings,
    progress: Progress = silent,
    executor: Executor | None = None,
) -> Examination:
    """Compare what is planned and say what that is worth.

    Parameters
    ----------
    claim, prediction : Claim, Prediction
        What is examined.
    offer : Offered
        The scenes at hand.
    looks : Coverage
        Everybody who looked.
    planned : Plan
        From :func:`plan`, or as a dossier records it.
    settings : Settings
        Pixel side, method, seed, insertions.
    progress : callable
        Is told, in words, what is being done.
    executor : concurrent.futures.Executor, optional
        Aligns quiet pairs in parallel.
    """
    aoi = claim.aoi(prediction)
    allowed = resolution(prediction.target, settings.gsd_m)
    if planned.compared is None:
        why = unclear(looks.looks)
        found = find(prediction, aoi=aoi, coverage=looks, resolution=allowed, failure=why)
        return Examination(finding=found, plan=planned)
    scenes = {scene.id: scene for scene in offer.scenes}
    before, after = planned.compared
    progress(f"{prediction.id}: comparing {before} and {after} against {len(planned.quiet)} quiet pairs")
    try:
        comparison, found = _compare(
            prediction, aoi, planned, scenes, looks=looks, allowed=allowed, settings=settings, executor=executor
        )
    except (UndeterminedError, DataError, InputError) as err:
        failed = find(prediction, aoi=aoi, coverage=looks, resolution=allowed, failure=offer.told(err))
        return Examination(finding=failed, plan=planned)
    if allowed.sufficient or found.answer is not Answer.NOT_OBSERVABLE:
        return Examination(finding=found, plan=planned, comparison=comparison)
    # targets were put into the pixels and not found: the two pictures themselves say nothing of it
    return Examination(finding=replace(found, detections=None, ratio=None, notes=()), plan=planned)


def _compare(
    prediction: Prediction,
    aoi: AreaOfInterest,
    planned: Plan,
    scenes: Mapping[str, Scene],
    *,
    looks: Coverage,
    allowed: Resolution,
    settings: Settings,
    executor: Executor | None,
) -> tuple[Comparison, Finding]:
    before, after = planned.compared or ("", "")
    both = (scenes[before], scenes[after])
    reader = Reader(grid=grid_for(both, aoi), bands=shared_bands(both))
    pairs = [(scenes[first], scenes[second]) for first, second in planned.quiet]
    placebos, failed = align_many(reader, pairs, executor)
    comparison = compare_read(reader, both, aoi, quiet=placebos, method=settings.detector, notes=failed)
    found = find(
        prediction,
        aoi=aoi,
        coverage=looks,
        resolution=allowed,
        detections=comparison.detections,
        power=power(
            prediction,
            comparison.aligned,
            placebos,
            aoi=aoi,
            method=settings.detector,
            seed=settings.seed,
            places=settings.places,
        ),
        scenes=both,
        quiet=tuple((pair.before.scene_id or "", pair.after.scene_id or "") for pair in placebos),
        notes=comparison.notes,
    )
    return comparison, found
