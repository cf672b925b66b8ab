"""One shift out of chips that are too small or too unlike to tell one each: the peak of their summed correlation."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from osint_imagery.change.consensus import Movement, of_few, overlapping
from osint_imagery.change.correlation import coherence, reach_of
from osint_imagery.change.fading import LEAST_SHARE, share
from osint_imagery.change.spectra import CLEAR, Complex, Float, Stack, climb, peaks, spectra_of

__all__ = ["Joint", "Together"]

_LEAST = 3  # chips in a group, to tell its error
_LOOKS = 4
_SETTLED_PX = 0.01
_NEWTON = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Joint:
    """What a group of chips says together.

    Parameters
    ----------
    movement : Movement
        One shift; its standard error is the jackknife's over the chips.
    strength : float
        Height of the summed correlation's peak in standard deviations of its surface.
    chips : int
        That were summed.
    """

    movement: Movement
    strength: float
    chips: int

    @property
    def clear(self) -> bool:
        """Whether the group tells."""
        return self.strength > CLEAR


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Together:
    """Correlations of all chips, cut with the shift of one group of them done.

    Parameters
    ----------
    spectra : ndarray of complex64, (chip, ky, kx)
        Cross spectra, frequencies weighted by how well their phases agree between the dates.
    surface : ndarray of float32, (chip, y, x)
        Correlations by phase alone.
    usable : ndarray of bool, (chip,)
        Whether enough of the chip is usable and not changed.
    place : ndarray, (chip, 2)
        Their middles, (row, column).
    moved : ndarray, (2,)
        Whole pixels that are done.
    side, reach : int
        Of a chip, and up to where peaks are looked for, px.
    """

    spectra: Complex
    surface: Float
    usable: NDArray[np.bool_]
    place: NDArray[np.float64]
    moved: Float
    side: int
    reach: int

    @classmethod
    def of(cls, stack: Stack, place: NDArray[np.float64], fit: NDArray[np.bool_], most_shift_px: float) -> "Together":
        """Correlate chips; only those of `fit` decide where the later ones are cut."""
        side, reach = stack.side, reach_of(stack, most_shift_px)
        common = np.zeros(2, dtype=np.float32)
        for look in range(_LOOKS):
            seen = spectra_of(stack, slice(None), common, changed=look > 0)
            usable = np.ones(len(fit), dtype=bool) if seen.weight is None else share(seen.weight, side) >= LEAST_SHARE
            moved = np.rint(common)
            start = np.repeat((common - moved)[None], len(fit), axis=0)
            level = coherence(seen.bounded[usable & fit], start[usable & fit], side)
            found = cls(
                spectra=seen.bounded * level,
                surface=seen.surface,
                usable=usable,
                place=place,
                moved=moved,
                side=side,
                reach=reach,
            )
            told = found.joint(fit)
            if told is None:
                break
            last, common = common, told.movement.shift.astype(np.float32).clip(-reach, reach)
            if look and np.abs(last - common).max() < _SETTLED_PX:
                break
        return found

    def joint(self, chosen: NDArray[np.bool_]) -> Joint | None:
        """Return what some chips say together, or None if there are fewer than three of them.

        The standard error is the jackknife's: how much the shift moves when each chip in turn is left out.
        """
        chosen = chosen & self.usable
        count = int(chosen.sum())
        if count < _LEAST:
            return None
        start, strength = peaks(self.surface[chosen].sum(axis=0)[None], self.reach)
        parts = self.spectra[chosen]
        whole = parts.sum(axis=0)
        found = start
        for _ in range(_NEWTON):
            found = climb(whole[None], found, self.side)
        without = np.repeat(found, count, axis=0)
        for _ in range(2):
            without = climb(whole - parts, without, self.side)
        lost = np.abs(found - start).max() > 0.75  # ran away from its peak
        apart = without.astype(np.float64) - without.mean(axis=0)
        sigma = np.sqrt((count - 1) / count * (apart**2).sum(axis=0)) * of_few(count)
        sigma *= overlapping(self.place[chosen], self.side)
        movement = Movement(
            shift=(found[0] + self.moved).astype(np.float64),
            sigma=sigma,
            degrees=count - 1,
            linear=np.zeros((2, 2)),
            center=self.place[chosen].mean(axis=0),
        )
        return Joint(movement=movement, strength=0.0 if lost else float(strength[0]), chips=count)
