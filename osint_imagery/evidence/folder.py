"""Files inside a dossier: written once, never replaced, named safely, told by their bytes."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from osint_imagery.core.errors import EvidenceExistsError, InputError
from osint_imagery.core.lineage import digest_bytes, digest_file
from osint_imagery.core.writing import write_atomic
from osint_imagery.evidence.ledger import HEAD, LEDGER, Kind, StoredFile

__all__ = ["HOW_TO_VERIFY", "PARTIAL", "NewFile", "file_name", "files_of", "media_type", "stored", "write_new"]

_OWN = frozenset({LEDGER, HEAD})
PARTIAL = frozenset(f".{name}.partial" for name in _OWN)
"""What an interrupted write of the ledger leaves; holds nothing that the ledger does not."""

HOW_TO_VERIFY = """How to verify this folder

1. With the program, offline:      osint-imagery verify .
2. By hand: every file's SHA-256 stands in ledger.jsonl (field "digest"); compare it with
       sha256sum claim.yaml records/*.json figures/*
3. ledger.jsonl is a chain: every line is canonical JSON (RFC 8785); its "digest" is the SHA-256 of the same
   line without the field "digest", and "previous" is the digest of the line before.
   ledger.head holds the digest of the last line.
4. Whoever rewrites the whole chain can make it verify again. Compare the head with a copy kept elsewhere.

The claim was registered in the first line, before any pixel was read.
"""
_MEDIA = {
    ".html": "text/html",
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".geojson": "application/geo+json",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".tif": "image/tiff",
    ".txt": "text/plain",
    ".yaml": "application/yaml",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFile:
    """A file that is to be recorded: path inside the dossier, kind of entry, what it shows."""

    kind: Kind
    shows: str
    name: str = ""
    media_type: str = ""


def files_of(folder: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the dossier's files besides the ledger (relative, forward slashes, sorted), and what is no plain file."""
    files, odd = [], []
    for where, names, plain in os.walk(folder):
        here = Path(where)
        for name in (*names, *plain):
            path = here / name
            shown = path.relative_to(folder).as_posix()
            if path.is_symlink() or not (path.is_file() or path.is_dir()):
                odd.append(shown)
            elif path.is_file():
                files.append(shown)
    return tuple(sorted(set(files) - _OWN - PARTIAL)), tuple(sorted(odd))


def stored(folder: Path, name: str) -> StoredFile:
    """Return a file of the dossier as the ledger writes it.

    Raises
    ------
    InputError
        If its name cannot be recorded.
    """
    path = folder / name
    try:
        return StoredFile(path=name, digest=digest_file(path), size=path.stat().st_size)
    except ValidationError as err:
        msg = f"path={name!r} cannot be recorded ({err.errors()[0]['msg']}); rename the file"
        raise InputError(msg) from err


def media_type(path: Path) -> str:
    """Return the media type by the file's suffix; ``application/octet-stream`` where it is not known."""
    return _MEDIA.get(path.suffix.lower(), "application/octet-stream")


def write_new(folder: Path, name: str, data: bytes) -> Path:
    """Write a new file; the same bytes left there by an interrupted run are kept, others are never replaced.

    Raises
    ------
    EvidenceExistsError
        If other bytes are there.
    InputError
        If the name is the ledger's own.
    """
    path = folder / name
    if name in _OWN | PARTIAL:
        msg = f"path={name!r} is the ledger itself; give another file"
        raise InputError(msg)
    if path.exists():
        if path.is_file() and path.read_bytes() == data:
            return path
        msg = f"path={name!r} is already in the dossier with other bytes; evidence is never overwritten"
        raise EvidenceExistsError(msg)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, data)
    return path


def file_name(text: str) -> str:
    """Return a safe file name; where that changes the text, a piece of its digest keeps it distinct.

    Examples
    --------
    >>> file_name("S2A_MSIL2A_20260503"), file_name("../etc")
    ('S2A_MSIL2A_20260503', 'etc-f7f9121f')
    """
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", text).strip("._")[:100]
    return plain if plain == text else f"{plain or 'item'}-{digest_bytes(text.encode())[7:15]}"
