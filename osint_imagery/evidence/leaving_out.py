"""What the assessment hangs on: everything is weighed again without each item, each group, each scene."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from osint_imagery.core.texts import WEIGHING
from osint_imagery.evidence.assessed_parts import (
    HypothesisField,
    ImageryItem,
    LeftOut,
    Link,
    Pairing,
    Ranking,
    Row,
    SourceItem,
)
from osint_imagery.evidence.matrix import rankings_of, rows_of
from osint_imagery.evidence.sharing import groups_of
from osint_imagery.evidence.weighing import weigh

__all__ = ["Case", "Weighed", "left_out", "order_words"]

What = Literal["item", "group", "scene"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """Everything that follows from a case by the rules alone."""

    rows: tuple[Row, ...]
    pairs: tuple[Pairing, ...]
    rankings: tuple[Ranking, ...]

    @property
    def weighed(self) -> tuple[str, ...]:
        """Imagery that has a ratio for some pair, in order."""
        return tuple(dict.fromkeys(name for pair in self.pairs for group in pair.groups for name in group.items))

    @property
    def counted(self) -> tuple[str, ...]:
        """Items without which something could be another."""
        return tuple(dict.fromkeys((*self.weighed, *(row.item for row in self.rows if row.counted))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Hypotheses, items, and what these share."""

    hypotheses: tuple[HypothesisField, ...]
    imagery: tuple[ImageryItem, ...]
    sources: tuple[SourceItem, ...]
    links: tuple[Link, ...]

    def weighed(self) -> Weighed:
        """Weigh every claimed hypothesis against every rival, and fill and rank the matrix."""
        rows = rows_of(self.hypotheses, self.imagery, self.sources)
        claimed = [item for item in self.hypotheses if not item.rival]
        rivals = [item for item in self.hypotheses if item.rival]
        return Weighed(
            rows=rows,
            pairs=tuple(weigh(one, other, self.imagery, self.links) for one in claimed for other in rivals),
            rankings=rankings_of(self.hypotheses, rows, self.links),
        )

    def without(self, names: Iterable[str]) -> "Case":
        """Return the case without some items; what only repeats one of them is never counted."""
        gone = frozenset(names)
        return replace(
            self,
            imagery=tuple(item for item in self.imagery if item.id not in gone),
            sources=tuple(item for item in self.sources if item.id not in gone),
        )


def left_out(case: Case, whole: Weighed) -> tuple[LeftOut, ...]:
    """Leave out each counted item, each group of several, each scene, and say what becomes another.

    Parameters
    ----------
    case : Case
        With everything.
    whole : Weighed
        What follows from it.
    """
    parts: list[tuple[What, str, tuple[str, ...]]] = [("item", name, (name,)) for name in whole.counted]
    groups = [names for names in groups_of(whole.counted, case.links) if len(names) > 1]
    parts += [("group", " + ".join(names), names) for names in groups]
    scenes = dict.fromkeys(name for item in case.imagery if item.id in whole.counted for name in item.scenes)
    parts += [("scene", name, tuple(item.id for item in case.imagery if name in item.scenes)) for name in scenes]
    return tuple(
        _left_out(what, name, items, whole=whole, rest=case.without(items).weighed()) for what, name, items in parts
    )


def _left_out(what: What, name: str, items: tuple[str, ...], *, whole: Weighed, rest: Weighed) -> LeftOut:
    pairs = tuple(zip(whole.pairs, rest.pairs, strict=True))
    words = [_becomes("becomes", old, old.words, new.words) for old, new in pairs]
    products = [
        _becomes("becomes if independent", old, old.words_if_independent, new.words_if_independent)
        for old, new in pairs
    ]
    orders = [
        WEIGHING["reordered"].format(share=was.share, old=order_words(was), new=order_words(now))
        for was, now in zip(whole.rankings, rest.rankings, strict=True)
        if was.order != now.order
    ]
    return LeftOut(
        what=what,
        name=name,
        items=items,
        changes=(*filter(None, words), *orders),
        changes_if_independent=tuple(filter(None, products)),
    )


def _becomes(template: str, pair: Pairing, old: str, new: str) -> str:
    """Return what became of the words for a pair; empty where they stayed."""
    return "" if old == new else WEIGHING[template].format(first=pair.first, second=pair.second, old=old, new=new)


def order_words(ranking: Ranking) -> str:
    """Return an order in words: "ordinary, then delivery", or that nothing is told apart."""
    if len(ranking.order) == 1:
        return WEIGHING["not ordered"]
    return ", then ".join(" and ".join(f"“{name}”" for name in step) for step in ranking.order)
