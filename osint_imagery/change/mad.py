"""The algebra of (iteratively re-weighted) multivariate alteration detection, on plain arrays."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from osint_imagery.change.chi_square import chi2_sf, consistency_factor
from osint_imagery.change.mad_kernels import BLOCK, MadFit, Sums, statistic, sums_of, variates
from osint_imagery.change.threads import cores
from osint_imagery.core.errors import BandError, ConvergenceError, NotEnoughDataError

__all__ = [
    "MadFit",
    "chi2_sf",
    "consistency_factor",
    "fit_mad",
    "fit_sums",
    "statistic",
    "variates",
]

_SINGULAR = 1e-6  # a smallest eigenvalue of the correlation matrix below this is rounding, not signal
_TASK = 1 << 17  # pixels that a thread takes at a time
_PIXELS_PER_BAND = 100  # below this the covariance is not worth inverting (methods.md 2.7)

Float = NDArray[np.float64]


def fit_mad(
    before: NDArray[Any],
    after: NDArray[Any],
    *,
    iterate: bool = True,
    textbook: bool = False,
    noise_floor: float = 0.0,
    tolerance: float = 1e-6,
    most: int = 200,
    threads: int | None = None,
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
    threads : int, optional
        Threads over blocks of pixels; default: one a core. The result does not depend on it.

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
    if after.shape != before.shape:
        msg = f"before has shape {before.shape}, after {after.shape}; give the same bands and pixels of both"
        raise BandError(msg)
    pixels = before.shape[1]
    kept = slice(None, None, max(1, pixels // BLOCK))
    first = [date[:, kept].mean(axis=1, dtype=np.float64) for date in (before, after)] if pixels else []
    tasks = [slice(start, start + _TASK) for start in range(0, pixels, _TASK)]

    def passed(fit: MadFit | None, inside: float) -> Sums:
        shift = np.concatenate(first if fit is None else [fit.mean_before, fit.mean_after])

        def one(part: slice) -> Sums:
            return sums_of(before[:, part], after[:, part], shift, fit=fit, inside=inside)

        parts = list(workers.map(one, tasks)) if len(tasks) > 1 else [one(task) for task in tasks]
        return sum(parts[1:], start=parts[0])  # always in the order of the pixels

    with ThreadPoolExecutor(max_workers=threads or cores()) as workers:
        return fit_sums(
            passed,
            len(before),
            pixels,
            iterate=iterate,
            textbook=textbook,
            noise_floor=noise_floor,
            tolerance=tolerance,
            most=most,
        )


def fit_sums(
    passed: Callable[[MadFit | None, float], Sums],
    bands: int,
    pixels: int,
    *,
    iterate: bool = True,
    textbook: bool = False,
    noise_floor: float = 0.0,
    tolerance: float = 1e-6,
    most: int = 200,
) -> MadFit:
    """Fit as :func:`fit_mad` does, to sums that somebody else takes: over blocks of a file, for example.

    Parameters
    ----------
    passed : callable
        Takes the fit of the pass before (None at first) and the factor inside the loop, returns the sums over all
        pixels, as :func:`sums_of` does over some.
    bands, pixels : int
        How many there are.
    """
    if pixels < _PIXELS_PER_BAND * bands:
        msg = f"{pixels} valid pixels for {bands} bands; need at least {_PIXELS_PER_BAND * bands}: enlarge the window"
        raise NotEnoughDataError(msg)
    inside = 1.0 if textbook or not iterate else consistency_factor(bands)
    final = consistency_factor(bands, inside) if iterate else 1.0
    moments = _moments(passed(None, inside))
    floor = noise_floor**2 * np.diag(np.diag(moments[2]))
    fit = _solve(moments, floor, final, 1)
    for count in range(2, most + 1 if iterate else 2):
        refit = _solve(_moments(passed(fit, inside)), floor, final, count)
        moved = float(np.abs(refit.rho - fit.rho).max())
        fit = refit
        if moved < tolerance:
            return fit
    if iterate:
        msg = f"canonical correlations still move by more than {tolerance:g} after {most} passes"
        raise ConvergenceError(msg)
    return fit


_Moments = tuple[float, Float, Float]


def _moments(sums: Sums) -> _Moments:
    """Return weight sum, weighted means and weighted covariance of both dates' stacked bands."""
    center = sums.first / sums.total
    covariance = (sums.second - sums.total * np.outer(center, center)) / (sums.total - 1)
    return sums.total, center + sums.shift, covariance


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
