"""Raster files: what they say about themselves, and their pixels as stored."""

import math
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from rasterio.enums import ColorInterp, MaskFlags
from rasterio.windows import Window

from osint_imagery.core.errors import BandError, ReadError
from osint_imagery.core.grid import Grid
from osint_imagery.scenes.location import LocalFile, Location, located
from osint_imagery.scenes.opening import opened, opened_variable
from osint_imagery.scenes.partwise import Partwise

__all__ = ["Header", "Held", "Stored", "differs", "held", "inspect", "read_stored", "read_variable", "write_geotiff"]

_MOST_PIXELS = 2**30  # of all bands together; 4 GiB as float32, and nine bands of a whole Sentinel-2 tile


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a raster file says about itself; nothing is read from files beside it."""

    grid: Grid | None  # None: no CRS, or no transform
    shape: tuple[int, int]
    count: int
    dtype: str
    nodata: float | None
    descriptions: tuple[str | None, ...]
    scales: tuple[tuple[float, float], ...]  # scale and offset of each band, (1, 0) where not stated
    alpha: tuple[int, ...]  # bands, from 1, that say where the others are valid
    datetime: str | None  # TIFFTAG_DATETIME
    block: tuple[int, int]  # rows and columns that are stored, and so decoded, together


def _grid_of(dataset: rasterio.DatasetReader) -> Grid | None:
    if dataset.crs is None or dataset.transform == Affine.identity():
        return None
    return _grid(dataset.crs.to_wkt(), dataset.transform, dataset.shape)


def _alpha(dataset: rasterio.DatasetReader) -> tuple[int, ...]:
    return tuple(i for i, kind in enumerate(dataset.colorinterp, start=1) if kind is ColorInterp.alpha)


@lru_cache(maxsize=128)
def _grid(crs: str, transform: Affine, shape: tuple[int, int]) -> Grid:
    return Grid(crs=crs, transform=transform, shape=shape)  # parsing a CRS takes longer than opening a file


def inspect(source: Path | Location) -> Header:
    """Return what a raster file says about itself.

    Raises
    ------
    MissingAssetError, ReadError
        If the file is not there, or is not a raster of an allowed format.
    """
    place = located(source)
    return _inspected(place, place.stamp())


@lru_cache(maxsize=512)
def _inspected(source: Location, _: Hashable) -> Header:
    with opened(source) as dataset:
        if dataset.count == 0:
            msg = f"path={source.href!r} has no raster band of its own; give one file a variable"
            raise ReadError(msg)
        return Header(
            grid=_grid_of(dataset),
            shape=dataset.shape,
            count=dataset.count,
            dtype=dataset.dtypes[0],
            nodata=dataset.nodata,
            descriptions=dataset.descriptions,
            scales=tuple(zip(dataset.scales, dataset.offsets, strict=True)),
            alpha=_alpha(dataset),
            datetime=dataset.tags().get("TIFFTAG_DATETIME"),
            block=dataset.block_shapes[0],
        )


_Block = tuple[tuple[int, int], tuple[int, int] | None]
"""Row and column of a block, and its first byte and length, None if it was never written."""


def _blocks(dataset: rasterio.DatasetReader, index: int, window: Window) -> tuple[_Block, ...]:
    """Return the blocks under a window; none for other formats than TIFF, which do not say where theirs are."""
    if dataset.driver != "GTiff":
        return ()
    high, wide = dataset.block_shapes[index - 1]
    found: list[_Block] = []
    for i in range(window.row_off // high, math.ceil((window.row_off + window.height) / high)):
        for j in range(window.col_off // wide, math.ceil((window.col_off + window.width) / wide)):
            start = dataset.get_tag_item(f"BLOCK_OFFSET_{j}_{i}", "TIFF", bidx=index)
            length = dataset.get_tag_item(f"BLOCK_SIZE_{j}_{i}", "TIFF", bidx=index)
            found.append(((i * high, j * wide), None if start is None else (int(start), int(length))))
    return tuple(found)


def _leave_out_unwritten(
    inside: NDArray[np.bool_], source: Location, blocks: tuple[_Block, ...], shape: tuple[int, int], *, window: Window
) -> None:
    """Mark pixels of the window that lie in blocks (of one shape) which the file does not hold, (row, column).

    GDAL fills what lies beyond the end of an uncompressed TIFF with zeros; here that is an error.
    """
    size = source.size()
    high, wide = shape
    for (row, column), place in blocks:
        if place is None:
            top, left = row - window.row_off, column - window.col_off
            inside[max(0, top) : max(0, top + high), max(0, left) : max(0, left + wide)] = False
        elif sum(place) > size:
            msg = (
                f"path={source.href!r} is truncated: it ends at byte {size}, its pixels need {sum(place)}; get it again"
            )
            raise ReadError(msg)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stored:
    """A window of one band as the file stores it.

    Parameters
    ----------
    values : ndarray, (row, column)
        As stored.
    inside : ndarray of bool, (row, column)
        False where the file holds no measurement: nodata, internal validity band, blocks never written.
    nodata : float or None
        As the file states it; left out in `inside`.
    """

    values: NDArray[np.generic]
    inside: NDArray[np.bool_]
    nodata: float | None


def read_stored(
    source: Path | Location, indexes: tuple[int, ...], rows: tuple[int, int], columns: tuple[int, int]
) -> tuple[Stored, ...]:
    """Read a window of some bands, whole or not at all.

    Parameters
    ----------
    source : Path or Location
        A raster file.
    indexes : tuple of int
        Band numbers, from 1.
    rows, columns : tuple of int
        First and one past the last, inside the file.

    Raises
    ------
    MissingAssetError, ReadError, BandError
        If the file is not there, cannot be read in full, or lacks a band.
    """
    with held(source, indexes) as file:
        return file.read(rows, columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Some bands of an open raster file.

    Parameters
    ----------
    source : Location
        Where its bytes are.
    dataset : rasterio.DatasetReader
        As it was opened.
    indexes : tuple of int
        Band numbers, from 1.
    """

    source: Location
    dataset: rasterio.DatasetReader
    indexes: tuple[int, ...]

    @property
    def grid(self) -> Grid | None:
        """Of the whole file; None where it has no place."""
        return _grid_of(self.dataset)

    def read(self, rows: tuple[int, int], columns: tuple[int, int]) -> tuple[Stored, ...]:
        """Read a window, whole or not at all; rows and columns are first and one past the last, inside the file.

        Raises
        ------
        ReadError, MissingAssetError
            If it cannot be read in full, or holds more pixels than one read may take.
        """
        place, dataset = self.source, self.dataset
        _check_size(place, (rows[1] - rows[0], columns[1] - columns[0], len(self.indexes)))
        window = Window(columns[0], rows[0], columns[1] - columns[0], rows[1] - rows[0])
        blocks = {index: _blocks(dataset, index, window) for index in self.indexes}
        if isinstance(place, Partwise):  # at once: GDAL asks for one after another
            place.prefetch({where for each in blocks.values() for _, where in each if where})
        values = dataset.read(list(self.indexes), window=window)  # at once: bands may be stored pixel by pixel
        if np.iscomplexobj(values):
            msg = f"path={place.href!r} holds complex numbers; detect and calibrate it first"
            raise ReadError(msg)
        return tuple(
            Stored(
                values=plane,
                inside=self._inside(index, plane, blocks[index], window),
                nodata=dataset.nodatavals[index - 1],
            )
            for plane, index in zip(values, self.indexes, strict=True)
        )

    def _inside(
        self, index: int, values: NDArray[np.generic], blocks: tuple[_Block, ...], window: Window
    ) -> NDArray[np.bool_]:
        dataset = self.dataset
        inside = differs(values, dataset.nodatavals[index - 1])
        _leave_out_unwritten(inside, self.source, blocks, dataset.block_shapes[index - 1], window=window)
        if MaskFlags.per_dataset in dataset.mask_flag_enums[index - 1]:
            inside &= dataset.read_masks(index, window=window) != 0
        for alpha in _alpha(dataset):  # GDAL itself follows it only in files of two or four bands
            inside &= dataset.read(alpha, window=window) != 0
        return inside


def _check_size(source: Location, size: tuple[int, int, int]) -> None:
    """Refuse a window that would not fit into memory: a small file may unpack to any size."""
    if math.prod(size) > _MOST_PIXELS:
        msg = (
            f"path={source.href!r}: {size[0]} x {size[1]} pixels in {size[2]} bands lie under the grid, one read takes "
            f"{_MOST_PIXELS:,}; choose a grid over less ground or fewer bands, or read a copy that was averaged to "
            "coarser pixels and cite that"
        )
        raise ReadError(msg)


@contextmanager
def held(source: Path | Location, indexes: tuple[int, ...]) -> Iterator[Held]:
    """Open a file that has to hold some bands, once for its place and its pixels.

    Raises
    ------
    MissingAssetError, ReadError, BandError
        If the file is not there, cannot be read, or lacks a band.
    """
    place = located(source)
    with opened(place) as dataset:
        if not 1 <= min(indexes) <= max(indexes) <= dataset.count:
            msg = f"path={place.href!r} has {dataset.count} raster bands, the metadata names at least {max(indexes)}"
            raise BandError(msg)
        yield Held(source=place, dataset=dataset, indexes=indexes)


def differs(values: NDArray[np.generic], fill: float | None) -> NDArray[np.bool_]:
    """Return where values are not the fill value, which may be NaN or None for none."""
    if fill is None:
        return np.ones(values.shape, dtype=bool)
    if math.isnan(fill):
        return np.asarray(~np.isnan(values), dtype=bool)
    whole = values.dtype.kind in "iu" and float(fill).is_integer()  # then no pixel need become a float to compare
    return np.asarray(values != (int(fill) if whole else fill), dtype=bool)


def write_geotiff(
    path: Path, values: NDArray[np.generic], grid: Grid, *, nodata: float | None, names: tuple[str, ...]
) -> None:
    """Write (band, y, x) as a deflated GeoTIFF; the same pixels give the same bytes."""
    count, rows, columns = values.shape
    layout = {"driver": "GTiff", "compress": "deflate", "predictor": 2, "zlevel": 6, "interleave": "band"}
    size = {"count": count, "height": rows, "width": columns, "dtype": values.dtype}
    place = {"crs": grid.wkt, "transform": grid.transform, "nodata": nodata}
    with rasterio.open(path, "w", **layout, **size, **place) as dataset:
        dataset.write(values)
        dataset.descriptions = names


def read_variable(path: Path, name: str) -> tuple[NDArray[np.generic], str | None, tuple[str, ...]]:
    """Return a netCDF variable as (plane, y, x), its CRS as WKT, and each plane's time tag."""
    LocalFile(path).size()  # must be there
    with opened_variable(f"netcdf:{path}:{name}") as dataset:
        tags = tuple(dataset.tags(i + 1).get("NETCDF_DIM_time", "") for i in range(dataset.count))
        return dataset.read(), dataset.crs.to_wkt() if dataset.crs else None, tags
