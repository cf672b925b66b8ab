"""Items of imagery by hand: a ratio, what it shares, and two hypotheses."""

import math

from osint_imagery.core.estimate import Estimate
from osint_imagery.core.lineage import decimal_text
from osint_imagery.evidence.assessed_parts import HypothesisField, ImageryItem, Link, SourceItem
from osint_imagery.evidence.fields import EstimateField

CAME = HypothesisField(id="came", text="It came.", rival=False)
NOT = HypothesisField(id="not", text="It did not.", rival=True)
OTHER = HypothesisField(id="other", text="Something else came.", rival=True)


def ratio(low: float, value: float | None = None, high: float | None = None) -> Estimate:
    value = low if value is None and high is None else value
    return Estimate(
        value=math.nan if value is None else value,
        low=low,
        high=low if high is None else high,
        level=1,
        unit="ratio",
        method="given",
    )


def item(
    name: str,
    worth: Estimate | None,
    *,
    expected: tuple[str, ...] = ("came",),
    excluded: tuple[str, ...] = ("not",),
    scenes: tuple[str, ...] = (),
    same_as: str | None = None,
) -> ImageryItem:
    """Seen where the ratio is above 1, looked for and not seen below, undetermined without a value."""
    decided = worth is not None and not math.isnan(worth.value)
    seen = worth is not None and worth.value >= 1
    return ImageryItem(
        id=name,
        prediction=name,
        text=f"{name} stands there",
        record=None,
        state=("seen" if seen else "looked and not seen") if decided else "undetermined",
        scenes=scenes,
        observed=("LR+" if seen else "LR-") if decided else None,
        worth=None if worth is None else EstimateField.of(worth),
        cap=decimal_text(worth.high) if worth is not None and seen else None,
        floor=None,
        reason="given",
        expected_under=expected,
        excluded_under=excluded,
        same_as=same_as,
    )


def link(first: str, second: str, what: str = "scene S1") -> Link:
    return Link(first=first, second=second, shared=(what,))


def source(name: str, *, for_: tuple[str, ...] = (), against: tuple[str, ...] = (), counted: bool = True) -> SourceItem:
    return SourceItem(
        id=name,
        kind="document",
        text=f"{name} <says>",
        reported_by="",
        origin="",
        reliability="B",
        credibility="2",
        consistent_with=for_,
        inconsistent_with=against,
        counted=counted,
        reason="counted as the analyst states it",
    )
