"""What "nothing happened" looks like: from quiet date pairs, else from the ground around the area of interest."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, optimize

from osint_imagery.change.changemap import NullObjects
from osint_imagery.change.detectors import Detector, Scored
from osint_imagery.change.objects import standardize, strengths
from osint_imagery.core.errors import BandError, GridMismatchError, UndeterminedError
from osint_imagery.core.image import Image
from osint_imagery.core.pair import Pair

__all__ = [
    "Null",
    "false_discovery",
    "from_margin",
    "from_quiet",
    "probability_of_change",
    "rank_p",
    "reportable",
    "unit_alarms",
]

_SMOOTH_PX = 3.0  # the place's usual variance is smoothed this much (methods.md 6)
_SHRINK = 8  # quiet pairs' worth of weight on the scene's median variance (methods.md 6)
_LEAST_OTHERS = 3  # quiet pairs without a common date that a placebo needs to be scored against
_OBSERVED = 0.7  # share of its ground that a quiet pair or margin window must have observed to count
_GUARD_PX = 2  # ground this close to the area of interest belongs to neither


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Null:
    """Scores where nothing is claimed, in the same unit as those under test.

    ``score`` is the pair under test, standardized by what is usual here; ``pool`` holds pixel scores of the
    null, one array a unit (quiet pair or margin window); ``objects`` their objects; ``notes`` what went wrong.
    ``widespread`` says that the ground at large scores higher than on every quiet pair: haze, season or light.
    """

    score: NDArray[np.float32]
    pool: tuple[NDArray[np.float32], ...]
    objects: NullObjects
    used: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    widespread: bool = False


def from_quiet(
    scored: Scored, examined: NDArray[np.bool_], quiet: Sequence[Pair], *, detector: Detector, pair: Pair
) -> Null:
    """Build the null from quiet pairs of the same place.

    Each quiet pair is scored against the usual variance of those quiet pairs that share no date with it: the
    pair under test shares none with any, and a placebo must not have it easier.
    """
    kept, notes = _score_quiet(quiet, detector, pair)
    sums = [_Sum.of(one.strength) for _, one in kept]
    everything = _Sum.over(sums) if sums else None
    pool, objects, used, middles = [], [], [], []
    for place, (index, one) in enumerate(kept):
        related = [k for k, (j, _) in enumerate(kept) if _share_a_date(quiet[j], quiet[index])]
        others = len(kept) - len(related)
        if everything is None or others < _LEAST_OTHERS:
            notes.append(f"quiet[{index}] has only {others} quiet pairs without a common date and was left out")
            continue
        usual = everything.without([sums[k] for k in related]).usual()
        score = standardize(kept[place][1].strength / usual, one.degrees)
        seen = examined & np.isfinite(score)
        if seen.sum() < _OBSERVED * examined.sum():
            notes.append(f"quiet[{index}] observed only {seen.sum() / examined.sum():.0%} of the area and was left out")
            continue
        pool.append(score[seen])
        objects.append(strengths(score, seen))
        used.append(index)
        middles.append(float(np.nanmedian(score)))
    score = scored.strength if everything is None else standardize(scored.strength / everything.usual(), scored.degrees)
    return Null(
        score=score,
        pool=tuple(pool),
        objects=NullObjects(units=tuple(objects)),
        used=tuple(used),
        notes=tuple(notes),
        widespread=bool(middles) and float(np.nanmedian(score)) > max(middles),
    )


def _score_quiet(quiet: Sequence[Pair], detector: Detector, pair: Pair) -> tuple[list[tuple[int, Scored]], list[str]]:
    """Return the scores of the quiet pairs that can be used, with their place in `quiet`, and why others cannot."""
    kept: list[tuple[int, Scored]] = []
    notes: list[str] = []
    for index, item in enumerate(quiet):
        if item.shape != pair.shape or item.grid != pair.grid:
            msg = f"quiet[{index}] is on {item.grid} {item.shape}, the pair on {pair.grid} {pair.shape}; use one grid"
            raise GridMismatchError(msg)
        if item.bands != pair.bands:
            msg = f"quiet[{index}] has bands {item.bands}, the pair {pair.bands}; a null needs the same bands"
            raise BandError(msg)
        if _share_a_date(item, pair):
            notes.append(f"quiet[{index}] shares a date with the pair under test and was left out")
            continue
        try:
            kept.append((index, detector.score(item)))
        except UndeterminedError as err:
            notes.append(f"quiet[{index}] could not be scored ({err}) and was left out")
    return kept, notes


def _share_a_date(one: Pair, other: Pair) -> bool:
    return any(_same_look(a, b) for a in (one.before, one.after) for b in (other.before, other.after))


def _same_look(one: Image, other: Image) -> bool:
    """Whether two images may be one acquisition: by scene, by time (a day holds its instants), by first bytes."""
    if one is other or (one.scene_id is not None and one.scene_id == other.scene_id):
        return True
    if one.acquired is not None and other.acquired is not None:
        return one.acquired.overlaps(other.acquired)
    return bool(_origin(one) & _origin(other))


def _origin(image: Image) -> set[str]:
    """Return the digests that the image's first step took in or gave out; moving an image keeps them."""
    return {digest for step in image.lineage.steps[:1] for digest in (*step.inputs, *step.outputs)}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Sum:
    """Summed strengths of some quiet pairs, and of how many at each pixel; taking pairs out again is cheap."""

    total: NDArray[np.float64]
    count: NDArray[np.int16]

    @classmethod
    def of(cls, strength: NDArray[np.float32]) -> "_Sum":
        seen = np.isfinite(strength)
        return cls(total=np.where(seen, strength, 0).astype(np.float64), count=seen.astype(np.int16))

    @classmethod
    def over(cls, parts: Sequence["_Sum"]) -> "_Sum":
        return cls(
            total=np.sum([part.total for part in parts], axis=0),
            count=np.sum([part.count for part in parts], axis=0, dtype=np.int16),
        )

    def without(self, parts: Sequence["_Sum"]) -> "_Sum":
        taken = _Sum.over(parts)
        return _Sum(total=np.maximum(self.total - taken.total, 0), count=self.count - taken.count)

    def usual(self) -> NDArray[np.float32]:
        """Return the usual mean square per pixel: the local mean, smoothed, shrunk to the median of the scene."""
        known = self.count > 0
        mean = (self.total / np.maximum(self.count, 1)).astype(np.float32)
        support = ndimage.gaussian_filter(known.astype(np.float32), _SMOOTH_PX)
        local = ndimage.gaussian_filter(mean, _SMOOTH_PX) / np.maximum(support, 1e-3)
        middle = float(np.median(local[known])) if known.any() else 1.0
        usual: NDArray[np.float32] = (self.count * local + _SHRINK * middle) / np.float32(self.count + _SHRINK)
        return usual.astype(np.float32)


def from_margin(scored: Scored, examined: NDArray[np.bool_], inside: NDArray[np.bool_]) -> Null:
    """Build the null from windows of the size of the area of interest, all around it, between the same dates."""
    observed = np.isfinite(scored.strength)
    outside = observed & ~ndimage.binary_dilation(inside, iterations=_GUARD_PX)
    if not outside.any():
        return Null(score=scored.strength, pool=(), objects=NullObjects())
    usual = float(np.median(scored.strength[outside]))
    # The median of a chi-square over its degrees of freedom, by the same cube root that standardizes it.
    score = standardize(scored.strength / usual * (1 - 2 / (9 * scored.degrees)) ** 3, scored.degrees)
    windows = _windows(inside, outside)
    pool = tuple(score[w][outside[w]] for w in windows)
    objects = tuple(strengths(score[w], outside[w]) for w in windows)
    ground = float(np.mean([outside[w].sum() for w in windows])) if windows else 1.0
    scale = float(examined.sum()) / ground if windows else 1.0
    return Null(score=score, pool=pool, objects=NullObjects(units=objects, scale=scale))


def _windows(inside: NDArray[np.bool_], outside: NDArray[np.bool_]) -> list[tuple[slice, slice]]:
    """Return disjoint windows as large as the area's bounding box that are mostly observed ground outside it."""
    if not inside.any():
        return []
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    height, width = int(rows[-1] - rows[0] + 1), int(columns[-1] - columns[0] + 1)
    found = []
    for r in range(int(rows[0]) % height, inside.shape[0] - height + 1, height):
        for c in range(int(columns[0]) % width, inside.shape[1] - width + 1, width):
            window = (slice(r, r + height), slice(c, c + width))
            if outside[window].mean() >= _OBSERVED:
                found.append(window)
    return found


def rank_p(strongest: float, objects: NullObjects) -> float:
    """Return the family-wise p-value (1 + units with an object at least as strong) / (units + 1)."""
    tops = [unit[0] if unit else 0.0 for unit in objects.units]
    return (1 + sum(top >= strongest for top in tops)) / (len(tops) + 1)


def unit_alarms(objects: NullObjects, level: float) -> int:
    """Return how many null units would raise an alarm when tested against the other units.

    A unit alarms at `level`, or where so few units cannot reach that level, by being the strongest of all.
    """
    units = objects.units
    level = max(level, 1 / len(units)) if units else level
    return sum(
        bool(unit) and rank_p(unit[0], NullObjects(units=units[:k] + units[k + 1 :])) <= level
        for k, unit in enumerate(units)
    )


def false_discovery(strength: NDArray[np.float64], objects: NullObjects) -> NDArray[np.float64]:
    """Return each object's q-value: the smallest false-discovery rate at which it would be reported.

    ``FDR(c) = (1 + scale * null objects >= c) / units / observed objects >= c``, and never below the rank test's
    p-value of the strongest object; see methods in the docs.
    """
    if not len(strength) or not objects.units:
        return np.full(len(strength), np.nan)
    null = np.sort(np.concatenate([np.asarray(unit, dtype=float) for unit in objects.units]))
    order = np.argsort(strength)[::-1]
    cut = strength[order]
    beyond = objects.scale * (len(null) - np.searchsorted(null, cut, side="left"))
    rate = (1 + beyond) / len(objects.units) / np.arange(1, len(cut) + 1)
    q = np.empty(len(cut))
    q[order] = np.minimum(np.minimum.accumulate(rate[::-1])[::-1], 1)
    # The objects of one pair share its dates: if this is an unusual pair, all of them are false together.
    return np.maximum(q, rank_p(float(strength.max()), objects))


def reportable(strength: NDArray[np.float64], objects: NullObjects, level: float) -> NDArray[np.bool_]:
    """Return which objects are reported at `level`: the strongest passes the rank test, and the object its rate."""
    if not len(strength) or not objects.units or rank_p(float(strength.max()), objects) > level:
        return np.zeros(len(strength), dtype=bool)
    return np.asarray(false_discovery(strength, objects) <= level)


def probability_of_change(
    score: NDArray[np.float32], tested: NDArray[np.float32], pool: Sequence[NDArray[np.float32]]
) -> NDArray[np.float32]:
    """Return P(changed more than usual) for each score: one minus the local false-discovery rate.

    The share g of tested among tested and null pixels is fitted by isotonic regression (never falling with the
    score); with equal weight of both groups the local false-discovery rate is (1 - g) / g.
    """
    null = np.concatenate(pool)
    edges = np.unique(np.quantile(np.concatenate([tested, null]), np.linspace(0, 1, 512)))
    ones = np.histogram(tested, edges)[0] / len(tested)
    zeros = np.histogram(null, edges)[0] / len(null)
    weight = ones + zeros
    kept = weight > 0
    fitted = optimize.isotonic_regression(ones[kept] / weight[kept], weights=weight[kept]).x
    share = np.clip(fitted, 1e-9, 1)
    chance = np.clip((2 * share - 1) / share, 0, 1)
    middle = ((edges[:-1] + edges[1:]) / 2)[kept]
    result: NDArray[np.float32] = np.interp(score, middle, chance).astype(np.float32)
    return result
