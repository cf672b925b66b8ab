"""The commands: exit status, what is printed where, and nothing overwritten."""

import io
import json
import shutil
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest
import yaml

from osint_imagery.cli import main
from osint_imagery.core.errors import NothingFoundWarning
from osint_imagery.scenes.packaged import bundled

PORT = str(bundled("port/catalog.json"))
PLACE = ["--bbox", "-28.004469", "45.005139", "-28.001901", "45.006962"]
SPRING = ["--from", "2024-05-01", "--to", "2024-05-31"]
PAIR = ["port-20240516", "port-20240526"]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(scope="session")
def launcher(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The port's claim with the one prediction that is quickly answered."""
    body = yaml.safe_load(bundled("port/claim.yaml").read_text(encoding="utf-8"))
    body["predictions"] = [item for item in body["predictions"] if item["id"] == "launcher"]
    path = tmp_path_factory.mktemp("claim") / "claim.yaml"
    path.write_text(yaml.safe_dump(body), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def made(launcher: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A dossier, written by the real command with its output in pipes."""
    out = tmp_path_factory.mktemp("made") / "dossier"
    command = [sys.executable, "-m", "osint_imagery.cli", "investigate", str(launcher), "--catalog", PORT]
    return out, subprocess.run([*command, "--out", str(out)], check=False, capture_output=True, text=True)


@pytest.fixture
def dossier(made: tuple[Path, Any], tmp_path: Path) -> Path:
    """A copy of it, to be altered."""
    return Path(shutil.copytree(made[0], tmp_path / "dossier"))


def body(capsys: pytest.CaptureFixture[str]) -> Any:
    """Return what --json printed; it must be one JSON text and nothing else."""
    return json.loads(capsys.readouterr().out)


def test_investigate_ends_with_0_and_shows_no_progress_in_a_pipe(made):
    out, run = made
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    assert "launcher: COULD NOT HAVE BEEN SEEN" in run.stdout
    assert str(out / "report.html") in run.stdout
    assert "\r" not in run.stdout
    assert "\033" not in run.stdout


def test_progress_goes_to_a_terminal_and_never_to_standard_output(launcher, tmp_path, monkeypatch, capsys):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert main(["investigate", str(launcher), "--catalog", PORT, "--out", str(tmp_path / "new")]) == 0
    assert "claim simulated-port-2024 registered" in terminal.getvalue()
    assert "registered" not in capsys.readouterr().out


def test_investigate_prints_json_only_even_on_a_terminal(launcher, tmp_path, monkeypatch, capsys):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert main(["investigate", str(launcher), "--catalog", PORT, "--out", str(tmp_path / "new"), "--json"]) == 0
    (result,) = body(capsys)
    assert terminal.getvalue() == ""
    assert result["answers"]["launcher"]["answer"] == "could not have been seen"
    assert result["head"].startswith("sha256:")


def test_investigate_writes_nothing_over_an_existing_folder(launcher, dossier, capsys):
    before = {path: path.read_bytes() for path in dossier.rglob("*") if path.is_file()}
    assert main(["investigate", str(launcher), "--catalog", PORT, "--out", str(dossier)]) == 2
    assert f"out={str(dossier)!r} is not an empty folder" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in dossier.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("field", ["claim", "catalog"])
def test_investigate_ends_with_2_and_names_what_is_not_there(launcher, tmp_path, capsys, field):
    missing = str(tmp_path / "missing.yaml")
    claim, catalog = (missing, PORT) if field == "claim" else (str(launcher), missing)
    assert main(["investigate", claim, "--catalog", catalog, "--out", str(tmp_path / "new")]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert missing in said.err
    assert not (tmp_path / "new").exists()


def test_verify_ends_with_0_for_a_whole_dossier(dossier, capsys):
    assert main(["verify", str(dossier)]) == 0
    assert "verified (closed)" in capsys.readouterr().out
    assert main(["verify", str(dossier), "--json"]) == 0
    result = body(capsys)
    assert (result["claim"], result["closed"], result["records"]) == ("simulated-port-2024", True, 1)


@pytest.mark.parametrize("name", ["report.html", "claim.yaml", "records/0001-launcher.json", "ledger.jsonl"])
def test_verify_ends_with_1_for_an_altered_dossier_and_names_the_file(dossier, capsys, name):
    data = bytearray((dossier / name).read_bytes())
    data[len(data) // 2] ^= 1
    (dossier / name).write_bytes(data)
    assert main(["verify", str(dossier)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert name in said.err
    assert main(["verify", str(dossier), "--json"]) == 1
    result = body(capsys)
    assert result["error"] == "VerificationError"
    assert any(name in problem for problem in result["problems"])


def test_verify_ends_with_1_where_the_ledger_is_gone(dossier, capsys):
    (dossier / "ledger.jsonl").unlink()
    assert main(["verify", str(dossier)]) == 1
    assert "ledger.jsonl" in capsys.readouterr().err


def test_verify_ends_with_2_for_what_is_no_folder_and_names_the_argument(tmp_path, capsys):
    assert main(["verify", str(tmp_path / "missing")]) == 2
    assert f"dossier={str(tmp_path / 'missing')!r}" in capsys.readouterr().err


def test_search_lists_every_scene_used_or_rejected_with_the_reason(capsys):
    assert main(["search", PORT, *PLACE, *SPRING]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "7 of 28 scenes offered can be used"
    assert sum(line.startswith("used") for line in lines) == 7
    assert sum("outside the dates" in line for line in lines) == 21


def test_search_prints_json_only(capsys):
    assert main(["search", PORT, *PLACE, *SPRING, "--json"]) == 0
    result = body(capsys)
    assert len(result["scenes"]) == 28
    assert {"scene", "acquired", "used", "reason"} == set(result["scenes"][0])
    assert (result["complete"], result["gaps"]) == (True, [])  # on this machine, and read whole


def test_an_interruption_is_one_line_and_a_status_of_its_own(capsys, monkeypatch):
    def broken_off(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("osint_imagery.cli_catalog.search", broken_off)
    assert main(["search", PORT, *PLACE, *SPRING]) == 130
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "interrupted: nothing that was finished before is lost\n")


def test_search_ends_with_1_where_nothing_can_be_used(capsys):
    with warnings.catch_warnings():
        warnings.simplefilter("always", NothingFoundWarning)
        assert main(["search", PORT, *PLACE, "--from", "2019-01-01", "--to", "2019-12-31"]) == 1
    said = capsys.readouterr()
    assert "0 of 28 scenes offered can be used" in said.out
    (line,) = said.err.splitlines()  # no line of program code beside it
    assert line.startswith("note: no scene of ")
    assert "28 offered, 0 used" in line


def test_compare_says_why_a_file_cannot_be_used_and_what_to_write(tmp_path, capsys):
    shutil.copy(bundled("port/port-20240516/pixels.tif"), tmp_path / "IMG_1.tif")
    assert main(["compare", str(tmp_path), "IMG_1", "IMG_2", "--out", str(tmp_path / "a.png")]) == 2
    said = capsys.readouterr().err
    assert "scene='IMG_1' cannot be used: no date" in said
    assert "write IMG_1.json" in said
    (tmp_path / "IMG_1.json").write_text('{"acquired": "2024-05-16", "source": "a colleague"}')
    assert main(["compare", str(tmp_path), "IMG_1", "IMG_2", "--out", str(tmp_path / "a.png")]) == 2
    assert "scene='IMG_2' is not in the catalogue; it holds IMG_1\n" in capsys.readouterr().err


BAD_SEARCHES = (
    ([PORT, *PLACE, "--from", "2024-05-01T10:00:00", "--to", "2024-05-31"], "start='2024-05-01T10:00:00'"),
    ([PORT, *PLACE, "--from", "yesterday", "--to", "2024-05-31"], "start='yesterday'"),
    ([PORT, *PLACE, "--from", "2024-05-31", "--to", "2024-05-01"], "end='2024-05-01'"),
    ([PORT, "--bbox", "10", "10", "11", "11", *SPRING], "outside all 28 scenes"),
    ([PORT, "--bbox", "0", "0", "0", "91", *SPRING], "91"),
    ([PORT, "--aoi", "missing.geojson", *SPRING], "missing.geojson"),
    (["http://example.org/stac", *PLACE, *SPRING], "source='http://example.org/stac' is refused"),
    (["missing.json", *PLACE, *SPRING], "source='missing.json'"),
)


@pytest.mark.parametrize(("arguments", "named"), BAD_SEARCHES)
def test_search_ends_with_2_for_bad_input_and_names_it(arguments, named, capsys):
    assert main(["search", *arguments]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert named in said.err
    assert main(["search", *arguments, "--json"]) == 2
    assert named in body(capsys)["message"]


@pytest.mark.parametrize("arguments", [[], ["search", PORT], ["search", PORT, *SPRING], ["unheard-of"]])
def test_wrong_usage_ends_with_2(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_compare_writes_the_figure_and_the_detections_once_and_never_over_another(tmp_path, capsys):
    figure, table = tmp_path / "pair.png", tmp_path / "pair.geojson"
    command = ["compare", PORT, *PAIR, *PLACE, "--out", str(figure), "--json"]
    assert main([*command, "--geojson", str(table)]) == 0
    result = body(capsys)
    assert (result["verdict"], result["detections"]) == ("changed", 1)
    assert len(json.loads(table.read_text())["features"]) == 1
    drawn = figure.read_bytes()
    assert main([*command, "--geojson", str(table)]) == 2
    assert f"geojson={str(table)!r} exists" in body(capsys)["message"]
    assert main(command) == 0  # the same figure again: nothing to write
    assert body(capsys)["digest"] == result["digest"]
    figure.write_bytes(b"somebody else's")
    assert main(command) == 2
    assert f"path={str(figure)!r} already holds something else" in body(capsys)["message"]
    assert figure.read_bytes() == b"somebody else's"
    assert drawn.startswith(b"\x89PNG")


def test_compare_without_an_area_says_undetermined(tmp_path, capsys):
    assert main(["compare", PORT, *PAIR, "--out", str(tmp_path / "pair.svg")]) == 0
    said = capsys.readouterr().out
    assert said.startswith("undetermined: no quiet pairs and no ground around the area")
    assert "q withheld" in said


BAD_PAIRS = (
    (["port-19990101", "port-20240526", *PLACE], "scene='port-19990101'"),
    ([*reversed(PAIR), *PLACE], "is later than after"),
    ([*PAIR, "--bbox", "10", "10", "10.1", "10.1"], "outside the common ground"),
    ([*PAIR, *PLACE, "--out", "pair.gif"], "path='pair.gif'"),
    ([*PAIR, *PLACE, "--out", "no-such-folder/pair.png"], "no-such-folder"),
)


@pytest.mark.parametrize(("arguments", "named"), BAD_PAIRS)
def test_compare_ends_with_2_for_bad_input_and_names_it(arguments, named, capsys, *, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["compare", PORT, *arguments]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert named in said.err
    assert list(tmp_path.iterdir()) == []


def test_demo_writes_nothing_into_a_folder_that_holds_something(tmp_path, capsys):
    (tmp_path / "note.txt").write_text("mine")
    for out in (tmp_path, tmp_path / "note.txt"):
        assert main(["demo", "--out", str(out)]) == 2
        assert f"out={str(out)!r} is not an empty folder" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]


def test_compare_draws_the_figure_that_is_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["compare", PORT, *PAIR, *PLACE]
    out = tmp_path / "figure.svg"
    asked = ["--title", "The quay", "--bands", "false color", "--layout", "stacked", "--width", "column"]
    assert main([*words, "--out", str(out), *asked]) == 0
    text = out.read_text(encoding="utf-8")
    assert "The quay" in text
    assert 'width="226.77' in text  # 80 mm in points
    assert main([*words, "--out", str(tmp_path / "b.png"), "--layout", "sideways"]) == 2
    assert "layout=" in capsys.readouterr().err
