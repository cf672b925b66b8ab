"""Outlines: whatever the pixels, they are valid and their areas are the pixel counts."""

import numpy as np
import pytest
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from rasterio.features import shapes
from scipy import ndimage
from shapely.geometry import shape

from osint_imagery.core import pixel_edges
from osint_imagery.core.errors import InputError
from osint_imagery.core.grid import Grid
from osint_imagery.core.tracing import outlines, trace

planes = arrays(np.int32, array_shapes(min_dims=2, max_dims=2, max_side=12), elements=st.integers(0, 3))
masks = arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, max_side=14))


def pieced(labels):
    """The same outlines by another road: GDAL's pieces of edge-connected pixels, joined."""
    parts = {}  # label to pieces
    for geometry, value in shapes(labels, mask=labels != 0, connectivity=4):
        parts.setdefault(int(value), []).append(shape(geometry))
    return {label: shapely.union_all(found) for label, found in parts.items()}


@settings(deadline=None)
@given(planes)
def test_any_labels_give_valid_outlines_with_the_pixels_as_area(labels):
    found = trace(labels)
    assert list(found) == [int(k) for k in np.unique(labels) if k]
    expected = pieced(labels)
    for label, outline in found.items():
        assert outline.is_valid, shapely.is_valid_reason(outline)
        assert outline.area == (labels == label).sum()
        assert outline.equals(expected[label])


@pytest.mark.parametrize("density", [0.3, 0.5, 0.6, 0.7, 0.85])
@pytest.mark.parametrize("kinds", [1, 3])
def test_crowded_planes_full_of_holes_are_traced_as_by_another_road(density, kinds):
    rng = np.random.default_rng(int(100 * density) + kinds)
    for _ in range(15):
        shape = tuple(rng.integers(4, 26, 2))
        labels = ((rng.random(shape) < density) * rng.integers(1, kinds + 1, shape)).astype(np.int32)
        expected = pieced(labels)
        for label, outline in trace(labels).items():
            assert outline.is_valid, shapely.is_valid_reason(outline)
            assert outline.equals(expected[label])


@settings(deadline=None)
@given(masks)
def test_eight_connected_objects_are_one_outline_each(changed):
    labels, count = ndimage.label(changed, np.ones((3, 3)))
    found, drawn = outlines(labels.astype(np.int32))
    assert found.tolist() == list(range(1, count + 1))
    assert shapely.is_valid(drawn).all()
    assert shapely.area(drawn).tolist() == np.bincount(labels.ravel(), minlength=count + 1)[1:].tolist()


def test_a_pixel_has_four_corners_in_column_row_order():
    plane = np.zeros((3, 4), dtype=np.int32)
    plane[1, 2] = 7
    assert list(trace(plane)) == [7]
    assert trace(plane)[7].equals(shapely.box(2, 1, 3, 2))
    assert len(trace(plane)[7].exterior.coords) == 5


def test_pixels_that_touch_only_at_a_corner_are_one_valid_object():
    corner = trace(np.array([[1, 0], [0, 1]], dtype=np.int32))[1]
    assert corner.geom_type == "MultiPolygon"
    assert corner.is_valid


def test_holes_are_cut_out_and_an_island_in_a_hole_is_kept():
    plane = np.ones((7, 7), dtype=np.int32)
    plane[1:6, 1:6] = 0
    plane[3, 3] = 1
    both = trace(plane)[1]
    assert both.geom_type == "MultiPolygon"
    assert sorted(len(part.interiors) for part in both.geoms) == [0, 1]
    assert both.area == 25


@pytest.mark.parametrize(
    ("rows", "holes"),
    [
        ([[1, 1, 1, 1], [1, 0, 1, 1], [1, 1, 0, 1], [1, 1, 1, 1]], 2),  # two holes that meet at a corner
        ([[1, 1, 1], [1, 0, 1], [1, 1, 0]], 1),  # a hole that meets the outside at a corner
        ([[1, 1, 1, 1, 1], [1, 0, 1, 0, 1], [1, 1, 1, 1, 1]], 2),
    ],
)
def test_rings_that_would_touch_themselves_are_cut(rows, holes):
    one = trace(np.array(rows, dtype=np.int32))[1]
    assert one.geom_type == "Polygon"
    assert one.is_valid
    assert len(one.interiors) == holes


def test_nothing_labeled_gives_nothing():
    assert trace(np.zeros((3, 3), dtype=np.int32)) == {}
    assert outlines(np.zeros((0, 5), dtype=np.int32))[1].shape == (0,)


@pytest.mark.parametrize("labels", [np.zeros((2, 2, 2), dtype=int), np.ones((2, 2)), np.array([[2**40]])])
def test_what_is_no_plane_of_labels_is_refused(labels):
    with pytest.raises(InputError, match="labels"):
        trace(labels)


def test_objects_that_cross_blocks_of_rows_are_whole(monkeypatch):
    labels = ndimage.label(np.random.default_rng(0).random((40, 30)) < 0.6, np.ones((3, 3)))[0].astype(np.int32)
    whole = trace(labels)
    monkeypatch.setattr(pixel_edges, "_BLOCK_PX", 60)
    parts = trace(labels)
    assert list(parts) == list(whole)
    assert all(parts[k].equals_exact(whole[k], 0) for k in whole)


def test_outlines_are_placed_by_the_grid():
    grid = Grid(crs="EPSG:32636", transform=Affine(10, 0, 5e5, 0, -10, 4e6), shape=(3, 3))
    ring = np.ones((3, 3), dtype=np.int32)
    ring[1, 1] = 0
    assert grid.to_world(trace(ring)[1]).area == pytest.approx(800)
