"""Commands of the second reader, and the sheet's page in a browser."""

import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import shapely
from support.reviewable import AT, open_dossier

from osint_imagery.cli import main
from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.timespan import iso
from osint_imagery.evidence.answers import read_answers
from osint_imagery.evidence.claim_file import ClaimFile
from osint_imagery.evidence.review_key import read_key
from osint_imagery.evidence.verify import verify
from osint_imagery.scenes.packaged import bundled
from osint_imagery.workflow.reviewing import BlindSheet

CHROMIUM = shutil.which("chromium")


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
    port_claim: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dossier = open_dossier(tmp_path / "dossier", port_claim, bundled("port/catalog.json"))
    command = ["review", "sheet", str(dossier), "--catalog", str(bundled("port/catalog.json")), "--side", "8"]
    command += ["--controls", "2", "--out", str(tmp_path / "sheet"), "--key", str(tmp_path / "key.json")]
    assert main(command) == 0
    assert "keep it from the reader" in capsys.readouterr().out
    assert (tmp_path / "sheet" / "sheet.html").is_file()
    record = f"{port_claim.id}-shed"
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
def test_outlines_are_handed_out_to_be_filled_in_and_refused_while_they_are_not(
    made: tuple[Path, BlindSheet], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dossier = Path(shutil.copytree(made[0], tmp_path / "dossier"))
    (path,) = (dossier / "records").iterdir()
    record = json.loads(path.read_bytes())
    blanks = tmp_path / "blanks.geojson"
    assert main(["review", "blanks", str(dossier), str(blanks), "--record", record["id"]]) == 0
    assert "outlines written" in capsys.readouterr().out
    body = json.loads(blanks.read_text())
    assert len(body["features"]) == len(record["detections"]) > 0
    outline = shapely.from_wkt(record["detections"][0]["outline_wkt"])
    assert shapely.geometry.shape(body["features"][0]["geometry"]).equals_exact(outline, 1e-9, normalize=True)
    assert "strength" not in blanks.read_text()
    annotate = ["review", "annotate", str(dossier), str(blanks), "--record", record["id"]]
    assert main(annotate) == 2
    assert "detection-1" in capsys.readouterr().err
    body["features"] = body["features"][:1]
    given = {"who": "A. Analyst", "at": "2026-06-02T09:00:00Z", "label": "pale roof", "level": "detection"}
    body["features"][0]["properties"] |= given
    blanks.write_text(json.dumps(body))
    assert main(annotate) == 0
    assert main(["review", "blanks", str(dossier), str(blanks), "--record", record["id"]]) == 2
    assert "nothing is overwritten" in capsys.readouterr().err
    path.write_bytes(path.read_bytes().replace(b"detection", b"Detection", 1))
    assert main(["review", "blanks", str(dossier), str(tmp_path / "x.geojson"), "--record", record["id"]]) == 2
    assert "restore the file as it was written" in capsys.readouterr().err


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
