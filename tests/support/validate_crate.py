"""Validate an RO-Crate with roc-validator without a network: run by a Python that has roc-validator and rocrate.

Run: PYTHON tests/support/validate_crate.py FOLDER. Exit status 0 if every required check passed; 1, with the issues, if
not. The JSON-LD context comes from the file that rocrate carries; any other address is refused. The packages are
imported when it runs, for they are not in the environment in which the tests are collected.
"""

import sys
import urllib.request
from email.message import Message
from importlib.resources import files
from io import BytesIO
from typing import Any
from urllib.response import addinfourl

KNOWN = ("https://w3id.org/ro/crate/1.1/context", "https://www.researchobject.org/ro-crate/specification/1.1/")


def context(url: str) -> bytes:
    """Return the context for the addresses that lead to it; nothing for any other."""
    if not url.startswith(KNOWN):
        msg = f"no network: {url}"
        raise OSError(msg)
    return files("rocrate").joinpath("data/ro-crate.jsonld").read_bytes()


def by_requests(session: Any, method: str, url: str, **_: Any) -> Any:
    import requests

    found = requests.Response()
    found.status_code, found.url, found._content = 200, url, context(url)
    found.headers["Content-Type"] = "application/ld+json"
    found.from_cache = False  # type: ignore[attr-defined]
    return found


def by_urllib(opener: Any, request: Any, *_: Any, **__: Any) -> addinfourl:
    url = request if isinstance(request, str) else request.full_url
    head = Message()
    head["Content-Type"] = "application/ld+json"
    return addinfourl(BytesIO(context(url)), head, url, 200)


def main(folder: str) -> int:
    import requests
    import requests_cache
    from rocrate_validator import models, services

    requests.Session.request = by_requests  # type: ignore[method-assign]
    requests_cache.session.CacheMixin.request = by_requests
    urllib.request.OpenerDirector.open = by_urllib  # type: ignore[method-assign, assignment]
    wanted = services.ValidationSettings(
        rocrate_uri=folder, profile_identifier="ro-crate-1.1", requirement_severity=models.Severity.REQUIRED
    )
    result = services.validate(wanted)
    print(f"{len(result.executed_checks)} checks")  # noqa: T201
    for issue in result.get_issues():
        print(issue.severity, issue.message)  # noqa: T201
    return 0 if result.passed() and result.executed_checks else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
