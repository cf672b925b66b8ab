"""The report page computed again: from the findings that came out now and from what the claim file records."""

import re
from collections.abc import Iterable, Mapping, Sequence
from html import unescape
from pathlib import Path

from osint_imagery.core.claim import Claim
from osint_imagery.core.lineage import Artifact, digest_bytes
from osint_imagery.core.timespan import utc
from osint_imagery.evidence.assessed import read_assessment
from osint_imagery.evidence.differences import Difference, Outcome, judge, moved_numbers, worst
from osint_imagery.evidence.differing_text import Moved
from osint_imagery.evidence.finding import Finding
from osint_imagery.evidence.history import superseded
from osint_imagery.evidence.ledger import Entry
from osint_imagery.evidence.ledger_bodies import SceneOffered
from osint_imagery.evidence.standing import Standing, StandingRecord
from osint_imagery.report.content import Imprint, Picture, report_content
from osint_imagery.report.html import html_report, page_version
from osint_imagery.report.stored import STORED, read_content
from osint_imagery.scenes.catalog import Offer
from osint_imagery.workflow.assessing import SOFTWARE
from osint_imagery.workflow.reproduction import RecordCheck

__all__ = ["check_page"]

PAGE = "report.html"
_MADE = re.compile(r"<dt>Made</dt><dd>(?P<created>\S+) by (?P<software>[^<]+)</dd>")
_FORM = re.compile(r'<meta name="generator" content="osint-imagery page (?P<form>[0-9a-f]{16})">')
_BEFORE = re.compile(r"<dt>Ledger entry before this report</dt><dd><code>(?P<head>sha256:[0-9a-f]{64})</code>")
_WHERE = re.compile(r"<pre>osint-imagery verify (?P<where>[^<]*)</pre>")


def check_page(
    standing: Standing, findings: Mapping[str, Finding], rows: Iterable[Difference] = ()
) -> RecordCheck | None:
    """Make the report page again and compare it line by line; None where there is none that stands.

    Parameters
    ----------
    standing : Standing
        The claim file.
    findings : mapping of str to Finding
        What came out now, by prediction; one that is missing could not be computed.
    rows : iterable of Difference
        Of the records: the page may print the numbers that moved there.

    Notes
    -----
    When, by what and where the page was made are taken from the page; that the ledger entry it names is the one before
    the report is checked, and that the report kept as data gives the same page.
    """
    gone = superseded(standing.entries)
    added = [entry for entry in standing.entries if entry.kind == "report_added" and entry.index not in gone]
    entry = next((one for one in added if one.file is not None and one.file.path == PAGE), None)
    if entry is None:
        return None
    recorded = (standing.folder / PAGE).read_text(encoding="utf-8")
    missing = [item.id for item in standing.claim.predictions if item.id not in findings]
    if missing:
        return _check((), Outcome.UNCHECKED, f"not made again: {', '.join(missing)} could not be computed whole")
    said = [pattern.search(recorded) for pattern in (_MADE, _BEFORE, _WHERE, _FORM)]
    if None in said:
        return _check(
            (), Outcome.UNCHECKED, "not made again: it does not say what wrote it, as pages of this version do"
        )
    created, software, head, where, form = (
        unescape(text) for match in said if match is not None for text in match.groups()
    )
    if (software, form) != (SOFTWARE, page_version()):
        here = f"here is {SOFTWARE}, page {page_version()}"
        return _check((), Outcome.UNCHECKED, f"not made again: made by {software}, page {form}; {here}")
    imprint = Imprint(
        accessed=utc(_accessed(standing.records) or created),
        created=utc(created),
        software=software,
        ledger_head=head,
        where=where,
    )
    again = _page(standing.claim, standing, findings, imprint=imprint, before=standing.entries[: entry.index])
    data = next((one for one in added if one.file is not None and one.file.path == STORED), None)
    first = entry if data is None else min(data, entry, key=lambda one: one.index)
    before = judge("ledger entry before it", head, first.previous or "")
    compared = (before, *_from_data(standing, data, recorded), *_rows(recorded, again, moved_numbers(rows)))
    return _check(compared, worst([row.outcome for row in compared]))


def _from_data(standing: Standing, data: Entry | None, recorded: str) -> tuple[Difference, ...]:
    """Compare the page with what the report kept as data says; nothing where there is none."""
    if data is None:
        return ()
    content = read_content((standing.folder / STORED).read_bytes(), standing.claim, standing.folder)
    digests = [digest_bytes(page.encode()) for page in (recorded, html_report(content))]
    return (judge(f"the page that {STORED} gives", *digests),)


def _check(rows: tuple[Difference, ...], outcome: Outcome, *notes: str) -> RecordCheck:
    return RecordCheck(
        record_id=PAGE, prediction="the report page", path=PAGE, answer="", outcome=outcome, rows=rows, notes=notes
    )


def _accessed(records: Sequence[StandingRecord]) -> str | None:
    return next((scene.accessed for one in records for scene in one.record.scenes), None)


def _page(
    claim: Claim, standing: Standing, findings: Mapping[str, Finding], *, imprint: Imprint, before: Sequence[Entry]
) -> str:
    stored = [entry.file.path for entry in before if entry.kind == "assessment_added" and entry.file is not None]
    return html_report(
        report_content(
            claim,
            tuple(findings[item.id] for item in claim.predictions),
            pictures=tuple(picture for one in standing.records for picture in _pictures(standing.folder, one)),
            offers=tuple(_offer(entry.body) for entry in before if isinstance(entry.body, SceneOffered)),
            imprint=imprint,
            assessment=read_assessment((standing.folder / stored[-1]).read_bytes()) if stored else None,
        )
    )


def _pictures(folder: Path, one: StandingRecord) -> tuple[Picture, ...]:
    """Return the figures as the claim file holds them; ``verify`` compared their bytes."""
    return tuple(
        Picture(
            artifact=Artifact(
                path=folder / "figures" / item.name, digest=item.digest, media_type=item.media_type, shows=item.shows
            ),
            png=(folder / "figures" / item.name).read_bytes(),
            alt=item.shows,
            prediction=one.record.propositions.prediction,
        )
        for item in one.record.artifacts
    )


def _offer(body: SceneOffered) -> Offer:
    return Offer(
        scene_id=body.scene_id,
        acquired=body.acquired.span() if body.acquired is not None else None,
        used=body.used,
        reason=body.reason,
        href=body.href,
        metadata_digest=body.metadata_digest,
    )


def _rows(recorded: str, again: str, moved: Sequence[Moved]) -> tuple[Difference, ...]:
    """Compare two pages line by line; one row for all lines that are the same."""
    old, new = recorded.splitlines(), again.splitlines()
    if len(old) != len(new):
        return (judge("lines.count", len(old), len(new)),)
    pairs = enumerate(zip(old, new, strict=True), 1)
    rows = [judge(f"line {number}", *pair, moved=moved) for number, pair in pairs]
    differing = tuple(row for row in rows if row.outcome is not Outcome.SAME)
    return differing or (judge("all lines", len(old), len(new)),)
