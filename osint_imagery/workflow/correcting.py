"""Take a scene or a record of a claim file back, and say anew what follows: assessment and page."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from osint_imagery.core.arguments import require
from osint_imagery.core.errors import InputError, MissingAssetError
from osint_imagery.core.lineage import Artifact, digest_bytes, digest_file
from osint_imagery.core.showing import pairs_html
from osint_imagery.core.timespan import iso, utc
from osint_imagery.evidence.assessed_parts import Withdrawn
from osint_imagery.evidence.claim_file import ClaimFile
from osint_imagery.evidence.claim_file_correction import refuse_other
from osint_imagery.evidence.history import is_evidence, named, superseded
from osint_imagery.evidence.ledger import Entry
from osint_imagery.evidence.ledger_bodies import Reopened
from osint_imagery.evidence.reasoning import Custody
from osint_imagery.evidence.record import EvidenceRecord, read_record
from osint_imagery.evidence.recorded import entry_of, withdrawn_records
from osint_imagery.workflow.assessing import SOFTWARE, Clock, assess, now
from osint_imagery.workflow.standing_page import report

__all__ = ["Corrected", "correct"]

_SUFFIX = " (correction)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """What a correction led to.

    Parameters
    ----------
    path : Path
        The claim file.
    withdrawn : tuple of Withdrawn
        All records that do not stand now, each with the reason; of this correction and of earlier ones.
    assessment : str
        The new assessment, in the claim file.
    page : str
        The page that takes the place of the earlier report, in the claim file.
    head : str
        Digest of the ledger's last entry.
    closed : bool
        Whether the claim file is closed, as it was before.
    """

    path: Path
    withdrawn: tuple[Withdrawn, ...]
    assessment: str
    page: str
    head: str
    closed: bool

    def _repr_html_(self) -> str:
        gone = (("withdrawn", f"{one.record}: {one.reason}") for one in self.withdrawn)
        rows = (("page", self.page), ("assessment", self.assessment), ("head", self.head), ("closed", self.closed))
        return pairs_html((("claim file", self.path), *gone, *rows))


def correct(
    dossier: str | Path,
    *,
    withdraw: str,
    reason: str,
    by: str = "not stated",
    replace_with: str | Path | None = None,
    clock: Clock = now,
) -> Corrected:
    """Withdraw a scene or a record of a claim file, or replace a record, and make what follows anew.

    Nothing is taken away: the entry and its file stay, and the ledger says who withdrew them, when and why. A record
    that rests on a withdrawn scene, as one of the two that it compares or in its quiet pairs, does not stand.
    Assessment and report are superseded; a new assessment and a page that tells what stands are added. A closed claim
    file is reopened for it and closed again.

    Parameters
    ----------
    dossier : str or Path
        Folder of the claim file; it must verify.
    withdraw : str
        Id of a scene, or id or path of a record.
    reason, by : str
        Why, and who says so.
    replace_with : str or Path, optional
        File of the record that takes the place of a record; of the same claim and prediction. Its figures are taken
        from ``figures`` beside the folder in which it lies.
    clock : callable
        Returns the current time, UTC.

    Returns
    -------
    Corrected

    Raises
    ------
    VerificationError
        If the claim file does not verify.
    InputError
        If nothing of that name stands in the claim file, or the replacement is of another claim or prediction.
    MissingAssetError
        If the replacement, or a figure that it shows, is not there.

    Notes
    -----
    A run that was killed leaves a claim file that verifies and is open; the same call again goes on where it stopped.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> import osint_imagery as oi
    >>> claim = oi.read_claim(oi.bundled("port/claim.yaml"))
    >>> with TemporaryDirectory() as folder:
    ...     dossier = oi.investigate(claim, oi.bundled("port/catalog.json"), out=Path(folder, "dossier"))
    ...     done = correct(dossier.path, withdraw="port-20240526", reason="the provider withdrew it", by="A. Reporter")
    >>> [(one.prediction, one.scene) for one in done.withdrawn], done.page, done.closed
    ([('shed', 'port-20240526'), ('launcher', 'port-20240526')], 'report-corrected-0001.html', True)
    """
    require(str | PathLike, dossier=dossier)
    require(str, withdraw=withdraw, reason=reason, by=by)
    require(str | PathLike | None, replace_with=replace_with)
    folder = ClaimFile.open(dossier)
    opening = Reopened(by=by, reason=f"{reason.strip()}{_SUFFIX}") if reason.strip() and by.strip() else None
    started = _started(folder.entries, opening)
    target = _target(folder.entries, withdraw, started=started)
    record = _replacement(folder, target, Path(replace_with)) if replace_with is not None else None
    if folder.is_closed and opening is not None:
        folder.reopen(opening.by, opening.reason, at=clock())
        started = folder.entries[-1]
    if target.index not in superseded(folder.entries) or started is None:
        if record is not None:
            record = _with_figures(folder, record, Path(str(replace_with)), clock)
        folder.correct(target.index, reason, by, at=clock(), record=record)
    _follow(folder, clock)
    if started is not None:
        folder.close(at=clock())
    names = {entry.kind: entry.file.path for entry in folder.entries if entry.file is not None}
    return Corrected(
        path=folder.path,
        withdrawn=withdrawn_records(folder.path, folder.entries),
        assessment=names["assessment_added"],
        page=names["report_added"],
        head=folder.head,
        closed=folder.is_closed,
    )


def _started(entries: Sequence[Entry], opening: Reopened | None) -> Entry | None:
    """Return the reopening of this very correction where it was killed before it closed the claim file again."""
    last = next((entry for entry in reversed(entries) if entry.kind in {"reopened", "closed"}), None)
    return last if last is not None and last.body == opening else None


def _target(entries: Sequence[Entry], name: str, *, started: Entry | None) -> Entry:
    """Return the entry that a name means: of a scene or a record, not taken back yet."""
    gone = superseded(entries[: started.index] if started is not None else entries)
    known = [entry for entry in entries if is_evidence(entry) and entry.index not in gone]
    found = [entry for entry in known if name in {named(entry), *_names(entry)}]
    if not found:
        names = ", ".join(dict.fromkeys(next(iter(_names(entry)), named(entry)) for entry in known)) or "none"
        msg = f"withdraw={name!r} is neither a scene nor a record that stands in this claim file; these are: {names}"
        raise InputError(msg)
    return found[-1]


def _names(entry: Entry) -> tuple[str, ...]:
    added = entry.file
    return () if added is None else (added.path, getattr(added, "record_id", added.path))


def _replacement(folder: ClaimFile, target: Entry, path: Path) -> EvidenceRecord:
    """Read the record that is to take the place of another, before anything is written."""
    if not path.is_file():
        msg = f"replace_with={str(path)!r} is not a file; give the .json of a record"
        raise MissingAssetError(msg)
    record = read_record(path.read_bytes())
    refuse_other(folder.path, folder.entries, target, record)
    for item in record.artifacts:
        source = path.resolve().parent.parent / "figures" / item.name
        if not source.is_file() or digest_file(source) != item.digest:
            msg = f"replace_with={path.name!r} shows {item.name}, which is not at figures/ beside it; put it there"
            raise MissingAssetError(msg)
    return record


def _with_figures(folder: ClaimFile, record: EvidenceRecord, path: Path, clock: Clock) -> EvidenceRecord:
    """Take the record's figures in, under names that no other figure has, and say where the record came from."""
    shown = []
    with tempfile.TemporaryDirectory() as scratch:
        for item in record.artifacts:
            name = item.name
            held = entry_of(folder.entries, f"figures/{name}")
            if held is not None and held.file is not None and held.file.digest != item.digest:
                name = f"{Path(name).stem}-{item.digest[7:15]}{Path(name).suffix}"
            copy = Path(scratch) / name
            copy.write_bytes((path.resolve().parent.parent / "figures" / item.name).read_bytes())
            artifact = Artifact(path=copy, digest=item.digest, media_type=item.media_type, shows=item.shows)
            folder.add_figure(artifact, at=clock())
            shown.append(artifact)
    told = f"taken over from the file {path.name} ({digest_bytes(path.read_bytes())}) to replace another record"
    return record.taken_over(Custody(at=iso(utc(clock())), who=SOFTWARE, what=told), shown)


def _follow(folder: ClaimFile, clock: Clock) -> None:
    """Add the new assessment and the new page, where a run that was killed has not added them yet."""
    last = max(entry.index for entry in folder.entries if entry.kind == "correction")
    since = {entry.kind for entry in folder.entries[last:]}
    if "assessment_added" not in since:
        folder.add_assessment(assess(folder, clock=clock), at=clock())
    if "report_added" not in since:
        _add_page(folder, clock)


def _add_page(folder: ClaimFile, clock: Clock) -> None:
    names = [entry.file.path for entry in folder.entries if entry.file is not None]
    number = 1 + sum(name.startswith("report-corrected-") for name in names)
    with tempfile.TemporaryDirectory() as scratch:
        page = Path(scratch) / f"report-corrected-{number:04d}.html"
        page.write_text(report(folder.path, clock=clock), encoding="utf-8")
        folder.add_report(page, "what stands after the correction, one self-contained page", at=clock())
