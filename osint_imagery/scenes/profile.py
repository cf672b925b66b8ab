"""What is known of one public catalogue and its collections."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Holding", "Offset", "Profile", "Storage"]


class Offset(StrEnum):
    """What is known of the additive offset where a collection's items do not settle it."""

    STATED = "as the items state it"
    BASELINE = "as the product has it: -0.1 from Sentinel-2 baseline 04.00 on, 0 before; pixels are ESA's, unchanged"
    FIXED = "one for all products of the collection"
    NOT_TRUSTED = "what the items state is known to be wrong in part, from Sentinel-2 baseline 04.00 on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One collection of a catalogue.

    Parameters
    ----------
    id : str
        As a search names it.
    sensor : str
        Key in the table of sensors.
    bands : str
        What its assets are called.
    quality : str
        Asset with the quality layer; empty where there is none.
    scale, offset_value : float or None
        For reflectance bands whose items state none.
    offset : Offset
        What is known of the offset.
    traps : tuple of str
        What goes wrong with it.
    """

    id: str
    sensor: str
    bands: str
    quality: str
    scale: float | None = None
    offset_value: float | None = None
    offset: Offset = Offset.STATED
    traps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """S3 storage whose reader needs keys.

    Parameters
    ----------
    endpoint : str or None
        Its https address; None for Amazon's of the region.
    region : str
        As the endpoint names it.
    requester_pays : bool
        Whether the reader pays for what is read.
    """

    endpoint: str | None
    region: str
    requester_pays: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A public catalogue.

    Parameters
    ----------
    name : str
        By which it is opened.
    title, url : str
        Its title, and its landing page.
    holdings : tuple of Holding
        Collections that this library knows to read; the catalogue has others.
    license, credit : str
        Of the data, in words; the sensor's own come first.
    reading : str
        What reading its files needs.
    source : str or None
        Provider of scenes whose sensor is not in the table.
    signing : str
        ``"planetary-computer"`` where addresses have to be signed; else empty.
    redirects : tuple of str
        Hosts to which its file servers redirect.
    open_buckets : tuple of (str, str)
        Buckets that everybody may read, and their https address.
    storage : Storage or None
        Where its files lie, if reading them needs S3 keys.
    token_hosts : tuple of str
        Hosts of its files that want a token.
    traps : tuple of str
        What goes wrong with it.
    sources : tuple of str
        Documents that these facts were compared with.
    """

    name: str
    title: str
    url: str
    holdings: tuple[Holding, ...]
    license: str
    credit: str
    reading: str
    source: str | None = None
    signing: str = ""
    redirects: tuple[str, ...] = ()
    open_buckets: tuple[tuple[str, str], ...] = ()
    storage: Storage | None = None
    token_hosts: tuple[str, ...] = ()
    traps: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    def holding(self, collection: object) -> Holding | None:
        """Return what is known of a collection, None where nothing is."""
        return next((item for item in self.holdings if item.id == collection), None)
