"""A blind sheet of the simulated port: what is committed to, what the reader gets, and that it tells nothing."""

import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import shapely
from PIL import Image as Picture

from osint_imagery.cli import main
from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.errors import ChecksumError, EvidenceError, EvidenceExistsError, InputError, LicenseError
from osint_imagery.core.lineage import digest_bytes
from osint_imagery.core.pair import Pair
from osint_imagery.core.timespan import iso
from osint_imagery.evidence.answers import read_answers
from osint_imagery.evidence.claim_file import ClaimFile
from osint_imagery.evidence.finding import find
from osint_imagery.evidence.record import read_record, record_of
from osint_imagery.evidence.review_key import read_key
from osint_imagery.evidence.review_ledger import read_commitment
from osint_imagery.evidence.verify import verify
from osint_imagery.observe.coverage import coverage
from osint_imagery.observe.resolution import resolution
from osint_imagery.scenes.catalog import open_catalog
from osint_imagery.scenes.packaged import bundled
from osint_imagery.workflow.comparing import compare
from osint_imagery.workflow.reviewing import BlindSheet, blind_sheet

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
CHROMIUM = shutil.which("chromium")


def open_dossier(home: Path, claim: Any, catalog: Path) -> Path:
    """Write an open claim file with the record of one comparison of the whole port."""
    scenes = {scene.id: scene for scene in open_catalog(catalog).scenes()}
    both = (scenes["port-20240516"], scenes["port-20240526"])
    (prediction,) = claim.predictions
    aoi = claim.aoi(prediction)
    finding = find(
        prediction,
        aoi=aoi,
        coverage=coverage(prediction, tuple(scenes.values()), aoi=aoi),
        resolution=resolution(prediction.target, 10),
        detections=compare(*both, aoi).detections,
        scenes=both,
    )
    folder = ClaimFile.create(home, claim, at=AT)
    folder.add_record(record_of(claim, finding, accessed=AT, created=AT, software="osint_imagery 0"), at=AT)
    return folder.path


@pytest.fixture(scope="module")
def claim(claim_of: Callable[..., Any]) -> Any:
    shed = json.loads(
        json.dumps(claim_of("shed").predictions[0].model_dump(mode="json", exclude_none=True, by_alias=True))
    )
    shed["place"] = {
        "name": "the hardstanding and ground beside it",
        "bbox": [-28.005269, 45.004579, -28.001101, 45.007522],
    }
    return claim_of("shed", predictions=[shed])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, claim: Any) -> tuple[Path, BlindSheet]:
    home = tmp_path_factory.mktemp("review")
    dossier = open_dossier(home / "dossier", claim, bundled("port/catalog.json"))
    sheet = blind_sheet(
        dossier,
        bundled("port/catalog.json"),
        out=home / "sheet",
        key=home / "key.json",
        at=AT,
        controls=4,
        side_px=8,
        seed=7,
        salt="ab" * 32,
    )
    return dossier, sheet


def test_the_key_is_committed_to_before_anything_is_handed_out(made: tuple[Path, BlindSheet]) -> None:
    dossier, sheet = made
    key = read_key(sheet.key.read_bytes())
    said = read_commitment(sheet.commitment.read_bytes())
    assert (said.key_digest, said.sheet, said.items) == (key.digest, sheet.sheet, len(key.items))
    assert {file.path for file in said.files} == {
        path.relative_to(sheet.folder).as_posix() for path in sheet.folder.rglob("*") if path.is_file()
    }
    assert all(digest_bytes((sheet.folder / file.path).read_bytes()) == file.digest for file in said.files)
    assert not list(dossier.rglob("key.json"))
    assert any("no review of it is here" in note for note in verify(dossier).notes)


def test_the_reader_gets_nothing_of_claim_detector_or_key(made: tuple[Path, BlindSheet], claim: Any) -> None:
    _, sheet = made
    key = read_key(sheet.key.read_bytes())
    page = re.sub(r"data:image/png;base64,[A-Za-z0-9+/=]+", "", (sheet.folder / "sheet.html").read_text())
    texts = [page, (sheet.folder / "answers.geojson").read_text()]
    for path in sorted((sheet.folder / "chips").iterdir()):
        with Picture.open(path) as picture:
            texts.append(" ".join(f"{name} {value}" for name, value in picture.info.items()))
    whole = "\n".join(texts).lower()
    for told in (claim.text, claim.place.name, "shed", "control", "automated", key.salt, "halcyon", "seed", "irmad"):
        assert told.lower() not in whole
    # what one place has in the page, in words and in kind, every other has: only ids, corners and panel edges differ
    places = json.loads(re.search(r'id="sheet">(.*?)</script>', page).group(1))["places"]  # type: ignore[union-attr]
    assert {tuple(place) for place in places} == {("item", "after", "corners", "pixels")}
    assert {(tuple(place["after"]), place["pixels"]) for place in places} == {(tuple(places[0]["after"]), 16)}
    assert [place["item"] for place in places] == [item.item for item in key.items]


def test_all_pictures_are_of_one_size_and_one_stretch(made: tuple[Path, BlindSheet]) -> None:
    sizes, stretches = set(), set()
    for path in (made[1].folder / "chips").iterdir():
        with Picture.open(path) as picture:
            sizes.add(picture.size)
            stretches.add(picture.info["Description"].split(" on ")[1])
    assert len(sizes) == 1
    assert len(stretches) == 1


def test_the_same_seed_and_salt_make_the_same_sheet(made: tuple[Path, BlindSheet], claim: Any, tmp_path: Path) -> None:
    dossier = open_dossier(tmp_path / "dossier", claim, bundled("port/catalog.json"))
    again = blind_sheet(
        dossier,
        bundled("port/catalog.json"),
        out=tmp_path / "sheet",
        key=tmp_path / "key.json",
        at=AT,
        controls=4,
        side_px=8,
        seed=7,
        salt="ab" * 32,
    )
    assert again.key.read_bytes() == made[1].key.read_bytes()
    assert again.commitment.read_bytes() == made[1].commitment.read_bytes()


def test_the_squares_of_detections_hold_what_the_record_outlined(made: tuple[Path, BlindSheet]) -> None:
    dossier, sheet = made
    key = read_key(sheet.key.read_bytes())
    record = read_record((dossier / key.record.path).read_bytes())
    outlines = {item.id: shapely.from_wkt(item.outline_wkt) for item in record.detections}
    assert outlines
    for item in key.items:
        square = shapely.from_wkt(item.square_wkt).buffer(1e-7)
        inside = [name for name, outline in outlines.items() if square.intersects(outline)]
        assert (item.detection in inside) if item.detection is not None else not inside
        assert not item.whole or item.detection is None or square.covers(outlines[item.detection])


def test_what_would_break_the_blindness_or_overwrite_is_refused(made: tuple[Path, BlindSheet], tmp_path: Path) -> None:
    dossier, sheet = made
    catalog = bundled("port/catalog.json")
    with pytest.raises(EvidenceExistsError, match="not an empty folder"):
        blind_sheet(dossier, catalog, out=sheet.folder, key=tmp_path / "key.json", at=AT)
    with pytest.raises(EvidenceExistsError, match="key="):
        blind_sheet(dossier, catalog, out=tmp_path / "s", key=sheet.key, at=AT)
    with pytest.raises(InputError, match="inside the claim file or the reader's folder"):
        blind_sheet(dossier, catalog, out=tmp_path / "s", key=tmp_path / "s" / "key.json", at=AT)
    with pytest.raises(InputError, match="inside the claim file"):
        blind_sheet(dossier, catalog, out=dossier / "s", key=tmp_path / "key.json", at=AT)
    with pytest.raises(InputError, match="side_px=4 is less than 8"):
        blind_sheet(dossier, catalog, out=tmp_path / "s", key=tmp_path / "key.json", at=AT, side_px=4)
    with pytest.raises(InputError, match="does not stand"):
        blind_sheet(dossier, catalog, out=tmp_path / "s", key=tmp_path / "key.json", at=AT, record="none")
    assert not (tmp_path / "s").exists()
    assert not (tmp_path / "key.json").exists()


def test_a_closed_claim_file_takes_no_commitment(claim: Any, tmp_path: Path) -> None:
    dossier = open_dossier(tmp_path / "dossier", claim, bundled("port/catalog.json"))
    ClaimFile.open(dossier).close(at=AT)
    with pytest.raises(EvidenceError, match="reopen"):
        blind_sheet(dossier, bundled("port/catalog.json"), out=tmp_path / "s", key=tmp_path / "k.json", at=AT)


def test_other_bytes_than_the_record_rests_on_are_refused(claim: Any, port: Any, tmp_path: Path) -> None:
    dossier = open_dossier(tmp_path / "dossier", claim, port.catalog)
    path = port.file("20240526")
    path.write_bytes(path.read_bytes() + b"\0")
    port.promise("20240526")  # the catalogue promises the new bytes, the record the old
    with pytest.raises(ChecksumError, match="is not the file that the record rests on"):
        blind_sheet(dossier, port.catalog, out=tmp_path / "s", key=tmp_path / "k.json", at=AT, side_px=8)
    assert not (tmp_path / "k.json").exists()


def test_restricted_pictures_are_not_handed_out_without_acknowledgement(
    made: tuple[Path, BlindSheet], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bought(pair: Pair) -> Pair:
        return replace(pair, after=replace(pair.after, license="CC-BY-NC-4.0"))

    monkeypatch.setattr("osint_imagery.workflow.reviewing.normalize", bought)
    copy = tmp_path / "dossier"
    shutil.copytree(made[0], copy)
    parts = {"out": tmp_path / "s", "key": tmp_path / "k.json", "at": AT, "side_px": 8, "controls": 1, "most": 1}
    with pytest.raises(LicenseError, match="CC-BY-NC"):
        blind_sheet(copy, bundled("port/catalog.json"), **parts)
    assert not (tmp_path / "s").exists()
    assert not (tmp_path / "k.json").exists()
    blind_sheet(copy, bundled("port/catalog.json"), acknowledge=["CC-BY-NC-4.0"], **parts)
    with Picture.open(tmp_path / "s" / "chips" / "01.png") as picture:
        assert "terms acknowledged: CC-BY-NC-4.0" in picture.info["Credit"]


def fill(sheet: BlindSheet, path: Path, labels: dict[str, str], **changed: Any) -> Path:
    body = json.loads((sheet.folder / "answers.geojson").read_text())
    body |= {"who": "A. Reader", "at": iso(AT + timedelta(hours=1)), "seen_before": False, **changed}
    for row in body["features"]:
        label = labels.get(row["id"], "no change")
        row["properties"] = {"label": label, "level": "detection" if label == "change" else None, "note": ""}
    path.write_text(json.dumps(body))
    return path


def test_the_commands_add_a_review_and_say_by_their_status_whether_it_was_blind(
    made: tuple[Path, BlindSheet], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dossier, sheet = made
    copy = tmp_path / "dossier"
    shutil.copytree(dossier, copy)
    key = read_key(sheet.key.read_bytes())
    truth = {item.item: "change" for item in key.items if item.kind == "detection"}
    assert {item.answer for item in key.items} >= {"change", "no change"}  # it examined some ground in vain
    good = fill(sheet, tmp_path / "a.geojson", truth)
    command = ["review", "add", str(copy), str(good), "--key", str(sheet.key)]
    assert main(command) == 0
    out = capsys.readouterr().out
    assert "A. Reader: blind" in out
    assert "Cohen's kappa 1.00" in out
    seen = fill(sheet, tmp_path / "b.geojson", truth, who="B. Reader", seen_before=True)
    assert main(["review", "add", str(copy), str(seen), "--key", str(sheet.key), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["readings"][0]["blind"] is False
    assert main(["review", "add", str(copy), str(sheet.folder / "answers.geojson"), "--key", str(sheet.key)]) == 2
    assert main(["review", "add", str(copy), str(good), "--key", str(tmp_path / "none")]) == 2
    assert main(["verify", str(copy)]) == 0


def test_a_closed_claim_file_is_reopened_in_a_name_and_closed_again(
    made: tuple[Path, BlindSheet], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dossier, sheet = made
    copy = tmp_path / "dossier"
    shutil.copytree(dossier, copy)
    ClaimFile.open(copy).close(at=AT)
    command = ["review", "add", str(copy), str(fill(sheet, tmp_path / "a.geojson", {})), "--key", str(sheet.key)]
    assert main(command) == 2
    assert "give --by NAME" in capsys.readouterr().err
    assert main([*command, "--by", "An Editor"]) == 0
    kinds = [entry.kind for entry in ClaimFile.open(copy).entries]
    assert kinds[-5:] == ["reopened", "file_added", "file_added", "review_added", "closed"]
    checked = verify(copy)
    assert checked.closed
    assert "by An Editor: answers of a second reader" in checked.notes[0]
    told = subprocess.run([sys.executable, str(copy / "check_dossier.py")], capture_output=True, text=True, check=False)
    assert told.stdout.endswith("VERIFIED\n")
    before = len(kinds)
    assert main([*command[:3], str(sheet.folder / "answers.geojson"), *command[4:], "--by", "An Editor"]) == 2
    assert [entry.kind for entry in ClaimFile.open(copy).entries][before:] == ["reopened", "closed"]  # nothing added


def test_the_commands_make_a_sheet_and_pass_marks_in_and_out(
    claim: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dossier = open_dossier(tmp_path / "dossier", claim, bundled("port/catalog.json"))
    command = ["review", "sheet", str(dossier), "--catalog", str(bundled("port/catalog.json")), "--side", "8"]
    command += ["--controls", "2", "--out", str(tmp_path / "sheet"), "--key", str(tmp_path / "key.json")]
    assert main(command) == 0
    assert "keep it from the reader" in capsys.readouterr().out
    assert (tmp_path / "sheet" / "sheet.html").is_file()
    record = f"{claim.id}-shed"
    assert main(["review", "annotations", str(dossier), str(tmp_path / "out.geojson"), "--record", record]) == 1
    mark = {"who": "A", "at": "2026-06-02T00:00:00Z", "label": "pale roof", "level": "detection", "note": ""}
    body = {"type": "Feature", "id": "1", "geometry": None, "properties": mark}
    (tmp_path / "in.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [body]}))
    assert main(["review", "annotate", str(dossier), str(tmp_path / "in.geojson"), "--record", record]) == 0
    assert main(["review", "annotations", str(dossier), str(tmp_path / "out.geojson"), "--record", record]) == 0
    assert json.loads((tmp_path / "out.geojson").read_text())["features"][0]["properties"]["label"] == "pale roof"
    assert main(["review", "annotations", str(dossier), str(tmp_path / "out.geojson"), "--record", record]) == 2


ANSWERED = """
URL.createObjectURL = (blob) => {
  blob.text().then((text) => { document.title = btoa(unescape(encodeURIComponent(text))); });
  return "#";
};
const press = (id, key) => document.getElementById(id).dispatchEvent(new KeyboardEvent("keydown", { key }));
const items = JSON.parse(document.getElementById("sheet").textContent).places.map((one) => one.item);
document.getElementById("save").click();
const refused = document.getElementById("told").textContent;
document.getElementById("who").value = "\\u5c71\\u7530";
document.getElementById("seen-no").checked = true;
for (const item of items) document.querySelector(`input[name="label-${item}"][value="no change"]`).checked = true;
document.querySelector(`input[name="label-${items[0]}"][value="change"]`).checked = true;
const svg = "draw-" + items[0];
press(svg, "Enter");
for (let k = 0; k < 6; k++) press(svg, "ArrowRight");
press(svg, "Enter");
for (let k = 0; k < 6; k++) press(svg, "ArrowDown");
press(svg, "Enter");
press(svg, "Enter");
press(svg, "Backspace");
document.getElementById("note-" + items[0]).value = refused;
document.getElementById("save").click();
"""


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium: the page was not run")
def test_the_page_runs_under_its_own_policy_and_saves_answers_that_are_read_strictly(
    made: tuple[Path, BlindSheet], tmp_path: Path
) -> None:
    _, sheet = made
    plain = _dom(sheet.folder / "sheet.html")
    assert plain.count("<polygon") == 2 * sheet.items  # its script ran: the policy lets this script in
    page = (sheet.folder / "sheet.html").read_text()
    digest = re.search(r"script-src '(sha256-[^']+)'", page).group(1)  # type: ignore[union-attr]
    mine = "sha256-" + base64.b64encode(hashlib.sha256(ANSWERED.encode()).digest()).decode()
    tried = tmp_path / "sheet.html"
    tried.write_text(
        page.replace(f"'{digest}'", f"'{digest}' '{mine}'").replace("</body>", f"<script>{ANSWERED}</script></body>")
    )
    title = re.search(r"<title>([^<]*)</title>", _dom(tried)).group(1)  # type: ignore[union-attr]
    saved = tmp_path / "answers.geojson"
    saved.write_bytes(base64.b64decode(title))
    answers, _ = read_answers(saved)
    first = answers.answers[0]
    assert (answers.who, answers.sheet, answers.seen_before) == ("山田", sheet.sheet, False)
    assert "Not saved: your name is missing" in first.note
    assert (first.label, first.level) == ("change", "detection")
    assert [one.label for one in answers.answers[1:]] == ["no change"] * (sheet.items - 1)
    # three corners, 6 px apart, right and down from the middle: a triangle of 18 px of 100 m2 each
    key = read_key(sheet.key.read_bytes())
    drawn = shapely.from_wkt(first.outline_wkt)
    assert AreaOfInterest.from_geometry(drawn).area_m2 == pytest.approx(1800, rel=0.01)
    assert drawn.intersects(shapely.from_wkt(key.items[0].square_wkt))


def _dom(path: Path) -> str:
    run = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=3000", "--dump-dom"]
    return subprocess.run([*run, path.as_uri()], check=True, capture_output=True, text=True, timeout=120).stdout
