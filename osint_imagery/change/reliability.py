"""Whether probabilities mean what they say: Brier score and skill, calibration error, reliability table."""

from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import ArrayLike, NDArray

from osint_imagery.core.arguments import numbers
from osint_imagery.core.errors import GridMismatchError, InputError, NotEnoughDataError

__all__ = ["Bin", "Reliability", "reliability"]

BINS = 15
HOT = 0.1  # where change is rare, a constant has a small calibration error: look where something is claimed


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Pixels whose probability lies in [low, high): how many, what was said, and what was true."""

    low: float
    high: float
    count: int
    mean_probability: float
    share_changed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """Agreement of probabilities with a reference.

    Parameters
    ----------
    count : int
        Pixels with a probability and a reference.
    prevalence : float
        Share of them that changed.
    brier : float
        Mean squared difference of probability and truth.
    skill : float
        1 - brier / (prevalence (1 - prevalence)): 0 for always saying the prevalence, 1 for certainty that is right.
    ece : float
        Expected calibration error over 15 equal bins: mean distance of what was said from what was true.
    ece_hot : float or None
        The same over pixels with a probability of at least 0.1; None where there is none.
    table : tuple of Bin
        The bins that hold pixels.
    """

    count: int
    prevalence: float
    brier: float
    skill: float
    ece: float
    ece_hot: float | None
    table: tuple[Bin, ...]

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{b.low:.2f} to {b.high:.2f}</td><td>{b.count}</td><td>{b.mean_probability:.3f}</td>"
            f"<td>{b.share_changed:.3f}</td></tr>"
            for b in self.table
        )
        head = "<tr><th>said</th><th>pixels</th><th>mean said</th><th>share changed</th></tr>"
        return f"<p>{escape(repr(self))}</p><table>{head}{rows}</table>"

    def __repr__(self) -> str:
        hot = "none" if self.ece_hot is None else f"{self.ece_hot:.3f}"
        return (
            f"Reliability({self.count} px, {self.prevalence:.2%} changed; Brier skill {self.skill:+.2f}, "
            f"ECE {self.ece:.3f}, where P >= {HOT:g}: {hot})"
        )


def reliability(probability: ArrayLike, truth: ArrayLike) -> Reliability:
    """Compare probabilities with a reference.

    Parameters
    ----------
    probability : array_like of float
        In [0, 1]; NaN where withheld (left out).
    truth : array_like of bool, or of float with NaN where unknown
        The same shape; True or 1 where it changed.

    Returns
    -------
    Reliability

    Raises
    ------
    GridMismatchError
        If the shapes differ.
    InputError
        If a probability lies outside [0, 1] or a truth is neither 0 nor 1.
    NotEnoughDataError
        If no pixel has both, or all have the same truth.

    Notes
    -----
    A small calibration error proves nothing where change is rare: always saying the prevalence has none. Read the
    skill and ``ece_hot`` beside it. The reference must not have been used to fit the probabilities.

    References
    ----------
    .. [1] Brier, G. W. (1950). Verification of forecasts expressed in terms of probability. Monthly Weather Review
       78(1), 1-3. https://doi.org/10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2

    Examples
    --------
    >>> reliability([0.9, 0.8, 0.1, 0.2], [1, 1, 0, 0])
    Reliability(4 px, 50.00% changed; Brier skill +0.90, ECE 0.150, where P >= 0.1: 0.150)
    """
    chance, known = numbers(probability=probability), numbers(truth=truth)
    if chance.shape != known.shape:
        msg = f"probability has shape {chance.shape}, truth {known.shape}; they must agree"
        raise GridMismatchError(msg)
    both = np.isfinite(chance) & np.isfinite(known)
    said, true = chance[both], known[both]
    if ((said < 0) | (said > 1)).any():
        msg = f"probability goes from {said.min():g} to {said.max():g}; give values in [0, 1], NaN where withheld"
        raise InputError(msg)
    if not np.isin(true, (0, 1)).all():
        msg = "truth has values other than 0 and 1; give True or 1 where it changed, NaN where nobody knows"
        raise InputError(msg)
    if not len(true) or true.min() == true.max():
        msg = (
            f"truth says {'nothing' if not len(true) else 'the same'} for all {len(true)} pixels; both kinds are needed"
        )
        raise NotEnoughDataError(msg)
    prevalence, brier = float(true.mean()), float(np.square(said - true).mean())
    hot = said >= HOT
    return Reliability(
        count=len(true),
        prevalence=prevalence,
        brier=brier,
        skill=1 - brier / (prevalence * (1 - prevalence)),
        ece=_error(_table(said, true)),
        ece_hot=_error(_table(said[hot], true[hot])) if hot.any() else None,
        table=_table(said, true),
    )


def _table(said: NDArray[np.float64], true: NDArray[np.float64]) -> tuple[Bin, ...]:
    place = np.minimum((said * BINS).astype(int), BINS - 1)
    count = np.bincount(place, minlength=BINS)
    mean, share = (np.bincount(place, weights=w, minlength=BINS) / np.maximum(count, 1) for w in (said, true))
    return tuple(
        Bin(
            low=k / BINS,
            high=(k + 1) / BINS,
            count=int(count[k]),
            mean_probability=float(mean[k]),
            share_changed=float(share[k]),
        )
        for k in np.flatnonzero(count)
    )


def _error(table: tuple[Bin, ...]) -> float:
    total = sum(b.count for b in table)
    return sum(b.count * abs(b.mean_probability - b.share_changed) for b in table) / total
