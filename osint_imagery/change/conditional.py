"""What pixels that looked like this one did between two dates, and by how much this one did something else."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from osint_imagery.change.threads import one_blas_thread
from osint_imagery.core.errors import NotEnoughDataError

__all__ = ["Conditional", "fit_conditional", "lengths", "rooted", "standardized"]

_REACH = 3.0  # standard deviations within which the curve is quadratic, linear beyond
_OUTERMOST = 8.0  # standard deviations beyond which a pixel tells nothing more
_ROUNDS = 3
_RIDGE = 1e-3
_PIXELS_PER_TERM = 50
_BLOCK = 1 << 15

Float = NDArray[np.float64]
Planes = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Conditional:
    """The usual later spectrum of every earlier spectrum.

    Parameters
    ----------
    terms : ndarray, (term, band)
        Quadratic in the standardized earlier bands.
    spread : ndarray, (band, band)
        Covariance of what is left.
    explained : ndarray, (band,)
        Share of each later band's variance that the earlier spectrum explains.
    """

    terms: Float
    spread: Float
    explained: Float

    @one_blas_thread
    def residual(self, earlier: Planes, later: Planes) -> Planes:
        """Return how far each later spectrum lies from the usual one, (band, pixel), in the scene's deviations."""
        out = np.empty_like(later)
        terms = self.terms.astype(np.float32)
        for start in range(0, earlier.shape[1], _BLOCK):
            part = slice(start, start + _BLOCK)
            out[:, part] = later[:, part] - terms.T @ _design(earlier[:, part])
        return out


def _design(bands: Planes) -> Planes:
    """Return the regression's terms, (term, pixel): one, bands, their products, and what reaches beyond."""
    inner = np.clip(bands, -_REACH, _REACH)
    i, j = np.triu_indices(len(bands))
    return np.concatenate([np.ones_like(inner[:1]), inner, inner[i] * inner[j], bands - inner])


@one_blas_thread
def fit_conditional(earlier: Planes, later: Planes) -> Conditional:
    """Fit the usual later spectrum by robust ridge regression.

    Parameters
    ----------
    earlier, later : ndarray of float32, (band, pixel)
        Standardized pixels of the two dates; swap them for the other direction.

    Raises
    ------
    NotEnoughDataError
        With fewer than 50 pixels a term.

    Notes
    -----
    Season, haze and the sun move all pixels of one kind alike; what is left after the regression is what this pixel did
    and its kind did not. Pixels that do not follow weigh less in the next of three rounds (weights of a Student's
    t), so that changed ground does not draw the curve to itself.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> earlier = rng.normal(size=(2, 5000)).astype(np.float32)
    >>> later = (0.5 * earlier + 0.1 * rng.normal(size=earlier.shape)).astype(np.float32)
    >>> fit_conditional(earlier, later).spread.diagonal().round(2)
    array([0.01, 0.01])
    """
    design = _design(earlier).astype(np.float64)
    if design.shape[1] < _PIXELS_PER_TERM * len(design):
        least = _PIXELS_PER_TERM * len(design)
        msg = f"{design.shape[1]} pixels for {len(design)} terms; {least} are needed: enlarge the window"
        raise NotEnoughDataError(msg)
    weight = np.ones(design.shape[1])
    ridge = _RIDGE * design.shape[1] * np.diag([0.0, *np.ones(len(design) - 1)])
    for _ in range(_ROUNDS):
        weighted = design * weight
        terms = np.linalg.solve(weighted @ design.T + ridge, weighted @ later.T)
        left = later - terms.T @ design
        spread = (left * weight) @ left.T / weight.sum()
        distance = np.einsum("ij,ij->j", left, np.linalg.solve(spread, left))
        weight = 1 / (1 + distance / len(later))
    return Conditional(terms=terms, spread=spread, explained=1 - left.var(axis=1) / later.var(axis=1))


def standardized(planes: Planes, mean: Float, spread: Float) -> Planes:
    """Return bands in standard deviations of the scene, on the square root of their values; outliers are cut off.

    The square root makes noise and haze about equally large on dark and bright ground.
    """
    shape = (-1, *[1] * (planes.ndim - 1))
    root = rooted(planes)
    scaled = (root - mean.astype(np.float32).reshape(shape)) / spread.astype(np.float32).reshape(shape)
    found: Planes = np.clip(scaled, -_OUTERMOST, _OUTERMOST).astype(np.float32)
    return found


def rooted(planes: Planes) -> Planes:
    """Return the square root of values, 0 where negative."""
    found: Planes = np.sqrt(np.maximum(planes, 0)).astype(np.float32)
    return found


def lengths(residuals: Sequence[Planes], scales: Sequence[Float]) -> Planes:
    """Return the length of scaled residual vectors, summed in squares over the directions, (y, x)."""
    total: Planes = np.zeros(residuals[0].shape[1:], dtype=np.float32)
    for planes, scale in zip(residuals, scales, strict=True):
        total += np.square(np.tensordot(scale.astype(np.float32), planes[: scale.shape[1]], 1)).sum(axis=0)
    root: Planes = np.sqrt(total)
    return root
