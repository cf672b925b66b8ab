"""What the tiles of a scene say together: enough to align by, how far off they stay, and whether a part is bent."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from osint_imagery.change.chips import Chip, stacked
from osint_imagery.change.consensus import estimate_movement, location
from osint_imagery.change.correlation import Measured, measure
from osint_imagery.core.errors import AlignmentError
from osint_imagery.core.estimate import Estimate

__all__ = ["Tiles", "refuse_bent", "residual_of", "words"]

_LEAST_TILES = 3  # in the fit, and again among those held out
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

    @classmethod
    def of(cls, chips: Sequence[Chip], most_shift_px: float) -> "Tiles":
        """Measure chips."""
        if not chips:
            msg = f"0 of 0 tiles agree well enough to fit the shift, {_LEAST_TILES} are needed: the scene is too small"
            raise AlignmentError(msg)
        found: Measured = measure(stacked(chips), most_shift_px)
        side = chips[0].place.side
        middles = np.array([[chip.place.row, chip.place.column] for chip in chips], dtype=np.float64) + (side - 1) / 2
        return cls(
            shift=found.shift,
            place=middles,
            told=found.clear & (np.hypot(*found.shift.T) <= most_shift_px + 1),
            usable=found.usable,
            held=np.array([chip.place.held_out for chip in chips]),
            side=side,
        )

    def require(self, told: NDArray[np.bool_], purpose: str) -> None:
        """Refuse if too few tiles tell, and say why they do not."""
        count = int(told.sum())
        if count >= _LEAST_TILES:
            return
        hidden, blank = int((~self.usable).sum()), int((self.usable & ~self.told).sum())
        msg = (
            f"{count} of {len(self.told)} tiles agree well enough to {purpose}, {_LEAST_TILES} are needed; {hidden} "
            f"are hidden (cloud, no data, changed ground), {blank} show too little texture in common; use a larger "
            "window or a clearer date"
        )
        raise AlignmentError(msg)


def words(shift: NDArray[np.float64]) -> str:
    """Return a shift as rows, columns."""
    return f"{shift[0] + 0.0:+.2f}, {shift[1] + 0.0:+.2f}"


def residual_of(left: NDArray[np.float64], at: NDArray[np.float64]) -> tuple[Estimate, float]:
    """Return the residual and the tiles' spread: tiles that disagree are a bent pair, or chance."""
    movement = estimate_movement(left, at, 0)
    spread = float(np.hypot(*(1.4826 * np.median(np.abs(left - np.median(left, axis=0)), axis=0))))
    value = math.hypot(*movement.shift)
    error = float(np.hypot(*movement.half_width(_LEVEL_LEFT)))
    estimate = Estimate(
        value=value,
        low=max(0.0, value - error),
        high=value + error,
        level=_LEVEL_LEFT,
        unit="px",
        method=f"biweight mean shift of {len(left)} tiles left out of the fit; tile spread {spread:.2f} px",
    )
    return estimate, spread


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
