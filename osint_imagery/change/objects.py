"""Pixels above a threshold become objects with a strength."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

__all__ = [
    "LEAST_PIXELS",
    "THRESHOLD",
    "Objects",
    "find_objects",
    "find_rated",
    "rating_of",
    "standardize",
    "strengths",
]

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
    return _connected(examined & (np.nan_to_num(score, nan=-np.inf) > THRESHOLD), score)


def find_rated(
    changed: NDArray[np.bool_], probability: NDArray[np.float32] | None, strength: NDArray[np.float32]
) -> Objects:
    """Return the connected objects of a detector's own cut, rated by :func:`rating_of`."""
    return _connected(changed, rating_of(probability, strength))


def rating_of(probability: NDArray[np.float32] | None, strength: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what each pixel adds to its object's rank: its probability squared, or its strength where there is none.

    Squared, so that wide ground of doubtful pixels does not come before less ground of sure ones.
    """
    return strength if probability is None else np.square(probability)


def _connected(above: NDArray[np.bool_], rating: NDArray[np.float32]) -> Objects:
    """Label pixels, drop the smallest objects, and rate the others by mean rating times root of the pixel count."""
    labels, count = ndimage.label(above, structure=_EIGHT)
    pixels = np.bincount(labels.ravel(), minlength=count + 1)
    kept = pixels >= LEAST_PIXELS
    kept[0] = False
    renumber = (np.cumsum(kept) * kept).astype(np.int32)
    labels = renumber[labels]
    pixels = pixels[kept]
    total = np.bincount(labels[above], weights=rating[above].astype(np.float64), minlength=len(pixels) + 1)[1:]
    return Objects(labels=labels, strength=total / np.sqrt(np.maximum(pixels, 1)), pixels=pixels)


def strengths(score: NDArray[np.float32], examined: NDArray[np.bool_]) -> tuple[float, ...]:
    """Return the objects' strengths only, strongest first."""
    return tuple(float(s) for s in np.sort(find_objects(score, examined).strength)[::-1])
