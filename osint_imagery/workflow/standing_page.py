"""The page of what stands in a claim file now: records, assessment, corrections, reviews."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path

from osint_imagery.core.arguments import require
from osint_imagery.core.claim import read_claim
from osint_imagery.core.timespan import utc
from osint_imagery.evidence.assessed import Assessment, read_assessment
from osint_imagery.evidence.history import followers, history
from osint_imagery.evidence.ledger import Entry
from osint_imagery.evidence.ledger_file import read_ledger
from osint_imagery.evidence.recorded import recorded
from osint_imagery.evidence.review import ReviewRecord
from osint_imagery.evidence.strict import read_strictly
from osint_imagery.report.banners import banners_of_records
from osint_imagery.report.standing import RecordRow, StandingContent, standing_page
from osint_imagery.report.stored import STORED
from osint_imagery.workflow.assessing import SOFTWARE, Clock, assess, now

__all__ = ["report"]


def report(dossier: str | Path, *, clock: Clock = now) -> str:
    """Return the page of what stands in a claim file now, with corrections and with the reviews of second readers.

    ``report.html`` tells what stood when the claim was investigated; this page also knows what came after.

    Parameters
    ----------
    dossier : str or Path
        Folder of the claim file; it must verify. It is not changed.
    clock : callable
        Returns the current time, UTC.

    Returns
    -------
    str
        HTML 5, one page that needs no network.

    Raises
    ------
    VerificationError
        If the claim file does not verify.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     report(folder)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    osint_imagery.core.errors.VerificationError: path=... does not verify, 1 problem: ledger.jsonl: missing; ...
    """
    require(str | PathLike, dossier=dossier)
    folder = Path(dossier)
    fresh = assess(folder, clock=clock)
    entries = read_ledger(folder)
    stored = _stored(folder, entries, fresh)
    added = [entry for entry in entries if entry.file is not None]
    reviews = [entry.file.path for entry in added if entry.kind == "review_added" and entry.file is not None]
    told = [entry.file.path for entry in added if entry.kind == "report_added" and entry.file is not None]
    pages = [name for name in told if name != STORED]  # the data stand behind a page and are none
    known = recorded(folder, entries)
    return standing_page(
        StandingContent(
            claim=read_claim(folder / "claim.yaml"),
            history=history(entries),
            replaced=tuple(pages),
            records=tuple(RecordRow.of(one) for one in known),
            assessment=stored or fresh,
            stored=stored is not None,
            banners=banners_of_records([one.record for one in known]),
            reviews=tuple(read_strictly(ReviewRecord, (folder / name).read_bytes(), name) for name in reviews),
            created=utc(clock()),
            software=SOFTWARE,
            ledger_head=entries[-1].digest,
            where=f"{folder.resolve().name}/",
        )
    )


def _stored(folder: Path, entries: Sequence[Entry], fresh: Assessment) -> Assessment | None:
    """Return the last assessment of the claim file where it says what one made now says; None where it does not."""
    made = [
        entry.file.path for entry in followers(entries) if entry.kind == "assessment_added" and entry.file is not None
    ]
    last = read_assessment((folder / made[-1]).read_bytes()) if made else None
    if last is None:
        return None
    alike = fresh.model_copy(
        update={
            "created": last.created,
            "software": last.software,
            "prior": last.prior,
            "updates": last.updates,
        }
    )
    return last if alike.body() == last.body() else None
