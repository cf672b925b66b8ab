"""Credentials for servers: added when a request is sent, shown nowhere."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Lock
from urllib.parse import urlsplit

from osint_imagery.core.errors import AccessError, InputError
from osint_imagery.core.timespan import utc
from osint_imagery.scenes.address import Access
from osint_imagery.scenes.client import Client, Signed

__all__ = ["BearerToken", "PlanetaryComputerSigner"]

_TOKENS = "https://planetarycomputer.microsoft.com/api/sas/v1/token"
_STORAGE = ".blob.core.windows.net"
_SOON = timedelta(minutes=2)


def _now() -> datetime:
    return datetime.now(UTC)


class BearerToken:
    """A token for some hosts, sent as a header.

    Parameters
    ----------
    token : str
        From the provider's login page; of Earthdata Login for OPERA, of the Copernicus Data Space for its files.
    hosts : tuple of str
        Those that may see it; no other host does, not even after a redirect.

    Examples
    --------
    >>> BearerToken("secret", hosts=("datapool.asf.alaska.edu",))
    BearerToken(hosts=('datapool.asf.alaska.edu',))
    """

    def __init__(self, token: str, *, hosts: tuple[str, ...]) -> None:
        if not token or not token.isprintable() or not hosts:
            msg = f"token (not shown) is empty or holds line breaks, or hosts={hosts!r} names none; give both"
            raise InputError(msg)
        self._token, self.hosts = token, tuple(hosts)

    def signed(self, url: str, *, fresh: bool) -> Signed:  # noqa: ARG002 - a token is given once
        """Return the address, with the header where its host may see the token."""
        named = urlsplit(url).hostname in self.hosts
        return Signed(url, {"Authorization": f"Bearer {self._token}"} if named else {})

    def __repr__(self) -> str:
        return f"BearerToken(hosts={self.hosts!r})"


class PlanetaryComputerSigner:
    """Tokens that the Planetary Computer gives to everybody, one for each container, renewed before they expire.

    Parameters
    ----------
    tokens : str
        Where they are given.
    access : Access, optional
        How its server may be asked.
    clock : callable
        Current time, UTC.
    storage : str
        End of the host names that are signed.
    """

    def __init__(
        self,
        tokens: str = _TOKENS,
        *,
        access: Access | None = None,
        clock: Callable[[], datetime] = _now,
        storage: str = _STORAGE,
    ) -> None:
        self._tokens, self._access, self._clock, self._storage = tokens, access, clock, storage
        self._client = Client(access)
        self._known: dict[tuple[str, str], tuple[str, datetime]] = {}
        self._lock = Lock()

    def signed(self, url: str, *, fresh: bool) -> Signed:
        """Return the address with a token in its query, where it is one of the signed storage."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        container = parts.path.lstrip("/").partition("/")[0]
        if not host.endswith(self._storage) or "sig=" in parts.query or not container:
            return Signed(url)
        key = host.removesuffix(self._storage), container
        with self._lock:
            token, until = self._known.get(key, ("", self._clock()))
            if fresh or until - self._clock() < _SOON:
                token, until = self._asked(*key)
                self._known[key] = token, until
        return Signed(f"{url}{'&' if parts.query else '?'}{token}")

    def _asked(self, account: str, container: str) -> tuple[str, datetime]:
        url = f"{self._tokens}/{account}/{container}"
        try:
            body = json.loads(self._client.get(url))
            token, until = str(body["token"]), utc(str(body["msft:expiry"]))
        except (ValueError, KeyError, TypeError) as err:
            msg = f"url={url!r} gives no token for this container ({type(err).__name__}); its files cannot be read"
            raise AccessError(msg) from None
        return token, until

    def __reduce__(self) -> tuple[Callable[..., "PlanetaryComputerSigner"], tuple[str, Access | None, str]]:
        return _signer, (self._tokens, self._access, self._storage)

    def __repr__(self) -> str:
        return f"PlanetaryComputerSigner({self._tokens!r})"


def _signer(tokens: str, access: Access | None, storage: str) -> PlanetaryComputerSigner:
    return PlanetaryComputerSigner(tokens, access=access, storage=storage)
