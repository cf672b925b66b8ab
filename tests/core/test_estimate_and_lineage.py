"""Estimates refuse what misleads; digests and canonical JSON are what others compute."""

import hashlib
import json
import math
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from osint_imagery.core.errors import InputError
from osint_imagery.core.estimate import Estimate, proportion
from osint_imagery.core.flags import UNUSABLE, Flag, describe
from osint_imagery.core.lineage import (
    Lineage,
    Step,
    canonical_json,
    decimal_text,
    digest_array,
    digest_bytes,
    digest_file,
    digest_from_multihash,
)

NAN, INF = float("nan"), float("inf")
TEXT = st.text(st.characters(max_codepoint=0xD7FF))  # where UTF-16 and code point order agree
BODY = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


def estimate(value: float, low: float, high: float, level: float = 0.95) -> Estimate:
    return Estimate(value=value, low=low, high=high, level=level, unit="px", method="test")


@pytest.mark.parametrize(
    ("value", "low", "high"), [(1, 2, 3), (4, 2, 3), (1, 3, 2), (NAN, 3, 2), (1, NAN, 2), (1, 0, NAN), (INF, 0, 5)]
)
def test_interval_that_does_not_hold_its_value_is_refused(value: float, low: float, high: float) -> None:
    with pytest.raises(InputError, match="does not hold"):
        estimate(value, low, high)


@pytest.mark.parametrize("level", [0, -0.1, 1.01, 95, NAN])
def test_impossible_coverage_is_refused(level: float) -> None:
    with pytest.raises(InputError, match="coverage"):
        estimate(1, 0, 2, level)


def test_interval_without_a_value_and_open_intervals_are_allowed() -> None:
    assert str(estimate(NAN, 0, 2)) == "(95% interval 0 to 2)"
    assert "bounds 0 to inf" in str(estimate(1, 0, INF, 1))


@settings(deadline=None)
@given(st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_proportion_has_the_exact_binomial_interval(counts: tuple[int, int]) -> None:
    hits, trials = counts
    ours, theirs = proportion(hits, trials), binomtest(hits, trials).proportion_ci(method="exact")
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high))


@pytest.mark.parametrize(("hits", "trials"), [(1, 0), (-1, 3), (4, 3)])
def test_impossible_counts_are_refused(hits: int, trials: int) -> None:
    with pytest.raises(InputError, match="is not a proportion"):
        proportion(hits, trials)


@given(BODY)
def test_canonical_json_is_what_sorted_compact_json_gives(body: object) -> None:
    expected = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert canonical_json(body) == expected  # type: ignore[arg-type]
    assert json.loads(canonical_json(body)) == body  # type: ignore[arg-type]


def test_canonical_json_sorts_keys_by_utf16_units() -> None:
    """RFC 8785 section 3.2.3: an emoji (surrogates D83D...) comes before U+FB33."""
    assert canonical_json({"\ufb33": 1, "\U0001f600": 2}) == '{"\U0001f600":2,"\ufb33":1}'.encode()


@pytest.mark.parametrize("number", [0.5, NAN, np.float64(1)])
def test_canonical_json_refuses_floats_and_says_where(number: float) -> None:
    with pytest.raises(InputError, match=r"body\.a\[1\]\.b is the float"):
        canonical_json({"a": [1, {"b": number}]})


@pytest.mark.parametrize("body", [{"a": 2**53}, {1: 2}, {"a": "\ud800"}, {"a": np.float32(1)}, {"a": {1}}])
def test_canonical_json_refuses_what_json_cannot_hold_exactly(body: dict[str, object]) -> None:
    with pytest.raises(InputError, match="cannot be canonical JSON"):
        canonical_json(body)  # type: ignore[arg-type]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_decimal_text_round_trips_at_full_precision(value: float) -> None:
    text = decimal_text(value, 17)
    assert "e" not in text.lower()
    assert float(text) == value
    assert text != "-0"
    assert decimal_text(float(text), 17) == text


@given(st.floats(-1e12, 1e12), st.integers(1, 15))
def test_decimal_text_keeps_so_many_significant_digits(value: float, digits: int) -> None:
    assert math.isclose(float(decimal_text(value, digits)), value, rel_tol=10 ** (1 - digits))
    assert len(Decimal(decimal_text(value, digits)).normalize().as_tuple().digits) <= digits


def test_decimal_text_of_what_is_not_finite_is_a_word() -> None:
    assert [decimal_text(x) for x in (NAN, INF, -INF, -0.0)] == ["nan", "infinity", "-infinity", "0"]


@given(st.binary(max_size=300))
def test_digest_of_bytes_is_sha256(data: bytes) -> None:
    expected = hashlib.sha256(data).hexdigest()
    assert digest_bytes(data) == f"sha256:{expected}"
    assert digest_from_multihash("1220" + expected) == f"sha256:{expected}"


def test_digest_of_a_file_is_that_of_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "big.bin"
    path.write_bytes(b"x" * (3 << 20) + b"y")
    assert digest_file(path) == "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()


def test_digest_of_an_array_depends_on_values_shape_and_type_only() -> None:
    array = np.arange(6, dtype="<f4").reshape(2, 3)
    expected = "sha256:" + hashlib.sha256(b"<f4(2, 3)" + array.tobytes()).hexdigest()
    assert digest_array(array) == expected
    assert digest_array(array.astype(">f4")) == expected
    assert digest_array(np.asfortranarray(array)) == expected
    others = (array.reshape(3, 2), array.astype("<f8"), array + 1)
    assert all(digest_array(other) != expected for other in others)


@pytest.mark.parametrize("text", ["", "1220" + "0" * 63, "1114" + "0" * 40, "1220" + "g" * 64, "sha256:" + "0" * 64])
def test_multihash_of_another_kind_is_never_taken_as_checked(text: str) -> None:
    with pytest.raises(InputError, match="not a SHA-256 multihash"):
        digest_from_multihash(text)


def test_lineage_keeps_order_and_does_not_repeat_shared_steps() -> None:
    read, align, detect = (Step(name=name, version="1") for name in ("read", "align", "detect"))
    joined = Lineage((read, align)).merged(Lineage((read, detect)))
    assert [step.name for step in joined.steps] == ["read", "align", "detect"]
    assert canonical_json(joined.to_json()).startswith(b'[{"inputs":[],"name":"read"')


def test_each_flag_has_its_own_bit_and_unobserved_is_never_clear() -> None:
    values = [int(flag) for flag in Flag if flag]
    assert len(set(values)) == len(values)
    assert all(value.bit_count() == 1 and value < 2**16 for value in values)
    assert Flag.NO_DATA in UNUSABLE
    assert Flag.FAILED_READ in UNUSABLE
    assert not UNUSABLE & (Flag.WATER | Flag.DARK | Flag.QUALITY_UNKNOWN)
    assert describe(Flag.NO_DATA | Flag.FAILED_READ) == "no data, failed read"
