"""The sun stands where ephemerides and satellite metadata say, also where only the day is known."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st

from osint_imagery.change.explain_solar import sun_position, sun_range
from osint_imagery.core.grid import Grid
from osint_imagery.core.image import Image
from osint_imagery.core.timespan import TimeSpan


def test_the_published_example_of_the_solar_position_algorithm() -> None:
    # Reda and Andreas 2004, https://doi.org/10.1016/j.solener.2003.12.003: zenith 50.11162 (with 0.015 of refraction)
    azimuth, elevation = sun_position(datetime(2003, 10, 17, 19, 30, 30, tzinfo=UTC), -105.1786, 39.742476)
    assert azimuth == pytest.approx(194.34024, abs=0.02)
    assert 90 - elevation == pytest.approx(50.11162, abs=0.03)


@pytest.mark.real
def test_the_sun_of_a_landsat_scene(real_data: Path) -> None:
    text = next(real_data.glob("products/landsat8*/*MTL*")).read_text()

    def value(name: str) -> str:
        found = re.search(rf"{name} = \"?([^\"\n]+)", text)
        assert found is not None
        return found[1]

    moment = datetime.fromisoformat(f"{value('DATE_ACQUIRED')}T{value('SCENE_CENTER_TIME')[:8]}+00:00")
    middle = [
        np.mean([float(value(f"CORNER_{corner}_{axis}_PRODUCT")) for corner in ("UL", "UR", "LL", "LR")])
        for axis in ("LON", "LAT")
    ]
    azimuth, elevation = sun_position(moment, *map(float, middle))
    assert azimuth == pytest.approx(float(value("SUN_AZIMUTH")), abs=0.1)
    assert elevation == pytest.approx(float(value("SUN_ELEVATION")), abs=0.1)


@given(
    st.datetimes(timezones=st.just(UTC)),
    st.floats(-180, 180),
    st.floats(-89, 89),
)
def test_the_sun_is_somewhere_and_opposite_places_see_it_from_below(
    moment: datetime, longitude: float, latitude: float
) -> None:
    azimuth, elevation = sun_position(moment, longitude, latitude)
    assert 0 <= azimuth <= 360
    assert -90 <= elevation <= 90
    assert sun_position(moment, longitude + 180, -latitude)[1] == pytest.approx(-elevation, abs=1e-6)


def looked(place: tuple[float, float], when: TimeSpan, sensor: str | None) -> Image:
    grid = Grid(crs="EPSG:4326", transform=Affine(1e-4, 0, place[0], 0, -1e-4, place[1]), shape=(4, 4))
    return Image.from_array(np.ones((1, 4, 4)), bands=["red"], grid=grid, acquired=when, sensor=sensor)


@pytest.mark.parametrize(
    ("instant", "longitude", "latitude"),
    [  # Sentinel-2 acquisitions of the five OSCD cities
        ("2017-10-03T08:17:39Z", 35.5, 33.9),
        ("2018-03-19T05:36:41Z", 72.85, 19.1),
        ("2018-03-26T18:50:11Z", -122.0, 37.3),
        ("2017-10-14T11:09:59Z", -1.55, 47.2),
        ("2017-06-21T11:06:51Z", -1.65, 48.1),
        ("2021-01-15T23:50:00Z", 151.2, -33.8),  # Sydney: the UTC day is not the local one
    ],
)
def test_a_day_holds_the_sun_of_the_real_overpass(instant: str, longitude: float, latitude: float) -> None:
    exact = TimeSpan(instant)
    known = sun_range(looked((longitude, latitude), exact, None))
    day = sun_range(looked((longitude, latitude), TimeSpan(instant[:10]), "sentinel-2-l1c"))
    assert known is not None
    assert day is not None
    (true,) = known.positions
    assert min(e for _, e in day.positions) <= true[1] <= max(e for _, e in day.positions)
    turns = [(azimuth - true[0] + 180) % 360 - 180 for azimuth, _ in day.positions]
    assert min(turns) <= 0 <= max(turns)
    assert max(turns) - min(turns) < 60


def test_without_time_place_or_orbit_the_sun_is_not_guessed() -> None:
    place, day = (35.5, 33.9), TimeSpan("2017-10-03")
    assert sun_range(looked(place, day, None)) is None
    assert sun_range(looked((10.0, 80.0), day, "sentinel-2-l1c")) is None
    year = TimeSpan(day.start, day.start + timedelta(days=300))
    assert sun_range(looked(place, year, "sentinel-2-l1c")) is None
    assert sun_range(Image.from_array(np.ones((1, 2, 2)), bands=["red"], acquired=day, sensor="sentinel-2-l1c")) is None
