"""A second reader is another person, who answers before the ledger says so, about the ground that the sheet shows."""

import json
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from shapely.geometry import box, mapping
from support.blind import ANSWER, Blind, place

from osint_imagery.core.errors import InputError, VerificationError
from osint_imagery.core.timespan import iso
from osint_imagery.evidence.annotations import read_annotations
from osint_imagery.evidence.claim_file import ClaimFile
from osint_imagery.evidence.review_check import check_people
from osint_imagery.evidence.verify import verify

WORLD = box(-180, -90, 180, 90)


@pytest.fixture
def blind(dossier: Callable[..., Path], at: datetime, tmp_path: Path) -> Blind:
    return Blind(ClaimFile.open(dossier(close=False)), at, tmp_path)


@pytest.mark.parametrize(("late", "is_blind"), [(timedelta(0), True), (timedelta(seconds=1), False)])
def test_answers_dated_after_they_came_in_are_not_blind(blind: Blind, late: timedelta, *, is_blind: bool) -> None:
    review = blind.add(blind.answers(at=iso(blind.at + 2 * ANSWER + late)))
    assert review.blind is is_blind
    assert ("after the ledger took them in" in review.readings[0].blind_reason) is not is_blind
    verify(blind.folder.path)


def test_one_set_of_answers_under_two_names_is_refused(blind: Blind) -> None:
    one = blind.answers(at=iso(blind.at + ANSWER))
    two = blind.answers("B. Reader", at=iso(blind.at + ANSWER))
    with pytest.raises(InputError, match=r"of A. Reader and .* of B. Reader are the same answers at the same second"):
        blind.add(one, two)
    assert not (blind.folder.path / "reviews" / blind.key.sheet / "key.json").exists()  # nothing was stored


def test_the_same_notes_at_another_time_are_a_copy_too(blind: Blind) -> None:
    path = blind.edited(lambda body: body["features"][0]["properties"].update(note="a roof"))
    copy = blind.home / "copy.geojson"
    body = json.loads(path.read_text())
    copy.write_text(json.dumps({**body, "who": "B. Reader", "at": iso(blind.at + 1.5 * ANSWER)}))
    with pytest.raises(InputError, match="with the same notes and outlines"):
        blind.add(path, copy)


def test_readers_who_merely_agree_are_two(blind: Blind) -> None:
    assert len(blind.add(blind.answers(), blind.answers("B. Reader")).readings) == 2


@pytest.mark.parametrize("name", ["a. reader", " A.  Reader", "Ａ. Reader", "Detector", "DETECTOR "])
def test_a_name_that_tells_nobody_apart_is_refused(blind: Blind, name: str) -> None:
    with pytest.raises(InputError, match="each needs a name of their own"):
        blind.add(blind.answers(), blind.answers(name, "ycyn", name="other.geojson"))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (" ", "is blank"),
        ("\u200b", "is blank"),
        ("A\nB. Reader", r"holds U\+000A"),
        ("A \u202eredaeR", r"holds U\+202E RIGHT-TO-LEFT OVERRIDE"),
        ("A\u2028B", r"holds U\+2028 LINE SEPARATOR"),
    ],
)
def test_a_name_that_shows_nothing_or_shows_otherwise_is_refused(blind: Blind, name: str, words: str) -> None:
    with pytest.raises(InputError, match=rf"who: .*{words}"):
        blind.add(blind.answers(name, name="odd.geojson"))
    marks = blind.home / "marks.geojson"
    said = {"who": name, "at": iso(blind.at), "label": "roof", "level": "detection", "note": ""}
    one = {"type": "Feature", "id": "1", "geometry": None, "properties": said}
    marks.write_text(json.dumps({"type": "FeatureCollection", "features": [one]}))
    with pytest.raises(InputError, match=rf"who: .*{words}"):
        read_annotations(marks)


@pytest.mark.parametrize(
    ("outline", "holds"),
    [
        (WORLD, False),
        (box(35.99, 44.99, 36.01, 45.01), False),
        (box(35.9985, 44.999, 36.0035, 45.003), True),
        (box(36.0005, 45.0005, 36.001, 45.001), True),
    ],
)
def test_an_outline_stays_within_the_picture(blind: Blind, outline: Any, *, holds: bool) -> None:
    path = blind.edited(lambda body: body["features"][1].update(geometry=mapping(outline)))
    if holds:
        assert blind.add(path).readings[0].answers[1].outline_wkt
    else:
        with pytest.raises(InputError, match="place 02: geometry reaches beyond the picture"):
            blind.add(path)


@pytest.mark.parametrize("square", ["POLYGON((", "POINT (1 2)", "POLYGON EMPTY", "nothing"])
def test_a_key_whose_squares_are_none_is_refused(square: str) -> None:
    with pytest.raises(ValidationError, match="square_wkt"):
        place("01", 36.0, "control", square_wkt=square)


def test_a_review_that_lost_a_file_is_named_by_a_typed_error(blind: Blind, tmp_path: Path) -> None:
    blind.add(blind.answers())
    parts = sorted(path.name for path in (blind.folder.path / "reviews" / blind.key.sheet).iterdir())
    assert len(parts) == 4
    record = next((blind.folder.path / "records").iterdir()).relative_to(blind.folder.path)
    for name in (*(Path("reviews", blind.key.sheet, part) for part in parts), record):
        copy = tmp_path / name.name
        shutil.copytree(blind.folder.path, copy)
        (copy / name).unlink()
        with pytest.raises(VerificationError) as caught:
            verify(copy)
        assert any(problem.startswith(f"{name.as_posix()}: missing") for problem in caught.value.problems)


CHOSEN = (
    "the places were chosen: 1 hold a detection, 2 are ground that the detector examined in vain, 1 are ground around "
    "that it did not examine; so raw agreement, kappa and pi are of this sheet and not of the ground at large"
)
SENTENCES = {
    CHOSEN,
    "the key was committed to at 2026-06-01T12:00:00Z; the reader says to have seen nothing before",
    "1 of 1 called 'change', exact binomial (Clopper-Pearson) interval",
    "2 of 2 called 'no change', exact binomial (Clopper-Pearson) interval",
    "0 of 1 called 'no change', exact binomial (Clopper-Pearson) interval",
}


def test_the_sentences_of_a_review_are_part_of_its_schema(blind: Blind) -> None:
    """Verifying compares them word by word: who rewrites one here has to give the schema another name."""
    review = blind.add(blind.answers())
    (one,) = review.comparisons
    told = {*review.notes, review.readings[0].blind_reason}
    told |= {share.method for share in (one.confirmed, one.cleared, one.around) if share is not None}
    assert told == SENTENCES
    assert check_people(blind.folder.path, blind.folder.entries, {one.path for one in review.readings}) == ((), ())
