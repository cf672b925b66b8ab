"""Ring regression: what a pixel's surroundings predict for it, and by how much it disagrees."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from osint_imagery.change.changemap import Method
from osint_imagery.change.detectors import Scored
from osint_imagery.change.literature import KONDMANN_2021
from osint_imagery.change.sampling import windows as windows_of
from osint_imagery.change.smoothing import box_sum, checked_sigma, reach_px, smooth
from osint_imagery.change.standard import Brightness, Standard, chosen_bands, degrees_of, sampled, trials
from osint_imagery.core.errors import InputError
from osint_imagery.core.pair import Pair

__all__ = ["Ring", "ring_residual"]

_CITATION = f"{KONDMANN_2021.text}; square rings of doubling width, residuals smoothed"
_LEAST_POWER = 1e-6  # of a ring's sum of squares: below, the ring is empty and predicts the scene's mean

Planes = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """Ring regression, the statistic of SiROC.

    On square rings around a pixel the later date is regressed on the earlier one, band by band; the residuals at the
    pixel are averaged over the rings, smoothed, and squared. Both dates are put into standard deviations over the
    scene first, so gain and offset of either date do not matter; a gain that varies over the scene (haze, relief)
    is followed ring by ring.

    Misleads where what surrounds a pixel changed otherwise than the pixel would have: at the borders of crops and
    water, and inside a change as wide as the widest ring, which then looks usual. It has no p-value.

    Parameters
    ----------
    half_widths_px : tuple of int
        Outer half-widths of the rings, px, ascending. The published rings are 7, 14, ... 189 px; four doublings reach
        56 px, at a seventh of the cost, with the same ranking on the labelled scenes tried.
    smoothing_px : float
        Standard deviation of the Gaussian that smooths the residual's modulus, px; 0 for none.
    bands : tuple of str
        Bands to use; empty for all but those of 60 m. One band is enough.

    Examples
    --------
    >>> Ring().method.name, Ring().halo_px
    ('ring', 62)
    """

    half_widths_px: tuple[int, ...] = (7, 14, 28, 56)
    smoothing_px: float = 1.5
    bands: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        checked_sigma("smoothing_px", self.smoothing_px)
        widths = self.half_widths_px
        if not widths or widths[0] < 1 or any(a >= b for a, b in pairwise(widths)):
            msg = f"half_widths_px={widths!r} must be ascending whole numbers from 1 px; (7, 14, 28, 56) is usual"
            raise InputError(msg)

    @property
    def method(self) -> Method:
        """Name, version, parameters and citation."""
        parameters = (
            ("half_widths_px", ",".join(f"{width}" for width in self.half_widths_px)),
            ("smoothing_px", f"{self.smoothing_px:g}"),
            ("bands", ",".join(self.bands) or "all but 60 m"),
        )
        return Method(name="ring", version="1", parameters=parameters, citation=_CITATION)

    @property
    def halo_px(self) -> int:
        """Ground around a block that must be read with it, px."""
        return self.half_widths_px[-1] + reach_px(self.smoothing_px)

    def fit(self, windows: Sequence[Pair]) -> "RingFit":
        """Take means and spreads from sample windows; the regressions are local and need no fit.

        Raises
        ------
        BandError, NotEnoughDataError
            If a band asked for is missing or constant, or too little was observed.
        """
        names = chosen_bands(windows[0], self.bands)
        before, after = sampled(windows, names)
        standard = Standard.of(before, after, names)
        fit = RingFit(
            standard=standard,
            brightness=Brightness.of(before, after, standard, self.smoothing_px),
            half_widths_px=self.half_widths_px,
            smoothing_px=self.smoothing_px,
            degrees=1,
        )
        return replace(fit, degrees=degrees_of([fit.score(part).strength for part in trials(windows)]))

    def score(self, pair: Pair) -> Scored:
        """Return how strongly each pixel changed; :meth:`fit` on the pair's own windows, then score.

        Raises
        ------
        BandError, NotEnoughDataError
            As :meth:`fit`.
        """
        return self.fit(windows_of(pair)).score(pair)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RingFit:
    """Ring regression that knows its scene."""

    standard: Standard
    brightness: Brightness
    half_widths_px: tuple[int, ...]
    smoothing_px: float
    degrees: int

    @property
    def note(self) -> str:
        """How wide the rings are."""
        return f"rings to {self.half_widths_px[-1]} px; behaves as {self.degrees} independent variates"

    def score(self, pair: Pair) -> Scored:
        """Return the answer for a block."""
        usable = pair.valid
        total = np.zeros(pair.shape, dtype=np.float32)
        for k in range(len(self.standard.bands)):
            residual = ring_residual(*self.standard.plane(pair, k, usable), self.half_widths_px)
            total += np.square(smooth(residual, usable, self.smoothing_px))
        total /= len(self.standard.bands)
        total[~usable] = np.nan
        return Scored(
            strength=total,
            degrees=self.degrees,
            sign=self.brightness.sign(pair),
            p_value=np.full(pair.shape, np.nan, dtype=np.float32),
            note=self.note,
        )


def ring_residual(before: Planes, after: Planes, half_widths_px: Sequence[int]) -> Planes:
    """Return the modulus of what square rings around a pixel fail to predict, averaged over the rings, (y, x).

    Parameters
    ----------
    before, after : ndarray of float32, (y, x)
        One band of either date, without its mean; 0 where not usable.
    half_widths_px : sequence of int
        Outer half-widths of the rings, px; the first ring leaves out the pixel itself.

    Notes
    -----
    The slope of a ring is Sum(x y) / Sum(x^2): a pixel that is not usable adds nothing to either.

    Examples
    --------
    >>> ground = np.random.default_rng(0).normal(size=(9, 9)).astype(np.float32)
    >>> float(ring_residual(ground, 2 * ground, [2]).max().round(5))
    0.0
    """
    products, squares = before * after, before * before
    inner = (products.astype(np.float64), squares.astype(np.float64))
    total = np.zeros(before.shape, dtype=np.float32)
    for width in half_widths_px:
        outer = box_sum(products, width), box_sum(squares, width)
        slope = (outer[0] - inner[0]) / np.maximum(outer[1] - inner[1], _LEAST_POWER)
        total += np.abs(after - slope.astype(np.float32) * before)
        inner = outer
    total /= len(half_widths_px)
    return total
