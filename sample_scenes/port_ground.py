"""The SIMULATED port: what stands on the ground, on a 2.5 m raster, and how it changes from look to look."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

CELL_M = 2.5
FINE = 4  # cells a pixel
SIZE_PX = 152
MIDDLE_M = (80.0, 40.0)  # image middle, east and south of the point from which the port is laid out
MARGIN_PX = 8
TURN_DEG = 17.0  # the coast's direction
BANDS = ("blue", "green", "red", "nir", "swir16")

# Reflectance in BANDS; generic values of the order found in published spectral libraries.
SPECTRA = {
    "water": (0.062, 0.055, 0.032, 0.014, 0.007),
    "shallow": (0.085, 0.095, 0.062, 0.022, 0.010),
    "sand": (0.15, 0.19, 0.23, 0.29, 0.34),
    "rock": (0.13, 0.14, 0.15, 0.18, 0.20),
    "concrete": (0.18, 0.205, 0.225, 0.25, 0.27),
    "asphalt": (0.085, 0.095, 0.102, 0.118, 0.13),
    "metal roof": (0.25, 0.27, 0.28, 0.30, 0.31),
    "tile roof": (0.075, 0.10, 0.185, 0.25, 0.28),
    "dark roof": (0.08, 0.085, 0.09, 0.11, 0.13),
    "bright roof": (0.36, 0.38, 0.39, 0.41, 0.37),
    "soil": (0.085, 0.115, 0.155, 0.225, 0.29),
    "trees": (0.028, 0.046, 0.034, 0.29, 0.13),
    "grass": (0.045, 0.072, 0.062, 0.28, 0.19),
    "crop": (0.035, 0.068, 0.040, 0.42, 0.16),
    "box red": (0.07, 0.08, 0.22, 0.28, 0.27),
    "box blue": (0.16, 0.13, 0.09, 0.16, 0.17),
    "box grey": (0.24, 0.25, 0.26, 0.27, 0.28),
    "box rust": (0.08, 0.10, 0.16, 0.23, 0.26),
}
DORMANT = {
    "trees": (0.040, 0.055, 0.062, 0.17, 0.15),
    "grass": (0.055, 0.080, 0.085, 0.22, 0.23),
    "crop": (0.085, 0.115, 0.150, 0.220, 0.285),
}
NAMES = tuple(SPECTRA)
CODE = {name: index for index, name in enumerate(NAMES)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """Something that comes, its long side along the coast: center east and south of the upper left corner, m."""

    center_m: tuple[float, float]
    size_m: tuple[float, float]
    height_m: float


SHED = Thing(center_m=(942.0, 888.0), size_m=(60.0, 40.0), height_m=10.0)
SHIP = Thing(center_m=(831.5, 1010.4), size_m=(120.0, 16.0), height_m=12.0)
LAUNCHER = Thing(center_m=(1036.5, 859.9), size_m=(13.4, 3.05), height_m=3.0)
SHED_ROOF = "bright roof"
LAUNCHER_CONTRAST = (-0.010, -0.005, -0.020, 0.030, -0.005)

Plane = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ground:
    """Materials, heights and textures that stay, on the fine raster."""

    material: NDArray[np.int64]  # (y, x), index into NAMES
    height_m: Plane
    texture: Plane  # factor, about 1
    ripple: Plane  # swell that is the same in all looks, in [-1, 1]
    parcel: NDArray[np.int64]  # field number, -1 outside
    slot: NDArray[np.int64]  # container slot, -1 outside
    along_m: Plane
    inland_m: Plane


def fractal(rng: np.random.Generator, shape: tuple[int, int], scales: tuple[float, ...]) -> Plane:
    """Return smooth noise with unit standard deviation; larger scales weigh more."""
    total = np.zeros(shape)
    for scale in scales:
        layer = ndimage.gaussian_filter(rng.standard_normal(shape), scale, mode="wrap")
        total += layer / layer.std() * scale**0.5
    return np.asarray((total - total.mean()) / total.std())


def axes() -> tuple[Plane, Plane]:
    """Return meters along the coast and inland, about the image's middle, per fine cell."""
    count = (SIZE_PX + 2 * MARGIN_PX) * FINE
    steps = (np.arange(count) + 0.5) * CELL_M - (SIZE_PX / 2 + MARGIN_PX) * FINE * CELL_M
    east, south = np.meshgrid(steps + MIDDLE_M[0], steps + MIDDLE_M[1])
    turn = np.deg2rad(TURN_DEG)
    return east * np.cos(turn) - south * np.sin(turn), -(east * np.sin(turn) + south * np.cos(turn))


def turned(center_m: tuple[float, float]) -> tuple[float, float]:
    """Return a point given from the image's upper left corner in the coast's axes."""
    half = SIZE_PX * FINE * CELL_M / 2
    east, south = center_m[0] - half + MIDDLE_M[0], center_m[1] - half + MIDDLE_M[1]
    turn = np.deg2rad(TURN_DEG)
    return float(east * np.cos(turn) - south * np.sin(turn)), float(-(east * np.sin(turn) + south * np.cos(turn)))


def footprint(u: Plane, v: Plane, thing: Thing) -> NDArray[np.bool_]:
    """Return where a thing stands, its long side along the coast."""
    at_u, at_v = turned(thing.center_m)
    length, width = thing.size_m
    return np.asarray((np.abs(u - at_u) <= length / 2) & (np.abs(v - at_v) <= width / 2))


def _box(u: Plane, v: Plane, edges: tuple[float, float, float, float]) -> NDArray[np.bool_]:
    return np.asarray((u >= edges[0]) & (u < edges[1]) & (v >= edges[2]) & (v < edges[3]))


def _cells(values: Plane, size: float) -> tuple[NDArray[np.int64], Plane]:
    index = np.floor(values / size).astype(np.int64)
    return index, values - index * size


def _town(ground: Ground, where: NDArray[np.bool_], rng: np.random.Generator) -> None:
    """Fill an area with blocks of houses round yards, streets between."""
    u, v = ground.along_m, ground.inland_m
    bend = 14 * np.sin(u / 310) + 9 * np.sin(v / 260 + 1)
    block_u, in_u = _cells(u + bend, 88.0)
    block_v, in_v = _cells(v - bend, 64.0)
    lot_u, off_u = _cells(in_u - 5, 19.5)
    lot_v, off_v = _cells(in_v - 5, 27.0)
    street = (in_u < 10) | (in_v < 10)
    key = (np.abs(block_u * 73 + block_v * 151 + lot_u * 19 + lot_v * 7 + 5000)) % 4096
    roofs = rng.choice(
        [CODE[name] for name in ("tile roof", "tile roof", "tile roof", "dark roof", "metal roof", "concrete")], 4096
    )
    yards = rng.choice([CODE[name] for name in ("trees", "grass", "soil", "asphalt")], 4096)
    heights, gap_u, gap_v = rng.uniform(5, 16, 4096), rng.uniform(1, 6, 4096), rng.uniform(2, 12, 4096)
    built = ~street & (off_u > gap_u[key]) & (off_v > gap_v[key]) & (rng.random(4096)[key] > 0.12)
    park = rng.random(4096)[(np.abs(block_u * 31 + block_v * 17 + 900)) % 4096] < 0.09
    ground.material[where] = np.where(street, CODE["asphalt"], np.where(built, roofs[key], yards[key]))[where]
    ground.height_m[where] = np.where(built, heights[key], 0.0)[where]
    green = where & park & ~street
    ground.material[green] = CODE["trees"]
    ground.height_m[green] = 6.0


def _fields(ground: Ground, where: NDArray[np.bool_], rng: np.random.Generator) -> None:
    """Fill an area with parcels that green up each on its own day, hedges between."""
    u, v = ground.along_m, ground.inland_m
    skew_u, in_u = _cells(u + 0.25 * v + 20 * np.sin(v / 170), 150.0)
    skew_v, in_v = _cells(v - 0.1 * u + 12 * np.sin(u / 200), 105.0)
    number = np.abs(skew_u * 37 + skew_v * 101 + 700) % 512
    kind = rng.choice([CODE[name] for name in ("crop", "crop", "crop", "grass", "soil")], 512)
    hedge = (in_u < 5) | (in_v < 4)
    ground.material[where] = np.where(hedge, CODE["trees"], kind[number])[where]
    ground.height_m[where & hedge] = 4.0
    ground.parcel[where & ~hedge] = number[where & ~hedge]


def _port(ground: Ground, rng: np.random.Generator) -> None:
    """Lay out aprons, sheds, a container yard, a basin, a mole and the access road."""
    u, v = ground.along_m, ground.inland_m
    material, height = ground.material, ground.height_m
    apron = _box(u, v, (-330, 420, -310, 40))
    material[apron] = CODE["concrete"]
    material[_box(u, v, (-330, -60, -70, 40))] = CODE["asphalt"]
    material[_box(u, v, (140, 420, -262, -90))] = CODE["asphalt"]
    material[_box(u, v, (-330, 420, 22, 40))] = CODE["asphalt"]
    basin = _box(u, v, (-150, -90, -310, -110))
    material[basin] = CODE["water"]
    for left, low, long, deep, roof in (
        (-305, -60, 90, 34, "metal roof"),
        (-200, -58, 105, 30, "dark roof"),
        (-310, -10, 70, 26, "tile roof"),
        (-225, -12, 120, 24, "metal roof"),
        (30, -40, 80, 40, "dark roof"),
        (-60, -30, 60, 34, "metal roof"),
        (330, -60, 60, 60, "metal roof"),
    ):
        shed = _box(u, v, (left, left + long, low, low + deep))
        material[shed], height[shed] = CODE[roof], 9.0
    yard = _box(u, v, (-70, 125, -265, -85))
    slot_u, in_u = _cells(u + 70, 15.0)
    slot_v, in_v = _cells(v + 265, 12.5)
    ground.slot[yard] = (slot_u * 40 + slot_v)[yard]
    lane = (slot_v % 3 == 2) | (in_u > 12.5) | (in_v > 10)
    ground.slot[yard & lane] = -1
    for edges in ((-420, -400, -470, 60), (-400, 60, -470, -452), (420, 436, -330, 10)):
        mole = _box(u + 4 * np.sin(v / 40), v + 3 * np.sin(u / 50), edges)
        material[mole] = CODE["rock"]
    tanks_u, tanks_v = np.meshgrid([470.0, 520.0, 570.0], [-40.0, 12.0])
    for at_u, at_v in zip(tanks_u.ravel(), tanks_v.ravel(), strict=True):
        tank = np.hypot(u - at_u, v - at_v) < rng.uniform(13, 19)
        material[tank], height[tank] = CODE["bright roof"], 11.0


def build(seed: int) -> Ground:
    """Return the port as it stands before anything of the claim happens."""
    rng = np.random.default_rng([seed, 1])
    u, v = axes()
    shape = u.shape
    coast = 40 * fractal(rng, (1, shape[1]), (20, 60))[0] + 22 * fractal(rng, shape, (12, 40))
    shore = v - (-45 + 55 * np.sin(u / 260) + coast * np.clip(np.abs(u - 40) / 420, 0.15, 1))
    material = np.where(shore < 0, CODE["water"], CODE["grass"])
    ground = Ground(
        material=material.astype(np.int64),
        height_m=np.zeros(shape),
        texture=1 + 0.05 * fractal(rng, shape, (0.7, 2, 6)),
        ripple=np.tanh(fractal(rng, shape, (10, 30, 80))),
        parcel=np.full(shape, -1, dtype=np.int64),
        slot=np.full(shape, -1, dtype=np.int64),
        along_m=u,
        inland_m=v,
    )
    hills = fractal(rng, shape, (40, 90))
    ground.material[(shore >= 0) & (shore < 26 + 8 * hills)] = CODE["sand"]
    ground.material[(shore < 0) & (shore > -45 - 15 * hills)] = CODE["shallow"]
    land = shore >= 34
    edge = 470 + 60 * hills
    _town(ground, land & (v > 40) & (v < edge) & (u < 560 + 50 * hills), rng)
    _fields(ground, land & ((v >= edge) | (u >= 560 + 50 * hills)), rng)
    wood = land & (hills + 0.7 * fractal(rng, shape, (6, 20)) > 1.75) & (v > edge - 60)
    ground.material[wood], ground.height_m[wood] = CODE["trees"], 9.0
    ground.parcel[wood] = -1
    _port(ground, rng)
    for road in (np.abs(u - 150 - 0.12 * v) < 7, np.abs(v - edge.mean() + 0.1 * u) < 6):
        way = road & (v > 30) & (shore > 30)
        ground.material[way], ground.height_m[way], ground.parcel[way] = CODE["asphalt"], 0.0, -1
    return ground


def at_look(ground: Ground, look: int, day: float, *, seed: int, shed: bool, launcher: bool) -> tuple[Plane, Plane]:
    """Return reflectance (band, y, x) and height, m, as they are at one look, before sun and sensor."""
    rng = np.random.default_rng([seed, 2])
    material, height = ground.material.copy(), ground.height_m.copy()
    boxes = rng.choice([CODE[name] for name in ("box red", "box blue", "box grey", "box rust", "concrete")], (800, 40))
    period, phase = rng.integers(9, 26, 800), rng.integers(0, 26, 800)
    inside = ground.slot >= 0
    number = ground.slot[inside]
    material[inside] = boxes[number, (look + phase[number]) // period[number]]
    height[inside] = np.where(material[inside] == CODE["concrete"], 0.0, 5.0)
    if shed:
        here = footprint(ground.along_m, ground.inland_m, SHED)
        material[here], height[here] = CODE[SHED_ROOF], SHED.height_m
    spectra = np.array([SPECTRA[name] for name in NAMES])
    values = spectra[material].transpose(2, 0, 1)
    _green_up(values, material, ground.parcel, day, rng=rng)
    values *= ground.texture
    values = _water(values, material, ground.ripple, look=look, seed=seed)
    if launcher:
        here = footprint(ground.along_m, ground.inland_m, LAUNCHER)
        values[:, here] += np.array(LAUNCHER_CONTRAST)[:, None]
    return values, height


def _green_up(
    values: Plane, material: NDArray[np.int64], parcel: NDArray[np.int64], day: float, *, rng: np.random.Generator
) -> None:
    """Move vegetation from its winter to its summer spectrum, every field on its own day."""
    start = rng.normal(70, 22, 512)
    own = np.where(parcel >= 0, start[parcel], 78.0)
    green = 0.25 + 0.75 / (1 + np.exp(-(day - own) / 16))
    for name, winter in DORMANT.items():
        here = material == CODE[name]
        share = green[here]
        summer, bare = np.array(SPECTRA[name]), np.array(winter)
        values[:, here] = summer[:, None] * share + bare[:, None] * (1 - share)


def _water(values: Plane, material: NDArray[np.int64], ripple: Plane, *, look: int, seed: int) -> Plane:
    """Give water its own turbidity, glint and swell at every look."""
    rng = np.random.default_rng([seed, 3, look])
    wet = np.isin(material, (CODE["water"], CODE["shallow"]))
    silt = 1 + 0.10 * ripple + 0.05 * fractal(rng, ripple.shape, (30, 70)) + rng.normal(0, 0.04)
    swell = 0.0012 * fractal(rng, ripple.shape, (2, 6)) + abs(rng.normal(0, 0.002))
    return np.asarray(np.where(wet, values * silt + swell, values))
