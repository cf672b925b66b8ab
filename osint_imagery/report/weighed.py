"""The short section of a report that weighs all predictions together."""

from collections.abc import Mapping
from dataclasses import dataclass

from osint_imagery.evidence.assessed import Assessment
from osint_imagery.evidence.assessed_view import (
    confidence_words,
    grade_words,
    imagery_words,
    left_out_words,
    update_words,
)

__all__ = ["WeighedView", "weighed_view"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeighedView:
    """An assessment as it is printed.

    Parameters
    ----------
    said : tuple of str
        What the imagery says of each pair of hypotheses, what the other sources say, the table over priors.
    basis : str
        Analytic confidence with its reasons, in a sentence of its own.
    hangs_on : str
        Items without which words or order would be others; empty where there is none.
    columns, rows : tuple of (str, str), tuple of mapping
        The matrix: key and heading of each column, in order, and one row for each item.
    assumptions, would_change : tuple of str
        What was taken for granted; what would change it.
    digest : str
        Of the assessment in the claim file.
    """

    said: tuple[str, ...]
    basis: str
    hangs_on: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[Mapping[str, str], ...]
    assumptions: tuple[str, ...]
    would_change: tuple[str, ...]
    digest: str


def weighed_view(found: Assessment) -> WeighedView:
    """Return what a report says of an assessment."""
    answers = {one.id: one.state for one in found.imagery} | {one.id: grade_words(one) for one in found.sources}
    texts = {one.id: one.text for one in found.imagery} | {one.id: one.text for one in found.sources}
    keys = [f"hypothesis-{index}" for index in range(len(found.hypotheses))]
    heads = [f"{one.id}{' (rival)' if one.rival else ''}: {one.text}" for one in found.hypotheses]
    return WeighedView(
        said=(*imagery_words(found), *left_out_words(found), found.others_say, *update_words(found)),
        basis=confidence_words(found),
        hangs_on=", or ".join(found.hangs_on),
        columns=(
            ("item", "Item"),
            ("answer", "Answer, or grades"),
            *zip(keys, heads, strict=True),
            ("counted", "Counted"),
        ),
        rows=tuple(
            {
                "item": f"{row.item}: {texts[row.item]}",
                "answer": answers[row.item],
                **dict(zip(keys, row.cells, strict=True)),
                "counted": "yes" if row.counted else "no",
            }
            for row in found.matrix
        ),
        assumptions=tuple(one.statement for one in found.assumptions),
        would_change=found.would_change_it,
        digest=found.digest,
    )
