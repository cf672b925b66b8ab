"""GeoJSON files that people fill in: read strictly, every mistake named with the feature and the field."""

import json
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn, TypeVar

import shapely
from pydantic import Field, ValidationError
from shapely.geometry import MultiPolygon, Polygon, mapping, shape

from osint_imagery.core.arguments import require
from osint_imagery.core.errors import GeometryError, InputError, MissingAssetError
from osint_imagery.evidence.fields import Model, Text

__all__ = ["Geometry", "NamedCrs", "feature", "outline_wkt", "read_feature_file", "said"]

M = TypeVar("M", bound=Model)

_CRS84 = "urn:ogc:def:crs:OGC:1.3:CRS84"
Position = tuple[float, float]
Rings = tuple[tuple[Position, ...], ...]


class _Polygon(Model):
    type: Literal["Polygon"]
    coordinates: Rings


class _MultiPolygon(Model):
    type: Literal["MultiPolygon"]
    coordinates: tuple[Rings, ...]


Geometry = Annotated[_Polygon | _MultiPolygon, Field(discriminator="type")]
"""An outline: longitude first, two numbers a position."""


class _CrsName(Model):
    name: Literal["urn:ogc:def:crs:OGC:1.3:CRS84"]


class NamedCrs(Model):
    """The member ``crs`` that map programs write; only CRS84 (longitude, latitude, WGS 84) is GeoJSON."""

    type: Literal["name"]
    properties: _CrsName


def read_feature_file(path: str | Path, model: type[M], *, argument: str) -> tuple[M, bytes]:
    """Read a GeoJSON file strictly and return it with its bytes.

    Parameters
    ----------
    path : str or Path
        The file.
    model : type
        What it has to be: every field, no other.
    argument : str
        The name by which the caller knows the file.

    Raises
    ------
    MissingAssetError
        If there is no such file.
    InputError
        If it is no JSON, names a key twice, or is not of the model; the message names feature and field.
    """
    require(str | PathLike, **{argument: path})
    file = Path(path)
    if not file.is_file():
        msg = f"{argument}={str(path)!r} is not a file; give the GeoJSON file"
        raise MissingAssetError(msg)
    data = file.read_bytes()
    return parsed(data, model, name=f"{argument}={file.name!r}"), data


def parsed(data: bytes, model: type[M], *, name: str) -> M:
    """Return GeoJSON bytes as a model; `name` is what messages call them."""
    try:
        body = json.loads(data.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_number)
    except (UnicodeDecodeError, ValueError, RecursionError) as err:
        msg = f"{name} cannot be read as JSON ({err}); save it as GeoJSON in UTF-8"
        raise InputError(msg) from err
    try:
        return model.model_validate_json(data)
    except ValidationError as err:
        first = err.errors()[0]
        msg = f"{name}: {_where(first['loc'], body)}{first['msg'].removeprefix('Value error, ')}"
        more = f" ({err.error_count()} problems)" if err.error_count() > 1 else ""
        raise InputError(msg + more) from err


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    names = [key for key, _ in pairs]
    if len(set(names)) != len(names):
        msg = f"the key {next(key for key in names if names.count(key) > 1)!r} stands twice in one object"
        raise ValueError(msg)
    return dict(pairs)


def _no_number(text: str) -> NoReturn:
    msg = f"{text} is no number of JSON"
    raise ValueError(msg)


def _where(steps: tuple[int | str, ...], body: Any) -> str:
    """Return where a mistake is: feature by number and id, then the field."""
    if len(steps) < 2 or steps[0] != "features" or not isinstance(steps[1], int):
        return f"{'.'.join(map(str, steps))}: " if steps else ""
    row = body["features"][steps[1]]
    name = row.get("id") if isinstance(row, dict) else None
    field = ".".join(str(step) for step in steps[2:] if step not in {"Polygon", "MultiPolygon"})
    return f"{said(steps[1], name)}: {field or 'feature'}: "


def said(index: int, name: object) -> str:
    """Return how a message names a feature.

    Examples
    --------
    >>> said(0, "07"), said(1, None)
    ("feature 1 ('07')", 'feature 2')
    """
    return f"feature {index + 1}" + (f" ({name!r})" if name is not None else "")


def outline_wkt(geometry: _Polygon | _MultiPolygon | None, *, where: str) -> str | None:
    """Return an outline as well-known text; None where there is none.

    Raises
    ------
    GeometryError
        If a ring is open or crosses itself, or a position is not on the Earth.
    """
    if geometry is None:
        return None
    parts = (geometry.coordinates,) if isinstance(geometry, _Polygon) else geometry.coordinates
    rings = [ring for part in parts for ring in part]
    for ring in rings:
        if len(ring) < 4 or ring[0] != ring[-1]:
            msg = f"{where}: geometry: a ring has {len(ring)} positions; give 4 or more, the last equal to the first"
            raise GeometryError(msg)
        for lon, lat in ring:
            if not (abs(lon) <= 180 and abs(lat) <= 90):
                msg = f"{where}: geometry: {lon!r}, {lat!r} is not on the Earth; longitude comes first, in degrees"
                raise GeometryError(msg)
    outline = shape(geometry.model_dump())
    if not rings or outline.is_empty or not outline.is_valid:
        why = shapely.is_valid_reason(outline) if rings else "no ring"
        msg = f"{where}: geometry: the outline is not valid ({why}); mend it with shapely.make_valid"
        raise GeometryError(msg)
    return str(outline.wkt)


def feature(name: str, wkt: str | None, properties: dict[str, Text | None]) -> dict[str, Any]:
    """Return a GeoJSON feature (RFC 7946: outer rings counterclockwise)."""
    outline: Polygon | MultiPolygon | None = None if wkt is None else shapely.orient_polygons(shapely.from_wkt(wkt))
    geometry = None if outline is None else mapping(outline)
    return {"type": "Feature", "id": name, "geometry": geometry, "properties": properties}
