"""A client that may ask loopback, and does not really wait."""

from typing import Any

from osint_imagery.scenes.address import Access
from osint_imagery.scenes.client import Client, Signer

LOOPBACK = Access(local_hosts=("127.0.0.1",))


def loopback(signer: Signer | None = None, **limits: Any) -> Client:
    """Return a client for servers on loopback; the pauses that it would make are in `.pauses`."""
    pauses: list[float] = []
    access = Access(local_hosts=("127.0.0.1",), **{"timeout_s": 0.5, **limits})
    client = Client(access, signer=signer, pause=pauses.append, jitter=lambda: 0.5)
    client.pauses = pauses
    return client
