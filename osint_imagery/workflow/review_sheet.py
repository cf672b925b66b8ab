"""The files that a second reader gets: pictures, a page, a file for the answers."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from osint_imagery.core.errors import InputError
from osint_imagery.core.grid import Grid
from osint_imagery.core.pair import Pair
from osint_imagery.evidence.answers import blank_answers
from osint_imagery.evidence.review_key import KeyItem, ReviewKey
from osint_imagery.figures.chip import Chip, chip
from osint_imagery.figures.stretch import shared_stretch
from osint_imagery.report.review_page import SheetPlace, review_page

__all__ = ["place_on", "sheet_files", "shown_window"]

Window = tuple[slice, slice]


def place_on(pair: Pair) -> Grid:
    """Return the grid of a pair, and refuse one without a place."""
    if pair.grid is None:
        msg = "pair has no place on the ground; a sheet is made of scenes with one"
        raise InputError(msg)
    return pair.grid


def sheet_files(key: ReviewKey, pair: Pair, acknowledge: Sequence[str]) -> dict[str, bytes]:
    """Return the files of a reader's folder, by name.

    Parameters
    ----------
    key : ReviewKey
        Of the places; only their ids and squares go into the files.
    pair : Pair
        Both dates, with a place.
    acknowledge : sequence of str
        Licences with restricted use whose terms are met.

    Raises
    ------
    LicenseError
        If the pixels are under restricted terms that are not acknowledged.
    """
    stretch, files = shared_stretch(pair), dict[str, bytes]()
    places: list[SheetPlace] = []
    with tempfile.TemporaryDirectory() as scratch:
        for item in key.items:
            window = shown_window(item, pair.shape)
            square = (slice(*item.rows), slice(*item.columns))
            drawn = chip(pair, item.item, window=window, square=square, stretch=stretch)
            path = drawn.figure.save(Path(scratch) / f"{item.item}.png", acknowledge=acknowledge).path
            files[f"chips/{item.item}.png"] = path.read_bytes()
            places.append(_place(drawn, path.read_bytes(), window, item=item.item, grid=place_on(pair)))
    page = review_page(key.sheet, places, simulated=pair.simulated)
    blank = blank_answers(key.sheet, [item.item for item in key.items])
    return {**files, "sheet.html": page.encode(), "answers.geojson": blank.encode()}


def shown_window(item: KeyItem, shape: tuple[int, int]) -> Window:
    """Return the rows and columns around a square, twice its side; moved where the ground ends."""
    spans = []
    for (first, last), size in zip((item.rows, item.columns), shape, strict=True):
        side = min(2 * (last - first), size)
        start = int(np.clip(first - (last - first) // 2, 0, size - side))
        spans.append(slice(start, start + side))
    return spans[0], spans[1]


def _place(drawn: Chip, png: bytes, window: Window, *, item: str, grid: Grid) -> SheetPlace:
    (top, bottom), (left, right) = ((part.start, part.stop) for part in window)
    lons, lats = grid.lonlat(np.array([top, top, bottom, bottom]), np.array([left, right, right, left]), center=False)
    return SheetPlace(
        item=item,
        png=png,
        alt=drawn.figure.shows,
        after=drawn.after,
        corners=tuple((round(float(x), 8), round(float(y), 8)) for x, y in zip(lons, lats, strict=True)),
        pixels=right - left,
    )
