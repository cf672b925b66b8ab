"""Arrays that their maker gives away, so that nobody needs a copy of them to be sure of them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["given_away", "owned"]


class _GivenAway(np.ndarray[Any, Any]):
    """An array that nobody but its next owner will write to."""


def given_away(array: NDArray[Any]) -> NDArray[Any]:
    """Return an array whose next owner may keep it without copying it.

    Whoever gives an array away promises to hold no other handle on its memory: what is written through one would change
    pixels behind a digest.

    Examples
    --------
    >>> plane = np.zeros(2, dtype=np.float32)
    >>> owned(given_away(plane), np.float32).base is plane, owned(plane, np.float32).base is plane
    (True, False)
    """
    return array.view(_GivenAway)


def owned(array: NDArray[Any], dtype: type[np.generic]) -> NDArray[Any]:
    """Return an array that nobody else writes to: the one that was given away if it can serve, else a copy."""
    if isinstance(array, _GivenAway) and array.dtype == dtype and array.flags.c_contiguous and array.flags.writeable:
        return array.view(np.ndarray)
    return np.array(array, dtype=dtype)
