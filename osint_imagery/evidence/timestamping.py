"""RFC 3161 timestamps over a state of the ledger: that it existed at a time, on an authority's word."""

import base64
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from os import PathLike
from pathlib import Path
from types import ModuleType
from urllib.error import URLError
from urllib.parse import urlsplit

from osint_imagery.core.arguments import require
from osint_imagery.core.errors import InputError, SealError
from osint_imagery.core.timespan import iso, utc
from osint_imagery.evidence.claim_file import ClaimFile
from osint_imagery.evidence.ledger_bodies import (
    Timestamped,
)

__all__ = ["Reading", "read_timestamp", "timestamp"]

_MOST_BYTES = 1 << 20
_QUERY, _REPLY = "application/timestamp-query", "application/timestamp-reply"
_GRANTED = {0, 1}  # granted, granted with modifications (RFC 3161, 2.4.2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a timestamp says.

    Parameters
    ----------
    at : str
        The authority's time, RFC 3339.
    holds : bool
        Whether it is about this statement and, where roots were given, its certificates lead to one of them.
    trusted : bool
        Whether roots were given and the certificates lead to one.
    why : str
        What does not hold.
    """

    at: str
    holds: bool
    trusted: bool
    why: str = ""


def timestamp(dossier: str | Path, url: str, *, at: datetime, timeout_s: float = 30) -> Timestamped:
    """Have a timestamp authority confirm that the dossier existed as it stands; only a digest is sent.

    Parameters
    ----------
    dossier : str or Path
        The folder; it must verify.
    url : str
        Any authority's address (http or https) that speaks RFC 3161 over HTTP.
    at : datetime
        Now, aware: the time of the ledger's entry. The time that counts is the authority's.
    timeout_s : float
        How long to wait for it, s.

    Returns
    -------
    Timestamped
        The ledger's new entry, with the authority's whole response; ``seal/`` holds a copy for ``openssl ts -verify``.

    Raises
    ------
    SealError
        If the authority cannot be reached, refuses, or confirms something else.
    VerificationError
        If the dossier does not verify.
    InputError
        If the address is none, or the package `rfc3161-client` is not installed (extra ``sign``).

    References
    ----------
    .. [1] Adams, C., Cain, P., Pinkas, D., Zuccherato, R. (2001). Internet X.509 Public Key Infrastructure Time-Stamp
       Protocol (TSP). RFC 3161. https://doi.org/10.17487/RFC3161
    """
    require(str | PathLike, dossier=dossier)
    require(str, url=url)
    if urlsplit(url).scheme not in {"http", "https"}:
        msg = f"url={url!r} is no http or https address; give the one of a timestamp authority"
        raise InputError(msg)
    client = _client()
    folder = ClaimFile.open(dossier)
    claim = folder.entries[0].file
    blank = Timestamped(
        claim=claim.digest if claim else "",
        entries=len(folder.entries),
        head=folder.head,
        authority=url,
        response="AA==",
    )
    request = client.TimestampRequestBuilder().data(blank.statement()).nonce(nonce=True).cert_request(cert_request=True)
    answer = _asked(url, request.build().as_bytes(), timeout_s)
    seal = blank.model_copy(update={"response": base64.b64encode(answer).decode()})
    reading = read_timestamp(seal)
    if not reading.holds:
        msg = f"url={url!r} answered, but {reading.why}; nothing was recorded"
        raise SealError(msg)
    folder.add_seal(seal, at=at)
    return seal


def read_timestamp(seal: Timestamped, roots: Sequence[str | Path] = ()) -> Reading:
    """Return what a timestamp says, and whether it is about the statement of its seal.

    Parameters
    ----------
    seal : Timestamped
        From the ledger.
    roots : sequence of str or Path
        Root certificates (PEM) that you trust; without any, who signed the timestamp is not checked.

    Raises
    ------
    InputError
        If a root is no certificate, or the package `rfc3161-client` is not installed.
    """
    client = _client()
    try:
        response = client.decode_timestamp_response(base64.b64decode(seal.response, validate=True))
        if response.status not in _GRANTED:
            return Reading(at="", holds=False, trusted=False, why=f"the authority refused (status {response.status})")
        stated = response.tst_info.gen_time
    except ValueError as err:
        return Reading(at="", holds=False, trusted=False, why=f"the response cannot be read ({err})")
    at = iso(utc(stated))
    trusted = [_root(path) for path in roots]
    if not trusted:
        import hashlib

        imprint = response.tst_info.message_imprint.message
        known = {hashlib.new(name, seal.statement()).digest() for name in ("sha256", "sha384", "sha512")}
        why = "" if imprint in known else "the timestamp is about other bytes"
        return Reading(at=at, holds=not why, trusted=False, why=why)
    why = ""
    for root in trusted:
        try:
            verifier = client.VerifierBuilder().add_root_certificate(root).build()
            if verifier.verify_message(response, seal.statement()):
                return Reading(at=at, holds=True, trusted=True)
        except (client.VerificationError, ValueError) as err:
            why = str(err)
    return Reading(at=at, holds=False, trusted=False, why=why or "no root leads to its certificate")


def _asked(url: str, query: bytes, timeout_s: float) -> bytes:
    """Post a query and return the reply."""
    headers = {"Content-Type": _QUERY, "Accept": _REPLY}
    request = urllib.request.Request(url, data=query, headers=headers)  # noqa: S310 - http and https only
    try:
        with urllib.request.urlopen(request, timeout=timeout_s) as reply:  # noqa: S310
            data: bytes = reply.read(_MOST_BYTES + 1)
            kind = reply.headers.get_content_type()
    except (URLError, OSError, ValueError) as err:
        msg = f"url={url!r} did not answer ({err}); nothing was recorded, try again or another authority"
        raise SealError(msg) from err
    if kind != _REPLY or len(data) > _MOST_BYTES:
        msg = f"url={url!r} answered with {len(data)} bytes of {kind}, not {_REPLY}; is it a timestamp authority?"
        raise SealError(msg)
    return data


def _root(path: str | Path) -> object:
    from cryptography.x509 import load_pem_x509_certificate

    try:
        return load_pem_x509_certificate(Path(path).read_bytes())
    except (OSError, ValueError) as err:
        msg = f"roots: {str(path)!r} is no certificate as PEM ({err})"
        raise InputError(msg) from err


def _client() -> ModuleType:
    try:
        import rfc3161_client
    except ImportError as err:
        msg = "rfc3161-client is not installed; pip install 'osint-imagery[sign]'"
        raise InputError(msg) from err
    return rfc3161_client
