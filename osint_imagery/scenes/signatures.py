"""Signatures in the addresses of files: sent with a request, and written nowhere."""

import hashlib
import json
import re
from typing import Any

from osint_imagery.scenes.address import shown

__all__ = ["identity_of", "unsigned", "without_signatures"]

# Amazon, Google, Azure (a shared access signature has all of its fields to itself), CloudFront, Akamai; plain tokens.
_SIGNED = re.compile(
    r"x-(amz|goog|ms)-.*|sig|signature|.*[-_]signature|awsaccesskeyid|googleaccessid|key-pair-id|hdnea|hdnts|hdntl|"
    r"__token__|token|(.*[-_])?(access|session|security|auth|sas|id)[-_]?token|jwt|hmac",
    re.IGNORECASE,
)
_BESIDE = re.compile(
    r"se|sp|sv|sr|st|spr|sip|ss|srt|si|sdd|skoid|sktid|skt|ske|sks|skv|expires|policy|exp|acl", re.IGNORECASE
)
"""What belongs to a signature, and is an ordinary name where there is none."""
_SECRET = re.compile(
    r".*(secret|passw|pwd|credential|token|signature|session).*|(.*[-_])?(api|access|subscription|client)?[-_]?key|"
    r"apikey|accesskey|auth|authorization|user|username|login|code",
    re.IGNORECASE,
)
_LONG = 40  # characters of a value; what selects a file is a path or a number, what is longer without "/" may be a key
_BETWEEN = re.compile(r"([\s\"'<>]+)")  # what parts addresses in a text from what is around them


def unsigned(url: str, *, long_values: bool = False) -> str:
    """Return an address as it may be written down: with what selects the file, without what gives the right to read it.

    Parameters
    ----------
    url : str
        Absolute or relative.
    long_values : bool
        Whether values that are as long as keys, and have names that say nothing, are kept: of a search, not of a file.

    Examples
    --------
    >>> unsigned("https://example.org/get?file=B04.tif&X-Amz-Expires=60&X-Amz-Signature=abc")
    'https://example.org/get?file=B04.tif'
    >>> unsigned("./B04.tif?se=2026-01-01&sp=r&sig=abc"), unsigned("./get?file=B04.tif")
    ('./B04.tif', './get?file=B04.tif')
    """
    plain, _, rest = url.partition("?")
    query, hash_, fragment = rest.partition("#")
    parts = query.split("&") if query else []
    signed = any(_SIGNED.fullmatch(_name(part)) for part in parts)
    kept = [part for part in parts if not _is_secret(part, signed=signed, long_values=long_values)]
    if "=" in fragment:  # some providers put a token there
        hash_ = fragment = ""
    address = shown(plain) if "@" in plain.partition("://")[2].partition("/")[0] else plain
    return address + ("?" + "&".join(kept) if kept else "") + hash_ + fragment


def identity_of(url: str) -> str:
    """Return what tells a file's address from every other one, whoever signed it and when; no key can be read in it.

    A name that may belong to a key or to a file ("key") counts here: two files must never be taken for one.

    Examples
    --------
    >>> identity_of("https://example.org/a.tif?sig=1") == identity_of("https://example.org/a.tif?sig=2")
    True
    >>> identity_of("https://example.org/get?key=a") == identity_of("https://example.org/get?key=b")
    False
    """
    query = url.partition("?")[2].partition("#")[0]
    parts = query.split("&") if query else []
    signed = any(_SIGNED.fullmatch(_name(part)) for part in parts)
    kept = [
        part for part in parts if not (_SIGNED.fullmatch(_name(part)) or (signed and _BESIDE.fullmatch(_name(part))))
    ]
    digest = hashlib.sha256("&".join(kept).encode()).hexdigest()[:16]
    return shown(url) + (f"?{digest}" if kept else "")


def without_signatures(data: bytes) -> tuple[bytes, int]:
    r"""Return the bytes of a JSON text as they may be kept, and how many values of it lost a signature.

    A text without one is kept as it came, byte for byte; else it is written anew.

    Examples
    --------
    >>> without_signatures(b'{"href": "a.tif"}')
    (b'{"href": "a.tif"}', 0)
    >>> without_signatures(b'{"href": "a.tif?sig=abc"}')
    (b'{\n "href": "a.tif"\n}', 1)
    """
    count = 0

    def plain(value: Any) -> Any:
        nonlocal count
        if isinstance(value, str):
            text = "".join(unsigned(part) if "?" in part or "@" in part else part for part in _BETWEEN.split(value))
            count += text != value
            return text
        if isinstance(value, dict):
            return {name: plain(each) for name, each in value.items()}
        return [plain(each) for each in value] if isinstance(value, list) else value

    body = plain(json.loads(data))
    return (json.dumps(body, indent=1).encode(), count) if count else (data, 0)


def _name(part: str) -> str:
    return part.partition("=")[0]


def _is_secret(part: str, *, signed: bool, long_values: bool) -> bool:
    name, _, value = part.partition("=")
    belongs = signed and _BESIDE.fullmatch(name)
    long = not long_values and len(value) >= _LONG and "/" not in value and "%2f" not in value.lower()
    return bool(_SIGNED.fullmatch(name) or _SECRET.fullmatch(name) or belongs or long)
