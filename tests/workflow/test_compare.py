"""compare(): one answer whatever the executor, none without a null, and a figure that is never written over."""

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from osint_imagery.change.changemap import CalibrationKind
from osint_imagery.change.detections import Verdict
from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.claim import read_claim
from osint_imagery.core.errors import BandError, InputError, OutsideFootprintError
from osint_imagery.scenes.catalog import open_catalog
from osint_imagery.scenes.packaged import bundled
from osint_imagery.scenes.scene import Scene
from osint_imagery.scenes.streaming import shared_bands
from osint_imagery.workflow.comparing import Comparison, compare, grid_for

SCENES = {scene.id[5:]: scene for scene in open_catalog(bundled("port/catalog.json")).scenes()}
BEFORE, AFTER = SCENES["20240516"], SCENES["20240526"]
DAYS = ("20240206", "20240216", "20240221", "20240307", "20240312", "20240327", "20240416", "20240421", "20240426")
QUIET = tuple((SCENES[one], SCENES[two]) for k in (1, 2) for one, two in zip(DAYS[:-k], DAYS[k:], strict=True))
CLAIM = read_claim(bundled("port/claim.yaml"))


@pytest.fixture(scope="module")
def aoi() -> AreaOfInterest:
    return CLAIM.aoi(CLAIM.predictions[0])


def run(aoi: AreaOfInterest, executor: Executor | None) -> Comparison:
    """Compare on coarse pixels: what matters here is sameness."""
    return compare(BEFORE, AFTER, aoi, quiet=QUIET, bands=("green", "red", "nir"), resolution_m=20.0, executor=executor)


@pytest.fixture(scope="module")
def serial(aoi: AreaOfInterest) -> Comparison:
    return run(aoi, None)


class Backwards(Executor):
    """Runs the last task first; the outcome must not depend on the order of the work."""

    def map(self, fn: Any, *iterables: Any, **_: Any) -> Iterator[Any]:
        results = [fn(*item) for item in reversed(list(zip(*iterables, strict=True)))]
        return iter(results[::-1])

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        return super().submit(fn, *args, **kwargs)


@pytest.fixture(params=["threads", "processes", "backwards"])
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    if request.param == "threads":
        pool: Executor = ThreadPoolExecutor(2)
    elif request.param == "processes":
        pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
    else:
        pool = Backwards()
    with pool:
        yield pool


def test_the_answer_is_calibrated_on_the_quiet_pairs(serial):
    calibration = serial.detections.changes.calibration
    assert calibration.kind is CalibrationKind.PLACEBO
    assert calibration.count >= 10
    assert serial.detections.verdict is Verdict.CHANGED
    assert serial.detections.labels.any()
    assert np.isfinite(serial.detections.changes.p_value).any()
    assert serial.notes == ()


def test_any_executor_gives_the_same_answer(aoi, serial, executor):
    other = run(aoi, executor)
    ours, theirs = serial.detections, other.detections
    for name in ("probability", "p_value", "score", "changed"):
        one, two = (np.asarray(getattr(found.changes, name), dtype=np.float64) for found in (ours, theirs))
        np.testing.assert_allclose(one, two, atol=0.005, err_msg=name)  # sums of another process round otherwise
    np.testing.assert_array_equal(ours.labels, theirs.labels)
    assert (ours.verdict, ours.reason) == (theirs.verdict, theirs.reason)
    assert ours.changes.calibration.quiet_dates == theirs.changes.calibration.quiet_dates
    assert ours.changes.calibration.rank_p == theirs.changes.calibration.rank_p
    assert [item.area.value for item in ours] == pytest.approx([item.area.value for item in theirs], rel=0.01)


def test_without_an_area_and_without_quiet_pairs_nothing_is_decided_and_no_probability_given():
    result = compare(BEFORE, AFTER)
    assert result.detections.verdict is Verdict.UNDETERMINED
    assert "what is usual here is not known" in result.detections.reason
    assert result.detections.changes.calibration.kind in {CalibrationKind.NONE, CalibrationKind.LFDR}
    assert all((item.p_object, item.q_fdr) == (None, None) for item in result.detections)


def test_with_an_area_the_ground_around_it_serves_and_the_shed_is_found(aoi):
    result = compare(BEFORE, AFTER, aoi)
    assert result.detections.verdict is Verdict.CHANGED
    assert result.detections.changes.calibration.kind is CalibrationKind.MARGIN
    assert result.scenes == (BEFORE, AFTER)
    assert result.aligned.grid == grid_for((BEFORE, AFTER), aoi)


def test_pixels_stored_on_one_metric_grid_are_not_resampled(aoi):
    grid = grid_for((BEFORE, AFTER), aoi)
    left, top = grid.transform.c, grid.transform.f
    assert (left - 420000) % 10 == (4985000 - top) % 10 == 0
    assert (grid.transform.a, grid.transform.e) == (10, -10)


def test_quiet_pairs_that_cannot_be_aligned_are_left_out_by_name(monkeypatch, aoi):
    from osint_imagery.core.errors import AlignmentError
    from osint_imagery.workflow import comparing

    def fail(*images: Any) -> Any:
        if images[0].scene_id != BEFORE.id:
            msg = "residual=3.0 px; too far"
            raise AlignmentError(msg)
        return real(*images)

    real = comparing.align
    monkeypatch.setattr(comparing, "align", fail)
    result = compare(BEFORE, AFTER, aoi, quiet=QUIET[:2])
    assert result.notes == tuple(
        f"quiet pair {one.id} / {two.id} left out: residual=3.0 px; too far" for one, two in QUIET[:2]
    )


def test_scenes_in_the_wrong_order_are_refused(aoi):
    with pytest.raises(InputError, match="is later than after"):
        compare(AFTER, BEFORE, aoi)


def test_a_band_that_a_scene_does_not_have_is_refused(aoi):
    with pytest.raises(BandError, match=r"band='thermal' is not in scene port-20240516; it has blue, green"):
        compare(BEFORE, AFTER, aoi, bands=("red", "thermal"))


def test_scenes_of_two_places_are_refused():
    other = moved(AFTER, 5.0)
    with pytest.raises(OutsideFootprintError, match="compare scenes of one place"):
        compare(BEFORE, other)


def test_scenes_that_share_no_band_are_refused():
    with pytest.raises(BandError, match="share no band"):
        shared_bands((BEFORE, renamed(AFTER)))


def moved(scene: Scene, degrees: float) -> Scene:
    from dataclasses import replace

    from shapely.affinity import translate

    return replace(scene, footprint=translate(scene.footprint, degrees))


def renamed(scene: Scene) -> Scene:
    from dataclasses import replace

    assets = tuple(replace(asset, bands=tuple(f"x-{band}" for band in asset.bands)) for asset in scene.assets)
    return replace(scene, assets=assets)
