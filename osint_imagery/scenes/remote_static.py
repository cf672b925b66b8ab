"""Static STAC catalogues on servers: their links are followed, as far as a question needs them."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from shapely.geometry import box

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.errors import (
    CatalogError,
    ConformanceError,
    MissingAssetError,
    RefusedAddressError,
    RemoteError,
    TimeError,
)
from osint_imagery.core.lineage import digest_bytes
from osint_imagery.core.timespan import TimeSpan, iso, utc
from osint_imagery.scenes.address import shown
from osint_imagery.scenes.question import RESTS_ON, Question, Terms
from osint_imagery.scenes.remote_item import Items
from osint_imagery.scenes.scene import Refused, Scene
from osint_imagery.scenes.signatures import without_signatures
from osint_imagery.scenes.stac_api import Answer
from osint_imagery.scenes.stac_paging import json_object

__all__ = ["StaticService"]

_MOST_FILES = 20_000
_THREADS = 8
_KINDS = {"Catalog", "Collection", "Feature", "FeatureCollection"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticService:
    """A static catalogue on a server.

    Parameters
    ----------
    url : str
        Its root.
    items : Items
        Makes scenes of its items, and asks its server.
    clock : callable
        Current time, UTC.
    """

    url: str
    items: Items
    clock: Any

    def ask(self, aoi: AreaOfInterest, when: TimeSpan, terms: Terms) -> Answer:
        """Follow the links to every item whose collection may meet the area and the dates.

        Raises
        ------
        ConformanceError
            If more is asked than place, time and collections.
        CatalogError
            If any file cannot be had or understood: a catalogue is read whole or not at all.
        """
        if terms.query or terms.cql2 or terms.sort or terms.limit is not None:
            msg = f"catalog={shown(self.url)!r} is static: it understands no query, cql2, sort or limit; leave them out"
            raise ConformanceError(msg)
        asked: datetime = self.clock()
        walk = _Walk(self.items, aoi, when, terms)
        try:
            walk.go(self.url)
        except (RemoteError, MissingAssetError, CatalogError) as err:
            msg = f"the catalogue {shown(self.url)!r} failed: {err}. Whether it has scenes is not known"
            raise CatalogError(msg) from err
        question = Question(
            endpoint=shown(self.url),
            method="walk",
            body=f"{list(terms.collections)} {aoi.geometry.wkt} {iso(when.start)}/{iso(when.end)}",
            conforms_to=(),
            asked=asked,
            pages=len(walk.answers),
            returned=len(walk.entries),
            matched=None,
            answers=tuple(walk.answers),
            remarks=walk.remarks,
        )
        return Answer(entries=(*walk.entries, *walk.passed.values()), question=question)


@dataclass
class _Walk:
    """What was found on the way so far."""

    items: Items
    aoi: AreaOfInterest
    when: TimeSpan
    terms: Terms
    entries: list[Scene | Refused] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    passed: dict[str, Refused] = field(default_factory=dict)
    """Collections that were not opened because of their stated extent, by address."""
    others: int = 0
    """Collections that were not opened because others were asked for."""

    @property
    def remarks(self) -> tuple[str, ...]:
        found = []
        if self.passed:
            found.append(
                f"{len(self.passed)} collections were not opened, each is in the ledger: that they hold nothing of "
                f"what was asked {RESTS_ON} the extents that they state"
            )
        if self.others:
            found.append(f"{self.others} collections were not opened: others were asked for")
        return tuple(found)

    def go(self, root: str) -> None:
        waiting, seen = [root], {root}
        with ThreadPoolExecutor(_THREADS) as threads:
            while waiting:
                if len(seen) > _MOST_FILES:
                    msg = f"more than {_MOST_FILES} files are linked; name collections, or a smaller catalogue"
                    raise CatalogError(msg)
                found = list(threads.map(self.items.client.get, waiting))
                here, waiting = waiting, []
                for url, data in zip(here, found, strict=True):
                    for target in self._take(url, data):
                        if target not in seen:
                            seen.add(target)
                            waiting.append(target)

    def _take(self, url: str, data: bytes) -> Sequence[str]:
        """Take in one file, and return where it leads."""
        body = json_object(data, url)
        kind = body.get("type")
        self.answers.append(digest_bytes(data))
        if kind not in _KINDS:
            msg = f"url={shown(url)!r} has type={kind!r}; a STAC file is a Catalog, Collection or Feature"
            raise CatalogError(msg)
        if kind == "Feature":
            self.entries.append(self.items.entry(body, self.terms.collections, data=data, url=url))
            return ()
        if kind == "FeatureCollection":
            features = body.get("features") or ()
            self.entries.extend(self.items.entry(item, self.terms.collections, url=url) for item in features)
            return ()
        if kind == "Collection" and not self._is_to_be_opened(url, body, data):
            return ()
        return tuple(_targets(body, url))

    def _is_to_be_opened(self, url: str, collection: Mapping[str, Any], data: bytes) -> bool:
        """Whether a collection can hold what is asked for, by what it states; what it does not state, it may."""
        name = str(collection.get("id"))
        if self.terms.collections and name not in self.terms.collections:
            above = any(link.get("rel") == "child" for link in _links(collection))
            self.others += not above
            return above
        beside = _beside(collection, self.aoi, self.when)
        if beside:
            reason = f"the collection was not opened: by the extent that it states it lies outside the {beside}"
            kept = without_signatures(data)[0]
            self.passed[url] = Refused(id=f"collection {name}", reason=reason, href=shown(url), metadata=kept)
        return not beside


def _beside(collection: Mapping[str, Any], aoi: AreaOfInterest, when: TimeSpan) -> str:
    """Return what a collection does not meet by the extent that it states; empty where it may meet all."""
    extent = collection.get("extent")
    extent = extent if isinstance(extent, Mapping) else {}
    place = "" if _meets_place(extent.get("spatial"), aoi) else "area of interest"
    time = "" if _meets_time(extent.get("temporal"), when) else "dates"
    return " and the ".join(each for each in (place, time) if each)


def _links(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    links = body.get("links")
    return [link for link in links if isinstance(link, Mapping)] if isinstance(links, list) else []


def _targets(body: Mapping[str, Any], url: str) -> Iterator[str]:
    for link in _links(body):
        if link.get("rel") in {"child", "item"}:
            target = urljoin(url, str(link.get("href", "")))
            if urlsplit(target)[:2] != urlsplit(url)[:2]:
                msg = f"url={shown(url)!r} links to {shown(target)!r} on another server; that is not followed"
                raise RefusedAddressError(msg)
            yield target.partition("#")[0]


def _meets_place(spatial: object, aoi: AreaOfInterest) -> bool:
    boxes = spatial.get("bbox") if isinstance(spatial, Mapping) else None
    try:
        found = [box(*(each[:2] + each[len(each) // 2 :][:2])) for each in boxes or ()]
    except (TypeError, ValueError, KeyError):
        return True
    plain = [each for each in found if each.bounds[0] < each.bounds[2]]  # over the dateline: not judged
    return len(plain) < len(found) or not found or any(each.intersects(aoi.geometry) for each in plain)


def _meets_time(temporal: object, when: TimeSpan) -> bool:
    spans = temporal.get("interval") if isinstance(temporal, Mapping) else None
    try:
        return not spans or any(
            (first is None or utc(first) <= when.end) and (last is None or utc(last) >= when.start)
            for first, last in spans
        )
    except (TypeError, ValueError, TimeError):
        return True
