from dataclasses import replace
from pathlib import Path

import pytest
from shapely.geometry import box

from osint_imagery.core.errors import BandError
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.scenes.location import LocalFile
from osint_imagery.scenes.scene import Asset, Scene
from osint_imagery.scenes.sensors import sensor


def asset(key, bands, **changes):
    fields = {
        "location": LocalFile(Path("x.tif")),
        "href": "x.tif",
        "digest": None,
        "size": None,
        "scale": None,
        "offset": None,
        "nodata": None,
        "roles": ("data",),
        "gsd_m": 10.0,
        "media_type": "image/tiff",
        **changes,
    }
    return Asset(key=key, bands=bands, **fields)


SCENE = Scene(
    id="s",
    sensor=sensor("sentinel-2-l2a"),
    acquired=TimeSpan("2019-06-01T10:00:00Z"),
    footprint=box(0, 0, 1, 1),
    assets=(asset("B02", ("blue",)), asset("B02_60m", ("blue",), gsd_m=60.0), asset("SCL_20m", ("scl",))),
    platform=None,
    processing_version=None,
    product_id="s",
    sun_elevation_deg=None,
    sun_azimuth_deg=None,
    view_zenith_deg=None,
    relative_orbit=None,
    scene_cloud_percent=None,
    simulated=False,
    metadata=b"{}",
    href="item.json",
    license="",
    doi=None,
    notes=(),
)


def test_credit_carries_the_scenes_year():
    assert SCENE.credit == "Contains modified Copernicus Sentinel data 2019"
    spans = replace(SCENE, acquired=TimeSpan("2018-12-31", "2019-01-01"))
    assert spans.credit.endswith("data 2018-2019")


def test_landsat_credit_names_the_satellite():
    scene = replace(SCENE, sensor=sensor("landsat-c2-l2"), platform="landsat-7")
    assert scene.credit == "Landsat-7 image courtesy of the U.S. Geological Survey"
    assert replace(scene, platform=None).credit == "Landsat image courtesy of the U.S. Geological Survey"


def test_simulated_scene_always_says_so():
    scene = replace(SCENE, simulated=True, processing_version="1")
    assert scene.credit == "SIMULATED scene, not an observation (osint_imagery, simulation version 1)"
    assert "SIMULATED" in repr(scene)


def test_opera_credit_keeps_the_copernicus_line():
    scene = replace(SCENE, sensor=sensor("sentinel-1-rtc"), product_id="OPERA_L2_RTC-S1_T1")
    assert scene.credit.startswith("Contains modified Copernicus Sentinel data 2019; ")


def test_plain_file_without_source_says_so():
    assert replace(SCENE, sensor=sensor("geotiff")).credit == "Source: not stated"


def test_finest_file_holds_a_band_and_the_quality_layer_is_no_band():
    assert SCENE.bands == ("blue",)
    assert SCENE.asset_for("blue").key == "B02"
    assert SCENE.quality_asset.key == "SCL_20m"
    assert SCENE.gsd_m == 10


def test_pictures_and_remote_files_hold_no_readable_bands():
    scene = replace(SCENE, assets=(asset("visual", ("red",), roles=("visual",)), asset("B04", ("red",), location=None)))
    assert scene.bands == ()
    with pytest.raises(BandError, match="band='red' is not in scene s; it has no readable band"):
        scene.asset_for("red")
