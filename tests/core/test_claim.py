"""A claim says enough to be checked, before a pixel is read, or is refused with every fault named."""

import hashlib
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from osint_imagery.core.claim import Change, Claim, DetectionLevel, read_claim
from osint_imagery.core.errors import ClaimError

BODY: dict[str, Any] = {
    "schema": "osint-imagery/claim/1",
    "id": "port-2022",
    "text": "A ship unloaded at the port.",
    "language": "en",
    "claimant": {"name": "A spokesman"},
    "stated_on": "2022-09-08",
    "first_appearance": "https://example.org/1",
    "place": {"name": "port", "bbox": [35.51, 33.90, 35.54, 33.91]},
    "when": {"start": "2022-09-01", "end": "2022-09-07"},
    "hypotheses": [{"id": "ship", "text": "a ship came"}, {"id": "none", "text": "no ship came", "rival": True}],
    "predictions": [
        {
            "id": "p1",
            "text": "a ship at the quay",
            "expected_under": "ship",
            "excluded_under": "none",
            "change": "appears",
            "target": {"what": "ship", "length_m": 100, "width_m": 18},
            "when": {"start": "2022-09-01", "end": "2022-09-07"},
        }
    ],
}
SOURCE: dict[str, Any] = {"kind": "document", "description": "a manifest"}


def written(folder: Path, **changes: Any) -> Path:
    """Write the claim with values replaced; ``a__0__b`` reaches inside, None deletes."""
    body = deepcopy(BODY)
    for key, value in changes.items():
        *path, last = [int(part) if part.isdigit() else part for part in key.split("__")]
        inner: Any = body
        for part in path:
            inner = inner[part]
        if value is None:
            del inner[last]
        else:
            inner[last] = value
    target = folder / "claim.yaml"
    target.write_text(yaml.safe_dump(body, sort_keys=False))
    return target


def test_complete_claim_is_read_and_frozen(tmp_path: Path) -> None:
    claim = read_claim(written(tmp_path))
    assert claim.predictions[0].change is Change.APPEARS
    assert claim.predictions[0].level is DetectionLevel.DETECTION
    assert claim.when.span().days == 7
    assert claim.aoi(claim.predictions[0]).name == "port"
    assert claim.hypothesis("none").rival
    with pytest.raises(ValidationError, match="frozen"):
        claim.text = "something else"  # type: ignore[misc]


def test_digest_is_that_of_the_file_byte_for_byte(tmp_path: Path) -> None:
    path = written(tmp_path)
    first = read_claim(path)
    assert first.digest == "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()
    assert first.source == path.read_bytes()
    path.write_bytes(path.read_bytes() + b"# a comment\n")
    assert read_claim(path).digest != first.digest


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"hypotheses__1__rival": False}, "no rival hypothesis"),
        ({"hypotheses__0__rival": True}, "no rival hypothesis"),
        ({"hypotheses__1__id": "ship"}, "share an id"),
        ({"predictions__0__expected_under": "shp"}, "names hypothesis 'shp'; hypotheses are ship, none"),
        ({"predictions__0__excluded_under": "ship"}, "tells nothing apart"),
        (
            {"predictions__0__also_expected_under": ["shp"]},
            r"predictions.0.also_expected_under: .* names hypothesis 'shp'",
        ),
        ({"predictions__0__also_expected_under": ["ship"]}, "names hypothesis 'ship' twice"),
        ({"predictions__0__also_excluded_under": ["ship"]}, "also_excluded_under: .* tells nothing apart"),
        ({"sources": [SOURCE | {"consistent_with": ["shp"]}]}, "source 1 names hypothesis 'shp'; hypotheses are ship"),
        ({"sources": [SOURCE | {"inconsistent_with": ["none", "none"]}]}, "names hypothesis 'none' twice"),
        (
            {"sources": [SOURCE | {"consistent_with": ["ship"], "inconsistent_with": ["ship"]}]},
            "sources.0.inconsistent_with: source 1 is consistent and inconsistent with ship",
        ),
        ({"sources": [SOURCE | {"supports": ["ship"]}]}, "sources.0.supports: Extra inputs"),
        ({"predictions": []}, "predictions"),
        ({"colour": "red"}, "colour: Extra inputs are not permitted"),
        ({"predictions__0__target__depth_m": 3}, "target.depth_m: Extra inputs"),
        ({"when__start": "2022-09-01T10:00:00"}, "has no time zone"),
        ({"stated_on": "2022-09-08T10:00:00"}, "has no time zone"),
        ({"stated_on": "last week"}, "is not a date"),
        ({"when__end": "2022-08-01"}, "is before"),
        ({"claimant": None}, "claimant: Field required"),
        ({"text": ""}, "text:"),
        ({"language": False}, "language:"),
        ({"schema": "osint-imagery/claim/2"}, "schema:"),
        ({"predictions__0__change": "vanishes"}, "change:"),
        ({"predictions__0__level": "certainty"}, "level:"),
        ({"predictions__0__target__length_m": -1}, "length_m"),
        ({"predictions__0__target__length_m": "100"}, "length_m"),
        ({"predictions__0__target__contrast": {"red": float("nan")}}, "contrast.red"),
        ({"predictions__0__dwell_days": float("inf")}, "dwell_days"),
        ({"place__point": [35.5, 33.9], "place__radius_m": 900}, "exactly one of bbox"),
        ({"place__bbox": [33.90, 135.51, 33.91, 135.54]}, "not on the Earth"),
        ({"place__bbox": None, "place__point": [35.5, 33.9]}, "exactly one of bbox"),
        ({"place__bbox": None, "place__geometry": {"type": "Point", "coordinates": [35, 33]}}, "not an area"),
    ],
)
def test_claim_that_does_not_say_enough_is_refused(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ClaimError, match=words):
        read_claim(written(tmp_path, **changes))


@pytest.mark.parametrize(
    "geometry", [{"type": "Polygon"}, {"type": "Blob", "coordinates": []}, {"coordinates": []}, {}]
)
def test_geometry_that_is_no_geojson_is_refused(tmp_path: Path, geometry: dict[str, Any]) -> None:
    with pytest.raises(ClaimError, match="geometry"):
        read_claim(written(tmp_path, place__bbox=None, place__geometry=geometry))


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(ClaimError, match=r"claimant: Field required.*colour: Extra"):
        read_claim(written(tmp_path, claimant=None, colour="red"))


@pytest.mark.parametrize(("text", "words"), [("a: [", "as YAML"), ("- 1", "not a mapping"), ("", "not a mapping")])
def test_files_that_are_no_claim_are_refused(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "claim.yaml"
    path.write_text(text)
    with pytest.raises(ClaimError, match=words):
        read_claim(path)
    with pytest.raises(ClaimError, match="could not be read"):
        read_claim(tmp_path / "absent.yaml")


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "claim.yaml"
    path.write_bytes(b"\xff\xfe\x00\x01\x80")
    with pytest.raises(ClaimError, match="could not be read"):
        read_claim(path)


def test_key_given_twice_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_text(path.read_text() + "text: Another claim altogether.\n")
    with pytest.raises(ClaimError, match=r"text.*twice"):
        read_claim(path)


def test_unquoted_dates_mean_whole_days_and_zoned_times_instants(tmp_path: Path) -> None:
    path = written(tmp_path)
    text = path.read_text().replace("'2022-09-01'", "2022-09-01").replace("'2022-09-07'", "2022-09-07T12:00:00+02:00")
    path.write_text(text)
    span = read_claim(path).when.span()
    assert span.label == "2022-09-01 00:00:00 to 2022-09-07 10:00:00 UTC"
    assert isinstance(read_claim(path), Claim)


def test_hypotheses_that_say_the_same_of_a_prediction_can_be_named(tmp_path: Path) -> None:
    more = [*BODY["hypotheses"], {"id": "moved", "text": "it was moved", "rival": True}]
    claim = read_claim(written(tmp_path, hypotheses=more, predictions__0__also_excluded_under=["moved"]))
    assert (claim.predictions[0].expecting, claim.predictions[0].excluding) == (("ship",), ("none", "moved"))


def test_a_source_that_names_no_hypothesis_is_refused_with_line_and_column(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_text(path.read_text() + "sources:\n  - {kind: other, description: x, consistent_with: [shp]}\n")
    line = len(path.read_text().splitlines())
    with pytest.raises(ClaimError, match=f"line {line}, column 52: sources.0.consistent_with: source 1 names"):
        read_claim(path)


@pytest.mark.parametrize(("end", "refused"), [("2022-08-31", False), ("2022-09-01", True), ("2022-12-31", True)])
def test_what_is_usual_is_never_taken_from_the_time_of_the_event(tmp_path: Path, end: str, *, refused: bool) -> None:
    path = tmp_path / "claim.yaml"
    path.write_text(yaml.safe_dump({**BODY, "baseline": {"start": "2022-01-01", "end": end}}))
    if refused:
        with pytest.raises(ClaimError, match=r"line \d+, column \d+: baseline.end: baseline ends after 2022-09-01"):
            read_claim(path)
    else:
        assert read_claim(path).baseline is not None


@pytest.mark.parametrize("text", ["a: " + 5000 * "9", "a: " + 5000 * "["])
def test_what_no_reader_knows_is_refused_plainly(tmp_path: Path, text: str) -> None:
    path = tmp_path / "claim.yaml"
    path.write_text(text)
    with pytest.raises(ClaimError, match="could not be read as YAML"):
        read_claim(path)
