"""Of products of one acquisition one is used, by the stated rule; for servers and files alike."""

from dataclasses import replace

import numpy as np
import pytest
from support.stac_server import item

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.errors import BandError, InputError
from osint_imagery.core.grid import Grid
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.scenes.acquisition import acquisitions
from osint_imagery.scenes.catalog import open_catalog, search
from osint_imagery.scenes.client import Client
from osint_imagery.scenes.mosaic import read_acquisition
from osint_imagery.scenes.remote_item import Items
from osint_imagery.scenes.sensors import sensor
from osint_imagery.scenes.streaming import shared_bands
from osint_imagery.scenes.versions import surplus

AOI = AreaOfInterest.from_bbox(35.15, 33.85, 35.25, 33.95)
LOOK = {"platform": "sentinel-2a", "grid:code": "MGRS-36SYC", "constellation": "sentinel-2", "processing:level": "L2A"}


def scene(name, **properties):
    x = properties.pop("x", 35.2)
    return Items(client=Client(), base="https://example.org").entry(item(name, x=x, **{**LOOK, **properties}))


def test_the_highest_version_is_used_as_numbers_not_as_text():
    versions = ("05.09", "05.11", "05.9", "02.14")
    scenes = [scene(f"b{place}", **{"processing:version": v}) for place, v in enumerate(versions)]
    last = {place: reason[-5:] for place, reason in surplus(scenes, AOI).items()}
    assert last == {0: "05.11", 2: "05.11", 3: "05.11"}
    assert surplus(scenes, AOI)[2].startswith("another version of the same acquisition, b1, is used: ")
    names = [scene(n, **{"processing:version": v}) for n, v in (("a", "05.09"), ("b", "05.11"))]
    assert surplus(names, AOI) == {
        0: "another version of the same acquisition, b, is used: the processing version 05.09 is below 05.11",
    }


def test_then_the_one_processed_last_then_the_last_id():
    early, late = ({"processing:datetime": f"202{i}-01-01T00:00:00Z"} for i in (1, 2))
    assert surplus([scene("a", **late), scene("b", **early)], AOI) == {
        1: "another version of the same acquisition, a, is used: this one was processed earlier"
    }
    assert set(surplus([scene("b"), scene("a"), scene("c")], AOI)) == {0, 1}
    assert surplus([scene("a"), scene("b", created="2021-01-01T00:00:00Z")], AOI) == {
        0: "another version of the same acquisition, b, is used: when this one was processed is not stated"
    }


@pytest.mark.parametrize(
    "other",
    [
        {"platform": "sentinel-2b"},
        {"grid:code": "MGRS-36SYB", "datetime": "2020-05-05T08:01:02Z"},  # the same satellite, too late for one pass
        {"grid:code": "MGRS-36SYB", "platform": "sentinel-2b"},
        {"datetime": "2020-05-05T08:00:02Z"},  # the same tile twice in a pass: a stereo pair is two looks
        {"x": 35.32},  # the other half of a tile: two ground stations cut one pass
    ],
)
def test_another_look_or_other_ground_is_no_surplus(other):
    assert surplus([scene("a"), scene("b", **other)], AOI) == {}


def test_a_part_of_the_ground_that_a_better_one_shows_whole_is_surplus():
    part, whole = scene("a", x=35.29), scene("b")
    assert list(surplus([part, whole], AOI)) == [0]


def test_of_tiles_of_one_pass_that_show_the_same_ground_the_same_one_is_used_on_every_date():
    first = {"grid:code": "MGRS-36SYB", "datetime": "2020-05-05T08:00:12Z"}
    for processed in ("2020-05-06T00:00:00Z", "2020-05-07T00:00:00Z"):  # either tile may be processed last
        tiles = [scene("a", **first, **{"processing:datetime": processed}), scene("b", created="2020-05-06T12:00:00Z")]
        (reason,) = surplus(tiles, AOI).values()
        assert reason.startswith("another tile of the same acquisition, b, is used: both tiles show this part")
        assert list(surplus(tiles, AOI)) == [0]
    part = scene("b", x=35.3)  # the tile that comes last shows half of the area only
    assert surplus([scene("a", **first), part], AOI) == {}


def test_nothing_is_compared_where_the_tile_or_the_platform_is_not_stated():
    unknown = [scene(n, **{"grid:code": None, "platform": None}) for n in "ab"]
    assert surplus(unknown, AOI) == {}


def test_files_on_this_machine_follow_the_same_rule(maker):
    for name, version in (("new", "05.11"), ("old", "02.14")):
        asset = maker.asset(name, "B04", np.ones((4, 4), np.uint16), fields={"bands": [{"name": "B04"}]})
        maker.item(name, {"B04": asset}, **LOOK, **{"processing:version": version})
    found = search(open_catalog(maker.catalog()), AOI, TimeSpan("2020-05-05"))
    assert [one.id for one in found] == ["new"]
    assert found.ledger[1].reason.endswith("new, is used: the processing version 02.14 is below 05.11")
    assert [one.id for one in found.rejected] == ["old"]


def test_two_levels_of_one_acquisition_are_one_look_and_the_higher_one_is_used():
    low = {"processing:level": "L1C", "s2:processing_baseline": "05.11"}
    scenes = [scene("a"), scene("b", **low)]
    assert [len(group) for group in acquisitions(scenes)] == [2]
    assert surplus(scenes, AOI) == {1: "another level of the same acquisition, a, is used: L2A goes before L1C"}
    named = [
        scene("x", **{"s2:product_uri": "S2A_MSIL2A_20200505T083001_N0301_R021_T36SYC_20200505T100000.SAFE"}),
        scene("y", **low, **{"s2:product_uri": "S2A_MSIL1C_20200505T083001_N0500_R021_T36SYC_20200505T090000.SAFE"}),
    ]
    assert set(surplus(named, AOI)) == {1}
    ids = {
        "landsat-c2-l2": "LC08_L2SP_174037_20200505_20200515_02_T1",
        "landsat-c2-l1": "LC08_L1TP_174037_20200505_20200515_02_T1",
    }
    both = [replace(scene(key), id=key, sensor=sensor(key), product_id=name) for key, name in ids.items()]
    assert set(surplus(both, AOI)) == {1}
    assert len(acquisitions(both)) == 1


def test_two_levels_of_one_instrument_are_no_pair_and_no_mosaic():
    scenes = [scene("a"), scene("b", **{"processing:level": "L1C"})]
    with pytest.raises(BandError, match="sentinel-2-l1c, sentinel-2-l2a; compare two dates of one level"):
        shared_bands(scenes)
    with pytest.raises(InputError, match="one acquisition at several levels"):
        read_acquisition(scenes, Grid.over(AOI, resolution_m=1000))
