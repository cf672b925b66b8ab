"""Sentinel-1 products as downloaded: OPERA RTC-S1 bursts; SAFE is refused, for it is not terrain-corrected.

Names: NASA/JPL OPERA, RTC-S1 product specification (JPL D-108758), section on file naming. SAFE: ESA, Sentinel-1
Product Specification (S1-RS-MDA-52-7441), annotation data set.
"""

import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from osint_imagery.core.errors import DataError, InputError
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.scenes.bundle import Bundle, Claimed, described, outline_of, refuse
from osint_imagery.scenes.markup import elements, number_of, parse_xml
from osint_imagery.scenes.raster import inspect
from osint_imagery.scenes.scene import Asset, Refused, Scene
from osint_imagery.scenes.sensors import sensor

__all__ = ["displacement_m", "not_corrected", "opera_products", "sentinel1_safe_products"]

_OPERA = re.compile(
    r"(?P<product>OPERA_L2_RTC-S1_T(?P<track>\d{3})-\d{6}-(?:IW|EW)\d_(?P<start>\d{8}T\d{6}Z)_\d{8}T\d{6}Z_"
    r"S1(?P<unit>[A-D])_(?P<pixel>\d+)_v(?P<version>\d+\.\d+))(?:_(?P<layer>\w+))?\.(?P<suffix>\w+(?:\.xml)?)"
)
_POLARIZATIONS = ("VV", "VH", "HH", "HV")
_NAME_NOTE = "sensor, track, time and version are those of the product's name (OPERA naming): the files state none"


def displacement_m(height_m: float, incidence_deg: float) -> float:
    """Return how far ground above the reference surface is displaced toward the radar, m.

    Examples
    --------
    >>> round(displacement_m(100, 35))
    143
    """
    return height_m / math.tan(math.radians(incidence_deg))


def opera_products(bundle: Bundle) -> Claimed:
    """Return every OPERA RTC-S1 burst of a bundle: its polarizations and its layover and shadow mask are one scene."""
    groups: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for name in bundle.files:
        path = PurePosixPath(name)
        found = _OPERA.fullmatch(path.name)
        if found is not None:
            layer = found["layer"] or found["suffix"]
            groups[path.parent.as_posix(), found["product"]][layer] = name
    entries = tuple(_burst(bundle, product, layers) for (_, product), layers in groups.items())
    return Claimed(entries=entries, names=frozenset(name for layers in groups.values() for name in layers.values()))


def _burst(bundle: Bundle, product: str, layers: Mapping[str, str]) -> Scene | Refused:
    found = _OPERA.fullmatch(f"{product}.tif")
    held = [layer for layer in _POLARIZATIONS if layer in layers]
    first = layers[held[0]] if held else next(iter(layers.values()))
    if found is None or not held:
        return refuse(bundle, first, "none of its polarizations is here as GeoTIFF", scene_id=product)
    try:
        kind, header = sensor("sentinel-1-rtc"), inspect(bundle.files[first])
        assets = [_layer(bundle, layers[layer], layer, float(found["pixel"])) for layer in held]
        if "mask" in layers:
            assets.append(_layer(bundle, layers["mask"], "mask", float(found["pixel"])))
        start = found["start"]
        return Scene(
            id=product,
            sensor=kind,
            acquired=TimeSpan(f"{start[:4]}-{start[4:6]}-{start[6:11]}:{start[11:13]}:{start[13:]}"),
            footprint=outline_of(header, bundle.href(first)),
            assets=tuple(assets),
            platform=f"sentinel-1{found['unit'].lower()}",
            processing_version=found["version"],
            product_id=product,
            sun_elevation_deg=None,
            sun_azimuth_deg=None,
            view_zenith_deg=None,
            relative_orbit=int(found["track"]),
            scene_cloud_percent=None,
            simulated=False,
            metadata=bundle.read(layers["iso.xml"]) if "iso.xml" in layers else described(header),
            href=bundle.href(first),
            license=kind.license,
            doi=kind.doi,
            notes=(
                _NAME_NOTE,
                *(() if "mask" in layers else ("no mask of layover and shadow is here: where they are is not known",)),
            ),
        )
    except (DataError, InputError) as err:
        return refuse(bundle, first, bundle.told(err), scene_id=product)


def _layer(bundle: Bundle, name: str, layer: str, pixel_m: float) -> Asset:
    return Asset(
        key=layer,
        location=bundle.files[name],
        href=PurePosixPath(name).name,
        digest=None,
        size=None,
        bands=() if layer == "mask" else (layer.lower(),),
        scale=None,
        offset=None,
        nodata=None,
        roles=("data-mask",) if layer == "mask" else ("data",),
        gsd_m=pixel_m,
        media_type="image/tiff; application=geotiff",
        unit=None if layer == "mask" else "1 (gamma0, linear power)",
    )


def sentinel1_safe_products(bundle: Bundle) -> Claimed:
    """Return every other SAFE product of a bundle as refused: without terrain correction with the error in meters."""
    roots = dict.fromkeys(filter(None, map(_safe_root, bundle.files)))
    names = frozenset(name for name in bundle.files if _safe_root(name) is not None)
    return Claimed(entries=tuple(_safe(bundle, root) for root in roots), names=names)


def _safe_root(name: str) -> str | None:
    """Return the folder of the SAFE product that a file belongs to, None for any other file."""
    parents = PurePosixPath(name).parents
    found = next((folder for folder in parents if folder.suffix.upper() == ".SAFE"), None)
    if found is None and PurePosixPath(name).name == "manifest.safe":
        found = parents[0]
    return None if found is None else found.as_posix()


def _safe(bundle: Bundle, root: str) -> Refused:
    start, files = "" if root == "." else f"{root}/", bundle.below(root)
    name, own_id = f"{start}manifest.safe", PurePosixPath(root).name.removesuffix(".SAFE") or "SAFE"
    try:
        data = bundle.read(name) if "manifest.safe" in files else b""
        notes = [own for own in files if PurePosixPath(own).match("annotation/s1*.xml")]
        if not notes:
            reason = "SAFE product without MTD_MSIL1C.xml, MTD_MSIL2A.xml or Sentinel-1 annotation; get it again"
            return refuse(bundle, name, reason, metadata=data, scene_id=own_id)
        roots = [parse_xml(bundle.read(start + own), bundle.href(start + own)) for own in notes]
        angles = [
            number_of(item.text or "", "incidenceAngle")
            for found in roots
            for item in elements(found, "incidenceAngle")
        ]
    except DataError as err:
        return refuse(bundle, name, bundle.told(err), scene_id=own_id)
    reason = not_corrected([angle for angle in angles if 0 < angle < 90])
    return refuse(bundle, name, reason, metadata=data, scene_id=own_id)


def not_corrected(angles: Sequence[float] = ()) -> str:
    """Say how wrong places are without terrain correction, in meters.

    Parameters
    ----------
    angles : sequence of float, optional
        Incidence angles of the product, degrees; default: those of the interferometric wide swath.
    """
    low, high = (min(angles), max(angles)) if angles else (29.1, 46.0)  # interferometric wide swath, as specified
    far, near = displacement_m(100, low), displacement_m(100, high)
    whose = "of this product" if angles else "of the swath, for the product states none"
    return (
        f"not terrain-corrected: ground 100 m above the ellipsoid is displaced by {near:.0f} to {far:.0f} m (height "
        f"over the tangent of the incidence angle, {low:.1f} to {high:.1f} degrees {whose}); get the terrain-corrected "
        "product (RTC), or correct it and give GeoTIFFs with sidecars"
    )
