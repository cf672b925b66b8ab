"""What the ground, the sensor and the view do is never ruled out where it could have been, and every object is told."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage
from skimage.draw import polygon
from support.town import AIR, BANDS, ROOFS, SIDE, SKYLIGHT, WATER, Town, states

import osint_imagery as oi
from osint_imagery.change.coregister import align
from osint_imagery.change.explain import NAMES, Explainer
from osint_imagery.core.errors import GridMismatchError
from osint_imagery.core.flags import Flag
from osint_imagery.core.pair import Pair
from osint_imagery.core.viewing import ViewingGeometry
from osint_imagery.scenes.reading import native_grid, read, read_quality


@pytest.mark.parametrize("resampled", [False, True])
def test_a_clipped_roof_is_not_ruled_out(resampled: bool) -> None:
    for seed in range(10):
        town = Town(seed)
        cover = town.cover(sides=(6, 7))
        noisy = town.paint(cover, (3.0,) * 5)
        pair = town.pair(np.minimum(noisy, 1.6))
        clipped = np.minimum(pair.after.values, 1.2)
        if resampled:
            clipped = np.stack([ndimage.shift(plane, (0.3, -0.4), order=3, mode="nearest") for plane in clipped])
        pair = replace(pair, after=replace(pair.after, values=clipped))
        assert states(pair, cover > 0.5)["saturation"] == "not ruled out", seed


def test_clipped_values_pile_up_even_where_they_were_resampled() -> None:
    town = Town(0)
    cover = town.cover(sides=(16, 16))
    pair = town.pair(town.paint(cover, (0.6,) * 5))
    clipped = np.minimum(pair.after.values, 0.5)
    moved = np.stack([ndimage.shift(plane, (0.3, -0.4), order=3, mode="nearest") for plane in clipped])
    found = [
        states(replace(pair, after=replace(pair.after, values=values)), cover > 0.5)["saturation"]
        for values in (pair.after.values, moved)
    ]
    assert found == ["ruled out", "not ruled out"]


def test_eight_bit_counts_end_at_255_and_flags_are_believed() -> None:
    town = Town(0)
    cover = town.cover(sides=(6, 7))
    pair = town.pair(town.paint(cover, ROOFS[0]))
    counts = [
        replace(image, values=np.clip(np.rint(image.values * 700), 0, 255), unit="DN")
        for image in (pair.before, pair.after)
    ]
    assert states(replace(pair, before=counts[0], after=counts[1]), cover > 0.35)["saturation"] == "not ruled out"
    flags = np.where((cover > 0.05) & (cover < 0.35), int(Flag.SATURATED), 0).astype(np.uint16)
    flagged = replace(pair, after=pair.after.with_flags(flags))
    assert states(pair, cover > 0.35)["saturation"] == "ruled out"
    assert states(flagged, cover > 0.35)["saturation"] == "not ruled out"


def test_water_that_rose_is_not_ruled_out_and_dry_ground_is() -> None:
    for seed in range(10):
        town = Town(seed)
        cover = town.cover(sides=(6, 20), at=(12, 50))
        assert states(town.pair(town.paint(cover, WATER)), cover > 0.4)["water level (tide, flood)"] == "not ruled out"
        dry = town.cover(sides=(7, 7))
        found = states(town.pair(town.paint(dry, ROOFS[2])), dry > 0.35)
        assert found["water level (tide, flood)"] == found["snow"] == "ruled out"


def test_snow_is_not_ruled_out() -> None:
    town = Town(0)
    cover = town.cover(sides=(7, 7))
    pair = town.pair(town.paint(cover, (0.80, 0.80, 0.79, 0.70, 0.10)))
    assert states(pair, cover > 0.35)["snow"] == "not ruled out"
    short = replace(pair, before=pair.before.select(BANDS[:4]), after=pair.after.select(BANDS[:4]))
    assert states(short, cover > 0.35)["snow"] == "not tested"


def test_a_harvest_is_not_ruled_out_and_a_roof_on_bare_ground_is_no_season() -> None:
    town = Town(0)
    town.ground[:, 20:70, 30:70] = np.array([0.045, 0.072, 0.062, 0.28, 0.19])[:, None, None] + AIR
    cover = town.cover(sides=(8, 9))
    bare = town.paint(cover, (0.085, 0.115, 0.155, 0.225, 0.29))
    assert states(town.pair(bare), cover > 0.35)["season"] == "not ruled out"
    undated = replace(town.pair(bare), after=replace(town.pair(bare).after, acquired=None))
    assert states(undated, cover > 0.35)["season"] == "not tested"
    town.ground[:, 20:70, 30:70] = np.array([0.085, 0.095, 0.102, 0.118, 0.13])[:, None, None] + AIR
    assert states(town.pair(town.paint(cover, ROOFS[0])), cover > 0.35)["season"] == "ruled out"


def test_when_all_like_ground_greened_up_season_is_not_ruled_out() -> None:
    town = Town(5)
    grassy = ndimage.binary_erosion(town.ground[3] > 0.25)
    town_dry = town.ground.copy()
    town_dry[:, grassy] = (np.array([0.055, 0.080, 0.085, 0.22, 0.23]) + AIR[:, 0, 0])[:, None]
    assert states(town.pair(town.ground, first=town_dry), grassy)["season"] == "not ruled out"


def test_view_angles_move_only_what_is_tall_and_narrow() -> None:
    town = Town(0)
    wide, thin = town.cover(sides=(14, 14)), town.cover(sides=(2, 14))
    pair = town.pair(town.paint(wide, ROOFS[0]))
    strip = town.pair(town.paint(thin, ROOFS[0]))
    assert states(pair, wide > 0.35)["view angle"] == "not tested"

    def seen_from(pair: Pair, first: ViewingGeometry, second: ViewingGeometry) -> Pair:
        return replace(pair, before=replace(pair.before, viewing=first), after=replace(pair.after, viewing=second))

    west = ViewingGeometry(view_zenith_deg=10, view_azimuth_deg=280)
    east = ViewingGeometry(view_zenith_deg=10, view_azimuth_deg=100)
    assert states(seen_from(strip, west, east), thin > 0.35)["view angle"] == "not ruled out"
    assert states(seen_from(strip, west, west), thin > 0.35)["view angle"] == "ruled out"
    assert states(seen_from(pair, west, east), wide > 0.35)["view angle"] == "ruled out"  # 3.5 px for even 100 m
    track = ViewingGeometry(relative_orbit=21, view_zenith_deg=10)
    assert states(seen_from(strip, track, track), thin > 0.35)["view angle"] == "ruled out"
    named = replace(strip, before=replace(strip.before, sensor="sentinel-2-l1c"))
    named = replace(named, after=replace(named.after, sensor="sentinel-2-l1c"))
    assert states(named, thin > 0.35)["view angle"] == "not ruled out"  # the sensor's widest view is the bound


def test_too_little_ground_or_radar_tests_nothing() -> None:
    town = Town(0)
    pair = town.pair(town.paint(town.cover(sides=(6, 6)), ROOFS[0]))
    valid = np.zeros((SIDE, SIDE), dtype=bool)
    valid[:6, :6] = True
    few = replace(pair, after=replace(pair.after, valid=valid))
    radar = [replace(image.select(["red", "nir"]), bands=("vv", "vh")) for image in (pair.before, pair.after)]
    own, window = np.ones((3, 3), dtype=bool), (slice(1, 4), slice(1, 4))
    for poor in (few, replace(pair, before=radar[0], after=radar[1])):
        assert {item.status for item in Explainer.fit(poor).of(own, window)} == {"not tested"}
    hidden = Explainer.fit(pair).on(few).of(own, (slice(50, 53), slice(50, 53)))
    assert {item.status for item in hidden} == {"not tested"}


def test_a_window_that_is_not_the_objects_is_refused() -> None:
    explainer = Explainer.fit(Town(0).pair(Town(1).ground))
    with pytest.raises(GridMismatchError, match="give its window"):
        explainer.of(np.ones((3, 3), dtype=bool), (slice(0, 4), slice(0, 3)))
    with pytest.raises(GridMismatchError, match="give its window"):
        explainer.of(np.ones((3, 3), dtype=bool), (slice(SIDE - 1, SIDE + 2), slice(0, 3)))


@settings(max_examples=25, deadline=None)
@given(
    row=st.integers(0, SIDE - 1),
    column=st.integers(0, SIDE - 1),
    sides=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    seed=st.integers(0, 3),
)
def test_any_object_anywhere_gets_every_explanation_and_a_block_says_the_same(
    row: int, column: int, sides: tuple[int, int], seed: int
) -> None:
    town = Town(seed)
    pair = town.pair(town.paint(town.cover(sides=(8, 8)), ROOFS[1]))
    window = (slice(row, min(SIDE, row + sides[0])), slice(column, min(SIDE, column + sides[1])))
    own = np.random.default_rng(seed).random((window[0].stop - row, window[1].stop - column)) < 0.7
    own[0, 0] = True
    explainer = Explainer.fit(pair)
    found = explainer.of(own, window)
    assert tuple(item.name for item in found) == NAMES
    assert all("nan" not in item.note for item in found)
    assert Explainer.fit(pair, windows=(pair,)).on(pair).of(own, window) == found


def test_the_simulated_shed_is_told_from_shift_haze_and_saturation() -> None:
    scenes = {scene.id: scene for scene in oi.open_catalog(oi.bundled("port/catalog.json")).scenes()}
    before, after = scenes["port-20240516"], scenes["port-20240526"]
    grid = native_grid(before, "red")
    pair = align(read(before, grid), read(after, grid))
    assert pair.after.viewing is not None  # alignment keeps the angles
    assert pair.after.viewing.sun_elevation_deg is not None
    truth = json.loads(Path(oi.bundled("port/truth.json")).read_text())
    marked = np.zeros(pair.shape, dtype=bool)
    marked[polygon(*np.array(truth["things"]["shed"]["outline_px"]).T - 0.5, shape=pair.shape)] = True
    for own in (marked, ndimage.binary_dilation(marked)):  # a detector's outline is a little wider
        found = states(pair, own)
        names = ("misregistration", "haze or undetected cloud", "saturation", "snow")
        assert {found[name] for name in names} == {"ruled out"}
        assert found["sun and shadow"] == "ruled out"  # ten days apart, the sun stands where it stood


def test_simulated_clouds_that_nobody_flags_are_not_ruled_out() -> None:
    scenes = {scene.id: scene for scene in oi.open_catalog(oi.bundled("port/catalog.json")).scenes()}
    clear, cloudy = scenes["port-20240516"], scenes["port-20240401"]
    grid = native_grid(clear, "red")
    flags = read_quality(cloudy, grid)
    assert flags is not None
    pair = Pair(before=read(cloudy, grid, quality=False), after=read(clear, grid, quality=False))
    labels, _ = ndimage.label((flags & int(Flag.CLOUD)) != 0)
    sizes = np.bincount(labels.ravel())[1:]
    explainer, open_ = Explainer.fit(pair), []
    for number in np.flatnonzero((sizes >= 6) & (sizes <= 2000)) + 1:
        window = ndimage.find_objects(labels)[number - 1]
        found = explainer.of(labels[window] == number, window)
        open_.append(next(i.status for i in found if i.name == "haze or undetected cloud"))
    assert len(open_) >= 2
    assert set(open_) == {"not ruled out"}


def test_times_and_places_give_the_sun_where_no_angle_is_stated() -> None:
    town = Town(0)
    cover = town.cover(sides=(2.5, 9))
    dark = town.ground * (1 - cover) + cover * (AIR + (town.ground - AIR) * SKYLIGHT)
    pair = town.pair(dark)
    sides = [
        replace(image, viewing=None, sensor=None, acquired=oi.TimeSpan(moment))
        for image, moment in (
            (pair.before, datetime(2019, 12, 20, 8, 30, tzinfo=UTC)),
            (pair.after, datetime(2020, 6, 20, 8, 30, tzinfo=UTC)),
        )
    ]
    found = Explainer.fit(replace(pair, before=sides[0], after=sides[1]))
    assert found.geometry.tip_px is not None
    low, high = found.geometry.tip_px
    # December: 29.5 degrees up, June: 64 at 33.9 N 35.5 E; 30 m throw 53 m and 15 m, from 158 and 105 degrees
    assert 3.4 < low <= high < 4.8
