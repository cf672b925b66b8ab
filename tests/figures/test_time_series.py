"""Time series: a mark is the mean of usable pixels of its date, and a date that shows nothing gets no value."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.lines import Line2D
from support.dates import PLACE, look

from osint_imagery.core.errors import BandError, InputError
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.figures.artist import Figure
from osint_imagery.figures.dated import dated
from osint_imagery.figures.measured import measured, quantity_of
from osint_imagery.figures.palette import PAPER
from osint_imagery.figures.time_series import time_series


def marks(figure: Figure, shape: str) -> list[Line2D]:
    return [item for item in figure.drawing.axes[0].lines if item.get_marker() == shape]


def test_a_value_is_mean_and_spread_of_the_usable_pixels_inside() -> None:
    image = look(0, cloud=0.5)
    given = dated([image], PLACE, ("red",))
    (point,) = measured(given, quantity_of("red", "reflectance"))
    inside = image.values[0][given.inside & image.valid]
    assert point.mean == pytest.approx(float(inside.mean()), rel=1e-6)
    assert point.sigma == pytest.approx(float(inside.std(ddof=1)), rel=1e-6)
    assert point.usable == pytest.approx(0.5)


def test_two_bands_give_their_normalized_difference() -> None:
    given = dated([look(0)], PLACE, ("red", "green"))
    (point,) = measured(given, quantity_of(("green", "red"), "reflectance"))
    red, green = (given.images[0].band(name)[given.inside].astype(float) for name in ("red", "green"))
    assert point.mean == pytest.approx(float(((green - red) / (green + red)).mean()), rel=1e-6)


def test_a_date_with_less_than_half_of_the_place_has_no_value() -> None:
    figure = time_series([look(0), look(1, cloud=0.5), look(2, cloud=0.55), look(3, cloud=1)], PLACE, "red")
    assert len(marks(figure, "o")) == 2
    assert len(marks(figure, "x")) == 2
    assert [str(m.get_markerfacecolor()) == PAPER for m in marks(figure, "o")] == [False, True]
    assert "2 of 4 dates usable over at least half of the place (1 of them in part: hollow)" in figure.shows


def test_marks_lie_in_order_of_time_and_a_higher_value_lies_higher() -> None:
    brighter = replace(look(1), values=np.array(look(1).values) + 0.2)
    drawn = marks(time_series([brighter, look(0)], PLACE, "red"), "o")
    (x0, y0), (x1, y1) = ((float(m.get_xdata()[0]), float(m.get_ydata()[0])) for m in drawn)  # type: ignore[index]
    assert x0 < x1
    assert y1 < y0, "the sheet runs downwards"


def test_the_bracket_and_what_the_bar_is_not_are_said() -> None:
    bounds = (TimeSpan("2019-01-03"), TimeSpan("2019-01-08T08:17:39Z"))
    said = " ".join(time_series([look(0), look(1)], PLACE, "red", bracket=bounds).texts)
    assert "2019-01-03 (UTC day, time unknown) (without it) to 2019-01-08 08:17:39 UTC (with it)" in said
    assert "which is not how well the mean is known" in said


def test_wrong_input_is_refused() -> None:
    with pytest.raises(BandError, match="give one band, or two"):
        time_series([look(0)], PLACE, ("red", "green", "blue"))
    with pytest.raises(BandError, match="'nir' is not in this image"):
        time_series([look(0)], PLACE, "nir")
    with pytest.raises(InputError, match="bracket has 1 spans"):
        time_series([look(0)], PLACE, "red", bracket=(TimeSpan("2019-01-03"),))  # type: ignore[arg-type]
