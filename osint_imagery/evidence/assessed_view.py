"""An assessment as people read it: text for a terminal, a table for a notebook; all outside text escaped."""

from collections.abc import Iterable, Sequence
from html import escape

from osint_imagery.core.texts import WEIGHING
from osint_imagery.evidence.assessed import Assessment
from osint_imagery.evidence.assessed_parts import Group, Pairing, Row, SourceItem, Update
from osint_imagery.evidence.items import withdrawn_words
from osint_imagery.evidence.leaving_out import order_words
from osint_imagery.evidence.priors import between_words, percent_words
from osint_imagery.evidence.scales import Confidence, confidence_sentence

__all__ = [
    "confidence_words",
    "grade_words",
    "html_of",
    "imagery_words",
    "left_out_words",
    "text_of",
    "update_words",
]


def confidence_words(found: Assessment) -> str:
    """Return the sentence on the basis; it never says how likely anything is."""
    return confidence_sentence(Confidence(found.confidence.level), found.confidence.reasons)


def imagery_words(found: Assessment) -> tuple[str, ...]:
    """Return what the imagery says of each pair, with what was pooled, contradicts itself, or was multiplied."""
    return tuple(" ".join((pair.sentence, *_pooled(pair))) for pair in found.pairs)


def _pooled(pair: Pairing) -> Iterable[str]:
    for group in pair.groups:
        if len(group.items) > 1:
            yield _together(group)
    if len(pair.groups) > 1 and pair.independent is not None:
        yield WEIGHING["as product"].format(
            count=len(pair.groups), ratio=pair.independent.estimate(), words=pair.words_if_independent
        )


def _together(group: Group) -> str:
    told = WEIGHING["together"].format(
        items=", ".join(group.items), shared="; ".join(group.shared), ratio=group.ratio.estimate()
    )
    if group.strongest is not None:
        told += " " + WEIGHING["strongest"].format(item=group.strongest)
    return f"{told} {WEIGHING['contradicting']}" if group.contradicting else told


def left_out_words(found: Assessment) -> tuple[str, ...]:
    """Return the records that do not stand, each with the reason."""
    return tuple(WEIGHING["left out"].format(record=one.record, why=withdrawn_words(one)) for one in found.withdrawn)


def update_words(found: Assessment) -> tuple[str, ...]:
    """Return the table over priors, one sentence a row, and what it is not for; empty without priors."""
    if not found.updates:
        return ()
    return (*(_update(found.pair(one.first, one.second), one) for one in found.updates), WEIGHING["no update"])


def _update(pair: Pairing, update: Update) -> str:
    return WEIGHING["update"].format(
        prior=percent_words(update.prior),
        items=", ".join(name for group in pair.groups for name in group.items),
        first=update.first,
        second=update.second,
        between=between_words(update.low, update.high),
        words=update.words,
    )


def grade_words(source: SourceItem) -> str:
    """Return the two grades of a source side by side; they are never combined."""
    return f"reliability {source.reliability}, credibility {source.credibility}"


def text_of(found: Assessment) -> str:
    """Return the assessment as text."""
    lines = [
        f"Assessment of claim {found.claim.id}, level: {found.level}",
        *_block("Imagery alone", imagery_words(found) or ("nothing",)),
        *_block("Left out", left_out_words(found)),
        *_block("Undetermined because", found.undetermined_because),
        *_block("Other sources", (found.others_say,)),
        *_block("Least inconsistent first", [f"{one.share}: {order_words(one)}" for one in found.rankings]),
        *_block("By what was held before", update_words(found)),
        *_block("Basis", (confidence_words(found),)),
        *_block("Hangs on", found.hangs_on or ("nothing alone",)),
        *_block("Taken for granted", [one.statement for one in found.assumptions]),
        *_block("To speak of the claim it would take", found.beyond_the_level),
        *_block("Would change it", found.would_change_it),
        f"Digest: {found.digest}",
    ]
    return "\n".join(lines)


def _block(name: str, lines: Sequence[str]) -> list[str]:
    return [f"{name}:", *(f"  {line}" for line in lines)] if lines else []


def html_of(found: Assessment) -> str:
    """Return the assessment as HTML for a notebook: the matrix first, then what is said of it."""
    heads = ("item", "answer or grades", *(one.id for one in found.hypotheses), "|ln LR|", "counted", "why")
    answers = {one.id: one.state for one in found.imagery} | {one.id: grade_words(one) for one in found.sources}
    body = "".join(_line(row, answers[row.item]) for row in found.matrix)
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    legend = "".join(
        f"<li><b>{escape(one.id)}</b>{' (rival)' if one.rival else ''}: {escape(one.text)}</li>"
        for one in found.hypotheses
    )
    said = "".join(
        f"<p>{escape(line)}</p>" for line in (*imagery_words(found), *left_out_words(found), found.others_say)
    )
    updates = "".join(f"<li>{escape(line)}</li>" for line in update_words(found))
    return (
        f"<h4>Assessment of {escape(found.claim.id)}, level: {escape(found.level)}</h4>"
        f"<ul>{legend}</ul><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        f"{said}{f'<ul>{updates}</ul>' if updates else ''}<p>{escape(confidence_words(found))}</p>"
        f"<details><summary>Everything else</summary><pre>{escape(text_of(found))}</pre></details>"
    )


def _line(row: Row, answer: str) -> str:
    cells = (row.item, answer, *row.cells, row.diagnosticity or "none", "yes" if row.counted else "no", row.note)
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"
