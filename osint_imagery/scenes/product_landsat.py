"""Landsat products as downloaded: Collection 2 Level-1 and Level-2, Collection 1 and older Level-1, with their MTL.

Formats: USGS, Landsat Collection 2 Level-1 and Level-2 Data Format Control Books (LSDS-1822 for 8-9 Level-1, LSDS-1328
for 8-9 Level-2 and their like for 4-7); older Level-1: LSDS-809.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from osint_imagery.core.errors import CatalogError, DataError, InputError
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.scenes.bundle import Bundle, Claimed, outline_of, refuse
from osint_imagery.scenes.checking import there
from osint_imagery.scenes.location import Location
from osint_imagery.scenes.mtl import MTL
from osint_imagery.scenes.naming import common_name
from osint_imagery.scenes.raster import Header, inspect
from osint_imagery.scenes.scene import Asset, Refused, Scene
from osint_imagery.scenes.sensors import Sensor, sensor

__all__ = ["landsat_products"]

_CONTENTS = ("PRODUCT_CONTENTS", "PRODUCT_METADATA", "METADATA_FILE_INFO")
_IMAGE = ("IMAGE_ATTRIBUTES", "PRODUCT_METADATA")
_PROCESSING = ("LEVEL2_PROCESSING_RECORD", "LEVEL1_PROCESSING_RECORD", "METADATA_FILE_INFO")
_RESCALING = ("LEVEL1_RADIOMETRIC_RESCALING", "RADIOMETRIC_RESCALING")
_QUALITY = {"FILE_NAME_QUALITY_L1_PIXEL": "QA_PIXEL", "FILE_NAME_BAND_QUALITY": "BQA"}
_TERRAIN_CORRECTED = ("L1TP", "L1T", "L2SP", "L2SR")


def landsat_products(bundle: Bundle) -> Claimed:
    """Return every Landsat product of a bundle, as a scene or refused with the reason."""
    found, names = [], set[str]()
    for name in bundle.files:
        if not name.upper().endswith("MTL.TXT"):
            continue
        stem = name[: -len("MTL.txt")]
        files = {
            own[len(stem) :].upper(): (PurePosixPath(own).name, place)
            for own, place in bundle.files.items()
            if own.startswith(stem)
        }
        names |= {own for own in bundle.files if own.startswith(stem)}
        found.append(_product(bundle, name, stem, files))
    return Claimed(entries=tuple(found), names=frozenset(names))


def _product(bundle: Bundle, name: str, stem: str, files: Mapping[str, tuple[str, Location]]) -> Scene | Refused:
    data, own_id = b"", PurePosixPath(stem).name.rstrip("_") or PurePosixPath(name).parent.name
    try:
        data = bundle.read(name)
        mtl = MTL.parse(data, bundle.href(name))
        own_id = _product_id(mtl)
        return _scene(_Parts(bundle, name, data, mtl, PurePosixPath(stem).name, files))
    except (DataError, InputError) as err:
        return refuse(bundle, name, bundle.told(err), metadata=data, scene_id=own_id)


@dataclass(frozen=True, slots=True)
class _Parts:
    """A product's metadata, and its files (name, place) by what follows the part that all names share, in capitals."""

    bundle: Bundle
    name: str
    data: bytes
    mtl: MTL
    stem: str
    files: Mapping[str, tuple[str, Location]]

    def file(self, stated: str) -> tuple[str, Location] | None:
        """Return a file by the name that the MTL gives it, also where all files were renamed alike."""
        own = self.mtl.word("METADATA_FILE_NAME", *_CONTENTS) or self.mtl.word("FILE_NAME_METADATA_ODL", *_CONTENTS)
        shared = (own or self.stem + "MTL.txt")[: -len("MTL.txt")]
        tail = stated[len(shared) :] if stated.startswith(shared) else stated
        return self.files.get(tail.upper())


def _product_id(mtl: MTL) -> str:
    found = mtl.word("LANDSAT_PRODUCT_ID", *_CONTENTS)
    return found or mtl.needed("LANDSAT_SCENE_ID", *_CONTENTS)


def _scene(parts: _Parts) -> Scene:
    mtl = parts.mtl
    platform = mtl.needed("SPACECRAFT_ID", *_IMAGE).lower().replace("_", "-")
    kind, notes = _kind(mtl)
    bands, missing, sun_notes = _bands(parts, kind, platform)
    quality = _quality(parts)
    if quality is None:
        kind = replace(kind, quality=None)
        notes = (*notes, "the product holds no quality layer that is known here: where clouds are is not known")
    header = inspect(there(bands[0]))
    product_id = _product_id(mtl)
    cloud = mtl.number("CLOUD_COVER", "IMAGE_ATTRIBUTES")
    path = mtl.number("WRS_PATH", *_IMAGE)
    doi = (mtl.word("DIGITAL_OBJECT_IDENTIFIER", *_CONTENTS) or "").removeprefix("https://doi.org/")
    return Scene(
        id=product_id,
        sensor=kind,
        acquired=_acquired(mtl),
        footprint=outline_of(header, parts.name),
        assets=(*bands, *([quality] if quality else [])),
        platform=platform,
        processing_version=mtl.word("PROCESSING_SOFTWARE_VERSION", *_PROCESSING),
        product_id=product_id,
        sun_elevation_deg=mtl.number("SUN_ELEVATION", "IMAGE_ATTRIBUTES"),
        sun_azimuth_deg=mtl.number("SUN_AZIMUTH", "IMAGE_ATTRIBUTES"),
        view_zenith_deg=None,  # up to 7.5 degrees across the swath; the MTL states it for no place
        relative_orbit=None if path is None else int(path),
        scene_cloud_percent=cloud if cloud is not None and cloud >= 0 else None,  # -1: not computed
        simulated=False,
        metadata=parts.data,
        href=parts.bundle.href(parts.name),
        license=kind.license,
        doi=doi or kind.doi_for(platform),
        notes=(*notes, *sun_notes, *_file_notes(parts, missing, bands[0], header)),
    )


def _kind(mtl: MTL) -> tuple[Sensor, tuple[str, ...]]:
    """Return the sensor's row, and what has to be known about this product's level."""
    if "MSS" in (mtl.word("SENSOR_ID", *_IMAGE) or ""):
        msg = "SENSOR_ID is MSS, whose bands are not in the table of sensors; describe it with a sidecar"
        raise CatalogError(msg)
    level = mtl.word("PROCESSING_LEVEL", *_CONTENTS) or mtl.needed("DATA_TYPE", *_CONTENTS)
    number = mtl.word("COLLECTION_NUMBER", *_CONTENTS)
    keys = {(None, "L1"): "landsat-l1", ("01", "L1"): "landsat-c1-l1"}
    keys |= {("02", "L1"): "landsat-c2-l1", ("02", "L2"): "landsat-c2-l2"}
    key = keys.get((number, level[:2]))
    if key is None:
        msg = f"collection {number or 'not stated'}, level {level} is not read; get Collection 2 Level-1 or Level-2"
        raise CatalogError(msg)
    kind, tier = sensor(key), mtl.word("COLLECTION_CATEGORY", *_CONTENTS)
    if level in _TERRAIN_CORRECTED and tier in {None, "T1"}:
        return kind, ()
    note = f"level {level}, tier {tier or 'not stated'}: the accuracy of position that holds for Tier 1 does not hold"
    return replace(kind, geolocation_ce90_m=None), (note,)


def _acquired(mtl: MTL) -> TimeSpan:
    """Return when the middle of the scene was taken; USGS writes seven digits of a second."""
    day, clock = mtl.needed("DATE_ACQUIRED", *_IMAGE), mtl.needed("SCENE_CENTER_TIME", *_IMAGE)
    whole, _, fraction = clock.removesuffix("Z").partition(".")
    return TimeSpan(f"{day}T{whole}.{fraction[:6] or '0'}+00:00")


def _bands(parts: _Parts, kind: Sensor, platform: str) -> tuple[list[Asset], list[str], tuple[str, ...]]:
    """Return one asset a band, the files that are not here, and the radiometric step in words."""
    level2, assets, missing, corrected = kind.key == "landsat-c2-l2", list[Asset](), list[str](), False
    stated = {
        key.removeprefix("FILE_NAME_BAND_"): value
        for group in _CONTENTS
        for key, value in parts.mtl.groups.get(group, {}).items()
        if key.startswith("FILE_NAME_BAND_") and key != "FILE_NAME_BAND_QUALITY"
    }
    for key, name in stated.items():
        own = key if key.startswith("ST_") else f"B{key.removesuffix('_VCID_1')}"
        common = common_name(kind, own, platform)
        found = parts.file(name)
        if common is None:
            continue
        if found is None:
            missing.append(name)
            continue
        scale, offset, unit = _surface(parts.mtl, key) if level2 else _top_of_atmosphere(parts.mtl, key)
        corrected |= not level2 and scale is not None
        assets.append(_asset(parts, found, key=own, band=common, numbers=(scale, offset), unit=unit))
    if not assets:
        msg = f"none of the {len(stated)} bands that the MTL file names is here; get the product again"
        raise CatalogError(msg)
    elevation = parts.mtl.number("SUN_ELEVATION", "IMAGE_ATTRIBUTES")
    step = (
        "top-of-atmosphere reflectance: REFLECTANCE_MULT and REFLECTANCE_ADD of the MTL file, divided by the sine of "
        f"the sun's elevation at the scene's middle, {elevation} degrees; no correction for air"
    )
    return assets, missing, (step,) if corrected else ()


def _surface(mtl: MTL, key: str) -> tuple[float | None, float | None, str]:
    """Return scale, offset and unit of a Level-2 band; Level-1 factors stand in the same file under the same keys."""
    kind, what = ("TEMPERATURE", "kelvin") if key.startswith("ST_") else ("REFLECTANCE", "reflectance")
    group = f"LEVEL2_SURFACE_{kind}_PARAMETERS"
    scale, offset = (mtl.number(f"{kind}_{part}_BAND_{key}", group) for part in ("MULT", "ADD"))
    if scale is None or offset is None:
        msg = f"the MTL file states no {kind}_MULT_BAND_{key} and ADD in {group}; get the product again"
        raise CatalogError(msg)
    return scale, offset, what


def _top_of_atmosphere(mtl: MTL, key: str) -> tuple[float | None, float | None, str | None]:
    """Return scale, offset and unit of a Level-1 band; without factors or sun the numbers stay digital numbers."""
    scale, offset = (mtl.number(f"REFLECTANCE_{part}_BAND_{key}", *_RESCALING) for part in ("MULT", "ADD"))
    elevation = mtl.number("SUN_ELEVATION", "IMAGE_ATTRIBUTES")
    if scale is None or offset is None or elevation is None or elevation <= 0:
        return None, None, None
    sine = math.sin(math.radians(elevation))
    return scale / sine, offset / sine, "reflectance"


def _quality(parts: _Parts) -> Asset | None:
    for key, own in _QUALITY.items():
        name = parts.mtl.word(key, *_CONTENTS)
        found = parts.file(name) if name else None
        if found is not None:
            return _asset(parts, found, key=own, band=None, numbers=(None, None), unit=None)
    return None


def _asset(
    parts: _Parts,
    found: tuple[str, Location],
    *,
    key: str,
    band: str | None,
    numbers: tuple[float | None, float | None],
    unit: str | None,
) -> Asset:
    pan = parts.mtl.number("GRID_CELL_SIZE_PANCHROMATIC", "PROJECTION_ATTRIBUTES", "PROJECTION_PARAMETERS")
    cell = parts.mtl.number("GRID_CELL_SIZE_REFLECTIVE", "PROJECTION_ATTRIBUTES", "PROJECTION_PARAMETERS")
    return Asset(
        key=key,
        location=found[1],
        href=found[0],
        digest=None,
        size=None,
        bands=(band,) if band else (),
        scale=numbers[0],
        offset=numbers[1],
        nodata=0.0 if band else None,
        roles=("data",) if band else ("data-mask",),
        gsd_m=pan if band == "pan" else cell,
        media_type="image/tiff; application=geotiff",
        unit=unit,
    )


def _file_notes(parts: _Parts, missing: list[str], place: Asset, header: Header) -> tuple[str, ...]:
    notes = []
    if missing:
        notes.append(f"product incomplete: {', '.join(missing)} of the MTL file are not here")
    own = parts.mtl.word(f"FILE_NAME_BAND_{place.key.removeprefix('B')}", *_CONTENTS)
    if own is not None and own.upper() != place.href.upper():
        notes.append(f"files renamed: {place.href} stands for what the MTL file calls {own}, and so on")
    lines, samples = (
        parts.mtl.number(
            f"{'PANCHROMATIC' if place.bands == ('pan',) else 'REFLECTIVE'}_{side}", *_CONTENTS, "PROJECTION_ATTRIBUTES"
        )
        for side in ("LINES", "SAMPLES")
    )
    if lines and samples and header.shape != (lines, samples):
        notes.append(
            f"part of a product: the files hold {header.shape[0]} x {header.shape[1]} pixels, the MTL file states "
            f"{lines:.0f} x {samples:.0f}"
        )
    return tuple(notes)
