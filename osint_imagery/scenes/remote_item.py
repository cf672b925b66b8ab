"""Items that a server sent, as scenes whose files are read from servers; what cannot be one is refused by name."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from osint_imagery.core.errors import CatalogError, RefusedAddressError
from osint_imagery.scenes.address import endpoint_of, shown
from osint_imagery.scenes.block_cache import BlockCache
from osint_imagery.scenes.client import Client
from osint_imagery.scenes.completing import completed
from osint_imagery.scenes.location import Location
from osint_imagery.scenes.profiles import Profile
from osint_imagery.scenes.remote_file import RemoteFile
from osint_imagery.scenes.s3 import S3Keys
from osint_imagery.scenes.scene import Refused, Scene
from osint_imagery.scenes.signatures import without_signatures
from osint_imagery.scenes.stac_item import described

__all__ = ["Items"]

_NOT_READ = frozenset({"http", "ftp", "s3", "gs", "abfs", "az"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """Makes scenes of the items of one catalogue.

    Parameters
    ----------
    client : Client
        Reads their files.
    base : str
        Address of the catalogue, for items that do not name their own.
    profile : Profile or None
        What the catalogue is known for.
    cache : BlockCache
        Shared by all files.
    """

    client: Client
    base: str
    profile: Profile | None = None
    cache: BlockCache = field(default_factory=BlockCache)

    def entry(
        self,
        item: Mapping[str, Any],
        collections: tuple[str, ...] = (),
        *,
        data: bytes | None = None,
        url: str | None = None,
    ) -> Scene | Refused:
        """Return the scene that an item describes, or why it cannot be one.

        Parameters
        ----------
        item : mapping
            As the server sent it.
        collections : tuple of str
            Those that were asked for; empty for any.
        data : bytes, optional
            The item verbatim, where it came alone.
        url : str, optional
            Where it came from, where that is known.
        """
        data = json.dumps(item, indent=1).encode() if data is None else data
        url = url or _address(item, self.base)
        name, collection = str(item.get("id")), item.get("collection")
        if collections and collection not in collections:
            reason = f"the server returned it though its collection {collection!r} was not asked for"
            return Refused(id=name, reason=reason, href=shown(url), metadata=without_signatures(data)[0])

        def locate(href: str) -> Location | None:
            return self._located(urljoin(url, href))

        try:
            scene = described(data, item, where=shown(url), href=shown(url), locate=locate)
        except CatalogError as err:
            kept = without_signatures(data)[0]
            return Refused(id=name, reason=f"the item cannot be read: {err}", href=shown(url), metadata=kept)
        return scene if self.profile is None else completed(scene, self.profile, collection)

    def _located(self, url: str) -> Location | None:
        """Return where a file is read from; None for a place from which nothing is read.

        Raises
        ------
        CatalogError
            If it is an address that no honest item has: a path of this machine, or one of the raster library's own.
        """
        target = self._opened_bucket(url)
        try:
            endpoint_of(target, self.client.access)
        except RefusedAddressError as err:
            if urlsplit(target).scheme in _NOT_READ:
                return None
            raise CatalogError(str(err)) from err
        return RemoteFile(target, self.client, self.cache)

    def _opened_bucket(self, url: str) -> str:
        """Return the https address of a file in a bucket that may be read, any other address as it is."""
        parts = urlsplit(url)
        known = dict(self.profile.open_buckets) if self.profile is not None else {}
        if parts.scheme == "s3" and parts.netloc in known:
            return f"{known[parts.netloc]}{parts.path}"
        return self.client.signer.translated(url) if isinstance(self.client.signer, S3Keys) else url


def _address(item: Mapping[str, Any], base: str) -> str:
    """Return an item's own address, where it names one on the same server; else the one that the STAC API gives it."""
    links = item.get("links")
    found = [link for link in links if isinstance(link, Mapping)] if isinstance(links, list) else []
    own = next((urljoin(base, str(link.get("href"))) for link in found if link.get("rel") == "self"), "")
    if own and urlsplit(own)[:2] == urlsplit(base)[:2]:
        return own
    collection, name = (quote(str(item.get(key, "")), safe="") for key in ("collection", "id"))
    return f"{base.rstrip('/')}/collections/{collection}/items/{name}"
