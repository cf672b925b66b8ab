from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from affine import Affine
from scipy import ndimage
from shapely.geometry import box

from osint_imagery.change.changemap import Method
from osint_imagery.change.detectors import Scored
from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.claim import Change, Prediction, Target
from osint_imagery.core.errors import InputError
from osint_imagery.core.grid import Grid
from osint_imagery.core.image import Image
from osint_imagery.core.pair import Pair
from osint_imagery.observe.insertion import insert, room_for, scatter, size_px
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
