"""Bilinear interpolation between grids is exact: against float64 at places that are transformed one by one."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from affine import Affine

from osint_imagery.core.grid import Grid
from osint_imagery.scenes import gridmap
from osint_imagery.scenes.gridmap import places_px, strips_between
from osint_imagery.scenes.warping import Native, warp_flags, warp_values

SOURCE = Grid(crs="EPSG:32636", transform=Affine(10, 0, 764000, 0, -10, 3741000), shape=(400, 420))
VALUES = np.random.default_rng(8).integers(1, 10_000, SOURCE.shape).astype(np.uint16)
TARGETS = {
    "next zone": Grid(crs="EPSG:32637", transform=Affine(10, 0, 209000, 0, -10, 3741500), shape=(350, 340)),
    "over the edge": Grid(crs="EPSG:32637", transform=Affine(10, 0, 206000, 0, -10, 3742500), shape=(300, 310)),
    "degrees": Grid(crs="EPSG:4326", transform=Affine(1e-4, 0, 35.86, 0, -8e-5, 33.78), shape=(300, 310)),
    "half a pixel, one column": Grid(crs="EPSG:32636", transform=Affine(10, 0, 764305, 0, -10, 3740995), shape=(60, 1)),
    "finer": Grid(crs="EPSG:32636", transform=Affine(3, 0, 764003, 0, -3, 3740992), shape=(80, 81)),
    "beside": Grid(crs="EPSG:32636", transform=Affine(10, 0, 700000, 0, -10, 3740992), shape=(20, 30)),
}


def exact(target, inside):
    """Return float64 values and where the pixel under each center is a measurement."""
    rows, columns = np.indices(target.shape) + 0.5
    down, across = places_px(SOURCE, target, rows, columns)
    height, width = SOURCE.shape
    there = (down >= 0) & (down < height) & (across >= 0) & (across < width)
    down, across = np.where(there, down, 0), np.where(there, across, 0)
    own = (down + 1e-6).astype(int), (across + 1e-6).astype(int)  # on the border of two pixels: the later one
    there &= inside[own]
    i, j = np.floor(down - 0.5).astype(int), np.floor(across - 0.5).astype(int)
    v, u = down - 0.5 - i, across - 0.5 - j
    total, weight = np.zeros(target.shape), np.zeros(target.shape)
    for a, b, share in ((0, 0, (1 - v) * (1 - u)), (0, 1, (1 - v) * u), (1, 0, v * (1 - u)), (1, 1, v * u)):
        y, x = i + a, j + b
        known = (y >= 0) & (y < height) & (x >= 0) & (x < width)
        y, x = y.clip(0, height - 1), x.clip(0, width - 1)
        used = share * (known & inside[y, x])
        total += used * VALUES[y, x]
        weight += used
    values = np.divide(total, weight, where=there, out=np.full(target.shape, np.nan))
    return values, VALUES[own], there


def native(inside):
    return Native(values=VALUES, inside=inside, grid=SOURCE, ratio=1.0, aligned=False)


@pytest.mark.parametrize("holes", [False, True])
@pytest.mark.parametrize("name", TARGETS)
def test_values_are_those_of_float64_and_pixels_without_a_measurement_take_no_part(name, holes):
    inside = np.random.default_rng(9).random(SOURCE.shape) > 0.2 if holes else np.ones(SOURCE.shape, dtype=bool)
    expected, _, there = exact(TARGETS[name], inside)
    found = warp_values(native(inside), TARGETS[name])
    assert there.any() == (name != "beside")
    apart = np.isfinite(found) != there
    assert apart.mean() < 1e-4  # a center on the border of two pixels, within the spline's tolerance
    both = np.isfinite(found) & there
    error = np.abs(found[both] - expected[both])
    assert error.max(initial=0) < (1.5 if not holes else 8)  # 10,000 DN from pixel to pixel x 1e-4 px; a hole's edge
    assert np.sqrt((error**2).mean() if error.size else 0) < 0.05


@pytest.mark.parametrize("name", TARGETS)
def test_flags_are_those_of_the_pixel_under_the_center(name):
    _, nearest, there = exact(TARGETS[name], np.ones(SOURCE.shape, dtype=bool))
    found = warp_flags(VALUES, native(np.ones(SOURCE.shape, dtype=bool)), TARGETS[name], outside=7)
    assert (found != np.where(there, nearest, 7)).mean() < 1e-3


def test_strips_give_what_one_piece_gives(monkeypatch):
    target = TARGETS["next zone"]
    inside = np.random.default_rng(9).random(SOURCE.shape) > 0.2
    whole = warp_values(native(inside), target)
    monkeypatch.setattr(gridmap, "_STRIP_PX", 5000)
    assert len(strips_between(SOURCE, target)) == 25
    parts = warp_values(native(inside), target)
    assert np.array_equal(np.isnan(whole), np.isnan(parts))
    assert np.nanmax(np.abs(whole - parts)) < 1
    gridmap._made.cache_clear()


def test_threads_make_a_strip_once_and_grids_share_it(monkeypatch):
    gridmap._made.cache_clear()
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: strips_between(SOURCE, TARGETS["next zone"]), range(8)))
    assert gridmap._made.cache_info().misses == 1


def test_where_a_spline_is_not_exact_enough_each_place_is_transformed(monkeypatch):
    target = TARGETS["next zone"]
    gridmap._made.cache_clear()
    expected = warp_values(native(np.ones(SOURCE.shape, dtype=bool)), target)
    monkeypatch.setattr(gridmap, "_TOLERANCE_PX", -1.0)
    gridmap._made.cache_clear()
    found = warp_values(native(np.ones(SOURCE.shape, dtype=bool)), target)
    gridmap._made.cache_clear()
    both = np.isfinite(found) & np.isfinite(expected)
    assert not np.array_equal(found, expected, equal_nan=True)  # it was another road
    assert np.abs(found - expected)[both].max() < 1.5
