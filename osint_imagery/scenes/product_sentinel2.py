"""Sentinel-2 Level-1C and Level-2A products in SAFE format, as downloaded: a folder, or a zip of it.

Format: ESA, Sentinel-2 Products Specification Document (S2-PDGS-TAS-DI-PSD), compact format since 6 December 2016.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element

from shapely.geometry import MultiPolygon, Polygon

from osint_imagery.core.errors import CatalogError, DataError, InputError
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.scenes.baseline import OFFSET_BASELINE, contradiction
from osint_imagery.scenes.bundle import Bundle, Claimed, refuse
from osint_imagery.scenes.cloud_outlines import OUTLINED, cloud_outlines
from osint_imagery.scenes.location import Location
from osint_imagery.scenes.markup import elements, number_in, number_of, parse_xml, text_in
from osint_imagery.scenes.naming import common_name
from osint_imagery.scenes.properties import footprint
from osint_imagery.scenes.scene import Asset, Refused, Scene
from osint_imagery.scenes.sensors import QualityEncoding, Sensor, sensor

__all__ = ["sentinel2_products"]

_METADATA = {"MTD_MSIL1C.xml": "sentinel-2-l1c", "MTD_MSIL2A.xml": "sentinel-2-l2a"}
_PIXEL_M = {"10m": 10.0, "20m": 20.0, "60m": 60.0}
# Index of the band in RADIO_ADD_OFFSET and BOA_ADD_OFFSET; the product's Spectral_Information_List says the same.
_BAND_IDS = ("B01", "B02", "B03", "B04", "B05", "B06", "B07", "B08", "B8A", "B09", "B10", "B11", "B12")


def sentinel2_products(bundle: Bundle) -> Claimed:
    """Return every Sentinel-2 product of a bundle, as a scene or refused with the reason."""
    found, names = [], set[str]()
    for name in bundle.files:
        path = PurePosixPath(name)
        if path.name not in _METADATA or path.parent.name in {"AUX_DATA", "QI_DATA"}:
            continue
        root = path.parent.as_posix()
        files = bundle.below(root)
        start = "" if root == "." else f"{root}/"
        names |= {f"{start}{own}" for own in files}
        found.append(_product(bundle, name, files))
    return Claimed(entries=tuple(found), names=frozenset(names))


def _product(bundle: Bundle, name: str, files: Mapping[str, Location]) -> Scene | Refused:
    data, own_id = b"", PurePosixPath(name).parent.name.removesuffix(".SAFE") or "product"
    try:
        data = bundle.read(name)
        root = parse_xml(data, bundle.href(name))
        own_id = (text_in(root, "PRODUCT_URI") or own_id).removesuffix(".SAFE")
        return _scene(_Parts(bundle, name, data, root, files, _promised(bundle, name)))
    except (DataError, InputError) as err:
        return refuse(bundle, name, bundle.told(err), metadata=data, scene_id=own_id)


def _promised(bundle: Bundle, name: str) -> dict[str, int]:
    """Return the size of each file as ``manifest.safe`` states it, empty where there is none."""
    manifest = (PurePosixPath(name).parent / "manifest.safe").as_posix()
    if manifest not in bundle.files:
        return {}
    sizes = {}
    for item in elements(parse_xml(bundle.read(manifest), bundle.href(manifest)), "byteStream"):
        href = next((place.get("href", "") for place in elements(item, "fileLocation")), "")
        size = item.get("size", "")
        if href and size.isdigit():
            sizes[href.removeprefix("./")] = int(size)
    return sizes


@dataclass(frozen=True, slots=True)
class _Parts:
    """A product's main metadata and files."""

    bundle: Bundle
    name: str
    data: bytes
    root: Element
    files: Mapping[str, Location]
    promised: Mapping[str, int]  # size of each file as the manifest states it, bytes

    @property
    def is_l2a(self) -> bool:
        return self.name.endswith("MTD_MSIL2A.xml")

    def needed(self, tag: str) -> str:
        """Return the text of an element without which there is no scene."""
        text = text_in(self.root, tag)
        if text is None:
            msg = f"{PurePosixPath(self.name).name} states no {tag}; get the product again"
            raise CatalogError(msg)
        return text

    def granule(self) -> tuple[str, bytes, Element]:
        """Return name, bytes and root of the tile's metadata."""
        found = [own for own in self.files if PurePosixPath(own).match("GRANULE/*/MTD_TL.xml")]
        if len(found) != 1:
            msg = (
                f"the product has {len(found)} granules with MTD_TL.xml, one is needed; products in the format before "
                "December 2016 hold several, and are not read: get the reprocessed one"
            )
            raise CatalogError(msg)
        start = PurePosixPath(self.name).parent.as_posix()
        full = found[0] if start == "." else f"{start}/{found[0]}"
        data = self.bundle.read(full)
        return found[0], data, parse_xml(data, self.bundle.href(full))


def _scene(parts: _Parts) -> Scene:
    kind = sensor(_METADATA[PurePosixPath(parts.name).name])
    tile_name, _, tile = parts.granule()
    baseline = parts.needed("PROCESSING_BASELINE")
    product_id = parts.needed("PRODUCT_URI")
    if wrong := contradiction(product_id, baseline):
        msg = f"{wrong}; get the product again from its provider"
        raise CatalogError(msg)
    bands, missing = _bands(parts, kind, baseline)
    quality = _quality(parts, tile)
    if quality is None:
        kind = replace(kind, quality=None)
    elif quality.key == "MSK_CLASSI":
        kind = replace(kind, quality=QualityEncoding.MSK_CLASSI)
    sensed = text_in(tile, "SENSING_TIME")
    if sensed is None:
        msg = f"{tile_name} states no SENSING_TIME; get the product again"
        raise CatalogError(msg)
    sun_zenith, sun_azimuth = _angles(next(elements(tile, "Mean_Sun_Angle"), None))
    view_zenith, view_azimuth = _mean_view(tile)
    return Scene(
        id=product_id.removesuffix(".SAFE"),
        sensor=kind,
        acquired=TimeSpan(sensed),
        footprint=_footprint(parts),
        assets=(*bands, *([quality] if quality else []), *_documents(parts, tile_name)),
        platform=parts.needed("SPACECRAFT_NAME").lower(),
        processing_version=baseline,
        product_id=product_id,
        sun_elevation_deg=None if sun_zenith is None else 90 - sun_zenith,
        sun_azimuth_deg=sun_azimuth,
        view_zenith_deg=view_zenith,
        view_azimuth_deg=view_azimuth,
        relative_orbit=int(number_of(parts.needed("SENSING_ORBIT_NUMBER"), "SENSING_ORBIT_NUMBER")),
        scene_cloud_percent=number_in(parts.root, "Cloud_Coverage_Assessment"),
        simulated=False,
        metadata=parts.data,
        href=parts.bundle.href(parts.name),
        license=kind.license,
        doi=_doi(parts.root) or kind.doi,
        notes=_notes(missing, quality, l2a=parts.is_l2a),
    )


def _doi(root: Element) -> str | None:
    text = text_in(root, "PRODUCT_DOI") or ""
    return text.removeprefix("https://doi.org/") if "10." in text else None


def _notes(missing: list[str], quality: Asset | None, *, l2a: bool) -> tuple[str, ...]:
    notes = []
    if missing:
        notes.append(
            f"product incomplete: {len(missing)} of the image files that its metadata names are not here "
            f"({', '.join(missing)}); each band is read at the finest pixel size that is here"
        )
    if quality is None:
        layer = "scene classification (SCL)" if l2a else "cloud mask (MSK_CLASSI; before 04.00 MSK_CLOUDS)"
        notes.append(f"the product holds no {layer}: where clouds are is not known")
    elif quality.key == "MSK_CLOUDS":
        notes.append(OUTLINED)
    return tuple(notes)


def _footprint(parts: _Parts) -> Polygon | MultiPolygon:
    numbers = [number_of(word, "EXT_POS_LIST") for word in parts.needed("EXT_POS_LIST").split()]
    if len(numbers) < 8 or len(numbers) % 2:
        msg = "EXT_POS_LIST of the footprint holds no pairs of latitude and longitude; get the product again"
        raise CatalogError(msg)
    ring = list(zip(numbers[1::2], numbers[::2], strict=True))
    return footprint({"type": "Polygon", "coordinates": [[*ring, *([ring[0]] if ring[0] != ring[-1] else [])]]})


def _offset(parts: _Parts, band: str, quantification: float, baseline: str) -> float:
    """Return the additive offset in reflectance; where the product has to state one and does not, refuse."""
    tag = "BOA_ADD_OFFSET" if parts.is_l2a else "RADIO_ADD_OFFSET"
    stated = {item.get("band_id"): item.text for item in elements(parts.root, tag)}
    own = stated.get(str(_BAND_IDS.index(band)))
    if own is not None:
        return number_of(own, tag) / quantification
    digits = baseline.replace(".", "")
    if not digits.isdigit() or len(digits) != 4 or int(digits) >= OFFSET_BASELINE or stated:
        msg = (
            f"offset of {band} is unknown: processing baseline {baseline} and no {tag} for it in the metadata; "
            "get the product again, the offset is not guessed at"
        )
        raise CatalogError(msg)
    return 0.0


def _bands(parts: _Parts, kind: Sensor, baseline: str) -> tuple[list[Asset], list[str]]:
    """Return one asset a band, the finest that is here, and the names of images that are not here."""
    tag = "BOA_QUANTIFICATION_VALUE" if parts.is_l2a else "QUANTIFICATION_VALUE"
    quantification = number_in(parts.root, tag)
    if not quantification or quantification <= 0:
        msg = f"the metadata state no {tag}, without which digital numbers mean nothing; get the product again"
        raise CatalogError(msg)
    images = [(item.text or "").strip() + ".jp2" for item in elements(parts.root, "IMAGE_FILE")]
    missing = list[str]()
    found: dict[str, Asset] = {}
    for name in images:
        words = PurePosixPath(name).stem.split("_")
        pixel = _PIXEL_M.get(words[-1]) if parts.is_l2a else None
        band = words[-2] if pixel else words[-1]
        common = common_name(kind, band)
        if common is None or band not in _BAND_IDS:
            continue
        if name not in parts.files:
            missing.append("_".join(words[2:]))
            continue
        gsd = pixel or next(item.gsd_m for item in kind.bands if item.name == band)
        if band in found and (found[band].gsd_m or 0) <= gsd:
            continue
        offset = _offset(parts, band, quantification, baseline)
        found[band] = _asset(parts, name, key=f"{band}_{gsd:.0f}m", bands=(common,), gsd_m=gsd)
        found[band] = replace(found[band], scale=1 / quantification, offset=offset, nodata=0.0, unit="reflectance")
    if not found:
        msg = f"none of the {len(images)} images that the metadata name is here; get the product again"
        raise CatalogError(msg)
    return [found[band] for band in _BAND_IDS if band in found], missing


def _quality(parts: _Parts, tile: Element) -> Asset | None:
    """Return the scene classification (finest) of a Level-2A product, the cloud mask of a Level-1C one."""
    if parts.is_l2a:
        found = sorted(name for name in parts.files if PurePosixPath(name).match("GRANULE/*/IMG_DATA/*/*_SCL_*m.jp2"))
        return _asset(parts, found[0], key="SCL", gsd_m=_PIXEL_M[found[0][-7:-4]]) if found else None
    found = [name for name in parts.files if PurePosixPath(name).match("GRANULE/*/QI_DATA/MSK_CLASSI_B00.jp2")]
    if found:
        return _asset(parts, found[0], key="MSK_CLASSI", gsd_m=60.0)
    outlines = cloud_outlines(parts.files, tile)
    if outlines is None:
        return None
    return replace(_asset(parts, outlines[0], key="MSK_CLOUDS", gsd_m=60.0), location=outlines[1], size=None)


def _documents(parts: _Parts, tile_name: str) -> list[Asset]:
    """Return the other metadata: the tile's, from which time and angles are, and the manifest."""
    names = {"MTD_TL": tile_name, "manifest": "manifest.safe"}
    found = [
        _asset(parts, name, key=key, media_type="application/xml") for key, name in names.items() if name in parts.files
    ]
    return [replace(asset, roles=("metadata",)) for asset in found]


def _asset(
    parts: _Parts,
    name: str,
    *,
    key: str,
    bands: tuple[str, ...] = (),
    gsd_m: float | None = None,
    media_type: str = "image/jp2",
) -> Asset:
    return Asset(
        key=key,
        location=parts.files[name],
        href=name,
        digest=None,
        size=parts.promised.get(name),
        bands=bands,
        scale=None,
        offset=None,
        nodata=None,
        roles=("data",) if bands else ("data-mask",),
        gsd_m=gsd_m,
        media_type=media_type,
    )


def _angles(element: Element | None) -> tuple[float | None, float | None]:
    """Return zenith and azimuth, degrees."""
    if element is None:
        return None, None
    return number_in(element, "ZENITH_ANGLE"), number_in(element, "AZIMUTH_ANGLE")


def _mean_view(tile: Element) -> tuple[float | None, float | None]:
    """Return the mean of the bands' mean viewing directions, degrees; they differ by a fraction of a degree."""
    found = [_angles(item) for item in elements(tile, "Mean_Viewing_Incidence_Angle")]
    pairs = [(zenith, azimuth) for zenith, azimuth in found if zenith is not None and azimuth is not None]
    if not pairs:
        return None, None
    radians = [(math.radians(zenith), math.radians(azimuth)) for zenith, azimuth in pairs]
    east = sum(math.sin(zenith) * math.sin(azimuth) for zenith, azimuth in radians)
    north = sum(math.sin(zenith) * math.cos(azimuth) for zenith, azimuth in radians)
    up = sum(math.cos(zenith) for zenith, _ in radians)
    return math.degrees(math.atan2(math.hypot(east, north), up)), math.degrees(math.atan2(east, north)) % 360
