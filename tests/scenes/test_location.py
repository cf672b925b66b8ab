"""Where bytes are: a file, part of a file, anything that keeps the contract; a failure is never no data."""

import io
import pickle
import tarfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
from support.rasters import grid, ramp, scene_with

from osint_imagery.core.errors import ChecksumError, MissingAssetError, ReadError
from osint_imagery.core.lineage import digest_bytes
from osint_imagery.scenes.location import FilePart, LocalFile, Location
from osint_imagery.scenes.raster import inspect, read_stored
from osint_imagery.scenes.reading import read

PIXELS = np.random.default_rng(3).integers(1, 60000, (300, 300)).astype(np.uint16)
FORMATS = {
    "plain.tif": {},
    "tiled.tif": {"tiled": True, "blockxsize": 64, "blockysize": 64, "compress": "deflate"},
    "a.jp2": {"driver": "JP2OpenJPEG", "REVERSIBLE": "YES", "QUALITY": "100"},
}


def write(path, options):
    options = {"driver": "GTiff", **options}
    size = {"count": 1, "height": 300, "width": 300, "dtype": "uint16"}
    place = {"crs": "EPSG:32636", "transform": grid().transform}
    with rasterio.open(path, "w", **options, **size, **place) as dataset:
        dataset.write(PIXELS, 1)
    return path


def part_of(path, folder):
    """Return the file as a member of a tar, with other members before and after."""
    target = folder / "product.tar"
    with tarfile.open(target, "w") as tar:
        for name in ("before", path.name, "after"):
            if name == path.name:
                tar.add(path, name)
            else:
                info = tarfile.TarInfo(name)
                info.size = 777
                tar.addfile(info, io.BytesIO(b"x" * 777))
    with tarfile.open(target) as tar:
        member = tar.getmember(path.name)
    return FilePart(target, member.offset_data, member.size, path.name)


@pytest.fixture(params=FORMATS)
def file(request, tmp_path):
    return write(tmp_path / request.param, FORMATS[request.param])


def test_part_of_a_file_is_the_file(file, tmp_path):
    whole, part = LocalFile(file), part_of(file, tmp_path)
    assert isinstance(whole, Location)
    assert isinstance(part, Location)
    assert part.local is None
    assert (part.size(), part.digest()) == (whole.size(), whole.digest())
    assert part.open().read() == file.read_bytes()
    assert inspect(part) == inspect(whole)
    for rows, columns in (((0, 300), (0, 300)), ((17, 211), (130, 139))):
        (expected,) = read_stored(whole, (1,), rows, columns)
        (found,) = read_stored(part, (1,), rows, columns)
        np.testing.assert_array_equal(found.values, expected.values)
        np.testing.assert_array_equal(found.values, PIXELS[slice(*rows), slice(*columns)])
        np.testing.assert_array_equal(found.inside, expected.inside)


def test_handles_are_independent_and_seek_like_a_file(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(bytes(range(100)))
    part = FilePart(path, 10, 50, "part")
    with part.open() as first, part.open() as second:
        assert first.read(3) == bytes([10, 11, 12])
        assert second.read(1) == bytes([10])
        assert (first.seek(-2, io.SEEK_END), first.read()) == (48, bytes([58, 59]))
        assert (first.read(), first.seek(60), first.read()) == (b"", 60, b"")


def test_threads_read_one_part_at_once(file, tmp_path):
    part = part_of(file, tmp_path)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: read_stored(part, (1,), (0, 300), (0, 300))[0].values, range(24)))
    assert all(np.array_equal(values, PIXELS) for values in found)


@dataclass(frozen=True)
class Broken:
    """Bytes that cannot be had beyond a place: raises there, or ends there without a word."""

    whole: FilePart
    limit: int
    raises: bool

    href = "elsewhere/a.tif"
    local = None

    def size(self):
        return self.whole.size()

    def open(self):
        return BrokenStream(self.whole.open().read(), self.limit, raises=self.raises)

    def digest(self):
        return self.whole.digest()

    def stamp(self):
        return self


class BrokenStream(io.BytesIO):
    def __init__(self, data, limit, *, raises):
        super().__init__(data)
        self.limit, self.raises = limit, raises

    def read(self, count=-1):
        count = len(self.getbuffer()) if count is None or count < 0 else count
        if self.raises and self.tell() + count > self.limit:
            msg = "connection lost"
            raise ConnectionError(msg)
        return super().read(max(0, min(count, self.limit - self.tell())))


@pytest.mark.parametrize("raises", [True, False])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.7, 0.95])
def test_bytes_that_cannot_be_had_are_an_error(file, tmp_path, raises, share):
    part = part_of(file, tmp_path)
    place = Broken(part, int(part.size() * share), raises)
    with pytest.raises((ReadError, ConnectionError) if share == 0 else ReadError) as caught:
        read_stored(place, (1,), (0, 300), (0, 300))
    if raises:
        assert "connection lost" in str(caught.value)


def test_a_failure_that_gdal_overlooked_is_raised(file, tmp_path, monkeypatch):
    """Bytes of a block are lost, and GDAL is made to fill in: the read still fails."""
    part = part_of(file, tmp_path)
    whole = part.open().read()

    class Filled(BrokenStream):
        lost = False

        def read(self, count=-1):
            if self.tell() > 100 and not Filled.lost:
                Filled.lost = True
                msg = "connection lost once"
                raise ConnectionError(msg)
            return io.BytesIO.read(self, count)

    monkeypatch.setattr(Broken, "open", lambda _: Filled(whole, len(whole), raises=True))
    with pytest.raises(ReadError, match="connection lost once"):
        read_stored(Broken(part, 0, raises=True), (1,), (0, 300), (0, 300))


def test_truncated_and_missing_parts_are_named(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(bytes(100))
    short = FilePart(path, 60, 50, "part")
    for ask in (short.size, short.open, short.digest):
        with pytest.raises(ReadError, match=r"a!part' is truncated: it ends at byte 100 of 110"):
            ask()
    path.unlink()
    for place in (short, LocalFile(path)):
        for ask in (place.size, place.open, place.digest, place.stamp):
            with pytest.raises(MissingAssetError, match="is not there"):
                ask()


def test_stamp_changes_with_the_file_and_location_travels(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(bytes(100))
    places = (LocalFile(path), FilePart(path, 0, 50, "x"))
    before = [place.stamp() for place in places]
    assert [pickle.loads(pickle.dumps(place)) for place in places] == list(places)  # noqa: S301
    path.write_bytes(bytes(101))
    assert all(place.stamp() != old for place, old in zip(places, before, strict=True))


def test_other_formats_are_not_opened_from_a_part_either(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"xx<VRTDataset rasterXSize='1' rasterYSize='1'/>")
    with pytest.raises(ReadError, match="is not a GeoTIFF"):
        inspect(FilePart(path, 2, 40, "a.tif"))


def test_scene_reads_and_checks_a_part_as_a_file(maker, tmp_path):
    scene = scene_with(maker, {"B04": ramp()})
    part = part_of(scene.assets[0].path, tmp_path)
    inside = replace(scene, assets=(replace(scene.assets[0], location=part),))
    expected, found = read(scene, grid()), read(inside, grid())
    assert found.digest == expected.digest
    assert found.lineage == expected.lineage
    data = bytearray(part.file.read_bytes())
    data[part.start + part.length - 1] ^= 1
    part.file.write_bytes(data)
    assert part.digest() == digest_bytes(bytes(data[part.start : part.start + part.length]))
    with pytest.raises(ChecksumError, match="promised was"):
        read(inside, grid())


def test_path_of_an_asset_is_its_own_file_only(maker, tmp_path):
    asset = scene_with(maker, {"B04": ramp()}).assets[0]
    assert asset.path == asset.location.local
    assert replace(asset, location=part_of(Path(asset.path), tmp_path)).path is None
    assert replace(asset, location=None).path is None
