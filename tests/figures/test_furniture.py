"""Scale, north, hatching, stretch, labels: measured, not assumed."""

import math

import numpy as np
import pytest
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Proj

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.grid import Grid
from osint_imagery.core.image import Image
from osint_imagery.core.pair import Pair
from osint_imagery.figures.furniture import Panel, north_of, outline_px, round_length
from osint_imagery.figures.labels import overlap, place
from osint_imagery.figures.lettering import drawable, undrawable, width_mm, wrap
from osint_imagery.figures.sheet import Sheet
from osint_imagery.figures.stretch import shared_stretch


@pytest.mark.parametrize(("lon", "lat"), [(35.5, 33.9), (33.0, 60.0), (30.1, -45.0)])
def test_north_leans_by_the_meridian_convergence(lon: float, lat: float) -> None:
    aoi = AreaOfInterest.from_point(lon, lat, radius_m=500)
    right, down = north_of(Grid.over(aoi, resolution_m=10))
    convergence = Proj(aoi.local_crs).get_factors(lon, lat).meridian_convergence
    assert math.degrees(math.atan2(right, -down)) == pytest.approx(-convergence, abs=0.02)


def test_north_is_down_where_rows_run_north() -> None:
    grid = Grid(crs="EPSG:32636", transform=Affine(10, 0, 500000, 0, 10, 3750000), shape=(10, 10))
    right, down = north_of(grid)
    assert (round(right, 3), round(down, 3)) == (0, 1)


def test_north_is_up_in_degrees_and_turns_in_an_equal_area_grid() -> None:
    degrees = Grid(crs="EPSG:4326", transform=Affine(1e-4, 0, 35, 0, -1e-4, 34), shape=(10, 10))
    assert north_of(degrees) == pytest.approx((0, -1), abs=1e-9)
    laea = Grid.over(AreaOfInterest.from_point(35, 60, radius_m=500), resolution_m=10, crs="EPSG:3035")
    right, down = north_of(laea)
    assert math.degrees(math.atan2(right, -down)) < -15


@given(st.floats(min_value=1e-3, max_value=1e7))
def test_a_scale_bar_is_round_and_fits(longest: float) -> None:
    length = round_length(longest)
    assert longest / 2.5 * (1 - 1e-6) <= length <= longest * (1 + 1e-6)
    assert f"{length:e}"[0] in "125"


def test_an_outline_runs_along_pixel_edges() -> None:
    inside = np.zeros((6, 8), dtype=bool)
    inside[2:4, 3:7] = True
    (ring,) = outline_px(inside)
    assert (ring[:, 0].min(), ring[:, 0].max(), ring[:, 1].min(), ring[:, 1].max()) == (3, 7, 2, 4)
    panel = Panel(box=(10, 20, 50, 50), rows=(0, 6), columns=(0, 8))
    assert panel.place(np.array([[0.0, 0.0], [8.0, 6.0]])).tolist() == [[10, 20], [50, 50]]


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(1, 12))
def test_labels_never_overlap_and_never_leave_the_picture(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    corners = rng.uniform(0, 34, (count, 2))
    anchors = [(float(x), float(y), float(x) + 1.8, float(y) + 1.8) for x, y in corners]
    found = place(anchors, [(4.5, 3.6)] * count, (0, 0, 36, 36))
    assert len(found) == count
    for k, box in enumerate(found):
        assert box[0] >= 0
        assert box[2] <= 36
        assert box[1] >= 0
        assert box[3] <= 36
        assert not any(overlap(box, other) for other in found[:k])


def test_where_no_label_fits_none_is_squeezed_in() -> None:
    assert place([(1, 1, 2, 2)] * 3, [(4.5, 3.6)] * 3, (0, 0, 3, 3)) == ()


@settings(deadline=None, max_examples=60)  # the first use of a letter opens the installed typefaces
@given(st.text(max_size=80), st.floats(min_value=12, max_value=80))
def test_no_wrapped_line_is_wider_than_its_room(text: str, room: float) -> None:
    lines = wrap(text, 7, room)
    assert all(width_mm(line, 7) <= room or len(line) <= 2 for line in lines)
    assert "".join(lines).replace(" ", "") == drawable(text).replace(" ", "")


def test_marks_that_reverse_text_are_shown_and_persian_joiners_kept() -> None:
    assert drawable("a\u202eb") == "aU+202Eb"
    assert drawable("می\u200cشود") == "می\u200cشود"


def test_letters_that_no_typeface_has_are_named_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("osint_imagery.figures.lettering._family_with", lambda code: None)  # whatever is installed
    assert undrawable("Порт 北北京a\u202e") == "北京"
    assert undrawable("Порт") == ""
    sheet = Sheet(width=120)
    sheet.say("Place 北京港")
    sheet.say("京都大学")
    sheet.open()
    assert sheet.texts[-1].startswith(
        "Letters of this figure's text that no installed typeface has: 6 (U+5317, U+4EAC,"
    )
    assert "U+6E2F, U+90FD, ...)" in sheet.texts[-1]
    plain = Sheet(width=120)
    plain.say("Порт Оля, بندر")
    plain.open()
    assert plain.texts == ["Порт Оля, بندر"]


def _pair(bands: tuple[str, ...], unit: str = "reflectance") -> Pair:
    rng = np.random.default_rng(1)
    values = [rng.uniform(0.01, 1, (len(bands), 9, 9)) for _ in range(2)]
    before, after = (Image.from_array(v, bands=bands, unit=unit) for v in values)
    return Pair(before=before, after=after)


@pytest.mark.parametrize(
    ("bands", "name", "shown"),
    [
        (("blue", "green", "red", "nir"), "true color", ("red", "green", "blue")),
        (("green", "red", "nir"), "false color", ("nir", "red", "green")),
        (("vv", "vh"), "gray", ("vv",)),
    ],
)
def test_the_bands_follow_what_is_there(bands: tuple[str, ...], name: str, shown: tuple[str, ...]) -> None:
    found = shared_stretch(_pair(bands))
    assert (found.name, found.bands) == (name, shown)


def test_limits_are_percentiles_of_both_dates_together() -> None:
    pair = _pair(("vv",))
    both = np.concatenate([pair.before.values.ravel(), pair.after.values.ravel()])
    assert shared_stretch(pair).limits[0] == pytest.approx(tuple(np.percentile(both, [2, 98])), rel=1e-6)


def test_radar_power_is_stretched_in_decibels() -> None:
    found = shared_stretch(_pair(("vv",), unit="gamma0 (linear power)"))
    assert found.unit == "dB"
    assert found.limits[0][0] < 0


def test_unusable_pixels_are_plain_gray_whatever_the_stretch() -> None:
    pair = _pair(("red",))
    valid = np.ones((9, 9), dtype=bool)
    valid[3, 4] = False
    image = Image.from_array(np.array(pair.before.values), bands=("red",), valid=valid)
    assert set(shared_stretch(pair).apply(image)[3, 4].tolist()) == {205}


def test_nothing_usable_still_gives_a_picture() -> None:
    rng = np.random.default_rng(2)
    empty = np.zeros((9, 9), dtype=bool)
    images = [Image.from_array(rng.uniform(0, 1, (1, 9, 9)), bands=("red",), valid=empty) for _ in range(2)]
    found = shared_stretch(Pair(before=images[0], after=images[1]))
    assert (found.apply(images[0]) == 205).all()
