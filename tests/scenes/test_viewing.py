"""Sun and view angles of a scene's metadata reach its image."""

from dataclasses import replace

import numpy as np
import pytest
from affine import Affine

from osint_imagery.core.grid import Grid
from osint_imagery.core.viewing import ViewingGeometry
from osint_imagery.scenes.catalog import open_catalog
from osint_imagery.scenes.properties import view_zenith
from osint_imagery.scenes.reading import read

GRID = Grid(crs="EPSG:32636", transform=Affine(10, 0, 700000, 0, -10, 3750000), shape=(8, 8))
S2 = {"constellation": "sentinel-2", "processing:level": "L2A", "processing:version": "02.14"}


def scene_with(maker, **properties):
    fields = {"raster:bands": [{"scale": 1e-4, "offset": 0.0}]}
    maker.item("a", {"B04": maker.asset("a", "B04", np.ones((8, 8), np.uint16), fields=fields)}, **S2, **properties)
    return next(open_catalog(maker.catalog()).scenes())


def test_stated_angles_reach_the_image(maker):
    stated = {"view:sun_azimuth": 150.5, "view:sun_elevation": 40.25, "view:incidence_angle": 7.5}
    scene = scene_with(maker, **stated, **{"sat:relative_orbit": 21})
    expected = ViewingGeometry(sun_azimuth_deg=150.5, sun_elevation_deg=40.25, view_zenith_deg=7.5, relative_orbit=21)
    assert read(scene, GRID).viewing == expected
    assert read(replace(scene, view_azimuth_deg=-80.0), GRID).viewing == replace(expected, view_azimuth_deg=280.0)


def test_where_nothing_is_stated_nothing_is_made_up(maker):
    assert read(scene_with(maker), GRID).viewing is None


@pytest.mark.parametrize(
    ("properties", "zenith"),
    [
        ({"view:incidence_angle": 7.5, "view:off_nadir": 0.0}, 7.5),
        ({"view:off_nadir": 0.0}, 0.0),
        ({"view:off_nadir": 10.0}, None),  # the angle at the ground depends on the orbit's height
        ({}, None),
    ],
)
def test_the_view_at_the_ground_is_stated_or_straight_down(properties, zenith):
    assert view_zenith(properties) == zenith
