"""Items that a server sent, as scenes whose files are read from servers; what cannot be one is refused by name."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from osint_imagery.core.errors import CatalogError, RefusedAddressError
from osint_imagery.scenes.address import endpoint_of, shown
from osint_imagery.scenes.block_cache import BlockCache
from osint_imagery.scenes.client import Client
from osint_imagery.scenes.folder import Refused
from osint_imagery.scenes.location import Location
from osint_imagery.scenes.remote_file import RemoteFile
from osint_imagery.scenes.scene import Scene
from osint_imagery.scenes.stac_item import described

__all__ = ["remote_entry"]

_NOT_READ = frozenset({"http", "ftp", "s3", "gs", "abfs", "az"})


def remote_entry(
    item: Mapping[str, Any], client: Client, cache: BlockCache, *, base: str, collections: tuple[str, ...] = ()
) -> Scene | Refused:
    """Return the scene that an item describes, or why it cannot be one.

    Parameters
    ----------
    item : mapping
        As the server sent it.
    client, cache : Client, BlockCache
        Read its files.
    base : str
        Address of the catalogue, for items that do not name their own.
    collections : tuple of str
        Those that were asked for; empty for any.
    """
    data = json.dumps(item, indent=1).encode()
    url = _address(item, base)
    name, collection = str(item.get("id")), item.get("collection")
    if collections and collection not in collections:
        reason = f"the server returned it though its collection {collection!r} was not asked for"
        return Refused(id=name, reason=reason, href=shown(url), metadata=data)

    def locate(href: str) -> Location | None:
        return _located(urljoin(url, href), client, cache)

    try:
        return described(data, item, where=shown(url), href=shown(url), locate=locate)
    except CatalogError as err:
        return Refused(id=name, reason=f"the item cannot be read: {err}", href=shown(url), metadata=data)


def _address(item: Mapping[str, Any], base: str) -> str:
    """Return an item's own address, where it names one on the same server; else the one that the STAC API gives it."""
    links = item.get("links")
    found = [link for link in links if isinstance(link, Mapping)] if isinstance(links, list) else []
    own = next((urljoin(base, str(link.get("href"))) for link in found if link.get("rel") == "self"), "")
    if own and urlsplit(own)[:2] == urlsplit(base)[:2]:
        return own
    collection, name = (quote(str(item.get(key, "")), safe="") for key in ("collection", "id"))
    return f"{base.rstrip('/')}/collections/{collection}/items/{name}"


def _located(url: str, client: Client, cache: BlockCache) -> Location | None:
    """Return where a file is read from; None for a place from which nothing is read.

    Raises
    ------
    CatalogError
        If it is an address that no honest item has: a path of this machine, or one of the raster library's own.
    """
    try:
        endpoint_of(url, client.access)
    except RefusedAddressError as err:
        if urlsplit(url).scheme in _NOT_READ:
            return None
        raise CatalogError(str(err)) from err
    return RemoteFile(url, client, cache)
