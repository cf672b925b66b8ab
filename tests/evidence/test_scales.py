import pytest
from hypothesis import given
from hypothesis import strategies as st

from osint_imagery.core.errors import InputError
from osint_imagery.core.estimate import Estimate
from osint_imagery.evidence.scales import (
    Confidence,
    confidence_sentence,
    likelihood_sentence,
    likelihood_words,
    support_words,
)

MIRROR = {
    "below 1%": "above 99%",
    "almost no chance": "almost certain",
    "very unlikely": "very likely",
    "unlikely": "likely",
    "roughly even chance": "roughly even chance",
}


def word(p: float) -> str:
    return likelihood_words(p).split(" (")[0]


@given(st.floats(1e-9, 1 - 1e-9))
def test_the_word_for_the_complement_is_the_mirror(p: float) -> None:
    both = {**MIRROR, **{b: a for a, b in MIRROR.items()}}
    assert word(1 - p) == both[word(p)]


@given(st.integers(1, 9999))
def test_mirror_holds_on_every_basis_point(points: int) -> None:
    both = {**MIRROR, **{b: a for a, b in MIRROR.items()}}
    assert word((10_000 - points) / 10_000) == both[word(points / 10_000)]


@pytest.mark.parametrize(
    ("p", "expected"),
    [
        (0.0099, "below 1%"),
        (0.01, "almost no chance"),
        (0.05, "very unlikely"),
        (0.2, "unlikely"),
        (0.45, "roughly even chance"),
        (0.55, "roughly even chance"),
        (0.5501, "likely"),
        (0.8, "likely"),
        (0.95, "very likely"),
        (0.99, "almost certain"),
        (0.991, "above 99%"),
    ],
)
def test_edges_follow_the_rule(p: float, expected: str) -> None:
    assert word(p) == expected


@pytest.mark.parametrize("p", [0.0, 1.0, -0.1, float("nan")])
def test_certainty_is_refused(p: float) -> None:
    with pytest.raises(InputError, match="never claimed"):
        likelihood_words(p)


def test_an_interval_over_several_bands_prints_all_of_them() -> None:
    p = Estimate(value=0.5, low=0.3, high=0.7, level=0.95, unit="probability", method="x")
    assert "unlikely (20-45%) to roughly even chance (45-55%) to likely (55-80%)" in likelihood_sentence(p, "it")


def test_an_interval_beyond_the_scale_keeps_its_bound() -> None:
    p = Estimate(value=0.03, low=0.001, high=0.1, level=0.95, unit="probability", method="x")
    sentence = likelihood_sentence(p, "it")
    assert "below 1% (no word on the ICD 203 scale) to almost no chance (1-5%) to very unlikely (5-20%)" in sentence


def test_likelihood_and_confidence_never_share_a_sentence() -> None:
    p = Estimate(value=0.9, low=0.85, high=0.93, level=0.95, unit="probability", method="x")
    assert "confidence" not in likelihood_sentence(p, "it")
    with pytest.raises(InputError, match="another sentence"):
        confidence_sentence(Confidence.HIGH, ["it is very likely"])


def test_confidence_needs_reasons() -> None:
    with pytest.raises(InputError, match="with its reasons"):
        confidence_sentence(Confidence.HIGH, [])


@pytest.mark.parametrize(
    ("ratio", "expected"),
    [
        (1.0, "no useful support either way"),
        (1.99, "no useful support either way"),
        (2.0, "weak support for H1 over H0"),
        (10.0, "moderate support for H1 over H0"),
        (100.0, "moderately strong support for H1 over H0"),
        (1000.0, "strong support for H1 over H0"),
        (10_000.0, "very strong support for H1 over H0"),
        (1_000_000.0, "extremely strong support for H1 over H0"),
        (0.51, "no useful support either way"),
        (0.5, "weak support for H0 over H1"),
        (0.0, "extremely strong support for H0 over H1"),
    ],
)
def test_support_steps_are_half_open_and_inverted_below_one(ratio: float, expected: str) -> None:
    assert support_words(ratio) == expected


def test_a_negative_ratio_is_refused() -> None:
    with pytest.raises(InputError, match="ratio="):
        support_words(-1)
