"""In which unit a scene's bands are."""

from osint_imagery.core.errors import BandError
from osint_imagery.scenes.scene import Asset, Scene

__all__ = ["unit_of"]


def unit_of(scene: Scene, assets: tuple[Asset, ...]) -> str:
    """Return the one unit of some bands' assets.

    Raises
    ------
    BandError
        If units differ, or a scale is stated for some of them only.
    """
    stated = {asset.is_scaled for asset in assets}
    if len(stated) > 1:
        without = ", ".join(sorted({asset.key for asset in assets if not asset.is_scaled}))
        msg = f"bands of scene {scene.id}: no scale is stated for {without}; read these apart from the others"
        raise BandError(msg)
    units = {_unit_of_one(scene, asset) for asset in assets}
    if len(units) > 1:
        msg = f"bands of scene {scene.id} are in {', '.join(sorted(units))}; read each unit apart"
        raise BandError(msg)
    return units.pop()


def _unit_of_one(scene: Scene, asset: Asset) -> str:
    stated = asset.is_scaled
    if scene.sensor.key == "geotiff":
        return asset.unit or ("not stated" if stated else "DN")
    if asset.unit is not None and asset.unit.lower() in {"kelvin", "k"}:
        return "kelvin" if stated else "DN"
    if not scene.sensor.needs_scale and asset.unit and "linear" not in asset.unit.lower():
        return asset.unit  # decibels, for example
    return scene.sensor.unit if stated or not scene.sensor.needs_scale else "DN"
