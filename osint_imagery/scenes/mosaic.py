"""One acquisition that came in several tiles, on one grid, with the scene that each pixel comes from."""

import warnings
from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from osint_imagery.core.arguments import require, require_each
from osint_imagery.core.errors import GridMismatchError, InputError, OutsideFootprintError, TilesDisagreeWarning
from osint_imagery.core.flags import Flag
from osint_imagery.core.grid import Grid
from osint_imagery.core.image import Image, freeze
from osint_imagery.core.lineage import Lineage, Step, digest_array
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.scenes.acquisition import ACQUISITION_RULE, acquisitions, of_several_levels
from osint_imagery.scenes.overlapping import Overlap, overlaps_of
from osint_imagery.scenes.reading import native_grid
from osint_imagery.scenes.scene import Scene
from osint_imagery.scenes.series import read_stack

__all__ = ["ORDER", "Mosaic", "read_acquisition"]

ORDER = (
    "each pixel comes whole from the first scene that measured it: scenes stored in the grid's CRS come first, then "
    "those whose footprint shows more of the grid, then by id"
)
_VERSION = "1"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mosaic:
    """One acquisition on a grid, and which scene each of its pixels comes from.

    Parameters
    ----------
    image : Image
        The pixels; its id joins those of the scenes, its time covers theirs.
    source : ndarray of int16, (y, x)
        Place in `scene_ids`; -1 where no scene measured anything.
    scene_ids : tuple of str
        In the order in which they were asked (:data:`ORDER`).
    overlaps : tuple of Overlap
        How far scenes agree where two measured the same pixels.
    left_out : tuple of str
        Ids of scenes of the acquisition whose footprint does not meet the grid.
    """

    image: Image
    source: NDArray[np.int16]
    scene_ids: tuple[str, ...]
    overlaps: tuple[Overlap, ...]
    left_out: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.source.shape != self.image.shape:
            msg = f"source has shape {self.source.shape}, the pixels {self.image.shape}; they must agree"
            raise GridMismatchError(msg)
        object.__setattr__(self, "source", freeze(np.array(self.source, dtype=np.int16)))

    def scenes_under(self, where: NDArray[np.bool_]) -> tuple[str, ...]:
        """Return the ids of the scenes that some pixels come from: what a detection there has to cite.

        Parameters
        ----------
        where : ndarray of bool, (y, x)
            True for the pixels that are meant.

        Raises
        ------
        GridMismatchError
            If it has another shape than the image.
        """
        require(np.ndarray, where=where)
        if where.shape != self.image.shape:
            msg = f"where has shape {where.shape}, the pixels {self.image.shape}; they must agree"
            raise GridMismatchError(msg)
        found = np.unique(self.source[where.astype(bool)])
        return tuple(self.scene_ids[index] for index in found if index >= 0)

    def __repr__(self) -> str:
        shares = ", ".join(
            f"{name} {float((self.source == index).mean()):.0%}" for index, name in enumerate(self.scene_ids)
        )
        apart = sum(overlap.disagrees for overlap in self.overlaps)
        return f"Mosaic({shares}; {len(self.overlaps)} overlaps, {apart} disagree)"


def read_acquisition(
    scenes: Iterable[Scene],
    grid: Grid,
    bands: tuple[str, ...] | None = None,
    *,
    quality: bool = True,
    check: bool = True,
    executor: Executor | None = None,
) -> Mosaic:
    """Read the tiles of one acquisition onto one grid.

    Parameters
    ----------
    scenes : iterable of Scene
        Of one acquisition (:data:`osint_imagery.scenes.acquisition.ACQUISITION_RULE`); a group that
        :func:`osint_imagery.scenes.acquisition.acquisitions` made, for example. Tiles may be in different UTM zones.
    grid : Grid
        Where each pixel has to lie.
    bands : tuple of str, optional
        Common names, in the wanted order; default: all that every scene has.
    quality, check, executor
        As for :func:`osint_imagery.read_stack`.

    Returns
    -------
    Mosaic
        Pixels that no scene measured carry ``NO_DATA``. Flags are those of the scene that a pixel comes from: another
        tile's clear sky does not take a cloud away.

    Raises
    ------
    InputError
        If there is no scene, or they are of several acquisitions or levels.
    BandError
        If bands or units differ between scenes.
    OutsideFootprintError
        If no scene's footprint meets the grid.
    ChecksumError, MissingAssetError, ReadError
        If any scene whose footprint meets the grid cannot be read: a tile that failed is never a hole.

    Warns
    -----
    TilesDisagreeWarning
        If two scenes differ where both measured: another offset, or another processing.

    Examples
    --------
    >>> from osint_imagery.scenes.catalog import open_catalog
    >>> from osint_imagery.scenes.packaged import bundled
    >>> from osint_imagery.scenes.reading import native_grid
    >>> scene = next(open_catalog(bundled("port/catalog.json")).scenes())
    >>> mosaic = read_acquisition([scene], native_grid(scene, "red"), ("red", "nir"))
    >>> mosaic.scene_ids == (scene.id,), mosaic.left_out
    (True, ())
    """
    every = require_each(Scene, scenes=scenes)
    require(Grid, grid=grid)
    _check_one(every)
    meeting = [scene for scene in every if scene.footprint.intersects(grid.footprint)]
    if not meeting:
        msg = f"grid={grid!r} does not meet {', '.join(scene.id for scene in every)}; choose a grid over the footprints"
        raise OutsideFootprintError(msg)
    ordered = _ordered(meeting, grid, bands)
    stack = read_stack(ordered, grid, bands, quality=quality, check=check, executor=executor)
    by_id = {image.scene_id: image for image in stack}
    images = [by_id[scene.id] for scene in ordered]
    overlaps = overlaps_of(images, [scene.processing_version for scene in ordered])
    apart = "; ".join(overlap.told for overlap in overlaps if overlap.disagrees)
    if apart:
        warnings.warn(f"tiles of one acquisition disagree: {apart}", TilesDisagreeWarning, stacklevel=2)
    source = _source(images)
    return Mosaic(
        image=_joined(images, source, overlaps),
        source=source,
        scene_ids=tuple(scene.id for scene in ordered),
        overlaps=overlaps,
        left_out=tuple(scene.id for scene in every if scene not in meeting),
    )


def _check_one(scenes: Sequence[Scene]) -> None:
    """Refuse what is not one acquisition."""
    groups = acquisitions(scenes)
    if len(groups) != 1:
        named = "; ".join(", ".join(scene.id for scene in group) for group in groups[:3]) or "none"
        msg = f"scenes are of {len(groups)} acquisitions ({named}); give those of one: {ACQUISITION_RULE}"
        raise InputError(msg)
    levels = of_several_levels(scenes)
    if levels:
        msg = f"scenes are of one acquisition at several levels ({levels}), whose pixels do not mix; give those of one"
        raise InputError(msg)
    names = [scene.id for scene in scenes]
    if len(set(names)) != len(names):
        msg = f"scenes={names!r} names one scene twice; give each once"
        raise InputError(msg)


def _ordered(scenes: Sequence[Scene], grid: Grid, bands: tuple[str, ...] | None) -> list[Scene]:
    """Return the scenes in the order in which they are asked for a pixel."""
    outline = grid.footprint

    def rank(scene: Scene) -> tuple[bool, float, str]:
        band = (bands or scene.bands)[0] if bands or scene.bands else ""
        away = native_grid(scene, band).crs != grid.crs
        return away, -float(scene.footprint.intersection(outline).area), scene.id

    return sorted(scenes, key=rank)


def _source(images: Sequence[Image]) -> NDArray[np.int16]:
    source = np.full(images[0].shape, -1, dtype=np.int16)
    for index, image in enumerate(images):
        source[(source < 0) & ((image.flags & int(Flag.NO_DATA)) == 0)] = index
    return source


def _joined(images: Sequence[Image], source: NDArray[np.int16], overlaps: tuple[Overlap, ...]) -> Image:
    """Return the pixels of all images, each from its source."""
    first = images[0]
    values, flags, valid = first.values.copy(), first.flags.copy(), first.valid.copy()
    for index, image in enumerate(images[1:], start=1):
        own = source == index
        values[:, own], flags[own], valid[own] = image.values[:, own], image.flags[own], image.valid[own]
    names = [image.scene_id or "" for image in images]
    spans = [image.acquired for image in images if image.acquired is not None]
    counts = (f"{name} {int((source == index).sum())}" for index, name in enumerate(names))
    lineage = Lineage()
    for image in images:
        lineage = lineage.merged(image.lineage)
    step = Step(
        name="mosaic",
        version=_VERSION,
        parameters=(
            ("order", ORDER),
            ("pixels", "; ".join(counts)),
            ("source", digest_array(source)),
            ("overlaps", "; ".join(overlap.told for overlap in overlaps) or "none"),
        ),
        inputs=tuple(image.digest for image in images),
        outputs=(digest_array(values),),
    )
    viewing = {image.viewing for image in images}
    return replace(
        first,
        values=values,
        flags=flags,
        valid=valid,
        acquired=TimeSpan(min(span.start for span in spans), max(span.end for span in spans)),
        scene_id=" + ".join(names),
        credit=_distinct(image.credit for image in images),
        license=_distinct(image.license for image in images),
        viewing=viewing.pop() if len(viewing) == 1 else None,  # angles differ: none holds for all
        lineage=lineage.then(step),
    )


def _distinct(texts: Iterable[str | None]) -> str | None:
    return "; ".join(dict.fromkeys(text for text in texts if text)) or None
