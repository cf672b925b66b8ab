"""Windows of a file on nginx: the same pixels as on disk, for few bytes; and a server that sends no parts."""

import json
from pathlib import Path

import numpy as np
import pytest
from rasterio import Affine
from support.loopback import LOOPBACK
from support.stac_server import item

from osint_imagery.core.errors import RangeUnsupportedError
from osint_imagery.core.grid import Grid
from osint_imagery.scenes.catalog import open_catalog
from osint_imagery.scenes.client import Client
from osint_imagery.scenes.fetch import fetch
from osint_imagery.scenes.reading import read
from osint_imagery.scenes.remote_file import RemoteFile
from osint_imagery.scenes.remote_item import Items

pytestmark = pytest.mark.servers
FIELDS = {"eo:bands": [{"name": "B04"}], "raster:bands": [{"scale": 1e-4, "offset": -0.1, "nodata": 0}]}
GRID = Grid(crs="EPSG:32636", transform=Affine(10, 0, 695_550, 0, -10, 3_755_230), shape=(200, 200))


def scene(url: str):
    one = item("a", **{"constellation": "sentinel-2", "processing:level": "L2A", "s2:processing_baseline": "05.11"})
    one["assets"] = {"B04": {"href": f"{url}/B04.tif", "type": "image/tiff", **FIELDS}}
    return Items(client=Client(LOOPBACK), base=url).entry(one)


@pytest.fixture
def local(cog, tmp_path: Path):
    one = item("a", **{"constellation": "sentinel-2", "processing:level": "L2A", "s2:processing_baseline": "05.11"})
    one["assets"] = {"B04": {"href": "./B04.tif", "type": "image/tiff", **FIELDS}}
    (tmp_path / "item.json").write_text(json.dumps(one))
    (tmp_path / "B04.tif").write_bytes(cog.read_bytes())
    return next(open_catalog(tmp_path / "item.json").scenes())


def test_a_small_window_of_a_large_file_costs_little(nginx, cog, local, capsys):
    before = len(nginx.sent())
    image = read(scene(nginx.url), GRID, ("red",))
    answers = nginx.sent()[before:]
    taken = sum(count for _, count in answers)
    with capsys.disabled():
        print(f"\n200 x 200 window of {cog.stat().st_size} bytes: {taken} bytes in {len(answers)} requests")  # noqa: T201 - to be seen
    assert cog.stat().st_size > 15e6
    assert taken < 1.2e6
    assert {status for status, _ in answers} == {206}
    assert np.array_equal(image.values, read(local, GRID, ("red",)).values)


def test_a_server_without_ranges_is_an_error_and_can_be_fetched_from(nginx, cog, local, tmp_path):
    remote = scene(nginx.whole_only)
    with pytest.raises(RangeUnsupportedError, match="fetch"):
        read(remote, GRID, ("red",))
    (copy,) = fetch(remote, tmp_path / "copies").scenes()
    assert np.array_equal(read(copy, GRID, ("red",)).values, read(local, GRID, ("red",)).values)


def test_a_file_that_is_replaced_on_the_server_is_noticed(nginx, cog):
    path = nginx.folder / "changing.bin"
    path.write_bytes(bytes(1_000_000))
    file = RemoteFile(f"{nginx.url}/changing.bin", Client(LOOPBACK))
    file.read_at(0, 10)
    path.write_bytes(b"x" * 1_000_001)
    with pytest.raises(Exception, match=r"not the one asked for|became another file"):
        file.read_at(500_000, 10)
