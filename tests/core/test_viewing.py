"""Angles are kept as stated, through everything that is done to an image, and nonsense is refused."""

from dataclasses import replace

import numpy as np
import pytest

from osint_imagery.core.errors import InputError
from osint_imagery.core.flags import Flag
from osint_imagery.core.image import Image
from osint_imagery.core.viewing import ViewingGeometry

SUN = ViewingGeometry(sun_azimuth_deg=150.0, sun_elevation_deg=40.0, view_zenith_deg=5.0, relative_orbit=21)


@pytest.mark.parametrize(
    ("name", "value"),
    [("sun_elevation_deg", 91.0), ("sun_azimuth_deg", -1.0), ("view_zenith_deg", -0.1), ("view_azimuth_deg", np.nan)],
)
def test_an_angle_outside_its_range_is_refused(name: str, value: float) -> None:
    with pytest.raises(InputError, match=name):
        ViewingGeometry(**{name: value})


def test_an_image_keeps_its_angles_and_its_digest_does_not_depend_on_them() -> None:
    plain = Image.from_array(np.random.default_rng(0).random((2, 4, 4)), bands=["red", "nir"])
    image = replace(plain, viewing=SUN)
    assert plain.viewing is None
    assert image.select(["nir"]).viewing == SUN
    assert image.with_flags(np.full((4, 4), int(Flag.WATER), dtype=np.uint16)).viewing == SUN
    assert replace(image, values=image.values * 2).viewing == SUN
    assert image.digest == plain.digest
