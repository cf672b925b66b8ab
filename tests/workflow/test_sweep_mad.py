"""Chi-square and p-value from file to file are those of double precision on whole arrays."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from numpy.typing import NDArray
from scipy.stats import chi2

from osint_imagery.change import sampling
from osint_imagery.change.mad import fit_mad, variates
from osint_imagery.core.errors import EvidenceExistsError, GridMismatchError, IdenticalPixelsError
from osint_imagery.scenes.catalog import open_catalog
from osint_imagery.scenes.scene import Scene
from osint_imagery.workflow.sweep_mad import mad_rasters
from osint_imagery.workflow.swept import Sweep

SHAPE = (260, 300)


def dates(bands: int = 4) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
    rng = np.random.default_rng(5)
    ground = np.einsum("ij,jyx->iyx", rng.standard_normal((bands, bands)), rng.standard_normal((bands, *SHAPE)))
    before, after = (1000 + 90 * (ground + 0.3 * rng.standard_normal(ground.shape)) for _ in range(2))
    after[:, 100:120, 50:90] += 500
    before, after = before.clip(1, 9000), after.clip(1, 9000)
    before[:, 200:, 250:], after[:, :30, :30] = 0, 0
    return before.astype(np.uint16), after.astype(np.uint16)


def scenes_in(folder: Path, pixels: tuple[NDArray[Any], NDArray[Any]], *, offset: float = 0.0) -> tuple[Scene, Scene]:
    folder.mkdir(exist_ok=True)
    for name, values, day in zip(("before", "after"), pixels, ("02", "20"), strict=True):
        place = Affine(10, 0, 500000 + (offset if name == "after" else 0), 0, -10, 4000000)
        size = {"count": len(values), "height": values.shape[1], "width": values.shape[2], "dtype": values.dtype}
        with rasterio.open(folder / f"{name}.tif", "w", crs="EPSG:32636", transform=place, nodata=0, **size) as raster:
            raster.write(values)
            raster.update_tags(TIFFTAG_DATETIME=f"2021:05:{day} 08:00:00")
    found = {scene.id: scene for scene in open_catalog(folder).scenes()}
    return found["before"], found["after"]


def planes(result: Sweep) -> tuple[NDArray[Any], NDArray[Any]]:
    found = []
    for product in ("chi2", "p_value"):
        with rasterio.open(result.path(product)) as raster:
            assert raster.dtypes == ("float32",)
            found.append(raster.read(1))
    return found[0], found[1]


@pytest.mark.parametrize("iterate", [False, True])
@pytest.mark.parametrize("bands", [3, 4, 10])
def test_agrees_with_double_precision_on_whole_arrays(tmp_path: Path, *, bands: int, iterate: bool) -> None:
    pixels = dates(bands)
    result = mad_rasters(*scenes_in(tmp_path / "in", pixels), tmp_path / "out", iterate=iterate, block_px=100)
    seen = (pixels[0] > 0).all(axis=0) & (pixels[1] > 0).all(axis=0)
    before, after = (values[:, seen].astype(np.float64) for values in pixels)
    fit = fit_mad(before, after, iterate=iterate, tolerance=1e-4)
    truth = np.square(variates(fit, before, after).astype(np.float64)).sum(axis=0)
    statistic, p_value = planes(result)
    np.testing.assert_array_equal(np.isfinite(statistic), seen)
    np.testing.assert_array_equal(np.isfinite(p_value), seen)
    np.testing.assert_allclose(statistic[seen], truth, rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(p_value[seen], chi2.sf(truth, bands), rtol=5e-3, atol=1e-6)
    assert result.observed_px == seen.sum()
    assert p_value[100:120, 50:90].max() < 1e-3


@pytest.mark.parametrize("exact", [False, True])
def test_blocks_and_threads_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, exact: bool) -> None:
    monkeypatch.setattr(sampling, "_WHOLE", 1000)
    pair = scenes_in(tmp_path / "in", dates())
    one = planes(mad_rasters(*pair, tmp_path / "one", exact=exact))
    with ThreadPoolExecutor(3) as three:
        other = planes(mad_rasters(*pair, tmp_path / "two", exact=exact, block_px=64, executor=three))
    for first, second in zip(one, other, strict=True):
        np.testing.assert_allclose(first, second, rtol=1e-4, atol=1e-6)


def test_every_pixel_counts_where_the_fit_is_exact(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pair = scenes_in(tmp_path / "in", dates())
    whole = planes(mad_rasters(*pair, tmp_path / "whole"))
    monkeypatch.setattr(sampling, "_WHOLE", 1000)
    monkeypatch.setattr(sampling.places, "__kwdefaults__", {"side": 64, "count": 4})
    exact = planes(mad_rasters(*pair, tmp_path / "exact", exact=True))
    np.testing.assert_allclose(exact[0], whole[0], rtol=1e-3)


def test_what_does_not_lie_pixel_on_pixel_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GridMismatchError, match="use sweep"):
        mad_rasters(*scenes_in(tmp_path / "in", dates(), offset=5.0), tmp_path / "out")
    pixels = dates()
    with pytest.raises(IdenticalPixelsError):
        mad_rasters(*scenes_in(tmp_path / "same", (pixels[0], pixels[0])), tmp_path / "out")
    assert not (tmp_path / "out").exists()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "p_value.tif").touch()
    with pytest.raises(EvidenceExistsError):
        mad_rasters(*scenes_in(tmp_path / "again", pixels), tmp_path / "out")
