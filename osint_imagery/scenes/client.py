"""HTTP by the rules of `Access`: every fault is a typed error, retries end, credentials are never shown."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import BinaryIO, Protocol, TypeVar
from urllib.parse import urlsplit

from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError, NewConnectionError, SSLError
from urllib3.exceptions import TimeoutError as LateError

from osint_imagery.core.errors import AccessError, RefusedAddressError, RemoteError, RemoteTimeoutError
from osint_imagery.scenes.address import Access, Resolver, endpoint_of, lookup, shown
from osint_imagery.scenes.answering import Again, Part, Version, body_into, body_of, checked_part, failure_of, target_of
from osint_imagery.scenes.connecting import Connections
from osint_imagery.scenes.spending import Spending

__all__ = ["Client", "Signed", "Signer", "Watch"]

T = TypeVar("T")
Watch = Callable[[int, int], None]
"""Is told how many bytes came, and how many of the file that makes."""

_HOPS = 5
_FIRST_WAIT_S = 0.5


@dataclass(frozen=True, slots=True)
class Signed:
    """An address as it is sent: with what gives the right to read it. Never printed."""

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


class Signer(Protocol):
    """Adds what gives the right to read: a signature in the query, or a header."""

    def signed(self, url: str, *, fresh: bool) -> Signed:
        """Return the address as it is sent; `fresh` after a refusal: the old signature may have expired."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """What is asked: nothing that changes anything on the server, so that it may be asked again."""

    url: str = field(repr=False)
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = None


class Client:
    """Asks servers; safe to share between threads.

    Parameters
    ----------
    access : Access
        Where requests may go, and limits.
    signer : Signer, optional
        Adds credentials.
    resolver, pause, jitter : callable
        Addresses of a host, waiting, and a number from 0 to 1 that spreads retries; for tests.
    """

    def __init__(
        self,
        access: Access | None = None,
        *,
        signer: Signer | None = None,
        resolver: Resolver = lookup,
        pause: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.access = access or Access()
        self.signer = signer
        self.spending = Spending(self.access)
        self._connections = Connections(self.access, resolver)
        self._pause, self._jitter = pause, jitter

    def __reduce__(self) -> tuple[Callable[[Access, Signer | None], "Client"], tuple[Access, Signer | None]]:
        return _client, (self.access, self.signer)  # another process makes its own connections

    def get(self, url: str, *, accept: str = "application/json") -> bytes:
        """Return a whole answer of limited size.

        Raises
        ------
        RemoteError, MissingAssetError
            If there is none, after all retries.
        """
        return self._ask(_Request(url=url, headers={"Accept": accept, "Accept-Encoding": "gzip"}), self._whole)

    def post(self, url: str, body: bytes) -> bytes:
        """Return the answer to a question that is sent as JSON and changes nothing on the server.

        Raises
        ------
        RemoteError, MissingAssetError
            If there is none, after all retries.
        """
        headers = {"Accept": "application/json", "Accept-Encoding": "gzip", "Content-Type": "application/json"}
        return self._ask(_Request(url=url, method="POST", headers=headers, body=body), self._whole)

    def part(self, url: str, first: int, last: int, version: Version | None = None) -> Part:
        """Return bytes `first` to `last` of a file, fewer where it ends before.

        Parameters
        ----------
        version : Version, optional
            Of the parts had before; another one is an error.

        Raises
        ------
        ChangedFileError, RangeUnsupportedError, RemoteError, MissingAssetError
            If it is another file than before, or the server does not send exactly this part.
        """
        headers = {"Range": f"bytes={first}-{last}", "Accept-Encoding": "identity"}
        if version is not None and version.is_strong:
            headers["If-Match"] = str(version.etag)

        def take(response: BaseHTTPResponse, shown_url: str) -> Part:
            return checked_part(response, (first, last), version, url=shown_url, count=self._reader(shown_url))

        return self._ask(_Request(url=url, headers=headers), take)

    def copy(self, url: str, target: BinaryIO, watch: Watch | None = None) -> int:
        """Write a whole file, for servers that send no parts, and return its size; each try begins anew.

        Parameters
        ----------
        watch : callable, optional
            Is told of each piece before it is written, and of what came of the file with it, and may refuse to go on.

        Raises
        ------
        RemoteError, MissingAssetError
            If it cannot be had whole.
        """

        def count(taken: int) -> None:  # however large: a limit for each piece, none for the whole
            self.spending.take(taken, url, self.spending.now())

        def take(response: BaseHTTPResponse, shown_url: str) -> int:
            target.seek(0)
            target.truncate()

            def write(piece: bytes) -> None:
                if watch is not None:
                    watch(len(piece), target.tell() + len(piece))
                target.write(piece)

            return body_into(response, write, url=shown_url, count=count)

        return self._ask(_Request(url=url, headers={"Accept-Encoding": "identity"}), take)

    def _whole(self, response: BaseHTTPResponse, shown_url: str) -> bytes:
        return body_of(response, self.access.answer_bytes, shown_url, self._reader(shown_url))

    def _reader(self, shown_url: str) -> Callable[[int], None]:
        begun = self.spending.now()
        return lambda count: self.spending.take(count, shown_url, begun)

    def _ask(self, request: _Request, take: Callable[[BaseHTTPResponse, str], T]) -> T:
        """Ask until there is an answer: at most `Access.tries` times, and once more with a fresh signature."""
        fresh, left = False, self.access.tries
        while True:
            try:
                return self._once(self._signed(request, fresh=fresh), take)
            except Again as again:
                left -= 1
                wait = again.after_s or _FIRST_WAIT_S * 2 ** (self.access.tries - left - 1) * (0.5 + self._jitter())
                if left <= 0 or wait > self.access.longest_wait_s:
                    raise again.error from None  # what it came from may hold the signed address
                self._pause(wait)
            except AccessError:
                if self.signer is None or fresh:
                    raise
                fresh = True

    def _signed(self, request: _Request, *, fresh: bool) -> _Request:
        if self.signer is None:
            return request
        signed = self.signer.signed(request.url, fresh=fresh)
        return replace(request, url=signed.url, headers={**request.headers, **signed.headers})

    def _once(self, request: _Request, take: Callable[[BaseHTTPResponse, str], T]) -> T:
        """Ask once, follow redirects that are allowed, and take the answer if it is one."""
        asked = request
        for _ in range(_HOPS + 1):
            response = self._sent(asked)
            done = False
            try:
                target = target_of(response, asked.url)
                if target is None:
                    if response.status not in {200, 206}:
                        raise failure_of(response, shown(asked.url))
                    answer = take(response, shown(asked.url))
                    done = True
                    return answer
                asked = self._signed(self._redirected(request, asked, target), fresh=False)
            except HTTPError as err:
                raise _again(err, asked.url) from None
            finally:
                if not done:
                    response.close()  # what is left of it must not be taken for the next answer
        msg = f"url={shown(request.url)!r} redirects more than {_HOPS} times; nothing was read"
        raise RemoteError(msg)

    def _sent(self, request: _Request) -> BaseHTTPResponse:
        endpoint = endpoint_of(request.url, self.access)
        self.spending.request(request.url)
        parts = urlsplit(request.url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            return self._connections.send(
                endpoint, request.method, target, headers=dict(request.headers), body=request.body
            )
        except HTTPError as err:
            raise _again(err, request.url) from None

    def _redirected(self, request: _Request, asked: _Request, target: str) -> _Request:
        """Return the request to where a server sends on, without credentials: whoever signs knows for which hosts."""
        here, there = urlsplit(asked.url), urlsplit(target)
        if not self.access.may_redirect(here.hostname or "", there.hostname or ""):
            msg = (
                f"url={shown(asked.url)!r} redirects to {shown(target)!r}, another host; "
                "Access(redirects=...) allows one"
            )
            raise RefusedAddressError(msg)
        if here.scheme == "https" and there.scheme != "https":
            msg = f"url={shown(asked.url)!r} redirects to {shown(target)!r} without TLS; that is not followed"
            raise RefusedAddressError(msg)
        kept = ("Accept", "Accept-Encoding", "Range", "If-Match", "Content-Type")
        headers = {name: value for name, value in request.headers.items() if name in kept}
        if request.method == "POST" and (here.scheme, here.netloc) != (there.scheme, there.netloc):
            msg = f"url={shown(asked.url)!r} redirects a search to {shown(target)!r}; open that address instead"
            raise RefusedAddressError(msg)
        return replace(asked, url=target, headers=headers)


def _client(access: Access, signer: Signer | None) -> Client:
    return Client(access, signer=signer)


def _again(err: HTTPError, url: str) -> Exception:
    """Return what a broken exchange means; the library's own message may hold the whole address and is not shown."""
    if isinstance(err, SSLError):
        return RemoteError(f"url={shown(url)!r}: no safe connection ({type(err).__name__}); check the certificate")
    if isinstance(err, LateError) and not isinstance(err, NewConnectionError):  # urllib3 calls that late, too
        return Again(RemoteTimeoutError(f"url={shown(url)!r} did not answer in time after all retries; try later"))
    return Again(RemoteError(f"url={shown(url)!r}: the connection failed ({type(err).__name__}) after all retries"))
