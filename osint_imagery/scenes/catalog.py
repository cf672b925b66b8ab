"""Catalogues of scenes, and the search that keeps a ledger of everything offered."""

import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import Any

import shapely

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.arguments import require, require_each
from osint_imagery.core.errors import (
    CatalogError,
    IncompleteSearchWarning,
    InputError,
    NothingFoundWarning,
    OutsideFootprintError,
)
from osint_imagery.core.lineage import digest_bytes, digest_file
from osint_imagery.core.showing import plain_html
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.scenes.address import Access
from osint_imagery.scenes.archive import is_archive
from osint_imagery.scenes.client import Signer
from osint_imagery.scenes.folder import walk_folder
from osint_imagery.scenes.found import Found, Offer, judged, share
from osint_imagery.scenes.geoparquet import is_geoparquet, walk_geoparquet
from osint_imagery.scenes.profiles import profile_named
from osint_imagery.scenes.question import Question, Terms
from osint_imagery.scenes.remote_catalog import Remote, opened_remote
from osint_imagery.scenes.scene import Refused, Scene
from osint_imagery.scenes.stac import read_json, walk
from osint_imagery.scenes.stac_api import now

__all__ = ["Catalog", "Found", "Offer", "open_catalog", "search"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """A place that offers scenes: a static STAC file, a folder or archive of products and GeoTIFFs, or a server.

    Parameters
    ----------
    name : str
        Id or title of the catalogue, or the folder's name.
    href : str
        As it was given, without credentials.
    path : Path or None
        Where it is on this machine; None for a server.
    digest : str or None
        Of the catalogue file; None for a folder.
    remote : Remote or None
        The server, where it is one.
    """

    name: str
    href: str
    path: Path | None
    digest: str | None
    remote: Remote | None = None

    @property
    def folder(self) -> Path | None:
        """The folder that holds it; None for a server."""
        return self.path.parent if self.path is not None and self.path.is_file() else self.path

    def entries(self) -> Iterator[Scene | Refused]:
        """Yield everything that is offered, also what cannot be a scene.

        Raises
        ------
        CatalogError
            If part of the catalogue cannot be understood; the message names the file.
        InputError
            If it is on a server, which has to be asked for a place and dates.
        """
        if self.path is None:
            msg = f"catalog={self!r} is on a server; ask it for a place and dates with search(catalog, aoi, when)"
            raise InputError(msg)
        if self.is_table:
            return walk_geoparquet(self.path)
        return walk(self.path) if self._is_stac else walk_folder(self.path)

    @property
    def is_table(self) -> bool:
        """Whether it is STAC GeoParquet."""
        return self.path is not None and self.path.is_file() and is_geoparquet(self.path)

    @property
    def _is_stac(self) -> bool:
        return self.path is not None and self.path.is_file() and not is_archive(self.path)

    def scenes(self) -> Iterator[Scene]:
        """Yield the scenes; what is refused is in the ledger of :func:`search`."""
        return (entry for entry in self.entries() if isinstance(entry, Scene))

    _repr_html_ = plain_html

    def __repr__(self) -> str:
        if self.remote is not None:
            return f"Catalog({self.name!r}, {self.remote.kind} at {self.href})"
        if self.is_table:
            return f"Catalog({self.name!r}, STAC GeoParquet)"
        return f"Catalog({self.name!r}, {'static STAC' if self._is_stac else 'products and GeoTIFFs'})"


def open_catalog(
    source: Catalog | str | Path,
    *,
    access: Access | None = None,
    signer: Signer | None = None,
    clock: Callable[[], datetime] = now,
) -> Catalog:
    """Open a catalogue on this machine or on a server.

    Parameters
    ----------
    source : str, Path or Catalog
        A catalogue that is open already is returned as it is. Else:
        a static STAC file (catalog, collection, item or item collection), a folder that holds
        ``catalog.json`` or ``collection.json``, a STAC GeoParquet file (extra ``geoparquet``), or a folder of products
        as downloaded (Sentinel-2 SAFE, Landsat with its MTL file, OPERA RTC-S1, PlanetScope ...; also zip and tar)
        and GeoTIFFs. A GeoTIFF of no product is dated
        by ``NAME.json`` beside it: ``{"acquired": "2017-10-03T08:17:39Z", "source": "...", ...}``.
        Or a server: the https address of a STAC API's landing page or of a static STAC catalogue, or the name of a
        known one (:data:`osint_imagery.scenes.profiles.PROFILES`), ``"earth-search"`` for example.
    access : Access, optional
        Where requests to a server may go, and limits; default: public https addresses.
    signer : Signer, optional
        Adds credentials to requests.
    clock : callable
        Current time, UTC; a question to a server is recorded with it.

    Returns
    -------
    Catalog

    Raises
    ------
    CatalogError
        If it is not there, not a catalogue, or its server fails.
    ConformanceError
        If a server does not declare that it can be searched.

    Examples
    --------
    >>> from osint_imagery.scenes.packaged import bundled
    >>> catalog = open_catalog(bundled("port/catalog.json"))
    >>> all(scene.simulated for scene in catalog.scenes())
    True
    """
    require(Catalog | str | PathLike, source=source)
    if isinstance(source, Catalog):
        return source
    require(Access | None, access=access)
    profile = profile_named(str(source))
    text = profile.url if profile is not None and not Path(source).exists() else str(source)
    if "://" in text:
        remote = opened_remote(text, access=access, signer=signer, clock=clock)
        return Catalog(name=remote.name, href=remote.url, path=None, digest=remote.digest, remote=remote)
    path = Path(source)
    if path.is_dir():
        inside = [path / name for name in ("catalog.json", "collection.json") if (path / name).is_file()]
        if not inside:
            return Catalog(name=path.resolve().name, href=text, path=path.resolve(), digest=None)
        path = inside[0]
    if not path.is_file():
        msg = f"source={text!r} is not there; give a static STAC file, a folder of products or GeoTIFFs, or https://"
        raise CatalogError(msg)
    if path.suffix.lower() in {".tif", ".tiff", ".jp2"}:
        msg = f"source={text!r} is a single raster; give the folder that holds it"
        raise CatalogError(msg)
    if is_archive(path) or is_geoparquet(path):
        return Catalog(name=path.stem, href=text, path=path.resolve(), digest=digest_file(path))
    data, body = read_json(path)
    name = str(body.get("title") or body.get("id") or path.stem)
    return Catalog(name=name, href=text, path=path.resolve(), digest=digest_bytes(data))


def search(
    catalog: Catalog,
    aoi: AreaOfInterest,
    when: TimeSpan,
    *,
    collections: tuple[str, ...] = (),
    query: Mapping[str, Any] | None = None,
    cql2: Mapping[str, Any] | None = None,
    sort: tuple[str, ...] = (),
    limit: int | None = None,
) -> Found:
    """Find the scenes that show a place in a span of time, and account for all others.

    Parameters
    ----------
    catalog : Catalog
        Where to look.
    aoi : AreaOfInterest
        A scene that meets any part of it is used; its share is in the ledger.
    when : TimeSpan
        A scene whose acquisition may lie in it is used.
    collections : tuple of str
        Collections of a server; default: all that it has.
    query, cql2 : mapping, optional
        What else a server is asked to look at (STAC query extension; CQL2 as JSON). What it leaves out is in no
        ledger, and `question.gaps` says so.
    sort : tuple of str
        Fields by which a server orders its answer, ``-`` before one for descending; decides what `limit` leaves.
    limit : int, optional
        Most items taken from a server.

    Returns
    -------
    Found
        Scenes in order of time, and the ledger. No scene found is not "no scene exists": it only
        says what this catalogue offers. Of several products of one acquisition one is used
        (:data:`osint_imagery.scenes.versions.RULE`), the others are in the ledger.

    Raises
    ------
    OutsideFootprintError
        If the area lies outside every scene of the catalogue.
    CatalogError
        If part of the catalogue cannot be understood, or its server fails: then it is not known whether scenes exist.
    ConformanceError
        If the server does not declare to understand what is asked.

    Warns
    -----
    NothingFoundWarning
        If no scene is left.
    IncompleteSearchWarning
        If the server's answer may lack scenes.

    Examples
    --------
    >>> from osint_imagery.scenes.packaged import bundled
    >>> catalog = open_catalog(bundled("port/catalog.json"))
    >>> found = search(catalog, AreaOfInterest.from_point(-28.005, 45.007, radius_m=200), TimeSpan("2024-02-06"))
    >>> len(found), found.ledger[-1].reason
    (1, 'outside the dates 2024-02-06 (UTC day, time unknown)')
    """
    require(Catalog, catalog=catalog)
    require(AreaOfInterest, aoi=aoi)
    require(TimeSpan, when=when)
    require(Mapping | None, query=query, cql2=cql2)
    terms = Terms(
        collections=require_each(str, collections=collections),
        query=query,
        cql2=cql2,
        sort=require_each(str, sort=sort),
        limit=_checked_limit(limit),
    )
    found = judged(*_offered(catalog, aoi, when, terms))
    if found.question is not None and found.question.gaps:
        text = f"the answer of {catalog!r} may lack scenes: {'; '.join(found.question.gaps)}"
        warnings.warn(text, IncompleteSearchWarning, stacklevel=2)
    if not found.scenes:
        text = f"no scene of {catalog!r} is usable: {len(found.ledger)} offered, 0 used for {when.label}; "
        warnings.warn(text + "see .ledger for why", NothingFoundWarning, stacklevel=2)
    return found


def _offered(
    catalog: Catalog, aoi: AreaOfInterest, when: TimeSpan, terms: Terms
) -> tuple[tuple[Scene | Refused, ...], AreaOfInterest, TimeSpan, Question | None]:
    """Return what a catalogue offers for a question."""
    if catalog.remote is not None:
        answer = catalog.remote.ask(aoi, when, terms)
        return answer.entries, aoi, when, answer.question
    if terms.any:
        msg = (
            f"catalog={catalog!r} is on this machine and read whole; collections, query, sort and limit are for servers"
        )
        raise InputError(msg)
    if catalog.path is not None and catalog.is_table:
        return tuple(walk_geoparquet(catalog.path, aoi, when)), aoi, when, None
    entries = tuple(catalog.entries())
    scenes = [entry for entry in entries if isinstance(entry, Scene)]
    if scenes and not any(share(scene, aoi) for scene in scenes):
        msg = f"aoi={aoi!r} lies outside all {len(scenes)} scenes of {catalog!r}, which cover {_extent(scenes)}"
        raise OutsideFootprintError(msg)
    return entries, aoi, when, None


def _checked_limit(limit: int | None) -> int | None:
    if limit is not None and (type(limit) is not int or limit < 1):
        msg = f"limit={limit!r} is not a whole number from 1 on; leave it out for all items"
        raise InputError(msg)
    return limit


def _extent(scenes: list[Scene]) -> str:
    west, south, east, north = shapely.total_bounds([scene.footprint for scene in scenes])
    return f"longitude {west:.4f} to {east:.4f}, latitude {south:.4f} to {north:.4f}"
