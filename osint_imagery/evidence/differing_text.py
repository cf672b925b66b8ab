"""Sentences that differ: only where their own numbers do, each as it is printed, and nowhere else."""

import re
from collections.abc import Callable, Sequence

from osint_imagery.core.estimate import area_words, ratio_words

__all__ = ["Moved", "explained", "same_places"]

Moved = tuple[float, float]
"""A number of a record: as recorded, and as it came out."""

_INSIDE = re.compile(r"-?\d+(?:,\d{3})*(?:\.\d+)?(?:e[+-]?\d+)?")
_PRINTED: tuple[Callable[[float], str], ...] = (
    ratio_words,
    *(f"{{:{form}}}".format for form in (".0f", ".1f", ".2f", ".3f", ".4f", ",.0f", ".2g", ".3g", ".4g", "g")),
    lambda number: area_words(number).split()[0],
)
_IN_UNITS: tuple[Callable[[float], float], ...] = (
    lambda number: number,
    abs,
    lambda number: 100 * number,  # percent
    lambda number: 1 / number if number else number,  # a ratio told for the other side
    lambda number: number / 1e4,  # hectares
    lambda number: number / 1e6,  # square kilometers
)


def explained(recorded: str, recomputed: str, moved: Sequence[Moved]) -> bool:
    """Whether two sentences are one sentence about numbers that moved.

    The words have to be the same, and so has each number, unless a number of the record moved from what prints as the
    one to what prints as the other. A sentence that does not say what its record says is so found out, however little
    it differs.

    Parameters
    ----------
    recorded, recomputed : str
        The sentences.
    moved : sequence of (float, float)
        Numbers of the record that differ, and by no more than they may.

    Examples
    --------
    >>> explained("3.7 times", "3.8 times", [(3.7499, 3.7501)]), explained("3.7 times", "3.8 times", [])
    (True, False)
    """
    if _INSIDE.sub("#", recorded) != _INSIDE.sub("#", recomputed):
        return False
    pairs = zip(_INSIDE.findall(recorded), _INSIDE.findall(recomputed), strict=True)
    return all(old == new or _is_printed(old, new, moved) for old, new in pairs)


def _is_printed(old: str, new: str, moved: Sequence[Moved]) -> bool:
    wanted = (old, new)
    return any(
        (form(unit(before)), form(unit(after))) == wanted
        for before, after in moved
        for unit in _IN_UNITS
        for form in _PRINTED
    )


def same_places(recorded: str, recomputed: str, *, within: float) -> bool:
    """Whether two outlines as text have the same corners, each to within so many degrees.

    Examples
    --------
    >>> same_places("POINT (35.50000001 33.9)", "POINT (35.50000002 33.9)", within=2e-7)
    True
    """
    if _INSIDE.sub("#", recorded) != _INSIDE.sub("#", recomputed):
        return False
    pairs = zip(_INSIDE.findall(recorded), _INSIDE.findall(recomputed), strict=True)
    return all(abs(float(new) - float(old)) <= within for old, new in pairs)
