"""Attach a claim file's detection report to a Markdown file, a ClaimReview or a claim.yaml; or take it out again."""

from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from osint_imagery.core.arguments import require, require_each
from osint_imagery.core.errors import (
    EvidenceExistsError,
    InputError,
    MissingAssetError,
    VerificationError,
)
from osint_imagery.core.lineage import digest_bytes, digest_file
from osint_imagery.core.showing import pairs_html
from osint_imagery.core.writing import write_atomic
from osint_imagery.evidence.attach_json import Spliced, insert_reports, strip_reports
from osint_imagery.evidence.attach_text import Block, put_block, strip_blocks, take_block
from osint_imagery.evidence.detection_report import DetectionReport, report_of
from osint_imagery.evidence.ledger import LEDGER
from osint_imagery.evidence.standing import Standing

__all__ = ["Attachment", "attach", "detach"]

_TEXT = {".md": False, ".markdown": False, ".yaml": True, ".yml": True}
_JSON = frozenset({".json", ".jsonld"})
Pictures = tuple[tuple[str, str], ...]
"""Relative path and digest of each picture beside a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """What was attached or taken out.

    Parameters
    ----------
    path : Path
        The file.
    figures : tuple of Path
        Pictures beside it that were written, or removed.
    changed : bool
        Whether the file's bytes changed.
    key : str
        Identity of the report.
    """

    path: Path
    figures: tuple[Path, ...]
    changed: bool
    key: str

    def _repr_html_(self) -> str:
        figures = ", ".join(path.name for path in self.figures)
        return pairs_html((("file", self.path), ("changed", self.changed), ("figures", figures), ("report", self.key)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """A file without our reports, and the reports it held, by key."""

    original: bytes
    reports: dict[str, Block | Spliced]


def attach(dossier: str | Path, target: str | Path, *, acknowledge: Sequence[str] = ()) -> Attachment:
    """Attach the detection report of a closed claim file: figure, three statements, citation, record digest.

    Parameters
    ----------
    dossier : str or Path
        Folder of the claim file; it must verify and be closed.
    target : str or Path
        Markdown (``.md``), ClaimReview JSON-LD (``.json``, ``.jsonld``), or the claim file ``.yaml`` itself that the
        dossier was made from. What stands in it is kept byte for byte; pictures go into a folder beside it.
    acknowledge : sequence of str
        Licences with restricted use whose terms you have read and meet, ``("CC-BY-NC-4.0",)``.

    Returns
    -------
    Attachment
        Attaching twice changes nothing the second time; a corrected dossier's report takes the old one's place in the
        file, whatever was written above and below it.

    Raises
    ------
    VerificationError
        If the dossier does not verify, or an attached report was changed by hand.
    LicenseError
        If scenes are under restricted terms that are not acknowledged.
    InputError
        If the target is of another kind, lies inside a dossier, or is another claim's file.
    EvidenceExistsError
        If another file lies where a picture would go.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "note.txt")
    ...     _ = path.write_text("A note.")
    ...     attach("dossier", path)
    Traceback (most recent call last):
    osint_imagery.core.errors.InputError: target='note.txt' is neither .md, .yaml nor .json; give one of these
    """
    require(str | PathLike, dossier=dossier, target=target)
    acknowledge = require_each(str, acknowledge=acknowledge)
    path = _target(target)
    standing = Standing.of(dossier)
    report = report_of(standing, standing.terms(acknowledge, whole=False))
    before = path.read_bytes()
    held = _read(path, before)
    if path.suffix.lower() in {".yaml", ".yml"} and digest_bytes(held.original) != standing.claim.digest:
        msg = f"target={path.name!r} is not the claim that the dossier registered: give that of {standing.claim.digest}"
        raise InputError(msg)
    folder = f"{path.stem}.figures"
    old = held.reports.get(report.key)
    pictures = {f"{folder}/{item.name}": (standing.folder / item.source, item.digest) for item in report.figures}
    after = _with(path, before, held, _shown(path, report, quote(folder)))
    written = _place(path.parent, pictures)
    if after != before:
        write_atomic(path, after)
    if old is not None:
        _take_away(path.parent, tuple(item for item in _pictures(old) if item[0] not in pictures))
    return Attachment(path=path, figures=written, changed=after != before, key=report.key)


def detach(dossier: str | Path, target: str | Path) -> Attachment:
    """Take a claim file's report out of a file again; what is left has the bytes it would have without it.

    An editor that wrote other line ends, or took the last one away, is not in the way: what is left has the line ends
    that the file has now.

    Parameters
    ----------
    dossier : str or Path
        Folder of the claim file.
    target : str or Path
        The file.

    Raises
    ------
    InputError
        If no report of this claim file is attached.
    VerificationError
        If the report or one of its pictures was changed by hand.
    """
    require(str | PathLike, dossier=dossier, target=target)
    path = _target(target)
    standing = Standing.of(dossier)
    key = report_of(standing, ()).key
    before = path.read_bytes()
    held = _read(path, before)
    if key not in held.reports:
        msg = f"target={path.name!r} holds no report of claim {standing.claim.id!r}; nothing to remove"
        raise InputError(msg)
    rest = {name: item for name, item in held.reports.items() if name != key}
    own = _pictures(held.reports[key])
    shared = {name for item in rest.values() for name, _ in _pictures(item)}
    gone = tuple(item for item in own if item[0] not in shared)
    _unaltered(path.parent, gone)
    write_atomic(path, _without(path, before, held, key))
    return Attachment(path=path, figures=_take_away(path.parent, gone), changed=True, key=key)


def _target(target: str | Path) -> Path:
    path = Path(target)
    if path.suffix.lower() not in {*_TEXT, *_JSON}:
        msg = f"target={path.name!r} is neither .md, .yaml nor .json; give one of these"
        raise InputError(msg)
    if not path.is_file():
        msg = f"target={str(target)!r} is not a file; write it first, the report is attached to what is there"
        raise MissingAssetError(msg)
    if any((parent / LEDGER).exists() for parent in path.resolve().parents):
        msg = f"target={path.name!r} lies inside a claim file, whose bytes never change; attach to a copy elsewhere"
        raise InputError(msg)
    return path.resolve() if path.is_symlink() else path  # the file changes, the link stays one


def _read(path: Path, data: bytes) -> _Held:
    if path.suffix.lower() in _TEXT:
        original, blocks = strip_blocks(data, name=path.name)
        return _Held(original=original, reports={block.key: block for block in blocks})
    try:
        text, spliced = strip_reports(data.decode("utf-8"))
    except UnicodeDecodeError as err:
        msg = f"target={path.name!r} is not UTF-8 ({err}); save it as UTF-8 first"
        raise InputError(msg) from err
    return _Held(original=text.encode(), reports={item.key: item for item in spliced})


def _shown(path: Path, report: DetectionReport, folder: str) -> Block | Spliced:
    if path.suffix.lower() in _JSON:
        return Spliced(key=report.key, node=report.json_ld(folder))
    figures = tuple((f"{folder}/{item.name}", item.digest.removeprefix("sha256:")) for item in report.figures)
    lines = report.markdown(folder)
    return Block(key=report.key, lines=tuple(line.rstrip() for line in lines), figures=figures)


def _with(path: Path, data: bytes, held: _Held, report: Block | Spliced) -> bytes:
    """Return the file with a report in it, once it is sure that it comes out again to the byte."""
    if isinstance(report, Block):
        after = put_block(data, report, comment=_TEXT[path.suffix.lower()], name=path.name)
    else:
        after = _respliced(held, {**held.reports, report.key: report})
    again = _read(path, after)
    if again.original != held.original or again.reports != {**held.reports, report.key: report}:
        msg = f"target={path.name!r}: the report could not be taken out again as it was put in; the file was left alone"
        raise VerificationError(msg, (msg,))
    return after


def _without(path: Path, data: bytes, held: _Held, key: str) -> bytes:
    if isinstance(held.reports[key], Block):
        return take_block(data, key, name=path.name)
    return _respliced(held, {name: item for name, item in held.reports.items() if name != key})


def _respliced(held: _Held, reports: dict[str, Any]) -> bytes:
    return insert_reports(held.original.decode("utf-8"), tuple(reports.values())).encode()


def _pictures(report: Block | Spliced) -> Pictures:
    if isinstance(report, Block):
        return tuple((unquote(name), f"sha256:{digest}") for name, digest in report.figures)
    images = report.node.get("image", [])
    return tuple((unquote(item["contentUrl"]), f"sha256:{item['sha256']}") for item in images)


def _place(home: Path, pictures: dict[str, tuple[Path, str]]) -> tuple[Path, ...]:
    """Copy pictures beside the file; equal ones are left alone, others refuse everything before a byte is written."""
    for name, (_, digest) in pictures.items():
        if (home / name).exists() and digest_file(home / name) != digest:
            msg = f"path={name!r} holds another picture; nothing is overwritten, move it away"
            raise EvidenceExistsError(msg)
    written = []
    for name, (source, _) in pictures.items():
        if not (home / name).exists():
            (home / name).parent.mkdir(exist_ok=True)
            write_atomic(home / name, source.read_bytes())
            written.append(home / name)
    return tuple(written)


def _unaltered(home: Path, pictures: Pictures) -> None:
    for name, digest in pictures:
        path = (home / name).resolve()
        if not path.is_relative_to(home.resolve()):
            msg = f"path={name!r} lies outside the file's folder; the report was changed by hand"
            raise VerificationError(msg, (msg,))
        if path.exists() and digest_file(path) != digest:
            msg = f"path={name!r} was changed after it was attached; move it away, then remove the report"
            raise VerificationError(msg, (msg,))


def _take_away(home: Path, pictures: Pictures) -> tuple[Path, ...]:
    _unaltered(home, pictures)
    removed = []
    for name, _ in pictures:
        path = home / name
        if path.exists():
            path.unlink()
            removed.append(path)
            if not any(path.parent.iterdir()):
                path.parent.rmdir()
    return tuple(removed)
