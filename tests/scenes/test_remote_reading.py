"""Pixels from a server are those of the file; what goes wrong is an error, never no-data."""

from dataclasses import replace

import numpy as np
import pytest
import rasterio
from support.fault_server import FaultServer
from support.faults import PART_FAULTS
from support.loopback import loopback

from osint_imagery.core.errors import (
    ChangedFileError,
    ChecksumError,
    ReadError,
)
from osint_imagery.core.grid import Grid
from osint_imagery.scenes import raster
from osint_imagery.scenes.block_cache import BlockCache
from osint_imagery.scenes.catalog import open_catalog
from osint_imagery.scenes.reading import native_grid, read
from osint_imagery.scenes.remote_file import RemoteFile

SIDE = 2048
MSI = {"constellation": "sentinel-2", "processing:level": "L2A", "s2:processing_baseline": "05.09"}
FIELDS = {"bands": [{"name": "B04"}], "raster:scale": 1e-4, "raster:offset": -0.1, "nodata": 0}


@pytest.fixture(scope="module")
def cog(tmp_path_factory):
    path = tmp_path_factory.mktemp("cog") / "B04.tif"
    values = np.random.default_rng(4).integers(1, 10_000, (1, SIDE, SIDE), dtype=np.uint16)
    layout = {"count": 1, "height": SIDE, "width": SIDE, "dtype": "uint16", "crs": "EPSG:32636", "nodata": 0}
    place = rasterio.Affine(10, 0, 700_000, 0, -10, 3_750_000)
    with rasterio.open(
        path, "w", driver="COG", transform=place, compress="deflate", blocksize=256, **layout
    ) as dataset:
        dataset.write(values)
    return path


@pytest.fixture
def server(cog):
    with FaultServer(files={"/B04.tif": cog.read_bytes()}, etags={"/B04.tif": '"one"'}) as started:
        yield started


@pytest.fixture
def local(maker, cog):
    href = {"href": "./B04.tif", "type": "image/tiff; application=geotiff", "roles": ["data"], **FIELDS}
    maker.item("a", {"B04": href}, **MSI)
    (maker.root / "a" / "B04.tif").write_bytes(cog.read_bytes())
    return next(open_catalog(maker.catalog()).scenes())


def moved(scene, server, **limits):
    file = RemoteFile(server.url + "/B04.tif?sig=SECRET", loopback(timeout_s=0.3, **limits), BlockCache())
    return replace(scene, assets=tuple(replace(asset, location=file) for asset in scene.assets)), file


def window(scene):
    grid = native_grid(scene, "red")
    t = grid.transform
    return Grid(crs=grid.crs, transform=rasterio.Affine(t.a, 0, t.c + 9000, 0, t.e, t.f - 7000), shape=(200, 200))


def test_a_window_is_that_of_the_file_and_costs_few_bytes(local, server, cog):
    scene, _ = moved(local, server)
    here, there = read(local, window(local)), read(scene, window(scene))
    assert np.array_equal(here.values, there.values)
    assert np.array_equal(here.flags, there.flags)
    assert there.valid.all()
    size = cog.stat().st_size
    assert server.sent < size / 10
    assert len(server.seen) <= 5


def test_the_directory_is_not_looked_up_piece_by_piece(local, server, monkeypatch):
    asked = []
    original = RemoteFile.read_at
    monkeypatch.setattr(RemoteFile, "read_at", lambda *given: (asked.append(given[1:]), original(*given))[1])
    scene, _ = moved(local, server)
    read(scene, window(scene))
    assert len(asked) < 20  # GDAL asks about a hundred times, for a few bytes each time
    assert max(length for _, length in asked) > 10_000  # pixels came this way


def test_what_was_not_compared_is_said(local, server):
    scene, file = moved(local, server)
    (step,) = read(scene, window(scene)).lineage.steps
    assert step.inputs == ()
    said = dict(step.parameters)["digests"]
    assert said.startswith("not compared, read in parts from a server (B04: ")
    assert 'ETag "one"' in said
    file.digest()
    (step,) = read(scene, window(scene)).lineage.steps
    assert step.inputs == (file.digest(),)


def test_another_size_than_promised_is_another_file(local, server):
    scene, file = moved(local, server)
    assets = tuple(replace(asset, size=file.size() + 1) for asset in scene.assets)
    with pytest.raises(ChecksumError, match="promised were"):
        read(replace(scene, assets=assets), window(local))


def test_overviews_are_not_asked_for(local, server, monkeypatch):
    asked = []
    original = RemoteFile.prefetch
    monkeypatch.setattr(RemoteFile, "prefetch", lambda self, ranges: (asked.extend(ranges), original(self, ranges)))
    scene, _ = moved(local, server)
    with rasterio.open(local.assets[0].path) as dataset:
        full = {
            (int(dataset.get_tag_item(f"BLOCK_OFFSET_{j}_{i}", "TIFF", bidx=1)))
            for i in range(SIDE // 256)
            for j in range(SIDE // 256)
        }
        assert dataset.overviews(1)
    coarse = Grid(crs=local_crs(local), transform=rasterio.Affine(80, 0, 700_000, 0, -80, 3_750_000), shape=(250, 250))
    values = read(scene, coarse).values
    assert {start for start, _ in asked} == full
    assert np.array_equal(values, read(local, coarse).values)


def local_crs(scene):
    return native_grid(scene, "red").crs


@pytest.mark.parametrize(("fault", "error"), PART_FAULTS)
@pytest.mark.parametrize("prefetched", [True, False])
@pytest.mark.parametrize("when", ["at once", "after the header"])
def test_a_fault_is_its_error_and_no_pixel(local, server, monkeypatch, *, fault, error, prefetched, when):
    if (fault, when) == ("other total", "at once"):
        pytest.skip("a size that was wrong from the beginning shows only at the file's end")
    if not prefetched:  # then GDAL's own callbacks meet the fault
        monkeypatch.setattr(RemoteFile, "prefetch", lambda *_: None)
    raster._inspected.cache_clear()
    scene, _ = moved(local, server, tries=2)
    if when == "after the header":
        native_grid(scene, "red")
    server.always["/B04.tif"] = fault
    with pytest.raises(error) as caught:
        read(scene, window(local))
    assert "SECRET" not in str(caught.value)
    del server.always["/B04.tif"]
    assert read(scene, window(local)).valid.all()


def test_a_file_that_is_replaced_between_two_parts_is_an_error(local, server, cog):
    scene, _ = moved(local, server)
    native_grid(scene, "red")
    server.files["/B04.tif"], server.etags["/B04.tif"] = cog.read_bytes()[::-1], '"two"'
    with pytest.raises(ChangedFileError):
        read(scene, window(local))


def test_a_file_that_is_cut_on_the_server_is_an_error(local, server, cog):
    data = cog.read_bytes()
    server.files["/B04.tif"] = data[: len(data) * 2 // 3]
    scene, _ = moved(local, server)
    with pytest.raises(ReadError):
        read(scene, native_grid(scene, "red"))


def test_what_is_no_raster_is_not_opened(local, server):
    server.files["/B04.tif"] = b"<VRTDataset><SourceFilename>/etc/passwd</SourceFilename></VRTDataset>" * 10
    scene, _ = moved(local, server)
    with pytest.raises(ReadError, match="not a GeoTIFF"):
        read(scene, window(local))
