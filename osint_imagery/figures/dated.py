"""The dates of a contact sheet: read where they are scenes, in order of time, each with what of it was usable."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.arguments import require, require_each
from osint_imagery.core.errors import GridMismatchError, InputError, OutsideFootprintError
from osint_imagery.core.flags import UNUSABLE, Flag, describe
from osint_imagery.core.grid import Grid
from osint_imagery.core.image import Image
from osint_imagery.figures.stretch import composite_of
from osint_imagery.scenes.reading import read
from osint_imagery.scenes.scene import Scene
from osint_imagery.scenes.streaming import shared_bands

__all__ = ["Dated", "dated", "share_words"]

_MARGIN = 0.5  # ground read around the area, in its longer sides
_NAMED = 2  # reasons named for a date


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dated:
    """The images of a contact sheet, earliest first, and what of each is asked about, (y, x)."""

    images: tuple[Image, ...]
    inside: NDArray[np.bool_]
    aoi: AreaOfInterest | None

    def state(self, image: Image) -> str:
        """Return in words what of the place was usable on a date, and why the rest was not."""
        usable = float(image.valid[self.inside].mean())
        flags = image.flags[self.inside]
        shares = {flag: float((flags & int(flag) != 0).mean()) for flag in Flag if flag & UNUSABLE}
        strongest = sorted((flag for flag in shares if shares[flag] > 0), key=lambda flag: -shares[flag])[:_NAMED]
        why = ", ".join(f"{describe(flag)} {share_words(shares[flag])}" for flag in strongest)
        unknown = float((flags & int(Flag.QUALITY_UNKNOWN) != 0).mean())
        said = f"usable {share_words(usable)}" if usable else "NOT USABLE"
        doubt = f"; clouds unknown{'' if unknown == 1 else f' on {share_words(unknown)}'}" if unknown else ""
        return f"{said}{f': {why}' if why else ''}{doubt}"


def share_words(share: float) -> str:
    """Return a share in percent that is never rounded to none or all.

    Examples
    --------
    >>> share_words(0.998), share_words(0.001), share_words(1.0), share_words(0.426)
    ('above 99%', 'below 1%', '100%', '43%')
    """
    if 0 < share < 0.01:
        return "below 1%"
    return "above 99%" if 0.99 < share < 1 else f"{share:.0%}"


def dated(items: Sequence[Image | Scene], aoi: AreaOfInterest | None, bands: Sequence[str] | None) -> Dated:
    """Return the dates of a contact sheet.

    Raises
    ------
    InputError
        If there is none, one has no date, or units differ.
    GridMismatchError
        If images lie on different grids.
    """
    require(AreaOfInterest | None, aoi=aoi)
    given = require_each(object, images=items)
    for index, item in enumerate(given):
        require(Image | Scene, **{f"images[{index}]": item})
    images = [item for item in given if isinstance(item, Image)]
    scenes = [item for item in given if isinstance(item, Scene)]
    images += _read(scenes, images, aoi, bands)
    if not images:
        msg = "images=() is empty; give the dates to show, usable or not"
        raise InputError(msg)
    _require_alike(images)
    first = images[0]
    whole = np.ones(first.shape, dtype=bool)
    inside = first.grid.inside(aoi) if aoi is not None and first.grid is not None else whole
    if not inside.any():
        msg = f"aoi={aoi!r} lies outside the images; give the area that they show"
        raise OutsideFootprintError(msg)
    ordered = sorted(images, key=_moment)
    return Dated(images=tuple(ordered), inside=inside, aoi=aoi)


def _moment(image: Image) -> tuple[datetime, str]:
    when = image.acquired.start if image.acquired else datetime.max.replace(tzinfo=UTC)
    return when, image.scene_id or ""


def _require_alike(images: Sequence[Image]) -> None:
    first = images[0]
    for index, image in enumerate(images):
        if image.acquired is None:
            msg = f"images[{index}]={image!r} has no date; a contact sheet is in order of time, state acquired=..."
            raise InputError(msg)
        if image.grid != first.grid or image.shape != first.shape:
            msg = f"images[{index}] is on {image.grid} {image.shape}, another than the first; read all on one grid"
            raise GridMismatchError(msg)
        if image.unit != first.unit:
            msg = f"images[{index}] is in {image.unit!r}, the first in {first.unit!r}; one stretch needs one unit"
            raise InputError(msg)


def _read(
    scenes: Sequence[Scene], images: Sequence[Image], aoi: AreaOfInterest | None, bands: Sequence[str] | None
) -> list[Image]:
    """Read scenes on the grid of the images, else on one over the area; one that does not reach it has no pixels."""
    if not scenes:
        return []
    if aoi is None:
        msg = "aoi=None, but scenes are given; name the place that they shall be clipped to"
        raise InputError(msg)
    known = shared_bands(scenes)
    chosen, _ = composite_of([band for band in known if all(band in image.bands for image in images)], bands)
    grid = images[0].grid if images else _grid_over(scenes, aoi, chosen)
    if grid is None:
        msg = "images without a place cannot stand beside scenes; give Image.from_array(..., grid=...)"
        raise GridMismatchError(msg)
    found: list[Image] = []
    missed: list[Scene] = []
    for scene in scenes:
        try:
            found.append(read(scene, grid, chosen))
        except OutsideFootprintError:
            missed.append(scene)
    unit = next((image.unit for image in (*images, *found)), "DN")
    return [*found, *(_unseen(scene, grid, chosen, unit) for scene in missed)]


def _grid_over(scenes: Sequence[Scene], aoi: AreaOfInterest, bands: Sequence[str]) -> Grid:
    left, bottom, right, top = aoi.in_crs(aoi.local_crs).bounds
    sides = [scene.asset_for(band).gsd_m or scene.gsd_m or 10.0 for scene in scenes for band in bands]
    return Grid.over(aoi, resolution_m=max(sides), margin_m=_MARGIN * max(right - left, top - bottom))


def _unseen(scene: Scene, grid: Grid, bands: Sequence[str], unit: str) -> Image:
    """Return an image without a pixel, for a scene that does not reach the area."""
    blank = np.full((len(bands), *grid.shape), np.nan, dtype=np.float32)
    image = Image.from_array(blank, bands=bands, grid=grid, acquired=scene.acquired, sensor=scene.sensor.key, unit=unit)
    flags = np.full(grid.shape, int(Flag.NO_DATA), dtype=np.uint16)
    return replace(image, flags=flags, scene_id=scene.id, credit=scene.credit, license=scene.license)
