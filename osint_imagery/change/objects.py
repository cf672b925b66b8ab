"""Pixels above a threshold become objects with a strength."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

__all__ = ["LEAST_PIXELS", "THRESHOLD", "Objects", "find_objects", "standardize", "strengths"]

THRESHOLD = 3.0  # standard deviations of this place's own noise (methods.md 6)
LEAST_PIXELS = 3  # smaller objects are single-pixel accidents of resampling
_EIGHT = np.ones((3, 3), dtype=bool)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Objects:
    """Connected pixels above the threshold.

    ``labels`` is int32 (y, x), 0 = none; ``strength`` and ``pixels`` belong to labels 1, 2, ...
    """

    labels: NDArray[np.int32]
    strength: NDArray[np.float64]
    pixels: NDArray[np.int64]


def standardize(ratio: NDArray[np.floating], degrees: int) -> NDArray[np.float32]:
    """Turn a mean square of `degrees` variates, over its usual value, into standard deviations.

    Wilson and Hilferty's cube root makes the chi-square nearly normal.

    References
    ----------
    .. [1] Wilson, E. B., Hilferty, M. M. (1931). The distribution of chi-square. PNAS 17(12), 684-688.
       https://doi.org/10.1073/pnas.17.12.684

    Examples
    --------
    >>> standardize(np.array([1.0]), 10).round(2)
    array([0.15], dtype=float32)
    """
    spread = 2 / (9 * degrees)
    score: NDArray[np.float32] = ((np.cbrt(ratio) - (1 - spread)) / np.sqrt(spread)).astype(np.float32)
    return score


def find_objects(score: NDArray[np.float32], examined: NDArray[np.bool_]) -> Objects:
    """Return the connected objects (8 neighbors) of examined pixels whose score exceeds the threshold."""
    above = examined & (np.nan_to_num(score, nan=-np.inf) > THRESHOLD)
    labels, count = ndimage.label(above, structure=_EIGHT)
    pixels = np.bincount(labels.ravel(), minlength=count + 1)
    kept = pixels >= LEAST_PIXELS
    kept[0] = False
    renumber = np.cumsum(kept) * kept
    labels = renumber[labels].astype(np.int32)
    pixels = pixels[kept]
    total = np.bincount(labels[above], weights=score[above].astype(np.float64), minlength=len(pixels) + 1)[1:]
    strength = total / np.sqrt(np.maximum(pixels, 1))  # mean score times the square root of the pixel count
    return Objects(labels=labels, strength=strength, pixels=pixels)


def strengths(score: NDArray[np.float32], examined: NDArray[np.bool_]) -> tuple[float, ...]:
    """Return the objects' strengths only, strongest first."""
    return tuple(float(s) for s in np.sort(find_objects(score, examined).strength)[::-1])
