"""Connections to the very addresses that were checked, kept open and shared between threads."""

import logging
import re
import ssl
from threading import Lock

import certifi
from urllib3 import BaseHTTPResponse, HTTPConnectionPool, HTTPSConnectionPool, Timeout
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from osint_imagery.scenes.address import Access, Endpoint, Resolver, resolved

__all__ = ["Connections"]

_KEPT = 32  # open connections to one host: those of several files, each read in several parts at once


class _WithoutQueries(logging.Filter):
    """Takes queries out of what urllib3 logs: they may hold signatures."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite a line; none is dropped."""
        record.msg, record.args = re.sub(r"\?[^\s\"']*", "?...", record.getMessage()), ()
        return True


class Connections:
    """Pools of connections, one for each server.

    Parameters
    ----------
    access : Access
        Which hosts, and how long to wait.
    resolver : callable
        From a host name to its addresses. They are checked, and connected to; the name is not asked again, so that
        it cannot lead elsewhere the second time.
    """

    def __init__(self, access: Access, resolver: Resolver) -> None:
        self._access, self._resolver = access, resolver
        self._pools: dict[Endpoint, list[HTTPConnectionPool]] = {}
        self._lock = Lock()
        for name in ("urllib3.connectionpool", "urllib3.connection", "urllib3.util.retry"):
            logger = logging.getLogger(name)
            if not any(isinstance(each, _WithoutQueries) for each in logger.filters):
                logger.addFilter(_WithoutQueries())

    def send(
        self, endpoint: Endpoint, method: str, target: str, *, headers: dict[str, str], body: bytes | None
    ) -> BaseHTTPResponse:
        """Send one request and return the answer with its body unread.

        Raises
        ------
        urllib3.exceptions.HTTPError
            If there is none.
        """
        pools = self._pools_of(endpoint)
        for index, pool in enumerate(pools):
            try:
                return pool.urlopen(
                    method,
                    target,
                    body=body,
                    headers={"Host": _host(endpoint), **headers},
                    retries=False,
                    redirect=False,
                    assert_same_host=False,
                    preload_content=False,
                )
            except (NewConnectionError, ConnectTimeoutError):
                if index + 1 == len(pools):
                    self._forget(endpoint)
                    raise
        raise AssertionError  # a host without an address is refused before

    def _pools_of(self, endpoint: Endpoint) -> list[HTTPConnectionPool]:
        with self._lock:
            if endpoint not in self._pools:
                addresses = resolved(endpoint, self._access, self._resolver)
                self._pools[endpoint] = [self._pool(endpoint, address) for address in addresses]
            return self._pools[endpoint]

    def _forget(self, endpoint: Endpoint) -> None:
        """Drop a server that cannot be reached: its name is looked up, and checked, anew."""
        with self._lock:
            self._pools.pop(endpoint, None)

    def _pool(self, endpoint: Endpoint, address: str) -> HTTPConnectionPool:
        timeout = Timeout(connect=self._access.timeout_s, read=self._access.timeout_s)
        if endpoint.scheme == "http":
            return HTTPConnectionPool(address, endpoint.port, timeout=timeout, maxsize=_KEPT)
        context = ssl.create_default_context()
        context.load_verify_locations(certifi.where())
        return HTTPSConnectionPool(
            address,
            endpoint.port,
            timeout=timeout,
            maxsize=_KEPT,
            ssl_context=context,
            server_hostname=endpoint.host,
            assert_hostname=endpoint.host,
        )


def _host(endpoint: Endpoint) -> str:
    usual = {"https": 443, "http": 80}[endpoint.scheme]
    name = f"[{endpoint.host}]" if ":" in endpoint.host else endpoint.host
    return name if endpoint.port == usual else f"{name}:{endpoint.port}"
