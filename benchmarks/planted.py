"""Known causes put into real Sentinel-2 pairs: roofs, shadows, haze, clouds, clipping, tide, harvest, snow.

Used by explainers.py; nothing to run here.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import rasterio
from common import real_scenes
from numpy.typing import NDArray
from scipy import ndimage

import osint_imagery as oi
from osint_imagery.scenes.reading import native_grid

__all__ = ["CAUSES", "Float", "Site", "site"]

BANDS = ("blue", "green", "red", "nir", "swir16")
SIDE = 400  # px of a scene that are used
CORNER = {"beirut": (0.0, 0.5)}  # where in the scene: a part with a shore
AIR = 0.9  # of the darkest ground's light is the air's
ROOFS = {
    "bright": (0.36, 0.38, 0.39, 0.41, 0.37),
    "metal": (0.25, 0.27, 0.28, 0.30, 0.31),
    "concrete": (0.18, 0.205, 0.225, 0.25, 0.27),
    "tile": (0.075, 0.10, 0.185, 0.25, 0.28),
}
SOIL = (0.085, 0.115, 0.155, 0.225, 0.29)
WATER = (0.062, 0.055, 0.032, 0.014, 0.007)
SNOW = (0.80, 0.80, 0.79, 0.70, 0.10)
HAZE = (1.0, 0.72, 0.52, 0.28, 0.10)
CLOUD = (0.62, 0.61, 0.61, 0.64, 0.45)
SKYLIGHT = (0.42, 0.34, 0.27, 0.20, 0.14)
OPTICS_PX = 0.57

Float = NDArray[np.float64]
Cause = Callable[["Site", np.random.Generator], tuple[Float, float] | None]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Site:
    """One city's pair with ground on which something may be put."""

    pair: oi.Pair
    before: Float
    after: Float
    free: NDArray[np.bool_]
    spread: Float
    air: Float

    def place(self, rng: np.random.Generator, where: NDArray[np.bool_] | None = None) -> tuple[int, int] | None:
        """Return a random free pixel, away from the edges."""
        wanted = self.free if where is None else self.free & where
        places = np.argwhere(wanted[30:-30, 30:-30])
        if not len(places):
            return None
        row, column = places[rng.integers(len(places))] + 30
        return int(row), int(column)


def site(city: str) -> Site:
    """Read, cut and align one city."""
    scenes = real_scenes() / "scenes"
    both = [s for s in oi.open_catalog(scenes / "catalog.json").scenes() if s.id.startswith(f"oscd-{city}")]
    before, after = sorted(both, key=lambda scene: scene.acquired.start)
    whole = native_grid(before, "red")
    rows, columns = (min(SIDE, n) for n in whole.shape)
    share = CORNER.get(city, (0.5, 0.5))
    top, left = int((whole.shape[0] - rows) * share[0]), int((whole.shape[1] - columns) * share[1])
    t = whole.transform
    cut = type(t)(t.a, t.b, t.c + left * t.a, t.d, t.e, t.f + top * t.e)
    grid = oi.Grid(crs=whole.crs, transform=cut, shape=(rows, columns))
    pair = oi.align(oi.read(before, grid, BANDS), oi.read(after, grid, BANDS))
    with rasterio.open(scenes / "truth" / f"oscd-{city}-change.tif") as source:
        changed = source.read(1)[top : top + rows, left : left + columns] == 2
    free = ~ndimage.binary_dilation(changed, iterations=10) & pair.valid
    free &= ndimage.binary_erosion(pair.valid, iterations=16, border_value=0)
    first, second = (np.nan_to_num(image.values).astype(np.float64) for image in (pair.before, pair.after))
    middle = np.median((second - first)[:, pair.valid], axis=1)[:, None]
    spread = 1.4826 * np.median(np.abs((second - first)[:, pair.valid] - middle), axis=1)
    air = AIR * np.quantile(second[:, pair.valid], 0.001, axis=1)[:, None, None]
    return Site(pair=pair, before=first, after=second, free=free, spread=spread, air=air)


def soft(
    shape: tuple[int, int], box: tuple[float, float, float, float], *, turn: float, sigma: float = OPTICS_PX
) -> Float:
    """Return how much of each pixel a turned rectangle (row, column, height, width) covers, blurred."""
    row, column, height, width = box
    y, x = np.mgrid[: shape[0] * 4, : shape[1] * 4] / 4 - 0.375
    u = (x - column) * np.cos(turn) + (y - row) * np.sin(turn)
    v = -(x - column) * np.sin(turn) + (y - row) * np.cos(turn)
    fine = ((np.abs(u) <= width / 2) & (np.abs(v) <= height / 2)).astype(np.float64)
    cells = fine.reshape(shape[0], 4, shape[1], 4).mean(axis=(1, 3))
    return np.asarray(ndimage.gaussian_filter(cells, sigma))


def patch(where: Site, at: tuple[int, int], cover: Float) -> Float:
    """Return a small cover placed on the whole scene."""
    whole = np.zeros(where.pair.shape)
    half = cover.shape[0] // 2
    whole[at[0] - half : at[0] - half + cover.shape[0], at[1] - half : at[1] - half + cover.shape[1]] = cover
    return whole


def flat(where: Site, at: tuple[int, int], rng: np.random.Generator) -> Float:
    """Return the cover of a turned rectangle of 5 to 12 px a side."""
    sides = rng.uniform(5, 12, 2)
    return patch(where, at, soft((29, 29), (14, 14, sides[0], sides[1]), turn=rng.uniform(0, np.pi)))


def painted(where: Site, cover: Float, color: tuple[float, ...], *, air: bool = True) -> Float:
    """Return the later date with a surface of some color on it."""
    texture = 1 + 0.04 * np.random.default_rng(int(1e6 * cover.sum())).standard_normal(cover.shape)
    light = np.array(color)[:, None, None] * texture + (where.air if air else 0)
    return where.after * (1 - cover) + cover * light


def surface(color: tuple[float, ...]) -> Cause:
    """Return a cause: something flat of 5 to 12 px a side, of one color."""

    def put(where: Site, rng: np.random.Generator) -> tuple[Float, float] | None:
        at = where.place(rng)
        if at is None:
            return None
        return painted(where, flat(where, at, rng), color), 0.35

    return put


def shadow(where: Site, rng: np.random.Generator) -> tuple[Float, float] | None:
    """Darken a strip as a shadow does: skylight stays."""
    at = where.place(rng, where.after[1] > np.quantile(where.after[1], 0.4))
    if at is None:
        return None
    cover = patch(where, at, soft((29, 29), (14, 14, rng.uniform(1.5, 4), rng.uniform(4, 12)), turn=rng.uniform(0, 3)))
    dark = where.air + (where.after - where.air) * np.array(SKYLIGHT)[:, None, None]
    return where.after * (1 - cover) + cover * dark, 0.35


def haze_patch(where: Site, rng: np.random.Generator) -> tuple[Float, float] | None:
    """Add thin haze with soft edges."""
    at = where.place(rng)
    if at is None:
        return None
    y, x = np.mgrid[-30:30, -30:30]
    cover = np.exp(-(x**2 + y**2) / (2 * rng.uniform(3, 8) ** 2))
    added = patch(where, at, cover) * rng.uniform(0.05, 0.15)
    return where.after + added * np.array(HAZE)[:, None, None], 0.4


def puff(where: Site, rng: np.random.Generator) -> tuple[Float, float] | None:
    """Put in a small opaque cloud with an edge of a few pixels."""
    at = where.place(rng)
    if at is None:
        return None
    side = rng.uniform(6, 14)
    cover = soft((59, 59), (29, 29, side, side), turn=rng.uniform(0, 3), sigma=rng.uniform(2, 4))
    return painted(where, patch(where, at, cover), CLOUD, air=False), 0.3


def cloud_shadow(where: Site, rng: np.random.Generator) -> tuple[Float, float] | None:
    """Darken a patch as the shadow of a small cloud does, with soft edges."""
    at = where.place(rng, where.after[1] > np.quantile(where.after[1], 0.4))
    if at is None:
        return None
    side = rng.uniform(7, 16)
    cover = patch(where, at, 0.72 * soft((59, 59), (29, 29, side, side), turn=0.0, sigma=rng.uniform(2, 4)))
    dark = where.air + (where.after - where.air) * np.array(SKYLIGHT)[:, None, None]
    return where.after * (1 - cover) + cover * dark, 0.35


def clipped(where: Site, rng: np.random.Generator) -> tuple[Float, float] | None:
    """Put in a mirror-bright roof and end the counts below it."""
    at = where.place(rng)
    if at is None:
        return None
    cover = flat(where, at, rng)
    limit = float(np.quantile(where.after[0], 0.9999))
    return np.minimum(painted(where, cover, (3.0,) * 5), limit), 0.5


def tide(where: Site, rng: np.random.Generator) -> tuple[Float, float] | None:
    """Flood land beside water."""
    green, near, short = where.before[1], where.before[3], where.before[4]
    wet = ndimage.binary_opening((green > 1.3 * near) & (green > 1.3 * short), iterations=2)
    if wet.mean() < 0.002:
        return None
    far = ndimage.distance_transform_edt(~wet)
    at = where.place(rng, (far > 0) & (far < 2))
    if at is None:
        return None
    window = patch(where, at, soft((29, 29), (14, 14, 12, 12), turn=0.0, sigma=0.3)) > 0.5
    cover = ndimage.gaussian_filter(((far > 0) & (far <= rng.uniform(2.5, 5)) & window).astype(np.float64), OPTICS_PX)
    return painted(where, cover, WATER), 0.35


def harvest(where: Site, rng: np.random.Generator) -> tuple[Float, float] | None:
    """Take the plants off a plot."""
    red, near = where.before[2], where.before[3]
    at = where.place(rng, ndimage.binary_opening((near - red) / (near + red) > 0.45, iterations=3))
    if at is None:
        return None
    return painted(where, flat(where, at, rng), SOIL), 0.35


CAUSES: dict[str, Cause] = {
    **{f"building, {name}": surface(color) for name, color in ROOFS.items()},
    "shadow": shadow,
    "haze": haze_patch,
    "small cloud": puff,
    "cloud's shadow": cloud_shadow,
    "clipped roof": clipped,
    "tide": tide,
    "harvest": harvest,
    "snow": surface(SNOW),
}
