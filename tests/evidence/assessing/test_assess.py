"""From records and sources to a stored assessment, and back: it has to follow from its records."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import jsonschema
import pytest

from osint_imagery.core.errors import InputError, InputTypeError, VerificationError
from osint_imagery.core.lineage import digest_bytes
from osint_imagery.evidence.assessed import Assessment, read_assessment
from osint_imagery.evidence.schemas import schemas
from osint_imagery.evidence.verify import verify
from osint_imagery.workflow.assessing import assess


def test_a_third_hypothesis_that_expects_the_same_is_not_told_apart(written: Any, at: datetime) -> None:
    got = assess(written(shed={}, crane={}), clock=lambda: at)
    pair = got.pair("built", "moved")
    assert [term.bearing for term in pair.terms] == ["does not discriminate"] * 2
    assert "“moved” says nothing about it" in pair.terms[0].reason
    assert "“moved” expects it" in pair.terms[1].reason
    assert pair.words == "no useful support either way"


def test_nothing_usable_is_undetermined_with_its_reasons(
    written: Any, make: dict[str, Callable[..., Any]], at: datetime
) -> None:
    coverage = make["coverage"](p_look=make["sure"](0.0))
    nobody = {"detections": None, "power": None, "scenes": (), "quiet": (), "coverage": coverage}
    got = assess(written(shed=nobody), clock=lambda: at)
    assert got.outcome == "undetermined"
    assert got.pair("built", "nothing").any_dependence is None
    assert [one.state for one in got.imagery] == ["could not have been seen", "not examined"]
    assert any("the imagery would look the same either way" in why for why in got.undetermined_because)
    assert any("no record examines this prediction" in why for why in got.undetermined_because)
    assert got.confidence.reasons == ("no item of imagery has a ratio",)
    assert any("a usable look at the quay within" in line for line in got.would_change_it)
    assert got.updates == ()


def test_weak_silence_has_bounds_that_hold_one(
    written: Any, silence: dict[str, Any], make: dict[str, Callable[..., Any]], at: datetime
) -> None:
    weak = {**silence, "power": make["power"](found=20, tried=60)}
    got = assess(written(shed=weak, crane={}), clock=lambda: at)
    worth = got.imagery[0].worth
    assert got.imagery[0].state == "undetermined"
    assert worth is not None
    assert worth.value is None
    assert float(worth.low) < 1 <= float(worth.high)
    assert not got.matrix[0].counted


def test_a_sighting_whose_ratio_was_not_measured_is_open_upwards_and_gets_no_word(
    written: Any, make: dict[str, Callable[..., Any]], at: datetime
) -> None:
    unmeasured = {"power": make["power"](found=0, tried=0, pairs=0)}
    got = assess(written(shed=unmeasured), priors=(0.5,), prior_reason="an even mind", clock=lambda: at)
    assert got.imagery[0].state == "seen"
    worth = got.imagery[0].worth
    assert worth is not None
    assert (worth.value, worth.low, worth.high) == (None, "1", "infinity")
    assert (got.outcome, got.matrix[0].counted) == ("undetermined", False)
    assert any("shed: the probability of detection was not measured" in why for why in got.undetermined_because)
    assert [(row.low, row.high) for row in got.updates] == [("0.5", None)]
    assert "50 % or more: no word, for the interval is open at an end" in got.summary()


def test_sources_count_once_for_each_origin_and_never_as_numbers(written: Any, at: datetime) -> None:
    got = assess(written(shed={}), clock=lambda: at)
    counted = {one.id: one.counted for one in got.sources}
    assert [counted[f"source {n}"] for n in range(1, 8)] == [False, True, True, False, False, False, True]
    reasons = [one.reason for one in got.sources]
    assert "does not say what it speaks for" in reasons[0]
    assert "a party to the claim" in reasons[3]
    assert "a scene that the imagery counts already" in reasons[4]
    assert "speaks alike for every hypothesis" in reasons[5]
    (others,) = [one for one in got.rankings if one.share == "other sources"]
    assert {rank.hypothesis: rank.inconsistent for rank in others.ranks} == {"built": 1, "nothing": 1, "moved": 0}
    assert all(row.diagnosticity is None for row in got.matrix if row.share == "other sources")
    assert "independent ones inconsistent with “built”: 1, “nothing”: 1, “moved”: 0" in got.others_say


def test_priors_make_a_table_and_no_word_is_given_without(written: Any, at: datetime) -> None:
    folder = written(shed={})
    plain = assess(folder, clock=lambda: at)
    assert plain.updates == ()
    assert "likely" not in plain.summary()
    got = assess(folder, priors=(0.5, 0.1), prior_reason="from doubt to an even mind", clock=lambda: at)
    pair = got.pair("built", "nothing")
    assert pair.any_dependence is not None
    low = float(pair.any_dependence.low)
    assert [row.prior for row in got.updates] == ["0.1", "0.5"]
    assert [float(row.low or 0) for row in got.updates] == pytest.approx([low / (low + 9), low / (1 + low)])
    assert "Nothing of this is for the claim" in got.summary()
    for sentence in got.summary().replace("\n", " ").split(". "):
        assert not ("confidence" in sentence and "likely" in sentence)


@pytest.mark.parametrize(
    ("priors", "reason", "words"),
    [
        ((0.5,), "", "prior_reason='' is empty"),
        ((0.5,), "  ", "is empty"),
        ((), "because", "without priors"),
        ((0.5, 1.0), "because", "outside 0.01 to 0.99"),
        ((float("nan"),), "because", "outside 0.01 to 0.99"),
    ],
)
def test_a_prior_without_a_reason_or_beyond_doubt_is_refused(
    written: Any, priors: tuple[float, ...], reason: str, words: str
) -> None:
    with pytest.raises(InputError, match=words):
        assess(written(shed={}), priors=priors, prior_reason=reason)


def test_what_is_no_claim_file_is_refused() -> None:
    with pytest.raises(InputTypeError, match="dossier=5 is no"):
        assess(5)  # type: ignore[arg-type]
    with pytest.raises(VerificationError, match="not a dossier"):
        assess("nowhere")


def test_the_body_is_canonical_meets_its_schema_and_reads_back(written: Any, at: datetime) -> None:
    got = assess(written(shed={}, crane={}), priors=(0.3,), prior_reason="because", clock=lambda: at)
    jsonschema.validate(json.loads(got.body()), json.loads(schemas()["assessment.schema.json"]))
    assert read_assessment(got.body()) == got
    assert got.digest == digest_bytes(got.body())
    with pytest.raises(InputError, match="canonical"):
        read_assessment(got.body() + b"\n")
    with pytest.raises(InputError, match="assessment: level"):
        read_assessment(got.body().replace(b'"level":"object change","links"', b'"level":"claim","links"'))


def test_it_shows_itself_escaped(written: Any, at: datetime) -> None:
    got = assess(written(shed={}, crane={}), clock=lambda: at)
    hostile = got.model_copy(update={"others_say": "<script>alert(1)</script>"})
    page = hostile._repr_html_()
    assert "<script>" not in page
    assert page.count("<tr>") == 1 + len(got.matrix)
    assert "<td>inconsistent</td>" in page
    assert repr(got).startswith("Assessment('port-shed': built against nothing: ")


def test_other_pairs_are_refused_by_name(written: Any) -> None:
    with pytest.raises(InputError, match="is no pair"):
        assess(written(shed={})).pair("nothing", "built")


def test_equal_records_give_equal_bytes(written: Any, at: datetime) -> None:
    folder = written(shed={}, crane={})
    assert assess(folder, clock=lambda: at).body() == assess(folder.path, clock=lambda: at).body()


def test_a_stored_assessment_verifies(written: Any, at: datetime) -> None:
    folder = written(shed={}, crane={})
    path = folder.add_assessment(assess(folder, clock=lambda: at), at=at)
    assert path.relative_to(folder.path).as_posix() == "assessments/0001.json"
    assert folder.entries[-1].kind == "assessment_added"
    assert not [note for note in verify(folder.path).notes if "assessments" in note]
    assert folder.close(at=at).closed


def altered(found: Assessment, **changes: Any) -> Assessment:
    kept = {name: getattr(found, name) for name in type(found).model_fields if name != "schema_"}
    return Assessment.model_validate({**kept, **changes})


def test_one_that_does_not_follow_from_its_records_is_refused_by_name(written: Any, at: datetime) -> None:
    folder = written(shed={}, crane={})
    got = assess(folder, clock=lambda: at)
    better = altered(got, confidence={"level": "high", "reasons": ("everything is fine",)})
    folder.add_assessment(better, at=at)
    with pytest.raises(VerificationError, match="does not follow from its records") as refused:
        verify(folder.path)
    assert refused.value.problems == (
        "assessments/0001.json: does not follow from its records: made again, it differs in confidence",
    )


def test_one_that_leaves_a_record_out_is_refused(written: Any, at: datetime) -> None:
    partial = assess(written(shed={}, name="one"), clock=lambda: at)
    folder = written(shed={}, crane={}, name="two")
    folder.add_assessment(partial, at=at)
    with pytest.raises(VerificationError, match="exactly the records that stood"):
        verify(folder.path)
