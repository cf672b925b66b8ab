"""Where the sun stood: from the metadata, else from the instant and the place."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from osint_imagery.core.image import Image

__all__ = ["SunRange", "sun_position", "sun_range"]

_J2000 = datetime(2000, 1, 1, 12, tzinfo=UTC)
# Local mean solar time of the equator crossing (descending), h, inclination, degrees, and how far a scene's own time
# may lie from it (drift of the orbit, width of the swath), h.
# Sentinel-2: Drusch et al. 2012, https://doi.org/10.1016/j.rse.2011.11.026 (10:30, 98.62 degrees, held by maneuvers).
# Landsat 8: Roy et al. 2014, https://doi.org/10.1016/j.rse.2014.02.001 (10:11); older ones drifted by up to an hour.
_ORBITS = {"sentinel-2": (10.5, 98.62, 0.4), "landsat": (10.0, 98.2, 1.0)}


@dataclass(frozen=True, slots=True, kw_only=True)
class SunRange:
    """Positions that the sun may have had: one where it is known, several where only the day is.

    Parameters
    ----------
    positions : tuple of (azimuth, elevation)
        Degrees, azimuth clockwise from north.
    source : str
        Where they come from, in words.
    """

    positions: tuple[tuple[float, float], ...]
    source: str


def sun_position(moment: datetime, longitude_deg: float, latitude_deg: float) -> tuple[float, float]:
    """Return the sun's azimuth and elevation, degrees, without refraction.

    Parameters
    ----------
    moment : datetime
        Aware.
    longitude_deg, latitude_deg : float
        Of the place, degrees, east and north positive.

    Returns
    -------
    tuple of float
        Azimuth clockwise from north, 0 to 360; elevation above the horizon.

    Notes
    -----
    Good to 0.01 degrees from 1950 to 2050 [1]_; outside that the error grows slowly.

    References
    ----------
    .. [1] Michalsky, J. J. (1988). The Astronomical Almanac's algorithm for approximate solar position (1950-2050).
       Solar Energy 40(3), 227-235. https://doi.org/10.1016/0038-092X(88)90045-X

    Examples
    --------
    >>> azimuth, elevation = sun_position(datetime(2003, 10, 17, 19, 30, 30, tzinfo=UTC), -105.1786, 39.742476)
    >>> round(azimuth, 1), round(elevation, 1)
    (194.3, 39.9)
    """
    days = (moment - _J2000) / timedelta(days=1)
    hours = 24 * ((days + 0.5) % 1)
    anomaly = math.radians(357.528 + 0.9856003 * days)
    longitude = math.radians(280.460 + 0.9856474 * days + 1.915 * math.sin(anomaly) + 0.020 * math.sin(2 * anomaly))
    obliquity = math.radians(23.439 - 0.0000004 * days)
    ascension = math.atan2(math.cos(obliquity) * math.sin(longitude), math.cos(longitude))
    declination = math.asin(math.sin(obliquity) * math.sin(longitude))
    sidereal_h = 6.697375 + 0.0657098242 * days + hours
    hour_angle = math.radians(15 * sidereal_h + longitude_deg) - ascension
    latitude = math.radians(latitude_deg)
    east = -math.cos(declination) * math.sin(hour_angle)
    north = math.sin(declination) * math.cos(latitude)
    north -= math.cos(declination) * math.sin(latitude) * math.cos(hour_angle)
    up = math.sin(declination) * math.sin(latitude)
    up += math.cos(declination) * math.cos(latitude) * math.cos(hour_angle)
    return math.degrees(math.atan2(east, north)) % 360, math.degrees(math.asin(max(-1.0, min(1.0, up))))


def sun_range(image: Image) -> SunRange | None:
    """Return where the sun stood when an image was taken, None where neither metadata nor time and place tell.

    Stated angles come first. Without them the position follows from the instant and the middle of the grid; where
    only the day is known, from the hours in which the sensor passes over this latitude.
    """
    stated = image.viewing
    if stated is not None and stated.sun_azimuth_deg is not None and stated.sun_elevation_deg is not None:
        return SunRange(positions=((stated.sun_azimuth_deg, stated.sun_elevation_deg),), source="stated")
    if image.grid is None or image.acquired is None:
        return None
    rows, columns = image.grid.shape
    middle = image.grid.lonlat(np.array([rows / 2]), np.array([columns / 2]), center=False)
    longitude, latitude = float(middle[0][0]), float(middle[1][0])
    first, last = image.acquired.start, image.acquired.end
    if last - first <= timedelta(hours=1):
        moments, source = {first, first + (last - first) / 2, last}, "computed from time and place"
    else:
        moments, source = _overpass(image.sensor, first, last, (longitude, latitude)), "computed for the usual overpass"
    positions = tuple(sun_position(moment, longitude, latitude) for moment in sorted(moments))
    return SunRange(positions=positions, source=source) if positions else None


def _overpass(sensor: str | None, first: datetime, last: datetime, place: tuple[float, float]) -> set[datetime]:
    """Return instants that bracket the sensor's daytime passes within the span; empty where the orbit is not known."""
    orbit = next((value for name, value in _ORBITS.items() if (sensor or "").startswith(name)), None)
    longitude, latitude = place
    if orbit is None or last - first > timedelta(days=62) or abs(latitude) > 75:
        return set()  # near the poles passes come at all hours; a season says nothing about the sun
    crossing, inclination, slack = orbit
    later = math.degrees(math.asin(math.tan(math.radians(latitude)) / math.tan(math.radians(180 - inclination)))) / 15
    solar = crossing + later  # local mean solar time of a descending pass at this latitude, h
    middle = first + (last - first) / 2
    days = {first, middle, last}
    offsets = (solar - slack, solar, solar + slack)
    return {_midnight(day, longitude) + timedelta(hours=offset) for day in days for offset in offsets}


def _midnight(day: datetime, longitude_deg: float) -> datetime:
    """Return the UTC instant of local mean solar midnight such that local forenoon falls on this UTC day."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=longitude_deg / 15)
    forenoon = start + timedelta(hours=10)
    return start + timedelta(days=(day.date() - forenoon.date()).days)
