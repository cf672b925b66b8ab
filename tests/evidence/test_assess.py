"""From records and sources to a stored assessment, and back: it has to follow from its records."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from osint_imagery.core.claim import Claim, read_claim
from osint_imagery.core.errors import InputError, InputTypeError, VerificationError
from osint_imagery.core.lineage import digest_bytes
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.evidence.assessed import Assessment, read_assessment
from osint_imagery.evidence.claim_file import ClaimFile
from osint_imagery.evidence.record import record_of
from osint_imagery.evidence.schemas import schemas
from osint_imagery.evidence.verify import verify
from osint_imagery.workflow.assessing import assess

MORE = """
  - {kind: document, description: a manifest, reliability: B, credibility: "2", origin: The Port Office,
     consistent_with: [built], inconsistent_with: [nothing]}
  - {kind: image, description: a photograph of it, reported_by: the port  office, inconsistent_with: [nothing]}
  - {kind: statement, description: a press briefing, origin: A Spokesman, inconsistent_with: [nothing]}
  - {kind: image, description: the same satellite picture in a paper, origin: S2, inconsistent_with: [nothing]}
  - {kind: other, description: a rumor, consistent_with: [built, nothing, moved]}
  - {kind: document, description: the harbor master's log, reliability: A, credibility: "1", inconsistent_with: [built]}
hypotheses:"""

PREDICTIONS = """
  - id: crane
    text: A crane of 40 x 30 m on the other quay.
    expected_under: built
    excluded_under: nothing
    also_expected_under: [moved]
    change: appears
    target: {what: a crane, length_m: 40, width_m: 30, contrast: {red: 0.2, nir: 0.15}}
    when: {start: 2026-05-01, end: 2026-05-10}
    place: {name: the other quay, bbox: [36.010, 45.000, 36.013, 45.002]}
"""


@pytest.fixture
def rich(claim: Claim, tmp_path: Path) -> Claim:
    """The claim with a third hypothesis, a second prediction at another place, and seven sources."""
    text = claim.source.decode().replace("\nhypotheses:", MORE, 1)
    third = '  - {id: moved, text: "A shed was moved there.", rival: true}\npredictions:'
    path = tmp_path / "rich.yaml"
    path.write_text(text.replace("predictions:", third, 1) + PREDICTIONS.lstrip("\n"), encoding="utf-8")
    return read_claim(path)


@pytest.fixture
def written(tmp_path: Path, case: Any, rich: Claim, at: datetime) -> Any:
    """Write an open claim file; `shed` and `crane` say how each prediction's finding differs."""

    def write(shed: dict[str, Any] | None = None, crane: dict[str, Any] | None = None, name: str = "d") -> ClaimFile:
        folder = ClaimFile.create(tmp_path / name, rich, at=at)
        for prediction, changed in zip(rich.predictions, (shed, crane), strict=True):
            if changed is None:
                continue
            place = prediction.place.name if prediction.place else "the quay"
            finding = case.find(prediction=prediction, **{"aoi": None, **changed})
            finding = replace(finding, coverage=replace(finding.coverage, place=place))
            folder.add_record(record_of(rich, finding, accessed=at, created=at, software="osint-imagery 0.1.0"), at=at)
        return folder

    return write


@pytest.fixture
def apart(make: dict[str, Callable[..., Any]]) -> dict[str, Any]:
    """Other scenes and other quiet dates than those of the shed."""
    scenes = []
    for name, acquired in (("T1", TimeSpan("2026-04-28T08:00:00Z")), ("T2", TimeSpan("2026-05-13"))):
        scene = make["scene"](name, acquired)
        assets = tuple(replace(asset, digest=digest_bytes(name.encode())) for asset in scene.assets)
        scenes.append(replace(scene, assets=assets))
    return {"scenes": tuple(scenes), "quiet": tuple((f"R{n}", f"R{n + 1}") for n in range(30))}


def silent(make: dict[str, Callable[..., Any]]) -> dict[str, Any]:
    from osint_imagery.change.detections import Verdict

    return {"detections": make["detections"](verdict=Verdict.NO_CHANGE_FOUND)}


def test_items_of_the_same_scenes_are_one_group_and_not_multiplied(written: Any, at: datetime) -> None:
    got = assess(written(shed={}, crane={}), clock=lambda: at)
    pair = got.pair("built", "nothing")
    (group,) = pair.groups
    assert group.items == ("shed", "crane")
    assert group.shared[:2] == ("scene S1", "scene S2")
    assert pair.any_dependence == pair.independent
    assert {term.ratio.value for term in pair.terms if term.ratio} == {group.ratio.high}
    assert "independence" not in {one.id for one in got.assumptions}
    assert "means" in {one.id for one in got.assumptions}
    assert "never multiplied" in got.summary()


def test_items_that_share_nothing_are_multiplied_only_under_a_stated_assumption(
    written: Any, apart: dict[str, Any], at: datetime
) -> None:
    got = assess(written(shed={}, crane=apart), clock=lambda: at)
    pair = got.pair("built", "nothing")
    assert len(pair.groups) == 2
    assert pair.independent is not None
    assert pair.any_dependence is not None
    assert float(pair.independent.low) == pytest.approx(float(pair.any_dependence.low) ** 2, rel=1e-4)
    assert "independence" in {one.id for one in got.assumptions}
    assert got.links == (got.links[-1],)  # the two sources of one origin; no imagery hangs together
    assert got.hangs_on == ("source 7",)


def test_one_product_under_two_names_is_one_scene(written: Any, apart: dict[str, Any], at: datetime) -> None:
    again = tuple(replace(scene, product_id=f"S2A_MSIL2A_S{index + 1}") for index, scene in enumerate(apart["scenes"]))
    got = assess(written(shed={}, crane={**apart, "scenes": again}), clock=lambda: at)
    assert len(got.pair("built", "nothing").groups) == 1
    assert "under other scene names" in got.links[0].shared[0]


def test_quiet_dates_in_common_make_one_group(written: Any, apart: dict[str, Any], at: datetime) -> None:
    got = assess(written(shed={}, crane={"scenes": apart["scenes"]}), clock=lambda: at)
    assert got.links[0].shared == ("31 scenes of the quiet pairs",)
    assert len(got.pair("built", "nothing").groups) == 1


def test_a_third_hypothesis_that_expects_the_same_is_not_told_apart(written: Any, at: datetime) -> None:
    got = assess(written(shed={}, crane={}), clock=lambda: at)
    pair = got.pair("built", "moved")
    assert [term.bearing for term in pair.terms] == ["does not discriminate"] * 2
    assert "“moved” says nothing about it" in pair.terms[0].reason
    assert "“moved” expects it" in pair.terms[1].reason
    assert pair.words == "no useful support either way"


def test_contradicting_items_are_shown_and_weaken_the_whole(
    written: Any, make: dict[str, Callable[..., Any]], at: datetime
) -> None:
    got = assess(written(shed={}, crane=silent(make)), clock=lambda: at)
    (group,) = got.pair("built", "nothing").groups
    assert group.contradicting
    assert float(group.ratio.low) < 1 < float(group.ratio.high)
    assert got.outcome == "undetermined"
    assert got.confidence.level == "low"
    assert "They point both ways." in got.summary()


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


def test_weak_silence_has_bounds_that_hold_one(written: Any, make: dict[str, Callable[..., Any]], at: datetime) -> None:
    weak = {**silent(make), "power": make["power"](found=20, tried=60)}
    got = assess(written(shed=weak, crane={}), clock=lambda: at)
    worth = got.imagery[0].worth
    assert got.imagery[0].state == "undetermined"
    assert worth is not None
    assert worth.value is None
    assert float(worth.low) < 1 <= float(worth.high)
    assert not got.matrix[0].counted


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
    assert float(got.updates[1].low) == pytest.approx(low / (1 + low))
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
