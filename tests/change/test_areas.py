"""Areas and positions of injected objects; the truth is known exactly."""

import dataclasses
import math

import numpy as np
import pytest
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage
from scipy.special import erf

from osint_imagery.change.areas import COUNTED, Extent, area_estimate, measure_extent
from osint_imagery.change.attributes import attributes
from osint_imagery.change.position import (
    Locator,
    circular_covariance,
    circular_error,
    error_ellipse,
    extent_covariance,
    on_the_ground,
    registration_covariance,
)
from osint_imagery.core.errors import GridMismatchError, InputError
from osint_imagery.core.estimate import Estimate
from osint_imagery.core.grid import Grid
from osint_imagery.core.image import Image
from osint_imagery.core.pair import Pair, Registration

BANDS = ("blue", "green", "red", "nir")
UTM = Grid(crs="EPSG:32636", transform=Affine(10, 0, 5e5, 0, -10, 4e6), shape=(64, 64))


def seen(center, sides, *, side=64, sigma=0.55):
    """Share of each pixel that a rectangle fills, after a Gaussian blur."""

    def along(middle, length):
        t = np.arange(side) + 0.5 - middle
        return 0.5 * (erf((length / 2 - t) / (math.sqrt(2) * sigma)) - erf((-length / 2 - t) / (math.sqrt(2) * sigma)))

    return np.outer(along(center[0], sides[0]), along(center[1], sides[1]))


def scene(rng, share, *, contrast=8.0, grid=None, unit=1.0):
    ground = ndimage.gaussian_filter(rng.normal(size=(4, *share.shape)), (0, 2, 2)) * 20
    later = ground + rng.normal(size=ground.shape) + contrast * np.array([1, 1.2, 0.8, 0.5])[:, None, None] * share
    images = [Image.from_array(100 + v * unit, bands=BANDS, grid=grid) for v in (ground, later)]
    return Pair(before=images[0], after=images[1])


def around(share, reach):
    """An outline as a smoothing detector gives it: wider than the object."""
    return ndimage.binary_dilation(share > 0.5, iterations=reach).astype(np.int32)


def window(labels):
    return ndimage.find_objects(labels)[0]


def test_a_wide_outline_does_not_make_the_area_larger():
    share = seen((30.3, 33.8), (8.0, 13.0))
    pair = scene(np.random.default_rng(0), share)
    found = [measure_extent(pair, around(share, k), 1, window=window(around(share, k))) for k in (1, 2, 3)]
    assert [e.pixels for e in found] == pytest.approx([104] * 3, rel=0.04)
    assert around(share, 3).sum() > 2 * 104


def test_on_clean_ground_the_intervals_hold_the_truth_and_are_narrow():
    rng, held, center, wide = np.random.default_rng(1), [], [], []
    for _ in range(200):
        sides, middle = np.exp(rng.uniform(math.log(3), math.log(16), 2)), rng.uniform(26, 38, 2)
        share = seen(middle, sides)
        pair, labels = scene(rng, share, contrast=rng.uniform(4, 12)), around(share, 1)
        extent = measure_extent(pair, labels, 1, window=window(labels))
        area = area_estimate(extent, counted=int(labels.sum()), grid=None)
        held.append(area.low <= math.prod(sides) <= area.high)
        wide.append((area.high - area.low) / area.value)
        radius = circular_error(extent_covariance(extent.pixels, extent))
        center.append(math.hypot(*np.subtract(extent.center, middle)) <= radius)
    assert area.level == 0.9
    assert np.mean(held) > 0.9  # real ground is worse than white noise: its coverage is in benchmarks/areas.py
    assert np.median(wide) < 0.35
    assert np.mean(center) > 0.85


@settings(max_examples=15, deadline=None)
@given(st.floats(1e-4, 1e4), st.floats(-1e3, 1e3), st.booleans())
def test_units_brightness_and_sign_do_not_change_the_area(unit, offset, darker):
    share = seen((31.2, 30.1), (6.0, 7.0))
    pair = scene(np.random.default_rng(3), share, contrast=-8 if darker else 8)
    labels = around(share, 2)
    plain = measure_extent(pair, labels, 1, window=window(labels))

    def rescaled(image):
        return Image.from_array((image.values.astype(np.float64) + offset) * unit, bands=BANDS)

    other = Pair(before=rescaled(pair.before), after=rescaled(pair.after))
    assert measure_extent(other, labels, 1, window=window(labels)).pixels == pytest.approx(plain.pixels, rel=1e-2)


def test_neighbors_are_neither_ground_nor_part_of_the_object():
    centers = ((32, 32), (32, 17), (32, 47), (17, 32), (47, 32), (17, 17), (17, 47), (47, 17), (47, 47))
    shares = [seen(center, (9.0, 9.0)) for center in centers]
    pair = scene(np.random.default_rng(5), sum(shares))
    labels = sum((k + 1) * around(share, 1) for k, share in enumerate(shares)).astype(np.int32)
    extent = measure_extent(pair, labels, 1, window=ndimage.find_objects(labels)[0])
    assert extent.pixels == pytest.approx(81, rel=0.06)
    assert extent.noise < 0.2  # with the neighbors in it, the ground around would look as wild as the object


def test_what_cannot_be_told_from_the_ground_rests_on_the_outline_and_says_so():
    labels = np.zeros((64, 64), dtype=np.int32)
    labels[:60, :] = 1  # no ground around
    pair = scene(np.random.default_rng(0), np.zeros((64, 64)))
    small = np.zeros((6, 6), dtype=np.int32)
    small[1:5, 1:5] = 1
    cut = scene(np.random.default_rng(0), np.zeros((6, 6)))
    assert measure_extent(cut, small, 1, window=window(small)) is None
    area = area_estimate(None, counted=100, grid=pair.grid)
    assert (area.low, area.value, area.high) == pytest.approx([100 * share for share in COUNTED])
    assert "cannot be told" in area.method


def test_unobserved_ground_is_left_out():
    share = seen((30, 30), (9.0, 9.0))
    pair = scene(np.random.default_rng(2), share)
    values = pair.after.values.copy()
    values[:, :, 42:] = np.nan
    hidden = Pair(before=pair.before, after=Image.from_array(values, bands=BANDS))
    labels = around(share, 2)
    assert measure_extent(hidden, labels, 1, window=window(labels)).pixels == pytest.approx(81, rel=0.05)


def extent(**changes):
    one = Extent(
        pixels=100.0,
        perimeter=40.0,
        noise=0.05,
        unevenness=0.1,
        center=(10, 10),
        lever=((0.2, 0.0), (0.0, 0.1)),
        half=np.ones((10, 10), dtype=bool),
        corner=(5, 5),
    )
    return dataclasses.replace(one, **changes)


def test_the_interval_widens_with_noise_and_unevenness_and_narrows_with_size():
    def width(item):
        area = area_estimate(item, counted=100, grid=None)
        return (area.high - area.low) / area.value

    assert width(extent(noise=0.2)) > width(extent())
    assert width(extent(unevenness=0.3)) > width(extent())
    assert width(extent(pixels=400.0, perimeter=80.0)) < width(extent())
    assert area_estimate(extent(), counted=100, grid=UTM).value == pytest.approx(100 * 100)


def test_position_error_adds_sensor_alignment_and_extent():
    absolute = circular_covariance(8, level=0.95)
    assert math.sqrt(absolute[0][0]) == pytest.approx(3.268312, abs=5e-7)
    of_nine = on_the_ground(extent_covariance(9), UTM)
    total = np.sum([absolute, [[1.44, 0.5], [0.5, 0.64]], of_nine], axis=0)
    assert total.round(6).tolist() == [[13.047788, 0.5], [0.5, 12.247788]]
    ellipse = error_ellipse(((13.047788, 0.5), (0.5, 12.247788)))
    assert (round(ellipse.major_m, 4), round(ellipse.minor_m, 4)) == (8.9227, 8.4819)
    assert round(ellipse.azimuth_deg, 2) == 64.33


@settings(max_examples=40, deadline=None)
@given(st.floats(0.1, 10), st.floats(0.1, 10), st.floats(-0.9, 0.9))
def test_the_circle_and_the_ellipse_hold_their_share(east, north, correlation):
    covariance = ((east**2, correlation * east * north), (correlation * east * north, north**2))
    points = np.random.default_rng(0).multivariate_normal([0, 0], covariance, 20000)
    assert (np.hypot(*points.T) <= circular_error(covariance)).mean() == pytest.approx(0.9, abs=0.015)
    ellipse = error_ellipse(covariance)
    turn = math.radians(ellipse.azimuth_deg)
    along = points @ (math.sin(turn), math.cos(turn)) / ellipse.major_m
    across = points @ (math.cos(turn), -math.sin(turn)) / ellipse.minor_m
    assert (along**2 + across**2 <= 1).mean() == pytest.approx(0.95, abs=0.01)


def registered(pair, **changes):
    left = Estimate(value=0.1, low=0.0, high=0.2, level=0.9, unit="px", method="tiles")
    registration = Registration(shift_px=(0, 0), residual=left, tiles_used=9, tiles_held_out=9, tiles_offered=20)
    before = dataclasses.replace(pair.before, sensor=changes.pop("sensor", "sentinel-2-l1c"))
    return Pair(before=before, after=pair.after, registration=dataclasses.replace(registration, **changes))


def test_a_locator_says_only_what_is_known():
    pair = scene(np.random.default_rng(0), np.zeros((64, 64)), grid=UTM)
    own = np.ones((5, 5), dtype=bool)
    assert Locator.of(pair).errors(extent(), own) == (None, None)  # nobody aligned
    total, relative = Locator.of(registered(pair)).errors(extent(), own)
    assert circular_error(total) > 12.5 > circular_error(relative)
    assert Locator.of(registered(pair, sensor="geotiff")).errors(extent(), own)[0] is None
    vague = Locator.of(registered(pair)).errors(None, own)[1]
    assert circular_error(vague) > 2 * circular_error(relative)
    better = registration_covariance(registered(pair, shift_sigma_px=(0.001, 0.002)).registration)
    assert better[0][0] == pytest.approx(0.005 + 1e-6)


def test_rows_are_north_and_columns_are_east():
    (east, both), (_, north) = on_the_ground(((4.0, 1.0), (1.0, 1.0)), UTM)
    assert (east, north) == pytest.approx((100, 400))
    assert both == pytest.approx(-100)  # rows go down
    degrees = Grid(crs="EPSG:4326", transform=Affine(1e-4, 0, 35, 0, -1e-4, 60), shape=(10, 10))
    (east, _), (_, north) = on_the_ground(((1.0, 0.0), (0.0, 1.0)), degrees)
    assert (east, north) == pytest.approx((5.58**2, 11.14**2), rel=0.01)  # a degree of longitude is half as long there


def test_numbers_that_are_no_errors_are_refused():
    with pytest.raises(InputError, match="radius_m"):
        circular_covariance(-1)
    with pytest.raises(InputError, match="level"):
        circular_error(((1, 0), (0, 1)), level=1)
    with pytest.raises(InputError, match="pixels"):
        extent_covariance(0)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_attributes_are_those_of_each_object(seed):
    rng = np.random.default_rng(seed)
    labels = ndimage.label(rng.random((12, 15)) < 0.4)[0].astype(np.int32)
    score = rng.normal(size=labels.shape)
    found = attributes(labels, score)
    for k, at in enumerate(ndimage.find_objects(labels)):
        mine = labels == k + 1
        rows, columns = np.nonzero(mine)
        assert found.bbox[k].tolist() == [at[0].start, at[1].start, at[0].stop, at[1].stop]
        assert found.pixels[k] == mine.sum()
        assert (found.row[k], found.column[k]) == pytest.approx((rows.mean() + 0.5, columns.mean() + 0.5))
        assert (found.mean[k], found.greatest[k]) == pytest.approx((score[mine].mean(), score[mine].max()))


def test_attributes_of_a_label_that_does_not_occur_are_nothing():
    found = attributes(np.array([[2, 0]]), np.array([[5.0, 1.0]]))
    assert found.pixels.tolist() == [0, 1]
    assert np.isnan(found.mean[0])
    with pytest.raises(GridMismatchError, match="labels has shape"):
        attributes(np.zeros((2, 2)), np.zeros((3, 3)))


def test_ground_without_any_noise_is_measured_without_overflow() -> None:
    values = np.full((3, 40, 40), 1000.0)
    changed = values.copy()
    changed[:, 12:22, 14:26] = 3000.0
    labels = np.zeros((40, 40), dtype=np.int32)
    labels[12:22, 14:26] = 1
    before, after = (Image.from_array(plane, bands=["blue", "green", "red"]) for plane in (values, changed))
    extent = measure_extent(Pair(before=before, after=after), labels, 1, window=(slice(12, 22), slice(14, 26)))
    assert extent.pixels == pytest.approx(120, rel=1e-3)
