"""Worse conditions never make silence say more: cloud, gaps, pixels, contrast and misregistration, to the ratio."""

import math
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from osint_imagery.core.claim import Target
from osint_imagery.core.estimate import Estimate, proportion
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.evidence.assessment import LikelihoodRatio, likelihood_ratio
from osint_imagery.evidence.combining import Dependence, silent_throughout
from osint_imagery.observe.detectability import Misregistration, closed_form_pod
from osint_imagery.observe.stay import look_probability, looks_met, share_covered
from osint_imagery.observe.wanted import planned_pod

START = datetime(2026, 5, 1, tzinfo=UTC)
WINDOW = TimeSpan(START, START + timedelta(days=30))
HAIR = 1e-9  # of rounding

looks = st.lists(st.floats(-5, 40), max_size=8, unique=True)
dwells = st.none() | st.floats(0.5, 35)
chances = st.floats(0, 1)
contrasts = st.floats(0.001, 0.5)
noises = st.floats(0.002, 0.1)
sides = st.floats(0.3, 12)


def sure(value: float) -> Estimate:
    return Estimate(value=value, low=value, high=value, level=1, unit="probability", method="given")


def weighed(p_look: float, pod: float, far: float = 0.02) -> LikelihoodRatio:
    return likelihood_ratio(sure(p_look), sure(pod), sure(far), 100)


def says_no_more(worse: LikelihoodRatio, better: LikelihoodRatio) -> None:
    """|log LR-| and LR+ of the worse case are not above those of the better, at value and both ends."""
    assert worse.minus is not None
    assert better.minus is not None
    assert worse.plus is not None
    assert better.plus is not None
    for end in ("low", "value", "high"):
        assert getattr(worse.minus, end) >= getattr(better.minus, end) - HAIR
        assert getattr(worse.plus, end) <= getattr(better.plus, end) + 1e-6
        assert getattr(worse.minus, end) <= 1 + HAIR  # silence never counts for the target


def seen_at(days: list[float]) -> list[TimeSpan]:
    return [TimeSpan(START + timedelta(days=day)) for day in days]


@given(looks, st.data(), dwells, st.integers(0, 40))
def test_more_cloud_never_makes_silence_say_more(
    days: list[float], data: st.DataObject, dwell: float | None, found: int
):
    pod = found / 40
    left = data.draw(st.lists(st.sampled_from(days), unique=True)) if days else []
    clear, cloudy = (share_covered(seen_at(some), WINDOW, dwell) for some in (days, left))
    says_no_more(weighed(cloudy, pod), weighed(clear, pod))
    for dependence in (Dependence.INDEPENDENT, Dependence.SHARED):
        silence = [
            silent_throughout(looks_met(seen_at(some), WINDOW, dwell), proportion(found, 40), dependence)
            for some in (left, days)
        ]
        assert silence[0].value >= silence[1].value - HAIR


@given(revisit=st.floats(0.5, 60), longer=st.floats(1, 4), dwell=st.floats(0.1, 60), clear=chances, pod=chances)
def test_longer_gaps_never_make_silence_say_more(
    *, revisit: float, longer: float, dwell: float, clear: float, pod: float
) -> None:
    often, seldom = (look_probability(days, dwell, clear) for days in (revisit, revisit * longer))
    says_no_more(weighed(seldom, pod), weighed(often, pod))


@given(
    contrast=contrasts,
    noise=noises,
    pixels=st.tuples(st.floats(1, 60), st.floats(1, 60)),
    size=st.tuples(sides, sides),
    p_look=chances,
)
def test_coarser_pixels_never_make_silence_say_more(
    *, contrast: float, noise: float, pixels: tuple[float, float], size: tuple[float, float], p_look: float
) -> None:
    fine, coarse = (
        closed_form_pod(contrast, noise, (10 * size[0] / gsd, 10 * size[1] / gsd)) for gsd in sorted(pixels)
    )
    says_no_more(weighed(p_look, coarse), weighed(p_look, fine))
    target = Target(what="thing", length_m=10 * size[0], width_m=10 * size[1], contrast={"red": contrast})
    planned = [planned_pod(target, gsd, ["red"]) for gsd in sorted(pixels)]
    assert planned[0] is not None
    assert planned[1] is not None
    assert planned[1].middle <= planned[0].middle + HAIR


@given(st.tuples(contrasts, contrasts), noises, sides, chances)
def test_lower_contrast_never_makes_silence_say_more(
    contrast: tuple[float, float], noise: float, side: float, p_look: float
) -> None:
    faint, strong = (closed_form_pod(value, noise, side) for value in sorted(contrast))
    says_no_more(weighed(p_look, faint), weighed(p_look, strong))
    assert closed_form_pod(-min(contrast), noise, side) == faint  # darker is as good as brighter


@given(
    contrast=contrasts,
    noise=noises,
    side=sides,
    shift=st.tuples(st.floats(0, 3), st.floats(0, 3)),
    gradient=st.floats(0, 0.3),
    p_look=chances,
)
def test_more_misregistration_never_makes_silence_say_more(
    *, contrast: float, noise: float, side: float, shift: tuple[float, float], gradient: float, p_look: float
) -> None:
    well, badly = (
        closed_form_pod(contrast, noise, side, misregistration=Misregistration(sigma_px=sigma, gradient=gradient))
        for sigma in sorted(shift)
    )
    aligned = closed_form_pod(contrast, noise, side)
    says_no_more(weighed(p_look, badly), weighed(p_look, well))
    says_no_more(weighed(p_look, well), weighed(p_look, aligned))


@given(chances, chances, st.tuples(st.floats(0, 0.9), st.floats(0, 0.9)))
def test_more_false_alarms_never_make_silence_or_sight_say_more(
    p_look: float, pod: float, far: tuple[float, float]
) -> None:
    few, many = sorted(far)
    says_no_more(weighed(p_look, pod, many), weighed(p_look, pod, few))


def test_the_worst_case_says_nothing_and_the_best_nearly_everything() -> None:
    worst, best = weighed(0, 0.99), weighed(1, 0.99)
    assert worst.minus is not None
    assert best.minus is not None
    assert worst.minus.value == 1
    assert math.isclose(best.minus.value, 0.01, rel_tol=1e-6)
