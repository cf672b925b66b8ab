"""What a radar pair could show: the change of backscatter that stands out from speckle."""

import math

from scipy.special import ndtr, ndtri, polygamma

from osint_imagery.core.errors import InputError

__all__ = ["radar_pod", "smallest_change_db", "speckle_db"]

_DB = 10 / math.log(10)  # dB per natural-logarithmic unit


def speckle_db(looks: float) -> float:
    """Return the standard deviation of the log-ratio of two dates of unchanged ground, one pixel, dB.

    Parameters
    ----------
    looks : float
        Equivalent number of looks (averaged independent samples) of one date, > 0.

    Raises
    ------
    InputError
        If `looks` is not positive.

    Examples
    --------
    >>> [round(speckle_db(looks), 2) for looks in (1, 4.4, 5, 18)]
    [7.88, 3.1, 2.89, 1.47]
    """
    if not 0 < looks < math.inf:
        msg = f"looks={looks!r} is not an equivalent number of looks; Sentinel-1 GRD has about 4.4"
        raise InputError(msg)
    return _DB * math.sqrt(2 * float(polygamma(1, looks)))


def radar_pod(change_db: float, pixels: float, looks: float, *, alpha: float = 1e-4) -> float:
    """Return the probability that a change of mean backscatter over so many pixels stands out from speckle.

    Parameters
    ----------
    change_db : float
        Change of the mean backscatter, dB, either sign.
    pixels : float
        Pixels that change, > 0; independent samples where the pixels are not finer than the resolution.
    looks : float
        Equivalent number of looks of one date.
    alpha : float
        Probability of a false alarm at one place, (0, 1).

    Returns
    -------
    float
        Probability, 0 to 1.

    Raises
    ------
    InputError
        If a parameter is out of range.

    Notes
    -----
    The mean log-ratio over n pixels is taken as normal with standard deviation ``speckle_db(looks) / sqrt(n)``.
    An upper limit: rain, wind, tide, moisture and a shifted track change backscatter too, and a point target is
    brighter or darker with the angle. It says that backscatter changed, never what did.

    Examples
    --------
    >>> round(radar_pod(3.1, 25, 4.4), 2)
    0.9
    """
    if not (pixels > 0 and 0 < alpha < 1 and math.isfinite(change_db)):
        msg = (
            f"change_db={change_db!r}, pixels={pixels!r}, alpha={alpha!r}: give a finite change, pixels > 0, alpha < 1"
        )
        raise InputError(msg)
    return float(ndtr(abs(change_db) * math.sqrt(pixels) / speckle_db(looks) - ndtri(1 - alpha)))


def smallest_change_db(pixels: float, looks: float, *, pod: float = 0.9, alpha: float = 1e-4) -> float:
    """Return the change of mean backscatter, dB, that :func:`radar_pod` finds with probability `pod`.

    Raises
    ------
    InputError
        If a parameter is out of range.

    Examples
    --------
    >>> [round(smallest_change_db(pixels, 4.4), 2) for pixels in (1, 9, 25, 100)]
    [15.51, 5.17, 3.1, 1.55]
    """
    if not (pixels > 0 and 0 < pod < 1 and 0 < alpha < 1):
        msg = f"pixels={pixels!r}, pod={pod!r}, alpha={alpha!r}: give pixels > 0 and probabilities in (0, 1)"
        raise InputError(msg)
    return float(max(0.0, ndtri(1 - alpha) + ndtri(pod)) * speckle_db(looks) / math.sqrt(pixels))
