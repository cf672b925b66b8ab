import ast
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from osint_imagery.change.detections import Verdict
from osint_imagery.core.claim import DetectionLevel, Target
from osint_imagery.core.errors import InputError, LevelError
from osint_imagery.core.texts import REASONS, TEMPLATES
from osint_imagery.evidence import decision, wording
from osint_imagery.evidence.assessment import PropositionLevel
from osint_imagery.evidence.finding import Answer
from osint_imagery.evidence.overclaim import refuse_overclaim
from osint_imagery.evidence.summary import five_lines
from osint_imagery.evidence.wording import (
    absence_sentence,
    answer_sentence,
    bracket_sentence,
    level_sentence,
    looks_sentence,
    ratio_sentence,
    unseen_sentence,
    worth_sentence,
)
from osint_imagery.observe.resolution import AllowedLevel

Make = dict[str, Callable[..., Any]]
TRANSPOSED = re.compile(r"(H1|hypothesis|claim|shed \w+) is [\d.]+ times", re.IGNORECASE)


@pytest.fixture
def silent(case: Any, make: Make) -> Any:
    return case.find(detections=make["detections"](verdict=Verdict.NO_CHANGE_FOUND))


@pytest.fixture
def weak(case: Any, make: Make) -> Any:
    return case.find(detections=make["detections"](verdict=Verdict.NO_CHANGE_FOUND), power=make["power"](25, 60))


def test_each_answer_has_its_own_words(case: Any, silent: Any, weak: Any, make: Make) -> None:
    blind = case.find(coverage=make["coverage"](p_look=make["sure"](0.0)), detections=None)
    assert answer_sentence(case.find()).startswith("SEEN: ")
    assert answer_sentence(silent).startswith("LOOKED AND NOT SEEN: ")
    assert answer_sentence(blind).startswith("COULD NOT HAVE BEEN SEEN: ")
    assert answer_sentence(weak).startswith("UNDETERMINED: looked and not seen, but this bears little")


def test_what_was_seen_is_told_at_the_level_that_the_pixels_allow(case: Any, silent: Any) -> None:
    said = answer_sentence(case.find())
    assert "the pixels allow detection of a shed at best" in said
    assert said.endswith("something of this size is there, not what it is.")
    assert "at best" not in answer_sentence(silent)


def test_looks_that_could_not_show_it_are_said_to_be_worth_nothing(case: Any, make: Make) -> None:
    blind = case.find(power=make["power"](0, 100), detections=make["detections"](verdict=Verdict.NO_CHANGE_FOUND))
    assert "could not have been seen in these pixels at any of them" in looks_sentence(blind)
    nobody = case.find(coverage=make["coverage"](p_look=make["sure"](0.0)), detections=None)
    assert looks_sentence(nobody) == looks_sentence(case.find()) == ""


def test_silence_says_beside_the_picture_what_it_is_worth(case: Any, silent: Any, weak: Any, make: Make) -> None:
    assert worth_sentence(weak).endswith("the method found 25: that it found nothing here says little.")
    assert worth_sentence(silent).startswith("Of ")
    assert "says little" not in worth_sentence(silent)
    unmeasured = case.find(detections=make["detections"](verdict=Verdict.NO_CHANGE_FOUND), power=None)
    assert "was not measured" in worth_sentence(unmeasured)
    assert not worth_sentence(case.find())


def test_the_bracket_keeps_utc_and_an_unknown_hour(case: Any) -> None:
    sentence = bracket_sentence(case.find())
    assert "2026-04-28 08:00:00 UTC (without it)" in sentence
    assert "2026-05-13 (UTC day, time unknown) (with it)" in sentence


def test_the_ratio_is_never_transposed_and_never_without_its_interval(case: Any, silent: Any) -> None:
    for finding in (case.find(), silent):
        sentence = ratio_sentence(finding)
        assert re.search(
            r"the imagery is [\d.]+ times \(95% interval: between [\d.]+ and [\d.]+\) more probable if .* than if ",
            sentence,
        )
        assert not TRANSPOSED.search(sentence)
        assert sentence.startswith("At the level of object change")


def test_a_miss_is_inverted_and_named_for_the_alternative(silent: Any) -> None:
    sentence = ratio_sentence(silent)
    assert "a shed had not appeared than if it had:" in sentence
    assert "under '" not in sentence
    assert "support for no such change over the change" in sentence


def test_no_ratio_is_given_where_nothing_could_be_seen_or_compared(case: Any, make: Make) -> None:
    blind = case.find(coverage=make["coverage"](p_look=make["sure"](0.0)), detections=None)
    assert "the imagery would look the same either way" in ratio_sentence(blind)
    assert "no two looks" in ratio_sentence(case.find(detections=None))
    unquiet = case.find(power=make["power"](pairs=0), quiet=())
    assert unquiet.answer is Answer.SEEN
    assert "there are no quiet pairs" in ratio_sentence(unquiet)


def test_no_evidence_of_is_said_only_where_absence_bears_on_the_claim(case: Any, silent: Any, weak: Any) -> None:
    assert absence_sentence(silent).startswith(
        "There is no evidence of a shed at the quay between 2026-05-01 and 2026-05-10 (UTC): LR- "
    )
    for finding in (weak, case.find()):
        with pytest.raises(InputError, match="'no evidence of' is refused"):
            absence_sentence(finding)


@pytest.mark.parametrize(
    "words", ["no evidence of a shed", "No sign of work", "there is no evidence that it was built"]
)
def test_an_analysts_sentence_is_held_to_the_same_rule(silent: Any, weak: Any, words: str) -> None:
    assert refuse_overclaim(words, silent) == words
    with pytest.raises(InputError, match="is refused"):
        refuse_overclaim(words, weak)


def test_usable_looks_inside_the_bracket_are_named(case: Any, make: Make) -> None:
    looks = (make["look"]("S1", "2026-04-28"), make["look"]("S7", "2026-05-06"), make["look"]("S2", "2026-05-13"))
    sentence = bracket_sentence(case.find(coverage=make["coverage"](*looks)))
    assert "not compared and could narrow it: S7 on 2026-05-06 (UTC day, time unknown)." in sentence


def test_a_capped_ratio_says_so(case: Any, make: Make) -> None:
    assert "The figure is the limit" in ratio_sentence(case.find())
    below = ratio_sentence(case.find(power=make["power"](found=20, alarms=4)))
    assert "The figure is the limit" not in below
    assert "The upper end of the interval is the limit that this many quiet pairs" in below
    assert "the most that so many quiet pairs can support" in five_lines(case.claim, [case.find()], where="d")


def test_silence_at_the_limit_of_the_insertions_says_so(case: Any, make: Make) -> None:
    unchanged = make["detections"](verdict=Verdict.NO_CHANGE_FOUND)
    every = case.find(detections=unchanged, power=make["power"](60, 60))
    some = case.find(detections=unchanged, power=make["power"](50, 60))
    assert "the limit that this many targets put into pictures allow" in ratio_sentence(every)
    assert "the limit that" not in ratio_sentence(some)


def test_likelihood_and_confidence_in_one_sentence_are_refused(case: Any) -> None:
    with pytest.raises(InputError, match="make it two"):
        refuse_overclaim("It is likely a shed (high confidence)", case.find())


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("the image proves that it was built", "proves"),
        ("The images disprove the claim.", "disprove"),
        ("This refutes the claim.", "refutes"),
        ("The imagery rules out a shed.", "rules out"),
        ("The claim is 3.7 times more likely to be true.", "claim is 3.7 times"),
    ],
)
def test_proof_is_refused(case: Any, text: str, word: str) -> None:
    with pytest.raises(InputError, match=word):
        refuse_overclaim(text, case.find())


def test_what_could_not_be_seen_is_said_by_size_time_and_nature(case: Any) -> None:
    sentence = unseen_sentence(case.find())
    assert "10 m" in sentence
    assert "Nothing smaller than 300 m²" in sentence
    assert sentence.startswith("A shed (40 x 30 m) is 3.5 pixels of 10 m across")
    assert "No look was usable between 2026-05-01 and 2026-05-10 (UTC): what came and went then" in sentence
    assert "no content, purpose or owner" in sentence


def test_the_answer_to_a_claim_is_five_blocks(case: Any, silent: Any) -> None:
    text = five_lines(case.claim, [silent], where="dossier/", head="sha256:ab")
    heads = [line.split(":")[0] for line in text.splitlines() if not line.startswith(" ")]
    assert heads == ["Claim", "Answer", "Not visible", "Ratio", "Verify"]
    assert len(text.splitlines()) == 5
    assert "osint-imagery verify dossier/   (ledger head sha256:ab)" in text
    several = five_lines(case.claim, [silent, silent], where="dossier/")
    assert "not multiplied" in several


def test_a_claim_without_findings_is_undetermined(case: Any) -> None:
    assert "UNDETERMINED" in five_lines(case.claim, [], where="x")


def test_a_ratio_for_an_object_is_never_worded_for_the_claim(case: Any, silent: Any) -> None:
    for finding in (case.find(), silent):
        assert ratio_sentence(finding, PropositionLevel.OBJECT_CHANGE) == ratio_sentence(finding)
        for level in set(PropositionLevel) - {PropositionLevel.OBJECT_CHANGE}:
            with pytest.raises(InputError, match="was computed for 'object change'"):
                ratio_sentence(finding, level)


@pytest.mark.parametrize(
    "words",
    [
        "The claim is 10 times more likely to be true.",
        "H1 is five times as probable as H0",
        "the hypothesis was 3 times more probable",
    ],
)
def test_a_transposed_ratio_is_refused(case: Any, words: str) -> None:
    with pytest.raises(InputError, match="the imagery that is more probable"):
        refuse_overclaim(words, case.find())
    said = ratio_sentence(case.find())
    assert refuse_overclaim(said, case.find()) == said


def test_only_an_allowed_level_can_be_worded() -> None:
    ship = Target(what="a cargo ship", length_m=120, width_m=16)
    sentence = level_sentence(AllowedLevel(target=ship, gsd_m=10, level=DetectionLevel.DETECTION))
    assert "not what it is" in sentence
    with pytest.raises(LevelError, match="level='identification' is above"):
        level_sentence(AllowedLevel(target=ship, gsd_m=10, level=DetectionLevel.IDENTIFICATION))


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("storage shed", "a storage shed"),
        ("airfield", "an airfield"),
        ("a shed", "a shed"),
        ("The pier", "The pier"),
        ("two ships", "two ships"),
        ("containers", "containers"),
    ],
)
def test_a_thing_is_named_as_a_person_would(case: Any, silent: Any, what: str, said: str) -> None:
    prediction = case.claim.predictions[0]
    target = prediction.target.model_copy(update={"what": what})
    finding = replace(silent, prediction=prediction.model_copy(update={"target": target}))
    assert f"more probable if {said} had not appeared" in ratio_sentence(finding)
    assert absence_sentence(finding).startswith(f"There is no evidence of {said} at ")


def test_the_summary_cuts_no_remark_in_half_and_names_the_sides_in_words(case: Any, silent: Any, weak: Any) -> None:
    for finding in (case.find(), silent, weak):
        for line in five_lines(case.claim, [finding], where="d").splitlines():
            assert line.count("(") == line.count(")"), line
    assert "support for no such change over the change" in five_lines(case.claim, [silent], where="d")
    assert "H0 over" not in five_lines(case.claim, [silent], where="d")


def test_every_text_is_used_and_every_answer_has_one() -> None:
    room = Path(wording.__file__).parent
    code = "\n".join(path.read_text() for path in [*room.glob("*.py"), *(room.parent / "report").glob("*.py")])
    for name, texts in (("TEMPLATES", TEMPLATES), ("REASONS", REASONS)):
        by_answer = {str(answer) for answer in Answer} | set(wording._VERBS)
        unused = [key for key in texts if key not in by_answer and not re.search(rf"[\"']{key}[\"']\W", code)]
        assert unused == [], name
    assert {str(answer) for answer in Answer} | set(wording._VERBS) <= set(TEMPLATES)


def test_the_rules_of_the_decision_hold_no_english_of_their_own() -> None:
    tree = ast.parse(Path(decision.__file__).read_text())
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    rules = [node for node in functions if node.name.startswith(("_by_", "_around", "_named"))]
    assert len(rules) >= 8
    for rule in rules:
        body = rule.body[1:] if ast.get_docstring(rule) else rule.body
        constants = [node.value for part in body for node in ast.walk(part) if isinstance(node, ast.Constant)]
        said = [text for text in constants if isinstance(text, str) and len(text.split()) > 1]
        assert [text for text in said if text not in REASONS and text != "ruled out"] == []


@pytest.mark.parametrize(
    "text",
    [
        "No change is visible at the port.",
        "There was no damage.",
        "Satellite images show no launcher at the port.",
        "No launcher is visible in the imagery.",
        "There isn't any sign of a launcher.",
        "The site was empty.",
        "The pictures show nothing.",
        "There is no evidence whatsoever of a launcher.",
        "We found no evidence a launcher was there.",
        "No visible signs of a launcher.",
        "The launcher was absent.",
        "Nothing happened at the port.",
        "The roof is intact.",
    ],
)
def test_absence_in_other_words_is_refused_where_silence_bears_little(text: str, weak: Any, silent: Any) -> None:
    with pytest.raises(InputError, match="would sound like absence"):
        refuse_overclaim(text, weak)
    assert refuse_overclaim(text, silent) == text
    assert refuse_overclaim("A change of 3 ha was found.", weak)
