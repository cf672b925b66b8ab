"""Pixels of a scene on a grid, with scale and offset from the scene's own metadata."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.arguments import require, require_each
from osint_imagery.core.errors import BandError, ReadError
from osint_imagery.core.flags import UNUSABLE, Flag
from osint_imagery.core.grid import Grid
from osint_imagery.core.handover import given_away
from osint_imagery.core.image import Image
from osint_imagery.core.lineage import Lineage, Step, digest_array
from osint_imagery.scenes.baseline import check_offset
from osint_imagery.scenes.checking import compared, digest_for_reading, there
from osint_imagery.scenes.quality import PLANES, decode, packed
from osint_imagery.scenes.raster import differs, inspect
from osint_imagery.scenes.scene import Asset, Scene
from osint_imagery.scenes.units import unit_of
from osint_imagery.scenes.warping import Native, part_under, read_native, warp_flags, warp_values

__all__ = ["native_grid", "read", "read_quality", "read_window"]

_VERSION = "2"
_Parameters = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Pixels:
    """Bands on the grid, NaN where not valid, and what was done to get them."""

    values: NDArray[np.float32]
    flags: NDArray[np.uint16]
    valid: NDArray[np.bool_]
    unit: str
    parameters: _Parameters


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
    pixels = _read(scene, grid, names, quality=quality)
    step = Step(
        name="read",
        version=_VERSION,
        parameters=(*pixels.parameters, ("digests", compared(layers, check=check))),
        inputs=inputs,
        outputs=(digest_array(pixels.values),),
    )
    return _image(scene, grid, names, pixels, lineage=Lineage((step,)))


def read_window(scene: Scene, grid: Grid, bands: tuple[str, ...]) -> Image:
    """Read as :func:`read` does, without digests and lineage: the caller goes by blocks and accounts for the whole."""
    names = _checked_names(scene, bands)
    return _image(scene, grid, names, _read(scene, grid, names, quality=True), lineage=Lineage())


def _checked_names(scene: Scene, bands: tuple[str, ...] | None) -> tuple[str, ...]:
    names = require_each(str, bands=bands) if bands is not None else scene.bands
    if not names or len(set(names)) != len(names):
        msg = f"bands={names!r} of scene {scene.id}; name each wanted band once, it has {', '.join(scene.bands)}"
        raise BandError(msg)
    return names


def _read(scene: Scene, grid: Grid, names: tuple[str, ...], *, quality: bool) -> _Pixels:
    """Return what an image is made of; every band is put into its place at once, for a copy takes time and memory."""
    assets = tuple(scene.asset_for(name) for name in names)
    unit = unit_of(scene, assets)
    values = np.empty((len(names), *grid.shape), dtype=np.float32)
    flags = np.zeros(grid.shape, dtype=np.uint16)
    found: dict[str, _Parameters] = {}
    for asset in dict.fromkeys(assets):
        planes = {n: values[i] for i, (n, a) in enumerate(zip(names, assets, strict=True)) if a is asset}
        found.update(_put(scene, asset, planes, grid=grid, flags=flags))
    stated = _quality(scene, grid) if quality else None
    encoding = str(scene.sensor.quality) if stated is not None else "no layer" if quality else "not asked for"
    flags |= np.uint16(Flag.QUALITY_UNKNOWN) if stated is None else stated
    valid = (flags & np.uint16(UNUSABLE)) == 0
    if not valid.all():
        np.copyto(values, np.float32(np.nan), where=~valid)
    parameters = (
        ("scene", scene.id),
        *_grid_parameters(grid),
        ("bands", " ".join(names)),
        ("unit", unit),
        *(pair for name in names for pair in found[name]),
        ("quality", encoding),
    )
    return _Pixels(values=values, flags=flags, valid=valid, unit=unit, parameters=parameters)


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


def _image(scene: Scene, grid: Grid, names: tuple[str, ...], pixels: _Pixels, *, lineage: Lineage) -> Image:
    return Image(
        values=given_away(pixels.values),
        bands=names,
        valid=given_away(pixels.valid),
        flags=given_away(pixels.flags),
        grid=grid,
        acquired=scene.acquired,
        unit=pixels.unit,
        sensor=scene.sensor.key,
        scene_id=scene.id,
        credit=scene.credit,
        license=scene.license,
        simulated=scene.simulated,
        viewing=scene.viewing,
        lineage=lineage,
    )


def _grid_parameters(grid: Grid) -> _Parameters:
    transform = " ".join(repr(float(number)) for number in tuple(grid.transform)[:6])
    return ("crs", grid.crs), ("transform", transform), ("shape", f"{grid.shape[0]} {grid.shape[1]}")


def _put(
    scene: Scene, asset: Asset, planes: dict[str, NDArray[np.float32]], *, grid: Grid, flags: NDArray[np.uint16]
) -> dict[str, _Parameters]:
    """Put some bands of one file into their planes, in their unit; return, for each, what was done."""
    check_offset(scene, asset)
    indexes = tuple(asset.bands.index(name) + 1 for name in planes)
    natives = read_native(there(asset), indexes, grid, nodata=(asset.nodata,), placed=asset.placed)
    return {
        name: _put_plane(scene, asset, native, name, out=plane, grid=grid, flags=flags)
        for (name, plane), native in zip(planes.items(), natives, strict=True)
    }


def _put_plane(
    scene: Scene,
    asset: Asset,
    native: Native,
    name: str,
    *,
    out: NDArray[np.float32],
    grid: Grid,
    flags: NDArray[np.uint16],
) -> _Parameters:
    """Put one band into its plane, in its unit; return what was done."""
    whole = native.values.dtype.kind in "iu"
    if whole and scene.sensor.fill not in {None, asset.nodata}:
        native = replace(native, inside=native.inside & differs(native.values, scene.sensor.fill))
    _flag_reserved(native, scene.sensor.saturated, grid, flags)
    if not whole:
        native = replace(native, inside=native.inside & np.isfinite(native.values))
    warp_values(native, grid, out=out)
    missing = np.isnan(out)
    if missing.any():
        flags[missing] |= np.uint16(Flag.NO_DATA)
    scale, offset = asset.scaling(name)
    if asset.is_scaled:
        out *= np.float32(1.0 if scale is None else scale)
        out += np.float32(offset or 0.0)
    told = "scale {} offset {}".format(*("not stated" if v is None else repr(v) for v in (scale, offset)))
    return (f"{name}.values", told), (f"{name}.resampling", native.resampling)


def _flag_reserved(native: Native, saturated: float | None, grid: Grid, flags: NDArray[np.uint16]) -> None:
    """Flag values that mean "saturated" or that are no numbers."""
    if native.values.dtype.kind == "f":
        where, flag = np.isinf(native.values), Flag.DEFECTIVE
    elif saturated is None:
        return
    else:
        where, flag = ~differs(native.values, saturated), Flag.SATURATED
    if where.any():
        flags |= warp_flags(where * np.uint16(flag), native, grid, outside=0)


def _quality(scene: Scene, grid: Grid) -> NDArray[np.uint16] | None:
    asset, encoding = scene.quality_asset, scene.sensor.quality
    if asset is None or encoding is None:
        return None
    planes = read_native(there(asset), tuple(range(1, PLANES.get(encoding, 1) + 1)), grid)
    native = planes[0]
    flags = decode(packed([plane.values for plane in planes]), encoding)
    flags[~native.inside] |= np.uint16(Flag.QUALITY_UNKNOWN)
    return warp_flags(flags, native, grid, outside=int(Flag.QUALITY_UNKNOWN))
