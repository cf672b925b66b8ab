"""Fields of a STAC item, read strictly: what is missing is None, what is contradictory is refused."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import antimeridian
from shapely.errors import ShapelyError
from shapely.geometry import MultiPolygon, Polygon, shape

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.errors import CatalogError, GeometryError, TimeError
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.scenes.address import shown

__all__ = [
    "acquisition",
    "band_entries",
    "footprint",
    "local_path",
    "number",
    "one_value",
    "processed",
    "tile",
    "view_zenith",
    "words",
]

Fields = Mapping[str, Any]


def number(fields: Fields, *names: str) -> float | None:
    """Return the first of several fields that holds a finite number; NaN only for nodata, where STAC writes "nan"."""
    for name in names:
        value = fields.get(name)
        if name.endswith("nodata") and str(value).lower() == "nan":
            return math.nan
        if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
            return float(value)
    return None


def words(fields: Fields, *names: str) -> str | None:
    """Return the first of several fields that holds text."""
    for name in names:
        value = fields.get(name)
        if isinstance(value, str) and value:
            return value
    return None


def acquisition(properties: Fields) -> TimeSpan:
    """Return when the scene was taken: its start to its end where given, else its instant.

    Raises
    ------
    TimeError
        If there is no time, it has no zone, or the instant lies outside the span.
    """
    instant = words(properties, "datetime")
    start, end = words(properties, "start_datetime"), words(properties, "end_datetime")
    if start is not None and end is not None:
        span = TimeSpan(start, end)
        if instant is not None and not span.contains(TimeSpan(instant)):
            msg = f"datetime={instant!r} lies outside start_datetime={start!r}, end_datetime={end!r}"
            raise TimeError(msg)
        return span
    if instant is None:
        msg = "datetime is null and start_datetime with end_datetime is missing; the item has no date"
        raise TimeError(msg)
    return TimeSpan(instant)


def processed(properties: Fields) -> TimeSpan | None:
    """Return when the product was made, None where that is not stated or no time."""
    for name in ("processing:datetime", "s2:generation_time", "created"):
        stated = words(properties, name)
        try:
            if stated is not None:
                return TimeSpan(stated)
        except TimeError:
            continue
    return None


def tile(properties: Fields) -> str | None:
    """Return the tile of a fixed grid that a product covers, one spelling for all ways to state it.

    Examples
    --------
    >>> tile({"grid:code": "MGRS-33UWP"}), tile({"s2:mgrs_tile": "06VVN"}), tile({"landsat:wrs_path": "28"})
    ('MGRS-33UWP', 'MGRS-6VVN', None)
    """
    code = words(properties, "grid:code")
    mgrs = words(properties, "s2:mgrs_tile")
    if code is not None or mgrs is not None:
        kind, _, cell = (code or f"MGRS-{mgrs}").partition("-")
        return f"{kind}-{cell.lstrip('0')}"
    for prefix in ("mgrs", "sentinel"):
        zone, band, square = (
            properties.get(f"{prefix}:{name}") for name in ("utm_zone", "latitude_band", "grid_square")
        )
        if zone and band and square:
            return f"MGRS-{zone}{band}{square}"
    path, row = (str(properties.get(f"landsat:wrs_{name}") or "") for name in ("path", "row"))
    system = properties.get("landsat:wrs_type") or "2"
    return f"WRS{system}-{int(path):03d}{int(row):03d}" if path.isdigit() and row.isdigit() else None


def footprint(geometry: object) -> Polygon | MultiPolygon:
    """Return a GeoJSON geometry as a polygon in longitude and latitude, cut at the dateline.

    Raises
    ------
    GeometryError
        If it is missing, not an area, invalid or off the Earth.
    """
    if not isinstance(geometry, Mapping):
        msg = f"geometry={geometry!r} is missing; without it nobody can tell whether the scene shows the place"
        raise GeometryError(msg)
    try:
        found = shape(geometry)
    except (ShapelyError, ValueError, TypeError, KeyError, AttributeError, IndexError) as err:
        msg = f"geometry is not GeoJSON ({err})"
        raise GeometryError(msg) from err
    if isinstance(found, Polygon) and not found.is_empty:
        west, _, east, _ = found.bounds
        beyond = west < -180 or east > 180 or 180 < east - west < 360
        if beyond and west >= -360 and east <= 360:
            found = antimeridian.fix_polygon(found, fix_winding=True, great_circle=False)
    return AreaOfInterest(geometry=found).geometry


def view_zenith(properties: Fields) -> float | None:
    """Return the angle at the ground between the vertical and the line to the sensor, degrees; None if not stated.

    ``view:off_nadir`` is the angle at the sensor: it is the same only straight down, else the orbit's height is
    needed.
    """
    stated = number(properties, "view:incidence_angle")
    straight_down = stated is None and number(properties, "view:off_nadir") == 0
    return 0.0 if straight_down else stated


def band_entries(asset: Fields, properties: Fields | None = None) -> list[Fields]:
    """Return one mapping a raster band, joined from ``bands``, ``eo:bands`` and ``raster:bands``.

    Before STAC 1.0 an asset's ``eo:bands`` held places in the ``eo:bands`` of the item's `properties`.
    """
    lists = [asset.get(name) for name in ("raster:bands", "bands")]
    lists.insert(1, _old_bands(asset.get("eo:bands"), (properties or {}).get("eo:bands")))
    present = [entry for entry in lists if isinstance(entry, list) and all(isinstance(band, Mapping) for band in entry)]
    count = max((len(entry) for entry in present), default=0)
    joined: list[Fields] = [{} for _ in range(count)]
    for entry in present:
        if len(entry) == count:
            joined = [{**old, **new} for old, new in zip(joined, entry, strict=True)]
    return joined


def _old_bands(own: object, shared: object) -> object:
    if isinstance(own, list) and isinstance(shared, list) and all(type(place) is int for place in own):
        return [shared[place] for place in own if 0 <= place < len(shared)]
    return own


def one_value(asset: Fields, bands: list[Fields], name: str) -> float | None:
    """Return a raster field that all bands of a file share, None where none states it.

    Raises
    ------
    CatalogError
        If bands of one file differ in it.
    """
    shared = number(asset, f"raster:{name}", name)
    found = {number(band, f"raster:{name}", name) for band in bands} or {None}
    found = {shared if value is None else value for value in found}
    if len(found) > 1:
        msg = f"bands of one file differ in {name} ({', '.join(map(str, found))}); give each its own file"
        raise CatalogError(msg)
    return found.pop()


def local_path(href: str, base: Path, root: Path) -> Path | None:
    """Return where a link leads on this machine, None where it leads to another machine.

    Parameters
    ----------
    href : str
        As the metadata writes it.
    base, root : Path
        Folder of the linking file, and the catalogue's folder, which no link may leave.

    Raises
    ------
    CatalogError
        If it is a virtual path of the raster library, another scheme, or leads out of the catalogue.
    """
    parts = urlsplit(href)
    if parts.scheme in {"http", "https", "s3", "gs", "abfs", "az", "ftp"} and parts.netloc:
        return None
    target = unquote(parts.path)
    if parts.scheme or parts.netloc or "/vsi" in f"/{target.lower()}" or "\0" in target or not target:
        msg = f"href={shown(href)!r} is not a plain relative path; catalogues are read from local files only"
        raise CatalogError(msg)
    path = (base / target).resolve()
    if not path.is_relative_to(root.resolve()):
        msg = f"href={shown(href)!r} leads out of the catalogue {str(root)!r}; copy the file into it"
        raise CatalogError(msg)
    return path
