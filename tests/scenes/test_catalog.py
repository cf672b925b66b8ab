import numpy as np
import pytest

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.errors import CatalogError, NothingFoundWarning, OutsideFootprintError
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.scenes.catalog import open_catalog, search

AOI = AreaOfInterest.from_bbox(35.15, 33.85, 35.2, 33.9, name="port")
YEAR = TimeSpan("2020-01-01", "2020-12-31")
FAR = {"type": "Polygon", "coordinates": [[[5, 5], [6, 5], [6, 6], [5, 5]]]}
PIXELS = np.ones((4, 4), np.uint8)


@pytest.fixture
def catalog(maker):
    maker.item("late", {"B04": maker.asset("late", "B04", PIXELS)}, datetime="2020-09-01T00:00:00Z")
    maker.item("early", {"B04": maker.asset("early", "B04", PIXELS)}, datetime="2020-02-01T00:00:00Z")
    maker.item("elsewhere", {"B04": maker.asset("elsewhere", "B04", PIXELS)}, geometry=FAR)
    maker.item("other-year", {"B04": maker.asset("other-year", "B04", PIXELS)}, datetime="2019-09-01T00:00:00Z")
    maker.item("no-pixels", {"thumbnail": {"href": "./t.png", "type": "image/png"}})
    maker.item(
        "edge",
        {"B04": maker.asset("edge", "B04", PIXELS)},
        datetime=None,
        start_datetime="2020-12-31T00:00:00Z",
        end_datetime="2021-01-01T23:00:00Z",
    )
    return open_catalog(maker.catalog())


def test_every_scene_offered_is_in_the_ledger_with_its_reason(catalog):
    found = search(catalog, AOI, YEAR)
    assert [scene.id for scene in found] == ["early", "late", "edge"]
    assert len(found) == 3
    assert found[0].id == "early"
    reasons = {offer.scene_id: (offer.used, offer.reason) for offer in found.ledger}
    assert reasons["late"] == (True, "its footprint covers 100% of the area of interest")
    assert reasons["elsewhere"] == (False, "outside the area of interest")
    assert reasons["other-year"] == (False, "outside the dates 2020-01-01 to 2020-12-31 UTC")
    assert reasons["no-pixels"] == (False, "no readable raster asset on this machine")
    assert reasons["edge"][1].endswith("lies only partly in the dates")
    assert all(offer.metadata_digest.startswith("sha256:") for offer in found.ledger)
    assert repr(found) == "Found(3 of 6 scenes offered; 2020-01-01 to 2020-12-31 UTC)"


def test_nothing_found_is_an_empty_result_and_a_warning_where_it_was_asked(catalog):
    with pytest.warns(NothingFoundWarning, match="6 offered, 0 used") as caught:
        found = search(catalog, AOI, TimeSpan("1999-01-01"))
    assert caught[0].filename == __file__
    assert len(found) == 0
    assert len(found.ledger) == 6


def test_empty_catalogue_warns(maker):
    with pytest.warns(NothingFoundWarning, match="0 offered"):
        search(open_catalog_of_nothing(maker), AOI, YEAR)


def open_catalog_of_nothing(maker):
    maker.root.mkdir()
    return open_catalog(maker.catalog())


def test_area_outside_every_scene_is_refused_with_the_extent(catalog):
    with pytest.raises(OutsideFootprintError, match=r"longitude 5\.0000 to 35\.3000, latitude 5\.0000 to 33\.9500"):
        search(catalog, AreaOfInterest.from_bbox(-60, -10, -59, -9), YEAR)


def test_second_scene_with_one_id_is_rejected(maker):
    maker.item("a", {"B04": maker.asset("a", "B04", PIXELS)})
    maker.item("b", {"B04": maker.asset("b", "B04", PIXELS)})
    path = maker.root / "b" / "item.json"
    path.write_text(path.read_text().replace('"id": "b"', '"id": "a"'))
    found = search(open_catalog(maker.catalog()), AOI, YEAR)
    assert [offer.used for offer in found.ledger] == [True, False]
    assert "same id" in found.ledger[1].reason


@pytest.mark.parametrize(
    "source", ["http://example.org/stac", "s3://bucket/catalog.json", "/vsicurl/http://x", "file:///etc/x.json"]
)
def test_only_https_catalogues_are_asked(source):
    with pytest.raises(CatalogError, match=r"source=.* is refused: "):
        open_catalog(source)


def test_missing_and_single_rasters_are_refused(tmp_path):
    with pytest.raises(CatalogError, match="is not there"):
        open_catalog(tmp_path / "none.json")
    (tmp_path / "a.tif").write_bytes(b"II*\0")
    with pytest.raises(CatalogError, match="give the folder"):
        open_catalog(tmp_path / "a.tif")


def test_folder_with_a_catalogue_file_opens_it(catalog, maker):
    again = open_catalog(maker.root)
    assert (again.name, again.digest) == ("test", catalog.digest)
    assert repr(again) == "Catalog('test', static STAC)"
