"""A folder of products and GeoTIFFs; a GeoTIFF of no product is one scene, dated by a sidecar or its own tag."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Any

from shapely.geometry import MultiPolygon, Polygon

from osint_imagery.core.errors import CatalogError, DataError, InputError
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.scenes.archive import is_archive
from osint_imagery.scenes.bundle import Bundle, described, outline_of, refuse
from osint_imagery.scenes.location import LocalFile
from osint_imagery.scenes.naming import common_name
from osint_imagery.scenes.product_sentinel1 import not_corrected
from osint_imagery.scenes.products import products_in
from osint_imagery.scenes.properties import number, words
from osint_imagery.scenes.provider import license_for
from osint_imagery.scenes.raster import Header, inspect
from osint_imagery.scenes.scene import Asset, Refused, Scene
from osint_imagery.scenes.sensors import Sensor, sensor
from osint_imagery.scenes.stac import read_json
from osint_imagery.scenes.unread import RASTERS, why_unread

__all__ = ["walk_folder"]

_NUMBERS = ("scale", "offset", "nodata")
_WORDS = (
    "sensor",
    "source",
    "unit",
    "platform",
    "product_id",
    "processing_version",
    "license",
    "doi",
    "sha256",
    "note",
)
_VALIDITY = frozenset({"alpha", "mask", ""})
_FLAGS = ("simulated", "terrain_corrected")
_FIELDS = frozenset({"acquired", "bands", *_FLAGS, *_NUMBERS, *_WORDS})
_ZONES = (timedelta(hours=14), timedelta(hours=12))  # the farthest clocks ahead of and behind UTC


def walk_folder(source: Path) -> Iterator[Scene | Refused]:
    """Yield what a folder or an archive offers, in the order of paths: products, and GeoTIFFs that belong to none.

    Parameters
    ----------
    source : Path
        A folder, searched in depth, with the archives in it; or one archive.

    Raises
    ------
    CatalogError
        If a sidecar cannot be understood.
    """
    if source.is_file():
        yield from _in_archive(source, source.name)
        return
    root = source.resolve()
    paths = {path.relative_to(root).as_posix(): path for path in sorted(root.rglob("*"))}
    files = {name: path for name, path in paths.items() if path.is_file()}
    outside = {name for name, path in files.items() if not path.resolve().is_relative_to(root)}
    bundle = Bundle.of_folder({name: path for name, path in files.items() if name not in outside})
    claimed = products_in(bundle)
    entries = list(claimed.entries)
    for name, path in paths.items():
        if name not in claimed.names:
            entries += _of_no_product(path, name, root, leads_out=name in outside)
    yield from sorted(entries, key=lambda entry: PurePosixPath(entry.href).parts)


def _of_no_product(path: Path, name: str, root: Path, *, leads_out: bool) -> list[Scene | Refused]:
    """Return what a path offers that belongs to no product: a scene, those of an archive, or why it is not read."""
    raster, unread = path.suffix.lower() in RASTERS, why_unread(path)
    reason = ""
    if path.is_symlink() and not path.is_file():
        reason = "a link to a folder, or to nothing, is not followed; give the folder itself"
    elif not path.is_file() or not (raster or unread or is_archive(path)):
        return []
    elif leads_out:
        reason = "the file is a link that leads out of the folder"
    elif is_archive(path):
        return _in_archive(path, name)
    elif not raster:
        reason = unread
    if reason:
        return [Refused(id=path.stem, reason=reason, href=name, metadata=b"")]
    return [_entry(path, root)]


def _in_archive(path: Path, href: str) -> list[Scene | Refused]:
    """Return the products in an archive; rasters that belong to none are refused."""
    try:
        bundle = Bundle.of_archive(path, href)
    except DataError as err:
        return [Refused(id=path.stem, reason=str(err).replace(str(path), href), href=href, metadata=b"")]
    claimed = products_in(bundle)
    entries = list(claimed.entries)
    for name in bundle.files:
        raster = name.lower().endswith(RASTERS)
        unread = "it belongs to no known product: unpack it" if raster else why_unread(name)
        if unread and name not in claimed.names:
            entries.append(refuse(bundle, name, unread))
    if not entries:
        reason = "the archive holds no product that is known here; unpack it, and give GeoTIFFs with sidecars"
        return [Refused(id=path.stem, reason=reason, href=href, metadata=b"")]
    return entries


def _entry(path: Path, root: Path) -> Scene | Refused:
    href = path.relative_to(root).as_posix()
    data, sidecar = _sidecar(path)
    try:
        header = inspect(path)
    except DataError as err:
        return Refused(
            id=path.stem, reason=f"the file cannot be read: {err}".replace(str(path), href), href=href, metadata=data
        )
    data = data or described(header)
    acquired, notes = _acquired(path, sidecar, header)
    if acquired is None:
        why = f"no date: no sidecar with 'acquired', no TIFFTAG_DATETIME; write {path.stem}.json (docs/scenes.md)"
        return Refused(id=path.stem, reason=why, href=href, metadata=data)
    if header.grid is None:
        return Refused(id=path.stem, reason="no place: the file has no CRS or no transform", href=href, metadata=data)
    if sidecar.get("sensor") == "sentinel-1-grd" and sidecar.get("terrain_corrected") is not True:
        reason = f'{not_corrected()}; where it was corrected, state "terrain_corrected": true in the sidecar'
        return Refused(id=path.stem, reason=reason, href=href, metadata=data)
    try:
        place = outline_of(header, href)
    except InputError as err:
        return Refused(id=path.stem, reason=f"no place: {err}", href=href, metadata=data)
    return _scene(path, sidecar, header, acquired=acquired, notes=notes, data=data, href=href, footprint=place)


def _sidecar(path: Path) -> tuple[bytes, dict[str, Any]]:
    """Return the sidecar's bytes and content, empty where there is none; unknown fields are refused."""
    beside = path.with_suffix(".json")
    if not beside.exists():
        return b"", {}
    data, body = read_json(beside)
    unknown = sorted(set(body) - _FIELDS)
    wrong = [name for name in _NUMBERS if name in body and number(body, name) is None]
    wrong += [name for name in _WORDS if name in body and words(body, name) is None]
    wrong += [name for name in _FLAGS if not isinstance(body.get(name, False), bool)]
    if unknown or wrong:
        known = ", ".join(sorted(_FIELDS))
        msg = f"{str(beside)!r} has unknown fields {unknown} or wrong types {wrong}; known are {known}"
        raise CatalogError(msg)
    return data, body


def _acquired(path: Path, sidecar: dict[str, Any], header: Header) -> tuple[TimeSpan | None, tuple[str, ...]]:
    """Return when the scene was taken, and what has to be known about that date."""
    stated = sidecar.get("acquired")
    try:
        if isinstance(stated, str):
            return TimeSpan(stated), ()
        if isinstance(stated, list) and len(stated) == 2 and all(isinstance(part, str) for part in stated):
            return TimeSpan(stated[0], stated[1]), ()
    except InputError as err:
        msg = f"{str(path.with_suffix('.json'))!r}: {err}"
        raise CatalogError(msg) from err
    if stated is not None:
        msg = f"{str(path.with_suffix('.json'))!r}: acquired={stated!r} is neither a time nor [start, end]"
        raise CatalogError(msg)
    return _tagged(header)


def _tagged(header: Header) -> tuple[TimeSpan | None, tuple[str, ...]]:
    """Return the span that TIFFTAG_DATETIME, a clock without a zone, can mean in UTC."""
    try:
        clock = datetime.strptime(header.datetime or "", "%Y:%m:%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None, ()
    note = (
        f"dated only by TIFFTAG_DATETIME {header.datetime}, which has no time zone and may be when the file "
        "was made, not when the picture was taken"
    )
    return TimeSpan(clock - _ZONES[0], clock + _ZONES[1]), (note,)


def _scene(
    path: Path,
    sidecar: dict[str, Any],
    header: Header,
    *,
    acquired: TimeSpan,
    notes: tuple[str, ...],
    data: bytes,
    href: str,
    footprint: Polygon | MultiPolygon,
) -> Scene:
    try:
        kind = sensor(sidecar.get("sensor", "geotiff"))
        asset = _asset(path, sidecar, header, kind)
    except InputError as err:
        msg = f"{str(path.with_suffix('.json'))!r}: {err}"
        raise CatalogError(msg) from err
    platform, note = words(sidecar, "platform"), words(sidecar, "note")
    unnamed = () if "product_id" in sidecar else ("product id not stated; the file's name stands in its place",)
    return Scene(
        id=path.stem,
        sensor=kind,
        acquired=acquired,
        footprint=footprint,
        assets=(asset,),
        platform=platform,
        processing_version=words(sidecar, "processing_version"),
        product_id=words(sidecar, "product_id") or path.stem,
        sun_elevation_deg=None,
        sun_azimuth_deg=None,
        view_zenith_deg=None,
        relative_orbit=None,
        scene_cloud_percent=None,
        simulated=kind.key == "simulated-msi" or sidecar.get("simulated") is True,
        metadata=data,
        href=href,
        license=license_for(kind.license, words(sidecar, "license"), words(sidecar, "source")),
        doi=words(sidecar, "doi") or kind.doi_for(platform),
        notes=(*notes, *unnamed, *((note,) if note else ())),
        source=words(sidecar, "source"),
    )


def _asset(path: Path, sidecar: dict[str, Any], header: Header, kind: Sensor) -> Asset:
    stated = _stated_bands(path, sidecar, header)
    named = [
        (common_name(kind, name, words(sidecar, "platform")) or name.lower()) if name else f"band{i + 1}"
        for i, name in enumerate(stated)
    ]
    if len(set(named)) != len(named):
        msg = f"bands={stated!r} of {path.name} are not distinct"
        raise InputError(msg)
    scalings = _scalings(sidecar, header, len(named))
    one = len(set(scalings)) == 1
    digest = words(sidecar, "sha256")
    return Asset(
        key=path.stem,
        location=LocalFile(path),
        href=path.name,
        digest=f"sha256:{digest.lower()}" if digest else None,
        size=None,
        bands=tuple(named),
        scale=scalings[0][0] if one else None,
        offset=scalings[0][1] if one else None,
        nodata=number(sidecar, "nodata"),
        roles=("data",),
        gsd_m=header.grid.gsd_m if header.grid else None,
        media_type="image/jp2" if path.suffix.lower() == ".jp2" else "image/tiff; application=geotiff",
        unit=words(sidecar, "unit"),
        each=() if one else tuple((1.0 if scale is None else scale, offset or 0.0) for scale, offset in scalings),
    )


def _stated_bands(path: Path, sidecar: dict[str, Any], header: Header) -> list[str]:
    """Return a name for each band that holds measurements; those for validity come last and are none of them."""
    stated = sidecar.get("bands", [name or "" for name in header.descriptions])
    if not isinstance(stated, list) or not all(isinstance(name, str) for name in stated):
        msg = f"bands={stated!r} of {path.name} is no list of names"
        raise InputError(msg)
    measured = header.count - len(header.alpha)
    if header.alpha != tuple(range(measured + 1, header.count + 1)) or not measured:
        msg = f"{path.name} calls bands {header.alpha} of {header.count} alpha; write the validity band last"
        raise InputError(msg)
    if len(stated) == header.count and "bands" in sidecar and not {*stated[measured:]} <= _VALIDITY:
        msg = f"bands={stated!r}, but {path.name} calls its last {len(header.alpha)} alpha, which is no measurement"
        raise InputError(msg)
    if len(stated) not in {measured, header.count}:
        msg = f"bands={stated!r} does not name the {measured} raster bands of {path.name}"
        raise InputError(msg)
    return stated[:measured]


def _scalings(sidecar: dict[str, Any], header: Header, count: int) -> list[tuple[float | None, float | None]]:
    """Return scale and offset of each band: of the sidecar, else of the file where it states any."""
    own = any(pair != (1.0, 0.0) for pair in header.scales[:count])
    stated = number(sidecar, "scale"), number(sidecar, "offset")
    if not own:
        return [stated] * count
    return [
        (stated[0] if "scale" in sidecar else scale, stated[1] if "offset" in sidecar else offset)
        for scale, offset in header.scales[:count]
    ]
