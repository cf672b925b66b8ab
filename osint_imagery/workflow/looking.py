"""Who looked, also where files are damaged or elsewhere: an acquisition that cannot be read is never "no look"."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.claim import Prediction
from osint_imagery.core.errors import DataError
from osint_imagery.observe.coverage import Coverage, Look, LookState, coverage
from osint_imagery.scenes.catalog import Catalog, Found
from osint_imagery.scenes.scene import Scene
from osint_imagery.scenes.versions import is_same_look, surplus

__all__ = ["Offered", "looks_at", "offered", "unclear"]

_ELSEWHERE = "its files are not on this machine: nobody here can say what it shows"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """The acquisitions over an area and in a span of time.

    Parameters
    ----------
    scenes : tuple of Scene
        Those that can be read, in order of time.
    elsewhere : tuple of Scene
        Those whose files are not on this machine: they looked, and nobody here knows what they saw.
    folder : Path or None
        The catalogue's folder; taken out of what is written down, so that a record names no machine.
    """

    scenes: tuple[Scene, ...]
    elsewhere: tuple[Scene, ...]
    folder: Path | None

    def told(self, error: Exception | str) -> str:
        """Return a message with paths as the catalogue writes them."""
        return str(error) if self.folder is None else str(error).replace(f"{self.folder}/", "")


def offered(catalog: Catalog, found: Found) -> Offered:
    """Return what a search found, and beside it the scenes that it had to reject because their files are elsewhere."""
    known = {scene.id for scene in found.scenes}
    rejected = [
        scene
        for scene in found.rejected
        if not scene.bands
        and scene.id not in known
        and scene.acquired.overlaps(found.when)
        and scene.footprint.intersects(found.aoi.geometry)
        and not any(is_same_look(scene, used, found.aoi) for used in found.scenes)
    ]
    twice = surplus(rejected, found.aoi)  # of one look offered twice, nobody looked twice
    elsewhere = tuple(scene for place, scene in enumerate(rejected) if place not in twice)
    return Offered(scenes=found.scenes, elsewhere=elsewhere, folder=catalog.folder)


def looks_at(prediction: Prediction, offer: Offered, aoi: AreaOfInterest) -> Coverage:
    """Return the coverage of a prediction; what cannot be read counts as a look of unknown quality, with its reason.

    Parameters
    ----------
    prediction : Prediction
        What was to be expected.
    offer : Offered
        All acquisitions.
    aoi : AreaOfInterest
        Where.
    """
    faults = {scene.id: _ELSEWHERE for scene in offer.elsewhere}
    try:
        found = _coverage(prediction, offer, aoi, faults)
    except DataError:
        faults |= {scene.id: fault for scene in offer.scenes if (fault := _fault(prediction, scene, aoi))}
        found = _coverage(prediction, offer, aoi, faults)
    return replace(found, looks=tuple(_explained(look, offer, faults) for look in found.looks))


def _coverage(prediction: Prediction, offer: Offered, aoi: AreaOfInterest, faults: Mapping[str, str]) -> Coverage:
    scenes = [_blind(scene) if scene.id in faults else scene for scene in (*offer.scenes, *offer.elsewhere)]
    return coverage(prediction, scenes, aoi=aoi)


def _blind(scene: Scene) -> Scene:
    """Return the scene with its footprint and date only: whether the ground could be seen is not known."""
    return replace(scene, sensor=replace(scene.sensor, kind="unknown", quality=None))


def _fault(prediction: Prediction, scene: Scene, aoi: AreaOfInterest) -> str:
    try:
        coverage(prediction, [scene], aoi=aoi)
    except DataError as err:
        return f"the quality layer cannot be used: {err}"
    return ""


def _explained(look: Look, offer: Offered, faults: Mapping[str, str]) -> Look:
    reason = faults.get(look.scene_id, look.reason) if look.state is LookState.UNKNOWN else look.reason
    return replace(look, reason=offer.told(reason))


def unclear(looks: Sequence[Look]) -> str:
    """Name the looks of unknown quality, each with its reason; empty where there is none."""
    named = [f"{look.scene_id} ({look.reason})" for look in looks if look.state is LookState.UNKNOWN]
    return f"no two usable looks; of unknown quality are {'; '.join(named)}" if named else ""
