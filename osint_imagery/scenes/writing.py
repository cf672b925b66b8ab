"""GeoTIFFs written window by window, which appear whole or not at all."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio._err import CPLE_BaseError
from rasterio.errors import RasterioError
from rasterio.features import rasterize
from rasterio.io import MemoryFile
from rasterio.windows import Window

from osint_imagery.core.errors import DataError, EvidenceExistsError
from osint_imagery.core.grid import Grid

__all__ = ["Put", "Ring", "bounded_cache", "burned_geotiff", "refuse_existing", "tiled_geotiff"]

Put = Callable[[int, int, NDArray[np.generic]], None]  # first row, first column, (y, x)

Ring = list[tuple[float, float]]
"""Corners of an outline in a grid's coordinates."""

_TILE = 512
_CACHE_BYTES = 64 << 20


def refuse_existing(*paths: Path) -> None:
    """Raise if any of these files is there.

    Raises
    ------
    EvidenceExistsError
        If one is; nothing is overwritten.
    """
    for path in paths:
        if path.exists():
            msg = f"path={str(path)!r} is there already and is not overwritten; name another folder"
            raise EvidenceExistsError(msg)


@contextmanager
def bounded_cache() -> Iterator[None]:
    """Keep GDAL's cache of decoded tiles at 64 MB: by default it grows to a twentieth of the machine's memory."""
    with rasterio.Env(GDAL_CACHEMAX=_CACHE_BYTES):
        yield


def burned_geotiff(shapes: Sequence[tuple[list[Ring], int]], grid: Grid) -> bytes:
    """Return a GeoTIFF in which every pixel holds the bits of the outlines that its middle lies in.

    Parameters
    ----------
    shapes : sequence of (rings, bits)
        Outlines, each with its holes, and what is set inside.
    grid : Grid
        Of the raster; values are 16-bit whole numbers, 0 where no outline is.
    """
    values = np.zeros(grid.shape, dtype=np.uint16)
    for bits in sorted({bits for _, bits in shapes}):
        outlines = [({"type": "Polygon", "coordinates": rings}, 1) for rings, own in shapes if own == bits]
        inside = rasterize(outlines, out_shape=grid.shape, transform=grid.transform, dtype="uint8")
        values |= np.where(inside == 1, np.uint16(bits), np.uint16(0))
    rows, columns = grid.shape
    shape = {"count": 1, "height": rows, "width": columns, "dtype": "uint16"}
    place = {"crs": grid.wkt, "transform": grid.transform}
    with MemoryFile() as memory:
        with memory.open(driver="GTiff", compress="deflate", tiled=True, **shape, **place) as dataset:
            dataset.write(values, 1)
        return bytes(memory.getbuffer())


@contextmanager
def tiled_geotiff(
    path: Path, grid: Grid, dtype: str, *, nodata: float | None, name: str, compress: bool = False
) -> Iterator[Put]:
    """Open a GeoTIFF of one band, tiled, for writing by windows; on success it is renamed into place.

    Parameters
    ----------
    path : Path
        Must not be there.
    grid : Grid
        Of the whole file.
    dtype : str
        ``"float32"``, ``"uint8"`` ...
    nodata : float or None
        Value of pixels without an answer.
    name : str
        What the band holds.
    compress : bool
        Deflate: smaller, and slower than all else for noise in single precision.

    Yields
    ------
    callable
        ``put(row, column, values)`` writes a window; from one thread only.

    Raises
    ------
    EvidenceExistsError
        If the file is there.
    DataError
        If it cannot be written in full (disk full, no permission). Nothing stays behind.
    """
    refuse_existing(path)
    partial = path.with_name(f".{path.name}.partial")
    layout: dict[str, object] = {"driver": "GTiff", "tiled": True, "blockxsize": _TILE, "blockysize": _TILE}
    if compress:
        layout |= {"compress": "deflate", "zlevel": 1, "predictor": 3 if dtype.startswith("float") else 2}
    rows, columns = grid.shape
    shape = {"count": 1, "height": rows, "width": columns, "dtype": dtype, "bigtiff": "if_safer"}
    place = {"crs": grid.wkt, "transform": grid.transform, "nodata": nodata}
    try:
        with rasterio.open(partial, "w", **layout, **shape, **place) as dataset:
            dataset.descriptions = (name,)

            def put(row: int, column: int, values: NDArray[np.generic]) -> None:
                dataset.write(values, 1, window=Window(column, row, values.shape[1], values.shape[0]))

            yield put
        if not compress and partial.stat().st_size < rows * columns * np.dtype(dtype).itemsize:
            msg = f"path={str(path)!r} could not be written in full; is the disk full?"
            raise DataError(msg)
        refuse_existing(path)
        partial.rename(path)
    except (RasterioError, CPLE_BaseError) as err:
        msg = f"path={str(path)!r} cannot be written in full ({err}); is the disk full, the folder writable?"
        raise DataError(msg) from err
    finally:
        partial.unlink(missing_ok=True)
