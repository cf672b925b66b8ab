import pytest
from hypothesis import given
from hypothesis import strategies as st

from osint_imagery.core.claim import DetectionLevel, Target
from osint_imagery.core.errors import InputError, LevelError
from osint_imagery.observe.resolution import AllowedLevel, johnson, pixel_for, resolution
from osint_imagery.observe.stanag import stanag_3769, stanag_words

GSD_M = (0.3, 0.5, 1.5, 3, 5, 10, 20)
# P(detect)/P(recognize)/P(identify) to the digits of the table in the docs; rest below .005.
TABLE = {
    (13.4, 3.05): ["1/.99/.88", "1/.86/.50", ".96/.13/.04", ".55/.02/.01", ".20/.01/0", ".03/0/0", ".01/0/0"],
    (12.19, 2.44): ["1/.97/.79", "1/.76/.37", ".91/.08/.03", ".42/.01/0", ".13/0/0", ".02/0/0", "0"],
    (90, 12): ["1/1/1", "1/1/1", "1/.99/.89", "1/.76/.37", "1/.34/.12", ".87/.07/.02", ".34/.01/0"],
    (120, 16): ["1/1/1", "1/1/1", "1/1/.97", "1/.92/.61", "1/.58/.23", ".97/.14/.04", ".58/.02/.01"],
    (30, 15): ["1/1/1", "1/1/1", "1/.90/.59", "1/.40/.14", ".96/.12/.04", ".55/.02/.01", ".12/0/0"],
    (100, 60): ["1/1/1", "1/1/1", "1/1/1", "1/1/.95", "1/.94/.66", "1/.47/.17", ".94/.10/.03"],
    (19, 14): ["1/1/1", "1/1/.99", "1/.75/.37", ".99/.23/.07", ".87/.06/.02", ".34/.01/0", ".06/0/0"],
    (4.5, 1.8): ["1/.65/.28", ".99/.25/.08", ".46/.02/0", ".09/0/0", ".03/0/0", "0", "0"],
}


def thing(length: float, width: float) -> Target:
    return Target(what="thing", length_m=length, width_m=width)


LAUNCHER = thing(13.4, 3.05)


@pytest.mark.parametrize("size", TABLE)
def test_published_table_is_reproduced_to_the_digits_printed(size):
    for gsd, printed in zip(GSD_M, TABLE[size], strict=True):
        wanted = [float(part) for part in printed.split("/")]
        got = [chance for _, chance in resolution(thing(*size), gsd).probabilities]
        assert [round(chance, 2) for chance in got][: len(wanted)] == wanted, (size, gsd)
        assert all(chance < 0.005 for chance in got[len(wanted) :])


def test_what_ten_meters_show():
    assert not resolution(thing(13.4, 3.05), 10).sufficient
    assert resolution(thing(30, 15), 10).sufficient
    ship = resolution(thing(120, 16), 10)
    assert ship.level is DetectionLevel.DETECTION
    assert ship.probability(DetectionLevel.TECHNICAL_ANALYSIS) is None
    assert ship.critical_m == pytest.approx(43.82, abs=0.01)


def test_statement_says_ceiling_and_does_not_rule_out_what_is_below_a_pixel():
    small = resolution(thing(13.4, 3.05), 10).statement
    assert "too small" in small
    assert "only insertion measures" in small
    large = resolution(thing(120, 16), 10).statement
    assert "not recognition or identification" in large
    assert "insertion" not in large
    assert "at best" in resolution(thing(120, 16), 0.3).statement


@given(st.floats(0, 1e4), st.floats(0, 1e4), st.sampled_from(list(DetectionLevel)[:3]))
def test_finer_pixels_never_tell_less(one, other, level):
    low, high = sorted((one, other))
    assert 0 <= johnson(low, level) <= johnson(high, level) <= 1


@given(st.floats(0.01, 500))
def test_higher_levels_are_never_easier(cells):
    chances = [johnson(cells, level) for level in list(DetectionLevel)[:3]]
    assert chances == sorted(chances, reverse=True)


@pytest.mark.parametrize("level", list(DetectionLevel)[1:])
def test_asking_for_more_than_the_pixels_allow_is_refused(level):
    with pytest.raises(LevelError, match=f"level='{level.value}'.*ask for a lower level"):
        AllowedLevel(target=LAUNCHER, gsd_m=10, level=level)


def test_detection_is_an_answer_not_an_error():
    assert AllowedLevel(target=LAUNCHER, gsd_m=10, level=DetectionLevel.DETECTION).gsd_m == 10
    assert not resolution(LAUNCHER, 10).allows(DetectionLevel.DETECTION)


def test_what_the_pixels_allow_passes():
    assert resolution(LAUNCHER, 0.3).allows(DetectionLevel.IDENTIFICATION)
    AllowedLevel(target=LAUNCHER, gsd_m=0.3, level=DetectionLevel.IDENTIFICATION)
    with pytest.raises(LevelError, match="no criterion"):
        AllowedLevel(target=LAUNCHER, gsd_m=0.01, level=DetectionLevel.TECHNICAL_ANALYSIS)


@pytest.mark.parametrize("gsd", [0, -1, float("nan"), float("inf")])
def test_impossible_pixels_are_refused(gsd):
    with pytest.raises(InputError, match="gsd_m"):
        resolution(thing(1, 1), gsd)


def test_curve_refuses_what_it_does_not_cover():
    with pytest.raises(InputError, match="cells=-1"):
        johnson(-1, DetectionLevel.DETECTION)
    with pytest.raises(InputError, match="no criterion"):
        johnson(5, DetectionLevel.TECHNICAL_ANALYSIS)


def test_stanag_table_knows_its_rows_and_no_others():
    row = stanag_3769("airfield facilities")
    assert (row.detection_m, row.recognition_m, row.identification_m, row.technical_analysis_m) == (6, 4.5, 3, 0.15)
    with pytest.raises(InputError, match="'submarines' is not in STANAG 3769"):
        stanag_3769("submarines")


def test_stanag_words_compare_the_pixel_at_hand_and_say_nothing_of_other_things():
    assert "6 m or finer for detection of roads; these have 10 m" in stanag_words("roads", DetectionLevel.DETECTION, 10)
    technical = stanag_words("roads", DetectionLevel.TECHNICAL_ANALYSIS, 10)
    assert "0.38 m or finer for technical analysis of roads" in technical
    assert stanag_words("a storage shed", DetectionLevel.DETECTION, 10) == ""


@pytest.mark.parametrize("level", list(DetectionLevel)[:3])
@pytest.mark.parametrize("size", TABLE)
def test_the_pixel_asked_for_is_the_largest_that_will_do(size, level):
    wanted = pixel_for(thing(*size), level)
    assert resolution(thing(*size), wanted).probability(level) == pytest.approx(0.9)
    assert resolution(thing(*size), wanted * 1.01).probability(level) < 0.9


def test_a_probability_of_one_has_no_pixel():
    with pytest.raises(InputError, match="probability=1"):
        pixel_for(LAUNCHER, DetectionLevel.DETECTION, probability=1)
