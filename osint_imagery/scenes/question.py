"""What a catalogue was asked, and what is known of how complete its answer is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from osint_imagery.core.timespan import iso

__all__ = ["RESTS_ON", "Question", "Terms"]

RESTS_ON = "rests on"
"""In a remark: that no scene is missing is not known, and what would have to be true for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is asked of a server besides place and time.

    Parameters
    ----------
    collections : tuple of str
        Ids; empty for all that the server has.
    query : mapping or None
        STAC query extension: ``{"eo:cloud_cover": {"lt": 20}}``.
    cql2 : mapping or None
        CQL2 as JSON, the filter extension.
    sort : tuple of str
        Fields in which order the server sends items, ``-`` before one for descending.
    limit : int or None
        Most items taken; None for all.
    """

    collections: tuple[str, ...] = ()
    query: Mapping[str, Any] | None = None
    cql2: Mapping[str, Any] | None = None
    sort: tuple[str, ...] = ()
    limit: int | None = None

    @property
    def any(self) -> bool:
        """Whether anything is asked besides place and time."""
        return bool(self.collections or self.query or self.cql2 or self.sort) or self.limit is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One search as it was sent to a server, and how it was answered.

    Parameters
    ----------
    endpoint : str
        Address of the search, without its query.
    method : str
        ``"POST"``, ``"GET"``, or ``"walk"`` where links were followed.
    body : str
        What was asked, as it was sent: JSON, or the query of an address.
    conforms_to : tuple of str
        What the server declares.
    asked : datetime
        When, UTC.
    pages, returned : int
        Pages read, and items on them, repeated ones included.
    matched : int or None
        Items that match as the server counts them; None where it does not say.
    answers : tuple of str
        Digest of each page's bytes.
    gaps : tuple of str
        Why the answer may lack scenes that the catalogue has; empty where nothing speaks for it.
    remarks : tuple of str
        What else a careful reader has to know.
    """

    endpoint: str
    method: str
    body: str
    conforms_to: tuple[str, ...]
    asked: datetime
    pages: int
    returned: int
    matched: int | None
    answers: tuple[str, ...]
    gaps: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def complete(self) -> bool | None:
        """Whether the answer holds all that the catalogue has; None where that is not known.

        False where something speaks against it (`gaps`); None where nothing does, but it rests on what the server
        says of itself (`remarks`).
        """
        if self.gaps:
            return False
        return None if any(RESTS_ON in remark for remark in self.remarks) else True

    def record(self) -> dict[str, Any]:
        """Return the question as JSON values, without floats: fit to be hashed."""
        return {
            "endpoint": self.endpoint,
            "method": self.method,
            "body": self.body,
            "conforms_to": list(self.conforms_to),
            "asked": iso(self.asked),
            "pages": self.pages,
            "returned": self.returned,
            "matched": self.matched,
            "answers": list(self.answers),
            "gaps": list(self.gaps),
            "remarks": list(self.remarks),
        }
