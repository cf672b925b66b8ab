"""Static STAC catalogues (1.0 and 1.1) on this machine: every item becomes a scene."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from osint_imagery.core.errors import CatalogError
from osint_imagery.core.lineage import digest_from_multihash
from osint_imagery.scenes.location import LocalFile
from osint_imagery.scenes.naming import common_name, sensor_key
from osint_imagery.scenes.properties import (
    acquisition,
    band_entries,
    footprint,
    local_path,
    number,
    one_value,
    view_zenith,
    words,
)
from osint_imagery.scenes.provider import license_for
from osint_imagery.scenes.scene import Asset, Scene
from osint_imagery.scenes.sensors import Sensor, sensor

__all__ = ["read_json", "scene_of", "walk"]

_RASTER_TYPES = ("tiff", "jp2", "netcdf")
_RASTER_SUFFIXES = frozenset({".tif", ".tiff", ".jp2", ".nc"})
_KINDS = {"Catalog", "Collection", "Feature", "FeatureCollection"}
_PRODUCT_ID = ("s2:product_uri", "landsat:product_id", "s1:product_identifier", "osint:product_id")
_PRODUCT_LIKE = ("S2A_MSI", "S2B_MSI", "S2C_MSI", "S1A_", "S1B_", "S1C_", "OPERA_L2_", "LC0", "LE0", "LT0")


def read_json(path: Path) -> tuple[bytes, dict[str, Any]]:
    """Return a JSON object's bytes and content.

    Raises
    ------
    CatalogError
        If the file is not there or does not hold a JSON object; the message names it.
    """
    try:
        data = path.read_bytes()
        body = json.loads(data)
    except (OSError, ValueError, RecursionError) as err:
        msg = f"{str(path)!r} cannot be read as JSON ({err}); mend or restore the catalogue"
        raise CatalogError(msg) from err
    if not isinstance(body, dict):
        msg = f"{str(path)!r} holds a {type(body).__name__}, not a JSON object; mend or restore the catalogue"
        raise CatalogError(msg)
    return data, body


def walk(start: Path) -> Iterator[Scene]:
    """Yield every scene below a catalogue, collection, item or item-collection file, in the order of its links.

    Raises
    ------
    CatalogError
        If any file below it is missing or cannot be understood: a catalogue is read whole or not at all.
    """
    root = start.resolve().parent
    waiting, seen = [start.resolve()], set[Path]()
    while waiting:
        path = waiting.pop(0)
        if path in seen:
            continue
        seen.add(path)
        data, body = read_json(path)
        kind = body.get("type")
        if not isinstance(kind, str) or kind not in _KINDS:
            msg = f"{str(path)!r} has type={body.get('type')!r}; a STAC file is a Catalog, Collection or Feature"
            raise CatalogError(msg)
        if kind == "Feature":
            yield scene_of(data, body, path, root)
        for feature in body.get("features", ()) if kind == "FeatureCollection" else ():
            yield scene_of(json.dumps(feature, indent=1).encode(), feature, path, root)
        waiting.extend(_children(body, path, root))


def _children(body: Mapping[str, Any], path: Path, root: Path) -> list[Path]:
    found = []
    for link in body.get("links", ()) if body.get("type") in {"Catalog", "Collection"} else ():
        if not isinstance(link, Mapping) or link.get("rel") not in {"child", "item"}:
            continue
        href = str(link.get("href", ""))
        try:
            target = local_path(href, path.parent, root)
        except CatalogError as err:
            msg = f"{str(path)!r}: {err}"
            raise CatalogError(msg) from err
        if target is None:
            msg = f"{str(path)!r} links to {href!r}; remote items are not read, save them beside the catalogue"
            raise CatalogError(msg)
        found.append(target)
    return found


def scene_of(data: bytes, item: Mapping[str, Any], path: Path, root: Path) -> Scene:
    """Return the scene that a STAC item describes.

    Parameters
    ----------
    data, item : bytes and its content
        The item, verbatim and parsed.
    path, root : Path
        Its file, and the catalogue's folder.

    Raises
    ------
    CatalogError
        If the item is incomplete or contradicts itself; the message names file and item.
    """
    try:
        return _scene(data, item, path, root)
    except (ValueError, ArithmeticError, CatalogError, KeyError, TypeError, AttributeError) as err:
        name = item.get("id") if isinstance(item, Mapping) else None
        msg = f"{str(path)!r}, item {name!r}: {err}; mend the item, it was not guessed at"
        raise CatalogError(msg) from err


def _scene(data: bytes, item: Mapping[str, Any], path: Path, root: Path) -> Scene:
    properties = item["properties"]
    if not isinstance(item.get("id"), str) or not isinstance(properties, Mapping):
        msg = "id is not text, or properties is not an object"
        raise CatalogError(msg)
    kind = sensor(sensor_key({**properties, "collection": item.get("collection", "")}))
    platform = words(properties, "platform")
    product_id, notes = _product(item["id"], properties)
    elevation, azimuth = _sun(properties)
    source = words(properties, "osint:source", "sci:citation")
    return Scene(
        id=item["id"],
        sensor=kind,
        acquired=acquisition(properties),
        footprint=footprint(item.get("geometry")),
        assets=_assets(item, kind=kind, platform=platform, place=(path.parent, root)),
        platform=platform,
        processing_version=words(properties, "processing:version", "s2:processing_baseline"),
        product_id=product_id,
        sun_elevation_deg=elevation,
        sun_azimuth_deg=azimuth,
        view_zenith_deg=view_zenith(properties),
        view_azimuth_deg=number(properties, "view:azimuth"),
        relative_orbit=_whole(number(properties, "sat:relative_orbit")),
        scene_cloud_percent=number(properties, "eo:cloud_cover"),
        simulated=kind.key == "simulated-msi" or properties.get("osint:simulated") is True,
        metadata=data,
        href=path.relative_to(root).as_posix(),
        license=license_for(kind.license, _own_license(kind, properties), source),
        doi=kind.doi_for(platform) or words(properties, "sci:doi"),
        notes=(*notes, _APPLIED) if _is_applied(properties) else notes,
        source=source,
    )


def _own_license(kind: Sensor, properties: Mapping[str, Any]) -> str | None:
    """Return the item's licence; mirrors call Sentinel and Landsat ``proprietary`` or ``various``: the table wins."""
    return words(properties, "license") if kind.license == "not stated" else None


def _sun(properties: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """Return the sun's elevation and azimuth, degrees."""
    zenith = number(properties, "s2:mean_solar_zenith")
    elevation = number(properties, "view:sun_elevation")
    if elevation is None and zenith is not None:
        elevation = 90 - zenith
    return elevation, number(properties, "view:sun_azimuth", "s2:mean_solar_azimuth")


def _is_applied(properties: Mapping[str, Any]) -> bool:
    return properties.get("earthsearch:boa_offset_applied") is True


_APPLIED = (
    "the item says that the offset is already applied (earthsearch:boa_offset_applied): its stated offset is unused"
)


def _without_offset(asset: Asset) -> Asset:
    """Drop an offset that the item both states and calls applied: which is true is not known."""
    return replace(asset, offset=None) if asset.offset else asset


def _product(item_id: str, properties: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    note = words(properties, "osint:note")
    notes = (note,) if note else ()
    stated = words(properties, *_PRODUCT_ID)
    if stated is not None or item_id.startswith(_PRODUCT_LIKE):
        return stated or item_id, notes
    fragment = words(properties, "s2:product_fragment")
    part = f" (the metadata names a part of it: {fragment})" if fragment else ""
    return item_id, (*notes, f"product id not stated; the item's id stands in its place{part}")


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


def _assets(
    item: Mapping[str, Any], *, kind: Sensor, platform: str | None, place: tuple[Path, Path]
) -> tuple[Asset, ...]:
    found = item.get("assets", {}).items()
    assets = tuple(_asset(key, asset, kind=kind, platform=platform, place=place) for key, asset in found)
    return tuple(_without_offset(asset) for asset in assets) if _is_applied(item["properties"]) else assets


def _asset(
    key: str, asset: Mapping[str, Any], *, kind: Sensor, platform: str | None, place: tuple[Path, Path]
) -> Asset:
    href = str(asset["href"])
    path = local_path(href, *place)
    media = str(asset.get("type") or "")
    is_raster = any(word in media.lower() for word in _RASTER_TYPES) if media else _suffix(href) in _RASTER_SUFFIXES
    entries = band_entries(asset)
    checksum = words(asset, "file:checksum")
    return Asset(
        key=key,
        location=None if path is None else LocalFile(path),
        href=href,
        digest=digest_from_multihash(checksum) if checksum else None,
        size=_whole(number(asset, "file:size")),
        bands=_band_names(key, entries, kind=kind, platform=platform) if is_raster else (),
        scale=one_value(asset, entries, "scale"),
        offset=one_value(asset, entries, "offset"),
        nodata=one_value(asset, entries, "nodata"),
        roles=tuple(str(role) for role in asset.get("roles") or ()),
        gsd_m=number(asset, "gsd", "raster:spatial_resolution") or _resolution(entries),
        media_type=media,
        unit=next((str(entry["unit"]) for entry in entries if entry.get("unit")), None),
    )


def _suffix(href: str) -> str:
    return Path(href.split("?", 1)[0]).suffix.lower()


def _resolution(entries: list[Mapping[str, Any]]) -> float | None:
    sizes = [size for entry in entries if (size := number(entry, "raster:spatial_resolution", "spatial_resolution"))]
    return min(sizes) if sizes else None


def _band_names(key: str, entries: list[Mapping[str, Any]], *, kind: Sensor, platform: str | None) -> tuple[str, ...]:
    """Name each raster band: by the sensor's table, else as the item does, made distinct by its place."""
    names: list[str] = []
    for index, entry in enumerate(entries or [{}]):
        own = str(entry.get("name") or (key if len(entries) < 2 else f"{key}_{index + 1}"))
        stated = str(entry.get("eo:common_name") or entry.get("common_name") or "")
        known = common_name(kind, own, platform) or (common_name(kind, key, platform) if len(entries) < 2 else None)
        stated = "" if stated == "rededge" else stated  # three Sentinel-2 bands share that name
        name = known or (stated if stated in kind.band_names() or not kind.bands else "") or own.lower()
        names.append(own.lower() if name in names else name)
    return tuple(names) if len(set(names)) == len(names) else tuple(f"{name}_{i + 1}" for i, name in enumerate(names))
