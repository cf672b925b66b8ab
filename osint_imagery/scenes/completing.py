"""What a catalogue is known for, put where its items are silent; and taken away where they are known to be wrong."""

import re
from dataclasses import replace

from osint_imagery.scenes.profiles import Holding, Offset, Profile
from osint_imagery.scenes.provider import license_for
from osint_imagery.scenes.scene import Asset, Scene

__all__ = ["completed"]

_OFFSET_BASELINE = (4, 0)
_BOA_OFFSET = -0.1


def completed(scene: Scene, profile: Profile, collection: object) -> Scene:
    """Return the scene with scale, offset, provider and licence as its catalogue is known to have them.

    Parameters
    ----------
    scene : Scene
        As its item describes it.
    profile : Profile
        Of the catalogue.
    collection : object
        The item's collection.

    Returns
    -------
    Scene
        What an item states is left as it is, unless the catalogue is known to state it wrongly; the notes say what was
        put in or taken away, and on whose word.
    """
    if scene.sensor.key == "geotiff" and scene.source is None and profile.source is not None:
        stated = None if scene.license == "not stated" else scene.license
        scene = replace(scene, source=profile.source, license=license_for(scene.sensor.license, stated, profile.source))
    holding = profile.holding(collection)
    if holding is None or holding.sensor != scene.sensor.key:
        return scene
    if holding.offset is Offset.NOT_TRUSTED:
        return _without(scene, profile, holding)
    return _filled(scene, profile, holding)


def _filled(scene: Scene, profile: Profile, holding: Holding) -> Scene:
    """Put scale and offset into reflectance bands that state neither."""
    offset = _offset(scene, holding)
    if holding.scale is None or offset is None:
        return scene
    assets = tuple(
        replace(asset, scale=holding.scale, offset=offset) if _is_silent(scene, asset) else asset
        for asset in scene.assets
    )
    if assets == scene.assets:
        return scene
    note = f"scale {holding.scale!r} and offset {offset!r} are not in the item: known of {profile.name} {holding.id}"
    reason = f" ({holding.offset.value})"
    return replace(scene, assets=assets, notes=(*scene.notes, note + reason))


def _offset(scene: Scene, holding: Holding) -> float | None:
    if holding.offset is not Offset.BASELINE:
        return holding.offset_value
    baseline = _baseline(scene)
    return None if baseline is None else _BOA_OFFSET if baseline >= _OFFSET_BASELINE else 0.0


def _baseline(scene: Scene) -> tuple[int, int] | None:
    found = re.fullmatch(r"N?(\d{2})\.?(\d{2})", scene.processing_version or "")
    return (int(found[1]), int(found[2])) if found else None


def _is_silent(scene: Scene, asset: Asset) -> bool:
    """Whether an asset holds reflectance and nobody says how it is scaled."""
    reflectance = set(asset.bands) <= set(scene.sensor.band_names()) and not any("lwir" in b for b in asset.bands)
    return asset.is_data and reflectance and asset.scale is None and asset.offset is None


def _without(scene: Scene, profile: Profile, holding: Holding) -> Scene:
    """Take away an offset that is known to be wrong in part; reading refuses from baseline 04.00 on."""
    if not any(asset.offset for asset in scene.assets):
        return scene
    note = f"the offset stated by its item is not used: {profile.name} {holding.id}: {holding.traps[0]}"
    assets = tuple(replace(asset, offset=None) if asset.offset else asset for asset in scene.assets)
    return replace(scene, assets=assets, notes=(*scene.notes, note))
