"""Whether objects reported at q = 0.05, 0.10, 0.20 are false as often as that, on simulated scenes with known change.

Run: python benchmarks/object_fdr.py [scenes]
Each scene has its own ground, 20 quiet pairs of independent dates, and a pair under test into which squares are put.
A date differs from the ground by gain and offset, by patches that come and go (correlated over some pixels, stronger
on part of the ground), and by white noise. A reported object is false if it touches no square. Beside the library's
rule: Benjamini and Hochberg's rule on the pixels' instrument p-values, whose connected pixels are taken as objects.
"""

import sys
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, stats

import osint_imagery as oi
from osint_imagery.change.null import reportable
from osint_imagery.core.estimate import Estimate

LEVELS = (0.05, 0.10, 0.20)
SIDE, BANDS, QUIET, SQUARES = 160, 4, 20, 12
TOUCH = np.ones((3, 3), dtype=bool)


@dataclass(frozen=True)
class Ground:
    """A place: what does not change, and how restless each pixel is."""

    base: NDArray[np.float64]
    restless: NDArray[np.float64]


def make_ground(rng: np.random.Generator) -> Ground:
    """Make a place with texture in all bands and a third of it three times as restless."""
    base = ndimage.gaussian_filter(rng.normal(size=(BANDS, SIDE, SIDE)), (0, 2, 2))
    base = base / base.std() + 0.5 * ndimage.gaussian_filter(rng.normal(size=(1, SIDE, SIDE)), (0, 2, 2)) / 0.14
    fields = ndimage.gaussian_filter(rng.normal(size=(SIDE, SIDE)), 12)
    return Ground(base=base, restless=np.where(fields > np.quantile(fields, 2 / 3), 3.0, 1.0))


def look(ground: Ground, rng: np.random.Generator, added: NDArray[np.float64] | float = 0.0) -> oi.Image:
    """Return one date of the place."""
    patches = ndimage.gaussian_filter(rng.normal(size=(BANDS, SIDE, SIDE)), (0, 1.5, 1.5)) / 0.19
    noise = 0.06 * ground.restless * patches + rng.normal(scale=0.08, size=patches.shape)
    gain, offset = rng.uniform(0.9, 1.1, (BANDS, 1, 1)), rng.normal(scale=0.2, size=(BANDS, 1, 1))
    return oi.Image.from_array(gain * (ground.base + noise + added) + offset, bands=("blue", "green", "red", "nir"))


def squares(rng: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return what is added to the later date, and where."""
    added, where = np.zeros((BANDS, SIDE, SIDE)), np.zeros((SIDE, SIDE), dtype=bool)
    for _ in range(SQUARES):
        side = int(rng.integers(3, 9))
        row, column = rng.integers(4, SIDE - side - 4, 2)
        added[:, row : row + side, column : column + side] = rng.uniform(0.3, 1.2) * rng.choice([-1, 1])
        where[row : row + side, column : column + side] = True
    return added, where


def shares(reported: NDArray[np.bool_], truth: NDArray[np.bool_]) -> tuple[int, int]:
    """Return how many reported objects there are and how many of them touch no square."""
    labels, count = ndimage.label(reported, structure=TOUCH)
    near = ndimage.binary_dilation(truth, iterations=2)
    return count, count - len(np.unique(labels[near & reported]))


def benjamini_hochberg(p_value: NDArray[np.float32], level: float) -> NDArray[np.bool_]:
    """Return the pixels that the rule reports."""
    rejected: NDArray[np.bool_] = stats.false_discovery_control(p_value.ravel().astype(float)) <= level
    return rejected.reshape(p_value.shape)


def scene(number: int, method: str | None) -> dict[tuple[str, float], tuple[int, int, int]]:
    """Return (reported, false, squares hit) per rule and level for one simulated scene."""
    rng = np.random.default_rng(1000 + number)
    ground = make_ground(rng)
    date = partial(look, ground, rng)
    quiet = [oi.Pair(before=date(), after=date()) for _ in range(QUIET)]
    added, truth = squares(rng)
    changes = oi.detect(oi.Pair(before=date(), after=date(added)), method, quiet)
    found: dict[tuple[str, float], tuple[int, int, int]] = {}
    put, _ = ndimage.label(truth)
    for level in LEVELS:
        passed = reportable(changes.objects.strength, changes.null, level)
        ours = np.concatenate([[False], passed])[changes.objects.labels]
        for rule, reported in (("ours", ours), ("pixels", benjamini_hochberg(changes.p_value, level))):
            found[rule, level] = (*shares(reported, truth), len(np.unique(put[reported & truth])))
    return found


def mean(values: list[float]) -> Estimate:
    """Return a mean with a 95 % interval from its standard error."""
    value, error = float(np.mean(values)), 1.96 * float(np.std(values, ddof=1)) / len(values) ** 0.5
    return Estimate(
        value=value,
        low=max(0.0, value - error),
        high=value + error,
        level=0.95,
        unit="share",
        method="mean over scenes",
    )


def main() -> None:
    """Print the share of false objects per rule and level."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    for method in ("irmad", None):
        results = [scene(number, method) for number in range(count)]
        name = method or "default"
        print(f"{count} scenes, {QUIET} quiet pairs each, {SQUARES} squares each, detector: {name}")
        print(f"{'rule':8}{'q':>6}{'false share (95 %)':>28}{'objects a scene':>18}{'squares found':>16}")
        for rule in ("ours", "pixels"):
            for level in LEVELS:
                rows = [result[rule, level] for result in results]
                false = mean([f / max(1, n) for n, f, _ in rows])
                told = f"{false.value:.3f} ({false.low:.3f} to {false.high:.3f})"
                hit = np.mean([h for _, _, h in rows]) / SQUARES
                print(f"{rule:8}{level:>6.2f}{told:>28}{np.mean([n for n, _, _ in rows]):>18.1f}{hit:>16.0%}")


if __name__ == "__main__":
    main()
