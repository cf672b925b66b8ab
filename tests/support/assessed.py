"""Assessments in memory, with as many items as wanted, for what draws them."""

from types import SimpleNamespace

from osint_imagery.core.estimate import Estimate
from osint_imagery.evidence.assessed_parts import HypothesisField, ImageryItem, Rank, Ranking, Row
from osint_imagery.evidence.fields import EstimateField
from osint_imagery.evidence.weighing import weigh

__all__ = ["CLAIMED", "RIVAL", "assessed_with", "item", "ratio"]

CLAIMED = HypothesisField(id="delivery", text="A shed was built, and a ship unloaded. Порт مرفأ", rival=False)
RIVAL = HypothesisField(id="ordinary", text="The port worked as on any other day.", rival=True)


def ratio(value: float, low: float, high: float) -> EstimateField:
    return EstimateField.of(Estimate(value=value, low=low, high=high, level=0.95, unit="ratio", method="counted"))


def item(number: int) -> ImageryItem:
    seen = number % 3 == 0
    silent = number % 3 == 1
    worth = ratio(3.7, 3.1, 3.7) if seen else ratio(0.072, 0.07, 0.132) if silent else None
    return ImageryItem(
        id=f"prediction-{number}-with-a-long-name",
        prediction=f"P{number}",
        text="A new building with a pale metal roof stands on the eastern hardstanding",
        record=None,
        state="seen" if seen else "looked and not seen" if silent else "could not have been seen",
        scenes=("a", "b"),
        observed="LR+" if seen else "LR-" if silent else None,
        worth=worth,
        cap="3.7" if seen else None,
        floor="0.07" if silent else None,
        reason="no usable look met the stay",
        expected_under=("delivery",),
        excluded_under=("ordinary",),
    )


def assessed_with(count: int) -> SimpleNamespace:
    """Return an assessment of `count` items: seen, looked for and not seen, and not to be seen, by turns."""
    items = tuple(item(number) for number in range(count))
    cells = {
        "seen": ("consistent", "inconsistent"),
        "looked and not seen": ("inconsistent", "consistent"),
        "could not have been seen": ("not applicable", "not applicable"),
    }
    rows = tuple(
        Row(
            item=one.id,
            share="imagery",
            cells=cells[one.state],
            diagnosticity="1.1" if one.worth else None,
            counted=one.worth is not None,
            note="tells too little",
        )
        for one in items
    )
    names = ("delivery", "ordinary")
    ranks = tuple(Rank(hypothesis=name, inconsistent=1, items=(), diagnosticity=None) for name in names)
    return SimpleNamespace(
        claim=SimpleNamespace(id="port-2024"),
        hypotheses=(CLAIMED, RIVAL),
        imagery=items,
        sources=(),
        confidence=SimpleNamespace(level="low", reasons=("an item rests on one look",)),
        digest=f"sha256:{'0' * 64}",
        matrix=rows,
        pairs=(weigh(CLAIMED, RIVAL, items, ()),),
        rankings=(Ranking(share="imagery", ranks=ranks, order=(names,)),),
    )
