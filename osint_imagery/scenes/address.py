"""Which addresses a catalogue may lead to: https, and no private network, whatever name it hides behind."""

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit, urlunsplit

from osint_imagery.core.errors import RefusedAddressError, RemoteError

__all__ = ["Access", "Endpoint", "endpoint_of", "resolved", "shown"]

Resolver = Callable[[str, int], tuple[str, ...]]
"""From a host name and a port to the addresses behind it."""

_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # an IPv4 address by its well-known prefix: that one is judged
_UNICAST_V6 = ipaddress.ip_network("2000::/3")  # all that is given out; what leads elsewhere in disguise lies outside

# IANA IPv4 and IPv6 Special-Purpose Address Registries, and multicast: no archive of imagery has its server in any of
# these, whether the registry calls it globally reachable or not. Python's own table differs between its versions.
_SPECIAL_V4 = tuple(
    ipaddress.ip_network(block)
    for block in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip
_SPECIAL_V6 = tuple(
    ipaddress.ip_network(block)  # within 2000::/3; Teredo, ORCHID and others lie in the first
    for block in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What requests may do: where they may go, how long they may take, how much they may bring.

    Parameters
    ----------
    local_hosts : tuple of str
        Hosts that may have a private or loopback address and may be asked without TLS. Nobody else may: a catalogue
        must not make this program look around in the network it runs in.
    redirects : tuple of str
        Hosts to which another host may redirect, ``"*.example.org"`` for all below a name. Redirects within one host
        are followed.
    timeout_s : float
        For a connection, and for each piece of an answer.
    request_s : float
        For one request with its whole answer.
    tries : int
        Requests made for one answer, the first one included.
    longest_wait_s : float
        A server that asks for a longer pause (``Retry-After``) is not waited for.
    answer_bytes : int
        Largest answer that is not a part of a file, decompressed.
    total_bytes, total_s : float or None
        Budget for everything together; None for no limit.
    offline : bool
        Refuse every request.

    Examples
    --------
    >>> Access(timeout_s=5).tries
    4
    """

    local_hosts: tuple[str, ...] = ()
    redirects: tuple[str, ...] = ()
    timeout_s: float = 20.0
    request_s: float = 120.0
    tries: int = 4
    longest_wait_s: float = 30.0
    answer_bytes: int = 64 << 20
    total_bytes: float | None = None
    total_s: float | None = None
    offline: bool = False

    def may_redirect(self, start: str, target: str) -> bool:
        """Whether a host may send a request on to another one."""
        names = (name.removeprefix("*") for name in self.redirects if name.startswith("*."))
        return start == target or target in self.redirects or any(target.endswith(name) for name in names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Scheme, host and port of an address that may be asked."""

    scheme: str
    host: str
    port: int


def shown(url: str) -> str:
    """Return an address as it may be printed and recorded: without user, password, query and fragment.

    A query may hold a signature, and then whoever reads the message can read the file.

    Examples
    --------
    >>> shown("https://user:secret@example.org/a.tif?sig=abc#x")
    'https://example.org/a.tif'
    """
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "an address that cannot be read"
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    return urlunsplit(SplitResult(parts.scheme, host + port, parts.path, "", ""))


def endpoint_of(url: str, access: Access) -> Endpoint:
    """Return whom an address asks.

    Raises
    ------
    RefusedAddressError
        If it is not https (or http to one of `access.local_hosts`), or holds a user name.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as err:
        msg = f"url={shown(url)!r} is not an address; mend the catalogue"
        raise RefusedAddressError(msg) from err
    if not host or any(ord(letter) <= 32 for letter in url) or parts.username or parts.password:
        msg = f"url={shown(url)!r} has no host, a user name or a blank in it; give a plain https address"
        raise RefusedAddressError(msg)
    plain = parts.scheme == "http" and host in access.local_hosts
    if parts.scheme != "https" and not plain:
        msg = f"url={shown(url)!r} is not https; other schemes are not followed (Access(local_hosts=...) allows http)"
        raise RefusedAddressError(msg)
    return Endpoint(scheme=parts.scheme, host=host, port=port or (80 if plain else 443))


def lookup(host: str, port: int) -> tuple[str, ...]:
    """Return the addresses behind a host name, in the system's order."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def resolved(endpoint: Endpoint, access: Access, resolver: Resolver = lookup) -> tuple[str, ...]:
    """Return the addresses that may be connected to; connect to these and not to the name, which may change.

    Raises
    ------
    RefusedAddressError
        If any address behind the name is not public, unless the host is one of `access.local_hosts`.
    RemoteError
        If the name is not known.
    """
    try:
        found = resolver(endpoint.host, endpoint.port)
    except OSError as err:
        msg = f"host={endpoint.host!r} has no address ({err.strerror}); check the name and the network"
        raise RemoteError(msg) from err
    private = [text for text in found if not _is_public(text)]
    if private and endpoint.host not in access.local_hosts:
        msg = (
            f"host={endpoint.host!r} is {private[0]}, which is not a public address; a catalogue may not lead there "
            "(Access(local_hosts=...) allows a host)"
        )
        raise RefusedAddressError(msg)
    return found


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text.split("%", 1)[0])
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in block for block in _SPECIAL_V4)
    inner = address.ipv4_mapped or (ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None)
    if inner is not None:
        return _is_public(str(inner))
    return address in _UNICAST_V6 and not any(address in block for block in _SPECIAL_V6)
