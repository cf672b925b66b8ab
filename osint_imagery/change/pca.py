"""Difference vectors in the few directions that hold most of their variance."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from osint_imagery.change.changemap import Method
from osint_imagery.change.detectors import Scored
from osint_imagery.change.literature import FUNG_1987, SINGH_1989
from osint_imagery.change.sampling import windows as windows_of
from osint_imagery.change.smoothing import checked_sigma, reach_px, smooth
from osint_imagery.change.standard import Brightness, Standard, chosen_bands, degrees_of, sampled, trials
from osint_imagery.core.errors import InputError
from osint_imagery.core.pair import Pair

__all__ = ["PcaDifference"]

_CITATION = f"{FUNG_1987.text}; review: {SINGH_1989.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PcaDifference:
    """Mean square of the leading principal components of the standardized differences.

    A baseline: it drops the directions in which the dates hardly differ, and with them their noise. What varies most
    between the dates leads, whatever it is: it misleads where season, haze or tide is the largest difference, and a
    change in a direction that varies little is dropped. It has no p-value.

    Parameters
    ----------
    variance : float
        Share of the differences' variance that the kept components hold, in (0, 1].
    smoothing_px : float
        Standard deviation of the Gaussian that smooths each signed difference, px; 0 for none, as published.
    bands : tuple of str
        Bands to use; empty for all but those of 60 m.

    Examples
    --------
    >>> PcaDifference().method.name, PcaDifference().halo_px
    ('pca-difference', 0)
    """

    variance: float = 0.95
    smoothing_px: float = 0.0
    bands: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        checked_sigma("smoothing_px", self.smoothing_px)
        if not 0 < self.variance <= 1:
            msg = f"variance={self.variance!r} is not in (0, 1]; 0.95 keeps what holds 95 % of the variance"
            raise InputError(msg)

    @property
    def method(self) -> Method:
        """Name, version, parameters and citation."""
        parameters = (
            ("variance", f"{self.variance:g}"),
            ("smoothing_px", f"{self.smoothing_px:g}"),
            ("bands", ",".join(self.bands) or "all but 60 m"),
        )
        return Method(name="pca-difference", version="1", parameters=parameters, citation=_CITATION)

    @property
    def halo_px(self) -> int:
        """Ground around a block that must be read with it, px."""
        return reach_px(self.smoothing_px)

    def fit(self, windows: Sequence[Pair]) -> "PcaFit":
        """Take means, spreads and the leading components from sample windows.

        Raises
        ------
        BandError, NotEnoughDataError
            If a band asked for is missing or constant, or too little was observed.
        """
        names = chosen_bands(windows[0], self.bands)
        before, after = sampled(windows, names)
        standard = Standard.of(before, after, names)
        difference = (after - standard.mean[1][:, None]) / standard.spread[1][:, None]
        difference -= (before - standard.mean[0][:, None]) / standard.spread[0][:, None]
        values, vectors = np.linalg.eigh(difference @ difference.T / difference.shape[1])
        held = np.cumsum(values[::-1]) / values.sum()
        kept = min(int(np.searchsorted(held, self.variance - 1e-9)) + 1, len(names))
        rows = vectors.T[::-1][:kept]
        fit = PcaFit(
            standard=standard,
            brightness=Brightness.of(before, after, standard, self.smoothing_px),
            components=rows,
            degrees=1,
            smoothing_px=self.smoothing_px,
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
class PcaFit:
    """PCA-difference that knows its scene; ``components`` is (component, band), strongest first."""

    standard: Standard
    brightness: Brightness
    components: NDArray[np.float64]
    degrees: int
    smoothing_px: float

    @property
    def note(self) -> str:
        """How many components were kept."""
        return f"{len(self.components)} of {len(self.standard.bands)} components kept"

    def score(self, pair: Pair) -> Scored:
        """Return the answer for a block."""
        usable = pair.valid
        difference = self.standard.difference(pair, usable)
        total = np.zeros(pair.shape, dtype=np.float32)
        for row in self.components.astype(np.float32):
            total += np.square(smooth(np.einsum("b,byx->yx", row, difference), usable, self.smoothing_px))
        total /= len(self.components)
        total[~usable] = np.nan
        return Scored(
            strength=total,
            degrees=self.degrees,
            sign=self.brightness.sign(pair),
            p_value=np.full(pair.shape, np.nan, dtype=np.float32),
            note=self.note,
        )
