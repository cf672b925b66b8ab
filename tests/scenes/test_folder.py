import json

import numpy as np
import pytest

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.errors import CatalogError, NothingFoundWarning
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
