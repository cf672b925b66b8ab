"""A simulated town under two suns, with everything that can look like change, for the tests of explanations."""

from dataclasses import replace

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from scipy import ndimage

from osint_imagery.change.explain import NAMES, Explainer
from osint_imagery.core.estimate import Estimate
from osint_imagery.core.grid import Grid
from osint_imagery.core.image import Image
from osint_imagery.core.pair import Pair, Registration
from osint_imagery.core.viewing import ViewingGeometry

BANDS = ("blue", "green", "red", "nir", "swir16")
AIR = np.array([0.065, 0.035, 0.02, 0.008, 0.002])[:, None, None]
SKYLIGHT = np.array([0.42, 0.34, 0.27, 0.20, 0.14])[:, None, None]
HAZE = np.array([1.0, 0.72, 0.52, 0.28, 0.10])[:, None, None]
CLOUD = np.array([0.62, 0.61, 0.61, 0.64, 0.45])[:, None, None]
SIDE = 96
ROOFS = ((0.36, 0.38, 0.39, 0.41, 0.37), (0.25, 0.27, 0.28, 0.30, 0.31), (0.18, 0.205, 0.225, 0.25, 0.27))
WATER = (0.062, 0.055, 0.032, 0.014, 0.007)
GRID = Grid(crs="EPSG:32636", transform=Affine(10, 0, 730_000, 0, -10, 3_754_000), shape=(SIDE, SIDE))
LOW_SUN = ViewingGeometry(sun_azimuth_deg=160, sun_elevation_deg=32)
HIGH_SUN = ViewingGeometry(sun_azimuth_deg=130, sun_elevation_deg=64)
Float = NDArray[np.float64]


class Town:
    """Plots of soil, asphalt, grass and trees with texture, and a little water, seen twice."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        kinds = np.array(
            [
                [0.085, 0.115, 0.155, 0.225, 0.29],
                [0.085, 0.095, 0.102, 0.118, 0.13],
                [0.045, 0.072, 0.062, 0.28, 0.19],
                [0.028, 0.046, 0.034, 0.29, 0.13],
            ]
        )
        plots = np.kron(self.rng.integers(0, 4, (SIDE // 6, SIDE // 6)), np.ones((6, 6), dtype=int))
        texture = 1 + 0.08 * ndimage.gaussian_filter(self.rng.standard_normal((SIDE, SIDE)), 1) * 3
        self.ground = np.moveaxis(kinds[plots], 2, 0) * texture
        self.ground[:, :10, :] = np.array(WATER)[:, None, None]
        self.ground[:, 88:, 88:] *= SKYLIGHT  # a shadow that is there on both dates
        self.ground = np.stack([ndimage.gaussian_filter(plane, 0.57) for plane in self.ground]) + AIR

    def seen(self, ground: Float, day: str = "2020-05-01", *, sun: ViewingGeometry | None = LOW_SUN) -> Image:
        noisy = ground + 0.0015 * self.rng.standard_normal(ground.shape)
        image = Image.from_array(noisy, bands=BANDS, grid=GRID, acquired=day, unit="reflectance")
        return replace(image, viewing=sun)

    def pair(self, changed: Float, *, first: Float | None = None, residual: float | None = 0.1) -> Pair:
        before = self.seen(self.ground if first is None else first, sun=LOW_SUN)
        registration = None if residual is None else registered(residual)
        return Pair(before=before, after=self.seen(changed, "2020-07-25", sun=HIGH_SUN), registration=registration)

    def cover(self, *, sides: tuple[float, float], sigma: float = 0.57, at: tuple[int, int] = (40, 50)) -> Float:
        y, x = np.mgrid[: 4 * SIDE, : 4 * SIDE] / 4 - 0.375
        fine = (np.abs(y - at[0]) <= sides[0] / 2) & (np.abs(x - at[1]) <= sides[1] / 2)
        cells = fine.reshape(SIDE, 4, SIDE, 4).mean(axis=(1, 3))
        return np.asarray(ndimage.gaussian_filter(cells, sigma))

    def paint(self, cover: Float, color: tuple[float, ...]) -> Float:
        texture = 1 + 0.03 * self.rng.standard_normal(cover.shape)
        return self.ground * (1 - cover) + cover * (np.array(color)[:, None, None] * texture + AIR)


def registered(high: float) -> Registration:
    residual = Estimate(value=high / 2, low=0, high=high, level=0.95, unit="px", method="tiles")
    return Registration(shift_px=(0, 0), residual=residual, tiles_used=9, tiles_held_out=9, tiles_offered=20)


def states(pair: Pair, marked: NDArray[np.bool_]) -> dict[str, str]:
    """Return name and status for the largest connected part of some pixels."""
    labels, _ = ndimage.label(marked)
    number = int(np.bincount(labels.ravel())[1:].argmax()) + 1
    window = ndimage.find_objects(labels)[number - 1]
    found = Explainer.fit(pair).of(labels[window] == number, window)
    assert tuple(item.name for item in found) == NAMES
    assert all(item.note for item in found)
    return {item.name: item.status for item in found}
