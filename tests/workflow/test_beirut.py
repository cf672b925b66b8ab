"""Real scenes: landfill at the port of Beirut, of whose first scene only the day is known."""

import json
from pathlib import Path
from typing import Any

import pytest

from osint_imagery.core.claim import read_claim
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.evidence.differences import Outcome
from osint_imagery.evidence.verify import verify
from osint_imagery.figures.timeline import timeline
from osint_imagery.scenes.packaged import bundled
from osint_imagery.workflow import examining
from osint_imagery.workflow.comparing import Comparison
from osint_imagery.workflow.dossier import Dossier
from osint_imagery.workflow.investigating import investigate
from osint_imagery.workflow.reproducing import reproduce

pytestmark = pytest.mark.real
DAY = "2015-08-20 (UTC day, time unknown)"


@pytest.fixture(scope="module")
def drawn() -> list[Comparison]:
    return []


@pytest.fixture(scope="module")
def dossier(real_data: Path, tmp_path_factory: pytest.TempPathFactory, clock: Any, drawn: list[Comparison]) -> Dossier:
    compared = examining.compare_read

    def kept(*args: Any, **kwargs: Any) -> Comparison:
        drawn.append(compared(*args, **kwargs))
        return drawn[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(examining, "compare_read", kept)
        claim = read_claim(bundled("beirut/claim.yaml"))
        out = tmp_path_factory.mktemp("beirut") / "dossier"
        return investigate(claim, real_data / "scenes" / "catalog.json", out=out, clock=clock)


def test_the_landfill_is_seen_between_a_day_and_an_instant(dossier):
    (finding,) = dossier.findings
    assert finding.answer == "seen"
    assert finding.bracket[0].label == DAY
    assert finding.bracket[0].is_day
    assert finding.bracket[1] == TimeSpan("2017-10-03T08:17:39Z")
    assert verify(dossier.path).closed


def test_no_time_of_day_is_made_up_for_the_record(dossier):
    record = json.loads((dossier.path / "records" / "0001-landfill.json").read_text())
    (before,) = [item for item in record["scenes"] if "2015" in json.dumps(item["acquired"])]
    assert before["acquired"]["start_datetime"] == "2015-08-20T00:00:00Z"
    assert before["acquired"]["end_datetime"].startswith("2015-08-20T23:59:59")
    assert before["acquired"]["label"] == record["interval"][0]["label"] == DAY


def test_no_time_of_day_is_made_up_in_the_figures_the_summary_and_the_report(dossier, drawn):
    (finding,) = dossier.findings
    assert any("time unknown" in text and "2015-08-20" in text for text in drawn[0].figure().texts)
    shown = timeline(finding.coverage, bracket=finding.bracket).texts
    assert any("2015-08-20" in text for text in shown)
    assert not any("2015-08-20 0" in text or "2015-08-20 1" in text for text in (*shown, *drawn[0].figure().texts))
    assert DAY in dossier.summary()
    assert DAY in dossier.report.read_text(encoding="utf-8")


def test_the_real_scenes_are_credited_with_their_own_year_and_not_called_simulated(dossier):
    page = dossier.report.read_text(encoding="utf-8")
    assert "Contains modified Copernicus Sentinel data 2015" in page
    assert "Contains modified Copernicus Sentinel data 2017" in page
    assert "SIMULATED" not in page


def test_every_number_of_the_real_record_comes_out_again(dossier, real_data):
    found = reproduce(dossier.path, real_data / "scenes" / "catalog.json")
    assert found.outcome is Outcome.SAME
    (record,) = found.records
    assert len(record.rows) > 500
    assert str(real_data) not in (dossier.path / "inputs.json").read_text(encoding="utf-8")
