"""Turing's rule: where nothing happened, a likelihood ratio above x may come up in at most one run of x.

Run: python benchmarks/turing.py
Uses the Sentinel-2 series that nrt 0.2.1 carries (pip install --no-deps nrt==0.2.1). Negative controls: every pair of
clear looks at the Romanian forest before the claimed change, no more than 45 days apart in the year, that aligns, is
put forward as the claim in each quarter of the image (disjoint ground). Each run is the road of investigate(): detect
against quiet pairs, none of which shares a date with the judged one; power by 40 insertions; likelihood_ratio. The
claimed thing is a pale roof of 100 x 60 m: the clearing of the claim itself is seldom found, and a ratio near 1 keeps
any rule. At most 60 quiet pairs a run. A decision at level 0.1 means that about one quiet pair in ten alarms, so that
the cap of LR+ (printed) stays below 10: the limit of 3 is a test, that of 10 cannot be broken by this rule.
The ratio of a run is LR+ where a fitting change was seen, else LR-; 1 where nothing could be decided. A second count
takes every alarm for a sighting, fitting or not. The ground is not known to be still: one clearing of 2017 lies in
the image, so that the shares are upper limits. Intervals: Clopper and Pearson's for independent runs, and one that
allows for the dates that runs share (dyadic cluster-robust variance, Aronow, Samii and Assenova 2015,
doi:10.1093/pan/mpv018).
"""

import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
from forest import Both, before_the_claim, quiet_forest
from numpy.typing import NDArray
from shapely.geometry import box

import osint_imagery as oi
from osint_imagery.change.detectors import resolve
from osint_imagery.core.estimate import Estimate, proportion
from osint_imagery.evidence.assessment import LikelihoodRatio, likelihood_ratio
from osint_imagery.evidence.fitting import fitting
from osint_imagery.observe.benches import RememberingDetector
from osint_imagery.observe.coverage import Look
from osint_imagery.workflow.planning import choose_quiet

SEASON_DAYS = 45
MOST_QUIET = 60
PLACES = 40
WORKERS = 2
LEVELS = (2.0, 3.0, 5.0, 10.0)
ROOF = {
    "blue": 1800,
    "green": 1900,
    "red": 2000,
    "nir": 1500,
}  # digital numbers above dark canopy; the scenes have no scale
SURE = Estimate(value=1, low=1, high=1, level=1, unit="probability", method="both looks exist")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One negative control.

    ``fits`` is whether a fitting change was seen, ``alarm`` whether any was; both False where nothing was decided.
    """

    dates: frozenset[str]
    fits: bool
    alarm: bool
    decided: bool
    ratio: LikelihoodRatio

    def value(self, *, seen: bool) -> float:
        """Return the ratio that this run would have printed."""
        given = self.ratio.plus if seen else self.ratio.minus
        if not self.decided or given is None or np.isnan(given.value):
            return 1.0
        return given.value


def quarters(grid: oi.Grid) -> dict[str, oi.AreaOfInterest]:
    """Return the four quarters of a grid."""
    rows, columns = (side // 2 for side in grid.shape)
    found = {}
    for name, (row, column) in {"NW": (0, 0), "NE": (0, 1), "SW": (1, 0), "SE": (1, 1)}.items():
        part = box(column * columns, row * rows, (column + 1) * columns, (row + 1) * rows)
        found[name] = oi.AreaOfInterest.from_geometry(grid.to_world(part), crs=grid.crs, name=name)
    return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Area:
    """Everything that the runs of one quarter need."""

    prediction: oi.Prediction
    quiet: tuple[Look, ...]
    span: oi.TimeSpan
    pairs: dict[Both, oi.Pair]

    def judged(self, aoi: oi.AreaOfInterest) -> list[Run]:
        """Put every pair forward as the claim in one quarter."""
        detector = RememberingDetector(detector=resolve(None), quiet=tuple(self.pairs.values()))
        runs = []
        for both, pair in self.pairs.items():
            chosen = choose_quiet(self.quiet, both, self.span, most=10_000)
            null = [self.pairs[other] for other in chosen if other in self.pairs]
            step = max(1, -(-len(null) // MOST_QUIET))
            runs.append(judged(self.prediction, pair, null[::step], aoi=aoi, detector=detector))
        return runs


def judged(
    prediction: oi.Prediction,
    pair: oi.Pair,
    quiet: list[oi.Pair],
    *,
    aoi: oi.AreaOfInterest,
    detector: RememberingDetector,
) -> Run:
    """Put one quiet pair forward as the claim."""
    detections = oi.outline(oi.detect(pair, detector, quiet, aoi=aoi))
    power = oi.power(prediction, pair, quiet, aoi=aoi, method=detector, places=PLACES)
    calibration = detections.changes.calibration
    decided = detections.verdict is not oi.Verdict.UNDETERMINED
    changed = detections.verdict is oi.Verdict.CHANGED
    return Run(
        dates=frozenset(name for name in (pair.before.scene_id, pair.after.scene_id) if name),
        fits=changed and bool(fitting(prediction, detections, aoi)),
        alarm=changed,
        decided=decided,
        ratio=likelihood_ratio(SURE, power.pod, power.false_alarm, calibration.count if power.false_alarm else 0),
    )


def by_dates(hit: NDArray[np.bool_], runs: Sequence[Run]) -> tuple[float, float]:
    """Return a 95 % interval of a share of runs that allows for the dates they share."""
    left = hit - hit.mean()
    together = np.array([[bool(one.dates & other.dates) for other in runs] for one in runs])
    spread = np.sqrt(max(float(left @ together @ left), 0.0)) / len(runs)
    return max(0.0, float(hit.mean() - 1.96 * spread)), min(1.0, float(hit.mean() + 1.96 * spread))


def shown(name: str, runs: Sequence[Run], values: NDArray[np.float64]) -> None:
    """Print how often the ratio passed each limit, and where the rule was most strained."""
    print(name)
    for limit in LEVELS:
        hit = values > limit
        share = proportion(int(hit.sum()), len(hit), method="runs")
        low, high = by_dates(hit, runs)
        word = "kept" if share.value <= 1 / limit else "BROKEN"
        exact = f"{share.low:.3f} to {share.high:.3f}; shared dates {low:.3f} to {high:.3f}"
        print(
            f"  LR > {limit:4g}: {hit.sum():3d} of {len(hit)} = {share.value:.3f} ({exact}); <= {1 / limit:.3f}: {word}"
        )
    above = np.unique(values[values > 1])
    if len(above):
        strain = [(float(x) * float((values >= x).mean()), float(x)) for x in above]
        worst, at = max(strain)
        print(f"  most strained at LR >= {at:.2f}: {worst:.2f} of what the rule allows")
    print(f"  mean ratio over the runs {values.mean():.2f} (1 is what a true ratio has where nothing happened)")


def main() -> None:
    """Run the negative controls and print the shares."""
    start = time.perf_counter()
    forest = quiet_forest(before_the_claim())
    roof = {"what": "building with a pale roof", "length_m": 100, "width_m": 60, "contrast": ROOF}
    prediction = oi.Prediction.model_validate(forest.claim.predictions[0].model_dump() | {"id": "roof", "target": roof})
    pairs = forest.pairs(SEASON_DAYS)
    area = Area(prediction=prediction, quiet=forest.looks, span=forest.span, pairs=pairs)
    runs: list[Run] = []
    parts = quarters(forest.reader.grid)
    with ProcessPoolExecutor(WORKERS) as pool:
        for name, part in zip(parts, pool.map(area.judged, parts.values()), strict=True):
            seen = sum(run.fits for run in part)
            print(f"{name}: {len(part)} runs, {sum(run.decided for run in part)} decided, {seen} seen", flush=True)
            runs += part
    told(runs)
    print(f"detector {resolve(None).method.name}; {WORKERS} processes, {time.perf_counter() - start:.0f} s")


def told(runs: Sequence[Run]) -> None:
    """Print what the ratios rest on and both counts."""
    weighed = [run for run in runs if run.decided and run.ratio.plus is not None]
    plus = np.array([run.ratio.plus.value for run in weighed if run.ratio.plus is not None])
    caps = np.array([run.ratio.cap for run in weighed if run.ratio.cap is not None])
    print(f"{len(runs)} runs, {len(weighed)} with a ratio for a sighting; the others count as 1")
    print(f"LR+ that a sighting would have had: {_spread(plus)}; its cap: {_spread(caps)}")
    shown("a fitting change seen", runs, np.array([run.value(seen=run.fits) for run in runs]))
    shown("any alarm taken for a sighting", runs, np.array([run.value(seen=run.alarm) for run in runs]))
    known = [run for run in runs if run.decided and run.ratio.plus is not None]
    shown("any alarm, decided runs alone", known, np.array([run.value(seen=run.alarm) for run in known]))


def _spread(values: NDArray[np.float64]) -> str:
    low, middle, high = np.quantile(values, (0, 0.5, 1))
    return f"{middle:.1f} ({low:.1f} to {high:.1f})"


if __name__ == "__main__":
    main()
