"""Notes as they are drawn: a letter or words on a dark plate with an arrow, or at a box; they cover no other label."""

from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_uppercase

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, Rectangle
from numpy.typing import NDArray

from osint_imagery.core.errors import InputError
from osint_imagery.core.grid import Grid
from osint_imagery.figures.furniture import Panel, casing
from osint_imagery.figures.labels import candidates, overlap
from osint_imagery.figures.lettering import SMALLEST, undrawable, width_mm
from osint_imagery.figures.notes import Note, NotedDate, corners_px
from osint_imagery.figures.palette import CASING, HAND
from osint_imagery.figures.sheet import Align, Box, letter, line

__all__ = [
    "MOST",
    "POINT",
    "Callout",
    "around",
    "draw_bracket",
    "draw_callouts",
    "legend_rows",
    "legend_words",
    "place_notes",
    "targets_of",
]

MOST = len(ascii_uppercase)
"""Notes that a figure may have: each has a letter."""

POINT = 0.7
"""Nothing covers a marked point so far around, mm."""

_GAP = 0.4  # mm between a label and anything else
_ARROW = 2.6  # mm, the least length of an arrow
_HEAD, _HALF = 1.7, 0.75  # mm: length and half width of an arrow's head
_SHARE = 0.42  # of a picture's width, for words on it
_HIGH = 3.7  # mm, of a label
_CORNER = 0.3  # of a side, drawn from each corner of a box


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Callout:
    """One note on one picture, mm: what is marked, where its label stands, and what the label says."""

    words: str
    target: NDArray[np.float64]  # (1, 2): a point; (4, 2): corners of a box
    spot: Box


def targets_of(notes: Sequence[Note], grid: Grid | None, panel: Panel) -> tuple[NDArray[np.float64], ...]:
    """Return what each note marks on a picture, mm.

    Raises
    ------
    InputError
        If there are too many notes, or one lies outside what is shown.
    """
    if len(notes) > MOST:
        msg = f"layout: {len(notes)} notes, and a figure holds {MOST}; make several figures"
        raise InputError(msg)
    left, top, right, bottom = panel.box
    found = []
    for note in notes:
        target = panel.place(corners_px(note, grid))
        if not bool(((target >= (left, top)) & (target <= (right, bottom))).all()):
            name = "pixel" if note.lonlat is None else "lonlat"
            msg = (
                f"{name}={note.position!r} of note {note.text!r} does not lie inside the picture, which shows rows "
                f"{panel.rows[0]} to {panel.rows[1]} and columns {panel.columns[0]} to {panel.columns[1]}; move it"
            )
            raise InputError(msg)
        found.append(target)
    return tuple(found)


def place_notes(
    notes: Sequence[Note], grid: Grid | None, pictures: Sequence[tuple[Panel, Sequence[Box], Sequence[Box]]]
) -> tuple[tuple[Callout, ...], ...]:
    """Place all notes on both dates, with their words where these fit on both, else with letters alone.

    Parameters
    ----------
    notes : sequence of Note
        At most 26.
    grid : Grid or None
        Of the pixels.
    pictures : sequence of (panel, occupied, avoided)
        Before and after; where no label and no arrow may stand, numbers and warnings; and where none stands if there is
        another place, detections.

    Raises
    ------
    InputError
        If a note lies outside, or there is no room for all labels.
    """
    letters = [key for key, _ in zip(ascii_uppercase, notes, strict=False)]
    words = [f"{key} {note.text}" for key, note in zip(letters, notes, strict=True)]
    left, top, right, bottom = pictures[0][0].box
    short = (
        bool(words)
        and not undrawable("".join(words))
        and max(_size(name)[0] for name in words) <= _SHARE * (right - left)
    )
    for names in (words, letters) if short else (letters,):
        placed = [
            _placed(
                [(name, note) for name, note in zip(names, notes, strict=True) if note.on in {"both", date}], grid, one
            )
            for date, one in zip((NotedDate.BEFORE, NotedDate.AFTER), pictures, strict=True)
        ]
        if None not in placed:
            return tuple(one for one in placed if one is not None)
    msg = (
        f"layout: {len(notes)} notes find no room on pictures of {right - left:.0f} x {bottom - top:.0f} mm; "
        "give fewer, or a larger width_mm"
    )
    raise InputError(msg)


def _size(words: str) -> tuple[float, float]:
    return width_mm(words, SMALLEST, bold=True) + 1.8, _HIGH


def _placed(
    named: Sequence[tuple[str, Note]], grid: Grid | None, picture: tuple[Panel, Sequence[Box], Sequence[Box]]
) -> tuple[Callout, ...] | None:
    """Place the labels of one picture, in order; None where one finds no room."""
    panel, occupied, avoided = picture
    targets = targets_of([note for _, note in named], grid, panel)
    found: list[Callout] = []
    for (words, _), target in zip(named, targets, strict=True):
        clear = _Clear(area=panel.box, occupied=occupied, targets=targets, own=target, placed=found)
        anchor = around(target, _ARROW if len(target) == 1 else 0.0)
        options = [spot for spot in candidates(anchor, _size(words), panel.box) if clear.allows(spot)]
        spot = next((one for one in options if clear.is_best(one, avoided)), next(iter(options), None))
        if spot is None:
            return None
        found.append(Callout(words=words, target=target, spot=spot))
    return tuple(found)


class _Clear:
    """What a label and its arrow may not cover: other labels, points and boxes that are marked, other arrows."""

    def __init__(
        self,
        *,
        area: Box,
        occupied: Sequence[Box],
        targets: Sequence[NDArray[np.float64]],
        own: NDArray[np.float64],
        placed: Sequence[Callout],
    ) -> None:
        self._area, self._target = area, own
        points = [around(one, POINT) for one in targets if len(one) == 1 and one is not own]
        self._boxes = [*occupied, *(one.spot for one in placed), *points]
        self._solid = np.array([shapely.box(*one) for one in self._boxes])
        self._others = np.array([shapely.LinearRing(one) for one in targets if len(one) == 4 and one is not own])
        self._rings = np.array([*self._others, *([shapely.LinearRing(own)] if len(own) == 4 else [])])
        self._arrows = np.array([shapely.LineString(_arrow(one.spot, one.target)) for one in placed])

    def allows(self, spot: Box) -> bool:
        """Whether nothing is covered that must not be."""
        left, top, right, bottom = self._area
        if not (left <= spot[0] and top <= spot[1] and spot[2] <= right and spot[3] <= bottom):
            return False
        if any(overlap(spot, box, _GAP) for box in self._boxes):
            return False
        plate, arrow = shapely.box(*spot).buffer(_GAP), shapely.LineString(_arrow(spot, self._target))
        covered = _any(self._rings, plate) or _any(self._arrows, plate)
        return not covered and not _any(self._solid, arrow)

    def is_best(self, spot: Box, kept: Sequence[Box]) -> bool:
        """Whether also no detection is covered, and no other arrow or box crossed."""
        arrow = shapely.LineString(_arrow(spot, self._target))
        crossed = _any(self._arrows, arrow) or _any(self._others, arrow)
        return not crossed and not any(overlap(spot, box, _GAP) for box in kept)


def _any(shapes: NDArray[np.object_], one: shapely.Geometry) -> bool:
    return bool(shapely.intersects(shapes, one).any()) if len(shapes) else False


def around(points: NDArray[np.float64], room: float = 0.0) -> Box:
    """Return the box round some points, mm, with some room."""
    (x0, y0), (x1, y1) = points.min(axis=0) - room, points.max(axis=0) + room
    return float(x0), float(y0), float(x1), float(y1)


def _arrow(spot: Box, target: NDArray[np.float64]) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return both ends of the line from a label to what it names: the point, or the nearest corner of the box."""
    middle = np.array([(spot[0] + spot[2]) / 2, (spot[1] + spot[3]) / 2])
    x, y = (float(part) for part in target[np.argmin(np.hypot(*(target - middle).T))])
    return (min(max(x, spot[0]), spot[2]), min(max(y, spot[1]), spot[3])), (x, y)


def legend_rows(notes: Sequence[Note]) -> list[tuple[str, str]]:
    """Return the kinds and words of the legend's rows: one a note, so that no script moves the letter of another."""
    if not notes:
        return []
    rows = [("note", "marked by hand by whoever made this figure, not found by the method:")]
    for key, note in zip(ascii_uppercase, notes, strict=False):
        date = "" if note.on == NotedDate.BOTH else f" ({note.on})"
        rows.append(("", f"{key}: {note.text}{date}"))
    return rows


def legend_words(notes: Sequence[Note]) -> str:
    """Return the legend in one sentence, for someone who cannot see it; empty without notes."""
    head, *each = [words for _, words in legend_rows(notes)] or [""]
    return f"Also {head} {'; '.join(each)}." if head else ""


def draw_callouts(page: Axes, callouts: Sequence[Callout]) -> None:
    """Draw boxes and arrows, then the labels."""
    for one in callouts:
        if len(one.target) == 4:
            draw_bracket(page, one.target)
        start, end = _arrow(one.spot, one.target)
        drawn = line(page, (start[0], end[0]), (start[1], end[1]), color=HAND, width=1.1)
        drawn.set_path_effects(casing(2.3))
        drawn.set(zorder=6, gid="arrow")
        if len(one.target) == 1:
            _draw_head(page, np.array(start), np.array(end))
    for one in callouts:
        left, top, right, bottom = one.spot
        plate = Rectangle((left, top), right - left, bottom - top, facecolor=HAND, edgecolor=CASING, linewidth=0.8)
        plate.set(zorder=9, gid="note")
        page.add_patch(plate)
        middle: Align = ("center", "center_baseline")
        said = letter(page, (left + right) / 2, (top + bottom) / 2, one.words, bold=True, color=CASING, align=middle)
        said.set_gid("note")


def _draw_head(page: Axes, start: NDArray[np.float64], tip: NDArray[np.float64]) -> None:
    along = (tip - start) / max(float(np.hypot(*(tip - start))), 1e-9)
    aside = np.array([-along[1], along[0]])
    ends = np.array([tip, tip - _HEAD * along + _HALF * aside, tip - _HEAD * along - _HALF * aside])
    head = Polygon(ends, closed=True, facecolor=HAND, edgecolor=CASING, linewidth=0.5, zorder=6.1)
    page.add_patch(head)


def draw_bracket(page: Axes, corners: NDArray[np.float64]) -> None:
    """Draw the four corners of a box, mm: other than any outline that a method drew."""
    for index, corner in enumerate(corners):
        before, after = corners[index - 1], corners[(index + 1) % len(corners)]
        path = np.array([corner + _CORNER * (before - corner), corner, corner + _CORNER * (after - corner)])
        drawn = Line2D(
            path[:, 0], path[:, 1], color=HAND, linewidth=1.4, solid_joinstyle="miter", zorder=6, gid="bracket"
        )
        drawn.set_path_effects(casing(2.8))
        page.add_artist(drawn)
