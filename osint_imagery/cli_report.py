"""The command that finds a claim file's report, or sets it on paper."""

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path

from osint_imagery.core.errors import EvidenceExistsError, InputError
from osint_imagery.core.writing import write_atomic
from osint_imagery.evidence.claim_file import ClaimFile
from osint_imagery.report.html import html_report
from osint_imagery.report.pdf import pdf_report, typesetter
from osint_imagery.workflow.reopening import opened
from osint_imagery.workflow.reporting import PAGE, PAPER, Reported, add_paper, report_of_dossier
from osint_imagery.workflow.standing_page import report

__all__ = ["add_report_command"]


def add_report_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the program's own."""
    parser = commands.add_parser("report", help="say where a claim file's report is, or set it as PDF (extra: pdf)")
    parser.add_argument("dossier", help="folder of the closed claim file")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--pdf", action="store_true", help="add report.pdf to the claim file; its ledger records it")
    where.add_argument(
        "--out", metavar="FILE", help="write a copy instead: .html or .pdf; the claim file stays as it is"
    )
    where.add_argument(
        "--now", metavar="FILE", help="write a page (.html) of what stands now: corrections and reviews included"
    )
    parser.add_argument(
        "--by", metavar="NAME", help="with --pdf: reopen the claim file in this name, and close it again"
    )
    parser.add_argument("--json", action="store_true", help="print a machine-readable result")
    parser.set_defaults(command=_report)


def _report(options: argparse.Namespace) -> int:
    for given, kinds in ((options.out, (".html", ".pdf")), (options.now, (".html",))):
        if given:
            _refuse(Path(given), kinds)
    if options.now:
        return _standing(options)
    found = report_of_dossier(options.dossier)
    folder = Path(options.dossier)
    if options.out:
        path = _written(Path(options.out), found)
    elif options.pdf and not (folder / PAPER).exists():
        path = _added(options, found)
    else:
        path = folder / (PAPER if options.pdf else PAGE)
    size = path.stat().st_size
    if options.json:
        body = {"report": str(path), "bytes": size, "made": found.content.created, "not_in_it": list(found.later)}
        print(json.dumps(body, indent=2, ensure_ascii=False))
    else:
        print(f"{path}: {size / 1e6:.2f} MB, made {found.content.created}")
        if found.later:
            print(f"not in it, since it came later: {', '.join(found.later)}; --now FILE writes what stands")
    return 0


def _standing(options: argparse.Namespace) -> int:
    write_atomic(Path(options.now), report(options.dossier).encode())
    print(json.dumps({"report": options.now}) if options.json else f"{options.now}: what stands now")
    return 0


def _refuse(out: Path, kinds: tuple[str, ...]) -> None:
    if out.suffix.lower() not in kinds:
        msg = f"{str(out)!r} has suffix {out.suffix!r}; end it in {' or '.join(kinds)}"
        raise InputError(msg)
    if out.exists():
        msg = f"{str(out)!r} exists; nothing is overwritten, name another file"
        raise EvidenceExistsError(msg)


def _written(out: Path, found: Reported) -> Path:
    paper = out.suffix.lower() == ".pdf"
    write_atomic(out, pdf_report(found.content) if paper else html_report(found.content).encode())
    return out


def _added(options: argparse.Namespace, found: Reported) -> Path:
    typesetter()  # before the claim file is reopened, which its ledger never forgets
    with opened(options.dossier, by=options.by, reason="the report is set as PDF"):
        return add_paper(ClaimFile.open(options.dossier), found.content, clock=lambda: datetime.now(UTC))
