"""That quiet pairs share their dates is told, by the pairs that count."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

from osint_imagery.core.timespan import TimeSpan
from osint_imagery.evidence.wording import ratio_sentence


def test_quiet_pairs_that_share_their_dates_are_told(case: Any) -> None:
    shared = ratio_sentence(case.find())  # Q0/Q1, Q1/Q2, ...
    assert "The 30 quiet pairs are made of 31 dates and so not independent" in shared
    apart = ratio_sentence(case.find(quiet=tuple((f"A{i}", f"B{i}") for i in range(30))))
    assert "not independent" not in apart
    one = case.find()
    day = [TimeSpan(f"2025-06-{number:02d}") for number in range(1, 12)]
    calibration = replace(one.detections.changes.calibration, quiet_dates=tuple(pairwise(day)), count=10)
    fewer = replace(one.detections, changes=replace(one.detections.changes, calibration=calibration))
    assert "The 10 quiet pairs are made of 11 dates" in ratio_sentence(replace(one, detections=fewer))
