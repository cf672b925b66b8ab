"""A raster appears whole or not at all, and many threads may read at once."""

import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine

from osint_imagery.core.errors import EvidenceExistsError
from osint_imagery.core.grid import Grid
from osint_imagery.scenes.raster import inspect, read_stored
from osint_imagery.scenes.writing import tiled_geotiff

GRID = Grid(crs="EPSG:32636", transform=Affine(10, 0, 700000, 0, -10, 3750000), shape=(700, 600))


@pytest.mark.parametrize("compress", [False, True])
def test_windows_end_up_where_they_were_put(tmp_path: Path, *, compress: bool) -> None:
    values = np.random.default_rng(0).normal(size=GRID.shape).astype(np.float32)
    path = tmp_path / "plane.tif"
    with tiled_geotiff(path, GRID, "float32", nodata=float("nan"), name="plane", compress=compress) as put:
        for row in range(0, 700, 300):
            put(row, 0, values[row : row + 300, :250])
            put(row, 250, values[row : row + 300, 250:])
        assert not path.exists()
    with rasterio.open(path) as raster:
        np.testing.assert_array_equal(raster.read(1), values)
        assert np.isnan(raster.nodata)
        assert raster.descriptions == ("plane",)
    assert inspect(path).grid == GRID
    assert [found.name for found in tmp_path.iterdir()] == ["plane.tif"]


def test_what_was_there_stays_and_what_failed_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "plane.tif"
    writer = tiled_geotiff(path, GRID, "uint8", nodata=None, name="x")
    with pytest.raises(ValueError, match="inconsistent"), writer as put:
        put(0, 0, np.ones((10, 10, 10, 10), dtype=np.uint8))
    assert list(tmp_path.iterdir()) == []
    path.write_bytes(b"mine")
    with pytest.raises(EvidenceExistsError), tiled_geotiff(path, GRID, "uint8", nodata=None, name="x"):
        pass
    assert path.read_bytes() == b"mine"


def test_threads_read_the_same_and_leave_the_warning_filters_alone(tmp_path: Path, write_tif: Any) -> None:
    values = np.random.default_rng(1).integers(1, 9999, (3, 400, 500)).astype(np.uint16)
    path = write_tif(tmp_path / "many.tif", values, tiled=True, blockxsize=128, blockysize=128)
    bare = tmp_path / "bare.tif"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        size = {"count": 1, "height": 4, "width": 4, "dtype": "uint8"}
        with rasterio.open(bare, "w", driver="GTiff", **size) as raster:
            raster.write(np.ones((1, 4, 4), dtype=np.uint8))
    inspect(path)
    before = list(warnings.filters)

    def one(number: int) -> bool:
        if number % 5 == 0:
            return inspect(bare).grid is None
        rows, columns = (number, number + 90), (2 * number, 2 * number + 110)
        found = read_stored(path, (3, 1), rows, columns)
        truth = values[[2, 0], rows[0] : rows[1], columns[0] : columns[1]]
        return all(np.array_equal(stored.values, plane) for stored, plane in zip(found, truth, strict=True))

    with ThreadPoolExecutor(4) as four:
        assert all(four.map(one, range(150)))
    assert list(warnings.filters) == before
