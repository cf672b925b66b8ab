"""Zip and tar archives of products, read where they lie; what could do harm is refused."""

import io
import os
import stat
import struct
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from threading import Lock
from typing import BinaryIO

from osint_imagery.core.errors import ReadError
from osint_imagery.core.lineage import digest_stream
from osint_imagery.scenes.location import FilePart, LocalFile, Location, Window

__all__ = ["is_archive", "members_of"]

_ENDINGS = (".zip", ".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz")
_MEMBERS = 20_000  # a Sentinel-2 product has about 150 files
_TOTAL = 64 << 30  # bytes unpacked; a product has 1 to 8 GB
_RATIO = 200  # unpacked over packed: metadata reach 30, images 2
_SMALL = 1 << 20  # below this no ratio is harmful
_COMPRESSED_TAR = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ": "xz"}
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


def is_archive(path: Path) -> bool:
    """Return whether a file is an archive by its name, also one of a kind that is refused."""
    return path.name.lower().endswith(_ENDINGS)


def members_of(path: Path) -> dict[str, Location]:
    """Return the files in an archive by their names; nothing is unpacked or written beside it.

    Parameters
    ----------
    path : Path
        ``.zip`` or uncompressed ``.tar``.

    Raises
    ------
    MissingAssetError, ReadError
        If it is not there, is damaged or encrypted, holds links, devices, names that lead out of it or come twice, or
        would unpack to more than 64 GB or 200 times its size. The whole archive is refused, not the one member.
    """
    size = LocalFile(path).size()
    try:
        found = _zip_members(path, size) if zipfile.is_zipfile(path) else _tar_members(path, size)
    except (zipfile.BadZipFile, tarfile.TarError, OSError, ValueError, struct.error, EOFError) as err:
        if isinstance(err, ReadError):
            raise
        msg = f"path={str(path)!r} is no archive that can be read ({err}); get it again"
        raise ReadError(msg) from err
    members: dict[str, Location] = {}
    for name, place in found:
        if name in members:
            raise _refused(path, f"it holds {name!r} twice")
        members[name] = place
    return members


def _refused(path: Path, reason: str) -> ReadError:
    return ReadError(f"path={str(path)!r} is refused: {reason}; get the product again from its provider")


def _checked_name(path: Path, name: str) -> str:
    """Return a member's name without ``./``, empty for the archive's own folder; one that could lead out is refused."""
    parts = PurePosixPath(name).parts
    if name.rstrip("/") == ".":  # as `tar cf x.tar .` begins
        return ""
    if not parts or name.startswith("/") or ".." in parts or ":" in parts[0] or "\\" in name or "\0" in name:
        raise _refused(path, f"the member name {name!r} leads out of it")
    return "/".join(parts)


def _check_count(path: Path, count: int) -> None:
    if count > _MEMBERS:
        raise _refused(path, f"it holds more than {_MEMBERS} files")


def _check_sizes(path: Path, sizes: Iterable[tuple[int, int]], held: int) -> None:
    """Refuse what would unpack to too much; sizes are (unpacked, packed)."""
    pairs = list(sizes)
    total = sum(size for size, _ in pairs)
    swells = any(size > _RATIO * max(packed, _SMALL) for size, packed in [*pairs, (total, held)])
    if swells or total > _TOTAL:
        raise _refused(path, f"it would unpack to {total} bytes from {held}")


def _zip_members(path: Path, held: int) -> Iterable[tuple[str, Location]]:
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
    _check_count(path, len(entries))
    _check_sizes(path, ((entry.file_size, entry.compress_size) for entry in entries), held)
    found = []
    for entry in entries:
        name = _checked_name(path, entry.orig_filename)
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise _refused(path, f"{name!r} is a link")
        if entry.flag_bits & 1 or entry.compress_type not in _METHODS:
            raise _refused(path, f"{name!r} is encrypted or compressed by method {entry.compress_type}")
        if not name and not entry.is_dir():
            raise _refused(path, f"{entry.orig_filename!r} is no name of a file")
        if not entry.is_dir():
            found.append((name, ZipMember(path, entry.filename)))
    return found


def _tar_members(path: Path, held: int) -> Iterable[tuple[str, Location]]:
    with path.open("rb") as stream:
        start = stream.read(6)
    for signature, method in _COMPRESSED_TAR.items():
        if start.startswith(signature):
            msg = (
                f"path={str(path)!r} is compressed by {method}, and cannot be read in parts; unpack it, open the folder"
            )
            raise ReadError(msg)
    found = []
    with tarfile.open(path, "r:") as archive:
        for index, entry in enumerate(archive):
            _check_count(path, index + 1)
            name = _checked_name(path, entry.name)
            if not (entry.isreg() or entry.isdir()) or entry.issparse():
                raise _refused(path, f"{name!r} is a link, a device or sparse")
            if not name and not entry.isdir():
                raise _refused(path, f"{entry.name!r} is no name of a file")
            if entry.offset_data + entry.size > held:
                raise _refused(path, f"{name!r} is cut off")
            if entry.isreg():
                found.append((name, FilePart(path, entry.offset_data, entry.size, name)))
    return found


@dataclass(frozen=True, slots=True)
class ZipMember:
    """A file in a zip: read in place where it is stored, else unpacked once into a file that no one else sees.

    Parameters
    ----------
    archive : Path
        The zip.
    name : str
        The member, as the zip writes it.
    """

    archive: Path
    name: str

    @property
    def href(self) -> str:
        """The archive, and the member's name behind ``!``."""
        return f"{self.archive}!{self.name}"

    @property
    def local(self) -> None:
        """None: it is no file of its own."""
        return

    def size(self) -> int:
        """Return how many bytes the member has."""
        return _entry(self, self.stamp()).file_size

    def open(self) -> BinaryIO:
        """Return a new handle."""
        stamp = self.stamp()
        entry = _entry(self, stamp)
        if entry.compress_type == zipfile.ZIP_STORED:
            return FilePart(self.archive, _start(self, entry), entry.file_size, self.name).open()
        unpacked = _unpacked(self, stamp)
        return io.BufferedReader(Window(unpacked.read_at, unpacked.size))

    def digest(self) -> str:
        """Return the SHA-256 of all bytes, compared on the way with the checksum that the zip holds."""
        try:
            with zipfile.ZipFile(self.archive) as archive, archive.open(self.name) as stream:
                return digest_stream(stream)  # type: ignore[arg-type]
        except (zipfile.BadZipFile, zlib.error, KeyError, EOFError) as err:
            raise _damaged(self, err) from err

    def stamp(self) -> Hashable:
        """Return the archive's stamp and the name."""
        return LocalFile(self.archive).stamp(), self.name


def _damaged(member: ZipMember, err: Exception) -> ReadError:
    return ReadError(f"path={member.href!r} cannot be read in full ({err}); get the archive again")


@lru_cache(maxsize=4096)
def _entry(member: ZipMember, _: Hashable) -> zipfile.ZipInfo:
    try:
        with zipfile.ZipFile(member.archive) as archive:
            return archive.getinfo(member.name)
    except (zipfile.BadZipFile, KeyError) as err:
        raise _damaged(member, err) from err


def _start(member: ZipMember, entry: zipfile.ZipInfo) -> int:
    """Return where a member's bytes begin: behind its own header, whose length only it tells."""
    with member.archive.open("rb") as stream:
        stream.seek(entry.header_offset)
        header = stream.read(30)
    if len(header) < 30 or header[:4] != b"PK\x03\x04":
        raise _damaged(member, ValueError("no header where the directory names one"))
    name, extra = struct.unpack("<HH", header[26:30])
    return int(entry.header_offset + 30 + name + extra)


class _Unpacked:
    """A nameless temporary file: it is gone with its last user, whatever becomes of the process."""

    def __init__(self) -> None:
        self.file = tempfile.TemporaryFile()  # noqa: SIM115  (it outlives this call)
        self.size = 0
        self._lock = Lock()

    def read_at(self, position: int, count: int) -> bytes:
        if hasattr(os, "pread"):
            return os.pread(self.file.fileno(), count, position)
        with self._lock:
            self.file.seek(position)
            return self.file.read(count)

    def __del__(self) -> None:
        self.file.close()


@lru_cache(maxsize=64)
def _unpacked(member: ZipMember, _: Hashable) -> _Unpacked:
    """Unpack a member; its length is bounded by what the directory says, which was checked."""
    target = _Unpacked()
    try:
        with zipfile.ZipFile(member.archive) as archive, archive.open(member.name) as stream:
            while chunk := stream.read(1 << 20):
                target.size += target.file.write(chunk)
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError) as err:
        raise _damaged(member, err) from err
    except OSError as err:
        msg = f"path={member.href!r} cannot be unpacked ({err}); is the disk full? Unpack the zip, open the folder"
        raise ReadError(msg) from err
    target.file.flush()
    return target
