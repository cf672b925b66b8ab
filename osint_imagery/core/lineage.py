"""Digests, canonical JSON, and the ordered steps behind a result."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO

import numpy as np
import rfc8785
from numpy.typing import NDArray

from osint_imagery.core.errors import InputError
from osint_imagery.core.showing import pairs_html

__all__ = [
    "Artifact",
    "Json",
    "Lineage",
    "Step",
    "canonical_json",
    "decimal_text",
    "digest_array",
    "digest_bytes",
    "digest_file",
    "digest_from_multihash",
    "digest_stream",
]

Json = str | int | bool | None | Sequence["Json"] | Mapping[str, "Json"]

_CHUNK = 1 << 20
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def digest_bytes(data: bytes) -> str:
    """Return the SHA-256 of `data` as ``sha256:hex``.

    Examples
    --------
    >>> digest_bytes(b"")[:20]
    'sha256:e3b0c44298fc1'
    """
    return "sha256:" + hashlib.sha256(data).hexdigest()


def digest_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes as ``sha256:hex``, reading it in pieces."""
    with path.open("rb") as stream:
        return digest_stream(stream)


def digest_stream(stream: BinaryIO) -> str:
    """Return the SHA-256 of what is left of a stream as ``sha256:hex``, reading it in pieces."""
    hasher = hashlib.sha256()
    while chunk := stream.read(_CHUNK):
        hasher.update(chunk)
    return "sha256:" + hasher.hexdigest()


def digest_array(values: NDArray[np.generic]) -> str:
    """Return the SHA-256 of an array's type, shape and bytes (little-endian, C order)."""
    little = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<"))
    hasher = hashlib.sha256(f"{little.dtype.str}{little.shape}".encode())
    hasher.update(little.data)
    return "sha256:" + hasher.hexdigest()


def digest_from_multihash(text: str) -> str:
    """Translate a STAC ``file:checksum`` multihash into ``sha256:hex``.

    Parameters
    ----------
    text : str
        Lowercase hexadecimal multihash; only SHA-256 (``1220`` + 64 digits) is known.

    Raises
    ------
    InputError
        If the algorithm is another one: an unknown digest is never taken as checked.

    Examples
    --------
    >>> digest_from_multihash("1220" + "0" * 64)[:10]
    'sha256:000'
    """
    digest = "sha256:" + text[4:].lower()
    if not (text.startswith("1220") and _DIGEST.fullmatch(digest)):
        msg = f"file:checksum={text!r} is not a SHA-256 multihash; expected '1220' and 64 hexadecimal digits"
        raise InputError(msg)
    return digest


def decimal_text(value: float, digits: int = 6) -> str:
    """Return a number as a plain decimal string with `digits` significant digits.

    Hashed bodies hold numbers as integers or decimal strings, so that every JSON writer
    produces the same bytes. Infinite and missing values are the words ``"infinity"``,
    ``"-infinity"`` and ``"nan"``.

    Examples
    --------
    >>> decimal_text(0.1 + 0.2), decimal_text(1e-7), decimal_text(float("nan"))
    ('0.3', '0.0000001', 'nan')
    """
    if value != value:  # noqa: PLR0124 - NaN is the one value unlike itself
        return "nan"
    if value in {float("inf"), float("-inf")}:
        return "infinity" if value > 0 else "-infinity"
    text = format(Decimal(f"{value:.{digits}g}"), "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _refuse_floats(value: object, where: str) -> None:
    if isinstance(value, float):
        msg = f"{where} is the float {value!r}; hashed bodies hold decimal strings, use decimal_text()"
        raise InputError(msg)
    if isinstance(value, Mapping):
        for key, item in value.items():
            _refuse_floats(item, f"{where}.{key}")
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            _refuse_floats(item, f"{where}[{index}]")


def canonical_json(body: Json) -> bytes:
    """Return the canonical JSON (RFC 8785) of a body without floats.

    Raises
    ------
    InputError
        If a float is anywhere inside (the message says where), or what JSON cannot hold exactly:
        an integer beyond 2**53, a key that is not text, a lone surrogate.

    Examples
    --------
    >>> canonical_json({"b": 1, "a": "0.5"})
    b'{"a":"0.5","b":1}'
    """
    _refuse_floats(body, "body")
    try:
        return rfc8785.dumps(body)
    except rfc8785.CanonicalizationError as err:
        msg = f"body cannot be canonical JSON ({err}); use text, integers below 2**53, true, false, null"
        raise InputError(msg) from err


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of processing: what was done, by which version, with what, on what.

    Parameters
    ----------
    name, version : str
        The function or method, and its version.
    parameters : tuple of (str, str) pairs
        Everything that could change the result, as text.
    inputs, outputs : tuple of str
        Digests (``sha256:hex``) of what went in and what came out.
    """

    name: str
    version: str
    parameters: tuple[tuple[str, str], ...] = ()
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Json]:
        """Return the step as a body that can be hashed."""
        return {
            "name": self.name,
            "version": self.version,
            "parameters": dict(self.parameters),
            "inputs": list(self.inputs),
            "outputs": list(self.outputs),
        }


@dataclass(frozen=True, slots=True)
class Lineage:
    """The ordered steps behind a value; always on.

    Examples
    --------
    >>> Lineage().then(Step(name="read", version="1")).then(Step(name="align", version="1"))
    Lineage(read -> align)
    """

    steps: tuple[Step, ...] = ()

    def then(self, step: Step) -> "Lineage":
        """Return this lineage with one more step."""
        return Lineage((*self.steps, step))

    def merged(self, other: "Lineage") -> "Lineage":
        """Return the steps of both, without repeating a step that both share."""
        return Lineage((*self.steps, *(step for step in other.steps if step not in self.steps)))

    def to_json(self) -> list[Json]:
        """Return the steps as a body that can be hashed."""
        return [step.to_json() for step in self.steps]

    def __repr__(self) -> str:
        return f"Lineage({' -> '.join(step.name for step in self.steps)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A file that was made: where it is, its digest, what kind it is, and what it shows.

    Parameters
    ----------
    path : Path
        Where it was written.
    digest : str
        ``sha256:hex`` of its bytes.
    media_type : str
        ``"image/png"``, ``"text/html"`` ...
    shows : str
        One sentence for someone who cannot see it.
    """

    path: Path
    digest: str
    media_type: str
    shows: str

    def _repr_html_(self) -> str:
        rows = (("file", self.path), ("shows", self.shows), ("type", self.media_type), ("digest", self.digest))
        return pairs_html(rows)
