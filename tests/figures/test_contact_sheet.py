"""Contact sheets: every date stands there, in order of time, with one stretch, and what was not usable is said."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from affine import Affine
from matplotlib.image import AxesImage

import osint_imagery as oi
from osint_imagery.core.errors import BandError, GridMismatchError, InputError, OutsideFootprintError
from osint_imagery.core.flags import Flag
from osint_imagery.core.grid import Grid
from osint_imagery.core.image import Image
from osint_imagery.figures.artist import Figure
from osint_imagery.figures.contact_sheet import contact_sheet
from osint_imagery.figures.dated import share_words

Faults = Callable[[Figure], list[str]]
GRID = Grid(crs="EPSG:32636", transform=Affine(10, 0, 730_000, 0, -10, 3_754_000), shape=(40, 40))
LON, LAT = GRID.lonlat(np.array([30, 10]), np.array([10, 30]), center=False)
PLACE = oi.AreaOfInterest.from_bbox(*(float(v) for v in (LON[0], LAT[0], LON[1], LAT[1])), name="Порт مرفأ 港口")
START = datetime(2019, 1, 3, 8, 17, 39, tzinfo=UTC)


def look(number: int, *, cloud: float = 0.0, name: str = "") -> Image:
    """A look whose upper rows are under cloud."""
    values = np.random.default_rng(number).uniform(0.05, 0.4, (3, *GRID.shape))
    rows = round(cloud * GRID.shape[0])
    flags = np.zeros(GRID.shape, dtype=np.uint16)
    flags[:rows] = int(Flag.CLOUD)
    return Image(
        values=values,
        bands=("red", "green", "blue"),
        valid=flags == 0,
        flags=flags,
        grid=GRID,
        acquired=oi.TimeSpan(START + timedelta(days=5 * number)),
        unit="reflectance",
        sensor="sentinel-2-l2a",
        scene_id=name or f"S2A_MSIL2A_20190103T081739_N0500_R021_T36SYC_20190103T101010_{number}",
        credit="Contains modified Copernicus Sentinel data 2019",
    )


def pictures(figure: Figure) -> list[AxesImage]:
    return [item for item in figure.drawing.axes[0].images if item.get_zorder() == 1]


def heads(figure: Figure) -> list[str]:
    return [text for text in figure.texts if text[0].isdigit() and text.endswith("UTC")]


def test_dates_stand_in_order_of_time_whatever_the_order_given() -> None:
    figure = contact_sheet([look(2), look(0), look(1)], PLACE)
    assert heads(figure) == [f"{n + 1}: 2019-01-{3 + 5 * n:02d} 08:17:39 UTC" for n in range(3)]
    assert [name[-1] for name in figure.scenes] == ["0", "1", "2"]


def test_every_date_is_drawn_on_some_page_with_the_same_stretch() -> None:
    images = [replace(look(n), values=np.array(look(n).values) * (1 + n / 20)) for n in range(23)]
    sheets = [contact_sheet(images, PLACE, page=page, per_page=8) for page in (1, 2, 3)]
    assert [len(pictures(sheet)) for sheet in sheets] == [8, 8, 7]
    assert len({name for sheet in sheets for name in sheet.scenes}) == 23
    said = {text for sheet in sheets for text in sheet.texts if text.startswith("Display:")}
    assert len(said) == 1
    assert "one linear stretch for all 23 dates" in said.pop()
    with pytest.raises(InputError, match="page=4 of per_page=8: 23 dates fill 3 pages"):
        contact_sheet(images, PLACE, page=4, per_page=8)


def test_what_was_not_usable_of_the_place_is_said_and_hatched() -> None:
    figure = contact_sheet([look(0), look(1, cloud=0.5), look(2, cloud=1.0)], PLACE)
    said = " ".join(figure.texts)
    assert "usable 100%" in figure.texts
    assert "usable 50%: cloud 50%" in said
    assert "NOT USABLE: cloud 100%" in said
    assert "Of the place itself usable: all on 1, in part on 1, nothing on 1." in figure.shows
    hatched = [item for item in figure.drawing.axes[0].images if item.get_zorder() == 2]
    assert len(hatched) == 3, "two of the dates, and the legend"
    dark = pictures(figure)[2].get_array()
    assert dark is not None
    assert set(np.asarray(dark).ravel().tolist()) == {205}


def test_cloud_outside_the_place_does_not_count() -> None:
    assert "usable 100%" in contact_sheet([look(0, cloud=0.2)], PLACE).texts
    assert "usable 80%: cloud 20%" in contact_sheet([look(0, cloud=0.2)]).texts


def test_quality_that_nobody_knows_is_said() -> None:
    plain = look(0)
    unknown = replace(plain, flags=np.full(GRID.shape, int(Flag.QUALITY_UNKNOWN), dtype=np.uint16))
    assert "usable 100%; clouds unknown" in contact_sheet([unknown], PLACE).texts


@pytest.mark.parametrize("share", [0.0001, 0.0049, 0.9951, 0.99999])
def test_a_share_is_never_rounded_to_none_or_all(share: float) -> None:
    assert share_words(share) in {"below 1%", "above 99%"}


def test_scenes_are_read_around_the_place_and_one_that_misses_it_stays_a_date() -> None:
    scenes = list(oi.open_catalog(oi.bundled("port/catalog.json")).scenes())[:3]
    quay = oi.AreaOfInterest.from_bbox(-28.004469, 45.005139, -28.001901, 45.006962, name="hardstanding")
    figure = contact_sheet(scenes, quay)
    assert figure.shows.startswith("SIMULATED")
    assert len(pictures(figure)) == 3
    far = oi.AreaOfInterest.from_bbox(-20.004469, 45.005139, -20.001901, 45.006962)
    assert contact_sheet(scenes, far).texts.count("NOT USABLE: no data 100%") == 3
    with pytest.raises(InputError, match="aoi=None, but scenes are given"):
        contact_sheet(scenes)


def test_a_damaged_scene_is_an_error_and_no_cloudy_date(tmp_path: Any) -> None:
    from support.port import PortCopy

    copy = PortCopy(tmp_path / "port", ("20240516", "20240526"))
    copy.file("20240526").write_bytes(copy.file("20240526").read_bytes()[:2000])
    quay = oi.AreaOfInterest.from_bbox(-28.004469, 45.005139, -28.001901, 45.006962)
    with pytest.raises(oi.core.errors.DataError):  # type: ignore[attr-defined]
        contact_sheet(copy.scenes(), quay)


def test_wrong_input_is_refused() -> None:
    one = look(0)
    with pytest.raises(InputError, match="images=\\(\\) is empty"):
        contact_sheet([])
    with pytest.raises(InputError, match=r"images\[1\]=.* has no date"):
        contact_sheet([one, replace(look(1), acquired=None)])
    with pytest.raises(InputError, match="one stretch needs one unit"):
        contact_sheet([one, replace(look(1), unit="DN")])
    with pytest.raises(GridMismatchError, match="read all on one grid"):
        contact_sheet([one, replace(look(1), grid=None)])
    with pytest.raises(BandError, match="'nir' is not in this image"):
        contact_sheet([one], bands=("nir",))
    with pytest.raises(OutsideFootprintError, match="lies outside the images"):
        contact_sheet([one], oi.AreaOfInterest.from_bbox(1, 2, 1.01, 2.01))


@pytest.mark.parametrize("width", [80.0, 170.0, 254.0])
@pytest.mark.parametrize("count", [1, 7, 61])
def test_no_text_collides_and_no_picture_covers_another(count: int, width: float, faults: Faults) -> None:
    images = [look(n, cloud=(n % 5) / 4) for n in range(count)]
    figure = contact_sheet(images, PLACE, width_mm=width, per_page=61)
    assert faults(figure) == []
    boxes = [item.get_extent() for item in pictures(figure)]
    assert len(boxes) == count
    for index, (left, right, bottom, top) in enumerate(boxes):
        assert 0 <= left < right <= width
        assert right - left >= 27.0
        for other in boxes[index + 1 :]:
            assert right <= other[0] or other[1] <= left or bottom <= other[3] or other[2] <= top
