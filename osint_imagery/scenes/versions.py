"""One product an acquisition: of products of the same look at the same ground, one is used, by a stated rule."""

import re
from collections.abc import Sequence
from datetime import timedelta

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.scenes.scene import Scene

__all__ = ["RULE", "is_same_look", "surplus"]

RULE = (
    "of products of one acquisition (same platform, level and tile, same time to the second, the same part of the area "
    "of interest) the highest processing version is used; of equal versions the one processed last; then the last id"
)
_SAME = timedelta(seconds=1)
_PART = 0.01  # share of the area of interest by which footprints of one look may differ


def surplus(scenes: Sequence[Scene], aoi: AreaOfInterest) -> dict[int, str]:
    """Return the scenes that are not used because another product of the same acquisition is, and why.

    Parameters
    ----------
    scenes : sequence of Scene
        That meet the area and the dates.
    aoi : AreaOfInterest
        A product that shows ground which the better one does not is no surplus.

    Returns
    -------
    dict
        From a scene's place in the sequence to the reason.
    """
    found: dict[int, str] = {}
    order = sorted(range(len(scenes)), key=lambda i: (_rank(scenes[i]), -i), reverse=True)
    kept: list[int] = []
    for place in order:
        better = next((i for i in kept if is_same_look(scenes[place], scenes[i], aoi)), None)
        if better is None:
            kept.append(place)
        else:
            found[place] = _reason(scenes[place], scenes[better])
    return found


def _rank(scene: Scene) -> tuple[tuple[int, ...], float, str]:
    """Return what is compared: numbers of the processing version, time of processing, id."""
    version = tuple(int(number) for number in re.findall(r"\d+", scene.processing_version or ""))
    processed = scene.processed.end.timestamp() if scene.processed else float("-inf")
    return version, processed, scene.id


def is_same_look(scene: Scene, better: Scene, aoi: AreaOfInterest) -> bool:
    """Whether two products are of one acquisition, and the first shows nothing of the area that the second does not."""
    if scene.id == better.id and scene.platform == better.platform:
        return True
    known = scene.platform is not None and scene.tile is not None
    mine = (scene.platform or "").lower(), scene.sensor.key, scene.tile
    same = known and mine == ((better.platform or "").lower(), better.sensor.key, better.tile)
    starts = abs(scene.acquired.start - better.acquired.start) <= _SAME
    if not (same and starts and abs(scene.acquired.end - better.acquired.end) <= _SAME):
        return False
    only_here = scene.footprint.intersection(aoi.geometry).difference(better.footprint)
    return bool(only_here.area <= _PART * aoi.geometry.area)


def _reason(scene: Scene, better: Scene) -> str:
    if scene.id == better.id:
        same = "word for word" if scene.metadata == better.metadata else f"with other metadata; {_why(scene, better)}"
        return f"a scene with the same id was offered too, {same}"
    return f"the same acquisition as {better.id}; {_why(scene, better)}"


def _why(scene: Scene, better: Scene) -> str:
    mine, other = _rank(scene), _rank(better)
    if mine[0] != other[0]:
        return f"its processing version {scene.processing_version or 'not stated'} is below {better.processing_version}"
    if mine[1] != other[1]:
        return "it was processed earlier" if scene.processed else "when it was processed is not stated"
    return (
        "version and time of processing are equal, the later id is used"
        if mine[2] != other[2]
        else ("version and time of processing are equal, the first offer is used")
    )
