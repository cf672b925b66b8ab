"""Raster files are opened here alone: allowed formats only, blind to files beside them, every failure an error."""

import io
import warnings
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import BinaryIO

import rasterio
from affine import Affine
from rasterio._err import CPLE_BaseError
from rasterio.abc import FileContainer
from rasterio.errors import NotGeoreferencedWarning, RasterioError

from osint_imagery.core.errors import MissingAssetError, ReadError
from osint_imagery.scenes.location import Location
from osint_imagery.scenes.tiff_place import says_where

__all__ = ["opened", "opened_variable"]

# Which driver may open a file, by its first bytes: never VRT, XML or other drivers that follow links.
_SIGNATURES = {
    b"II*\0": "GTiff",
    b"MM\0*": "GTiff",
    b"II+\0": "GTiff",
    b"MM\0+": "GTiff",
    b"\0\0\0\x0cjP  ": "JP2OpenJPEG",
    b"\xff\x4f\xff\x51": "JP2OpenJPEG",
    b"\x89HDF": "netCDF",
    b"CDF": "netCDF",
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
}
# One thread: in others JPEG 2000 decoding fails without an exception and leaves zeros.
_OPTIONS = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_PAM_ENABLED": "NO",
    "GDAL_NUM_THREADS": "1",
    "GTIFF_GEOREF_SOURCES": "INTERNAL",
    "GDAL_PNG_WHOLE_IMAGE_OPTIM": "NO",  # else a PNG that is cut short is read without an error, its rows shifted
    "GDAL_ERROR_ON_LIBJPEG_WARNING": "YES",  # else a JPEG that is cut short ends in gray
}
_HEAD = 16 << 10  # first bytes, where GDAL looks up a directory again and again, a few bytes at a time
_WARNINGS = Lock()  # warning filters are shared by all threads
_PLACED: set[Hashable] = set()  # stamps of files known to have a place: opening them again warns of nothing


@contextmanager
def opened(source: Location) -> Iterator[rasterio.DatasetReader]:
    """Open a raster with the allowed drivers only, blind to sidecar files.

    Raises
    ------
    MissingAssetError, ReadError
        If it is not there, is of another format, or anything fails while it is open: GDAL's errors, and what went
        wrong when its bytes were fetched, whether or not GDAL took notice.
    """
    with _reported(source.href):
        driver, stamp = _recognized(source), source.stamp()
        if source.local is not None:
            with rasterio.Env(**_OPTIONS), _quietly(str(source.local), stamp, driver=driver) as dataset:
                yield dataset
            return
        bytes_of = _Bytes(source)
        try:
            with rasterio.Env(**_OPTIONS), _quietly("bytes", stamp, driver=driver, opener=bytes_of) as dataset:
                yield dataset
        finally:
            bytes_of.raise_failure()


@contextmanager
def opened_variable(address: str) -> Iterator[rasterio.DatasetReader]:
    """Open a variable of a netCDF file (``netcdf:FILE:NAME``); raises as :func:`opened` does."""
    with _reported(address), rasterio.Env(**_OPTIONS), _quietly(address, None, driver="netCDF") as dataset:
        yield dataset


@contextmanager
def _reported(name: str) -> Iterator[None]:
    """Turn whatever GDAL raises into ReadError."""
    try:
        yield
    except (RasterioError, CPLE_BaseError) as err:
        msg = f"path={name!r} cannot be read in full ({_reason(err)}); get the file again, nothing was filled in"
        raise ReadError(msg) from err


def _reason(err: BaseException) -> str:
    """Return the innermost message: the outer one only points to it."""
    while err.__cause__ is not None:
        err = err.__cause__
    return str(err)


def _quietly(name: str, stamp: Hashable, *, driver: str, opener: FileContainer | None = None) -> rasterio.DatasetReader:
    """Open without the warning that a file has no place: `Header.grid` says it instead.

    Filters belong to the whole process, so they are touched only where it is not known that the file has a place: a
    TIFF says so itself, another format when it is opened for the first time. Threads would wait for each other there,
    also for the network.
    """
    if stamp is not None and stamp in _PLACED:
        try:
            return rasterio.open(name, driver=driver, sharing=False, opener=opener)
        except NotGeoreferencedWarning:  # what it says is no place after all, and warnings are errors here
            _PLACED.discard(stamp)
    with _WARNINGS, warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        dataset = rasterio.open(name, driver=driver, sharing=False, opener=opener)
    if stamp is not None and dataset.transform != Affine.identity():
        _PLACED.add(stamp)
    return dataset


def _recognized(source: Location) -> str:
    """Return the driver that may open a file, and remember whether the file has a place."""
    with source.open() as stream:
        start = stream.read(16)
        for signature, driver in _SIGNATURES.items():
            if start.startswith(signature):
                stamp = source.stamp()
                if driver == "GTiff" and stamp not in _PLACED:
                    stream.seek(0)
                    if says_where(stream):
                        _PLACED.add(stamp)
                return driver
    msg = f"path={source.href!r} is not a GeoTIFF, JPEG 2000, netCDF, PNG or JPEG file; other formats are not opened"
    raise ReadError(msg)


class _Bytes(FileContainer):  # type: ignore[misc]
    """The bytes of one location, as GDAL asks for them.

    GDAL swallows what Python raises in its callbacks and goes on, so that the first failure is kept and raised when
    the dataset is closed.
    """

    def __init__(self, source: Location) -> None:
        self._source = source
        with source.open() as stream:
            self._head = stream.read(_HEAD)
        self.failure: Exception | None = None

    def raise_failure(self) -> None:
        if self.failure is None:
            return
        if isinstance(self.failure, (ReadError, MissingAssetError)):
            raise self.failure
        msg = f"path={self._source.href!r} cannot be read in full ({self.failure}); nothing was filled in, try again"
        raise ReadError(msg) from self.failure

    def open(self, path: str, mode: str = "r", **_: object) -> "_Handle":
        if "w" in mode or "a" in mode or "+" in mode:
            raise PermissionError(path)
        return _Handle(self._source.open(), self._head, self)

    def isfile(self, path: str) -> bool:
        return bool(path)

    def isdir(self, path: str) -> bool:
        return not path

    def ls(self, path: str) -> list[str]:  # noqa: ARG002
        return []

    def mtime(self, path: str) -> int:  # noqa: ARG002
        return 0

    def rm(self, path: str) -> None:
        raise PermissionError(path)

    def size(self, path: str) -> int:  # noqa: ARG002
        return self._source.size()


class _Handle:
    """One open handle: a failure is kept, and looks to GDAL like the end of the file, which it reports."""

    def __init__(self, stream: BinaryIO, head: bytes, owner: _Bytes) -> None:
        self._stream, self._head, self._owner = stream, head, owner
        self._at = 0

    def __enter__(self) -> "_Handle":
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def read(self, count: int = -1) -> bytes:
        if 0 <= count <= len(self._head) - self._at:
            data = self._head[self._at : self._at + count]
        else:
            data = self._beyond(count)
        self._at += len(data)
        return data

    def _beyond(self, count: int) -> bytes:
        try:
            self._stream.seek(self._at)
            data = self._stream.read(count)
            while data and 0 <= len(data) < count and (more := self._stream.read(count - len(data))):
                data += more
        except Exception as err:  # whatever it is: GDAL would swallow it, and it is raised when the dataset is closed
            self._owner.failure = self._owner.failure or err
            return b""
        return data if count < 0 else data[:count]  # GDAL's buffer has that size

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        try:
            if whence == io.SEEK_SET:
                self._at = max(0, offset)
            else:
                self._at = max(0, offset + {io.SEEK_CUR: self._at, io.SEEK_END: self._owner.size("")}[whence])
        except Exception as err:  # whatever it is: GDAL would swallow it, and it is raised when the dataset is closed
            self._owner.failure = self._owner.failure or err
            return 0
        return self._at

    def tell(self) -> int:
        return self._at
