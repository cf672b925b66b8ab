"""Second readers in a claim file: blind where the ledger shows it, strict answers, a review that recomputes."""

import json
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import box, mapping
from support.blind import ANSWER, Blind

from osint_imagery.core.errors import InputError, VerificationError
from osint_imagery.core.lineage import canonical_json
from osint_imagery.core.timespan import iso
from osint_imagery.evidence.claim_file import ClaimFile
from osint_imagery.evidence.folder import NewFile
from osint_imagery.evidence.review_key import read_key
from osint_imagery.evidence.review_text import review_lines
from osint_imagery.evidence.verify import verify


@pytest.fixture
def blind(dossier: Callable[..., Path], at: datetime, tmp_path: Path) -> Blind:
    return Blind(ClaimFile.open(dossier(close=False)), at, tmp_path)


def test_a_blind_reader_is_compared_with_the_detector_where_it_decided(blind: Blind) -> None:
    review = blind.add(blind.answers())
    assert review.blind
    (one,) = review.comparisons
    assert (one.agreement.first, one.agreement.second, one.agreement.items) == ("detector", "A. Reader", 3)
    assert one.agreement.table == ((1, 0, 0), (0, 2, 0), (0, 0, 0))
    assert one.agreement.kappa is not None
    assert one.agreement.kappa.value == "1"
    assert float(one.agreement.kappa.low) < 0.5  # three places prove nothing
    assert one.confirmed is not None
    assert one.cleared is not None
    assert one.around is not None
    assert (one.confirmed.value, one.cleared.value, one.around.value) == ("1", "1", "0")
    assert one.disagreements == ()
    assert verify(blind.folder.path).closed is False
    assert blind.folder.close(at=blind.at + 3 * ANSWER).closed


def test_two_readers_are_compared_with_each_other_and_every_disagreement_is_kept(blind: Blind) -> None:
    def note(body: dict[str, Any]) -> None:
        body["features"][0]["properties"]["note"] = "a new line"

    first = blind.edited(note, labels="yyyn")
    review = blind.add(first, blind.answers("B. Reader", "nync"))
    assert [(one.agreement.first, one.agreement.second) for one in review.comparisons] == [
        ("detector", "A. Reader"),
        ("detector", "B. Reader"),
        ("A. Reader", "B. Reader"),
    ]
    both = review.comparisons[2]
    assert both.agreement.items == 4
    assert [(item.item, item.first, item.second, item.first_note) for item in both.disagreements] == [
        ("01", "change", "no change", "a new line"),
        ("03", "change", "no change", ""),
        ("04", "no change", "cannot tell", ""),
    ]
    assert both.confirmed is None
    text = "\n".join(review_lines(review))
    assert "place 04: 'no change' against 'cannot tell'" in text
    assert "A. Reader: blind" in text


def test_outlines_are_compared_where_the_reader_drew(blind: Blind) -> None:
    def draw(body: dict[str, Any]) -> None:
        half = box(36.0005, 45.0005, 36.00075, 45.0008)
        body["features"][1]["geometry"] = json.loads(json.dumps(mapping(half)))

    (one,) = blind.add(blind.edited(draw)).comparisons
    assert [(pair.item, float(pair.iou)) for pair in one.outlines] == [("02", pytest.approx(0.5, abs=1e-5))]
    assert one.overlapping is not None
    assert (one.first_only, one.second_only) == ((), ())


def test_an_outline_that_hits_nothing_stays_without_a_partner(blind: Blind) -> None:
    def draw(body: dict[str, Any]) -> None:
        body["features"][1]["geometry"] = json.loads(json.dumps(mapping(box(36.0015, 45.0015, 36.0018, 45.0018))))

    (one,) = blind.add(blind.edited(draw)).comparisons
    assert (one.outlines, one.first_only, one.second_only) == ((), ("02",), ("02",))
    assert one.overlapping is None


def test_blind_is_only_what_the_ledger_shows(dossier: Callable[..., Path], at: datetime, tmp_path: Path) -> None:
    never = Blind(ClaimFile.open(dossier("never", close=False)), at, tmp_path, commit=False)
    review = never.add(never.answers())
    assert not review.blind
    assert "no earlier commitment" in review.readings[0].blind_reason
    never.folder.add_commitment(never.commitment(), at=at + 3 * ANSWER)  # too late
    assert not never.add(never.answers(), hours=4).blind
    verify(never.folder.path)


def test_an_answer_from_before_the_commitment_is_not_blind(blind: Blind) -> None:
    review = blind.add(blind.answers(at=iso(blind.at - ANSWER)))
    assert not review.blind
    assert "before the key was committed" in review.readings[0].blind_reason


def test_a_reader_who_has_seen_it_is_not_blind(blind: Blind) -> None:
    review = blind.add(blind.answers(seen_before=True))
    assert not review.blind
    assert "had seen" in review.readings[0].blind_reason


def test_who_answers_after_the_key_is_out_is_not_blind(blind: Blind) -> None:
    assert blind.add(blind.answers()).blind
    review = blind.add(blind.answers(), blind.answers("B. Reader"))
    assert [one.blind for one in review.readings] == [True, False]
    assert "the key had been in the claim file" in review.readings[1].blind_reason
    verify(blind.folder.path)


def test_a_commitment_to_another_key_makes_nothing_blind(
    dossier: Callable[..., Path], at: datetime, tmp_path: Path
) -> None:
    blind = Blind(ClaimFile.open(dossier(close=False)), at, tmp_path, commit=False)
    near = blind.key.digest[:19] + "0" * 52  # the same sheet id, another key
    blind.folder.add_commitment(blind.commitment(key_digest=near), at=at)
    assert not blind.add(blind.answers()).blind


def _rewrite(blind: Blind, edit: Callable[[dict[str, Any]], None]) -> None:
    """Put a review with one lie in place of the true one, ledger and all."""
    true = blind.folder.path / f"reviews/{blind.key.sheet}/review-0001.json"
    body = json.loads(true.read_bytes())
    edit(body)
    lie = NewFile(name=f"reviews/{blind.key.sheet}/review-0002.json", kind="review_added", shows="a lie")
    blind.folder._store(lie, canonical_json(body), at=blind.at + 2 * ANSWER)


@pytest.mark.parametrize(
    "lie",
    [
        lambda body: body["readings"][0].update(blind=True),
        lambda body: body["readings"][0]["answers"][0].update(label="cannot tell"),
        lambda body: body["readings"][0].update(committed="2026-05-01T00:00:00Z"),
        lambda body: body["comparisons"][0]["agreement"]["kappa"].update(value="0.9", low="0.8"),
        lambda body: body["comparisons"][0]["agreement"].update(table=[[0, 0, 1], [0, 2, 0], [0, 0, 0]]),
        lambda body: body["comparisons"][0].update(disagreements=[]),
        lambda body: body["comparisons"][0].update(around=None),
        lambda body: body["comparisons"].clear(),
        lambda body: body.update(key_digest="sha256:" + "0" * 64),
        lambda body: body["record"].update(record_id="another"),
        lambda body: body.update(notes=["the reader is an expert of thirty years"]),
        lambda body: body["readings"][0].update(blind_reason="the reader was locked into a room"),
        lambda body: body["comparisons"][0]["agreement"].update(reason="the readers agree"),
        lambda body: body["comparisons"][0]["cleared"].update(method="called right"),
    ],
)
def test_a_review_that_says_something_else_than_its_files_does_not_verify(
    blind: Blind, lie: Callable[[dict[str, Any]], None]
) -> None:
    blind.add(blind.answers(labels="ncyn", seen_before=True))
    verify(blind.folder.path)
    _rewrite(blind, lie)
    with pytest.raises(VerificationError, match=r"review-0002\.json: "):
        verify(blind.folder.path)


def test_what_a_killed_run_left_is_neither_overwritten_nor_in_the_way(blind: Blind) -> None:
    left = blind.folder.path / f"reviews/{blind.key.sheet}/review-0001.json"
    left.write_bytes(b"of a killed run")
    blind.add(blind.answers())
    assert left.read_bytes() == b"of a killed run"
    assert (left.parent / "review-0002.json").is_file()
    assert any("review-0001.json: left by an interrupted run" in note for note in verify(blind.folder.path).notes)


def test_a_sheet_that_nobody_answered_stays_visible(blind: Blind) -> None:
    told = f"blind sheet {blind.key.sheet} was committed to, no review of it is here"
    assert told in verify(blind.folder.path).notes
    blind.add(blind.answers())
    assert told not in verify(blind.folder.path).notes


@pytest.mark.parametrize(
    "name", ["key.json", "answers-A._Reader-c3a03af3.geojson", "commitment.json", "review-0001.json"]
)
def test_an_altered_part_of_a_review_is_found(blind: Blind, name: str, tmp_path: Path) -> None:
    blind.add(blind.answers())
    copy = tmp_path / "copy"
    shutil.copytree(blind.folder.path, copy)
    path = copy / "reviews" / blind.key.sheet / name
    path.write_bytes(path.read_bytes().replace(b"3", b"4", 1))
    with pytest.raises(VerificationError, match=f"{name}: was altered"):
        verify(copy)


def test_a_key_is_read_back_byte_for_byte_or_refused(blind: Blind) -> None:
    data = blind.key.body()
    assert read_key(data) == blind.key
    with pytest.raises(InputError, match="canonical"):
        read_key(data + b"\n")
    with pytest.raises(InputError, match="salt"):
        read_key(data.replace(b"5c5c", b"zzzz"))
    with pytest.raises(InputError, match="two places have one id"):
        read_key(data.replace(b'"item":"03"', b'"item":"01"'))


def test_the_commitment_tells_nothing_of_the_key(blind: Blind) -> None:
    said = blind.commitment().body()
    assert b"detection" not in said
    assert b"control" not in said
    assert blind.key.salt.encode() not in said
    salted = blind.key.model_copy(update={"salt": "00" * 32})
    assert salted.digest != blind.key.digest  # the same places under another salt: trying all keys leads nowhere
