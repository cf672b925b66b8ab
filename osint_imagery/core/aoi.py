"""The area of interest: where the claim says that something happened."""

import math
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from numbers import Real
from os import PathLike
from pathlib import Path

import antimeridian
import numpy as np
import shapely
from pyproj import CRS, Geod, Transformer
from pyproj.exceptions import CRSError
from shapely.geometry import MultiPolygon, Polygon, box, mapping
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

from osint_imagery.core.arguments import require
from osint_imagery.core.errors import GeometryError
from osint_imagery.core.vectors import polygons_of

__all__ = ["AreaOfInterest", "reproject"]

_GEOD = Geod(ellps="WGS84")
_LONLAT = CRS.from_epsg(4326)
_POLE = 90.0


@lru_cache(maxsize=64)
def _transformer(source: str, target: str) -> Transformer:
    """Return a transformer; making one costs far more than using it."""
    return Transformer.from_crs(source, target, always_xy=True)


def reproject(geometry: BaseGeometry, source: str | CRS, target: str | CRS) -> BaseGeometry:
    """Return a geometry in another CRS; x is always longitude or easting.

    Edges are not densified: split long ones first where their curvature matters.
    """
    transformer = _transformer(str(source), str(target))
    return shapely.transform(geometry, lambda xy: np.column_stack(transformer.transform(xy[:, 0], xy[:, 1])))


def _placed(polygon: Polygon) -> Polygon | MultiPolygon:
    """Cut at the dateline, close over a pole where the ring goes round one."""
    return antimeridian.fix_polygon(polygon, fix_winding=False, great_circle=False)


def _check_lonlat(lon: float, lat: float, name: str) -> None:
    if not (math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= _POLE):
        msg = f"{name}: lon={lon!r}, lat={lat!r} is not on the Earth; longitude comes first, -180..180, -90..90"
        raise GeometryError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaOfInterest:
    """A polygon on the Earth, in longitude and latitude (EPSG:4326), with a name.

    Parameters
    ----------
    geometry : shapely Polygon or MultiPolygon
        Longitude first. Cut at the dateline: no part crosses ±180 degrees.
    name : str
        What people call the place.

    Raises
    ------
    GeometryError
        If the geometry is empty, not an area, or off the Earth.

    Examples
    --------
    >>> port = AreaOfInterest.from_bbox(35.51, 33.90, 35.54, 33.91, name="port")
    >>> round(port.area_m2 / 1e6, 2)
    3.08
    """

    geometry: Polygon | MultiPolygon
    name: str = ""

    def __post_init__(self) -> None:
        shape = self.geometry
        if not isinstance(shape, (Polygon, MultiPolygon)) or shape.is_empty:
            kind = getattr(shape, "geom_type", type(shape).__name__)
            msg = f"geometry is {kind}, not an area; for a point use AreaOfInterest.from_point(lon, lat, radius_m=...)"
            raise GeometryError(msg)
        west, south, east, north = shape.bounds
        _check_lonlat(west, south, "geometry")
        _check_lonlat(east, north, "geometry")
        if not shape.is_valid:
            msg = f"geometry is invalid ({shapely.is_valid_reason(shape)}); mend it with shapely.make_valid"
            raise GeometryError(msg)

    @classmethod
    def from_bbox(cls, west: float, south: float, east: float, north: float, *, name: str = "") -> "AreaOfInterest":
        """Make an area from a box in degrees; west > east means that it crosses the dateline.

        Parameters
        ----------
        west, south, east, north : float
            Edges, degrees.
        name : str
            What people call the place.

        Returns
        -------
        AreaOfInterest

        Examples
        --------
        >>> AreaOfInterest.from_bbox(179.5, -17, -179.5, -16).geometry.geom_type
        'MultiPolygon'
        """
        require(Real, west=west, south=south, east=east, north=north)
        _check_lonlat(west, south, "bbox west, south")
        _check_lonlat(east, north, "bbox east, north")
        if west > east and east + 360 - west > 180:
            msg = (
                f"bbox west={west!r} > east={east!r} would reach {east + 360 - west:g} degrees around the globe across "
                "the dateline; were west and east exchanged?"
            )
            raise GeometryError(msg)
        if south >= north or west == east:
            msg = f"bbox=({west}, {south}, {east}, {north}) has no area; the order is west, south, east, north"
            raise GeometryError(msg)
        if west < east:
            return cls(geometry=box(west, south, east, north), name=name)
        parts = [box(west, south, 180, north), box(-180, south, east, north)]
        return cls(geometry=MultiPolygon([part for part in parts if part.area > 0]), name=name)

    @classmethod
    def from_point(cls, lon: float, lat: float, *, radius_m: float, name: str = "") -> "AreaOfInterest":
        """Make a geodesic circle of `radius_m` meters round a point; the dateline and poles are fine.

        Parameters
        ----------
        lon, lat : float
            Its middle, degrees.
        radius_m : float
            m, between 0 and 1,000,000.
        name : str
            What people call the place.

        Returns
        -------
        AreaOfInterest

        Examples
        --------
        >>> circle = AreaOfInterest.from_point(-180, 0, radius_m=1500)
        >>> round(circle.area_m2 / (3.14159265 * 1500**2), 2)
        1.0
        """
        require(Real, lon=lon, lat=lat, radius_m=radius_m)
        _check_lonlat(lon, lat, "point")
        if not 0 < radius_m < 1e6:
            msg = f"radius_m={radius_m!r} is not between 0 and 1,000,000 m"
            raise GeometryError(msg)
        azimuths = np.linspace(360, 0, 128, endpoint=False)  # counter-clockwise ring
        count = len(azimuths)
        lons, lats, _ = _GEOD.fwd(np.full(count, lon), np.full(count, lat), azimuths, np.full(count, radius_m))
        return cls(geometry=_placed(Polygon(np.column_stack([lons, lats]))), name=name)

    @classmethod
    def from_geometry(cls, geometry: BaseGeometry, *, crs: str = "EPSG:4326", name: str = "") -> "AreaOfInterest":
        """Make an area from any shapely polygon in any CRS.

        Edges are split before reprojection, so that a long straight edge stays where it was.

        Parameters
        ----------
        geometry : shapely Polygon or MultiPolygon
            x first (longitude or easting).
        crs : str
            Anything pyproj understands.
        name : str
            What people call the place.

        Returns
        -------
        AreaOfInterest

        Raises
        ------
        GeometryError
            If it is empty, invalid, not an area, or has no place in that CRS.

        Examples
        --------
        >>> square = box(730000, 3750000, 731000, 3751000)
        >>> round(AreaOfInterest.from_geometry(square, crs="EPSG:32636").area_m2 / 1e6, 2)
        1.0
        """
        require(BaseGeometry, geometry=geometry)
        try:
            source = CRS.from_user_input(crs)
        except CRSError as err:
            msg = f"crs={crs!r} is not a coordinate reference system; give something like 'EPSG:32636'"
            raise GeometryError(msg) from err
        if source == _LONLAT or geometry.is_empty:
            return cls(geometry=geometry, name=name)
        if not geometry.is_valid:
            msg = f"geometry is invalid ({shapely.is_valid_reason(geometry)}); mend it with shapely.make_valid"
            raise GeometryError(msg)
        longest = max(geometry.length / 64, 1e-9)
        # A clockwise ring (as in Shapefiles) would be taken for one that goes round a pole.
        wound = [orient(part) for part in shapely.get_parts(geometry) if isinstance(part, Polygon)]
        turned = reproject(shapely.segmentize(MultiPolygon(wound), longest), source, _LONLAT)
        if not np.isfinite(shapely.get_coordinates(turned)).all():
            msg = f"geometry with bounds {geometry.bounds} has no place in crs={crs!r}; give the CRS it was drawn in"
            raise GeometryError(msg)
        parts = [_placed(part) for part in shapely.get_parts(turned) if isinstance(part, Polygon)]
        return cls(geometry=shapely.union_all(parts), name=name)

    @classmethod
    def from_file(cls, path: str | Path, *, name: str = "") -> "AreaOfInterest":
        """Read an area from GeoJSON, GeoPackage, KML, Shapefile or any other vector file.

        All polygons of the first layer are joined; the file's CRS is honored.

        Parameters
        ----------
        path : str or Path
            The file.
        name : str
            What people call the place; default: the file's name without its ending.

        Returns
        -------
        AreaOfInterest

        Raises
        ------
        GeometryError
            If the file cannot be read, has no CRS, or holds no polygon.
        """
        require(str | PathLike, path=path)
        geometry, crs = polygons_of(Path(path))
        return cls.from_geometry(geometry, crs=crs, name=name or Path(path).stem)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees; west > east where the area crosses the dateline."""
        west, south, east, north = self.geometry.bounds
        if west == -180 and east == 180:
            parts = list(shapely.get_parts(self.geometry))
            low = [part.bounds for part in parts if part.bounds[0] == -180 and part.bounds[2] < 180]
            high = [part.bounds for part in parts if part.bounds[2] == 180 and part.bounds[0] > -180]
            if low and high and len(low) + len(high) == len(parts):
                return min(b[0] for b in high), south, max(b[2] for b in low), north
        return west, south, east, north

    @property
    def center(self) -> tuple[float, float]:
        """Longitude and latitude of the middle of the bounds."""
        west, south, east, north = self.bounds
        span = east - west if east >= west else east + 360 - west
        lon = west + span / 2
        return (lon - 360 if lon > 180 else lon), (south + north) / 2

    @property
    def area_m2(self) -> float:
        """Area on the WGS 84 ellipsoid, m2."""
        # Edges are straight in longitude and latitude, not along geodesics: split them.
        split = shapely.segmentize(self.geometry, 0.25)
        area = sum(abs(_GEOD.geometry_area_perimeter(part)[0]) for part in shapely.get_parts(split))
        return float(area)

    @property
    def local_crs(self) -> str:
        """A metric CRS for this place: its UTM zone, or polar stereographic beyond 84 N and 80 S."""
        lon, lat = self.center
        if lat >= 84 or self.geometry.bounds[3] == _POLE:
            return "EPSG:32661"
        if lat <= -80 or self.geometry.bounds[1] == -_POLE:
            return "EPSG:32761"
        zone = min(int((lon + 180) // 6) + 1, 60)
        return f"EPSG:{(32600 if lat >= 0 else 32700) + zone}"

    def in_crs(self, crs: str) -> BaseGeometry:
        """Return the area's geometry in another CRS, edges split finely enough to stay in place."""
        finest = max(min(self.geometry.length / 200, 0.5), 1e-7)
        return reproject(shapely.segmentize(self.geometry, finest), _LONLAT, crs)

    @property
    def __geo_interface__(self) -> dict[str, object]:
        """The area as a GeoJSON geometry."""
        return dict(mapping(self.geometry))

    def _repr_html_(self) -> str:
        lon, lat = self.center
        name = escape(self.name or "area of interest")
        return f"<b>{name}</b> {self.area_m2 / 1e6:.2f} km² round {lat:.4f}°, {lon:.4f}°"

    def __repr__(self) -> str:
        lon, lat = self.center
        return f"AreaOfInterest({self.name!r}, {self.area_m2 / 1e6:.2f} km2 at lon {lon:.4f}, lat {lat:.4f})"
