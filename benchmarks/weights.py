"""Which weights keep IR-MAD from resting on open sea: ranking and false alarms on Sentinel-2 pairs of five cities.

Run: python benchmarks/weights.py
Labels (1 no change, 2 change) mark urban change only, so the average precision of a general detector is far from 1;
"false" is the share of pixels labelled unchanged with an instrument p-value below 0.01. Nothing is fitted on labels.
"""

import warnings

import numpy as np
import rasterio
from common import real_scenes
from numpy.typing import NDArray
from scipy import ndimage

import osint_imagery as oi
from osint_imagery.change.mad import MadFit, chi2_sf, fit_mad, variates
from osint_imagery.core.errors import ConvergenceError
from osint_imagery.scenes.reading import native_grid
from osint_imagery.scenes.streaming import shared_bands

CITIES = ("beirut", "mumbai", "cupertino", "nantes", "rennes")
VARIANTS: tuple[tuple[str, dict[str, float | bool]], ...] = (
    ("one pass (MAD)", {"iterate": False}),
    ("textbook weights", {"textbook": True}),
    ("c_N inside the loop", {}),
    ("c_N inside, noise floor 0.1", {"noise_floor": 0.1}),
    ("c_N inside, noise floor 0.2", {"noise_floor": 0.2}),
)


def average_precision(score: NDArray[np.float64], truth: NDArray[np.bool_]) -> float:
    """Return the area under the precision-recall curve."""
    hits = truth[np.argsort(-score, kind="stable")]
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return float((precision * hits).sum() / hits.sum())


def measured(pair: oi.Pair, truth: NDArray[np.bool_], fit: MadFit) -> tuple[float, float]:
    """Return average precision and false alarms of one fit, with variates smoothed by one pixel."""
    usable = pair.valid
    found = variates(fit, pair.before.values[:, usable], pair.after.values[:, usable])
    strength = np.zeros(pair.shape)
    for variate in found:
        plane = np.zeros(pair.shape, dtype=np.float32)
        plane[usable] = variate
        strength += ndimage.gaussian_filter(plane, 1.0) ** 2
    p_value = chi2_sf(np.square(found).sum(axis=0), len(found))
    labels = truth[usable]
    return average_precision(strength[usable], labels), float((p_value[~labels] < 0.01).mean())


def main() -> None:
    """Print a table: a row a variant, a column a city."""
    warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
    scenes = real_scenes() / "scenes"
    rows: dict[str, list[str]] = {name: [] for name, _ in VARIANTS}
    for city in CITIES:
        both = [s for s in oi.open_catalog(scenes / "catalog.json").scenes() if s.id.startswith(f"oscd-{city}")]
        before, after = sorted(both, key=lambda scene: scene.acquired.start)
        grid, bands = native_grid(before, "red"), shared_bands((before, after))
        pair = oi.align(oi.read(before, grid, bands), oi.read(after, grid, bands))
        with rasterio.open(scenes / "truth" / f"oscd-{city}-change.tif") as source:
            truth = source.read(1) == 2
        x, y = pair.before.values[:, pair.valid], pair.after.values[:, pair.valid]
        for name, options in VARIANTS:
            try:
                fit = fit_mad(x, y, tolerance=1e-4, **options)  # type: ignore[arg-type]
            except ConvergenceError:
                rows[name].append("no fit")
                continue
            precision, false = measured(pair, truth, fit)
            rows[name].append(f"{precision:.2f} / {false:.2f} ({fit.iterations})")
    print(f"{'AP / false (passes)':30}" + "".join(f"{city:>20}" for city in CITIES))
    for name, cells in rows.items():
        print(f"{name:30}" + "".join(f"{cell:>20}" for cell in cells))


if __name__ == "__main__":
    main()
