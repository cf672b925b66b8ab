"""One acquisition in several tiles: which scenes a satellite took in one pass."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import combinations

from osint_imagery.core.arguments import require_each
from osint_imagery.scenes.scene import Scene

__all__ = ["ACQUISITION_RULE", "acquisitions", "instrument", "is_other_level", "is_same_pass", "of_several_levels"]

_APART = timedelta(seconds=60)

ACQUISITION_RULE = (
    "scenes of one platform and sensor, of whatever level, are of one acquisition if their times, known to the minute, "
    "follow one another within 60 s, unless they state different orbits; one that states no platform or only a day "
    "stands alone"
)
_INSTRUMENTS = ("sentinel-1", "sentinel-2", "landsat")


def instrument(sensor: str) -> str:
    """Return what looked, of a sensor's key, whatever the level to which its data were processed.

    Examples
    --------
    >>> instrument("sentinel-2-l1c"), instrument("landsat-c2-l2"), instrument("geotiff")
    ('sentinel-2', 'landsat', 'geotiff')
    """
    return next((name for name in _INSTRUMENTS if sensor.startswith(f"{name}-")), sensor)


def is_other_level(sensor: str, other: str) -> bool:
    """Whether data of one instrument were processed to two levels, by the sensors' keys: they are no pair.

    Examples
    --------
    >>> is_other_level("sentinel-2-l1c", "sentinel-2-l2a"), is_other_level("landsat-c1-l1", "landsat-c2-l1")
    (True, False)
    """
    levels = sensor.rsplit("-", 1)[-1], other.rsplit("-", 1)[-1]
    return sensor != other and instrument(sensor) == instrument(other) and levels[0] != levels[1]


def of_several_levels(scenes: Iterable[Scene]) -> str:
    """Return the sensor keys where scenes of one instrument are processed to several levels; empty where not."""
    keys = sorted({scene.sensor.key for scene in scenes})
    return ", ".join(keys) if any(is_other_level(*both) for both in combinations(keys, 2)) else ""


def is_same_pass(scene: Scene, other: Scene) -> bool:
    """Whether a satellite took two scenes one after the other in the same pass (:data:`ACQUISITION_RULE`).

    Tiles of one Sentinel-2 datatake, rows of one Landsat path and slices of one Sentinel-1 pass are; the same satellite
    is over other ground, or back after days, at any other time.
    """
    if scene.platform is None or other.platform is None or scene.simulated != other.simulated:
        return False
    mine = scene.platform.lower(), instrument(scene.sensor.key)
    if mine != (other.platform.lower(), instrument(other.sensor.key)):
        return False
    orbits = {orbit for orbit in (scene.relative_orbit, other.relative_orbit) if orbit is not None}
    first, last = sorted((scene.acquired, other.acquired), key=lambda span: span.start)
    known = all(span.end - span.start <= _APART for span in (first, last))
    return known and len(orbits) < 2 and last.start - first.end <= _APART


def acquisitions(scenes: Iterable[Scene]) -> tuple[tuple[Scene, ...], ...]:
    """Group scenes by acquisition (:data:`ACQUISITION_RULE`).

    Parameters
    ----------
    scenes : iterable of Scene
        From :func:`osint_imagery.search`, for example.

    Returns
    -------
    tuple of tuple of Scene
        Acquisitions in order of time, each with its scenes in order of time.

    Raises
    ------
    InputTypeError
        If something else than a scene is among them.

    Examples
    --------
    >>> from osint_imagery.scenes.catalog import open_catalog
    >>> from osint_imagery.scenes.packaged import bundled
    >>> scenes = list(open_catalog(bundled("port/catalog.json")).scenes())
    >>> len(acquisitions(scenes)) == len(scenes)  # one tile each
    True
    """
    groups: list[list[Scene]] = []
    for scene in sorted(require_each(Scene, scenes=scenes), key=lambda s: (s.acquired.start, s.acquired.end, s.id)):
        own = next((group for group in reversed(groups) if any(is_same_pass(scene, one) for one in group)), None)
        if own is None:
            groups.append([scene])
        else:
            own.append(scene)
    return tuple(tuple(group) for group in groups)
