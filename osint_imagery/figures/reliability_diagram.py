"""Whether probabilities mean what they say: what was said against what was true, with how many pixels stand behind."""

from matplotlib.axes import Axes

from osint_imagery.change.reliability import HOT, Bin, Reliability
from osint_imagery.core.arguments import require
from osint_imagery.core.errors import InputError
from osint_imagery.core.estimate import Estimate, proportion
from osint_imagery.figures.artist import Figure, house_style
from osint_imagery.figures.palette import BLUE, PALE, QUIET
from osint_imagery.figures.plot import Plot, Scale, charted
from osint_imagery.figures.sheet import MARGIN, Sheet, line, paper_width

__all__ = ["reliability_diagram"]

_MOST, _BARS = 80.0, 20.0  # mm: side of the diagram, height of the counts
_LABEL = 10.0
_TICKS = (0, 0.25, 0.5, 0.75, 1)


def reliability_diagram(
    reliability: Reliability, *, of: str, reference: str, title: str | None = None, width_mm: float | str = 88.0
) -> Figure:
    """Draw the reliability of probabilities: share that was true against the probability that was said.

    Parameters
    ----------
    reliability : Reliability
        From :func:`osint_imagery.reliability`.
    of : str
        The event that the probabilities are of, in words.
    reference : str
        What told the truth, in words: labels, of whom, of where.
    title : str, optional
        One line above; any script.
    width_mm : float or str
        Width on paper, mm, 80 to 1000, or ``"column"`` (80), ``"page"`` (170), ``"slide"`` (254). No letter under 7 pt.

    Returns
    -------
    Figure
        A mark for each of the bins that hold pixels, with an exact 95 % interval, against the diagonal of probabilities
        that mean what they say; under it the number of pixels a bin, on a scale of ratios. Brier skill, calibration
        error and prevalence are said. No pixel is shown.

    Notes
    -----
    The intervals count pixels as if each were a trial of its own. Neighbors are alike, so the intervals are too short.

    Examples
    --------
    >>> import osint_imagery as oi
    >>> found = oi.reliability([0.9, 0.8, 0.1, 0.2], [1, 1, 0, 0])
    >>> oi.reliability_diagram(found, of="a new building", reference="four made-up pixels").title
    'Reliability: probability of a new building'
    """
    require(Reliability, reliability=reliability)
    require(str, of=of, reference=reference)
    if not (of.strip() and reference.strip()):
        msg = f"of={of!r}, reference={reference!r}: name the event and what told the truth; neither may be empty"
        raise InputError(msg)
    heading = title or f"Reliability: probability of {of}"
    with house_style():
        sheet = Sheet(width=paper_width(width_mm))
        sheet.say(heading, size=11, bold=True, gap=1.2)
        sheet.say("Share that was true", gap=1.5)
        side = min(_MOST, sheet.inner - _LABEL - 2)
        top = sheet.take(side)
        sheet.take(5.0)
        sheet.say(f"Probability of {of}, as it was said", gap=2.0)
        sheet.say("Pixels a bin (equal steps are equal ratios)", gap=1.5)
        lower = sheet.take(_BARS)
        sheet.take(5.0)
        across = Scale(low=0.0, high=1.0, first=MARGIN + _LABEL, last=MARGIN + _LABEL + side)
        said = _say(sheet, reliability, of, reference)
        drawing, page = sheet.open()
        upward = Scale(low=0, high=1, first=top + side, last=top)
        sheet.texts.extend(_diagram(page, Plot(x=across, y=upward), reliability))
        sheet.texts.extend(_counts(page, across, lower, reliability))
    return charted(sheet, drawing, title=heading, shows=said, credit="No pixels are shown.")


def _interval(one: Bin) -> Estimate:
    return proportion(round(one.share_changed * one.count), one.count)


def _diagram(page: Axes, plot: Plot, found: Reliability) -> list[str]:
    words = plot.frame(page, x_ticks=_TICKS, y_ticks=_TICKS)
    line(page, (plot.x.first, plot.x.last), (plot.y.first, plot.y.last), color=QUIET, width=0.8).set_zorder(2)
    prevalence = plot.y.at(found.prevalence)
    drawn = line(page, (plot.x.first, plot.x.last), (prevalence, prevalence), color=QUIET, width=0.8)
    drawn.set(linestyle=(0, (1, 2)), zorder=2)
    for one in found.table:
        share = _interval(one)
        plot.spread(page, one.mean_probability, (share.low, share.high))
        plot.mark(page, one.mean_probability, one.share_changed)
    return words


def _counts(page: Axes, across: Scale, top: float, found: Reliability) -> list[str]:
    most = max(one.count for one in found.table)
    plot = Plot(x=across, y=Scale(low=0.5, high=max(10.0, 1.5 * most), first=top + _BARS, last=top, log=True))
    for one in found.table:
        plot.bar(page, (one.low, one.high), (0.5, one.count), color=PALE)
        plot.curve(page, (one.low, one.low, one.high, one.high), (0.5, one.count, one.count, 0.5), color=BLUE)
    return plot.frame(page, x_ticks=_TICKS, y_ticks=plot.y.ticks(4))


def _say(sheet: Sheet, found: Reliability, of: str, reference: str) -> str:
    hot = "none" if found.ece_hot is None else f"{found.ece_hot:.3f}"
    said = (
        f"{found.count:,} pixels, of which {found.prevalence:.2%} true. Expected calibration error {found.ece:.3f}, "
        f"where the probability is at least {HOT:g}: {hot}. Brier skill {found.skill:+.2f} (1 = right and certain, "
        "0 = no better than always saying the share)."
    )
    sheet.say(said, size=8, bold=True)
    sheet.say("Diagonal: probabilities that mean what they say. Dotted: share of all pixels that was true.")
    sheet.say("Bars: 95 % intervals that count each pixel; neighbors are alike, so they are too short.", color=QUIET)
    sheet.say(f"Truth: {reference.rstrip('.')}.", color=QUIET)
    return f"Probability of {of} against {reference.rstrip('.')}. {said}"
