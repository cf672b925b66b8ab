"""Cross spectra of the same pieces of ground on two dates, and the peaks of the correlations they make."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import fft, sparse

from osint_imagery.change.fading import cell_weights, windowed
from osint_imagery.change.threads import cores

__all__ = [
    "CLEAR",
    "Complex",
    "Float",
    "Spectra",
    "Stack",
    "climb",
    "peaks",
    "rings_of",
    "spectra_of",
    "turned",
]

Float = NDArray[np.float32]
Complex = NDArray[np.complex64]

CLEAR = 4.0  # standard deviations of a correlation of unrelated ground; chance reaches it in one chip of 500
# A surface of unrelated Hann windowed chips is higher in its middle than on average: root of the sum of w^4 over the
# squared sum of w^2 along each axis, (35/128) / (3/8)^2.
_MIDDLE = 35 / 18
_BOUND = 3.0  # amplitude of one frequency against its ring's mean: one river or runway must not decide
_BAND = (2.0, 0.25)  # of the correlation whose peak is looked for: from two waves a chip to 0.25 cycles per px
_HIGHEST = 0.3  # cycles per px, of what is kept: beyond, what a sensor folds back says something else
_PIECE = 6  # chips that one thread takes at a time; fixed, so that the number of threads changes no digit
_TINY = np.float32(1e-20)


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


@dataclass(frozen=True, slots=True, eq=False)
class _Rings:
    """Frequencies of a half spectrum that are kept: their angular values along both axes, rings of equal length."""

    rows: NDArray[np.intp]  # where the frequencies are in the whole half spectrum: those rows, as many columns
    ky: Float  # radians per px
    kx: Float
    length: Float  # (ky, kx), cycles per px
    ring: NDArray[np.intp]  # (ky, kx)
    sums: sparse.csr_array  # (frequency, ring)
    count: Float
    looked: Float  # (ky, kx), 1 in the band of the correlation whose peak is looked for

    def mean(self, power: Float) -> Float:
        """Return means over rings, (chip, ring)."""
        return np.asarray(power.reshape(len(power), -1) @ self.sums, dtype=np.float32) / self.count


@lru_cache(maxsize=8)
def rings_of(side: int) -> _Rings:
    """Return the frequencies of chips of a size."""
    rows = np.flatnonzero(np.abs(fft.fftfreq(side)) < _HIGHEST)
    ky, kx = fft.fftfreq(side)[rows], fft.rfftfreq(side)
    kx = kx[kx < _HIGHEST]
    length = np.hypot(ky[:, None], kx[None, :])
    count = int(np.clip(side // 8, 6, 24))
    ring = (length / 0.5 * count).astype(np.intp)
    sums = sparse.csr_array((np.ones(ring.size, dtype=np.float32), (np.arange(ring.size), ring.ravel())))
    looked = (length > _BAND[0] / side) & (length < _BAND[1])
    return _Rings(
        rows=rows,
        ky=(2 * np.pi * ky).astype(np.float32),
        kx=(2 * np.pi * kx).astype(np.float32),
        length=length.astype(np.float32),
        ring=ring,
        sums=sums,
        count=np.bincount(ring.ravel()).astype(np.float32),
        looked=looked.astype(np.float32),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spectra:
    """What chips of both dates have in common, with the whole pixels of a shift done.

    Parameters
    ----------
    bounded : ndarray of complex64, (chip, ky, kx)
        Cross spectra at the frequencies of :func:`rings_of`, flattened ring by ring, no frequency far above its ring,
        summed over bands.
    surface : ndarray of float32, (chip, y, x)
        Correlations by phase alone within the band where a peak is looked for; no shift is at [0, 0].
    weight : ndarray of float32, (chip, row, column) or None
        Of cells; None where all ground counts.
    side : int
        Of a chip, px.
    """

    bounded: Complex
    surface: Float
    weight: Float | None
    side: int


def spectra_of(stack: Stack, chips: slice, shift: Float, *, changed: bool) -> Spectra:
    """Return the spectra of chips, with a shift done: whole pixels by cutting, the fraction by the window alone.

    Parameters
    ----------
    stack : Stack
        Chips.
    chips : slice
        Those wanted.
    shift : ndarray, (2,)
        Rows, columns that move the later chip onto the earlier one, px.
    changed : bool
        Fade out changed ground too, not only what is not usable.
    """
    moved = round(float(shift[0])), round(float(shift[1]))
    rest = moved[0] - float(shift[0]), moved[1] - float(shift[1])
    before, (after, valid) = stack.before[chips], stack.later(moved, chips)
    side, count = stack.side, len(before)
    weight = cell_weights(valid & stack.before_valid[chips], before, after, changed=changed)
    bounded = np.empty((count, *rings_of(side).ring.shape), dtype=np.complex64)
    surface = np.empty((count, side, side), dtype=np.float32)

    def work(first: int) -> None:
        piece = slice(first, first + _PIECE)
        kept = None if weight is None else weight[piece]
        early = fft.rfft2(windowed(before[piece], kept, (0.0, 0.0)), overwrite_x=True)
        late = fft.rfft2(windowed(after[piece], kept, rest), overwrite_x=True)
        bounded[piece], surface[piece] = _in_common(early, late, side)

    _spread(work, range(0, count, _PIECE))
    return Spectra(bounded=bounded, surface=surface, weight=weight, side=side)


def _spread(work: Callable[[int], None], pieces: range) -> None:
    threads = min(cores(), len(pieces))
    if threads < 2:
        for piece in pieces:
            work(piece)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, pieces))


def _in_common(early: Complex, late: Complex, side: int) -> tuple[Complex, Float]:
    """Return bounded cross spectra summed over bands, and the correlation by phase alone."""
    rings = rings_of(side)
    kept = (..., rings.rows, slice(len(rings.kx)))
    cross = early[kept] * np.conj(late[kept])
    bounded = np.zeros((cross.shape[0], *cross.shape[2:]), dtype=np.complex64)
    flat = np.zeros_like(bounded)
    for band in range(cross.shape[1]):
        size = np.abs(cross[:, band])
        level = rings.mean(size)[:, rings.ring] + _TINY
        bounded += cross[:, band] / np.maximum(level, size / np.float32(_BOUND))
        flat += cross[:, band] * (rings.looked / (size + _TINY))
    whole = np.zeros((len(flat), side, side // 2 + 1), dtype=np.complex64)
    whole[kept] = flat
    return bounded, np.asarray(fft.irfft2(whole, s=(side, side), overwrite_x=True), dtype=np.float32)


def peaks(surface: Float, reach: int) -> tuple[Float, Float]:
    """Return the highest place of each correlation up to `reach` px, and its height in standard deviations."""
    spread = np.sqrt(np.square(surface[:, ::2, 1::3]).mean(axis=(1, 2))) + _TINY
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
        parts.append(np.where(bend < 0, (before - after) / (2 * np.minimum(bend, -_TINY)), 0).clip(-0.5, 0.5))
    found = np.stack([row - reach - 1 + parts[0], column - reach - 1 + parts[1]], axis=1).astype(np.float32)
    return found, np.asarray(height / (_MIDDLE * spread), dtype=np.float32)


def turned(found: Float, side: int) -> tuple[Complex, Complex]:
    """Return the phases that undo shifts, along rows and along columns."""
    rings = rings_of(side)
    down = np.exp(1j * found[:, :1] * rings.ky).astype(np.complex64)
    return down, np.exp(1j * found[:, 1:] * rings.kx).astype(np.complex64)


def climb(spectra: Complex, found: Float, side: int) -> Float:
    """Return the places one Newton step further up."""
    rings = rings_of(side)
    down, across = turned(found, side)
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
