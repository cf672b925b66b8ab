"""A STAC item saved beside the files that it names, wherever its links lead: Maxar and Vantor Open Data, and others."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from osint_imagery.core.errors import CatalogError
from osint_imagery.scenes.bundle import Bundle, Claimed
from osint_imagery.scenes.provider import license_for
from osint_imagery.scenes.scene import Scene
from osint_imagery.scenes.stac import scene_of

__all__ = ["item_scene"]

_OPEN_DATA = {"maxar-opendata": "Maxar Open Data Program", "vantor-opendata": "Vantor Open Data Program"}
_PICTURE = "only the picture made for viewing is here (visual, 8 bits, stretched): its brightness is no measurement"


def item_scene(bundle: Bundle, name: str, body: Mapping[str, Any]) -> Claimed | None:
    """Return the scene of an item whose files lie beside it, None where none of them does.

    Raises
    ------
    CatalogError, InputError
        If the item cannot be understood.
    """
    path = bundle.files[name].local
    if path is None:
        msg = "a STAC item inside an archive is not read; unpack the archive"
        raise CatalogError(msg)
    assets, here = {}, set[str]()
    stated = body.get("assets") or {}
    for key, asset in stated.items():
        file = PurePosixPath(unquote(urlsplit(str(asset["href"])).path)).name
        own = (PurePosixPath(name).parent / file).as_posix()
        if file and own in bundle.files:
            assets[key] = {**asset, "href": f"./{file}"}
            here.add(own)
    if not any(own.lower().endswith((".tif", ".tiff", ".jp2")) for own in here):
        return None
    pictures = [key for key, asset in assets.items() if "visual" in (asset.get("roles") or ()) or key == "visual"]
    only_pictures = bool(pictures) and not _rasters({k: a for k, a in assets.items() if k not in pictures})
    if only_pictures:
        # the item calls it "visual", by which pictures beside measurements are left out; here it is all there is
        assets = {f"{key}-picture" if key in pictures else key: asset for key, asset in assets.items()}
        assets = {key: {**asset, "roles": ["data"]} if "picture" in key else asset for key, asset in assets.items()}
    scene = scene_of(bundle.read(name), {**body, "assets": assets}, path, path.parent)
    absent = sorted(set(stated) - {key.removesuffix("-picture") for key in assets})
    notes = (
        *scene.notes,
        *((_PICTURE,) if only_pictures else ()),
        *((f"files of the item that are not here: {', '.join(absent)}",) if absent else ()),
    )
    scene = replace(_credited(scene, body), href=bundle.href(name), notes=notes)
    return Claimed(entries=(scene,), names=frozenset({name, *here}))


def _rasters(assets: Mapping[str, Mapping[str, Any]]) -> bool:
    return any(str(asset["href"]).lower().endswith((".tif", ".tiff", ".jp2")) for asset in assets.values())


def _credited(scene: Scene, body: Mapping[str, Any]) -> Scene:
    """Name the open-data programme as the source where an address in the item shows it."""
    if scene.source is not None:
        return scene
    links = [*(body.get("links") or ()), *(body.get("assets") or {}).values()]
    text = " ".join(str(link.get("href", "")) for link in links if isinstance(link, Mapping))
    source = next((program for mark, program in _OPEN_DATA.items() if mark in text), None)
    if source is None:
        return scene
    stated = None if scene.license == "not stated" else scene.license
    return replace(scene, source=source, license=license_for(scene.sensor.license, stated, source))
