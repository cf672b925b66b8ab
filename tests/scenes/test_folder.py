import json

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.enums import ColorInterp

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.errors import CatalogError, NothingFoundWarning, ReadError
from osint_imagery.core.grid import Grid
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.scenes.catalog import open_catalog, search
from osint_imagery.scenes.reading import native_grid, read
from osint_imagery.scenes.scene import Refused

PIXELS = np.arange(32, dtype=np.uint16).reshape(2, 4, 4) + 1


def sidecar(path, **fields):
    path.with_suffix(".json").write_text(json.dumps(fields))


def entries(folder):
    return list(open_catalog(folder).entries())


def test_sidecar_dates_names_and_credits_a_file(write_tif, tmp_path):
    path = write_tif(tmp_path / "a.tif", PIXELS)
    sidecar(
        path,
        acquired="2020-01-02",
        source="The Press",
        bands=["B02", "B08"],
        sensor="sentinel-2-l1c",
        scale=1e-4,
        offset=0,
    )
    (scene,) = entries(tmp_path)
    assert scene.acquired == TimeSpan("2020-01-02")
    assert scene.bands == ("blue", "nir")
    image = read(scene, native_grid(scene, "nir"))
    assert image.unit == "reflectance"
    assert image.values[1, 0, 0] == pytest.approx(17e-4)


def test_plain_file_credits_its_source(write_tif, tmp_path):
    sidecar(write_tif(tmp_path / "a.tif", PIXELS), acquired=["2020-01-02", "2020-01-04"], source="The Press")
    (scene,) = entries(tmp_path)
    assert scene.credit == "Source: The Press"
    assert scene.bands == ("band1", "band2")
    assert scene.acquired == TimeSpan("2020-01-02", "2020-01-04")
    assert "product id not stated" in scene.notes[0]


def test_file_name_and_modification_time_are_no_date(write_tif, tmp_path):
    write_tif(tmp_path / "S2A_20200102T101010.tif", PIXELS)
    with pytest.warns(NothingFoundWarning, match="1 offered, 0 used"):
        found = search(
            open_catalog(tmp_path), AreaOfInterest.from_bbox(35, 33, 36, 34), TimeSpan("2020-01-01", "2020-12-31")
        )
    (offer,) = found.ledger
    assert (offer.used, offer.acquired) == (False, None)
    assert offer.reason.startswith("no date")


def test_tag_without_a_zone_becomes_every_time_it_can_mean(write_tif, tmp_path):
    write_tif(tmp_path / "a.tif", PIXELS, tags={"TIFFTAG_DATETIME": "2018:07:16 06:06:23"})
    (scene,) = entries(tmp_path)
    assert scene.acquired == TimeSpan("2018-07-15T16:06:23Z", "2018-07-16T18:06:23Z")
    assert "has no time zone" in scene.notes[0]


def test_unplaceable_and_unreadable_files_are_offered_and_refused(write_tif, tmp_path):
    sidecar(write_tif(tmp_path / "a.tif", PIXELS, crs=None), acquired="2020-01-01")
    sidecar(tmp_path / "b.tif", acquired="2020-01-01")
    (tmp_path / "b.tif").write_bytes(b"<VRTDataset/>")
    first, second = entries(tmp_path)
    assert isinstance(first, Refused)
    assert "no CRS" in first.reason
    assert "is not a GeoTIFF" in second.reason


@pytest.mark.parametrize(
    ("fields", "match"),
    [
        ({"acquired": "2020-01-01T10:00:00"}, "has no time zone"),
        ({"acquired": 5}, "neither a time nor"),
        ({"acquired": "2020-01-01", "sensr": "x"}, r"unknown fields \['sensr'\]"),
        ({"acquired": "2020-01-01", "scale": "0.1"}, r"wrong types \['scale'\]"),
        ({"acquired": "2020-01-01", "bands": ["red"]}, "does not name the 2 raster bands"),
        ({"acquired": "2020-01-01", "bands": ["red", "red"]}, "are not distinct"),
        ({"acquired": "2020-01-01", "sensor": "spot"}, "sensor='spot' is not known"),
    ],
)
def test_sidecar_that_cannot_be_understood_is_an_error(write_tif, tmp_path, fields, match):
    sidecar(write_tif(tmp_path / "a.tif", PIXELS), **fields)
    with pytest.raises(CatalogError, match=match):
        entries(tmp_path)


@pytest.mark.parametrize(
    ("name", "match"), [("S2A_X.SAFE/manifest.safe", "without MTD_MSIL1C"), ("LC08_X_MTL.txt", "no whole MTL text")]
)
def test_product_folders_without_metadata_are_offered_and_refused(tmp_path, name, match):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("")
    (entry,) = entries(tmp_path)
    assert isinstance(entry, Refused)
    assert match in entry.reason
    assert str(tmp_path) not in entry.reason


def test_promised_digest_of_a_sidecar_is_kept(write_tif, tmp_path):
    sidecar(write_tif(tmp_path / "a.tif", PIXELS), acquired="2020-01-01", sha256="0" * 64)
    (scene,) = entries(tmp_path)
    assert scene.assets[0].digest == "sha256:" + "0" * 64


def test_link_out_of_the_folder_is_refused(write_tif, tmp_path):
    outside = write_tif(tmp_path / "x.tif", PIXELS)
    inside = tmp_path / "in"
    inside.mkdir()
    (inside / "a.tif").symlink_to(outside)
    (entry,) = entries(inside)
    assert "leads out of the folder" in entry.reason


def test_each_band_is_read_with_its_own_scale_and_offset(write_tif, tmp_path):
    path = write_tif(tmp_path / "a.tif", PIXELS)
    with rasterio.open(path, "r+") as dataset:
        dataset.scales, dataset.offsets, dataset.descriptions = (1e-4, 1e-2), (0, 5), ("red", "nir")
    sidecar(path, acquired="2020-01-02", source="The Press")
    (scene,) = entries(tmp_path)
    image = read(scene, native_grid(scene, "red"), ("nir", "red"))
    np.testing.assert_allclose(image.values[0], PIXELS[1] * 1e-2 + 5, rtol=1e-6)
    np.testing.assert_allclose(image.values[1], PIXELS[0] * 1e-4, rtol=1e-6)
    assert image.unit == "not stated"
    sidecar(path, acquired="2020-01-02", source="The Press", scale=2)
    (scene,) = entries(tmp_path)
    assert read(scene, native_grid(scene, "red")).values[:, 0, 0].tolist() == [2, 17 * 2 + 5]


@pytest.mark.parametrize("names", [None, ["red", "green"], ["red", "green", "alpha"]])
def test_an_alpha_band_says_what_is_valid_and_is_no_band(write_tif, tmp_path, names):
    values = np.concatenate([PIXELS, np.full((1, 4, 4), 65535, np.uint16)])
    values[2, 0] = 0
    path = write_tif(tmp_path / "a.tif", values)
    with rasterio.open(path, "r+") as dataset:
        dataset.colorinterp = (ColorInterp.gray, ColorInterp.undefined, ColorInterp.alpha)
    sidecar(path, acquired="2020-01-02", source="The Press", **({"bands": names} if names else {}))
    (scene,) = entries(tmp_path)
    assert scene.bands == (tuple(names[:2]) if names else ("band1", "band2"))
    image = read(scene, native_grid(scene, scene.bands[0]))
    assert image.valid.tolist() == [[False] * 4] + [[True] * 4] * 3
    sidecar(path, acquired="2020-01-02", source="The Press", bands=["red", "green", "nir"])
    with pytest.raises(CatalogError, match="alpha, which is no measurement"):
        entries(tmp_path)


def test_a_small_file_that_unpacks_to_more_than_memory_is_refused(tmp_path):
    size = {"width": 40_000, "height": 40_000, "count": 1, "dtype": "uint8"}
    blocks = {"tiled": True, "blockxsize": 512, "blockysize": 512, "sparse_ok": True, "compress": "deflate"}
    place = Affine(0.15, 0, 700000, 0, -0.15, 3750000)
    with rasterio.open(tmp_path / "a.tif", "w", driver="GTiff", crs="EPSG:32636", transform=place, **size, **blocks):
        pass
    sidecar(tmp_path / "a.tif", acquired="2020-01-02", source="The Press")
    (scene,) = entries(tmp_path)
    wide = Grid(crs="EPSG:32636", transform=Affine(10, 0, 700000, 0, -10, 3750000), shape=(600, 600))
    with pytest.raises(ReadError, match=r"40000 x 40000 pixels in 1 bands .* choose a grid over less ground"):
        read(scene, wide)
    near = Grid(crs="EPSG:32636", transform=Affine(10, 0, 700000, 0, -10, 3750000), shape=(6, 6))
    assert not read(scene, near).valid.any()


def test_every_file_that_could_be_imagery_and_is_not_read_says_why(write_tif, tmp_path):
    inside = tmp_path / "in"
    inside.mkdir()
    (tmp_path / "linked").mkdir()
    write_tif(tmp_path / "linked" / "a.tif", PIXELS)
    (inside / "link").symlink_to(tmp_path / "linked")
    (inside / "nowhere.tif").symlink_to(tmp_path / "gone.tif")
    names = ("items.parquet", "b.nc", "c.img", "d.tif.gz", "e.7z", "f.vrt", "g.PNG", "deep/h.h5")
    for name in (*names, "i.txt", "j.xml", "k.jp2"):
        (inside / name).parent.mkdir(exist_ok=True)
        (inside / name).write_bytes(b"x")
    told = {entry.href: entry.reason for entry in entries(inside)}
    assert set(told) == {*names, "link", "nowhere.tif", "k.jp2"}
    assert "give its path to open_catalog" in told["items.parquet"]
    assert "write its bands as GeoTIFF" in told["b.nc"]
    assert "unpack it" in told["d.tif.gz"]
    assert "is not followed" in told["link"]
    assert "control points" in told["g.PNG"]
    assert "cannot be read" in told["k.jp2"]


def test_a_jpeg_2000_with_a_sidecar_is_a_scene_and_without_one_says_what_to_write(tmp_path):
    size = {"width": 64, "height": 64, "count": 1, "dtype": "uint16"}
    lossless = {"REVERSIBLE": "YES", "QUALITY": "100"}
    place = {"crs": "EPSG:32636", "transform": Affine(10, 0, 700000, 0, -10, 3750000)}
    values = np.arange(64 * 64, dtype=np.uint16).reshape(1, 64, 64)
    with rasterio.open(tmp_path / "a.jp2", "w", driver="JP2OpenJPEG", **size, **lossless, **place) as dataset:
        dataset.write(values)
    (refused,) = entries(tmp_path)
    assert refused.reason.startswith("no date: no sidecar")
    sidecar(tmp_path / "a.jp2", acquired="2020-01-02", source="The Press")
    (scene,) = entries(tmp_path)
    assert scene.assets[0].media_type == "image/jp2"
    np.testing.assert_array_equal(read(scene, native_grid(scene, "band1")).values, values)
