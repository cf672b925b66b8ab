"""Sentinel-2 SAFE: numbers are the product's own, the same from folder and zip; refused where one is missing."""

import json
import pickle
import zipfile
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.products import IDS, pixels, safe, write, zipped

from osint_imagery.core.errors import BandError, ReadError
from osint_imagery.core.flags import Flag
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.scenes.catalog import open_catalog
from osint_imagery.scenes.citation import cite_scene
from osint_imagery.scenes.reading import native_grid, read
from osint_imagery.scenes.scene import Refused

RED, NIR = pixels(1), pixels(2)
BANDS = {"B04_60m": RED, "B8A_60m": NIR}


def entries(folder):
    return list(open_catalog(folder).entries())


def only(folder):
    (entry,) = entries(folder)
    return entry


def reflectance(scene, band="red"):
    return read(scene, native_grid(scene, band), (band,), quality=False).values[0]


def test_fields_come_from_the_metadata(tmp_path):
    scl = np.full((120, 120), 4, np.uint8)
    scl[:60] = 9
    root = safe(tmp_path, BANDS, quality=scl)
    scene = only(tmp_path)
    assert scene.id == root.name.removesuffix(".SAFE")
    assert scene.product_id == root.name
    assert scene.acquired == TimeSpan("2022-10-05T11:56:49.581767Z")
    assert (scene.platform, scene.processing_version, scene.relative_orbit) == ("sentinel-2a", "05.10", 23)
    assert (scene.sun_elevation_deg, scene.sun_azimuth_deg) == (32.5, 172.8)
    assert scene.view_zenith_deg == pytest.approx(5, abs=0.01)
    assert min(scene.view_azimuth_deg, 360 - scene.view_azimuth_deg) < 1e-6  # 359 and 1 degree: north, not south
    assert (scene.scene_cloud_percent, scene.doi) == (12.5, "10.5270/S2_-znk9xsj")
    assert scene.footprint.bounds == (-7.5, 53.22, -7.48, 53.24)
    assert scene.metadata == (root / "MTD_MSIL2A.xml").read_bytes()
    assert scene.href == f"{root.name}/MTD_MSIL2A.xml"
    assert scene.credit == "Contains modified Copernicus Sentinel data 2022"
    assert scene.bands == ("red", "nir08")
    assert scene.notes == ()
    np.testing.assert_allclose(reflectance(scene), (RED - 1000.0) / 10000, atol=1e-6)
    image = read(scene, native_grid(scene, "red"), ("red",))
    assert (image.flags[:20] & Flag.CLOUD).all()
    assert image.unit == "reflectance"
    assert json.loads(json.dumps([asset.href for asset in scene.assets]))  # no machine path
    assert not any(str(tmp_path) in asset.href for asset in scene.assets)


def test_offsets_are_each_bands_own(tmp_path):
    offsets = {band: -1000 - 10 * i for i, band in enumerate(IDS)}
    safe(tmp_path, BANDS, offsets=offsets)
    scene = only(tmp_path)
    np.testing.assert_allclose(reflectance(scene, "red"), (RED - 1030.0) / 10000, atol=1e-6)
    np.testing.assert_allclose(reflectance(scene, "nir08"), (NIR - 1080.0) / 10000, atol=1e-6)


@pytest.mark.parametrize(
    ("baseline", "offsets", "expected"),
    [
        ("03.01", None, 0.0),
        ("02.14", None, 0.0),
        ("03.01", -1000, -0.1),  # what the product states wins
        ("04.00", 0, 0.0),
        ("04.00", None, "no BOA_ADD_OFFSET"),
        ("05.09", None, "no BOA_ADD_OFFSET"),
        ("05.09", {"B02": -1000}, "offset of B04 is unknown"),
        ("03.01", {"B02": -1000}, "offset of B04 is unknown"),
        ("4.0", None, "offset of B04 is unknown"),
    ],
)
def test_offset_is_stated_or_known_to_be_none_or_the_product_is_refused(tmp_path, baseline, offsets, expected):
    safe(tmp_path, BANDS, baseline=baseline, offsets=offsets)
    entry = only(tmp_path)
    if isinstance(expected, float):
        assert entry.asset_for("red").offset == expected
    else:
        assert isinstance(entry, Refused)
        assert expected in entry.reason
        assert entry.metadata


def test_same_ground_before_and_after_baseline_04_is_the_same_reflectance(tmp_path):
    safe(tmp_path / "old", {"B04_60m": RED - 1000}, baseline="03.01", offsets=None)
    safe(tmp_path / "new", {"B04_60m": RED}, baseline="04.00", offsets=-1000)
    old, new = (reflectance(only(tmp_path / name)) for name in ("old", "new"))
    np.testing.assert_allclose(old, new, atol=1e-6)
    assert old.min() > 0


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**16), level=st.sampled_from(["L1C", "L2A"]), offset=st.sampled_from([-1000, -1234, 0]))
def test_zip_of_a_product_is_the_product(tmp_path_factory, method, *, seed, level, offset):
    folder, packed = tmp_path_factory.mktemp("folder"), tmp_path_factory.mktemp("zip")
    suffix = "_60m" if level == "L2A" else ""
    bands = {f"B04{suffix}": pixels(seed), f"B09{suffix}": pixels(seed + 1)}
    quality = np.random.default_rng(seed).integers(0, 2, (3, 40, 40) if level == "L1C" else (120, 120)).astype(np.uint8)
    root = safe(folder, bands, level=level, offsets=offset, quality=quality)
    zipped(root, packed / "download.zip", method=method)
    one, two = only(folder), only(packed)
    assert two.href == f"download.zip!{one.href}"
    assert replace(two, href=one.href, assets=()) == replace(one, assets=())
    assert [replace(a, location=None) for a in two.assets] == [replace(a, location=None) for a in one.assets]
    assert [a.location.digest() for a in two.assets] == [a.location.digest() for a in one.assets]
    grid = native_grid(one, "red")
    assert native_grid(two, "red") == grid
    first, second = read(one, grid), read(two, grid)
    assert (second.digest, second.lineage) == (first.digest, first.lineage)
    np.testing.assert_array_equal(second.flags, first.flags)


def test_product_in_a_zip_is_cited_with_the_digests_of_its_files_and_travels(tmp_path):
    root = safe(tmp_path / "folder", BANDS)
    scene = only(tmp_path / "folder")
    (tmp_path / "zip").mkdir()
    zipped(root, tmp_path / "zip" / "a.zip")
    packed = only(tmp_path / "zip")
    when = datetime(2026, 1, 1, tzinfo=UTC)
    text = cite_scene(packed, when).text
    assert text == cite_scene(scene, when).text
    assert text.count("(computed here, not promised by the source)") == 2
    assert next(root.rglob("*B04_60m.jp2")).name not in text
    assert str(tmp_path) not in text
    assert pickle.loads(pickle.dumps(packed)) == packed  # noqa: S301


def test_renamed_folder_and_folder_as_catalogue_give_the_same_scene(tmp_path):
    root = safe(tmp_path, BANDS)
    before = only(root)
    root.rename(tmp_path / "my download")
    assert replace(only(tmp_path), href="", assets=()) == replace(before, href="", assets=())


def test_level_1c_mask_of_three_planes_is_decoded(tmp_path):
    mask = np.zeros((3, 40, 40), np.uint8)
    mask[0, :10], mask[1, 5:20], mask[2, 30:] = 1, 1, 1
    safe(tmp_path, {"B04": RED, "B10": NIR}, level="L1C", quality=mask)
    scene = only(tmp_path)
    assert (scene.sensor.key, scene.bands) == ("sentinel-2-l1c", ("red", "cirrus"))
    flags = read(scene, native_grid(scene, "red"), ("red",)).flags[:, 0]
    assert (flags[:5] == Flag.CLOUD).all()
    assert (flags[5:10] == Flag.CLOUD | Flag.CIRRUS).all()
    assert (flags[20:30] == 0).all()
    assert (flags[30:] == Flag.SNOW).all()


def test_mask_value_that_is_neither_yes_nor_no_is_unknown(tmp_path):
    mask = np.zeros((3, 40, 40), np.uint8)
    mask[1, 3, 3] = 7
    safe(tmp_path, {"B04": RED}, level="L1C", quality=mask)
    scene = only(tmp_path)
    flags = read(scene, native_grid(scene, "red"), ("red",)).flags
    assert flags[3, 3] == Flag.QUALITY_UNKNOWN
    assert flags.sum() == Flag.QUALITY_UNKNOWN


def test_without_a_quality_layer_every_pixel_says_so(tmp_path):
    safe(tmp_path, BANDS)
    scene = only(tmp_path)
    assert scene.quality_asset is None
    assert "holds no scene classification" in safe_note(tmp_path, level="L2A")
    assert "holds no cloud mask" in safe_note(tmp_path / "l1c", level="L1C", bands={"B04": RED})
    assert (read(scene, native_grid(scene, "red"), ("red",)).flags == Flag.QUALITY_UNKNOWN).all()


def safe_note(folder, *, level, bands=BANDS):
    folder.mkdir(exist_ok=True)
    safe(folder, bands, level=level)
    return next(scene for scene in open_catalog(folder).scenes() if scene.sensor.level == level).notes[0]


def test_finest_file_of_a_band_is_read_and_missing_ones_are_named(tmp_path):
    fine = pixels(7, shape=(120, 120))
    safe(tmp_path, {"B04_60m": RED, "B04_20m": fine, "B8A_60m": NIR}, named=("B04_10m", "B02_10m", "TCI_10m"))
    scene = only(tmp_path)
    assert scene.asset_for("red").gsd_m == 20
    assert scene.notes[0].startswith("product incomplete: 2 of the image files")
    assert "(B04_10m, B02_10m)" in scene.notes[0]
    with pytest.raises(BandError, match="band='blue' is not in scene"):
        scene.asset_for("blue")


def test_truncated_image_is_an_error_also_where_no_manifest_promises_its_size(tmp_path):
    root = safe(tmp_path, BANDS)
    path = next(root.rglob("*B04_60m.jp2"))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    scene = only(tmp_path)
    for check in (True, False):
        with pytest.raises(ReadError, match="is truncated"):
            read(scene, native_grid(scene, "nir08"), ("red",), check=check)
    (root / "manifest.safe").unlink()
    scene = only(tmp_path)
    with pytest.raises(ReadError, match="cannot be read in full"):
        read(scene, native_grid(scene, "nir08"), ("red",))
    assert np.isfinite(reflectance(scene, "nir08")).all()


def spoiled(root, name, old, new):
    path = next(root.rglob(name))
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


@pytest.mark.parametrize(
    ("name", "old", "new", "match"),
    [
        ("MTD_MSIL2A.xml", ">23<", ">east<", "is no number"),
        ("MTD_MSIL2A.xml", "<n1:General_Info>", "<n1:General", "is not well-formed"),
        ("MTD_MSIL2A.xml", '<?xml version="1.0"?>', '<!DOCTYPE a [<!ENTITY b "c">]>', "document type or entities"),
        ("MTD_TL.xml", "<Level_Tile_ID>", '<!DOCTYPE a [<!ENTITY b "c">]><Level_Tile_ID>', "document type or entities"),
        ("manifest.safe", "<XFDU>", '<!DOCTYPE a SYSTEM "x"><XFDU>', "document type or entities"),
        ("MTD_MSIL2A.xml", "BOA_QUANTIFICATION_VALUE", "X", "state no BOA_QUANTIFICATION_VALUE"),
        ("MTD_MSIL2A.xml", ">10000<", ">0<", "state no BOA_QUANTIFICATION_VALUE"),
        ("MTD_MSIL2A.xml", ">10000<", ">many<", "is no number"),
        ("MTD_MSIL2A.xml", "PROCESSING_BASELINE", "X", "states no PROCESSING_BASELINE"),
        ("MTD_MSIL2A.xml", "PRODUCT_URI", "X", "states no PRODUCT_URI"),
        ("MTD_MSIL2A.xml", "SPACECRAFT_NAME", "X", "states no SPACECRAFT_NAME"),
        ("MTD_MSIL2A.xml", ">-1000<", ">x<", "is no number"),
        ("MTD_MSIL2A.xml", "53.24 -7.50 ", "", "pairs of latitude|geometry|footprint"),
        ("MTD_TL.xml", "SENSING_TIME", "X", "states no SENSING_TIME"),
        ("MTD_TL.xml", "2022-10-05T11:56:49.581767Z", "yesterday", "yesterday"),
    ],
)
def test_metadata_that_lack_or_spoil_a_fact_refuse_the_product(tmp_path, name, *, old, new, match):
    root = safe(tmp_path, BANDS)
    spoiled(root, name, old, new)
    entry = only(tmp_path)
    assert isinstance(entry, Refused)
    assert any(part in entry.reason for part in match.split("|")), entry.reason
    assert str(tmp_path) not in entry.reason


@pytest.mark.parametrize(
    ("name", "match"), [("MTD_TL.xml", "0 granules"), ("MTD_MSIL2A.xml", "without MTD_MSIL1C.xml")]
)
def test_missing_metadata_refuse_the_product(tmp_path, name, match):
    next(safe(tmp_path, BANDS).rglob(name)).unlink()
    entry = only(tmp_path)
    assert isinstance(entry, Refused)
    assert match in entry.reason


def test_product_without_any_image_is_refused(tmp_path):
    root = safe(tmp_path, BANDS)
    for path in root.rglob("*.jp2"):
        path.unlink()
    assert "none of the 2 images" in only(tmp_path).reason


def test_product_of_several_granules_is_refused(tmp_path):
    root = safe(tmp_path, BANDS)
    tile = next(root.rglob("MTD_TL.xml"))
    other = root / "GRANULE" / "L2A_T29UNV" / "MTD_TL.xml"
    other.parent.mkdir()
    other.write_bytes(tile.read_bytes())
    assert "has 2 granules" in only(tmp_path).reason


def test_several_products_archives_and_plain_files_lie_in_one_folder(tmp_path):
    root = safe(tmp_path, BANDS)
    zipped(safe(tmp_path / "x", BANDS, stamp="20230101T000000"), tmp_path / "b.zip")
    write(tmp_path / "plain.tif", RED)
    (tmp_path / "plain.json").write_text(json.dumps({"acquired": "2020-01-01", "source": "The Press"}))
    write(tmp_path / "undated.tif", RED)
    found = entries(tmp_path)
    assert [(type(entry).__name__, entry.href.split("/")[0]) for entry in found] == [
        ("Scene", root.name),
        ("Scene", "b.zip!" + root.name.replace("20221005T164454", "20230101T000000")),
        ("Scene", "plain.tif"),
        ("Refused", "undated.tif"),
        ("Scene", "x"),
    ]
    assert found[2].credit == "Source: The Press"
