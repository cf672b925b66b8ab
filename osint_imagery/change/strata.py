"""The strata of a random sample, and shares estimated from them with an interval that is never of no width."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from osint_imagery.core.errors import InputError
from osint_imagery.core.estimate import Estimate, proportion

__all__ = ["Ratio", "Strata", "StratifiedSample"]

Float = NDArray[np.float64]
_LEAST_UNITS = 2  # in a stratum: one unit has no variance
_NOTHING = 1e-24  # variance of a share that is only rounding


@dataclass(frozen=True, slots=True)
class Ratio:
    """An estimated share, its variance, and the units that had it, per stratum."""

    value: float
    variance: float
    hits: NDArray[np.int64] | None


@dataclass(frozen=True, slots=True)
class Strata:
    """Units and size of each stratum, and how areas are to be told."""

    units: NDArray[np.int64]
    sizes: Float
    pixel_area_m2: float | None
    level: float

    def __post_init__(self) -> None:
        if (self.units < _LEAST_UNITS).any():
            msg = f"units={self.units.tolist()} per stratum; {_LEAST_UNITS} each are needed to know their variance"
            raise InputError(msg)
        if not (np.isfinite(self.sizes) & (self.sizes > 0)).all():
            msg = f"the strata have sizes {self.sizes.tolist()}; each must be positive: leave out what does not exist"
            raise InputError(msg)
        if self.pixel_area_m2 is not None and not 0 < self.pixel_area_m2 < np.inf:
            msg = f"pixel_area_m2={self.pixel_area_m2!r} is not an area; give square meters, or leave it out"
            raise InputError(msg)
        if not 0 < self.level < 1:
            msg = f"level={self.level!r} is not in (0, 1); give 0.95 for a 95 % interval"
            raise InputError(msg)

    @property
    def weight(self) -> Float:
        """Share of each stratum in the whole."""
        weight: Float = self.sizes / self.sizes.sum()
        return weight

    def estimate(self, found: Ratio, *, scale: float = 1.0, unit: str = "probability", method: str) -> Estimate:
        """Return value and interval; bounds where nothing was met, exact ones where no variance was seen."""
        if np.isnan(found.value):
            return Estimate(value=np.nan, low=0, high=scale, level=1, unit=unit, method=f"{method}; class not met")
        half = float(ndtri((1 + self.level) / 2)) * found.variance**0.5
        low, high = max(0.0, found.value - half), min(1.0, found.value + half)
        if found.variance <= _NOTHING:
            low, high = self._exact(found)
        return Estimate(
            value=found.value * scale, low=low * scale, high=high * scale, level=self.level, unit=unit, method=method
        )

    def _exact(self, found: Ratio) -> tuple[float, float]:
        """Return binomial bounds of the strata, added up: wider than asked for, never of no width."""
        hits = found.hits
        whole = hits is not None and len(hits) == len(self.units)
        units = self.units if whole else np.array([self.units.min()])
        weight = self.weight if whole else np.ones(1)
        seen = hits if hits is not None and whole else np.array([round(found.value * int(units[0]))])
        bounds = [proportion(int(h), int(n), level=self.level) for h, n in zip(seen, units, strict=True)]
        low = sum(float(w) * b.low for w, b in zip(weight, bounds, strict=True))
        high = sum(float(w) * b.high for w, b in zip(weight, bounds, strict=True))
        return min(low, found.value), max(high, found.value)


@dataclass(frozen=True, slots=True)
class StratifiedSample:
    """Which units lie in which stratum."""

    members: list[NDArray[np.bool_]]
    design: Strata

    def ratio(self, y: NDArray[np.bool_], x: NDArray[np.bool_]) -> Ratio:
        """Return the share of x that is y, with the variance of a ratio of two stratified totals."""
        totals, hits = np.zeros(2), []
        for member, size in zip(self.members, self.design.sizes, strict=True):
            totals += size * np.array([y[member].mean(), x[member].mean()])
            hits.append(int(y[member].sum()))
        if totals[1] == 0:
            return Ratio(np.nan, np.nan, None)
        share, variance = totals[0] / totals[1], 0.0
        for member, size in zip(self.members, self.design.sizes, strict=True):
            rest = y[member] - share * x[member].astype(np.float64)
            variance += size**2 * (1 - len(rest) / size) * float(rest.var(ddof=1)) / len(rest)
        return Ratio(float(share), variance / float(totals[1]) ** 2, np.array(hits) if x.all() else None)
