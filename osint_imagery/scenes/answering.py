"""Whether an answer is what was asked for: its status, its length, the part and the file it says it is."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urljoin

from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError

from osint_imagery.core.errors import (
    AccessError,
    BusyError,
    ChangedFileError,
    IncompleteBodyError,
    MissingAssetError,
    RangeUnsupportedError,
    RemoteError,
)

__all__ = ["Again", "Part", "Version", "body_into", "body_of", "checked_part", "failure_of", "target_of"]

_PIECE = 1 << 18  # most bytes of an answer between two looks at the limits
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LATER = frozenset({408, 425, 429, 500, 502, 503, 504})
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")
_EXPIRED = re.compile(rb"expired|not valid in the specified time frame", re.IGNORECASE)


class Again(Exception):  # noqa: N818 - not an error: a wish
    """A fault after which the same request may succeed.

    Parameters
    ----------
    error : RemoteError
        What is raised where it does not.
    after_s : float or None
        Pause that the server asks for.
    """

    def __init__(self, error: RemoteError, after_s: float | None = None) -> None:
        super().__init__(str(error))
        self.error, self.after_s = error, after_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What tells one file from another under the same address."""

    size: int
    etag: str | None
    modified: str | None

    @property
    def is_strong(self) -> bool:
        """Whether equal tags mean equal bytes (RFC 9110, 8.8.1)."""
        return self.etag is not None and not self.etag.startswith("W/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Bytes of a file from a position on, and which file."""

    first: int
    data: bytes
    version: Version


def target_of(response: BaseHTTPResponse, url: str) -> str | None:
    """Return where an answer sends on to, None where it does not."""
    location = response.headers.get("Location")
    return urljoin(url, location) if response.status in _REDIRECTS and location else None


def failure_of(response: BaseHTTPResponse, url: str) -> Exception:
    """Return the error, or the wish to try again, that a status other than success means.

    Parameters
    ----------
    url : str
        As it may be printed.
    """
    status = response.status
    text = _beginning(response)
    if status in {401, 403, 407}:
        why = "the signature has expired" if _EXPIRED.search(text) else "wrong or missing credentials"
        return AccessError(
            f"url={url!r} answers {status}: {why}; nothing was read, see the catalogue's terms of access"
        )
    if status in {404, 410}:
        return MissingAssetError(f"url={url!r} answers {status}: it is not there; the catalogue may be out of date")
    if status in {412, 416}:
        return ChangedFileError(f"url={url!r} answers {status}: the file is not the one asked for; read it anew")
    said = f" ({_said(text)})" if _said(text) else ""
    if status not in _LATER:
        return RemoteError(f"url={url!r} answers {status}{said}; nothing was read")
    kind = BusyError if status in {429, 503} else RemoteError
    error = kind(f"url={url!r} answers {status}{said} after all retries; try later, nothing was read")
    return Again(error, _seconds(response.headers.get("Retry-After")))


def _beginning(response: BaseHTTPResponse) -> bytes:
    """Return the first bytes of an answer that will not be used; they are looked at and never printed whole."""
    try:
        return response.read1(2048) if hasattr(response, "read1") else b""
    except (HTTPError, OSError):  # the status alone decides; these words only explain it
        return b""


def _said(text: bytes) -> str:
    """Return a STAC API's own words; none from other answers, which may repeat a signature."""
    try:
        body = json.loads(text)
        words = body.get("description") or body.get("detail") or body.get("message") or ""
    except (ValueError, AttributeError):
        return ""
    return re.sub(r"\?\S*", "?...", str(words))[:200]


def _seconds(text: str | None) -> float | None:
    """Return a Retry-After in seconds; a date is treated as none, since clocks differ."""
    return float(text) if text is not None and text.strip().isdigit() else None


def body_of(response: BaseHTTPResponse, limit: int, url: str, count: Callable[[int], None]) -> bytes:
    """Return the whole body of an answer.

    Parameters
    ----------
    count : callable
        Is told the bytes of each piece, and may refuse to go on.

    Raises
    ------
    Again
        If it is shorter than stated.
    RemoteError
        If it is larger than the limit.
    """
    pieces, size = [], 0

    def keep(piece: bytes) -> None:
        nonlocal size
        pieces.append(piece)
        size += len(piece)
        if size > limit:
            msg = f"url={url!r} sends more than {limit} bytes; raise Access(answer_bytes=...) if that is meant"
            raise RemoteError(msg)

    body_into(response, keep, url=url, count=count)
    return b"".join(pieces)


def body_into(
    response: BaseHTTPResponse, write: Callable[[bytes], object], *, url: str, count: Callable[[int], None]
) -> int:
    """Hand on the body of an answer piece by piece, and return its size.

    Raises
    ------
    Again
        If it is shorter than stated.
    """
    size = 0
    while piece := response.read1(_PIECE):
        size += len(piece)
        count(len(piece))
        write(piece)
    stated = response.headers.get("Content-Length", "")
    if stated.isdigit() and "Content-Encoding" not in response.headers and int(stated) != size:
        raise Again(IncompleteBodyError(f"url={url!r} sent {size} of {stated} bytes; nothing was used"))
    return size


def checked_part(
    response: BaseHTTPResponse,
    asked: tuple[int, int],
    before: Version | None,
    *,
    url: str,
    count: Callable[[int], None],
) -> Part:
    """Return the part of a file that an answer holds, if it is the one that was asked for.

    Raises
    ------
    RangeUnsupportedError
        If the whole file is sent instead.
    ChangedFileError
        If it is a part of another file than before.
    RemoteError
        If it is another part, or the lengths contradict each other.
    Again
        If it ends too early.
    """
    if response.status != 206:
        msg = f"url={url!r} sends whole files only (status {response.status}); fetch() it and read the copy"
        raise RangeUnsupportedError(msg)
    stated = response.headers.get("Content-Range", "")
    found = _RANGE.fullmatch(stated)
    if found is None or "Content-Encoding" in response.headers:
        msg = f"url={url!r} does not say which part it sends (Content-Range {stated!r}); nothing was used"
        raise RemoteError(msg)
    first, last, size = (int(text) for text in found.groups())
    version = Version(size=size, etag=response.headers.get("ETag"), modified=response.headers.get("Last-Modified"))
    if before is not None and version != before:
        msg = f"url={url!r} became another file while it was read ({before} before, {version} now); read it anew"
        raise ChangedFileError(msg)
    length = last - first + 1
    said = response.headers.get("Content-Length", str(length))
    if (first, last) != (asked[0], min(asked[1], size - 1)) or said != str(length):
        msg = f"url={url!r}: bytes {asked[0]}-{asked[1]} were asked for, {stated!r} with length {said} came"
        raise IncompleteBodyError(msg)
    data = body_of(response, length, url, count)
    if len(data) != length:
        raise Again(IncompleteBodyError(f"url={url!r} sent {len(data)} of {length} bytes; nothing was used"))
    return Part(first=first, data=data, version=version)
