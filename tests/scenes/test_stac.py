import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from osint_imagery.core.errors import CatalogError, ChecksumError
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.scenes.catalog import open_catalog
from osint_imagery.scenes.checking import check_other, checked_digest
from osint_imagery.scenes.scene import Scene
from osint_imagery.scenes.stac import scene_of

PIXELS = np.ones((4, 4), dtype=np.uint16)


def scenes(maker):
    return list(open_catalog(maker.catalog()).scenes())


def test_old_and_new_band_fields_say_the_same(maker):
    old = {
        "eo:bands": [{"name": "B05", "common_name": "rededge"}],
        "raster:bands": [{"scale": 1e-4, "offset": -0.1, "nodata": 0}],
    }
    new = {
        "bands": [
            {"name": "B05", "eo:common_name": "rededge071", "raster:scale": 1e-4, "raster:offset": -0.1, "nodata": 0}
        ]
    }
    for name, fields in (("old", old), ("new", new)):
        maker.item(
            name,
            {"B05": maker.asset(name, "B05", PIXELS, fields=fields)},
            **{"constellation": "sentinel-2", "processing:level": "L2A", "s2:processing_baseline": "05.09"},
        )
    for scene in scenes(maker):
        (asset,) = scene.assets
        assert (asset.bands, asset.scale, asset.offset, asset.nodata) == (("rededge1",), 1e-4, -0.1, 0)
        assert scene.processing_version == "05.09"
        assert asset.digest.startswith("sha256:")


def test_plain_items_keep_ambiguous_bands_apart(maker):
    fields = {"eo:bands": [{"name": f"RE{i}", "common_name": "rededge"} for i in (1, 2)]}
    maker.item("a", {"x": maker.asset("a", "x", np.ones((2, 4, 4), np.uint8), fields=fields)})
    assert scenes(maker)[0].bands == ("re1", "re2")


def test_a_day_stays_a_day(maker):
    maker.item("a", {}, datetime=None, start_datetime="2015-08-20T00:00:00Z", end_datetime="2015-08-20T23:59:59Z")
    assert scenes(maker)[0].acquired == TimeSpan("2015-08-20T00:00:00Z", "2015-08-20T23:59:59Z")


def test_metadata_is_kept_verbatim(maker):
    path = maker.item("a", {})
    assert scenes(maker)[0].metadata == path.read_bytes()
    assert scenes(maker)[0].href == "a/item.json"


@pytest.mark.parametrize(
    ("properties", "match"),
    [
        ({"datetime": "2020-01-01T00:00:00"}, "a'.*has no time zone"),
        ({"datetime": None}, "the item has no date"),
        ({"datetime": "yesterday"}, "not a date or RFC 3339"),
        (
            {
                "datetime": "2021-01-01T00:00:00Z",
                "start_datetime": "2020-01-01T00:00:00Z",
                "end_datetime": "2020-01-02T00:00:00Z",
            },
            "lies outside start_datetime",
        ),
        ({"osint:sensor": "unheard-of"}, "sensor='unheard-of' is not known"),
    ],
)
def test_item_that_contradicts_itself_is_refused_by_name(maker, properties, match):
    maker.item("a", {}, **properties)
    with pytest.raises(CatalogError, match=match):
        scenes(maker)


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        {"type": "Point", "coordinates": [1, 2]},
        {"type": "Polygon"},
        {"type": "Polygon", "coordinates": [[[500, 0], [501, 0], [501, 1], [500, 0]]]},
    ],
)
def test_item_without_a_place_is_refused(maker, geometry):
    maker.item("a", {}, geometry=geometry)
    with pytest.raises(CatalogError, match="item 'a'"):
        scenes(maker)


@pytest.mark.parametrize(
    "href",
    [
        "/vsicurl/http://x/y.tif",
        "../../outside.tif",
        "/etc/passwd",
        "file:///etc/passwd",
        "./%2e%2e/%2e%2e/x.tif",
        "vsizip/../x.vrt:y",
        "zip:x.zip!y.tif",
        "a/vsimem/x.tif",
        "",
    ],
)
def test_links_that_leave_the_catalogue_are_refused(maker, href):
    maker.item("a", {"x": {"href": href, "type": "image/tiff"}})
    with pytest.raises(CatalogError, match=r"item 'a'.*href="):
        scenes(maker)


def test_symbolic_link_out_of_the_catalogue_is_refused(maker, tmp_path):
    (tmp_path / "secret.tif").write_bytes(b"II*\0")
    maker.item("a", {"x": {"href": "./x.tif", "type": "image/tiff"}})
    (maker.root / "a" / "x.tif").symlink_to(tmp_path / "secret.tif")
    with pytest.raises(CatalogError, match="leads out of the catalogue"):
        scenes(maker)


def test_remote_files_are_named_and_never_opened(maker):
    maker.item("a", {"x": {"href": "https://example.org/x.tif", "type": "image/tiff"}})
    (asset,) = scenes(maker)[0].assets
    assert asset.path is None


def test_remote_child_is_refused(maker):
    maker.item("a", {})
    path = maker.catalog()
    body = json.loads(path.read_text())
    body["links"] = [{"rel": "child", "href": "https://example.org/c.json"}]
    path.write_text(json.dumps(body))
    with pytest.raises(CatalogError, match="remote items are not read"):
        list(open_catalog(path).scenes())


def test_missing_broken_and_foreign_files_are_named(maker):
    maker.item("a", {})
    path = maker.catalog()
    item = maker.root / "a" / "item.json"
    for text, match in (
        ("{", "a/item.json' cannot be read as JSON"),
        ("[]", "holds a list"),
        ('{"type": "Other"}', "type='Other'"),
        ('{"type": "Feature", "id": "q"}', "item 'q'"),
    ):
        item.write_text(text)
        with pytest.raises(CatalogError, match=match):
            list(open_catalog(path).scenes())
    item.unlink()
    with pytest.raises(CatalogError, match=r"a/item\.json' cannot be read"):
        list(open_catalog(path).scenes())


def test_circular_links_end(maker):
    maker.item("a", {})
    path = maker.catalog()
    body = json.loads(path.read_text())
    body["links"].append({"rel": "child", "href": "./catalog.json"})
    path.write_text(json.dumps(body))
    assert len(list(open_catalog(path).scenes())) == 1


def test_item_collection_is_read(maker):
    item = json.loads(maker.item("a", {}).read_text())
    path = maker.root / "found.json"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [item, {**item, "id": "b"}]}))
    assert [scene.id for scene in open_catalog(path).scenes()] == ["a", "b"]


@pytest.mark.parametrize("text", ["1220" + "0" * 62, "122x" + "0" * 64, "md5:0123456789", "d501"])
def test_checksum_that_is_none_is_refused(maker, text):
    maker.item("a", {"x": {"href": "./x.tif", "type": "image/tiff", "file:checksum": text}})
    with pytest.raises(CatalogError, match="not a SHA-256 multihash"):
        scenes(maker)


@pytest.mark.parametrize("code", ["1340", "1620", "d50110", "1114"])
def test_checksums_of_other_kinds_are_kept_apart_and_compared(maker, code):
    name = {"1340": "sha512", "1620": "sha3_256", "d50110": "md5", "1114": "sha1"}[code]
    asset = maker.asset("a", "B04", PIXELS)
    data = (maker.root / "a" / "B04.tif").read_bytes()
    del asset["file:checksum"]
    maker.item("a", {"B04": {**asset, "file:checksum": code + hashlib.new(name, data).hexdigest()}})
    (asset,) = scenes(maker)[0].assets
    assert asset.digest is None
    assert checked_digest(asset) == "sha256:" + hashlib.sha256(data).hexdigest()
    assert check_other(asset.location, asset.checksum) is True
    (maker.root / "a" / "B04.tif").write_bytes(data + b"x")
    with pytest.raises(ChecksumError, match="another file"):
        checked_digest(replace(asset, size=None))


def test_a_checksum_of_an_unknown_kind_is_never_taken_as_compared(maker):
    maker.item("a", {"B04": maker.asset("a", "B04", PIXELS, fields={"file:checksum": "d50120" + "0" * 64})})
    (asset,) = scenes(maker)[0].assets
    assert asset.digest is None
    assert check_other(asset.location, asset.checksum) is False


def test_signatures_in_addresses_do_not_get_into_the_scene(maker):
    maker.item("a", {"x": {"href": "https://example.org/x.tif?sig=SECRET", "type": "image/tiff"}})
    assert scenes(maker)[0].assets[0].href == "https://example.org/x.tif"


def test_bands_named_by_their_place_in_the_item_are_understood(maker):
    asset = maker.asset("a", "SR_B4.TIF", PIXELS, fields={"eo:bands": [1]})
    bands = [{"name": "SR_B3", "common_name": "green"}, {"name": "SR_B4", "common_name": "red"}]
    maker.item(
        "a",
        {"SR_B4.TIF": asset, "QA_PIXEL.TIF": maker.asset("a", "QA_PIXEL.TIF", PIXELS)},
        **{"eo:bands": bands, "eo:platform": "LANDSAT_8", "collection": "landsat-c2l2-sr"},
        **{"landsat:collection_number": "02", "landsat:wrs_path": "81", "landsat:wrs_row": "119"},
    )
    (scene,) = scenes(maker)
    assert (scene.sensor.key, scene.bands, scene.quality_asset.key) == ("landsat-c2-l2", ("red",), "QA_PIXEL.TIF")
    assert (scene.tile, scene.credit) == ("WRS2-081119", "Landsat-8 image courtesy of the U.S. Geological Survey")


def test_a_band_is_read_as_it_was_measured_not_as_it_was_blown_up(maker):
    coarse = {"gsd": 60, "roles": ["data", "sampling:original"], "bands": [{"name": "B01"}]}
    fine = {"gsd": 20, "roles": ["data", "sampling:upsampled"], "bands": [{"name": "B01"}]}
    assets = {"B01_20m": maker.asset("a", "B01_20m", PIXELS, fields=fine)}
    assets["B01_60m"] = maker.asset("a", "B01_60m", PIXELS, fields=coarse)
    maker.item("a", assets, **{"constellation": "sentinel-2", "processing:level": "L2A"})
    assert scenes(maker)[0].asset_for("coastal").key == "B01_60m"


def test_bands_of_one_file_with_different_scales_are_refused(maker):
    bands = [{"name": "a", "raster:scale": 1.0}, {"name": "b", "raster:scale": 2.0}]
    maker.item("a", {"x": {"href": "./x.tif", "type": "image/tiff", "bands": bands}})
    with pytest.raises(CatalogError, match="differ in scale"):
        scenes(maker)


@pytest.mark.parametrize("order", [1, -1])
def test_footprint_over_the_dateline_is_cut(maker, order):
    ring = [[179, 50], [-179, 50], [-179, 52], [179, 52], [179, 50]][::order]
    maker.item("a", {}, geometry={"type": "Polygon", "coordinates": [ring]})
    footprint = scenes(maker)[0].footprint
    assert footprint.geom_type == "MultiPolygon"
    assert footprint.area == pytest.approx(4)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FIELD = st.sampled_from(
    ["datetime", "start_datetime", "platform", "instruments", "eo:cloud_cover", "sat:relative_orbit", "osint:sensor"]
)
ASSET_FIELD = st.sampled_from(
    ["href", "type", "roles", "bands", "eo:bands", "raster:bands", "file:size", "gsd", "nodata"]
)


@settings(deadline=None)
@given(properties=st.dictionaries(FIELD, JSON), asset=st.dictionaries(ASSET_FIELD, JSON) | JSON, where=JSON)
def test_any_item_is_either_a_scene_or_a_catalog_error(tmp_path_factory, properties, asset, where):
    root = tmp_path_factory.getbasetemp()
    base = {"href": "./x.tif", "type": "image/tiff"}
    item = {
        "id": "a",
        "geometry": AREA if where is None else {"type": "Polygon", "coordinates": where},
        "properties": {"datetime": "2020-01-01T00:00:00Z", **properties},
        "assets": {"x": {**base, **asset} if isinstance(asset, dict) else asset},
    }
    try:
        scene = scene_of(b"{}", item, root / "item.json", root)
    except CatalogError as err:
        scene, message = None, str(err)
    assert isinstance(scene, Scene) or "item 'a'" in message


AREA = {"type": "Polygon", "coordinates": [[[35.1, 33.8], [35.3, 33.8], [35.3, 33.95], [35.1, 33.8]]]}
