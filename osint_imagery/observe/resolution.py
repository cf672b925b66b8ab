"""What a pixel size allows: detection, recognition, identification, and where a claim asks for too much."""

import math
from dataclasses import dataclass
from numbers import Real

from scipy.optimize import brentq

from osint_imagery.core.arguments import require
from osint_imagery.core.claim import DetectionLevel, Target
from osint_imagery.core.errors import InputError, LevelError
from osint_imagery.core.naming import with_article
from osint_imagery.core.showing import plain_html
from osint_imagery.core.texts import PLANS

__all__ = ["AllowedLevel", "Resolution", "johnson", "pixel_for", "resolution"]

# Line pairs (1 line pair = 2 pixels) across the critical dimension for P = 50 % (Johnson 1958).
_N50 = (
    (DetectionLevel.DETECTION, 1.0),
    (DetectionLevel.RECOGNITION, 4.0),
    (DetectionLevel.IDENTIFICATION, 6.4),
)
_ENOUGH = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """What can be told about a target at a pixel size.

    Parameters
    ----------
    level : DetectionLevel or None
        Highest level with a probability of at least 0.5; None where not even detection is.
    gsd_m : float
        Pixel side, m.
    critical_m : float
        Critical dimension of the target, sqrt(length * width), m.
    cells : float
        Pixels across the critical dimension.
    probabilities : tuple of (DetectionLevel, float)
        Johnson's curve; a ceiling for recognition and identification.
    sufficient : bool
        Whether the target's mere presence can be expected to show (P(detect) >= 0.5).
    statement : str
        What this licenses one to say.
    """

    level: DetectionLevel | None
    gsd_m: float
    critical_m: float
    cells: float
    probabilities: tuple[tuple[DetectionLevel, float], ...]
    sufficient: bool
    statement: str

    def probability(self, level: DetectionLevel) -> float | None:
        """Probability at a level; None for technical analysis, for which the curve has no criterion."""
        return dict(self.probabilities).get(level)

    def allows(self, level: DetectionLevel) -> bool:
        """Whether so much may be told of the target: a probability of at least 0.5 for what `level` asks."""
        chance = self.probability(level)
        return chance is not None and chance >= _ENOUGH

    _repr_html_ = plain_html

    def __repr__(self) -> str:
        reach = self.level.value if self.level else "nothing"
        return f"Resolution({self.cells:.1f} pixels of {self.gsd_m:g} m across {self.critical_m:.1f} m: {reach})"


def johnson(cells: float, level: DetectionLevel) -> float:
    """Return Johnson's probability of performing a task with so many pixels across the critical dimension.

    Parameters
    ----------
    cells : float
        Pixels across the critical dimension, >= 0; two make one line pair.
    level : DetectionLevel
        Detection, recognition or identification.

    Returns
    -------
    float
        Probability, 0 to 1.

    Raises
    ------
    InputError
        If `cells` is negative or not a number, or the level is technical analysis.

    Notes
    -----
    P = x^E / (1 + x^E) with x = N / N50 line pairs and E = 2.7 + 0.7 x: the textbook form of the curve.
    It ignores contrast, shadow, netting and camouflage, and is contested in its own field [1]_. It is a
    **ceiling** for recognition and identification only: a change in a bright object can be found below one pixel.

    References
    ----------
    .. [1] Opt. Eng. 43(11), 2004. doi:10.1117/1.1799111

    Examples
    --------
    >>> round(johnson(0.64, DetectionLevel.DETECTION), 2), round(johnson(8, DetectionLevel.RECOGNITION), 2)
    (0.03, 0.5)
    """
    if not 0 <= cells < math.inf:
        msg = f"cells={cells!r} is not a number of pixels; give >= 0"
        raise InputError(msg)
    needed = dict(_N50).get(level)
    if needed is None:
        msg = f"level={level!s} has no criterion in Johnson's curve; use detection, recognition or identification"
        raise InputError(msg)
    x = cells / 2 / needed
    if x == 0:
        return 0.0
    # 1 / (1 + x^-E) does not overflow where x^E would.
    return 1 / (1 + math.exp(min(700.0, -(2.7 + 0.7 * x) * math.log(x))))


def resolution(target: Target, gsd_m: float) -> Resolution:
    """Return what a pixel size allows to be told about a target.

    Parameters
    ----------
    target : Target
        With length and width, m.
    gsd_m : float
        Pixel side, m, > 0.

    Returns
    -------
    Resolution

    Raises
    ------
    InputError
        If `gsd_m` is not positive.

    Notes
    -----
    See :func:`johnson`: an estimate from size alone. Whether a *change* of this size and contrast would have
    been found is measured by insertion (:func:`osint_imagery.observe.power.power`).

    Examples
    --------
    >>> launcher = Target(what="launcher vehicle", length_m=13.4, width_m=3.05)
    >>> resolution(launcher, 10).sufficient
    False
    >>> resolution(Target(what="cargo ship", length_m=120, width_m=16), 10)
    Resolution(4.4 pixels of 10 m across 43.8 m: detection)
    """
    require(Target, target=target)
    require(Real, gsd_m=gsd_m)
    if not 0 < gsd_m < math.inf:
        msg = f"gsd_m={gsd_m!r} is not a pixel size; give meters > 0"
        raise InputError(msg)
    critical = math.sqrt(target.length_m * target.width_m)
    cells = critical / gsd_m
    probabilities = tuple((level, johnson(cells, level)) for level, _ in _N50)
    reached = [level for level, chance in probabilities if chance >= _ENOUGH]
    return Resolution(
        level=reached[-1] if reached else None,
        gsd_m=float(gsd_m),
        critical_m=critical,
        cells=cells,
        probabilities=probabilities,
        sufficient=bool(reached),
        statement=_statement(target, float(gsd_m), cells, probabilities),
    )


def _statement(
    target: Target, gsd_m: float, cells: float, probabilities: tuple[tuple[DetectionLevel, float], ...]
) -> str:
    size = PLANS["pixels across"].format(
        what=with_article(target.what), length=target.length_m, width=target.width_m, cells=cells, gsd=gsd_m
    )
    chances = ", ".join(f"{level.value} {chance:.2f}" for level, chance in probabilities)
    reached = [level.value for level, chance in probabilities if chance >= _ENOUGH]
    beyond = [level.value for level, chance in probabilities if chance < _ENOUGH]
    if not reached:
        allows = PLANS["too small"]
    elif beyond:
        allows = PLANS["reached"].format(reached=reached[-1], beyond=" or ".join(beyond))
    else:
        allows = PLANS["all reached"]
    below = PLANS["below a pixel"] if cells < 1 else ""
    return PLANS["johnson"].format(size=size, allows=allows, chances=chances, below=below)


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowedLevel:
    """A level of telling that the pixel size allows for a target; one above the ceiling cannot be made.

    A function that says what a thing *is* takes one of these, so that saying more than the pixels allow is an error
    of type and not a matter of tact.

    Parameters
    ----------
    target : Target
        What is told.
    gsd_m : float
        Pixel side, m, > 0.
    level : DetectionLevel
        What is claimed to be told of it.

    Raises
    ------
    LevelError
        If recognition, identification or technical analysis is asked for and Johnson's ceiling for it is below 0.5.
        Detection is never refused: a target too small to show is an answer, not a mistake of the caller.

    Examples
    --------
    >>> ship = Target(what="cargo ship", length_m=120, width_m=16)
    >>> AllowedLevel(target=ship, gsd_m=3, level=DetectionLevel.RECOGNITION).level.value
    'recognition'
    """

    target: Target
    gsd_m: float
    level: DetectionLevel

    def __post_init__(self) -> None:
        allowed = resolution(self.target, self.gsd_m)
        if self.level is DetectionLevel.DETECTION or allowed.allows(self.level):
            return
        chance = allowed.probability(self.level)
        reach = allowed.level.value if allowed.level else "not even detection"
        why = "the curve has no criterion for it" if chance is None else f"at most {chance:.2f} probable"
        msg = (
            f"level={self.level.value!r} is above what {self.gsd_m:g} m pixels allow for {self.target.what} "
            f"({why}; {allowed.cells:.1f} pixels across, reachable: {reach}); "
            "ask for a lower level or use finer pixels"
        )
        raise LevelError(msg)


def pixel_for(target: Target, level: DetectionLevel, *, probability: float = 0.9) -> float:
    """Return the largest pixel side, m, at which Johnson's curve reaches a probability for a task.

    Parameters
    ----------
    target : Target
        With length and width, m.
    level : DetectionLevel
        Detection, recognition or identification.
    probability : float
        In (0, 1).

    Raises
    ------
    InputError
        If the probability is not in (0, 1), or the level is technical analysis.

    Examples
    --------
    >>> launcher = Target(what="launcher vehicle", length_m=13.4, width_m=3.05)
    >>> round(pixel_for(launcher, DetectionLevel.DETECTION), 2)
    1.83
    """
    if not 0 < probability < 1:
        msg = f"probability={probability!r} is not in (0, 1); 0.9 is usual"
        raise InputError(msg)
    cells = float(brentq(lambda count: johnson(count, level) - probability, 1e-3, 1e3))
    return math.sqrt(target.length_m * target.width_m) / cells
