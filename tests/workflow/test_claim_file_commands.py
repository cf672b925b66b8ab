"""The commands assess and report, and what a page says of second readers."""

import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from support.reviewable import AT

from osint_imagery.cli import main
from osint_imagery.core.claim import read_claim
from osint_imagery.core.timespan import iso
from osint_imagery.evidence.assessed import read_assessment
from osint_imagery.evidence.differences import Outcome, differences
from osint_imagery.evidence.gather import claim_field
from osint_imagery.evidence.record import read_record
from osint_imagery.evidence.verify import verify
from osint_imagery.workflow.correcting import correct
from osint_imagery.workflow.reviewing import BlindSheet
from osint_imagery.workflow.standing_page import report


@pytest.fixture
def port(reproducible: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(reproducible / "dossier", tmp_path / "port"))


def test_assess_prints_the_assessment_and_changes_nothing(port: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head = (port / "ledger.head").read_bytes()
    assert main(["assess", str(port)]) == 0
    assert "level: object change" in capsys.readouterr().out
    words = ("--prior", "0.1", "--prior", "0.5", "--prior-reason", "from sceptic to undecided")
    assert main(["assess", str(port), *words, "--json"]) == 0
    found = read_assessment(capsys.readouterr().out.rstrip("\n").encode())
    assert found.prior is not None
    assert (found.prior.values, found.prior.reason) == (("0.1", "0.5"), "from sceptic to undecided")
    assert main(["assess", str(port), "--prior", "0.5"]) == 2
    assert "prior_reason" in capsys.readouterr().err
    assert main(["assess", str(port), "--prior", "1"]) == 2
    assert (port / "ledger.head").read_bytes() == head


def test_report_writes_what_stands_and_overwrites_nothing(
    port: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "now.html"
    assert main(["report", str(port), "--now", str(page)]) == 0
    text = page.read_text(encoding="utf-8")
    assert "CORRECTED" not in text
    assert "What second readers saw" not in text
    stored = json.loads((port / "assessments" / "0001.json").read_bytes())
    digest = read_assessment((port / "assessments" / "0001.json").read_bytes()).digest
    assert stored["claim"]["id"] in text
    assert f"The assessment is in the claim file (assessments/), digest <code>{digest}" in text
    assert main(["report", str(port), "--now", str(page)]) == 2
    assert "nothing is overwritten" in capsys.readouterr().err
    correct(port, withdraw="port-20240526", reason="taken back")
    text = report(port)
    assert "CORRECTED" in text
    assert "withdrawn on" in text
    named = read_assessment((port / "assessments" / "0002.json").read_bytes()).digest
    assert f"digest <code>{named}" in text


@pytest.fixture
def reviewed(made: tuple[Path, BlindSheet], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """An open claim file with the review of a reader who sees a change in every second place."""
    dossier, sheet = made
    folder = Path(shutil.copytree(dossier, tmp_path / "reviewed"))
    body = json.loads((sheet.folder / "answers.geojson").read_text())
    body |= {"who": "B. <i>Reader</i>", "at": iso(AT + timedelta(hours=1)), "seen_before": False}
    for number, row in enumerate(body["features"]):
        label = ("change", "no change")[number % 2]
        row["properties"] = {"label": label, "level": "detection" if label == "change" else None, "note": ""}
    answers = tmp_path / "answers.geojson"
    answers.write_text(json.dumps(body))
    assert main(["review", "add", str(folder), str(answers), "--key", str(sheet.key)]) == 0
    capsys.readouterr()
    return folder


def test_a_page_shows_reviews_with_count_kappa_interval_and_disagreements(reviewed: Path) -> None:
    text = report(reviewed)
    assert "What second readers saw" in text
    assert "1 comparison of readers" in text
    assert "B. &lt;i&gt;Reader&lt;/i&gt; (blind)" in text
    review = json.loads(next((reviewed / "reviews").rglob("review-*.json")).read_bytes())
    (one,) = review["comparisons"]
    kappa = one["agreement"]["kappa"]
    shown = f"{float(kappa['value']):.2f} (95 % interval {float(kappa['low']):.2f} to {float(kappa['high']):.2f})"
    assert shown in text
    assert f"{len(one['disagreements'])} of {one['agreement']['items']} places apart" in text
    for item in one["disagreements"]:
        assert f"place {item['item']}: {item['first']} against {item['second']}" in text
    assert one["disagreements"]


def test_a_record_carries_where_the_claim_can_be_read_and_older_ones_still_verify(
    port: Path, claim_of: Callable[..., Any], tmp_path: Path
) -> None:
    record = read_record((port / "records" / "0001-shed.json").read_bytes())
    copy = {"url": "https://example.org/a", "archived_copy": "https://example.org/b", "digest": f"sha256:{'0' * 64}"}
    claim = claim_of("shed", appearances=[copy])
    field = claim_field(claim)
    assert [(one.url, one.archived_copy, one.digest) for one in field.appearances] == [tuple(copy.values())]
    assert (
        b'"appearances"' not in record.model_copy(update={"claim": field.model_copy(update={"appearances": ()})}).body()
    )
    carried = record.model_copy(update={"claim": field})
    assert b'"archived_copy":"https://example.org/b"' in carried.body()
    assert read_claim(port / "claim.yaml").appearances == []
    assert verify(port).closed
    older = [row for row in differences(record, carried) if row.field.startswith("claim.appearances")]
    assert older
    assert {row.outcome for row in older} == {Outcome.INCOMPARABLE}
