"""Native pixels of a raster file under a grid, and those pixels on the grid."""

import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS
from rasterio._err import CPLE_BaseError
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.warp import reproject
from shapely.geometry import Polygon, box

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.errors import OutsideFootprintError, ReadError
from osint_imagery.core.grid import Grid
from osint_imagery.scenes.gridmap import places_px, strips_between
from osint_imagery.scenes.location import Location
from osint_imagery.scenes.raster import differs, held

__all__ = ["Native", "part_at", "part_under", "read_native", "warp_flags", "warp_values"]

_DOWNSAMPLING = 1.5  # target pixel over source pixel from which pixels are averaged
_WHOLE_PX = 1e-3  # from a whole number of pixels, within which grids coincide
_TOLERANCE_PX = 0.01  # error allowed to GDAL's interpolation between exactly transformed points


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Native:
    """Pixels of one band in the file's own grid, cut to what a target grid needs.

    Parameters
    ----------
    values : ndarray, (row, column)
        As stored.
    inside : ndarray of bool, (row, column)
        False where the file holds no measurement: nodata, internal validity band, blocks never written.
    grid : Grid
        Of these pixels.
    ratio : float
        Side of a target pixel over the side of a source pixel.
    aligned : bool
        Whether the target's pixels coincide with these.
    """

    values: NDArray[np.generic]
    inside: NDArray[np.bool_]
    grid: Grid
    ratio: float
    aligned: bool

    @property
    def resampling(self) -> str:
        """How pixels get onto the target grid."""
        if self.aligned:
            return "none (pixels coincide)"
        return "average" if self.ratio > _DOWNSAMPLING else "bilinear"


@lru_cache(maxsize=64)
def _outline_px(source: Grid, target: Grid) -> NDArray[np.float64]:
    """Return the target's outline in (column, row) of the source."""
    rows, columns = target.shape
    ring = np.linspace(0, 1, 33)
    down = np.concatenate([0 * ring, ring, 0 * ring + 1, ring[::-1]]) * rows
    along = np.concatenate([ring, 0 * ring + 1, ring[::-1], 0 * ring]) * columns
    return np.column_stack(places_px(source, target, down, along)[::-1])


def _window(source: Grid, target: Grid, name: str, *, aligned: bool) -> tuple[tuple[int, int], tuple[int, int], float]:
    """Return rows and columns of the source under a target grid, with a margin for resampling, and the size ratio."""
    outline = _outline_px(source, target)
    height, width = source.shape
    if not np.isfinite(outline).all():
        msg = f"grid={target!r} reaches beyond what the CRS of {name} can hold; choose a smaller grid"
        raise OutsideFootprintError(msg)
    frame = Polygon(outline)
    if not frame.intersects(box(0, 0, width, height)) or frame.area == 0:
        msg = f"grid={target!r} does not meet {name} ({source!r}); choose a grid over the scene's footprint"
        raise OutsideFootprintError(msg)
    ratio = math.sqrt(frame.area / (target.shape[0] * target.shape[1]))
    margin = -_WHOLE_PX if aligned else math.ceil(2 + 2 * ratio)
    left, top, right, bottom = frame.bounds
    first = (max(0, math.floor(top - margin)), max(0, math.floor(left - margin)))
    last = (min(height, math.ceil(bottom + margin)), min(width, math.ceil(right + margin)))
    if first[0] >= last[0] or first[1] >= last[1]:
        msg = f"grid={target!r} only touches {name} ({source!r}); choose a grid over the scene's footprint"
        raise OutsideFootprintError(msg)
    return (first[0], last[0]), (first[1], last[1]), ratio


def _shifted(t: Affine, column: float, row: float) -> Affine:
    return Affine(t.a, t.b, t.a * column + t.b * row + t.c, t.d, t.e, t.d * column + t.e * row + t.f)


def part_under(grid: Grid, aoi: AreaOfInterest) -> Grid:
    """Return the part of a grid, whole pixels, that covers an area.

    Raises
    ------
    OutsideFootprintError
        If the area does not meet the grid.
    """
    xy = shapely.get_coordinates(aoi.in_crs(grid.crs))
    inverse = ~grid.transform
    columns = inverse.a * xy[:, 0] + inverse.b * xy[:, 1] + inverse.c
    rows = inverse.d * xy[:, 0] + inverse.e * xy[:, 1] + inverse.f
    left, right = max(0, math.floor(columns.min())), min(grid.shape[1], math.ceil(columns.max()))
    top, bottom = max(0, math.floor(rows.min())), min(grid.shape[0], math.ceil(rows.max()))
    if left >= right or top >= bottom:
        msg = f"aoi={aoi!r} does not meet {grid!r}; choose an area inside the scene's footprint"
        raise OutsideFootprintError(msg)
    return Grid(crs=grid.crs, transform=_shifted(grid.transform, left, top), shape=(bottom - top, right - left))


@lru_cache(maxsize=64)
def part_at(grid: Grid, row: int, column: int, shape: tuple[int, int]) -> Grid:
    """Return the window of a grid that begins at a row and a column; it may reach beyond the grid."""
    return Grid(crs=grid.crs, transform=_shifted(grid.transform, column, row), shape=shape)


def _is_aligned(source: Grid, target: Grid) -> bool:
    if source.crs != target.crs and CRS(source.crs) != CRS(target.crs):
        return False
    first, second = (np.reshape(tuple(grid.transform), (3, 3)) for grid in (source, target))
    relative = np.linalg.inv(first) @ second
    steps = (relative[:2, :2] - np.eye(2)) * max(target.shape)
    shift = relative[:2, 2] - np.round(relative[:2, 2])
    return bool(np.abs(steps).max() < _WHOLE_PX and np.abs(shift).max() < _WHOLE_PX)


def read_native(
    source: Path | Location,
    indexes: tuple[int, ...],
    grid: Grid,
    *,
    nodata: tuple[float | None, ...] = (),
    placed: Grid | None = None,
) -> tuple[Native, ...]:
    """Read the native pixels of some bands of one file that a grid needs.

    Parameters
    ----------
    source : Path or Location
        A raster file.
    indexes : tuple of int
        Band numbers, from 1.
    grid : Grid
        Where the pixels are wanted.
    nodata : tuple of float or None
        Values that mean "no measurement", beside the one that the file states.
    placed : Grid, optional
        Of the whole file, where it has no place of its own.

    Raises
    ------
    MissingAssetError, ReadError, BandError, OutsideFootprintError
        If the file is not there, cannot be read in full, lacks a band, or lies elsewhere.
    """
    with held(source, indexes) as file:
        whole, name = placed or file.grid, file.source.href
        if whole is None:
            msg = f"path={name!r} has no CRS or no transform; georeference it first"
            raise ReadError(msg)
        aligned = _is_aligned(whole, grid)
        rows, columns, ratio = _window(whole, grid, Path(name).name, aligned=aligned)
        stored = file.read(rows, columns)
    cut = part_at(whole, rows[0], columns[0], (rows[1] - rows[0], columns[1] - columns[0]))
    found = []
    for band in stored:
        inside = band.inside
        for value in dict.fromkeys(value for value in nodata if value is not None and value != band.nodata):
            inside = inside & differs(band.values, value)
        found.append(Native(values=band.values, inside=inside, grid=cut, ratio=ratio, aligned=aligned))
    return tuple(found)


def _shared(native: Native, grid: Grid) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Return rows and columns that coinciding grids share: in the native pixels, and on the target."""
    t, origin = ~native.grid.transform, grid.transform
    column, row = round(t.a * origin.c + t.b * origin.f + t.c), round(t.d * origin.c + t.e * origin.f + t.f)
    rows = max(0, row), min(native.values.shape[0], row + grid.shape[0])
    columns = max(0, column), min(native.values.shape[1], column + grid.shape[1])
    target = slice(rows[0] - row, rows[1] - row), slice(columns[0] - column, columns[1] - column)
    return (slice(*rows), slice(*columns)), target


def _gathered(
    plane: NDArray[np.generic], native: Native, grid: Grid, *, how: Resampling, blank: float
) -> NDArray[np.generic]:
    """Return what lies under each coarser target pixel, put together by GDAL."""
    result = np.full(grid.shape, blank, dtype=plane.dtype)
    try:
        reproject(
            plane,
            result,
            src_transform=native.grid.transform,
            src_crs=native.grid.wkt,
            src_nodata=blank,
            dst_transform=grid.transform,
            dst_crs=grid.wkt,
            dst_nodata=blank,
            resampling=how,
            tolerance=_TOLERANCE_PX,
            XSCALE=1,  # GDAL's own choice blurs and slows rotated grids
            YSCALE=1,
        )
    except (RasterioError, CPLE_BaseError) as err:
        msg = f"grid={grid!r} cannot be reached from {native.grid!r} ({err})"
        raise ReadError(msg) from err
    return result


def warp_values(native: Native, grid: Grid, *, out: NDArray[np.float32] | None = None) -> NDArray[np.float32]:
    """Return native pixels on a grid, float32, NaN where nothing was measured; put into `out`, C order, if given."""
    result = np.empty(grid.shape, dtype=np.float32) if out is None else out
    if native.aligned:
        _copy_values(native, grid, result)
    elif native.ratio <= _DOWNSAMPLING:
        _interpolate(native, grid, result.reshape(-1))
    else:
        plane = np.where(native.inside, native.values.astype(np.float32), np.float32(np.nan))
        result[...] = _gathered(plane, native, grid, how=Resampling.average, blank=math.nan)
    return result


def _copy_values(native: Native, grid: Grid, result: NDArray[np.float32]) -> None:
    """Put pixels onto a grid that coincides with theirs."""
    source, target = _shared(native, grid)
    part, inside = native.values[source], native.inside[source]
    if part.shape != grid.shape:
        result.fill(np.nan)
    np.copyto(result[target], part, casting="same_kind")
    if not inside.all():
        np.copyto(result[target], np.float32(np.nan), where=~inside)


def _interpolate(native: Native, grid: Grid, result: NDArray[np.float32]) -> None:
    """Put native pixels between their centers; without a measurement at its own center a target pixel has none."""
    result.fill(np.nan)
    complete = bool(native.inside.all())
    for strip in strips_between(native.grid, grid):
        plane = native.values[strip.source].astype(np.float32).ravel()
        own = result[strip.target.start * grid.shape[1] : strip.target.stop * grid.shape[1]]
        there = strip.nearest >= 0
        if not there.any():
            continue
        if complete:
            found = strip.weights @ plane
        else:
            inside = native.inside[strip.source].ravel()
            there &= inside[strip.nearest]
            plane[~inside] = 0
            share = strip.weights @ inside.astype(np.float32)
            found = (strip.weights @ plane) / np.where(there, share, 1)
        np.copyto(own, found, where=there)


def warp_flags(flags: NDArray[np.uint16], native: Native, grid: Grid, *, outside: int) -> NDArray[np.uint16]:
    """Return flags on a grid: the nearest pixel's, or every flag under a coarser target pixel.

    Parameters
    ----------
    flags : ndarray of uint16
        In the native grid.
    outside : int
        Flags where the file does not reach.
    """
    if native.aligned:
        source, target = _shared(native, grid)
        result = np.full(grid.shape, outside, dtype=np.uint16)
        result[target] = flags[source]
        return result
    if native.ratio <= _DOWNSAMPLING:
        return _nearest(flags, native, grid, outside)
    joined = np.zeros(grid.shape, dtype=np.uint16)
    beyond = np.zeros(grid.shape, dtype=bool)
    used = int(np.bitwise_or.reduce(flags, axis=None)) | 1
    for bit in (1 << i for i in range(used.bit_length()) if used >> i & 1):
        share = ((flags & bit) != 0).astype(np.uint8)
        plane = _gathered(share, native, grid, how=Resampling.max, blank=255)
        joined[plane == 1] |= np.uint16(bit)
        beyond |= plane == 255
    joined[beyond] = outside
    return joined


def _nearest(flags: NDArray[np.uint16], native: Native, grid: Grid, outside: int) -> NDArray[np.uint16]:
    found = []
    for strip in strips_between(native.grid, grid):
        there, plane = strip.nearest >= 0, flags[strip.source].ravel()
        own = np.full(strip.nearest.shape, outside, dtype=np.uint16)
        own[there] = plane[strip.nearest[there]]
        found.append(own)
    return np.concatenate(found).reshape(grid.shape)
