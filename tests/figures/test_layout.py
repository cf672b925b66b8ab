"""Every figure at column, page and slide width, with nothing, one thing and sixty, with long ids and many scripts."""

from collections.abc import Callable

import pytest
from matplotlib.text import Text
from support.every_figure import FIGURES
from support.wrong_figures import CURVE

import osint_imagery as oi
from osint_imagery.core.errors import InputError
from osint_imagery.figures.artist import Figure

Faults = Callable[[Figure], list[str]]
LEAST = 5.0  # pt on paper: what can still be read in print
FEW = {(80.0, 60), (170.0, 0), (254.0, 1)}  # always tried; all nine with: pytest -m every_layout
CASES = [
    pytest.param(name, count, width, id=f"{name}-{count}-{width:.0f}mm", marks=marks)
    for name in FIGURES
    for width in (80.0, 170.0, 254.0)
    for count in (0, 1, 60)
    for marks in [() if (width, count) in FEW else (pytest.mark.every_layout,)]
]


@pytest.mark.parametrize(("name", "width"), [("column", 80.0), ("page", 170.0), ("slide", 254.0)])
def test_paper_is_named_or_measured(name: str, width: float) -> None:
    assert oi.pod_curve(CURVE, width_mm=name).png() == oi.pod_curve(CURVE, width_mm=width).png()


def test_paper_of_an_unknown_name_is_refused() -> None:
    with pytest.raises(InputError, match="width_mm='poster' is none of column, page, slide"):
        oi.pod_curve(CURVE, width_mm="poster")


@pytest.mark.parametrize(("name", "count", "width"), CASES)
def test_no_text_is_clipped_overlaps_or_is_too_small(name: str, count: int, width: float, faults: Faults) -> None:
    figure = FIGURES[name](count, width)
    assert faults(figure) == []
    drawn = [text for text in figure.drawing.findobj(Text) if text.get_text()]
    assert drawn
    assert min(text.get_fontsize() for text in drawn) >= LEAST
    assert figure.drawing.get_size_inches()[0] * 25.4 == pytest.approx(width), "so that a point on paper is a point"
