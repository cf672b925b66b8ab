"""The combination finds what changed, says how sure it is where it can, and withholds where it cannot."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import ndimage

from osint_imagery.change.changemap import CalibrationKind
from osint_imagery.change.combined import Combined
from osint_imagery.change.lfdr import LocalFdr, fit_lfdr
from osint_imagery.change.optical import IRMAD
from osint_imagery.change.reliability import reliability
from osint_imagery.core.errors import ConvergenceError, NotEnoughDataError
from osint_imagery.core.image import Image
from osint_imagery.core.pair import Pair

BANDS = ("blue", "green", "red", "nir", "swir16", "swir22")


def scene(share: float, seed: int = 0, side: int = 160) -> tuple[Pair, NDArray[np.bool_]]:
    """Return a noisy pair of textured ground in which squares of 8 x 8 px, `share` of it, became something else."""
    rng = np.random.default_rng(seed)
    texture = ndimage.gaussian_filter(rng.standard_normal((6, side, side)), (0, 2, 2))
    ground = np.einsum("ij,jyx->iyx", rng.standard_normal((6, 6)), texture / texture.std())
    before, after = (ground + 0.3 * rng.standard_normal(ground.shape) for _ in range(2))
    truth = np.zeros((side // 8, side // 8), dtype=bool)
    truth.ravel()[rng.choice(truth.size, int(share * truth.size), replace=False)] = True
    truth = np.kron(truth, np.ones((8, 8), dtype=bool))
    after += truth * rng.normal(0, 2, (6, 1, 1))
    dates = [Image.from_array(1000 + 100 * date, bands=BANDS) for date in (before, after)]
    return Pair(before=dates[0], after=dates[1]), truth


@pytest.mark.parametrize("share", [0.03, 0.1])
def test_probability_of_injected_change_is_honest(share: float) -> None:
    pair, truth = scene(share)
    scored = Combined(ring_px=20).score(pair)
    assert scored.basis is not None
    assert scored.basis.kind is CalibrationKind.LFDR
    assert scored.basis.of == "something changed between the dates"
    assert not scored.basis.withheld
    assert scored.probability is not None
    assert scored.changed is not None
    rim = ndimage.binary_dilation(truth, np.ones((3, 3))) & ~truth  # smoothing carries strong change one pixel out
    got = reliability(np.where(rim, np.nan, scored.probability), truth)
    assert got.ece < 0.03
    assert got.skill > 0.9
    np.testing.assert_array_equal(scored.changed, scored.probability >= 0.5)
    assert (scored.changed == truth)[~rim].mean() > 0.998


def test_nothing_is_more_likely_changed_than_not_where_nothing_changed() -> None:
    pair, _ = scene(0.0)
    scored = Combined(ring_px=20).score(pair)
    assert scored.probability is not None
    assert (scored.probability >= 0.5).mean() < 1e-3


def test_probability_rises_with_strength_and_unobserved_ground_has_none() -> None:
    pair, _ = scene(0.05)
    valid = np.ones(pair.shape, dtype=bool)
    valid[30:50, 30:60] = False
    pair = Pair(before=Image.from_array(pair.before.values, bands=BANDS, valid=valid), after=pair.after)
    scored = Combined(ring_px=20).score(pair)
    assert scored.probability is not None
    assert scored.changed is not None
    assert (np.isnan(scored.probability) == ~valid).all()
    assert not scored.changed[~valid].any()
    order = np.argsort(scored.strength[valid])
    assert (np.diff(scored.probability[valid][order]) >= -1e-6).all()


def test_one_pass_stands_in_where_re_weighting_does_not_converge(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        msg = "still moving"
        raise ConvergenceError(msg)

    pair, truth = scene(0.05)
    monkeypatch.setattr(IRMAD, "fit", never)
    scored = Combined(ring_px=20).score(pair)
    assert "one pass of MAD in place of IR-MAD (still moving)" in scored.note
    assert scored.changed is not None
    rim = ndimage.binary_dilation(truth, np.ones((3, 3))) & ~truth
    assert (scored.changed == truth)[~rim].mean() > 0.99


def test_dates_that_are_one_image_but_for_a_corner_are_refused() -> None:
    before = np.random.default_rng(0).integers(0, 1000, (1, 160, 160)).astype(float)
    after = before.copy()
    after[:, :40, :40] = before[:, :40, :40][:, ::-1]  # the same values elsewhere: mean and spread stay
    dates = [Image.from_array(date, bands=("red",)) for date in (before, after)]
    with pytest.raises(NotEnoughDataError, match="one image"):
        Combined(ring_px=5).score(Pair(before=dates[0], after=dates[1]))


def normal_scores(seed: int, changed: float = 0.1, count: int = 40_000) -> NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    return np.where(rng.random(count) < changed, rng.normal(6, 1, count), rng.normal(0, 1, count))


@given(st.integers(0, 50), st.floats(0.2, 5), st.floats(-20, 20))
@settings(deadline=None, max_examples=15)
def test_local_fdr_follows_gain_and_offset_of_the_score(seed: int, gain: float, offset: float) -> None:
    score = normal_scores(seed)
    here, there = fit_lfdr([score]), fit_lfdr([score * gain + offset])
    np.testing.assert_allclose(there(score * gain + offset), here(score), atol=0.02)
    assert (np.diff(here.probability) >= 0).all()
    assert ((here.probability >= 0) & (here.probability <= 1)).all()


def test_local_fdr_finds_the_share_that_changed() -> None:
    curve = fit_lfdr([normal_scores(1)])
    assert not curve.withheld
    assert 1 - curve.unchanged == pytest.approx(0.1, abs=0.04)
    assert curve(normal_scores(1)).mean() == pytest.approx(0.1, abs=0.03)
    assert np.isnan(curve(np.array([np.nan])))[0]


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ([normal_scores(1, 0.45)], "no "),
        ([np.random.default_rng(0).exponential(size=20_000)], "no null mode"),
        ([normal_scores(1, 0.01), normal_scores(2, 0.01) + 0.8, normal_scores(3, 0.01)], "uneven ground"),
    ],
)
def test_local_fdr_is_withheld_where_no_majority_stayed_as_it_was(
    parts: list[NDArray[np.float64]], reason: str
) -> None:
    curve = fit_lfdr(parts)
    assert isinstance(curve, LocalFdr)
    assert reason in curve.withheld
    assert curve.withheld


def test_local_fdr_refuses_too_little() -> None:
    with pytest.raises(NotEnoughDataError, match="999 scores"):
        fit_lfdr([np.arange(999.0)])
    with pytest.raises(NotEnoughDataError, match="that vary"):
        fit_lfdr([np.ones(5000)])


@pytest.mark.real
@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_taizhou_is_decided_and_calibrated_without_labels(real_data: Path) -> None:
    folder = real_data / "pairs" / "landsat7_taizhou_2000_2003"
    dates = [
        Image.from_array(np.fromfile(folder / name, dtype=np.uint8).reshape(6, 400, 400), bands=BANDS)
        for name in ("2000TM", "2003TM")
    ]
    truth = np.full((400, 400), np.nan)
    for name, label in (("unchanged.bmp", 0), ("change.bmp", 1)):
        with rasterio.open(folder / name) as source:
            truth[source.read(1) > 0] = label
    scored = Combined().score(Pair(before=dates[0], after=dates[1]))
    assert scored.basis is not None
    assert not scored.basis.withheld
    assert scored.probability is not None
    assert scored.changed is not None
    got = reliability(scored.probability, truth)
    assert got.ece <= 0.03
    assert got.skill >= 0.6
    known = np.isfinite(truth)
    said, true = scored.changed[known], truth[known] == 1
    right, chance = (said == true).mean(), said.mean() * true.mean() + (1 - said.mean()) * (1 - true.mean())
    assert (right - chance) / (1 - chance) >= 0.955


@pytest.mark.real
@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_radar_pair_with_one_per_cent_of_change_gets_no_probability(real_data: Path) -> None:
    folder = real_data / "pairs" / "sar_yellow_river_coast"
    dates = []
    for name in ("yellow_B_1.bmp", "yellow_B_2.bmp"):
        with rasterio.open(folder / name) as source:
            dates.append(Image.from_array(np.log1p(source.read(1).astype(float))[None], bands=("vv",)))
    scored = Combined().score(Pair(before=dates[0], after=dates[1]))
    assert scored.basis is not None
    assert "no null mode" in scored.basis.withheld
