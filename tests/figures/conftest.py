"""Pairs with known changes, made in memory, and what is wrong with the lettering of a figure."""

from collections.abc import Callable
from itertools import combinations

import pytest
from support.drawn import made_detections, made_pair

from osint_imagery.change.detections import Detections
from osint_imagery.core.pair import Pair
from osint_imagery.figures.artist import Figure, house_style


@pytest.fixture(scope="session")
def faults() -> Callable[[Figure], list[str]]:
    """Texts of a figure that cross each other or leave the page."""

    def find(figure: Figure) -> list[str]:
        renderer = figure.drawing.canvas.get_renderer()  # type: ignore[attr-defined]
        drawn = [text for text in figure.drawing.axes[0].texts if text.get_text()]
        with house_style():
            boxes = [(t.get_text(), t.get_window_extent(renderer)) for t in drawn]
        page = figure.drawing.bbox
        crossed = [
            f"{one} x {two}"
            for (one, a), (two, b) in combinations(boxes, 2)
            if a.x0 < b.x1 and b.x0 < a.x1 and a.y0 < b.y1 and b.y0 < a.y1
        ]
        outside = [s for s, b in boxes if b.x0 < page.x0 or b.y0 < page.y0 or b.x1 > page.x1 or b.y1 > page.y1]
        return crossed + outside

    return find


@pytest.fixture(scope="session")
def make_pair() -> Callable[..., Pair]:
    return made_pair


@pytest.fixture(scope="session")
def make_detections() -> Callable[..., Detections]:
    return made_detections
