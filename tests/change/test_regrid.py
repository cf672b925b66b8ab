"""Pixels are moved and put on other grids once, at exact places, and a block gives what the whole gives."""

import math

import numpy as np
import pytest
from affine import Affine
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pyproj import Transformer

from osint_imagery.change.coregister import align, move, regrid
from osint_imagery.change.regrid import between
from osint_imagery.change.resampling import gather, slide, taps
from osint_imagery.core.errors import GridMismatchError, OutsideFootprintError
from osint_imagery.core.estimate import Estimate
from osint_imagery.core.flags import Flag
from osint_imagery.core.grid import Grid
from osint_imagery.core.image import Image
from osint_imagery.core.pair import Registration

Float = NDArray[np.float64]
BASE = "EPSG:32636"
TARGET = Grid(crs=BASE, transform=Affine(10, 0, 700_000, 0, -10, 3_750_000), shape=(240, 220))
WAVES = 300


def ground(x: Float, y: Float) -> Float:
    """Waves of 60 to 400 m, in meters of the base CRS: known everywhere."""
    rng = np.random.default_rng(3)
    value = np.zeros(x.shape)
    for _ in range(WAVES):
        length, angle = math.exp(rng.uniform(math.log(60), math.log(400))), rng.uniform(0, math.pi)
        phase = 2 * np.pi * ((x - 701_000) * math.cos(angle) + (y - 3_749_000) * math.sin(angle)) / length
        value += length**0.7 * np.cos(phase + rng.uniform(0, 2 * np.pi))
    return 1000 + value / 5


def seen(grid: Grid, *, east: float = 0.0, north: float = 0.0, noise: float = 0.0, seed: int = 0) -> Image:
    """Look at the ground on a grid; the ground lies `east`, `north` meters off."""
    row, column = np.mgrid[: grid.shape[0], : grid.shape[1]]
    x, y = grid.xy(row, column)
    if grid.crs != BASE:
        x, y = Transformer.from_crs(grid.crs, BASE, always_xy=True).transform(x, y)
    values = ground(x - east, y - north) + noise * np.random.default_rng(seed).standard_normal(grid.shape)
    return Image.from_array(values[None], bands=["red"], grid=grid)


def other_zone() -> Grid:
    x, y = Transformer.from_crs(BASE, "EPSG:32637", always_xy=True).transform(701_100, 3_748_800)
    return Grid(crs="EPSG:32637", transform=Affine(10, 0, x - 1500, 0, -10, y + 1500), shape=(300, 300))


def degrees() -> Grid:
    return Grid(crs="EPSG:4326", transform=Affine(1e-4, 0, 35.161, 0, -9e-5, 33.872), shape=(262, 258))


GRIDS = {
    "a part of it": Grid(crs=BASE, transform=Affine(10, 0, 700_500, 0, -10, 3_749_700), shape=(240, 240)),
    "half a pixel off": Grid(crs=BASE, transform=Affine(10, 0, 699_895, 0, -10, 3_750_105), shape=(262, 242)),
    "coarser": Grid(crs=BASE, transform=Affine(20, 0, 699_900, 0, -20, 3_750_100), shape=(130, 120)),
    "finer": Grid(crs=BASE, transform=Affine(5, 0, 699_900, 0, -5, 3_750_100), shape=(520, 480)),
    "south up": Grid(crs=BASE, transform=Affine(10, 0, 700_000, 0, 10, 3_747_600), shape=(240, 220)),
    "on its side": Grid(crs=BASE, transform=Affine(0, 10, 700_000, -10, 0, 3_750_000), shape=(220, 240)),
    "other zone": other_zone(),
    "degrees": degrees(),
}


@pytest.mark.parametrize("name", GRIDS)
def test_two_dates_on_different_grids_are_aligned_onto_the_first(name: str) -> None:
    before = seen(TARGET, noise=2)
    pair = align(before, seen(GRIDS[name], east=6.0, north=-4.5, noise=2, seed=1))
    assert pair.grid == TARGET
    assert pair.shift_px == pytest.approx((-0.45, -0.6), abs=0.02)
    left = (pair.after.values - before.values)[:, pair.valid]
    assert np.sqrt(np.mean(left**2)) < 4.5  # noise of both dates is 2.8, the ground's deviation 60
    assert pair.valid.mean() > (0.5 if name == "a part of it" else 0.97)
    assert (pair.after.flags[~pair.after.valid] & int(Flag.NO_DATA)).all()
    assert np.isnan(pair.after.values[:, ~pair.after.valid]).all()


@pytest.mark.parametrize("name", [n for n in GRIDS if n not in {"coarser", "finer"}])
def test_regridded_ground_is_the_ground_at_the_new_places(name: str) -> None:
    found = regrid(seen(GRIDS[name]), TARGET)
    inner = np.zeros(TARGET.shape, dtype=bool)
    inner[4:-4, 4:-4] = True
    inner &= found.valid
    error = np.abs(found.values[0] - seen(TARGET).values[0])[inner]
    assert np.median(error) < 0.15
    assert np.quantile(error, 0.99) < 1.5  # steps of 12 a pixel: a tenth of a pixel at most, at the edges of a part


def test_grids_that_coincide_are_copied_to_the_bit() -> None:
    source = seen(GRIDS["a part of it"], noise=3)
    found = regrid(source, TARGET)
    assert np.array_equal(found.values[0, 30:, 50:], source.values[0, :210, :170])
    assert not found.valid[:30].any()
    assert not found.valid[:, :50].any()


def test_scene_elsewhere_is_refused() -> None:
    far = Grid(crs=BASE, transform=Affine(10, 0, 800_000, 0, -10, 3_750_000), shape=(50, 50))
    with pytest.raises(OutsideFootprintError, match="does not meet"):
        align(seen(TARGET), seen(far))
    with pytest.raises(GridMismatchError, match="read both on one grid"):
        align(seen(TARGET), Image.from_array(np.ones((1, 240, 220)), bands=["red"]))
    with pytest.raises(GridMismatchError, match="has no grid"):
        regrid(Image.from_array(np.ones((1, 5, 5)), bands=["red"]), TARGET)


def test_mapping_between_grids_is_the_way_over_the_ground() -> None:
    rows, columns = np.array([0.0, 100.0, 239.0]), np.array([5.0, 219.0, 0.0])
    for grid in GRIDS.values():
        row, column = between(grid, TARGET)(rows, columns)
        lon, lat = grid.lonlat(row, column)
        assert np.allclose([lon, lat], TARGET.lonlat(rows, columns), atol=1e-9)


def registration(
    shift: tuple[float, float], linear: tuple[tuple[float, float], tuple[float, float]] = ((0.0, 0.0), (0.0, 0.0))
) -> Registration:
    left = Estimate(value=0, low=0, high=0.1, level=0.95, unit="px", method="known")
    return Registration(
        shift_px=shift, residual=left, tiles_used=9, tiles_held_out=9, tiles_offered=18, linear=linear,
        center_px=(120.0, 110.0), halo_px=math.ceil(max(map(abs, shift))) + 10,
    )  # fmt: skip


def holed(seed: int = 0) -> Image:
    rng = np.random.default_rng(seed)
    valid = rng.random(TARGET.shape) > 0.002
    valid[100:120, 90:140] = False
    values = rng.standard_normal((2, *TARGET.shape)) * 100 + 1000
    return Image.from_array(values, bands=["red", "nir"], valid=valid)


def part(image: Image, rows: slice, columns: slice) -> Image:
    area = image.valid[rows, columns]
    return Image.from_array(image.values[:, rows, columns], bands=image.bands, valid=area)


TILTED = ((2e-3, -1e-3), (1e-3, 1.5e-3))


@pytest.mark.parametrize("linear", [((0.0, 0.0), (0.0, 0.0)), TILTED], ids=["shift", "affine"])
@pytest.mark.parametrize("shift", [(0.37, -1.23), (-2.0, 1.5)])
def test_blocks_with_their_halo_move_like_the_whole(
    shift: tuple[float, float], linear: tuple[tuple[float, float], tuple[float, float]]
) -> None:
    image, told = holed(), registration(shift, linear)
    whole, halo = move(image, told), told.halo_px
    for row in range(0, 240, 80):
        for column in range(0, 220, 110):
            top, left = max(0, row - halo), max(0, column - halo)
            block = part(image, slice(top, row + 80 + halo), slice(left, column + 110 + halo))
            moved = move(block, told, origin=(top, left))
            own = np.s_[row - top : row - top + 80, column - left : column - left + 110]
            area = np.s_[row : row + 80, column : column + 110]
            assert np.array_equal(moved.valid[own], whole.valid[area])
            assert np.array_equal(moved.flags[own], whole.flags[area])
            both = moved.values[:, *own], whole.values[:, *area]
            assert np.allclose(*both, rtol=1e-6, atol=1e-3, equal_nan=True)


def test_blocks_regridded_are_the_whole_regridded() -> None:
    source, told = seen(GRIDS["other zone"], noise=5), registration((0.3, -0.4), TILTED)
    whole = regrid(source, TARGET, told)
    t = TARGET.transform
    block = Grid(crs=BASE, transform=Affine(t.a, 0, t.c + 37 * t.a, 0, t.e, t.f + 51 * t.e), shape=(64, 80))
    found = regrid(source, block, told, origin=(51, 37))
    assert np.allclose(found.values, whole.values[:, 51:115, 37:117], atol=0.05, equal_nan=True)


@settings(max_examples=30, deadline=None)
@given(st.floats(-6, 6, allow_nan=False), st.floats(-6, 6, allow_nan=False))
@example(0.5, 1.00001)
@example(0.5, -2.99999)
@example(1 / 16384, 0.5)
@example(-1 / 16384, 0.5)
def test_one_shift_and_a_gather_at_the_same_places_agree(rows: float, columns: float) -> None:
    image = part(holed(1), slice(85, 130), slice(80, 145))
    values = np.where(image.valid, image.values, 0)
    one = slide(values, image.valid, (rows, columns))
    row, column = np.mgrid[:45, :65].astype(float)
    other = gather(values, image.valid, row - rows, column - columns)
    assert (one.valid == other.valid).all()
    both = one.valid & other.valid
    assert np.allclose(one.values[:, both], other.values[:, both], atol=0.5)


@settings(max_examples=30, deadline=None)
@given(st.floats(0, 1, allow_nan=False))
def test_kernel_keeps_a_level_and_mirrors(fraction: float) -> None:
    weights = taps(fraction)
    assert weights.sum() == pytest.approx(1, abs=1e-6)
    assert weights == pytest.approx(taps(1 - fraction)[::-1], abs=1e-6)


@pytest.mark.parametrize("shift", [(0.5, 0.0), (0.25, -0.5)])
def test_kernel_loses_little_of_what_varies_over_three_pixels(shift: tuple[float, float]) -> None:
    row, column = np.mgrid[:64, :64]
    wave = np.cos(2 * np.pi * 0.3 * row)[None].astype(np.float32)
    moved = slide(wave, np.ones((64, 64), dtype=bool), shift)
    truth = np.cos(2 * np.pi * 0.3 * (row - shift[0]))
    assert np.abs(moved.values[0] - truth)[8:-8, 8:-8].max() < 0.02
    assert column.shape == moved.valid.shape


def test_ramp_stays_a_ramp_beside_unusable_pixels() -> None:
    row, column = np.mgrid[:30, :30]
    valid = np.ones((30, 30), dtype=bool)
    valid[12:15, 10:20] = False
    ramp = (3.0 * row + 2.0 * column)[None].astype(np.float32)
    moved = slide(np.where(valid, ramp, 1e6).astype(np.float32), valid, (0.25, -0.5))
    truth = 3.0 * (row - 0.25) + 2.0 * (column + 0.5)
    assert np.abs(moved.values[0] - truth)[moved.valid].max() < 0.06
    assert not moved.valid[12:16, 9:19].all(axis=1).any()
    assert moved.valid.mean() > 0.85
