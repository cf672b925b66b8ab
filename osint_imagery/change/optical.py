"""Optical detectors: how strongly each pixel changed, before anybody says what is usual here."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from osint_imagery.change.changemap import Method
from osint_imagery.change.detectors import Scored
from osint_imagery.change.mad import chi2_sf, fit_mad, variates
from osint_imagery.core.pair import Pair

__all__ = ["IRMAD"]

_VISIBLE = ("blue", "green", "red")
_CITATION = (
    "Nielsen, A. A. (2007). The regularized iteratively reweighted MAD method for change detection in multi- and "
    "hyperspectral data. IEEE Transactions on Image Processing 16(2), 463-478. "
    "https://doi.org/10.1109/TIP.2006.888195; with the consistency factor of osint_imagery.change.mad inside the loop"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class IRMAD:
    """Iteratively re-weighted multivariate alteration detection.

    Looks for what is left of one date after the best linear prediction from the other, so gain and offset of
    either date do not matter. The pixel's strength is the mean square of the smoothed standardized variates.

    Misleads where more than about a third of the scene changed, between seasons, under a gradient of haze, with
    fewer than 100 pixels a band, and where clouds were left in. Two bands are refused.

    Parameters
    ----------
    smoothing_px : float
        Standard deviation of the Gaussian that smooths each signed variate, px; 0 for none.
    noise_floor : float
        Noise that each date has at least, as a share of each band's spread; keeps the fit from resting on open sea.
    tolerance : float
        Stop when no canonical correlation moves more than this.

    Examples
    --------
    >>> IRMAD().method.name
    'irmad'
    """

    smoothing_px: float = 1.0
    noise_floor: float = 0.1
    tolerance: float = 1e-4

    @property
    def method(self) -> Method:
        """Name, version, parameters and citation."""
        return Method(
            name="irmad",
            version="1",
            parameters=(
                ("smoothing_px", f"{self.smoothing_px:g}"),
                ("noise_floor", f"{self.noise_floor:g}"),
                ("tolerance", f"{self.tolerance:g}"),
                ("weights", "consistency factor inside the loop"),
            ),
            citation=_CITATION,
        )

    def score(self, pair: Pair) -> Scored:
        """Return strength, sign and instrument p-value of every pixel that both dates observed.

        Raises
        ------
        BandError
            With fewer than 3 bands.
        NotEnoughDataError, ConvergenceError
            If the pair cannot support the fit.
        """
        usable = pair.valid
        before, after = pair.before.values[:, usable], pair.after.values[:, usable]
        fit = fit_mad(before, after, noise_floor=self.noise_floor, tolerance=self.tolerance)
        found = variates(fit, before, after)
        bands = len(pair.bands)
        p_value = np.full(pair.shape, np.nan, dtype=np.float32)
        p_value[usable] = chi2_sf(np.square(found).sum(axis=0), bands)
        strength = np.zeros(pair.shape, dtype=np.float32)
        # Fewer usable neighbors leave more noise: divide by the noise that is left, not by the sum of weights.
        support = np.sqrt(_smooth(usable.astype(np.float32), self.smoothing_px / math.sqrt(2)))
        plane = np.zeros(pair.shape, dtype=np.float32)
        for variate in found:
            plane[usable] = variate
            strength += np.square(_smooth(plane, self.smoothing_px) / np.maximum(support, 1e-3))
        strength[~usable] = np.nan
        return Scored(
            strength=(strength / bands).astype(np.float32),
            degrees=bands,
            sign=_brightness_sign(pair, usable, self.smoothing_px),
            p_value=p_value,
            note=f"{fit.iterations} passes, canonical correlations {', '.join(f'{r:.3f}' for r in fit.rho[::-1])}",
        )


def _smooth(plane: NDArray[np.float32], sigma_px: float) -> NDArray[np.float32]:
    if not sigma_px:
        return plane
    smoothed: NDArray[np.float32] = ndimage.gaussian_filter(plane, sigma_px)
    return smoothed


def _brightness_sign(pair: Pair, usable: NDArray[np.bool_], sigma_px: float) -> NDArray[np.int8]:
    """Return +1 where the pixel brightened against the scene, -1 where it darkened, 0 where unobserved.

    The visible bands decide where there are any: clearing and building brighten them, water and shadow darken.
    """
    names = [name for name in _VISIBLE if name in pair.bands] or list(pair.bands)
    total = np.zeros(pair.shape, dtype=np.float32)
    for name in names:
        difference = pair.after.band(name)[usable] - pair.before.band(name)[usable]
        middle = np.median(difference)
        spread = np.median(np.abs(difference - middle))
        total[usable] += (difference - middle) / max(float(spread), 1e-12)
    sign: NDArray[np.int8] = np.sign(_smooth(total, sigma_px)).astype(np.int8)
    sign[~usable] = 0
    return sign
