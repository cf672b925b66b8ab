"""The report of a claim file: kept in it as data and as a page, and set on paper where that is asked for."""

from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from osint_imagery.core.arguments import require
from osint_imagery.core.errors import InputError
from osint_imagery.evidence.claim_file import ClaimFile
from osint_imagery.evidence.folder import write_new
from osint_imagery.evidence.standing import Standing
from osint_imagery.report.content import ReportContent
from osint_imagery.report.html import html_report
from osint_imagery.report.pdf import pdf_report
from osint_imagery.report.stored import STORED, read_content, stored_content
from osint_imagery.workflow.assessing import Clock

__all__ = ["PAGE", "PAPER", "Reported", "add_paper", "add_reports", "report_of_dossier"]

PAGE, PAPER = "report.html", "report.pdf"
_LATER = {
    "correction": "corrections",
    "record_added": "records",
    "annotations_added": "marks of analysts",
    "review_added": "reviews of second readers",
    "assessment_added": "assessments",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reported:
    """The report that a claim file holds.

    Parameters
    ----------
    content : ReportContent
        What it says.
    later : tuple of str
        What has come into the claim file since it was made, and so is not in it.
    """

    content: ReportContent
    later: tuple[str, ...]


def add_reports(folder: ClaimFile, content: ReportContent, *, pdf: bool, clock: Clock) -> None:
    """Write the report as data and as a page, and on paper where that is asked for, and record each.

    Raises
    ------
    InputError
        If `pdf` is asked for and the extra ``pdf`` is not installed.
    """
    _add(folder, STORED, stored_content(content, folder.path), "what the report says, as data", clock=clock)
    _add(folder, PAGE, html_report(content).encode(), "the report, one self-contained page", clock=clock)
    if pdf:
        add_paper(folder, content, clock=clock)


def add_paper(folder: ClaimFile, content: ReportContent, *, clock: Clock) -> Path:
    """Write the report as a PDF into an open claim file, and record it."""
    return _add(folder, PAPER, pdf_report(content), "the report as tagged PDF (PDF/UA-1)", clock=clock)


def _add(folder: ClaimFile, name: str, data: bytes, shows: str, *, clock: Clock) -> Path:
    return folder.add_report(write_new(folder.path, name, data), shows, at=clock())


def report_of_dossier(dossier: str | Path) -> Reported:
    """Return the report that a claim file holds, after verifying it.

    Raises
    ------
    VerificationError
        If the claim file does not verify.
    InputError
        If it holds no report as data: versions before this one did not keep it.
    """
    require(str | PathLike, dossier=dossier)
    folder = Path(dossier)
    if not folder.is_dir():
        msg = f"dossier={str(dossier)!r} is not a folder; give the folder of a claim file"
        raise InputError(msg)
    standing = Standing.of(folder)
    place = next((at for at, entry in enumerate(standing.entries) if entry.file and entry.file.path == STORED), None)
    if place is None:
        msg = f"dossier={str(dossier)!r} has no {STORED}; its report.html stands, for another one investigate again"
        raise InputError(msg)
    content = read_content((folder / STORED).read_bytes(), standing.claim, folder)
    since = [entry.kind for entry in standing.entries[place:]]
    later = tuple(f"{since.count(kind)} {words}" for kind, words in _LATER.items() if kind in since)
    return Reported(content=content, later=later)
