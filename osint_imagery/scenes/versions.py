"""One product of the same look at the same ground: of versions and of tiles that overlap, by a stated rule."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.scenes.acquisition import instrument, is_same_pass
from osint_imagery.scenes.scene import Scene

__all__ = ["RULE", "is_same_look", "surplus"]

RULE = (
    "of products of one acquisition, also of tiles that overlap, that show the same part of the area of interest, the "
    "highest level is used (surface reflectance before top of atmosphere, terrain-corrected radar before other), of "
    "one level the highest processing version, of equal ones the tile that comes last by name, then the one processed "
    "last, then the last id, then the first offered"
)
_HIGHEST = frozenset({"sentinel-2-l2a", "landsat-c2-l2", "sentinel-1-rtc"})
_SAME = timedelta(seconds=1)
_PART = 0.01  # share of the area of interest by which footprints of one look may differ

# What a provider's product id says of acquisition and processing. ESA, Sentinel-2 Products Specification Document
# (naming since December 2016); USGS, Landsat Collections product identifier; NASA/JPL OPERA, RTC-S1 specification.
_SENTINEL2 = re.compile(
    r"(S2[A-D])_MSIL(?:1C|2A)_(\d{8}T\d{6})_N(\d{2})(\d{2})_(R\d{3}_T\w{5})_(\d{8}T\d{6})(?:\.SAFE)?"
)
_LANDSAT = re.compile(r"(L[A-Z]\d{2})_L\d\w{2}_(\d{6}_\d{8})_(\d{8})_(\d{2})_(T1|T2|RT|A1|A2)")
_OPERA = re.compile(r"(OPERA_L2_RTC-S1_T\d{3}-\d{6}-\w{3}_\d{8}T\d{6}Z)_(\d{8}T\d{6})Z_(S1[A-D]_\d+)_v(\d+)\.(\d+)")
_TIERS = {"T1": 2, "A1": 2, "T2": 1, "A2": 1, "RT": 0}  # real-time data are replaced within weeks


@dataclass(frozen=True, slots=True)
class _Version:
    """An acquisition, where the product's id names it, and how far its processing has come; later is greater."""

    acquisition: str | None
    number: tuple[int, ...]
    processed: float
    tile: str


def surplus(scenes: Sequence[Scene], aoi: AreaOfInterest) -> dict[int, str]:
    """Return the scenes that are not used because another product of the same acquisition is, and why.

    Parameters
    ----------
    scenes : sequence of Scene
        That meet the area and the dates, in the catalogue's order.
    aoi : AreaOfInterest
        A product that shows ground which the better one does not is no surplus.

    Returns
    -------
    dict
        From a scene's place in the sequence to the reason.

    Examples
    --------
    >>> from osint_imagery.scenes.catalog import open_catalog
    >>> from osint_imagery.scenes.packaged import bundled
    >>> aoi = AreaOfInterest.from_point(-28.005, 45.007, radius_m=200)
    >>> surplus(list(open_catalog(bundled("port/catalog.json")).scenes()), aoi)
    {}
    """
    found: dict[int, str] = {}
    order = sorted(range(len(scenes)), key=lambda place: (*_rank(scenes[place]), -place), reverse=True)
    kept: list[int] = []
    for place in order:
        better = next((i for i in kept if is_same_look(scenes[place], scenes[i], aoi)), None)
        if better is None:
            kept.append(place)
        else:
            found[place] = _reason(scenes[place], scenes[better])
    return found


def is_same_look(scene: Scene, better: Scene, aoi: AreaOfInterest) -> bool:
    """Whether two products are of one acquisition, and the first shows nothing of the area that the second does not.

    Two products are of one acquisition if their ids of a documented form (Sentinel-2, Landsat, OPERA) say so, if
    platform, instrument, tile and time are stated and equal, or if they are different tiles of one pass
    (:func:`~osint_imagery.scenes.acquisition.is_same_pass`). Where none of it is known they are never taken for it.
    """
    if scene.id == better.id and scene.platform == better.platform:
        return True
    named = _version(scene).acquisition, _version(better).acquisition
    same = named[0] == named[1] if None not in named else _is_same_in_metadata(scene, better)
    if not same and not _is_other_tile(scene, better):
        return False
    only_here = scene.footprint.intersection(aoi.geometry).difference(better.footprint)
    return bool(only_here.area <= _PART * aoi.geometry.area)


def _is_other_tile(scene: Scene, better: Scene) -> bool:
    """Whether two products are tiles of one pass; without stated tiles it may be a stereo pair, which is two looks."""
    tiles = _version(scene).tile, _version(better).tile
    return "" not in tiles and tiles[0] != tiles[1] and is_same_pass(scene, better)


def _is_same_in_metadata(scene: Scene, better: Scene) -> bool:
    if scene.platform is None or scene.tile is None or better.platform is None:
        return False
    mine = scene.platform.lower(), instrument(scene.sensor.key), scene.tile
    if mine != (better.platform.lower(), instrument(better.sensor.key), better.tile):
        return False
    starts, ends = scene.acquired.start - better.acquired.start, scene.acquired.end - better.acquired.end
    return abs(starts) <= _SAME and abs(ends) <= _SAME


def _version(scene: Scene) -> _Version:
    """Return a product's version: as its id states it where it is of a documented form, else as its metadata do."""
    found = _SENTINEL2.fullmatch(scene.product_id)
    if found is not None:
        acquisition, number = f"{found[1]}_{found[2]}_{found[5]}", (int(found[3]), int(found[4]))
        return _Version(acquisition, number, _time(found[6]), found[5])
    found = _LANDSAT.fullmatch(scene.product_id)
    if found is not None:
        number, processed = (int(found[4]), _TIERS[found[5]]), _time(f"{found[3]}T000000")
        return _Version(f"{found[1]}_{found[2]}", number, processed, found[2])
    found = _OPERA.fullmatch(scene.product_id)
    if found is not None:
        return _Version(f"{found[1]}_{found[3]}", (int(found[4]), int(found[5])), _time(found[2]), found[1])
    numbers = tuple(int(number) for number in re.findall(r"\d+", scene.processing_version or ""))
    processed = scene.processed.end.timestamp() if scene.processed else -math.inf
    return _Version(None, numbers, processed, scene.tile or "")


def _time(stamp: str) -> float:
    """Return the seconds of a stamp in a product's id; what is no time comes before everything."""
    try:
        return datetime.strptime(stamp, "%Y%m%dT%H%M%S").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return -math.inf


def _rank(scene: Scene) -> tuple[bool, tuple[int, ...], str, float, str]:
    version = _version(scene)
    # by tile before time: every date the same tile
    return scene.sensor.key in _HIGHEST, version.number, version.tile, version.processed, scene.id


def _reason(scene: Scene, better: Scene) -> str:
    if scene.id == better.id:
        same = "word for word" if scene.metadata == better.metadata else f"with other metadata; {_why(scene, better)}"
        return f"a scene with the same id was offered too, {same}"
    if _rank(scene)[0] != _rank(better)[0]:
        levels = f"{better.sensor.level} goes before {scene.sensor.level}"
        return f"another level of the same acquisition, {better.id}, is used: {levels}"
    kind = "version" if _version(scene).tile == _version(better).tile else "tile"
    return f"another {kind} of the same acquisition, {better.id}, is used: {_why(scene, better)}"


def _why(scene: Scene, better: Scene) -> str:
    mine, other = _rank(scene)[1:], _rank(better)[1:]
    if mine[0] != other[0]:
        told = [".".join(f"{number:02d}" for number in numbers) or "not stated" for numbers in (mine[0], other[0])]
        return f"the processing version {told[0]} is below {told[1]}"
    if mine[1] != other[1]:
        return f"both tiles show this part of the area, {other[1]} comes after {mine[1] or 'one not stated'}"
    if mine[2] != other[2]:
        return "this one was processed earlier" if mine[2] > -math.inf else "when this one was processed is not stated"
    order = "the later id" if mine[3] != other[3] else "the first offer"
    return f"version and time of processing are equal, {order} is used"
