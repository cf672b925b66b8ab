"""Write files whole or not at all."""

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from osint_imagery.core.errors import StorageError

__all__ = ["leftovers_of", "write_atomic", "write_together"]


def write_atomic(path: Path, data: bytes) -> None:
    """Write bytes to a temporary file in the same folder, flush it to disk, then rename it into place.

    A run that is killed leaves the old file, or none; at most one of :func:`leftovers_of` beside it.

    Parameters
    ----------
    path : Path
        Where; its folder exists.
    data : bytes
        The whole content.

    Raises
    ------
    StorageError
        If it cannot be written; what was there is as it was.
    """
    write_together({path: data})


def write_together(contents: Mapping[Path, bytes]) -> None:
    """Write several files of one folder as :func:`write_atomic` does; where one fails, all are as they were.

    All bytes are on disk before the first file is put in its place, and the old files stay beside them until the
    folder is on disk too, so that going back needs no room. A run that is killed may leave the first of them new and
    the others old, in the order given.

    Raises
    ------
    StorageError
        If one cannot be written; all are as they were.
    """
    where, placed = next(iter(contents)), list[Path]()
    try:
        try:
            for where, data in contents.items():
                _write_out(_partial(where), data, instead_of=where)
                _keep(where)
            for where in contents:
                _partial(where).replace(where)
                placed.append(where)
            _flush_folder(where.parent)
        except OSError:
            for path in placed:
                _put_back(path)
            raise
        finally:
            for path in contents:
                for left in (_partial(path), _former(path)):
                    left.unlink(missing_ok=True)
    except OSError as err:
        msg = f"path={str(where)!r} cannot be written ({err.strerror}); what was there before is untouched"
        raise StorageError(msg) from err


def leftovers_of(name: str) -> tuple[str, str]:
    """Return the names of what a killed run may leave beside a file: its new bytes, perhaps cut short, and its old."""
    return f".{name}.partial", f".{name}.former"


def _partial(path: Path) -> Path:
    return path.with_name(leftovers_of(path.name)[0])


def _former(path: Path) -> Path:
    return path.with_name(leftovers_of(path.name)[1])


def _write_out(path: Path, data: bytes, *, instead_of: Path) -> None:
    with path.open("wb") as stream:
        if instead_of.exists():
            shutil.copymode(instead_of, path)  # who may read it stays as it was
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _keep(path: Path) -> None:
    """Keep the old file beside the new one; a second name where the file system knows such, else a copy."""
    former = _former(path)
    former.unlink(missing_ok=True)
    if path.exists():
        try:
            former.hardlink_to(path)
        except OSError:
            shutil.copyfile(path, former)


def _put_back(path: Path) -> None:
    """Undo the placing of one file."""
    with suppress(OSError):  # the first error is the one to tell
        if _former(path).exists():
            _former(path).replace(path)
        else:
            path.unlink()


def _flush_folder(folder: Path) -> None:
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
