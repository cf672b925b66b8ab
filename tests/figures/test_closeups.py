"""Close-ups: the pixels of the detection that the caption names, and a line to where it lies."""

from typing import Any

import numpy as np
import pytest
from matplotlib.image import AxesImage
from matplotlib.patches import Ellipse

from osint_imagery.core.errors import InputError
from osint_imagery.figures.artist import Figure
from osint_imagery.figures.before_after import before_after
from osint_imagery.figures.stretch import shared_stretch


def pictures(figure: Figure) -> list[AxesImage]:
    return [item for item in figure.drawing.axes[0].images if item.get_zorder() == 1]


def captions(figure: Figure) -> list[str]:
    return [text for text in figure.texts if "probability" in text and "wide" in text]


def test_a_close_up_shows_the_pixels_of_the_detection_that_it_names(make_pair: Any, make_detections: Any) -> None:
    pair = make_pair()
    found = make_detections(pair, 60)
    figure = before_after(pair, found, layout="close-ups")
    numbers = [int(text.split(":")[0]) for text in captions(figure)]
    assert sorted(numbers) == [1, 2, 3, 4]
    middles = [sum(found[number - 1].bbox_px[1::2]) for number in numbers]
    assert middles == sorted(middles), "in the order in which they lie, so that lines cross seldom"
    shown = shared_stretch(pair, None, _window(figure, pair)).apply(pair.after)
    for number, picture in zip(numbers, pictures(figure)[3::2], strict=True):
        top, left, bottom, right = found[number - 1].bbox_px
        rows, columns = (top + bottom - 24) // 2, (left + right - 24) // 2
        wanted = shown[max(rows, 0) : max(rows, 0) + 24, max(columns, 0) : max(columns, 0) + 24]
        assert np.array_equal(np.asarray(picture.get_array()), wanted)


def _window(figure: Figure, pair: Any) -> tuple[slice, slice]:
    whole = np.asarray(pictures(figure)[0].get_array()).shape
    assert whole[:2] == pair.shape, "of this small pair all is shown"
    return slice(0, whole[0]), slice(0, whole[1])


def test_each_has_a_line_and_a_circle_as_wide_as_ce90(make_pair: Any, make_detections: Any) -> None:
    pair = make_pair()
    figure = before_after(pair, make_detections(pair, 2), layout="close-ups")
    assert len([line for line in figure.drawing.axes[0].lines if line.get_gid() == "leader"]) == 2
    circles = figure.drawing.findobj(Ellipse)
    left, right, _, _ = pictures(figure)[2].get_extent()
    assert circles[0].get_width() == pytest.approx(2 * 12.0 / (24 * pair.grid.pixel_size_m[1]) * (right - left))
    assert "CE90 12 m" in captions(figure)[0]


def test_without_detections_there_is_none(make_pair: Any, make_detections: Any) -> None:
    pair = make_pair()
    for found in (None, make_detections(pair, 0)):
        assert len(pictures(before_after(pair, found, layout="close-ups"))) == 2


def test_stacked_dates_stand_over_each_other(make_pair: Any) -> None:
    first, second = (item.get_extent() for item in pictures(before_after(make_pair(), layout="stacked")))
    assert first[:2] == second[:2]
    assert second[3] > first[2], "the later date is lower on the sheet"
    assert "(above)" in before_after(make_pair(), layout="stacked").shows
    assert "(left)" in before_after(make_pair()).shows


def test_an_unknown_layout_is_refused(make_pair: Any) -> None:
    with pytest.raises(InputError, match="layout='upside down' is none of stacked, close-ups, locator"):
        before_after(make_pair(), layout="upside down")
