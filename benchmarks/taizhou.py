"""Ranking, decision and probability on the labelled pixels of Taizhou, and the same methods on five cities.

Run: python benchmarks/taizhou.py [--cities] [--aligned]
Landsat 7 ETM+, 2000 and 2003, 400 x 400 px, six bands; 4,227 pixels labelled changed, 17,163 unchanged (Wu, Du, Zhang).
Methods see the whole scene and no label; only labelled pixels are counted. Baselines decide by Otsu's threshold on the
square root of their strength over the whole scene, the combination by its own cut (more likely than not). Parameters
are the library's defaults and the same everywhere. The combination's parts and its withholding limits were chosen with
this scene in view: an optimistic figure. With --cities the methods also rank urban
change (labels: 2 = changed) on the five OSCD cities, where most of what changed is not labelled.
"Score of two" is the sum of standardized one-pass MAD and ring residual. ISFA is here for comparison only.
"""

import argparse
import time
import warnings
from pathlib import Path

import numpy as np
import rasterio
from agreement import agreement, auroc, average_precision, best_f1
from common import real_scenes
from numpy.typing import NDArray
from scipy import linalg

import osint_imagery as oi
from osint_imagery.change.combined import Combined
from osint_imagery.change.cva import CVA
from osint_imagery.change.detectors import Detector
from osint_imagery.change.lfdr import fit_lfdr
from osint_imagery.change.mad import chi2_sf
from osint_imagery.change.optical import IRMAD, MAD
from osint_imagery.change.pca import PcaDifference
from osint_imagery.change.reliability import reliability
from osint_imagery.change.ring import Ring
from osint_imagery.change.saab import Saab
from osint_imagery.change.thresholds import otsu
from osint_imagery.core.errors import ConvergenceError
from osint_imagery.scenes.reading import native_grid
from osint_imagery.scenes.streaming import shared_bands

CITIES = ("beirut", "mumbai", "cupertino", "nantes", "rennes")
BANDS = ("blue", "green", "red", "nir", "swir16", "swir22")
UNKNOWN, UNCHANGED, CHANGED = 0, 1, 2
DETECTORS: tuple[tuple[str, Detector], ...] = (
    ("CVA", CVA()),
    ("PCA-difference", PcaDifference()),
    ("MAD, one pass", MAD(smoothing_px=0)),
    ("MAD, one pass, smoothed", MAD()),
    ("IR-MAD, textbook", IRMAD(textbook=True, noise_floor=0, smoothing_px=0)),
    ("IR-MAD", IRMAD()),
    ("ring", Ring()),
    ("Saab", Saab()),
    ("combined", Combined()),
)

Plane = NDArray[np.float64]


def taizhou(folder: Path) -> tuple[oi.Pair, NDArray[np.uint8]]:
    """Return the pair and its labels, (y, x)."""
    here = folder / "pairs" / "landsat7_taizhou_2000_2003"
    before, after = (
        oi.Image.from_array(np.fromfile(here / name, dtype=np.uint8).reshape(6, 400, 400), bands=BANDS)
        for name in ("2000TM", "2003TM")
    )
    truth = np.full((400, 400), UNKNOWN, dtype=np.uint8)
    for name, label in (("unchanged.bmp", UNCHANGED), ("change.bmp", CHANGED)):
        with rasterio.open(here / name) as source:
            truth[source.read(1) > 0] = label
    return oi.Pair(before=before, after=after), truth


def city(name: str, scenes: Path) -> tuple[oi.Pair, NDArray[np.uint8]]:
    """Return a city's aligned pair and its labels, (y, x)."""
    both = [s for s in oi.open_catalog(scenes / "catalog.json").scenes() if s.id.startswith(f"oscd-{name}")]
    before, after = sorted(both, key=lambda scene: scene.acquired.start)
    grid, bands = native_grid(before, "red"), shared_bands((before, after))
    pair = oi.align(oi.read(before, grid, bands), oi.read(after, grid, bands))
    with rasterio.open(scenes / "truth" / f"oscd-{name}-change.tif") as source:
        return pair, source.read(1)


def isfa(pair: oi.Pair, passes: int = 100) -> Plane:
    """Return the statistic of iterative slow feature analysis, (y, x): small where the dates vary slowly.

    Wu, C., Du, B., Zhang, L. (2014). Slow feature analysis for change detection in multispectral imagery. IEEE TGRS
    52(5), 2858-2874. https://doi.org/10.1109/TGRS.2013.2266673
    """
    x, y = (image.values[:, pair.valid].astype(np.float64) for image in (pair.before, pair.after))
    weight, last = np.ones(x.shape[1]), np.zeros(len(x))
    for _ in range(passes):
        dates = []
        for date in (x, y):
            mean = np.average(date, axis=1, weights=weight)[:, None]
            dates.append((date - mean) / np.sqrt(np.average(np.square(date - mean), axis=1, weights=weight))[:, None])
        difference = dates[0] - dates[1]
        slow = (difference * weight) @ difference.T / weight.sum()
        usual = sum((date * weight) @ date.T for date in dates) / (2 * weight.sum())
        values, vectors = linalg.eigh(slow, usual)
        found = (np.square(vectors.T @ difference) / values[:, None]).sum(axis=0)
        weight = chi2_sf(found, len(x))
        if np.abs(np.sqrt(values) - last).max() < 1e-6:
            break
        last = np.sqrt(values)
    out = np.full(pair.shape, np.nan)
    out[pair.valid] = found
    return out


def score_of_two(pair: oi.Pair) -> Plane:
    """Return the sum of the standardized smoothed MAD and ring lengths, (y, x)."""
    parts = [np.sqrt(detector.score(pair).strength.astype(np.float64)) for detector in (MAD(), Ring(smoothing_px=1.0))]
    total: Plane = sum((part - np.nanmedian(part)) / np.nanstd(part) for part in parts)
    return total


def row(name: str, strength: Plane, truth: NDArray[np.uint8], changed: NDArray[np.bool_] | None) -> str:
    """Return a line of the first table."""
    kept = (truth != UNKNOWN) & np.isfinite(strength)
    found, label = strength[kept], truth[kept] == CHANGED
    decided = strength > otsu(strength) if changed is None else changed
    told = agreement(decided[kept], label)
    threshold = "Otsu" if changed is None else "own"
    return f"{name:26} {threshold:>6} {auroc(found, label):7.4f} {told.accuracy:7.4f} {told.kappa:7.4f} {told.f1:7.4f}"


def probabilities(name: str, said: NDArray[np.floating], truth: NDArray[np.uint8], withheld: str) -> str:
    """Return a line of the table of probabilities."""
    known = np.where(truth == UNKNOWN, np.nan, (truth == CHANGED).astype(float))
    got = reliability(said, known)
    return f"{name:26} {got.ece:6.3f} {got.skill:+7.3f}  {'withheld: ' + withheld if withheld else 'given'}"


def labelled_pixels(pair: oi.Pair, truth: NDArray[np.uint8]) -> None:
    """Print ranking, decision and probability on Taizhou."""
    print(f"{'Taizhou':26} {'cut':>6} {'AUC':>7} {'OA':>7} {'kappa':>7} {'F1':>7} {'s':>6}")
    likely = []
    for name, detector in DETECTORS:
        start = time.perf_counter()
        scored = detector.score(pair)
        took = time.perf_counter() - start
        print(row(name, np.sqrt(scored.strength.astype(np.float64)), truth, scored.changed) + f" {took:6.2f}")
        if scored.probability is not None and scored.basis is not None:
            likely.append(probabilities(f"{name}, own", scored.probability, truth, scored.basis.withheld))
        if name.startswith("IR-MAD"):
            score = np.log1p(scored.strength * scored.degrees)
            curve = fit_lfdr([score[pair.valid]])
            likely.append(probabilities(f"{name}, ln(T + 1)", curve(score), truth, curve.withheld))
    print(row("ISFA", np.sqrt(isfa(pair)), truth, None))
    print(row("score of two", score_of_two(pair), truth, None))
    print(f"\n{'probability, lfdr':26} {'ECE':>6} {'skill':>7}")
    print("\n".join(likely))


def cities(scenes: Path) -> None:
    """Print the macro mean over the cities."""
    rows: dict[str, list[tuple[float, ...]]] = {name: [] for name, _ in DETECTORS}
    for name in CITIES:
        pair, truth = city(name, scenes)
        for method, detector in DETECTORS:
            try:
                scored = detector.score(pair)
            except ConvergenceError:
                print(f"{method}: no fit on {name}, left out of its mean")
                continue
            found, label = np.sqrt(scored.strength[pair.valid]), truth[pair.valid] == CHANGED
            decided = found > otsu(found) if scored.changed is None else scored.changed[pair.valid]
            f1 = agreement(decided, label).f1
            rows[method].append((average_precision(found, label), auroc(found, label), f1, best_f1(found, label)))
    print(f"\n{'OSCD, five cities':26} {'AP':>6} {'AUROC':>6} {'F1 at cut':>10} {'best F1':>8}")
    for name, values in rows.items():
        precision, area, f1, best = np.mean(values, axis=0)
        print(f"{name:26} {precision:6.3f} {area:6.3f} {f1:10.3f} {best:8.3f}")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description="Baselines and the combination on Taizhou and five cities.")
    parser.add_argument("--cities", action="store_true", help="also rank urban change on the OSCD cities (two minutes)")
    parser.add_argument("--aligned", action="store_true", help="let the library align the Taizhou pair first")
    options = parser.parse_args()
    warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
    folder = real_scenes()
    pair, truth = taizhou(folder)
    if options.aligned:
        pair = oi.align(pair.before, pair.after)
        print(f"aligned: {pair!r}")
    labelled_pixels(pair, truth)
    if options.cities:
        cities(folder / "scenes")


if __name__ == "__main__":
    main()
