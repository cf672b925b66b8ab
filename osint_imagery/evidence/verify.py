"""Check a dossier offline: every byte of every file, the chain, the records, and what was left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from os import PathLike
from pathlib import Path
from time import sleep
from typing import NoReturn

from osint_imagery.core.arguments import require
from osint_imagery.core.claim import Claim, read_claim
from osint_imagery.core.errors import ClaimError, VerificationError
from osint_imagery.core.lineage import digest_file
from osint_imagery.core.writing import leftovers_of
from osint_imagery.evidence.assessing import check_assessments
from osint_imagery.evidence.check_dossier import check_head, content, disagreements, one_line, strange_leftovers
from osint_imagery.evidence.check_records import check_records
from osint_imagery.evidence.folder import PARTIAL, empty_folders, files_of
from osint_imagery.evidence.furniture import strange_furniture
from osint_imagery.evidence.history import history, outdated
from osint_imagery.evidence.ledger import (
    HEAD,
    LEDGER,
    Entry,
    is_closed,
    is_shut,
    parse,
)
from osint_imagery.evidence.ledger_bodies import (
    Closed,
    RecordAdded,
    SceneOffered,
    SearchMade,
    StoredFile,
)
from osint_imagery.evidence.ledger_file import LOCK
from osint_imagery.evidence.review_check import check_people
from osint_imagery.evidence.seal_copies import copies_of, cut_copies
from osint_imagery.evidence.sealed import check_seals

__all__ = ["Verification", "verify"]

_PATIENCE, _PAUSE_S = 20, 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was checked and held.

    Parameters
    ----------
    path : Path
        The dossier.
    claim_id : str
        Its claim.
    claim_digest : str
        Digest of the claim file, registered first.
    entries, files, records, scenes : int
        Ledger entries; files whose bytes were compared; evidence records; scenes offered.
    head : str
        Digest of the last entry: whoever kept it elsewhere can tell that nothing was taken off the end.
    closed : bool
        Whether the dossier is complete and lists all its files.
    assessments : int
        Assessments, each made again from its records and compared, but for `not_recomputed`.
    not_recomputed : tuple of str
        Assessments made by other rules than this version's: their bytes are those recorded, and no more was checked.
    seals : tuple of str
        Who signed or timestamped which state, and what came after.
    notes : tuple of str
        What a reader should know though it is no fault: unrecorded files of an interrupted run, for example.
    """

    path: Path
    claim_id: str
    claim_digest: str
    entries: int
    files: int
    records: int
    scenes: int
    head: str
    closed: bool
    assessments: int = 0
    not_recomputed: tuple[str, ...] = ()
    seals: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def _repr_html_(self) -> str:
        return f"<pre>{escape(repr(self))}</pre>"

    def __repr__(self) -> str:
        state = "closed" if self.closed else "open: files and entries may still be added"
        except_for = f", but NOT RECOMPUTED: {', '.join(self.not_recomputed)}" if self.not_recomputed else ""
        again = self.assessments - len(self.not_recomputed)
        lines = [
            f"{self.path.resolve().name}: verified ({state}){except_for}",
            f"  claim {self.claim_id}, registered first as {self.claim_digest}",
            f"  {self.entries} ledger entries chained, {self.files} files compared byte for byte by SHA-256",
            f"  {self.records} evidence records re-read, {self.scenes} scenes offered",
            f"  {again} of {self.assessments} assessments made again from the records",
            f"  head {self.head}",
            *(f"  {seal}" for seal in self.seals or ("not signed, not timestamped",)),
            *(f"  note: {note}" for note in self.notes),
        ]
        return "\n".join(lines)


def verify(path: str | Path, *, roots: Sequence[str | Path] = ()) -> Verification:
    """Check a dossier, offline.

    Parameters
    ----------
    path : str or Path
        The folder.
    roots : sequence of str or Path
        Root certificates (PEM) of the timestamp authorities that you trust.

    Returns
    -------
    Verification
        What was checked, with notes.

    Raises
    ------
    VerificationError
        If anything is not as the ledger says; ``.problems`` names every file concerned.

    Notes
    -----
    Who rewrites the whole ledger makes another dossier that verifies: keep the head digest elsewhere, signed
    or timestamped, to be able to tell.
    """
    require(str | PathLike, path=path)
    folder = Path(path)
    for _ in range(_PATIENCE):
        held, state = (folder / LOCK).exists(), _state(folder)
        try:
            return _check(folder, roots)
        except VerificationError:
            if not (held or (folder / LOCK).exists() or state != _state(folder)):
                raise
            sleep(_PAUSE_S)  # another program writes to it: what was read belongs to two states
    return _check(folder, roots)


def _state(folder: Path) -> tuple[bytes, ...]:
    """Return what every change of a dossier changes."""
    return tuple(path.read_bytes() if path.is_file() else b"" for path in (folder / HEAD, folder / LEDGER))


def _check(folder: Path, roots: Sequence[str | Path]) -> Verification:
    ledger = folder / LEDGER
    if not ledger.is_file():
        _refuse(folder, (f"{LEDGER}: missing; this is not a dossier, or its ledger was deleted",))
    head = _stated_head(folder)  # before the ledger: lines that are added between the two are not missed
    data = ledger.read_bytes()
    entries, broken = parse(data)
    if broken or not entries:
        _refuse(folder, broken or (f"{LEDGER}: empty",))
    plain = [entry.model_dump(mode="json") for entry in entries]
    altered, behind = check_head(head or b"", plain, content(str(folder), leftovers_of(HEAD)[0]))
    problems = (*altered, *strange_leftovers(str(folder), data, plain), *disagreements(str(folder), plain))
    held, bad, notes = _files(folder, entries)
    problems += bad
    claim, unread = _claim(folder, entries, held)
    problems += unread
    sealed, unsound, unchecked = check_seals(folder, entries, roots)
    problems += unsound
    wrong, told = check_records(folder, entries, held)
    problems += wrong
    faults, remarks = check_people(folder, entries, held)
    unfounded, about, skipped = check_assessments(folder, entries, held)
    problems += (*faults, *unfounded)
    told += (*remarks, *about, *strange_furniture(entries))
    if problems or claim is None:
        _refuse(folder, problems)
    told += tuple(note for entry in entries if isinstance(entry.body, SearchMade) for note in entry.body.notes)
    offered = [entry.body for entry in entries if isinstance(entry.body, SceneOffered)]
    return Verification(
        path=folder,
        claim_id=claim.id,
        claim_digest=_first(entries).digest,
        entries=len(entries),
        files=len(held),
        assessments=sum(entry.kind == "assessment_added" for entry in entries),
        not_recomputed=skipped,
        records=sum(isinstance(entry.file, RecordAdded) for entry in entries),
        scenes=len(offered),
        head=entries[-1].digest,
        closed=is_closed(entries),
        seals=tuple(map(one_line, sealed)),
        notes=tuple(map(one_line, (*behind, *notes, *history(entries), *told, *outdated(entries), *unchecked))),
    )


def _refuse(folder: Path, problems: tuple[str, ...]) -> NoReturn:
    problems = tuple(map(one_line, problems))  # a file's name must not make lines of its own
    count = f"{len(problems)} problem{'' if len(problems) == 1 else 's'}"
    msg = f"path={str(folder)!r} does not verify, {count}: {'; '.join(problems[:5])}"
    raise VerificationError(msg, problems)


def _first(entries: Sequence[Entry]) -> StoredFile:
    body = entries[0].body
    if not isinstance(body, StoredFile):
        msg = f"{LEDGER} does not begin with the claim"
        raise VerificationError(msg, (msg,))
    return body


def _stated_head(folder: Path) -> bytes | None:
    path = folder / HEAD
    return path.read_bytes() if path.is_file() and not path.is_symlink() else None


def _files(folder: Path, entries: Sequence[Entry]) -> tuple[frozenset[str], tuple[str, ...], tuple[str, ...]]:
    """Return the files whose bytes hold, the problems and the notes."""
    there, odd = files_of(folder)
    halves = cut_copies(folder, entries)
    there = tuple(name for name in there if name not in {*copies_of(entries), *halves})
    problems = [f"{name}: is a link or a device, not a file" for name in odd]
    promised = [file for entry in entries if (file := entry.file) is not None]
    closings = [entry.body for entry in entries if isinstance(entry.body, Closed)]
    listed = [file for closing in closings for file in closing.files]
    shut = is_shut(entries)
    held, bad = set(), set()
    for file in dict.fromkeys((*promised, *listed), None):
        wrong = _differs(folder, file, odd)
        if wrong:
            bad.add(f"{file.path}: {wrong}")
        else:
            held.add(file.path)
    extra = [name for name in there if name not in {file.path for file in (*promised, *listed)}]
    if shut:
        problems += [f"{name}: is not listed in the closed ledger" for name in extra]
        unlisted = {file.path for file in promised} - {file.path for file in closings[-1].files}
        problems += [f"{name}: was recorded, but the closing entry does not list it" for name in sorted(unlisted)]
    left = "left by an interrupted run"
    notes = [] if shut else [f"unrecorded file {name}: {left}, or still to be added" for name in extra]
    halves += tuple(sorted(name for name in PARTIAL if (folder / name).exists()))
    notes += [f"partial file {name}: {left}" for name in halves]
    notes += [f"empty folder {name}: holds nothing that an entry could record" for name in empty_folders(folder)]
    if closings:
        notes += [f"{name} had no entry of its own before the closing" for name in closings[-1].unrecorded]
    return frozenset(held), (*problems, *sorted(bad)), tuple(notes)


def _differs(folder: Path, file: StoredFile, odd: Sequence[str]) -> str:
    """Return what is wrong with a file's bytes; empty where they are the promised ones."""
    path = folder / file.path
    if file.path in odd or any(file.path.startswith(f"{name}/") for name in odd) or not path.is_file():
        return "missing"
    try:
        size, digest = path.stat().st_size, digest_file(path)
    except OSError as err:
        return f"cannot be read ({err.strerror})"
    if size != file.size:
        return f"was altered: has {size} bytes, {file.size} were recorded"
    return "" if digest == file.digest else f"was altered: recorded {file.digest}, now {digest}"


def _claim(folder: Path, entries: Sequence[Entry], held: frozenset[str]) -> tuple[Claim | None, tuple[str, ...]]:
    """Return the claim, and why it cannot be read; neither where its bytes are not those recorded, which is said."""
    name = _first(entries).path
    if name not in held:
        return None, ()
    try:
        return read_claim(folder / name), ()
    except ClaimError as err:
        return None, (f"{name}: {err}",)
