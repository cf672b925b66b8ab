"""The matrix of competing hypotheses: every item against every hypothesis, in signs, colors and words."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from osint_imagery.core.arguments import require
from osint_imagery.figures.artist import Figure, house_style
from osint_imagery.figures.lettering import SMALLEST
from osint_imagery.figures.palette import INK, LIGHT, QUIET
from osint_imagery.figures.plot import charted
from osint_imagery.figures.sheet import MARGIN, Box, Sheet, letter, paper_width
from osint_imagery.figures.weighed import Row, Weighed, say_basis, say_head

__all__ = ["ach_matrix"]

_SIGNS = {  # sign, ground, words: told apart by sign alone, by gray alone, and by color-blind readers
    "consistent": ("+", LIGHT.pale, "consistent"),
    "inconsistent": ("−", LIGHT.amber, "inconsistent"),
    "neutral": ("0", LIGHT.neutral, "neutral"),
    "not applicable": ("·", LIGHT.paper, "not applicable: nothing was decided"),
}
_CELL, _LEAST_ROW = 14.0, 6.0  # mm: the widest cell, the lowest row
_WIDEST = 0.55  # of the sheet, for all cells together
_NUMBER = 17.0  # mm, for the diagnosticity


def ach_matrix(assessment: Weighed, *, title: str | None = None, width_mm: float | str = 180.0) -> Figure:
    """Draw the analysis of competing hypotheses: items in rows, hypotheses in columns.

    Parameters
    ----------
    assessment : Assessment
        From :func:`osint_imagery.assess`.
    title : str, optional
        One line above; any script.
    width_mm : float or str
        Width on paper, mm, 80 to 1000, or ``"column"`` (80), ``"page"`` (170), ``"slide"`` (254). No letter under 7 pt.

    Returns
    -------
    Figure
        Imagery and other sources, each item with its answer or grades, consistent or not with each hypothesis; the
        diagnosticity where there is a ratio; items that are not counted stand in brackets, with the reason. Under it
        how many groups of counted items are inconsistent with each hypothesis. No pixel is shown.

    Notes
    -----
    The least inconsistent hypothesis is not thereby true: one that nobody wrote down is in no column.

    References
    ----------
    .. [1] Heuer, R. J., Psychology of Intelligence Analysis, Center for the Study of Intelligence, 1999, chapter 8.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from pathlib import Path
    >>> import osint_imagery as oi
    >>> claim = oi.read_claim(oi.bundled("port/claim.yaml"))
    >>> with TemporaryDirectory() as folder:
    ...     dossier = oi.investigate(claim, oi.bundled("port/catalog.json"), out=Path(folder, "dossier"))
    ...     found = oi.assess(dossier)
    >>> "ship" in " ".join(oi.ach_matrix(found).texts)
    True
    """
    require(Weighed, assessment=assessment)
    heading = title or f"Competing hypotheses: {assessment.claim.id}"
    with house_style():
        sheet = Sheet(width=paper_width(width_mm))
        simulated = say_head(sheet, assessment, heading)
        for letter_of, one in zip(_letters(assessment), assessment.hypotheses, strict=True):
            sheet.say(f"{letter_of}: {one.id}{' (rival)' if one.rival else ''}. {one.text}", gap=0.4)
        sheet.bottom += 1.0
        cell = min(_CELL, (_WIDEST * sheet.width - _NUMBER) / len(assessment.hypotheses))
        lefts = [
            sheet.width - MARGIN - _NUMBER - cell * (len(assessment.hypotheses) - index)
            for index in range(len(assessment.hypotheses))
        ]
        cells = _plan(sheet, assessment, lefts, cell)
        said = _say(sheet, assessment)
        drawing, page = sheet.open()
        for box, kind in cells:
            _draw(page, box, kind)
    return charted(sheet, drawing, title=heading, shows=f"{simulated}{said}", credit=f"Assessment {assessment.digest}")


def _letters(found: Weighed) -> list[str]:
    return [f"H{index}" for index in range(1, len(found.hypotheses) + 1)]


def _plan(sheet: Sheet, found: Weighed, lefts: Sequence[float], cell: float) -> list[tuple[Box, str]]:
    """Plan heads and rows, and return each cell's place and kind."""
    top = sheet.bottom
    for left, name in zip(lefts, _letters(found), strict=True):
        sheet.put(name, top, x=left + 0.8, room=cell - 0.8, bold=True)
    beside = sheet.width - MARGIN - _NUMBER + 1.5
    sheet.bottom = sheet.put("|ln LR|", top, x=beside, room=_NUMBER - 1.5, bold=True) + 0.8
    answers = {one.id: (one.state, one.text) for one in found.imagery}
    answers |= {one.id: (f"{one.reliability}{one.credibility}", one.text) for one in found.sources}
    cells: list[tuple[Box, str]] = []
    for row in found.matrix:
        answer, text = answers[row.item]
        top = sheet.bottom
        under = sheet.put(_named(row, answer), top + 0.4, room=lefts[0] - MARGIN - 2.0, bold=row.counted)
        under = sheet.put(text, under, room=lefts[0] - MARGIN - 2.0, color=QUIET)
        number = row.diagnosticity
        words = "none" if number is None else f"{float(number):.2g}"
        sheet.put(words, top + 1.2, x=beside, room=_NUMBER - 1.5)
        bottom = max(under + 0.4, top + _LEAST_ROW)
        cells += [((left, top, left + cell, bottom), kind) for left, kind in zip(lefts, row.cells, strict=True)]
        sheet.bottom = bottom
    sheet.bottom += 1.2
    return cells


def _named(row: Row, answer: str) -> str:
    return f"{row.item}: {answer}" if row.counted else f"[{row.item}: {answer}]"


def _say(sheet: Sheet, found: Weighed) -> str:
    signs = "; ".join(f"{sign} {words}" for sign, _, words in _SIGNS.values())
    sheet.say(f"{signs}. In brackets: not counted. |ln LR|: how far an item tells apart; none without a ratio.")
    lines = [
        f"Inconsistent with, by {ranking.share}: "
        + ", ".join(f"{rank.hypothesis} {rank.inconsistent}" for rank in ranking.ranks)
        for ranking in found.rankings
    ]
    for words in lines:
        sheet.say(f"{words} (groups of counted items).", size=8, bold=True)
    for row in found.matrix:
        if not row.counted:
            sheet.say(f"[{row.item}] not counted: {row.note.rstrip('.')}.", color=QUIET, gap=0.3)
    sheet.say("The least inconsistent one is not thereby true: a hypothesis that nobody wrote down is in no column.")
    say_basis(sheet, found)
    return f"{len(found.matrix)} items against {len(found.hypotheses)} hypotheses. {'. '.join(lines)}."


def _draw(page: Axes, box: Box, kind: str) -> None:
    sign, ground, _ = _SIGNS[kind]
    left, top, right, bottom = box
    patch = Rectangle((left, top), right - left, bottom - top, facecolor=ground, edgecolor=INK, linewidth=0.5, zorder=1)
    page.add_patch(patch)
    middle = (left + right) / 2, (top + bottom) / 2
    letter(page, *middle, sign, size=SMALLEST + 3, bold=True, align=("center", "center_baseline"))
