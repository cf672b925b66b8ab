"""The command that computes a claim file again: exit status, what is printed, nothing written."""

import json
import shutil
from pathlib import Path

import pytest
import yaml

from osint_imagery.cli import main
from osint_imagery.core.claim import read_claim
from osint_imagery.scenes.packaged import bundled
from osint_imagery.workflow.investigating import investigate


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dossier from the bundled scenes, with the one prediction that needs no pixels."""
    body = yaml.safe_load(bundled("port/claim.yaml").read_text(encoding="utf-8"))
    body["predictions"] = [item for item in body["predictions"] if item["id"] == "ship"]
    root = tmp_path_factory.mktemp("made")
    (root / "claim.yaml").write_text(yaml.safe_dump(body), encoding="utf-8")
    claim = read_claim(root / "claim.yaml")
    return investigate(claim, bundled("port/catalog.json"), out=root / "dossier").path


@pytest.fixture
def dossier(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "dossier"))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the scenes in which one byte of one quality layer differs."""
    folder = Path(shutil.copytree(bundled("port"), tmp_path / "copy"))
    path = folder / "port-20240501" / "scl.tif"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    return folder / "catalog.json"


def test_the_same_ends_with_0_and_needs_no_catalogue_where_the_dossier_says_where_it_is(dossier, capsys):
    assert json.loads((dossier / "inputs.json").read_bytes())["catalog"]["href"] == "bundled:port/catalog.json"
    assert main(["reproduce", str(dossier)]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("dossier: SAME (claim simulated-port-2024)")
    assert "28 cited scenes: 28 same" in said.out
    assert said.err == ""


def test_json_holds_every_number(dossier, capsys):
    assert main(["reproduce", str(dossier), "--catalog", str(bundled("port/catalog.json")), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["outcome"], found["reproduced"]) == ("same", True)
    assert len(found["scenes"]) == 28
    (record,) = found["records"]
    assert len(record["rows"]) == sum(record["counts"].values()) > 300
    assert set(record["rows"][0]) == {
        "field", "recorded", "recomputed", "difference", "tolerance", "outcome", "note",
    }  # fmt: skip
    assert found["made_with"] == found["reproduced_with"]


def test_a_changed_scene_ends_with_1_and_is_named(dossier, copy, capsys):
    assert main(["reproduce", str(dossier), "--catalog", str(copy)]) == 1
    said = capsys.readouterr().out
    assert said.startswith("dossier: UPSTREAM CHANGED")
    assert "port-20240501: upstream changed: bytes of file scl differ" in said


def test_an_edited_record_ends_with_1_and_is_named(dossier, capsys):
    path = dossier / "records" / "0001-ship.json"
    path.write_bytes(path.read_bytes().replace(b"could not have been seen", b"looked and not seen", 1))
    assert main(["reproduce", str(dossier), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["outcome"] == "altered"
    assert any("records/0001-ship.json" in problem for problem in found["problems"])


def test_what_cannot_be_reached_ends_with_2(dossier, tmp_path, capsys):
    assert main(["reproduce", str(dossier), "--catalog", str(tmp_path / "missing.json")]) == 2
    said = capsys.readouterr().out
    assert said.startswith("dossier: NOT CHECKED")
    assert "missing.json" in said


def test_what_is_no_dossier_ends_with_2_and_names_the_argument(tmp_path, capsys):
    assert main(["reproduce", str(tmp_path / "missing")]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert f"path={str(tmp_path / 'missing')!r}" in said.err
