"""Landsat products: factors of the right group, the sun taken into account, quality bits of the right collection."""

from dataclasses import replace

import numpy as np
import pytest
from support.products import landsat_c2_l2, landsat_l1, pixels, tarred

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.errors import BandError
from osint_imagery.core.flags import Flag
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.scenes.catalog import open_catalog
from osint_imagery.scenes.mtl import MTL
from osint_imagery.scenes.reading import native_grid, read
from osint_imagery.scenes.scene import Refused
from osint_imagery.workflow.comparing import grid_for

C1 = {"LANDSAT_PRODUCT_ID": '"LC08_L1TP_020039_20170804_20170812_01_T1"', "DATA_TYPE": '"L1TP"'}
C1 |= {"COLLECTION_NUMBER": "01", "COLLECTION_CATEGORY": '"T1"'}
OLD = {"LANDSAT_SCENE_ID": '"LC80200392017216LGN00"', "DATA_TYPE": '"L1T"'}


def entries(folder):
    return list(open_catalog(folder).entries())


def only(folder):
    (entry,) = entries(folder)
    return entry


def values(scene, band):
    return read(scene, native_grid(scene, band), (band,), quality=False).values[0]


def flags(scene):
    return read(scene, native_grid(scene, "red"), ("red",)).flags


def test_level_2_is_scaled_by_its_own_factors_not_those_of_level_1(tmp_path):
    folder = landsat_c2_l2(tmp_path / "p")
    scene = only(tmp_path)
    assert scene.id == scene.product_id == "LC09_L2SP_206023_20230601_20230603_02_T1"
    assert scene.acquired == TimeSpan("2023-06-01T11:22:33.123456Z")
    assert (scene.sensor.key, scene.platform, scene.relative_orbit) == ("landsat-c2-l2", "landsat-9", 206)
    assert (scene.sun_elevation_deg, scene.sun_azimuth_deg, scene.scene_cloud_percent) == (50.5, 150.5, None)
    assert (scene.processing_version, scene.doi) == ("LPGS_16.2.0", "10.5066/P9OGBGM6")
    assert scene.credit == "Landsat-9 image courtesy of the U.S. Geological Survey"
    assert scene.metadata == next(folder.glob("*MTL.txt")).read_bytes()
    assert scene.notes == ()
    assert scene.bands == ("red", "nir08", "lwir11")
    np.testing.assert_allclose(values(scene, "red"), pixels(0, low=8000, high=40000) * 2.75e-5 - 0.2, atol=1e-6)
    np.testing.assert_allclose(values(scene, "lwir11"), pixels(9, low=40000, high=50000) * 0.00341802 + 149, atol=1e-4)
    assert read(scene, native_grid(scene, "red"), ("lwir11",)).unit == "kelvin"
    found = flags(scene)
    assert (found[:10] & Flag.CLOUD).all()  # 22280: cloud, high confidence
    assert not (found[10:] & Flag.CLOUD).any()  # 21824: clear


def test_temperature_is_not_read_with_reflectance_unless_asked(tmp_path):
    landsat_c2_l2(tmp_path)
    scene = only(tmp_path)
    assert scene.comparable_bands == ("red", "nir08")
    with pytest.raises(BandError, match="kelvin"):
        read(scene, native_grid(scene, "red"))


def test_tar_of_a_product_is_the_product(tmp_path):
    folder = landsat_c2_l2(tmp_path / "folder" / "p")
    (tmp_path / "tar").mkdir()
    tarred(folder, tmp_path / "tar" / "download.tar")
    one, two = only(tmp_path / "folder"), only(tmp_path / "tar")
    assert replace(two, href=one.href, assets=()) == replace(one, assets=())
    assert [replace(a, location=None) for a in two.assets] == [replace(a, location=None) for a in one.assets]
    grid = native_grid(one, "red")
    first, second = (read(scene, grid, ("red", "nir08")) for scene in (one, two))
    assert (second.digest, second.lineage) == (first.digest, first.lineage)
    assert open_catalog(tmp_path / "tar" / "download.tar").digest is not None


@pytest.mark.parametrize(("contents", "key"), [(OLD, "landsat-l1"), (C1, "landsat-c1-l1")])
def test_level_1_is_top_of_atmosphere_reflectance_with_the_sun(tmp_path, contents, key):
    landsat_l1(tmp_path, name="X", contents=contents)
    scene = only(tmp_path)
    assert scene.sensor.key == key
    assert scene.acquired == TimeSpan("2017-08-04T16:19:21.791742Z")
    np.testing.assert_allclose(
        values(scene, "red"), (pixels(1) * 2e-5 - 0.1) / 0.5, atol=1e-6
    )  # the sine of 30 degrees
    assert any("divided by the sine of the sun's elevation" in note for note in scene.notes)
    assert read(scene, native_grid(scene, "red"), ("lwir11",)).unit == "DN"
    assert scene.comparable_bands == ("red",)  # not the panchromatic band, whose pixels are half as wide
    area = AreaOfInterest.from_geometry(scene.footprint.centroid.buffer(0.001), crs="EPSG:4326")
    assert grid_for([scene], area).gsd_m == pytest.approx(30, rel=1e-3)


@pytest.mark.parametrize(
    ("image", "rescaling"),
    [({"CLOUD_COVER": 1}, None), ({"SUN_ELEVATION": -3.0}, None), (None, {"RADIANCE_MULT_BAND_4": 1})],
)
def test_level_1_without_sun_or_factors_stays_digital_numbers(tmp_path, image, rescaling):
    landsat_l1(tmp_path, name="X", contents=OLD, image=image, rescaling=rescaling)
    image = read(only(tmp_path), native_grid(only(tmp_path), "red"), ("red",))
    assert image.unit == "DN"
    np.testing.assert_array_equal(image.values[0], pixels(1))


# Bits as the three documents write them: clear; cloud of high confidence; cirrus of high confidence; fill
@pytest.mark.parametrize(
    ("contents", "codes"),
    [
        (
            OLD,
            {0b0100000000000000: 0, 0b1100000000000000: Flag.CLOUD, 0b0111000000000000: Flag.CIRRUS, 1: Flag.NO_DATA},
        ),
        (C1, {0b0000101010100000: 0, 0b0000101011110000: Flag.CLOUD, 0b0001101010100000: Flag.CIRRUS, 1: Flag.NO_DATA}),
    ],
)
def test_quality_bits_are_those_of_the_collection(tmp_path, contents, codes):
    layer = np.repeat(np.array(list(codes), np.uint16), 400).reshape(40, 40)
    landsat_l1(tmp_path, name="X", contents=contents, quality=layer)
    found = flags(only(tmp_path)).ravel()[::400]
    for flag, expected in zip(found, codes.values(), strict=True):
        assert flag & int(expected) == int(expected)
        assert bool(flag & int(Flag.CLOUD)) == (expected == Flag.CLOUD)
        assert bool(flag & int(Flag.CIRRUS)) == (expected == Flag.CIRRUS) or expected == Flag.NO_DATA


def test_files_renamed_alike_are_found_and_it_is_said(tmp_path):
    landsat_c2_l2(tmp_path)
    for path in tmp_path.iterdir():
        path.rename(tmp_path / path.name.replace("LC09_L2SP_206023_20230601_20230603_02_T1_", "my_").lower())
    scene = only(tmp_path)
    assert scene.id == "LC09_L2SP_206023_20230601_20230603_02_T1"
    assert scene.bands == ("red", "nir08", "lwir11")
    assert any(note.startswith("files renamed: my_sr_b4.tif stands for") for note in scene.notes)


def test_two_products_in_one_folder_keep_their_files_apart(tmp_path):
    landsat_c2_l2(tmp_path)
    landsat_c2_l2(tmp_path, name="LC09_L2SP_206023_20230617_20230619_02_T1", tails=("SR_B4",))
    first, second = entries(tmp_path)
    assert (first.bands, second.bands) == (("red", "nir08", "lwir11"), ("red", "lwir11"))
    assert second.assets[0].href.startswith("LC09_L2SP_206023_20230617")


def test_missing_files_are_named_and_none_at_all_refuses(tmp_path):
    landsat_c2_l2(tmp_path)
    next(tmp_path.glob("*SR_B5.TIF")).unlink()
    next(tmp_path.glob("*QA_PIXEL.TIF")).unlink()
    scene = only(tmp_path)
    assert scene.bands == ("red", "lwir11")
    assert any("_SR_B5.TIF of the MTL file are not here" in note for note in scene.notes)
    assert any("no quality layer" in note for note in scene.notes)
    assert (flags(scene) == Flag.QUALITY_UNKNOWN).all()
    for path in tmp_path.glob("*.TIF"):
        path.unlink()
    entry = only(tmp_path)
    assert isinstance(entry, Refused)
    assert "none of the 3 bands" in entry.reason


def test_cut_scene_is_placed_where_its_pixels_are(tmp_path):
    landsat_c2_l2(tmp_path)
    path = next(tmp_path.glob("*MTL.txt"))
    path.write_text(path.read_text().replace("REFLECTIVE_LINES = 40", "REFLECTIVE_LINES = 7821"))
    scene = only(tmp_path)
    assert any("hold 40 x 40 pixels, the MTL file states 7821 x 40" in note for note in scene.notes)
    assert scene.footprint.bounds[2] - scene.footprint.bounds[0] < 0.03


def test_position_is_not_vouched_for_below_tier_1(tmp_path):
    landsat_c2_l2(tmp_path / "a")
    landsat_c2_l2(tmp_path / "b", name="LC09_L2SP_206023_20230601_20230603_02_T2", tier="T2")
    first, second = entries(tmp_path)
    assert (first.sensor.geolocation_ce90_m, second.sensor.geolocation_ce90_m) == (18.2, None)
    assert "tier T2" in second.notes[0]


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        ('"OLI_TIRS"', '"MSS"', "SENSOR_ID is MSS"),
        ("COLLECTION_NUMBER = 02", "COLLECTION_NUMBER = 03", "collection 03, level L2SP is not read"),
        ('PROCESSING_LEVEL = "L2SP"', 'PROCESSING_LEVEL = "L3"', "level L3 is not read"),
        ("REFLECTANCE_MULT_BAND_4 = 2.75e-05", "X = 1", "no REFLECTANCE_MULT_BAND_4 and ADD in LEVEL2"),
        ("REFLECTANCE_ADD_BAND_4 = -0.2", "REFLECTANCE_ADD_BAND_4 = small", "is no number"),
        ("DATE_ACQUIRED", "DAY", "no DATE_ACQUIRED"),
        ("11:22:33", "noon", "noon"),
        ("SPACECRAFT_ID", "X", "no SPACECRAFT_ID"),
        ("END_GROUP = LANDSAT_METADATA_FILE", "", "no whole MTL text"),
    ],
)
def test_metadata_that_lack_or_spoil_a_fact_refuse_the_product(tmp_path, old, new, match):
    landsat_c2_l2(tmp_path)
    path = next(tmp_path.glob("*MTL.txt"))
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    entry = only(tmp_path)
    assert isinstance(entry, Refused)
    assert match in entry.reason
    assert str(tmp_path) not in entry.reason


def test_unreadable_first_band_refuses_the_product(tmp_path):
    landsat_c2_l2(tmp_path)
    next(tmp_path.glob("*SR_B4.TIF")).write_bytes(b"<VRTDataset/>")
    assert "is not a GeoTIFF" in only(tmp_path).reason


def test_same_key_means_what_its_group_says():
    text = b'GROUP = F\n GROUP = A\n K = 1\n END_GROUP = A\n GROUP = B\n K = "two words"\n END_GROUP = B\nEND_GROUP = F'
    mtl = MTL.parse(text, "x")
    assert (mtl.word("K", "A"), mtl.word("K", "B"), mtl.word("K", "C"), mtl.word("K", "C", "B")) == (
        "1",
        "two words",
        None,
        "two words",
    )
