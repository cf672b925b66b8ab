"""Multivariate alteration detection as detectors: one pass, and iteratively re-weighted."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from osint_imagery.change.changemap import Method
from osint_imagery.change.detectors import Scored
from osint_imagery.change.literature import NIELSEN_1998, NIELSEN_2007
from osint_imagery.change.mad import MadFit, chi2_sf, fit_mad, variates
from osint_imagery.change.sampling import windows as windows_of
from osint_imagery.change.smoothing import checked_sigma, noise_left, reach_px, smooth
from osint_imagery.change.standard import Brightness, Standard, chosen_bands, sampled
from osint_imagery.core.pair import Pair

__all__ = ["IRMAD", "MAD", "MadScores"]

_MAD_CITATION = NIELSEN_1998.text
_IRMAD_CITATION = NIELSEN_2007.text


@dataclass(frozen=True, slots=True, kw_only=True)
class MAD:
    """Multivariate alteration detection in one pass, without re-weighting.

    Looks for what is left of one date after the best linear prediction from the other, so gain and offset of
    either date do not matter. The pixel's strength is the mean square of the smoothed standardized variates.

    What changed takes part in the fit and inflates its own variance: with more than a few per cent of change the
    strength is too low and the p-value too large; on real land at rest its p-value is the most honest of the family.
    Misleads where more than about a third of the scene changed, between seasons, under a gradient of haze, and where
    clouds were left in.

    Parameters
    ----------
    smoothing_px : float
        Standard deviation of the Gaussian that smooths each signed variate, px; 0 for none.
    bands : tuple of str
        Bands to use; empty for all but those of 60 m.

    Examples
    --------
    >>> MAD().method.name, MAD().halo_px
    ('mad', 4)
    """

    smoothing_px: float = 1.0
    bands: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        checked_sigma("smoothing_px", self.smoothing_px)

    @property
    def method(self) -> Method:
        """Name, version, parameters and citation."""
        parameters = (("smoothing_px", f"{self.smoothing_px:g}"), ("bands", ",".join(self.bands) or "all but 60 m"))
        return Method(name="mad", version="1", parameters=parameters, citation=_MAD_CITATION)

    @property
    def halo_px(self) -> int:
        """Ground around a block that must be read with it, px."""
        return reach_px(self.smoothing_px)

    def fit(self, windows: Sequence[Pair]) -> "MadScores":
        """Fit the variates to sample windows.

        Raises
        ------
        BandError
            If a band asked for is missing.
        NotEnoughDataError, ConvergenceError
            If the pair cannot support the fit.
        """
        names = chosen_bands(windows[0], self.bands)
        before, after = sampled(windows, names)
        return MadScores(
            bands=tuple(names),
            linear=fit_mad(before, after, iterate=False),
            brightness=Brightness.of(before, after, Standard.of(before, after, names), self.smoothing_px),
            smoothing_px=self.smoothing_px,
        )

    def score(self, pair: Pair) -> Scored:
        """Return strength, sign and instrument p-value of every pixel that both dates observed.

        Raises
        ------
        BandError, NotEnoughDataError, ConvergenceError
            As :meth:`fit`.
        """
        return self.fit(windows_of(pair)).score(pair)


@dataclass(frozen=True, slots=True, kw_only=True)
class IRMAD:
    """Iteratively re-weighted multivariate alteration detection.

    As :class:`MAD`, but pixels that changed lose their weight in the fit, pass by pass.

    Misleads where more than about a third of the scene changed, between seasons, under a gradient of haze, with
    fewer than 100 pixels a band, and where clouds were left in. Two bands are refused. The textbook's weights rest,
    on land with water, on the water alone, and then call nearly all land changed; its p-value is corrected by c_N.

    Parameters
    ----------
    smoothing_px : float
        Standard deviation of the Gaussian that smooths each signed variate, px; 0 for none.
    noise_floor : float
        Noise that each date has at least, as a share of each band's spread; keeps the fit from resting on open sea.
        It makes the p-value of quiet ground too large; 0 for the exact p-value of Gaussian noise.
    tolerance : float
        Stop when no canonical correlation moves more than this.
    textbook : bool
        True for the published weights, without the consistency factor inside the loop.
    bands : tuple of str
        Bands to use; empty for all but those of 60 m.

    Examples
    --------
    >>> IRMAD().method.name
    'irmad'
    >>> IRMAD(textbook=True, noise_floor=0, smoothing_px=0).method.parameters[3]
    ('weights', 'textbook')
    """

    smoothing_px: float = 1.0
    noise_floor: float = 0.1
    tolerance: float = 1e-4
    textbook: bool = False
    bands: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        checked_sigma("smoothing_px", self.smoothing_px)

    @property
    def method(self) -> Method:
        """Name, version, parameters and citation."""
        return Method(
            name="irmad",
            version="2",
            parameters=(
                ("smoothing_px", f"{self.smoothing_px:g}"),
                ("noise_floor", f"{self.noise_floor:g}"),
                ("tolerance", f"{self.tolerance:g}"),
                ("weights", "textbook" if self.textbook else "consistency factor inside the loop"),
                ("bands", ",".join(self.bands) or "all but 60 m"),
            ),
            citation=_IRMAD_CITATION
            + ("" if self.textbook else "; with the consistency factor of osint_imagery.change.mad inside the loop"),
        )

    @property
    def halo_px(self) -> int:
        """Ground around a block that must be read with it, px."""
        return reach_px(self.smoothing_px)

    def fit(self, windows: Sequence[Pair]) -> "MadScores":
        """Fit the variates to sample windows.

        Raises
        ------
        BandError
            If a band asked for is missing, or with fewer than 3 bands.
        NotEnoughDataError, ConvergenceError
            If the pair cannot support the fit.
        """
        names = chosen_bands(windows[0], self.bands, least=3)
        before, after = sampled(windows, names)
        linear = fit_mad(before, after, textbook=self.textbook, noise_floor=self.noise_floor, tolerance=self.tolerance)
        return MadScores(
            bands=tuple(names),
            linear=linear,
            brightness=Brightness.of(before, after, Standard.of(before, after, names), self.smoothing_px),
            smoothing_px=self.smoothing_px,
        )

    def score(self, pair: Pair) -> Scored:
        """Return strength, sign and instrument p-value of every pixel that both dates observed.

        Raises
        ------
        BandError, NotEnoughDataError, ConvergenceError
            As :meth:`fit`.
        """
        return self.fit(windows_of(pair)).score(pair)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MadScores:
    """MAD or IR-MAD that knows its scene."""

    bands: tuple[str, ...]
    linear: MadFit
    brightness: Brightness
    smoothing_px: float

    @property
    def note(self) -> str:
        """Passes and canonical correlations."""
        rho = ", ".join(f"{r:.3f}" for r in self.linear.rho[::-1])
        return f"{self.linear.iterations} passes, canonical correlations {rho}"

    def planes(self, pair: Pair) -> NDArray[np.float32]:
        """Return the standardized variates, 0 where not usable, (variate, y, x)."""
        usable = pair.valid
        rows = [pair.bands.index(name) for name in self.bands]
        before, after = (image.values[rows][:, usable] for image in (pair.before, pair.after))
        found = variates(self.linear, before, after)
        if usable.all():
            return found.reshape(len(rows), *pair.shape)
        out = np.zeros((len(rows), *pair.shape), dtype=np.float32)
        out[:, usable] = found
        return out

    def strength(self, planes: NDArray[np.float32], usable: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Return the mean square of the smoothed variates, NaN where not usable, (y, x)."""
        total = np.zeros(usable.shape, dtype=np.float32)
        # Fewer usable neighbors leave more noise: divide by the noise that is left, not by the sum of weights alone.
        noise = noise_left(usable, self.smoothing_px)
        for plane in planes:
            total += np.square(smooth(plane, usable, self.smoothing_px) / noise)
        total /= len(planes)
        total[~usable] = np.nan
        return total

    def p_value(self, planes: NDArray[np.float32], usable: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Return the instrument p-value, NaN where not usable, (y, x)."""
        found = chi2_sf(np.einsum("kyx,kyx->yx", planes, planes), len(planes))
        return np.where(usable, found, np.nan).astype(np.float32)

    def score(self, pair: Pair) -> Scored:
        """Return the answer for a block."""
        planes = self.planes(pair)
        return Scored(
            strength=self.strength(planes, pair.valid),
            degrees=len(planes),
            sign=self.brightness.sign(pair),
            p_value=self.p_value(planes, pair.valid),
            note=self.note,
        )
