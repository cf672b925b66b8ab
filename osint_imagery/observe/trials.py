"""Trials: targets put into quiet pairs, one after the other, and how many the method reports."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from osint_imagery.change.changemap import ChangeMap, Method
from osint_imagery.change.detectors import Detector, Scored
from osint_imagery.change.null import from_quiet, reportable
from osint_imagery.change.objects import find_objects
from osint_imagery.core.claim import Prediction
from osint_imagery.core.errors import UndeterminedError
from osint_imagery.core.pair import Pair
from osint_imagery.observe.insertion import insert, scatter, size_px

__all__ = ["RememberingDetector", "Trials", "can_report", "try_places"]

_PER_PAIR = 3  # targets at once: more would help each other through the false-discovery rate
_GUARD_PX = 3  # ground this close to an alarm of its own is not used
_LEAST_EXAMINED = 0.5  # share of the examined ground that a quiet pair must show to take targets


@dataclass(frozen=True, slots=True, kw_only=True)
class Trials:
    """Targets found of those tried, and what the reader should know."""

    found: int
    tried: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RememberingDetector:
    """A detector that scores each quiet pair once: every insertion is calibrated on the same ones."""

    detector: Detector
    quiet: tuple[Pair, ...]
    known: dict[int, Scored] = field(default_factory=dict)

    @property
    def method(self) -> Method:
        """The method it stands for."""
        return self.detector.method

    def score(self, pair: Pair) -> Scored:
        """Return the score of a pair, from memory for a quiet one."""
        place = next((index for index, item in enumerate(self.quiet) if item is pair), None)
        if place is None:
            return self.detector.score(pair)
        if place not in self.known:
            self.known[place] = self.detector.score(pair)
        return self.known[place]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Host:
    """A quiet pair that takes targets, and the ground where targets may stand."""

    pair: Pair
    ground: NDArray[np.bool_]


def can_report(changes: ChangeMap) -> bool:
    """Return whether the decision rule of a change map could report an object at all, however strong."""
    return bool(reportable(np.array([np.inf]), changes.null, changes.calibration.level)[0])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Bench:
    """The test bench: the rule under test, the method, the quiet pairs and the area."""

    rule: ChangeMap
    detector: Detector
    quiet: tuple[Pair, ...]
    inside: NDArray[np.bool_]

    def reported(self, pair: Pair) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return the pixels of objects that would be reported, and the examined pixels; no pixel if none can be.

        The pair is scored against the quiet pairs that share no date with it, as the pair under test is; its
        objects are judged by the null and the level of the pair under test.
        """
        scored = self.detector.score(pair)
        examined = pair.valid & np.isfinite(scored.strength) & self.inside
        null = from_quiet(scored, examined, self.quiet, detector=self.detector, pair=pair)
        if not null.pool:
            return np.zeros_like(examined), np.zeros_like(examined)
        objects = find_objects(null.score, examined)
        if not len(objects.strength):
            return np.zeros_like(examined), examined
        passed = reportable(objects.strength, self.rule.null, self.rule.calibration.level)
        return np.concatenate([[False], passed])[objects.labels], examined


def try_places(
    prediction: Prediction,
    rule: ChangeMap,
    quiet: Sequence[Pair],
    *,
    detector: Detector,
    rng: np.random.Generator,
    places: int,
) -> Trials:
    """Put targets into the quiet pairs in turn until enough were tried.

    Parameters
    ----------
    prediction : Prediction
        With a target whose contrast is stated.
    rule : ChangeMap
        The pair under test, whose null and level decide what is reported; also says where the area is.
    quiet : sequence of Pair
        Quiet pairs of the same place.
    detector : Detector
        The method.
    rng : numpy.random.Generator
        Source of all randomness.
    places : int
        Insertions wanted.

    Returns
    -------
    Trials
        ``tried`` is 0 where no quiet pair could take a target; ``notes`` say why.
    """
    inside = np.ones(rule.pair.shape, dtype=bool)
    if rule.aoi is not None and rule.pair.grid is not None:
        inside = rule.pair.grid.inside(rule.aoi)
    bench = _Bench(rule=rule, detector=detector, quiet=tuple(quiet), inside=inside)
    hosts, notes = _hosts(bench)
    found, tried, made = 0, 0, 1
    while tried < places and made:
        made = 0
        for host in hosts:
            hits, put = _insert_into(prediction, host, bench, rng=rng, most=places - tried)
            found, tried, made = found + hits, tried + put, made + put
    if hosts and not tried:
        notes = (*notes, "the target does not fit onto the examined ground")
    return Trials(found=found, tried=tried, notes=notes)


def _hosts(bench: _Bench) -> tuple[tuple[_Host, ...], tuple[str, ...]]:
    """Return the quiet pairs that can take targets, and how many cannot."""
    wanted = int(bench.rule.examined.sum())
    hosts = []
    for pair in bench.quiet:
        try:
            reported, examined = bench.reported(pair)
        except UndeterminedError:
            continue
        shown = int(examined.sum())
        if shown and shown >= _LEAST_EXAMINED * wanted:
            alarmed = ndimage.binary_dilation(reported, iterations=_GUARD_PX)
            hosts.append(_Host(pair=pair, ground=np.asarray(examined & ~alarmed)))
    left_out = len(bench.quiet) - len(hosts)
    why = "could not be scored against the others, or showed too little of the area, and took no target"
    return tuple(hosts), ((f"{left_out} of {len(bench.quiet)} quiet pairs {why}",) if left_out else ())


def _insert_into(
    prediction: Prediction, host: _Host, bench: _Bench, *, rng: np.random.Generator, most: int
) -> tuple[int, int]:
    """Insert targets into one quiet pair; return how many were found and how many were put there."""
    if most < 1 or host.pair.grid is None:
        return 0, 0
    target = prediction.target
    spots = scatter(size_px(target, host.pair.grid), host.ground, rng, most=min(most, _PER_PAIR))
    if not spots:
        return 0, 0
    try:
        reported, _ = bench.reported(insert(host.pair, spots, target, prediction.change))
    except UndeterminedError:
        return 0, len(spots)
    return sum(bool((reported & spot.footprint(reported.shape)).any()) for spot in spots), len(spots)
