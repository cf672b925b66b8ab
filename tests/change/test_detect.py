"""Injected change is found, nothing is found where nothing is, and what cannot be known is undetermined."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from scipy.stats import binom
from shapely.geometry import box

from osint_imagery.change.changemap import CalibrationKind, ChangeMap
from osint_imagery.change.detecting import detect
from osint_imagery.change.detections import Detections, Verdict
from osint_imagery.change.detectors import detectors, resolve
from osint_imagery.change.optical import IRMAD
from osint_imagery.change.outlining import outline
from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.errors import (
    BandError,
    ConvergenceError,
    GridMismatchError,
    InputError,
    NotEnoughDataError,
)
from osint_imagery.core.image import Image
from osint_imagery.core.pair import Pair

Maker = Callable


@pytest.fixture(scope="module")
def found() -> tuple[ChangeMap, Detections]:
    """A square of 6 x 6 px that brightened in one date of a noisy series with 12 quiet pairs."""
    from tests.change.conftest import Place

    site = Place(4)
    changes = detect(site.pair(2000, add=site.square(20, 12, 6, 2.0)), quiet=site.quiet(12))
    return changes, outline(changes)


def test_injected_square_is_reported_as_changed(found: tuple[ChangeMap, Detections]) -> None:
    changes, items = found
    assert items.verdict is Verdict.CHANGED
    first = items[0]
    assert first.q_fdr is not None
    assert first.q_fdr <= 0.1
    assert first.p_object == pytest.approx(1 / 13)
    assert first.sign == 1
    assert first.probability is not None
    assert 0.8 < first.probability <= 1 - 1 / 13 + 1e-6  # never surer than the rank test
    grid = changes.pair.grid
    assert grid is not None
    truth = grid.to_lonlat(grid.to_world(box(12, 20, 18, 26)))
    assert first.outline.intersection(truth).area > 0.8 * truth.area
    assert first.area.low <= 3600 <= first.area.high
    assert first.p_instrument < 1e-6
    assert changes.calibration.kind is CalibrationKind.PLACEBO
    assert len(changes.calibration.quiet_dates) == changes.calibration.count == 12


def test_darkening_has_a_negative_sign(place: Maker) -> None:
    site = place(5)
    items = outline(detect(site.pair(2000, add=site.square(20, 12, 6, -2.0)), quiet=site.quiet(12)))
    assert items[0].sign == -1


def test_outlines_cover_exactly_their_pixels(found: tuple[ChangeMap, Detections]) -> None:
    changes, items = found
    grid = changes.pair.grid
    assert grid is not None
    for item in items:
        assert item.pixels == (items.labels == item.id).sum()
        area = AreaOfInterest(geometry=item.outline).in_crs(grid.crs).area
        assert area == pytest.approx(item.pixels * grid.pixel_area_m2, rel=1e-6)
        rows, columns = np.nonzero(items.labels == item.id)
        assert item.bbox_px == (rows.min(), columns.min(), rows.max() + 1, columns.max() + 1)
    assert [item.id for item in items] == list(range(1, len(items) + 1))
    strengths = [item.strength for item in items]
    assert strengths == sorted(strengths, reverse=True)
    assert (changes.changed == (items.labels > 0)).all()


def test_probability_is_a_probability_that_rises_with_the_score(found: tuple[ChangeMap, Detections]) -> None:
    changes, _ = found
    chance, score = changes.probability[changes.examined], changes.score[changes.examined]
    assert ((chance >= 0) & (chance <= 1)).all()
    assert (np.diff(chance[np.argsort(score)]) >= -1e-6).all()


def test_the_same_input_gives_the_same_result_and_a_full_record(found: tuple[ChangeMap, Detections]) -> None:
    from tests.change.conftest import Place

    first, _ = found
    site = Place(4)
    again = detect(site.pair(2000, add=site.square(20, 12, 6, 2.0)), quiet=site.quiet(12))
    assert first.score.tobytes() == again.score.tobytes()
    assert first.probability.tobytes() == again.probability.tobytes()
    assert first.lineage.to_json() == again.lineage.to_json()
    step = again.lineage.steps[-1]
    assert step.inputs == (again.pair.before.digest, again.pair.after.digest)
    assert ("level", "0.1") in step.parameters
    with pytest.raises(ValueError, match="read-only"):
        again.score[0, 0] = 1


def test_without_change_false_alarms_stay_at_the_level(place: Maker) -> None:
    """48 places, nothing happened at any: at most as many alarms as 10 % gives in 999 of 1000 tries."""
    alarms, undecided = 0, 0
    for seed in range(48):
        site = place([77, seed], 28)
        items = outline(detect(site.pair(2000), quiet=site.quiet(10)))
        undecided += items.verdict is Verdict.UNDETERMINED  # the whole scene seems to differ: one pair in eleven
        alarms += items.verdict is Verdict.CHANGED
    assert alarms <= binom.ppf(0.999, 48, 0.1)
    assert undecided <= binom.ppf(0.999, 48, 1 / 11)


def test_scattered_cloud_in_one_date_makes_no_change(place: Maker) -> None:
    alarms = 0
    for seed in range(15):
        site = place([5, seed], 40)
        holes = site.rng.random((40, 40)) < 0.7
        alarms += outline(detect(site.pair(2000, valid=holes), quiet=site.quiet(12))).verdict is Verdict.CHANGED
    assert alarms <= binom.ppf(0.999, 15, 0.1)


def test_quiet_pair_that_shares_a_date_is_left_out_and_said_so(place: Maker) -> None:
    site = place(6)
    pair = site.pair(2000)
    same_image = Pair(before=site.look(1990), after=pair.before)
    same_day = Pair(before=replace(site.look(2005), scene_id="another-product"), after=site.look(2030))
    changes = detect(pair, quiet=[*site.quiet(10), same_image, same_day])
    assert changes.calibration.count == 10
    for index in (10, 11):
        assert f"quiet[{index}] shares a date" in changes.calibration.reason


def test_the_same_quiet_pair_many_times_is_no_calibration(place: Maker) -> None:
    site = place(6)
    changes = detect(site.pair(2000), "irmad", quiet=[site.pair(0)] * 12)
    assert changes.calibration.kind is CalibrationKind.NONE
    undated = Pair(before=replace(site.look(0), acquired=None), after=replace(site.look(5), acquired=None))
    copies = [replace(undated, before=replace(undated.before), after=replace(undated.after)) for _ in range(12)]
    assert detect(site.pair(2000), "irmad", quiet=copies).calibration.kind is CalibrationKind.NONE


@pytest.mark.parametrize("quiet", [0, 1, 3])
def test_no_calibration_means_no_probability_and_undetermined(place: Maker, quiet: int) -> None:
    site = place(7)
    changes = detect(site.pair(2000, add=site.square(20, 12, 6, 5.0)), "irmad", quiet=site.quiet(quiet))
    items = outline(changes)
    assert np.isnan(changes.probability).all()
    assert changes.calibration.kind is CalibrationKind.NONE
    assert changes.calibration.rank_p is None
    assert items.verdict is Verdict.UNDETERMINED
    assert len(items) >= 1
    assert all((i.p_object, i.q_fdr, i.probability) == (None, None, None) for i in items)
    assert abs(float(np.nanmedian(changes.score))) < 0.2  # in standard deviations even so


def test_without_a_null_the_default_says_that_something_changed_and_decides_nothing(place: Maker) -> None:
    site = place(7)
    changes = detect(site.pair(2000, add=site.square(20, 12, 6, 5.0)))
    items = outline(changes)
    assert changes.calibration.kind is changes.calibration.probability_kind is CalibrationKind.LFDR
    assert changes.calibration.of == "something changed between the dates"
    assert items.verdict is Verdict.UNDETERMINED
    assert all((i.p_object, i.q_fdr) == (None, None) for i in items)
    assert items[0].probability > 0.9


def test_too_few_quiet_pairs_are_undetermined_and_say_how_many_are_needed(place: Maker) -> None:
    site = place(8)
    items = outline(detect(site.pair(2000, add=site.square(20, 12, 6, 5.0)), quiet=site.quiet(6)))
    assert items.verdict is Verdict.UNDETERMINED
    assert "6 quiet pairs; 10 are needed at level 0.1" in items.reason
    assert np.isnan(items.changes.probability).all()


def test_mostly_unobserved_area_is_undetermined(place: Maker) -> None:
    site = place(9)
    cloud = np.ones((48, 48), dtype=bool)
    cloud[10:30, 10:24] = False
    items = outline(detect(site.pair(2000, valid=cloud), quiet=site.quiet(10), aoi=site.window(10, 30)))
    assert items.verdict is Verdict.UNDETERMINED
    assert "only 30% of the area was observed" in items.reason
    assert np.isnan(items.changes.score[~cloud]).all()
    assert not items.changes.examined[~cloud].any()


def test_area_that_reaches_far_beyond_the_image_is_undetermined(place: Maker) -> None:
    site = place(9)
    items = outline(detect(site.pair(2000), quiet=site.quiet(10), aoi=site.window(-60, 24)))
    assert items.verdict is Verdict.UNDETERMINED
    assert "of the area was observed" in items.reason


def test_area_smaller_than_a_pixel_or_elsewhere_is_undetermined(place: Maker) -> None:
    site = place(9)
    lon, lat = site.grid.lonlat(np.array([10]), np.array([10]), center=False)
    for area in (AreaOfInterest.from_point(float(lon[0]), float(lat[0]), radius_m=1), site.window(200, 210)):
        assert outline(detect(site.pair(2000), quiet=site.quiet(10), aoi=area)).verdict is Verdict.UNDETERMINED


def test_empty_detections_are_a_result_with_the_ground_examined(place: Maker) -> None:
    site = place(10)
    quiet = site.quiet(12)
    items = outline(detect(site.pair(2000), quiet=quiet, aoi=site.window(8, 28)))
    assert len(items) == 0
    assert items.verdict is Verdict.NO_CHANGE_FOUND
    assert "not a proof of absence" in items.reason
    assert items.examined_area == pytest.approx(20 * 20 * 100, rel=0.06)
    assert items.smallest_m2 == 300
    frame = items.to_geodataframe()
    assert len(frame) == 0
    assert {"id", "area_m2", "q_fdr", "probability", "geometry"} <= set(frame.columns)


def test_margin_around_the_area_calibrates_where_there_are_no_quiet_pairs(place: Maker) -> None:
    site = place(11, 72)
    pair = site.pair(2000, add=site.square(33, 33, 6, 2.0))
    changes = detect(pair, aoi=site.window(30, 42))
    items = outline(changes)
    assert changes.calibration.kind is CalibrationKind.MARGIN
    assert changes.calibration.count >= 10
    assert "assumes that the ground there changes as the area would" in changes.calibration.reason
    assert items.verdict is Verdict.CHANGED
    assert not (items.labels[~changes.examined]).any()


def test_margin_makes_no_more_false_alarms_than_the_level(place: Maker) -> None:
    alarms = 0
    for seed in range(60):
        site = place([13, seed], 60)
        alarms += outline(detect(site.pair(0), aoi=site.window(24, 36))).verdict is Verdict.CHANGED
    assert alarms <= binom.ppf(0.999, 60, 0.1)


def test_quiet_pairs_on_another_grid_or_of_other_bands_are_refused(place: Maker) -> None:
    site, other = place(12), place(12, 40)
    with pytest.raises(GridMismatchError, match=r"quiet\[0\]"):
        detect(site.pair(2000), quiet=[other.pair(0)])
    three = Pair(
        before=site.look(0).select(["blue", "green", "red"]), after=site.look(5).select(["blue", "green", "red"])
    )
    with pytest.raises(BandError, match=r"quiet\[0\] has bands"):
        detect(site.pair(2000), quiet=[three])


@pytest.mark.parametrize("level", [0.0, 1.0, -1.0, 7.0, float("nan")])
def test_impossible_level_is_refused(place: Maker, level: float) -> None:
    with pytest.raises(InputError, match="level="):
        detect(place(1).pair(0), level=level)


def test_area_for_pixels_without_a_place_is_refused(place: Maker) -> None:
    site = place(1)
    nowhere = Pair(before=replace(site.look(0), grid=None), after=replace(site.look(5), grid=None))
    with pytest.raises(InputError, match="no grid"):
        detect(nowhere, aoi=site.window(1, 9))


def test_pair_that_cannot_support_the_fit_is_refused(place: Maker) -> None:
    site = place(1)
    nothing = np.zeros((48, 48), dtype=bool)
    with pytest.raises(NotEnoughDataError, match="0 valid pixels"):
        detect(site.pair(0, valid=nothing))
    two = Pair(before=site.look(0).select(["red", "nir"]), after=site.look(5).select(["red", "nir"]))
    with pytest.raises(BandError, match="3 bands"):
        detect(two, "irmad")
    flat = site.look(0).values.copy()
    flat[1] = 7
    image = Image.from_array(flat, bands=site.look(0).bands, grid=site.grid, acquired=date(2020, 1, 1))
    with pytest.raises(NotEnoughDataError, match="constant"):
        detect(Pair(before=image, after=site.look(5)))
    rescaled = Image.from_array(
        site.look(0).values * 0 + (first := site.look(0)).values * 2 + 5, bands=first.bands, grid=site.grid
    )
    with pytest.raises((ConvergenceError, NotEnoughDataError)):
        detect(Pair(before=first, after=rescaled), IRMAD(noise_floor=0))


def test_detectors_are_found_by_name_and_unknown_ones_refused() -> None:
    assert "irmad" in detectors()
    assert resolve(None).method.name == resolve("combined").method.name == "combined"
    assert resolve("irmad").method.name == "irmad"
    for name in ("siamese-net", ""):
        with pytest.raises(InputError, match="is not installed"):
            resolve(name)
