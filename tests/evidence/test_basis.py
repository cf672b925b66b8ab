"""Confidence by a rule that anybody can apply again; it never says how likely anything is."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.items import CAME, NOT, item, link, ratio

from osint_imagery.core.lineage import canonical_json, digest_bytes
from osint_imagery.core.texts import WEIGHING
from osint_imagery.evidence.assessed import RULES
from osint_imagery.evidence.basis import Basis, confidence_of
from osint_imagery.evidence.leaving_out import Case, left_out
from osint_imagery.evidence.scales import Confidence, confidence_sentence

GOOD = Basis(items=2, groups=2, quiet_pairs=25, usable=1.0, residual_px=0.2, hangs_on_one=False)
SHORT: tuple[dict[str, Any], ...] = (
    {"groups": 1},
    {"hangs_on_one": True},
    {"quiet_pairs": 12},
    {"usable": 0.8},
    {"residual_px": 0.7},
    {"residual_px": float("inf")},
    {"open_explanations": 1},
    {"unproven": True},
)
GRAVE: tuple[dict[str, Any], ...] = (
    {"items": 0},
    {"contradicting": True},
    {"simulated": True},
    {"quiet_pairs": 9},
    {"quiet_pairs": 0},
)


def level(**changed: Any) -> Confidence:
    return confidence_of(replace(GOOD, **changed))[0]


def test_a_basis_without_shortcomings_is_high() -> None:
    assert confidence_of(GOOD) == (
        Confidence.HIGH,
        (
            "2 groups share nothing, and none is needed alone",
            "25 quiet pairs stand behind the least calibrated item",
            "of each place 100% was usable",
            "alignment left at most 0.2 px",
        ),
    )


@pytest.mark.parametrize("changed", SHORT)
def test_each_shortcoming_takes_high_away(changed: dict[str, Any]) -> None:
    assert level(**changed) is Confidence.MODERATE


@pytest.mark.parametrize("changed", GRAVE)
def test_each_grave_shortcoming_is_low(changed: dict[str, Any]) -> None:
    assert level(**changed) is Confidence.LOW


def test_three_shortcomings_are_low() -> None:
    assert level(groups=1, usable=0.5) is Confidence.MODERATE
    assert level(groups=1, usable=0.5, unproven=True) is Confidence.LOW


@pytest.mark.parametrize(
    ("groups", "hangs"),
    [(groups, hangs) for groups, hangs in product((1, 2, 5), (True, False)) if groups == 1 or hangs],
)
def test_it_is_never_high_where_the_answer_hangs_on_one_scene(groups: int, hangs: bool) -> None:
    assert level(groups=groups, hangs_on_one=hangs) is not Confidence.HIGH


@given(
    st.builds(
        Basis,
        items=st.integers(0, 3),
        groups=st.integers(0, 3),
        contradicting=st.booleans(),
        simulated=st.booleans(),
        unproven=st.booleans(),
        quiet_pairs=st.integers(0, 40),
        usable=st.floats(0, 1),
        residual_px=st.floats(0, 2) | st.just(float("inf")),
        open_explanations=st.integers(0, 8),
        hangs_on_one=st.booleans(),
    )
)
def test_every_basis_has_reasons_that_fit_into_a_sentence_on_confidence(basis: Basis) -> None:
    found, reasons = confidence_of(basis)
    assert found.value in confidence_sentence(found, reasons)


def test_what_the_rules_say_is_pinned_to_their_version() -> None:
    """If this fails, the same records give another assessment: raise RULES in evidence/assessed.py, then pin again.

    Stored assessments are made again and compared byte for byte; those of older rules must not be called altered.
    """
    case = Case(
        hypotheses=(CAME, NOT),
        imagery=(
            item("ship", ratio(3, 4, 5), scenes=("S1",)),
            item("crane", ratio(0.2, 0.3, 0.4), scenes=("S1",)),
            item("rail", ratio(0.5, None, 1), scenes=("S2",)),
        ),
        sources=(),
        links=(link("ship", "crane"),),
    )
    whole = case.weighed()
    made = [part.model_dump(mode="json") for part in (*whole.rows, *whole.pairs, *whole.rankings)]
    made += [part.model_dump(mode="json") for part in left_out(case, whole)]
    told = [str(confidence_of(replace(GOOD, **changed))) for changed in (*SHORT, *GRAVE)]
    pinned = {
        "1": "sha256:771d31e1d6d13652cb01fd0a3a92891b0f9a78ac0b90174a1d8181bdd2b1bd09",
        "2": "sha256:f022d6ba064fff66106e4ea10a239eddd9eb602c91117690d66382ecf7e621ad",
    }
    assert pinned[RULES] == digest_bytes(canonical_json([dict(WEIGHING), made, told]))
