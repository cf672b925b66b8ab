"""What counts as the same number, and what does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osint_imagery.core.lineage import decimal_text
from osint_imagery.evidence.differences import Outcome, judge, last_digit, worst

ARRAYS = (f"sha256:{'a' * 64}", f"sha256:{'b' * 64}")

CASES = (
    ("ratio.plus.value", "3.69615", "3.69616", Outcome.WITHIN),
    ("ratio.plus.value", "3.69615", "3.70615", Outcome.BEYOND),
    ("ratio.plus.value", "3.69615", "3.69617", Outcome.BEYOND),
    ("ratio.plus.value", "0.1", "0.1001", Outcome.BEYOND),  # written short, and kept to six digits all the same
    ("detections[1].area.value", "312345", "312346", Outcome.WITHIN),  # six digits, no decimals
    ("ratio.cap", "infinity", "5", Outcome.BEYOND),
    ("ratio.cap", "5", None, Outcome.BEYOND),
    ("detections[1].pixels", 70, 71, Outcome.BEYOND),
    ("detections[1].fits_prediction", True, False, Outcome.BEYOND),
    ("method.version", "1", "1.00001", Outcome.BEYOND),
    ("fitness.pod.level", "0.95", "0.950001", Outcome.BEYOND),
    ("detections[1].p_instrument", "0.0000000000000000267656", "0.0000000000000000267647", Outcome.WITHIN),
    ("detections[1].p_instrument", "0.04", "0.0401", Outcome.BEYOND),
    ("detections[1].longitude", "35.5000000", "35.5000001", Outcome.WITHIN),
    ("detections[1].longitude", "35.5", "35.501", Outcome.BEYOND),  # 90 m, though a small share of the number
    ("quality.shift_rows_px", "0.00004", "0.00005", Outcome.WITHIN),
    ("lineage[shift].parameters[rows_px]", "0.4266", "0.4267", Outcome.WITHIN),
    ("lineage[shift].parameters[rows_px]", "0.4266", "0.4269", Outcome.BEYOND),
    ("lineage[detect].parameters[level]", "0.1", "0.1001", Outcome.BEYOND),
    ("detections[1].outline_wkt", "POLYGON ((35.50000001 33.9))", "POLYGON ((35.50000002 33.9))", Outcome.WITHIN),
    ("detections[1].outline_wkt", "POLYGON ((35.5001 33.9))", "POLYGON ((35.5002 33.9))", Outcome.BEYOND),
    (
        "ratio.reason",
        "POD 0.912 from 21 pairs",
        "POD 0.913 from 21 pairs",
        Outcome.BEYOND,
    ),  # no number of its own moved
    ("ratio_sentence", "3.7 times", "3.8 times", Outcome.BEYOND),
    ("reason", "2 times as large", "3 times as large", Outcome.BEYOND),
    ("ratio.reason", "POD 0.912 from 21 pairs", "POD 0.912 from 22 pairs", Outcome.BEYOND),
    ("ratio.reason", "POD 0.912 from 21 pairs", "POD 0.912 of 21 pairs", Outcome.BEYOND),
    ("lineage[align].outputs[0]", *ARRAYS, Outcome.BEYOND),
    ("lineage[align].inputs[0]", *ARRAYS, Outcome.BEYOND),
    ("lineage[read].outputs[0]", *ARRAYS, Outcome.BEYOND),
    ("lineage[read 2].inputs[0]", *ARRAYS, Outcome.BEYOND),  # a file
    ("scenes[a].assets[b].digest", *ARRAYS, Outcome.BEYOND),
)


@pytest.mark.parametrize(("field", "recorded", "recomputed", "outcome"), CASES)
def test_numbers_may_move_a_little_and_nothing_else_may(field, recorded, recomputed, outcome):
    assert judge(field, recorded, recomputed).outcome is outcome
    assert judge(field, recorded, recorded).outcome is Outcome.SAME


@pytest.mark.parametrize("field", ["lineage[align].outputs[0]", "lineage[align].inputs[0]", "lineage[read].outputs[0]"])
def test_an_array_of_another_machine_is_not_comparable_and_a_file_is(field):
    assert judge(field, *ARRAYS, same_machine=False).outcome is Outcome.INCOMPARABLE
    assert judge(field, ARRAYS[0], ARRAYS[0], same_machine=False).outcome is Outcome.SAME
    assert judge("lineage[read 2].inputs[0]", *ARRAYS, same_machine=False).outcome is Outcome.BEYOND


@pytest.mark.parametrize(
    ("recorded", "recomputed", "moved", "outcome"),
    [
        ("3.7 (95% interval: 3.1 to 3.7)", "3.8 (95% interval: 3.1 to 3.8)", [(3.74999, 3.75001)], Outcome.WITHIN),
        ("3.7 (95% interval: 3.1 to 3.7)", "3.8 (95% interval: 3.1 to 3.8)", [(3.69, 3.69001)], Outcome.BEYOND),
        ("3.7 times", "3.8 times", [(3.75001, 3.74999)], Outcome.BEYOND),  # it moved the other way
        ("a change of 2,327 m²", "a change of 2,328 m²", [(2327.49, 2327.51)], Outcome.WITHIN),
        ("a change of 2,327 m²", "a change of 3,327 m²", [(2327.49, 2327.51)], Outcome.BEYOND),
        ("31.2 ha", "31.3 ha", [(312499.0, 312501.0)], Outcome.WITHIN),
        ("20.4 times", "20.5 times", [(0.0488998, 0.0488997)], Outcome.WITHIN),  # told for the other side
        ("97 % of it", "98 % of it", [(0.974999, 0.975001)], Outcome.WITHIN),
        ("21 pairs", "22 pairs", [(3.74999, 3.75001)], Outcome.BEYOND),
        ("3.7 times", "3.8 miles", [(3.74999, 3.75001)], Outcome.BEYOND),
    ],
)
def test_a_sentence_may_differ_only_where_its_own_numbers_moved(recorded, recomputed, moved, outcome):
    assert judge("ratio_sentence", recorded, recomputed, moved=moved).outcome is outcome


@given(st.floats(1e-12, 1e12), st.integers(-3, 3))
def test_the_last_of_six_digits_may_differ_by_one_and_by_no_more(value, steps):
    recorded = decimal_text(value)
    recomputed = decimal_text(float(recorded) + steps * last_digit(float(recorded)) / 1.001, 12)
    found = judge("quality.residual.value", recorded, recomputed)
    if steps == 0:
        assert found.outcome in {Outcome.SAME, Outcome.WITHIN}
    else:
        assert found.outcome is (Outcome.WITHIN if abs(steps) == 1 else Outcome.BEYOND)


def test_what_has_to_be_known_first_comes_first():
    assert worst([]) is Outcome.UNCHECKED
    assert worst([Outcome.SAME, Outcome.WITHIN]) is Outcome.WITHIN
    assert worst([Outcome.SAME, Outcome.INCOMPARABLE]) is Outcome.SAME
    assert worst([Outcome.INCOMPARABLE]) is Outcome.UNCHECKED
    assert worst([Outcome.UNCHECKED, Outcome.WITHIN]) is Outcome.UNCHECKED
    assert worst([Outcome.UPSTREAM, Outcome.BEYOND, Outcome.SAME]) is Outcome.BEYOND
