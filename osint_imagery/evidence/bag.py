"""A BagIt bag (RFC 8493) in one zip, the same bytes for the same files."""

import hashlib
import io
import zipfile
from collections.abc import Mapping
from datetime import datetime

__all__ = ["bag_zip"]

_ALGORITHMS = ("sha256", "sha512")


def bag_zip(root: str, payload: Mapping[str, bytes], info: Mapping[str, str], *, at: datetime) -> bytes:
    """Return a zip with one bag.

    Parameters
    ----------
    root : str
        Name of the bag's folder.
    payload : mapping of str to bytes
        Files by path under ``data/``.
    info : mapping of str to str
        Lines of ``bag-info.txt`` besides date and size.
    at : datetime
        The time that every file of the zip bears, aware UTC.

    Notes
    -----
    Nothing is compressed: what compression makes differs between versions of the library that does it.

    Examples
    --------
    >>> data = bag_zip("bag", {"a.txt": b"a"}, {}, at=datetime.fromisoformat("2026-01-01T00:00:00Z"))
    >>> zipfile.ZipFile(io.BytesIO(data)).read("bag/manifest-sha256.txt")[:9]
    b'ca978112c'
    """
    octets = sum(len(data) for data in payload.values())
    lines = {**info, "Bagging-Date": f"{at:%Y-%m-%d}", "Payload-Oxum": f"{octets}.{len(payload)}"}
    tags = {
        "bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        "bag-info.txt": "".join(f"{name}: {' '.join(text.split())}\n" for name, text in sorted(lines.items())).encode(),
    }
    files = {f"data/{name}": data for name, data in payload.items()}
    manifests = {f"manifest-{name}.txt": _manifest(files, name) for name in _ALGORITHMS}
    tags = {**tags, **manifests}
    seals = {f"tagmanifest-{name}.txt": _manifest(tags, name) for name in _ALGORITHMS}
    return _zip({f"{root}/{name}": data for name, data in {**tags, **seals, **files}.items()}, at)


def _manifest(files: Mapping[str, bytes], algorithm: str) -> bytes:
    lines = (f"{hashlib.new(algorithm, data).hexdigest()}  {_encoded(name)}\n" for name, data in sorted(files.items()))
    return "".join(lines).encode()


def _encoded(name: str) -> str:
    """Encode what would break a line of a manifest (RFC 8493, section 2.1.3)."""
    return name.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _zip(files: Mapping[str, bytes], at: datetime) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as pack:
        for name, data in sorted(files.items()):
            entry = zipfile.ZipInfo(name, date_time=at.timetuple()[:6])
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            pack.writestr(entry, data)
    return stream.getvalue()
