"""The algebra gives the digits that Orfeo ToolBox and Canty's code give, and nominal false alarms."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import chi2

from osint_imagery.change.mad import MadFit, chi2_sf, consistency_factor, fit_mad, variates
from osint_imagery.core.errors import BandError, ConvergenceError, NotEnoughDataError

Float = NDArray[np.float64]


def synthetic() -> tuple[Float, Float]:
    """Test vector T4 of the methods reference."""
    rng = np.random.default_rng(7)
    mixing = rng.standard_normal((4, 4))
    sources = rng.standard_normal((4, 128, 128))
    noise = rng.standard_normal((2, 4, 128, 128))
    ground = np.einsum("ij,jyx->iyx", mixing, sources)
    before, after = 1000 + 100 * (ground + 0.1 * noise[0]), 1200 + 130 * (ground + 0.1 * noise[1])
    after[:, 40:60, 70:90] += np.array([300.0, -300, 300, -300])[:, None, None]
    return before.reshape(4, -1), after.reshape(4, -1)


def taizhou(real_data: Path) -> tuple[Float, Float]:
    folder = real_data / "pairs" / "landsat7_taizhou_2000_2003"
    before, after = (
        np.fromfile(folder / name, dtype=np.uint8).reshape(6, -1).astype(float) for name in ("2000TM", "2003TM")
    )
    return before, after


def statistic(fit: MadFit, before: Float, after: Float) -> Float:
    """Return c T, chi-square under no change."""
    total: Float = np.square(variates(fit, before, after).astype(float)).sum(axis=0)
    return total


def block() -> NDArray[np.bool_]:
    inside = np.zeros((128, 128), dtype=bool)
    inside[40:60, 70:90] = True
    return inside.ravel()


@pytest.mark.parametrize(
    ("iterate", "tolerance", "passes", "rho", "digits"),
    [
        (False, 1e-6, 1, [0.997302, 0.962362, 0.911424, 0.727805], 6),
        (True, 1e-3, 9, [0.999461, 0.992004, 0.987439, 0.971204], 6),
        (True, 1e-6, 35, [0.99951589, 0.99251922, 0.98823893, 0.97369008], 8),
    ],
)
def test_synthetic_pair_has_the_reference_correlations_to_the_last_printed_digit(
    *, iterate: bool, tolerance: float, passes: int, rho: list[float], digits: int
) -> None:
    before, after = synthetic()
    fit = fit_mad(before, after, iterate=iterate, textbook=True, tolerance=tolerance)
    assert fit.iterations == passes
    assert fit.rho[::-1].round(digits).tolist() == rho


def test_synthetic_pair_has_the_reference_statistic_and_false_positive_rates() -> None:
    before, after = synthetic()
    fit = fit_mad(before, after, textbook=True)
    corrected = statistic(fit, before, after)
    raw = corrected / consistency_factor(4)
    outside = ~block()
    for level, textbook, repaired in ((0.05, 0.5947, 0.0624), (0.01, 0.4192, 0.0148), (0.001, 0.2530, 0.0016)):
        limit = chi2.isf(level, 4)
        assert round(float((raw[outside] > limit).mean()), 4) == textbook
        assert round(float((corrected[outside] > limit).mean()), 4) == repaired
    assert raw[0] == pytest.approx(12.2098, abs=1e-3)
    assert corrected[block()].min() == pytest.approx(941.88, abs=0.05)


@pytest.mark.real
@pytest.mark.parametrize(
    ("iterate", "tolerance", "passes", "rho"),
    [
        (False, 1e-6, 1, [0.81304103, 0.71378054, 0.54216594, 0.47610763, 0.30549650, 0.11358207]),
        (True, 1e-3, 16, [0.98217773, 0.96626133, 0.87358023, 0.70512066, 0.57025796, 0.45477527]),
        (True, 1e-6, 50, [0.98328621, 0.96715436, 0.87613468, 0.70870118, 0.57261176, 0.45756514]),
    ],
)
def test_taizhou_has_the_reference_correlations_to_the_last_printed_digit(
    real_data: Path, *, iterate: bool, tolerance: float, passes: int, rho: list[float]
) -> None:
    before, after = taizhou(real_data)
    fit = fit_mad(before, after, iterate=iterate, textbook=True, tolerance=tolerance)
    assert fit.iterations == passes
    assert fit.rho[::-1].round(8).tolist() == rho


def test_consistency_factor_equals_the_table() -> None:
    table = [0.188045, 0.302776, 0.381287, 0.439057, 0.483728, 0.519539, 0.549039, 0.573866, 0.595121, 0.613576]
    assert [round(consistency_factor(n), 6) for n in range(3, 13)] == table
    assert round(consistency_factor(13), 6) == 0.629790


def test_textbook_false_positive_rates_equal_the_theory() -> None:
    for bands, rates in {3: (0.689, 0.545, 0.383), 6: (0.478, 0.287, 0.131), 13: (0.368, 0.180, 0.059)}.items():
        c = consistency_factor(bands)
        found = [round(float(chi2.sf(c * chi2.isf(level, bands), bands)), 3) for level in (0.05, 0.01, 0.001)]
        assert found == list(rates)


@pytest.mark.parametrize("bands", [1, 2])
@pytest.mark.parametrize("textbook", [True, False])
def test_fewer_than_three_bands_are_refused(bands: int, *, textbook: bool) -> None:
    with pytest.raises(BandError, match="3 bands"):
        consistency_factor(bands)
    pixels = np.random.default_rng(0).standard_normal((bands, 1000))
    with pytest.raises(BandError, match="3 bands"):
        fit_mad(pixels, pixels + 1, textbook=textbook)


@pytest.mark.parametrize("inside", [0.3, 1.0])
def test_consistency_factor_solves_its_own_equation(inside: float) -> None:
    """The variance of no-change pixels, weighted by S(inside U / c), is c of what it is without weights."""
    draws = np.random.default_rng(5).chisquare(5, 400_000)
    c = consistency_factor(5, inside)
    weights = chi2.sf(inside * draws / c, 5)
    assert (weights * draws).sum() / weights.sum() / 5 == pytest.approx(c, abs=0.004)


@pytest.mark.parametrize("bands", [3, 4, 6, 10])
def test_consistent_weights_inside_the_loop_give_nominal_false_alarms_without_change(bands: int) -> None:
    """40,000 pixels, 4 seeds: at 1 % all within 0.7 to 1.4 %, and their mean within 0.15 % of 1 %."""
    shares = []
    for seed in range(4):
        rng = np.random.default_rng([bands, seed])
        ground = rng.standard_normal((bands, bands)) @ rng.standard_normal((bands, 40_000))
        before, after = (ground + 0.5 * rng.standard_normal(ground.shape) for _ in range(2))
        fit = fit_mad(before, after)
        shares.append(float((chi2_sf(statistic(fit, before, after), bands) < 0.01).mean()))
    assert all(0.007 < share < 0.014 for share in shares), shares
    assert np.mean(shares) == pytest.approx(0.01, abs=0.0015)


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    gain=st.floats(0.01, 50),
    offset=st.floats(-5000, 5000),
    later=st.booleans(),
    floor=st.sampled_from([0.0, 0.1]),
)
def test_statistic_is_invariant_to_an_affine_change_of_either_date(
    *, seed: int, gain: float, offset: float, later: bool, floor: float
) -> None:
    """Any affine map without a noise floor, gain and offset of each band with one."""
    rng = np.random.default_rng(seed)
    ground = rng.standard_normal((3, 2000))
    dates = [ground + 0.3 * rng.standard_normal(ground.shape) for _ in range(2)]
    plain = statistic(fit_mad(*dates, noise_floor=floor), *dates)
    mixing = np.diag([1.0, 2, 5]) if floor else np.linalg.qr(rng.standard_normal((3, 3)))[0]
    dates[later] = gain * mixing @ dates[later] + offset
    turned = statistic(fit_mad(*dates, noise_floor=floor), *dates)
    np.testing.assert_allclose(turned, plain, rtol=2e-4, atol=2e-4)


@pytest.mark.parametrize("bands", range(1, 15))
def test_chi_square_tail_equals_scipy(bands: int) -> None:
    x = np.concatenate([[0.0], np.geomspace(1e-6, 1400, 400)])
    np.testing.assert_allclose(chi2_sf(x, bands), chi2.sf(x, bands), rtol=1e-9, atol=1e-300)


def test_chi_square_tail_of_a_huge_statistic_is_zero_not_nan() -> None:
    assert chi2_sf(np.array([1e200, np.inf]), 10).tolist() == [0, 0]


def pixels() -> tuple[Float, Float]:
    rng = np.random.default_rng(1)
    ground = rng.standard_normal((4, 4000))
    return ground, ground + 0.1 * rng.standard_normal(ground.shape)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("side", [(0,), (1,), (0, 1)])
@pytest.mark.parametrize("fault", ["constant", "repeated", "sum of two"])
def test_band_that_adds_nothing_is_refused(kind: type, side: tuple[int, ...], fault: str) -> None:
    dates = pixels()
    for index in side:
        plane = dates[index]
        plane[0] = {"constant": 7.0, "repeated": plane[1] * 3 + 1, "sum of two": plane[1] + plane[2]}[fault]
    with pytest.raises(NotEnoughDataError, match="cannot be inverted"):
        fit_mad(dates[0].astype(kind), dates[1].astype(kind))


def test_same_pixels_under_another_gain_are_refused() -> None:
    before, _ = pixels()
    with pytest.raises(ConvergenceError, match="identical bands"):
        fit_mad(before, before * 2 + 3)


def test_too_few_pixels_and_unequal_shapes_are_refused() -> None:
    before, after = pixels()
    with pytest.raises(NotEnoughDataError, match="399 valid pixels"):
        fit_mad(before[:, :399], after[:, :399])
    with pytest.raises(BandError, match="same bands"):
        fit_mad(before, after[:2])
    with pytest.raises(ConvergenceError, match="after 3 passes"):
        fit_mad(before, after, most=3)
