"""Synthetic ground with known truth, for the tests of the change room."""

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pytest
from affine import Affine
from numpy.typing import NDArray
from scipy import ndimage

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.grid import Grid
from osint_imagery.core.image import Image
from osint_imagery.core.pair import Pair

BANDS = ("blue", "green", "red", "nir")
Float = NDArray[np.float64]


class Place:
    """Textured ground of four bands that can be looked at on any day; noise is the only thing that differs."""

    def __init__(self, seed: int, side: int = 48, *, noise: float = 0.2) -> None:
        self.rng = np.random.default_rng(seed)
        self.side, self.noise = side, noise
        texture = ndimage.gaussian_filter(self.rng.standard_normal((4, side, side)), (0, 1.5, 1.5))
        mixing = self.rng.standard_normal((4, 4))
        self.ground: Float = np.einsum("ij,jyx->iyx", mixing, texture / texture.std())
        self.grid = Grid(crs="EPSG:32636", transform=Affine(10, 0, 500_000, 0, -10, 3_750_000), shape=(side, side))

    def look(self, day: int, *, add: Float | float = 0.0, valid: NDArray[np.bool_] | None = None) -> Image:
        noise = self.noise * self.rng.standard_normal(self.ground.shape)
        return Image.from_array(
            1000 + 100 * (self.ground + noise + add),
            bands=BANDS,
            valid=valid,
            grid=self.grid,
            acquired=date(2020, 1, 1) + timedelta(days=day),
        )

    def pair(self, day: int, *, add: Float | float = 0.0, valid: NDArray[np.bool_] | None = None) -> Pair:
        return Pair(before=self.look(day), after=self.look(day + 5, add=add, valid=valid))

    def quiet(self, count: int = 12) -> list[Pair]:
        return [self.pair(20 * k) for k in range(count)]

    def window(self, first: int, last: int) -> AreaOfInterest:
        """Return the area of rows and columns first..last-1."""
        lon, lat = self.grid.lonlat(np.array([first, last]), np.array([first, last]), center=False)
        return AreaOfInterest.from_bbox(float(lon[0]), float(lat[1]), float(lon[1]), float(lat[0]))

    def square(self, row: int, column: int, side: int, brightness: float) -> Float:
        plane = np.zeros_like(self.ground)
        plane[:, row : row + side, column : column + side] = brightness
        return plane


@pytest.fixture
def place() -> Callable[..., Place]:
    return Place
