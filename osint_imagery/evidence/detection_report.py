"""The detection report that goes into somebody else's file: figure, three statements, citation, record digest."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from osint_imagery.evidence.fields import ArtifactField
from osint_imagery.evidence.items import withdrawn_words
from osint_imagery.evidence.standing import Standing, StandingRecord

__all__ = ["AttachedFigure", "DetectionReport", "ReportItem", "report_of"]

_MARKDOWN = re.compile(r"([\\`*_\[\]|!~])")


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedFigure:
    """A picture that lies beside the file it is attached to."""

    name: str
    digest: str
    shows: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportItem:
    """One prediction: the answer, what it is worth, what could not have been seen, and where that is written."""

    prediction: str
    answer: str
    statements: tuple[str, str, str]
    figure: AttachedFigure | None
    citations: tuple[str, ...]
    record: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectionReport:
    """What a claim file says, short enough to stand in another file.

    Parameters
    ----------
    claim_id, claim_text, claim_digest : str
        The claim, verbatim, and the digest it was registered with.
    head : str
        Digest of the ledger's last entry.
    items : tuple of ReportItem
        One a prediction.
    credits : tuple of str
        Credit lines.
    remarks : tuple of str
        Terms that were acknowledged, licences not stated, figures left out.
    withdrawn : tuple of (str, str)
        Prediction and path of each record that does not stand, and when, by whom and why it was withdrawn.
    """

    claim_id: str
    claim_text: str
    claim_digest: str
    head: str
    items: tuple[ReportItem, ...]
    credits: tuple[str, ...]
    remarks: tuple[str, ...]
    withdrawn: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> str:
        """Identity: a second report on the same registered claim takes the place of the first."""
        return f"urn:osint-imagery:report:{self.claim_id}:{self.claim_digest}"

    @property
    def figures(self) -> tuple[AttachedFigure, ...]:
        """Every picture of the report."""
        return tuple(item.figure for item in self.items if item.figure is not None)

    def markdown(self, folder: str) -> list[str]:
        """Return the report as lines of Markdown; `folder` is where the pictures lie, relative."""
        lines = [f"## Satellite imagery: {_plain(self.claim_id)}", "", f"> {_plain(self.claim_text)}", ""]
        for item in self.items:
            lines += [f"### {_plain(item.prediction)}: {item.answer}", ""]
            if item.figure is not None:
                lines += [f"![{_plain(item.figure.shows)}]({folder}/{item.figure.name})", ""]
            lines += [f"{number}. {_plain(text)}" for number, text in enumerate(item.statements, 1)]
            lines += ["", *(f"- {_plain(text)}" for text in item.citations)]
            lines += [f"- Record `{item.record}`, `{item.digest}`", ""]
        for name, why in self.withdrawn:
            lines += [f"### {_plain(name)}", "", f"**Withdrawn**: {_plain(why)}", ""]
        lines += [f"Credit: {_plain(line)}  " for line in self.credits]
        lines += [f"{_plain(line)}  " for line in self.remarks]
        return [*lines, f"Claim `{self.claim_digest}`, ledger head `{self.head}`"]

    def json_ld(self, folder: str) -> dict[str, Any]:
        """Return the report as a schema.org ``Report``."""
        pictures = [
            {
                "@type": "ImageObject",
                "contentUrl": f"{folder}/{figure.name}",
                "sha256": figure.digest.removeprefix("sha256:"),
                "caption": figure.shows,
                "creditText": "; ".join(self.credits),
            }
            for figure in self.figures
        ]
        parts = [
            {
                "@type": "Report",
                "name": f"{item.prediction}: {item.answer}",
                "text": " ".join(item.statements),
                "citation": list(item.citations),
                "identifier": f"{item.record} {item.digest}",
            }
            for item in self.items
        ]
        parts += [
            {"@type": "Report", "name": f"{name}: withdrawn", "text": why, "creativeWorkStatus": "Withdrawn"}
            for name, why in self.withdrawn
        ]
        return {
            "@type": "Report",
            "identifier": self.key,
            "name": f"Satellite imagery: {self.claim_id}",
            "abstract": self.claim_text,
            "hasPart": parts,
            **({"image": pictures} if pictures else {}),
            "creditText": "; ".join(self.credits),
            "usageInfo": " ".join(self.remarks),
            "version": self.head,
        }


def report_of(standing: Standing, terms: tuple[str, ...]) -> DetectionReport:
    """Return the report of a claim file.

    Parameters
    ----------
    standing : Standing
        What stands in it.
    terms : tuple of str
        Restricted terms that were acknowledged; they are written into the report.
    """
    records = [item.record for item in standing.records]
    remarks = [f"Terms acknowledged for the imagery: {name}." for name in terms]
    unstated = sorted({scene.id for record in records for scene in record.scenes if scene.license == "not stated"})
    if unstated:
        remarks.append(f"Licence not stated by the source for {', '.join(unstated)}: ask before publishing.")
    if standing.sensitive:
        remarks.append("The place is marked sensitive: figures are left out.")
    return DetectionReport(
        claim_id=standing.claim.id,
        claim_text=standing.claim.text,
        claim_digest=standing.claim.digest,
        head=standing.head,
        items=tuple(_item(one, figure=not standing.sensitive) for one in standing.records),
        credits=tuple(dict.fromkeys(line for record in records for line in record.credit)),
        remarks=tuple(remarks),
        withdrawn=tuple(
            (f"{one.prediction} ({one.record})", f"answer “{one.answer}”: {withdrawn_words(one)}")
            for one in standing.withdrawn
        ),
    )


def _item(one: StandingRecord, *, figure: bool) -> ReportItem:
    record, drawn = one.record, one.figure() if figure else None
    stated = record.judgments[0].statement if record.judgments else record.reason
    return ReportItem(
        prediction=record.propositions.prediction,
        answer=record.answer,
        statements=(stated, record.ratio_sentence, record.not_visible),
        figure=_figure(record.id, drawn) if drawn is not None else None,
        citations=tuple(scene.citation for scene in record.scenes),
        record=one.path,
        digest=one.digest,
    )


def _figure(record_id: str, drawn: ArtifactField) -> AttachedFigure:
    """Return the picture under a name that no other picture has: a corrected one lies beside the old one's place."""
    name = f"{record_id}-{drawn.digest[7:15]}{Path(drawn.name).suffix}"
    return AttachedFigure(name=name, digest=drawn.digest, shows=drawn.shows, source=f"figures/{drawn.name}")


def _plain(text: str) -> str:
    """Return text that Markdown shows as it is, on one line; no markup, no comment can hide in a claim."""
    safe = _MARKDOWN.sub(r"\\\1", " ".join(text.split()))
    return safe.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
