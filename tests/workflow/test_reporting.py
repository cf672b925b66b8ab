"""The report of a claim file: found, copied out, or added to it as PDF, which its ledger records."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from osint_imagery.cli import main
from osint_imagery.core.errors import InputError
from osint_imagery.evidence.verify import verify
from osint_imagery.scenes.packaged import bundled
from osint_imagery.workflow import reporting
from osint_imagery.workflow.investigating import investigate
from osint_imagery.workflow.reporting import report_of_dossier

pytest.importorskip("typst", reason="typst is not installed: no PDF is made")


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, claim_of: Any, clock: Any) -> Path:
    """A closed claim file on a ship at which nobody looked."""
    out = tmp_path_factory.mktemp("report") / "dossier"
    return investigate(claim_of("ship"), bundled("port/catalog.json"), out=out, clock=clock).path


@pytest.fixture
def dossier(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "dossier"))


def kinds(dossier: Path) -> list[str]:
    return [json.loads(line)["kind"] for line in (dossier / "ledger.jsonl").read_text().splitlines()]


def test_the_claim_file_holds_the_report_as_data_and_the_page_follows_from_it(dossier: Path) -> None:
    found = report_of_dossier(dossier)
    assert found.later == ()
    assert reporting.html_report(found.content).encode() == (dossier / "report.html").read_bytes()
    assert kinds(dossier).count("report_added") == 2


def test_investigate_writes_the_pdf_where_it_is_asked_for_and_it_is_the_same_one(
    dossier: Path, tmp_path: Path, claim_of: Any, clock: Any
) -> None:
    asked = investigate(
        claim_of("ship"), bundled("port/catalog.json"), out=tmp_path / "dossier2", pdf=True, clock=clock
    )
    assert kinds(asked.path).count("report_added") == 3
    assert verify(asked.path).closed
    data = (asked.path / "report.pdf").read_bytes()
    assert data.startswith(b"%PDF-")
    assert data == reporting.pdf_report(report_of_dossier(asked.path).content)


def test_without_typst_investigate_stops_before_it_writes_anything(
    tmp_path: Path, claim_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "typst", None)
    with pytest.raises(InputError, match=r"osint-imagery\[pdf\]"):
        investigate(claim_of("ship"), bundled("port/catalog.json"), out=tmp_path / "dossier", pdf=True)
    assert not (tmp_path / "dossier").exists()


def test_a_copy_leaves_the_claim_file_as_it_is(dossier: Path, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    before = {path: path.read_bytes() for path in dossier.rglob("*") if path.is_file()}
    assert main(["report", str(dossier), "--out", str(tmp_path / "copy.pdf")]) == 0
    assert main(["report", str(dossier), "--out", str(tmp_path / "copy.html")]) == 0
    assert {path: path.read_bytes() for path in dossier.rglob("*") if path.is_file()} == before
    assert (tmp_path / "copy.pdf").read_bytes().startswith(b"%PDF-")
    assert (tmp_path / "copy.html").read_bytes() == (dossier / "report.html").read_bytes()
    assert "MB, made 2026-01-02T03:04:05Z" in capsys.readouterr().out
    assert main(["report", str(dossier), "--out", str(tmp_path / "copy.pdf")]) == 2
    assert main(["report", str(dossier), "--out", str(tmp_path / "copy.doc")]) == 2
    assert "end it in .html or .pdf" in capsys.readouterr().err


def test_the_pdf_is_added_in_somebodys_name_once(dossier: Path, capsys: pytest.CaptureFixture) -> None:
    assert main(["report", str(dossier), "--pdf"]) == 2
    assert "give --by NAME" in capsys.readouterr().err
    assert not (dossier / "report.pdf").exists()
    assert main(["report", str(dossier), "--pdf", "--by", "An Editor", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["report"] == str(dossier / "report.pdf")
    assert kinds(dossier)[-3:] == ["reopened", "report_added", "closed"]
    assert verify(dossier).closed
    count = len(kinds(dossier))
    assert main(["report", str(dossier), "--pdf"]) == 0
    assert len(kinds(dossier)) == count


def test_an_altered_pdf_does_not_verify(dossier: Path, capsys: pytest.CaptureFixture) -> None:
    assert main(["report", str(dossier), "--pdf", "--by", "An Editor"]) == 0
    data = bytearray((dossier / "report.pdf").read_bytes())
    data[len(data) // 2] ^= 1
    (dossier / "report.pdf").write_bytes(data)
    assert main(["verify", str(dossier)]) == 1
    assert main(["report", str(dossier)]) == 1
    assert "report.pdf: was altered" in capsys.readouterr().err


def test_what_came_after_the_report_is_named(dossier: Path, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    marks = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": "1",
                "geometry": None,
                "properties": {
                    "who": "A. Analyst",
                    "at": "2026-06-02T09:00:00Z",
                    "label": "ship",
                    "level": "detection",
                    "note": "",
                },
            }
        ],
    }
    (tmp_path / "marks.geojson").write_text(json.dumps(marks))
    record = json.loads(next((dossier / "records").iterdir()).read_bytes())["id"]
    arguments = ["review", "annotate", str(dossier), str(tmp_path / "marks.geojson"), "--record", record]
    assert main([*arguments, "--by", "A. Analyst"]) == 0
    assert main(["report", str(dossier)]) == 0
    assert "not in it, since it came later: 1 marks of analysts" in capsys.readouterr().out


def test_a_claim_file_without_a_report_as_data_and_one_that_is_none_are_refused(
    dossier: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reporting, "STORED", "another.json")
    with pytest.raises(InputError, match=r"has no another\.json"):
        report_of_dossier(dossier)
    with pytest.raises(InputError, match="is not a folder"):
        report_of_dossier(tmp_path / "nowhere")
