from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from osint_imagery.change import CalibrationKind, detect
from osint_imagery.change.conditional import fit_conditional
from osint_imagery.change.evidence_planes import HALO_PX
from osint_imagery.change.manmade import ManMade
from osint_imagery.change.sampling import cut
from osint_imagery.core.errors import BandError, NotEnoughDataError
from osint_imagery.core.image import Image
from osint_imagery.core.pair import Pair

BANDS = ("blue", "green", "red", "nir", "swir16", "swir22")
BARE = np.array([0.10, 0.12, 0.15, 0.20, 0.26, 0.24])
GREEN = np.array([0.04, 0.07, 0.05, 0.38, 0.18, 0.09])
ROOF = np.array([0.28, 0.30, 0.32, 0.34, 0.36, 0.33])
SIDE = 220
BUILT = (slice(100, 112), slice(90, 104))


def spectra(share: np.ndarray) -> np.ndarray:
    return BARE[:, None, None] * (1 - share) + GREEN[:, None, None] * share


def make_pair(
    seed: int = 0, *, built: bool = True, season: float = 1.0, scale: float = 1.0, bands=BANDS, wear: float = 0.0
) -> Pair:
    """A town with gardens; between the dates everything green fades by `season`, ground wears in patches by `wear`."""
    rng = np.random.default_rng(seed)
    share = np.clip(0.4 + ndimage.gaussian_filter(rng.normal(size=(SIDE, SIDE)), 3) * 3, 0, 1)
    texture = 1 + 0.15 * ndimage.gaussian_filter(rng.normal(size=(SIDE, SIDE)), 1)

    def look(extra: float, roof: bool) -> Image:
        values = spectra(share * extra) * texture
        if roof and wear:
            patches = ndimage.gaussian_filter(np.random.default_rng(seed + 1).normal(size=(SIDE, SIDE)), 3)
            values = values * (1 + wear * patches / patches.std())
        if roof:
            values[(slice(None), *BUILT)] = ROOF[:, None, None]
        values = values + rng.normal(scale=0.004, size=values.shape)
        keep = [BANDS.index(name) for name in bands]
        return Image.from_array(scale * values[keep], bands=bands)

    return Pair(before=look(1.0, False), after=look(season, built))


def test_a_new_roof_stands_out_and_a_fading_season_does_not() -> None:
    changes = detect(make_pair(season=0.6), "man-made")
    roof = np.zeros((SIDE, SIDE), dtype=bool)
    roof[BUILT] = True
    away = ~ndimage.binary_dilation(roof, iterations=12)
    assert changes.changed[roof].mean() > 0.8
    assert changes.changed[away].mean() < 0.01
    assert np.median(changes.score[roof]) > np.quantile(changes.score[away], 0.999)
    assert (changes.sign[roof] == 1).mean() > 0.8


def test_the_probability_says_what_it_is_of_and_on_what_it_was_fitted() -> None:
    changes = detect(make_pair(wear=0.2), "man-made")
    assert "man-made" in changes.calibration.of
    assert changes.calibration.kind is changes.calibration.probability_kind is CalibrationKind.LABELS
    assert "OSCD" in changes.calibration.reason
    chance = changes.probability[changes.observed]
    assert chance.min() >= 0
    assert chance.max() <= 1


def test_units_do_not_matter() -> None:
    one, other = (ManMade().score(make_pair(scale=scale)).probability for scale in (1.0, 10_000.0))
    assert np.abs(one - other).max() < 1e-3


@pytest.mark.parametrize("bands", [BANDS, BANDS[:4], BANDS[:3], BANDS[:5]])
def test_fewer_bands_do(bands: tuple[str, ...]) -> None:
    scored = ManMade().score(make_pair(bands=bands))
    assert np.median(scored.probability[BUILT]) > 10 * np.median(scored.probability)


def test_sentinels_own_band_names_are_understood() -> None:
    names = {"blue": "B02", "green": "B03", "red": "B04", "nir": "B08", "swir16": "B11", "swir22": "B12"}
    pair = make_pair(wear=0.2)
    own = tuple(names[band] for band in BANDS)
    renamed = Pair(before=replace(pair.before, bands=own), after=replace(pair.after, bands=own))
    one, other = detect(pair, "man-made"), detect(renamed, "man-made")
    assert np.isfinite(one.probability).any()
    assert np.array_equal(one.probability, other.probability)
    assert other.pair is renamed


def test_without_visible_bands_it_is_refused() -> None:
    with pytest.raises(BandError, match="blue"):
        ManMade().score(make_pair(bands=("green", "red", "nir")))


def test_too_small_a_window_is_refused() -> None:
    pair = make_pair()
    small = Pair(before=cut(pair.before, (0, 0, 12, 12)), after=cut(pair.after, (0, 0, 12, 12)))
    with pytest.raises(NotEnoughDataError):
        ManMade().score(small)


def test_dates_that_do_not_show_the_same_ground_get_no_probability() -> None:
    one, other = make_pair(0), make_pair(7)
    changes = detect(Pair(before=one.before, after=other.after), "man-made")
    assert np.isnan(changes.probability).all()
    assert changes.calibration.kind is CalibrationKind.NONE
    assert "same ground" in changes.calibration.reason


def test_a_block_with_its_halo_gives_what_the_whole_gives() -> None:
    pair = make_pair(season=0.8)
    fit = ManMade().fit([pair])
    whole = fit.score(pair)
    place = (60, 50, 120, 130)
    block = fit.score(Pair(before=cut(pair.before, place), after=cut(pair.after, place)))
    inner = (slice(HALO_PX, 120 - HALO_PX), slice(HALO_PX, 130 - HALO_PX))
    outer = (slice(60 + HALO_PX, 180 - HALO_PX), slice(50 + HALO_PX, 180 - HALO_PX))
    assert np.abs(block.probability[inner] - whole.probability[outer]).max() < 1e-5
    assert np.array_equal(block.sign[inner], whole.sign[outer])


def test_pixels_that_nobody_observed_stay_without_a_probability_and_touch_no_other() -> None:
    pair = make_pair()
    valid = np.ones((SIDE, SIDE), dtype=bool)
    valid[:30] = False
    holed = Pair(before=pair.before, after=Image.from_array(pair.after.values, bands=BANDS, valid=valid))
    scored = ManMade().score(holed)
    assert np.isnan(scored.probability[:30]).all()
    assert np.isfinite(scored.probability[30:]).all()
    assert scored.changed[:30].sum() == 0


def test_what_a_kind_of_ground_does_together_cancels() -> None:
    rng = np.random.default_rng(1)
    earlier = rng.normal(size=(3, 20_000)).astype(np.float32)
    later = (0.4 * earlier**2 + 0.7 * earlier + 0.05 * rng.normal(size=earlier.shape)).astype(np.float32)
    later[:, :100] += 2
    fit = fit_conditional(earlier, later)
    inside = np.abs(earlier).max(axis=0) < 2.5
    left = fit.residual(earlier, later)
    assert np.abs(left[:, 100:][:, inside[100:]]).mean() < 0.06
    assert np.median(left[:, :100]) > 1.8
