"""Difference and probability maps: the colors mean what the bar says, and what has no value has no color."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from matplotlib.image import AxesImage

from osint_imagery.change.changemap import CalibrationKind
from osint_imagery.change.detections import Detections
from osint_imagery.core.errors import GridMismatchError, InputError, UndeterminedError
from osint_imagery.core.pair import Pair
from osint_imagery.figures.artist import Figure
from osint_imagery.figures.difference import difference
from osint_imagery.figures.stretch import shared_stretch
from osint_imagery.figures.value_map import difference_map, probability_map

Faults = Callable[[Figure], list[str]]
WHOLE = (slice(None), slice(None))


def with_probability(found: Detections, probability: Any, of: str = "a new building") -> Detections:
    planes = np.broadcast_to(np.asarray(probability, dtype=np.float32), found.labels.shape).copy()
    calibration = replace(found.changes.calibration, of=of, probability_kind=CalibrationKind.PLACEBO)
    return replace(found, changes=replace(found.changes, probability=planes, calibration=calibration))


def pictures(figure: Figure) -> list[AxesImage]:
    return [item for item in figure.drawing.axes[0].images if item.get_zorder() == 1]


def test_a_difference_is_later_minus_earlier_and_the_bar_is_symmetric_around_zero(make_pair: Any) -> None:
    pair = make_pair(bands=("red",))
    values = np.nan_to_num(np.array(pair.before.values)) + 0.1
    values[:, :5] -= 0.3  # darker by 0.2
    brighter = replace(pair, after=replace(pair.after, values=values))
    shown = difference_map(brighter, shared_stretch(brighter), WHOLE)
    known = np.isfinite(shown.values)
    assert np.array_equal(known, pair.valid)
    assert shown.values[5:][known[5:]] == pytest.approx(0.1, abs=1e-6)
    assert shown.values[:5][known[:5]] == pytest.approx(-0.2, abs=1e-6)
    assert shown.limits[0] == -shown.limits[1]
    up, down = shown.colors()[20, 5].astype(int), shown.colors()[2, 5].astype(int)
    assert up[0] > up[2], "brighter is red"
    assert down[2] > down[0], "darker is blue"
    assert set(shown.colors()[~pair.valid].ravel().tolist()) == {205}


def test_no_difference_is_drawn_white(make_pair: Any) -> None:
    pair = make_pair(bands=("red",))
    values = np.nan_to_num(np.array(pair.before.values))
    values[0, 0, 0] += 0.2
    shown = difference_map(replace(pair, after=replace(pair.after, values=values)), shared_stretch(pair), WHOLE)
    assert shown.colors()[3, 3].min() > 240


def test_how_much_lies_beyond_the_ends_is_said(make_pair: Any) -> None:
    shown = difference_map(make_pair(), shared_stretch(make_pair()), WHOLE)
    reach = shown.limits[1]
    share = float((np.abs(shown.values[np.isfinite(shown.values)]) > reach).mean())
    assert 0 < share < 0.05
    most = np.nanmax(np.abs(shown.values))
    assert f"{share:.1%} of the usable pixels lie beyond the ends (the largest at {most:.2g})" in shown.beyond
    assert shown.beyond in " ".join(difference(make_pair()).texts)


def test_the_quantity_stands_at_the_map(make_pair: Any, make_detections: Any) -> None:
    pair = make_pair()
    found = make_detections(pair, 2)
    plain, likely = difference(pair, found, show="difference"), difference(pair, with_probability(found, 0.4))
    assert "mean of red, green, blue, later minus earlier date, reflectance" in " ".join(plain.texts)
    assert "probability of a new building" in " ".join(likely.texts)
    assert "probability of a new building" in likely.shows
    assert "later minus earlier" not in likely.shows


def test_withheld_probability_has_no_color_and_is_hatched_the_other_way(make_pair: Any, make_detections: Any) -> None:
    pair = make_pair()
    chance = np.full(pair.shape, 0.4, dtype=np.float32)
    chance[60:70, 60:80] = np.nan
    found = with_probability(make_detections(pair, 1), chance)
    shown = probability_map(found.changes, WHOLE)
    assert set(shown.colors()[~np.isfinite(shown.values)].ravel().tolist()) == {205}
    assert not np.isfinite(shown.values[~found.changes.examined]).any()
    figure = difference(pair, found)
    assert "no probability is given there" in " ".join(figure.texts)
    layers = [item for item in figure.drawing.axes[0].images if item.get_zorder() == 2]
    assert len(layers) == 5, "three pictures and the legend, and the map also where it is withheld"
    everywhere = with_probability(found, 0.4)
    everywhere = replace(everywhere, changes=replace(everywhere.changes, examined=np.ones(pair.shape, dtype=bool)))
    assert "no probability is given there" not in " ".join(difference(pair, everywhere).texts)


def test_a_probability_that_nothing_was_calibrated_on_is_refused(make_pair: Any, make_detections: Any) -> None:
    pair = make_pair()
    none = with_probability(make_detections(pair, 1), np.nan)
    with pytest.raises(UndeterminedError, match="show='probability', but there is none"):
        difference(pair, none, show="probability")
    with pytest.raises(UndeterminedError, match="no change map was given"):
        difference(pair, show="probability")
    assert "later minus earlier" in difference(pair, none).shows


def test_wrong_input_is_refused(make_pair: Any, make_detections: Any) -> None:
    pair = make_pair()
    with pytest.raises(InputError, match="show='score' is none of difference, probability"):
        difference(pair, show="score")
    other = replace(make_detections(pair, 1), labels=np.zeros((3, 3), dtype=np.int32))
    with pytest.raises(GridMismatchError, match="draw them on their own pair"):
        difference(pair, other)


def test_a_change_map_is_outlined_and_a_comparison_brings_its_own(make_pair: Any, make_detections: Any) -> None:
    class Result:
        def __init__(self, pair: Pair, detections: Detections) -> None:
            self.pair, self.detections = pair, detections

    pair = make_pair()
    found = make_detections(pair, 3)
    numbers = [t.get_text() for t in difference(Result(pair, found)).drawing.axes[0].texts if t.get_gid() == "number"]
    assert numbers == ["1", "2", "3"] * 3
    assert "Examined" in difference(pair, found.changes).shows


@pytest.mark.parametrize("width", [80.0, 254.0])
def test_three_pictures_have_one_size_and_no_text_collides(
    make_pair: Any, make_detections: Any, faults: Faults, width: float
) -> None:
    pair = make_pair(simulated=True)
    figure = difference(pair, with_probability(make_detections(pair, 60), 0.4), width_mm=width)
    assert faults(figure) == []
    extents = [item.get_extent() for item in pictures(figure)[:3]]
    sizes = {(round(right - left, 6), round(bottom - top, 6)) for left, right, bottom, top in extents}
    assert len(sizes) == 1
    assert [t.get_text() for t in figure.drawing.axes[0].texts if t.get_gid() == "watermark"] == ["SIMULATED"] * 3
