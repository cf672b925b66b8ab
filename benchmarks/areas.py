"""Area and position of changes of known size in real scenes: does the 90 % interval hold the truth 90 % of the time.

Run: python benchmarks/areas.py
Rectangles from 3 to 40 px a side, at any angle and sub-pixel phase, are put into real Sentinel-2 pairs. Outlines are
cut from smoothed differences at thresholds of all kinds, so that nothing depends on one detector; the last tables use
the library's own detections, after a shift that alignment has to find. The constants of the intervals are derived on
some scenes and tested on the others; those in the library were derived so on the scenes named first, from more rounds
and other seeds. Absolute positions cannot be tested here: that part is the sensor's published figure.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from injected import CITIES, cities, few_bands, inject, matched, outlined, romania
from numpy.typing import NDArray
from scipy import ndimage
from scipy.optimize import linprog, minimize
from scipy.sparse import csr_matrix, eye, hstack

import osint_imagery as oi
from osint_imagery.change import align, areas, position
from osint_imagery.change.areas import Extent, measure_extent
from osint_imagery.core.errors import UndeterminedError

ROUNDS, PER_MEGAPIXEL, LEAST_TARGETS = 12, 90, 3
SPLIT = ("beirut", "cupertino", "romania"), ("mumbai", "nantes", "rennes")
SIZES = (0, 15, 30, 80, 200, 3000)
OFFSETS = ((0.37, -0.71), (-0.55, 0.23))
Float = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Found:
    """One target that was outlined, and what was measured of it."""

    scene: str
    area: float
    outlined: int
    extent: Extent
    off: float  # distance of the measured center from the truth, px


def main() -> None:
    """Print derived constants, then coverage by scene and by size, then what the library itself says."""
    start = time.perf_counter()
    pairs = {**cities(), "romania": romania()}
    found, spoiled, lost = trials(pairs, np.random.default_rng(0))
    print(
        f"{len(found)} outlines of one target; {spoiled} in part or run together with other change, not counted; "
        f"{lost} that cannot be told from the ground around"
    )
    for first, second in (SPLIT, SPLIT[::-1]):
        report(found, first, second)
    counted = np.quantile([np.log(f.area / f.outlined) for f in found], (0.05, 0.5, 0.95))
    print(f"truth over outlined pixels, 5/50/95 %: {np.exp(counted).round(2)} (shipped {areas.COUNTED})")
    shipped("AREA, shipped constants", found, inside_area)
    shipped("POSITION against the earlier image, shipped constants", found, inside_circle)
    own(pairs)
    print(f"{time.perf_counter() - start:.0f} s")


def trials(pairs: dict[str, list[oi.Pair]], rng: np.random.Generator) -> tuple[list[Found], int, int]:
    """Inject, outline and measure; also how many outlines are not of one target, and how many have no extent."""
    found, spoiled, lost = [], 0, 0
    for turn in range(ROUNDS):
        for scene, many in pairs.items():
            for given in many:
                pair = few_bands(given) if turn % 3 == 2 else given
                count = max(LEAST_TARGETS, round(PER_MEGAPIXEL * pair.valid.size / 1e6))
                new, targets = inject(pair, rng, count)
                how = {"sigma": float(rng.choice([0.7, 1, 1.5])), "threshold": float(rng.uniform(3, 6))}
                visible = bool(rng.integers(2))
                labels, before = (outlined(p, visible=visible, **how) for p in (new, pair))
                clean, others = matched(labels, before, targets)
                spoiled += others
                windows = ndimage.find_objects(labels)
                for target, label in clean:
                    extent = measure_extent(new, labels, label, window=windows[label - 1])
                    if extent is None:
                        lost += 1
                        continue
                    off = float(np.hypot(*np.subtract(extent.center, target.center)))
                    pixels = int((labels[windows[label - 1]] == label).sum())
                    found.append(Found(scene, target.area, pixels, extent, off))
    return found, spoiled, lost


def shares(found: list[Found], *names: str) -> Float:
    """Return the relative errors that an interval is built from, one row an object."""
    return np.array([[getattr(f.extent, f"{name}_share") for name in names] for f in found])


def errors(found: list[Found]) -> Float:
    """Return the logarithm of truth over estimate."""
    return np.array([np.log(f.area / f.extent.pixels) for f in found])


def quantile_fit(x: Float, y: Float, level: float = 0.95) -> Float:
    """Return nonnegative factors b with y <= x b for a share `level`, by quantile regression."""
    n, k = x.shape
    cost = np.concatenate([np.zeros(k), np.full(n, level), np.full(n, 1 - level)])
    equal = hstack([csr_matrix(x), eye(n), -eye(n)])
    return np.asarray(linprog(cost, A_eq=equal, b_eq=y, bounds=(0, None), method="highs").x[:k])


def derive(found: list[Found]) -> tuple[Float, Float]:
    """Return (wander, noise) of the lower limit and (unevenness) of the upper."""
    low = quantile_fit(shares(found, "wander", "noise"), -errors(found))
    rest = errors(found) - areas.HIGH_WANDER * shares(found, "wander")[:, 0]
    return low, quantile_fit(shares(found, "uneven"), rest)


def derive_position(found: list[Found]) -> Float:
    """Return (noise, unevenness) of the center's error: the circle that holds 90 %, by quantile regression."""
    off = np.array([f.off for f in found])

    def loss(factors: Float) -> float:
        rest = off - radii(found, factors)
        return float(np.maximum(0.9 * rest, -0.1 * rest).mean())

    return np.asarray(np.abs(minimize(loss, (1.0, 0.4), method="Nelder-Mead").x))


def radii(found: list[Found], factors: Float) -> Float:
    """Return the CE90 of each center, px, with other factors than the shipped ones."""
    kept = position.NOISE, position.UNEVEN
    position.NOISE, position.UNEVEN = (float(f) for f in factors)
    told = [position.circular_error(position.extent_covariance(f.extent.pixels, f.extent)) for f in found]
    position.NOISE, position.UNEVEN = kept
    return np.array(told)


def report(found: list[Found], first: tuple[str, ...], second: tuple[str, ...]) -> None:
    """Derive on the first scenes, test on the second."""
    train, test = ([f for f in found if f.scene in group] for group in (first, second))
    low, high = derive(train)
    least = -shares(test, "wander", "noise") @ low
    most = areas.HIGH_WANDER * shares(test, "wander")[:, 0] + shares(test, "uneven") @ high
    held = (errors(test) >= least) & (errors(test) <= most)
    circle = derive_position(train)
    inside = np.array([f.off for f in test]) <= radii(test, circle)
    print(
        f"derived on {', '.join(first)} ({len(train)}), tested on {', '.join(second)} ({len(test)}):\n"
        f"  area low (wander, noise) {low.round(2)}, high (uneven) {high.round(2)}: coverage {held.mean():.3f}\n"
        f"  position (noise, uneven) {circle.round(2)}: coverage {inside.mean():.3f}"
    )


def inside_area(f: Found) -> tuple[bool, float, float]:
    """Return whether the shipped interval holds the area, the relative error, and the interval's relative width."""
    told = areas.area_estimate(f.extent, counted=f.outlined, grid=None)
    return told.low <= f.area <= told.high, abs(told.value / f.area - 1), (told.high - told.low) / told.value


def inside_circle(f: Found) -> tuple[bool, float, float]:
    """Return whether the CE90 holds the center, its error, and the CE90, px; the alignment is perfect here."""
    radius = position.circular_error(position.extent_covariance(f.extent.pixels, f.extent))
    return f.off <= radius, f.off, radius


def shipped(title: str, found: list[Found], told: Callable[[Found], tuple[bool, float, float]]) -> None:
    """Print coverage, median error and median interval, by scene and by size."""
    print(f"{title}\n{'':>12}{'n':>7}{'coverage':>10}{'error':>8}{'interval':>10}")
    groups = {scene: [f for f in found if f.scene == scene] for scene in (*CITIES, "romania")}
    for least, most in pairwise(SIZES):
        groups[f"{least}-{most} px"] = [f for f in found if least < f.area <= most]
    groups["all"] = found
    for name, group in groups.items():
        rows = np.array([told(f) for f in group])
        print(
            f"{name:>12}{len(group):>7}{rows[:, 0].mean():>10.3f}{np.median(rows[:, 1]):>8.3f}"
            f"{np.median(rows[:, 2]):>10.3f}"
        )


def own(pairs: dict[str, list[oi.Pair]]) -> None:
    """Shift the later date, inject, align again, detect and outline with the library's defaults."""
    rng = np.random.default_rng(1)
    print("LIBRARY: compare's own road, later date shifted first; area | relative CE90, coverage")
    for scene in (*CITIES, "romania"):
        held, inside, ratios = [], [], []
        for given in pairs[scene][:6]:
            for offset in OFFSETS:
                for item, target, center in detected(given, offset, rng):
                    pixel = 1.0 if given.grid is None else given.grid.pixel_area_m2
                    held.append(item.area.low <= target * pixel <= item.area.high)
                    ratios.append(abs(item.area.value / (target * pixel) - 1))
                    if item.ce90_relative_m is not None:
                        inside.append(center <= item.ce90_relative_m)
        if held:
            print(f"{scene:>12}{len(held):>7}{np.mean(held):>10.3f}{np.median(ratios):>8.3f} |{np.mean(inside):>7.3f}")


def detected(
    pair: oi.Pair, offset: tuple[float, float], rng: np.random.Generator
) -> list[tuple[oi.Detection, float, float]]:
    """Return detections with the target's area (px) and the distance of the two centers (m)."""
    count = max(LEAST_TARGETS, round(PER_MEGAPIXEL * pair.valid.size / 1e6))
    new, targets = inject(pair, rng, count)
    filled = np.where(new.after.valid, new.after.values, 0)
    moved = np.stack([ndimage.shift(plane, offset, order=5, mode="nearest") for plane in filled])
    usable = ndimage.shift(new.after.valid.astype(float), offset, order=1) > 0.999
    later = replace(new.after, values=moved, valid=usable, flags=np.where(usable, 0, 1).astype(np.uint16))
    try:
        found = oi.outline(oi.detect(align(pair.before, later)))
        plain = oi.outline(oi.detect(pair))
    except UndeterminedError as err:
        print(f"left out: {err}")
        return []
    clean, _ = matched(found.labels, plain.labels, targets)
    rows = []
    for target, label in clean:
        item = found[label - 1]
        if pair.grid is None:
            continue
        place = oi.AreaOfInterest.from_point(*item.centroid, radius_m=1).in_crs(pair.grid.crs).centroid
        x, y = pair.grid.xy(np.array(target.center[0]), np.array(target.center[1]), center=False)
        rows.append((item, target.area, float(np.hypot(place.x - x, place.y - y))))
    return rows


if __name__ == "__main__":
    main()
