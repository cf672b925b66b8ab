"""Catalogues of scenes, and the search that keeps a ledger of everything offered."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape
from os import PathLike
from pathlib import Path

import shapely

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.arguments import require
from osint_imagery.core.errors import CatalogError, NothingFoundWarning, OutsideFootprintError
from osint_imagery.core.lineage import digest_bytes, digest_file
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.scenes.archive import is_archive
from osint_imagery.scenes.folder import walk_folder
from osint_imagery.scenes.scene import Refused, Scene
from osint_imagery.scenes.stac import read_json, walk
from osint_imagery.scenes.versions import superseded

__all__ = ["Catalog", "Found", "Offer", "open_catalog", "search"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """A place that offers scenes: a static STAC file, or a folder or archive of products and GeoTIFFs.

    Parameters
    ----------
    name : str
        Id or title of the catalogue, or the folder's name.
    href : str
        As it was given.
    path : Path
        Where it is.
    digest : str or None
        Of the catalogue file; None for a folder.
    """

    name: str
    href: str
    path: Path
    digest: str | None

    def entries(self) -> Iterator[Scene | Refused]:
        """Yield everything that is offered, also what cannot be a scene.

        Raises
        ------
        CatalogError
            If part of the catalogue cannot be understood; the message names the file.
        """
        return walk(self.path) if self._is_stac else walk_folder(self.path)

    @property
    def _is_stac(self) -> bool:
        return self.path.is_file() and not is_archive(self.path)

    def scenes(self) -> Iterator[Scene]:
        """Yield the scenes; what is refused is in the ledger of :func:`search`."""
        return (entry for entry in self.entries() if isinstance(entry, Scene))

    def __repr__(self) -> str:
        return f"Catalog({self.name!r}, {'static STAC' if self._is_stac else 'products and GeoTIFFs'})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One line of the ledger: a scene that was offered, and whether it was used.

    Parameters
    ----------
    scene_id : str
        Its id.
    acquired : TimeSpan or None
        When; None where nothing says so.
    used : bool
        Whether it meets the area and the dates and can be read.
    reason : str
        Why, or why not.
    href, metadata_digest : str
        Where its metadata is, and the digest of those bytes.
    """

    scene_id: str
    acquired: TimeSpan | None
    used: bool
    reason: str
    href: str
    metadata_digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Scenes in order of time, and the ledger of all that were offered.

    Parameters
    ----------
    scenes : tuple of Scene
        Those that meet the area and the dates; may be empty.
    ledger : tuple of Offer
        Every scene of the catalogue, used or rejected, in the catalogue's order.
    aoi : AreaOfInterest
        Where was asked for.
    when : TimeSpan
        When was asked for.
    """

    scenes: tuple[Scene, ...]
    ledger: tuple[Offer, ...]
    aoi: AreaOfInterest
    when: TimeSpan

    def __iter__(self) -> Iterator[Scene]:
        return iter(self.scenes)

    def __len__(self) -> int:
        return len(self.scenes)

    def __getitem__(self, index: int) -> Scene:
        return self.scenes[index]

    def __repr__(self) -> str:
        return f"Found({len(self.scenes)} of {len(self.ledger)} scenes offered; {self.when.label})"

    def _repr_html_(self) -> str:
        rows = "".join(f"<li><code>{escape(repr(scene))}</code></li>" for scene in self.scenes)
        return f"{len(self.scenes)} of {len(self.ledger)} scenes offered<ul>{rows}</ul>"


def open_catalog(source: str | Path) -> Catalog:
    """Open a catalogue on this machine.

    Parameters
    ----------
    source : str or Path
        A static STAC file (catalog, collection, item or item collection), a folder that holds
        ``catalog.json`` or ``collection.json``, or a folder of products as downloaded (Sentinel-2 SAFE, Landsat with
        its MTL file, OPERA RTC-S1, PlanetScope ...; also zip and tar) and GeoTIFFs. A GeoTIFF of no product is dated
        by ``NAME.json`` beside it: ``{"acquired": "2017-10-03T08:17:39Z", "source": "...", ...}``.

    Returns
    -------
    Catalog

    Raises
    ------
    CatalogError
        If it is remote, not there, or not a catalogue.

    Examples
    --------
    >>> from osint_imagery.scenes.packaged import bundled
    >>> catalog = open_catalog(bundled("port/catalog.json"))
    >>> all(scene.simulated for scene in catalog.scenes())
    True
    """
    require(str | PathLike, source=source)
    text = str(source)
    if "://" in text or text.lower().startswith(("http:", "https:", "/vsi")):
        msg = (
            f"source={text!r} is remote; remote catalogues are not read by this version, "
            "save the items and their files as a static STAC and open that"
        )
        raise CatalogError(msg)
    path = Path(source)
    if path.is_dir():
        inside = [path / name for name in ("catalog.json", "collection.json") if (path / name).is_file()]
        if not inside:
            return Catalog(name=path.resolve().name, href=text, path=path.resolve(), digest=None)
        path = inside[0]
    if not path.is_file():
        msg = f"source={text!r} is not there; give a static STAC file, or a folder of products or GeoTIFFs"
        raise CatalogError(msg)
    if path.suffix.lower() in {".tif", ".tiff", ".jp2"}:
        msg = f"source={text!r} is a single raster; give the folder that holds it"
        raise CatalogError(msg)
    if is_archive(path):
        return Catalog(name=path.stem, href=text, path=path.resolve(), digest=digest_file(path))
    data, body = read_json(path)
    name = str(body.get("title") or body.get("id") or path.stem)
    return Catalog(name=name, href=text, path=path.resolve(), digest=digest_bytes(data))


def search(catalog: Catalog, aoi: AreaOfInterest, when: TimeSpan) -> Found:
    """Find the scenes that show a place in a span of time, and account for all others.

    Parameters
    ----------
    catalog : Catalog
        Where to look.
    aoi : AreaOfInterest
        A scene that meets any part of it is used; its share is in the ledger.
    when : TimeSpan
        A scene whose acquisition may lie in it is used.

    Returns
    -------
    Found
        Scenes in order of time, and the ledger. Where one acquisition is offered in several processing versions, one
        is used: the highest version, then the latest processing, then the first offered. No scene found is not "no
        scene exists": it only says what this catalogue offers.

    Raises
    ------
    OutsideFootprintError
        If the area lies outside every scene of the catalogue.
    CatalogError
        If part of the catalogue cannot be understood.

    Warns
    -----
    NothingFoundWarning
        If no scene is left.

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
    entries = tuple(catalog.entries())
    scenes = [entry for entry in entries if isinstance(entry, Scene)]
    if scenes and not any(_share(scene, aoi) for scene in scenes):
        msg = f"aoi={aoi!r} lies outside all {len(scenes)} scenes of {catalog!r}, which cover {_extent(scenes)}"
        raise OutsideFootprintError(msg)
    ledger, seen = list[Offer](), set[str]()
    for entry in entries:
        ledger.append(_offer(entry, aoi, when, seen))
        seen.add(entry.id)
    fit = [(place, entry) for place, entry in enumerate(entries) if ledger[place].used and isinstance(entry, Scene)]
    older = superseded([entry for _, entry in fit])
    for index, reason in older.items():
        place = fit[index][0]
        ledger[place] = replace(ledger[place], used=False, reason=reason)
    used = [entry for index, (_, entry) in enumerate(fit) if index not in older]
    if not used:
        text = f"no scene of {catalog!r} is usable: {len(ledger)} offered, 0 used for {when.label}; see .ledger for why"
        warnings.warn(text, NothingFoundWarning, stacklevel=2)
    used.sort(key=lambda scene: (scene.acquired.start, scene.acquired.end, scene.id))
    return Found(scenes=tuple(used), ledger=tuple(ledger), aoi=aoi, when=when)


def _offer(entry: Scene | Refused, aoi: AreaOfInterest, when: TimeSpan, seen: set[str]) -> Offer:
    if isinstance(entry, Refused):
        used, reason, acquired = False, entry.reason, None
    else:
        used, reason = _judge(entry, aoi, when, seen)
        acquired = entry.acquired
    return Offer(
        scene_id=entry.id,
        acquired=acquired,
        used=used,
        reason=reason,
        href=entry.href,
        metadata_digest=digest_bytes(entry.metadata),
    )


def _judge(scene: Scene, aoi: AreaOfInterest, when: TimeSpan, seen: set[str]) -> tuple[bool, str]:
    """Return whether a scene is used, and why or why not."""
    share = _share(scene, aoi)
    if share == 0:
        return False, "outside the area of interest"
    if not scene.acquired.overlaps(when):
        return False, f"outside the dates {when.label}"
    if not scene.bands:
        return False, "no readable raster asset on this machine"
    if not scene.is_measurable:
        return False, "a picture placed by control points: not measurable, for looking only"
    if scene.id in seen:
        return False, "a scene with the same id was offered before; the first one is used"
    partly = "" if when.contains(scene.acquired) else "; its time is a span that lies only partly in the dates"
    return True, f"its footprint covers {share:.0%} of the area of interest{partly}"


def _share(scene: Scene, aoi: AreaOfInterest) -> float:
    """Return the share of an area that a footprint covers, in degrees: good enough to read, not to compute with."""
    if not scene.footprint.intersects(aoi.geometry):
        return 0.0
    return float(scene.footprint.intersection(aoi.geometry).area / aoi.geometry.area)


def _extent(scenes: list[Scene]) -> str:
    west, south, east, north = shapely.total_bounds([scene.footprint for scene in scenes])
    return f"longitude {west:.4f} to {east:.4f}, latitude {south:.4f} to {north:.4f}"
