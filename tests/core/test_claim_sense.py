"""What contradicts itself in a claim is refused where it stands; what may be meant but is odd is told."""

from copy import deepcopy
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from osint_imagery.core.claim import Claim, claim_from_bytes, read_claim
from osint_imagery.core.claim_text import ClaimText, yaml_of
from osint_imagery.core.errors import ClaimError
from osint_imagery.scenes.packaged import bundled

GEOD = Geod(ellps="WGS84")

TEXT = """\
schema: osint-imagery/claim/1
id: port-2022
text: A ship unloaded at the port.
language: en
claimant: {name: A spokesman}
stated_on: 2022-09-08
first_appearance: https://example.org/1
place: {name: port, bbox: [35.51, 33.90, 35.54, 33.91]}
when: {start: 2022-09-01, end: 2022-09-07}
hypotheses:
  - {id: ship, text: a ship came}
  - {id: none, text: no ship came, rival: true}
predictions:
  - id: p1
    text: a ship at the quay
    expected_under: ship
    excluded_under: none
    change: appears
    target: {what: ship, length_m: 60, width_m: 18}
    when: {start: 2022-09-01, end: 2022-09-07}
"""
SECOND = TEXT[TEXT.index("  - id: p1") :].replace("id: p1", "id: p2")


def read(old: str = "", new: str = "", *, more: str = "") -> Claim:
    assert old in TEXT
    return claim_from_bytes((TEXT.replace(old, new, 1) + more).encode(), name="claim.yaml")


def refused(old: str = "", new: str = "", *, more: str = "") -> str:
    with pytest.raises(ClaimError) as caught:
        read(old, new, more=more)
    return str(caught.value)


FAR = "    place: {name: origin, point: [30.0, 46.0], radius_m: 500}\n"
BESIDE = "    place: {name: roads, bbox: [35.545, 33.90, 35.55, 33.91]}\n"


def test_a_prediction_far_from_the_claims_place_is_refused_with_the_distance_and_the_remedy() -> None:
    told = refused(more=FAR)
    nearest = GEOD.inv(35.51, 33.91, 30.0, 46.0)[2] / 1000 - 0.5  # from the north-western corner to the circle
    assert "line 21, column 12: predictions.0.place: prediction p1 is looked for " in told
    assert f"for {nearest:,.1f} km away" in told
    assert "outside_claim" in told


def test_said_explicitly_it_is_kept_and_the_reader_is_told() -> None:
    claim = read(more=FAR + "    outside_claim: the port where she was loaded\n")
    ((about, told),) = claim.oddities
    assert about == "p1"
    assert told.startswith("prediction p1 is looked for 1,421.2 km away from the claim's place: the port where")


def test_a_prediction_beside_the_claims_place_is_odd_and_no_fault() -> None:
    ((_, told),) = read(more=BESIDE).oddities
    assert told == "prediction p1 is looked for 462 m away from the claim's place"


def test_a_sensitive_place_is_not_given_away_by_a_distance() -> None:
    ((_, told),) = read("33.91]}", "33.91], sensitive: true}", more=BESIDE).oddities
    assert told == "prediction p1 is looked for outside the claim's place"


def test_across_180_degrees_a_neighbour_is_near() -> None:
    near = "    place: {name: east, bbox: [-180.0, 33.90, -179.99, 33.91]}\n"
    ((_, told),) = read("[35.51, 33.90, 35.54, 33.91]", "[179.98, 33.90, 179.995, 33.91]", more=near).oddities
    assert told == "prediction p1 is looked for 462 m away from the claim's place"


@pytest.mark.parametrize("more", ["    outside_claim: no reason\n", "    outside_claim: no\u200breason\n" + BESIDE])
def test_a_reason_for_being_elsewhere_at_the_claims_own_place_is_refused(more: str) -> None:
    assert "predictions.0.outside_claim: prediction p1 lies at the claim's place and time" in refused(more=more)


def test_a_prediction_at_another_time_is_refused_or_said_explicitly() -> None:
    last = "    when: {start: 2022-09-01, end: 2022-09-07}\n"
    later = last.replace("09-01", "11-01").replace("09-07", "11-07")
    told = refused("width_m: 18}\n" + last, "width_m: 18}\n" + later)
    assert "line 20, column 11: predictions.0.when: prediction p1 is looked for in a time (2022-11-01 to" in told
    assert "lies outside the claim's (2022-09-01 to 2022-09-07 UTC)" in told
    assert "why it is looked for then" in told
    later += "    outside_claim: the cargo was unpacked two months later\n"
    assert read("width_m: 18}\n" + last, "width_m: 18}\n" + later).oddities[0].told.endswith("two months later")


def test_a_time_that_reaches_beyond_the_claims_is_told() -> None:
    claim = read("end: 2022-09-07}\nhyp", "end: 2022-09-05}\nhyp")
    assert "reaches beyond the claim's" in claim.oddities[0].told


@pytest.mark.parametrize(("days", "holds"), [("7", True), ("7.01", False), ("20", False), ("0.5", True)])
def test_a_stay_has_to_fit_into_its_window(days: str, *, holds: bool) -> None:
    more = f"    dwell_days: {days}\n"
    if holds:
        assert read(more=more).oddities == ()
    else:
        told = refused(more=more)
        assert f"line 21, column 17: predictions.0.dwell_days: prediction p1 stays {days} days within 7 days" in told


def test_hypotheses_of_the_same_words_are_refused() -> None:
    told = refused("no ship came", "A  ship CAME")
    assert "line 12, column 22: hypotheses.1.text: hypotheses ship and none say the same" in told


def test_hypotheses_that_predict_the_same_are_told_for_every_record() -> None:
    more = "    also_expected_under: [grain]\n"
    claim = read("rival: true}\n", "rival: true}\n  - {id: grain, text: grain came, rival: true}\n", more=more)
    assert claim.oddities == (("", "hypotheses ship and grain predict the same: no picture can tell them apart"),)


def test_a_claim_that_nothing_sets_against_a_rival_is_refused() -> None:
    others = "  - {id: boat, text: a boat came}\n  - {id: raft, text: a raft came, rival: true}\n"
    told = refused(
        "rival: true}\n",
        "rival: true}\n" + others,
        more=SECOND.replace("length_m: 60", "length_m: 9").replace("under: ship", "under: raft"),
    )
    assert "no prediction" not in told or "boat predicts nothing" in told
    body = yaml.safe_load(TEXT)
    body["hypotheses"] += [{"id": "boat", "text": "a boat"}, {"id": "raft", "text": "a raft", "rival": True}]
    first, second = deepcopy(body["predictions"][0]), deepcopy(body["predictions"][0])
    first["excluded_under"] = "boat"
    second |= {"id": "p2", "expected_under": "none", "excluded_under": "raft", "change": "disappears"}
    body["predictions"] = [first, second]
    with pytest.raises(ClaimError, match="predictions: no prediction tells what is claimed from a rival"):
        claim_from_bytes(yaml_of(json_dates(body)).encode(), name="c")


def json_dates(body: Any) -> Any:
    if isinstance(body, dict):
        return {key: json_dates(value) for key, value in body.items()}
    if isinstance(body, list):
        return [json_dates(value) for value in body]
    return body.isoformat() if hasattr(body, "isoformat") else body


def test_two_predictions_of_one_thing_are_refused() -> None:
    assert "line 21, column 5: predictions.1: predictions p1 and p2 ask the same" in refused(more=SECOND)
    crossed = SECOND.replace("expected_under: ship", "expected_under: none").replace(
        "excluded_under: none", "excluded_under: ship"
    )
    assert "predictions.1: predictions p1 and p2 are of one thing, place and time, and none expects" in refused(
        more=crossed
    )
    assert read(more=SECOND.replace("appears", "disappears")).oddities == ()


@pytest.mark.parametrize(
    ("contrast", "words"),
    [("{}", "line 19, column 63: predictions.0.target.contrast: Dict"), ("{red: 0, nir: 0.0}", "0 in every band")],
)
def test_a_contrast_that_is_none_is_refused(contrast: str, words: str) -> None:
    assert words in refused("width_m: 18}", f"width_m: 18, contrast: {contrast}}}")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("A spokesman", '" "', "line 5, column 18: claimant.name: ' ' is blank"),
        ("A spokesman", '"\\u200b\\u3164"', "claimant.name: '\\u200b\u3164' is blank"),
        ("A spokesman", '"A\\nB"', "claimant.name: 'A\\nB' holds U+000A"),
        ("A spokesman", '"A \\u202Eelor"', "holds U+202E RIGHT-TO-LEFT OVERRIDE, which breaks the line or shows"),
        ("A ship unloaded at the port.", '"\\n\\t"', "line 3, column 7: text: '\\n\\t' is blank"),
        ("name: port", 'name: "\\u2028"', "place.name: '\\u2028' is blank"),
    ],
)
def test_words_that_show_nothing_or_show_otherwise_are_refused(old: str, new: str, words: str) -> None:
    assert words in refused(old, new)


def test_verbatim_words_of_any_script_are_kept() -> None:
    words = "السفينة وصلت\u200f إلى الميناء; האנייה הגיעה"
    assert read("A ship unloaded at the port.", words).text == words
    assert read("A spokesman", "יעל לוי").claimant.name == "יעל לוי"


@pytest.mark.parametrize(
    "word",
    [
        "060",
        "0o60",
        "0b11",
        "0x3C",
        "1_000",
        "1e3",
        "60e0",
        "12:30:00",
        "12:30",
        "1:20:30.5",
        "08",
        "+.5",
        "-.5",
        "yes",
        "No",
        "ON",
        "off",
        "y",
        "N",
        "<<",
    ],
)
def test_words_that_two_versions_of_yaml_read_differently_are_refused(word: str) -> None:
    told = refused("what: ship, length_m: 60", "<<: {what: ship}" if word == "<<" else f"length_m: {word}")
    assert "line 19, column" in told
    assert f"{word!r}" in told
    assert "write" in told


@pytest.mark.parametrize(
    ("word", "value"), [("60", 60), ("60.", 60), ("6.0e+1", 60), (".5", 0.5), ("0.5", 0.5), ("+60", 60), ("0", 0)]
)
def test_numbers_that_every_version_reads_alike_are_numbers(word: str, value: float) -> None:
    assert ClaimText.parse(f"a: {word}".encode()).body == {"a": value}


def test_dates_without_quotes_are_text_as_written() -> None:
    body = ClaimText.parse(b"[2022-09-01, 2022-09-07T12:00:00+02:00, 2022-9-7, 2024-02-30]").body
    assert body == ["2022-09-01", "2022-09-07T12:00:00+02:00", "2022-9-7", "2024-02-30"]
    for word in ("2022-9-8", "2022-02-30"):
        assert f"line 6, column 12: stated_on: start='{word}' is not a date" in refused("2022-09-08", word)


SCALARS = st.one_of(
    st.text(st.characters(exclude_categories=("Cs",))),
    st.sampled_from(
        [
            "060",
            "08",
            "1e3",
            "12:30",
            "no",
            "y",
            "~",
            "null",
            "0x1",
            "1_0",
            "<<",
            "=",
            ".5",
            "-.5",
            "2022-09-01",
            "true",
        ]
    ),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.none(),
)


@given(st.lists(SCALARS, max_size=4), st.text(st.characters(exclude_categories=("Cs",))))
@settings(deadline=None)
def test_what_is_written_as_yaml_is_read_back_as_it_is(values: list[Any], name: str) -> None:
    read_back = ClaimText.parse(yaml_of({name: values}).encode()).body
    assert read_back == {name: values}
    assert [type(value) for value in read_back[name]] == [type(value) for value in values]  # type: ignore[index]


def test_the_bundled_claims_have_nothing_odd() -> None:
    claims = [read_claim(bundled(f"{name}/claim.yaml")) for name in ("port", "romania", "beirut")]
    assert [claim.oddities for claim in claims] == [(), (), ()]
