"""What is shown of the ground, what is said on the picture, what is listed under it."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from affine import Affine
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from osint_imagery.change.changemap import Calibration, CalibrationKind, ChangeMap, Method
from osint_imagery.change.detections import Detection, Detections, Verdict
from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.estimate import Estimate
from osint_imagery.core.grid import Grid
from osint_imagery.core.image import Image
from osint_imagery.core.pair import Pair
from osint_imagery.figures.artist import Figure, house_style
from osint_imagery.figures.before_after import before_after
from osint_imagery.figures.framing import hatched, shown_window

Faults = Callable[[Figure], list[str]]
MakePair = Callable[..., Pair]
MakeDetections = Callable[..., Detections]


def texts(figure: Figure) -> list[Text]:
    return [text for text in figure.drawing.axes[0].texts if text.get_text()]


def _scene_with(side: int) -> tuple[Pair, Detections]:
    """A pair of 400 x 400 px with an area of `side` px in the middle and one detection in it."""
    grid = Grid(crs="EPSG:32636", transform=Affine(10, 0, 500000, 0, -10, 3750000), shape=(400, 400))
    first, last = 200 - side // 2, 200 + side - side // 2
    lon, lat = grid.lonlat(np.array([last, first]), np.array([first, last]), center=False)
    aoi = AreaOfInterest.from_bbox(float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max()))
    values = np.random.default_rng(3).uniform(0.05, 0.4, (1, 400, 400))
    images = [
        Image.from_array(values * share, bands=("red",), grid=grid, acquired=day)
        for day, share in (("2020-01-01", 1.0), ("2021-01-01", 1.1))
    ]
    pair = Pair(before=replace(images[0], simulated=True), after=replace(images[1], simulated=True))
    labels = np.zeros((400, 400), dtype=np.int32)
    labels[first + 2 : last - 2, first + 2 : last - 2] = 1
    item = Detection(
        id=1,
        outline=aoi.geometry,
        centroid=(33.0, 33.9),
        bbox_px=(first + 2, first + 2, last - 2, last - 2),
        pixels=int((labels > 0).sum()),
        area=Estimate(value=452200, low=449768, high=1.39e6, level=0.95, unit="m2", method="pixels"),
        sign=1,
        strength=9.0,
        p_instrument=0.0,
        p_object=0.04,
        q_fdr=0.08,
        probability=None,
        ce90_m=None,
    )
    plane = np.zeros((400, 400), dtype=np.float32)
    changes = ChangeMap(
        pair=pair,
        method=Method(name="irmad", version="1", parameters=(), citation="Nielsen 2007"),
        score=plane,
        sign=plane.astype(np.int8),
        p_value=plane,
        probability=plane,
        changed=labels > 0,
        observed=np.array(pair.valid),
        examined=grid.inside(aoi),
        aoi=aoi,
        calibration=Calibration(kind=CalibrationKind.PLACEBO, reason="quiet", count=24, alarms=2, rank_p=0.04),
    )
    return pair, Detections(
        items=(item,),
        labels=labels,
        changes=changes,
        verdict=Verdict.CHANGED,
        reason="of this test",
        examined_area_m2=1e4,
        smallest_m2=300.0,
    )


@pytest.mark.parametrize("side", [10, 20, 40, 120])
def test_ground_around_a_small_area_is_shown_and_not_hatched(side: int) -> None:
    pair, found = _scene_with(side)
    rows, columns = shown_window(pair, found)
    for low, high in (rows, columns):
        assert high - low >= 60
        around = min(side, 40)
        assert low <= 201 - side // 2 - around
        assert high >= 199 + side // 2 + around
    assert not hatched(pair, found).any()
    said = "\n".join(before_after(pair, found).texts)
    assert "only what lies inside was examined" in said
    assert "not usable" not in said


@pytest.mark.parametrize(("side", "width"), [(20, 180.0), (20, 80.0), (120, 180.0), (396, 180.0)])
def test_the_warning_hides_neither_the_area_nor_a_number(faults: Faults, side: int, width: float) -> None:
    pair, found = _scene_with(side)
    figure = before_after(pair, found, width_mm=width)
    page = figure.drawing.axes[0]
    inner = found.items[0].bbox_px
    pictures = [image for image in page.images if image.get_zorder() == 1]
    plates = [t for t in texts(figure) if t.get_gid() == "watermark"]
    renderer = figure.drawing.canvas.get_renderer()  # type: ignore[attr-defined]
    for picture, plate in zip(pictures, sorted(plates, key=lambda t: t.get_position()[0]), strict=True):
        left, right, bottom, top = picture.get_extent()
        rows, columns = shown_window(pair, found)
        x = [left + (c - columns[0]) / (columns[1] - columns[0]) * (right - left) for c in (inner[1] - 2, inner[3] + 2)]
        y = [top + (r - rows[0]) / (rows[1] - rows[0]) * (bottom - top) for r in (inner[0] - 2, inner[2] + 2)]
        area = Bbox(page.transData.transform([(x[0], y[1]), (x[1], y[0])]))
        with house_style():
            assert not plate.get_window_extent(renderer).overlaps(area)
    assert faults(figure) == []


def test_the_number_of_a_large_outline_stands_at_its_edge() -> None:
    pair, found = _scene_with(120)
    labels = np.array(found.labels)
    labels[140:230, 170:262] = 0  # an L, open to the upper right
    figure = before_after(pair, replace(found, labels=labels))
    left = min((t for t in texts(figure) if t.get_gid() == "number"), key=lambda t: t.get_position()[0])
    picture = next(image for image in figure.drawing.axes[0].images if image.get_zorder() == 1)
    rows, columns = shown_window(pair, found)
    x0, x1, y1, y0 = picture.get_extent()
    column = columns[0] + (left.get_position()[0] - x0) / (x1 - x0) * (columns[1] - columns[0])
    row = rows[0] + (left.get_position()[1] - y0) / (y1 - y0) * (rows[1] - rows[0])
    near = np.argwhere(labels > 0) + 0.5
    assert np.hypot(near[:, 0] - row, near[:, 1] - column).min() * (x1 - x0) / (columns[1] - columns[0]) < 5


def test_the_strongest_are_listed_with_what_is_known_of_them(
    make_pair: MakePair, make_detections: MakeDetections, faults: Faults
) -> None:
    pair, found = _scene_with(40)
    said = before_after(pair, found).texts
    for wanted in ("Area, half strength (95 % interval)", "45.2 ha (45 to 139)", "0.08", "withheld"):
        assert wanted in said, wanted
    many = make_pair()
    listed = before_after(many, make_detections(many, 12), width_mm=80)
    assert sum(text == "0.9" for text in listed.texts) == 5
    assert "and 7 more, see the record" in listed.texts
    assert faults(listed) == []


def test_a_remark_stands_beside_the_verdict_and_in_the_words_for_the_blind(make_pair: MakePair) -> None:
    figure = before_after(make_pair(), remark="Of 40 such targets the method found 3.", footer=["last"])
    verdict = next(text for text in figure.texts if "Two dates side by side" in text)
    assert verdict.endswith("Of 40 such targets the method found 3.")
    assert figure.shows.endswith("Of 40 such targets the method found 3.")
    assert "last" in figure.texts


def test_a_long_footer_is_counted_not_printed(make_pair: MakePair) -> None:
    figure = before_after(make_pair(), footer=["x" * 400, *(f"note {k}" for k in range(9))])
    assert "and 8 more, see the record" in figure.texts
    assert "note 0" in figure.texts
    assert "note 1" not in figure.texts
    assert any(text.endswith("... (in full in the record)") and len(text) <= 150 for text in figure.texts)
