"""How large a thing must be to be found: probability of detection against size, with what the trials allow to say."""

import math
from collections.abc import Sequence

from matplotlib.axes import Axes

from osint_imagery.core.arguments import require
from osint_imagery.core.errors import UndeterminedError
from osint_imagery.figures.artist import Figure, house_style
from osint_imagery.figures.lettering import SMALLEST
from osint_imagery.figures.lettering import width_mm as text_width
from osint_imagery.figures.palette import BLUE, LIGHT, LOUD, QUIET
from osint_imagery.figures.plot import Plot, Scale, charted
from osint_imagery.figures.sheet import MARGIN, Align, Sheet, letter, line, paper_width
from osint_imagery.observe.pod_curve import PodCurve
from osint_imagery.observe.power import Power

__all__ = ["pod_curve"]

_HIGH = 62.0  # mm
_POINTS = 160
_ROOM = 1.15  # of the largest size shown
_LABEL = 8.0  # mm left of the axis for its numbers


def pod_curve(
    power: Power | PodCurve, *, title: str | None = None, size_m: float | None = None, width_mm: float | str = 180.0
) -> Figure:
    """Draw the probability of detection against size.

    Parameters
    ----------
    power : Power or PodCurve
        From :func:`osint_imagery.power`, with sizes tried (``design=``).
    title : str, optional
        One line above; any script.
    size_m : float, optional
        Size of the claimed thing (square root of length x width, m), marked with what the curve gives for it.
    width_mm : float or str
        Width on paper, mm, 80 to 1000, or ``"column"`` (80), ``"page"`` (170), ``"slide"`` (254). No letter under 7 pt.

    Returns
    -------
    Figure
        The curve with its 95 % band, dashed where it is extrapolated; a90 (found with probability 0.9), and a90/95 (one
        may be 95 % confident that it is). No pixel is shown.

    Raises
    ------
    UndeterminedError
        If no curve could be fitted; the message says why.

    Notes
    -----
    The curve holds for the place, dates, contrast and method of the trials, and for nothing else. Absence may be spoken
    of only for things at least as large as a90/95.

    Examples
    --------
    >>> from osint_imagery.observe.pod_curve import fit_pod_curve
    >>> curve = fit_pod_curve([5, 10, 15, 20, 25, 30] * 10, [False, False, True, False, True, True] * 10)
    >>> pod_curve(curve).title
    'Probability of detection against size'
    """
    require(Power | PodCurve, power=power)
    require(float | int | None, size_m=size_m)
    curve = power.curve if isinstance(power, Power) else power
    if curve is None:
        why = power.reason if isinstance(power, Power) else ""
        msg = f"power has no curve ({why.rstrip('.')}); try several sizes: power(..., design=Design(scales=...))"
        raise UndeterminedError(msg)
    heading = title or "Probability of detection against size"
    with house_style():
        sheet = Sheet(width=paper_width(width_mm))
        sheet.say(heading, size=11, bold=True, gap=1.2)
        sheet.say("Probability of detection", gap=1.5)
        top = sheet.take(_HIGH)
        sheet.take(5.0)
        sheet.say("Size: square root of length x width, m")
        plot = _plot(sheet, curve, size_m, top)
        said = _say(sheet, power, curve, size_m)
        drawing, page = sheet.open()
        ticks = plot.x.ticks(max(3, int(sheet.width // 20)))
        sheet.texts.extend(plot.frame(page, x_ticks=ticks, y_ticks=(0, 0.25, 0.5, 0.75, 1)))
        _draw(page, plot, curve, size_m)
    credit = "Made from insertions into scenes; no pixels are shown."
    return charted(sheet, drawing, title=heading, shows=said, credit=credit)


def _plot(sheet: Sheet, curve: PodCurve, size: float | None, top: float) -> Plot:
    ends = [curve.sizes[1], curve.a90, *([size] if size else [])]
    if math.isfinite(curve.a90_95) and curve.a90_95 < 3 * curve.sizes[1]:
        ends.append(curve.a90_95)
    across = Scale(low=0.0, high=_ROOM * max(ends), first=MARGIN + _LABEL, last=sheet.width - MARGIN - 2)
    return Plot(x=across, y=Scale(low=0.0, high=1.0, first=top + _HIGH, last=top))


def _say(sheet: Sheet, power: Power | PodCurve, curve: PodCurve, size: float | None) -> str:
    sure = (
        f"a90/95 = {curve.a90_95:.3g} m (95 % confidence that it is found with probability 0.9)"
        if math.isfinite(curve.a90_95)
        else "a90/95: the trials allow none, so absence may not be spoken of at any size"
    )
    said = f"a90 = {curve.a90:.3g} m (found with probability 0.9); {sure}."
    sheet.say(said, size=9, bold=True)
    if size is not None:
        at = f"At the claimed size, {size:.3g} m: {curve.interval(size)} ({curve.interval(size).method})."
        sheet.say(at, size=8, bold=True)
        said = f"{said} {at}"
    low, high = curve.sizes
    sheet.say(
        f"Line: logistic curve fitted to {curve.trials} trials at sizes of {low:.3g} to {high:.3g} m; shaded: its 95 % "
        "interval; dashed: extrapolated beyond the sizes tried."
    )
    if isinstance(power, Power):
        if power.pod is not None:
            sheet.say(f"At the stated size found: {power.found} of {power.tried}, {power.pod}.")
        if power.false_alarm is not None:
            sheet.say(f"Probability of an alarm on quiet dates: {power.false_alarm}.")
        sheet.say(f"{power.reason.rstrip('.')}.", color=QUIET)
    sheet.say("Holds for the place, dates, contrast and method of the trials, and for nothing else.", color=QUIET)
    return said


def _draw(page: Axes, plot: Plot, curve: PodCurve, size: float | None) -> None:
    sizes = [plot.x.high * (k + 1) / _POINTS for k in range(_POINTS)]
    band = [curve.interval(one) for one in sizes]
    plot.band(page, sizes, [one.low for one in band], [one.high for one in band])
    low, high = curve.sizes
    for first, last, dashed in ((0.0, low, True), (low, high, False), (high, plot.x.high, True)):
        some = sorted({one for one in (*sizes, low, high) if first <= one <= last})
        plot.curve(page, some, [curve.pod(one) for one in some], color=BLUE, dashed=dashed)
    line(page, (plot.x.first, plot.x.last), (plot.y.at(0.9),) * 2, color=QUIET, width=0.6)
    marks = [("a90", curve.a90, BLUE, 0.12), ("a90/95", curve.a90_95, LIGHT.green, 0.22)]
    marks += [("claimed", size, LOUD, 0.02)] if size is not None else []
    shown = [mark for mark in marks if mark[1] <= plot.x.high]
    for words, at, color, level in shown:
        others = [plot.x.at(other) for _, other, _, _ in shown if other != at]
        _upright(page, plot, at, words, color=color, level=level, others=others)


def _upright(
    page: Axes, plot: Plot, at: float, words: str, *, color: str, level: float, others: Sequence[float]
) -> None:
    """Draw a size as an upright line with its name: a90 to the left, so that a90/95 may stand to the right.

    A name goes to the other side where another line would cross it.
    """
    x = plot.x.at(at)
    line(page, (x, x), (plot.y.first, plot.y.last), color=color, width=1.0).set_zorder(3)
    wide = text_width(words, SMALLEST, bold=True) + 1.6
    crossed = any(x < other < x + wide for other in others) and not any(x - wide < other < x for other in others)
    left = ((words == "a90" or crossed) and x - wide > plot.x.first) or x + wide > plot.x.last
    side: Align = ("right", "baseline") if left else ("left", "baseline")
    letter(page, x - 0.8 if left else x + 0.8, plot.y.at(level), words, bold=True, color=color, align=side)
