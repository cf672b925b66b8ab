"""Each detector finds an injected change, keeps off what it cannot use, and answers a block as it answers the scene."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import ndimage
from scipy.stats import rankdata

from osint_imagery.change.combined import Combined
from osint_imagery.change.cva import CVA
from osint_imagery.change.detectors import Blockwise
from osint_imagery.change.optical import IRMAD, MAD
from osint_imagery.change.pca import PcaDifference
from osint_imagery.change.ring import Ring
from osint_imagery.change.saab import Saab
from osint_imagery.change.sampling import cut
from osint_imagery.change.standard import chosen_bands, degrees_of, trials
from osint_imagery.core.errors import BandError, InputError, NotEnoughDataError
from osint_imagery.core.image import Image
from osint_imagery.core.pair import Pair

BANDS = ("blue", "green", "red", "nir")
ALL: tuple[Blockwise, ...] = (
    CVA(),
    CVA(smoothing_px=1.0),
    PcaDifference(),
    PcaDifference(smoothing_px=1.0, variance=0.5),
    MAD(),
    IRMAD(),
    Ring(half_widths_px=(3, 6)),
    Saab(),
    Combined(ring_px=6),
)
MADS = ("mad", "irmad", "combined")
SQUARE = (slice(40, 50), slice(20, 30))
each = pytest.mark.parametrize("detector", ALL, ids=lambda d: f"{d.method.name}-{d.halo_px}")


def scene(side: int = 96, *, bands: tuple[str, ...] = BANDS, seed: int = 3) -> tuple[NDArray[np.float64], ...]:
    """Return textured ground seen twice with noise; a square brightened in every band but the last, darkened there."""
    rng = np.random.default_rng(seed)
    texture = ndimage.gaussian_filter(rng.standard_normal((len(bands), side, side)), (0, 1.5, 1.5))
    ground = np.einsum("ij,jyx->iyx", rng.standard_normal((len(bands),) * 2), texture / texture.std())
    before, after = (1000 + 100 * (ground + 0.2 * rng.standard_normal(ground.shape)) for _ in range(2))
    after[:, *SQUARE] += np.where(np.arange(len(bands)) < max(1, len(bands) - 1), 250, -250)[:, None, None]
    return before, after


def pair_of(
    before: NDArray[np.float64],
    after: NDArray[np.float64],
    *,
    bands: tuple[str, ...] = BANDS,
    valid: NDArray[np.bool_] | None = None,
) -> Pair:
    return Pair(before=Image.from_array(before, bands=bands, valid=valid), after=Image.from_array(after, bands=bands))


def area_under_curve(score: NDArray[np.float32], truth: NDArray[np.bool_]) -> float:
    ranks = rankdata(score.ravel())
    count = int(truth.sum())
    return float((ranks[truth.ravel()].sum() - count * (count + 1) / 2) / (count * (truth.size - count)))


@each
def test_injected_square_ranks_above_the_rest_and_brightened(detector: Blockwise) -> None:
    pair = pair_of(*scene())
    scored = detector.score(pair)
    truth = np.zeros(pair.shape, dtype=bool)
    truth[SQUARE] = True
    assert area_under_curve(scored.strength, truth) > 0.97
    assert (scored.strength >= 0).all()
    assert (scored.sign[42:48, 22:28] == 1).all()
    assert scored.strength.dtype == scored.p_value.dtype == np.float32
    assert 1 <= scored.degrees <= 30


@each
def test_only_the_mad_family_claims_a_p_value(detector: Blockwise) -> None:
    p_value = detector.score(pair_of(*scene())).p_value
    if detector.method.name in MADS:
        assert ((p_value >= 0) & (p_value <= 1)).all()
        assert p_value[SQUARE].max() < 0.01
    else:
        assert np.isnan(p_value).all()


@each
def test_method_says_whom_to_cite_and_every_parameter(detector: Blockwise) -> None:
    assert "https://doi.org/10." in detector.method.citation
    named = {name for name, _ in detector.method.parameters}
    assert {"bands"} < named
    assert isinstance(detector, Blockwise)


@each
def test_block_with_its_halo_says_what_the_scene_says(detector: Blockwise) -> None:
    pair = pair_of(*scene())
    fitted = detector.fit([pair])
    whole = fitted.score(pair)
    halo = detector.halo_px
    low, high = 34, 62
    part = Pair(
        before=cut(pair.before, (low - halo, low - halo, high - low + 2 * halo, high - low + 2 * halo)),
        after=cut(pair.after, (low - halo, low - halo, high - low + 2 * halo, high - low + 2 * halo)),
    )
    inside = slice(halo, halo + high - low)
    block = fitted.score(part)
    for name in ("strength", "sign", "p_value", "probability"):
        ours, theirs = getattr(block, name), getattr(whole, name)
        if ours is not None:
            np.testing.assert_allclose(
                ours[inside, inside], theirs[low:high, low:high], rtol=2e-4, atol=2e-5, err_msg=name
            )


@each
def test_edge_of_the_scene_is_mirrored_ground(detector: Blockwise) -> None:
    before, after = scene()
    pair, halo = pair_of(before, after), detector.halo_px
    padded = pair_of(
        *(np.pad(date, ((0, 0), (halo, halo), (halo, halo)), mode="symmetric") for date in (before, after))
    )
    fitted = detector.fit([pair])
    inside = slice(halo, halo + pair.shape[0])
    if detector.method.name == "saab":  # pooling looks one way: mirrored ground differs by a pixel at the very edge
        core = slice(5, -5)
        ours, theirs = (
            fitted.score(padded).strength[inside, inside][core, core],
            fitted.score(pair).strength[core, core],
        )
    else:
        ours, theirs = fitted.score(padded).strength[inside, inside], fitted.score(pair).strength
    np.testing.assert_allclose(ours, theirs, rtol=2e-4, atol=2e-5)


@each
def test_gain_and_offset_of_either_date_do_not_matter(detector: Blockwise) -> None:
    before, after = scene()
    gain = np.array([0.5, 2.0, 1.5, 3.0])[:, None, None]
    one = detector.score(pair_of(before, after))
    other = detector.score(pair_of(before * 1e-4, after * gain + 300))
    close = np.isclose(one.strength, other.strength, rtol=0.01, atol=1e-3 * float(np.median(one.strength)))
    assert close.mean() > 0.999
    assert (one.sign == other.sign).mean() > 0.99


@each
def test_what_cannot_be_used_is_nan_and_spoils_nothing_around_it(detector: Blockwise) -> None:
    before, after = scene()
    valid = np.ones(before.shape[1:], dtype=bool)
    valid[60:70, 60:80] = False
    valid[::17, ::13] = False
    fitted = detector.fit([pair_of(before, after)])
    clean, holed = fitted.score(pair_of(before, after)), fitted.score(pair_of(before, after, valid=valid))
    assert (np.isfinite(holed.strength) == valid).all()
    assert (holed.sign[~valid] == 0).all()
    near = valid & ~ndimage.binary_erosion(valid, iterations=1, border_value=1)
    ratio = np.median(holed.strength[near]) / np.median(clean.strength[near])
    assert 0.7 < ratio < 1.4
    again = detector.score(pair_of(before, after, valid=valid))
    truth = np.zeros(valid.shape, dtype=bool)
    truth[SQUARE] = True
    assert area_under_curve(again.strength[valid], truth[valid]) > 0.97


@each
def test_constant_and_missing_bands_are_refused(detector: Blockwise) -> None:
    before, after = scene()
    flat = before.copy()
    flat[1] = 7
    with pytest.raises(NotEnoughDataError, match="before: band green is constant"):
        detector.score(pair_of(flat, after))
    with pytest.raises(BandError, match="has no swir16"):
        replace(detector, bands=("blue", "swir16")).score(pair_of(before, after))  # type: ignore[type-var]
    nothing = np.zeros(before.shape[1:], dtype=bool)
    nothing[:3, :3] = True
    with pytest.raises(NotEnoughDataError, match="9 valid pixels"):
        detector.score(pair_of(before, after, valid=nothing))


@pytest.mark.parametrize(
    "detector", [CVA(), PcaDifference(), MAD(), Ring(half_widths_px=(3, 6)), Saab(), Combined(ring_px=6)]
)
def test_one_band_is_enough_where_the_method_allows_it(detector: Blockwise) -> None:
    pair = pair_of(*scene(bands=("red",)), bands=("red",))
    truth = np.zeros(pair.shape, dtype=bool)
    truth[SQUARE] = True
    scored = detector.score(pair)
    assert area_under_curve(scored.strength, truth) > 0.9
    if detector.method.name == "combined":
        assert "IR-MAD left out" in scored.note
        assert np.isnan(scored.p_value).all()


def test_ir_mad_refuses_two_bands() -> None:
    bands = ("red", "nir")
    with pytest.raises(BandError, match="at least 3"):
        IRMAD().score(pair_of(*scene(bands=bands), bands=bands))


def test_coarse_bands_are_left_out_unless_asked_for() -> None:
    names = (*BANDS, "coastal", "nir09", "cirrus")
    pair = pair_of(*scene(bands=names), bands=names)
    assert chosen_bands(pair, ()) == list(BANDS)
    assert chosen_bands(pair, ("cirrus", "red")) == ["cirrus", "red"]
    assert len(CVA(bands=names).fit([pair]).standard.bands) == 7


@pytest.mark.parametrize(
    "make",
    [
        lambda: CVA(smoothing_px=-1),
        lambda: MAD(smoothing_px=float("nan")),
        lambda: PcaDifference(variance=1.5),
        lambda: Ring(half_widths_px=()),
        lambda: Ring(half_widths_px=(7, 7)),
        lambda: Combined(ring_px=0),
        lambda: Saab(rank=0),
    ],
)
def test_settings_that_make_no_sense_are_refused(make: Callable[[], object]) -> None:
    with pytest.raises(InputError, match="="):
        make()


@pytest.mark.parametrize("degrees", [1, 2, 4, 8, 16])
def test_degrees_are_those_of_the_chi_square_whatever_changed_above(degrees: int) -> None:
    rng = np.random.default_rng(degrees)
    strength = rng.chisquare(degrees, 100_000) / degrees
    strength[:10_000] *= 30
    assert degrees_of([7 * strength]) == pytest.approx(degrees, abs=max(1, degrees // 8))


@given(st.integers(1, 40))
@settings(deadline=None, max_examples=20)
def test_scale_of_the_strength_does_not_change_its_degrees(scale: int) -> None:
    strength = np.random.default_rng(0).chisquare(5, 2000)
    assert degrees_of([strength * scale]) == degrees_of([strength])


def test_large_window_is_tried_out_on_pieces_of_itself() -> None:
    rng = np.random.default_rng(0)
    pair = pair_of(*(rng.normal(size=(1, 1100, 1000)) for _ in range(2)), bands=("red",))
    found = trials([pair])
    assert len(found) == 16
    assert {part.shape for part in found} == {(256, 256)}
    assert trials(found) == found
    assert trials(found[:1]) == found[:1]
