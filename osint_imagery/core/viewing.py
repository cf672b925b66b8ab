"""Where the sun stood and from where the sensor looked."""

import math
from dataclasses import dataclass, fields

from osint_imagery.core.errors import InputError

__all__ = ["ViewingGeometry"]

_LIMITS = {
    "sun_azimuth_deg": (0.0, 360.0),
    "sun_elevation_deg": (-90.0, 90.0),
    "view_zenith_deg": (0.0, 90.0),
    "view_azimuth_deg": (0.0, 360.0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewingGeometry:
    """Angles at the scene's middle, as its metadata states them; None is not stated, never a guess.

    Parameters
    ----------
    sun_azimuth_deg : float or None
        Direction toward the sun, clockwise from north, 0 to 360.
    sun_elevation_deg : float or None
        Above the horizon, -90 to 90.
    view_zenith_deg : float or None
        Between the vertical on the ground and the line to the sensor, 0 (straight down) to 90.
    view_azimuth_deg : float or None
        Direction from the ground toward the sensor, clockwise from north, 0 to 360.
    relative_orbit : int or None
        Track number: two scenes of one track saw a place from the same side.

    Raises
    ------
    InputError
        If an angle is not finite or outside its range.

    Examples
    --------
    >>> ViewingGeometry(sun_azimuth_deg=152.0, sun_elevation_deg=61.5).sun_elevation_deg
    61.5
    """

    sun_azimuth_deg: float | None = None
    sun_elevation_deg: float | None = None
    view_zenith_deg: float | None = None
    view_azimuth_deg: float | None = None
    relative_orbit: int | None = None

    def __post_init__(self) -> None:
        for item in fields(self):
            value, limits = getattr(self, item.name), _LIMITS.get(item.name)
            if value is None or limits is None:
                continue
            if not math.isfinite(value) or not limits[0] <= value <= limits[1]:
                msg = f"{item.name}={value!r} is not between {limits[0]:g} and {limits[1]:g} degrees; None if not known"
                raise InputError(msg)
