"""What tiles of one pass show together of an area that lies on their border."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.grid import Grid
from osint_imagery.observe.look import (
    Judged,
    Look,
    LookState,
    graded,
    inside_area,
    pixel_side,
    shown,
)
from osint_imagery.scenes.scene import Scene

__all__ = ["is_in_parts", "is_judged_with", "together"]

_JOINED = ", tiles of one pass, "
_AND = " and "
_LEFT_OUT = "; a comparison reads single tiles and leaves this date out"
_CELLS = 200  # on a side of the area, where no quality layer tells how fine to look


def together(
    looks: Sequence[Look], scenes: Sequence[Scene], aoi: AreaOfInterest, usable_at_least: float
) -> tuple[Look, ...]:
    """Return the looks of one acquisition, the one with the largest part in the state of all of them together.

    Parameters
    ----------
    looks : sequence of Look
        One a scene.
    scenes : sequence of Scene
        Of one acquisition (:data:`osint_imagery.scenes.acquisition.ACQUISITION_RULE`), in the same order.
    aoi : AreaOfInterest
        Where.
    usable_at_least : float
        Share of the area that they must show to be clear.

    Returns
    -------
    tuple of Look
        Unchanged where one scene alone is clear, or fewer than two show a part. A pixel is known to be usable where
        one tile shows it and no other calls it hidden; where they differ it stays open.

    Raises
    ------
    ReadError, ChecksumError
        If a quality layer is damaged or is not the promised file.

    Examples
    --------
    >>> from osint_imagery.observe.look import look_at
    >>> from osint_imagery.scenes.catalog import open_catalog
    >>> from osint_imagery.scenes.packaged import bundled
    >>> scene = next(open_catalog(bundled("port/catalog.json")).scenes())
    >>> aoi = AreaOfInterest.from_point(-28.005, 45.007, radius_m=200)
    >>> look = look_at(scene, aoi, 0.8)
    >>> together([look], [scene], aoi, 0.8) == (look,)  # one tile: nothing to join
    True
    """
    parts = [place for place, look in enumerate(looks) if look.state is not LookState.REJECTED]
    if len(parts) < 2 or any(look.state is LookState.CLEAR for look in looks):
        return tuple(looks)
    chosen = [scenes[place] for place in parts]
    lead = max(parts, key=lambda place: (looks[place].usable_fraction or 0.0, -place))
    state, _, told = _judged(chosen, aoi, usable_at_least)
    decides = state is LookState.CLEAR or (
        state is LookState.UNKNOWN and all(look.state is not LookState.UNKNOWN for look in looks)
    )
    names = _AND.join(scene.id for scene in chosen)
    reason = f"{names}{_JOINED}{told}; {looks[lead].scene_id} alone: {looks[lead].reason}"
    if decides:
        reason += _LEFT_OUT
    own = replace(looks[lead], state=state if decides else looks[lead].state, reason=reason, in_parts=decides)
    return tuple(own if place == lead else look for place, look in enumerate(looks))


def is_in_parts(reason: str) -> bool:
    """Whether a look, of whose record only the words are left, was one that several tiles make together."""
    return _LEFT_OUT in reason


def is_judged_with(reason: str, scene_id: str) -> bool:
    """Whether the words of a look say that a scene was counted together with it."""
    names, joined, _ = reason.partition(_JOINED)
    return bool(joined) and scene_id in names.split(_AND)


def _judged(scenes: Sequence[Scene], aoi: AreaOfInterest, needed: float) -> Judged:
    grid = Grid.over(aoi, resolution_m=_side(scenes, aoi))
    layers = [shown(scene, grid) for scene in scenes]
    surely, perhaps, hidden = (np.logical_or.reduce(kind) for kind in zip(*layers, strict=True))
    inside = inside_area(grid, aoi)
    low, high = float((surely & ~hidden)[inside].mean()), float(perhaps[inside].mean())
    if low < needed <= high:
        return LookState.UNKNOWN, None, f"show between {low:.0%} and {high:.0%} of the area together: the rest is open"
    return graded(low, needed, f"show {low:.0%} of the area together")


def _side(scenes: Sequence[Scene], aoi: AreaOfInterest) -> float:
    """Return the pixel side for counting, m: of the finest quality layer."""
    sizes = [size for scene in scenes if scene.quality_asset and (size := pixel_side(scene)) is not None]
    return min(sizes, default=math.sqrt(aoi.area_m2) / _CELLS)
