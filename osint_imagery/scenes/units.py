"""In which unit a scene's bands are, and whether enough is stated to know it."""

import re

from osint_imagery.core.errors import BandError, ReadError
from osint_imagery.scenes.scene import Asset, Scene

__all__ = ["check_offset", "is_stated", "unit_of"]

_OFFSET_BASELINE = 400  # from baseline 04.00 on, Sentinel-2 products carry an additive offset
_BASELINE = re.compile(r"N?(\d{2})\.?(\d{2})")


def is_stated(asset: Asset) -> bool:
    """Return whether the metadata says how stored numbers become a unit's."""
    return asset.scale is not None or asset.offset is not None


def unit_of(scene: Scene, assets: tuple[Asset, ...]) -> str:
    """Return the one unit of some bands' assets.

    Raises
    ------
    BandError
        If units differ, or a scale is stated for some of them only.
    """
    stated = {is_stated(asset) for asset in assets}
    if len(stated) > 1:
        without = ", ".join(sorted({asset.key for asset in assets if not is_stated(asset)}))
        msg = f"bands of scene {scene.id}: no scale is stated for {without}; read these apart from the others"
        raise BandError(msg)
    units = {_unit_of_one(scene, asset) for asset in assets}
    if len(units) > 1:
        msg = f"bands of scene {scene.id} are in {', '.join(sorted(units))}; read each unit apart"
        raise BandError(msg)
    return units.pop()


def _unit_of_one(scene: Scene, asset: Asset) -> str:
    stated = is_stated(asset)
    if scene.sensor.key == "geotiff":
        return asset.unit or ("not stated" if stated else "DN")
    if asset.unit is not None and asset.unit.lower() in {"kelvin", "k"}:
        return "kelvin" if stated else "DN"
    if not scene.sensor.needs_scale and asset.unit and "linear" not in asset.unit.lower():
        return asset.unit  # decibels, for example
    return scene.sensor.unit if stated or not scene.sensor.needs_scale else "DN"


def check_offset(scene: Scene, asset: Asset) -> None:
    """Refuse a Sentinel-2 product whose additive offset nobody states; the date does not tell it.

    Raises
    ------
    ReadError
        If it is such a product.
    """
    if not scene.sensor.key.startswith("sentinel-2") or asset.offset is not None:
        return
    found = _BASELINE.fullmatch(scene.processing_version or "")
    baseline = int(found[1] + found[2]) if found else None
    if (baseline is None and asset.scale is not None) or (baseline is not None and baseline >= _OFFSET_BASELINE):
        version = scene.processing_version or "not stated"
        msg = (
            f"offset of asset {asset.key!r} of scene {scene.id} is unknown: processing version {version}, "
            "no offset in its metadata; add raster:bands offset from the product's own metadata"
        )
        raise ReadError(msg)
