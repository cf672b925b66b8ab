"""Alignment of small real ground: which pairs of quiet forest dates are aligned, and whether their shifts agree.

Run: python benchmarks/small_ground.py
The series is that of benchmarks/false_alarms.py, 100 x 100 pixels. The truth is not known, but shifts have to add up:
each date gets one position, fitted to all found shifts (least squares with a Cauchy loss), and a pair's error is what
its shift leaves of the difference of positions. Closed triangles are shown beside it, without any fit.
"""

import time
from itertools import combinations

import numpy as np
from forest import quiet_forest
from scipy.optimize import least_squares

import osint_imagery as oi
from osint_imagery.core.errors import AlignmentError

MONTHS = range(4, 11)


def main() -> None:
    """Print how many pairs are aligned and how far their shifts are from adding up."""
    forest = quiet_forest(months=MONTHS)
    images = [forest.reader.image(forest.scenes[look.scene_id]) for look in forest.looks]
    start = time.perf_counter()
    shifts, low, high = {}, {}, {}
    for both in combinations(range(len(images)), 2):
        try:
            registration = oi.align(images[both[0]], images[both[1]]).registration
        except AlignmentError:
            continue
        told = (registration and registration.found_px) or ()
        shifts[both] = np.array([estimate.value for estimate in told])
        low[both], high[both] = (np.array([getattr(e, end) for e in told]) for end in ("low", "high"))
    spent = time.perf_counter() - start
    count = len(images) * (len(images) - 1) // 2
    print(f"{len(images)} dates, {len(shifts)} of {count} pairs aligned, {spent / count:.2f} s a pair")
    pairs, found = np.array(list(shifts)), np.array(list(shifts.values()))
    at = np.zeros((len(images), 2))
    for axis in range(2):
        residuals = lambda x, axis=axis: x[pairs[:, 1]] - x[pairs[:, 0]] - found[:, axis]  # noqa: E731
        at[:, axis] = least_squares(residuals, np.zeros(len(images)), loss="cauchy", f_scale=0.05).x
    expected = at[pairs[:, 1]] - at[pairs[:, 0]]
    report("against one position a date", np.hypot(*(found - expected).T))
    inside = (np.array(list(low.values())) <= expected) & (expected <= np.array(list(high.values())))
    print(f"90 % intervals that hold the difference of positions: {inside.mean():.2f} (positions have errors too)")
    closed = [
        np.hypot(*(shifts[a, b] + shifts[b, c] - shifts[a, c]))
        for a, b, c in combinations(range(len(images)), 3)
        if {(a, b), (b, c), (a, c)} <= set(shifts)
    ]
    report(f"round {len(closed)} triangles", np.array(closed))


def report(name: str, error: np.ndarray) -> None:
    """Print quantiles of errors."""
    middle, most, largest = np.quantile(error, [0.5, 0.95, 1])
    print(f"{name}: median {middle:.3f} px, 95 in 100 below {most:.3f}, largest {largest:.3f}")


if __name__ == "__main__":
    main()
