"""The quiet dates of the Romanian forest claim, which several benchmarks put forward as if something were claimed.

Uses the Sentinel-2 series that nrt 0.2.1 carries (pip install --no-deps nrt==0.2.1).
"""

import sys
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from itertools import combinations

import osint_imagery as oi
from osint_imagery.core.errors import UndeterminedError
from osint_imagery.observe.coverage import Look, LookState
from osint_imagery.scenes.streaming import shared_bands
from osint_imagery.workflow.comparing import Reader, grid_for
from osint_imagery.workflow.planning import season_apart

Both = tuple[Look, Look]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Forest:
    """Clear looks at the forest in a span, and what reads them."""

    claim: oi.Claim
    span: oi.TimeSpan
    looks: tuple[Look, ...]
    scenes: dict[str, oi.Scene]
    reader: Reader

    def pairs(self, season_days: float = 366) -> dict[Both, oi.Pair]:
        """Return every pair of looks so near in season that aligns; print how many do not."""
        pairs, failed = {}, 0
        for both in combinations(self.looks, 2):
            if season_apart(both[0].acquired, both[1].acquired) > season_days:
                continue
            try:
                pairs[both] = oi.align(*(self.reader.image(self.scenes[look.scene_id]) for look in both))
            except UndeterminedError:
                failed += 1
        print(f"{len(self.looks)} quiet dates, {len(pairs)} pairs that align, {failed} that do not")
        return pairs


def quiet_forest(span: oi.TimeSpan | None = None, *, months: Collection[int] = range(1, 13)) -> Forest:
    """Return the clear looks of the claim's baseline, or of a span before what is claimed."""
    claim = oi.read_claim(oi.bundled("romania/claim.yaml"))
    if claim.baseline is None:
        sys.exit("the claim names no baseline")
    span = span or claim.baseline.span()
    with tempfile.TemporaryDirectory() as folder:
        found = oi.search(oi.open_catalog(oi.romania_catalog(folder)), claim.aoi(), span)
        looks = oi.coverage(claim.predictions[0], found.scenes, aoi=claim.aoi()).looks
        clear = [k for k in looks if k.state is LookState.CLEAR and span.contains(k.acquired)]
        quiet = tuple(k for k in clear if k.acquired.middle.month in months)
        scenes = {scene.id: scene for scene in found.scenes}
        used = [scenes[look.scene_id] for look in quiet]
        reader = Reader(grid=grid_for(used[:2], claim.aoi()), bands=shared_bands(used))
        for scene in used:  # the files go with the folder
            reader.image(scene)
    return Forest(claim=claim, span=span, looks=quiet, scenes=scenes, reader=reader)


def before_the_claim() -> oi.TimeSpan:
    """Return the span from the first look to the claimed change."""
    claim = oi.read_claim(oi.bundled("romania/claim.yaml"))
    return oi.TimeSpan(oi.TimeSpan("2015-08-01").start, claim.when.span().start)
