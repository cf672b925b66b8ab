import os
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from affine import Affine

from osint_imagery.core.errors import ChecksumError, EvidenceExistsError, MissingAssetError
from osint_imagery.core.grid import Grid
from osint_imagery.core.lineage import digest_file
from osint_imagery.scenes import packaged
from osint_imagery.scenes.catalog import open_catalog
from osint_imagery.scenes.packaged import bundled, romania_catalog
from osint_imagery.scenes.reading import native_grid, read


@pytest.fixture
def cube(tmp_path, monkeypatch):
    """Stand in for the package's file: two dates of 4 bands and SCL."""
    path = tmp_path / "cube.nc"
    path.write_bytes(b"stand-in")
    pixels = np.arange(5 * 2 * 9, dtype=np.uint16).reshape(5, 2, 3, 3) % 5 + 4
    grid = Grid(crs="EPSG:3035", transform=Affine(10, 0, 5271980, 0, -10, 2533000), shape=(3, 3))
    days = [date(2015, 8, 1), date(2018, 8, 25)]
    monkeypatch.setattr(packaged, "_CUBE_DIGEST", digest_file(path))
    monkeypatch.setattr(packaged, "_read_cube", lambda _: (pixels, days, grid))
    return path


def test_series_becomes_dated_scenes_in_dn(cube, tmp_path):
    scenes = list(open_catalog(romania_catalog(tmp_path / "out", source=cube)).scenes())
    assert [scene.id for scene in scenes] == ["romania-20150801", "romania-20180825"]
    first = scenes[0]
    assert first.acquired.is_day
    assert first.credit == "Contains modified Copernicus Sentinel data 2015"
    assert first.bands == ("blue", "green", "red", "nir")
    assert any("not evidence" in note for note in first.notes)
    image = read(first, native_grid(first, "red"))
    assert image.unit == "DN"
    np.testing.assert_array_equal(
        image.values[0].ravel()[image.valid.ravel()], (np.arange(9) % 5 + 4)[image.valid.ravel()]
    )


def test_writing_again_keeps_identical_files_and_refuses_different_ones(cube, tmp_path):
    first = romania_catalog(tmp_path / "out", source=cube)
    stamp = first.stat().st_mtime_ns
    assert romania_catalog(tmp_path / "out", source=cube) == first
    assert first.stat().st_mtime_ns == stamp
    assert not list((tmp_path / "out").rglob("*.new"))
    other = tmp_path / "out" / "romania-20150801" / "item.json"
    other.write_text("{}")
    with pytest.raises(EvidenceExistsError, match="exists and is different"):
        romania_catalog(tmp_path / "out", source=cube)
    assert other.read_text() == "{}"


def test_another_file_is_refused_before_anything_is_written(tmp_path):
    path = tmp_path / "x.nc"
    path.write_bytes(b"other")
    with pytest.raises(ChecksumError, match="nothing was written"):
        romania_catalog(tmp_path / "out", source=path)
    assert not (tmp_path / "out").exists()


def test_missing_package_names_the_remedy(tmp_path, monkeypatch):
    with pytest.raises(MissingAssetError, match=r"x\.nc' is not there"):
        romania_catalog(tmp_path / "out", source=tmp_path / "x.nc")
    monkeypatch.setattr(packaged, "find_spec", lambda _: None)
    with pytest.raises(MissingAssetError, match="pip install --no-deps nrt"):
        romania_catalog(tmp_path / "out")


def test_bundled_scenes_are_found_and_nothing_else():
    assert bundled().is_dir()
    for name in ("no-such-scene", "../pyproject.toml"):
        with pytest.raises(MissingAssetError, match="is not among the bundled scenes"):
            bundled(name)


@pytest.mark.real
def test_real_series_has_140_scenes(tmp_path):
    named = os.environ.get("OSINT_IMAGERY_NRT_CUBE")
    try:
        path = Path(named) if named else packaged._installed_cube()
    except MissingAssetError as err:
        pytest.skip(str(err))
    scenes = list(open_catalog(romania_catalog(tmp_path / "out", source=path)).scenes())
    assert len(scenes) == 140
    clear = next(scene for scene in scenes if scene.id == "romania-20180825")
    image = read(clear, native_grid(clear, "nir"))
    assert image.valid.all()
    assert 1000 < image.band("nir").mean() < 6000
