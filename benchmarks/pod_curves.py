"""What could have been found: targets of many sizes put into real pairs, and the curve of detection against size.

Run: python benchmarks/pod_curves.py [beirut] [cupertino] [romania]
Beirut and Cupertino: 512 x 512 px of the Sentinel-2 pairs of OSCD, detector "man-made" by its own cut, targets in the
pair under test away from what it reports already. Romania: the series of nrt 0.2.1 (pip install --no-deps nrt==0.2.1),
the default detector, targets in quiet pairs, judged by the rule of the last pair that aligns; the package states no
scale, so contrasts are taken as reflectance x 10,000. Contrasts (target minus ground) are premises, printed first:
those of shed, ship and launcher are the ones of sample_scenes/port/claim.yaml. Sizes are square roots of length times
width, m; a90/95 is the size of which one may be 95 % confident that it is found with probability 0.9. Brackets are 95 %
intervals: of sizes from both bounds of the logit, of POD at the claimed size from counted insertions (Clopper-Pearson).
In the cities they are conditional on the two dates; "man-made" was fitted on these and three more cities, on labels of
construction: it was not made for ships.
"""

import math
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

from common import real_scenes
from forest import before_the_claim, quiet_forest

import osint_imagery as oi
from osint_imagery.core.claim import DetectionLevel, Target
from osint_imagery.core.errors import BandError
from osint_imagery.observe.design import Design
from osint_imagery.observe.ground import Ground
from osint_imagery.observe.power import Power
from osint_imagery.scenes.reading import native_grid
from osint_imagery.scenes.streaming import shared_bands
from osint_imagery.workflow.planning import choose_quiet

SIDE = 512
CORNER = {"beirut": (0.0, 0.5), "cupertino": (0.5, 0.5)}  # where in the scene; Beirut's piece has a shore
SIZES_M = (6.0, 10.0, 16.0, 25.0, 40.0, 63.0, 100.0, 160.0)
PLACES, PLACES_A_SIZE = 40, 20
MOST_QUIET = 30
SEASON_DAYS = 45
DN = 10_000
GROUND = {"cargo ship": Ground.WATER}
STACK = {"blue": 0.04, "green": 0.04, "red": 0.07, "nir": 0.07, "swir16": 0.07}
CAR = {"blue": 0.15, "green": 0.15, "red": 0.15, "nir": 0.15, "swir16": 0.10}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Site:
    """A pair under test with its quiet pairs, and how a contrast in reflectance reads in its pixels."""

    name: str
    pair: oi.Pair
    quiet: tuple[oi.Pair, ...] = ()
    method: str | None = None
    scale: float = 1.0


def targets() -> Iterator[Target]:
    """Yield the six classes."""
    port = {item.id: item.target for item in oi.read_claim(oi.bundled("port/claim.yaml")).predictions}
    for length, width in ((100, 60), (30, 15)):
        yield Target(what=f"shed {length} x {width}", length_m=length, width_m=width, contrast=port["shed"].contrast)
    yield port["ship"]
    yield Target(what="container stack", length_m=90, width_m=12, contrast=STACK)
    yield port["launcher"]
    yield Target(what="vehicle", length_m=4.5, width_m=1.8, contrast=CAR)


def city(name: str) -> Site:
    """Read, cut and align one city."""
    catalog = oi.open_catalog(real_scenes() / "scenes" / "catalog.json")
    both = sorted((s for s in catalog.scenes() if s.id.startswith(f"oscd-{name}")), key=lambda s: s.acquired.start)
    whole = native_grid(both[0], "red")
    rows, columns = (min(SIDE, n) for n in whole.shape)
    down, across = CORNER[name]
    top, left = int((whole.shape[0] - rows) * down), int((whole.shape[1] - columns) * across)
    t = whole.transform
    cut = type(t)(t.a, t.b, t.c + left * t.a, t.d, t.e, t.f + top * t.e)
    grid = oi.Grid(crs=whole.crs, transform=cut, shape=(rows, columns))
    before, after = (oi.read(scene, grid, shared_bands(both)) for scene in both)
    return Site(name=name, pair=oi.align(before, after), method="man-made")


def romania() -> Site:
    """Return the last quiet pair that aligns and, to judge it, quiet pairs that share no date with it."""
    forest = quiet_forest(before_the_claim())
    pairs = forest.pairs(SEASON_DAYS)
    tested = max(pairs, key=lambda both: (both[1].acquired.start, both[0].acquired.start))
    null = [pairs[both] for both in choose_quiet(forest.looks, tested, forest.span, most=10_000) if both in pairs]
    step = max(1, -(-len(null) // MOST_QUIET))
    return Site(name="romania", pair=pairs[tested], quiet=tuple(null[::step]), scale=DN)


def measured(site: Site, target: Target) -> Power:
    """Put one class into a site."""
    contrast = {band: value * site.scale for band, value in (target.contrast or {}).items()}
    size = math.sqrt(target.length_m * target.width_m)
    prediction = oi.Prediction.model_validate(
        {
            "id": "target",
            "text": f"{target.what} appears",
            "expected_under": "yes",
            "excluded_under": "no",
            "change": "appears",
            "target": target.model_copy(update={"contrast": contrast}),
            "when": {"start": "2016-01-01", "end": "2017-01-01"},
        }
    )
    plan = Design(
        scales=tuple(other / size for other in SIZES_M if not 0.9 < other / size < 1.1),
        places_a_scale=PLACES_A_SIZE,
        ground=GROUND.get(target.what, Ground.LAND if site.quiet else Ground.BARE),
        on_tested=not site.quiet,
    )
    return oi.power(prediction, site.pair, site.quiet, method=site.method, seed=4, places=PLACES, design=plan)


def row(site: Site, target: Target) -> str:
    """Return one line: the curve, or why there is none."""
    start = time.perf_counter()
    size = math.sqrt(target.length_m * target.width_m)
    head = f"{site.name:9s} {target.what:17s} {size:5.1f} m"
    try:
        found = measured(site, target)
    except BandError as err:
        return f"{head}  not measured: {err}"
    spent = f"{time.perf_counter() - start:.0f} s"
    if found.pod is None:
        return f"{head}  {found.reason}; {spent}"
    pod = f"POD {found.pod.value:.2f} [{found.pod.low:.2f}, {found.pod.high:.2f}]"
    return f"{head}  {pod}  {sizes(found)}  {never(site, target, found)}{spent}"


def sizes(found: Power) -> str:
    """Return a50, a90 and a90/95 with intervals, or why there is no curve."""
    if found.curve is None:
        return next((part for part in found.reason.split("; ") if part.startswith("no curve")), "no curve")
    told = []
    for name, probability in (("a50", 0.5), ("a90", 0.9)):
        size = found.curve.size_for(probability)
        told.append(f"{name} {size.value:.0f} [{size.low:.0f}, {size.high:.0f}]")
    beyond = " beyond the sizes tried" if found.curve.a90 > found.curve.sizes[1] else ""
    return f"{'  '.join(told)}  a90/95 {found.curve.a90_95:.0f} m{beyond} ({found.curve.trials} trials)"


def never(site: Site, target: Target, found: Power) -> str:
    """Return, where not one target of the claimed size was found, why none could be; else nothing."""
    if found.found or site.pair.grid is None:
        return ""
    pixel = math.sqrt(math.prod(site.pair.grid.pixel_size_m))
    allowed = oi.resolution(target, pixel)
    chance = allowed.probability(DetectionLevel.DETECTION)
    return f"never at this size: {allowed.cells:.1f} px of {pixel:.0f} m across, Johnson's P(detect) {chance:.2f}; "


def main() -> None:
    """Print one line a site and class."""
    names = sys.argv[1:] or [*CORNER, "romania"]
    classes = list(targets())
    for target in classes:
        print(f"{target.what}: {target.length_m:g} x {target.width_m:g} m, contrast {target.contrast}")
    for name in names:
        start = time.perf_counter()
        site = romania() if name == "romania" else city(name)
        rows, columns = site.pair.shape
        print(f"{name}: {rows} x {columns} px, {len(site.quiet)} quiet pairs, {time.perf_counter() - start:.0f} s")
        for target in classes:
            print(row(site, target), flush=True)


if __name__ == "__main__":
    main()
