"""Pixels cannot be edited, unusable ones are NaN, and two images make a pair only if they are one."""

from dataclasses import replace

import numpy as np
import pytest
from affine import Affine

from osint_imagery.core.errors import BandError, GridMismatchError, IdenticalPixelsError, InputError
from osint_imagery.core.flags import Flag
from osint_imagery.core.grid import Grid
from osint_imagery.core.handover import given_away
from osint_imagery.core.image import Image
from osint_imagery.core.lineage import digest_array
from osint_imagery.core.pair import Pair

GRID = Grid(crs="EPSG:32636", transform=Affine(10, 0, 730_000, 0, -10, 3_754_000), shape=(4, 5))
BANDS = ("red", "nir")


def image(seed: int = 0, *, day: str | None = "2020-01-01", grid: Grid | None = GRID) -> Image:
    values = np.random.default_rng(seed).random((2, 4, 5))
    valid = np.ones((4, 5), dtype=bool)
    valid[1, 2] = False
    return Image.from_array(values, bands=BANDS, valid=valid, grid=grid, acquired=day, unit="reflectance")


def test_pixels_cannot_be_edited_not_even_through_the_arrays_they_came_from() -> None:
    values, valid, flags = (
        np.ones((1, 2, 2), dtype=np.float32),
        np.ones((2, 2), dtype=bool),
        np.zeros((2, 2), np.uint16),
    )
    made = Image(values=values, bands=("red",), valid=valid, flags=flags)
    before = made.digest
    values[:], valid[:], flags[:] = 9, False, 4
    assert made.valid.all()
    assert not made.flags.any()
    assert made.digest == before == digest_array(made.values)
    for array in (made.values, made.valid, made.flags, made.band("red")):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def test_arrays_that_were_given_away_are_kept_and_held_to_the_same_rules() -> None:
    values, valid = np.ones((1, 2, 2), dtype=np.float32), np.array([[True, True], [True, False]])
    flags = np.zeros((2, 2), dtype=np.int64)
    made = Image(values=given_away(values), bands=("red",), valid=given_away(valid), flags=given_away(flags))
    assert np.shares_memory(made.values, values)
    assert np.shares_memory(made.valid, valid)
    assert not np.shares_memory(made.flags, flags)  # another type: cannot be kept as it is
    assert [type(array) for array in (made.values, made.valid, made.flags)] == [np.ndarray] * 3
    assert (np.isnan(made.values[0]) == ~made.valid).all()
    for array in (made.values, made.valid, made.flags):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
    with pytest.raises(InputError, match="where valid is True"):
        replace(made, values=given_away(np.full((1, 2, 2), np.inf, dtype=np.float32)))


def test_values_are_nan_exactly_where_not_valid() -> None:
    values = np.ones((2, 3, 3))
    values[0, 0, 0] = np.nan
    values[1, 1, 1] = np.inf
    valid = np.ones((3, 3), dtype=bool)
    valid[2, 2] = False
    made = Image.from_array(values, bands=BANDS, valid=valid)
    assert (np.isnan(made.values) == ~made.valid).all()
    assert sorted(zip(*np.nonzero(~made.valid), strict=True)) == [(0, 0), (1, 1), (2, 2)]
    assert ((made.flags & int(Flag.NO_DATA)) != 0).tolist() == (~made.valid).tolist()


def test_nan_under_valid_is_refused() -> None:
    with pytest.raises(InputError, match="where valid is True"):
        Image(values=np.full((1, 2, 2), np.nan), bands=("red",), valid=np.ones((2, 2), bool), flags=np.zeros((2, 2)))


def test_masked_pixels_are_not_valid() -> None:
    made = Image.from_array(np.ma.masked_equal([[[0, 1], [2, 0]]], 0), bands=["red"])
    assert made.valid.tolist() == [[False, True], [True, False]]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (np.ones((2, 2)), "need"),
        (np.ones((1, 0, 3)), "with pixels"),
        (np.full((1, 2, 2), 1j), "complex128"),
        (np.array([[["a"]]]), "real numbers"),
        (np.full((1, 2, 2), 1e39), "single precision"),
        (np.ones((2, 2, 2)), "one distinct name a band"),
    ],
)
def test_what_is_no_picture_is_refused(values: np.ndarray, words: str) -> None:
    with pytest.raises(InputError, match=words):
        Image.from_array(values, bands=["red"])


def test_planes_of_another_shape_and_repeated_bands_are_refused() -> None:
    with pytest.raises(GridMismatchError, match="valid has shape"):
        Image.from_array(np.ones((1, 3, 2)), bands=["red"], valid=[True, False])
    with pytest.raises(GridMismatchError, match=r"grid\.shape"):
        Image.from_array(np.ones((1, 3, 2)), bands=["red"], grid=GRID)
    with pytest.raises(GridMismatchError, match="flags has shape"):
        Image(values=np.ones((1, 2, 2)), bands=("red",), valid=np.ones((2, 2), bool), flags=np.zeros((1, 2)))
    with pytest.raises(BandError, match="one distinct name"):
        Image.from_array(np.ones((2, 3, 2)), bands=["red", "red"])
    with pytest.raises(BandError, match="it has red, nir"):
        image().select(["green"])


def test_state_tells_valid_no_data_and_failed_read_apart() -> None:
    flags = np.zeros((4, 5), dtype=np.uint16)
    flags[0, 0] = Flag.CLOUD
    flags[0, 1] = Flag.FAILED_READ
    flags[0, 2] = Flag.FAILED_READ | Flag.CLOUD
    flags[0, 3] = Flag.WATER
    state = image().with_flags(flags).state()
    assert state[0].tolist() == [1, 2, 2, 0, 0]
    assert state[1, 2] == 1
    assert (image().with_flags(flags).valid == (state == 0)).all()


@pytest.mark.parametrize(
    "grid", [GRID, None, Grid(crs="EPSG:4326", transform=Affine(1e-4, 0, 35, 0, -1e-4, 33), shape=(4, 5))]
)
def test_xarray_round_trip_keeps_pixels_bands_and_place(grid: Grid | None) -> None:
    pytest.importorskip("xarray")
    first = image(grid=grid)
    again = Image.from_xarray(first.to_xarray(), acquired=first.acquired)
    assert again.digest == first.digest
    assert (again.bands, again.unit, again.acquired) == (first.bands, first.unit, first.acquired)
    assert (again.valid == first.valid).all()
    if grid is None:
        assert again.grid is None
    else:
        assert again.grid is not None
        assert (again.grid.crs, again.grid.shape) == (grid.crs, grid.shape)
        assert tuple(again.grid.transform) == pytest.approx(tuple(grid.transform), abs=1e-9)


def test_xarray_round_trip_keeps_the_word_simulated_and_cites_no_scene() -> None:
    pytest.importorskip("xarray")
    made = replace(image(), simulated=True, scene_id="port-1", credit="SIMULATED")
    again = Image.from_xarray(made.to_xarray())
    assert (again.simulated, again.scene_id, again.credit) == (True, None, None)
    assert not Image.from_xarray(image().to_xarray()).simulated
    assert not Image.from_xarray(image().to_xarray().drop_attrs()).simulated


def test_grids_of_one_size_that_lie_apart_are_told_by_their_corners() -> None:
    moved = replace(GRID, transform=Affine(10, 0, 730_005, 0, -10, 3_754_000))
    with pytest.raises(GridMismatchError, match=r"from \(730000, 3754000\), after .* from \(730005, 3754000\)"):
        Pair(before=image(0), after=image(1, grid=moved))


def test_xarray_nodata_attribute_is_honored_and_odd_arrays_refused() -> None:
    pytest.importorskip("xarray")
    array = image().to_xarray().fillna(-9999.0)
    array.attrs["_FillValue"] = -9999.0
    assert (Image.from_xarray(array).valid == image().valid).all()
    with pytest.raises(InputError, match="transpose"):
        Image.from_xarray(array.transpose("y", "x", "band"))
    bent = array.assign_coords(x=np.array([0.0, 10, 20, 35, 40]))
    with pytest.raises(InputError, match="evenly spaced"):
        Image.from_xarray(bent)
    turned = Grid(crs=GRID.crs, transform=GRID.transform * Affine.rotation(10), shape=GRID.shape)
    with pytest.raises(InputError, match="rotated"):
        image(grid=turned).to_xarray()


def test_pair_refuses_other_grids_bands_and_order() -> None:
    later = image(1, day="2020-02-01")
    assert Pair(before=image(), after=later).valid.sum() == 19
    moved = Grid(crs=GRID.crs, transform=GRID.transform * Affine.translation(0.5, 0), shape=GRID.shape)
    with pytest.raises(GridMismatchError, match="read both on one grid"):
        Pair(before=image(), after=image(1, day="2020-02-01", grid=moved))
    with pytest.raises(GridMismatchError, match="read both on one grid"):
        Pair(before=image(), after=image(1, day="2020-02-01", grid=None))
    with pytest.raises(BandError, match="select the same bands"):
        Pair(before=image(), after=later.select(["nir", "red"]))
    with pytest.raises(InputError, match="swap them"):
        Pair(before=later, after=image())


def test_one_file_under_two_dates_is_refused_even_where_clouds_differ() -> None:
    later = replace(image(), acquired=image(day="2020-02-01").acquired)
    flags = np.zeros((4, 5), dtype=np.uint16)
    flags[3] = Flag.CLOUD
    with pytest.raises(IdenticalPixelsError, match=r"2020-01-01.*2020-02-01.*identical pixels"):
        Pair(before=image(), after=later.with_flags(flags))


def test_dates_of_unknown_time_on_one_day_are_not_called_reversed() -> None:
    morning = replace(image(1), acquired=image(day="2020-01-01T08:00:00Z").acquired)
    assert Pair(before=image(), after=morning).misregistration is None
    assert Pair(before=image(day=None), after=image(1)).shift_px is None
