"""What a report says, as plain text and numbers, before it becomes a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from osint_imagery.core.claim import Claim
from osint_imagery.core.errors import InputError, TimeError
from osint_imagery.core.lineage import Artifact, digest_bytes
from osint_imagery.core.texts import TEMPLATES
from osint_imagery.core.timespan import iso
from osint_imagery.evidence.assessed import Assessment
from osint_imagery.evidence.finding import Answer, Finding
from osint_imagery.evidence.wording import answer_sentence, bracket_sentence, ratio_sentence, unseen_sentence
from osint_imagery.report.banners import banners_of_findings
from osint_imagery.report.method import Explained, explanations_of, method_of, quiet_of
from osint_imagery.report.sources import Credit, Offered, credit_views, looks_of, offered_of
from osint_imagery.report.tables import DetectionRow, LookRow, detection_rows, nothing_words, withheld_words
from osint_imagery.report.weighed import WeighedView, weighed_view
from osint_imagery.scenes.catalog import Offer

__all__ = ["Imprint", "Picture", "ReportContent", "Section", "report_content"]

_PLAIN = {
    Answer.SEEN: "Seen: something changed here that fits the prediction. Pixels alone do not say what it is.",
    Answer.NOT_SEEN: "Looked, and not seen: usable images were compared, and no change that fits was found.",
    Answer.NOT_OBSERVABLE: "It could not have been seen: the images say nothing for or against this.",
    Answer.UNDETERMINED: "Undetermined: the images do not settle this.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A figure of the report.

    Parameters
    ----------
    artifact : Artifact
        The file in the claim file.
    png : bytes
        The same picture as PNG, to be put into the page.
    alt : str
        What it shows, for someone who cannot see it; it also stands under the picture.
    prediction : str
        Id of the prediction it is about: it then stands with that prediction, else before all of them.
    """

    artifact: Artifact
    png: bytes
    alt: str
    prediction: str = ""

    def __post_init__(self) -> None:
        if not self.alt.strip():
            msg = f"alt={self.alt!r} says nothing; give what the figure shows in words"
            raise InputError(msg)
        if self.artifact.media_type == "image/png" and digest_bytes(self.png) != self.artifact.digest:
            msg = f"png is not the file {self.artifact.path.name!r}: its digest differs; pass the bytes that were saved"
            raise InputError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Imprint:
    """When and by what a report is made, and what it belongs to.

    Parameters
    ----------
    accessed, created : aware datetime
        When the scenes were read, and when the report is made.
    software : str
        Name and version of what made it.
    ledger_head : str
        Digest of the ledger's last entry before the report itself is added to it.
    where : str
        The claim file, as the reader will type it.
    """

    accessed: datetime
    created: datetime
    software: str
    ledger_head: str
    where: str = "dossier/"

    def __post_init__(self) -> None:
        for name, moment in (("accessed", self.accessed), ("created", self.created)):
            if moment.tzinfo is None:
                msg = f"{name}={moment!r} has no time zone; add tzinfo=datetime.UTC if it is UTC"
                raise TimeError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Everything about one prediction.

    Parameters
    ----------
    id, text : str
        The prediction.
    expected, excluded : str
        The hypotheses that predict and exclude it, in words, and in front their ids.
    answer, plain : str
        The answer's word; and what it means, for a reader who has never used satellite images.
    sentence, ratio, bracket, unseen : str
        The sentences of ``evidence.wording``; `bracket` is empty without one.
    nothing : str
        What an empty table of detections means; empty where there are detections.
    withheld : str
        Why numbers are withheld; empty where none is.
    detections : tuple of DetectionRow
        Strongest first.
    method : tuple of (str, str)
        Steps in plain words: name and text.
    quiet : tuple of str
        Dates of the quiet pairs.
    explanations : tuple of Explained
        What else it could be.
    looks : tuple of LookRow
        Every look.
    """

    id: str
    text: str
    expected: str
    excluded: str
    answer: str
    plain: str
    sentence: str
    ratio: str
    bracket: str
    unseen: str
    nothing: str
    withheld: str
    detections: tuple[DetectionRow, ...]
    method: tuple[tuple[str, str], ...]
    quiet: tuple[str, ...]
    explanations: tuple[Explained, ...]
    looks: tuple[LookRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportContent:
    """One report: the answer first, then what it rests on.

    Parameters
    ----------
    claim : Claim
        Verbatim.
    sections : tuple of Section
        One a prediction.
    pictures : tuple of Picture
        Figures, in order.
    offered : tuple of Offered
        Every scene of the catalogue, used or not.
    credits : tuple of Credit
        One a scene that was used.
    banners : tuple of (str, str)
        Warnings that stand on top: a short word and a sentence.
    several : str
        What must be said where there are several predictions; empty otherwise.
    weighed : WeighedView or None
        All predictions together; None where no assessment was made.
    created, software, ledger_head, command : str
        When (UTC) and by what the report was made; the ledger's last digest; how to verify.
    """

    claim: Claim
    sections: tuple[Section, ...]
    pictures: tuple[Picture, ...]
    offered: tuple[Offered, ...]
    credits: tuple[Credit, ...]
    banners: tuple[tuple[str, str], ...]
    several: str
    weighed: WeighedView | None
    created: str
    software: str
    ledger_head: str
    command: str


def report_content(
    claim: Claim,
    findings: Sequence[Finding],
    *,
    pictures: Sequence[Picture] = (),
    offers: Sequence[Offer] = (),
    imprint: Imprint,
    assessment: Assessment | None = None,
) -> ReportContent:
    """Gather what a report says.

    Parameters
    ----------
    claim : Claim
        What was checked.
    findings : sequence of Finding
        One a prediction, in the claim's order.
    pictures : sequence of Picture
        Figures, most important first.
    offers : sequence of Offer
        Every scene that the catalogue offered.
    imprint : Imprint
        When and by what it is made, and where the claim file is.
    assessment : Assessment, optional
        Of all records; makes a section of its own.

    Returns
    -------
    ReportContent

    Raises
    ------
    InputError
        If there is no finding: then there is nothing to report.
    """
    if not findings:
        msg = "findings is empty; a report needs the finding of at least one prediction, also if it is 'undetermined'"
        raise InputError(msg)
    return ReportContent(
        claim=claim,
        sections=tuple(_section(claim, finding) for finding in findings),
        pictures=tuple(pictures),
        offered=offered_of(offers),
        credits=credit_views(findings, imprint.accessed),
        banners=banners_of_findings(findings),
        several=TEMPLATES["several"] if len(findings) > 1 else "",
        weighed=weighed_view(assessment) if assessment is not None else None,
        created=iso(imprint.created),
        software=imprint.software,
        ledger_head=imprint.ledger_head,
        command=TEMPLATES["verify"].format(where=imprint.where, head=""),
    )


def _section(claim: Claim, finding: Finding) -> Section:
    prediction = finding.prediction
    return Section(
        id=prediction.id,
        text=prediction.text,
        expected=f"{prediction.expected_under}: {claim.hypothesis(prediction.expected_under).text}",
        excluded=f"{prediction.excluded_under}: {claim.hypothesis(prediction.excluded_under).text}",
        answer=finding.answer.value,
        plain=_PLAIN[finding.answer],
        sentence=answer_sentence(finding),
        ratio=ratio_sentence(finding),
        bracket=bracket_sentence(finding),
        unseen=unseen_sentence(finding),
        nothing=nothing_words(finding),
        withheld=withheld_words(finding),
        detections=detection_rows(finding, sensitive=claim.is_sensitive(prediction)),
        method=method_of(finding),
        quiet=quiet_of(finding),
        explanations=explanations_of(finding),
        looks=looks_of(finding),
    )
