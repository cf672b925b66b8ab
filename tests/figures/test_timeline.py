"""Timelines: every look stands there, by shape and by color, in UTC, legible for three looks and for 140."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations

import numpy as np
import pytest
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from osint_imagery.core.estimate import Estimate
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.figures.artist import Figure, house_style
from osint_imagery.figures.calendar_axis import axis_over
from osint_imagery.figures.timeline import Used, timeline
from osint_imagery.observe.coverage import Coverage, Look, LookState

START = datetime(2019, 1, 3, 8, 17, tzinfo=UTC)


def coverage(count: int, years: float, *, by_day: bool = False, sensor: str = "sentinel-2-l2a") -> Coverage:
    rng = np.random.default_rng(count)
    states = list(LookState)
    looks = []
    for index, days in enumerate(np.sort(rng.uniform(0, years * 365, count))):
        moment = START + timedelta(days=float(days))
        looks.append(
            Look(
                scene_id=f"S2_{index}",
                acquired=TimeSpan(moment.date()) if by_day else TimeSpan(moment),
                usable_fraction=None,
                state=states[index % len(states)],
                reason="of this test",
                sensor=sensor,
                sun_elevation_deg=None,
            )
        )
    when = TimeSpan(START + timedelta(days=years * 100), START + timedelta(days=years * 200))
    return Coverage(
        prediction_id="P1",
        place="Порт مرفأ with a name that is far too long to fit on one line of a narrow column of print",
        when=when,
        dwell_days=2,
        looks=tuple(looks),
        p_look=Estimate(value=0.2, low=0.1, high=0.3, level=1, unit="probability", method="dates"),
        gaps=(when,),
        reason="no look was usable in the claimed span",
    )


@pytest.mark.parametrize("width", [80.0, 180.0])
@pytest.mark.parametrize(("count", "years"), [(0, 1.0), (3, 2.0), (140, 5.0), (6, 0.02)])
def test_no_text_overlaps_or_is_clipped(count: int, years: float, width: float) -> None:
    given = coverage(count, years)
    bracket = (TimeSpan("2019-01-04"), TimeSpan("2019-01-08T08:00:00Z"))
    figure = timeline(given, bracket=bracket, width_mm=width)
    renderer = figure.drawing.canvas.get_renderer()  # type: ignore[attr-defined]
    with house_style():
        boxes = [t.get_window_extent(renderer) for t in figure.drawing.axes[0].texts]
    page = figure.drawing.bbox
    assert all(b.x0 >= page.x0 and b.y0 >= page.y0 and b.x1 <= page.x1 and b.y1 <= page.y1 for b in boxes)
    crossed = [(a, b) for a, b in combinations(boxes, 2) if a.x0 < b.x1 and b.x0 < a.x1 and a.y0 < b.y1 and b.y0 < a.y1]
    assert crossed == []


def test_every_look_is_a_mark_and_states_differ_by_shape_and_color() -> None:
    figure = timeline(coverage(140, 5))
    marks = [item for item in figure.drawing.axes[0].lines if item.get_marker() not in {None, "None", ""}]
    assert len(marks) == 140
    looks = {(str(m.get_marker()), _ink(m)) for m in marks}
    assert len(looks) == len({shape for shape, _ in looks}) == len({ink for _, ink in looks}) == len(LookState)


def _ink(mark: Line2D) -> str:
    face, edge = str(mark.get_markerfacecolor()), str(mark.get_markeredgecolor())
    return edge if face == "none" else face


def test_the_count_line_says_how_many_were_clear() -> None:
    figure = timeline(coverage(10, 2))
    assert "2 of 10 looks known to be clear over the area (2 of unknown quality)" in "\n".join(figure.texts)
    assert "2 of 10 looks known to be clear over the area (2 of unknown quality)" in figure.shows
    assert figure.scenes == tuple(f"S2_{n}" for n in range(10))


def test_a_look_known_to_the_day_is_a_bar_of_that_day() -> None:
    figure = timeline(coverage(3, 0.02, by_day=True))
    axis = axis_over((coverage(3, 0.02).when, *(look.acquired for look in coverage(3, 0.02, by_day=True).looks)), 0, 1)
    share = axis.stretch(coverage(3, 0.02, by_day=True).looks[0].acquired)
    bars = [p for p in figure.drawing.findobj(Rectangle) if p.get_zorder() == 4]
    assert len(bars) == 3
    lane = next(line for line in figure.drawing.axes[0].lines if line.get_zorder() == 2)
    length = np.ptp(np.asarray(lane.get_xdata(), dtype=float))
    assert bars[0].get_width() == pytest.approx((share[1] - share[0]) * length, rel=0.01)
    assert "3 looks are not known to the second" in "\n".join(figure.texts)
    long = timeline(coverage(3, 2, by_day=True))
    assert "narrower than the mark" in "\n".join(long.texts)


def test_the_bracket_is_said_in_utc_and_never_more_exact_than_known() -> None:
    bracket = (TimeSpan("2019-06-01"), TimeSpan("2019-07-01T08:00:00Z"))
    said = "\n".join(timeline(coverage(3, 2), bracket=bracket).texts)
    assert "2019-06-01 (UTC day, time unknown) (without it) and 2019-07-01 08:00:00 UTC (with it)" in said


def test_simulated_looks_are_announced() -> None:
    figure = timeline(coverage(3, 2, sensor="simulated-msi"))
    assert figure.texts[0].startswith("SIMULATED")
    assert figure.shows.startswith("SIMULATED")


def test_two_timelines_have_the_same_bytes() -> None:
    assert timeline(coverage(20, 2)).png() == timeline(coverage(20, 2)).png()


@pytest.mark.parametrize("days", [2, 9, 60, 400, 2000, 9000])
def test_ticks_are_few_and_in_order(days: int) -> None:
    axis = axis_over((TimeSpan(START, START + timedelta(days=days)),), 0, 100)
    ticks = axis.ticks(7)
    assert 1 <= len(ticks) <= 8
    assert [x for x, _ in ticks] == sorted(x for x, _ in ticks)
    assert all(0 <= x <= 100 for x, _ in ticks)
    assert len({words for _, words in ticks}) == len(ticks)


def test_looks_that_were_used_have_a_mark_of_their_own_under_their_date() -> None:
    given = coverage(20, 2)
    plain, figure = timeline(given), timeline(given, used=Used(compared=("S2_5", "S2_10"), quiet=("S2_0", "S2_15")))
    assert "compared 2" in figure.texts
    assert "quiet dates 2" in figure.texts
    assert not any(text.startswith(("compared", "quiet dates")) for text in plain.texts)
    marks = [item for item in figure.drawing.axes[0].lines if item.get_marker() not in {None, "None", ""}]
    assert len(marks) == 24
    places = sorted(float(np.asarray(m.get_xdata(), dtype=float)[0]) for m in marks if m.get_marker() not in {"^", "|"})
    for shape, ids in (("^", (5, 10)), ("|", (0, 15))):
        at = sorted(float(np.asarray(m.get_xdata(), dtype=float)[0]) for m in marks if m.get_marker() == shape)
        assert at == pytest.approx([places[index] for index in ids])


def test_why_looks_are_not_clear_is_told_nearest_to_the_claimed_span_first() -> None:
    given = coverage(20, 2)
    looks = tuple(replace(look, reason=f"reason {look.scene_id}") for look in given.looks)
    said = "\n".join(timeline(replace(given, looks=looks)).texts)
    closed = [look for look in looks if look.state is not LookState.CLEAR]
    near = sorted(closed, key=lambda look: abs(look.acquired.middle - given.when.middle))
    assert all(f": reason {look.scene_id}." in said for look in near[:6])
    assert not any(f": reason {look.scene_id}." in said for look in near[6:])
    assert f"{len(closed) - 6} more looks are not clear" in said
    assert "reason" not in "\n".join(timeline(replace(given, looks=looks[:1])).texts)  # a clear look needs no reason


def bars(figure: Figure) -> list[Rectangle]:
    return [patch for patch in figure.drawing.findobj(Rectangle) if patch.get_zorder() == 3]


def gap_of(given: Coverage, days: float) -> TimeSpan:
    return TimeSpan(given.when.start, given.when.start + timedelta(days=days))


def test_only_gaps_in_which_the_whole_stay_fits_are_marked() -> None:
    given = coverage(20, 2)
    short, long = replace(given, gaps=(gap_of(given, 1.9),)), replace(given, gaps=(gap_of(given, 2.1),))
    assert bars(timeline(short)) == []
    assert "no gap between looks known to be usable is longer than a stay of 2 days" in "\n".join(timeline(short).texts)
    assert len(bars(timeline(long))) == 1
    said = "\n".join(timeline(long).texts)
    assert "here a stay of 2 days could lie between two looks known to be usable" in said


def test_what_stays_for_good_is_missed_only_after_the_last_usable_look() -> None:
    given = replace(coverage(20, 2), dwell_days=None)
    last = max(look.acquired.start for look in given.clear)
    assert bars(timeline(replace(given, gaps=(gap_of(given, 30),)))) == []
    after = timeline(replace(given, gaps=(TimeSpan(last, last + timedelta(days=9)),)))
    assert len(bars(after)) == 1
    assert "what appeared then is in no picture" in "\n".join(after.texts)


def test_a_chance_of_a_look_is_never_said_without_what_it_does_not_tell() -> None:
    figure = timeline(coverage(10, 2), remark="No number of looks helps.")
    said = " ".join(figure.texts)
    assert "It tells whether anybody looked, not whether a look could have shown the thing." in said
    assert "No number of looks helps." in said
    assert figure.shows.endswith("No number of looks helps.")
