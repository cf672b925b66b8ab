"""How often quiet dates of a real forest are called changed: every pair of quiet dates is put forward as the claim.

Run: python benchmarks/false_alarms.py [days]
Uses the Sentinel-2 series that nrt 0.2.1 carries (pip install --no-deps nrt==0.2.1). The quiet dates are the clear
looks of the claim's baseline (sample_scenes/romania/claim.yaml), April to October; each pair no more than 60 days (or
those given) apart in the year is judged against those other pairs that investigate() would choose for it, none of
which shares a date with it. The intervals are exact (Garwood's for rates, Clopper and Pearson's for shares); pairs
share dates, so they are narrower than they should be. Last, quiet pairs whose later date was moved by one pixel.
"""

import sys
import time
from dataclasses import dataclass, field, replace

import numpy as np
from forest import quiet_forest
from scipy.stats import chi2

import osint_imagery as oi
from osint_imagery.change.detectors import Detector, resolve
from osint_imagery.change.null import reportable
from osint_imagery.core.errors import UndeterminedError
from osint_imagery.core.estimate import proportion
from osint_imagery.observe.benches import RememberingDetector
from osint_imagery.workflow.planning import choose_quiet, season_apart

MONTHS = range(4, 11)
SEASON_DAYS = 60
LEVELS = (0.05, 0.10, 0.20)
MOVED = 12  # pairs that are judged again after a shift


@dataclass
class Tally:
    """What the runs of one area said."""

    runs: int = 0
    undetermined: int = 0
    km2: float = 0.0
    alarmed: dict[float, int] = field(default_factory=lambda: dict.fromkeys(LEVELS, 0))
    objects: dict[float, int] = field(default_factory=lambda: dict.fromkeys(LEVELS, 0))

    def add(self, changes: oi.ChangeMap) -> None:
        """Count one run."""
        self.runs += 1
        if oi.outline(changes).verdict is oi.Verdict.UNDETERMINED:
            self.undetermined += 1
            return
        if changes.pair.grid is not None:
            self.km2 += changes.examined.sum() * changes.pair.grid.pixel_area_m2 / 1e6
        for level in LEVELS:
            passed = int(reportable(changes.objects.strength, changes.null, level).sum())
            self.alarmed[level] += passed > 0
            self.objects[level] += passed


def rate_interval(count: int, exposure: float) -> tuple[float, float]:
    """Return the exact 95 % interval of a Poisson rate."""
    low = chi2.ppf(0.025, 2 * count) / 2 if count else 0.0
    return float(low / exposure), float(chi2.ppf(0.975, 2 * count + 2) / 2 / exposure)


def main() -> None:
    """Print false alarms a pair and a square kilometer, in the claimed area and in the whole image."""
    start = time.perf_counter()
    season = int(sys.argv[1]) if len(sys.argv) > 1 else SEASON_DAYS
    forest = quiet_forest(months=MONTHS)
    pairs = forest.pairs()
    detector = RememberingDetector(detector=resolve(None), quiet=tuple(pairs.values()))
    tallies = {"claimed slope": (forest.claim.aoi(), Tally()), "whole image": (None, Tally())}
    moved: list[str] = []
    for both, pair in pairs.items():
        if season_apart(both[0].acquired, both[1].acquired) > season:
            continue
        null = [pairs[other] for other in choose_quiet(forest.looks, both, forest.span) if other in pairs]
        for aoi, tally in tallies.values():
            tally.add(oi.detect(pair, detector, null, aoi=aoi))
        if len(moved) < MOVED:
            moved.append(judged_moved(pair, null, detector))
    for name, (_, tally) in tallies.items():
        shown(name, tally)
    print(f"later date moved by one pixel down and right, whole image, q = 0.1: {', '.join(moved)}")
    print(
        f"at most {season} days apart in the year; detector {detector.method.name}; {time.perf_counter() - start:.0f} s"
    )


def shown(name: str, tally: Tally) -> None:
    """Print one area's rows."""
    decided = tally.runs - tally.undetermined
    print(
        f"{name}: {tally.runs} quiet pairs as the claim, {tally.undetermined} undetermined, {tally.km2:.1f} km2 judged"
    )
    for level in LEVELS:
        low, high = rate_interval(tally.objects[level], tally.km2)
        rate = tally.objects[level] / tally.km2
        share = proportion(tally.alarmed[level], decided, method="runs that could be decided")
        told = f"{tally.objects[level]} objects, {rate:.3f} a km2 and pair ({low:.3f} to {high:.3f}, 95 %)"
        print(f"  q = {level:.2f}: {told}")
        print(f"           pairs with any: {share}")


def judged_moved(pair: oi.Pair, null: list[oi.Pair], detector: Detector) -> str:
    """Return how many objects a pair yields after its later date was moved by one pixel, unaligned and aligned."""
    after = replace(
        pair.after,
        values=np.roll(pair.after.values, (1, 1), (1, 2)),
        valid=np.roll(pair.after.valid, (1, 1), (0, 1)),
        flags=np.roll(pair.after.flags, (1, 1), (0, 1)),
    )
    told = []
    for name in ("raw", "aligned"):
        try:
            again = oi.align(pair.before, after) if name == "aligned" else oi.Pair(before=pair.before, after=after)
            detections = oi.outline(oi.detect(again, detector, null))
        except UndeterminedError:
            told.append(f"{name} refused")
            continue
        unsure = " undetermined" if detections.verdict is oi.Verdict.UNDETERMINED else ""
        told.append(f"{name} {len(detections)}{unsure}")
    return "/".join(told)


if __name__ == "__main__":
    main()
