"""What a detection carries: its place with its error, its bracket, and outlines that display never changes."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import shapely

from osint_imagery.change.changemap import CalibrationKind
from osint_imagery.change.detecting import detect
from osint_imagery.change.detections import Detections, Verdict
from osint_imagery.change.outlining import outline
from osint_imagery.core.errors import InputError
from osint_imagery.core.estimate import Estimate
from osint_imagery.core.grid import Grid
from osint_imagery.core.image import Image
from osint_imagery.core.pair import Pair, Registration
from tests.change.conftest import Place

Maker = Callable[..., Place]


def known(image: Image, name: str) -> Image:
    return replace(image, sensor="sentinel-2-l1c", scene_id=name)


@pytest.fixture(scope="module")
def grid() -> Grid:
    return Place(4).grid


@pytest.fixture(scope="module")
def found() -> Detections:
    site = Place(4)
    plain = site.pair(2000, add=site.square(12, 20, 7, 3.0))
    left = Estimate(value=0.05, low=0.0, high=0.1, level=0.95, unit="px", method="tiles")
    registration = Registration(shift_px=(0, 0), residual=left, tiles_used=9, tiles_held_out=9, tiles_offered=20)
    pair = Pair(before=known(plain.before, "a"), after=known(plain.after, "b"), registration=registration)
    return outline(detect(pair, method="irmad", quiet=site.quiet(12)))


def test_the_area_is_that_of_the_object_and_not_of_its_outline(found: Detections) -> None:
    assert found.verdict is Verdict.CHANGED
    area = found[0].area
    assert area.level == 0.9
    assert area.low <= 4900 <= area.high
    assert area.value == pytest.approx(4900, rel=0.12)
    assert found[0].pixels * 100 > area.value


def test_the_position_has_a_covariance_and_circles_that_follow_from_it(found: Detections, grid: Grid) -> None:
    item = found[0]
    lon, lat = grid.lonlat(np.array([15.5]), np.array([23.5]), center=False)
    assert item.centroid == pytest.approx((lon[0], lat[0]), abs=2e-5)
    assert item.position_cov_m2 is not None
    assert np.linalg.eigvalsh(item.position_cov_m2).min() > 0
    assert item.ce90_m is not None
    assert item.ce95_m is not None
    assert item.ce90_relative_m is not None
    assert 0 < item.ce90_relative_m < 10
    assert 12.5 < item.ce90_m < item.ce95_m  # 12.5 m is the sensor's own
    assert item.ellipse95 is not None
    assert item.ellipse95.minor_m <= item.ce95_m <= item.ellipse95.major_m * 1.001


def test_the_change_lies_between_two_scenes_and_two_instants(found: Detections) -> None:
    bracket = found[0].bracket
    before, after = found.changes.pair.before, found.changes.pair.after
    assert bracket is not None
    assert (bracket.before_id, bracket.after_id) == ("a", "b")
    assert before.acquired is not None
    assert after.acquired is not None
    assert (bracket.earliest, bracket.latest) == (before.acquired.start, after.acquired.end)
    assert bracket.earliest.utcoffset().total_seconds() == 0


def test_display_outlines_have_fewer_corners_and_change_nothing(found: Detections) -> None:
    kept = [item.outline.wkt for item in found]
    shown = found.simplified(1.5)
    assert len(shown) == len(found)
    assert shapely.is_valid(np.array(shown, dtype=object)).all()
    count = shapely.get_num_coordinates(np.array(shown, dtype=object)).sum()
    assert count < shapely.get_num_coordinates(np.array([item.outline for item in found], dtype=object)).sum()
    assert [item.outline.wkt for item in found] == kept
    exact = shapely.area(np.array(found.simplified(0), dtype=object))
    assert exact == pytest.approx([item.outline.area for item in found])
    with pytest.raises(InputError, match="tolerance_px"):
        found.simplified(-1)


def test_without_alignment_or_sensor_no_position_error_is_given(place: Maker) -> None:
    site = place(4)
    item = outline(detect(site.pair(2000, add=site.square(12, 20, 7, 3.0)), method="irmad", quiet=site.quiet(12)))[0]
    assert item.position_cov_m2 is None
    assert item.ce90_m is None
    assert item.ce90_relative_m is None
    assert item.ce95_m is None
    assert item.ellipse95 is None


@pytest.mark.parametrize("kind", [CalibrationKind.LABELS, CalibrationKind.LFDR])
def test_a_detectors_own_cut_is_listed_whole_without_p_and_q_and_stays_undetermined(
    found: Detections, kind: CalibrationKind
) -> None:
    changes = found.changes
    own = replace(changes, calibration=replace(changes.calibration, kind=kind, count=0, reason="fitted elsewhere"))
    result = outline(own)
    assert len(result) == len(found)
    assert result.verdict is Verdict.UNDETERMINED
    assert "fitted elsewhere" in result.reason
    assert {(item.p_object, item.q_fdr) for item in result} == {(None, None)}


def test_a_method_without_p_values_gives_none(found: Detections) -> None:
    changes = replace(found.changes, p_value=np.full(found.labels.shape, np.nan, dtype=np.float32))
    assert outline(changes)[0].p_instrument is None


def test_the_table_has_a_row_each_and_its_columns_when_empty(found: Detections) -> None:
    table = found.to_geodataframe()
    assert table["ce90_relative_m"].tolist() == [item.ce90_relative_m for item in found]
    empty = replace(found, items=(), labels=np.zeros_like(found.labels))
    assert list(empty.to_geodataframe().columns) == list(table.columns)
    assert empty.simplified(1) == ()
