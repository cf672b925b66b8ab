"""What a STAC item (1.0, 1.1 and the years before) says, as a scene."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from osint_imagery.core.errors import CatalogError
from osint_imagery.scenes.address import shown
from osint_imagery.scenes.location import Location
from osint_imagery.scenes.multihash import promised
from osint_imagery.scenes.naming import common_name, sensor_key
from osint_imagery.scenes.properties import (
    acquisition,
    band_entries,
    footprint,
    number,
    one_value,
    processed,
    tile,
    view_zenith,
    words,
)
from osint_imagery.scenes.provider import license_for
from osint_imagery.scenes.scene import Asset, Scene
from osint_imagery.scenes.sensors import Sensor, sensor
from osint_imagery.scenes.signatures import without_signatures

__all__ = ["Locate", "described"]

Locate = Callable[[str], Location | None]
"""From an address, as an item writes it, to where its bytes are; None for a place from which nothing is read."""

_RASTER_TYPES = ("tiff", "jp2", "netcdf")
_RASTER_SUFFIXES = frozenset({".tif", ".tiff", ".jp2", ".nc"})
_PRODUCT_ID = (
    "s2:product_uri",
    "landsat:product_id",
    "s1:product_identifier",
    "sentinel:product_id",
    "osint:product_id",
)
_PRODUCT_LIKE = ("S2A_MSI", "S2B_MSI", "S2C_MSI", "S1A_", "S1B_", "S1C_", "OPERA_L2_", "LC0", "LE0", "LT0")


def described(data: bytes, item: Mapping[str, Any], *, where: str, href: str, locate: Locate) -> Scene:
    """Return the scene that a STAC item describes.

    Parameters
    ----------
    data, item : bytes and its content
        The item, verbatim and parsed.
    where : str
        Where it was found, for messages.
    href : str
        Where it was found, for the record.
    locate : callable
        Says where the bytes of an asset are, and refuses addresses that may not be followed. It is given them as
        written, with their signatures; what is kept of the item has none.

    Raises
    ------
    CatalogError
        If the item is incomplete or contradicts itself; the message names place and item.
    """
    try:
        return _scene(data, item, href=href, locate=locate)
    except (ValueError, ArithmeticError, CatalogError, KeyError, TypeError, AttributeError) as err:
        name = item.get("id") if isinstance(item, Mapping) else None
        msg = f"{where!r}, item {name!r}: {err}; mend the item, it was not guessed at"
        raise CatalogError(msg) from err


def _scene(data: bytes, item: Mapping[str, Any], *, href: str, locate: Locate) -> Scene:
    properties = item["properties"]
    if not isinstance(item.get("id"), str) or not isinstance(properties, Mapping):
        msg = "id is not text, or properties is not an object"
        raise CatalogError(msg)
    kept, signed = without_signatures(data)
    kind = sensor(sensor_key({**properties, "collection": item.get("collection") or properties.get("collection", "")}))
    platform = words(properties, "platform", "eo:platform")
    product_id, notes = _product(item["id"], properties)
    elevation, azimuth = _sun(properties)
    source = words(properties, "osint:source", "sci:citation")
    return Scene(
        id=item["id"],
        sensor=kind,
        acquired=acquisition(properties),
        footprint=footprint(item.get("geometry")),
        assets=_assets(item, kind=kind, platform=platform, locate=locate),
        platform=platform,
        processing_version=words(properties, "processing:version", "s2:processing_baseline"),
        product_id=product_id,
        sun_elevation_deg=elevation,
        sun_azimuth_deg=azimuth,
        view_zenith_deg=view_zenith(properties),
        view_azimuth_deg=number(properties, "view:azimuth"),
        tile=tile(properties),
        processed=processed(properties),
        relative_orbit=_whole(number(properties, "sat:relative_orbit")),
        scene_cloud_percent=number(properties, "eo:cloud_cover"),
        simulated=kind.key == "simulated-msi" or properties.get("osint:simulated") is True,
        metadata=kept,
        href=href,
        license=license_for(kind.license, _own_license(kind, properties), source),
        doi=kind.doi_for(platform) or words(properties, "sci:doi"),
        notes=(*notes, *([_APPLIED] if _is_applied(properties) else ()), *([_SIGNED] if signed else ())),
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


_SIGNED = "addresses in the item held signatures; it is kept without them, not as the provider's own bytes"
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


def _assets(item: Mapping[str, Any], *, kind: Sensor, platform: str | None, locate: Locate) -> tuple[Asset, ...]:
    properties, found = item["properties"], item.get("assets", {}).items()
    assets = tuple(
        _asset(key, asset, band_entries(asset, properties), kind=kind, platform=platform, locate=locate)
        for key, asset in found
    )
    return tuple(_without_offset(asset) for asset in assets) if _is_applied(item["properties"]) else assets


def _asset(
    key: str,
    asset: Mapping[str, Any],
    entries: list[Mapping[str, Any]],
    *,
    kind: Sensor,
    platform: str | None,
    locate: Locate,
) -> Asset:
    href = str(asset["href"])
    media = str(asset.get("type") or "")
    is_raster = any(word in media.lower() for word in _RASTER_TYPES) if media else _suffix(href) in _RASTER_SUFFIXES
    digest, checksum = promised(words(asset, "file:checksum"))
    return Asset(
        key=key,
        location=locate(href),
        href=shown(href),  # a signature in it must not get into messages and records, in a relative one neither
        digest=digest,
        size=_whole(number(asset, "file:size")),
        bands=_band_names(key, entries, kind=kind, platform=platform) if is_raster else (),
        scale=one_value(asset, entries, "scale"),
        offset=one_value(asset, entries, "offset"),
        nodata=one_value(asset, entries, "nodata"),
        roles=tuple(str(role) for role in asset.get("roles") or ()),
        gsd_m=number(asset, "gsd", "raster:spatial_resolution") or _resolution(entries),
        media_type=media,
        unit=next((str(entry["unit"]) for entry in entries if entry.get("unit")), None),
        checksum=checksum,
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
