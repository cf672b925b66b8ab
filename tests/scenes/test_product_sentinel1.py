"""Sentinel-1: OPERA bursts become scenes, what is not terrain-corrected is refused with the error in meters."""

import json
import math
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from support.products import pixels, write, zipped

from osint_imagery.core.flags import Flag
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.scenes.catalog import open_catalog
from osint_imagery.scenes.product_sentinel1 import displacement_m, not_corrected
from osint_imagery.scenes.reading import native_grid, read
from osint_imagery.scenes.scene import Refused

BURST = "OPERA_L2_RTC-S1_T137-292325-IW1_20221220T015918Z_20250302T001247Z_S1A_30_v1.0"
GRD = "S1A_IW_GRDH_1SDV_20211223T051122_20211223T051147_041130_04E305_1234"


def power(seed):
    return np.random.default_rng(seed).gamma(4, 0.02, (40, 40)).astype(np.float32)


def only(folder):
    (entry,) = open_catalog(folder).entries()
    return entry


def test_polarizations_and_mask_of_a_burst_are_one_scene(tmp_path):
    mask = np.zeros((40, 40), np.uint8)
    mask[:10], mask[10:20], mask[30:] = 1, 2, 255
    for layer, values in (("VV", power(1)), ("VH", power(2)), ("mask", mask)):
        write(tmp_path / f"{BURST}_{layer}.tif", values, pixel=30.0)
    scene = only(tmp_path)
    assert (scene.id, scene.sensor.key, scene.bands) == (BURST, "sentinel-1-rtc", ("vv", "vh"))
    assert scene.acquired == TimeSpan("2022-12-20T01:59:18Z")  # not when it was processed
    assert (scene.platform, scene.relative_orbit, scene.processing_version) == ("sentinel-1a", 137, "1.0")
    assert scene.credit == "Contains modified Copernicus Sentinel data 2022; terrain-corrected by NASA/JPL OPERA"
    assert "those of the product's name" in scene.notes[0]
    image = read(scene, native_grid(scene, "vv"), ("vv", "vh"))
    assert image.unit == "gamma0 (linear power)"
    assert (image.flags[:10] & Flag.DARK).all()
    assert not image.valid[:20].any()
    assert image.valid[20:30].all()
    np.testing.assert_array_equal(image.values[0, 20:30], power(1)[20:30])


def test_burst_without_mask_says_so_and_without_polarization_is_refused(tmp_path):
    write(tmp_path / f"{BURST}_VV.tif", power(1), pixel=30.0)
    scene = only(tmp_path)
    assert "no mask of layover and shadow" in scene.notes[1]
    assert (read(scene, native_grid(scene, "vv")).flags == Flag.QUALITY_UNKNOWN).all()
    (tmp_path / f"{BURST}_VV.tif").rename(tmp_path / f"{BURST}_BROWSE.tif")
    assert "none of its polarizations" in only(tmp_path).reason


def test_zip_of_a_burst_is_the_burst(tmp_path):
    folder = tmp_path / "one" / "b"
    write(folder / f"{BURST}_VV.tif", power(1), pixel=30.0)
    (tmp_path / "two").mkdir()
    zipped(folder, tmp_path / "two" / "b.zip", method=zipfile.ZIP_DEFLATED)
    one, two = only(tmp_path / "one"), only(tmp_path / "two")
    assert replace(two, href="", assets=()) == replace(one, href="", assets=())
    grid = native_grid(one, "vv")
    assert read(two, grid).digest == read(one, grid).digest


def test_unreadable_polarization_refuses_the_burst(tmp_path):
    (tmp_path / f"{BURST}_VV.tif").write_bytes(b"II*\0garbage")
    entry = only(tmp_path)
    assert isinstance(entry, Refused)
    assert entry.id == BURST
    assert str(tmp_path) not in entry.reason


def grd(folder, angles):
    root = folder / f"{GRD}.SAFE"
    write(root / "measurement" / "s1a-iw-grd-vv.tiff", pixels(1), pixel=10.0)
    points = "".join(
        f"<geolocationGridPoint><incidenceAngle>{a}</incidenceAngle></geolocationGridPoint>" for a in angles
    )
    note = root / "annotation" / "s1a-iw-grd-vv-20211223t051122.xml"
    note.parent.mkdir()
    note.write_text(f"<product><geolocationGrid>{points}</geolocationGrid></product>")
    (root / "manifest.safe").write_text("<XFDU/>")
    return root


def test_ground_range_product_is_refused_with_its_own_height_error(tmp_path):
    root = grd(tmp_path, (30.6, 38.0, 45.9))
    entry = only(tmp_path)
    assert isinstance(entry, Refused)
    assert entry.id == GRD
    far, near = (100 / math.tan(math.radians(angle)) for angle in (30.6, 45.9))
    assert f"displaced by {near:.0f} to {far:.0f} m" in entry.reason
    assert "30.6 to 45.9 degrees of this product" in entry.reason
    assert entry.metadata == (root / "manifest.safe").read_bytes()


def test_height_error_is_that_of_the_geometry():
    assert displacement_m(100, 35) == pytest.approx(142.8, abs=0.05)
    assert displacement_m(50, 45) == pytest.approx(50)
    assert "97 to 180 m" in not_corrected()


@pytest.mark.parametrize("spoil", ["<product>", '<!DOCTYPE a [<!ENTITY b "c">]><product/>', "<a><incidenceAngle/></a>"])
def test_ground_range_product_with_broken_annotation_is_refused_too(tmp_path, spoil):
    next(grd(tmp_path, (30,)).rglob("*.xml")).write_text(spoil)
    entry = only(tmp_path)
    assert isinstance(entry, Refused)
    assert any(word in entry.reason for word in ("not well-formed", "document type", "is no number"))


def test_unknown_safe_product_is_refused(tmp_path):
    path = tmp_path / "S3A_OL_1.SEN3.SAFE" / "manifest.safe"
    path.parent.mkdir()
    path.write_text("<XFDU/>")
    assert "without MTD_MSIL1C.xml" in only(tmp_path).reason


@pytest.mark.parametrize(
    ("stated", "opens"), [({}, False), ({"terrain_corrected": False}, False), ({"terrain_corrected": True}, True)]
)
def test_ground_range_file_opens_only_where_terrain_correction_is_stated(tmp_path, stated, opens):
    write(tmp_path / "a.tif", pixels(1), pixel=10.0)
    body = {"acquired": "2021-12-23T05:11:22Z", "sensor": "sentinel-1-grd", "bands": ["VV"], **stated}
    (tmp_path / "a.json").write_text(json.dumps(body))
    entry = only(tmp_path)
    assert isinstance(entry, Refused) is not opens
    if opens:
        assert entry.bands == ("vv",)
    else:
        assert "displaced by 97 to 180 m" in entry.reason
        assert '"terrain_corrected": true' in entry.reason


def test_plain_terrain_corrected_file_with_a_sidecar_opens(tmp_path):
    write(tmp_path / "a.tif", np.stack([power(1), power(2)]), pixel=10.0)
    body = {"acquired": "2021-12-23T05:11:22Z", "sensor": "sentinel-1-rtc", "bands": ["VV", "VH"]}
    (tmp_path / "a.json").write_text(json.dumps(body))
    scene = only(tmp_path)
    image = read(scene, native_grid(scene, "vv"))
    assert (image.bands, image.unit) == (("vv", "vh"), "gamma0 (linear power)")
