"""Files inside a dossier: written once, never replaced, named safely, told by their bytes."""

import os
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from osint_imagery.core.errors import EvidenceExistsError, InputError, StorageError
from osint_imagery.core.lineage import digest_bytes, digest_file
from osint_imagery.core.writing import leftovers_of, write_atomic
from osint_imagery.evidence.ledger import (
    HEAD,
    LEDGER,
    Kind,
)
from osint_imagery.evidence.ledger_bodies import (
    StoredFile,
)
from osint_imagery.evidence.ledger_file import LOCK

__all__ = [
    "PARTIAL",
    "NewFile",
    "begun_only",
    "clear_leftovers",
    "empty_folders",
    "file_name",
    "files_of",
    "make_folder",
    "media_type",
    "stored",
    "write_new",
]

_OWN = frozenset({LEDGER, HEAD, LOCK})
PARTIAL = frozenset({*leftovers_of(LEDGER), *leftovers_of(HEAD)})
"""What an interrupted write of the ledger leaves; holds nothing that is not, or was about to be, in the ledger."""

_MEDIA = {
    ".html": "text/html",
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".geojson": "application/geo+json",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".py": "text/x-python",
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
            if path.is_symlink() or (os.path.lexists(path) and not (path.is_file() or path.is_dir())):
                odd.append(shown)
            elif path.is_file():
                files.append(shown)
    own = {name for name in _OWN if name != LOCK or not _holds_something(folder / LOCK)}
    return tuple(sorted(set(files) - own - PARTIAL)), tuple(sorted(odd))


def empty_folders(folder: Path) -> tuple[str, ...]:
    """Return the folders inside a dossier that hold nothing, sorted; a run that was killed may leave one."""
    walked = ((Path(where), names, plain) for where, names, plain in os.walk(folder))
    return tuple(
        sorted(
            here.relative_to(folder).as_posix()
            for here, names, plain in walked
            if not names and not plain and here != folder
        )
    )


def _holds_something(path: Path) -> bool:
    """Whether a file holds bytes; no writer leaves any in a lock."""
    return path.is_file() and path.stat().st_size > 0


def clear_leftovers(folder: Path, recorded: Collection[str]) -> None:
    """Delete what killed runs left of files they were writing; never a file that is recorded."""
    for name in files_of(folder)[0]:
        last = name.rpartition("/")[2]
        plain = last.removeprefix(".").rpartition(".")[0]
        if name not in recorded and plain and last in leftovers_of(plain):
            (folder / name).unlink(missing_ok=True)


def make_folder(folder: Path) -> None:
    """Make the folder of a dossier.

    Raises
    ------
    EvidenceExistsError
        If a file is in its place.
    StorageError
        If it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as err:
        msg = f"out={str(folder)!r} is a file, not an empty folder; choose another folder"
        raise EvidenceExistsError(msg) from err
    except OSError as err:
        msg = f"out={str(folder)!r} cannot be made ({err.strerror}); choose a folder that can be written to"
        raise StorageError(msg) from err


def begun_only(folder: Path, claim: bytes) -> bool:
    """Whether a folder holds nothing but what a run leaves that was killed before it had registered this claim."""
    files, odd = files_of(folder)
    own = tuple(name for name in files if name not in {"claim.yaml", *leftovers_of("claim.yaml")})
    if own or odd or (folder / LEDGER).exists() or any(path.is_dir() for path in folder.iterdir()):
        return False
    written = folder / "claim.yaml"
    return not written.exists() or written.read_bytes() == claim


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
