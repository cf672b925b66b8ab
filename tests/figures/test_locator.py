"""The globe: the place is in its middle, what lies behind is not drawn, and land is where land is."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from matplotlib.collections import LineCollection
from shapely.geometry import Point, Polygon

from osint_imagery.core.errors import InputError
from osint_imagery.core.pair import Pair
from osint_imagery.figures.before_after import before_after
from osint_imagery.figures.locator import _coasts, position_words, seen_from


def test_north_is_up_and_east_is_right() -> None:
    points, seen = seen_from(35.5, 33.9, np.array([[35.5, 43.9], [45.5, 33.9], [-144.5, -33.9]]))
    assert points[0] == pytest.approx([0, np.sin(np.radians(10))])
    assert points[1, 0] > 0
    assert seen.tolist() == [True, True, False]


@pytest.mark.parametrize(
    ("lon", "lat", "land"),
    [
        (24, 46, True),
        (-100, 40, True),
        (134, -25, True),
        (20, 0, True),
        (-30, 30, False),
        (-140, 0, False),
        (80, -30, False),
    ],
)
def test_land_is_where_land_is(lon: float, lat: float, *, land: bool) -> None:
    assert any(Polygon(ring).contains(Point(lon, lat)) for ring in _coasts()) == land


def test_only_the_side_that_is_seen_is_drawn_inside_the_globe(make_pair: Any) -> None:
    figure = before_after(make_pair(), layout="locator")
    lines = [item for item in figure.drawing.axes[0].collections if isinstance(item, LineCollection)]
    (mark,) = [item for item in figure.drawing.axes[0].lines if item.get_gid() == "place"]
    middle = np.array([float(mark.get_xdata()[0]), float(mark.get_ydata()[0])])  # type: ignore[index]
    points = np.concatenate([path for item in lines if item.get_zorder() == 2 for path in item.get_segments()])
    assert len(points) > 200
    assert np.hypot(*(points - middle).T).max() <= 9.0 + 1e-6
    lon, lat = make_pair().grid.lonlat(*(np.array([side / 2]) for side in make_pair().shape), center=False)
    assert position_words(float(lon[0]), float(lat[0])) in " ".join(figure.texts)


def test_pixels_without_a_place_have_no_globe(make_pair: Any) -> None:
    pair = make_pair()
    nowhere = Pair(before=replace(pair.before, grid=None), after=replace(pair.after, grid=None))
    with pytest.raises(InputError, match="the pixels have no place"):
        before_after(nowhere, layout="locator")
