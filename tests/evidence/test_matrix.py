"""The matrix of items by hypotheses, the order by inconsistency, and what the whole hangs on."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.items import CAME, NOT, OTHER, item, link, ratio, source

from osint_imagery.core.lineage import decimal_text
from osint_imagery.evidence.assessed_parts import ImageryItem, LeftOut, Link, Ranking, SourceItem
from osint_imagery.evidence.leaving_out import Case, left_out
from osint_imagery.evidence.sharing import groups_of


def case(*items: ImageryItem, sources: tuple[SourceItem, ...] = (), links: tuple[Link, ...] = ()) -> Case:
    return Case(hypotheses=(CAME, NOT, OTHER), imagery=items, sources=sources, links=links)


def ranks(found: Case, share: str) -> dict[str, int]:
    return {rank.hypothesis: rank.inconsistent for rank in ranking(found, share).ranks}


def ranking(found: Case, share: str) -> Ranking:
    (one,) = [item for item in found.weighed().rankings if item.share == share]
    return one


def left(found: Case) -> dict[tuple[str, str], LeftOut]:
    return {(part.what, part.name): part for part in left_out(found, found.weighed())}


def test_cells_follow_from_what_was_observed_and_what_was_predicted() -> None:
    rows = case(
        item("ship", ratio(4)), item("crane", ratio(0.2)), item("launcher", None), item("shed", ratio(0.6, None, 1))
    ).weighed()
    cells = {row.item: (row.cells, row.counted) for row in rows.rows}
    assert cells["ship"] == (("consistent", "inconsistent", "neutral"), True)
    assert cells["crane"] == (("inconsistent", "consistent", "neutral"), True)
    assert cells["launcher"] == (("not applicable",) * 3, False)
    assert cells["shed"] == (("not applicable",) * 3, False)


def test_diagnosticity_is_the_logarithm_at_the_end_nearer_to_one() -> None:
    rows = case(item("ship", ratio(3, 4, 5)), item("crane", ratio(0.1, 0.2, 0.25))).weighed().rows
    assert [row.diagnosticity for row in rows] == [decimal_text(1.0986122887), decimal_text(1.3862943611)]


def test_what_does_not_reach_two_is_shown_and_not_counted() -> None:
    rows = case(item("ship", ratio(1.9, 3, 4)), item("crane", ratio(0.51))).weighed().rows
    assert [row.counted for row in rows] == [False, False]
    assert "does not reach 2" in rows[0].note
    assert ranks(case(item("ship", ratio(1.9, 3, 4))), "imagery") == {"came": 0, "not": 0, "other": 0}


def test_much_support_does_not_count_and_one_inconsistency_does() -> None:
    found = case(
        item("ship", ratio(0.2)),
        sources=tuple(source(f"source {n}", for_=("came",)) for n in range(5)),
    )
    assert ranks(found, "both") == {"came": 1, "not": 0, "other": 0}
    assert ranking(found, "both").order == (("not", "other"), ("came",))
    assert ranking(found, "other sources").order == (("came", "not", "other"),)


def test_the_imagery_and_the_other_sources_are_ranked_apart() -> None:
    found = case(
        item("ship", ratio(4)), sources=(source("source 1", against=("came",)), source("source 2", against=("came",)))
    )
    assert ranks(found, "imagery") == {"came": 0, "not": 1, "other": 0}
    assert ranks(found, "other sources") == {"came": 2, "not": 0, "other": 0}
    assert ranks(found, "both") == {"came": 2, "not": 1, "other": 0}


def test_circular_sources_and_items_of_one_scene_count_once() -> None:
    items = (item("ship", ratio(4)), item("crane", ratio(5)))
    sources = tuple(source(f"source {n}", against=("came",)) for n in range(1, 4))
    links = (link("ship", "crane"), link("source 1", "source 2", "origin: a post"))
    found = case(*items, sources=sources, links=links)
    assert ranks(found, "both") == {"came": 2, "not": 1, "other": 0}
    assert ranking(found, "both").ranks[1].items == ("ship", "crane")


def test_a_source_that_is_not_counted_is_shown() -> None:
    found = case(item("ship", ratio(4)), sources=(source("source 1", against=("came",), counted=False),))
    assert found.weighed().rows[1].cells == ("inconsistent", "neutral", "neutral")
    assert ranks(found, "other sources")["came"] == 0


def test_an_item_that_repeats_another_changes_nothing() -> None:
    ship = item("ship", ratio(4), scenes=("S1", "S2"))
    twin = item("again", ratio(4), scenes=("S1", "S2"), same_as="ship")
    one, two = case(ship), case(ship, twin, links=(link("ship", "again"),))
    assert [pair.groups for pair in one.weighed().pairs] == [pair.groups for pair in two.weighed().pairs]
    assert one.weighed().rankings == two.weighed().rankings
    assert "counted there" in two.weighed().rows[1].note
    assert [part.changes for part in left(one).values()] == [part.changes for part in left(two).values()]


def test_leaving_out_names_the_items_and_the_scene_that_the_answer_hangs_on() -> None:
    found = case(
        item("ship", ratio(4), scenes=("S1", "S2")),
        item("crane", ratio(4), scenes=("S3", "S4")),
        item("rail", ratio(1.1), scenes=("S5",)),
    )
    parts = left(found)
    assert set(parts) == {("item", n) for n in ("ship", "crane", "rail")} | {("scene", f"S{n}") for n in range(1, 6)}
    assert parts["item", "ship"].changes == parts["scene", "S1"].changes
    assert parts["item", "ship"].changes != ()
    assert parts["item", "rail"].changes_if_independent == ()
    alone = left(case(item("ship", ratio(4), scenes=("S1", "S2"))))
    becomes = "weak support for “came” over “not” becomes no useful support either way"
    assert alone["scene", "S2"].changes == (
        f"“came” against “not”: {becomes}",
        "order by imagery: “came” and “other”, then “not” becomes nothing is told apart",
        "order by both: “came” and “other”, then “not” becomes nothing is told apart",
    )


def test_a_group_is_left_out_as_one() -> None:
    found = case(item("ship", ratio(4)), item("crane", ratio(4)), links=(link("ship", "crane"),))
    parts = left(found)
    assert parts["item", "ship"].changes == ()
    assert parts["group", "ship + crane"].changes != ()


@settings(deadline=None)
@given(st.lists(st.floats(0.05, 20), min_size=1, max_size=4), st.integers(1, 3))
def test_leaving_out_is_weighing_again_without(values: list[float], every: int) -> None:
    items = [item(f"p{n}", ratio(float(f"{value:.4g}")), scenes=(f"S{n}",)) for n, value in enumerate(values)]
    links = tuple(link(one.id, two.id) for n, (one, two) in enumerate(pairwise(items)) if n % every == 0)
    found = case(*items, links=links)
    whole = found.weighed()
    for part in left_out(found, whole):
        rest = case(*(one for one in items if one.id not in part.items), links=links).weighed()
        same = [pair.words for pair in whole.pairs] == [pair.words for pair in rest.pairs]
        same &= [one.order for one in whole.rankings] == [one.order for one in rest.rankings]
        assert same == (part.changes == ())
        same = [p.words_if_independent for p in whole.pairs] == [p.words_if_independent for p in rest.pairs]
        assert same == (part.changes_if_independent == ())


@pytest.mark.parametrize("names", [(), ("a",), ("a", "b", "c")])
def test_groups_hold_every_item_once(names: tuple[str, ...]) -> None:
    groups = groups_of(names, [link("a", "c"), link("c", "elsewhere"), link("elsewhere", "b")])
    assert sorted(name for group in groups for name in group) == sorted(names)
    assert len(groups) == max(0, len(names) - (1 if "c" in names else 0))
