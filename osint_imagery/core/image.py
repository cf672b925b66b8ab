"""One acquisition's pixels on one grid, read-only, with everything needed to doubt them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
from affine import Affine
from numpy.typing import ArrayLike, NDArray

from osint_imagery.core.errors import BandError, GridMismatchError, InputError
from osint_imagery.core.flags import UNUSABLE, Flag
from osint_imagery.core.grid import Grid
from osint_imagery.core.lineage import Lineage, Step, digest_array
from osint_imagery.core.timespan import Moment, TimeSpan
from osint_imagery.core.viewing import ViewingGeometry

if TYPE_CHECKING:
    import xarray

__all__ = ["Image", "freeze"]


def freeze(array: NDArray[Any]) -> NDArray[Any]:
    """Return a read-only view, so that nobody edits pixels behind a digest."""
    view = array.view()
    view.flags.writeable = False
    return view


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Image:
    """Pixels of one acquisition.

    Parameters
    ----------
    values : ndarray of float32, (band, y, x)
        In `unit`; NaN exactly where the pixel is not valid.
    bands : tuple of str
        Band names, one a plane: common names (``"red"``) where the sensor has them.
    valid : ndarray of bool, (y, x)
        True where the pixel may be used.
    flags : ndarray of uint16, (y, x)
        :class:`~osint_imagery.core.flags.Flag` bits: why a pixel may not be used.
    grid : Grid or None
        Where the pixels are; None for pixels without a place.
    acquired : TimeSpan or None
        When, UTC; a day where only the day is known.
    unit : str
        ``"reflectance"``, ``"gamma0 (linear power)"``, ``"DN"`` ...
    sensor, scene_id, credit, license : str or None
        Sensor key, the scene's id, the credit line that has to stand beside the picture, the licence of the pixels.
    simulated : bool
        Whether the pixels were made by a program; such figures say SIMULATED.
    viewing : ViewingGeometry or None
        Sun and view angles that the metadata states.
    lineage : Lineage
        Where the pixels come from.
    """

    values: NDArray[np.float32]
    bands: tuple[str, ...]
    valid: NDArray[np.bool_]
    flags: NDArray[np.uint16]
    grid: Grid | None = None
    acquired: TimeSpan | None = None
    unit: str = "DN"
    sensor: str | None = None
    scene_id: str | None = None
    credit: str | None = None
    license: str | None = None
    simulated: bool = False
    viewing: ViewingGeometry | None = None
    lineage: Lineage = field(default_factory=Lineage)

    def __post_init__(self) -> None:
        shape = np.shape(self.values)
        if len(shape) != 3 or shape[0] != len(self.bands) or len(set(self.bands)) != len(self.bands):
            msg = f"values has shape {shape} for bands={self.bands!r}; need (band, y, x) and one distinct name a band"
            raise BandError(msg)
        for name, plane in (("valid", self.valid), ("flags", self.flags)):
            if plane.shape != shape[1:]:
                msg = f"{name} has shape {plane.shape}, the pixels {shape[1:]}; they must agree"
                raise GridMismatchError(msg)
        if self.grid is not None and self.grid.shape != shape[1:]:
            msg = f"grid.shape={self.grid.shape} but the pixels are {shape[1:]}; give the grid of these pixels"
            raise GridMismatchError(msg)
        valid = np.array(self.valid, dtype=bool)  # copies: nobody keeps a handle on what the digest covers
        pixels = np.where(valid, np.asarray(self.values, dtype=np.float32), np.float32(np.nan))
        if (valid & ~np.isfinite(pixels).all(axis=0)).any():
            msg = "values has a NaN or infinity where valid is True; mark that pixel as not valid, with its flag"
            raise InputError(msg)
        object.__setattr__(self, "values", freeze(pixels))
        object.__setattr__(self, "valid", freeze(valid))
        object.__setattr__(self, "flags", freeze(np.array(self.flags, dtype=np.uint16)))

    @classmethod
    def from_array(
        cls,
        values: ArrayLike,
        *,
        bands: Sequence[str],
        valid: ArrayLike | None = None,
        grid: Grid | None = None,
        acquired: TimeSpan | Moment | None = None,
        sensor: str | None = None,
        unit: str = "DN",
    ) -> "Image":
        """Make an image from an array.

        Parameters
        ----------
        values : array_like, (band, y, x)
            Real numbers; a pixel that is masked or not finite in any band is not valid.
        bands, grid, sensor, unit
            As the fields of these names; one distinct band name a plane.
        valid : array_like of bool, (y, x), optional
            True where usable; default: where all bands are finite.
        acquired : TimeSpan, str, date or aware datetime, optional
            When. A bare date stays a day.

        Examples
        --------
        >>> image = Image.from_array([[[0.1, 0.2], [0.3, float("nan")]]], bands=["red"], acquired="2017-10-03")
        >>> image
        Image(1 band: red; 2 x 2 px, 75% valid; 2017-10-03 (UTC day, time unknown))
        """
        pixels, usable = _real_pixels(values)
        if valid is not None:
            given = np.asarray(valid, dtype=bool)
            if given.shape != usable.shape:
                msg = f"valid has shape {given.shape}, the pixels {usable.shape}; they must agree"
                raise GridMismatchError(msg)
            usable &= given
        moment = acquired if isinstance(acquired, TimeSpan) or acquired is None else TimeSpan(acquired)
        step = Step(name="from_array", version="1", outputs=(digest_array(pixels),))
        flags = np.where(usable, 0, int(Flag.NO_DATA)).astype(np.uint16) | np.uint16(Flag.QUALITY_UNKNOWN)
        return cls(
            values=pixels,
            bands=tuple(bands),
            valid=usable,
            flags=flags,
            grid=grid,
            acquired=moment,
            sensor=sensor,
            unit=unit,
            lineage=Lineage((step,)),
        )

    @classmethod
    def from_xarray(
        cls,
        array: "xarray.DataArray",
        *,
        acquired: TimeSpan | Moment | None = None,
        sensor: str | None = None,
    ) -> "Image":
        """Make an image from an xarray array with dims ``(band, y, x)`` and, where it has one, a CRS.

        Pixels equal to a ``_FillValue`` or ``nodata`` attribute are not valid.
        The CRS is taken from a ``spatial_ref`` coordinate (as rioxarray and odc-stac write it); the
        coordinates must be evenly spaced pixel centers.

        Raises
        ------
        InputError
            If dims are others, or coordinates are not evenly spaced.
        """
        if tuple(array.dims) != ("band", "y", "x"):
            msg = f"array.dims={tuple(array.dims)!r}; transpose to ('band', 'y', 'x') first"
            raise InputError(msg)
        names = [str(name) for name in array["band"].values] if "band" in array.coords else None
        bands = names or [f"band{i + 1}" for i in range(array.sizes["band"])]
        values = np.asarray(array.values)
        fill = array.attrs.get("_FillValue", array.attrs.get("nodata"))
        return cls.from_array(
            values if fill is None else np.ma.masked_equal(values, fill),
            bands=bands,
            grid=_grid_of(array),
            acquired=acquired,
            sensor=sensor,
            unit=str(array.attrs.get("units", "DN")),
        )

    def to_xarray(self) -> "xarray.DataArray":
        """Return an xarray array with dims (band, y, x), pixel-center coordinates and the CRS.

        Raises
        ------
        InputError
            If the grid is rotated: coordinates along x and y could not say so.
        """
        import xarray

        if self.grid is not None and (self.grid.transform.b or self.grid.transform.d):
            msg = f"grid.transform={tuple(self.grid.transform)!r} is rotated; read the scene on a north-up grid first"
            raise InputError(msg)
        coords: dict[str, Any] = {"band": list(self.bands)}
        if self.grid is not None:
            rows, columns = np.arange(self.grid.shape[0]), np.arange(self.grid.shape[1])
            coords["x"] = self.grid.xy(np.zeros_like(columns), columns)[0]
            coords["y"] = self.grid.xy(rows, np.zeros_like(rows))[1]
            coords["spatial_ref"] = xarray.DataArray(0, attrs={"crs_wkt": self.grid.wkt})
        attrs = {
            "units": self.unit,
            "scene_id": self.scene_id or "",
            "attribution": self.credit or "",
            "acquired": self.acquired.label if self.acquired else "",
        }
        return xarray.DataArray(self.values.copy(), dims=("band", "y", "x"), coords=coords, attrs=attrs)

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        rows, columns = self.valid.shape
        return rows, columns

    @property
    def digest(self) -> str:
        """Digest of the pixel values, for telling two dates with the same pixels."""
        return digest_array(self.values)

    def state(self) -> NDArray[np.uint8]:
        """Return, per pixel, 0 = valid, 1 = no data or flagged, 2 = failed read; never mixed up."""
        state = np.where(self.valid, 0, 1).astype(np.uint8)
        state[(self.flags & int(Flag.FAILED_READ)) != 0] = 2
        return state

    def band(self, name: str) -> NDArray[np.float32]:
        """Return one band, (y, x).

        Raises
        ------
        BandError
            If the image does not have it.
        """
        if name not in self.bands:
            msg = f"band={name!r} is not in this image; it has {', '.join(self.bands)}"
            raise BandError(msg)
        plane: NDArray[np.float32] = self.values[self.bands.index(name)]
        return plane

    def select(self, bands: Sequence[str]) -> "Image":
        """Return the image with only these bands, in this order."""
        planes = np.stack([self.band(name) for name in bands])
        return replace(self, values=planes, bands=tuple(bands))

    def with_flags(self, flags: NDArray[np.uint16]) -> "Image":
        """Return the image with more flags set; pixels with an unusable flag are no longer valid."""
        joined = self.flags | flags
        return replace(self, flags=joined, valid=self.valid & ((joined & int(UNUSABLE)) == 0))

    def _repr_html_(self) -> str:
        return f"<code>{escape(repr(self))}</code><br><small>{escape(self.credit or 'no credit line')}</small>"

    def __repr__(self) -> str:
        rows, columns = self.shape
        when = self.acquired.label if self.acquired else "no date"
        count = f"{len(self.bands)} band{'s' if len(self.bands) > 1 else ''}"
        share = f"{self.valid.mean():.0%} valid"
        return f"Image({count}: {', '.join(self.bands)}; {rows} x {columns} px, {share}; {when})"


def _real_pixels(values: ArrayLike) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
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
