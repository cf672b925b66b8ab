"""What was marked by hand: never over other labels, warnings or an edge, and never taken for what a method found."""

from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.patches import FancyBboxPatch, Rectangle
from matplotlib.text import Text
from shapely import LineString, box
from support.drawn import made_detections, made_pair

import osint_imagery as oi
from osint_imagery.core.errors import InputError, InputTypeError
from osint_imagery.figures.artist import Figure
from osint_imagery.figures.callouts import MOST, place_notes
from osint_imagery.figures.furniture import Panel
from osint_imagery.figures.notes import Note, corners_px
from osint_imagery.figures.palette import ACCENT, HAND, PLATE_GROUND

LONG = (
    "Портовый кран у восточного причала, сдвинут к воде",
    "مرفأ بيروت، الرصيف الشرقي",
    "贝鲁特港东部码头",
    "storage_shed_with_a_pale_metal_roof_and_a_name_that_nobody_can_break",
)


def some_notes(count: int, texts: tuple[str, ...] = LONG) -> list[Note]:
    rows, columns = made_pair().shape
    notes = []
    for index in range(count):
        x, y = 20 + index * 37 % 100 / 100 * (columns - 60), 20 + index * 61 % 100 / 100 * (rows - 60)
        place = (x, y) if index % 3 else (x, y, x + 18, y + 12)
        notes.append(Note(text=texts[index % len(texts)], pixel=place, on=("both", "before", "after")[index % 3]))
    return notes


def drawn(count: int, width: float = 80.0, *, found: int = 8, texts: tuple[str, ...] = LONG) -> Figure:
    pair = made_pair(simulated=True)
    return oi.before_after(pair, made_detections(pair, found), layout=some_notes(count, texts), width_mm=width)


def boxes_of(page: Axes, gid: str) -> list[tuple[float, float, float, float]]:
    found = [patch for patch in page.patches if patch.get_gid() == gid]
    return [(*patch.get_xy(), *np.add(patch.get_xy(), (patch.get_width(), patch.get_height()))) for patch in found]  # type: ignore[attr-defined]


def numbers_of(page: Axes) -> list[tuple[float, float, float, float]]:
    plates = [patch for patch in page.patches if isinstance(patch, FancyBboxPatch)]
    return [(p.get_x(), p.get_y(), p.get_x() + p.get_width(), p.get_y() + p.get_height()) for p in plates]


@pytest.mark.parametrize("texts", [LONG, ("crane", "shed")], ids=["long", "short"])
@pytest.mark.parametrize("count", [0, 1, 12])
def test_nothing_marked_by_hand_covers_anything_at_8_cm(
    count: int, texts: tuple[str, ...], faults: Callable[[Figure], list[str]]
) -> None:
    figure = drawn(count, texts=texts)
    assert faults(figure) == []
    (page,) = figure.drawing.axes
    plates = boxes_of(page, "note")
    notes = some_notes(count)
    assert len(plates) == sum(2 if note.on == "both" else 1 for note in notes)
    warnings = [patch for patch in page.patches if isinstance(patch, Rectangle) and patch.get_zorder() == 8]
    taken = [
        *numbers_of(page),
        *((*w.get_xy(), *np.add(w.get_xy(), (w.get_width(), w.get_height()))) for w in warnings),
    ]
    assert len(taken) >= 16 + 2
    solid = [box(*one) for one in (*plates, *taken)]
    crossed = [(a, b) for a, b in combinations(solid, 2) if a.intersects(b)]
    assert not [pair for pair in crossed if any(one.equals(box(*plate)) for one in pair for plate in plates)]
    pictures = [box(left, top, right, low) for left, right, low, top in (im.get_extent() for im in page.images[:4])]
    assert all(any(picture.covers(box(*plate)) for picture in pictures) for plate in plates)
    arrows = [LineString(mark.get_xydata()) for mark in page.lines if mark.get_gid() == "arrow"]
    assert len(arrows) == len(plates)
    for arrow in arrows:
        assert sum(arrow.intersects(one) for one in solid) == 1, "its own label, and no other"


def test_every_arrow_ends_at_the_place_that_was_given() -> None:
    pair = made_pair()
    lon, lat = pair.grid.lonlat(np.array([60.0]), np.array([80.0]), center=False)
    given = Note(text="crane", lonlat=(float(lon[0]), float(lat[0])))
    np.testing.assert_allclose(corners_px(given, pair.grid), [[80, 60]], atol=1e-6)
    (page,) = oi.before_after(pair, layout=given).drawing.axes
    arrows = [mark.get_xydata() for mark in page.lines if mark.get_gid() == "arrow"]
    for arrow, picture in zip(arrows, [page.images[0], page.images[2]], strict=True):
        left, right, bottom, top = picture.get_extent()
        rows, columns = pair.shape
        expected = left + 80 / columns * (right - left), top + 60 / rows * (bottom - top)
        np.testing.assert_allclose(arrow[-1], expected, atol=0.01)


def test_a_box_in_degrees_is_the_same_ground() -> None:
    grid = made_pair().grid
    corners = corners_px(Note(text="quay", lonlat=(35.52, 33.90, 35.53, 33.91)), grid)
    lon, lat = grid.lonlat(corners[:, 1], corners[:, 0], center=False)
    assert sorted(zip(lon.round(6), lat.round(6), strict=True)) == [
        (35.52, 33.9),
        (35.52, 33.91),
        (35.53, 33.9),
        (35.53, 33.91),
    ]


def test_hand_and_method_never_look_alike_and_the_legend_tells_them_apart() -> None:
    plain, noted = drawn(0), drawn(3)
    (page,) = noted.drawing.axes
    assert {patch.get_gid() for patch in plain.drawing.axes[0].patches} == {None}
    hand = [mark for mark in page.lines if mark.get_color() == HAND]
    assert {mark.get_gid() for mark in hand} == {"arrow", "bracket"}
    assert all(mark.get_gid() is None for mark in page.lines if mark.get_color() == ACCENT)
    assert any("marked by hand by whoever made this figure, not found by the method" in text for text in noted.texts)
    assert f"A: {LONG[0]}" in noted.texts
    assert f"B: {LONG[1]} (before)" in noted.texts
    assert f"marked by hand by whoever made this figure, not found by the method: A: {LONG[0]}" in noted.shows
    assert "by hand" not in plain.shows + "".join(plain.texts)
    numbered = [len(numbers_of(figure.drawing.axes[0])) for figure in (plain, noted)]
    assert numbered == [16, 16], "notes take nothing away from what was found"


def test_words_stand_on_the_picture_where_there_is_room() -> None:
    def words(figure: Figure) -> set[str]:
        return {text.get_text() for text in figure.drawing.findobj(Text) if text.get_gid() == "note"}

    assert words(drawn(2, 170.0, texts=("crane", "shed"))) == {"A crane", "B shed"}
    assert words(drawn(2, 170.0)) == {"A", "B"}
    assert words(drawn(1, 170.0, texts=("贝",))) == {"A"}, "no installed typeface has it"
    assert words(drawn(1, 170.0, texts=("gantry\n crane",))) == {"A gantry crane"}


def test_a_warning_never_covers_what_was_marked() -> None:
    pair = made_pair(simulated=True)
    (page,) = oi.before_after(pair, layout=Note(text="crane", pixel=(4.0, 4.0))).drawing.axes
    warning, _ = [patch for patch in page.patches if to_hex(patch.get_facecolor()) == PLATE_GROUND]
    arrow, _ = [mark for mark in page.lines if mark.get_gid() == "arrow"]
    assert isinstance(warning, Rectangle)
    assert not box(*warning.get_bbox().extents).intersects(LineString(arrow.get_xydata()))


def test_notes_without_room_are_refused_and_none_is_left_out() -> None:
    panel = Panel(box=(0.0, 0.0, 14.0, 8.0), rows=(0, 100), columns=(0, 100))
    notes = [Note(text="x", pixel=(10.0 + 3 * index, 50.0)) for index in range(20)]
    with pytest.raises(InputError, match="layout: 20 notes find no room on pictures of 14 x 8 mm"):
        place_notes(notes, None, [(panel, (), ()), (panel, (), ())])


def test_more_notes_than_letters_are_refused() -> None:
    notes = [Note(text="x", pixel=(50, 50)) for _ in range(MOST + 1)]
    with pytest.raises(InputError, match="layout: 27 notes, and a figure holds 26"):
        oi.before_after(made_pair(), layout=notes)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"text": " ", "pixel": (1, 1)}, "text=' ' says nothing"),
    ({"text": "x"}, "give exactly one of them"),
    ({"text": "x", "pixel": (1, 1), "lonlat": (1, 1)}, "give exactly one of them"),
    ({"text": "x", "pixel": (1, 1, 1)}, "neither two finite numbers"),
    ({"text": "x", "pixel": (1, float("nan"))}, "neither two finite numbers"),
    ({"text": "x", "pixel": (5, 1, 5, 2)}, "is no box: give left, top, right, bottom"),
    ({"text": "x", "lonlat": (36, 33, 35, 34)}, "is no box: give west, south, east, north"),
    ({"text": "x", "lonlat": (33.9, 135.5)}, "longitude .* comes before latitude"),
    ({"text": "x", "pixel": (1, 1), "on": "left"}, "on='left' is none of both, before, after"),
]


@pytest.mark.parametrize(("given", "message"), WRONG)
def test_a_wrong_note_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Note(**given)


def test_positions_of_another_type_are_refused() -> None:
    with pytest.raises(InputTypeError, match="pixel='x' holds no numbers"):
        Note(text="x", pixel="x")  # type: ignore[arg-type]
    with pytest.raises(InputTypeError, match="text=5 is no str"):
        Note(text=5, pixel=(1, 1))  # type: ignore[arg-type]


def test_a_note_outside_the_picture_is_refused() -> None:
    with pytest.raises(InputError, match=r"lonlat=\(0.0, 0.0\) of note 'x' does not lie inside the picture"):
        oi.before_after(made_pair(), layout=Note(text="x", lonlat=(0, 0)))


def test_degrees_need_pixels_with_a_place() -> None:
    with pytest.raises(InputError, match="the pixels have no place; give pixel="):
        corners_px(Note(text="x", lonlat=(0, 0)), None)
