"""Real scenes; nothing here is copied into the repository."""

import json
import shutil

import numpy as np
import pytest

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.errors import ReadError
from osint_imagery.core.flags import Flag
from osint_imagery.core.grid import Grid
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.scenes.catalog import open_catalog, search
from osint_imagery.scenes.quality import decode
from osint_imagery.scenes.raster import read_stored
from osint_imagery.scenes.reading import native_grid, read
from osint_imagery.scenes.sensors import QualityEncoding

pytestmark = pytest.mark.real
PORT = AreaOfInterest.from_bbox(35.51, 33.895, 35.53, 33.91, name="Port of Beirut")
SAFE = "S2A_MSIL2A_20221005T115411_N0400_R023_T29UNU_20221005T164454.SAFE"


@pytest.fixture
def beirut(real_data):
    return search(open_catalog(real_data / "scenes" / "catalog.json"), PORT, TimeSpan("2015-01-01", "2018-12-31"))


def test_both_dates_of_beirut_are_found_and_all_others_accounted_for(beirut):
    assert [scene.acquired.label for scene in beirut] == [
        "2015-08-20 (UTC day, time unknown)",
        "2017-10-03 08:17:39 UTC",
    ]
    assert len(beirut.ledger) == 136
    assert sum(offer.used for offer in beirut.ledger) == 2
    assert beirut[0].credit.endswith("2015")


def test_bands_of_two_pixel_sizes_come_onto_one_grid_in_reflectance(beirut):
    grid = Grid.over(PORT, resolution_m=10)
    for scene in beirut:
        image = read(scene, grid, ("blue", "rededge1", "nir", "swir22"))
        assert image.unit == "reflectance"
        assert image.valid.all()
        assert 0.02 < float(np.median(image.values)) < 0.4


def test_radar_scenes_are_linear_power_on_their_own_grid(real_data):
    scenes = [
        s for s in open_catalog(real_data / "scenes" / "catalog.json").scenes() if s.sensor.key == "sentinel-1-rtc"
    ]
    assert len(scenes) == 126
    for scene in scenes[::25]:
        image = read(scene, native_grid(scene, "vv"), ("vv", "vh"))
        assert image.unit == "gamma0 (linear power)"
        assert (image.values[:, image.valid] >= 0).all()
        assert "Contains modified Copernicus Sentinel data" in image.credit


def test_plain_files_over_the_dateline_and_with_nodata_are_read(real_data, tmp_path):
    for name in ("cog_dateline", "cog_nodata"):
        shutil.copy(real_data / "fixtures" / f"{name}.tif", tmp_path / f"{name}.tif")
        (tmp_path / f"{name}.json").write_text(json.dumps({"acquired": "2020-01-01", "source": "test file"}))
    catalog = open_catalog(tmp_path)
    area = AreaOfInterest.from_bbox(179.5, 51.5, -179.5, 52.0)
    (scene,) = search(catalog, area, TimeSpan("2020-01-01"))
    assert scene.id == "cog_dateline"
    assert read(scene, Grid.over(area, resolution_m=500)).valid.all()
    other = next(scene for scene in catalog.scenes() if scene.id == "cog_nodata")
    image = read(other, native_grid(other, "band1"))
    assert 0.4 < image.valid.mean() < 0.6
    assert (image.flags[~image.valid] & Flag.NO_DATA).all()


def test_real_scene_classification_decodes(real_data):
    (path,) = (real_data / "products" / SAFE).rglob("*_SCL_60m.jp2")
    (stored,) = read_stored(path, (1,), (0, 500), (0, 500))
    flags = decode(stored.values, QualityEncoding.SCL)
    assert set(np.unique(stored.values)) <= set(range(12))
    np.testing.assert_array_equal((flags & Flag.CLOUD) != 0, stored.values == 9)


def test_truncated_jpeg_2000_raises(real_data, tmp_path):
    (path,) = (real_data / "products" / SAFE).rglob("*_B02_60m.jp2")
    cut = tmp_path / "cut.jp2"
    cut.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(ReadError, match="cannot be read in full"):
        read_stored(cut, (1,), (0, 1830), (0, 1830))


def test_product_before_the_collections_marks_little_cloud(real_data):
    (path,) = (real_data / "products").rglob("*_BQA.tif")
    (stored,) = read_stored(path, (1,), (0, 600), (0, 600))
    cloud = (decode(stored.values, QualityEncoding.BQA) & Flag.CLOUD) != 0
    assert 0.02 < cloud.mean() < 0.12  # its own layer: 6 % high-confidence cloud, far below what the eye sees
