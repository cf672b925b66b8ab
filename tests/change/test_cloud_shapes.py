"""Shapes and veils of clouds: the quick ways give exactly what the plain ones give, wherever a block begins."""

import numpy as np
import pytest
from scipy import ndimage

from osint_imagery.change.cloud_objects import opened, within
from osint_imagery.change.cloud_shadow import darkened
from osint_imagery.change.cloud_veil import Link, box, veil_between, white_veil

SHAPE = (300, 1100)  # more than one tile each way
LINK = Link(gain=1.1, offset=0.01, cap=0.3, spread=0.01)
NAMES = ("blue", "green", "red", "nir")
LINKS = dict.fromkeys(NAMES, LINK)
FLOOR = dict.fromkeys(NAMES, 0.01)


def patches(seed: int, shape: tuple[int, int] = (90, 70)) -> np.ndarray:
    raw = ndimage.gaussian_filter(np.random.default_rng(seed).standard_normal(shape), 3)
    return raw > 0.3 * raw.std()


def dates() -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    rng = np.random.default_rng(3)
    wide = ndimage.gaussian_filter(rng.standard_normal(SHAPE), 12)
    veil = np.clip(wide / wide.std() - 1, 0, None).astype(np.float32) * 0.3
    shade = np.where(np.roll(veil, 40, axis=0) > 0.1, np.float32(0.4), np.float32(1))
    ground = {name: rng.uniform(0.05, 0.2, SHAPE).astype(np.float32) for name in NAMES}
    later = {name: (plane * shade + veil).astype(np.float32) for name, plane in ground.items()}
    for plane in later.values():
        plane[40:60, 500:530] = np.nan
    return later, ground


@pytest.mark.parametrize("side", [1, 3, 5, 9, 15])
@pytest.mark.parametrize("seed", [0, 1])
def test_opening_is_that_of_general_filters_mirrored_at_the_edge(side: int, seed: int) -> None:
    area = patches(seed)
    held = ndimage.minimum_filter(area.view(np.uint8), side, mode="reflect")
    np.testing.assert_array_equal(opened(area, side), ndimage.maximum_filter(held, side, mode="reflect").astype(bool))


@pytest.mark.parametrize("distance", [0, 1, 3, 8, 40, 200])
def test_nearness_is_that_of_a_general_filter(distance: int) -> None:
    area = patches(2) & patches(4)
    expected = ndimage.maximum_filter(area.view(np.uint8), 2 * distance + 1, mode="constant").astype(bool)
    np.testing.assert_array_equal(within(area, distance), expected)


def test_the_mean_over_three_pixels_is_that_of_a_general_filter_and_the_same_in_any_block() -> None:
    plane = np.random.default_rng(6).uniform(0, 0.5, (60, 80)).astype(np.float32)
    mean = box(plane, 3)
    np.testing.assert_allclose(mean, ndimage.uniform_filter(plane.astype(float), 3, mode="reflect"), atol=1e-7)
    np.testing.assert_array_equal(box(plane[7:50, 11:70], 3)[1:-1, 1:-1], mean[8:49, 12:69])


def test_veil_its_color_and_darkened_ground_are_the_same_in_any_block() -> None:
    own, other = dates()
    place = slice(37, 290), slice(211, 1003)
    inner = slice(8, -8), slice(8, -8)
    parts = [{name: plane[place] for name, plane in planes.items()} for planes in (own, other)]
    strength = veil_between(own, other, LINKS)
    np.testing.assert_array_equal(veil_between(*parts, LINKS)[inner], strength[place][inner])
    white = white_veil(strength, 0.05, own, other, LINKS)
    assert 0.02 < white.mean() < 0.5
    assert not (white & ~(strength > 0.05)).any()
    np.testing.assert_array_equal(white_veil(strength[place], 0.05, *parts, LINKS)[inner], white[place][inner])
    for whole, part in zip(darkened(own, other, LINKS, FLOOR), darkened(*parts, LINKS, FLOOR), strict=True):
        assert 0 < whole.mean() < 1
        np.testing.assert_array_equal(part[inner], whole[place][inner])
