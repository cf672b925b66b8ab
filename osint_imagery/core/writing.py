"""Write a file whole or not at all."""

import os
from pathlib import Path

from osint_imagery.core.errors import StorageError

__all__ = ["write_atomic"]


def write_atomic(path: Path, data: bytes) -> None:
    """Write bytes to a temporary file in the same folder, flush it to disk, then rename it into place.

    A run that is killed leaves the old file, or none; at most a hidden ``.NAME.partial`` beside it.

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
    partial = path.with_name(f".{path.name}.partial")
    try:
        try:
            with partial.open("wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
        if hasattr(os, "O_DIRECTORY"):
            handle = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
    except OSError as err:
        msg = f"path={str(path)!r} cannot be written ({err.strerror}); what was there before is untouched"
        raise StorageError(msg) from err
