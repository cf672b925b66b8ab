"""Windows of a scene as its files store them, for work that goes through a scene block by block."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from osint_imagery.core.errors import BandError, GridMismatchError
from osint_imagery.core.flags import UNUSABLE
from osint_imagery.core.grid import Grid
from osint_imagery.scenes.acquisition import of_several_levels
from osint_imagery.scenes.baseline import require_one_scale
from osint_imagery.scenes.checking import checked_digest, there
from osint_imagery.scenes.raster import differs, inspect, read_stored
from osint_imagery.scenes.reading import read_quality
from osint_imagery.scenes.scene import Asset, Scene
from osint_imagery.scenes.warping import part_at

__all__ = ["Stack", "digested", "inputs_of", "require_measurable", "shared_bands", "stored_blocks"]


def shared_bands(scenes: Sequence[Scene]) -> tuple[str, ...]:
    """Return the bands that all scenes have in one unit, without those much coarser than the finest.

    Raises
    ------
    BandError
        If they share none, one is a picture, in which nothing can be measured, or two levels of one instrument, or
        digital numbers with and without Sentinel-2's additive offset, would be compared.
    """
    require_measurable(scenes)
    require_one_scale(scenes)
    if levels := of_several_levels(scenes):
        msg = f"scenes {', '.join(scene.id for scene in scenes[:2])} are of {levels}; compare two dates of one level"
        raise BandError(msg)
    shared = [band for band in scenes[0].comparable_bands if all(band in scene.bands for scene in scenes[1:])]
    sizes = {band: max(scene.asset_for(band).gsd_m or 0 for scene in scenes) for band in shared}
    finest = min((size for size in sizes.values() if size), default=0)
    kept = tuple(band for band in shared if not finest or not sizes[band] or sizes[band] <= 2 * finest)
    if not kept:
        msg = f"scenes {', '.join(scene.id for scene in scenes[:2])} share no band; compare one sensor with itself"
        raise BandError(msg)
    return kept


def require_measurable(scenes: Sequence[Scene]) -> None:
    """Refuse pictures that a person placed: nothing in them can be measured.

    Raises
    ------
    BandError
        If one of the scenes is such a picture.
    """
    pictures = ", ".join(scene.id for scene in scenes if not scene.is_measurable)
    if pictures:
        msg = f"scenes {pictures} are pictures placed by control points: not measurable; look at them, compare others"
        raise BandError(msg)


def digested(scene: Scene, bands: tuple[str, ...]) -> Scene:
    """Return the scene with the digests of the files that these bands need, computed and compared with the promised.

    Whoever reads windows of it afterwards, in whatever process, need not read whole files for a digest again.

    Raises
    ------
    MissingAssetError, ReadError, ChecksumError, BandError
        If a file is missing, short, or another one than promised, or a band is missing.
    """
    require_measurable((scene,))
    wanted = {scene.asset_for(band).key for band in bands}
    if scene.quality_asset is not None:
        wanted.add(scene.quality_asset.key)
    assets = tuple(
        replace(asset, digest=checked_digest(asset)) if asset.key in wanted else asset for asset in scene.assets
    )
    return replace(scene, assets=assets)


def inputs_of(scene: Scene, bands: tuple[str, ...]) -> tuple[str, ...]:
    """Return the digests of the files that these bands and the quality layer are read from."""
    layers = [*(scene.asset_for(band) for band in bands), scene.quality_asset]
    return tuple(dict.fromkeys(layer.digest for layer in layers if layer is not None and layer.digest))


def stored_blocks(scene: Scene, band: str) -> tuple[int, int]:
    """Return the rows and columns that the band's file stores, and so decodes, together."""
    return inspect(there(scene.asset_for(band))).block


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """Bands of a scene that lie on one grid: a description small enough to send to another process.

    Parameters
    ----------
    scene : Scene
        With digests (:func:`digested`), so that reading a window never reads a whole file.
    bands : tuple of str
        Common names, in the order wanted.
    grid : Grid
        On which all of them are stored.
    """

    scene: Scene
    bands: tuple[str, ...]
    grid: Grid

    @classmethod
    def of(cls, scene: Scene, bands: tuple[str, ...]) -> "Stack":
        """Describe bands of a scene.

        Raises
        ------
        BandError, MissingAssetError, ReadError
            If a band or its file is missing, or has no place.
        GridMismatchError
            If the bands are stored on different grids.
        """
        if not bands:
            msg = f"bands={bands!r} of scene {scene.id}; name at least one, it has {', '.join(scene.bands)}"
            raise BandError(msg)
        assets = [scene.asset_for(band) for band in bands]
        grids = {asset.placed or inspect(there(asset)).grid for asset in assets}
        grid = grids.pop()
        if grids or grid is None:
            msg = f"bands={bands!r} of scene {scene.id} are not all stored on one grid; choose bands that are"
            raise GridMismatchError(msg)
        return cls(scene=scene, bands=bands, grid=grid)

    def read(self, row: int, column: int, shape: tuple[int, int]) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """Return a window as stored, (band, y, x), and where every band was measured and no flag forbids its use.

        Raises
        ------
        ReadError, MissingAssetError
            If it cannot be read in full.
        """
        planes: dict[str, NDArray[Any]] = {}
        usable = np.ones(shape, dtype=bool)
        for asset in dict.fromkeys(self.scene.asset_for(band) for band in self.bands):
            names = [band for band in self.bands if self.scene.asset_for(band) is asset]
            indexes = tuple(asset.bands.index(name) + 1 for name in names)
            found = read_stored(there(asset), indexes, (row, row + shape[0]), (column, column + shape[1]))
            for name, stored in zip(names, found, strict=True):
                planes[name] = stored.values
                usable &= stored.inside
                self._leave_out_reserved(usable, stored.values, asset)
        flags = read_quality(self.scene, part_at(self.grid, row, column, shape), check=False)
        if flags is not None:
            usable &= (flags & int(UNUSABLE)) == 0
        return np.stack([planes[band] for band in self.bands]), usable

    def _leave_out_reserved(self, usable: NDArray[np.bool_], values: NDArray[Any], asset: Asset) -> None:
        """Mark as not usable what is no measurement: fill values, saturated ones, what is no number."""
        if values.dtype.kind == "f":
            usable &= np.isfinite(values)
            reserved = [asset.nodata]
        else:
            reserved = [asset.nodata, self.scene.sensor.fill, self.scene.sensor.saturated]
        for value in reserved:
            if value is not None:
                usable &= differs(values, value)
