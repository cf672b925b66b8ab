"""Whether IR-MAD's p-values are what they say where nothing changed: Gaussian ground, Gaussian noise, 3 to 13 bands.

Run: python benchmarks/gaussian_nulls.py [--pixels 400000] [--seeds 8]
Ground of N mixed bands is seen twice with independent noise. Printed is the share of pixels with p below .05, .01 and
.001 over that level, mean over the seeds and standard error (from the spread between seeds): with the consistency
factor inside the loop, as the library does it but without noise floor; the textbook's weights, their p-value corrected
by c_N; the textbook as published, uncorrected; and the library's default noise floor of 0.1, which is meant for real
ground and makes p too large here. "no" in the last column: the mean is more than 10 % off at some level.
"""

import argparse
import time

import numpy as np
from numpy.typing import NDArray

from osint_imagery.change.mad import chi2_sf, fit_mad, statistic
from osint_imagery.core.errors import ConvergenceError

LEVELS = (0.05, 0.01, 0.001)
BANDS = range(3, 14)
VARIANTS = (
    "c inside the loop, no noise floor",
    "textbook weights, p by c_N",
    "textbook weights, p as published",
    "library default (noise floor 0.1)",
)

Float = NDArray[np.float64]


def look_twice(bands: int, pixels: int, seed: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return two looks at the same ground, (band, pixel)."""
    rng = np.random.default_rng([seed, bands])
    ground = rng.standard_normal((bands, bands)) @ rng.standard_normal((bands, pixels))
    before = 1000 + 100 * (ground + 0.3 * rng.standard_normal(ground.shape))
    after = 1200 + 130 * (ground + 0.3 * rng.standard_normal(ground.shape))
    return before.astype(np.float32), after.astype(np.float32)


def shares(bands: int, pixels: int, seed: int) -> list[list[float]]:
    """Return, a row a variant, the share of pixels below each level over that level; NaN where there was no fit."""
    before, after = look_twice(bands, pixels, seed)
    rows: list[list[float]] = []
    for options in ({"noise_floor": 0.0}, {"textbook": True}, {"noise_floor": 0.1}):
        try:
            fit = fit_mad(before, after, tolerance=1e-6, **options)
        except ConvergenceError:
            rows.extend([[np.nan] * len(LEVELS)] * (1 + ("textbook" in options)))
            continue
        found = statistic(fit, before, after).astype(np.float64)
        rows.append(below(found, bands))
        if "textbook" in options:
            rows.append(below(found / fit.factor, bands))
    return rows


def below(found: Float, bands: int) -> list[float]:
    """Return the share of p-values below each level, over that level."""
    p_value = chi2_sf(found, bands)
    return [float((p_value < level).mean() / level) for level in LEVELS]


def main() -> None:
    """Print a table: a row a number of bands and variant."""
    parser = argparse.ArgumentParser(description="False-positive rates of IR-MAD on Gaussian nulls.")
    parser.add_argument("--pixels", type=int, default=400_000)
    parser.add_argument("--seeds", type=int, default=8)
    options = parser.parse_args()
    start = time.perf_counter()
    print(f"{options.pixels} pixels, {options.seeds} seeds; false-positive rate over nominal, mean +- standard error")
    print(f"{'bands':>5}  {'variant':36}" + "".join(f"{f'at {level}':>18}" for level in LEVELS) + "  within 10 %")
    for bands in BANDS:
        every = np.array([shares(bands, options.pixels, seed) for seed in range(options.seeds)])
        for index, name in enumerate(VARIANTS):
            runs = every[:, index][~np.isnan(every[:, index, 0])]
            if len(runs) < 2:
                print(f"{bands:>5}  {name:36}  no fit")
                continue
            mean, error = runs.mean(axis=0), runs.std(axis=0, ddof=1) / np.sqrt(len(runs))
            cells = "".join(f"{f'{m:.3f} +- {e:.3f}':>18}" for m, e in zip(mean, error, strict=True))
            failed = f" ({len(every) - len(runs)} without fit)" if len(runs) < len(every) else ""
            print(f"{bands:>5}  {name:36}{cells}  {'yes' if (abs(mean - 1) <= 0.1).all() else 'no'}{failed}")
    print(f"{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
