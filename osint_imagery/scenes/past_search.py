"""Searches that were made on servers before their scenes were fetched, as the folder of copies keeps them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.errors import CatalogError, ChecksumError, InputError
from osint_imagery.core.lineage import digest_bytes
from osint_imagery.core.timespan import TimeSpan, utc
from osint_imagery.scenes.catalog import Catalog
from osint_imagery.scenes.question import Question
from osint_imagery.scenes.stac import read_json

__all__ = ["PastSearch", "past_searches"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PastSearch:
    """A question that a server was asked, its answer, and the place and dates that it was about.

    Parameters
    ----------
    question : Question
        As it was sent, and how it was answered.
    area : shapely geometry
        Longitude and latitude.
    when : TimeSpan
        The dates.
    offered : int
        Scenes in its ledger.
    digest : str
        Of the file that holds all this.
    """

    question: Question
    area: BaseGeometry
    when: TimeSpan
    offered: int
    digest: str

    def covers(self, aoi: AreaOfInterest, when: TimeSpan) -> bool:
        """Whether all of a place and a span was asked about."""
        inside = self.when.start <= when.start and when.end <= self.when.end
        return inside and bool(self.area.covers(aoi.geometry))


def past_searches(catalog: Catalog) -> tuple[PastSearch, ...]:
    """Return the searches on servers whose scenes were fetched into a folder, in the order in which they were made.

    Parameters
    ----------
    catalog : Catalog
        The folder of copies; any other catalogue has none.

    Raises
    ------
    ChecksumError
        If one is not the file that it was when it was written.
    CatalogError
        If one cannot be understood.

    Examples
    --------
    >>> from osint_imagery.scenes.catalog import open_catalog
    >>> from osint_imagery.scenes.packaged import bundled
    >>> past_searches(open_catalog(bundled("port/catalog.json")))
    ()
    """
    if catalog.folder is None:
        return ()
    found = [search for path in sorted(catalog.folder.glob("search-*.json")) if (search := _read(path)) is not None]
    return tuple(sorted(found, key=lambda search: (search.question.asked, search.digest)))


def _read(path: Path) -> PastSearch | None:
    """Return the search that a file holds; None where a catalogue on this machine was read whole."""
    data, body = read_json(path)
    digest = digest_bytes(data)
    if path.stem.removeprefix("search-") != digest[7:19]:
        msg = f"path={str(path)!r} is {digest}, its name says otherwise; it was changed, fetch into a new folder"
        raise ChecksumError(msg)
    try:
        asked = body["question"]
        return None if asked is None else _search(body, asked, digest)
    except (KeyError, TypeError, ValueError, ShapelyError, InputError) as err:
        msg = f"path={str(path)!r} is no search as fetch writes it ({err!r}); fetch into a new folder"
        raise CatalogError(msg) from err


def _search(body: Mapping[str, Any], asked: Mapping[str, Any], digest: str) -> PastSearch:
    lists = {name: tuple(asked[name]) for name in ("conforms_to", "answers", "gaps", "remarks")}
    start, end = body["when"]
    return PastSearch(
        question=Question(**{**asked, **lists, "asked": utc(asked["asked"])}),
        area=shape(body["area"]),
        when=TimeSpan(start, end),
        offered=len(body["ledger"]),
        digest=digest,
    )
