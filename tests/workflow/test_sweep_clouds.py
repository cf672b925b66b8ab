"""Clouds are left out of a sweep as they are left out of a comparison, wherever the seams run."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from numpy.typing import NDArray
from scipy import ndimage

from osint_imagery.change.detecting import detect
from osint_imagery.change.optical import MAD
from osint_imagery.core.flags import Flag
from osint_imagery.core.pair import Pair
from osint_imagery.scenes.catalog import open_catalog
from osint_imagery.scenes.reading import native_grid, read
from osint_imagery.scenes.scene import Scene
from osint_imagery.workflow.sweeping import sweep
from osint_imagery.workflow.swept import Sweep

SHAPE = (420, 560)
BANDS = ("blue", "green", "red", "nir")
TOWN = np.array([0.12, 0.11, 0.10, 0.20])
CLOUD = np.array([0.60, 0.58, 0.60, 0.66])
PLACES = ((90, 110, 26), (130, 300, 32), (300, 140, 28), (310, 420, 24))
ROOF = (slice(200, 214), slice(480, 494))
Float = NDArray[np.float64]


def write(path: Path, values: Float, *, day: str) -> None:
    layout = {"driver": "GTiff", "tiled": True, "blockxsize": 128, "blockysize": 128}
    place = {"crs": "EPSG:32636", "transform": Affine(10, 0, 500000, 0, -10, 4000000), "nodata": 0}
    shape = {"count": 4, "height": SHAPE[0], "width": SHAPE[1]}
    with rasterio.open(path, "w", **layout, **place, **shape, dtype="uint16") as raster:
        raster.write((values * 10_000).round().astype(np.uint16))
        raster.descriptions = BANDS
        raster.update_tags(TIFFTAG_DATETIME=f"2021:05:{day} 08:00:00")


def cover() -> Float:
    """Four clouds with soft edges."""
    down, across = np.mgrid[: SHAPE[0], : SHAPE[1]]
    return np.maximum.reduce([np.clip((r - np.hypot(down - y, across - x)) / 6 + 0.5, 0, 1) for y, x, r in PLACES])


@pytest.fixture(scope="module", name="pair")
def _pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Scene, Scene]:
    rng = np.random.default_rng(5)
    texture = ndimage.gaussian_filter(rng.standard_normal(SHAPE), 1.2)
    ground = TOWN[:, None, None] * (1 + 0.25 * texture / texture.std()).clip(0.2)
    before, after = (ground * (1 + 0.03 * rng.standard_normal((4, *SHAPE))) for _ in range(2))
    after[(slice(None), *ROOF)] += 0.25
    shade = np.roll(cover(), (44, -38), (0, 1))
    after = (1 - cover()) * after * (1 - 0.7 * shade) + cover() * CLOUD[:, None, None]
    folder = tmp_path_factory.mktemp("scenes")
    write(folder / "before.tif", before, day="02")
    write(folder / "after.tif", after, day="20")
    found = {scene.id: scene for scene in open_catalog(folder).scenes()}
    return found["before"], found["after"]


@pytest.fixture(scope="module", name="whole")
def _whole(pair: tuple[Scene, Scene], tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    return sweep(*pair, tmp_path_factory.mktemp("whole"), method=MAD(), block_px=1024)


def plane(result: Sweep, product: str) -> NDArray[Any]:
    with rasterio.open(result.path(product)) as raster:
        values: NDArray[Any] = raster.read(1)
    return values


def test_clouds_and_their_shadows_are_not_observed_and_a_roof_is_changed(whole: Sweep) -> None:
    changed = plane(whole, "changed")
    assert (changed[cover() > 0.5] == 255).mean() > 0.97
    shade = (np.roll(cover(), (44, -38), (0, 1)) > 0.9) & (cover() < 0.01)
    assert (changed[shade] == 255).mean() > 0.8
    assert (changed[ROOF] == 1).mean() > 0.9
    clear = ndimage.maximum_filter(np.maximum(cover(), shade), 25) < 0.01
    assert (changed[clear] == 255).mean() < 0.02


def test_what_is_left_out_is_what_a_comparison_leaves_out(pair: tuple[Scene, Scene], whole: Sweep) -> None:
    grid = native_grid(pair[0], "red")
    changes = detect(Pair(before=read(pair[0], grid), after=read(pair[1], grid)), MAD())
    assert ((changes.pair.after.flags & int(Flag.CLOUD)) != 0).any()
    differ = (plane(whole, "changed") == 255) != ~changes.observed
    assert differ.mean() < 0.002  # at the border of the image, where a block sees the mirrored ground


@pytest.mark.parametrize("block_px", [100, 256])
def test_seams_change_nothing(pair: tuple[Scene, Scene], whole: Sweep, tmp_path: Path, block_px: int) -> None:
    result = sweep(*pair, tmp_path / "out", method=MAD(), block_px=block_px)
    np.testing.assert_array_equal(plane(result, "changed"), plane(whole, "changed"))
    np.testing.assert_allclose(plane(result, "score"), plane(whole, "score"), rtol=1e-4, atol=1e-4)
