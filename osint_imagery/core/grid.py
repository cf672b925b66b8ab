"""The pixel grid: the only place where pixels and places are turned into each other."""

import math
from dataclasses import dataclass, field
from functools import lru_cache
from numbers import Real

import numpy as np
import shapely
import shapely.affinity
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS, Geod
from pyproj.exceptions import CRSError
from rasterio.features import geometry_mask
from shapely.geometry import Polygon, box
from shapely.geometry.base import BaseGeometry

from osint_imagery.core.aoi import AreaOfInterest, reproject
from osint_imagery.core.arguments import numbers, require
from osint_imagery.core.errors import GeometryError
from osint_imagery.core.showing import plain_html

__all__ = ["Grid"]

_MOST_PX = 200_000  # a side: far beyond a scene, and beyond what one projection can hold

_GEOD = Geod(ellps="WGS84")
_TRUE_AREA = 0.005  # a metric CRS that distorts areas by more than this is measured on the ellipsoid


def _parsed(crs: str) -> CRS:
    try:
        return CRS.from_user_input(crs)
    except CRSError as err:
        msg = f"crs={crs!r} is not a coordinate reference system; give something like 'EPSG:32636'"
        raise GeometryError(msg) from err


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A CRS, an affine transform and a shape: where each pixel lies.

    Parameters
    ----------
    crs : str
        Anything pyproj understands; kept as ``"EPSG:n"`` where it has a code, else as WKT.
    transform : Affine
        From (column, row) of the pixel's upper left corner to (x, y) in `crs` units.
    shape : tuple of int
        (rows, columns).

    Raises
    ------
    GeometryError
        If the CRS is unknown, the transform has no area, or the shape is not positive.

    Examples
    --------
    >>> aoi = AreaOfInterest.from_bbox(35.51, 33.90, 35.54, 33.91)
    >>> Grid.over(aoi, resolution_m=10)
    Grid(EPSG:32636, 119 x 281 px of 10 x 10 m)
    """

    crs: str
    transform: Affine
    shape: tuple[int, int]
    _crs: CRS = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        require(str, crs=self.crs)
        require(tuple | list | Affine, transform=self.transform)
        given = tuple(self.transform)
        if len(given) not in {6, 9} or not all(isinstance(number, Real) for number in given):
            msg = f"transform={given!r} is not six numbers; give Affine(width, 0, west, 0, -height, north)"
            raise GeometryError(msg)
        require(tuple | list, shape=self.shape)
        parsed = _parsed(self.crs)
        code = parsed.to_epsg(min_confidence=70)
        object.__setattr__(self, "crs", f"EPSG:{code}" if code else parsed.to_wkt())
        object.__setattr__(self, "_crs", parsed)
        object.__setattr__(self, "transform", Affine(*given[:6]))
        object.__setattr__(self, "shape", (int(self.shape[0]), int(self.shape[1])))
        if min(self.shape) < 1:
            msg = f"shape={self.shape!r} has no pixels; give (rows, columns), both at least 1"
            raise GeometryError(msg)
        if self.transform.determinant == 0 or not all(map(math.isfinite, self.transform)):
            msg = f"transform={tuple(self.transform)!r} maps all pixels onto a line or nowhere"
            raise GeometryError(msg)

    @classmethod
    def over(cls, aoi: AreaOfInterest, *, resolution_m: float, margin_m: float = 0.0, crs: str | None = None) -> "Grid":
        """Return the smallest grid that covers an area, snapped to whole multiples of the resolution.

        Parameters
        ----------
        aoi : AreaOfInterest
            What to cover.
        resolution_m : float
            Pixel side, m, > 0.
        margin_m : float
            Ground to add on each side, m: room for alignment and for a null model outside the area.
        crs : str, optional
            A metric CRS; defaults to the area's UTM zone (polar stereographic near the poles).

        Returns
        -------
        Grid

        Raises
        ------
        GeometryError
            If the resolution is not positive, `crs` is not in meters, or the area is too large for one grid.
        """
        require(AreaOfInterest, aoi=aoi)
        require(Real, resolution_m=resolution_m, margin_m=margin_m)
        if not 0 < resolution_m < math.inf or not 0 <= margin_m < math.inf:
            msg = f"resolution_m={resolution_m!r} must be > 0 and margin_m={margin_m!r} >= 0, both finite"
            raise GeometryError(msg)
        target = crs or aoi.local_crs
        if _parsed(target).axis_info[0].unit_name != "metre":
            msg = f"crs={target!r} is not in meters; leave it out to get the local UTM zone"
            raise GeometryError(msg)
        (left, bottom, right, top), step = aoi.in_crs(target).bounds, float(resolution_m)
        side = (max(right - left, top - bottom) + 2 * margin_m) / step
        if not side < _MOST_PX:
            msg = f"aoi={aoi!r} is {side:,.0f} pixels of {step:g} m wide or high; take a smaller area"
            raise GeometryError(msg)
        west, north = math.floor((left - margin_m) / step) * step, math.ceil((top + margin_m) / step) * step
        sides = (north - bottom + margin_m, right + margin_m - west)
        rows, columns = (max(1, math.ceil(side / step - 1e-6)) for side in sides)
        return cls(crs=target, transform=Affine(step, 0, west, 0, -step, north), shape=(rows, columns))

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Left, bottom, right, top of the outermost pixel edges, in CRS units."""
        rows, columns = self.shape
        xs, ys = self.xy(np.array([0, 0, rows, rows]), np.array([0, columns, 0, columns]), center=False)
        return float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max())

    @property
    def wkt(self) -> str:
        """The CRS as well-known text."""
        return str(self._crs.to_wkt())

    @property
    def is_geographic(self) -> bool:
        """Whether the CRS is in degrees."""
        return bool(self._crs.is_geographic)

    @property
    def pixel_size_m(self) -> tuple[float, float]:
        """Height and width of the middle pixel on the ground, m."""
        return _pixel_size_m(self)

    @property
    def pixel_area_m2(self) -> float:
        """Area of the middle pixel on the ground, m2; in degrees and Mercator other rows differ slightly.

        UTM and its like are taken at their word: they keep areas to a fraction of a percent.
        """
        down, across = self.pixel_size_m
        nominal = float(abs(self.transform.determinant))
        if self._crs.axis_info[0].unit_name == "metre" and abs(nominal / (down * across) - 1) < _TRUE_AREA:
            return nominal
        return down * across

    @property
    def gsd_m(self) -> float:
        """Side of a square as large as a pixel, m."""
        return math.sqrt(self.pixel_area_m2)

    def xy(
        self,
        row: NDArray[np.floating] | NDArray[np.integer],
        column: NDArray[np.floating] | NDArray[np.integer],
        *,
        center: bool = True,
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return x and y in CRS units of pixel centers (or upper left corners).

        Parameters
        ----------
        row, column : ndarray
            Pixels, from 0; parts of pixels are allowed.
        center : bool
            False for upper left corners.

        Returns
        -------
        x, y : ndarray of float64

        Examples
        --------
        >>> grid = Grid(crs="EPSG:32636", transform=Affine(10, 0, 500000, 0, -10, 4000000), shape=(5, 5))
        >>> [float(value) for value in grid.xy(np.array(0), np.array(1))]
        [500015.0, 3999995.0]
        """
        half = 0.5 if center else 0.0
        t = self.transform
        r, c = numbers(row=row) + half, numbers(column=column) + half
        return t.a * c + t.b * r + t.c, t.d * c + t.e * r + t.f

    def lonlat(
        self,
        row: NDArray[np.floating] | NDArray[np.integer],
        column: NDArray[np.floating] | NDArray[np.integer],
        *,
        center: bool = True,
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return longitude and latitude of pixel centers (or upper left corners), degrees.

        Parameters
        ----------
        row, column, center : as for :meth:`xy`

        Returns
        -------
        longitude, latitude : ndarray of float64
        """
        x, y = self.xy(row, column, center=center)
        turned = reproject(shapely.multipoints(np.column_stack([np.ravel(x), np.ravel(y)])), self._crs, "EPSG:4326")
        lonlat = shapely.get_coordinates(turned)
        return lonlat[:, 0].reshape(np.shape(x)), lonlat[:, 1].reshape(np.shape(x))

    def to_lonlat(self, geometry: BaseGeometry) -> BaseGeometry:
        """Return a geometry given in CRS units as longitude and latitude.

        Parameters
        ----------
        geometry : shapely geometry
            In the units of :attr:`crs`.

        Returns
        -------
        shapely geometry
        """
        require(BaseGeometry, geometry=geometry)
        return reproject(geometry, self._crs, "EPSG:4326")

    def to_world(self, geometry: BaseGeometry) -> BaseGeometry:
        """Return a geometry given in (column, row) pixels in CRS units.

        Parameters
        ----------
        geometry : shapely geometry
            Columns first; (0, 0) is the upper left corner of the first pixel.

        Returns
        -------
        shapely geometry
        """
        require(BaseGeometry, geometry=geometry)
        t = self.transform
        return shapely.affinity.affine_transform(geometry, [t.a, t.b, t.d, t.e, t.c, t.f])

    @property
    def footprint(self) -> Polygon:
        """The grid's outline in longitude and latitude."""
        edge = shapely.segmentize(box(0, 0, self.shape[1], self.shape[0]), max(self.shape) / 16)
        return self.to_lonlat(self.to_world(edge))

    def inside(self, aoi: AreaOfInterest) -> NDArray[np.bool_]:
        """Return, per pixel, whether its center lies inside the area.

        Returns
        -------
        ndarray of bool, (y, x)
            True = inside.

        Examples
        --------
        >>> aoi = AreaOfInterest.from_point(35.5, 33.9, radius_m=100)
        >>> int(Grid.over(aoi, resolution_m=10).inside(aoi).sum())  # of 10 x 10 m: about 3.14 ha
        317
        """
        require(AreaOfInterest, aoi=aoi)
        shape = aoi.in_crs(self.crs)
        return ~np.asarray(geometry_mask([shape], out_shape=self.shape, transform=self.transform))

    _repr_html_ = plain_html

    def __repr__(self) -> str:
        down, across = self.pixel_size_m
        name = self.crs if self.crs.startswith("EPSG") else self._crs.name
        return f"Grid({name}, {self.shape[0]} x {self.shape[1]} px of {down:.3g} x {across:.3g} m)"


@lru_cache(maxsize=64)
def _pixel_size_m(grid: Grid) -> tuple[float, float]:
    row, column = grid.shape[0] / 2, grid.shape[1] / 2
    corners = grid.lonlat(np.array([row, row + 1, row]), np.array([column, column, column + 1]), center=False)
    lon, lat = corners
    down = _GEOD.inv(lon[0], lat[0], lon[1], lat[1])[2]
    across = _GEOD.inv(lon[0], lat[0], lon[2], lat[2])[2]
    return float(down), float(across)
