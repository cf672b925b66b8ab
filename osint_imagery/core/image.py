"""One acquisition's pixels on one grid, read-only, with everything needed to doubt them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from osint_imagery.core.arguments import require, require_each
from osint_imagery.core.arrays import put_together, real_pixels, taken_apart
from osint_imagery.core.errors import BandError, GridMismatchError, InputError
from osint_imagery.core.flags import UNUSABLE, Flag
from osint_imagery.core.grid import Grid
from osint_imagery.core.handover import owned
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
        require(Grid | None, grid=self.grid)
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
        # copies, unless they are given away: nobody keeps a handle on what the digest covers
        pixels, valid, flags = owned(self.values, np.float32), owned(self.valid, np.bool_), owned(self.flags, np.uint16)
        if not valid.all():
            np.copyto(pixels, np.float32(np.nan), where=~valid)
        if not all(np.array_equal(np.isfinite(plane), valid) for plane in pixels):
            msg = "values has a NaN or infinity where valid is True; mark that pixel as not valid, with its flag"
            raise InputError(msg)
        for name, array in (("values", pixels), ("valid", valid), ("flags", flags)):
            object.__setattr__(self, name, freeze(array))

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

        Returns
        -------
        Image

        Examples
        --------
        >>> image = Image.from_array([[[0.1, 0.2], [0.3, float("nan")]]], bands=["red"], acquired="2017-10-03")
        >>> image
        Image(1 band: red; 2 x 2 px, 75% valid; 2017-10-03 (UTC day, time unknown))
        """
        pixels, usable = real_pixels(values)
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
            bands=require_each(str, bands=list(bands) if isinstance(bands, str) else bands),  # "abc": one letter a band
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
        cls, array: "xarray.DataArray", *, acquired: TimeSpan | Moment | None = None, sensor: str | None = None
    ) -> "Image":
        """Make an image from an xarray array with dims ``(band, y, x)`` and, where it has one, a CRS.

        Pixels equal to a ``_FillValue`` or ``nodata`` attribute are not valid. A ``simulated`` attribute is taken over,
        scene id and credit are not: the pixels may be others by now.
        The CRS is taken from a ``spatial_ref`` coordinate (as rioxarray and odc-stac write it); the
        coordinates must be evenly spaced pixel centers.

        Parameters
        ----------
        array : xarray.DataArray
            Band names are those of its ``band`` coordinate, else ``band1``, ``band2`` ...
        acquired : TimeSpan, str, date or datetime, optional
            When, UTC.
        sensor : str, optional
            Key of the sensor.

        Returns
        -------
        Image

        Raises
        ------
        InputError
            If dims are others, or coordinates are not evenly spaced.
        """
        pixels = taken_apart(array)
        image = cls.from_array(
            pixels.values, bands=pixels.bands, grid=pixels.grid, acquired=acquired, sensor=sensor, unit=pixels.unit
        )
        return replace(image, simulated=pixels.simulated)

    def to_xarray(self) -> "xarray.DataArray":
        """Return an xarray array with dims (band, y, x), pixel-center coordinates and the CRS.

        Raises
        ------
        InputError
            If the grid is rotated: coordinates along x and y could not say so.
        """
        attrs: dict[str, str | int] = {
            "units": self.unit,
            "scene_id": self.scene_id or "",
            "attribution": self.credit or "",
            "acquired": self.acquired.label if self.acquired else "",
            "simulated": int(self.simulated),
        }
        return put_together(self.values, self.bands, self.grid, attrs)

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
        """Return, per pixel, 0 = valid, 1 = no data or flagged, 2 = failed read; never mixed up.

        Returns
        -------
        ndarray of uint8, (y, x)
        """
        state = np.where(self.valid, 0, 1).astype(np.uint8)
        state[(self.flags & int(Flag.FAILED_READ)) != 0] = 2
        return state

    def band(self, name: str) -> NDArray[np.float32]:
        """Return one band.

        Parameters
        ----------
        name : str
            One of :attr:`bands`.

        Returns
        -------
        ndarray of float32, (y, x)

        Raises
        ------
        BandError
            If the image does not have it.

        Examples
        --------
        >>> Image.from_array([[[0.25, 0.5]]], bands=["red"]).band("red")
        array([[0.25, 0.5 ]], dtype=float32)
        """
        if name not in self.bands:
            msg = f"band={name!r} is not in this image; it has {', '.join(self.bands)}"
            raise BandError(msg)
        plane: NDArray[np.float32] = self.values[self.bands.index(name)]
        return plane

    def select(self, bands: Sequence[str]) -> "Image":
        """Return the image with only these bands, in this order.

        Parameters
        ----------
        bands : sequence of str
            Of :attr:`bands`.

        Returns
        -------
        Image
        """
        names = require_each(str, bands=bands)
        return replace(self, values=np.stack([self.band(name) for name in names]), bands=names)

    def with_flags(self, flags: NDArray[np.uint16]) -> "Image":
        """Return the image with more flags set; pixels with an unusable flag are no longer valid.

        Parameters
        ----------
        flags : ndarray of uint16, (y, x)
            :class:`~osint_imagery.core.flags.Flag` bits to add; none is taken away.

        Returns
        -------
        Image
        """
        require(np.ndarray, flags=flags)
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
