"""How often quiet dates of a real forest are called changed: every pair of quiet dates is put forward as the claim.

Run: python benchmarks/false_alarms.py
Uses the Sentinel-2 series that nrt 0.2.1 carries (pip install --no-deps nrt==0.2.1). The quiet dates are the clear
looks of the claim's baseline (sample_scenes/romania/claim.yaml) in July, August and September; each pair is judged
against those other pairs that investigate() would choose for it, none of which shares a date with it.
"""

import sys
import tempfile
import time
from collections import Counter
from itertools import combinations

import osint_imagery as oi
from osint_imagery.core.estimate import proportion
from osint_imagery.observe.coverage import Look, LookState
from osint_imagery.workflow.comparing import Reader, align_many, common_bands, grid_for
from osint_imagery.workflow.planning import choose_quiet

MONTHS = {7, 8, 9}


Key = tuple[str, str]


def main() -> None:
    """Print the share of runs that report change at q = 0.1, in the claimed area and in the whole image."""
    start = time.perf_counter()
    claim = oi.read_claim(oi.bundled("romania/claim.yaml"))
    if claim.baseline is None:
        sys.exit("the claim names no baseline")
    baseline = claim.baseline.span()
    with tempfile.TemporaryDirectory() as folder:
        found = oi.search(oi.open_catalog(oi.romania_catalog(folder)), claim.aoi(), baseline)
        looks = oi.coverage(claim.predictions[0], found.scenes, aoi=claim.aoi()).looks
        quiet = [k for k in looks if k.state is LookState.CLEAR and k.acquired.middle.month in MONTHS]
        pairs = aligned(quiet, {scene.id: scene for scene in found.scenes}, claim)
    print(f"{len(quiet)} quiet dates, {len(pairs)} pairs that align")
    for name, aoi in (("claimed slope", claim.aoi()), ("whole image", None)):
        counts, changed = judged(quiet, pairs, baseline, aoi)
        decided = counts["changed"] + counts["no_change_found"]
        print(f"{name}: {dict(counts)}")
        share = proportion(counts["changed"], decided, method="runs that could be decided")
        print(f"  changed at q = 0.1: {share}")
        print(f"  those runs: {', '.join(changed) or 'none'}")
    print(f"{time.perf_counter() - start:.0f} s; pairs share dates, so the interval is narrower than it should be")


def aligned(quiet: list[Look], scenes: dict[str, oi.Scene], claim: oi.Claim) -> dict[Key, oi.Pair]:
    """Return every pair of quiet looks that can be aligned; print the others."""
    used = [scenes[look.scene_id] for look in quiet]
    reader = Reader(grid=grid_for(used[:2], claim.aoi()), bands=common_bands(used))
    every = [(scenes[a.scene_id], scenes[b.scene_id]) for a, b in combinations(quiet, 2)]
    pairs, failed = align_many(reader, every)
    for line in failed:
        print(line)
    return {(pair.before.scene_id or "", pair.after.scene_id or ""): pair for pair in pairs}


def judged(
    quiet: list[Look], pairs: dict[Key, oi.Pair], baseline: oi.TimeSpan, aoi: oi.AreaOfInterest | None
) -> tuple[Counter[str], list[str]]:
    """Put each pair forward as the claim; return the verdicts and the pairs that were called changed."""
    counts: Counter[str] = Counter()
    changed = []
    for before, after in combinations(quiet, 2):
        pair = pairs.get((before.scene_id, after.scene_id))
        if pair is None:
            continue
        chosen = choose_quiet(quiet, (before, after), baseline)
        null = [pairs[key] for a, b in chosen if (key := (a.scene_id, b.scene_id)) in pairs]
        verdict = oi.outline(oi.detect(pair, quiet=null, aoi=aoi)).verdict
        counts[str(verdict)] += 1
        if verdict is oi.Verdict.CHANGED:
            changed.append(f"{before.scene_id[-8:]}/{after.scene_id[-8:]}")
    return counts, changed


if __name__ == "__main__":
    main()
