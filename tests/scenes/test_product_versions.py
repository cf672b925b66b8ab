"""Products whose ids have a documented form: one of each acquisition is used, the others stay in the ledger."""

import itertools
from dataclasses import replace

import pytest
from support.products import landsat_c2_l2, pixels, safe, zipped
from support.stac_server import item

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.scenes.catalog import open_catalog, search
from osint_imagery.scenes.client import Client
from osint_imagery.scenes.remote_item import Items
from osint_imagery.scenes.sensors import sensor
from osint_imagery.scenes.versions import surplus

PLACE = AreaOfInterest.from_bbox(-7.499, 53.225, -7.49, 53.23)
SPAN = TimeSpan("2022-01-01", "2023-12-31")
S2 = "S2A_MSIL2A_20221005T115411_N{}_R023_T{}_{}"
LANDSAT = "LC09_{}_206023_20230601_{}_{}_{}"
OPERA = "OPERA_L2_RTC-S1_T137-292325-IW1_20221220T015918Z_{}_S1A_30_v{}"


def named(product_id):
    one = Items(client=Client(), base="https://example.org").entry(item("a"))
    return replace(one, id=product_id, product_id=product_id)


ITEM_PLACE = AreaOfInterest.from_bbox(35.15, 33.85, 35.25, 33.95)


@pytest.mark.parametrize(
    ("names", "best"),
    [
        ([S2.format("0400", "29UNU", "20221005T164454"), S2.format("0510", "29UNU", "20230901T000000")], 1),
        ([S2.format("0509", "29UNU", "20250101T000000"), S2.format("0510", "29UNU", "20230901T000000")], 1),
        ([S2.format("0510", "29UNU", "20221005T164454"), S2.format("0510", "29UNU", "20221006T000000.SAFE"[:15])], 1),
        ([LANDSAT.format("L2SP", "20230603", "02", "T1"), LANDSAT.format("L2SP", "20230701", "02", "T1")], 1),
        ([LANDSAT.format("L1TP", "20230603", "02", "RT"), LANDSAT.format("L1TP", "20230602", "02", "T1")], 1),
        ([LANDSAT.format("L1TP", "20230701", "01", "T1"), LANDSAT.format("L1GT", "20230603", "02", "T2")], 1),
        ([OPERA.format("20250302T001247Z", "1.0"), OPERA.format("20240302T001247Z", "1.1")], 1),
        ([OPERA.format("20250302T001247Z", "1.9"), OPERA.format("20240302T001247Z", "1.10")], 1),
    ],
)
def test_the_highest_version_then_the_latest_processing_is_used(names, best):
    for order in itertools.permutations(range(len(names))):
        scenes = [named(names[i]) for i in order]
        found = surplus(scenes, ITEM_PLACE)
        assert set(found) == {place for place, i in enumerate(order) if i != best}
        assert all(
            f"another version of the same acquisition, {names[best]}, is used" in text for text in found.values()
        )


@pytest.mark.parametrize(
    "names",
    [
        [S2.format("0400", "29UNU", "20221005T164454"), S2.format("0510", "29UNV", "20221005T164454")],
        [OPERA.format("20250302T001247Z", "1.0"), OPERA.format("20250302T001247Z", "1.0").replace("IW1", "IW2")],
        ["a", "a "],
        ["LC80200392015216LGN00", "LC80200392015216LGN01"],  # ids of no documented version are left alone
    ],
)
def test_different_acquisitions_are_not_versions_of_each_other(names):
    assert surplus([named(name) for name in names], ITEM_PLACE) == {}


@pytest.mark.parametrize(
    ("high", "low", "levels"),
    [
        (
            S2.format("0301", "29UNU", "20221005T164454"),
            S2.format("0510", "29UNU", "20221006T164454").replace("2A_2", "1C_2"),
            ("sentinel-2-l2a", "sentinel-2-l1c"),
        ),
        (
            LANDSAT.format("L2SP", "20230603", "02", "T2"),
            LANDSAT.format("L1TP", "20230604", "02", "T1"),
            ("landsat-c2-l2", "landsat-c2-l1"),
        ),
    ],
)
def test_the_higher_level_of_one_acquisition_is_used_whatever_the_versions(high, low, levels):
    both = [replace(named(name), sensor=sensor(level)) for name, level in zip((high, low), levels, strict=True)]
    for order in ((0, 1), (1, 0)):
        (told,) = surplus([both[place] for place in order], ITEM_PLACE).items()
        assert told[0] == order.index(1)
        assert told[1].startswith(f"another level of the same acquisition, {high}, is used")


def test_reprocessed_product_is_used_and_the_other_stays_in_the_ledger(tmp_path):
    bands = {"B04_60m": pixels(1)}
    safe(tmp_path, {"B04_60m": pixels(1) - 1000}, baseline="03.01", offsets=None)
    new = safe(tmp_path, bands, baseline="05.10", stamp="20230901T000000")
    zipped(new, tmp_path / "again.zip")
    landsat_c2_l2(tmp_path / "landsat")
    found = search(open_catalog(tmp_path), PLACE, SPAN)
    assert [scene.id for scene in found] == [new.stem, "LC09_L2SP_206023_20230601_20230603_02_T1"]
    reasons = {offer.href.split("/")[0]: (offer.used, offer.reason) for offer in found.ledger}
    assert len(found.ledger) == 4
    assert reasons[new.name][0] is True
    assert reasons[f"again.zip!{new.name}"] == (
        False,
        "a scene with the same id was offered too, word for word",
    )
    old = next(offer for offer in found.ledger if "N0301" in offer.scene_id)
    assert not old.used
    assert old.reason.startswith(f"another version of the same acquisition, {new.stem}, is used: ")
    assert old.reason.endswith("the processing version 03.01 is below 05.10")
    assert old.metadata_digest.startswith("sha256:")


def test_version_that_does_not_fit_the_search_supersedes_nothing(tmp_path):
    old = safe(tmp_path, {"B04_60m": pixels(1)}, baseline="04.00")
    newer = safe(tmp_path, {"B04_60m": pixels(1)}, baseline="05.10", stamp="20230901T000000")
    for path in newer.rglob("*.jp2"):
        path.unlink()  # it holds no image: it is refused
    found = search(open_catalog(tmp_path), PLACE, SPAN)
    assert [scene.id for scene in found] == [old.stem]
