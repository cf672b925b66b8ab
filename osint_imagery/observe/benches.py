"""Test benches: into which pair a target is put, and by which rule it counts as found."""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from osint_imagery.change.changemap import CalibrationKind, ChangeMap, Method
from osint_imagery.change.detecting import detect
from osint_imagery.change.detectors import Detector, Scored
from osint_imagery.change.null import from_quiet, reportable
from osint_imagery.change.objects import find_objects
from osint_imagery.change.screening import Screening
from osint_imagery.core.errors import UndeterminedError
from osint_imagery.core.pair import Pair
from osint_imagery.observe.ground import Ground, ground_of

__all__ = ["Bench", "Host", "QuietBench", "RememberingDetector", "TestedBench", "can_report", "hosts_of"]

_GUARD_PX = 3  # ground this close to an alarm of its own is not used
_LEAST_EXAMINED = 0.5  # share of the examined ground that a quiet pair must show to take targets
_LEAST_OTHERS = 3  # quiet pairs without a common date that a host is scored against, as change.null asks of a placebo
_FEW, _MANY = 3, 60  # targets at once: where a rate decides, more would help each other through it


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RememberingDetector(Screening):
    """A detector that scores each quiet pair once: every insertion is calibrated on the same ones."""

    quiet: tuple[Pair, ...]
    known: dict[int, Scored] = field(default_factory=dict)

    def score(self, pair: Pair) -> Scored:
        """Return the score of a pair, from memory for a quiet one."""
        place = next((index for index, item in enumerate(self.quiet) if item is pair), None)
        if place is None:
            return Screening.score(self, pair)  # a class with slots has no bare super()
        if place not in self.known:
            self.known[place] = Screening.score(self, pair)
        return self.known[place]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Host:
    """A pair that takes targets, and the ground where targets may stand."""

    pair: Pair
    ground: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _CountingDetector:
    """A detector that keeps how many pairs it could score."""

    detector: Detector
    scored: list[Pair] = field(default_factory=list)

    @property
    def method(self) -> Method:
        """The method it stands for."""
        return self.detector.method

    def score(self, pair: Pair) -> Scored:
        """Return the score of a pair, and count it."""
        result = self.detector.score(pair)
        self.scored.append(pair)
        return result


class Bench(Protocol):
    """Pairs that take targets, and the rule under test."""

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """Pairs that may take targets."""
        ...

    @property
    def at_once(self) -> int:
        """Targets that may be put into one pair together."""
        ...

    @property
    def wanted(self) -> int:
        """Pixels that the pair under test examines."""
        ...

    def reported(self, pair: Pair) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return the pixels of objects that would be reported, and the examined pixels."""
        ...


def can_report(changes: ChangeMap) -> bool:
    """Return whether the decision rule of a change map could report an object at all, however strong."""
    return bool(reportable(np.array([np.inf]), changes.null, changes.calibration.level)[0])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class QuietBench:
    """Quiet pairs, judged by the null and the level of the pair under test (`rule`)."""

    rule: ChangeMap
    detector: Detector
    pairs: tuple[Pair, ...]
    at_once: int = _FEW

    @property
    def wanted(self) -> int:
        """Pixels that the pair under test examines."""
        return int(self.rule.examined.sum())

    def reported(self, pair: Pair) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return the pixels of objects that would be reported, and the examined pixels; no pixel if none can be.

        The pair is scored against the quiet pairs that share no date with it, as the pair under test is, of which
        there must be as many as a placebo needs; its objects are judged by the null and the level of the pair under
        test. A null of its own is not needed: where quiet pairs share their dates there often is none.
        """
        scored = self.detector.score(pair)
        examined = pair.valid & np.isfinite(scored.strength) & _inside(self.rule)
        others = _CountingDetector(detector=self.detector)
        null = from_quiet(scored, examined, self.pairs, detector=others, pair=pair)
        if len(others.scored) < _LEAST_OTHERS:
            return np.zeros_like(examined), np.zeros_like(examined)
        objects = find_objects(null.score, examined)
        if not len(objects.strength):
            return np.zeros_like(examined), examined
        passed = reportable(objects.strength, self.rule.null, self.rule.calibration.level)
        return np.concatenate([[False], passed])[objects.labels], examined


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TestedBench:
    """The pair under test itself, judged as it was judged: by the margin, else by the detector's own cut."""

    __test__ = False  # no test case, whatever its name
    rule: ChangeMap
    detector: Detector

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """The pair under test."""
        return (self.rule.pair,)

    @property
    def at_once(self) -> int:
        """Targets that may be put into the pair together."""
        return _FEW if self.rule.calibration.kind is CalibrationKind.MARGIN else _MANY

    @property
    def wanted(self) -> int:
        """Pixels that the pair under test examines."""
        return int(self.rule.examined.sum())

    def reported(self, pair: Pair) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return the pixels of objects that would be reported, and the examined pixels."""
        changes = detect(pair, self.detector, aoi=self.rule.aoi, level=self.rule.calibration.level)
        return np.asarray(changes.changed & changes.examined), np.asarray(changes.examined)


def _inside(rule: ChangeMap) -> NDArray[np.bool_]:
    if rule.aoi is None or rule.pair.grid is None:
        return np.ones(rule.pair.shape, dtype=bool)
    return rule.pair.grid.inside(rule.aoi)


def hosts_of(bench: Bench, ground: Ground) -> tuple[tuple[Host, ...], tuple[str, ...]]:
    """Return the pairs that can take targets and where, and how many cannot.

    Raises
    ------
    BandError
        If the bands cannot tell the kind of ground asked for.
    """
    hosts = []
    for pair in bench.pairs:
        try:
            reported, examined = bench.reported(pair)
        except UndeterminedError:
            continue
        shown = int(examined.sum())
        if shown and shown >= _LEAST_EXAMINED * bench.wanted:
            alarmed = ndimage.binary_dilation(reported, iterations=_GUARD_PX)
            hosts.append(Host(pair=pair, ground=np.asarray(examined & ~alarmed & ground_of(pair, ground))))
    left_out = len(bench.pairs) - len(hosts)
    why = "could not be scored against the others, or showed too little of the area, and took no target"
    told = (f"{left_out} of {len(bench.pairs)} pairs {why}",) if left_out else ()
    return tuple(hosts), told
