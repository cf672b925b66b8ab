from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from shapely.geometry import box

from osint_imagery.change.detections import Verdict
from osint_imagery.core.claim import Change, DetectionLevel
from osint_imagery.core.estimate import Estimate
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.evidence.consistency import contradictions
from osint_imagery.evidence.decision import compared_looks
from osint_imagery.evidence.finding import Answer
from osint_imagery.evidence.fitting import expected_sign
from osint_imagery.evidence.record import record_of
from osint_imagery.observe.coverage import LookState
from osint_imagery.observe.resolution import resolution

Make = dict[str, Callable[..., Any]]


def area(value: float) -> Estimate:
    return Estimate(value=value, low=value, high=value, level=1, unit="m2", method="given")


def test_a_fitting_detection_is_seen_and_bracketed(case: Any) -> None:
    finding = case.find()
    assert finding.answer is Answer.SEEN
    assert "consistent with" in finding.reason
    assert finding.bracket == (finding.scenes[0].acquired, finding.scenes[1].acquired)
    assert "shadow (not tested)" in finding.reason
    assert "misregistration" not in finding.reason


def launcher(case: Any) -> Any:
    target = case.claim.predictions[0].target.model_copy(update={"length_m": 13.4, "width_m": 3.0})
    return case.claim.predictions[0].model_copy(update={"target": target})


@pytest.mark.parametrize(("found", "tried"), [(0, 40), (1, 40), (0, 0)])
def test_a_target_below_the_pixels_could_not_have_been_seen_whatever_was_outlined(
    case: Any, make: Make, found: int, tried: int
) -> None:
    prediction = launcher(case)
    finding = case.find(
        prediction=prediction, resolution=resolution(prediction.target, 10), power=make["power"](found, tried)
    )
    assert finding.answer is Answer.NOT_OBSERVABLE
    assert "too coarse" in finding.reason
    assert (f"found {found} of {tried} times" in finding.reason) == (tried > 0)


def test_a_small_bright_target_that_insertion_finds_is_not_called_unobservable(case: Any, make: Make) -> None:
    """A form takes pixels, a bright point does not: what was measured in these pixels goes before the rule of size."""
    prediction = launcher(case)
    allowed = resolution(prediction.target, 10)
    assert not allowed.sufficient
    nothing = make["detections"](verdict=Verdict.NO_CHANGE_FOUND)
    silent = case.find(prediction=prediction, resolution=allowed, power=make["power"](40, 40), detections=nothing)
    assert silent.answer is Answer.NOT_SEEN
    spot = make["detection"](area=area(90))
    seen = case.find(
        prediction=prediction, resolution=allowed, power=make["power"](26, 40), detections=make["detections"](spot)
    )
    assert seen.answer is Answer.SEEN
    higher = prediction.model_copy(update={"level": DetectionLevel.RECOGNITION})
    assert case.find(prediction=higher, resolution=allowed, power=make["power"](40, 40)).answer is Answer.NOT_OBSERVABLE


@pytest.mark.parametrize(("side", "answer"), [(35, Answer.SEEN), (20, Answer.SEEN), (8, Answer.UNDETERMINED)])
def test_a_change_much_larger_than_the_target_is_not_the_target(case: Any, side: float, answer: Answer) -> None:
    target = case.claim.predictions[0].target.model_copy(update={"length_m": side, "width_m": side})
    prediction = case.claim.predictions[0].model_copy(update={"target": target})
    finding = case.find(prediction=prediction)  # 1,200 m2 (900 to 1,500) was found, in pixels of 10 m
    assert finding.answer is answer
    if answer is Answer.UNDETERMINED:
        assert "19 times as large" in finding.reason
    open_ended = prediction.model_copy(update={"target": target.model_copy(update={"at_least": True})})
    assert case.find(prediction=open_ended).answer is (Answer.UNDETERMINED if side == 35 else Answer.SEEN)


def of_size(case: Any, make: Make, value: float, high: float, *, at_least: bool, side: float = 50) -> Any:
    target = case.claim.predictions[0].target.model_copy(
        update={"length_m": side, "width_m": side, "at_least": at_least}
    )
    prediction = case.claim.predictions[0].model_copy(update={"target": target})
    size = Estimate(value=value, low=0.8 * value, high=high, level=0.9, unit="m2", method="pixels")
    return case.find(
        prediction=prediction,
        detections=make["detections"](make["detection"](area=size)),
        resolution=resolution(target, 10),
    )


@pytest.mark.parametrize(
    ("value", "high", "at_least", "answer"),
    [
        (1355, 2556, True, Answer.UNDETERMINED),  # only the upper end reaches "50 x 50 m and more"
        (2499, 3100, True, Answer.UNDETERMINED),
        (2500, 3100, True, Answer.SEEN),
        (9000, 9900, True, Answer.SEEN),
        (2300, 2556, False, Answer.SEEN),  # "about 50 x 50 m": the size lies in the interval
        (1355, 2556, False, Answer.SEEN),
        (1240, 2556, False, Answer.UNDETERMINED),  # less than half of it
        (2300, 2499, False, Answer.NOT_SEEN),  # smaller, and surely so
    ],
)
def test_a_size_is_met_by_the_estimate_and_not_by_the_end_of_its_interval_alone(
    *, case: Any, make: Make, value: float, high: float, at_least: bool, answer: Answer
) -> None:
    finding = of_size(case, make, value, high, at_least=at_least)
    assert finding.answer is answer
    assert len(finding.fitting) == (answer is Answer.SEEN)
    told = f"smaller than a shed ({'at least ' if at_least else ''}2,500 m²): it may be as large only by the upper end"
    assert (told in finding.reason) == (answer is Answer.UNDETERMINED and high >= 2500)


def test_a_record_knows_that_a_size_is_a_threshold_and_holds_its_detections_to_it(
    *, case: Any, make: Make, at: datetime
) -> None:
    finding = of_size(case, make, 2600, 3100, at_least=True)
    record = record_of(case.claim, finding, accessed=at, created=at, software="x 1")
    assert record.object_model.at_least
    assert contradictions(record) == ()
    small = record.detections[0].area.model_copy(update={"value": "2400"})
    false = record._with(detections=(record.detections[0].model_copy(update={"area": small}),))
    assert "detection 1 fits the prediction, and is smaller than it" in contradictions(false)
    plain = record_of(case.claim, case.find(), accessed=at, created=at, software="x 1")
    assert b"at_least" not in plain.body()


def test_a_level_above_the_pixels_could_not_have_been_seen(case: Any) -> None:
    prediction = case.claim.predictions[0].model_copy(update={"level": DetectionLevel.IDENTIFICATION})
    finding = case.find(prediction=prediction)
    assert finding.answer is Answer.NOT_OBSERVABLE
    assert "identification" in finding.reason


def test_no_usable_look_in_the_stay_could_not_have_been_seen_and_names_the_looks_around(case: Any, make: Make) -> None:
    looks = (
        make["look"]("S1", "2026-04-28"),
        make["look"]("S5", "2026-05-04", LookState.UNUSABLE),
        make["look"]("S2", "2026-05-13"),
    )
    finding = case.find(coverage=make["coverage"](*looks, p_look=make["sure"](0.0)), detections=None)
    assert finding.answer is Answer.NOT_OBSERVABLE
    assert "S1 on 2026-04-28 (UTC day, time unknown)" in finding.reason
    assert "S2" in finding.reason
    assert "S5" not in finding.reason


def test_looks_of_unknown_quality_are_undetermined_not_unseen(case: Any, make: Make) -> None:
    looks = (make["look"]("S5", "2026-05-04", LookState.UNKNOWN),)
    finding = case.find(coverage=make["coverage"](*looks, p_look=make["sure"](0.0)), detections=None)
    assert finding.answer is Answer.UNDETERMINED
    assert "no known quality" in finding.reason


def test_nothing_compared_is_undetermined_with_the_reason(case: Any) -> None:
    finding = case.find(detections=None, scenes=())
    assert finding.answer is Answer.UNDETERMINED
    assert "no usable pair" in finding.reason


def test_a_failed_comparison_is_undetermined_with_its_failure(case: Any) -> None:
    finding = case.find(detections=None, failure="the images could not be aligned")
    assert finding.answer is Answer.UNDETERMINED
    assert finding.reason == "the comparison failed: the images could not be aligned"


def test_an_undetermined_comparison_keeps_its_reason(case: Any, make: Make) -> None:
    found = make["detections"](
        make["detection"](), verdict=Verdict.UNDETERMINED, reason="the images could not be aligned"
    )
    finding = case.find(detections=found)
    assert finding.answer is Answer.UNDETERMINED
    assert finding.reason == "the images could not be aligned"


@pytest.mark.parametrize(
    "changed",
    [
        {"sign": -1},
        {"area": area(300)},
        {"outline": box(37, 45, 37.1, 45.1)},
    ],
    ids=["sign contrary", "below a third of the area", "outside the place"],
)
def test_a_detection_that_does_not_fit_is_not_the_target(case: Any, make: Make, changed: dict[str, object]) -> None:
    finding = case.find(detections=make["detections"](make["detection"](**changed)))
    assert finding.answer is Answer.NOT_SEEN
    assert finding.fitting == ()
    assert finding.bracket is None


def test_an_area_that_cannot_be_as_large_does_not_fit_and_a_much_larger_one_is_told(case: Any, make: Make) -> None:
    assert case.find(detections=make["detections"](make["detection"](area=area(1_200)))).answer is Answer.SEEN
    assert case.find(detections=make["detections"](make["detection"](area=area(1_190)))).answer is not Answer.SEEN
    finding = case.find(detections=make["detections"](make["detection"](area=area(12_000))))
    assert "10 times as large" in finding.reason


def test_a_detection_without_the_verdict_changed_is_not_seen(case: Any, make: Make) -> None:
    found = make["detections"](make["detection"](), verdict=Verdict.NO_CHANGE_FOUND)
    assert case.find(detections=found).answer is Answer.NOT_SEEN


def test_not_seen_with_little_power_is_undetermined(case: Any, make: Make) -> None:
    finding = case.find(
        detections=make["detections"](verdict=Verdict.NO_CHANGE_FOUND), power=make["power"](found=25, tried=60)
    )
    assert finding.answer is Answer.UNDETERMINED
    assert "bears little on the claim" in finding.reason


def test_not_seen_without_quiet_pairs_is_undetermined_unless_bounds_suffice(case: Any, make: Make) -> None:
    finding = case.find(
        detections=make["detections"](verdict=Verdict.NO_CHANGE_FOUND), power=make["power"](pairs=0), quiet=()
    )
    assert finding.answer is Answer.UNDETERMINED


def test_not_seen_without_any_power_is_undetermined(case: Any, make: Make) -> None:
    finding = case.find(detections=make["detections"](verdict=Verdict.NO_CHANGE_FOUND), power=None)
    assert finding.answer is Answer.UNDETERMINED
    assert "not known" in finding.reason


def test_a_target_that_insertion_never_finds_could_not_have_been_seen(case: Any, make: Make) -> None:
    finding = case.find(
        detections=make["detections"](verdict=Verdict.NO_CHANGE_FOUND), power=make["power"](found=0, tried=200)
    )
    assert finding.answer is Answer.NOT_OBSERVABLE
    assert "0 of 200" in finding.reason


def test_looks_that_miss_the_stay_say_nothing(case: Any, make: Make) -> None:
    prediction = case.claim.predictions[0].model_copy(update={"dwell_days": 2.0})
    finding = case.find(prediction=prediction, coverage=make["coverage"](p_look=make["sure"](0.5)))
    assert finding.answer is Answer.UNDETERMINED
    assert "compare two that do" in finding.reason


def test_what_is_in_both_pictures_does_not_count_as_looked_at(case: Any) -> None:
    prediction = case.claim.predictions[0]
    after = TimeSpan("2026-05-13T08:00:00Z")
    early, late = TimeSpan("2026-04-28T08:00:00Z"), TimeSpan("2026-05-11T08:00:00Z")
    assert compared_looks(prediction, (early, after)).value == 1
    assert compared_looks(prediction, (late, after)).value == 0
    half = compared_looks(prediction, (TimeSpan("2026-05-06T00:00:00Z"), after))
    assert half.value == pytest.approx(0.5, abs=0.001)


def test_a_day_without_an_hour_keeps_its_bounds(case: Any) -> None:
    prediction = case.claim.predictions[0]
    p_look = compared_looks(prediction, (TimeSpan("2026-04-28"), TimeSpan("2026-05-06")))
    assert p_look.low < p_look.value < p_look.high


@pytest.mark.parametrize(
    ("change", "contrast", "sign"),
    [
        (Change.APPEARS, {"red": 0.2}, 1),
        (Change.APPEARS, {"red": -0.2, "nir": -0.1}, -1),
        (Change.DISAPPEARS, {"red": 0.2}, -1),
        (Change.CHANGES, {"red": 0.2}, 0),
        (Change.APPEARS, {"red": 0.2, "nir": -0.1}, 1),
        (Change.APPEARS, {"red": 0.2, "blue": -0.1, "nir": 0.1}, 0),
        (Change.APPEARS, {"nir": -0.1}, -1),
        (Change.APPEARS, None, 0),
    ],
)
def test_the_expected_sign_is_only_assumed_where_the_claim_states_it(
    case: Any, change: Change, contrast: dict[str, float] | None, sign: int
) -> None:
    prediction = case.claim.predictions[0]
    target = prediction.target.model_copy(update={"contrast": contrast})
    assert expected_sign(prediction.model_copy(update={"target": target, "change": change})) == sign
