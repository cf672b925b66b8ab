"""Commercial products as downloaded: the provider's JSON names time, angles and scale, GeoTIFFs beside it hold pixels.

Formats: Planet, "PSScene" and item metadata of the Data API; Umbra, "Collect Metadata" (schema 1.1.0); Capella Space,
SAR Imagery Products Format Specification (extended metadata); Maxar and Vantor Open Data, STAC items.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from osint_imagery.core.errors import CatalogError, DataError, InputError
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.scenes.bundle import Bundle, Claimed, outline_of, refuse
from osint_imagery.scenes.license import Use, terms_of
from osint_imagery.scenes.product_item import item_scene
from osint_imagery.scenes.product_planet import planet_scene
from osint_imagery.scenes.product_sentinel1 import displacement_m
from osint_imagery.scenes.properties import number, words
from osint_imagery.scenes.raster import Header, inspect
from osint_imagery.scenes.scene import Asset, Refused, Scene
from osint_imagery.scenes.sensors import sensor

__all__ = ["commercial_products"]

_ELLIPSOID = "GEC"  # geocoded on an ellipsoid at one height: hills and roofs are displaced


def commercial_products(bundle: Bundle) -> Claimed:
    """Return every product of a bundle that a provider's JSON beside its GeoTIFFs describes."""
    entries, names = [], set[str]()
    for name in bundle.files:
        if not name.lower().endswith(".json"):
            continue
        try:
            body = json.loads(bundle.read(name))
        except (DataError, ValueError, RecursionError):
            continue  # no provider's metadata; as a sidecar it is judged where the file beside it is
        if not isinstance(body, dict):
            continue
        found = _product(bundle, name, body)
        if found is not None:
            entries.append(found.entries[0])
            names |= found.names
    return Claimed(entries=tuple(entries), names=frozenset(names))


def _product(bundle: Bundle, name: str, body: Mapping[str, Any]) -> Claimed | None:
    """Return the product that a JSON file describes, None where it is no provider's or none of its files is here."""
    try:
        if body.get("vendor") == "Umbra Space" and isinstance(body.get("collects"), list):
            return _umbra(bundle, name, body)
        if isinstance(body.get("collect"), dict) and words(body, "product_type") in {"GEC", "GEO"}:
            return _capella(bundle, name, body)
        if body.get("type") != "Feature":
            return None
        return item_scene(bundle, name, body) if "stac_version" in body else planet_scene(bundle, name, body)
    except (DataError, InputError, KeyError, TypeError, AttributeError, IndexError) as err:
        told = bundle.told(err) if isinstance(err, (DataError, InputError)) else f"the metadata lack or misuse {err}"
        reason = f"{told}; mend or get again what the provider wrote, it was not guessed at"
        entry: Refused = refuse(bundle, name, reason, metadata=bundle.read(name), scene_id=PurePosixPath(name).stem)
        return Claimed(entries=(entry,), names=frozenset({name}))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Collect:
    """What a radar provider states of one acquisition."""

    provider: str
    satellite: str
    acquired: TimeSpan
    incidence_deg: float | None
    band: str
    scale: float | None
    unit: str
    license: str | None
    version: str | None
    product_type: str


def _beside(bundle: Bundle, name: str, ending: str, tail: str) -> str | None:
    """Return the file whose name is that of the metadata with another ending, None where it is not here."""
    if not name.lower().endswith(ending.lower()):
        return None
    wanted = (name[: -len(ending)] + tail).lower()
    return next((own for own in bundle.files if own.lower() == wanted), None)


def _umbra(bundle: Bundle, name: str, body: Mapping[str, Any]) -> Claimed | None:
    raster = _beside(bundle, name, "_METADATA.json", "_GEC.tif")
    if raster is None:
        return None
    collects = body["collects"]
    if len(collects) != 1:
        msg = f"the metadata name {len(collects)} collects, one was expected"
        raise CatalogError(msg)
    one = collects[0]
    about = _Collect(
        provider="Umbra",
        satellite=str(body.get("umbraSatelliteName") or "umbra").lower(),
        acquired=TimeSpan(str(one["startAtUTC"]), str(one["endAtUTC"])),
        incidence_deg=number(one, "angleIncidenceDegrees"),
        band=str(one["polarizations"][0]).lower(),
        scale=None,
        unit="DN",  # amplitude in 8 bits; the metadata state no calibration for GEC
        license=None,
        version=words(body, "version"),
        product_type=_ELLIPSOID,
    )
    return _radar(bundle, name, raster, about)


def _capella(bundle: Bundle, name: str, body: Mapping[str, Any]) -> Claimed | None:
    raster = _beside(bundle, name, "_extended.json", ".tif") or _beside(bundle, name, ".json", ".tif")
    if raster is None:
        return None
    collect, image = body["collect"], body["collect"]["image"]
    radar = collect["radar"]
    scale = number(image, "scale_factor")
    about = _Collect(
        provider="Capella Space",
        satellite=str(collect["platform"]).lower(),
        acquired=TimeSpan(str(collect["start_timestamp"]), str(collect["stop_timestamp"])),
        incidence_deg=number(image["center_pixel"], "incidence_angle"),
        band=f"{radar['transmit_polarization']}{radar['receive_polarization']}".lower(),
        scale=scale,
        unit="DN" if scale is None else f"amplitude ({image.get('radiometry') or 'radiometry not stated'})",
        license=words(body, "license"),
        version=words(body, "software_version"),
        product_type=str(body["product_type"]),
    )
    return _radar(bundle, name, raster, about)


def _radar(bundle: Bundle, name: str, raster: str, about: _Collect) -> Claimed:
    """Return the scene of a radar product of one band."""
    header = inspect(bundle.files[raster])
    if header.count != 1:
        msg = f"{PurePosixPath(raster).name} has {header.count} bands, one was expected"
        raise CatalogError(msg)
    is_open = terms_of(about.license or "").use is Use.OPEN
    kind = replace(sensor("geotiff"), kind="radar", name=f"{about.provider} SAR", level=about.product_type)
    scene = Scene(
        id=PurePosixPath(raster).stem,
        sensor=kind,
        acquired=about.acquired,
        footprint=outline_of(header, bundle.href(raster)),
        assets=(_asset(bundle, raster, header, about),),
        platform=about.satellite,
        processing_version=about.version,
        product_id=PurePosixPath(raster).stem,
        sun_elevation_deg=None,
        sun_azimuth_deg=None,
        view_zenith_deg=about.incidence_deg,
        relative_orbit=None,
        scene_cloud_percent=None,
        simulated=False,
        metadata=bundle.read(name),
        href=bundle.href(name),
        license=about.license or "not stated",
        doi=None,
        notes=_radar_notes(about),
        # open data and ordered data look alike: the open-data line only where the product states an open licence
        source=about.provider if is_open else f"{about.provider} (licence {about.license or 'not stated'})",
    )
    return Claimed(entries=(scene,), names=frozenset({name, raster}))


def _radar_notes(about: _Collect) -> tuple[str, ...]:
    if about.product_type != _ELLIPSOID:
        return ()
    angle = about.incidence_deg
    shift = (
        f"{displacement_m(100, angle):.0f} m (incidence angle {angle:.1f} degrees)" if angle else "an unknown distance"
    )
    return (f"geocoded on an ellipsoid, not terrain-corrected: ground 100 m above it is displaced by {shift}",)


def _asset(bundle: Bundle, raster: str, header: Header, about: _Collect) -> Asset:
    return Asset(
        key=about.band,
        location=bundle.files[raster],
        href=PurePosixPath(raster).name,
        digest=None,
        size=None,
        bands=(about.band,),
        scale=about.scale,
        offset=None if about.scale is None else 0.0,
        nodata=0.0,
        roles=("data",),
        gsd_m=header.grid.gsd_m if header.grid else None,
        media_type="image/tiff; application=geotiff",
        unit=about.unit,
    )
