"""What a detector says about every pixel of a pair, and what its numbers were calibrated on."""

from dataclasses import dataclass, field
from enum import StrEnum
from html import escape

import numpy as np
from numpy.typing import NDArray

from osint_imagery.change.objects import Objects, find_objects
from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.errors import GridMismatchError
from osint_imagery.core.image import freeze
from osint_imagery.core.lineage import Lineage
from osint_imagery.core.pair import Pair
from osint_imagery.core.timespan import TimeSpan

__all__ = ["Calibration", "CalibrationKind", "ChangeMap", "Method", "NullObjects"]


class CalibrationKind(StrEnum):
    """What a decision or a probability was calibrated on."""

    PLACEBO = "placebo"  # quiet date pairs at the same place
    MARGIN = "margin"  # the ground around the area of interest, between the same two dates
    LABELS = "labels"  # constants fitted on named labelled scenes elsewhere
    LFDR = "lfdr"  # the unchanged majority of this very scene: says "something changed", no more
    NONE = "none"  # nothing did: no probability is given


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """The detector: name, version, everything that could change its result, and whom to cite."""

    name: str
    version: str
    parameters: tuple[tuple[str, str], ...]
    citation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What the probabilities and false-discovery rates were calibrated on.

    Parameters
    ----------
    kind : CalibrationKind
        What stood in for "nothing happened" when the decision was made: quiet pairs, the margin, or none of these:
        then ``LABELS`` or ``LFDR`` say that the detector's own cut decided, and the verdict stays undetermined.
    reason : str
        In words: what it rests on, or why there is none.
    count : int
        Quiet pairs, or windows of the margin.
    quiet_dates : tuple of (TimeSpan, TimeSpan)
        The quiet pairs' dates; empty for a margin.
    alarms : int
        Of `count`: how many raised an alarm at `level` when each was tested against the others.
    rank_p : float or None
        Family-wise p-value: share of quiet pairs (or windows), counting the pair under test itself,
        whose strongest object is at least as strong. Exact if the dates are exchangeable.
    level : float
        The level q at which the verdict was decided.
    trouble : str
        Why nothing can be decided although a null model exists; empty where something can.
    of : str
        The event that the probability is of; empty where it is withheld. One event is never printed as another.
    probability_kind : CalibrationKind
        What the probability was calibrated on; ``NONE`` where it is withheld.
    """

    kind: CalibrationKind
    reason: str
    count: int
    quiet_dates: tuple[tuple[TimeSpan, TimeSpan], ...] = ()
    alarms: int = 0
    rank_p: float | None = None
    level: float = 0.1
    trouble: str = ""
    of: str = ""
    probability_kind: CalibrationKind = CalibrationKind.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class NullObjects:
    """Strengths of the objects that the same detector finds where nothing is claimed.

    ``units`` holds one tuple of strengths a quiet pair (or margin window), strongest first;
    ``scale`` multiplies their counts when their ground is larger or smaller than the examined ground.
    """

    units: tuple[tuple[float, ...], ...] = ()
    scale: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ChangeMap:
    """A detector's answer, pixel by pixel; all arrays are (y, x).

    Parameters
    ----------
    pair : Pair
        What was compared.
    method : Method
        How.
    score : ndarray of float32
        Strength of change against this place's own noise, in standard deviations; NaN where not observed.
    sign : ndarray of int8
        +1 brighter, -1 darker, 0 where bands disagree or nothing was observed.
    p_value : ndarray of float32
        Instrument p-value: "changed at all beyond noise". With a noise floor it is too large on quiet ground; on
        land that differs by season it is still small nearly everywhere.
    probability : ndarray of float32
        Probability of the event that ``calibration.of`` names; NaN where withheld.
    changed : ndarray of bool
        The detector's own decision, per pixel.
    observed : ndarray of bool
        True where both dates were usable.
    examined : ndarray of bool
        True where observed and inside the area of interest.
    aoi : AreaOfInterest or None
        What was examined; None for the whole image.
    calibration : Calibration
        What the probability and the decision rest on.
    objects : Objects, optional
        The connected objects among which the decision chose; default: those above the detection threshold.
    null : NullObjects
        The strengths of the null model's objects.
    lineage : Lineage
        Steps so far.
    """

    pair: Pair
    method: Method
    score: NDArray[np.float32]
    sign: NDArray[np.int8]
    p_value: NDArray[np.float32]
    probability: NDArray[np.float32]
    changed: NDArray[np.bool_]
    observed: NDArray[np.bool_]
    examined: NDArray[np.bool_]
    aoi: AreaOfInterest | None
    calibration: Calibration
    objects: Objects = None  # type: ignore[assignment]  # filled below
    null: NullObjects = NullObjects()
    lineage: Lineage = field(default_factory=Lineage)

    def __post_init__(self) -> None:
        for name in ("score", "sign", "p_value", "probability", "changed", "observed", "examined"):
            plane = getattr(self, name)
            if plane.shape != self.pair.shape:
                msg = f"{name} has shape {plane.shape}, the pair {self.pair.shape}; they must agree"
                raise GridMismatchError(msg)
            object.__setattr__(self, name, freeze(plane))
        if self.objects is None:
            object.__setattr__(self, "objects", find_objects(self.score, self.examined))

    def _repr_html_(self) -> str:
        return f"<code>{escape(repr(self))}</code>"

    def __repr__(self) -> str:
        share = self.changed[self.examined].mean() if self.examined.any() else 0.0
        kind = f"calibration: {self.calibration.kind} ({self.calibration.count})"
        return f"ChangeMap({self.method.name}; {share:.2%} of the examined ground changed; {kind})"
