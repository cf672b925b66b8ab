"""Man-made change on Sentinel-2 pairs of five cities, each city judged with constants fitted on the other four.

Run: python benchmarks/oscd.py [--constants]
Labels: OSCD (Daudt et al. 2018, CC BY-NC-SA; urban change only), read from the data folder, never shipped. Beside
"man-made": the textbook's IR-MAD, CVA and PCA-difference with Otsu's threshold, and the general detector "combined",
which is not meant for this question. "own F1" is the F1 of each method's own decision, "best F1" that of the best
threshold an oracle could choose. Objects have at least four pixels; "p@10" is the share of the ten highest rated that
meet labelled change. With --constants, what belongs into osint_imagery/change/manmade_constants.py is printed.
"""

import sys
import warnings
from dataclasses import dataclass

import numpy as np
import rasterio
from agreement import agreement, auroc, average_precision, best_f1
from common import real_scenes
from numpy.typing import NDArray
from scipy import ndimage, special

import osint_imagery as oi
from osint_imagery.change.combined import Combined
from osint_imagery.change.cva import CVA
from osint_imagery.change.detectors import Detector
from osint_imagery.change.evidence_planes import fit_planes
from osint_imagery.change.manmade import ManMade
from osint_imagery.change.objects import rating_of
from osint_imagery.change.optical import IRMAD
from osint_imagery.change.pca import PcaDifference
from osint_imagery.change.reliability import reliability
from osint_imagery.change.thresholds import otsu
from osint_imagery.core.errors import ConvergenceError
from osint_imagery.scenes.reading import native_grid
from osint_imagery.scenes.streaming import shared_bands

CITIES = ("beirut", "mumbai", "cupertino", "nantes", "rennes")
RIDGE, STILL, CHANGED = 3e-5, 20_000, 6_000  # pixels a city that a fit takes
TOUCH = np.ones((3, 3))

Plane = NDArray[np.float32]
Mask = NDArray[np.bool_]
Float = NDArray[np.float64]


@dataclass(frozen=True)
class City:
    """An aligned pair, its labels, and the features of "man-made"."""

    pair: oi.Pair
    truth: Mask
    features: Plane


def load(name: str) -> City:
    """Read and align a city."""
    folder = real_scenes() / "scenes"
    both = [s for s in oi.open_catalog(folder / "catalog.json").scenes() if s.id.startswith(f"oscd-{name}")]
    before, after = sorted(both, key=lambda scene: scene.acquired.start)
    grid, bands = native_grid(before, "red"), shared_bands((before, after))
    pair = oi.align(oi.read(before, grid, bands), oi.read(after, grid, bands))
    with rasterio.open(folder / "truth" / f"oscd-{name}-change.tif") as source:
        truth = source.read(1) == 2
    return City(pair=pair, truth=truth, features=fit_planes([pair]).of(pair)[0])


def logistic(cities: list[City]) -> Float:
    """Fit intercept and weights by ridge logistic regression, every city alike, at its own prevalence."""
    rows, labels, weights = [], [], []
    for city in cities:
        seen = city.pair.valid
        x, t = city.features[:, seen].T.astype(np.float64), city.truth[seen]
        rng = np.random.default_rng(0)
        still = rng.choice(np.flatnonzero(~t), STILL, replace=False)
        changed = rng.permutation(np.flatnonzero(t))[:CHANGED]
        rows += [x[changed], x[still]]
        labels += [np.ones(len(changed)), np.zeros(STILL)]
        weights += [np.full(len(changed), t.mean() / len(changed)), np.full(STILL, (1 - t.mean()) / STILL)]
    x, t, w = np.concatenate(rows), np.concatenate(labels), np.concatenate(weights) / len(cities)
    mean, spread = x.mean(axis=0), x.std(axis=0)
    design = np.concatenate([np.ones((len(x), 1)), (x - mean) / spread], axis=1)
    ridge = np.diag([1e-8, *[RIDGE] * x.shape[1]])
    found = np.array([-4.0, *np.zeros(x.shape[1])])
    for _ in range(60):
        p = special.expit(design @ found)
        slope = design.T @ (w * (p - t)) + ridge @ found
        step = np.linalg.solve((design * (w * p * (1 - p))[:, None]).T @ design + ridge, slope)
        found -= step / max(1.0, np.abs(step).max())
    scaled: Float = found[1:] / spread
    return np.concatenate([[found[0] - scaled @ mean], scaled])


def left_out(city: City, others: list[City]) -> oi.ChangeMap:
    """Return the city's map with constants fitted on the others, through the same detector."""
    constants = logistic(others)
    return oi.detect(city.pair, ManMade(intercept=float(constants[0]), weights=tuple(constants[1:].tolist())))


def objects(changed: Mask, rating: Plane, city: City) -> tuple[float, float, float, float]:
    """Return precision and recall of objects, false objects a km2, and precision of the ten highest rated."""
    labels, count = ndimage.label(changed, TOUCH)
    pixels = np.bincount(labels.ravel(), minlength=count + 1)[1:]
    total = np.bincount(labels.ravel(), np.nan_to_num(rating).ravel(), minlength=count + 1)[1:]
    hit = np.bincount(labels.ravel(), city.truth.ravel(), minlength=count + 1)[1:] > 0
    kept = pixels >= 4
    best = np.argsort(-np.where(kept, total / np.sqrt(np.maximum(pixels, 1)), -1))[: min(10, int(kept.sum()))]
    real, _ = ndimage.label(city.truth, TOUCH)
    found = np.concatenate([[False], kept])[labels]
    met = np.bincount(real.ravel(), found.ravel())[1:] > 0
    area = float(city.pair.valid.sum()) * 1e-4  # 10 m pixels, km2
    precision = float(hit[kept].mean()) if kept.any() else 0.0
    return (
        precision,
        float(met.mean()),
        float((kept & ~hit).sum() / area),
        float(hit[best].mean()) if len(best) else 0.0,
    )


def judged(city: City, score: Plane, changed: Mask, chance: Plane | None) -> list[float]:
    """Return one row of the table."""
    seen = city.pair.valid & np.isfinite(score)
    truth = city.truth[seen]
    row = [average_precision(score[seen], truth), auroc(score[seen], truth)]
    row += [agreement(changed[seen], truth).f1, best_f1(score[seen], truth)]
    if chance is None or np.isnan(chance[seen]).all():
        row += [np.nan] * 3
    else:
        said = reliability(chance[seen], truth)
        row += [said.ece, said.ece_hot if said.ece_hot is not None else np.nan, said.skill]
    return [*row, *objects(changed & seen, rating_of(chance, score), city)]


def main() -> None:
    """Print the table, or the constants."""
    warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
    cities = {name: load(name) for name in CITIES}
    maps = {name: left_out(city, [c for n, c in cities.items() if n != name]) for name, city in cities.items()}
    if "--constants" in sys.argv:
        constants(list(cities.values()), maps, cities)
        return
    names = ("AP", "AUROC", "own F1", "best F1", "ECE", "ECE hot", "skill", "obj prec", "obj rec", "false/km2", "p@10")
    print(f"{'':24}" + "".join(f"{name:>10}" for name in names))
    rows = []
    for name, city in cities.items():
        found = maps[name]
        rows.append(judged(city, found.score, found.changed, found.probability))
        shown(f"man-made, {name}", rows[-1])
    shown("man-made, mean", list(np.nanmean(rows, axis=0)))
    skills = [row[6] for row in rows]
    withheld = int(np.isnan(skills).sum())
    print(f"{'':24}median Brier skill {np.nanmedian(skills):+.3f}; probability withheld in {withheld} of {len(CITIES)}")
    textbook = IRMAD(textbook=True, smoothing_px=0, noise_floor=0)
    others: tuple[Detector, ...] = (textbook, CVA(), PcaDifference(), Combined())
    for detector in others:
        rows = []
        for city in cities.values():
            try:
                scored = detector.score(city.pair)
            except ConvergenceError:  # the textbook's weights collapse where open sea does not change at all
                continue
            score = np.sqrt(scored.strength)
            cut = score >= otsu(score[np.isfinite(score)])
            rows.append(judged(city, score, scored.changed if scored.changed is not None else cut, None))
        name = detector.method.name if len(rows) == len(CITIES) else f"{detector.method.name} ({len(rows)} cities)"
        shown(f"{name}, mean", list(np.mean(rows, axis=0)))


def shown(name: str, row: list[float]) -> None:
    """Print one row."""
    print(f"{name:24}" + "".join(f"{'-' if np.isnan(value) else f'{value:.3f}':>10}" for value in row))


def constants(every: list[City], maps: dict[str, oi.ChangeMap], cities: dict[str, City]) -> None:
    """Print the constants fitted on all cities, and the reliability table of the left-out ones."""
    fitted = logistic(every)
    print("INTERCEPT =", round(float(fitted[0]), 4))
    print("WEIGHTS =", tuple(round(float(w), 4) for w in fitted[1:]))
    print("PREVALENCE =", round(float(np.mean([c.truth[c.pair.valid].mean() for c in every])), 4))
    chance = np.concatenate([maps[n].probability[c.pair.valid] for n, c in cities.items()])
    truth = np.concatenate([c.truth[c.pair.valid] for c in every])
    table = reliability(chance, truth).table
    print("LEFT_OUT =", tuple((b.count, round(b.mean_probability, 3), round(b.share_changed, 3)) for b in table))


if __name__ == "__main__":
    main()
