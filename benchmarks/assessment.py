"""Turing's rule for several items together: simulated worlds in which nothing happened and items hang together.

Run: python benchmarks/assessment.py
A world has two scenes. Three predictions are looked for in the first, two in the second; nothing came. Haze over a
scene makes nearly all of its items alarm at once, whether anything came or not. Quiet pairs and insertions would count
it on average, so that the ratio of each item for itself is right. In the second set of worlds false alarms of one scene
exclude each other; in the third one haze lies over both scenes; the fourth is the first with rates that every world
counts for itself, on 30 quiet pairs and 40 insertions (`likelihood_ratio`). Every pattern of alarms is weighed by the
code that assesses claims (`weigh`), and the share of worlds whose ratio exceeds k is compared with 1/k. Two wrong ways
stand beside: the product of all items, and the largest of each scene picked afterwards, multiplied over the scenes.
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from osint_imagery.core.estimate import Estimate, proportion
from osint_imagery.evidence.assessed_parts import HypothesisField, ImageryItem, Link, Pairing
from osint_imagery.evidence.assessment import likelihood_ratio
from osint_imagery.evidence.fields import EstimateField
from osint_imagery.evidence.weighing import weigh

SCENES = (3, 2)  # items of each
HAZE, CLEAR_ALARM, HAZY_ALARM, CLEAR_POD, HAZY_POD = 0.1, 0.02, 0.9, 0.98, 0.9
FAR = HAZE * HAZY_ALARM + (1 - HAZE) * CLEAR_ALARM
POD = HAZE * HAZY_POD + (1 - HAZE) * CLEAR_POD
LIMITS = (2.0, 3.0, 5.0, 10.0, 30.0, 100.0, 1000.0)
WORLDS, COUNTED_WORLDS = 1_000_000, 4000
QUIET, INSERTED = 30, 40
CAME = HypothesisField(id="came", text="All of it came.", rival=False)
NOT = HypothesisField(id="not", text="None of it came.", rival=True)
SURE = Estimate(value=1, low=1, high=1, level=1, unit="probability", method="both looks exist")
NAMES = tuple(f"{scene}{number}" for scene, count in zip("ab", SCENES, strict=True) for number in range(count))
LINKS = tuple(
    Link(first=one, second=other, shared=(f"scene {one[0]}",))
    for one, other in combinations(NAMES, 2)
    if one[0] == other[0]
)

Alarms = NDArray[np.bool_]
Ways = dict[str, float]


def item(name: str, ratio: Estimate, *, seen: bool) -> ImageryItem:
    """Return what was observed of one prediction."""
    return ImageryItem(
        id=name,
        prediction=name,
        text=name,
        record=None,
        state="seen" if seen else "looked and not seen",
        scenes=(name[0],),
        observed="LR+" if seen else "LR-",
        worth=EstimateField.of(ratio),
        cap=None,
        floor=None,
        reason="simulated",
        expected_under=("came",),
        excluded_under=("not",),
    )


def exact(*, seen: bool) -> Estimate:
    """Return the right ratio of one item by itself."""
    value = POD / FAR if seen else (1 - POD) / (1 - FAR)
    return Estimate(value=value, low=value, high=value, level=1, unit="ratio", method="known rates")


def ways(ratios: Sequence[Estimate], pairing: Pairing) -> Ways:
    """Return every way to put the items of a world together, as one number each: what it would claim for "came"."""
    values = [one.value for one in ratios]
    scenes = [[v for v, name in zip(values, NAMES, strict=True) if name[0] == scene] for scene in "ab"]
    if pairing.any_dependence is None or pairing.independent is None:
        msg = "every item here has a ratio"
        raise ValueError(msg)
    return {
        "any dependence (words rest on it)": float(pairing.any_dependence.low),
        "any dependence, upper end": float(pairing.any_dependence.high),
        "groups independent": float(pairing.independent.high),
        "all multiplied": math.prod(values),
        "largest of each scene": math.prod(max(scene) for scene in scenes),
    }


def by_pattern() -> dict[tuple[bool, ...], Ways]:
    """Weigh every pattern of alarms once."""
    found = {}
    for pattern in product((False, True), repeat=len(NAMES)):
        ratios = [exact(seen=seen) for seen in pattern]
        items = [item(name, ratio, seen=seen) for name, ratio, seen in zip(NAMES, ratios, pattern, strict=True)]
        found[pattern] = ways(ratios, weigh(CAME, NOT, items, LINKS))
    return found


def hazy(rng: np.random.Generator, worlds: int, *, one_sky: bool = False) -> Alarms:
    """Return false alarms under haze of each scene, or of both at once."""
    sky = rng.random((worlds, 2)) < HAZE
    if one_sky:
        sky[:, 1] = sky[:, 0]
    over = np.repeat(sky, SCENES, axis=1)
    return rng.random((worlds, len(NAMES))) < np.where(over, HAZY_ALARM, CLEAR_ALARM)


def exclusive(rng: np.random.Generator, worlds: int) -> Alarms:
    """Return false alarms of which each scene has at most one, each item with the same rate as in the other worlds."""
    alarms = np.zeros((worlds, len(NAMES)), dtype=bool)
    first = 0
    for count in SCENES:
        which = np.floor(rng.random(worlds) / FAR).astype(int)  # item number, or beyond the last: no alarm
        for number in range(count):
            alarms[:, first + number] = which == number
        first += count
    return alarms


def counted(rng: np.random.Generator, worlds: int) -> list[Ways]:
    """Return the ways of worlds that count their own rates."""
    found = []
    for alarms in hazy(rng, worlds):
        ratios, items = [], []
        for name, seen in zip(NAMES, alarms, strict=True):
            pod = proportion(int(rng.binomial(INSERTED, POD)), INSERTED)
            quiet = proportion(int(rng.binomial(QUIET, FAR)), QUIET)
            made = likelihood_ratio(SURE, pod, quiet, QUIET)
            ratio = made.plus if seen else made.minus
            if ratio is None:
                msg = "rates were counted, so there is a ratio"
                raise ValueError(msg)
            ratios.append(ratio)
            items.append(item(name, ratio, seen=bool(seen)))
        found.append(ways(ratios, weigh(CAME, NOT, items, LINKS)))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Shares of worlds by way and limit."""

    title: str
    worlds: int
    shares: dict[str, tuple[float, ...]]

    def __str__(self) -> str:
        head = f"{'ratio above':<36}" + "".join(f"{limit:>10g}" for limit in LIMITS)
        allowed = f"{'allowed':<36}" + "".join(f"{1 / limit:>10.4f}" for limit in LIMITS)
        rows = [
            f"{way:<36}"
            + "".join(
                f"{share:>9.4f}{'!' if self.broken(share, limit) else ' '}"
                for share, limit in zip(shares, LIMITS, strict=True)
            )
            for way, shares in self.shares.items()
        ]
        return "\n".join([f"{self.title} ({self.worlds} worlds; ! = rule broken)", head, allowed, *rows, ""])

    def broken(self, share: float, limit: float) -> bool:
        """Whether a share exceeds what the rule allows by more than three standard errors."""
        return share > 1 / limit + 3 * math.sqrt((1 / limit) * (1 - 1 / limit) / self.worlds)


def patterned(title: str, alarms: Alarms, known: dict[tuple[bool, ...], Ways]) -> Table:
    """Count worlds by their patterns."""
    patterns, counts = np.unique(alarms, axis=0, return_counts=True)
    rows = [
        (known[tuple(bool(x) for x in pattern)], int(count)) for pattern, count in zip(patterns, counts, strict=True)
    ]
    return table(title, rows)


def table(title: str, rows: Sequence[tuple[Ways, int]]) -> Table:
    """Return the shares of worlds above each limit."""
    worlds = sum(count for _, count in rows)
    shares = {
        way: tuple(sum(count for found, count in rows if found[way] > limit) / worlds for limit in LIMITS)
        for way in rows[0][0]
    }
    return Table(title=title, worlds=worlds, shares=shares)


def main() -> None:
    """Simulate, weigh, and print the tables."""
    start = time.perf_counter()
    rng = np.random.default_rng(20260901)
    known = by_pattern()
    print(f"one item: false alarms {FAR:.3f}, POD {POD:.3f}, LR+ {POD / FAR:.2f}, LR- {(1 - POD) / (1 - FAR):.3f}\n")
    worlds: tuple[tuple[str, Callable[[], Alarms]], ...] = (
        ("haze over each scene", lambda: hazy(rng, WORLDS)),
        ("alarms of a scene exclude each other", lambda: exclusive(rng, WORLDS)),
        ("one haze over both scenes: groups are not independent", lambda: hazy(rng, WORLDS, one_sky=True)),
    )
    for title, made in worlds:
        print(patterned(title, made(), known))
    own = table("haze over each scene, rates counted by each world", [(one, 1) for one in counted(rng, COUNTED_WORLDS)])
    print(own)
    print(f"{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
