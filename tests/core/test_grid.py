"""Pixels and places turn into each other exactly, and areas on the ground are what they are."""

import math

import numpy as np
import pytest
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.errors import GeometryError
from osint_imagery.core.grid import Grid

UTM = Grid(crs="EPSG:32636", transform=Affine(10, 0, 730_000, 0, -10, 3_754_000), shape=(40, 60))


@settings(max_examples=40, deadline=None)
@given(
    lon=st.floats(-180, 180),
    lat=st.floats(-89, 89),
    radius=st.floats(20, 3000),
    resolution=st.sampled_from([3.0, 10.0, 30.0, 0.7]),
)
def test_grid_over_an_area_covers_it_snapped_and_no_larger_than_needed(
    lon: float, lat: float, radius: float, resolution: float
) -> None:
    area = AreaOfInterest.from_point(lon, lat, radius_m=radius)
    grid = Grid.over(area, resolution_m=resolution)
    left, bottom, right, top = grid.bounds
    inner = area.in_crs(grid.crs).bounds
    slack = 1e-4 * resolution
    assert left <= inner[0] + slack
    assert bottom <= inner[1] + slack
    assert right >= inner[2] - slack
    assert top >= inner[3] - slack
    assert inner[0] - left < resolution + slack
    assert right - inner[2] < resolution + slack
    for edge in (left / resolution, top / resolution):
        assert edge == pytest.approx(round(edge), abs=1e-6)


def test_margin_is_added_on_every_side() -> None:
    area = AreaOfInterest.from_point(35.5, 33.9, radius_m=500)
    small, large = Grid.over(area, resolution_m=10), Grid.over(area, resolution_m=10, margin_m=200)
    assert large.shape == (small.shape[0] + 40, small.shape[1] + 40)


@pytest.mark.parametrize(
    "grid", [UTM, Grid(crs="EPSG:4326", transform=Affine(1e-4, 0, 35.5, 0, -1e-4, 33.9), shape=(9, 7))]
)
def test_pixel_centers_and_lonlat_round_trip(grid: Grid) -> None:
    rows, columns = np.mgrid[: grid.shape[0], : grid.shape[1]].astype(float)
    x, y = grid.xy(rows, columns)
    back = ~grid.transform * (x, y)
    np.testing.assert_allclose(back[0], columns + 0.5, atol=1e-6)
    np.testing.assert_allclose(back[1], rows + 0.5, atol=1e-6)
    lon, lat = grid.lonlat(rows, columns)
    from pyproj import Transformer

    again = Transformer.from_crs("EPSG:4326", grid.crs, always_xy=True).transform(lon, lat)
    np.testing.assert_allclose(again, (x, y), rtol=0, atol=1e-4 if not grid.is_geographic else 1e-10)
    assert 30 < lon.mean() < 40


@pytest.mark.parametrize(("lon", "lat"), [(35.5, 33.9), (179.999, -17), (10, 89.995), (0, -90)])
def test_inside_counts_the_area_of_a_circle(lon: float, lat: float) -> None:
    area = AreaOfInterest.from_point(lon, lat, radius_m=3000)
    grid = Grid.over(area, resolution_m=30, margin_m=300)
    inside = grid.inside(area)
    assert inside.sum() * grid.pixel_area_m2 == pytest.approx(math.pi * 3000**2, rel=0.015)
    rows, columns = np.nonzero(inside)
    assert rows.mean() == pytest.approx(grid.shape[0] / 2, abs=1.5)
    assert columns.mean() == pytest.approx(grid.shape[1] / 2, abs=1.5)


def test_inside_of_another_place_is_empty_not_an_error() -> None:
    assert not UTM.inside(AreaOfInterest.from_point(-70, 10, radius_m=100)).any()


@pytest.mark.parametrize(
    ("crs", "transform", "side"),
    [
        ("EPSG:32636", Affine(10, 0, 730_000, 0, -10, 3_754_000), 10.0),
        ("EPSG:3857", Affine(10, 0, 0, 0, -10, 8_399_737), 5.0),  # Mercator doubles lengths at 60 degrees
        ("EPSG:2263", Affine(10, 0, 980_000, 0, -10, 190_000), 3.048),  # feet
        ("EPSG:4326", Affine(1e-4, 0, 35.5, 0, -1e-4, 0.0), 11.1),
    ],
)
def test_pixel_area_is_that_on_the_ground(crs: str, transform: Affine, side: float) -> None:
    grid = Grid(crs=crs, transform=transform, shape=(10, 10))
    assert grid.gsd_m == pytest.approx(side, rel=0.01)
    assert grid.pixel_area_m2 == pytest.approx(grid.gsd_m**2)


def test_same_grid_in_other_words_is_equal_and_a_shifted_one_is_not() -> None:
    assert Grid(crs=UTM.wkt, transform=UTM.transform, shape=UTM.shape) == UTM
    moved = Grid(crs=UTM.crs, transform=UTM.transform * Affine.translation(1e-7, 0), shape=UTM.shape)
    assert moved != UTM


@pytest.mark.parametrize(
    ("crs", "transform", "shape"),
    [
        ("EPSG:0", UTM.transform, (3, 3)),
        (UTM.crs, Affine(0, 0, 1, 0, -10, 1), (3, 3)),
        (UTM.crs, Affine(10, 0, float("nan"), 0, -10, 1), (3, 3)),
        (UTM.crs, UTM.transform, (0, 3)),
        (UTM.crs, UTM.transform, (3, -1)),
    ],
)
def test_impossible_grids_are_refused(crs: str, transform: Affine, shape: tuple[int, int]) -> None:
    with pytest.raises(GeometryError, match=r"crs=|transform=|shape="):
        Grid(crs=crs, transform=transform, shape=shape)


@pytest.mark.parametrize(
    ("resolution", "margin", "crs", "words"),
    [
        (0, 0, None, "resolution_m=0"),
        (float("nan"), 0, None, "resolution_m=nan"),
        (float("inf"), 0, None, "resolution_m=inf"),
        (10, -1, None, "margin_m=-1"),
        (10, 0, "EPSG:4326", "not in meters"),
        (10, 0, "EPSG:2263", "not in meters"),
        (10, 0, "EPSG:99999999", "not a coordinate reference system"),
    ],
)
def test_impossible_cover_is_refused(resolution: float, margin: float, crs: str | None, words: str) -> None:
    with pytest.raises(GeometryError, match=words):
        Grid.over(AreaOfInterest.from_point(0, 0, radius_m=100), resolution_m=resolution, margin_m=margin, crs=crs)


def test_a_grid_over_half_a_continent_is_refused() -> None:
    with pytest.raises(GeometryError, match="take a smaller area"):
        Grid.over(AreaOfInterest.from_bbox(0, 0, 60, 60), resolution_m=10)
