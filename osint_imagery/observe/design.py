"""How insertions are made: other sizes, the ground where a target may stand, parallel work."""

import math
from concurrent.futures import Executor
from dataclasses import dataclass
from numbers import Integral

from osint_imagery.core.arguments import numbers, require
from osint_imagery.core.errors import InputError
from osint_imagery.core.showing import plain_html
from osint_imagery.observe.ground import Ground

__all__ = ["SWEEP", "Design"]

SWEEP = (0.18, 0.25, 0.35, 0.5, 0.7, 1.4, 2.0)
"""Sizes for a curve, as multiples of the claimed one."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Design:
    """How the insertions are made, beyond their number.

    Parameters
    ----------
    scales : tuple of float
        Other sizes to try, as multiples of the claimed one; empty for the claimed size only, :data:`SWEEP` for a
        curve. Where one size parts the found from the missed, sizes in between are added.
    places_a_scale : int
        Insertions of each other size, at least 1.
    ground : Ground
        Where the target may stand.
    on_tested : bool
        Without quiet pairs, insert into the pair under test itself, judged by its margin or by the detector's own
        cut. The share found is then conditional on these two dates.
    executor : concurrent.futures.Executor, optional
        Works on several pairs at once; the result is the same.

    Raises
    ------
    InputError
        If a scale or a number of places is not positive.
    """

    scales: tuple[float, ...] = ()
    places_a_scale: int = 20
    ground: Ground = Ground.ANY
    on_tested: bool = False
    executor: Executor | None = None

    def __post_init__(self) -> None:
        require(Integral, places_a_scale=self.places_a_scale)
        require(tuple | list, scales=self.scales)
        numbers(scales=self.scales)
        require(Ground, ground=self.ground)
        if self.places_a_scale < 1 or not all(0 < scale < math.inf for scale in self.scales):
            msg = f"scales={self.scales!r}, places_a_scale={self.places_a_scale!r}: give positive numbers"
            raise InputError(msg)

    _repr_html_ = plain_html
