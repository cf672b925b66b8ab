"""Working copies of what a search found: a folder that is a catalogue by itself, and needs no network."""

import json
import shutil
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from datetime import datetime
from functools import partial
from os import PathLike
from pathlib import Path

from filelock import FileLock, Timeout
from shapely import to_geojson

from osint_imagery.core.arguments import require, require_each
from osint_imagery.core.errors import BudgetError, LockedError, RangeUnsupportedError, StorageError
from osint_imagery.core.lineage import digest_bytes
from osint_imagery.core.timespan import iso
from osint_imagery.core.writing import write_atomic
from osint_imagery.scenes.catalog import Catalog, open_catalog
from osint_imagery.scenes.checking import there
from osint_imagery.scenes.copied_item import folder_name, provider_item, write_item
from osint_imagery.scenes.copying import Copy, copied, held
from osint_imagery.scenes.fetching import Fetching
from osint_imagery.scenes.found import Found, Offer
from osint_imagery.scenes.metering import Meter, Progress
from osint_imagery.scenes.scene import Asset, Scene
from osint_imagery.scenes.stac import read_json
from osint_imagery.scenes.stac_api import now

__all__ = ["Fetching", "Progress", "fetch", "plan_fetch", "silent"]


def silent(_: str) -> None:
    """Say nothing."""


def plan_fetch(what: Scene | Found, bands: tuple[str, ...] | None = None) -> Fetching:
    """Return what :func:`fetch` would bring, and how large it is; nothing is written.

    Where the metadata states no size, the server is asked for it.

    Raises
    ------
    BandError
        If a scene lacks a band.
    RemoteError, MissingAssetError
        If a server does not say how large a file is.
    """
    scenes = _scenes(what)
    assets = tuple((scene, asset) for scene in scenes for asset in _wanted(scene, bands))
    sizes = tuple(asset.size if asset.size is not None else _size(asset) for _, asset in assets)
    return Fetching(assets=assets, sizes=sizes)


def fetch(
    what: Scene | Found,
    folder: str | Path,
    *,
    bands: tuple[str, ...] | None = None,
    most_bytes: int | None = None,
    executor: Executor | None = None,
    progress: Progress = silent,
    clock: Callable[[], datetime] = now,
) -> Catalog:
    """Bring the files of scenes into a folder, and return it as a catalogue that needs no network.

    Parameters
    ----------
    what : Scene or Found
        One scene, or all that a search found. Of a search, the scenes that were rejected are written down too,
        without their files, so that a later search here accounts for them as well.
    folder : str or Path
        Where to; what is there is kept and used, never replaced.
    bands : tuple of str, optional
        Common names; default: all bands. The quality layer always comes with them.
    most_bytes : int, optional
        Refuse to begin where more would come, and end where more comes than was announced; what is here already does
        not count.
    executor : concurrent.futures.Executor, optional
        Fetches several files at once: a pool of threads.
    progress : callable
        Is told, in words, how much will come before it begins, and how much has come.
    clock : callable
        Current time, UTC; the time of access where the search does not have one.

    Returns
    -------
    Catalog
        ``folder/catalog.json``. Files lie in ``files/`` under their SHA-256; each scene's item says where each file
        came from, and whether its digest was promised or computed here. ``source.json`` beside it holds the
        provider's item verbatim, ``search-*.json`` the question, its answer and the ledger.

    Raises
    ------
    BandError, InputError
        If a scene lacks a band, or is not described by a STAC item.
    BudgetError, StorageError, LockedError
        If more would come than allowed, or fits; or another fetch is at work in the folder.
    RemoteError, MissingAssetError, ChecksumError
        If a file cannot be had, or is not the promised one. What came stays; fetch again to go on.
    EvidenceExistsError
        If the folder holds the scene with other metadata or other bands: what the catalogue says has changed.

    Examples
    --------
    >>> import tempfile
    >>> from osint_imagery.scenes.packaged import bundled
    >>> scene = next(open_catalog(bundled("port/catalog.json")).scenes())
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     copy = next(fetch(scene, folder, bands=("red",)).scenes())
    >>> copy.id == scene.id, copy.bands  # all of one file
    (True, ('blue', 'green', 'red', 'nir', 'swir16'))
    """
    require(Scene | Found, what=what)
    require(str | PathLike, folder=folder)
    require(int | None, most_bytes=most_bytes)
    require(Executor | None, executor=executor)
    root, plan = Path(folder), plan_fetch(what, bands)
    try:
        (root / "files").mkdir(parents=True, exist_ok=True)
        with FileLock(root / ".fetch.lock", timeout=0):
            each = map if executor is None else executor.map
            here = tuple(each(partial(held, files=root / "files"), [asset for _, asset in plan.assets]))
            _announce(plan, root, here, most_bytes=most_bytes, progress=progress)
            meter = Meter(plan.total_bytes, most_bytes, progress)
            copies = _brought(plan, root, here, executor=executor, meter=meter)
            accessed = what.question.asked if isinstance(what, Found) and what.question is not None else clock()
            _write_catalog(what, root, copies, accessed)
    except Timeout as err:
        msg = f"folder={str(folder)!r} is being fetched into by another program; wait for it, or choose another folder"
        raise LockedError(msg) from err
    except OSError as err:
        if err.errno is None:  # one of this library's own
            raise
        msg = f"folder={str(folder)!r} cannot be written ({err.strerror}); choose another folder"
        raise StorageError(msg) from err
    return open_catalog(root)


def _scenes(what: Scene | Found) -> tuple[Scene, ...]:
    scenes = (what,) if isinstance(what, Scene) else what.scenes
    for scene in scenes:
        provider_item(scene)  # refused before anything is fetched
    return scenes


def _wanted(scene: Scene, bands: tuple[str, ...] | None) -> tuple[Asset, ...]:
    """Return the files that hold some bands, and the quality layer."""
    names = require_each(str, bands=bands) if bands is not None else scene.bands
    quality = scene.quality_asset
    found = [scene.asset_for(name) for name in names]
    return tuple(dict.fromkeys([*found, *([quality] if quality is not None else [])]))


def _size(asset: Asset) -> int | None:
    try:
        return there(asset).size()
    except RangeUnsupportedError:
        return None


def _announce(
    plan: Fetching, root: Path, here: tuple[Copy | None, ...], *, most_bytes: int | None, progress: Progress
) -> None:
    """Say how much will come, and refuse where that is too much."""
    done = [asset for (_, asset), copy in zip(plan.assets, here, strict=True) if copy is not None]
    coming = plan.bytes_without(done)
    said = f"; {len(done)} are here already, {coming / 1e6:.1f} MB to come" if done else ""
    progress(plan.label + said)
    begun = sum(path.stat().st_size for path in (root / "files").glob(".*.partial"))
    if most_bytes is not None and coming - begun > most_bytes:
        msg = f"most_bytes={most_bytes}: {plan.label}{said} would come; raise it, or name fewer bands or scenes"
        raise BudgetError(msg)
    free = shutil.disk_usage(root).free
    if coming - begun > free:
        msg = f"folder={str(root)!r} has room for {free / 1e6:.1f} MB, {plan.label}{said} would come; make room"
        raise StorageError(msg)


def _brought(
    plan: Fetching, root: Path, here: tuple[Copy | None, ...], *, executor: Executor | None, meter: Meter
) -> dict[str, tuple[Copy, ...]]:
    """Return the copies of each scene, by the digest of its metadata."""

    def bring(asset: Asset, known: Copy | None) -> Copy:
        if known is not None:
            meter.here(known.size)
            return known
        return copied(asset, root / "files", meter)

    assets = [asset for _, asset in plan.assets]
    done = list(map(bring, assets, here) if executor is None else executor.map(bring, assets, here))
    found: dict[str, tuple[Copy, ...]] = {}
    for (scene, _), copy in zip(plan.assets, done, strict=True):
        key = digest_bytes(scene.metadata)
        found[key] = (*found.get(key, ()), copy)
    return found


def _write_catalog(what: Scene | Found, root: Path, copies: dict[str, tuple[Copy, ...]], accessed: datetime) -> None:
    scenes = (what,) if isinstance(what, Scene) else (*what.scenes, *what.rejected)
    names: dict[str, Scene] = {}
    for scene in scenes:
        name = folder_name(scene.id)
        if name in names and names[name].metadata != scene.metadata:
            name = f"{name}-{digest_bytes(scene.metadata)[7:15]}"
        if name not in names:
            names[name] = scene
            write_item(root / name, scene, copies.get(digest_bytes(scene.metadata), ()), accessed)
    if isinstance(what, Found):
        _write_search(what, root, accessed)
    _write_index(root, names)


def _write_search(found: Found, root: Path, accessed: datetime) -> None:
    """Write the question and the ledger of what was offered, once."""
    body = {
        "area": json.loads(to_geojson(found.aoi.geometry)),
        "when": [iso(found.when.start), iso(found.when.end)],
        "accessed": iso(accessed),
        "question": None if found.question is None else found.question.record(),
        "ledger": [_line(offer) for offer in found.ledger],
    }
    data = (json.dumps(body, indent=1) + "\n").encode()
    path = root / f"search-{digest_bytes(data)[7:19]}.json"
    if not path.exists():
        write_atomic(path, data)


def _line(offer: Offer) -> dict[str, object]:
    return {
        "scene_id": offer.scene_id,
        "acquired": None if offer.acquired is None else [iso(offer.acquired.start), iso(offer.acquired.end)],
        "used": offer.used,
        "reason": offer.reason,
        "href": offer.href,
        "metadata_digest": offer.metadata_digest,
    }


def _write_index(root: Path, names: Iterable[str]) -> None:
    """Write the catalogue file; it lists what is in the folder, so that it grows and is the only thing rewritten."""
    path = root / "catalog.json"
    before = (
        [link["href"] for link in read_json(path)[1].get("links", ()) if link.get("rel") == "item"]
        if path.exists()
        else []
    )
    items = dict.fromkeys([*before, *(f"./{name}/item.json" for name in names)])
    body = {
        "type": "Catalog",
        "stac_version": "1.1.0",
        "id": "fetched",
        "description": "Working copies of scenes, with the items as their providers describe them (source.json)",
        "links": [{"rel": "root", "href": "./catalog.json"}, *({"rel": "item", "href": href} for href in items)],
    }
    data = (json.dumps(body, indent=1) + "\n").encode()
    if not path.exists() or path.read_bytes() != data:
        write_atomic(path, data)
