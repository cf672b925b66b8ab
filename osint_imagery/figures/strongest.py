"""The strongest detections as a small table: number, area, false-discovery rate, probability."""

from osint_imagery.change.detections import Detection, Detections
from osint_imagery.core.estimate import interval_words
from osint_imagery.figures.palette import QUIET
from osint_imagery.figures.sheet import MARGIN, Sheet
from osint_imagery.figures.words import value_words

__all__ = ["LISTED", "say_strongest", "strongest_rows"]

LISTED = 5
"""Detections in the table."""

_WIDEST = 100.0  # mm
_COLUMNS = (("No.", 0.0), ("Area (95 % interval)", 0.104), ("q", 0.514), ("Probability", 0.70))
_GAP = 1.0  # mm between columns


def say_strongest(sheet: Sheet, detections: Detections | None) -> None:
    """Plan the table under what is already on the sheet; nothing where nothing was found.

    A number that is withheld says so; why stands in the sentence on the calibration.
    """
    if not detections:
        return
    heads, *rows = strongest_rows(detections)
    _row(sheet, heads, bold=True)
    for cells in rows:
        _row(sheet, cells)
    rest = len(detections) - LISTED
    if rest > 0:
        sheet.say(f"and {rest} more, see the record", color=QUIET)
    sheet.bottom += 0.8


def strongest_rows(detections: Detections) -> list[list[str]]:
    """Return the table's heads and its rows, as text."""
    placed = detections.changes.pair.grid is not None
    heads = [name for name, _ in _COLUMNS]
    heads[1] = _area_head({item.area.level for item in detections.items[:LISTED]})
    return [heads, *(_cells(item, placed=placed) for item in detections.items[:LISTED])]


def _area_head(levels: set[float]) -> str:
    if len(levels) != 1:
        return "Area (interval)"
    level = levels.pop()
    return "Area (bounds)" if level == 1 else f"Area, half strength ({level * 100:g} % interval)"


def _cells(item: Detection, *, placed: bool) -> list[str]:
    numbers = ["withheld" if value is None else value_words(value) for value in (item.q_fdr, item.probability)]
    return [str(item.id), interval_words(item.area, placed=placed), *numbers]


def _row(sheet: Sheet, cells: list[str], *, bold: bool = False) -> None:
    """Plan one row; a cell that is too long for its column breaks, and the row grows."""
    wide = min(sheet.inner, _WIDEST)
    shares = [share for _, share in _COLUMNS] + [1.0]
    top = sheet.bottom
    ends = [
        sheet.put(words, top, x=MARGIN + wide * shares[k], room=wide * (shares[k + 1] - shares[k]) - _GAP, bold=bold)
        for k, words in enumerate(cells)
    ]
    sheet.bottom = max(ends) + 0.3
