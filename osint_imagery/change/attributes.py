"""Per object: pixels, center, extent, mean and greatest score, all objects in one pass over their pixels."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from osint_imagery.core.errors import GridMismatchError

__all__ = ["Attributes", "attributes"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Attributes:
    """One entry a label, 1, 2, ... up to the greatest; labels that do not occur have 0 pixels and NaN.

    Parameters
    ----------
    pixels : ndarray of int64
        Pixels.
    row, column : ndarray of float64
        Mean row and column of the pixel centers, px: a single pixel at (0, 0) has its center at (0.5, 0.5).
    bbox : ndarray of int64, (label, 4)
        First row, first column, last row + 1, last column + 1.
    mean, greatest : ndarray of float64
        Of the score.
    """

    pixels: NDArray[np.int64]
    row: NDArray[np.float64]
    column: NDArray[np.float64]
    bbox: NDArray[np.int64]
    mean: NDArray[np.float64]
    greatest: NDArray[np.float64]


def attributes(labels: NDArray[np.int32], score: NDArray[np.floating]) -> Attributes:
    """Return what can be counted of every object.

    Parameters
    ----------
    labels : ndarray of int, (y, x)
        0 is background.
    score : ndarray, (y, x)
        NaN where not observed makes an object's mean and greatest score NaN.

    Raises
    ------
    GridMismatchError
        If the two have different shapes.

    Examples
    --------
    >>> found = attributes(np.array([[0, 1], [0, 1]]), np.array([[0.0, 1.0], [0.0, 3.0]]))
    >>> found.pixels, found.bbox, found.mean, found.greatest
    (array([2]), array([[0, 1, 2, 2]]), array([2.]), array([3.]))
    """
    if labels.shape != score.shape:
        msg = f"labels has shape {labels.shape}, score {score.shape}; they must agree"
        raise GridMismatchError(msg)
    flat = labels.ravel()
    here = np.flatnonzero(flat != 0)  # four times as fast as on numbers
    label = flat[here].astype(np.int64) - 1
    count = int(label.max(initial=-1)) + 1
    value = score.ravel()[here].astype(np.float64)
    row, column = np.divmod(here, labels.shape[1])
    pixels = np.bincount(label, minlength=count)
    greatest = np.full(count, -np.inf)
    np.maximum.at(greatest, label, value)
    greatest[pixels == 0] = np.nan
    bbox = np.zeros((count, 4), dtype=np.int64)
    bbox[label, 2] = row + 1  # pixels come row by row: of several, the last one stays
    bbox[label[::-1], 0] = row[::-1]
    first = np.full(count, labels.shape[1], dtype=np.int64)
    last = np.zeros(count, dtype=np.int64)
    np.minimum.at(first, label, column)
    np.maximum.at(last, label, column + 1)
    bbox[:, 1], bbox[:, 3] = np.minimum(first, last), last
    with np.errstate(invalid="ignore"):  # 0 / 0 is NaN: a label that does not occur
        return Attributes(
            pixels=pixels,
            row=np.bincount(label, weights=row, minlength=count) / pixels + 0.5,
            column=np.bincount(label, weights=column, minlength=count) / pixels + 0.5,
            bbox=bbox,
            mean=np.bincount(label, weights=value, minlength=count) / pixels,
            greatest=greatest,
        )
