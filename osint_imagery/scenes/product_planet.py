"""PlanetScope analytic GeoTIFFs with the item's JSON beside them.

Format: Planet, "PSScene" (bands, unusable value 0, reflectance times 10,000, radiance times 100) and Data API item.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from osint_imagery.core.errors import CatalogError
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.scenes.bundle import Bundle, Claimed, outline_of
from osint_imagery.scenes.properties import number, words
from osint_imagery.scenes.provider import license_for
from osint_imagery.scenes.raster import Header, inspect
from osint_imagery.scenes.scene import Asset, Scene
from osint_imagery.scenes.sensors import QualityEncoding, sensor

__all__ = ["planet_scene"]

_BANDS = {
    3: ("red", "green", "blue"),
    4: ("blue", "green", "red", "nir"),
    8: ("coastal", "blue", "green1", "green", "yellow", "red", "rededge1", "nir"),
}
# The first that is here is read: what stands in the name, scale, unit
_LEVELS = (
    ("_analyticms_sr", 1e-4, "reflectance", "surface reflectance"),
    ("_analyticms_toar", 1e-4, "reflectance", "top-of-atmosphere reflectance"),
    ("_analyticms", 0.01, "W/(m2 sr um)", "radiance at the sensor"),
    ("_analytic", 0.01, "W/(m2 sr um)", "radiance at the sensor"),
)


def planet_scene(bundle: Bundle, name: str, body: Mapping[str, Any]) -> Claimed | None:
    """Return the scene that Planet's item JSON describes, None where it is none or no analytic file is here.

    Raises
    ------
    CatalogError, ReadError, InputError
        If the item or the file cannot be understood.
    """
    properties, item_id = body.get("properties"), words(body, "id")
    if not isinstance(properties, Mapping) or item_id is None or words(properties, "provider") != "planetscope":
        return None
    here = PurePosixPath(name).parent
    files = [
        own
        for own in bundle.files
        if PurePosixPath(own).parent == here
        and PurePosixPath(own).name.startswith(f"{item_id}_")
        and own.lower().endswith((".tif", ".tiff"))
    ]
    chosen = next(
        ((own, level) for level in _LEVELS for own in files if level[0] in own.lower() and "udm" not in own.lower()),
        None,
    )
    if chosen is None:
        return None
    raster, (_, scale, unit, what) = chosen
    header = inspect(bundle.files[raster])
    if header.count not in _BANDS:
        msg = f"{PurePosixPath(raster).name} has {header.count} bands; PlanetScope analytic files have 3, 4 or 8"
        raise CatalogError(msg)
    masks = [own for own in files if "udm2" in own.lower()]
    data = _asset(bundle, raster, header, bands=_BANDS[header.count])
    assets = [replace(data, scale=scale, offset=0.0, nodata=0.0, unit=unit)]
    assets += [_asset(bundle, own, header, bands=()) for own in masks[:1]]
    others = [PurePosixPath(own).name for own in files if own not in {raster, *masks}]
    notes = (
        f"{what}, the highest level that is here",
        *((f"other files of the item were not read: {', '.join(others)}",) if others else ()),
        *(() if masks else ("no usable data mask (udm2) is here: where clouds are is not known",)),
    )
    return Claimed(
        entries=(_scene(bundle, name, properties, header, item_id=item_id, assets=tuple(assets), notes=notes),),
        names=frozenset({name, *files}),
    )


def _scene(
    bundle: Bundle,
    name: str,
    properties: Mapping[str, Any],
    header: Header,
    *,
    item_id: str,
    assets: tuple[Asset, ...],
    notes: tuple[str, ...],
) -> Scene:
    acquired = words(properties, "acquired")
    if acquired is None:
        msg = "the item states no properties.acquired; get it again"
        raise CatalogError(msg)
    kind = replace(sensor("geotiff"), kind="optical", name="PlanetScope", level="ortho analytic")
    masked = len(assets) > 1
    cloud = number(properties, "cloud_cover")  # a share of 1
    satellite = words(properties, "satellite_id")
    return Scene(
        id=item_id,
        sensor=replace(kind, quality=QualityEncoding.UDM2) if masked else kind,
        acquired=TimeSpan(acquired),
        footprint=outline_of(header, name),
        assets=assets,
        platform=f"planetscope-{satellite}" if satellite else None,
        processing_version=None,
        product_id=item_id,
        sun_elevation_deg=number(properties, "sun_elevation"),
        sun_azimuth_deg=number(properties, "sun_azimuth"),
        view_zenith_deg=None,  # view_angle is the satellite's, off nadir
        relative_orbit=None,
        scene_cloud_percent=None if cloud is None else 100 * cloud,
        simulated=False,
        metadata=bundle.read(name),
        href=bundle.href(name),
        license=license_for(kind.license, None, "Planet Labs PBC"),
        doi=None,
        notes=notes,
        source="Planet Labs PBC",
    )


def _asset(bundle: Bundle, raster: str, header: Header, *, bands: tuple[str, ...]) -> Asset:
    return Asset(
        key="analytic" if bands else "udm2",
        location=bundle.files[raster],
        href=PurePosixPath(raster).name,
        digest=None,
        size=None,
        bands=bands,
        scale=None,
        offset=None,
        nodata=None,
        roles=("data",) if bands else ("data-mask",),
        gsd_m=header.grid.gsd_m if header.grid else None,
        media_type="image/tiff; application=geotiff",
    )
