"""Catalogues on servers: which kind an address leads to, and how it is asked."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.errors import CatalogError, MissingAssetError, RefusedAddressError, RemoteError
from osint_imagery.core.lineage import digest_bytes
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.scenes.address import Access, shown
from osint_imagery.scenes.client import Client, Signer
from osint_imagery.scenes.profiles import Profile, profile_at
from osint_imagery.scenes.question import Terms
from osint_imagery.scenes.remote_item import Items
from osint_imagery.scenes.remote_static import StaticService
from osint_imagery.scenes.signing import PlanetaryComputerSigner
from osint_imagery.scenes.stac_api import Answer, opened_service
from osint_imagery.scenes.stac_paging import json_object

__all__ = ["Remote", "opened_remote"]


class Askable(Protocol):
    """What answers a question for place and time."""

    def ask(self, aoi: AreaOfInterest, when: TimeSpan, terms: Terms) -> Answer:
        """Return what is offered."""


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
    service : Askable
        How it is asked.
    profile : Profile or None
        What it is known for.
    """

    name: str
    url: str
    digest: str
    kind: str
    service: Askable
    profile: Profile | None = None

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
    profile = profile_at(url)
    client = _client(profile, access or Access(), signer)
    try:
        data = client.get(url)
    except RefusedAddressError as err:
        msg = f"source={shown(url)!r} is refused: {err}"
        raise CatalogError(msg) from err
    except (RemoteError, MissingAssetError) as err:
        msg = f"the catalogue {shown(url)!r} failed: {err}. Whether it has scenes is not known"
        raise CatalogError(msg) from err
    body = json_object(data, url)
    if body.get("type") not in {"Catalog", "Collection", "Feature", "FeatureCollection"} and "conformsTo" not in body:
        msg = f"source={shown(url)!r} has type={body.get('type')!r}; give a STAC API's landing page or a STAC file"
        raise CatalogError(msg)
    items = Items(client=client, base=url, profile=profile)
    searched = "conformsTo" in body
    service = opened_service(url, body, items, clock) if searched else StaticService(url=url, items=items, clock=clock)
    return Remote(
        name=str(body.get("title") or body.get("id") or shown(url)),
        url=shown(url),
        digest=digest_bytes(data),
        kind="STAC API" if searched else "static STAC",
        service=service,
        profile=profile,
    )


def _client(profile: Profile | None, access: Access, signer: Signer | None) -> Client:
    """Return who asks the servers: with the redirects and signatures that a known catalogue needs."""
    if profile is None:
        return Client(access, signer=signer)
    if signer is None and profile.signing == "planetary-computer":
        signer = PlanetaryComputerSigner(access=access)
    return Client(replace(access, redirects=(*access.redirects, *profile.redirects)), signer=signer)
