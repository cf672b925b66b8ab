"""Items that real catalogues served, from the source package odc-stac 0.5.3: all open, and say what they should."""

import json
import os
import sys
from pathlib import Path, PurePosixPath

import pytest

from osint_imagery.scenes.catalog import open_catalog
from osint_imagery.scenes.client import Client
from osint_imagery.scenes.packaged import bundled
from osint_imagery.scenes.profiles import profile_named
from osint_imagery.scenes.remote_item import Items
from osint_imagery.scenes.scene import Scene

pytestmark = pytest.mark.servers
NAMED = os.environ.get("OSINT_IMAGERY_REAL_ITEMS") or str(Path(sys.prefix) / "servers" / "items")

SENTINEL = (
    "coastal",
    "blue",
    "green",
    "red",
    "rededge1",
    "rededge2",
    "rededge3",
    "nir",
    "nir08",
    "nir09",
    "swir16",
    "swir22",
)
LANDSAT_8 = ("coastal", "blue", "green", "red", "nir08", "swir16", "swir22")
LANDSAT_7 = ("blue", "green", "red", "nir08", "swir16", "swir22")
PC = "S2B_MSIL2A_20190629T212529_R043_T06VVN_20201006T080531"
CDSE = "S2C_MSIL2A_20250330T100051_N0511_R122_T33UWP_20250330T145914_cdse_stac_v110"
COPERNICUS = "Contains modified Copernicus Sentinel data {}"
USGS = "Landsat-{} image courtesy of the U.S. Geological Survey"

EXPECTED = {
    # file: catalogue, sensor, bands, (scale, offset, nodata) of red, quality asset, credit, version, tile
    PC: (
        "planetary-computer",
        "sentinel-2-l2a",
        SENTINEL,
        (1e-4, 0.0, None),
        "SCL",
        COPERNICUS.format(2019),
        "02.12",
        "MGRS-6VVN",
    ),
    f"{PC}_raster_ext": (
        "planetary-computer",
        "sentinel-2-l2a",
        SENTINEL,
        (1e-4, 0.0, 0.0),
        "SCL",
        COPERNICUS.format(2019),
        "02.12",
        "MGRS-6VVN",
    ),
    CDSE: (
        "copernicus",
        "sentinel-2-l2a",
        SENTINEL,
        (1e-4, -0.1, 0.0),
        None,
        COPERNICUS.format(2025),
        "05.11",
        "MGRS-33UWP",
    ),
    "S2A_28QCH_20200714_0_L2A": (
        "earth-search",
        "sentinel-2-l2a",
        SENTINEL,
        (None, None, None),
        "SCL",
        COPERNICUS.format(2020),
        None,
        None,
    ),
    "LC08_L2SP_028030_20200114_20200824_02_T1_SR": (
        "usgs-landsat",
        "landsat-c2-l2",
        LANDSAT_8,
        (2.75e-05, -0.2, None),
        "qa_pixel",
        USGS.format(8),
        None,
        "WRS2-028030",
    ),
    "LC08_L2SR_081119_20200101_20200823_02_T2": (
        "usgs-landsat",
        "landsat-c2-l2",
        LANDSAT_8,
        (2.75e-05, -0.2, None),
        "QA_PIXEL.TIF",
        USGS.format(8),
        None,
        "WRS2-081119",
    ),
    "LE07_L2SP_044033_20210329_20210424_02_T1_SR": (
        "usgs-landsat",
        "landsat-c2-l2",
        LANDSAT_7,
        (2.75e-05, -0.2, None),
        "qa_pixel",
        USGS.format(7),
        None,
        "WRS2-044033",
    ),
}


@pytest.fixture(scope="module")
def folder() -> Path:
    if not Path(NAMED).is_dir():
        pytest.skip("items of odc-stac 0.5.3 are not here; `make test-servers` brings them")
    return Path(NAMED)


def entry(path: Path, profile: str) -> object:
    data = path.read_bytes()
    items = Items(client=Client(), base="https://example.org", profile=profile_named(profile))
    return items.entry(json.loads(data), data=data, url=f"https://example.org/{path.name}")


@pytest.mark.parametrize("name", EXPECTED)
def test_a_real_item_says_what_it_should(folder, name):
    catalogue, sensor, bands, numbers, quality, credit, version, tile = EXPECTED[name]
    scene = entry(folder / f"{name}.json", catalogue)
    assert isinstance(scene, Scene), scene
    assert scene.sensor.key == sensor
    # CDSE's own address is S3, which is not read without an account: its bands are there, and are no readable ones
    named = {band for asset in scene.assets if asset.is_data for band in asset.bands}
    assert set(bands) <= named
    reds = [asset for asset in scene.assets if "red" in asset.bands and asset.is_data and "visual" not in asset.key]
    assert {(asset.scale, asset.offset, asset.nodata) for asset in reds} == {numbers}
    assert (scene.quality_asset.key if scene.quality_asset else None) == quality
    assert (scene.credit, scene.processing_version, scene.tile) == (credit, version, tile)
    if catalogue != "copernicus":
        assert set(bands) <= set(scene.bands)
        assert {scene.asset_for(band).location.href.split(":")[0] for band in bands} <= {"https"}


def test_the_pinned_samples_have_the_checksums_that_their_providers_stated(folder):
    pinned = json.loads(bundled("public.json").read_bytes())["features"]
    assert len(pinned) == 3
    for item in pinned:
        served = json.loads((folder / PurePosixPath(item["osint:sample"]["digests"]).name).read_bytes())
        assert (item["id"], item["properties"]["datetime"]) == (served["id"], served["properties"]["datetime"])
        for key, asset in item["assets"].items():
            stated = served["assets"][key]
            assert asset["file:checksum"] == stated["file:checksum"]
            assert asset.get("file:size") == stated.get("file:size")
            assert asset["href"] in {stated["href"], stated["alternate"].get("s3", {}).get("href")}


def test_every_item_opens_or_is_refused_by_name(folder):
    paths = [path for path in sorted(folder.glob("*.json")) if json.loads(path.read_bytes()).get("type") == "Feature"]
    opened = [entry(path, "earth-search") for path in paths]
    assert len(opened) >= 10
    assert all(isinstance(scene, Scene) for scene in opened)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_real_item_comes_back_from_stac_geoparquet_as_it_is_in_json(folder, tmp_path, name):
    arrow = pytest.importorskip("stac_geoparquet.arrow", reason="extra 'geoparquet' is not installed")
    item = json.loads((folder / f"{name}.json").read_bytes())
    arrow.to_parquet(arrow.parse_stac_items_to_arrow([item]), tmp_path / "item.parquet")
    (tmp_path / "item.json").write_text(json.dumps({**item, "links": []}))
    (there,) = open_catalog(tmp_path / "item.parquet").scenes()
    (plain,) = open_catalog(tmp_path / "item.json").scenes()
    left = {"metadata", "href", "notes"}
    for field in set(there.__slots__) - left:
        assert getattr(there, field) == getattr(plain, field), field
