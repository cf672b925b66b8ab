"""Commands that pass evidence on, on the bundled claim file."""

import json
from pathlib import Path

import pytest

from osint_imagery.cli import main
from osint_imagery.core.claim import read_claim
from osint_imagery.scenes.packaged import bundled
from osint_imagery.workflow.investigating import investigate


@pytest.fixture(scope="module")
def dossier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("exchange") / "port"
    return investigate(read_claim(bundled("port/claim.yaml")), bundled("port/catalog.json"), out=out).path


def test_attach_and_remove(dossier: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "story.md"
    path.write_bytes(b"---\na: 1\n---\nStory")
    assert main(["attach", str(dossier), str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["changed"] is True
    assert "SIMULATED" in path.read_text(encoding="utf-8")
    assert main(["attach", str(dossier), str(path)]) == 0
    assert "already attached" in capsys.readouterr().out
    assert main(["attach", str(dossier), str(path), "--remove"]) == 0
    assert path.read_bytes() == b"---\na: 1\n---\nStory"
    assert main(["attach", str(dossier), str(path), "--remove"]) == 2


def test_claim_goes_to_a_review_and_back(dossier: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plain, answered, claim = tmp_path / "a.json", tmp_path / "b.json", tmp_path / "c.yaml"
    assert main(["claim-review", str(bundled("port/claim.yaml")), str(plain)]) == 0
    assert "reviewRating" not in json.loads(plain.read_text(encoding="utf-8"))
    assert main(["claim-review", str(dossier), str(answered)]) == 0
    rating = json.loads(answered.read_text(encoding="utf-8"))["reviewRating"]["alternateName"]
    assert rating == "shed: seen; ship: could not have been seen; launcher: could not have been seen"
    assert main(["claim-review", str(plain), str(claim)]) == 0
    assert read_claim(claim).text == read_claim(bundled("port/claim.yaml")).text
    assert main(["claim-review", str(plain), str(claim)]) == 2
    assert "nothing is overwritten" in capsys.readouterr().err


def test_review_of_others_says_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    review, claim = tmp_path / "a.json", tmp_path / "c.yaml"
    review.write_text('{"@type": "ClaimReview", "claimReviewed": "A bridge fell."}')
    assert main(["claim-review", str(review), str(claim)]) == 1
    assert "still needed: id, language, claimant" in capsys.readouterr().out
    assert claim.read_text().startswith("# Still needed: id, language")


def test_archive_is_written_whole_or_coarse(dossier: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["archive", str(dossier), str(tmp_path / "a.zip"), "--json"]) == 0
    assert "dossier/ledger.jsonl" in json.loads(capsys.readouterr().out)["files"]
    assert main(["archive", str(dossier), str(tmp_path / "b.zip"), "--coarsen", "20000"]) == 0
    assert "cells of 20000 m in EPSG:6933" in capsys.readouterr().out
    assert b"osint:transform" in (tmp_path / "a.zip").read_bytes()
    assert b"transform" not in (tmp_path / "b.zip").read_bytes()  # the grid of a step tells where
    assert main(["archive", str(dossier), str(tmp_path / "c.zip"), "--coarsen", "1"]) == 2
    assert not (tmp_path / "c.zip").exists()
