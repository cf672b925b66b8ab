"""Before/after figures: nothing overlaps, nothing is missing, both dates are drawn alike."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
from matplotlib.text import Text
from scipy import ndimage
from shapely.geometry import Polygon

from osint_imagery.change.areas import area_estimate, measure_extent
from osint_imagery.change.changemap import CalibrationKind
from osint_imagery.change.detections import Detections, Verdict
from osint_imagery.core.errors import BandError, GridMismatchError, InputError
from osint_imagery.core.grid import Grid
from osint_imagery.core.image import Image
from osint_imagery.core.pair import Pair
from osint_imagery.figures.arrangement import arrange
from osint_imagery.figures.artist import Figure, house_style
from osint_imagery.figures.before_after import before_after
from osint_imagery.figures.sheet import Sheet

Faults = Callable[[Figure], list[str]]
MakePair = Callable[..., Pair]
MakeDetections = Callable[..., Detections]


def texts(figure: Figure) -> list[Text]:
    return [text for text in figure.drawing.axes[0].texts if text.get_text()]


@pytest.mark.parametrize("width", [80.0, 180.0])
@pytest.mark.parametrize(("count", "crowded"), [(0, False), (1, False), (60, False), (60, True)])
def test_no_text_overlaps_or_is_clipped(
    make_pair: MakePair, make_detections: MakeDetections, faults: Faults, *, count: int, crowded: bool, width: float
) -> None:
    pair = make_pair(simulated=count == 1)
    found = make_detections(pair, count, crowded=crowded)
    figure = before_after(pair, found, title="Порт · مرفأ · $x_y$ \\frac", footer=("A" * 300,), width_mm=width)
    assert faults(figure) == []
    assert min(t.get_fontsize() for t in texts(figure)) >= 7


def test_twelve_are_numbered_and_the_rest_counted(make_pair: MakePair, make_detections: MakeDetections) -> None:
    pair = make_pair()
    figure = before_after(pair, make_detections(pair, 60))
    numbers = [t.get_text() for t in texts(figure) if t.get_gid() == "number"]
    assert sorted(numbers, key=int) == [str(n) for n in range(1, 13) for _ in range(2)]
    said = "\n".join(figure.texts)
    assert "the 12 strongest of 60 changes" in said
    assert "48 more changes, not numbered" in said


def test_a_figure_carries_dates_credit_scale_north_stretch_and_digests(
    make_pair: MakePair, make_detections: MakeDetections
) -> None:
    pair = make_pair()
    figure = before_after(pair, make_detections(pair, 9))
    said = "\n".join(figure.texts)
    for wanted in (
        "Before: 2015-08-20 (UTC day, time unknown)",
        "After: 2017-10-03 08:17:39 UTC",
        "Contains modified Copernicus Sentinel data 2015",
        "Contains modified Copernicus Sentinel data 2017",
        "S2A_OPER_MSI_L1C_TL_EPA__20160929T004310_A000833_T36SYC",
        "scale bar: 1 km",
        "true north",
        "20 m pixels",
        "one linear stretch for both dates, from the 2nd to the 98th percentile",
        "area of interest: only what lies inside was examined",
        "not usable on both dates: not examined",
        "9 changes found",
        "Measured against 24 quiet pairs of dates at this place; 2 of 24 raised an alarm",
        pair.before.digest[7:19],
        pair.after.digest[7:19],
    ):
        assert wanted in said, wanted
    drawn = {t.get_text() for t in texts(figure)}
    assert {"N", "1 km"} <= drawn
    assert "SIMULATED" not in said


@pytest.mark.parametrize(
    ("verdict", "kind", "words"),
    [
        (Verdict.NO_CHANGE_FOUND, CalibrationKind.PLACEBO, "No change above what this place usually shows."),
        (Verdict.NO_CHANGE_FOUND, CalibrationKind.MARGIN, "No change above what the ground around shows"),
        (Verdict.UNDETERMINED, CalibrationKind.NONE, "Undetermined: too little of the area could be compared."),
    ],
)
def test_nothing_found_states_the_ground_examined(
    make_pair: MakePair, make_detections: MakeDetections, *, verdict: Verdict, kind: CalibrationKind, words: str
) -> None:
    pair = make_pair()
    figure = before_after(pair, make_detections(pair, 0, verdict=verdict, kind=kind))
    said = "\n".join(figure.texts)
    assert words in said
    assert "Examined: 5.98 km²." in said
    assert words in figure.shows


def test_what_is_not_settled_is_not_called_a_change(make_pair: MakePair, make_detections: MakeDetections) -> None:
    pair = make_pair()
    figure = before_after(pair, make_detections(pair, 20, verdict=Verdict.UNDETERMINED, kind=CalibrationKind.NONE))
    said = "\n".join(figure.texts)
    assert "The 20 outlined differences may be usual here." in said
    assert "the 12 strongest of 20 differences" in said
    assert "changes" not in said


def test_simulated_stands_over_each_picture_and_on_top(make_pair: MakePair) -> None:
    pair = make_pair(simulated=True)
    figure = before_after(pair)
    marks = [t for t in texts(figure) if t.get_gid() == "watermark"]
    assert [t.get_text() for t in marks] == ["SIMULATED"] * 2
    assert figure.texts[0].startswith("SIMULATED")
    assert figure.shows.startswith("SIMULATED")
    one = Pair(before=pair.before, after=replace(pair.after, simulated=False))
    assert sum(t.get_gid() == "watermark" for t in texts(before_after(one))) == 1


def test_equal_ground_is_drawn_equally_on_both_sides(make_pair: MakePair) -> None:
    pair = make_pair()
    values = np.array(pair.before.values)
    values[:, :20, :20] += 0.2
    figure = before_after(Pair(before=pair.before, after=replace(pair.after, values=values)))
    left, right = [np.asarray(image.get_array()) for image in figure.drawing.axes[0].images if image.get_zorder() == 1]
    assert np.array_equal(left[20:, 20:], right[20:, 20:])
    assert (right[:20, :20] >= left[:20, :20]).all()
    assert (right[:20, :20] > left[:20, :20]).any()


def test_a_small_area_is_cropped_and_keeps_its_numbers(make_pair: MakePair, make_detections: MakeDetections) -> None:
    pair = make_pair()
    found = make_detections(pair, 3)
    small = replace(pair, before=_padded(pair.before), after=_padded(pair.after))
    assert small.grid is not None
    labels = np.pad(np.array(found.labels), ((0, 300), (0, 300)))
    planes = {
        name: np.pad(np.array(getattr(found.changes, name)), ((0, 300), (0, 300)))
        for name in ("score", "sign", "p_value", "probability", "changed", "observed", "examined")
    }
    moved = replace(found, labels=labels, changes=replace(found.changes, pair=small, **planes))
    figure = before_after(small, moved)
    assert any(text.startswith("Shown: ") for text in figure.texts)
    assert [t.get_text() for t in texts(figure) if t.get_gid() == "number"] == ["1", "2", "3"] * 2


def _padded(image: Image) -> Image:
    assert image.grid is not None
    rows, columns = image.shape
    grid = Grid(crs=image.grid.crs, transform=image.grid.transform, shape=(rows + 300, columns + 300))
    pad = ((0, 300), (0, 300))
    values = np.pad(np.nan_to_num(np.array(image.values)), ((0, 0), *pad))
    valid, flags = np.pad(np.array(image.valid), pad, constant_values=True), np.pad(np.array(image.flags), pad)
    return replace(image, values=values, valid=valid, flags=flags, grid=grid)


def test_pixels_without_a_place_get_no_scale_and_no_north(make_pair: MakePair) -> None:
    pair = make_pair()
    placeless = Pair(before=replace(pair.before, grid=None), after=replace(pair.after, grid=None, credit=None))
    said = "\n".join(before_after(placeless).texts)
    assert "no scale, no north" in said
    assert "scale bar" not in said
    assert "NO CREDIT LINE STATED" in said


def test_an_area_beyond_the_image_is_said(make_pair: MakePair, make_detections: MakeDetections) -> None:
    pair = make_pair()
    found = make_detections(pair, 1)
    cut = Pair(before=_cut(pair.before), after=_cut(pair.after))
    planes = {
        name: getattr(found.changes, name)[:, :80]
        for name in ("score", "sign", "p_value", "probability", "changed", "observed", "examined")
    }
    smaller = replace(found, items=(), labels=found.labels[:, :80], changes=replace(found.changes, pair=cut, **planes))
    assert "REACHES BEYOND THIS IMAGE" in "\n".join(before_after(cut, smaller).texts)


def _cut(image: Image) -> Image:
    assert image.grid is not None
    grid = Grid(crs=image.grid.crs, transform=image.grid.transform, shape=(image.shape[0], 80))
    return replace(
        image, values=image.values[:, :, :80], valid=image.valid[:, :80], flags=image.flags[:, :80], grid=grid
    )


def test_wrong_input_is_refused(make_pair: MakePair, make_detections: MakeDetections) -> None:
    pair = make_pair()
    with pytest.raises(BandError, match="'swir' is not in this image"):
        before_after(pair, bands=("swir",))
    with pytest.raises(BandError, match="one band"):
        before_after(pair, bands=("red", "green"))
    with pytest.raises(InputError, match="width_mm=20 is not between"):
        before_after(pair, width_mm=20)
    found = make_detections(pair, 1)
    smaller = Pair(before=_cut(pair.before), after=_cut(pair.after))
    with pytest.raises(GridMismatchError, match="draw them on their own pair"):
        before_after(smaller, found)


@pytest.mark.real
def test_a_real_pair_is_drawn_in_true_color_without_collisions(real_data: Path, faults: Faults) -> None:
    folder = real_data / "scenes" / "sentinel-2-l1c-oscd" / "beirut"
    images = []
    for day, when in (("20150820", "2015-08-20"), ("20171003", "2017-10-03T08:17:39Z")):
        planes = []
        for band in ("B02", "B03", "B04"):
            with rasterio.open(next((folder / day).glob(f"*_{band}.tif"))) as source:
                planes.append(source.read(1)[:300, :400] / 1e4)
                grid = Grid(crs=source.crs.to_wkt(), transform=source.transform, shape=(300, 400))
        images.append(Image.from_array(np.stack(planes), bands=("blue", "green", "red"), grid=grid, acquired=when))
    figure = before_after(Pair(before=images[0], after=images[1]))
    assert "true color" in "\n".join(figure.texts)
    assert faults(figure) == []


def test_the_outline_drawn_strong_encloses_the_area_that_is_printed(
    make_pair: MakePair, make_detections: MakeDetections
) -> None:
    pair = make_pair()
    values = np.zeros_like(pair.after.values)
    values[:, 20:28, 20:30] = 3  # 80 pixels of 400 m2, blurred as optics do
    noise = np.random.default_rng(1).normal(scale=0.1, size=values.shape)
    values = pair.before.values + ndimage.gaussian_filter(values, (0, 1, 1)) + noise
    pair = replace(pair, after=replace(pair.after, values=values))
    labels = np.zeros(pair.shape, dtype=np.int32)
    labels[16:32, 16:34] = 1
    extent = measure_extent(pair, labels, 1, window=(slice(16, 32), slice(16, 34)))
    area = area_estimate(extent, counted=288, grid=pair.grid)
    one = make_detections(pair, 1)
    found = replace(one, labels=labels, items=(replace(one[0], bbox_px=(16, 16, 32, 34), pixels=288, area=area),))
    with house_style():
        (mark,) = arrange(Sheet(width=180.0), pair, found, heading="x", bands=None).marks
    enclosed = sum(Polygon(ring).area for ring in mark.half) * 400
    assert area.value == pytest.approx(80 * 400, rel=0.1)
    assert enclosed == pytest.approx(area.value, rel=0.1)
    assert sum(Polygon(ring).area for ring in mark.rings) * 400 == pytest.approx(288 * 400, rel=0.01)
    said = "\n".join(before_after(pair, found).texts)
    assert "the part at half strength, whose area is given" in said
    assert "all of it above the cut of the method" in said
