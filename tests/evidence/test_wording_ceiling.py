"""What the pixels allow is said once, and the same in every sentence."""

from dataclasses import replace
from typing import Any

from osint_imagery.core.claim import DetectionLevel
from osint_imagery.evidence.finding import Answer
from osint_imagery.evidence.wording import answer_sentence
from osint_imagery.observe.resolution import resolution


def test_both_sentences_name_one_ceiling(case: Any) -> None:
    """A field of 2 km shows more at 10 m than the detection that the claim asks for."""
    prediction = case.claim.predictions[0]
    target = prediction.target.model_copy(update={"length_m": 2000.0, "width_m": 2000.0})
    wide = prediction.model_copy(update={"target": target})
    seen = case.find(resolution=resolution(target, 10))
    seen = replace(seen, prediction=wide)
    assert seen.answer is Answer.SEEN
    assert wide.level is DetectionLevel.DETECTION
    ceiling = seen.resolution.level.value.replace("_", " ")
    assert ceiling != "detection"
    assert f"the pixels allow {ceiling} of a shed at best" in answer_sentence(seen)
    assert "show that something of this size is there" not in answer_sentence(seen)


def test_an_area_in_a_sentence_names_its_interval(case: Any) -> None:
    area = case.find().fitting[0].area
    assert f"({area.level * 100:g} % interval " in answer_sentence(case.find())
