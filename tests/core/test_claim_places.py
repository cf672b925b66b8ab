"""Every fault of a claim file is told with the line and column where it stands."""

from pathlib import Path

import pytest

from osint_imagery.core.claim import claim_from_bytes, read_claim
from osint_imagery.core.claim_text import ClaimText
from osint_imagery.core.errors import ClaimError
from osint_imagery.scenes.packaged import bundled

TEXT = """\
schema: osint-imagery/claim/1
id: port-2022
text: A ship unloaded at the port.
language: en
claimant: {name: A spokesman, kind: organization}
stated_on: 2022-09-08
first_appearance: https://example.org/1
appearances:
  - url: https://example.org/1
    published: 2022-09-08T10:00:00Z
    archived_copy: https://archive.example.org/1
    archived_on: 2022-09-09
    digest: sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
place:
  name: port
  bbox: [35.51, 33.90, 35.54, 33.91]
when: {start: 2022-09-01, end: 2022-09-07}
responses:
  - {by: Port authority, text: Nema broda., language: sr, stance: denies, stated_on: 2022-09-09}
sources:
  - kind: reported_intercept
    description: a call between two officers
    reported_by: a newspaper
    reliability: C
    credibility: "3"
    limits: the recording was not published
hypotheses:
  - {id: ship, text: a ship came}
  - {id: none, text: no ship came, rival: true}
predictions:
  - id: p1
    text: a ship at the quay
    expected_under: ship
    excluded_under: none
    change: appears
    target: {what: ship, length_m: 100, width_m: 18}
    when: {start: 2022-09-01, end: 2022-09-07}
"""


def fault(old: str, new: str) -> str:
    assert TEXT.count(old) >= 1
    with pytest.raises(ClaimError) as caught:
        claim_from_bytes(TEXT.replace(old, new, 1).encode(), name="claim.yaml")
    return str(caught.value)


def test_full_claim_is_read() -> None:
    claim = claim_from_bytes(TEXT.encode(), name="claim.yaml")
    assert claim.appearances[0].archived_copy == "https://archive.example.org/1"
    assert claim.responses[0].language == "sr"
    assert (claim.sources[0].reliability, claim.sources[0].credibility) == ("C", "3")
    assert claim.sources[0].reported_by == "a newspaper"
    assert claim.source == TEXT.encode()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("length_m: 100", "length_m: wide", "line 36, column 36: predictions.0.target.length_m: Input should be"),
        ("length_m: 100, ", "", "line 36, column 13: predictions.0.target.length_m: Field required"),
        ("width_m: 18", "width_m: 18, depth_m: 3", "line 36, column 54: predictions.0.target.depth_m: Extra inputs"),
        ("language: en\n", "", "line 1, column 1: language: Field required"),
        ("    description: a call between two officers\n", "", "line 21, column 5: sources.0.description: Field"),
        ("reliability: C", "reliability: G", "line 24, column 18: sources.0.reliability: Input should be"),
        ('credibility: "3"', "credibility: 3", "line 25, column 18: sources.0.credibility: Input should be"),
        ("expected_under: ship", "expected_under: shp", "line 33, column 21: predictions.0.expected_under: predict"),
        ("excluded_under: none", "excluded_under: ship", "line 34, column 21: predictions.0.excluded_under: predict"),
        ("rival: true", "rival: false", "line 28, column 3: hypotheses: no rival hypothesis"),
        ("{id: none,", "{id: ship,", "line 29, column 10: hypotheses.1.id: two hypotheses"),
        ("end: 2022-09-07}", "end: 2022-08-07}", "line 17, column 7: when:"),
        ("33.90, 35.54", "133.90, 35.54", "line 15, column 3: place:"),
        ("url: https://example.org/1\n    pub", "url: example.org\n    pub", "line 9, column 10: appearances.0.url"),
        ("6fb92427ae41e4649b934ca495991b7852b855", "00", "line 13, column 13: appearances.0.digest"),
        ("    limits: the", "    limits: [the", "line 27, column 1"),
    ],
)
def test_fault_is_told_with_line_and_column(old: str, new: str, words: str) -> None:
    assert words in fault(old, new)


def test_key_given_twice_inside_a_list_is_told_with_line_and_column() -> None:
    message = fault("    reliability: C\n", "    reliability: C\n    reliability: A\n")
    assert "'reliability' is given twice" in message
    assert "line 25, column 5" in message


def test_hypothesis_that_predicts_nothing_is_refused() -> None:
    message = fault("rival: true}\n", "rival: true}\n  - {id: other, text: another ship came}\n")
    assert "line 30, column 5: hypotheses.2: hypothesis other predicts nothing" in message


def test_a_single_hypothesis_is_refused() -> None:
    assert "line 28, column 3: hypotheses: List should have at least 2" in fault(
        "  - {id: ship, text: a ship came}\n", ""
    )


def test_appearance_is_somewhere() -> None:
    message = fault(
        "url: https://example.org/1\n    published: 2022-09-08T10:00:00Z\n    archived_copy: https://archive.example.org/1\n"
        "    archived_on",
        "archived_on",
    )
    assert "line 9, column 5: appearances.0: give url, archived_copy or both" in message


def test_part_that_came_through_an_alias_is_placed_where_it_stands() -> None:
    text = ClaimText.parse(b"a: &box {x: 1}\nb: *box\n")
    assert text.where(("b", "x")) == "line 1, column 13"
    assert text.where(("b", "y")) == "line 1, column 4"
    assert text.where(("c",)) == "line 1, column 1"


@pytest.mark.parametrize("name", ["port", "romania", "beirut"])
def test_bundled_claims_are_read_as_before(name: str) -> None:
    path: Path = bundled(f"{name}/claim.yaml")
    assert read_claim(path).source == path.read_bytes()
