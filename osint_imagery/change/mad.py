"""The algebra of (iteratively re-weighted) multivariate alteration detection, on plain arrays."""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, special
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.stats import chi2

from osint_imagery.change.threads import one_blas_thread
from osint_imagery.core.errors import BandError, ConvergenceError, NotEnoughDataError

__all__ = ["MadFit", "chi2_sf", "consistency_factor", "fit_mad", "variates"]

BLOCK = 1 << 14  # pixels; keeps a block of two dates in the processor's cache
_SINGULAR = 1e-6  # a smallest eigenvalue of the correlation matrix below this is rounding, not signal
_PIXELS_PER_BAND = 100  # below this the covariance is not worth inverting (methods.md 2.7)

Float = NDArray[np.float64]


def chi2_sf(x: NDArray[np.floating], bands: int) -> Float:
    """Return P(chi-square with `bands` degrees of freedom > x), in closed form.

    Finite sums replace the incomplete gamma function: as exact, and several times faster.

    Examples
    --------
    >>> float(chi2_sf(np.array([9.487729]), 4).round(6)[0])
    0.05
    """
    half = np.minimum(np.asarray(x, dtype=np.float64) / 2, 1e4)  # beyond, the tail is 0 and powers would overflow
    terms = bands // 2
    if bands % 2 == 0:
        total = np.zeros_like(half)
        for k in range(terms - 1, -1, -1):
            total = total * half + 1 / math.factorial(k)
        result: Float = np.exp(-half) * total
        return result
    total = np.zeros_like(half)
    for k in range(terms - 1, -1, -1):
        total = total * half + 1 / math.gamma(k + 1.5)
    odd: Float = special.erfc(np.sqrt(half)) + np.exp(-half) * np.sqrt(half) * total
    return odd


@lru_cache(maxsize=32)
def consistency_factor(bands: int, inside: float = 1.0) -> float:
    """Return the factor c by which an iterated statistic T must be multiplied to be chi-square under no change.

    The weights S(inside T), with S(x) = P(chi2_N > x), shrink the weighted no-change variance by c, so that
    T = U / c with U the true chi-square; c solves c = E[U S(inside U / c)] / (N E[S(inside U / c)]).

    Parameters
    ----------
    bands : int
        N, at least 3.
    inside : float
        Factor inside the loop: 1 for the textbook's weights, whose c is the c_N of the literature note.

    Raises
    ------
    BandError
        If N < 3: with the textbook's weights no positive solution exists and the iteration collapses.

    Examples
    --------
    >>> round(consistency_factor(4), 6), round(consistency_factor(10), 6)
    (0.302776, 0.573866)
    """
    if bands < 3:
        msg = f"bands={bands!r}: IR-MAD needs at least 3 bands, re-weighting collapses below; give more bands"
        raise BandError(msg)

    def excess(c: float) -> float:
        top = quad(lambda u: u * chi2.sf(inside * u / c, bands) * chi2.pdf(u, bands), 0, np.inf)[0]
        bottom = quad(lambda u: chi2.sf(inside * u / c, bands) * chi2.pdf(u, bands), 0, np.inf)[0]
        return float(top / (bands * bottom) - c)

    return float(brentq(excess, 0.001, 1, xtol=1e-12))


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
def variates(fit: MadFit, before: NDArray[np.floating], after: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return standardized MAD variates, (band, pixel), each with unit variance under no change."""
    root = math.sqrt(fit.factor)
    out = np.empty(before.shape, dtype=np.float32)
    for start in range(0, before.shape[1], BLOCK):
        part = slice(start, start + BLOCK)
        out[:, part] = _scaled(fit, before[:, part], after[:, part]) * root
    return out


def _scaled(fit: MadFit, before: NDArray[np.floating], after: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return MAD variates over their no-change deviation, in the pixels' own precision.

    Single precision is right inside a block whose mean is taken off first; sums over blocks stay double.
    """
    kind = before.dtype
    x = before - fit.mean_before[:, None].astype(kind)
    y = after - fit.mean_after[:, None].astype(kind)
    left = (fit.to_before / fit.sigma[:, None]).astype(kind)
    right = (fit.to_after / fit.sigma[:, None]).astype(kind)
    scaled: NDArray[np.floating] = left @ x - right @ y
    return scaled


@one_blas_thread
def fit_mad(
    before: NDArray[np.floating],
    after: NDArray[np.floating],
    *,
    iterate: bool = True,
    textbook: bool = False,
    noise_floor: float = 0.0,
    tolerance: float = 1e-6,
    most: int = 200,
) -> MadFit:
    """Fit MAD or IR-MAD to two dates.

    Parameters
    ----------
    before, after : ndarray, (band, pixel)
        Valid pixels only, the same ones on both dates.
    iterate : bool
        False for one pass (MAD): no re-weighting.
    textbook : bool
        True for Nielsen's weights S(T), corrected afterwards by c_N (:func:`consistency_factor`); False for
        weights S(c_N T), corrected by the factor that belongs to them.
    noise_floor : float
        Noise that each date is taken to have at least, as a share of each band's spread over the scene, 0 to 1.
        It is added to both dates' variances before they are compared; 0 for none.
    tolerance : float
        Stop when no canonical correlation moves more than this.
    most : int
        Most passes.

    Raises
    ------
    BandError
        If iterating over fewer than 3 bands.
    NotEnoughDataError
        If there are fewer than 100 pixels a band, a band is constant, or bands repeat each other.
    ConvergenceError
        If it does not converge within `most` passes, or collapses onto a perfect correlation.

    Notes
    -----
    Weights are p-values, so a class of pixels that hardly changes at all (open sea) gains weight on every pass until
    the fit rests on that class alone and everything else counts as changed. Putting c_N inside the loop delays that,
    a noise floor prevents it; ``benchmarks/weights.py`` shows both on Sentinel-2 pairs of five cities. Misleads where
    more than about a third of the scene changed, between seasons, under a gradient of haze, and when clouds were left
    in. Without a noise floor the statistic is invariant to any affine change of either date, with one only to gain
    and offset of each band.

    References
    ----------
    .. [1] Nielsen, A. A. (2007). The regularized iteratively reweighted MAD method for change detection in
       multi- and hyperspectral data. IEEE TIP 16(2), 463-478. https://doi.org/10.1109/TIP.2006.888195
    """
    bands, pixels = before.shape
    if after.shape != before.shape:
        msg = f"before has shape {before.shape}, after {after.shape}; give the same bands and pixels of both"
        raise BandError(msg)
    inside = 1.0 if textbook or not iterate else consistency_factor(bands)
    final = consistency_factor(bands, inside) if iterate else 1.0
    if pixels < _PIXELS_PER_BAND * bands:
        msg = f"{pixels} valid pixels for {bands} bands; need at least {_PIXELS_PER_BAND * bands}: enlarge the window"
        raise NotEnoughDataError(msg)
    moments = _moments(before, after, None, inside)
    floor = noise_floor**2 * np.diag(np.diag(moments[2]))
    fit = _solve(moments, floor, final, 1)
    for count in range(2, most + 1 if iterate else 2):
        refit = _solve(_moments(before, after, fit, inside), floor, final, count)
        moved = float(np.abs(refit.rho - fit.rho).max())
        fit = refit
        if moved < tolerance:
            return fit
    if iterate:
        msg = f"canonical correlations still move by more than {tolerance:g} after {most} passes"
        raise ConvergenceError(msg)
    return fit


_Moments = tuple[float, Float, Float]


def _moments(before: NDArray[np.floating], after: NDArray[np.floating], fit: MadFit | None, inside: float) -> _Moments:
    """Return weight sum, weighted means and weighted covariance of both dates' stacked bands.

    Blocks are centered on a provisional mean first, so that the sums lose no digits.
    """
    bands, pixels = before.shape
    offset = np.concatenate([before[:, :BLOCK].mean(axis=1), after[:, :BLOCK].mean(axis=1)]).astype(np.float64)
    shift = offset[:, None].astype(before.dtype)
    if fit is not None:
        # One product for both dates, on the blocks as they are centered here.
        rows = np.concatenate([fit.to_before, -fit.to_after], axis=1) / fit.sigma[:, None]
        level = (rows @ (np.concatenate([fit.mean_before, fit.mean_after]) - offset))[:, None].astype(before.dtype)
        rows = rows.astype(before.dtype)
    total, first, second = 0.0, np.zeros(2 * bands), np.zeros((2 * bands, 2 * bands))
    for start in range(0, pixels, BLOCK):
        part = slice(start, start + BLOCK)
        both = np.concatenate([before[:, part], after[:, part]])
        both -= shift
        weights = np.ones(both.shape[1])
        if fit is not None:
            found = rows @ both - level
            weights = chi2_sf(inside * np.einsum("ij,ij->j", found, found), bands)
        weighted = both * weights.astype(before.dtype)
        total += float(weights.sum())
        first += weighted.sum(axis=1, dtype=np.float64)
        second += weighted @ both.T
    center = first / total
    covariance = (second - total * np.outer(center, center)) / (total - 1)
    return total, center + offset, covariance


def _unit_diagonal(covariance: Float) -> Float:
    """Return the correlation matrix; a constant band keeps its zero and so is found out."""
    scale = np.sqrt(np.maximum(np.diag(covariance), 0))
    scaled: Float = covariance / np.outer(*[np.where(scale > 0, scale, 1)] * 2)
    return scaled


def _solve(moments: _Moments, floor: Float, factor: float, count: int) -> MadFit:
    total, mean, covariance = moments
    covariance = covariance + floor
    bands = len(mean) // 2
    s11, s22, s12 = covariance[:bands, :bands], covariance[bands:, bands:], covariance[:bands, bands:]
    try:
        for own in (s11, s22):
            linalg.cholesky(_unit_diagonal(own) - _SINGULAR * np.eye(bands))
        inner = s12 @ linalg.solve(s22, s12.T, assume_a="pos")
        squared, left = linalg.eigh((inner + inner.T) / 2, s11)
    except linalg.LinAlgError as err:
        msg = f"the covariance of {bands} bands cannot be inverted (a constant or repeated band?); drop that band"
        raise NotEnoughDataError(msg) from err
    rho = np.sqrt(np.clip(squared, 0, None))
    if rho.max() >= 1 - 1e-9:
        msg = (
            f"a canonical correlation reached {rho.max():.9f}: the fit collapsed onto too few pixels or identical bands"
        )
        raise ConvergenceError(msg)
    right = linalg.solve(s22, s12.T @ left, assume_a="pos")
    right = right / np.sqrt(np.einsum("ij,ik,kj->j", right, s22, right))
    return MadFit(
        mean_before=mean[:bands],
        mean_after=mean[bands:],
        to_before=left.T,
        to_after=right.T,
        rho=rho,
        factor=factor,
        iterations=count,
        weight_sum=total,
    )
