"""The SIMULATED sensor: sun and shadow, haze, cloud, optics, noise and counts of a 10 m multispectral imager."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from port_ground import FINE, MARGIN_PX, SIZE_PX, Plane, fractal
from scipy import ndimage

MTF_NYQUIST = 0.2
# Detector area (a 1 px box, 2/pi at Nyquist) times Gaussian optics gives MTF_NYQUIST together.
OPTICS_SIGMA_PX = float(np.sqrt(-2 * np.log(MTF_NYQUIST * np.pi / 2)) / np.pi)
SNR = (150.0, 160.0, 150.0, 150.0, 120.0)  # at REFERENCE reflectance
REFERENCE = (0.12, 0.12, 0.10, 0.20, 0.15)
FULL_SCALE = 1.6384  # reflectance at which the 12-bit counts end: a count is 0.0004
COUNTS = 4096
SCALE = 1e-4  # stored value to reflectance
SHIFT_PX = 0.3  # largest shift of a look against the map, each way
HAZE_COLOR = (1.0, 0.72, 0.52, 0.28, 0.10)
CLOUD_COLOR = (0.62, 0.61, 0.61, 0.64, 0.45)
SKYLIGHT = (0.42, 0.34, 0.27, 0.20, 0.14)  # share of the light that also reaches shadow
CLOUD_HEIGHT_M = 1400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sky:
    """What lies between ground and sensor at one look."""

    sun_elevation_deg: float
    sun_azimuth_deg: float
    cloud_share: float  # 0 to 1
    haze: float  # added reflectance in the blue
    swath_edge: bool = False


def sun(day_of_year: float, latitude_deg: float, solar_hour: float) -> tuple[float, float]:
    """Return elevation and azimuth of the sun, degrees (Cooper's declination; good to a degree)."""
    declination = np.deg2rad(23.45) * np.sin(2 * np.pi * (284 + day_of_year) / 365)
    hour, latitude = np.deg2rad(15 * (solar_hour - 12)), np.deg2rad(latitude_deg)
    up = np.sin(latitude) * np.sin(declination) + np.cos(latitude) * np.cos(declination) * np.cos(hour)
    east = -np.cos(declination) * np.sin(hour)
    north = np.cos(latitude) * np.sin(declination) - np.sin(latitude) * np.cos(declination) * np.cos(hour)
    return float(np.rad2deg(np.arcsin(up))), float(np.rad2deg(np.arctan2(east, north)) % 360)


def _shadows(height_m: Plane, sky: Sky, cell_m: float) -> NDArray[np.bool_]:
    """Return where something nearer to the sun stands in the light."""
    rise = np.tan(np.deg2rad(sky.sun_elevation_deg)) * cell_m
    azimuth = np.deg2rad(sky.sun_azimuth_deg)
    dark = np.zeros(height_m.shape, dtype=bool)
    for step in range(1, int(height_m.max() / rise) + 1):
        rows, columns = round(-step * np.cos(azimuth)), round(step * np.sin(azimuth))
        toward_sun = np.roll(height_m, (-rows, -columns), axis=(0, 1))
        dark |= toward_sun - height_m > step * rise
    return dark


def _clouds(rng: np.random.Generator, share: float, shape: tuple[int, int]) -> Plane:
    """Return cloud opacity, 0 to 1, over a field large enough to hold the clouds that cast the shadows."""
    if share <= 0:
        return np.zeros(shape)
    field = fractal(rng, shape, (4, 14, 45, 90))
    edge = np.quantile(field, 1 - share) if share < 1 else field.min() - 1.5
    return np.asarray(np.clip((field - edge) / 0.55, 0, 1))


def _degrade(plane: Plane, shift_px: tuple[float, float]) -> Plane:
    """Shift, blur by the optics, and average over each detector's area."""
    moved = ndimage.shift(plane, np.array(shift_px) * FINE, order=1, mode="nearest")
    blurred = ndimage.gaussian_filter(moved, OPTICS_SIGMA_PX * FINE, mode="nearest")
    count = SIZE_PX + 2 * MARGIN_PX
    pixels = blurred.reshape(count, FINE, count, FINE).mean(axis=(1, 3))
    return np.asarray(pixels[MARGIN_PX:-MARGIN_PX, MARGIN_PX:-MARGIN_PX])


def _count(values: Plane, rng: np.random.Generator) -> NDArray[np.uint16]:
    """Add signal-dependent noise, count in 12 bits, store as reflectance x 10000 (0 = no data)."""
    reference = np.array(REFERENCE)[:, None, None]
    sigma = reference / np.array(SNR)[:, None, None] * np.sqrt(0.3 + 0.7 * np.clip(values, 0, None) / reference)
    noisy = values + sigma * rng.standard_normal(values.shape)
    counts = np.clip(np.rint(noisy / FULL_SCALE * COUNTS), 1, COUNTS - 1)
    stored: NDArray[np.uint16] = np.rint(counts * FULL_SCALE / COUNTS / SCALE).astype(np.uint16)
    return stored


def _classes(values: Plane, cloud: Plane, shade: Plane, missing: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return the scene classification, in the encoding of Sentinel-2's SCL."""
    green, red, nir = values[1], values[2], values[3]
    index = (nir - red) / np.clip(nir + red, 1e-3, None)
    classes = np.where(index > 0.35, 4, 5)
    classes = np.where((nir < 0.06) & (green > nir), 6, classes)
    classes = np.where(ndimage.maximum_filter(shade, 5) > 0.12, 3, classes)
    near = ndimage.maximum_filter(cloud, 7)
    classes = np.where(near > 0.03, 8, classes)
    classes = np.where(cloud > 0.45, 9, classes)
    return np.where(missing, 0, classes).astype(np.uint8)


def take(
    values: Plane, height_m: Plane, sky: Sky, rng: np.random.Generator, *, cell_m: float
) -> tuple[NDArray[np.uint16], NDArray[np.uint8], tuple[float, float]]:
    """Return stored pixels (band, y, x), the classification (y, x) and the look's shift, px.

    ``values`` is reflectance on the fine raster.
    """
    shift = (float(rng.uniform(-SHIFT_PX, SHIFT_PX)), float(rng.uniform(-SHIFT_PX, SHIFT_PX)))
    dark = _shadows(height_m, sky, cell_m)
    sky_share = np.array(SKYLIGHT)[:, None, None]
    lit = np.where(dark, values * sky_share, values)
    pixels = np.stack([_degrade(plane, shift) for plane in lit])
    side = SIZE_PX
    field = _clouds(rng, sky.cloud_share, (4 * side, 4 * side))
    reach = CLOUD_HEIGHT_M / np.tan(np.deg2rad(sky.sun_elevation_deg)) / (cell_m * FINE)
    azimuth = np.deg2rad(sky.sun_azimuth_deg)
    row, column = side - round(reach * np.cos(azimuth)), side + round(reach * np.sin(azimuth))
    cloud = field[side : 2 * side, side : 2 * side]
    shade = field[row : row + side, column : column + side]
    gains = 1 + rng.normal(0, 0.015) + rng.normal(0, 0.006, len(SNR))
    slope = 0.012 * fractal(rng, (side, side), (60, 90))
    hazy = sky.haze * (1 + 0.25 * fractal(rng, (side, side), (25, 60)))
    color, white = np.array(HAZE_COLOR)[:, None, None], np.array(CLOUD_COLOR)[:, None, None]
    pixels = pixels * (gains[:, None, None] + slope) * (1 - 0.72 * shade * (1 - sky_share))
    pixels = pixels + hazy * color
    puff = white * (1 + 0.10 * fractal(rng, (side, side), (2, 6, 20)))
    pixels = pixels * (1 - cloud) + puff * cloud
    missing = np.zeros((side, side), dtype=bool)
    if sky.swath_edge:
        rows, columns = np.mgrid[:side, :side]
        missing = columns + 0.22 * rows > 0.94 * side
    stored = np.where(missing, 0, _count(pixels, rng)).astype(np.uint16)
    return stored, _classes(pixels, cloud, shade, missing), shift
