"""One look: what one acquisition shows of an area, from metadata and quality layers only."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import shapely
from numpy.typing import NDArray

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.errors import MissingAssetError, OutsideFootprintError
from osint_imagery.core.flags import UNUSABLE, Flag
from osint_imagery.core.grid import Grid
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.scenes.reading import read_quality
from osint_imagery.scenes.scene import Scene

__all__ = ["USABLE_AT_LEAST", "Look", "LookState", "graded", "inside_area", "look_at", "pixel_side", "shown", "shows"]

USABLE_AT_LEAST = 0.8
"""Share of the area that a look has to show to count, where nothing else is asked for."""

_SHOWS = {
    "optical": "shows color and brightness by daylight under a clear sky; nothing under cloud, roof or cover",
    "radar": (
        "shows where backscatter changed (metal, edges, roughness, water), by night and through cloud; not what it is,"
        " and nothing in layover or radar shadow"
    ),
}
_SHOWS_UNKNOWN = "of a kind that nobody states: what it can show is not known"


def shows(kind: str) -> str:
    """Return what a kind of sensor can and cannot show, in words.

    Examples
    --------
    >>> shows("radar")[:35]
    'shows where backscatter changed (me'
    """
    return _SHOWS.get(kind, _SHOWS_UNKNOWN)


class LookState(StrEnum):
    """What one acquisition can contribute over the area itself."""

    CLEAR = "clear"
    PARTLY = "partly clear"
    UNUSABLE = "unusable"
    UNKNOWN = "unknown"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One acquisition over the area of interest.

    Parameters
    ----------
    scene_id : str
        The scene.
    acquired : TimeSpan
        When, UTC; a whole day where only the day is known.
    usable_fraction : float or None
        Share of the area that could be seen, 0 to 1, from the quality layer over the area itself and the
        footprint; None where nobody can say.
    state : LookState
        Whether that is enough.
    reason : str
        Why, in words.
    sensor : str
        Sensor key.
    sun_elevation_deg : float or None
        Height of the sun, degrees.
    view_zenith_deg : float or None
        How far from straight down the sensor looked, degrees.
    kind : str
        ``"optical"``, ``"radar"`` or ``"unknown"``; see :func:`shows` for what each can and cannot show.
    acquisition : str
        Id of the first scene of the pass in which this one was taken; empty where nobody compared. Tiles of one pass
        are one look.
    in_parts : bool
        Whether this scene alone shows too little, and only the tiles of its pass together decide. Such a look counts
        with the state of the pass; `usable_fraction` is that of this scene, and no comparison reads it as a date.
    """

    scene_id: str
    acquired: TimeSpan
    usable_fraction: float | None
    state: LookState
    reason: str
    sensor: str
    sun_elevation_deg: float | None
    view_zenith_deg: float | None = None
    kind: str = "unknown"
    acquisition: str = ""
    in_parts: bool = False


Judged = tuple[LookState, float | None, str]


def look_at(scene: Scene, aoi: AreaOfInterest, usable_at_least: float) -> Look:
    """Return what one scene shows of an area, from its footprint, the sun and its quality layer.

    Parameters
    ----------
    scene : Scene
        The acquisition.
    aoi : AreaOfInterest
        Where.
    usable_at_least : float
        Share of the area that it must show to be clear.

    Returns
    -------
    Look
        UNKNOWN, with the reason, where nothing says whether the ground could be seen.

    Raises
    ------
    ReadError, ChecksumError
        If the quality layer is damaged or is not the promised file.
    """
    state, fraction, reason = _judge(scene, aoi, usable_at_least)
    return Look(
        scene_id=scene.id,
        acquired=scene.acquired,
        usable_fraction=fraction,
        state=state,
        reason=reason,
        sensor=scene.sensor.key,
        sun_elevation_deg=scene.sun_elevation_deg,
        view_zenith_deg=scene.view_zenith_deg,
        kind=scene.sensor.kind,
    )


def _judge(scene: Scene, aoi: AreaOfInterest, needed: float) -> Judged:
    if not scene.footprint.intersects(aoi.geometry):
        return LookState.REJECTED, 0.0, "the area lies outside the scene's footprint"
    if _is_night(scene):
        return (
            LookState.UNUSABLE,
            0.0,
            f"night: the sun is {-(scene.sun_elevation_deg or 0):.0f} degrees below the horizon",
        )
    return _by_quality(scene, aoi, needed)


def _is_night(scene: Scene) -> bool:
    return scene.sensor.kind != "radar" and scene.sun_elevation_deg is not None and scene.sun_elevation_deg <= 0


def pixel_side(scene: Scene) -> float | None:
    """Return the pixel side on which a scene is judged, m: that of its quality layer, else of its bands."""
    asset = scene.quality_asset
    return (asset.gsd_m if asset else None) or scene.gsd_m


def _by_quality(scene: Scene, aoi: AreaOfInterest, needed: float) -> Judged:
    size = pixel_side(scene)
    if scene.quality_asset is None or size is None:
        return _without_quality(scene, aoi, needed)
    grid = Grid.over(aoi, resolution_m=size)
    try:
        flags = read_quality(scene, grid)
    except OutsideFootprintError:
        return LookState.REJECTED, 0.0, "the area lies outside the scene's pixels"
    except MissingAssetError as err:
        return LookState.UNKNOWN, None, f"the quality layer is not at hand: {err}"
    if flags is None:
        return _without_quality(scene, aoi, needed)
    return _from_flags(flags, inside_area(grid, aoi), _within(grid, scene), needed)


def _without_quality(scene: Scene, aoi: AreaOfInterest, needed: float) -> Judged:
    """Judge by the footprint alone; cloud cannot be told from it."""
    covered = float(scene.footprint.intersection(aoi.geometry).area / aoi.geometry.area)
    if covered < needed:
        return graded(covered, needed, f"the footprint covers {covered:.0%} of the area")
    if scene.sensor.kind == "radar":
        return LookState.CLEAR, covered, f"radar sees through cloud; the footprint covers {covered:.0%} of the area"
    return LookState.UNKNOWN, None, "the scene has no quality layer: nobody can say whether cloud lay over the area"


def inside_area(grid: Grid, aoi: AreaOfInterest) -> NDArray[np.bool_]:
    """Return the area's pixels; all that touch it where it is too small to hold a pixel's center."""
    inside = grid.inside(aoi)
    return inside if inside.any() else np.ones(grid.shape, dtype=bool)


def _within(grid: Grid, scene: Scene) -> NDArray[np.bool_]:
    """Return whether each pixel's center lies inside the scene's footprint."""
    rows, columns = np.indices(grid.shape)
    lon, lat = grid.lonlat(rows, columns)
    return np.asarray(shapely.contains_xy(scene.footprint, lon, lat), dtype=bool)


def shown(scene: Scene, grid: Grid) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which pixels a scene surely shows, which it may show, and which it measured and calls hidden, (y, x).

    Raises
    ------
    ReadError, ChecksumError
        If the quality layer is damaged or is not the promised file.
    """
    within = _within(grid, scene)
    nowhere = np.zeros(grid.shape, dtype=bool)
    if _is_night(scene):
        return nowhere, nowhere, within
    try:
        flags = read_quality(scene, grid)
    except OutsideFootprintError:
        return nowhere, nowhere, nowhere
    except MissingAssetError:
        return nowhere, within, nowhere
    if flags is None:
        return within if scene.sensor.kind == "radar" else nowhere, within, nowhere
    usable = (flags & int(UNUSABLE)) == 0
    known = (flags & int(Flag.QUALITY_UNKNOWN)) == 0
    measured = (flags & int(Flag.NO_DATA)) == 0
    return within & usable & known, within & usable, within & measured & ~usable


def _from_flags(
    flags: NDArray[np.uint16], inside: NDArray[np.bool_], within: NDArray[np.bool_], needed: float
) -> Judged:
    """Judge by the quality layer over the area; what the layer leaves open stays open."""
    seen = within & ((flags & int(UNUSABLE)) == 0)
    known = seen & ((flags & int(Flag.QUALITY_UNKNOWN)) == 0)
    low, high = float(known[inside].mean()), float(seen[inside].mean())
    if low < needed <= high:
        share = f"between {low:.0%} and {high:.0%}"
        return LookState.UNKNOWN, None, f"{share} of the area is usable: the quality layer leaves the rest open"
    return graded(low, needed, _why(flags, inside, within, low))


def graded(fraction: float, needed: float, reason: str) -> Judged:
    """Return the state of a share of the area that is known to be usable."""
    if fraction >= needed:
        return LookState.CLEAR, fraction, reason
    return (LookState.PARTLY if fraction > 0 else LookState.UNUSABLE), fraction, reason


def _why(flags: NDArray[np.uint16], inside: NDArray[np.bool_], within: NDArray[np.bool_], usable: float) -> str:
    """Name what hides the area, largest share first."""
    causes = []
    for flag in Flag:
        share = float(((flags & int(flag)) != 0)[inside].mean()) if flag in UNUSABLE else 0.0
        if share > 0:
            causes.append((share, str(flag.name).lower().replace("_", " ")))
    beyond = float((~within & ((flags & int(Flag.NO_DATA)) == 0))[inside].mean())
    if beyond > 0:
        causes.append((beyond, "outside the footprint"))
    open_ = within & ((flags & int(UNUSABLE)) == 0) & ((flags & int(Flag.QUALITY_UNKNOWN)) != 0)
    if open_[inside].any():
        causes.append((float(open_[inside].mean()), "left open by the quality layer"))
    words = ", ".join(f"{name} {share:.0%}" for share, name in sorted(causes, reverse=True))
    return f"{usable:.0%} of the area is usable" + (f" ({words})" if words else "")
