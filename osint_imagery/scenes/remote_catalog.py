"""Catalogues on servers: which kind an address leads to, and how it is asked."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.errors import CatalogError, MissingAssetError, RefusedAddressError, RemoteError
from osint_imagery.core.lineage import digest_bytes
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.scenes.address import Access, shown
from osint_imagery.scenes.client import Client, Signer
from osint_imagery.scenes.question import Terms
from osint_imagery.scenes.stac_api import Answer, Service, opened_service
from osint_imagery.scenes.stac_paging import json_object

__all__ = ["Remote", "opened_remote"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """A catalogue on a server.

    Parameters
    ----------
    name, url : str
        Its title or id, and its address without credentials.
    digest : str
        Of the page that it was opened with.
    kind : str
        What it is, in words.
    service : Service
        How it is asked.
    """

    name: str
    url: str
    digest: str
    kind: str
    service: Service

    def ask(self, aoi: AreaOfInterest, when: TimeSpan, terms: Terms) -> Answer:
        """Return what it offers for a question."""
        return self.service.ask(aoi, when, terms)


def opened_remote(url: str, *, access: Access | None, signer: Signer | None, clock: Callable[[], datetime]) -> Remote:
    """Open a catalogue on a server.

    Raises
    ------
    CatalogError
        If the server fails, or it is no catalogue.
    ConformanceError
        If it does not declare that it can be searched.
    """
    client = Client(access, signer=signer)
    try:
        data = client.get(url)
    except RefusedAddressError as err:
        msg = f"source={shown(url)!r} is refused: {err}"
        raise CatalogError(msg) from err
    except (RemoteError, MissingAssetError) as err:
        msg = f"the catalogue {shown(url)!r} failed: {err}. Whether it has scenes is not known"
        raise CatalogError(msg) from err
    body = json_object(data, url)
    if body.get("type") != "Catalog" and "conformsTo" not in body:
        msg = f"source={shown(url)!r} has type={body.get('type')!r}; give the landing page of a STAC API"
        raise CatalogError(msg)
    service = opened_service(url, body, client, clock)
    name = str(body.get("title") or body.get("id") or shown(url))
    return Remote(name=name, url=shown(url), digest=digest_bytes(data), kind="STAC API", service=service)
