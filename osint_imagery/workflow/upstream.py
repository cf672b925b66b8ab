"""Whether the scenes that a dossier cites are still what they were: same bytes, changed, gone, or not to be reached."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from osint_imagery.core.errors import CatalogError, DataError
from osint_imagery.core.lineage import digest_bytes
from osint_imagery.core.timespan import iso
from osint_imagery.evidence.differences import Outcome
from osint_imagery.evidence.inputs import Inputs, SceneInput, content_digest
from osint_imagery.scenes.catalog import Catalog
from osint_imagery.scenes.checking import held_digest
from osint_imagery.scenes.properties import local_path
from osint_imagery.scenes.scene import Asset, Scene
from osint_imagery.scenes.stac import read_json, scene_of

__all__ = ["SceneCheck", "Upstream", "check_scenes", "unreached"]

_NAMED = 6  # fields of changed metadata that are written out
_LETTERS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneCheck:
    """What became of one cited scene.

    Parameters
    ----------
    scene_id : str
        The scene.
    outcome : Outcome
        ``SAME``, ``UPSTREAM`` (changed or gone) or ``UNCHECKED`` (not to be reached from here).
    reason : str
        What was found, in words.
    scene : Scene or None
        To compute from; None unless it is the same.
    """

    scene_id: str
    outcome: Outcome
    reason: str
    scene: Scene | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """What became of all cited scenes.

    Parameters
    ----------
    checks : tuple of SceneCheck
        One a cited scene, in the order of the dossier.
    offered : tuple of Scene
        Everything that the catalogue offers now; empty where it could not be read whole.
    broken : str
        Why it could not be read whole; empty where it could.
    """

    checks: tuple[SceneCheck, ...]
    offered: tuple[Scene, ...] = ()
    broken: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Offers:
    """What the catalogue offers under each id; ``broken`` says why it could not be read whole."""

    scenes: Mapping[str, tuple[Scene, ...]]
    faults: Mapping[str, SceneCheck]
    broken: str = ""

    def alike(self, cited: SceneInput) -> str:
        """Name a scene of the same sensor and moment under another id: a product that was processed again."""
        moment = (cited.acquired.start_datetime, cited.acquired.end_datetime)
        found = [
            f"{scene.id} (processing version {scene.processing_version or 'not stated'})"
            for each in self.scenes.values()
            for scene in each
            if scene.sensor.key == cited.sensor and _moment(scene) == moment and scene.id != cited.id
        ]
        return f"; it offers {', '.join(found[:3])} of the same sensor and moment" if found else ""


def check_scenes(inputs: Inputs, catalog: Catalog, metadata: Mapping[str, bytes]) -> Upstream:
    """Compare every cited scene with what a catalogue offers now: by id, and by the digests of metadata and files.

    Parameters
    ----------
    inputs : Inputs
        What the dossier was made from.
    catalog : Catalog
        Where to look.
    metadata : mapping of str to bytes
        Metadata that the dossier keeps, by scene id; to say which fields changed.
    """
    offers = _offers(inputs, catalog)
    return Upstream(
        checks=tuple(_check(cited, offers, metadata.get(cited.id)) for cited in inputs.scenes),
        offered=() if offers.broken else tuple(scene for each in offers.scenes.values() for scene in each),
        broken=offers.broken,
    )


def unreached(inputs: Inputs, why: str) -> Upstream:
    """Return every cited scene as not checked."""
    return Upstream(checks=tuple(_unchecked(cited, why) for cited in inputs.scenes))


def _offers(inputs: Inputs, catalog: Catalog) -> _Offers:
    """Read the whole catalogue; where part of it is broken, look each cited item up at its recorded address."""
    scenes: dict[str, tuple[Scene, ...]] = {}
    try:
        for scene in catalog.scenes():
            scenes[scene.id] = (*scenes.get(scene.id, ()), scene)
    except (DataError, OSError) as err:
        return _looked_up(inputs, catalog, broken=str(err))
    return _Offers(scenes=scenes, faults={})


def _looked_up(inputs: Inputs, catalog: Catalog, *, broken: str) -> _Offers:
    scenes: dict[str, tuple[Scene, ...]] = {}
    faults: dict[str, SceneCheck] = {}
    for cited in inputs.scenes:
        found = _look_up(cited, catalog, broken)
        if isinstance(found, Scene):
            scenes[found.id] = (*scenes.get(found.id, ()), found)
        else:
            faults[cited.id] = found
    return _Offers(scenes=scenes, faults=faults, broken=broken)


def _look_up(cited: SceneInput, catalog: Catalog, broken: str) -> Scene | SceneCheck:
    root = catalog.folder
    path = _address(cited.href, root) if root is not None and root != catalog.path else None
    if root is None or path is None:
        return _unchecked(cited, f"the catalogue cannot be read: {broken}")
    try:
        digest = digest_bytes(path.read_bytes())
        data, body = read_json(path)
        return scene_of(data, body, path, root)
    except (FileNotFoundError, NotADirectoryError):
        return _changed(cited, f"gone: the catalogue names {cited.href}, and no item is there")
    except CatalogError as err:
        if digest == cited.metadata:
            return _unchecked(cited, f"its metadata is the recorded one and cannot be read by this version: {err}")
        return _changed(cited, f"its metadata was replaced by something that is no item: {err}")
    except OSError as err:
        return _unchecked(cited, f"its metadata cannot be reached ({err.strerror})")


def _address(href: str, root: Path) -> Path | None:
    """Return where an item is, None where its recorded address does not stay inside the catalogue."""
    try:
        return local_path(href, root, root)
    except CatalogError:
        return None


def _unchecked(cited: SceneInput, why: str) -> SceneCheck:
    return SceneCheck(scene_id=cited.id, outcome=Outcome.UNCHECKED, reason=why)


def _changed(cited: SceneInput, why: str) -> SceneCheck:
    return SceneCheck(scene_id=cited.id, outcome=Outcome.UPSTREAM, reason=why)


def _check(cited: SceneInput, offers: _Offers, kept: bytes | None) -> SceneCheck:
    if cited.id in offers.faults:
        return offers.faults[cited.id]
    found = offers.scenes.get(cited.id, ())
    if not found:
        return _changed(cited, f"gone: the catalogue no longer offers it{offers.alike(cited)}")
    scene = next((item for item in found if digest_bytes(item.metadata) == cited.metadata), None)
    where = ""
    if scene is None:
        moved = next((item for item in found if content_digest(item.metadata) == cited.content), None)
        if moved is not None:
            scene, where = _as_recorded(moved, cited, kept), "; at other addresses"
    files, unread = _files(cited, scene or found[0])
    if scene is None:
        told = "; ".join((_metadata_words(cited, found[0], kept), *(files or (_same_files(cited, unread),))))
        return _changed(cited, told)
    if files:
        return _changed(cited, "; ".join(files))
    if unread:
        return _unchecked(cited, "; ".join(unread))
    told = f"{_same_files(cited, unread)}{where}"
    return SceneCheck(scene_id=cited.id, outcome=Outcome.SAME, reason=told, scene=scene)


def _same_files(cited: SceneInput, unread: tuple[str, ...]) -> str:
    if unread:
        return "; ".join(unread)
    count = sum(file.digest is not None for file in cited.files)
    if not count:
        return "metadata only: no file of it was read"
    return "the one file has the recorded bytes" if count == 1 else f"all {count} files have the recorded bytes"


def _files(cited: SceneInput, scene: Scene) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return which files changed, and which cannot be read here."""
    assets = {asset.key: asset for asset in scene.assets}
    changed, unread = [], []
    for file in cited.files:
        asset = assets.get(file.key)
        if asset is None:
            changed.append(f"file {file.key} is no longer part of it")
            continue
        try:
            now = held_digest(asset)
        except OSError as err:
            unread.append(f"file {file.key} cannot be read ({err.strerror or err})")
            continue
        if now is None and file.digest is not None:
            unread.append(f"file {file.key} ({asset.href}) is not here: deleted, or not copied")
        elif now != file.digest:
            changed.append(_bytes_words(asset, file.digest, now))
    return tuple(changed), tuple(unread)


def _bytes_words(asset: Asset, recorded: str | None, now: str | None) -> str:
    if recorded is None:
        return f"file {asset.key} was not there when the record was made, and is now ({now})"
    promised = "" if asset.digest != recorded else "; the catalogue still promises the recorded bytes: a damaged copy?"
    return f"bytes of file {asset.key} differ: recorded {recorded}, now {now}{promised}"


def _metadata_words(cited: SceneInput, scene: Scene, kept: bytes | None) -> str:
    """Say which fields of the metadata changed, as far as the dossier tells."""
    own = [
        f"{name} {old or 'not stated'} -> {new or 'not stated'}"
        for name, old, new in (
            ("processing version", cited.processing_version, scene.processing_version),
            ("product id", cited.product_id, scene.product_id),
            ("sensor", cited.sensor, scene.sensor.key),
            ("acquired", cited.acquired.start_datetime, _moment(scene)[0]),
        )
        if old != new
    ]
    fields = [] if kept is None else list(_field_changes(kept, scene.metadata))
    more = f" and {len(fields) - _NAMED} more" if len(fields) > _NAMED else ""
    told = "; ".join((*own, *([f"fields {', '.join(fields[:_NAMED])}{more}"] if fields else [])))
    return f"other metadata under the same id: {told or 'fields that the dossier does not keep'}"


def _field_changes(before: bytes, after: bytes) -> Iterator[str]:
    try:
        old, new = (dict(_flat(json.loads(data), "")) for data in (before, after))
    except (ValueError, RecursionError):
        return
    for name in {**old, **new}:
        first, second = (_short(values[name]) if name in values else "absent" for values in (old, new))
        if first != second:
            yield f"{name}: {first} -> {second}"


def _flat(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    if not items:
        yield path, value
    for name, item in items:
        yield from _flat(item, f"{path}.{name}" if path else str(name))


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LETTERS else f"{text[:_LETTERS]}..."


def _moment(scene: Scene) -> tuple[str, str]:
    return iso(scene.acquired.start), iso(scene.acquired.end)


def _as_recorded(scene: Scene, cited: SceneInput, kept: bytes | None) -> Scene:
    """Return a scene whose metadata differ in addresses only, with the recorded addresses and the files found here.

    Without the recorded metadata the addresses of its files cannot be told; they stand in a record only where its
    pixels were compared, and then the dossier keeps its metadata.
    """
    if kept is None:
        return replace(scene, href=cited.href)
    hrefs = {key: str(asset.get("href")) for key, asset in json.loads(kept).get("assets", {}).items()}
    assets = tuple(replace(asset, href=hrefs.get(asset.key, asset.href)) for asset in scene.assets)
    return replace(scene, metadata=kept, href=cited.href, assets=assets)
