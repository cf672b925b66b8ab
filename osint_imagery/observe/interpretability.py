"""NIIRS and the equation that predicts it: what a trained reader could tell in an image, as a ceiling."""

import math
from dataclasses import dataclass

from osint_imagery.core.errors import InputError
from osint_imagery.core.estimate import Estimate
from osint_imagery.core.texts import PLANS

__all__ = ["NIIRS", "NiirsRow", "giqe5", "niirs_of", "niirs_words"]

_INCH_M = 0.0254
_STANDARD_ERROR = 0.3
_Z95 = 1.959963984540054
_FITTED_TO_M = 5.0  # above, the equation leaves the range it was fitted on
_PLAN_RER = (0.35, 0.9)
_PLAN_SNR = 50.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NiirsRow:
    """One level of the National Imagery Interpretability Rating Scale.

    Parameters
    ----------
    level : int
        0 to 9.
    finest_m, coarsest_m : float
        Ground resolved distance, m: at least `finest_m`, below `coarsest_m`.
    task : str
        What the civil scale gives as a task of this level; empty where this table quotes none.
    """

    level: int
    finest_m: float
    coarsest_m: float
    task: str = ""


NIIRS: tuple[NiirsRow, ...] = (
    NiirsRow(level=1, finest_m=9.0, coarsest_m=math.inf),
    NiirsRow(level=2, finest_m=4.5, coarsest_m=9.0, task="detect large buildings"),
    NiirsRow(level=3, finest_m=2.5, coarsest_m=4.5),
    NiirsRow(level=4, finest_m=1.2, coarsest_m=2.5),
    NiirsRow(level=5, finest_m=0.75, coarsest_m=1.2),
    NiirsRow(level=6, finest_m=0.40, coarsest_m=0.75, task="tell sedans from station wagons"),
    NiirsRow(level=7, finest_m=0.20, coarsest_m=0.40),
    NiirsRow(level=8, finest_m=0.10, coarsest_m=0.20),
    NiirsRow(level=9, finest_m=0.0, coarsest_m=0.10),
)
"""Ground resolved distance of each level; level 0 (nothing can be told) has none. A ceiling: haze, shadow, cover and
the reader only lower it. Source: civil NIIRS reference guide (fas.org/irp/imint/niirs_c/guide.htm)."""


def niirs_of(resolved_m: float) -> NiirsRow:
    """Return the highest NIIRS level that a ground resolved distance reaches.

    Parameters
    ----------
    resolved_m : float
        Ground resolved distance, m, > 0: the closest spacing at which two objects are told apart. It is not the
        pixel side, and never finer than it.

    Raises
    ------
    InputError
        If `resolved_m` is not positive.

    Examples
    --------
    >>> niirs_of(5.0).level, niirs_of(5.0).task
    (2, 'detect large buildings')
    """
    if not 0 < resolved_m < math.inf:
        msg = f"resolved_m={resolved_m!r} is not a distance; give meters > 0"
        raise InputError(msg)
    return next(row for row in NIIRS if row.finest_m <= resolved_m < row.coarsest_m)


def giqe5(gsd_m: float, *, rer: float, snr: float, elevation_deg: float = 90.0) -> Estimate:
    """Return the NIIRS that the General Image Quality Equation 5 predicts.

    Parameters
    ----------
    gsd_m : float
        Pixel side in the plane across the line of sight, m, > 0.
    rer : float
        Relative edge response, (0, 1].
    snr : float
        Signal-to-noise ratio, > 0.
    elevation_deg : float
        Height of the sensor above the horizon as seen from the ground, (0, 90].

    Returns
    -------
    Estimate
        NIIRS, not below 0, with a 95 % interval from the equation's standard error of 0.3.

    Raises
    ------
    InputError
        If a parameter is out of range.

    Notes
    -----
    A ceiling: the equation knows nothing of haze, shadow, camouflage or the reader's time. It was fitted on fine
    pixels; above about 5 m it is extrapolated and :func:`niirs_words` gives no number.

    References
    ----------
    .. [1] General Image Quality Equation (GIQE) version 5, National Geospatial-Intelligence Agency, 2015.

    Examples
    --------
    >>> round(giqe5(0.52832, rer=0.35, snr=50).value, 4)
    5.0152
    """
    if not (0 < gsd_m < math.inf and 0 < rer <= 1 and snr > 0 and 0 < elevation_deg <= 90):
        msg = (
            f"gsd_m={gsd_m!r}, rer={rer!r}, snr={snr!r}, elevation_deg={elevation_deg!r}: "
            "give meters > 0, rer in (0, 1], snr > 0, degrees in (0, 90]"
        )
        raise InputError(msg)
    across = gsd_m / math.sin(math.radians(elevation_deg)) ** 0.25
    edge = math.log10(rer)
    value = 9.57 - 3.32 * math.log10(across / _INCH_M)
    value += 3.32 * (1 - math.exp(-1.9 / snr)) * edge - 2 * edge**4 - 1.8 / snr
    reach = _Z95 * _STANDARD_ERROR
    return Estimate(
        value=max(value, 0.0),
        low=max(value - reach, 0.0),
        high=max(value + reach, 0.0),
        level=0.95,
        unit="NIIRS",
        method="GIQE 5, standard error 0.3; a ceiling",
    )


def niirs_words(gsd_m: float) -> str:
    """Return what pixels of this size allow on the NIIRS, in words, for planning.

    Parameters
    ----------
    gsd_m : float
        Pixel side, m, > 0.

    Raises
    ------
    InputError
        If `gsd_m` is not positive.

    Examples
    --------
    >>> niirs_words(10)
    'NIIRS 0 to 1 at best, detection only (10 m is outside the range of the equation)'
    >>> niirs_words(0.5)
    'NIIRS 5.1 to 5.2 at best (GIQE 5 at SNR 50, straight down, sharpness from RER 0.35 to 0.9; error +-0.6)'
    """
    low, high = (giqe5(gsd_m, rer=rer, snr=_PLAN_SNR).value for rer in _PLAN_RER)
    if gsd_m > _FITTED_TO_M:
        best = niirs_of(gsd_m).level  # what is resolved on the ground is never finer than the pixel
        return PLANS["niirs coarse"].format(best=best, gsd=gsd_m)
    return PLANS["niirs"].format(
        low=low, high=high, snr=_PLAN_SNR, soft=_PLAN_RER[0], sharp=_PLAN_RER[1], error=_Z95 * _STANDARD_ERROR
    )
