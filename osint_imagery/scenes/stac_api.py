"""Searches on servers that speak the STAC API: only what they declare is asked, and all that they answer is kept."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urljoin

from shapely.geometry import mapping

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.errors import CatalogError, ConformanceError, MissingAssetError, RemoteError
from osint_imagery.core.timespan import TimeSpan, iso
from osint_imagery.scenes.address import shown
from osint_imagery.scenes.question import RESTS_ON, Question, Terms
from osint_imagery.scenes.remote_item import Items
from osint_imagery.scenes.scene import Refused, Scene
from osint_imagery.scenes.stac_paging import Asked, Page, pages, sent

__all__ = ["Answer", "Service", "now", "opened_service"]

_PAGE = 100
_MOST_ITEMS = 20_000
_NEEDS = {"query": "item-search#query", "filter": "item-search#filter", "sortby": "item-search#sort"}


def now() -> datetime:
    """Return the current time, UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server offered for a question, in its order, and the question."""

    entries: tuple[Scene | Refused, ...]
    question: Question


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A server that can be searched.

    Parameters
    ----------
    url : str
        Its landing page.
    search_url, method : str
        Where and how a search is sent.
    conforms_to : tuple of str
        What it declares to understand.
    items : Items
        Makes scenes of its items; its client asks the server.
    clock : callable
        Current time, UTC.
    """

    url: str
    search_url: str
    method: str
    conforms_to: tuple[str, ...]
    items: Items
    clock: Callable[[], datetime] = now

    def declares(self, name: str) -> bool:
        """Whether the server declares a conformance class, whatever its version."""
        return any(each.rstrip("/").endswith(name) for each in self.conforms_to)

    def ask(self, aoi: AreaOfInterest, when: TimeSpan, terms: Terms) -> Answer:
        """Search the server.

        Raises
        ------
        ConformanceError
            If it does not declare to understand what is asked.
        CatalogError
            If it fails or does not answer as a STAC API does: then nobody knows whether scenes exist.
        """
        body = self._body(aoi, when, terms)
        first, asked = self._first(body), self.clock()
        try:
            found = self._collect(first, terms)
        except (RemoteError, MissingAssetError, CatalogError) as err:
            msg = (
                f"the catalogue {self.url!r} failed: {err}. Whether it has scenes is not known; this is not 'no scene'"
            )
            raise CatalogError(msg) from err
        entries = tuple(self.items.entry(item, terms.collections) for item in found.items)
        question = Question(
            endpoint=shown(self.search_url),
            method=self.method,
            body=sent(first),
            conforms_to=self.conforms_to,
            asked=asked,
            pages=len(found.answers),
            returned=len(found.items),
            matched=found.matched,
            answers=tuple(found.answers),
            gaps=_gaps(found, terms),
            remarks=_remarks(found, terms),
        )
        return Answer(entries=entries, question=question)

    def _body(self, aoi: AreaOfInterest, when: TimeSpan, terms: Terms) -> dict[str, Any]:
        """Return the search as the server is asked, or refuse what it does not declare."""
        body: dict[str, Any] = {
            "intersects": mapping(aoi.geometry),
            "datetime": f"{iso(when.start)}/{iso(when.end)}",
            "limit": min(_PAGE, terms.limit or _PAGE),
        }
        if terms.collections:
            body["collections"] = list(terms.collections)
        if terms.query:
            body["query"] = dict(terms.query)
        if terms.cql2:
            body |= {"filter": dict(terms.cql2), "filter-lang": "cql2-json"}
        if terms.sort:
            body["sortby"] = [_sort_field(name) for name in terms.sort]
        for name, needed in {name: needed for name, needed in _NEEDS.items() if name in body}.items():
            if not self.declares(needed):
                msg = (
                    f"{name}={body[name]!r} is not understood by {self.url!r}: it does not declare {needed!r} in its "
                    "conformsTo, and could answer with nothing at all for that reason; leave it out and filter here"
                )
                raise ConformanceError(msg)
        return body

    def _first(self, body: Mapping[str, Any]) -> Asked:
        if self.method == "POST":
            return Asked(method="POST", url=self.search_url, body=body)
        flat = {name: _in_query(name, value) for name, value in body.items()}
        return Asked(method="GET", url=f"{self.search_url}?{urlencode(flat)}")

    def _collect(self, first: Asked, terms: Terms) -> "_Collected":
        found = _Collected()
        for page in pages(self.items.client, first):
            found.take(page)
            if terms.limit is not None and len(found.items) >= terms.limit:
                del found.items[terms.limit :]
                found.stopped = True
                return found
            if found.stale > 1:
                msg = f"url={shown(first.url)!r} repeats the same items page after page; the answer is not usable"
                raise CatalogError(msg)
            if len(found.items) > _MOST_ITEMS:
                msg = (
                    f"url={shown(first.url)!r} sent {len(found.items)} items and offers more; "
                    "ask for fewer days or collections, or set limit="
                )
                raise CatalogError(msg)
        return found


class _Collected:
    """Items of all pages so far."""

    def __init__(self) -> None:
        self.items: list[Mapping[str, Any]] = []
        self.answers: list[str] = []
        self.matched: int | None = None
        self.stopped = False
        self.stale = 0  # pages, one after another, with nothing new
        self.distinct = set[tuple[str, str]]()

    def take(self, page: Page) -> None:
        self.answers.append(page.digest)
        self.matched = page.matched if self.matched is None else self.matched
        new = {(str(item.get("collection")), str(item.get("id"))) for item in page.items} - self.distinct
        self.stale = 0 if new or not page.items else self.stale + 1
        self.distinct |= new
        self.items.extend(page.items)


def _gaps(found: _Collected, terms: Terms) -> tuple[str, ...]:
    """Return why scenes may be missing from an answer."""
    gaps = []
    if found.stopped and found.matched != len(found.distinct):
        gaps.append(f"only the first {terms.limit} items were taken (limit)")
    elif found.matched is not None and found.matched > len(found.distinct):
        gaps.append(f"the server counts {found.matched} matching items and sent {len(found.distinct)}")
    if terms.query or terms.cql2:
        gaps.append("items that do not meet the filter were not sent, and are in no ledger")
    return tuple(gaps)


def _remarks(found: _Collected, terms: Terms) -> tuple[str, ...]:
    remarks = []
    if found.matched is None:
        missing = f"that none is missing {RESTS_ON} its paging alone"
        remarks.append(f"the server states no count of matching items: {missing}")
    elif found.matched < len(found.distinct) and terms.limit is None:
        remarks.append(f"the server counts {found.matched} matching items and sent {len(found.distinct)}")
    repeated = len(found.items) - len(found.distinct)
    if repeated > 0:
        remarks.append(f"{repeated} of {len(found.items)} items were sent more than once")
    return tuple(remarks)


def _sort_field(name: str) -> dict[str, str]:
    return {"field": name.lstrip("+-"), "direction": "desc" if name.startswith("-") else "asc"}


def _in_query(name: str, value: Any) -> str:
    """Return a part of a search as a GET request writes it."""
    if name == "collections":
        return ",".join(value)
    if name == "sortby":
        return ",".join(("-" if part["direction"] == "desc" else "+") + part["field"] for part in value)
    return value if isinstance(value, str) else json.dumps(value)


def opened_service(url: str, landing: Mapping[str, Any], items: Items, clock: Callable[[], datetime]) -> Service:
    """Return the service that a landing page describes.

    Raises
    ------
    ConformanceError
        If it does not declare item search.
    """
    stated = landing.get("conformsTo")
    conforms = tuple(str(each) for each in stated) if isinstance(stated, list) else ()
    links = [link for link in landing.get("links", ()) if isinstance(link, Mapping) and link.get("rel") == "search"]
    best = next((link for link in links if str(link.get("method", "")).upper() == "POST"), links[0] if links else {})
    method = str(best.get("method") or "GET").upper() if best else "POST"
    service = Service(
        url=shown(url),
        search_url=urljoin(url, str(best["href"])) if best.get("href") else url.rstrip("/") + "/search",
        method=method,
        conforms_to=conforms,
        items=items,
        clock=clock,
    )
    if not service.declares("item-search"):
        msg = f"source={shown(url)!r} does not declare item-search in its conformsTo; it cannot be searched"
        raise ConformanceError(msg)
    return service
