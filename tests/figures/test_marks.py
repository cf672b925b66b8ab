"""Where the marks of detections stand."""

from types import SimpleNamespace
from typing import Any

import pytest

from osint_imagery.figures.furniture import Panel
from osint_imagery.figures.marks import box_of
from osint_imagery.figures.value_map import UNNAMED, probability_map

PANEL = Panel(box=(10.0, 20.0, 40.0, 50.0), rows=(0, 300), columns=(0, 300))  # 0.1 mm a pixel


@pytest.mark.parametrize("corner", [(0, 0), (0, 299), (299, 0), (299, 299), (150, 299)])
def test_the_box_of_a_pixel_at_the_edge_stays_inside_the_picture_and_round_it(corner: tuple[int, int]) -> None:
    row, column = corner
    left, top, right, bottom = box_of(SimpleNamespace(bbox_px=(row, column, row + 1, column + 1)), PANEL)  # type: ignore[arg-type]
    assert (left, top) >= (10.0, 20.0)
    assert 20.0 <= top < bottom <= 50.0 + 1e-9
    assert left < right <= 40.0 + 1e-9
    assert left - 1e-9 <= 10.0 + column * 0.1 + 0.05 <= right
    assert top - 1e-9 <= 20.0 + row * 0.1 + 0.05 <= bottom
    assert right - left == pytest.approx(1.8)


def test_what_a_map_beside_the_picture_does_not_show_is_not_drawn_into_it() -> None:
    left, _, right, _ = box_of(SimpleNamespace(bbox_px=(10, 400, 11, 401)), PANEL)  # type: ignore[arg-type]
    assert left > 40.0
    assert right > left


def test_a_probability_of_an_event_that_nobody_named_says_so(make_pair: Any, make_detections: Any) -> None:
    changes = make_detections(make_pair(), 1).changes
    assert not changes.calibration.of
    shown = probability_map(changes, (slice(None), slice(None)))
    assert shown.quantity == f"probability of {UNNAMED}"
