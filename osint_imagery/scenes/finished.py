"""Notes on files that came whole, so that what has no promised digest is not brought again by a later fetch."""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

from osint_imagery.core.errors import CatalogError, RangeUnsupportedError
from osint_imagery.core.writing import write_atomic
from osint_imagery.scenes.location import Location
from osint_imagery.scenes.remote_file import RemoteFile
from osint_imagery.scenes.stac import read_json

__all__ = ["Finished", "finished", "note_finished", "stem_of"]

_FOLDER = ".finished"
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A file that came whole.

    Parameters
    ----------
    digest : str
        ``sha256:hex``, computed when it came.
    size : int
        Bytes.
    """

    digest: str
    size: int


def stem_of(place: Location) -> str:
    """Return a name for a file as it is now: another one where its address, size, ETag or date differ.

    Of a server that sends no parts nothing is known before the file itself: then the address alone tells.
    """
    try:
        told: object = place.stamp()
    except RangeUnsupportedError:
        told = place.identity if isinstance(place, RemoteFile) else place.href
    return hashlib.sha256(repr(told).encode()).hexdigest()[:32]


def finished(place: Location, folder: Path) -> Finished | None:
    """Return what a folder's notes say of a file, None where it has not come whole, or is another one now.

    Parameters
    ----------
    place : Location
        The file; its server is asked for size, ETag and date, unless the folder has no notes at all.
    folder : Path
        The folder of copies.

    Raises
    ------
    CatalogError
        If the note cannot be understood.
    RemoteError, MissingAssetError
        If the server cannot be asked.
    """
    if not (folder / _FOLDER).is_dir():
        return None
    path = folder / _FOLDER / f"{stem_of(place)}.json"
    if not path.is_file():
        return None
    body = read_json(path)[1]
    digest, size = body.get("digest"), body.get("size")
    if not isinstance(digest, str) or not _DIGEST.fullmatch(digest) or type(size) is not int:
        msg = f"path={str(path)!r} is no note as fetch writes it; move it away, and the file is brought again"
        raise CatalogError(msg)
    return Finished(digest=digest, size=size)


def note_finished(place: Location, folder: Path, done: Finished) -> None:
    """Write down that a file came whole; a note that is there stays."""
    path = folder / _FOLDER / f"{stem_of(place)}.json"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        body = {"href": place.href, "digest": done.digest, "size": done.size}
        write_atomic(path, (json.dumps(body, indent=1) + "\n").encode())
