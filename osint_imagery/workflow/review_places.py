"""The places of a blind sheet: detections, and others beside them by a stated rule, in an order that tells nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from osint_imagery.core.errors import InputError, NotEnoughDataError
from osint_imagery.core.pair import Pair

__all__ = ["RULE", "Ground", "Place", "choose_places", "difference"]

RULE = (
    "Squares of {side} x {side} px, seed {seed} (numpy default_rng). Detections in shuffled order, at most {most}; the "
    "square holds the detection at a random place, or, where it is larger, a random pixel of it in the middle; a "
    "detection that reaches into a square already chosen gets none of its own ({within} of {total} here; {left} more "
    "left over by the limit). Controls: {controls}, every pixel usable on both dates, no detection within {gap} px, no "
    "overlap with another square; on ground that the detector examined as long as there is room, then elsewhere; half "
    "(rounded down) one by one where the dates differ most, then the rest one by one at random. Then all are shuffled "
    "and numbered."
)
"""The rule, as a key states it."""

_GAP_PX = 4  # the fringe of a detection is not quiet


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ground:
    """What places are chosen from, all on one grid.

    Parameters
    ----------
    labels : ndarray of int, (y, x)
        Id of the detection, 0 for none.
    usable, examined : ndarray of bool, (y, x)
        Whether both dates show the pixel; whether the detector decided on it.
    difference : ndarray of float, (y, x)
        How much the dates differ; NaN where not usable.
    """

    labels: NDArray[np.int32]
    usable: NDArray[np.bool_]
    examined: NDArray[np.bool_]
    difference: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A square, px, and what it is."""

    kind: Literal["detection", "control"]
    detection: int | None
    chosen: str
    examined: bool
    rows: tuple[int, int]
    columns: tuple[int, int]
    whole: bool

    @property
    def window(self) -> tuple[slice, slice]:
        """The square's pixels."""
        return slice(*self.rows), slice(*self.columns)


def difference(pair: Pair) -> NDArray[np.float64]:
    """Return how much two dates differ, over all bands: root mean square of differences in their own robust spread."""
    change = np.asarray(pair.after.values, dtype=np.float64) - pair.before.values
    middle = np.nanmedian(change, axis=(1, 2), keepdims=True)
    spread = 1.4826 * np.nanmedian(np.abs(change - middle), axis=(1, 2), keepdims=True)
    scaled = (change - middle) / np.where(spread > 0, spread, 1.0)
    return np.asarray(np.sqrt((scaled**2).mean(axis=0)))


def choose_places(
    ground: Ground, *, side: int, controls: int | None, most: int, seed: int
) -> tuple[tuple[Place, ...], str]:
    """Choose the places of a sheet and return them in the order in which they are shown, with the rule in words.

    Parameters
    ----------
    ground : Ground
        Where.
    side : int
        Side of a square, px.
    controls : int, optional
        Places without a detection; default: as many as with one, at least 10.
    most : int
        Most detections.
    seed : int
        Of all that is random.

    Raises
    ------
    InputError
        If a square is larger than the ground.
    NotEnoughDataError
        If the ground has no room for so many controls, or for no place that the detector examined.
    """
    if min(ground.labels.shape) < side:
        msg = f"side_px={side} is more than the {ground.labels.shape} px of the comparison; give a smaller side_px"
        raise InputError(msg)
    rng = np.random.default_rng(seed)
    found, within, left = _detections(ground, side, most, rng)
    wanted = max(len(found), 10) if controls is None else controls
    quiet = _controls(ground, found, side=side, count=wanted, rng=rng)
    places = [*found, *quiet]
    if not any(place.examined for place in places):
        msg = (
            f"side_px={side} leaves no place on the examined ground ({int(ground.examined.sum())} px, no detection); "
            "give a smaller side_px"
        )
        raise NotEnoughDataError(msg)
    order = rng.permutation(len(places))
    total = len(np.unique(ground.labels[ground.labels > 0]))
    words = RULE.format(
        side=side, seed=seed, most=most, within=within, total=total, left=left, controls=len(quiet), gap=_GAP_PX
    )
    return tuple(places[int(index)] for index in order), words


def _detections(ground: Ground, side: int, most: int, rng: np.random.Generator) -> tuple[list[Place], int, int]:
    """Return the squares of detections, how many lie in one already chosen, and how many the limit left over."""
    taken = np.zeros(ground.labels.shape, dtype=bool)
    places: list[Place] = []
    within = left = 0
    names = np.unique(ground.labels[ground.labels > 0])
    for name in rng.permutation(names):
        pixels = np.argwhere(ground.labels == name)
        if taken[pixels[:, 0], pixels[:, 1]].any():
            within += 1
        elif len(places) == most:
            left += 1
        else:
            place = _around(pixels, int(name), ground.labels.shape, side=side, rng=rng)
            taken[place.window] = True
            places.append(place)
    return places, within, left


def _around(
    pixels: NDArray[np.int64], name: int, shape: tuple[int, ...], *, side: int, rng: np.random.Generator
) -> Place:
    first, last = pixels.min(axis=0), pixels.max(axis=0)
    middle = pixels[int(rng.integers(len(pixels)))]
    corner = []
    for axis in (0, 1):
        fits = last[axis] - first[axis] < side
        low, high = (last[axis] - side + 1, first[axis]) if fits else (middle[axis] - side // 2,) * 2
        corner.append(int(np.clip(rng.integers(low, high + 1), 0, shape[axis] - side)))
    top, start = corner
    whole = top <= first[0] and last[0] < top + side and start <= first[1] and last[1] < start + side
    return Place(
        kind="detection",
        detection=name,
        chosen="detection",
        examined=True,
        rows=(top, top + side),
        columns=(start, start + side),
        whole=bool(whole),
    )


def _controls(
    ground: Ground, found: Sequence[Place], *, side: int, count: int, rng: np.random.Generator
) -> list[Place]:
    blocked = ~ground.usable
    for row, column in np.argwhere(ground.labels > 0):
        blocked[max(0, row - _GAP_PX) : row + _GAP_PX + 1, max(0, column - _GAP_PX) : column + _GAP_PX + 1] = True
    for place in found:
        blocked[place.window] = True
    free = _sums(blocked, side) == 0
    inside = _sums(ground.examined, side) == side * side
    strength = _sums(np.nan_to_num(ground.difference), side)
    places: list[Place] = []
    for number in range(count):
        if not free.any():
            msg = (
                f"controls={count} places of side_px={side} without a detection do not fit: {number} did; give a "
                "smaller side_px, fewer controls or a smaller most"
            )
            raise NotEnoughDataError(msg)
        offered = free & inside if (free & inside).any() else free
        hard = number < count // 2
        spot = np.argmax(np.where(offered, strength, -1)) if hard else rng.choice(np.flatnonzero(offered))
        row, column = (int(part) for part in np.unravel_index(spot, free.shape))
        free[max(0, row - side + 1) : row + side, max(0, column - side + 1) : column + side] = False
        how = "largest difference" if hard else "at random"
        places.append(_control(row, column, side, how=how, examined=bool(inside[row, column])))
    return places


def _sums(values: NDArray[Any], side: int) -> NDArray[np.float64]:
    """Return the sum over the square that begins at each pixel, where it lies inside."""
    total = np.pad(np.cumsum(np.cumsum(values, axis=0, dtype=np.float64), axis=1), ((1, 0), (1, 0)))
    return np.asarray(total[side:, side:] - total[:-side, side:] - total[side:, :-side] + total[:-side, :-side])


def _control(row: int, column: int, side: int, *, how: str, examined: bool) -> Place:
    return Place(
        kind="control",
        detection=None,
        chosen=how,
        examined=examined,
        rows=(row, row + side),
        columns=(column, column + side),
        whole=True,
    )
