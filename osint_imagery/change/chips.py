"""Pieces of both dates from which an alignment is measured: where they are cut, and cutting them."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from osint_imagery.change.spectra import Stack
from osint_imagery.core.bands import common_names
from osint_imagery.core.errors import InputError
from osint_imagery.core.image import Image

__all__ = ["Chip", "Place", "cut", "leading", "places", "sides", "stacked"]

_PREFERRED = ("green", "red", "nir", "blue", "swir16", "vv", "vh")
_MOST = 48  # chips; more buys little and costs time
_SIDES = (24, 256)  # px
_A_SIDE = 5  # chips along the shorter side of a scene
_SMALL = 32  # px; where five chips along the shorter side would be smaller, three of up to this size tell more, summed
_WORK = 64 * 256 * 256  # pixels correlated in all: sets how many bands a chip carries
_MOST_BANDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a chip is cut.

    Parameters
    ----------
    row, column : int
        First pixel of the earlier date's chip.
    side : int
        Of the chip, px.
    margin : int
        By how much the later date's chip reaches further on each side (also beyond the scene), px.
    held_out : bool
        Whether the chip measures the residual and is not used for the fit.
    """

    row: int
    column: int
    side: int
    margin: int
    held_out: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chip:
    """The same piece of ground on both dates.

    Parameters
    ----------
    place : Place
        Where in the scene, and whether it is held out.
    before : ndarray of float32, (band, y, x)
        ``side`` pixels square; anything where not valid.
    after : ndarray of float32, (band, y, x)
        ``side + 2 margin`` pixels square; anything where not valid.
    before_valid, after_valid : ndarray of bool, (y, x)
        True where usable.
    """

    place: Place
    before: NDArray[np.float32]
    after: NDArray[np.float32]
    before_valid: NDArray[np.bool_]
    after_valid: NDArray[np.bool_]


def leading(bands: Sequence[str]) -> tuple[str, ...]:
    """Return the bands that carry an alignment: the first three that are known to, else the first three.

    Examples
    --------
    >>> leading(["coastal", "blue", "green", "red", "nir"]), leading(["B02", "B03"]), leading(["a"])
    (('green', 'red', 'nir'), ('B03', 'B02'), ('a',))
    """
    known = dict(zip(common_names(bands), bands, strict=True))
    return tuple(known[name] for name in _PREFERRED if name in known)[:_MOST_BANDS] or tuple(bands[:_MOST_BANDS])


def sides(shape: tuple[int, int]) -> tuple[int, ...]:
    """Return the sides of chips that can tell an alignment, the better first, px.

    Examples
    --------
    >>> sides((4096, 4096)), sides((300, 200)), sides((100, 100))
    ((256,), (40,), (32, 24))
    """
    one = min(shape) // _A_SIDE
    if one >= _SMALL:
        return (min(one // 8 * 8, _SIDES[1]),)
    larger = min(min(shape) // 3, _SMALL) // 8 * 8
    return tuple(sorted({max(larger, _SIDES[0]), _SIDES[0]}, reverse=True))


def places(shape: tuple[int, int], most_shift_px: float = 5.0, *, side: int | None = None) -> tuple[Place, ...]:
    """Return where chips are cut in a scene, spread evenly; the same every time.

    Even stripes of rows are for the fit, odd ones are held out, so that the two share no pixel. Within a stripe chips
    overlap by half: a Hann window leaves their errors almost independent.

    Parameters
    ----------
    shape : tuple of int
        Of the scene.
    most_shift_px : float
        Largest shift looked for, px; sets the margin of the later date's chips.
    side : int, optional
        One of :func:`sides`; the first of them if not given.

    Examples
    --------
    >>> found = places((4096, 4096))
    >>> len(found), found[0].side, sum(place.held_out for place in found)
    (48, 256, 24)
    """
    side = side or sides(shape)[0]
    margin = ceil(most_shift_px) + 1
    groups: tuple[list[tuple[int, int]], list[tuple[int, int]]] = ([], [])
    for number, row in enumerate(range(0, shape[0] - side + 1, side)):
        groups[number % 2].extend((row, column) for column in range(0, shape[1] - side + 1, side // 2))
    return tuple(
        Place(row=row, column=column, side=side, margin=margin, held_out=held)
        for held, group in zip((False, True), groups, strict=True)
        for row, column in _thinned(group)
    )


def _thinned(group: list[tuple[int, int]]) -> list[tuple[int, int]]:
    most = _MOST // 2
    if len(group) <= most:
        return group
    return [group[i] for i in np.linspace(0, len(group) - 1, most).round().astype(int)]


def cut(
    before: Image,
    after: Image,
    place: Place,
    *,
    number: int = 0,
    before_origin: tuple[int, int] = (0, 0),
    after_origin: tuple[int, int] = (0, 0),
) -> Chip:
    """Cut one chip out of two images, or out of blocks of them.

    Parameters
    ----------
    before, after : Image
        On one grid, with the same bands; blocks that hold the chip (of `after` as much of its margin as there is).
    place : Place
        From :func:`places`.
    number : int
        Of the chip: large chips carry one band each, in turn.
    before_origin, after_origin : tuple of int
        (row, column) in the scene of the blocks' first pixels.

    Raises
    ------
    InputError
        If `before` does not hold the chip.
    """
    first = place.row - before_origin[0], place.column - before_origin[1]
    if min(first) < 0 or first[0] + place.side > before.shape[0] or first[1] + place.side > before.shape[1]:
        msg = f"before holds {before.shape} pixels from {before_origin}, not all of {place}; give a larger block"
        raise InputError(msg)
    names = carried(before.bands, place.side, number)
    indexes = [before.bands.index(name) for name in names]
    start = place.row - place.margin - after_origin[0], place.column - place.margin - after_origin[1]
    early, early_valid = _part(before, indexes, first, place.side)
    late, late_valid = _part(after, indexes, start, place.side + 2 * place.margin)
    return Chip(place=place, before=early, after=late, before_valid=early_valid, after_valid=late_valid)


def carried(bands: Sequence[str], side: int, number: int) -> tuple[str, ...]:
    """Return the bands that a chip carries: all leading ones where chips are small, else one in turn."""
    known = leading(bands)
    count = int(np.clip(_WORK // (_MOST * side * side), 1, len(known)))
    return tuple(known[(number + step) % len(known)] for step in range(count))


def _part(
    image: Image, indexes: list[int], first: tuple[int, int], side: int
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return a square of an image, zeros where not valid or outside."""
    top, left = max(first[0], 0), max(first[1], 0)
    bottom = max(top, min(first[0] + side, image.shape[0]))
    right = max(left, min(first[1] + side, image.shape[1]))
    area = slice(top, bottom), slice(left, right)
    into = slice(top - first[0], bottom - first[0]), slice(left - first[1], right - first[1])
    values = np.zeros((len(indexes), side, side), dtype=np.float32)
    valid = np.zeros((side, side), dtype=bool)
    valid[into] = image.valid[area]
    for plane, index in zip(values, indexes, strict=True):
        plane[into] = np.where(valid[into], image.values[index][area], 0)
    return values, valid


def stacked(chips: Sequence[Chip]) -> Stack:
    """Return chips as arrays.

    Raises
    ------
    InputError
        If there are none, or they are not of one size and with as many bands.
    """
    if len({(chip.before.shape, chip.after.shape) for chip in chips}) != 1:
        msg = f"chips has {len(chips)} chips of several sizes or none; give all that places() names, cut by cut()"
        raise InputError(msg)
    return Stack(
        before=np.stack([chip.before for chip in chips]),
        after=np.stack([chip.after for chip in chips]),
        before_valid=np.stack([chip.before_valid for chip in chips]),
        after_valid=np.stack([chip.after_valid for chip in chips]),
    )
