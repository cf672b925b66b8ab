"""Static STAC catalogues (1.0 and 1.1) on this machine: every item becomes a scene."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from osint_imagery.core.errors import CatalogError
from osint_imagery.scenes.address import shown
from osint_imagery.scenes.location import LocalFile, Location
from osint_imagery.scenes.properties import local_path
from osint_imagery.scenes.scene import Scene
from osint_imagery.scenes.stac_item import described

__all__ = ["read_json", "scene_of", "walk"]

_KINDS = {"Catalog", "Collection", "Feature", "FeatureCollection"}


def read_json(path: Path) -> tuple[bytes, dict[str, Any]]:
    """Return a JSON object's bytes and content.

    Raises
    ------
    CatalogError
        If the file is not there or does not hold a JSON object; the message names it.
    """
    try:
        data = path.read_bytes()
        body = json.loads(data)
    except (OSError, ValueError, RecursionError) as err:
        msg = f"{str(path)!r} cannot be read as JSON ({err}); mend or restore the catalogue"
        raise CatalogError(msg) from err
    if not isinstance(body, dict):
        msg = f"{str(path)!r} holds a {type(body).__name__}, not a JSON object; mend or restore the catalogue"
        raise CatalogError(msg)
    return data, body


def walk(start: Path) -> Iterator[Scene]:
    """Yield every scene below a catalogue, collection, item or item-collection file, in the order of its links.

    Raises
    ------
    CatalogError
        If any file below it is missing or cannot be understood: a catalogue is read whole or not at all.
    """
    root = start.resolve().parent
    waiting, seen = [start.resolve()], set[Path]()
    while waiting:
        path = waiting.pop(0)
        if path in seen:
            continue
        seen.add(path)
        data, body = read_json(path)
        kind = body.get("type")
        if not isinstance(kind, str) or kind not in _KINDS:
            msg = f"{str(path)!r} has type={body.get('type')!r}; a STAC file is a Catalog, Collection or Feature"
            raise CatalogError(msg)
        if kind == "Feature":
            yield scene_of(data, body, path, root)
        for feature in body.get("features", ()) if kind == "FeatureCollection" else ():
            yield scene_of(json.dumps(feature, indent=1).encode(), feature, path, root)
        waiting.extend(_children(body, path, root))


def _children(body: Mapping[str, Any], path: Path, root: Path) -> list[Path]:
    found = []
    for link in body.get("links", ()) if body.get("type") in {"Catalog", "Collection"} else ():
        if not isinstance(link, Mapping) or link.get("rel") not in {"child", "item"}:
            continue
        href = str(link.get("href", ""))
        try:
            target = local_path(href, path.parent, root)
        except CatalogError as err:
            msg = f"{str(path)!r}: {err}"
            raise CatalogError(msg) from err
        if target is None:
            msg = f"{str(path)!r} links to {shown(href)!r}; remote items are not read, save them beside the catalogue"
            raise CatalogError(msg)
        found.append(target)
    return found


def scene_of(data: bytes, item: Mapping[str, Any], path: Path, root: Path) -> Scene:
    """Return the scene that a STAC item on this machine describes.

    Parameters
    ----------
    data, item : bytes and its content
        The item, verbatim and parsed.
    path, root : Path
        Its file, and the catalogue's folder.

    Raises
    ------
    CatalogError
        If the item is incomplete or contradicts itself; the message names file and item.
    """

    def locate(href: str) -> Location | None:
        found = local_path(href, path.parent, root)
        return None if found is None else LocalFile(found)

    return described(data, item, where=str(path), href=path.relative_to(root).as_posix(), locate=locate)
