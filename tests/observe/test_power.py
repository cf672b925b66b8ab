"""Power: targets put into quiet pairs are found as often as the method says, and what cannot be measured says why."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from shapely.geometry import box
from support.quiet_pairs import BANDS, GRID, GRID_BOX, PLAIN, QUIET, STRONG, SURE, TESTED, OwnCut, asks, dates

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.errors import InputError
from osint_imagery.core.pair import Pair
from osint_imagery.evidence.assessment import likelihood_ratio
from osint_imagery.observe.design import Design
from osint_imagery.observe.power import power, ratio_cap


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
