import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from osint_imagery.core.errors import InputError
from osint_imagery.core.estimate import Estimate, proportion
from osint_imagery.evidence.assessment import LikelihoodRatio, PropositionLevel, least_minus, likelihood_ratio
from osint_imagery.evidence.combining import Dependence, combine, silent_throughout

rates = st.floats(0, 1)
counts = st.integers(0, 40)
CERTAIN = Estimate(value=1, low=1, high=1, level=1, unit="probability", method="given")


def distribution(weights: list[float]) -> tuple[float, ...]:
    total = sum(weights)
    return tuple(weight / total for weight in weights)


some = st.lists(st.floats(0.01, 1), min_size=1, max_size=6).map(distribution)


def one(found: int = 38, tried: int = 40, alarms: int = 1, pairs: int = 30) -> LikelihoodRatio:
    return likelihood_ratio(CERTAIN, proportion(found, tried), proportion(alarms, pairs), pairs)


def test_one_certain_look_is_the_plain_formula_and_none_says_nothing() -> None:
    for dependence in (Dependence.INDEPENDENT, Dependence.SHARED):
        assert silent_throughout((0.0, 1.0), proportion(36, 40), dependence).value == pytest.approx(0.1)
        assert silent_throughout((1.0, 0.0), proportion(36, 40), dependence).value == 1


def test_silence_agrees_with_counting() -> None:
    met, pod = (0.1, 0.4, 0.5), proportion(28, 40)
    assert silent_throughout(met, pod, Dependence.INDEPENDENT).value == pytest.approx(0.1 + 0.4 * 0.3 + 0.5 * 0.09)
    assert silent_throughout(met, pod, Dependence.SHARED).value == pytest.approx(1 - 0.9 * 0.7)


@given(some, counts, counts)
def test_lower_power_never_makes_silence_say_more(met: tuple[float, ...], found: int, other: int) -> None:
    low, high = sorted((found, other))
    for dependence in (Dependence.INDEPENDENT, Dependence.SHARED):
        assert silent_throughout(met, proportion(high, 40), dependence).value <= (
            silent_throughout(met, proportion(low, 40), dependence).value + 1e-12
        )


@given(some, counts)
@example(met=distribution([0.5, 0.2840884859493323]), found=20)  # equal bounds, but for rounding
def test_an_unknown_dependence_spans_both_and_has_no_value(met: tuple[float, ...], found: int) -> None:
    bounds = silent_throughout(met, proportion(found, 40), Dependence.UNKNOWN)
    assert math.isnan(bounds.value)
    for dependence in (Dependence.INDEPENDENT, Dependence.SHARED):
        known = silent_throughout(met, proportion(found, 40), dependence)
        assert bounds.low - 1e-12 <= known.low <= known.value <= known.high <= bounds.high + 1e-12


@given(st.integers(1, 60), st.integers(1, 200), rates, st.sampled_from(list(Dependence)))
def test_no_number_of_silent_looks_says_more_than_the_insertions_carry(
    looks: int, tried: int, part: float, dependence: Dependence
) -> None:
    pod = proportion(int(part * tried), tried)
    silence = silent_throughout((0.0,) * looks + (1.0,), pod, dependence)
    assert silence.low >= least_minus(tried) - 1e-12
    together = combine([one(int(part * tried), tried)] * looks, seen=[False] * looks, dependence=dependence)
    assert together.low >= least_minus(tried) - 1e-12


def test_thirty_silent_looks_stand_at_the_limit_of_forty_insertions() -> None:
    thirty = silent_throughout((0.0,) * 30 + (1.0,), proportion(36, 40), Dependence.INDEPENDENT)
    assert thirty.value == pytest.approx(1 - 0.05 ** (1 / 40))
    assert combine([one()] * 30, seen=[False] * 30, dependence=Dependence.INDEPENDENT).value == thirty.value


def test_independent_misses_multiply_and_shared_ones_add_nothing() -> None:
    silent = [one(28), one(28)]
    single = silent[0].minus
    assert single is not None
    both = combine(silent, seen=[False, False], dependence=Dependence.INDEPENDENT)
    assert both.value == pytest.approx(single.value**2)
    assert both.level == pytest.approx(0.9)
    same = combine(silent, seen=[False, False], dependence=Dependence.SHARED)
    assert same.value == single.value
    bounds = combine(silent, seen=[False, False], dependence=Dependence.UNKNOWN)
    assert math.isnan(bounds.value)
    assert (bounds.low, bounds.high) == (both.low, same.high)


def test_no_number_of_sightings_exceeds_the_cap_of_the_quiet_pairs() -> None:
    many = combine([one()] * 5, seen=[True] * 5, dependence=Dependence.INDEPENDENT)
    assert many.value == many.high == one().cap
    assert combine([one()] * 5, seen=[True] * 5, dependence=Dependence.SHARED).value <= many.value


def test_comparisons_that_contradict_each_other_leave_one_open() -> None:
    shared = combine([one(), one()], seen=[True, False], dependence=Dependence.SHARED)
    assert shared.low < shared.value == 1 < shared.high


@given(st.lists(st.booleans(), min_size=1, max_size=4), st.sampled_from(list(Dependence)))
def test_every_combination_is_an_interval(seen: list[bool], dependence: Dependence) -> None:
    got = combine([one()] * len(seen), seen=seen, dependence=dependence)
    assert 0 <= got.low <= got.high < math.inf


def test_what_cannot_be_combined_is_refused() -> None:
    with pytest.raises(InputError, match="1 ratios for 2 outcomes"):
        combine([one()], seen=[True, False], dependence=Dependence.SHARED)
    blind = likelihood_ratio(CERTAIN, None, proportion(1, 30), 30)
    with pytest.raises(InputError, match="leave the comparison out"):
        combine([blind], seen=[True], dependence=Dependence.SHARED)
    with pytest.raises(InputError, match="no distribution"):
        silent_throughout((0.5, 0.2), proportion(20, 40), Dependence.SHARED)
    with pytest.raises(InputError, match="was not counted"):
        silent_throughout((0.5, 0.5), CERTAIN, Dependence.SHARED)
    uncounted = likelihood_ratio(CERTAIN, CERTAIN, proportion(1, 30), 30)
    with pytest.raises(InputError, match="nothing limits the product"):
        combine([uncounted, one()], seen=[False, False], dependence=Dependence.INDEPENDENT)


def test_a_ratio_stays_at_its_level() -> None:
    assert one().at(PropositionLevel.OBJECT_CHANGE).plus == one().plus
    with pytest.raises(InputError, match=r"level='claim'.*stated assumptions"):
        one().at(PropositionLevel.CLAIM)
