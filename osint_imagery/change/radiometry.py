"""Bring the later date's brightness to the earlier one's, on pixels that did not change."""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from osint_imagery.change.mad import chi2_sf, fit_mad, variates
from osint_imagery.core.arguments import require
from osint_imagery.core.errors import NotEnoughDataError
from osint_imagery.core.lineage import Step
from osint_imagery.core.pair import BandFit, Pair

__all__ = ["normalize"]

_UNCHANGED = 0.5  # instrument p-value above which a pixel counts as invariant
_LEAST_PIXELS = 300
_FIT_PIXELS = 250_000
_LEAST_CORRELATION = 0.5  # below this the invariant pixels do not show the same ground twice
_MOST_SLOPE = 3.0  # a larger gain, or its inverse, is no difference in haze or sun


def normalize(pair: Pair) -> Pair:
    """Normalize the later date radiometrically onto the earlier one.

    Per band, an orthogonal regression over pseudo-invariant pixels (those that IR-MAD gives no reason to call
    changed), fitted on two thirds of them and tested on the last third.

    Parameters
    ----------
    pair : Pair
        Aligned, at least 3 bands.

    Returns
    -------
    Pair
        With ``.after`` rescaled and one :class:`~osint_imagery.core.pair.BandFit` a band in ``.normalization``.

    Raises
    ------
    NotEnoughDataError
        If fewer than 300 invariant pixels are left, or a band's fit is not credible (correlation below 0.5, gain
        above 3 or below 1/3): a wrong normalization would be worse than none.
    BandError, ConvergenceError
        If the invariant pixels cannot be found.

    Notes
    -----
    For pictures and plain differences; IR-MAD itself does not need it. One line a band: a gradient of haze stays.

    References
    ----------
    .. [1] Canty, M. J., Nielsen, A. A. (2008). Automatic radiometric normalization of multitemporal satellite
       imagery with the iteratively re-weighted MAD transformation. RSE 112(3), 1025-1036.
       https://doi.org/10.1016/j.rse.2007.07.013
    """
    require(Pair, pair=pair)
    usable = np.flatnonzero(pair.valid)
    usable = usable[:: max(1, math.ceil(len(usable) / _FIT_PIXELS))]  # a line needs no more pixels than that
    before, after = (image.values.reshape(len(pair.bands), -1)[:, usable] for image in (pair.before, pair.after))
    fit = fit_mad(before, after, noise_floor=0.1, tolerance=1e-4)
    invariant = chi2_sf(np.square(variates(fit, before, after)).sum(axis=0), len(pair.bands)) > _UNCHANGED
    if invariant.sum() < _LEAST_PIXELS:
        msg = f"{int(invariant.sum())} invariant pixels, {_LEAST_PIXELS} are needed; use a larger window"
        raise NotEnoughDataError(msg)
    fits = tuple(
        _line(name, before[k][invariant].astype(np.float64), after[k][invariant].astype(np.float64))
        for k, name in enumerate(pair.bands)
    )
    odd = [f for f in fits if f.correlation < _LEAST_CORRELATION or not 1 / _MOST_SLOPE < f.slope < _MOST_SLOPE]
    if odd:
        told = ", ".join(f"{f.band} (gain {f.slope:.2f}, correlation {f.correlation:.2f})" for f in odd)
        msg = f"invariant pixels give no credible line for {told}; use a window with more unchanged ground"
        raise NotEnoughDataError(msg)
    slope = np.array([f.slope for f in fits], dtype=np.float32)[:, None, None]
    intercept = np.array([f.intercept for f in fits], dtype=np.float32)[:, None, None]
    scaled = replace(pair.after, values=pair.after.values * slope + intercept)
    parameters = tuple((f.band, f"{f.slope:.6g} x + {f.intercept:.6g}") for f in fits)
    done = Step(
        name="normalize", version="1", parameters=parameters, inputs=(pair.after.digest,), outputs=(scaled.digest,)
    )
    return replace(pair, after=scaled, normalization=fits, lineage=pair.lineage.then(done))


def _line(band: str, target: NDArray[np.float64], source: NDArray[np.float64]) -> BandFit:
    """Fit target = slope * source + intercept by orthogonal regression; every third pixel is held out."""
    held = np.arange(len(target)) % 3 == 2
    covariance = np.cov(source[~held], target[~held])
    _, vectors = np.linalg.eigh(covariance)  # the last column is the long axis: (source, target)
    slope = float(vectors[1, 1] / vectors[0, 1])
    intercept = float(target[~held].mean() - slope * source[~held].mean())
    test = stats.ttest_rel(slope * source[held] + intercept, target[held])
    return BandFit(
        band=band,
        slope=slope,
        intercept=intercept,
        correlation=float(covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1])),
        pixels_fit=int((~held).sum()),
        pixels_test=int(held.sum()),
        mean_difference_p=float(test.pvalue),
    )
