"""How far one piece of ground moved between two dates, to a thousandth of a pixel: windowed correlation of chips."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import fft, sparse

from osint_imagery.change.fading import LEAST_SHARE, cell_weights, share, windowed

__all__ = ["CLEAR", "Measured", "Stack", "measure"]

Float = NDArray[np.float32]
Complex = NDArray[np.complex64]

CLEAR = 4.0  # standard deviations of a correlation of unrelated ground; chance reaches it in one chip of 500
# A surface of unrelated Hann windowed chips is higher in its middle than on average: root of the sum of w^4 over the
# squared sum of w^2 along each axis, (35/128) / (3/8)^2.
_MIDDLE = 35 / 18
_WORKERS = 2
_BOUND = 3.0  # amplitude of one frequency against its ring's mean: one river or runway must not decide
_BAND = (2.0, 0.25)  # first look: from two waves a chip to 0.25 cycles per px
# Cycles per px up to which phases may count. Beyond, what a sensor samples too coarsely is folded back with its phase
# reversed and pulls towards no shift, and so does the pattern that resampling both dates on one grid leaves.
_EDGES = (0.1, 0.15, 0.2, 0.25, 0.3)
_ASTRAY_PX = 0.02  # a ring that says so much else than the rings inside, clearly, ends the range
_SURE = 3.0  # standard errors
_GROUPS = 6  # of chips, to tell what is clear
_COHERENT = 0.995  # more is not believed
_LOOKS = 3
_SETTLED_PX = 0.01  # the windows lie on the same ground to this; a hundredth of it is left in the result
_NEAR_PX = 0.7  # chips this close to the common shift tell which frequencies carry ground


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stack:
    """Chips of both dates, all of one size; the later date's have a margin to be moved in.

    Parameters
    ----------
    before : ndarray of float32, (chip, band, y, x)
        Finite; anything where not valid.
    after : ndarray of float32, (chip, band, y + 2 margin, x + 2 margin)
        Finite; anything where not valid.
    before_valid, after_valid : ndarray of bool, (chip, y, x) and (chip, y + 2 margin, x + 2 margin)
        True where usable.
    """

    before: Float
    after: Float
    before_valid: NDArray[np.bool_]
    after_valid: NDArray[np.bool_]

    @property
    def side(self) -> int:
        """Side of a chip, px."""
        return int(self.before.shape[-1])

    @property
    def margin(self) -> int:
        """Margin of the later date's chips, px."""
        return int(self.after.shape[-1] - self.side) // 2

    def later(self, moved: tuple[int, int], chips: slice) -> tuple[Float, NDArray[np.bool_]]:
        """Return the later date's chips cut so that `moved` (rows, columns) of the shift is already done."""
        first = self.margin - moved[0], self.margin - moved[1]
        rows, columns = slice(first[0], first[0] + self.side), slice(first[1], first[1] + self.side)
        return self.after[chips, :, rows, columns], self.after_valid[chips, rows, columns]


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


@dataclass(frozen=True, slots=True, eq=False)
class _Rings:
    """Frequencies of a half spectrum: their angular values along both axes, and rings of equal length."""

    ky: Float  # radians per px
    kx: Float
    ring: NDArray[np.intp]  # (ky, kx)
    sums: sparse.csr_array  # (frequency, ring)
    count: Float
    looked: Float  # (ky, kx), 1 in the first look's band

    def mean(self, power: Float) -> Float:
        """Return means over rings, (chip, ring)."""
        return np.asarray(power.reshape(len(power), -1) @ self.sums, dtype=np.float32) / self.count


@lru_cache(maxsize=8)
def _rings(side: int) -> _Rings:
    ky, kx = fft.fftfreq(side), fft.rfftfreq(side)
    length = np.hypot(ky[:, None], kx[None, :])
    count = int(np.clip(side // 8, 6, 24))
    ring = np.minimum((length / 0.5 * count).astype(np.intp), count)  # the last one: beyond Nyquist, in the corners
    sums = sparse.csr_array((np.ones(ring.size, dtype=np.float32), (np.arange(ring.size), ring.ravel())))
    looked = (length > _BAND[0] / side) & (length < _BAND[1])
    return _Rings(
        ky=(2 * np.pi * ky).astype(np.float32),
        kx=(2 * np.pi * kx).astype(np.float32),
        ring=ring,
        sums=sums,
        count=np.bincount(ring.ravel()).astype(np.float32),
        looked=looked.astype(np.float32),
    )


def measure(stack: Stack, most_shift_px: float) -> Measured:
    """Return the shift of each chip.

    A first look at half of the chips finds the common shift. All chips are then cut again with that shift done, its
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
    reach = min(int(np.ceil(most_shift_px)), stack.margin, stack.side // 2 - 1)
    half = slice(None, None, 2) if len(stack.before) > 12 else slice(None)
    cross, _ = _cross(stack, half, np.zeros(2, dtype=np.float32), changed=False)
    start, strength = _peaks(cross, stack.side, reach)
    fine = _climb(_bounded(cross, stack.side) * _rings(stack.side).looked, start, stack.side)
    common = _common(fine, strength).clip(-reach, reach)
    for _ in range(_LOOKS):
        found = _look(stack, common, reach)
        last, common = common, _common(found.shift.astype(np.float32), found.strength).clip(-reach, reach)
        if np.abs(last - common).max() < _SETTLED_PX:
            break
    return found


def _look(stack: Stack, common: Float, reach: int) -> Measured:
    """Return the shift of each chip, cut with the common shift done."""
    cross, weight = _cross(stack, slice(None), common, changed=True)
    start, strength = _peaks(cross, stack.side, reach)
    everything = np.ones(strength.shape, dtype=bool)
    usable = everything if weight is None else share(weight, stack.side) >= LEAST_SHARE
    strength = np.where(usable, strength, np.float32(0))
    bounded = _bounded(cross, stack.side)
    level = _coherence(bounded, start, strength, stack.side) * _straight(bounded, start, strength, stack.side)
    found = start
    for _ in range(2):
        found = _climb(bounded * level, found, stack.side)
    lost = np.abs(found - start).max(axis=1) > 0.75  # ran away from its peak
    shift = found.astype(np.float64) + np.rint(common)
    return Measured(shift=shift, strength=np.where(lost, 0.0, strength).astype(np.float64), usable=usable)


def _cross(stack: Stack, chips: slice, shift: Float, *, changed: bool) -> tuple[Complex, Float | None]:
    """Return cross spectra, (chip, band, ky, kx), with a shift done but for its fraction, and the cells' weights."""
    moved = round(float(shift[0])), round(float(shift[1]))
    rest = float(shift[0]) - moved[0], float(shift[1]) - moved[1]
    before, (after, valid) = stack.before[chips], stack.later(moved, chips)
    weight = cell_weights(valid & stack.before_valid[chips], before, after, changed=changed)
    first = fft.rfft2(windowed(before, weight, (0.0, 0.0)), workers=_WORKERS)
    second = fft.rfft2(windowed(after, weight, (-rest[0], -rest[1])), workers=_WORKERS)
    return np.asarray(first * np.conj(second), dtype=np.complex64), weight


def _peaks(cross: Complex, side: int, reach: int) -> tuple[Float, Float]:
    """Return the highest place of each chip's correlation surface, and how far it stands out."""
    size = np.abs(cross) + np.float32(1e-20)
    flat = (cross * (_rings(side).looked / size)).sum(axis=1)
    surface = fft.irfft2(flat, s=(side, side), workers=_WORKERS)
    spread = np.sqrt(np.square(surface[:, ::2, 1::3]).mean(axis=(1, 2))) + np.float32(1e-20)
    width = 2 * reach + 3  # one more on each side for the parabola
    near = np.roll(surface, (reach + 1, reach + 1), axis=(1, 2))[:, :width, :width]
    inner = near[:, 1:-1, 1:-1].reshape(len(near), -1)
    best = inner.argmax(axis=1)
    height = inner[np.arange(len(inner)), best]
    row, column = best // (width - 2) + 1, best % (width - 2) + 1
    each = np.arange(len(near))
    parts = []
    for before, after in (
        (near[each, row - 1, column], near[each, row + 1, column]),
        (near[each, row, column - 1], near[each, row, column + 1]),
    ):
        bend = before + after - 2 * height
        parts.append(np.where(bend < 0, (before - after) / (2 * np.minimum(bend, -1e-20)), 0).clip(-0.5, 0.5))
    found = np.stack([row - reach - 1 + parts[0], column - reach - 1 + parts[1]], axis=1).astype(np.float32)
    return found, np.asarray(height / (_MIDDLE * spread), dtype=np.float32)


def _common(found: Float, strength: Float | NDArray[np.float64]) -> Float:
    """Return the shift that most clear chips are near to (0 where none is clear)."""
    clear = found[strength > CLEAR]
    if not len(clear):
        return np.zeros(2, dtype=np.float32)
    apart = np.abs(clear[:, None] - clear[None]).max(axis=2) < _NEAR_PX
    best = apart[int(apart.sum(axis=1).argmax())]
    return np.asarray(np.median(clear[best], axis=0), dtype=np.float32)


def _bounded(cross: Complex, side: int) -> Complex:
    """Return cross spectra flattened ring by ring, no frequency far above its ring, summed over bands."""
    rings = _rings(side)
    total = np.zeros((cross.shape[0], *cross.shape[2:]), dtype=np.complex64)
    for band in range(cross.shape[1]):
        size = np.abs(cross[:, band])
        level = rings.mean(size)[:, rings.ring] + np.float32(1e-20)
        total += cross[:, band] / np.maximum(level, size / np.float32(_BOUND))
    return total


def _straight(bounded: Complex, found: Float, strength: Float, side: int) -> Float:
    """Return 1 for frequencies up to where all rings say the same shift, 0 beyond."""
    rings = _rings(side)
    near = (strength > CLEAR) & (np.abs(found - _common(found, strength)).max(axis=1) < _NEAR_PX)
    length = np.hypot(rings.ky[:, None], rings.kx[None, :]) / np.float32(2 * np.pi)
    inner = max(_EDGES[0], 4 / side)
    if near.sum() < _GROUPS:
        return np.asarray(length < _EDGES[-1], dtype=np.float32)
    down, across = _turned(found[near], side)
    turned = bounded[near] * down[:, :, None] * across[:, None, :]
    pooled = np.stack([turned[group::_GROUPS].sum(axis=0) for group in range(_GROUPS)])
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
        found = _climb(spectra * ring, found, side)
    return found


def _turned(found: Float, side: int) -> tuple[Complex, Complex]:
    rings = _rings(side)
    down = np.exp(1j * found[:, :1] * rings.ky).astype(np.complex64)
    return down, np.exp(1j * found[:, 1:] * rings.kx).astype(np.complex64)


def _coherence(bounded: Complex, found: Float, strength: Float, side: int) -> Float:
    """Return weights of frequencies: how concentrated the phases of their ring are where chips agree.

    The weight is the concentration of a von Mises distribution with that mean resultant length.
    """
    rings = _rings(side)
    near = (strength > CLEAR) & (np.abs(found - _common(found, strength)).max(axis=1) < _NEAR_PX)
    if not near.any():
        return rings.looked
    down, across = _turned(found[near], side)
    real = (bounded[near] * down[:, :, None] * across[:, None, :]).real
    length = rings.mean(np.abs(bounded[near]))
    agree = np.median(rings.mean(real) / np.maximum(length, np.float32(1e-20)), axis=0).clip(0, _COHERENT)
    level = agree * (2 - agree**2) / (1 - agree**2)
    level[-1] = 0  # corners
    if len(level) > 9:
        level[0] = 0  # illumination and haze, not ground
    return np.asarray(level[rings.ring] * (rings.kx < np.pi), dtype=np.float32)


def _climb(spectra: Complex, found: Float, side: int) -> Float:
    """Return the places one Newton step further up."""
    rings = _rings(side)
    down, across = _turned(found, side)
    right = np.stack([across, 1j * rings.kx * across, -(rings.kx**2) * across], axis=2).astype(np.complex64)
    left = np.stack([down, 1j * rings.ky * down, -(rings.ky**2) * down], axis=1).astype(np.complex64)
    value = (left @ (spectra @ right)).real.astype(np.float64)  # (chip, derivative by rows, by columns)
    yy, xy, xx = value[:, 2, 0], value[:, 1, 1], value[:, 0, 2]
    y, x = value[:, 1, 0], value[:, 0, 1]
    area = yy * xx - xy * xy
    top = (yy < 0) & (area > 0)
    area = np.where(top, area, 1)
    step = np.stack([-(xx * y - xy * x) / area, -(yy * x - xy * y) / area], axis=1)
    return np.asarray(found + np.where(top[:, None], step, 0).clip(-0.5, 0.5), dtype=np.float32)
