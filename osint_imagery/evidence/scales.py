"""Words for numbers: support (ENFSI), likelihood (ICD 203), confidence; each scale apart from the others."""

import math
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum

from osint_imagery.core.errors import InputError
from osint_imagery.core.estimate import Estimate

__all__ = [
    "USEFUL",
    "Confidence",
    "confidence_sentence",
    "likelihood_bands",
    "likelihood_sentence",
    "likelihood_words",
    "nearer_end",
    "support_words",
]

USEFUL = 2.0
"""A ratio between 1/2 and 2 is claimed to support neither side."""

# ENFSI Guideline for Evaluative Reporting (2015): half-open [lower end, next lower end).
_SUPPORT = (
    (1_000_000, "extremely strong support"),
    (10_000, "very strong support"),
    (1_000, "strong support"),
    (100, "moderately strong support"),
    (10, "moderate support"),
    (USEFUL, "weak support"),
)
_USELESS = "no useful support either way"

# ICD 203: upper ends in basis points, lower half only; the upper half is its mirror.
_LOWER = (
    (500, "almost no chance (1-5%)", "almost certain (95-99%)"),
    (2000, "very unlikely (5-20%)", "very likely (80-95%)"),
    (4500, "unlikely (20-45%)", "likely (55-80%)"),
)
_EVEN = "roughly even chance (45-55%)"
_WORDS = (*(low for _, low, _ in _LOWER), _EVEN, *(high for _, _, high in reversed(_LOWER)))


class Confidence(StrEnum):
    """How good the basis of a judgment is; says nothing about how probable the event is."""

    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"


def support_words(ratio: float, *, first: str = "H1", second: str = "H0") -> str:
    """Return the verbal equivalent of a likelihood ratio, named for the side it supports.

    Parameters
    ----------
    ratio : float
        P(evidence if `first`) / P(evidence if `second`), >= 0: the end of its interval that is nearer to 1.
    first, second : str
        The two propositions, in words.

    Raises
    ------
    InputError
        If the ratio is negative or not a number.

    Notes
    -----
    Half-open steps [lower, upper). Between 1/2 and 2 the evidence tells the two apart so little that no
    support is claimed. Below 1 the ratio is inverted and the support is named for `second`.

    References
    ----------
    .. [1] ENFSI Guideline for Evaluative Reporting in Forensic Science, 2015.

    Examples
    --------
    >>> support_words(48.5)
    'moderate support for H1 over H0'
    >>> support_words(0.03)
    'moderate support for H0 over H1'
    >>> support_words(0.97)
    'no useful support either way'
    """
    if not ratio >= 0:
        msg = f"ratio={ratio!r} is not a likelihood ratio; give a number >= 0"
        raise InputError(msg)
    strength, favored, other = ratio, first, second
    if ratio < 1:
        strength, favored, other = (1 / ratio if ratio else math.inf), second, first
    for threshold, words in _SUPPORT:
        if strength >= threshold:
            return f"{words} for {favored} over {other}"
    return _USELESS


def _basis_points(p: float) -> int:
    """Return p in integer basis points; decimal, so that p and 1 - p are rounded alike."""
    if not 0 < p < 1:
        msg = f"p={p!r}: a probability of exactly 0 or 1 is never claimed; give a bound such as 0.004 instead"
        raise InputError(msg)
    return int((Decimal(repr(round(p, 12))) * 10_000).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


def likelihood_words(p: float) -> str:
    """Return the ICD 203 word for a probability, with its range.

    Parameters
    ----------
    p : float
        Probability, 0 < p < 1.

    Returns
    -------
    str
        Word and range; below 1 % and above 99 % the scale has no word and the bound stands instead.

    Raises
    ------
    InputError
        If p is 0 or 1 or outside.

    Notes
    -----
    The published bands touch at their ends. Here [1, 5), [5, 20), [20, 45), [45, 55], (55, 80], (80, 95],
    (95, 99] percent, compared in integer basis points: the word for 1 - p always mirrors the word for p.

    References
    ----------
    .. [1] Intelligence Community Directive 203, Analytic Standards.

    Examples
    --------
    >>> likelihood_words(0.2), likelihood_words(0.8)
    ('unlikely (20-45%)', 'likely (55-80%)')
    >>> likelihood_words(0.004)
    'below 1% (no word on the ICD 203 scale)'
    """
    points = _basis_points(p)
    mirrored = 10_000 - points
    if points < 100:
        return "below 1% (no word on the ICD 203 scale)"
    if mirrored < 100:
        return "above 99% (no word on the ICD 203 scale)"
    for upper, low, high in _LOWER:
        if points < upper:
            return low
        if mirrored < upper:
            return high
    return _EVEN


def likelihood_sentence(p: Estimate, event: str) -> str:
    """Return a sentence that says how likely an event is, with every word that the interval allows.

    Parameters
    ----------
    p : Estimate
        Probability of the event, with its interval.
    event : str
        The event as a noun phrase: ``"construction at the site"``.

    Raises
    ------
    InputError
        If an end of the interval is exactly 0 or 1.

    Examples
    --------
    >>> p = Estimate(value=0.7, low=0.5, high=0.85, level=0.95, unit="probability", method="example")
    >>> likelihood_sentence(p, "construction at the site")[:70]
    'How likely is construction at the site: roughly even chance (45-55%) t'
    """
    return f"How likely is {event}: {' to '.join(likelihood_bands(p.low, p.high))} (probability {p})."


def likelihood_bands(low: float, high: float) -> tuple[str, ...]:
    """Return every ICD 203 word, with its range, that an interval of probabilities reaches, lowest first.

    Parameters
    ----------
    low, high : float
        Ends of the interval, neither of them 0 or 1.

    Raises
    ------
    InputError
        If an end is exactly 0 or 1.

    Examples
    --------
    >>> likelihood_bands(0.4, 0.6)
    ('unlikely (20-45%)', 'roughly even chance (45-55%)', 'likely (55-80%)')
    """
    first, last = likelihood_words(low), likelihood_words(high)
    return (first,) if first == last else _between(first, last)


def nearer_end(ratio: Estimate) -> float:
    """Return the end of a ratio's interval that is nearer to 1, on which words rest; 1 where the interval holds it.

    Examples
    --------
    >>> [nearer_end(Estimate(value=math.nan, low=low, high=high, level=0.95, unit="ratio", method="example"))
    ...  for low, high in ((3.0, 4.0), (0.1, 0.3), (0.5, 9.0))]
    [3.0, 0.3, 1.0]
    """
    return min(max(1.0, ratio.low), ratio.high)


def _between(first: str, last: str) -> tuple[str, ...]:
    """Return all bands from the first to the last; a bound without a word stays at its end."""
    begin = _WORDS.index(first) if first in _WORDS else None
    end = _WORDS.index(last) if last in _WORDS else None
    inner = _WORDS[(begin or 0) : (end + 1 if end is not None else len(_WORDS))]
    return (*(() if begin is not None else (first,)), *inner, *(() if end is not None else (last,)))


def confidence_sentence(level: Confidence, reasons: Sequence[str]) -> str:
    """Return a sentence on the basis of a judgment; it never says how likely anything is.

    Parameters
    ----------
    level : Confidence
        High, moderate or low.
    reasons : sequence of str
        Why; at least one.

    Raises
    ------
    InputError
        If there is no reason, or a reason uses a word of the likelihood scale.

    Examples
    --------
    >>> confidence_sentence(Confidence.LOW, ["one pair of images", "no quiet dates"])
    'The basis of this judgment is of low quality (analytic confidence: low): one pair of images; no quiet dates.'
    """
    if not reasons:
        msg = "reasons=() is empty; analytic confidence is stated with its reasons or not at all"
        raise InputError(msg)
    said = " ".join(reasons).lower()
    words = sorted({word.split(" (")[0] for word in _WORDS} | {"likely", "probable", "probability"})
    mixed = [word for word in words if word in said]
    if mixed:
        msg = f"reasons={list(reasons)!r} speak of likelihood ({', '.join(mixed)}); keep it in another sentence"
        raise InputError(msg)
    return f"The basis of this judgment is of {level} quality (analytic confidence: {level}): {'; '.join(reasons)}."
