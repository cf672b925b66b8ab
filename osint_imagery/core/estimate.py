"""A number that says how well it is known."""

import math
from dataclasses import dataclass, field
from html import escape
from numbers import Integral, Real

from scipy.special import betaincinv

from osint_imagery.core.arguments import require
from osint_imagery.core.errors import InputError

__all__ = ["Estimate", "area_words", "interval_words", "most_share", "proportion", "ratio_words"]

_HECTARE, _SQUARE_KILOMETER = 1e4, 1e6  # m2


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A value with an interval, its coverage, its unit and how it was got.

    Parameters
    ----------
    value : float
        Best value, in `unit`; NaN where only an interval can be given.
    low, high : float
        Interval limits, in `unit`; may be infinite, never NaN.
    level : float
        Coverage of the interval, in (0, 1]; 1 means a bound that holds for certain.
    unit : str
        ``"px"``, ``"m"``, ``"m2"``, ``"probability"``, ``"ratio"`` ...
    method : str
        How value and interval were computed, in words a reader can follow.
    counts : (int, int), optional
        (hits, trials) behind a counted share, from :func:`proportion`; None where nothing was counted.

    Raises
    ------
    InputError
        If the interval is reversed, does not hold the value, the level is not in (0, 1], or the counts are impossible.

    Examples
    --------
    >>> print(Estimate(value=0.12, low=0.08, high=0.2, level=0.95, unit="px", method="spread of 9 tiles"))
    0.12 px (95% interval 0.08 to 0.2)
    """

    value: float
    low: float
    high: float
    level: float
    unit: str
    method: str
    counts: tuple[int, int] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        require(Real, value=self.value, low=self.low, high=self.high, level=self.level)
        if self.counts is not None:
            _possible(*self.counts)
        if not 0 < self.level <= 1:
            msg = f"level={self.level!r} is not a coverage in (0, 1]; give 0.95 for a 95 % interval"
            raise InputError(msg)
        inside = math.isnan(self.value) or self.low <= self.value <= self.high
        if not (self.low <= self.high and inside):
            msg = f"interval low={self.low!r}, high={self.high!r} does not hold value={self.value!r}"
            raise InputError(msg)

    def __str__(self) -> str:
        if self.unit == "m2":
            return interval_words(self, named=True)
        bound = "bounds" if self.level == 1 else f"{self.level * 100:g}% interval"
        unit = "" if self.unit in {"ratio", "probability"} else f" {self.unit}"
        written = ratio_words if self.unit == "ratio" else "{:.3g}".format
        value = "" if math.isnan(self.value) else f"{written(self.value)}{unit} "
        return f"{value}({bound} {written(self.low)} to {written(self.high)})"

    def _repr_html_(self) -> str:
        return f'<span title="{escape(self.method)}">{escape(str(self))}</span>'


def proportion(hits: int, trials: int, *, level: float = 0.95, method: str = "") -> Estimate:
    """Return the share `hits` / `trials` with its exact (Clopper-Pearson) interval.

    Parameters
    ----------
    hits, trials : int
        Counts, 0 <= hits <= trials and trials >= 1.
    level : float
        Coverage of the interval.
    method : str
        What was counted; ends up in the estimate's `method`.

    Returns
    -------
    Estimate
        Unit ``"probability"``.

    Raises
    ------
    InputError
        If the counts are impossible.

    Notes
    -----
    With 0 hits the upper limit is close to 3 / trials at level 0.9 (one-sided 95 %).

    Examples
    --------
    >>> print(proportion(0, 30))
    0 (95% interval 0 to 0.116)
    """
    _possible(hits, trials)
    tail = (1 - level) / 2
    low = float(betaincinv(hits, trials - hits + 1, tail)) if hits else 0.0
    high = float(betaincinv(hits + 1, trials - hits, 1 - tail)) if hits < trials else 1.0
    words = f"{hits} of {trials}{' ' + method if method else ''}, exact binomial (Clopper-Pearson) interval"
    return Estimate(
        value=hits / trials,
        low=low,
        high=high,
        level=level,
        unit="probability",
        method=words,
        counts=(int(hits), int(trials)),
    )


def most_share(hits: int, trials: int, *, level: float = 0.95) -> float:
    """Return the one-sided upper bound of the share `hits` / `trials` (Clopper-Pearson).

    Parameters
    ----------
    hits, trials : int
        Counts, 0 <= hits <= trials and trials >= 1.
    level : float
        Confidence that the true share is not above it.

    Returns
    -------
    float
        Quantile `level` of Beta(hits + 1, trials - hits); with no hit 1 - (1 - level)^(1 / trials), about 3 / trials.

    Raises
    ------
    InputError
        If the counts are impossible.

    Examples
    --------
    >>> [round(most_share(hits, 40), 3) for hits in (0, 1, 2, 40)]
    [0.072, 0.113, 0.149, 1.0]
    """
    _possible(hits, trials)
    return float(betaincinv(hits + 1, trials - hits, level)) if hits < trials else 1.0


def _possible(hits: int, trials: int) -> None:
    whole = isinstance(hits, Integral) and isinstance(trials, Integral)
    if not whole or trials < 1 or not 0 <= hits <= trials:
        msg = f"hits={hits!r} of trials={trials!r} is not a proportion; give whole 0 <= hits <= trials, trials >= 1"
        raise InputError(msg)


def ratio_words(ratio: float) -> str:
    """Return a ratio to two digits, from 10 on to three: counted on a few dozen pairs, it is not known better.

    Examples
    --------
    >>> ratio_words(0.07221), ratio_words(3.696), ratio_words(10.54)
    ('0.072', '3.7', '10.5')
    """
    return f"{ratio:.2g}" if ratio < 10 else f"{ratio:.3g}"


def area_words(square_meters: float, *, placed: bool = True) -> str:
    """Return an area in words a reader can picture: m² up to 10,000, then ha, then km².

    Examples
    --------
    >>> area_words(1_234_000), area_words(45_220), area_words(400), area_words(12, placed=False)
    ('1.23 km²', '4.52 ha', '400 m²', '12 px')
    """
    unit, size = _area_unit(square_meters, placed=placed)
    return f"{_in_unit(square_meters, size)} {unit}"


def interval_words(area: Estimate, *, placed: bool = True, named: bool = False) -> str:
    """Return an area with its interval, all in one unit, the one that suits the value; `named` says what interval.

    Examples
    --------
    >>> print(interval_words(Estimate(value=452200, low=449768, high=1.39e6, level=0.95, unit="m2", method="pixels")))
    45.2 ha (45 to 139)
    """
    known = area.low if math.isnan(area.value) else area.value
    unit, size = _area_unit(known, placed=placed and area.unit != "px")
    name = ("bounds " if area.level == 1 else f"{area.level * 100:g} % interval ") if named else ""
    between = f"({name}{_in_unit(area.low, size)} to {_in_unit(area.high, size)})"
    return f"{unit} {between}" if math.isnan(area.value) else f"{_in_unit(area.value, size)} {unit} {between}"


def _area_unit(square_meters: float, *, placed: bool) -> tuple[str, float]:
    if not placed:
        return "px", 1.0
    if square_meters >= _SQUARE_KILOMETER:
        return "km²", _SQUARE_KILOMETER
    return ("ha", _HECTARE) if square_meters > _HECTARE else ("m²", 1.0)


def _in_unit(square_meters: float, size: float) -> str:
    if math.isinf(square_meters):
        return "no upper limit"
    shown = square_meters / size
    return f"{shown:,.0f}" if size == 1 or shown >= 1000 else f"{shown:.3g}"
