"""The matrix of items by hypotheses, and hypotheses by how much is inconsistent with them (competing hypotheses)."""

import math
from collections.abc import Sequence
from decimal import Decimal

from osint_imagery.core.lineage import decimal_text
from osint_imagery.core.texts import WEIGHING
from osint_imagery.evidence.assessed_parts import (
    Consistency,
    HypothesisField,
    ImageryItem,
    Link,
    Rank,
    Ranking,
    Row,
    Share,
    SourceItem,
)
from osint_imagery.evidence.scales import nearer_end
from osint_imagery.evidence.sharing import groups_of
from osint_imagery.evidence.weighing import limit_of, useful

__all__ = ["rankings_of", "rows_of"]

_SHARES: tuple[Share, ...] = ("imagery", "other sources", "both")


def rows_of(
    hypotheses: Sequence[HypothesisField], imagery: Sequence[ImageryItem], sources: Sequence[SourceItem]
) -> tuple[Row, ...]:
    """Return one row for each item, also for those that tell nothing apart.

    A row of imagery is counted where its ratio is useful (beyond 2, or below 1/2) and it is inconsistent with a
    hypothesis; a source where the analyst said what it speaks for and this differs between hypotheses.
    """
    return tuple([_seen(hypotheses, item) for item in imagery] + [_told(hypotheses, item) for item in sources])


def _seen(hypotheses: Sequence[HypothesisField], item: ImageryItem) -> Row:
    cells = tuple(_cell(item, hypothesis.id) for hypothesis in hypotheses)
    ratio = item.worth.estimate() if item.worth else None
    counted = item.same_as is None and ratio is not None and useful(ratio) and "inconsistent" in cells
    if item.same_as is not None:
        note = WEIGHING["same"].format(item=item.same_as)
    elif ratio is None:
        note = item.reason
    else:
        note = WEIGHING["row counted" if counted else "row useless"].format(ratio=ratio)
        limit = limit_of(item)
        if limit is not None:
            note = WEIGHING[f"row {limit.what}"].format(note=note, counts=limit.counts)
    return Row(
        item=item.id,
        share="imagery",
        cells=cells,
        diagnosticity=None if ratio is None else _logarithm(nearer_end(ratio)),
        counted=counted,
        note=note,
    )


def _cell(item: ImageryItem, hypothesis: str) -> Consistency:
    if item.state not in {"seen", "looked and not seen"}:
        return "not applicable"
    fits, clashes = item.expected_under, item.excluded_under
    if item.state == "looked and not seen":
        fits, clashes = clashes, fits
    if hypothesis in clashes:
        return "inconsistent"
    return "consistent" if hypothesis in fits else "neutral"


def _told(hypotheses: Sequence[HypothesisField], item: SourceItem) -> Row:
    stated = item.consistent_with or item.inconsistent_with
    cells: list[Consistency] = []
    for hypothesis in hypotheses:
        if hypothesis.id in item.inconsistent_with:
            cells.append("inconsistent")
        elif hypothesis.id in item.consistent_with:
            cells.append("consistent")
        else:
            cells.append("neutral" if stated else "not applicable")
    return Row(
        item=item.id,
        share="other sources",
        cells=tuple(cells),
        diagnosticity=None,
        counted=item.counted,
        note=item.reason,
    )


def _logarithm(ratio: float) -> str:
    """Return |ln ratio| in decimal arithmetic, which gives the same digits on every machine."""
    if ratio in {0.0, math.inf}:
        return "infinity"
    return decimal_text(float(abs(Decimal(repr(ratio)).ln())))


def rankings_of(
    hypotheses: Sequence[HypothesisField], rows: Sequence[Row], links: Sequence[Link]
) -> tuple[Ranking, ...]:
    """Rank the hypotheses by inconsistency: by the imagery, by the other sources, by both.

    Each group of counted rows counts once, whatever the number of its items, and grades of sources are no weights.
    Support does not count: much that is consistent with a hypothesis is consistent with its rivals too.
    """
    return tuple(_ranking(share, hypotheses, rows, links) for share in _SHARES)


def _ranking(
    share: Share, hypotheses: Sequence[HypothesisField], rows: Sequence[Row], links: Sequence[Link]
) -> Ranking:
    counted = {row.item: row for row in rows if row.counted and share in {row.share, "both"}}
    groups = groups_of(counted, links)
    ranks = []
    for column, hypothesis in enumerate(hypotheses):
        against = [name for name, row in counted.items() if row.cells[column] == "inconsistent"]
        measured = [row.diagnosticity for name in against if (row := counted[name]).diagnosticity is not None]
        ranks.append(
            Rank(
                hypothesis=hypothesis.id,
                inconsistent=sum(any(name in group for name in against) for group in groups),
                items=tuple(against),
                diagnosticity=max(measured, key=float) if measured else None,
            )
        )
    steps = sorted({rank.inconsistent for rank in ranks})
    order = tuple(tuple(rank.hypothesis for rank in ranks if rank.inconsistent == step) for step in steps)
    return Ranking(share=share, ranks=tuple(ranks), order=order)
