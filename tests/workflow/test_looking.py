"""Tiles of one pass, and one scene that was offered twice, are one look."""

from dataclasses import replace

import pytest
from support.stac_server import item

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.claim import Prediction
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.observe.coverage import LookState, coverage
from osint_imagery.observe.together import is_in_parts, is_judged_with
from osint_imagery.scenes.catalog import Catalog
from osint_imagery.scenes.client import Client
from osint_imagery.scenes.found import judged
from osint_imagery.scenes.remote_item import Items
from osint_imagery.workflow.looking import looks_at, offered
from osint_imagery.workflow.planning import choose_looks

AOI = AreaOfInterest.from_bbox(35.15, 33.85, 35.25, 33.95)
WHEN = TimeSpan("2020-05-01", "2020-05-31")
MSI = {"constellation": "sentinel-2", "processing:level": "L2A", "platform": "sentinel-2a"}
PREDICTION = Prediction.model_validate(
    {
        "id": "ship",
        "text": "a ship lies at the quay",
        "expected_under": "yes",
        "excluded_under": "no",
        "change": "appears",
        "target": {"what": "ship", "length_m": 120, "width_m": 16},
        "when": {"start": "2020-05-01", "end": "2020-05-31"},
        "dwell_days": 3,
    }
)


def scene(name, when="2020-05-05T08:00:00Z", **properties):
    x = properties.pop("x", 35.2)
    entry = item(name, x=x, **{**MSI, "datetime": when, **properties})
    return Items(client=Client(), base="https://example.org").entry(entry)


def offer_of(*scenes):
    found = judged(scenes, AOI, WHEN, None)
    return offered(Catalog(name="c", href="c", path=None, digest=None), found)


def test_a_scene_elsewhere_that_is_offered_twice_looked_once():
    one = replace(scene("a"), assets=())
    later = replace(scene("b", "2020-05-10T08:00:00Z"), assets=())
    offer = offer_of(one, one, replace(one, metadata=b"{}"), later)
    assert [each.id for each in offer.elsewhere] == ["a", "b"]
    assert looks_at(PREDICTION, offer, AOI).reason.startswith("2 looks in the window: 2 unknown")


def radar(name, when, **properties):
    """Return a scene that is clear wherever it reaches."""
    made = scene(name, when, **{"grid:code": f"MGRS-36S{name}", **properties})
    return replace(made, sensor=replace(made.sensor, kind="radar", quality=None))


def test_tiles_of_one_pass_are_one_look_with_the_larger_part():
    tiles = [radar("YB", "2020-05-05T08:00:00Z", x=35.29), radar("YC", "2020-05-05T08:00:12Z", x=35.155)]
    found = coverage(PREDICTION, tiles, aoi=AOI)
    assert [look.state for look in found.looks] == [LookState.PARTLY, LookState.CLEAR]
    assert {look.acquisition for look in found.looks} == {"YB"}
    assert found.reason.startswith("1 look in the window: 1 clear")
    assert "1 usable of 1 looks" in repr(found)
    apart = [tiles[0], radar("YC", "2020-05-05T08:02:00Z", x=35.155)]
    assert coverage(PREDICTION, apart, aoi=AOI).reason.startswith("2 looks in the window: 1 clear, 1 partly clear")


def test_what_two_tiles_show_together_is_a_usable_look():
    """The area lies on the border of two tiles, of which each shows less than is asked for."""
    tiles = [radar("YB", "2020-05-05T08:00:00Z", x=35.29), radar("YC", "2020-05-05T08:00:12Z", x=35.10)]
    alone = [coverage(PREDICTION, [tile], aoi=AOI).looks[0] for tile in tiles]
    assert [look.state for look in alone] == [LookState.PARTLY] * 2
    found = coverage(PREDICTION, tiles, aoi=AOI)
    assert sorted(look.state for look in found.looks) == [LookState.CLEAR, LookState.PARTLY]
    assert found.reason.startswith("1 look in the window: 1 clear; 1 of them only in several tiles together")
    assert found.p_look.value > 0
    assert found.p_look.low > 0
    lead = next(look for look in found.looks if look.in_parts)
    assert lead.usable_fraction == max(look.usable_fraction for look in alone)
    assert is_in_parts(lead.reason)
    assert is_judged_with(lead.reason, "YB")
    assert is_judged_with(lead.reason, "YC")
    assert not is_judged_with(lead.reason, "Y")


def test_tiles_of_the_same_part_show_no_more_than_their_ground():
    tiles = [radar("YB", "2020-05-05T08:00:00Z", x=35.29), radar("YC", "2020-05-05T08:00:12Z", x=35.29)]
    found = coverage(PREDICTION, tiles, aoi=AOI)
    assert [look.state for look in found.looks] == [LookState.PARTLY] * 2
    assert found.p_look.high == 0
    assert "show 60% of the area together" in found.looks[0].reason


def test_border_tiles_without_quality_layer_stay_open():
    """Nobody knows the sky over either part: that is not "nobody could see it"."""
    tiles = [scene("YB", "2020-05-05T08:00:00Z", x=35.29), scene("YC", "2020-05-05T08:00:12Z", x=35.10)]
    tiles = [replace(tile, sensor=replace(tile.sensor, quality=None)) for tile in tiles]
    found = coverage(PREDICTION, tiles, aoi=AOI)
    assert found.reason.startswith("1 look in the window: 1 unknown")
    assert found.p_look.low == 0
    assert found.p_look.high > 0


def test_a_look_in_several_tiles_is_no_date_of_a_comparison():
    before = [
        radar(name, f"2020-04-05T08:00:{second}Z", x=x) for name, second, x in (("A", "00", 35.29), ("B", "12", 35.10))
    ]
    after = radar("C", "2020-05-05T08:00:00Z", x=35.2)
    found = coverage(PREDICTION, [*before, after], aoi=AOI)
    assert len(found.clear) == 2
    assert choose_looks(PREDICTION, found) is None
    assert choose_looks(PREDICTION, replace(found, looks=tuple(replace(look, in_parts=False) for look in found.looks)))


@pytest.mark.parametrize(("seconds", "pairs"), [("12", False), ("72", True)])
def test_two_tiles_of_one_pass_are_not_compared_as_two_dates(seconds, pairs):
    minute, second = divmod(int(seconds), 60)
    tiles = [
        radar("YB", "2020-05-05T08:00:00Z", x=35.235),
        radar("YC", f"2020-05-05T08:{minute:02d}:{second:02d}Z", x=35.165),
    ]
    found = coverage(PREDICTION, tiles, aoi=AOI)
    assert [look.state for look in found.looks] == [LookState.CLEAR] * 2
    assert (choose_looks(PREDICTION, found) is not None) is pairs


def test_two_dates_of_two_levels_are_no_pair():
    levels = [radar("A", "2020-04-05T08:00:00Z"), radar("B", "2020-05-05T08:00:00Z")]
    assert choose_looks(PREDICTION, coverage(PREDICTION, levels, aoi=AOI)) is not None
    levels[0] = replace(levels[0], sensor=replace(levels[0].sensor, key="sentinel-2-l1c"))
    assert choose_looks(PREDICTION, coverage(PREDICTION, levels, aoi=AOI)) is None
