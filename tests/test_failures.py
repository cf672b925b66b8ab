"""Each of the twelve failures is held off by tests that exist, where the list says that they are."""

import ast
import re
from dataclasses import replace
from pathlib import Path

import pytest
from support.town import AIR, LOW_SUN, SKYLIGHT, Town, states

import osint_imagery as oi
from osint_imagery.change.detections import Verdict

DOCUMENT = Path(__file__).parents[1] / "docs" / "failures.md"
ROWS = [line for line in DOCUMENT.read_text(encoding="utf-8").splitlines() if re.match(r"\| \d+ \|", line)]
LINK = re.compile(r"\[`(?P<test>\w+)`\]\((?P<file>[^)]+)\)")


def test_the_list_has_the_twelve_failures_in_order() -> None:
    assert [int(row.split("|")[1]) for row in ROWS] == list(range(1, 13))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip())
def test_every_failure_links_to_tests_that_exist(row: str) -> None:
    proofs = row.split("|")[4]
    links = list(LINK.finditer(proofs))
    assert links
    assert LINK.sub("", proofs).strip(" ,") == ""  # nothing is named without a link
    for link in links:
        path = (DOCUMENT.parent / link["file"]).resolve()
        assert path.is_relative_to(Path(__file__).parent)
        assert path.is_file(), link["file"]
        tests = [node for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)]
        found = next((node for node in tests if node.name == link["test"]), None)
        assert found is not None, f"{link['test']} is not in {link['file']}"
        assert found.name.startswith("test_")
        assert not any("skip" in ast.dump(mark) or "xfail" in ast.dump(mark) for mark in found.decorator_list)


def test_a_sun_that_moved_by_40_degrees_rules_no_shadow_out() -> None:
    """Failure 4: the same dark patch is no shadow with the sun in one place, and may be one with the sun elsewhere."""
    town = Town(0)
    cover = town.cover(sides=(2.5, 9))
    pair = town.pair(town.ground * (1 - cover) + cover * (AIR + (town.ground - AIR) * SKYLIGHT))
    sun = pair.before.viewing.sun_azimuth_deg if pair.before.viewing else None
    assert sun is not None
    for turned, state in ((0, "ruled out"), (40, "not ruled out"), (-40, "not ruled out")):
        after = replace(pair.after, viewing=replace(LOW_SUN, sun_azimuth_deg=(sun + turned) % 360))
        assert states(replace(pair, after=after), cover > 0.4)["sun and shadow"] == state, turned


def test_a_change_that_the_earlier_date_shows_already_is_not_attributed() -> None:
    """Failure 8: the shed stands from 26 May on; two later dates show it both and are no evidence of building."""
    scenes = {scene.id: scene for scene in oi.open_catalog(oi.bundled("port/catalog.json")).scenes()}
    aoi = oi.AreaOfInterest.from_bbox(-28.004469, 45.005139, -28.001901, 45.006962)
    built = oi.compare(scenes["port-20240516"], scenes["port-20240526"], aoi).detections
    later = oi.compare(scenes["port-20240526"], scenes["port-20240531"], aoi).detections
    assert (built.verdict, len(built)) == (Verdict.CHANGED, 1)
    assert later.verdict is not Verdict.CHANGED
    assert len(later) == 0
