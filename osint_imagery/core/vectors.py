"""Geometries of vector files: GeoJSON, GeoPackage, KML, Shapefile."""

from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry

from osint_imagery.core.errors import GeometryError

__all__ = ["polygons_of"]


def polygons_of(path: Path) -> tuple[BaseGeometry, str]:
    """Return all geometries of the first layer of a vector file, joined, and its CRS.

    Raises
    ------
    GeometryError
        If the file cannot be read, has no CRS, or holds no geometry or an invalid one.
    """
    import pyogrio  # brings geopandas along, which nobody needs who draws no area from a file

    try:
        meta, _, wkb, _ = pyogrio.raw.read(path, columns=[])
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as err:
        msg = f"path={str(path)!r} could not be read as a vector file ({err}); give GeoJSON, GeoPackage, KML ..."
        raise GeometryError(msg) from err
    if wkb is None or len(wkb) == 0:
        msg = f"path={str(path)!r} holds no geometry; draw at least one polygon"
        raise GeometryError(msg)
    if not meta["crs"]:
        msg = f"path={str(path)!r} names no CRS; save it with one (GeoJSON is always EPSG:4326)"
        raise GeometryError(msg)
    shapes = shapely.from_wkb(wkb)
    for number, shape in enumerate(shapes):
        if shape is not None and not shape.is_valid:
            why = shapely.is_valid_reason(shape)
            msg = f"path={str(path)!r}: feature {number} is invalid ({why}); mend it with shapely.make_valid"
            raise GeometryError(msg)
    return shapely.union_all(shapes), str(meta["crs"])
