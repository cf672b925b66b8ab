"""Single precision in blocks, on any number of threads, gives what double precision gives."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import chi2
from threadpoolctl import threadpool_info

from osint_imagery.change.chi_square import chi2_sf_single
from osint_imagery.change.mad import fit_mad, statistic
from osint_imagery.change.mad_kernels import sums_of
from osint_imagery.change.threads import one_blas_thread


def dates(bands: int = 4, pixels: int = 300_000) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
    """Bright ground with little contrast: where single precision over a whole array loses its digits."""
    rng = np.random.default_rng(2)
    ground = rng.standard_normal((bands, bands)) @ rng.standard_normal((bands, pixels))
    before, after = (9000 + 40 * (ground + 0.2 * rng.standard_normal(ground.shape)) for _ in range(2))
    return before.astype(np.uint16), after.astype(np.uint16)


@pytest.mark.parametrize("iterate", [False, True])
def test_integers_in_single_precision_agree_with_double(*, iterate: bool) -> None:
    before, after = dates()
    single = fit_mad(before, after, iterate=iterate, tolerance=1e-5)
    double = fit_mad(before.astype(np.float64), after.astype(np.float64), iterate=iterate, tolerance=1e-5)
    np.testing.assert_allclose(single.rho, double.rho, atol=2e-5)
    ours = statistic(single, before, after)
    truth = statistic(double, before.astype(np.float64), after.astype(np.float64))
    assert ours.dtype == np.float32
    apart = np.abs(ours / truth - 1)
    assert np.median(apart) < 2e-4
    assert np.quantile(apart, 0.99) < 2e-3


def test_fit_does_not_depend_on_threads() -> None:
    before, after = dates()
    one, three = (fit_mad(before, after, threads=count) for count in (1, 3))
    np.testing.assert_array_equal(one.to_before, three.to_before)
    assert one.rho.tolist() == three.rho.tolist()


def test_sums_over_parts_add_up() -> None:
    before, after = dates(pixels=50_000)
    shift = np.full(8, 9000.0)
    whole = sums_of(before, after, shift)
    parts = sums_of(before[:, :777], after[:, :777], shift) + sums_of(before[:, 777:], after[:, 777:], shift)
    assert whole.total == parts.total == 50_000
    np.testing.assert_allclose(parts.second, whole.second, rtol=1e-6)


@pytest.mark.parametrize("bands", range(1, 14))
def test_single_precision_tail_is_right_and_ends_at_zero(bands: int) -> None:
    x = np.concatenate([np.linspace(0, 110 + 3 * bands, 5000), [200, 1e4, 1e30, np.inf]]).astype(np.float32)
    tail, truth = chi2_sf_single(x, bands), chi2.sf(x.astype(np.float64), bands)
    assert tail.dtype == np.float32
    np.testing.assert_allclose(tail[:5000], truth[:5000], rtol=2e-4, atol=1e-7)
    near = truth[:5000] > 1e-12
    np.testing.assert_allclose(tail[:5000][near], truth[:5000][near], rtol=1e-3)
    assert (tail[-4:] == 0).all()
    assert np.isnan(chi2_sf_single(np.float32([np.nan]), bands)).all()


def test_outliers_do_not_leak_into_the_weights() -> None:
    """A tail that is cut off above 0 gives gross outliers a weight that their size multiplies."""
    before, after = dates()
    clean = fit_mad(before[:, 2000:], after[:, 2000:], tolerance=1e-5)
    after[:, :2000] = 60000
    np.testing.assert_allclose(fit_mad(before, after, tolerance=1e-5).rho, clean.rho, atol=1e-4)


def test_blas_is_given_back_after_many_threads_used_it() -> None:
    def blas() -> list[int]:
        return [info["num_threads"] for info in threadpool_info() if info["user_api"] == "blas"]

    at_first = blas()
    inside = one_blas_thread(blas)
    with ThreadPoolExecutor(8) as eight:
        seen = list(eight.map(lambda _: inside(), range(200)))
    assert {count for counts in seen for count in counts} == {1}
    assert blas() == at_first
