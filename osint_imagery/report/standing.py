"""The page of what stands in a claim file: what was withdrawn, what was reviewed, and what the rest says."""

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from osint_imagery.core.claim import Claim
from osint_imagery.core.texts import TEMPLATES, WEIGHING
from osint_imagery.core.timespan import iso
from osint_imagery.evidence.assessed import Assessment
from osint_imagery.evidence.items import withdrawn_words
from osint_imagery.evidence.recorded import Recorded
from osint_imagery.evidence.review import ReviewRecord
from osint_imagery.report.html import direction, page_of, read_part, style_digest
from osint_imagery.report.reviews import review_views
from osint_imagery.report.weighed import weighed_view

__all__ = ["RecordRow", "StandingContent", "standing_page"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRow:
    """A record as the page shows it: whether it stands, why not, and what it says where it does."""

    path: str
    prediction: str
    predicted: str
    answer: str
    stands: bool
    why: str
    sentence: str
    ratio: str
    unseen: str

    @classmethod
    def of(cls, one: Recorded) -> "RecordRow":
        """Return the row of a record of a claim file."""
        record = one.record
        return cls(
            path=one.body.path,
            prediction=record.propositions.prediction,
            predicted=record.propositions.prediction_text,
            answer=record.answer,
            stands=one.withdrawn is None,
            why=WEIGHING["stands"] if one.withdrawn is None else withdrawn_words(one.withdrawn),
            sentence=" ".join(item.statement for item in record.judgments) or record.reason,
            ratio=record.ratio_sentence,
            unseen=record.not_visible,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingContent:
    """What the page says.

    Parameters
    ----------
    claim : Claim
        What was checked.
    history : tuple of str
        Every correction and reopening, in words.
    replaced : tuple of str
        The pages whose place it takes.
    reviews : tuple of ReviewRecord
        By second readers.
    records : tuple of RecordRow
        All, also those that do not stand.
    assessment : Assessment
        Of those that stand.
    stored : bool
        Whether the claim file holds it.
    banners : tuple of (str, str)
        Warnings that stand on top: a short word and a sentence.
    created : datetime
        When it is made, aware.
    software, ledger_head, where : str
        By what; the ledger's last digest before it; the folder as a reader will type it.
    """

    claim: Claim
    history: tuple[str, ...]
    replaced: tuple[str, ...]
    records: tuple[RecordRow, ...]
    assessment: Assessment
    stored: bool
    banners: tuple[tuple[str, str], ...]
    reviews: tuple[ReviewRecord, ...]
    created: datetime
    software: str
    ledger_head: str
    where: str


def standing_page(content: StandingContent) -> str:
    """Return a self-contained HTML page; like the report it holds no script, fetches nothing and escapes all text."""
    style = read_part("page.css")
    return page_of("standing.html.j2").render(
        report=content,
        claim=content.claim,
        style=Markup(style),  # noqa: S704 - our own file, no outside text
        policy=style_digest(style),
        reading=direction(content.claim.language),
        reviewed=review_views(content.reviews),
        weighing=weighed_view(content.assessment),
        created=iso(content.created),
        command=TEMPLATES["verify"].format(where=content.where, head=""),
    )
