"""Pages of a STAC search, one after another, until the server says that there are no more."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from osint_imagery.core.errors import CatalogError, RefusedAddressError
from osint_imagery.core.lineage import digest_bytes
from osint_imagery.scenes.address import shown
from osint_imagery.scenes.client import Client
from osint_imagery.scenes.signatures import unsigned

__all__ = ["Asked", "Page", "json_object", "pages", "sent"]

_MOST_EMPTY = 20  # pages without an item, one after another, that only lead on


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request of a search."""

    method: str
    url: str
    body: Mapping[str, Any] | None = None

    @property
    def key(self) -> str:
        """What tells one request from another."""
        return f"{self.method} {self.url} {json.dumps(self.body, sort_keys=True)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page: its items, what the server counts, and the digest of its bytes."""

    items: tuple[Mapping[str, Any], ...]
    matched: int | None
    digest: str


def json_object(data: bytes, url: str) -> dict[str, Any]:
    """Return an answer's JSON object.

    Raises
    ------
    CatalogError
        If it is something else.
    """
    try:
        body = json.loads(data)
    except (ValueError, RecursionError) as err:
        msg = f"url={shown(url)!r} does not answer in JSON ({err}); it may be no catalogue, or a broken one"
        raise CatalogError(msg) from err
    if not isinstance(body, dict):
        msg = f"url={shown(url)!r} answers with a {type(body).__name__}, not a JSON object; it is no STAC catalogue"
        raise CatalogError(msg)
    return body


def pages(client: Client, first: Asked) -> Iterator[Page]:
    """Yield each page of a search.

    Raises
    ------
    CatalogError
        If an answer is not a list of items, or the pages lead in a circle or on without end.
    RemoteError, MissingAssetError
        If the server fails.
    """
    asked: Asked | None = first
    keys = set[str]()
    empty = 0
    while asked is not None:
        if asked.key in keys:
            msg = f"url={shown(asked.url)!r}: its pages lead in a circle after {len(keys)}; the answer is not usable"
            raise CatalogError(msg)
        keys.add(asked.key)
        data = _answer(client, asked)
        body = json_object(data, asked.url)
        page = _page(body, data, asked.url)
        yield page
        empty = 0 if page.items else empty + 1
        if empty > _MOST_EMPTY:
            msg = f"url={shown(asked.url)!r}: {empty} empty pages one after another lead on; the answer is not usable"
            raise CatalogError(msg)
        asked = _next(body, asked, first)


def sent(asked: Asked) -> str:
    """Return what a request asks, as it is sent: its JSON, or the query of its address, without keys."""
    if asked.method == "POST":
        return json.dumps(asked.body or {})
    return unsigned("?" + urlsplit(asked.url).query, long_values=True).removeprefix("?")


def _answer(client: Client, asked: Asked) -> bytes:
    if asked.method == "POST":
        return client.post(asked.url, sent(asked).encode())
    return client.get(asked.url, accept="application/geo+json, application/json")


def _page(body: Mapping[str, Any], data: bytes, url: str) -> Page:
    items = body.get("features")
    if not isinstance(items, list) or not all(isinstance(item, Mapping) for item in items):
        kind = body.get("code") or body.get("type") or sorted(body)[:5]
        msg = f"url={shown(url)!r} answers without a list of items ({kind!r}); that is no answer to a search"
        raise CatalogError(msg)
    context = body.get("context")
    counts = [body.get("numberMatched"), body.get("numMatched")]
    counts.append(context.get("matched") if isinstance(context, Mapping) else None)
    matched = next((count for count in counts if type(count) is int), None)
    return Page(items=tuple(items), matched=matched, digest=digest_bytes(data))


def _next(body: Mapping[str, Any], asked: Asked, first: Asked) -> Asked | None:
    """Return the request for the next page, None where this was the last."""
    links = body.get("links")
    found = [link for link in links if isinstance(link, Mapping)] if isinstance(links, list) else []
    link = next((link for link in found if link.get("rel") == "next"), None)
    if link is None:
        return None
    url = urljoin(asked.url, str(link.get("href", "")))
    if urlsplit(url)[:2] != urlsplit(first.url)[:2]:
        msg = f"url={shown(asked.url)!r}: its next page is at {shown(url)!r}, another server; that is not followed"
        raise RefusedAddressError(msg)
    if str(link.get("method", "GET")).upper() != "POST":
        return Asked(method="GET", url=url)
    own = link.get("body")
    more = dict(own) if isinstance(own, Mapping) else {}
    return Asked(method="POST", url=url, body={**(asked.body or {}), **more} if link.get("merge") is True else more)
