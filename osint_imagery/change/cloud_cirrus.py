"""High cloud in the band at 1.375 um, where water vapor hides the ground, against this scene's own background."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from osint_imagery.change.cloud_objects import opened
from osint_imagery.change.cloud_pixels import Plane
from osint_imagery.change.cloud_veil import box

__all__ = ["Cirrus", "cirrus_over", "fit_cirrus"]

_LEAST = 0.004  # reflectance above the background; clear scenes vary by less than .001 over themselves
_SPREADS = 6.0
_WHATEVER = 0.03  # no ground below 4 km shows as much through the water vapor above it


@dataclass(frozen=True, slots=True, kw_only=True)
class Cirrus:
    """The background of one date at 1.375 um, and how far above it cloud begins."""

    background: float
    spread: float
    middle: float

    @property
    def least(self) -> float:
        """Reflectance above the background from which on it is cloud."""
        return max(_LEAST, _SPREADS * self.spread)


def fit_cirrus(bands: Sequence[Plane]) -> Cirrus:
    """Take the background from the clearer part of a scene."""
    values = np.concatenate([band[np.isfinite(band)] for band in bands])
    if not values.size:
        return Cirrus(background=0.0, spread=0.0, middle=0.0)
    lowest, low, middle = (float(value) for value in np.percentile(values, [2, 20, 50]))
    return Cirrus(background=low, spread=(low - lowest) / 1.2, middle=middle)


def cirrus_over(own: Plane, other: Plane, skies: tuple[Cirrus, Cirrus], side: int) -> NDArray[np.bool_]:
    """Return where this date has high cloud: more than its background and more than the other date (high ground)."""
    excess = np.where(np.isfinite(own), own - np.float32(skies[0].background), np.float32(0))
    here = box(excess, side)
    high = np.asarray(here > min(skies[0].least, _WHATEVER), dtype=bool)
    if not high.any():  # nearly all clear blocks end here
        return high
    there = box(np.where(np.isfinite(other), other - np.float32(skies[1].background), np.float32(0)), side)
    return opened(((here - np.maximum(there, 0) > skies[0].least) | (here > _WHATEVER)) & high, side)
