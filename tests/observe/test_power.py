from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from affine import Affine
from scipy import ndimage
from shapely.geometry import box

from osint_imagery.change.changemap import CalibrationKind, Method
from osint_imagery.change.detectors import Basis, Scored
from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.claim import Change, Prediction, Target
from osint_imagery.core.errors import BandError, InputError
from osint_imagery.core.estimate import Estimate
from osint_imagery.core.grid import Grid
from osint_imagery.core.image import Image
from osint_imagery.core.pair import Pair
from osint_imagery.evidence.assessment import likelihood_ratio
from osint_imagery.observe.backscatter import equivalent_looks
from osint_imagery.observe.design import Design
from osint_imagery.observe.ground import Ground, ground_of
from osint_imagery.observe.insertion import Insertion, insert, room_for, scatter, size_px
from osint_imagery.observe.power import power, ratio_cap

BANDS = ("blue", "green", "red", "nir")
GRID = Grid(crs="EPSG:32626", transform=Affine(10, 0, 420000, 0, -10, 4985000), shape=(64, 64))
START = datetime(2026, 1, 1, 10, tzinfo=UTC)


class Difference:
    """A quick detector: the standardized difference, smoothed a little."""

    method = Method(name="difference", version="1", parameters=(), citation="made for this test")

    def score(self, pair: Pair) -> Scored:
        step = pair.after.values - pair.before.values
        z = ndimage.gaussian_filter(step / step.std(axis=(1, 2), keepdims=True), (0, 1, 1)) * 2 * np.pi**0.5
        return Scored(
            strength=np.square(z).mean(axis=0).astype(np.float32),
            degrees=len(z),
            sign=np.sign(z.mean(axis=0)).astype(np.int8),
            p_value=np.ones(pair.shape, dtype=np.float32),
        )


PLAIN = Difference()
SURE = Estimate(value=1, low=1, high=1, level=1, unit="probability", method="a look on the day")


def dates(count: int, noise: float = 0.004) -> list[Image]:
    rng = np.random.default_rng(11)
    raw = ndimage.gaussian_filter(rng.standard_normal((4, 64, 64)), (0, 1.5, 1.5))
    ground = 0.15 + 0.03 * raw / raw.std()
    return [
        Image.from_array(
            ground + noise * rng.standard_normal(ground.shape),
            bands=BANDS,
            grid=GRID,
            acquired=START + timedelta(days=5 * k),
            unit="reflectance",
        )
        for k in range(count)
    ]


def pairs(count: int) -> list[Pair]:
    images = dates(2 * count)
    return [Pair(before=images[2 * k], after=images[2 * k + 1]) for k in range(count)]


ALL = pairs(14)
TESTED, QUIET = ALL[-1], tuple(ALL[:-1])


def asks(
    contrast: dict[str, float] | None, change: str = "appears", size: tuple[float, float] = (60, 40)
) -> Prediction:
    return Prediction.model_validate(
        {
            "id": "shed",
            "text": "a shed stands there",
            "expected_under": "yes",
            "excluded_under": "no",
            "change": change,
            "target": {"what": "shed", "length_m": size[0], "width_m": size[1], "contrast": contrast},
            "when": {"start": "2026-05-01", "end": "2026-05-20"},
        }
    )


GRID_BOX = box(16, 16, 48, 48)
STRONG = dict.fromkeys(BANDS, 0.15)


def test_a_large_bright_target_is_found_and_a_faint_small_one_is_not():
    strong = power(asks(STRONG), TESTED, QUIET, method=PLAIN, places=12)
    assert strong.tried == 12
    assert strong.found >= 11
    assert strong.pod is not None
    assert strong.pod.low <= strong.found / 12 <= strong.pod.high
    faint = power(asks(dict.fromkeys(BANDS, 0.002), size=(13.4, 3.05)), TESTED, QUIET, method=PLAIN, places=12)
    assert (faint.found, faint.tried) == (0, 12)
    assert faint.pod is not None
    assert faint.pod.high > 0.2


def test_the_default_method_finds_it_too():
    assert power(asks(STRONG), TESTED, QUIET, places=1).found == 1


def test_the_same_seed_gives_the_same_answer():
    weak = asks(dict.fromkeys(BANDS, 0.02), size=(30, 20))
    once, again = (power(weak, TESTED, QUIET, method=PLAIN, places=9, seed=3) for _ in range(2))
    assert (once.found, once.tried) == (again.found, again.tried)


def test_false_alarms_and_cap_come_from_the_quiet_pairs():
    result = power(asks(None), TESTED, QUIET, method=PLAIN)
    assert result.pod is None
    assert "no contrast" in result.reason
    assert result.false_alarm is not None
    assert "of 13 quiet pairs" in result.false_alarm.method
    assert result.cap == pytest.approx(1 / (1 - 0.05 ** (1 / 13)), rel=1e-6) or result.false_alarm.value > 0


@pytest.mark.parametrize(
    ("prediction", "tested", "quiet", "why"),
    [
        (asks(STRONG), TESTED, (), "no quiet pairs"),
        (asks({"swir16": 0.2}), TESTED, QUIET, "contrast is stated for swir16"),
        (asks({"red": 0.0}), TESTED, QUIET, "no contrast"),
        (asks(STRONG), TESTED, QUIET[:5], "nothing, however strong"),
        (asks(STRONG), TESTED, QUIET[:2], "no quiet pair could be used"),
        (asks(STRONG, size=(2000, 900)), TESTED, QUIET, "does not fit"),
    ],
)
def test_what_cannot_be_measured_has_a_reason_and_no_number(prediction, tested, quiet, why):
    result = power(prediction, tested, quiet, method=PLAIN, places=3)
    assert result.pod is None
    assert (result.found, result.tried) == (0, 0)
    assert why in result.reason


def test_bands_without_a_stated_contrast_are_named():
    result = power(asks({"red": 0.15, "swir22": 0.1}), TESTED, QUIET, method=PLAIN, places=1)
    assert "no contrast is stated for blue, green, nir" in result.reason
    assert "do not hold swir22" in result.reason


def test_targets_stay_inside_the_area():
    aoi = AreaOfInterest.from_geometry(GRID.to_world(GRID_BOX), crs=GRID.crs)
    result = power(asks(STRONG), TESTED, QUIET, aoi=aoi, method=PLAIN, places=6)
    assert result.tried == 6
    assert result.found >= 5


def test_impossible_numbers_are_refused():
    with pytest.raises(InputError, match="places=0"):
        power(asks(STRONG), TESTED, QUIET, method=PLAIN, places=0)
    with pytest.raises(InputError, match="alarms=3"):
        ratio_cap(3, 2)


def test_cap_is_about_a_third_of_the_quiet_pairs():
    assert ratio_cap(0, 0) is None
    assert ratio_cap(0, 30) == pytest.approx(10.5, abs=0.1)
    assert ratio_cap(30, 30) == 1


def test_insertion_adds_the_stated_contrast_and_nothing_else():
    target = Target(what="shed", length_m=60, width_m=40, contrast={"red": 0.2})
    spots = scatter(size_px(target, GRID), np.ones((64, 64), bool), np.random.default_rng(1), most=2)
    pair = insert(TESTED, spots, target, Change.APPEARS)
    added = pair.after.values - TESTED.after.values
    assert len(spots) == 2
    assert added[2].sum() == pytest.approx(2 * 24 * 0.2, rel=0.01)
    assert not added[[0, 1, 3]].any()
    assert np.array_equal(pair.before.values, TESTED.before.values)
    assert pair.simulated
    assert pair.after.lineage.steps[-1].name == "insert"
    gone = insert(TESTED, spots, target, Change.DISAPPEARS)
    assert np.array_equal(gone.after.values, TESTED.after.values)
    assert (gone.before.values - TESTED.before.values).sum() > 0


def test_targets_stand_apart_on_the_ground_and_never_cover_the_image():
    ground = np.zeros((64, 64), bool)
    ground[10:54, 8:50] = True
    for seed in range(20):
        spots = scatter((6.0, 4.0), ground, np.random.default_rng(seed), most=10)
        assert 1 <= len(spots) <= 0.02 * 64 * 64 / 24
        for spot in spots:
            assert not (spot.footprint(ground.shape) & ~ground).any()
        centers = np.array([spot.center_px for spot in spots])
        for one in range(len(spots)):
            for other in range(one):
                assert np.hypot(*(centers[one] - centers[other])) > 15


def test_no_room_gives_no_place():
    ground = np.zeros((20, 20), bool)
    ground[5:8, 5:8] = True
    assert scatter((6.0, 4.0), ground, np.random.default_rng(0), most=3) == ()
    assert room_for((3.0, 3.0), ground).sum() == 1


def test_pixels_that_were_not_observed_stay_so():
    flags = np.zeros((64, 64), np.uint16)
    flags[:10] = 4
    holed = replace(TESTED, after=TESTED.after.with_flags(flags))
    spots = scatter((6.0, 4.0), np.ones((64, 64), bool), np.random.default_rng(1), most=1)
    target = Target(what="shed", length_m=60, width_m=40, contrast=STRONG)
    assert np.isnan(insert(holed, spots, target, Change.APPEARS).after.values[:, :10]).all()


def test_a_target_that_is_always_found_allows_no_curve_and_says_why():
    result = power(asks(STRONG), TESTED, QUIET, method=PLAIN, places=6, design=Design(scales=(2.0,), places_a_scale=3))
    assert result.curve is None
    assert result.pod is not None
    assert "no curve: found=" in result.reason


def test_parallel_work_gives_the_same_trials():
    weak = asks(dict.fromkeys(BANDS, 0.02), size=(30, 20))
    serial = power(weak, TESTED, QUIET, method=PLAIN, places=20, seed=5)
    with ThreadPoolExecutor(2) as pool:
        parallel = power(weak, TESTED, QUIET, method=PLAIN, places=20, seed=5, design=Design(executor=pool))
    assert (parallel.found, parallel.tried, parallel.reason) == (serial.found, serial.tried, serial.reason)


def test_the_seed_decides():
    weak = asks(dict.fromkeys(BANDS, 0.012), size=(30, 20))
    found = {power(weak, TESTED, QUIET, method=PLAIN, places=20, seed=seed).found for seed in range(4)}
    assert len(found) > 1


class OwnCut(Difference):
    """The same with a cut of its own, at 5 standard deviations."""

    def score(self, pair: Pair) -> Scored:
        scored = super().score(pair)
        changed = scored.strength > 25
        basis = Basis(kind=CalibrationKind.LFDR, of="something changed", reason="made for this test")
        return replace(scored, changed=changed, basis=basis)


def test_without_quiet_pairs_the_pair_itself_takes_the_targets_only_if_asked():
    assert power(asks(STRONG), TESTED, method=OwnCut(), places=6).pod is None
    result = power(asks(STRONG), TESTED, method=OwnCut(), places=6, design=Design(on_tested=True))
    assert result.tried == 6
    assert result.found >= 5
    assert result.false_alarm is None
    assert result.cap is None
    assert "conditional on these two dates and on the own cut of difference" in result.reason
    ratio = likelihood_ratio(SURE, result.pod, result.false_alarm, 0)
    assert ratio.plus is None
    assert not ratio.bears_on_absence


def test_the_margin_decides_where_there_is_an_area_and_ground_around_it():
    aoi = AreaOfInterest.from_geometry(GRID.to_world(box(24, 24, 36, 36)), crs=GRID.crs)
    result = power(asks(STRONG, size=(30, 20)), TESTED, aoi=aoi, method=PLAIN, places=4, design=Design(on_tested=True))
    assert result.tried == 4
    assert result.found >= 3
    assert "the ground around it as the null" in result.reason


def test_a_target_stands_only_where_it_may():
    plan = Design(ground=Ground.WATER)
    image = dates(2)
    wet = [replace(one, values=one.values.copy()) for one in image]
    for one in wet:
        one.values.setflags(write=True)
        one.values[1, :, 32:], one.values[3, :, 32:] = 0.06, 0.02
        one.values[1, :, :32], one.values[3, :, :32] = 0.10, 0.30
    pair = Pair(before=wet[0], after=replace(wet[1], values=wet[1].values + 0.001))
    water = ground_of(pair, Ground.WATER)
    assert water[:, 32:].all()
    assert not water[:, :32].any()
    assert not (ground_of(pair, Ground.LAND) & water).any()
    assert (ground_of(pair, Ground.BARE) <= ground_of(pair, Ground.LAND)).all()
    dry = power(asks(STRONG), TESTED, QUIET, method=PLAIN, places=3, design=plan)
    assert dry.pod is None
    assert "does not fit" in dry.reason
    lone = Pair(before=image[0].select(["red"]), after=image[1].select(["red"]))
    with pytest.raises(BandError, match=r"use Ground\.ANY"):
        ground_of(lone, Ground.WATER)
    assert ground_of(lone, Ground.ANY).all()


def radar(power_of: float = 0.05, looks: float = 5.0) -> Pair:
    rng = np.random.default_rng(2)
    images = [
        Image.from_array(
            power_of * rng.gamma(looks, 1 / looks, (1, 64, 64)),
            bands=["vv"],
            grid=GRID,
            acquired=START + timedelta(days=12 * k),
            unit="gamma0 (linear power)",
        )
        for k in range(2)
    ]
    return Pair(before=images[0], after=images[1])


def test_looks_are_measured_from_the_speckle():
    for looks in (1.0, 4.4, 20.0):
        assert equivalent_looks(radar(looks=looks)) == pytest.approx(looks, rel=0.2 if looks == 1 else 0.1)


def test_a_large_radar_target_has_speckle_of_its_own_and_a_small_one_is_steady():
    pair = radar()
    bright = Target(what="ship", length_m=200, width_m=100, contrast={"vv": 0.5})
    spot = Insertion(center_px=(32.0, 32.0), size_px=(20.0, 10.0))
    core = (slice(25, 40), slice(29, 36))
    added = (
        insert(pair, [spot], bright, Change.APPEARS, rng=np.random.default_rng(1)).after.values - pair.after.values
    )[0]
    assert added[core].mean() == pytest.approx(0.5, rel=0.1)
    assert added[core].std() / added[core].mean() == pytest.approx(1 / np.sqrt(5), rel=0.25)
    point = Insertion(center_px=(32.0, 32.0), size_px=(0.5, 0.5))
    steady = [
        insert(pair, [point], bright, Change.APPEARS, rng=np.random.default_rng(seed)).after.values for seed in (1, 2)
    ]
    assert np.array_equal(*steady)
    assert (steady[0] - pair.after.values).sum() == pytest.approx(0.5 * 0.25, rel=0.01)


def test_a_dark_radar_target_keeps_the_speckle_and_never_falls_below_nothing():
    pair = radar()
    spot = Insertion(center_px=(32.0, 32.0), size_px=(20.0, 10.0))
    core = (slice(25, 40), slice(29, 36))
    for contrast, left in ((-0.04, 0.2), (-1.0, 0.0)):
        dark = Target(what="slick", length_m=200, width_m=100, contrast={"vv": contrast})
        after = insert(pair, [spot], dark, Change.APPEARS, rng=np.random.default_rng(1)).after.values[0][core]
        assert after.min() >= 0
        assert after.mean() == pytest.approx(left * 0.05, rel=0.2)


def test_radar_targets_need_a_source_of_speckle():
    bright = Target(what="ship", length_m=200, width_m=100, contrast={"vv": 0.5})
    with pytest.raises(InputError, match="rng=None for radar"):
        insert(radar(), [], bright, Change.APPEARS)


def test_impossible_designs_are_refused():
    with pytest.raises(InputError, match=r"scales=\(-1,\)"):
        Design(scales=(-1,))


def test_quiet_pairs_that_share_their_dates_still_take_targets():
    # Eight quiet dates, ten pairs: no pair leaves enough others, unrelated among themselves, for a null of its own.
    looks = dates(10)
    apart = [(0, 4), (0, 6), (0, 7), (1, 4), (1, 6), (1, 7), (2, 6), (2, 7), (3, 6), (3, 7)]
    quiet = [Pair(before=looks[one], after=looks[other]) for one, other in apart]
    tested = Pair(before=looks[8], after=looks[9])
    strong = power(asks(STRONG), tested, quiet, method=PLAIN, places=12)
    assert strong.tried == 12
    assert strong.found >= 11
    faint = power(asks(dict.fromkeys(BANDS, 0.002)), tested, quiet, method=PLAIN, places=12)
    assert faint.tried == 12
    assert faint.found <= 2  # an alarm by chance may lie on a target: the level is 0.1
