"""A file that is altered, cut short, missing or of another kind is an error, never no data."""

from dataclasses import replace

import numpy as np
import pytest
from support.rasters import grid, ramp, scene_with

from osint_imagery.core.errors import (
    BandError,
    ChecksumError,
    MissingAssetError,
    ReadError,
)
from osint_imagery.scenes.reading import read


def test_altered_file_is_refused_and_left_alone(maker):
    scene = scene_with(maker, {"B04": ramp()})
    path = scene.assets[0].path
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(ChecksumError, match="promised was sha256:"):
        read(scene, grid())
    assert path.read_bytes() == bytes(data)
    assert read(scene, grid(), check=False).valid.all()


def test_missing_and_remote_files_are_named(maker):
    scene = scene_with(maker, {"B04": ramp()})
    scene.assets[0].path.unlink()
    for check in (True, False):
        with pytest.raises(MissingAssetError, match=r"B04\.tif' is not there"):
            read(scene, grid(), check=check)


@pytest.mark.parametrize("compress", [None, "deflate", "lzw", "zstd"])
@pytest.mark.parametrize("tiled", [False, True])
@pytest.mark.parametrize("promised", [True, False])
def test_truncated_file_raises_and_never_returns_zeros(maker, compress, tiled, promised):
    pixels = np.random.default_rng(1).integers(1, 60000, (256, 256)).astype(np.uint16)
    options = {"tiled": True, "blockxsize": 64, "blockysize": 64} if tiled else {}
    options |= {"compress": compress} if compress else {}
    scene = scene_with(maker, {"B04": pixels}, options=options)
    path = scene.assets[0].path
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    if not promised:
        scene = replace(scene, assets=(replace(scene.assets[0], digest=None, size=None),))
    with pytest.raises(ReadError, match=r"truncated|cannot be read in full"):
        read(scene, grid(shape=(256, 256)), check=promised)


def test_corrupt_compressed_block_raises(maker):
    pixels = np.random.default_rng(1).integers(1, 60000, (256, 256)).astype(np.uint16)
    scene = scene_with(maker, {"B04": pixels}, options={"compress": "deflate"})
    path = scene.assets[0].path
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 200] = bytes(200)
    path.write_bytes(data)
    with pytest.raises(ReadError, match="cannot be read in full"):
        read(scene, grid(shape=(256, 256)), check=False)


def test_blocks_never_written_are_no_data(maker):
    pixels = np.zeros((128, 128), np.uint8)
    pixels[:64, :64] = 5
    options = {"tiled": True, "blockxsize": 64, "blockysize": 64, "SPARSE_OK": "TRUE"}
    scene = scene_with(maker, {"X": pixels}, fields={}, options=options, constellation="cubesat")
    image = read(scene, grid(shape=(128, 128)))
    assert image.valid[:64, :64].all()
    assert image.valid.sum() == 64 * 64


@pytest.mark.parametrize(
    "content", [b"<VRTDataset rasterXSize='1' rasterYSize='1'/>", b"GIF89a\1\0\1\0", b"<GDAL_WMS/>", b""]
)
def test_other_formats_are_never_opened(maker, content):
    scene = scene_with(maker, {"B04": ramp()})
    scene.assets[0].path.write_bytes(content)
    with pytest.raises(ReadError, match=r"truncated|is not a GeoTIFF"):
        read(scene, grid(), check=False)
    bare = replace(scene, assets=(replace(scene.assets[0], size=None),))
    with pytest.raises(ReadError, match="is not a GeoTIFF, JPEG 2000, netCDF, PNG or JPEG"):
        read(bare, grid(), check=False)


def test_files_beside_the_raster_change_nothing(maker):
    scene = scene_with(maker, {"B04": ramp()})
    before = read(scene, grid())
    band = "<PAMRasterBand band='1'><NoDataValue>1000</NoDataValue></PAMRasterBand>"
    aux = f"<PAMDataset><GeoTransform>0,1,0,0,0,-1</GeoTransform>{band}</PAMDataset>"
    (maker.root / "a" / "B04.tif.aux.xml").write_text(aux)
    after = read(scene, grid())
    assert after.digest == before.digest
    assert after.valid.all()


def test_wrong_bands_are_named(maker):
    scene = scene_with(maker, {"B04": ramp()})
    with pytest.raises(BandError, match="band='nir' is not in scene a; it has red"):
        read(scene, grid(), ("nir",))
    for bands in ((), ("red", "red")):
        with pytest.raises(BandError, match="name each wanted band once"):
            read(scene, grid(), bands)


def test_file_with_fewer_bands_than_named_is_refused(maker):
    fields = {"bands": [{"name": "B04"}, {"name": "B08"}]}
    scene = scene_with(maker, {"x": ramp()}, fields=fields)
    with pytest.raises(BandError, match="has 1 raster bands, the metadata names at least 2"):
        read(scene, grid())
