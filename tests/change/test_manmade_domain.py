"""On ground that is not like the labelled pairs, the probability of man-made change is withheld, with the reason."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from osint_imagery.change import CalibrationKind, ChangeMap, detect, outline
from osint_imagery.change.evidence_planes import fit_planes
from osint_imagery.change.manmade import ManMade
from osint_imagery.change.manmade_domain import traits_of
from osint_imagery.core.image import Image
from osint_imagery.core.pair import Pair

BANDS = ("blue", "green", "red", "nir")
SIDE = 240
TOWN = np.array([0.10, 0.12, 0.15, 0.20])[:, None, None]
FOREST = np.array([0.06, 0.08, 0.07, 0.45])[:, None, None]


def field(seed: int, patch_px: float, planes: int = 1) -> np.ndarray:
    raw = np.random.default_rng(seed).standard_normal((planes, SIDE, SIDE))
    found = ndimage.gaussian_filter(raw, (0, patch_px, patch_px))
    return found / found.std(axis=(1, 2), keepdims=True)


def look(values: np.ndarray, seed: int, noise: float = 0.002, day: str | None = None) -> Image:
    grain = noise * np.random.default_rng(seed).standard_normal(values.shape)
    return Image.from_array(values + grain, bands=BANDS, acquired=day)


def two_years(color: np.ndarray = TOWN, days: tuple[str | None, str | None] = (None, None)) -> Pair:
    """Ground that wears in patches between the dates, a roof on it: as the labelled pairs look."""
    ground = color * (1 + 0.2 * field(1, 1.5))
    later = ground * (1 + 0.1 * field(2, 3))
    later[:, 100:112, 90:104] = 0.3
    return Pair(before=look(ground, 3, 0.001, days[0]), after=look(later, 4, 0.001, days[1]))


def why(changes: ChangeMap) -> str:
    assert np.isnan(changes.probability).all()
    assert changes.calibration.kind is changes.calibration.probability_kind is CalibrationKind.NONE
    assert not changes.calibration.of
    assert all(found.probability is None for found in outline(changes))
    return changes.calibration.reason


@pytest.mark.parametrize("patch_px", [1.0, 3.0])
@pytest.mark.parametrize("noise", [0.001, 0.004])
@pytest.mark.parametrize("planes", [1, 4])
def test_a_texture_seen_twice_with_noise_gets_no_probability(patch_px: float, noise: float, planes: int) -> None:
    ground = 0.15 * (1 + 0.2 * field(5, patch_px, planes)) * np.ones((4, 1, 1))
    pair = Pair(before=look(ground, 6, noise), after=look(ground, 7, noise))
    assert "noise" in why(detect(pair, "man-made"))


def test_such_a_texture_would_have_had_a_probability_near_one() -> None:
    ground = 0.15 * (1 + 0.2 * field(5, 3.0, 4))
    pair = Pair(before=look(ground, 6, 0.001), after=look(ground, 7, 0.001))
    scored = ManMade().score(pair)
    assert np.nanmax(scored.probability) > 0.9
    assert scored.basis.withheld


def test_one_image_moved_gets_no_probability() -> None:
    ground = 0.15 * (1 + 0.2 * field(5, 3.0)) * np.ones((4, 1, 1))
    moved = ndimage.shift(ground, (0, 0.3, 0.3), order=3, mode="mirror")
    pair = Pair(before=look(ground, 6, 0.001), after=look(moved, 7, 0.001))
    assert "hardly at all" in why(detect(pair, "man-made"))


def test_noise_that_is_smooth_but_of_each_band_its_own_gets_no_probability() -> None:
    ground = 0.15 * (1 + 0.2 * field(5, 3.0)) * np.ones((4, 1, 1))
    both = [look(ground + 0.004 * field(seed, 1.5, 4), seed, 1e-4) for seed in (8, 9)]
    assert "each by itself" in why(detect(Pair(before=both[0], after=both[1]), "man-made"))


def test_a_forest_gets_no_probability() -> None:
    assert "no town" in why(detect(two_years(FOREST), "man-made"))


def test_ground_like_the_labelled_pairs_keeps_it() -> None:
    changes = detect(two_years(), "man-made")
    assert changes.calibration.kind is CalibrationKind.LABELS
    assert np.nanmax(changes.probability[100:112, 90:104]) > 0.5


@pytest.mark.parametrize("last", ["2015-09-10", "2021-06-01"])
def test_dates_too_near_or_too_far_from_each_other_get_no_probability(last: str) -> None:
    assert "days apart" in why(detect(two_years(days=("2015-08-20", last)), "man-made"))
    kept = detect(two_years(days=("2015-08-20", "2017-10-03")), "man-made")
    assert np.isfinite(kept.probability).any()


def test_too_little_land_gets_no_probability() -> None:
    pair = two_years()
    valid = np.zeros((SIDE, SIDE), dtype=bool)
    valid[:, :30] = True  # enough to fit on, of which all but some columns is water on both dates
    water = np.array([0.06, 0.05, 0.03, 0.01])[:, None, None] * (1 + 0.1 * field(10, 2))
    both = []
    for seed, image in enumerate((pair.before, pair.after), 11):
        values = image.values.copy()
        values[:, :, 4:30] = look(water, seed).values[:, :, 4:30]
        both.append(Image.from_array(values, bands=BANDS, valid=valid))
    scored = ManMade().score(Pair(before=both[0], after=both[1]))
    assert "pixels of land" in scored.basis.withheld


def test_windows_and_the_whole_have_the_same_traits() -> None:
    pair = two_years()
    planes = fit_planes([pair])
    halves = [
        replace(
            pair,
            before=replace(pair.before, values=v, valid=m[0], flags=m[1]),
            after=replace(pair.after, values=w, valid=m[0], flags=m[1]),
        )
        for v, w, m in (
            (
                pair.before.values[:, rows],
                pair.after.values[:, rows],
                (pair.valid[rows], pair.before.flags[rows]),
            )
            for rows in (slice(0, 120), slice(120, 240))
        )
    ]
    whole, split = traits_of(planes, [pair]), traits_of(planes, halves)
    assert split.patchiness == pytest.approx(whole.patchiness, rel=0.03)
    assert split.size == pytest.approx(whole.size, rel=0.03)
    assert split.agreement == whole.agreement
