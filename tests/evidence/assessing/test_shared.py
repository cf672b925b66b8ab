"""What items share makes them one group; what is multiplied is multiplied under a stated assumption."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from osint_imagery.core.claim import claim_from_bytes
from osint_imagery.evidence.assessing import rested_records
from osint_imagery.evidence.items import looked_for
from osint_imagery.evidence.sharing import imagery_links
from osint_imagery.workflow.assessing import assess


def test_items_of_the_same_scenes_are_one_group_and_not_multiplied(written: Any, at: datetime) -> None:
    got = assess(written(shed={}, crane={}), clock=lambda: at)
    pair = got.pair("built", "nothing")
    (group,) = pair.groups
    assert group.items == ("shed", "crane")
    assert group.shared[:2] == ("scene S1", "scene S2")
    assert pair.any_dependence == pair.independent
    assert {term.ratio.value for term in pair.terms if term.ratio} == {group.ratio.high}
    assert "independence" not in {one.id for one in got.assumptions}
    assert "means" in {one.id for one in got.assumptions}
    assert "never multiplied" in got.summary()


def test_items_that_share_nothing_are_multiplied_only_under_a_stated_assumption(
    written: Any, apart: dict[str, Any], at: datetime
) -> None:
    got = assess(written(shed={}, crane=apart), clock=lambda: at)
    pair = got.pair("built", "nothing")
    assert len(pair.groups) == 2
    assert pair.independent is not None
    assert pair.any_dependence is not None
    assert float(pair.independent.low) == pytest.approx(float(pair.any_dependence.low) ** 2, rel=1e-4)
    assert "independence" in {one.id for one in got.assumptions}
    assert got.links == (got.links[-1],)  # the two sources of one origin; no imagery hangs together
    assert got.hangs_on == ("source 7",)


def test_one_product_under_two_names_is_one_scene(written: Any, apart: dict[str, Any], at: datetime) -> None:
    again = tuple(replace(scene, product_id=f"S2A_MSIL2A_S{index + 1}") for index, scene in enumerate(apart["scenes"]))
    got = assess(written(shed={}, crane={**apart, "scenes": again}), clock=lambda: at)
    assert len(got.pair("built", "nothing").groups) == 1
    assert "under other scene names" in got.links[0].shared[0]


def test_quiet_dates_in_common_make_one_group(written: Any, apart: dict[str, Any], at: datetime) -> None:
    got = assess(written(shed={}, crane={"scenes": apart["scenes"]}), clock=lambda: at)
    assert got.links[0].shared == ("31 scenes of the quiet pairs",)
    assert len(got.pair("built", "nothing").groups) == 1


def test_contradicting_items_are_shown_and_weaken_the_whole(
    written: Any, silence: dict[str, Any], at: datetime
) -> None:
    got = assess(written(shed={}, crane=silence), clock=lambda: at)
    (group,) = got.pair("built", "nothing").groups
    assert group.contradicting
    assert float(group.ratio.low) < 1 < float(group.ratio.high)
    assert got.outcome == "undetermined"
    assert got.confidence.level == "low"
    assert "They point both ways." in got.summary()


def test_ground_in_common_makes_one_group_though_scenes_and_quiet_dates_differ(
    written: Any, apart: dict[str, Any]
) -> None:
    folder = written(shed={}, crane=apart)
    claim = claim_from_bytes((folder.path / "claim.yaml").read_bytes(), name="claim.yaml")
    shed, crane = looked_for(claim, rested_records(folder.path, folder.entries))
    assert imagery_links(claim, [shed, crane]) == ()
    near = replace(crane, prediction=crane.prediction.model_copy(update={"place": claim.place}))
    (link,) = imagery_links(claim, [shed, near])
    assert link.shared == ("ground of the quay and the other quay",)


def test_two_groups_of_which_one_is_needed_are_not_a_basis_of_high_quality(
    written: Any, apart: dict[str, Any], silence: dict[str, Any], make: Any
) -> None:
    weak = {**apart, **silence, "power": make["power"](found=5, tried=60)}
    got = assess(written(shed={}, crane=weak))
    assert len(got.pair("built", "nothing").groups) == 2
    assert "shed" in got.hangs_on
    assert "the answer hangs on a single item or scene" in got.confidence.reasons
    both = assess(written(shed={}, crane=apart, name="both"))
    assert "2 groups share nothing, and none is needed alone" in both.confidence.reasons
