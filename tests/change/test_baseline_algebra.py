"""The statistics equal what their definitions give when they are written out pixel by pixel."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import linalg, ndimage

from osint_imagery.change.optical import IRMAD, MAD
from osint_imagery.change.pca import PcaDifference
from osint_imagery.change.ring import ring_residual
from osint_imagery.change.saab import Saab, _back, _pool, _respond, _subspace_map
from osint_imagery.change.smoothing import box_sum, noise_left, smooth
from osint_imagery.change.thresholds import otsu
from osint_imagery.core.errors import InputError, NotEnoughDataError
from osint_imagery.core.image import Image
from osint_imagery.core.pair import Pair

Planes = NDArray[np.float32]


def two_dates(bands: int, side: int, seed: int = 0) -> tuple[Planes, Planes]:
    rng = np.random.default_rng(seed)
    ground = rng.standard_normal((bands, side, side))
    one, other = (ground + 0.3 * rng.standard_normal(ground.shape) for _ in range(2))
    return one.astype(np.float32), other.astype(np.float32)


def pair_of(before: Planes, after: Planes) -> Pair:
    bands = [f"band{k}" for k in range(len(before))]
    return Pair(before=Image.from_array(before, bands=bands), after=Image.from_array(after, bands=bands))


def test_ring_residual_is_that_of_a_regression_through_the_origin_on_each_ring() -> None:
    (before,), (after,) = two_dates(1, 15)
    found = ring_residual(before, after, (2, 4))
    x, y = (np.pad(plane, 4, mode="symmetric").astype(float) for plane in (before, after))
    rows, columns = np.indices(x.shape)
    for r, c in ((0, 0), (7, 7), (3, 12)):
        away = np.maximum(np.abs(rows - r - 4), np.abs(columns - c - 4))
        left = []
        for inner, outer in ((1, 2), (3, 4)):
            ring = (away >= inner) & (away <= outer)
            slope = (x[ring] * y[ring]).sum() / np.square(x[ring]).sum()
            left.append(abs(after[r, c] - slope * before[r, c]))
        assert found[r, c] == pytest.approx(np.mean(left), rel=1e-4)


def test_ring_around_nothing_usable_predicts_the_mean() -> None:
    before, after = np.zeros((2, 9, 9), dtype=np.float32)
    after[4, 4] = before[4, 4] = 2
    assert ring_residual(before, after, (2,))[4, 4] == 2


def test_box_sum_is_the_sum_over_mirrored_ground() -> None:
    plane = np.random.default_rng(0).standard_normal((11, 13))
    padded = np.pad(plane, 3, mode="symmetric")
    expected = ndimage.convolve(padded, np.ones((7, 7)), mode="constant")[3:-3, 3:-3]
    np.testing.assert_allclose(box_sum(plane, 3), expected, atol=1e-10)


@given(st.floats(0.5, 2.5), st.integers(0, 5))
@settings(deadline=None, max_examples=20)
def test_smoothing_keeps_a_level_whatever_is_missing(sigma: float, seed: int) -> None:
    usable = np.random.default_rng(seed).random((20, 20)) > 0.4
    plane = np.where(usable, np.float32(5), np.float32(np.nan))
    smoothed = smooth(plane, usable, sigma)
    np.testing.assert_allclose(smoothed[usable], 5, rtol=1e-4)
    assert (smoothed[~usable] == 0).all()


def test_noise_left_standardizes_smoothed_noise_beside_a_gap() -> None:
    rng = np.random.default_rng(0)
    usable = np.ones((12, 12), dtype=bool)
    usable[:, 6:] = False
    usable[3, :] = False
    drawn = np.stack([smooth(rng.standard_normal(usable.shape).astype(np.float32), usable, 1.0) for _ in range(4000)])
    full = np.ones((25, 25), dtype=bool)
    inside = [smooth(rng.standard_normal(full.shape).astype(np.float32), full, 1.0)[12, 12] for _ in range(4000)]
    np.testing.assert_allclose(
        drawn.std(axis=0)[8, 3:6] / np.std(inside),
        noise_left(usable, 1.0)[8, 3:6] / noise_left(full, 1.0)[12, 12],
        rtol=0.08,
    )


def test_difference_subspace_is_that_of_the_maps_written_out() -> None:
    before, after = two_dates(6, 8, seed=2)
    usable = np.ones((8, 8), dtype=bool)
    left, right = _subspace_map([(before, after)], [usable], 3)
    found = np.linalg.norm(np.tensordot(left, before, 1) - np.tensordot(right, after, 1), axis=0).ravel()
    basis = []
    for planes in (before, after):
        maps = planes.reshape(6, -1).T.astype(float)  # (pixel, map)
        basis.append(linalg.svd(maps - maps.mean(axis=1, keepdims=True), full_matrices=False)[0][:, :3])
    a, cosine, b = linalg.svd(basis[0].T @ basis[1])
    between = (basis[0] @ a - basis[1] @ b.T) / np.sqrt(2 * (1 - cosine))
    delta = (after - before).reshape(6, -1).T.astype(float)
    np.testing.assert_allclose(found, np.linalg.norm(between @ (between.T @ delta), axis=1), rtol=1e-3, atol=1e-4)


def test_dates_that_span_one_subspace_of_maps_are_refused() -> None:
    before, _ = two_dates(4, 20)
    with pytest.raises(NotEnoughDataError, match="same subspace"):
        Saab().score(pair_of(before, 2 * before))


def test_pooling_without_thinning_holds_the_thinned_one_and_comes_back_to_the_middle() -> None:
    plane = np.random.default_rng(0).standard_normal((1, 8, 8)).astype(np.float32)
    thinned = plane.reshape(1, 4, 2, 4, 2).max(axis=(2, 4))
    np.testing.assert_array_equal(_pool(plane)[:, ::2, ::2], thinned)
    spot = np.zeros((9, 9), dtype=np.float32)
    spot[4, 4] = 1
    middle = ndimage.center_of_mass(_back(_pool(spot[None])[0]))
    assert middle == pytest.approx((4, 4))


def test_responses_are_products_with_the_neighborhood() -> None:
    rng = np.random.default_rng(0)
    planes = rng.standard_normal((2, 70, 9)).astype(np.float32)
    kernels = rng.standard_normal((3, 18)).astype(np.float32)
    found = _respond(planes, kernels, 2)
    neighborhood = planes[:, 64:69:2, 2:7:2].transpose(1, 2, 0).ravel()  # offset x band, around row 66, column 4
    np.testing.assert_allclose(found[:, 66, 4], kernels @ neighborhood, rtol=1e-4)


def test_pca_difference_of_all_components_is_the_plain_difference() -> None:
    from osint_imagery.change.cva import CVA

    pair = pair_of(*two_dates(4, 20))
    every = PcaDifference(variance=1.0).score(pair)
    np.testing.assert_allclose(every.strength, CVA().score(pair).strength, rtol=1e-3, atol=1e-4)
    few = PcaDifference(variance=0.3).fit([pair])
    assert len(few.components) < 4


def test_strength_of_unsmoothed_mad_is_its_statistic_and_p_is_nominal() -> None:
    pair = pair_of(*two_dates(4, 120))
    for detector in (MAD(smoothing_px=0), IRMAD(smoothing_px=0, noise_floor=0)):
        scored = detector.score(pair)
        assert scored.degrees == 4
        assert float((scored.p_value < 0.05).mean()) == pytest.approx(0.05, abs=0.02)
        assert scored.strength.mean() == pytest.approx(1, abs=0.1)


def test_textbook_weights_and_floor_reach_the_fit() -> None:
    pair = pair_of(*two_dates(4, 60))
    fits = [
        IRMAD(textbook=textbook, noise_floor=floor).fit([pair]).linear
        for textbook in (True, False)
        for floor in (0, 0.1)
    ]
    assert len({round(fit.factor, 9) for fit in fits}) == 2
    assert fits[0].rho[-1] > fits[1].rho[-1]


def test_otsu_parts_two_groups_between_them() -> None:
    rng = np.random.default_rng(0)
    score = np.concatenate([rng.normal(0, 1, 5000), rng.normal(10, 1, 5000), [np.nan]])
    assert otsu(score) == pytest.approx(5, abs=0.5)


@given(st.integers(0, 100), st.floats(0.1, 10), st.floats(-50, 50))
@settings(deadline=None, max_examples=30)
def test_otsu_follows_gain_and_offset(seed: int, gain: float, offset: float) -> None:
    score = np.random.default_rng(seed).gamma(1.0, size=500)
    assert otsu(score * gain + offset) == pytest.approx(otsu(score) * gain + offset, abs=0.05 * gain * np.ptp(score))


def test_otsu_is_the_least_variance_within_of_all_cuts() -> None:
    score = np.random.default_rng(5).gamma(2.0, size=4000)

    def within(cut: float) -> float:
        parts = score[score <= cut], score[score > cut]
        return float(sum(len(part) * part.var() for part in parts if len(part)))

    cuts = np.linspace(score.min(), score.max(), 400)
    assert within(otsu(score)) <= min(within(cut) for cut in cuts) * 1.001


def test_otsu_refuses_what_has_no_two_classes() -> None:
    with pytest.raises(NotEnoughDataError, match="one level"):
        otsu(np.ones(10))
    with pytest.raises(NotEnoughDataError, match="0 finite"):
        otsu(np.full(10, np.nan))
    with pytest.raises(InputError, match="bins=1"):
        otsu(np.arange(10.0), bins=1)
