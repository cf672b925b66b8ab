"""Scenes to try things on: simulated and bundled, real and in another package, real and brought by pinned digest."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from os import PathLike
from pathlib import Path
from typing import Any

from osint_imagery.core.arguments import require
from osint_imagery.core.errors import AccessError, CatalogError, InputError
from osint_imagery.core.timespan import iso
from osint_imagery.scenes.account import wanted_by
from osint_imagery.scenes.address import Access
from osint_imagery.scenes.catalog import Catalog, open_catalog
from osint_imagery.scenes.client import Client, Signer
from osint_imagery.scenes.fetch import Progress, fetch, silent
from osint_imagery.scenes.packaged import ROMANIA, bundled, has_romania, romania_catalog
from osint_imagery.scenes.profiles import Profile, profile_named
from osint_imagery.scenes.remote_item import Items
from osint_imagery.scenes.scene import Asset, Scene
from osint_imagery.scenes.stac import read_json
from osint_imagery.scenes.stac_api import now

__all__ = ["Origin", "Sample", "fetch_sample", "samples"]


class Origin(StrEnum):
    """Where a sample comes from."""

    BUNDLED = "simulated, bundled"
    PACKAGE = "real, inside another package"
    PINNED = "real, from its provider by pinned digest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Scenes to try things on.

    Parameters
    ----------
    name : str
        By which they are fetched.
    origin : Origin
        Where they come from.
    title : str
        What they show.
    sensor, dates : str
        Key in the table of sensors; first and last acquisition, UTC.
    scenes : int
        How many.
    size_bytes : int or None
        Of the files; None where their provider does not say.
    license, credit : str
        Of the data.
    here : bool
        Whether they can be had without a network.
    needs : str
        What fetching them needs; empty where nothing.
    source : str
        Where digests and facts are from.
    catalog : str
        Name of the known catalogue that it comes from; empty where it comes from none.
    files : tuple of (str, str)
        Address and promised checksum (``sha256:...``, or a hexadecimal multihash) of each file that is pinned.
    """

    name: str
    origin: Origin
    title: str
    sensor: str
    dates: str
    scenes: int
    size_bytes: int | None
    license: str
    credit: str
    here: bool
    needs: str
    source: str
    catalog: str = ""
    files: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        return f"Sample({self.name!r}, {self.origin}, {self.scenes} scenes of {self.sensor}, {self.dates})"


def samples() -> tuple[Sample, ...]:
    """Return the scenes that can be had for trying things: bundled, from an installed package, by pinned digest.

    Returns
    -------
    tuple of Sample
        Simulated scenes say so. Real ones are for trying methods; whether they may be cited as evidence is a matter of
        their own notes.

    Examples
    --------
    >>> for sample in samples():
    ...     print(sample.name, "|", sample.origin, "|", sample.sensor)
    port | simulated, bundled | simulated-msi
    romania | real, inside another package | sentinel-2-l2a
    sentinel-2-austria | real, from its provider by pinned digest | sentinel-2-l2a
    landsat-8-iowa | real, from its provider by pinned digest | landsat-c2-l2
    landsat-7-california | real, from its provider by pinned digest | landsat-c2-l2
    """
    return (_port(), _romania(), *(_pinned(item) for item in _items()))


def fetch_sample(
    name: str,
    folder: str | Path,
    *,
    access: Access | None = None,
    signer: Signer | None = None,
    progress: Progress = silent,
    clock: Callable[[], datetime] = now,
) -> Catalog:
    """Bring a sample into a folder, and return it as a catalogue that needs no network.

    Parameters
    ----------
    name : str
        One that :func:`samples` lists.
    folder : str or Path
        Where to; what is there is kept and used, never replaced.
    access : Access, optional
        Where requests may go, and limits.
    signer : Signer, optional
        Keys or a token, where the provider wants them (`Sample.needs`).
    progress : callable
        Is told, in words, how much comes and has come.
    clock : callable
        Current time, UTC: the time of access.

    Raises
    ------
    InputError
        If there is no such sample.
    MissingAssetError
        If the package that carries it is not installed.
    AccessError
        If its provider wants an account.
    RemoteError, ChecksumError
        If a file cannot be had, or is not the promised one.
    EvidenceExistsError
        If the folder holds the same scenes with other metadata.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     print(len(list(fetch_sample("port", folder).scenes())))
    28
    """
    require(str, name=name)
    require(str | PathLike, folder=folder)
    require(Access | None, access=access)
    known = {item["osint:sample"]["name"]: item for item in _items()}
    if name == "romania":
        progress("writing 140 scenes of the installed package nrt")
        return open_catalog(romania_catalog(folder))
    if name == "port":
        return _all(open_catalog(bundled("port/catalog.json")).scenes(), folder, progress, clock)
    if name not in known:
        msg = f"name={name!r} is no sample; there are {', '.join(['port', 'romania', *known])}"
        raise InputError(msg)
    return _all([_scene(known[name], access=access, signer=signer)], folder, progress, clock)


def _all(scenes: Iterable[Scene], folder: str | Path, progress: Progress, clock: Callable[[], datetime]) -> Catalog:
    for scene in scenes:
        fetch(scene, folder, progress=progress, clock=clock)
    return open_catalog(folder)


def _items() -> list[dict[str, Any]]:
    """Return the items whose files are pinned: what their providers served, cut to what a working copy needs."""
    _, body = read_json(bundled("public.json"))
    features: list[dict[str, Any]] = body["features"]
    return features


def _profile(item: Mapping[str, Any]) -> Profile:
    found = profile_named(item["osint:sample"]["profile"])
    if found is None:
        msg = f"public.json names an unknown catalogue {item['osint:sample']['profile']!r}; mend it"
        raise CatalogError(msg)
    return found


def _described(item: Mapping[str, Any], *, access: Access | None = None, signer: Signer | None = None) -> Scene:
    profile = _profile(item)
    found = Items(client=Client(access, signer=signer), base=profile.url, profile=profile).entry(item)
    if not isinstance(found, Scene):
        msg = f"sample {item['osint:sample']['name']!r} cannot be used: {found.reason}"
        raise CatalogError(msg)
    return found


def _scene(item: Mapping[str, Any], *, access: Access | None, signer: Signer | None) -> Scene:
    """Return the scene of a pinned item, all of whose files can be asked for."""
    scene = _described(item, access=access, signer=signer)
    if any(asset.location is None for asset in scene.assets):
        name, needs = item["osint:sample"]["name"], wanted_by(_profile(item))
        msg = f"sample {name!r} lies where its provider wants an account: {needs}, or give signer=S3Keys(...)"
        raise AccessError(msg)
    return scene


def _pinned(item: Mapping[str, Any]) -> Sample:
    scene, stated = _described(item), item["osint:sample"]
    sizes = [asset.size for asset in scene.assets]
    return Sample(
        name=stated["name"],
        origin=Origin.PINNED,
        title=stated["title"],
        sensor=scene.sensor.key,
        dates=iso(scene.acquired.start)[:10],
        scenes=1,
        size_bytes=None if None in sizes else sum(size for size in sizes if size is not None),
        license=scene.license,
        credit=scene.credit,
        here=False,
        needs=wanted_by(_profile(item)),
        source=f"item {scene.id} as {_profile(item).title} served it, in the {stated['digests']}",
        catalog=_profile(item).name,
        files=tuple((asset.href, _promised(asset)) for asset in scene.assets),
    )


def _promised(asset: Asset) -> str:
    found = asset.digest or asset.checksum
    if found is None:
        msg = f"public.json: {asset.href!r} has no checksum; only files with one are samples, mend it"
        raise CatalogError(msg)
    return found


def _port() -> Sample:
    scenes = sorted(open_catalog(bundled("port/catalog.json")).scenes(), key=lambda scene: scene.acquired.start)
    files = [asset for scene in scenes for asset in scene.assets]
    return Sample(
        name="port",
        origin=Origin.BUNDLED,
        title="a port that does not exist: a shed is built, a ship stays between two looks, one thing is too small",
        sensor=scenes[0].sensor.key,
        dates=f"{iso(scenes[0].acquired.start)[:10]} to {iso(scenes[-1].acquired.start)[:10]}",
        scenes=len(scenes),
        size_bytes=sum(asset.size or 0 for asset in files),
        license=scenes[0].license,
        credit=scenes[0].credit,
        here=True,
        needs="",
        source="made by sample_scenes/make_port.py, with its truth in port/truth.json",
    )


def _romania() -> Sample:
    here = has_romania()
    return Sample(
        name="romania",
        origin=Origin.PACKAGE,
        title="one square kilometer of Romanian forest in which gaps appear; for methods, never evidence",
        sensor="sentinel-2-l2a",
        dates="2015-08-01 to 2021-01-01",
        scenes=140,
        size_bytes=ROMANIA.size_bytes,
        license=ROMANIA.license,
        credit="Contains modified Copernicus Sentinel data 2015-2021",
        here=here,
        needs="" if here else "pip install --no-deps nrt==0.2.1",
        source=f"{ROMANIA.href}, whose file is looked at before anything is written",
        files=((ROMANIA.href, ROMANIA.digest),),
    )
