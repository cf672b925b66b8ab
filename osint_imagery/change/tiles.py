"""What the tiles of a scene say together: enough to align by, how far off they stay, and whether a part is bent."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from osint_imagery.change.chips import Chip, stacked
from osint_imagery.change.consensus import Movement, estimate_movement, location
from osint_imagery.change.correlation import Measured, measure
from osint_imagery.change.spectra import CLEAR
from osint_imagery.change.together import Joint, Together
from osint_imagery.core.errors import AlignmentError, TooFewTilesError
from osint_imagery.core.estimate import Estimate

__all__ = ["Summed", "Tiles", "refuse_bent", "residual_of", "words"]

_LEAST_TILES = 8  # that tell, in the fit and again among those held out; fewer are summed before they are asked
_LEVEL_LEFT = 0.95  # of the residual's interval
_MOST_TOGETHER = 0.05  # of the tiles that tell may have moved together by more than the limit


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tiles:
    """What the chips say, and where they are."""

    shift: NDArray[np.float64]  # (tile, 2)
    place: NDArray[np.float64]  # (tile, 2), their middles
    told: NDArray[np.bool_]
    usable: NDArray[np.bool_]
    held: NDArray[np.bool_]
    side: int
    summed: "Summed | None"  # where few tiles tell by themselves

    @classmethod
    def of(cls, chips: Sequence[Chip], most_shift_px: float, near_px: float) -> "Tiles":
        """Measure chips, one by one or, where fewer than eight on a side tell, summed.

        Raises
        ------
        TooFewTilesError
            If they tell too little, each by itself and summed.
        """
        if not chips:
            msg = "0 of 0 tiles agree well enough to fit the shift: the scene is too small; use a larger window"
            raise TooFewTilesError(msg)
        stack = stacked(chips)
        found: Measured = measure(stack, most_shift_px)
        side = chips[0].place.side
        middles = np.array([[chip.place.row, chip.place.column] for chip in chips], dtype=np.float64) + (side - 1) / 2
        held = np.array([chip.place.held_out for chip in chips])
        told = found.clear & (np.hypot(*found.shift.T) <= most_shift_px + 1)
        summed = None
        if min((told & held).sum(), (told & ~held).sum()) < _LEAST_TILES:
            summed = Summed.of(Together.of(stack, middles, ~held, most_shift_px), told, held, near_px)
        return cls(
            shift=found.shift,
            place=middles,
            told=told,
            usable=found.usable,
            held=held,
            side=side,
            summed=summed,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Summed:
    """What tiles say that are too small or too unlike to be asked one by one."""

    fit: Joint
    held: Joint

    @classmethod
    def of(cls, together: Together, told: NDArray[np.bool_], held: NDArray[np.bool_], near_px: float) -> "Summed":
        """Sum the tiles of the fit, and those held out; refuse if one of the two sums does not tell.

        The sum of the fit has to stand out. So has that of the tiles held out, unless its peak lies within `near_px`
        of the fit's: looked for over a hundred square pixels, chance puts it there in one pair of some 400.
        """
        summed: list[Joint] = []
        for purpose, side in (("fit the shift", ~held), ("measure the residual", held)):
            joint = together.joint(side)
            near = joint is not None and len(summed) == 1 and _apart(joint, summed[0]) <= near_px
            if joint is not None and (joint.clear or near):
                summed.append(joint)
                continue
            hidden, blank = int((~together.usable).sum()), int((together.usable & ~told).sum())
            also = "" if joint is None else f" (summed: {joint.strength:.1f} standard deviations, {CLEAR:g} are needed)"
            msg = (
                f"{int((told & side).sum())} of {len(told)} tiles agree well enough to {purpose}, {_LEAST_TILES} are "
                f"needed, or a sum that tells; {hidden} are hidden (cloud, no data, changed ground), {blank} show too "
                f"little texture in common{also}; use a larger window or a clearer date"
            )
            raise TooFewTilesError(msg)
        return cls(fit=summed[0], held=summed[1])

    def residual(self, done: NDArray[np.float64]) -> Estimate:
        """Return the shift that the tiles held out still show once `done` (rows, columns) is done."""
        movement: Movement = self.held.movement
        return _estimate(
            math.hypot(*(movement.shift - done)),
            movement,
            f"summed correlation of {self.held.chips} tiles left out of the fit, jackknife interval",
        )


def _apart(one: Joint, other: Joint) -> float:
    return math.hypot(*(one.movement.shift - other.movement.shift))


def words(shift: NDArray[np.float64]) -> str:
    """Return a shift as rows, columns."""
    return f"{shift[0] + 0.0:+.2f}, {shift[1] + 0.0:+.2f}"


def residual_of(left: NDArray[np.float64], at: NDArray[np.float64]) -> tuple[Estimate, float]:
    """Return the residual and the tiles' spread: tiles that disagree are a bent pair, or chance."""
    movement = estimate_movement(left, at, 0)
    spread = float(np.hypot(*(1.4826 * np.median(np.abs(left - np.median(left, axis=0)), axis=0))))
    method = f"biweight mean shift of {len(left)} tiles left out of the fit; tile spread {spread:.2f} px"
    return _estimate(math.hypot(*movement.shift), movement, method), spread


def _estimate(value: float, movement: Movement, method: str) -> Estimate:
    error = float(np.hypot(*movement.half_width(_LEVEL_LEFT)))
    low, high = max(0.0, value - error), value + error
    return Estimate(value=value, low=low, high=high, level=_LEVEL_LEFT, unit="px", method=method)


def refuse_bent(together: NDArray[np.bool_], tiles: Tiles, left: NDArray[np.float64], most_residual_px: float) -> None:
    """Refuse a scene of which a part moved otherwise."""
    count, offered = int(together.sum()), int(tiles.told.sum())
    if count <= _MOST_TOGETHER * offered:
        return
    where = np.median(tiles.place[tiles.told][together], axis=0)
    middle, _ = location(left[together])
    msg = (
        f"{count} of {offered} tiles, around row {where[0]:.0f}, column {where[1]:.0f}, are off by {words(middle)} px "
        f"together, more than most_residual_px={most_residual_px}: a part of the scene moved otherwise, the dates do "
        "not lie on each other; use another pair, or a window that leaves this part out"
    )
    raise AlignmentError(msg)
