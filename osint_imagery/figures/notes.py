"""What the person who makes a figure points at by hand; never mixed with what a method found."""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import shapely
from numpy.typing import NDArray

from osint_imagery.core.aoi import reproject
from osint_imagery.core.arguments import numbers, require
from osint_imagery.core.errors import InputError
from osint_imagery.core.grid import Grid

__all__ = ["Note", "NotedDate", "Position", "corners_px"]

Position = tuple[float, float] | tuple[float, float, float, float]
"""A point, or the two ends of a box."""


class NotedDate(StrEnum):
    """On which picture a note stands."""

    BOTH = "both"
    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something marked by hand: an arrow to a point, or a box, with a label.

    Parameters
    ----------
    text : str
        What is seen there, in any script and length. It stands on the picture where there is room for it, else a letter
        does; the legend has both, under the words "marked by hand".
    lonlat : tuple of float, optional
        (longitude, latitude) of a point, or (west, south, east, north) of a box; degrees, WGS 84.
    pixel : tuple of float, optional
        (column, row) of a point, or (left, top, right, bottom) of a box; from the upper left corner of the pair's
        pixels, so that the middle of the first pixel is (0.5, 0.5). One of `lonlat` and `pixel` is given.
    on : NotedDate or str
        ``"before"``, ``"after"``, or ``"both"`` pictures.

    Raises
    ------
    InputError
        If the text is empty, the position is missing, given twice or none, or `on` is unknown.

    Examples
    --------
    >>> Note(text="gantry crane", lonlat=(35.52, 33.91), on="after").is_box
    False
    >>> Note(text="storage shed", pixel=(20, 30, 34, 41)).is_box
    True
    """

    text: str
    lonlat: Position | None = None
    pixel: Position | None = None
    on: NotedDate | str = NotedDate.BOTH

    def __post_init__(self) -> None:
        require(str, text=self.text)
        if not self.text.strip():
            msg = f"text={self.text!r} says nothing; say what is seen there"
            raise InputError(msg)
        if self.on not in set(NotedDate):
            msg = f"on={self.on!r} is none of {', '.join(NotedDate)}"
            raise InputError(msg)
        if (self.lonlat is None) == (self.pixel is None):
            msg = f"lonlat={self.lonlat!r}, pixel={self.pixel!r}: give exactly one of them"
            raise InputError(msg)
        name = "pixel" if self.lonlat is None else "lonlat"
        object.__setattr__(self, name, _checked(name, self.position))
        object.__setattr__(self, "text", " ".join(self.text.split()))  # one line on the picture

    @property
    def position(self) -> Position:
        """The point or box, in whichever way it was given."""
        return self.lonlat or self.pixel or (0.0, 0.0)

    @property
    def is_box(self) -> bool:
        """Whether it marks a box."""
        return len(self.position) == 4


def _checked(name: str, position: Position) -> Position:
    given = numbers(**{name: position})
    values = tuple(float(one) for one in given.ravel())
    if given.shape not in {(2,), (4,)} or not all(map(math.isfinite, values)):
        msg = f"{name}={position!r} is neither two finite numbers (a point) nor four (a box)"
        raise InputError(msg)
    if len(values) == 4 and not (values[0] < values[2] and values[1] < values[3]):
        order = "west, south, east, north" if name == "lonlat" else "left, top, right, bottom"
        msg = f"{name}={position!r} is no box: give {order}, smaller before larger"
        raise InputError(msg)
    if name == "lonlat" and (max(map(abs, values[::2])) > 180 or max(map(abs, values[1::2])) > 90):
        msg = f"lonlat={position!r} is not on Earth: longitude (-180 to 180) comes before latitude (-90 to 90)"
        raise InputError(msg)
    return (values[0], values[1]) if len(values) == 2 else (values[0], values[1], values[2], values[3])


def corners_px(note: Note, grid: Grid | None) -> NDArray[np.float64]:
    """Return a note's point, or the four corners of its box, as (column, row) pixel edges.

    Raises
    ------
    InputError
        If it is given by longitude and latitude, and the pixels have no place.
    """
    ends = note.position
    box = np.array([[ends[0], ends[1]]]) if len(ends) == 2 else shapely.get_coordinates(shapely.box(*ends))[:4]
    if note.lonlat is None:
        return box
    if grid is None:
        msg = f"lonlat={note.lonlat!r} of note {note.text!r}, but the pixels have no place; give pixel=(column, row)"
        raise InputError(msg)
    world = shapely.get_coordinates(reproject(shapely.MultiPoint(box), "EPSG:4326", grid.crs))
    back = ~grid.transform
    return np.column_stack(
        [back.a * world[:, 0] + back.b * world[:, 1] + back.c, back.d * world[:, 0] + back.e * world[:, 1] + back.f]
    )
