"""Automatic thresholds: two classes in a histogram, whether there are two or not."""

import numpy as np
from numpy.typing import NDArray

from osint_imagery.core.errors import InputError, NotEnoughDataError

__all__ = ["otsu"]

_BINS = 512


def otsu(score: NDArray[np.floating], *, bins: int = _BINS) -> float:
    """Return the threshold that parts a score's histogram into the two classes of least variance within.

    Parameters
    ----------
    score : ndarray
        Any shape; numbers that are not finite are left out.
    bins : int
        Equal bins between the smallest and the largest score, at least 2.

    Returns
    -------
    float
        Scores above it are the upper class.

    Raises
    ------
    InputError
        If `bins` is less than 2.
    NotEnoughDataError
        If there are not two different finite scores.

    Notes
    -----
    The baselines' decision, and nothing more: it always finds two classes, so where little changed it invents change.
    On a radar pair in which 1.07 % changed every automatic threshold tried reached a kappa of .04 to .23 although the
    score's area under the ROC curve was .98. The square root of a statistic is parted better than the statistic.

    References
    ----------
    .. [1] Otsu, N. (1979). A threshold selection method from gray-level histograms. IEEE Transactions on Systems, Man
       and Cybernetics 9(1), 62-66. https://doi.org/10.1109/TSMC.1979.4310076

    Examples
    --------
    >>> otsu(np.array([0.0, 0.1, 0.2, 4.0, 4.1, np.nan])) < 4
    True
    """
    if bins < 2:
        msg = f"bins={bins!r}: two classes need at least 2 bins; 512 is usual"
        raise InputError(msg)
    seen = score[np.isfinite(score)]
    if seen.size < 2 or not np.ptp(seen) > 0:
        msg = f"score has {seen.size} finite values and one level; two classes need two: give a score that varies"
        raise NotEnoughDataError(msg)
    counts, edges = np.histogram(seen, bins)
    centers = (edges[1:] + edges[:-1]) / 2
    below, moment = np.cumsum(counts)[:-1], np.cumsum(counts * centers)[:-1]
    above = seen.size - below
    total = float((counts * centers).sum())
    between = np.square(total * below / seen.size - moment) / (below * above)  # both ends hold a score: neither is 0
    best = np.flatnonzero(between >= between.max() * (1 - 1e-12))  # a gap is a plateau: cut in its middle
    return float((edges[best[0] + 1] + edges[best[-1] + 1]) / 2)
