"""How much each observation favors one hypothesis over another, on a scale of ratios, with what bounds it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.patches import Polygon

from osint_imagery.core.arguments import require
from osint_imagery.core.estimate import Estimate
from osint_imagery.figures.artist import Figure, house_style
from osint_imagery.figures.lettering import SMALLEST
from osint_imagery.figures.lettering import width_mm as text_width
from osint_imagery.figures.palette import BLUE, INK, LANE, LIGHT, LOUD, QUIET
from osint_imagery.figures.plot import Scale, charted, mark_at, tick_words
from osint_imagery.figures.sheet import MARGIN, Sheet, letter, line, paper_width
from osint_imagery.figures.weighed import Item, Pairing, Weighed, pairing_of, say_basis, say_head

__all__ = ["likelihood_ladder"]

_STRIP = 5.0  # mm
_LEAST = 100.0  # the scale reaches at least from 1/100 to 100
_MOST = 1e8
_USELESS = (0.5, 2.0)  # between these no support is claimed


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rung:
    """One row: what is said, the ratio, and the ratios beyond which trials and quiet dates let none go."""

    head: str
    words: str
    ratio: Estimate | None
    limits: tuple[float, ...] = ()
    whole: bool = False


def likelihood_ladder(
    assessment: Weighed, *, pair: tuple[str, str] | None = None, title: str | None = None, width_mm: float | str = 180.0
) -> Figure:
    """Draw the likelihood ratio of each prediction between two hypotheses, and of all together.

    Parameters
    ----------
    assessment : Assessment
        From :func:`osint_imagery.assess`.
    pair : (str, str), optional
        Ids of a claimed hypothesis and a rival; default: the first pair of the assessment.
    title : str, optional
        One line above; any script.
    width_mm : float or str
        Width on paper, mm, 80 to 1000, or ``"column"`` (80), ``"page"`` (170), ``"slide"`` (254). No letter under 7 pt.

    Returns
    -------
    Figure
        A row for each prediction, also for those that say nothing: the ratio with its interval on a scale of ratios,
        its words, and a bar where the number of insertions or quiet dates lets no ratio go further. Two more rows:
        whatever hangs together, and multiplied, which holds only if nothing does. No pixel is shown.

    Raises
    ------
    InputError
        If there is no such pair.

    Notes
    -----
    At the level of object change: no ratio says anything of the claim itself, and none is a probability.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from pathlib import Path
    >>> import osint_imagery as oi
    >>> claim = oi.read_claim(oi.bundled("port/claim.yaml"))
    >>> with TemporaryDirectory() as folder:
    ...     dossier = oi.investigate(claim, oi.bundled("port/catalog.json"), out=Path(folder, "dossier"))
    ...     found = oi.assess(dossier)
    >>> oi.likelihood_ladder(found).title
    'Likelihood ratios: delivery against ordinary'
    """
    require(Weighed, assessment=assessment)
    require(tuple | None, pair=pair)
    chosen = pairing_of(assessment, pair)
    heading = title or f"Likelihood ratios: {chosen.first} against {chosen.second}"
    rungs = _rungs(assessment.imagery, chosen)
    with house_style():
        sheet = Sheet(width=paper_width(width_mm))
        simulated = say_head(sheet, assessment, heading)
        for one in assessment.hypotheses:
            if one.id in {chosen.first, chosen.second}:
                sheet.say(f"{one.id}: {one.text}")
        sheet.bottom += 1.0
        start = sheet.bottom
        strips = [_plan(sheet, rung) for rung in rungs]
        if not strips:
            sheet.say("No prediction was examined.", bold=True)
            start = sheet.take(_STRIP + 1.4)
        sheet.take(4.6)
        axis = _axis(sheet, rungs)
        _captions(sheet, assessment, chosen)
        drawing, page = sheet.open()
        sheet.texts.extend(_draw_axis(page, axis, strips, start))
        for rung, top in zip(rungs, strips, strict=True):
            _draw(page, axis, rung, top)
    return charted(
        sheet,
        drawing,
        title=heading,
        shows=f"{simulated}{heading}. {chosen.sentence}",
        credit=f"Assessment {assessment.digest}",
    )


def _rungs(items: Sequence[Item], chosen: Pairing) -> tuple[_Rung, ...]:
    known = {item.id: item for item in items}
    rungs = []
    for term in chosen.terms:
        item = known[term.item]
        ratio = term.ratio.estimate() if term.ratio is not None else None
        head = f"{term.item} ({item.state}): {item.text}"
        words = f"{ratio}; {term.words}" if ratio is not None else f"{term.words}: {term.reason}".rstrip(": ")
        rungs.append(_Rung(head=head, words=words, ratio=ratio, limits=_limits(item, ratio)))
    for name, ratio_field, words in (
        ("All together, whatever hangs together", chosen.any_dependence, chosen.words),
        ("Multiplied: only if nothing hangs together", chosen.independent, chosen.words_if_independent),
    ):
        if ratio_field is not None:
            ratio = ratio_field.estimate()
            rungs.append(_Rung(head=name, words=f"{ratio}; {words}", ratio=ratio, whole=True))
    return tuple(rungs)


def _limits(item: Item, ratio: Estimate | None) -> tuple[float, ...]:
    """Return cap and floor as ratios of this pair: inverted where the item speaks for the second hypothesis if seen."""
    if ratio is None or item.worth is None:
        return ()
    ends = [float(end) for end in (item.cap, item.floor) if end is not None]
    ends = [end for end in ends if 0 < end < math.inf]
    worth = item.worth.estimate()
    turned = not (math.isclose(worth.low, ratio.low) and math.isclose(worth.high, ratio.high))
    return tuple(1 / end if turned else end for end in ends)


def _plan(sheet: Sheet, rung: _Rung) -> float:
    """Plan a row's text and return the top of its strip, mm."""
    sheet.say(rung.head, bold=True, gap=0.2)
    sheet.say(rung.words, gap=0.4)
    return sheet.take(_STRIP + 1.4)


def _axis(sheet: Sheet, rungs: Sequence[_Rung]) -> Scale:
    """Return a scale that is symmetric around 1 and holds every finite end."""
    ends = [end for rung in rungs if rung.ratio for end in (rung.ratio.low, rung.ratio.high, *rung.limits)]
    strengths = [max(end, 1 / end) for end in ends if 0 < end < math.inf]
    reach = min(max([_LEAST, *strengths]), _MOST)
    most = 10.0 ** math.ceil(math.log10(reach) - 1e-9)
    return Scale(low=1 / most, high=most, first=MARGIN + 4, last=sheet.width - MARGIN - 4, log=True)


def _captions(sheet: Sheet, assessment: Weighed, chosen: Pairing) -> None:
    sheet.bottom += 0.6
    sheet.say(f"Left: for {chosen.second}. Right: for {chosen.first}. Equal steps are equal ratios.", bold=True)
    sheet.say(chosen.sentence, size=8, bold=True)
    sheet.say(
        "Line: interval; an arrow where it has no end; mark: value, where there is one. Upright bar: the number of "
        "insertions or quiet dates lets no ratio go beyond. Gray: between 1/2 and 2 no support is claimed."
    )
    sheet.say("Ratios of changes of objects, not of the claim; none is a probability.", color=QUIET)
    say_basis(sheet, assessment)


def _draw_axis(page: Axes, axis: Scale, strips: Sequence[float], start: float) -> list[str]:
    bottom = (strips[-1] if strips else start) + _STRIP + 0.4
    words = []
    widest = text_width(tick_words(axis.low, ratio=True), SMALLEST)
    for value in axis.ticks(max(3, int((axis.last - axis.first) / (1.6 * widest)))):
        x = axis.at(value)
        for top in strips:
            line(page, (x, x), (top, top + _STRIP), color=LANE, width=0.5).set_zorder(1.5)
        line(page, (x, x), (bottom, bottom + 1.0), width=0.8)
        words.append(tick_words(value, ratio=True))
        half = text_width(words[-1], SMALLEST) / 2
        inside = min(max(x, axis.first - 4 + half), axis.last + 4 - half)
        letter(page, inside, bottom + 4.2, words[-1], align=("center", "baseline"))
    line(page, (axis.first, axis.last), (bottom, bottom), width=0.8)
    return words


def _draw(page: Axes, axis: Scale, rung: _Rung, top: float) -> None:
    middle = top + _STRIP / 2
    ends = [axis.at(value) for value in _USELESS]
    gray = [(ends[0], top), (ends[1], top), (ends[1], top + _STRIP), (ends[0], top + _STRIP)]
    page.add_patch(Polygon(gray, closed=True, facecolor=LIGHT.dim, edgecolor="none", zorder=1))
    one = axis.at(1.0)
    line(page, (one, one), (top, top + _STRIP), color=INK, width=0.8).set_zorder(2)
    if rung.ratio is None:
        return
    color = INK if rung.whole else BLUE
    low, high = axis.at(rung.ratio.low), axis.at(rung.ratio.high)
    line(page, (low, high), (middle, middle), color=color, width=1.6).set_zorder(4)
    for end, value, side in ((low, rung.ratio.low, -1), (high, rung.ratio.high, 1)):
        if axis.low <= value <= axis.high:
            line(page, (end, end), (middle - 1.2, middle + 1.2), color=color, width=1.2).set_zorder(4)
        else:
            tip = [(end + side * 2.0, middle), (end, middle - 1.1), (end, middle + 1.1)]
            page.add_patch(Polygon(tip, closed=True, facecolor=color, edgecolor="none", zorder=4))
    if not math.isnan(rung.ratio.value) and axis.low <= rung.ratio.value <= axis.high:
        mark_at(page, axis.at(rung.ratio.value), middle, color=color)
    for limit in rung.limits:
        if axis.low <= limit <= axis.high:
            line(page, (axis.at(limit),) * 2, (top, top + _STRIP), color=LOUD, width=1.8).set_zorder(3)
