"""The item of a scene whose files were fetched: the provider's words, with addresses on this machine."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from osint_imagery.core.errors import EvidenceExistsError, InputError
from osint_imagery.core.lineage import digest_bytes
from osint_imagery.core.timespan import iso
from osint_imagery.core.writing import write_atomic
from osint_imagery.scenes.copying import Copy
from osint_imagery.scenes.partwise import Partwise
from osint_imagery.scenes.scene import Asset, Scene

__all__ = ["copied_item", "folder_name", "provider_item", "write_item"]

_NUMBERS = ("scale", "offset")


def provider_item(scene: Scene) -> dict[str, Any]:
    """Return the item that a scene was made of.

    Raises
    ------
    InputError
        If it was made of something else.
    """
    try:
        body = json.loads(scene.metadata)
    except ValueError:
        body = None
    if not isinstance(body, dict) or body.get("type") != "Feature":
        msg = f"scene={scene!r} was not described by a STAC item; copy its folder instead"
        raise InputError(msg)
    return body


def copied_item(scene: Scene, copies: Sequence[Copy], accessed: datetime) -> bytes:
    """Return an item that leads to the copies and says the same as the scene does.

    Parameters
    ----------
    scene : Scene
        As the catalogue describes it.
    copies : sequence of Copy
        May be empty: then the item only says that this scene was offered. Other files on this machine are left out.
    accessed : datetime
        When its catalogue was asked, UTC.
    """
    body = provider_item(scene)
    properties = body["properties"]
    properties["osint:sensor"] = scene.sensor.key
    properties["osint:accessed"] = iso(accessed)
    if scene.source is not None:
        properties["osint:source"] = scene.source
    unnamed = [note for note in scene.notes if not note.startswith(("product id not stated", "the item says that"))]
    if unnamed:
        properties["osint:note"] = "; ".join(unnamed)
    if scene.sensor.license == "not stated" and scene.license != "not stated":
        properties["license"] = scene.license
    done = {copy.key: copy for copy in copies}
    body["assets"] = {
        asset.key: _asset(body["assets"][asset.key], asset, done.get(asset.key))
        for asset in scene.assets
        if asset.key in done or asset.location is None or isinstance(asset.location, Partwise)
    }
    source = {"rel": "derived_from", "href": scene.href, "osint:digest": digest_bytes(scene.metadata)}
    body["links"] = [{"rel": "root", "href": "../catalog.json"}, source]
    return (json.dumps(body, indent=1) + "\n").encode()


def _asset(stated: Mapping[str, Any], asset: Asset, copy: Copy | None) -> dict[str, Any]:
    """Return an asset with its address here, and with the numbers that the scene is read with."""
    address = asset.href if asset.location is None else asset.location.href
    fields = {name: value for name, value in stated.items() if name not in {"alternate", "href"}}
    for name in _NUMBERS:
        fields.pop(name, None)
        fields.pop(f"raster:{name}", None)
    for bands in ("raster:bands", "bands"):
        if isinstance(fields.get(bands), list):
            fields[bands] = [_without_numbers(band) for band in fields[bands]]
    for name, value in (("scale", asset.scale), ("offset", asset.offset)):
        if value is not None:
            fields[f"raster:{name}"] = value
    if copy is None:
        return {"href": address, **fields}
    return {
        "href": f"../files/{copy.path.name}",
        **fields,
        "file:checksum": "1220" + copy.digest.removeprefix("sha256:"),
        "file:size": copy.size,
        "osint:source_href": address,
        "osint:digest_is": copy.checked,
    }


def _without_numbers(band: object) -> object:
    if not isinstance(band, Mapping):
        return band
    left = {*_NUMBERS, *(f"raster:{name}" for name in _NUMBERS)}
    return {name: value for name, value in band.items() if name not in left}


def folder_name(scene_id: str) -> str:
    """Return a name for a scene's folder that no file system objects to, and that leads nowhere else.

    Examples
    --------
    >>> folder_name("S2A_28QCH"), folder_name("../a/b").startswith("___a_b-")
    ('S2A_28QCH', True)
    """
    plain = re.sub(r"[^A-Za-z0-9_-]", "_", scene_id)[:120]
    return plain if plain == scene_id else f"{plain}-{digest_bytes(scene_id.encode())[7:15]}"


def write_item(folder: Path, scene: Scene, copies: Sequence[Copy], accessed: datetime) -> None:
    """Write a scene's item and, beside it, the provider's own words; or keep those that are there and say the same.

    Raises
    ------
    EvidenceExistsError
        If others are there.
    """
    source, path = folder / "source.json", folder / "item.json"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        write_atomic(source, scene.metadata)
        write_atomic(path, copied_item(scene, copies, accessed))
        return
    if source.read_bytes() != scene.metadata:
        msg = (
            f"path={str(source)!r} holds other metadata than the catalogue states now for scene {scene.id!r}: the "
            "catalogue changed; fetch into another folder and compare, nothing was replaced"
        )
        raise EvidenceExistsError(msg)
    there = json.loads(path.read_bytes())["assets"]
    lacking = [copy.key for copy in copies if there.get(copy.key, {}).get("href") != f"../files/{copy.path.name}"]
    if lacking:
        msg = (
            f"path={str(path)!r} was written without the copies of {', '.join(lacking)}, or with other ones; "
            "fetch into another folder, nothing was replaced"
        )
        raise EvidenceExistsError(msg)
