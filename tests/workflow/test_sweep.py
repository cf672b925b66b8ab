"""A sweep gives what one look at the whole gives, wherever the seams run and whoever does the work."""

import pickle
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from numpy.typing import NDArray
from scipy import ndimage

from osint_imagery.change import sampling
from osint_imagery.change.detecting import detect
from osint_imagery.change.detectors import Scored
from osint_imagery.change.optical import IRMAD, MAD
from osint_imagery.change.outlining import outline
from osint_imagery.core.errors import (
    BandError,
    EvidenceExistsError,
    IdenticalPixelsError,
    InputError,
    NotEnoughDataError,
    ReadError,
)
from osint_imagery.core.pair import Pair
from osint_imagery.scenes.catalog import open_catalog
from osint_imagery.scenes.reading import native_grid, read
from osint_imagery.scenes.scene import Scene
from osint_imagery.workflow.sweep_mapping import blocks, in_order
from osint_imagery.workflow.sweeping import sweep
from osint_imagery.workflow.swept import Sweep

SHAPE = (330, 410)
BANDS = ("blue", "green", "red", "nir")
Float = NDArray[np.float64]


def dates(*, seed: int = 3, shift: tuple[float, float] = (0.0, 0.0)) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
    """Two dates of one terrain, (band, y, x): objects across what will be seams, a corner without data."""
    rng = np.random.default_rng(seed)
    ground = np.stack([ndimage.gaussian_filter(rng.standard_normal(SHAPE), 1.2) for _ in BANDS])
    ground = np.einsum("ij,jyx->iyx", rng.standard_normal((4, 4)), ground) * 2
    later = (
        ground if shift == (0.0, 0.0) else np.stack([ndimage.shift(g, shift, order=5, mode="nearest") for g in ground])
    )
    before = 3000 + 200 * (ground + 0.15 * rng.standard_normal(ground.shape))
    after = 3300 + 240 * (later + 0.15 * rng.standard_normal(ground.shape))
    for row, column, height, width in ((90, 95, 20, 18), (40, 250, 3, 140), (120, 30, 160, 3), (200, 260, 12, 12)):
        after[:, row : row + height, column : column + width] += np.array([700, -600, 650, 500])[:, None, None]
    for step in range(60):  # a diagonal line: pixels that touch at corners only
        after[:, 180 + step, 300 + step] += 2500
    for pixels in (before, after):
        pixels[:, :60, :40] = 0
    return before.round().astype(np.uint16), after.round().astype(np.uint16)


def write(path: Path, values: NDArray[Any], *, day: str, tile: int = 128) -> None:
    layout = {"driver": "GTiff", "tiled": True, "blockxsize": tile, "blockysize": tile, "compress": "deflate"}
    place = {"crs": "EPSG:32636", "transform": Affine(10, 0, 500000, 0, -10, 4000000), "nodata": 0}
    count, rows, columns = values.shape
    with rasterio.open(path, "w", **layout, **place, count=count, height=rows, width=columns, dtype="uint16") as raster:
        raster.write(values)
        raster.descriptions = BANDS[:count]
        raster.update_tags(TIFFTAG_DATETIME=f"2021:05:{day} 08:00:00")


def scenes_in(folder: Path, pixels: tuple[NDArray[Any], NDArray[Any]]) -> tuple[Scene, Scene]:
    folder.mkdir(exist_ok=True)
    for name, values, day in zip(("before", "after"), pixels, ("02", "20"), strict=True):
        write(folder / f"{name}.tif", values, day=day)
    found = {scene.id: scene for scene in open_catalog(folder).scenes()}
    return found["before"], found["after"]


@pytest.fixture(scope="module", name="pair")
def _pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Scene, Scene]:
    return scenes_in(tmp_path_factory.mktemp("scenes"), dates())


@pytest.fixture(scope="module", name="whole")
def _whole(pair: tuple[Scene, Scene], tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    """One block, no executor."""
    return sweep(*pair, tmp_path_factory.mktemp("whole"), method=MAD(), block_px=1024)


def plane(result: Sweep, product: str) -> NDArray[Any]:
    with rasterio.open(result.path(product)) as raster:
        values: NDArray[Any] = raster.read(1)
    return values


def assert_same(result: Sweep, whole: Sweep) -> None:
    assert result.products == whole.products
    for product in whole.products:
        np.testing.assert_allclose(plane(result, product), plane(whole, product), rtol=1e-4, atol=1e-4)
    assert result.found is not None
    assert whole.found is not None
    assert (result.observed_px, result.changed_px) == (whole.observed_px, whole.changed_px)
    np.testing.assert_array_equal(result.found.bbox, whole.found.bbox)
    np.testing.assert_array_equal(result.found.pixels, whole.found.pixels)
    np.testing.assert_allclose(result.found.strength, whole.found.strength, rtol=1e-4)
    assert shapely.equals(result.found.outlines_px, whole.found.outlines_px).all()


def test_one_block_is_what_detect_and_outline_give(pair: tuple[Scene, Scene], whole: Sweep) -> None:
    grid = native_grid(pair[0], "red")
    changes = detect(Pair(before=read(pair[0], grid), after=read(pair[1], grid)), MAD())
    found = outline(changes)
    np.testing.assert_allclose(plane(whole, "score"), changes.score, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(plane(whole, "p_value"), changes.p_value, rtol=1e-5, atol=1e-30)
    assert whole.found is not None
    assert len(whole.found) >= len(found) > 3
    for index, item in enumerate(found):
        assert whole.found.pixels[index] == item.pixels
        assert tuple(whole.found.bbox[index]) == item.bbox_px
        assert whole.found.strength[index] == pytest.approx(item.strength, rel=1e-5)
        assert whole.found.outlines()[index].symmetric_difference(item.outline).area < 1e-3 * item.outline.area
    assert whole.calibration is not None
    assert whole.calibration.kind == "none"


@pytest.mark.parametrize("block_px", [64, 100, 128, 200])
def test_seams_change_nothing(pair: tuple[Scene, Scene], whole: Sweep, tmp_path: Path, block_px: int) -> None:
    assert_same(sweep(*pair, tmp_path / "out", method=MAD(), block_px=block_px), whole)


def test_objects_are_those_of_the_mask_that_was_written(pair: tuple[Scene, Scene], tmp_path: Path) -> None:
    result = sweep(*pair, tmp_path, method=MAD(), block_px=64)
    labels, count = ndimage.label(plane(result, "changed") == 1, structure=np.ones((3, 3)))
    sizes = np.bincount(labels.ravel(), minlength=count + 1)[1:]
    assert result.found is not None
    assert sorted(result.found.pixels) == sorted(sizes[sizes >= 3])
    assert shapely.is_valid(result.found.outlines_px).all()
    np.testing.assert_array_equal(shapely.area(result.found.outlines_px), result.found.pixels)


def test_threads_and_processes_change_nothing(pair: tuple[Scene, Scene], whole: Sweep, tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as two:
        assert_same(sweep(*pair, tmp_path / "threads", method=MAD(), block_px=128, executor=two), whole)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as two:
        assert_same(sweep(*pair, tmp_path / "processes", method=MAD(), block_px=200, executor=two), whole)


def test_workers_of_a_dask_cluster_change_nothing(pair: tuple[Scene, Scene], whole: Sweep, tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed", reason="dask.distributed is not installed")
    with cluster(distributed) as executor:
        assert_same(sweep(*pair, tmp_path / "dask", method=MAD(), block_px=128, executor=executor), whole)


@contextmanager
def cluster(distributed: Any) -> Iterator[Executor]:
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None, "processes": True}
    with distributed.LocalCluster(**options) as local, distributed.Client(local) as client:
        yield client.get_executor()


def test_a_large_scene_is_fitted_to_windows_and_still_the_same_in_any_blocks(
    pair: tuple[Scene, Scene], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sampling, "_WHOLE", 1000)
    monkeypatch.setattr(sampling.places, "__kwdefaults__", {"side": 64, "count": 12})
    one = sweep(*pair, tmp_path / "one", method=IRMAD(), block_px=1024)
    assert dict(one.lineage.steps[0].parameters)["windows"] == "12"
    assert_same(sweep(*pair, tmp_path / "two", method=IRMAD(), block_px=100), one)


def test_a_shifted_scene_is_moved_the_same_way_in_any_blocks(tmp_path: Path) -> None:
    pair = scenes_in(tmp_path / "scenes", dates(shift=(1.3, -0.6)))
    one = sweep(*pair, tmp_path / "one", method=MAD(), block_px=1024)
    assert one.registration is not None
    assert np.hypot(one.registration.shift_px[0] + 1.3, one.registration.shift_px[1] - 0.6) < 0.1
    assert one.observed_px < np.prod(SHAPE) - 60 * 40  # what the move brought in from outside was never observed
    assert_same(sweep(*pair, tmp_path / "two", method=MAD(), block_px=100), one)


def test_the_result_names_its_files_and_what_they_rest_on(whole: Sweep, pair: tuple[Scene, Scene]) -> None:
    assert whole.products == ("score", "p_value", "changed")
    assert "probability was not written" in whole.notes[0]
    assert len(whole.lineage.steps[0].inputs) == 2
    assert tuple(one.digest for one in whole.artifacts) == whole.lineage.steps[0].outputs
    assert "before -> after; mad on 4 bands; 330 x 410 px" in repr(whole)
    assert whole.found is not None
    assert len(whole.found.to_geodataframe()) == len(whole.found)
    with pytest.raises(KeyError):
        whole.path("probability")


def test_nothing_is_overwritten_and_a_failed_run_leaves_nothing(pair: tuple[Scene, Scene], tmp_path: Path) -> None:
    (tmp_path / "score.tif").write_bytes(b"kept")
    with pytest.raises(EvidenceExistsError, match="not overwritten"):
        sweep(*pair, tmp_path, method=MAD())
    assert (tmp_path / "score.tif").read_bytes() == b"kept"
    with pytest.raises(RuntimeError, match="third block"):
        sweep(*pair, tmp_path / "new", method=MAD(), block_px=100, executor=Failing())
    assert list((tmp_path / "new").iterdir()) == []


class Failing(Executor):
    """Works at once, and fails at the third block of those that are scored."""

    def __init__(self) -> None:
        self.blocks = 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.blocks += type(fn).__name__ == "Block"
        if self.blocks == 3:
            future.set_exception(RuntimeError("third block"))
        else:
            future.set_result(fn(*args, **kwargs))
        return future


def test_damaged_file_is_an_error_in_a_worker_too(tmp_path: Path) -> None:
    before, after = scenes_in(tmp_path / "scenes", dates())
    path = after.assets[0].path
    assert path is not None
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with ThreadPoolExecutor(2) as two, pytest.raises(ReadError, match=r"truncated|read in full"):
        sweep(before, after, tmp_path / "out", method=MAD(), executor=two)


def test_what_cannot_be_swept_is_refused(pair: tuple[Scene, Scene], tmp_path: Path) -> None:
    class Whole:
        method = MAD().method

        def score(self, pair: Pair) -> Scored:
            pytest.fail(f"{pair!r} was scored; it has to be refused first")

    with pytest.raises(InputError, match="block by block"):
        sweep(*pair, tmp_path, method=Whole())
    with pytest.raises(InputError, match="choose from"):
        sweep(*pair, tmp_path, products=("score", "colour"))
    with pytest.raises(IdenticalPixelsError, match="same files"):
        sweep(pair[0], pair[0], tmp_path, method=MAD())
    with pytest.raises(BandError, match="swir16"):
        sweep(*pair, tmp_path, method=MAD(), bands=("red", "swir16"))
    with pytest.raises(InputError, match="at least 64"):
        sweep(*pair, tmp_path, method=MAD(), block_px=10)


def test_scenes_without_common_pixels_are_refused(tmp_path: Path) -> None:
    before, after = dates()
    before[:, :, :200] = 0
    after[:, :, 200:] = 0
    with pytest.raises((NotEnoughDataError, ArithmeticError)):
        sweep(*scenes_in(tmp_path / "scenes", (before, after)), tmp_path / "out", method=MAD())


def test_blocks_cover_a_scene_once_and_follow_strips() -> None:
    for stored in ((128, 128), (1, 410), (16, 410)):
        seen = np.zeros(SHAPE, dtype=int)
        for row, column, height, width in blocks(SHAPE, 100, stored):
            seen[row : row + height, column : column + width] += 1
        assert (seen == 1).all()
    assert {place[3] for place in blocks(SHAPE, 100, (16, 410))} == {410}


def test_few_jobs_are_under_way_at_once() -> None:
    started = []

    def jobs() -> Iterator[int]:
        for number in range(50):
            started.append(number)
            yield number

    with ThreadPoolExecutor(2) as two:
        for done, answer in enumerate(in_order(pickle.dumps, jobs(), two)):
            assert pickle.loads(answer) == done  # noqa: S301 - our own bytes
            assert len(started) - done <= 4
