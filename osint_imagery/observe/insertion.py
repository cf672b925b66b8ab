"""Putting a target into real pixels: where there is room for it, and what the pixels would then have been."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from osint_imagery.core.claim import Change, Target
from osint_imagery.core.errors import InputError
from osint_imagery.core.grid import Grid
from osint_imagery.core.image import Image
from osint_imagery.core.lineage import Step
from osint_imagery.core.pair import Pair
from osint_imagery.observe.backscatter import equivalent_looks, is_power, scattered
from osint_imagery.observe.detectability import blurred_rectangle, psf_sigma_px

__all__ = ["Insertion", "insert", "room_for", "scatter", "size_px"]

MTF_NYQUIST = 0.2
_VERSION = "2"
_BLUR_REACH = 6.0  # standard deviations of the blur past which a target adds nothing
_MOST_OF_IMAGE = 0.02  # targets may not cover more, or they would shift the statistics of the image


@dataclass(frozen=True, slots=True, kw_only=True)
class Insertion:
    """One target put at one place: its middle (row, column) and size (height, width), px; the optics' MTF."""

    center_px: tuple[float, float]
    size_px: tuple[float, float]
    mtf: float = MTF_NYQUIST

    def patch(self, shape: tuple[int, int]) -> tuple[tuple[slice, slice], NDArray[np.float64]]:
        """Return the window of an image that the target touches, and how much of it each pixel sees there."""
        sigma = psf_sigma_px(self.mtf)
        spans = []
        for count, center, size in zip(shape, self.center_px, self.size_px, strict=True):
            reach = size / 2 + _BLUR_REACH * sigma + 1
            spans.append(slice(max(0, int(center - reach)), min(count, int(center + reach) + 2)))
        rows, columns = spans
        middle = (self.center_px[0] - rows.start, self.center_px[1] - columns.start)
        window = (rows.stop - rows.start, columns.stop - columns.start)
        return (rows, columns), blurred_rectangle(window, middle, self.size_px, sigma)

    def fraction(self, shape: tuple[int, int]) -> NDArray[np.float64]:
        """Return how much of the target each pixel sees, 0 to 1, (y, x)."""
        whole = np.zeros(shape)
        window, seen = self.patch(shape)
        whole[window] = seen
        return whole

    def footprint(self, shape: tuple[int, int]) -> NDArray[np.bool_]:
        """Return the pixels that see at least half as much of the target as the fullest, (y, x)."""
        seen = self.fraction(shape)
        return np.asarray(seen >= 0.5 * seen.max())


def size_px(target: Target, grid: Grid) -> tuple[float, float]:
    """Return length and width of a target in pixels of a grid."""
    down, across = grid.pixel_size_m
    side = (down * across) ** 0.5
    return target.length_m / side, target.width_m / side


def room_for(size: tuple[float, float], ground: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the pixels at which a target (height, width) can be centered so that it lies on the ground whole."""
    window = tuple(int(np.ceil(side)) // 2 * 2 + 1 for side in size)
    share = ndimage.uniform_filter(ground.astype(np.float64), window, mode="constant")
    return np.asarray(ground & (share > 1 - 0.5 / (window[0] * window[1])))


def scatter(
    size: tuple[float, float], ground: NDArray[np.bool_], rng: np.random.Generator, *, most: int
) -> tuple[Insertion, ...]:
    """Return up to `most` places for a target, far enough from each other, in random orientation.

    Parameters
    ----------
    size : tuple of float
        Length and width, px.
    ground : ndarray of bool, (y, x)
        Where it may stand.
    rng : numpy.random.Generator
        Source of all randomness.
    most : int
        At most so many; fewer where there is no room, or where they would cover 2 % of the image.

    Returns
    -------
    tuple of Insertion
        Empty where there is no room for one.
    """
    rows, columns = ground.shape
    allowed = max(1, int(_MOST_OF_IMAGE * rows * columns / max(size[0] * size[1], 1.0)))
    apart = 2 * max(size) + 8
    at_row, at_column = np.indices(ground.shape)
    free = ground.copy()
    found: list[Insertion] = []
    while len(found) < min(most, allowed):
        place = _one(size, ground, free, rng)
        if place is None:
            break
        found.append(place)
        free &= np.hypot(at_row - place.center_px[0], at_column - place.center_px[1]) >= apart
    return tuple(found)


def _one(
    size: tuple[float, float], ground: NDArray[np.bool_], free: NDArray[np.bool_], rng: np.random.Generator
) -> Insertion | None:
    """Return one place at random, lengthways or crossways, None where there is no room either way."""
    ways = [size, (size[1], size[0])]
    for index in rng.permutation(2):
        candidates = np.flatnonzero(room_for(ways[index], ground) & free)
        if candidates.size:
            row, column = divmod(int(rng.choice(candidates)), ground.shape[1])
            phase = rng.uniform(-0.5, 0.5, 2)
            return Insertion(center_px=(row + float(phase[0]), column + float(phase[1])), size_px=ways[index])
    return None


def insert(
    pair: Pair,
    places: Sequence[Insertion],
    target: Target,
    change: Change,
    *,
    rng: np.random.Generator | None = None,
) -> Pair:
    """Return the pair as it would have been with targets at these places.

    A target that appears (or changes) is added to the later date, one that disappears to the earlier. Bands for which
    the target states no contrast stay as they are. Values are not clipped.

    Parameters
    ----------
    pair : Pair
        Real pixels.
    places : sequence of Insertion
        Where.
    target : Target
        With a contrast per band, in the unit of the pixels.
    change : Change
        What the prediction expects.
    rng : numpy.random.Generator, optional
        Source of the target's own speckle; needed for radar.

    Returns
    -------
    Pair
        With ``insert`` in the changed image's lineage.

    Raises
    ------
    InputError
        If the pixels are radar power and no `rng` is given.

    Notes
    -----
    Radar (pixels in linear power): a target of a pixel or less is a point scatterer, one steady reflection; a larger
    one has speckle of its own with the pair's equivalent number of looks. A darker target scales the ground down, its
    speckle with it, and never below nothing.
    """
    contrast = target.contrast or {}
    host = pair.before if change is Change.DISAPPEARS else pair.after
    step = np.array([contrast.get(band, 0.0) for band in pair.bands])
    radar = is_power(host.unit)
    if radar and rng is None:
        msg = "rng=None for radar pixels; a target has speckle of its own, give numpy.random.default_rng(seed)"
        raise InputError(msg)
    seen = np.zeros(pair.shape)
    for place in places:
        window, fraction = place.patch(pair.shape)
        seen[window] = np.maximum(seen[window], fraction)
    if radar and rng is not None:
        point = bool(places) and max(place.size_px[0] * place.size_px[1] for place in places) <= 1
        values = scattered(host.values, seen, step, looks=None if point else equivalent_looks(pair), rng=rng)
    else:
        values = host.values + (step[:, None, None] * seen).astype(np.float32)
    altered = _altered(host, values, len(places), target)
    return replace(pair, before=altered) if change is Change.DISAPPEARS else replace(pair, after=altered)


def _altered(host: Image, values: NDArray[np.float32], count: int, target: Target) -> Image:
    step = Step(name="insert", version=_VERSION, parameters=(("target", target.what), ("places", str(count))))
    return replace(host, values=values, simulated=True, lineage=host.lineage.then(step))
