"""What is done to every pixel in multivariate alteration detection: block by block, in single precision."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from osint_imagery.change.chi_square import chi2_sf, chi2_sf_single
from osint_imagery.change.threads import one_blas_thread

__all__ = ["BLOCK", "MadFit", "Sums", "statistic", "sums_of", "variates"]

BLOCK = 1 << 14  # pixels; keeps a block of two dates in the processor's cache

Float = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MadFit:
    """The linear map from two dates to their MAD variates.

    Parameters
    ----------
    mean_before, mean_after : ndarray, (band,)
        Weighted means.
    to_before, to_after : ndarray, (band, band)
        Rows a_i and b_i: ``MAD_i = a_i (x - mean_before) - b_i (y - mean_after)``, least correlated first.
    rho : ndarray, (band,)
        Canonical correlations, ascending like the rows.
    factor : float
        What T must be multiplied by to be chi-square under no change.
    iterations : int
        Passes over the pixels.
    weight_sum : float
        Sum of the weights of the last pass, in pixels.
    """

    mean_before: Float
    mean_after: Float
    to_before: Float
    to_after: Float
    rho: Float
    factor: float
    iterations: int
    weight_sum: float

    @property
    def sigma(self) -> Float:
        """No-change standard deviation of each variate."""
        scale: Float = np.sqrt(2 * (1 - self.rho))
        return scale


@one_blas_thread
def variates(fit: MadFit, before: NDArray[Any], after: NDArray[Any]) -> NDArray[np.float32]:
    """Return standardized MAD variates, (band, pixel), each with unit variance under no change."""
    out = np.empty(before.shape, dtype=np.float32)
    found = _Projection.of(fit, _kind(before))
    for part in _parts(before.shape[1]):
        out[:, part] = found(before[:, part], after[:, part])
    return out


@one_blas_thread
def statistic(fit: MadFit, before: NDArray[Any], after: NDArray[Any]) -> NDArray[np.float32]:
    """Return the sum of the squared standardized variates, (pixel,): chi-square of so many bands under no change.

    Parameters
    ----------
    fit : MadFit
        From :func:`fit_mad`.
    before, after : ndarray, (band, pixel)
        Of any type of number; NaN gives NaN.
    """
    out = np.empty(before.shape[1], dtype=np.float32)
    found = _Projection.of(fit, _kind(before))
    for part in _parts(before.shape[1]):
        scaled = found(before[:, part], after[:, part])
        np.square(scaled, out=scaled)
        scaled.sum(axis=0, out=out[part])
    return out


def _kind(pixels: NDArray[Any]) -> type[np.floating[Any]]:
    """Return double precision for double pixels, single for all others.

    Single precision is right inside a block whose mean is taken off first; sums over blocks stay double.
    """
    return np.float64 if pixels.dtype == np.float64 else np.float32


def _parts(pixels: int) -> list[slice]:
    return [slice(start, start + BLOCK) for start in range(0, pixels, BLOCK)]


def _centered(before: NDArray[Any], after: NDArray[Any], shift: NDArray[Any]) -> NDArray[Any]:
    """Return both dates' bands, stacked, less a shift of its own for each."""
    bands = len(before)
    both = np.empty((2 * bands, before.shape[1]), dtype=shift.dtype)
    np.subtract(before, shift[:bands], out=both[:bands], dtype=shift.dtype, casting="unsafe")
    np.subtract(after, shift[bands:], out=both[bands:], dtype=shift.dtype, casting="unsafe")
    return both


@dataclass(frozen=True, slots=True, eq=False)
class _Projection:
    """From both dates' bands to standardized variates: one product for both."""

    rows: NDArray[Any]
    shift: NDArray[Any]

    @classmethod
    def of(cls, fit: MadFit, kind: type[np.floating[Any]]) -> "_Projection":
        rows = np.concatenate([fit.to_before, -fit.to_after], axis=1) / fit.sigma[:, None] * math.sqrt(fit.factor)
        return cls(rows.astype(kind), np.concatenate([fit.mean_before, fit.mean_after])[:, None].astype(kind))

    def __call__(self, before: NDArray[Any], after: NDArray[Any]) -> NDArray[Any]:
        found: NDArray[Any] = self.rows @ _centered(before, after, self.shift)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Sums over pixels from which a fit is made; sums about the same `shift` add up.

    Parameters
    ----------
    total : float
        Of the weights.
    first, second : ndarray, (2 band,) and (2 band, 2 band)
        Of the weighted pixels less `shift`, both dates stacked, and of their products.
    shift : ndarray, (2 band,)
        What is taken off first, so that the sums lose no digits: near the means.
    """

    total: float
    first: Float
    second: Float
    shift: Float

    @classmethod
    def none(cls, shift: Float) -> "Sums":
        """Return the sums over no pixels."""
        return cls(0.0, np.zeros_like(shift), np.zeros((len(shift), len(shift))), shift)

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(self.total + other.total, self.first + other.first, self.second + other.second, self.shift)


@one_blas_thread
def sums_of(
    before: NDArray[Any], after: NDArray[Any], shift: Float, *, fit: MadFit | None = None, inside: float = 1.0
) -> Sums:
    """Return the sums over some pixels, weighted by the tail of an earlier fit's statistic where one is given.

    Parameters
    ----------
    before, after : ndarray, (band, pixel)
        Valid pixels only.
    shift : ndarray, (2 band,)
        As in :class:`Sums`.
    fit : MadFit, optional
        Of the pass before.
    inside : float
        What the statistic is multiplied by before its tail is taken.
    """
    kind = _kind(before)
    total, first, second = 0.0, np.zeros_like(shift), np.zeros((len(shift), len(shift)))
    offset = shift[:, None].astype(kind)
    tail = chi2_sf if kind is np.float64 else chi2_sf_single
    if fit is not None:
        rows = np.concatenate([fit.to_before, -fit.to_after], axis=1) / fit.sigma[:, None]
        level = (rows @ (np.concatenate([fit.mean_before, fit.mean_after]) - shift))[:, None].astype(kind)
        rows = rows.astype(kind)
    for part in _parts(before.shape[1]):
        both = _centered(before[:, part], after[:, part], offset)
        if fit is None:
            total += both.shape[1]
            first += both.sum(axis=1, dtype=np.float64)
        else:
            found = rows @ both
            found -= level
            np.square(found, out=found)
            weights = tail(found.sum(axis=0) * kind(inside), len(before))
            total += float(weights.sum(dtype=np.float64))
            first += both @ weights
            np.multiply(both, np.sqrt(weights), out=both)
        second += both @ both.T  # a matrix by its own transpose is half the work
    return Sums(total, first, second, shift)
