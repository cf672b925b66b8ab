"""Tiles of one pass, and one scene that was offered twice, are one look."""

from dataclasses import replace

import pytest
from support.stac_server import item

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.claim import Prediction
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.observe.coverage import LookState, coverage
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
