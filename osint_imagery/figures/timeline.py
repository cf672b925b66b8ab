"""Every look on a UTC axis: who was looking while the thing is said to have been there."""

from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from osint_imagery.core.arguments import require, require_each
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.figures.artist import Figure, house_style
from osint_imagery.figures.calendar_axis import Axis, axis_over
from osint_imagery.figures.furniture import sensor_words
from osint_imagery.figures.lettering import SMALLEST
from osint_imagery.figures.lettering import width_mm as text_width
from osint_imagery.figures.palette import GRID, INK, LANE, LIGHT, LOUD, PALE, PAPER, QUIET
from osint_imagery.figures.sheet import MARGIN, Sheet, letter, line, paper_width
from osint_imagery.figures.words import chance_words
from osint_imagery.observe.coverage import Coverage, Look, LookState

__all__ = ["Used", "timeline"]

_LANE = 6.0  # mm
_MARK, _BREAK = 2.3, 0.8  # mm: a look, and between the bars of two gaps
_TICK_ROOM = 18.0  # mm for one date under the axis
_STYLE: dict[LookState, tuple[str, str, str]] = {  # shape, color, words
    LookState.CLEAR: ("o", LIGHT.green, "clear"),
    LookState.PARTLY: ("D", LIGHT.blue, "partly clear"),
    LookState.UNUSABLE: ("x", LIGHT.gray, "unusable"),
    LookState.UNKNOWN: ("s", LIGHT.ochre, "quality unknown"),
    LookState.REJECTED: ("v", LIGHT.pink, "rejected"),
}
_MISSED = "unseen stay"
_REASONS = 6  # looks whose reason is told under the axis; the others are counted
_WITHOUT_REASON = {LookState.CLEAR}


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """Scene ids of the looks that were used: the two that were compared, and the quiet dates that calibrate them."""

    compared: tuple[str, ...] = ()
    quiet: tuple[str, ...] = ()

    def lanes(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Return a name and the scene ids for each lane that is needed."""
        both = (("compared", self.compared), ("quiet dates", self.quiet))
        return tuple((f"{name} {len(ids)}", ids) for name, ids in both if ids)


_NOTHING_USED = Used()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chart:
    """Where the lanes lie, mm."""

    axis: Axis
    top: float
    lanes: tuple[tuple[str, float], ...]  # name and middle of each lane
    bottom: float


def timeline(
    coverage: Coverage,
    *,
    title: str | None = None,
    bracket: tuple[TimeSpan, TimeSpan] | None = None,
    used: Used = _NOTHING_USED,
    remark: str = "",
    width_mm: float | str = 180.0,
) -> Figure:
    """Draw every look of a coverage, usable or not, against the claimed span.

    Parameters
    ----------
    coverage : Coverage
        The looks, also the rejected ones.
    title : str, optional
        One line above; defaults to the place.
    bracket : (TimeSpan, TimeSpan), optional
        Last look without and first look with the change.
    used : Used
        Which looks were compared, and which served as quiet dates; a lane for each.
    remark : str
        A sentence right after the count, as prominent: what the looks are worth.
    width_mm : float or str
        Width on paper, mm, 80 to 1000, or ``"column"`` (80), ``"page"`` (170), ``"slide"`` (254). No letter under 7 pt.

    Returns
    -------
    Figure
        One lane a state, each with its own shape and color; a look of which only the day is known is a
        bar as long as that day wherever the paper allows. Bars in a lane of their own mark where the thing could have
        come and gone between two usable looks; one that stays for good, where no usable look came after. Why looks are
        not clear is told under the axis, nearest to the claimed span first.

    Raises
    ------
    InputError
        If the width is not possible.
    """
    require(Coverage, coverage=coverage)
    require(Used, used=used)
    require_each(TimeSpan, bracket=bracket or ())
    heading = title or f"{coverage.place}: looks for {coverage.prediction_id}"
    told = f"{_count_words(coverage)} {remark}".rstrip()
    with house_style():
        sheet = Sheet(width=paper_width(width_mm))
        if _simulated(coverage):
            sheet.say("SIMULATED: looks made by a program", size=13, bold=True, color=LOUD)
        sheet.say(heading, size=11, bold=True)
        sheet.say(told, size=9, bold=True, gap=1.5)
        chart = _chart(sheet, coverage, bracket, used)
        _captions(sheet, coverage, bracket, chart)
        drawing, page = sheet.open()
        _draw(page, coverage, bracket, chart)
        _draw_used(page, coverage, used, chart)
    sheet.texts.extend(label for _, label in chart.axis.ticks(_ticks(chart)))
    return Figure(
        drawing=drawing,
        title=heading,
        shows=f"{'SIMULATED. ' if _simulated(coverage) else ''}Timeline in UTC. {told}",
        credits=("Dates and quality from catalogue metadata and quality layers; no pixels are shown.",),
        scenes=tuple(look.scene_id for look in coverage.looks),
        texts=tuple(sheet.texts),
    )


def _simulated(coverage: Coverage) -> bool:
    return any(look.sensor.startswith("simulated") for look in coverage.looks)


def _count_words(coverage: Coverage) -> str:
    """Return the count line, for all looks and for those in the claimed span."""
    looks, inside = len(coverage.looks), coverage.inside
    clear_inside = sum(look.state is LookState.CLEAR for look in inside)
    unknown = sum(look.state is LookState.UNKNOWN for look in coverage.looks)
    told = f" ({unknown} of unknown quality)" if unknown else ""
    total = f"{len(coverage.clear)} of {looks} look{'' if looks == 1 else 's'} known to be clear over the area{told}"
    return f"{total}; {clear_inside} of {len(inside)} in the claimed span ({coverage.when.label})."


def _chart(sheet: Sheet, coverage: Coverage, bracket: tuple[TimeSpan, TimeSpan] | None, used: Used) -> _Chart:
    counts = {state: sum(look.state is state for look in coverage.looks) for state in LookState}
    names = [f"{_STYLE[state][2]} {counts[state]}" for state in LookState]
    names += [
        *([_MISSED] if _missed(coverage) else []),
        *(name for name, _ in used.lanes()),
        *(["change lies in"] if bracket else []),
    ]
    left = MARGIN + max(text_width(name, 8) for name in names) + 2.5
    top = sheet.take(len(names) * _LANE)
    for index, name in enumerate(names):
        sheet.put(name, top + index * _LANE + 1.3, size=8, room=left - MARGIN)
    bottom = sheet.take(5.5)
    spans = (coverage.when, *(look.acquired for look in coverage.looks), *(bracket or ()))
    lanes = tuple((name, top + (index + 0.5) * _LANE) for index, name in enumerate(names))
    axis = axis_over(spans, left, sheet.width - MARGIN - 1.0)
    return _Chart(axis=axis, top=top, lanes=lanes, bottom=bottom)


def _captions(sheet: Sheet, coverage: Coverage, bracket: tuple[TimeSpan, TimeSpan] | None, chart: _Chart) -> None:
    sheet.say("All times UTC. Shaded: the claimed span.", gap=0.4)
    if bracket:
        words = (
            f"Compared: {bracket[0].label} (without it) and {bracket[1].label} (with it); the change lies between them."
        )
        sheet.say(words, bold=True)
    days = sum(not look.acquired.is_instant for look in coverage.looks)
    if days:
        long = [look.acquired for look in coverage.looks if not look.acquired.is_instant]
        wide = max((chart.axis.stretch(span) for span in long), key=lambda ends: ends[1] - ends[0])
        thin = "" if wide[1] - wide[0] > _MARK else " (here narrower than the mark at its middle)"
        known = "1 look is" if days == 1 else f"{days} looks are"
        sheet.say(f"{known} not known to the second; drawn as a bar as long as the time is uncertain{thin}.")
    sheet.say(f"{coverage.reason.rstrip('.')}.")
    for words in _why_not_clear(coverage):
        sheet.say(words)
    if words := _missed_words(coverage):
        sheet.say(words)
    sheet.say(
        f"Probability that a usable look met the stay: {chance_words(coverage.p_look)}. "
        "It tells whether anybody looked, not whether a look could have shown the thing."
    )
    sensors = dict.fromkeys(sensor_words(look.sensor) for look in coverage.looks)
    sheet.say(
        f"Sensors: {', '.join(sensors) or 'none'}. Dates and quality from catalogue metadata and quality layers.",
        color=QUIET,
    )


def _missed(coverage: Coverage) -> tuple[TimeSpan, ...]:
    """Return the gaps in which the whole stay could lie; of a stay for good, the one after the last usable look."""
    if coverage.dwell_days is not None:
        return tuple(gap for gap in coverage.gaps if gap.days > coverage.dwell_days)
    last = max((look.acquired.start for look in coverage.clear), default=None)
    return tuple(gap for gap in coverage.gaps if last is None or gap.end > last)


def _missed_words(coverage: Coverage) -> str:
    known = any(look.state is LookState.UNKNOWN for look in coverage.looks)
    looks, look = ("looks known to be usable", "look known to be usable") if known else ("usable looks", "usable look")
    missed = _missed(coverage)
    if coverage.dwell_days is None:
        return f"Bar under '{_MISSED}': no {look} came after; what appeared then is in no picture." if missed else ""
    stay = f"a stay of {coverage.dwell_days:g} day{'' if coverage.dwell_days == 1 else 's'}"
    if not missed:
        return f"In the claimed span no gap between {looks} is longer than {stay}."
    return f"Bars under '{_MISSED}': here {stay} could lie between two {looks}."


def _why_not_clear(coverage: Coverage) -> tuple[str, ...]:
    """Return why looks are not clear, nearest to the claimed span first, and how many are left out."""
    middle = coverage.when.middle
    closed = [look for look in coverage.looks if look.state not in _WITHOUT_REASON]
    near = sorted(closed, key=lambda look: abs(look.acquired.middle - middle))[:_REASONS]
    told = sorted(near, key=lambda look: look.acquired.start)
    lines = [f"{look.acquired.middle:%Y-%m-%d} {_STYLE[look.state][2]}: {look.reason}." for look in told]
    left = len(closed) - len(told)
    return (*lines, *((f"{left} more looks are not clear; each with its reason in the record.",) if left else ()))


def _ticks(chart: _Chart) -> int:
    return max(2, int((chart.axis.right - chart.axis.left) // _TICK_ROOM))


def _draw(page: Axes, coverage: Coverage, bracket: tuple[TimeSpan, TimeSpan] | None, chart: _Chart) -> None:
    axis = chart.axis
    _bar(page, axis.stretch(coverage.when), (chart.top, chart.bottom), color=PALE, zorder=1)
    for _, middle in chart.lanes:
        line(page, (axis.left, axis.right), (middle, middle), color=LANE, width=0.5).set_zorder(2)
    for state, (_, middle) in zip(LookState, chart.lanes, strict=False):
        for look in coverage.looks:
            if look.state is state:
                _draw_look(page, look, axis, middle)
    for gap in _missed(coverage):
        middle = dict(chart.lanes)[_MISSED]
        _bar(page, _between_looks(axis, gap), (middle - 1.0, middle + 1.0), color=QUIET, zorder=3)
    if bracket:
        _draw_bracket(page, bracket, axis, chart.lanes[-1][1])
    _draw_axis(page, chart)


def _draw_used(page: Axes, coverage: Coverage, used: Used, chart: _Chart) -> None:
    middles = dict(chart.lanes)
    for name, ids in used.lanes():
        for look in coverage.looks:
            if look.scene_id in ids:
                at, size = [chart.axis.x(look.acquired.middle)], _MARK / 25.4 * 72
                shape, color = ("^", LOUD) if ids is used.compared else ("|", INK)
                mark = Line2D(at, [middles[name]], marker=shape, markersize=size, linestyle="none", zorder=5)
                mark.set(markerfacecolor=color, markeredgecolor=color, markeredgewidth=1.2)
                page.add_artist(mark)


def _bar(page: Axes, xs: tuple[float, float], ys: tuple[float, float], *, color: str, zorder: float) -> None:
    bar = Rectangle((xs[0], ys[0]), xs[1] - xs[0], ys[1] - ys[0], facecolor=color, edgecolor="none", zorder=zorder)
    page.add_patch(bar)


def _draw_look(page: Axes, look: Look, axis: Axis, middle: float) -> None:
    shape, color, _ = _STYLE[look.state]
    first, last = axis.stretch(look.acquired)
    wide = last - first > _MARK
    if not look.acquired.is_instant:
        _bar(page, (first, last), (middle - 1.5, middle + 1.5), color=color, zorder=4)
    hollow = wide or look.state in {LookState.UNKNOWN, LookState.REJECTED}
    edge = PAPER if wide or look.state in {LookState.CLEAR, LookState.PARTLY} else color
    size = _MARK / 25.4 * 72
    mark = Line2D([axis.x(look.acquired.middle)], [middle], marker=shape, markersize=size, linestyle="none", zorder=5)
    fine = edge == PAPER and not wide
    mark.set(markerfacecolor="none" if hollow else color, markeredgecolor=edge, markeredgewidth=0.5 if fine else 1.2)
    page.add_artist(mark)


def _draw_bracket(page: Axes, bracket: tuple[TimeSpan, TimeSpan], axis: Axis, middle: float) -> None:
    """Draw the span in which the change lies, from the middle of one look to the middle of the other."""
    ends = axis.x(bracket[0].middle), axis.x(bracket[1].middle)
    line(page, ends, (middle, middle), color=LOUD, width=2.0)
    for x in ends:
        line(page, (x, x), (middle - 1.7, middle + 1.7), color=LOUD, width=2.0)


def _between_looks(axis: Axis, gap: TimeSpan) -> tuple[float, float]:
    """Return the ends of a gap's bar, a little apart, so that the look between two gaps shows as a break."""
    first, last = axis.stretch(gap)
    inset = min(_BREAK / 2, (last - first) / 4)
    return first + inset, last - inset


def _draw_axis(page: Axes, chart: _Chart) -> None:
    axis = chart.axis
    line(page, (axis.left, axis.right), (chart.bottom, chart.bottom), width=0.8)
    for x, words in axis.ticks(_ticks(chart)):
        line(page, (x, x), (chart.bottom, chart.bottom + 1.0), width=0.8)
        line(page, (x, x), (chart.top, chart.bottom), color=GRID, width=0.5).set_zorder(1.5)
        half = text_width(words, SMALLEST) / 2
        inside = min(max(x, axis.left + half), axis.right + 1.0 - half)
        letter(page, inside, chart.bottom + 4.2, words, align=("center", "baseline"))
