"""Pixels of a scene on a grid, with scale and offset from the scene's own metadata."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.arguments import require, require_each
from osint_imagery.core.errors import BandError, ReadError
from osint_imagery.core.flags import UNUSABLE, Flag
from osint_imagery.core.grid import Grid
from osint_imagery.core.image import Image
from osint_imagery.core.lineage import Lineage, Step
from osint_imagery.scenes.baseline import check_offset
from osint_imagery.scenes.checking import compared, digest_for_reading, there
from osint_imagery.scenes.quality import PLANES, decode, packed
from osint_imagery.scenes.raster import differs, inspect
from osint_imagery.scenes.scene import Asset, Scene
from osint_imagery.scenes.warping import Native, part_under, read_native, warp_flags, warp_values

__all__ = ["native_grid", "read", "read_quality", "read_window"]

_VERSION = "2"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Plane:
    """One band on the grid, and what was done to get it."""

    values: NDArray[np.float32]
    flags: NDArray[np.uint16]
    parameters: tuple[tuple[str, str], ...]


def read(
    scene: Scene, grid: Grid, bands: tuple[str, ...] | None = None, *, quality: bool = True, check: bool = True
) -> Image:
    """Read bands of a scene onto a grid.

    Parameters
    ----------
    scene : Scene
        What to read.
    grid : Grid
        Where each pixel has to lie. Parts beyond the scene become ``NO_DATA``.
    bands : tuple of str, optional
        Common names, in the wanted order; default: all bands of the scene.
    quality : bool
        Decode the provider's quality layer. Without one every pixel carries ``QUALITY_UNKNOWN`` and stays usable.
    check : bool
        Compare each file with the digest that its metadata promises before reading it.

    Returns
    -------
    Image
        float32, in the sensor's unit where the metadata states a scale, else ``"DN"``. Pixels without a measurement
        in any one band are not valid.

    Raises
    ------
    BandError
        If a band is missing, or scale or unit differ between bands.
    ChecksumError, MissingAssetError, ReadError
        If a file is not the promised one, is not there, cannot be read in full, or its offset is unknown.
    OutsideFootprintError
        If the grid does not meet the scene.

    Notes
    -----
    Pixels are interpolated bilinearly, averaged where a target pixel is more than 1.5 source pixels wide, and copied
    where the grids coincide. Flags come from the nearest pixel; under a coarser target pixel every flag
    below it counts. Interpolation correlates neighboring pixels.

    Examples
    --------
    >>> from osint_imagery.scenes.catalog import open_catalog
    >>> from osint_imagery.scenes.packaged import bundled
    >>> scene = next(open_catalog(bundled("port/catalog.json")).scenes())
    >>> image = read(scene, native_grid(scene, "red"), ("red", "nir"))
    >>> image.bands, image.unit, image.simulated
    (('red', 'nir'), 'reflectance', True)
    """
    require(Scene, scene=scene)
    require(Grid, grid=grid)
    names = _checked_names(scene, bands)
    layers = (*(scene.asset_for(name) for name in names), scene.quality_asset if quality else None)
    found = (digest_for_reading(asset, check=check) for asset in dict.fromkeys(layers) if asset is not None)
    inputs = tuple(dict.fromkeys(digest for digest in found if digest is not None))
    image, parameters = _read(scene, grid, names, quality=quality)
    step = Step(
        name="read",
        version=_VERSION,
        parameters=(*parameters, ("digests", compared(layers, check=check))),
        inputs=inputs,
        outputs=(image.digest,),
    )
    return replace(image, lineage=Lineage((step,)))


def read_window(scene: Scene, grid: Grid, bands: tuple[str, ...]) -> Image:
    """Read as :func:`read` does, without digests and lineage: the caller goes by blocks and accounts for the whole."""
    return _read(scene, grid, _checked_names(scene, bands), quality=True)[0]


def _checked_names(scene: Scene, bands: tuple[str, ...] | None) -> tuple[str, ...]:
    names = require_each(str, bands=bands) if bands is not None else scene.bands
    if not names or len(set(names)) != len(names):
        msg = f"bands={names!r} of scene {scene.id}; name each wanted band once, it has {', '.join(scene.bands)}"
        raise BandError(msg)
    return names


def _read(
    scene: Scene, grid: Grid, names: tuple[str, ...], *, quality: bool
) -> tuple[Image, tuple[tuple[str, str], ...]]:
    """Return the image, and what was done to get it."""
    assets = tuple(scene.asset_for(name) for name in names)
    unit = _unit(scene, assets)
    found = {}
    for asset in dict.fromkeys(assets):
        found.update(_planes(scene, asset, tuple(n for n, a in zip(names, assets, strict=True) if a is asset), grid))
    planes = [found[name] for name in names]
    flags = _quality(scene, grid) if quality else None
    encoding = str(scene.sensor.quality) if flags is not None else "no layer" if quality else "not asked for"
    if flags is None:
        flags = np.full(grid.shape, int(Flag.QUALITY_UNKNOWN), dtype=np.uint16)
    for plane in planes:
        flags |= plane.flags
    parameters = (
        ("scene", scene.id),
        *_grid_parameters(grid),
        ("bands", " ".join(names)),
        ("unit", unit),
        *(pair for plane in planes for pair in plane.parameters),
        ("quality", encoding),
    )
    return _image(scene, grid, np.stack([plane.values for plane in planes]), flags, names=names, unit=unit), parameters


def read_quality(scene: Scene, grid: Grid, *, check: bool = True) -> NDArray[np.uint16] | None:
    """Return the flags of a scene's quality layer on a grid, (y, x); None where it has no such layer.

    Raises
    ------
    ChecksumError, MissingAssetError, ReadError, OutsideFootprintError
        As :func:`read`.
    """
    if scene.quality_asset is None:
        return None
    digest_for_reading(scene.quality_asset, check=check)
    return _quality(scene, grid)


def native_grid(scene: Scene, band: str, aoi: AreaOfInterest | None = None) -> Grid:
    """Return the grid in which a band is stored, cut to an area where one is given.

    On this grid :func:`read` copies pixels without resampling.

    Raises
    ------
    BandError, MissingAssetError, ReadError, OutsideFootprintError
        If the band or its file is missing, it has no CRS, or the area does not meet it.
    """
    asset = scene.asset_for(band)
    place = there(asset)
    grid = asset.placed or inspect(place).grid
    if grid is None:
        msg = f"path={place.href!r} has no CRS or no transform; georeference it first"
        raise ReadError(msg)
    return grid if aoi is None else part_under(grid, aoi)


def _image(
    scene: Scene,
    grid: Grid,
    values: NDArray[np.float32],
    flags: NDArray[np.uint16],
    *,
    names: tuple[str, ...],
    unit: str,
) -> Image:
    return Image(
        values=values,
        bands=names,
        valid=(flags & int(UNUSABLE)) == 0,
        flags=flags,
        grid=grid,
        acquired=scene.acquired,
        unit=unit,
        sensor=scene.sensor.key,
        scene_id=scene.id,
        credit=scene.credit,
        license=scene.license,
        simulated=scene.simulated,
        viewing=scene.viewing,
    )


def _grid_parameters(grid: Grid) -> tuple[tuple[str, str], ...]:
    transform = " ".join(repr(float(number)) for number in tuple(grid.transform)[:6])
    return ("crs", grid.crs), ("transform", transform), ("shape", f"{grid.shape[0]} {grid.shape[1]}")


def _unit(scene: Scene, assets: tuple[Asset, ...]) -> str:
    """Return the one unit of all bands, or refuse to mix."""
    stated = {asset.is_scaled for asset in assets}
    if len(stated) > 1:
        without = ", ".join(sorted({asset.key for asset in assets if not asset.is_scaled}))
        msg = f"bands of scene {scene.id}: no scale is stated for {without}; read these apart from the others"
        raise BandError(msg)
    units = {_unit_of(scene, asset) for asset in assets}
    if len(units) > 1:
        msg = f"bands of scene {scene.id} are in {', '.join(sorted(units))}; read each unit apart"
        raise BandError(msg)
    return units.pop()


def _unit_of(scene: Scene, asset: Asset) -> str:
    stated = asset.is_scaled
    if scene.sensor.key == "geotiff":
        return asset.unit or ("not stated" if stated else "DN")
    if asset.unit is not None and asset.unit.lower() in {"kelvin", "k"}:
        return "kelvin" if stated else "DN"
    if not scene.sensor.needs_scale and asset.unit and "linear" not in asset.unit.lower():
        return asset.unit  # decibels, for example
    return scene.sensor.unit if stated or not scene.sensor.needs_scale else "DN"


def _planes(scene: Scene, asset: Asset, names: tuple[str, ...], grid: Grid) -> dict[str, _Plane]:
    """Read some bands of one file, in their unit."""
    check_offset(scene, asset)
    indexes = tuple(asset.bands.index(name) + 1 for name in names)
    natives = read_native(there(asset), indexes, grid, nodata=(asset.nodata,), placed=asset.placed)
    return {name: _plane(scene, asset, native, name, grid=grid) for name, native in zip(names, natives, strict=True)}


def _plane(scene: Scene, asset: Asset, native: Native, name: str, *, grid: Grid) -> _Plane:
    whole = native.values.dtype.kind in "iu"
    if whole and scene.sensor.fill not in {None, asset.nodata}:
        native = replace(native, inside=native.inside & differs(native.values, scene.sensor.fill))
    flags = _reserved(native, scene.sensor.saturated, grid)
    if not whole:
        native = replace(native, inside=native.inside & np.isfinite(native.values))
    values = warp_values(native, grid)
    missing = np.isnan(values)
    if missing.any():
        flags[missing] |= np.uint16(Flag.NO_DATA)
    scale, offset = asset.scaling(name)
    if asset.is_scaled:
        values *= np.float32(1.0 if scale is None else scale)
        values += np.float32(offset or 0.0)
    stated = "scale {} offset {}".format(*("not stated" if v is None else repr(v) for v in (scale, offset)))
    return _Plane(
        values=values,
        flags=flags,
        parameters=((f"{name}.values", stated), (f"{name}.resampling", native.resampling)),
    )


def _reserved(native: Native, saturated: float | None, grid: Grid) -> NDArray[np.uint16]:
    """Return flags for values that mean "saturated" or that are no numbers."""
    if native.values.dtype.kind == "f":
        where, flag = np.isinf(native.values), Flag.DEFECTIVE
    else:
        where, flag = ~differs(native.values, saturated), Flag.SATURATED
    if not where.any():
        return np.zeros(grid.shape, dtype=np.uint16)
    return warp_flags(where * np.uint16(flag), native, grid, outside=0)


def _quality(scene: Scene, grid: Grid) -> NDArray[np.uint16] | None:
    asset, encoding = scene.quality_asset, scene.sensor.quality
    if asset is None or encoding is None:
        return None
    planes = read_native(there(asset), tuple(range(1, PLANES.get(encoding, 1) + 1)), grid)
    native = planes[0]
    flags = decode(packed([plane.values for plane in planes]), encoding)
    flags[~native.inside] |= np.uint16(Flag.QUALITY_UNKNOWN)
    return warp_flags(flags, native, grid, outside=int(Flag.QUALITY_UNKNOWN))
