"""Documents of a claim file, read strictly: schema, and the canonical form byte for byte."""

from typing import Protocol, Self, TypeVar

from pydantic import ValidationError

from osint_imagery.core.errors import InputError

__all__ = ["read_strictly"]


class _Document(Protocol):
    @classmethod
    def model_validate_json(cls, json_data: bytes) -> Self: ...

    def body(self) -> bytes: ...


D = TypeVar("D", bound=_Document)


def read_strictly(kind: type[D], data: bytes, name: str, *, remedy: str = "restore the file as it was written") -> D:
    """Read a document whose bytes are digested: two spellings of one content would be two files.

    Parameters
    ----------
    kind : type
        The document's model; its ``body()`` writes the canonical form.
    data : bytes
        As they lie on disk.
    name : str
        What messages call it.
    remedy : str
        What its reader can do.

    Raises
    ------
    InputError
        If the bytes are not exactly what such a document writes.
    """
    try:
        found = kind.model_validate_json(data)
    except ValidationError as err:
        first = err.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "file"
        msg = f"{name}: {where}: {first['msg']} ({err.error_count()} problems); {remedy}"
        raise InputError(msg) from err
    if found.body() != data:
        msg = f"{name} is not in canonical form (RFC 8785); {remedy}"
        raise InputError(msg)
    return found
