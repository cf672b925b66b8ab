"""A report as a sequence of plain blocks, for a writer that knows paragraphs, tables and pictures and nothing else."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from osint_imagery.report.content import ReportContent, Section
from osint_imagery.report.headings import (
    DETECTIONS,
    EXPLANATIONS,
    GLOSSARY,
    LIMITS_OF_DIGESTS,
    LOOKS,
    OFFERED,
    PARTS,
    STANCES,
    WITHOUT_THE_PROGRAM,
)
from osint_imagery.report.html import direction

__all__ = ["Block", "report_blocks"]

Block = dict[str, Any]
"""``kind`` and what that kind needs; texts are plain, and never markup."""


def report_blocks(content: ReportContent) -> tuple[Block, ...]:
    """Return a report's blocks: a page of answer, then evidence, method, limits, sources, and how to verify.

    Scenes that the catalogue offered are counted, and those that were rejected are listed; the digests of all of
    them stand in the ledger.
    """
    return (
        *_answer(content),
        *_evidence(content),
        *_assessment(content),
        *_method(content),
        *_unseen(content),
        *_looks(content),
        *_sources(content),
        *_verify(content),
    )


def _head(key: str) -> Block:
    return {"kind": "heading", "level": 1, "text": PARTS[key]}


def _sub(text: str) -> Block:
    return {"kind": "heading", "level": 2, "text": text}


def _says(text: str, *, soft: bool = False) -> Block:
    return {"kind": "paragraph", "text": text, "soft": soft}


def _table(columns: Mapping[str, str], rows: Sequence[Any], caption: str, codes: Sequence[str] = ()) -> Block:
    """Return a table of rows that are mappings or objects with the columns' names."""
    cells = [[_cell(row[key] if isinstance(row, Mapping) else getattr(row, key)) for key in columns] for row in rows]
    return {
        "kind": "table",
        "caption": caption,
        "columns": list(columns.values()),
        "rows": cells,
        "codes": [list(columns).index(key) for key in codes],
    }


def _cell(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _answer(content: ReportContent) -> Iterator[Block]:
    claim = content.claim
    for word, sentence in content.banners:
        yield {"kind": "banner", "word": word, "text": sentence}
    yield _head("answer")
    yield {"kind": "quote", "text": claim.text, "lang": claim.language, "dir": direction(claim.language)}
    role = f" ({claim.claimant.role})" if claim.claimant.role else ""
    yield _says(f"Said by {claim.claimant.name}{role} on {claim.stated_on}. All times are UTC.")
    for response in claim.responses:
        when = f" ({response.stated_on})" if response.stated_on else ""
        yield _says(f"{response.by} {STANCES[response.stance]}{when}: “{response.text}”")
    if not claim.responses:
        yield _says("No response or denial is recorded in the claim file.")
    for part in content.sections:
        yield {
            "kind": "answer",
            "lead": part.plain,
            "lines": [f"Predicted ({part.id}): {part.text}", part.sentence, part.ratio],
        }
    if content.several:
        yield _says(content.several, soft=True)
    place = f"Place: {claim.place.name}. Time: {claim.when.span().label}."
    yield _says(f"First appearance of the claim: {claim.first_appearance}. {place}", soft=True)
    yield {"kind": "pagebreak"}


def _evidence(content: ReportContent) -> Iterator[Block]:
    yield _head("evidence")
    known = {part.id for part in content.sections}
    yield from _pictures(content, [one for one in content.pictures if one.prediction not in known])
    for part in content.sections:
        yield _sub(f"Prediction {part.id}: {'what changed' if part.detections else 'what was compared'}")
        own = [one for one in content.pictures if one.prediction == part.id]
        yield from _pictures(content, own[:1])  # a picture fills most of a page: words before it would leave a gap
        if part.bracket:
            yield _says(part.bracket)
        yield from _detections(part)
        yield _says(f"Expected under {part.expected}")
        yield _says(f"Not expected under {part.excluded}")
        yield from _pictures(content, own[1:])


def _detections(part: Section) -> Iterator[Block]:
    if part.nothing:
        yield _says(part.nothing)
        return
    count = f"{len(part.detections)} detection{'' if len(part.detections) == 1 else 's'}"
    yield _table(DETECTIONS, part.detections, f"{count}, strongest first; found by an algorithm, named by nobody.")
    if part.withheld:
        yield _says(part.withheld)


def _pictures(content: ReportContent, shown: Sequence[Any]) -> Iterator[Block]:
    for picture in shown:
        yield {
            "kind": "figure",
            "index": content.pictures.index(picture),
            "alt": picture.alt,
            "file": f"File {picture.artifact.path.name}",
            "digest": picture.artifact.digest,
        }


def _assessment(content: ReportContent) -> Iterator[Block]:
    found = content.weighed
    if found is None:
        return
    yield _head("assessment")
    for line in found.said:
        yield _says(line)
    alone = (
        f"Without {found.hangs_on} the words or the order would be others."
        if found.hangs_on
        else "No single item changes the words or the order."
    )
    yield _says(f"{found.basis} {alone}")
    yield _table(
        dict(found.columns), found.rows, "Consistent and inconsistent; only what tells hypotheses apart is counted."
    )
    yield {"kind": "list", "items": [f"Taken for granted: {line}" for line in found.assumptions]}
    yield {"kind": "list", "items": [f"Would change it: {line}" for line in found.would_change]}
    yield _says(
        "The assessment is in the claim file (assessments/); verifying makes it again from the records.", soft=True
    )
    yield {"kind": "code", "text": found.digest}


def _method(content: ReportContent) -> Iterator[Block]:
    yield _head("method")
    for part in content.sections:
        yield _sub(f"Method for prediction {part.id}")
        yield {"kind": "terms", "items": [list(step) for step in part.method]}
        if part.quiet:
            yield _says(f"Dates of the {len(part.quiet)} quiet pairs: {'; '.join(part.quiet)}.", soft=True)
        if part.explanations:
            yield _table(EXPLANATIONS, part.explanations, "What else could explain the changes")
        else:
            none = "No other explanation was tested for these detections."
            yield _says(none if part.detections else "There is no detection to explain.")
    yield _sub("Words used here")
    yield {"kind": "terms", "items": [list(item) for item in GLOSSARY.items()]}


def _unseen(content: ReportContent) -> Iterator[Block]:
    yield _head("unseen")
    for part in content.sections:
        yield _says(part.unseen)


def _looks(content: ReportContent) -> Iterator[Block]:
    yield _head("looks")
    for part in content.sections:
        yield _table(LOOKS, part.looks, f"Looks for prediction {part.id} ({len(part.looks)})", codes=("scene_id",))
    used = sum(one.used for one in content.offered)
    yield _says(
        f"The catalogue offered {len(content.offered)} scenes; {used} were used. All of them stand in the ledger, with "
        "the digests of their metadata."
    )
    rejected = [one for one in content.offered if not one.used]
    if rejected:
        columns = {key: OFFERED[key] for key in ("scene_id", "acquired", "reason")}
        yield _table(columns, rejected, "Scenes offered and not used", codes=("scene_id",))


def _sources(content: ReportContent) -> Iterator[Block]:
    yield _head("sources")
    for scene in content.credits:
        yield _sub(scene.scene_id)
        yield _says(scene.line)
        items = [
            ["Product", scene.product_id],
            ["Processing version", scene.version],
            ["Acquired", scene.acquired],
            ["Accessed", scene.accessed],
            ["Licence", scene.license],
            *(["Note", note] for note in scene.notes),
        ]
        yield {"kind": "terms", "items": items}
        yield _says(scene.text, soft=True)
    if not content.credits:
        yield _says("No scene was compared.")


def _verify(content: ReportContent) -> Iterator[Block]:
    yield _head("verify")
    yield _says(
        "This is a summary. The claim file, the folder it belongs to, holds the claim, the records, the metadata, the "
        "figures and the ledger. Anyone can check it without a network; if the folder is elsewhere, give its path:"
    )
    yield {"kind": "code", "text": content.command}
    yield _says(
        f"{WITHOUT_THE_PROGRAM} The digest of this file stands there too, in an entry report_added of the ledger."
    )
    yield {
        "kind": "terms",
        "items": [
            ["Digest of claim.yaml", content.claim.digest],
            ["Ledger entry before the report", content.ledger_head],
            ["Made", f"{content.created} by {content.software}"],
        ],
    }
    yield _says(LIMITS_OF_DIGESTS, soft=True)
