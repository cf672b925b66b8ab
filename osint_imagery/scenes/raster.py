"""Raster files: what they say about themselves, and their pixels as stored."""

import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from rasterio._err import CPLE_BaseError
from rasterio.enums import MaskFlags
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.windows import Window

from osint_imagery.core.errors import BandError, MissingAssetError, ReadError
from osint_imagery.core.grid import Grid

__all__ = ["Header", "Stored", "differs", "inspect", "read_stored", "read_variable", "write_geotiff"]

# Which driver may open a file, by its first bytes: never VRT, XML or other drivers that follow links.
_SIGNATURES = {
    b"II*\0": "GTiff",
    b"MM\0*": "GTiff",
    b"II+\0": "GTiff",
    b"MM\0+": "GTiff",
    b"\0\0\0\x0cjP  ": "JP2OpenJPEG",
    b"\xff\x4f\xff\x51": "JP2OpenJPEG",
    b"\x89HDF": "netCDF",
    b"CDF": "netCDF",
}
_WARNINGS = Lock()  # warning filters are shared by all threads
_PLACED: set["_Stamp"] = set()  # files known to have a place: opening them again warns of nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a raster file says about itself; nothing is read from files beside it."""

    grid: Grid | None  # None: no CRS, or no transform
    shape: tuple[int, int]
    count: int
    dtype: str
    nodata: float | None
    descriptions: tuple[str | None, ...]
    scale: tuple[float, float]  # scale and offset of the first band, (1, 0) where not stated
    datetime: str | None  # TIFFTAG_DATETIME
    block: tuple[int, int]  # rows and columns that are stored, and so decoded, together


@contextmanager
def _opened(source: Path | str) -> Iterator[rasterio.DatasetReader]:
    """Open a raster with the allowed drivers only, blind to sidecar files; every GDAL error becomes ReadError."""
    # One thread: in others JPEG 2000 decoding fails without an exception and leaves zeros.
    options = {"GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR", "GDAL_PAM_ENABLED": "NO", "GDAL_NUM_THREADS": "1"}
    driver = _driver(source) if isinstance(source, Path) else "netCDF"
    try:
        with rasterio.Env(GTIFF_GEOREF_SOURCES="INTERNAL", **options), _quietly(source, driver) as dataset:
            yield dataset
    except (RasterioError, CPLE_BaseError) as err:
        msg = f"path={str(source)!r} cannot be read in full ({_reason(err)}); get the file again, nothing was filled in"
        raise ReadError(msg) from err


def _reason(err: BaseException) -> str:
    """Return the innermost message: the outer one only points to it."""
    while err.__cause__ is not None:
        err = err.__cause__
    return str(err)


def _quietly(source: Path | str, driver: str) -> rasterio.DatasetReader:
    """Open without the warning that a file has no place: `Header.grid` says it instead.

    Filters belong to the whole process, so they are touched only the first time a file is opened; threads that read
    what was inspected before never do.
    """
    stamp = _stamp(source) if isinstance(source, Path) else None
    if stamp is not None and stamp in _PLACED:
        return rasterio.open(source, driver=driver, sharing=False)
    with _WARNINGS, warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        dataset = rasterio.open(source, driver=driver, sharing=False)
    if stamp is not None and dataset.transform != Affine.identity():
        _PLACED.add(stamp)
    return dataset


_Stamp = tuple[str, int, int]


def _stamp(path: Path) -> _Stamp:
    """Return what changes when a file does."""
    status = path.stat()
    return str(path.resolve()), status.st_mtime_ns, status.st_size


def _driver(path: Path) -> str:
    with path.open("rb") as stream:
        start = stream.read(16)
    for signature, driver in _SIGNATURES.items():
        if start.startswith(signature):
            return driver
    msg = f"path={str(path)!r} is not a GeoTIFF, JPEG 2000 or netCDF file; other formats are not opened"
    raise ReadError(msg)


def _check_there(path: Path) -> None:
    if not path.is_file():
        msg = f"path={str(path)!r} is not there; get the file that the scene names"
        raise MissingAssetError(msg)


def _grid_of(dataset: rasterio.DatasetReader) -> Grid | None:
    if dataset.crs is None or dataset.transform == Affine.identity():
        return None
    return Grid(crs=dataset.crs.to_wkt(), transform=dataset.transform, shape=dataset.shape)


def inspect(path: Path) -> Header:
    """Return what a raster file says about itself.

    Raises
    ------
    MissingAssetError, ReadError
        If the file is not there, or is not a raster of an allowed format.
    """
    _check_there(path)
    return _inspected(path, _stamp(path))


@lru_cache(maxsize=512)
def _inspected(path: Path, _: _Stamp) -> Header:
    with _opened(path) as dataset:
        if dataset.count == 0:
            msg = f"path={str(path)!r} has no raster band of its own; give one file a variable"
            raise ReadError(msg)
        return Header(
            grid=_grid_of(dataset),
            shape=dataset.shape,
            count=dataset.count,
            dtype=dataset.dtypes[0],
            nodata=dataset.nodata,
            descriptions=dataset.descriptions,
            scale=(dataset.scales[0], dataset.offsets[0]),
            datetime=dataset.tags().get("TIFFTAG_DATETIME"),
            block=dataset.block_shapes[0],
        )


def _written(dataset: rasterio.DatasetReader, index: int, window: Window) -> NDArray[np.bool_]:
    """Return which pixels of the window lie in blocks that the file really holds, (row, column).

    GDAL fills what lies beyond the end of an uncompressed TIFF with zeros; here that is an error.
    """
    there = np.ones((window.height, window.width), dtype=bool)
    if dataset.driver != "GTiff":
        return there
    size = Path(dataset.name).stat().st_size
    high, wide = dataset.block_shapes[index - 1]
    for i in range(window.row_off // high, math.ceil((window.row_off + window.height) / high)):
        for j in range(window.col_off // wide, math.ceil((window.col_off + window.width) / wide)):
            start = dataset.get_tag_item(f"BLOCK_OFFSET_{j}_{i}", "TIFF", bidx=index)
            if start is None:
                top, left = i * high - window.row_off, j * wide - window.col_off
                there[max(0, top) : max(0, top + high), max(0, left) : max(0, left + wide)] = False
                continue
            end = int(start) + int(dataset.get_tag_item(f"BLOCK_SIZE_{j}_{i}", "TIFF", bidx=index))
            if end > size:
                msg = f"path={dataset.name!r} is truncated: it ends at byte {size}, its pixels need {end}; get it again"
                raise ReadError(msg)
    return there


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stored:
    """A window of one band as the file stores it.

    Parameters
    ----------
    values : ndarray, (row, column)
        As stored.
    inside : ndarray of bool, (row, column)
        False where the file holds no measurement: nodata, internal validity band, blocks never written.
    """

    values: NDArray[np.generic]
    inside: NDArray[np.bool_]


def read_stored(
    path: Path, indexes: tuple[int, ...], rows: tuple[int, int], columns: tuple[int, int]
) -> tuple[Stored, ...]:
    """Read a window of some bands, whole or not at all.

    Parameters
    ----------
    path : Path
        A local raster file.
    indexes : tuple of int
        Band numbers, from 1.
    rows, columns : tuple of int
        First and one past the last, inside the file.

    Raises
    ------
    MissingAssetError, ReadError, BandError
        If the file is not there, cannot be read in full, or lacks a band.
    """
    with _holding(path, indexes) as dataset:
        window = Window(columns[0], rows[0], columns[1] - columns[0], rows[1] - rows[0])
        values = dataset.read(list(indexes), window=window)  # at once: bands may be stored pixel by pixel
        if np.iscomplexobj(values):
            msg = f"path={dataset.name!r} holds complex numbers; detect and calibrate it first"
            raise ReadError(msg)
        return tuple(
            Stored(values=plane, inside=_inside(dataset, index, window, plane))
            for plane, index in zip(values, indexes, strict=True)
        )


@contextmanager
def _holding(path: Path, indexes: tuple[int, ...]) -> Iterator[rasterio.DatasetReader]:
    """Open a file that has to hold some bands."""
    _check_there(path)
    with _opened(path) as dataset:
        if not 1 <= min(indexes) <= max(indexes) <= dataset.count:
            msg = f"path={str(path)!r} has {dataset.count} raster bands, the metadata names at least {max(indexes)}"
            raise BandError(msg)
        yield dataset


def _inside(
    dataset: rasterio.DatasetReader, index: int, window: Window, values: NDArray[np.generic]
) -> NDArray[np.bool_]:
    inside = differs(values, dataset.nodatavals[index - 1])
    inside &= _written(dataset, index, window)
    if {MaskFlags.per_dataset, MaskFlags.alpha} & set(dataset.mask_flag_enums[index - 1]):
        inside &= dataset.read_masks(index, window=window) != 0
    return inside


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
    _check_there(path)
    with _opened(f"netcdf:{path}:{name}") as dataset:
        tags = tuple(dataset.tags(i + 1).get("NETCDF_DIM_time", "") for i in range(dataset.count))
        return dataset.read(), dataset.crs.to_wkt() if dataset.crs else None, tags
