"""Pixels are read where they lie, in the unit that is stated, with every reason why one may not be used."""

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from affine import Affine
from pyproj import Transformer
from support.rasters import S2, SCALED, UTM, grid, ramp, scene_with

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.errors import (
    BandError,
    DataError,
    OutsideFootprintError,
)
from osint_imagery.core.flags import Flag
from osint_imagery.core.grid import Grid
from osint_imagery.core.lineage import digest_array, digest_file
from osint_imagery.scenes.catalog import open_catalog
from osint_imagery.scenes.reading import native_grid, read, read_quality


def test_same_grid_copies_pixels_and_applies_the_stated_scale(maker):
    pixels = ramp()
    scene = scene_with(maker, {"B04": pixels})
    image = read(scene, grid(3, 5), ("red",))
    np.testing.assert_array_equal(image.band("red"), pixels[5:13, 3:11].astype(np.float32) * np.float32(1e-4))
    assert (image.unit, image.sensor, image.scene_id) == ("reflectance", "sentinel-2-l2a", "a")
    assert image.credit == "Contains modified Copernicus Sentinel data 2020"
    assert dict(image.lineage.steps[0].parameters)["red.resampling"] == "none (pixels coincide)"


def test_what_cannot_be_used_is_nan_in_every_band_and_the_digest_says_so(maker):
    classes = np.full((20, 20), 4, dtype=np.uint8)
    classes[3] = 9  # cloud
    pixels = ramp()
    pixels[20:22] = 0  # no data, in one band only
    scene = scene_with(maker, {"B04": pixels, "B08": ramp()}, quality=classes)
    image = read(scene, grid(shape=(40, 40)), ("red", "nir"))
    rows = [6, 7, 20, 21]
    assert np.unique(np.nonzero(~image.valid)[0]).tolist() == rows
    assert np.isnan(image.values[:, rows]).all()
    assert np.isfinite(np.delete(image.values, rows, axis=1)).all()
    assert image.lineage.steps[0].outputs == (digest_array(image.values),)


def test_reading_on_the_own_grid_imports_nothing_that_only_other_grids_need():
    code = "import sys, osint_imagery.scenes.series; print([m for m in sys.modules if m.startswith('scipy.interp')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_native_grid_of_an_area_needs_no_resampling(maker):
    scene = scene_with(maker, {"B04": ramp()})
    inner = AreaOfInterest.from_geometry(grid(4, 4).footprint.buffer(-1e-5), name="inner")
    cut = native_grid(scene, "red", inner)
    assert cut == grid(4, 4)
    assert native_grid(scene, "red").shape == (40, 40)
    with pytest.raises(OutsideFootprintError, match="does not meet"):
        native_grid(scene, "red", AreaOfInterest.from_bbox(0, 0, 1, 1))


def test_warped_pixels_are_where_the_projection_puts_them(maker):
    pixels = ramp(60, 60).astype(np.float32)
    scene = scene_with(maker, {"B04": pixels}, fields={})
    center = Transformer.from_crs(UTM, "EPSG:4326", always_xy=True).transform(700300, 3749700)
    target = Grid(
        crs="EPSG:4326", transform=Affine(1e-4, 0, center[0] - 1e-3, 0, -1e-4, center[1] + 1e-3), shape=(20, 20)
    )
    found = read(scene, target, ("red",)).band("red")
    rows, columns = np.mgrid[:20, :20]
    x, y = Transformer.from_crs("EPSG:4326", UTM, always_xy=True).transform(*target.xy(rows, columns))
    expected = 1000 + 10 * ((x - 700000) / 10 - 0.5) + 20 * ((3750000 - y) / 10 - 0.5)
    np.testing.assert_allclose(found, expected, atol=0.3)  # 0.01 px of a 20 DN per pixel ramp


def test_coarser_grid_averages(maker):
    scene = scene_with(maker, {"B04": ramp()}, fields={})
    image = read(scene, grid(shape=(4, 4), step=40.0), ("red",))
    np.testing.assert_allclose(image.band("red"), ramp()[:16, :16].reshape(4, 4, 4, 4).mean(axis=(1, 3)))
    assert dict(image.lineage.steps[0].parameters)["red.resampling"] == "average"


def test_beyond_the_scene_is_no_data_and_elsewhere_is_an_error(maker):
    scene = scene_with(maker, {"B04": ramp()})
    image = read(scene, grid(-4, 0), ("red",))
    assert (image.flags[:, :4] & Flag.NO_DATA).all()
    assert not image.valid[:, :4].any()
    assert image.valid[:, 4:].all()
    with pytest.raises(OutsideFootprintError, match=r"does not meet B04\.tif"):
        read(scene, grid(5000, 0), ("red",))


def test_fill_of_the_product_definition_the_metadata_and_the_file_is_no_data(maker):
    pixels = ramp()
    pixels[0, 0], pixels[1, 1], pixels[2, 2] = 0, 7, 9
    fields = {"raster:bands": [{"scale": 1e-4, "offset": 0.0, "nodata": 7}]}
    scene = scene_with(maker, {"B04": pixels}, fields=fields, options={"nodata": 9})
    image = read(scene, grid(), ("red",))
    assert np.argwhere(~image.valid).tolist() == [[0, 0], [1, 1], [2, 2]]
    assert np.isnan(image.values[:, ~image.valid]).all()


def test_saturated_and_infinite_pixels_are_flagged(maker):
    pixels = ramp()
    pixels[1, 1] = 65535
    image = read(scene_with(maker, {"B04": pixels}), grid(), ("red",))
    assert np.argwhere(image.flags & Flag.SATURATED).tolist() == [[1, 1]]
    assert not image.valid[1, 1]


def test_infinite_pixels_are_defective(maker):
    pixels = ramp().astype(np.float32)
    pixels[1, 1], pixels[2, 2] = np.inf, np.nan
    image = read(scene_with(maker, {"B04": pixels}, fields={}), grid(), ("red",))
    assert np.argwhere(image.flags & Flag.DEFECTIVE).tolist() == [[1, 1]]
    assert np.argwhere(image.flags & Flag.NO_DATA).tolist() == [[1, 1], [2, 2]]


def test_without_a_stated_scale_the_unit_stays_dn_and_that_is_recorded(maker):
    image = read(scene_with(maker, {"B04": ramp()}, fields={}), grid(), ("red",))
    assert image.unit == "DN"
    assert image.values[0, 0, 0] == 1000
    assert dict(image.lineage.steps[0].parameters)["red.values"] == "scale not stated offset not stated"


def test_bands_with_and_without_a_scale_do_not_mix(maker):
    assets = {"B04": maker.asset("a", "B04", ramp(), fields=SCALED), "B08": maker.asset("a", "B08", ramp())}
    maker.item("a", assets, **S2)
    scene = next(open_catalog(maker.catalog()).scenes())
    with pytest.raises(BandError, match="no scale is stated for B08"):
        read(scene, grid())
    assert read(scene, grid(), ("nir",)).unit == "DN"


@pytest.mark.parametrize("version", ["04.00", "05.11", "N0510", "0400"])
@pytest.mark.parametrize("fields", [{}, {"raster:bands": [{"scale": 1e-4}]}])
def test_unknown_offset_is_refused(maker, version, fields):
    scene = scene_with(maker, {"B04": ramp()}, fields=fields, **{"processing:version": version})
    with pytest.raises(DataError, match=f"offset of asset 'B04' of scene a is unknown: processing version {version}"):
        read(scene, grid())


def test_unknown_baseline_with_a_scale_but_no_offset_is_refused(maker):
    scene = scene_with(
        maker, {"B04": ramp()}, fields={"raster:bands": [{"scale": 1e-4}]}, **{"processing:version": None}
    )
    with pytest.raises(DataError, match="processing version not stated"):
        read(scene, grid())


def test_offset_that_is_stated_and_called_applied_is_refused(maker):
    fields = {"raster:bands": [{"scale": 1e-4, "offset": -0.1}]}
    properties = {"processing:version": "05.00", "earthsearch:boa_offset_applied": True}
    scene = scene_with(maker, {"B04": ramp()}, fields=fields, **properties)
    assert "already applied" in scene.notes[-1]
    with pytest.raises(DataError, match="is unknown"):
        read(scene, grid())


def test_same_ground_in_two_baselines_reads_the_same(maker):
    assets = {"B04": maker.asset("a", "B04", ramp(), fields=SCALED)}
    maker.item("a", assets, **S2)
    late = {"B04": maker.asset("b", "B04", ramp() + 1000, fields={"raster:bands": [{"scale": 1e-4, "offset": -0.1}]})}
    maker.item("b", late, **{**S2, "processing:version": "04.00"})
    first, second = open_catalog(maker.catalog()).scenes()
    np.testing.assert_allclose(read(first, grid()).values, read(second, grid()).values, atol=1e-6)


def test_no_quality_layer_is_unknown_and_usable(maker):
    image = read(scene_with(maker, {"B04": ramp()}), grid())
    assert (image.flags == int(Flag.QUALITY_UNKNOWN)).all()
    assert image.valid.all()
    assert dict(image.lineage.steps[0].parameters)["quality"] == "no layer"


def test_quality_layer_decides_what_is_valid(maker):
    classes = np.full((20, 20), 4, np.uint8)
    classes[1, 1] = 9
    scene = scene_with(maker, {"B04": ramp()}, quality=classes)
    image = read(scene, grid(), ("red",))
    assert np.argwhere(~image.valid).tolist() == [[2, 2], [2, 3], [3, 2], [3, 3]]
    np.testing.assert_array_equal(read_quality(scene, grid()), image.flags)
    assert digest_file(scene.quality_asset.path) in image.lineage.steps[0].inputs
    unasked = read(scene, grid(), ("red",), quality=False)
    assert unasked.valid.all()
    assert dict(unasked.lineage.steps[0].parameters)["quality"] == "not asked for"


def test_one_cloudy_pixel_under_a_coarse_pixel_counts(maker):
    classes = np.full((20, 20), 4, np.uint8)
    classes[1, 1], classes[9, 9] = 9, 6
    flags = read_quality(scene_with(maker, {"B04": ramp()}, quality=classes), grid(shape=(4, 4), step=80.0))
    expected = np.zeros((4, 4), int)
    expected[0, 0], expected[2, 2] = Flag.CLOUD, Flag.WATER
    np.testing.assert_array_equal(flags, expected)


def test_where_the_quality_layer_does_not_reach_it_is_unknown(maker):
    scene = scene_with(maker, {"B04": ramp()}, quality=np.full((2, 2), 4, np.uint8))
    flags = read_quality(scene, grid())
    assert (flags[:4, :4] == 0).all()
    assert (flags[4:, 4:] == int(Flag.QUALITY_UNKNOWN)).all()
    assert read_quality(scene_with(maker, {"B04": ramp()}), grid()) is None


def test_raster_in_degrees_over_the_dateline_is_read_on_both_sides(maker):
    pixels = ramp(20, 40).astype(np.float32)
    options = {"crs": "EPSG:4326", "transform": Affine(0.01, 0, 179.8, 0, -0.01, 10.1)}
    ring = [[[179.8, 9.9], [180, 9.9], [180, 10.1], [179.8, 10.1], [179.8, 9.9]]]
    maker.item(
        "a", {"B04": maker.asset("a", "B04", pixels, **options)}, geometry={"type": "Polygon", "coordinates": ring}
    )
    scene = next(open_catalog(maker.catalog()).scenes())
    area = AreaOfInterest.from_bbox(179.9, 9.95, -179.9, 10.05)
    image = read(scene, Grid.over(area, resolution_m=1000))
    assert image.valid.all()
    lon, lat = image.grid.lonlat(*np.mgrid[: image.shape[0], : image.shape[1]])
    x, y = (np.where(lon < 0, lon + 360, lon) - 179.8) / 0.01 - 0.5, (10.1 - lat) / 0.01 - 0.5
    np.testing.assert_allclose(image.values[0], 1000 + 10 * x + 20 * y, atol=0.5)


def test_lineage_holds_what_could_change_the_pixels(maker):
    scene = scene_with(maker, {"B04": ramp()})
    image = read(scene, grid(), ("red",))
    (step,) = image.lineage.steps
    parameters = dict(step.parameters)
    assert step.name == "read"
    assert parameters["red.values"] == "scale 0.0001 offset 0.0"
    assert parameters["shape"] == "8 8"
    assert parameters["digests"] == "compared with the promised ones"
    bare = replace(scene, assets=(replace(scene.assets[0], digest=None),))
    assert dict(read(bare, grid()).lineage.steps[0].parameters)["digests"] == "computed; none promised for B04"
    assert step.inputs == (digest_file(scene.assets[0].path),)
    assert step.outputs == (digest_array(image.values),)
    assert json.dumps(image.lineage.to_json())
    assert read(scene, grid(), ("red",)).digest == image.digest


def test_decibels_are_not_called_linear_power(maker):
    radar = {"platform": "sentinel-1a", "sar:product_type": "RTC", "constellation": None, "processing:version": None}
    fields = {"raster:bands": [{"unit": "dB"}]}
    scene = scene_with(maker, {"VV": -ramp().astype(np.float32)}, fields=fields, **radar)
    assert scene.bands == ("vv",)
    assert read(scene, grid()).unit == "dB"


def test_kelvin_and_reflectance_do_not_mix(maker):
    landsat = {
        "constellation": None,
        "platform": "landsat-8",
        "landsat:collection_number": "02",
        "landsat:correction": "L2SP",
    }
    red = maker.asset("a", "SR_B4", ramp(), fields={"raster:bands": [{"scale": 2.75e-5, "offset": -0.2}]})
    heat = maker.asset(
        "a", "ST_B10", ramp(), fields={"raster:bands": [{"scale": 0.003, "offset": 149.0, "unit": "kelvin"}]}
    )
    maker.item("a", {"SR_B4": red, "ST_B10": heat}, **landsat)
    scene = next(open_catalog(maker.catalog()).scenes())
    assert scene.bands == ("red", "lwir11")
    with pytest.raises(BandError, match="are in kelvin, reflectance"):
        read(scene, grid())
    assert read(scene, grid(), ("lwir11",)).unit == "kelvin"
