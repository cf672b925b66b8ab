"""Answers of a second reader are read strictly: every mistake is named, and nothing of wrong ones is stored."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import box, mapping
from support.blind import Blind

from osint_imagery.core.errors import GeometryError, InputError, LevelError
from osint_imagery.evidence.answers import blank_answers, read_answers
from osint_imagery.evidence.claim_file import ClaimFile


@pytest.fixture
def blind(dossier: Callable[..., Path], at: datetime, tmp_path: Path) -> Blind:
    return Blind(ClaimFile.open(dossier(close=False)), at, tmp_path)


def no_level(body: dict[str, Any]) -> None:
    body["features"][1]["properties"]["level"] = None


def level_of_nothing(body: dict[str, Any]) -> None:
    body["features"][0]["properties"]["level"] = "detection"


def too_much(body: dict[str, Any]) -> None:
    body["features"][1]["properties"]["level"] = "identification"


def other_word(body: dict[str, Any]) -> None:
    body["features"][2]["properties"]["label"] = "maybe"


def twice(body: dict[str, Any]) -> None:
    body["features"][2]["id"] = "01"


def one_less(body: dict[str, Any]) -> None:
    del body["features"][2]


def one_more(body: dict[str, Any]) -> None:
    body["features"].append({**body["features"][0], "id": "05"})


def other_sheet(body: dict[str, Any]) -> None:
    body["sheet"] = "000000000000"


def outlined_nothing(body: dict[str, Any]) -> None:
    body["features"][0]["geometry"] = mapping(box(36.01, 45.0, 36.011, 45.001))


def outlined_elsewhere(body: dict[str, Any]) -> None:
    body["features"][1]["geometry"] = mapping(box(45.0, 36.0, 45.001, 36.001))


def crossed(body: dict[str, Any]) -> None:
    ring = [[36.0, 45.0], [36.001, 45.001], [36.001, 45.0], [36.0, 45.001], [36.0, 45.0]]
    body["features"][1]["geometry"] = {"type": "Polygon", "coordinates": [ring]}


@pytest.mark.parametrize(
    ("wrong", "error", "said"),
    [
        (no_level, InputError, r"feature 2 \('02'\): feature: level is missing"),
        (level_of_nothing, InputError, r"feature 1 \('01'\): feature: level is given, but only 'change'"),
        (too_much, LevelError, "level='identification' is above"),
        (other_word, InputError, r"feature 3 \('03'\): properties.label: Input should be 'change', 'no change'"),
        (twice, InputError, "place 01 is answered twice"),
        (one_less, InputError, r"place 03 has no answer \(1 such\); answer each of its 4 places"),
        (one_more, InputError, "place 05 is no place of this sheet"),
        (other_sheet, InputError, "are to sheet '000000000000'"),
        (outlined_nothing, InputError, "geometry is given, but the label is 'no change'"),
        (outlined_elsewhere, InputError, "place 02: geometry lies outside the square"),
        (crossed, GeometryError, r"feature 2 \('02'\): geometry: the outline is not valid"),
        (lambda body: body.update(who=""), InputError, "who: String should have at least 1"),
        (lambda body: body.update(seen_before=None), InputError, "seen_before: Input should be a valid boolean"),
        (lambda body: body.update(who="detector"), InputError, "none is 'detector'"),
    ],
)
def test_answers_are_read_strictly_and_nothing_is_stored_of_wrong_ones(
    blind: Blind, wrong: Callable[[dict[str, Any]], None], error: type[Exception], said: str
) -> None:
    before = blind.folder.entries
    with pytest.raises(error, match=said):
        blind.add(blind.edited(wrong))
    assert blind.folder.entries == before
    assert not (blind.folder.path / "reviews" / blind.key.sheet / "key.json").exists()


def test_blank_answers_are_refused(blind: Blind, tmp_path: Path) -> None:
    path = tmp_path / "blank.geojson"
    path.write_text(blank_answers(blind.key.sheet, ["01", "02"]))
    with pytest.raises(InputError, match="problems"):
        read_answers(path)
    with pytest.raises(InputError, match="at least one reader"):
        blind.add()
