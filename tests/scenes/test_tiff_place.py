"""A TIFF is opened without the process-wide warning filters where its directory says that it has a place."""

import io
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import rasterio
from affine import Affine

from osint_imagery.scenes import opening
from osint_imagery.scenes.location import LocalFile
from osint_imagery.scenes.raster import inspect
from osint_imagery.scenes.tiff_place import says_where

PLACE = Affine(10, 0, 700000, 0, -10, 3750000)


def tif(path, transform=PLACE, **options):
    shape = {"count": 1, "height": 64, "width": 64, "dtype": "uint16"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        with rasterio.open(
            path, "w", driver="GTiff", crs="EPSG:32636", transform=transform, **shape, **options
        ) as dataset:
            dataset.write(np.ones((1, 64, 64), np.uint16))
    return path


@pytest.mark.parametrize(
    ("transform", "options", "said"),
    [
        (PLACE, {}, True),
        (PLACE, {"bigtiff": "yes"}, True),
        (PLACE, {"endianness": "big"}, True),
        (PLACE @ Affine.rotation(10) if hasattr(Affine, "__matmul__") else PLACE * Affine.rotation(10), {}, True),
        (None, {}, False),
    ],
)
def test_what_the_directory_says_is_what_gdal_finds(tmp_path, transform, options, said):
    path = tif(tmp_path / "a.tif", transform, **options)
    with path.open("rb") as stream:
        assert says_where(stream) is said
    assert (inspect(path).grid is not None) is said


@pytest.mark.parametrize("end", [0, 3, 8, 9, 12, 40])
def test_a_directory_that_is_cut_says_nothing(tmp_path, end):
    data = tif(tmp_path / "a.tif").read_bytes()[:end]
    assert says_where(io.BytesIO(data)) is False


def test_files_with_a_place_are_opened_without_waiting_for_each_other(tmp_path, monkeypatch):
    paths = [tif(tmp_path / f"{i}.tif") for i in range(4)]
    monkeypatch.setattr(opening, "_WARNINGS", None)  # whoever touches it fails
    with ThreadPoolExecutor(4) as threads:
        assert all(header.grid is not None for header in threads.map(inspect, paths))
    with pytest.raises(TypeError):
        inspect(tif(tmp_path / "none.tif", None))


def test_a_scale_of_zero_is_no_place_and_no_error_of_another_kind(tmp_path):
    path = tif(tmp_path / "a.tif")
    data = path.read_bytes()
    scale = np.array([10.0, 10.0, 0.0]).tobytes()
    assert data.count(scale) == 1
    path.write_bytes(data.replace(scale, np.zeros(3).tobytes()))
    with opening.opened(LocalFile(path)) as dataset:  # warnings are errors here
        assert dataset.count == 1
