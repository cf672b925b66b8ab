"""How far one piece of ground moved between two dates, to a thousandth of a pixel: windowed correlation of chips."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from osint_imagery.change.fading import LEAST_SHARE, share
from osint_imagery.change.spectra import CLEAR, Complex, Float, Stack, climb, peaks, rings_of, spectra_of, turned

__all__ = ["Measured", "coherence", "measure", "reach_of"]

# Cycles per px up to which phases may count. Beyond, what a sensor samples too coarsely is folded back with its phase
# reversed and pulls towards no shift, and so does the pattern that resampling both dates on one grid leaves.
_EDGES = (0.1, 0.15, 0.2, 0.25, 0.3)  # more is not kept
_ASTRAY_PX = 0.02  # a ring that says so much else than the rings inside, clearly, ends the range
_SURE = 3.0  # standard errors
_GROUPS = 6  # of chips, to tell what is clear
_COHERENT = 0.995  # more is not believed
_LOOKS = 3
_SETTLED_PX = 0.01  # the windows lie on the same ground to this; a hundredth of it is left in the result
_NEAR_PX = 0.7  # chips this close to the common shift tell which frequencies carry ground
_HAZY = 72  # px; in smaller chips the innermost ring is too wide to be left out
_THIN = 4  # every so manieth chip for the first look; all where those do not tell
_TELL = 3  # chips that have to


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Measured:
    """What each chip says.

    Parameters
    ----------
    shift : ndarray of float64, (chip, 2)
        Rows and columns that move the later chip onto the earlier one, px.
    strength : ndarray of float64, (chip,)
        Height of the peak in standard deviations of the correlation surface; 0 where there is nothing to see.
    usable : ndarray of bool, (chip,)
        Whether enough of the chip is usable and not changed.
    """

    shift: NDArray[np.float64]
    strength: NDArray[np.float64]
    usable: NDArray[np.bool_]

    @property
    def clear(self) -> NDArray[np.bool_]:
        """Which chips tell."""
        return self.strength > CLEAR


def reach_of(stack: Stack, most_shift_px: float) -> int:
    """Return up to which whole pixel peaks can be looked for."""
    return min(int(np.ceil(most_shift_px)), stack.margin, stack.side // 2 - 1)


def measure(stack: Stack, most_shift_px: float) -> Measured:
    """Return the shift of each chip.

    A first look at some of the chips finds the common shift. All chips are then cut again with that shift done, its
    fraction by the window alone, so that a Hann window does not pull the result towards no shift; and once more where
    that shift was not yet exact. The peak is that of
    the correlation whose frequencies are weighted by how well their phases agree between the dates, ring by ring.

    Parameters
    ----------
    stack : Stack
        Chips with a margin of at least `most_shift_px`.
    most_shift_px : float
        Peaks are looked for up to here, px.
    """
    reach = reach_of(stack, most_shift_px)
    common = _first(stack, reach)
    for _ in range(_LOOKS):
        found = _look(stack, common, reach)
        last, common = common, _common(found.shift.astype(np.float32), found.strength).clip(-reach, reach)
        if np.abs(last - common).max() < _SETTLED_PX:
            break
    return found


def _first(stack: Stack, reach: int) -> Float:
    """Return the common shift as few chips tell it."""
    side = stack.side
    for chips in (slice(None, None, _THIN), slice(None)):
        seen = spectra_of(stack, chips, np.zeros(2, dtype=np.float32), changed=False)
        start, strength = peaks(seen.surface, reach)
        fine = climb(seen.bounded * rings_of(side).looked, start, side)
        common = _common(fine, strength).clip(-reach, reach)
        if (np.abs(fine[strength > CLEAR] - common).max(axis=1) < _NEAR_PX).sum() >= _TELL:
            break
    return common


def _look(stack: Stack, common: Float, reach: int) -> Measured:
    """Return the shift of each chip, cut with the common shift done."""
    side = stack.side
    seen = spectra_of(stack, slice(None), common, changed=True)
    start, strength = peaks(seen.surface, reach)
    usable = np.ones(strength.shape, dtype=bool) if seen.weight is None else share(seen.weight, side) >= LEAST_SHARE
    strength = np.where(usable, strength, np.float32(0))
    near = (strength > CLEAR) & (np.abs(start - _common(start, strength)).max(axis=1) < _NEAR_PX)
    agreed = seen.bounded[near]
    level = coherence(agreed, start[near], side) * _straight(agreed, start[near], side)
    weighted = seen.bounded * level
    found = start
    for _ in range(2):
        found = climb(weighted, found, side)
    lost = np.abs(found - start).max(axis=1) > 0.75  # ran away from its peak
    shift = found.astype(np.float64) + np.rint(common)
    return Measured(shift=shift, strength=np.where(lost, 0.0, strength).astype(np.float64), usable=usable)


def _common(found: Float, strength: Float | NDArray[np.float64]) -> Float:
    """Return the shift that most clear chips are near to (0 where none is clear)."""
    clear = found[strength > CLEAR]
    if not len(clear):
        return np.zeros(2, dtype=np.float32)
    apart = np.abs(clear[:, None] - clear[None]).max(axis=2) < _NEAR_PX
    best = apart[int(apart.sum(axis=1).argmax())]
    return np.asarray(np.median(clear[best], axis=0), dtype=np.float32)


def _straight(bounded: Complex, found: Float, side: int) -> Float:
    """Return 1 for frequencies up to where all rings say the same shift, 0 beyond."""
    rings = rings_of(side)
    length = rings.length
    inner = max(_EDGES[0], 4 / side)
    if len(found) < _GROUPS:
        return np.asarray(length < _EDGES[-1], dtype=np.float32)
    down, across = turned(found, side)
    pooled = np.stack(
        [
            (bounded[group::_GROUPS] * down[group::_GROUPS, :, None] * across[group::_GROUPS, None, :]).sum(axis=0)
            for group in range(_GROUPS)
        ]
    )
    for outer in (edge for edge in _EDGES if edge > inner):
        apart = _within(pooled, length < inner, side) - _within(pooled, (length >= inner) & (length < outer), side)
        middle, error = apart.mean(axis=0), apart.std(axis=0, ddof=1) / np.sqrt(_GROUPS)
        if np.hypot(*middle) > _ASTRAY_PX + _SURE * np.hypot(*error):
            break
        inner = outer
    return np.asarray(length < inner, dtype=np.float32)


def _within(spectra: Complex, ring: NDArray[np.bool_], side: int) -> Float:
    """Return the shift that some frequencies tell."""
    found = np.zeros((len(spectra), 2), dtype=np.float32)
    for _ in range(3):
        found = climb(spectra * ring, found, side)
    return found


def coherence(bounded: Complex, found: Float, side: int) -> Float:
    """Return weights of frequencies: how concentrated the phases of their ring are over chips at their shifts.

    The weight is the concentration of a von Mises distribution with that mean resultant length; without chips, that
    of the first look.
    """
    rings = rings_of(side)
    if not len(found):
        return rings.looked
    down, across = turned(found, side)
    real = (bounded * down[:, :, None] * across[:, None, :]).real
    length = rings.mean(np.abs(bounded))
    agree = np.median(rings.mean(real) / np.maximum(length, np.float32(1e-20)), axis=0).clip(0, _COHERENT)
    level = agree * (2 - agree**2) / (1 - agree**2)
    if side >= _HAZY:
        level[0] = 0  # illumination and haze, not ground
    return np.asarray(level[rings.ring] * (rings.length < _EDGES[-1]), dtype=np.float32)
