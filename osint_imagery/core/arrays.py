"""Pixels and grid of arrays that come from outside, checked at the door."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from affine import Affine
from numpy.typing import ArrayLike, NDArray

from osint_imagery.core.errors import BandError, InputError
from osint_imagery.core.grid import Grid

if TYPE_CHECKING:
    import xarray

__all__ = ["Pixels", "put_together", "real_pixels", "taken_apart"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pixels:
    """What an image takes from an xarray array; masked where its fill value stands."""

    values: NDArray[Any]
    bands: tuple[str, ...]
    grid: Grid | None
    unit: str
    simulated: bool


def taken_apart(array: "xarray.DataArray") -> Pixels:
    """Return the pixels of an xarray array with dims ``(band, y, x)``.

    Raises
    ------
    InputError
        If dims are others, or coordinates are not evenly spaced.
    """
    if tuple(getattr(array, "dims", ())) != ("band", "y", "x"):
        msg = f"array has dims {getattr(array, 'dims', 'of no kind')}; transpose a DataArray to ('band', 'y', 'x')"
        raise InputError(msg)
    names = [str(name) for name in array["band"].values] if "band" in array.coords else None
    values = np.asarray(array.values)
    fill = array.attrs.get("_FillValue", array.attrs.get("nodata"))
    return Pixels(
        values=values if fill is None else np.ma.masked_equal(values, fill),
        bands=tuple(names or [f"band{i + 1}" for i in range(array.sizes["band"])]),
        grid=_grid_of(array),
        unit=str(array.attrs.get("units", "DN")),
        simulated=bool(array.attrs.get("simulated", 0)),  # a number, since netCDF has no truth values
    )


def put_together(
    values: NDArray[np.float32], bands: tuple[str, ...], grid: Grid | None, attrs: dict[str, str | int]
) -> "xarray.DataArray":
    """Return an xarray array with dims ``(band, y, x)``, pixel-center coordinates and the CRS.

    Raises
    ------
    InputError
        If the grid is rotated: coordinates along x and y could not say so.
    """
    import xarray

    if grid is not None and (grid.transform.b or grid.transform.d):
        msg = f"grid.transform={tuple(grid.transform)!r} is rotated; read the scene on a north-up grid first"
        raise InputError(msg)
    coords: dict[str, Any] = {"band": list(bands)}
    if grid is not None:
        rows, columns = np.arange(grid.shape[0]), np.arange(grid.shape[1])
        coords["x"] = grid.xy(np.zeros_like(columns), columns)[0]
        coords["y"] = grid.xy(rows, np.zeros_like(rows))[1]
        coords["spatial_ref"] = xarray.DataArray(0, attrs={"crs_wkt": grid.wkt})
    return xarray.DataArray(values.copy(), dims=("band", "y", "x"), coords=coords, attrs=attrs)


def real_pixels(values: ArrayLike) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return pixels as float32 and, (y, x), where all bands are finite and none is masked."""
    given = np.asanyarray(values)
    if given.ndim != 3 or not given.size:
        msg = f"values has shape {given.shape}; need (band, y, x) with pixels, for one band use values[None]"
        raise BandError(msg)
    if given.dtype.kind not in "buif":
        msg = f"values has type {given.dtype}; give real numbers (of complex radar data the power)"
        raise InputError(msg)
    hidden = np.ma.getmaskarray(given) if np.ma.isMaskedArray(given) else np.zeros(given.shape, dtype=bool)
    plain = np.asarray(given)
    finite = np.isfinite(plain) & ~hidden
    if (np.abs(plain, where=finite, out=np.zeros(given.shape)) > np.finfo(np.float32).max).any():
        msg = "values has numbers beyond single precision (3.4e38); scale them, or mark them as not valid"
        raise InputError(msg)
    pixels = np.where(finite, plain, np.nan).astype(np.float32)
    return pixels, np.asarray(finite.all(axis=0), dtype=bool)


def _grid_of(array: "xarray.DataArray") -> Grid | None:
    """Return the grid that the coordinates describe, or None where there is no CRS."""
    if "spatial_ref" not in array.coords or not {"x", "y"} <= set(array.coords):
        return None
    wkt = array["spatial_ref"].attrs.get("crs_wkt") or array["spatial_ref"].attrs.get("spatial_ref")
    x, y = np.asarray(array["x"], dtype=float), np.asarray(array["y"], dtype=float)
    if not wkt or min(len(x), len(y)) < 2:
        return None
    dx, dy = np.diff(x), np.diff(y)
    if np.ptp(dx) > 1e-6 * abs(dx[0]) or np.ptp(dy) > 1e-6 * abs(dy[0]):
        msg = "array has x or y coordinates that are not evenly spaced; resample it onto a regular grid first"
        raise InputError(msg)
    step_x, step_y = float(dx.mean()), float(dy.mean())
    transform = Affine(step_x, 0, float(x[0]) - step_x / 2, 0, step_y, float(y[0]) - step_y / 2)
    return Grid(crs=wkt, transform=transform, shape=(len(y), len(x)))
