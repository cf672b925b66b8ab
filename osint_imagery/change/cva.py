"""Change vector analysis: the length of the difference, band by band in the scene's own units."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from osint_imagery.change.changemap import Method
from osint_imagery.change.detectors import Scored
from osint_imagery.change.literature import BOVOLO_2007, MALILA_1980
from osint_imagery.change.sampling import windows as windows_of
from osint_imagery.change.smoothing import checked_sigma, reach_px, smooth
from osint_imagery.change.standard import Brightness, Standard, chosen_bands, degrees_of, sampled, trials
from osint_imagery.core.pair import Pair

__all__ = ["CVA"]

_CITATION = f"{MALILA_1980.text}; {BOVOLO_2007.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CVA:
    """Change vector analysis: mean square of the standardized differences.

    Each band of each date is put into standard deviations over the scene; strength is the mean square of the
    (smoothed) differences. A baseline: any band that differs counts in full, so it misleads between seasons, under
    haze and moving shadow, and wherever the dates differ by more than a gain and an offset a band. It has no p-value.

    Parameters
    ----------
    smoothing_px : float
        Standard deviation of the Gaussian that smooths each signed difference, px; 0 for none, as published.
    bands : tuple of str
        Bands to use; empty for all but those of 60 m.

    Examples
    --------
    >>> CVA().method.name, CVA(smoothing_px=1).halo_px
    ('cva', 4)
    """

    smoothing_px: float = 0.0
    bands: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        checked_sigma("smoothing_px", self.smoothing_px)

    @property
    def method(self) -> Method:
        """Name, version, parameters and citation."""
        parameters = (("smoothing_px", f"{self.smoothing_px:g}"), ("bands", ",".join(self.bands) or "all but 60 m"))
        return Method(name="cva", version="1", parameters=parameters, citation=_CITATION)

    @property
    def halo_px(self) -> int:
        """Ground around a block that must be read with it, px."""
        return reach_px(self.smoothing_px)

    def fit(self, windows: Sequence[Pair]) -> "CvaFit":
        """Take means and spreads from sample windows.

        Raises
        ------
        BandError, NotEnoughDataError
            If a band asked for is missing or constant, or too little was observed.
        """
        names = chosen_bands(windows[0], self.bands)
        before, after = sampled(windows, names)
        standard = Standard.of(before, after, names)
        fit = CvaFit(
            standard=standard,
            brightness=Brightness.of(before, after, standard, self.smoothing_px),
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
class CvaFit:
    """CVA that knows its scene."""

    standard: Standard
    brightness: Brightness
    degrees: int
    smoothing_px: float

    @property
    def note(self) -> str:
        """Which bands went in."""
        return f"bands {', '.join(self.standard.bands)}; behaves as {self.degrees} independent variates"

    def score(self, pair: Pair) -> Scored:
        """Return the answer for a block."""
        usable = pair.valid
        total = np.zeros(pair.shape, dtype=np.float32)
        for k in range(len(self.standard.bands)):
            first, second = self.standard.plane(pair, k, usable)
            total += np.square(smooth(second - first, usable, self.smoothing_px))
        total /= len(self.standard.bands)
        total[~usable] = np.nan
        return Scored(
            strength=total,
            degrees=self.degrees,
            sign=self.brightness.sign(pair),
            p_value=np.full(pair.shape, np.nan, dtype=np.float32),
            note=self.note,
        )
