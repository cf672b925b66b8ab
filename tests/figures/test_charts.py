"""Charts: what is drawn are the numbers that were given, with their intervals, and nothing that nobody knows."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, Rectangle
from support.assessed import CLAIMED, RIVAL, assessed_with, item

import osint_imagery as oi
from osint_imagery.change.reliability import Reliability
from osint_imagery.core.errors import InputError, UndeterminedError
from osint_imagery.core.estimate import proportion
from osint_imagery.core.texts import SIMULATED_BASIS
from osint_imagery.evidence.assessed import Assessment
from osint_imagery.evidence.weighing import weigh
from osint_imagery.figures.artist import Figure
from osint_imagery.figures.plot import PALE, Scale
from osint_imagery.figures.weighed import Weighed
from osint_imagery.observe.pod_curve import PodCurve, fit_pod_curve
from osint_imagery.observe.power import Power

Faults = Callable[[Figure], list[str]]
WIDTHS = [80.0, 170.0, 254.0]


def lines(figure: Figure, *, zorder: float) -> list[Line2D]:
    return [item for item in figure.drawing.axes[0].lines if item.get_zorder() == zorder]


def marks(figure: Figure) -> list[Line2D]:
    return [item for item in figure.drawing.axes[0].lines if item.get_marker() not in {None, "None", ""}]


@pytest.fixture(scope="module")
def curve() -> PodCurve:
    sizes = np.repeat([5, 10, 15, 20, 30, 40], 20)
    found = np.random.default_rng(1).random(len(sizes)) < 1 / (1 + np.exp(-5 * np.log(sizes / 15)))
    return fit_pod_curve(sizes.tolist(), found.tolist())


@pytest.fixture(scope="module")
def reliable() -> Reliability:
    said = np.random.default_rng(2).beta(0.3, 3, 20_000)
    return oi.reliability(said, np.random.default_rng(3).random(20_000) < said**1.3)


@pytest.mark.parametrize(("low", "high"), [(0.05, 0.95), (-3, 11), (0, 1e-4), (2000, 2001.5)])
def test_ticks_are_round_few_and_inside(low: float, high: float) -> None:
    ticks = Scale(low=low, high=high, first=0, last=1).ticks(5)
    assert 2 <= len(ticks) <= 5
    assert all(low - 1e-9 <= tick <= high + 1e-9 for tick in ticks)


def test_the_pod_curve_runs_through_a90_and_is_dashed_where_nothing_was_tried(curve: PodCurve) -> None:
    figure = oi.pod_curve(curve)
    solid = [item for item in lines(figure, zorder=4) if item.get_linestyle() == "-"]
    dashed = [item for item in lines(figure, zorder=4) if item.get_linestyle() == "--"]
    assert len(solid) == 1
    assert len(dashed) == 2, "below the smallest and above the largest size tried"
    uprights = sorted(float(item.get_xdata()[0]) for item in lines(figure, zorder=3))  # type: ignore[index]
    left, right = 12.0, 174.0
    top_size = 1.15 * max(curve.sizes[1], curve.a90, curve.a90_95)
    wanted = [left + size / top_size * (right - left) for size in (curve.a90, curve.a90_95)]
    assert uprights == pytest.approx(wanted)
    assert f"a90 = {curve.a90:.3g} m" in figure.shows
    assert f"a90/95 = {curve.a90_95:.3g} m" in figure.shows


def test_a_curve_whose_trials_allow_no_a90_95_says_that_absence_may_not_be_spoken_of(curve: PodCurve) -> None:
    figure = oi.pod_curve(replace(curve, a90_95=math.inf))
    assert "absence may not be spoken of at any size" in figure.shows
    assert "a90/95" not in [text.get_text() for text in figure.drawing.axes[0].texts]


def test_what_power_counted_is_said_and_power_without_a_curve_is_refused(curve: PodCurve) -> None:
    counted = Power(
        pod=proportion(38, 40), found=38, tried=40, false_alarm=proportion(1, 30), cap=3.0, reason="of this test"
    )
    said = " ".join(oi.pod_curve(replace(counted, curve=curve), size_m=12).texts)
    assert "38 of 40" in said
    assert f"At the claimed size, 12 m: {curve.interval(12)}" in said
    with pytest.raises(UndeterminedError, match=r"power has no curve \(of this test\)"):
        oi.pod_curve(counted)


def test_every_bin_is_a_mark_with_its_exact_interval_and_its_count(reliable: Reliability) -> None:
    figure = oi.reliability_diagram(reliable, of="a new building", reference="labels of this test", width_mm=100)
    drawn = marks(figure)
    assert len(drawn) == len(reliable.table)
    side = 80.0
    xs = [(float(m.get_xdata()[0]) - 14.0) / side for m in drawn]  # type: ignore[index]
    assert xs == pytest.approx([one.mean_probability for one in reliable.table], abs=1e-6)
    last = reliable.table[-1]
    share = proportion(round(last.share_changed * last.count), last.count)
    spreads = [item for item in lines(figure, zorder=4) if item.get_marker() in {None, "None", ""}]
    heights = [abs(float(np.ptp(item.get_ydata()))) / side for item in spreads]
    assert any(height == pytest.approx(share.high - share.low, abs=1e-6) for height in heights)
    bars = [patch for patch in figure.drawing.findobj(Rectangle) if to_hex(patch.get_facecolor()) == PALE]
    assert len(bars) == len(reliable.table)
    said = " ".join(figure.texts)
    assert f"{reliable.count:,} pixels" in said
    assert f"calibration error {reliable.ece:.3f}" in said
    assert "too short" in said
    with pytest.raises(InputError, match="name the event"):
        oi.reliability_diagram(reliable, of=" ", reference="x")


def test_the_ladder_draws_each_ratio_at_its_place_with_its_limit() -> None:
    figure = oi.likelihood_ladder(assessed_with(3))
    left, right = 8.0, 172.0

    def at(ratio: float) -> float:
        return left + (math.log10(ratio) + 2) / 4 * (right - left)

    xs = [float(m.get_xdata()[0]) for m in marks(figure)]  # type: ignore[index]
    assert at(3.7) == pytest.approx(xs[0])
    assert at(0.072) == pytest.approx(xs[1])
    bars = sorted(float(item.get_xdata()[0]) for item in lines(figure, zorder=3))  # type: ignore[index]
    assert bars == pytest.approx([at(0.07), at(3.7)])
    said = " ".join(figure.texts)
    assert "All together, whatever hangs together" in said
    assert "none is a probability" in said
    assert "could not have been seen" in said, "what says nothing has a row too"


def test_a_ratio_without_an_end_gets_an_arrow() -> None:
    found = assessed_with(1)
    term = found.pairs[0].terms[0]
    open_end = term.ratio.model_copy(update={"high": "Infinity"})
    found.pairs = (found.pairs[0].model_copy(update={"terms": (term.model_copy(update={"ratio": open_end}),)}),)
    arrows = [p for p in oi.likelihood_ladder(found).drawing.findobj(Polygon) if p.get_zorder() == 4]
    assert len(arrows) == 1


def test_a_pair_that_is_not_weighed_is_refused() -> None:
    with pytest.raises(InputError, match="these are: delivery, ordinary"):
        oi.likelihood_ladder(assessed_with(1), pair=("ordinary", "delivery"))


def test_the_matrix_shows_every_item_and_brackets_what_is_not_counted() -> None:
    figure = oi.ach_matrix(assessed_with(3))
    drawn = [text.get_text() for text in figure.drawing.axes[0].texts]
    assert [sign for sign in drawn if sign in {"+", "−", "·", "0"}] == ["+", "−", "−", "+", "·", "·"]
    assert any(text.startswith("[prediction-2") for text in figure.texts)
    assert not any(text.startswith("[prediction-0") for text in figure.texts)
    assert "Inconsistent with, by imagery: delivery 1, ordinary 1" in figure.shows


def test_an_assessment_has_the_shape_that_figures_ask_for() -> None:
    names = {name for name in dir(Weighed) if not name.startswith("_")}
    assert names <= set(Assessment.model_fields) | {"digest"}


@pytest.mark.parametrize("width", WIDTHS)
def test_no_label_of_a_size_crosses_another(curve: PodCurve, width: float, faults: Faults) -> None:
    assert faults(oi.pod_curve(curve, size_m=12, width_mm=width)) == []
    assert faults(oi.pod_curve(curve, size_m=curve.a90, width_mm=width)) == []


def test_an_assessment_of_simulated_scenes_says_so() -> None:
    found = assessed_with(1)
    for draw in (oi.likelihood_ladder, oi.ach_matrix):
        assert not draw(found).shows.startswith("SIMULATED")
    found.confidence.reasons = (SIMULATED_BASIS,)
    for draw in (oi.likelihood_ladder, oi.ach_matrix):
        assert draw(found).shows.startswith("SIMULATED")
        assert draw(found).texts[0].startswith("SIMULATED")


def test_a_limit_is_turned_where_seeing_the_thing_speaks_for_the_rival() -> None:
    turned = item(0).model_copy(update={"expected_under": ("ordinary",), "excluded_under": ("delivery",)})
    found = assessed_with(1)
    found.imagery, found.pairs = (turned,), (weigh(CLAIMED, RIVAL, (turned,), ()),)
    figure = oi.likelihood_ladder(found)
    (bar,) = (float(one.get_xdata()[0]) for one in lines(figure, zorder=3))  # type: ignore[index]
    assert bar == pytest.approx(8.0 + (math.log10(1 / 3.7) + 2) / 4 * 164.0)
