"""The whole road on the simulated port, where the truth is known, and the dossier it leaves."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from osint_imagery.core.claim import read_claim
from osint_imagery.core.errors import VerificationError
from osint_imagery.core.lineage import digest_file
from osint_imagery.core.timespan import TimeSpan, utc
from osint_imagery.evidence.assessed import read_assessment
from osint_imagery.evidence.decision import Answer
from osint_imagery.evidence.finding import Finding
from osint_imagery.evidence.record import read_record
from osint_imagery.evidence.verify import verify
from osint_imagery.scenes.packaged import bundled
from osint_imagery.workflow.assessing import assess
from osint_imagery.workflow.dossier import Dossier
from osint_imagery.workflow.investigating import investigate

TRUTH = json.loads(bundled("port/truth.json").read_text(encoding="utf-8"))
RECORDS = ("records/0001-shed.json", "records/0002-ship.json", "records/0003-launcher.json")
FILES = {
    "assessments/0001.json",
    "HOW-TO-VERIFY.txt",
    "check_dossier.py",
    "claim.yaml",
    "figures/launcher-looks.png",
    "figures/shed-before-after.png",
    "figures/shed-looks.png",
    "figures/ship-looks.png",
    "inputs.json",
    "ledger.head",
    "ledger.jsonl",
    *RECORDS,
    "report.html",
    "report.json",
}


@pytest.fixture(scope="session")
def told() -> list[str]:
    return []


@pytest.fixture(scope="session")
def dossier(tmp_path_factory: pytest.TempPathFactory, clock: Callable[[], datetime], told: list[str]) -> Dossier:
    claim = read_claim(bundled("port/claim.yaml"))
    out = tmp_path_factory.mktemp("port") / "dossier"
    return investigate(claim, bundled("port/catalog.json"), out=out, clock=clock, progress=told.append)


@pytest.fixture
def finding(dossier: Dossier) -> dict[str, Finding]:
    return {item.prediction.id: item for item in dossier.findings}


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def digests(folder: Path) -> dict[str, str]:
    return {name: digest_file(folder / name) for name in names(folder)}


def test_the_shed_is_seen_between_the_last_look_without_it_and_the_first_with_it(finding):
    shed = finding["shed"]
    assert shed.answer is Answer.SEEN
    assert "consistent with a storage shed" in shed.reason
    assert shed.bracket == (TimeSpan("2024-05-16T12:31:09Z"), TimeSpan("2024-05-26T12:31:09Z"))
    assert [scene.id for scene in shed.scenes] == ["port-20240516", "port-20240526"]
    assert shed.scenes[1].id == TRUTH["things"]["shed"]["in_scenes"][0]
    assert shed.fitting[0].area.low <= 2400 <= shed.fitting[0].area.high


def test_a_likelihood_ratio_favors_the_shed_and_names_its_limit(finding):
    ratio = finding["shed"].ratio
    assert ratio is not None
    assert ratio.plus.low > 1
    assert ratio.cap is not None
    assert ratio.plus.high <= ratio.cap


def test_the_ship_came_between_the_looks_and_could_not_have_been_seen(finding):
    ship = finding["ship"]
    assert ship.answer is Answer.NOT_OBSERVABLE
    assert ship.coverage.inside == ()
    assert ship.coverage.p_look.high == 0
    assert "port-20240531" in ship.reason
    assert "port-20240605" in ship.reason
    assert (ship.detections, ship.ratio, ship.bracket) == (None, None, None)


def test_the_launcher_is_too_small_for_the_pixels_and_could_not_have_been_seen(finding):
    launcher = finding["launcher"]
    assert launcher.answer is Answer.NOT_OBSERVABLE
    assert "the pixels are too coarse" in launcher.reason
    assert not launcher.resolution.sufficient
    assert launcher.ratio is None
    assert launcher.detections is None
    assert "found 0 of 40 times" in launcher.reason


def test_the_summary_says_each_answer_its_dates_and_no_more(dossier):
    text = dossier.summary()
    assert "shed: SEEN" in text
    assert "between 2024-05-16 12:31:09 UTC and 2024-05-26 12:31:09 UTC" in text
    assert "ship: COULD NOT HAVE BEEN SEEN" in text
    assert "launcher: COULD NOT HAVE BEEN SEEN" in text
    assert dossier.head in text
    assert not re.search(r"no evidence|proves|confirms|debunk|\btrue\b|\bfalse\b", text, re.IGNORECASE)


def test_the_report_says_simulated_names_the_answers_and_loads_nothing(dossier):
    page = dossier.report.read_text(encoding="utf-8")
    assert "SIMULATED" in page
    assert "could not have been seen" in page.lower()
    assert not re.search(r"<script|(src|href)=[\"']?http|@import|url\(['\"]?http", page)


def test_the_assessment_weighs_the_shed_alone_and_the_report_shows_it(dossier):
    found = read_assessment((dossier.path / "assessments" / "0001.json").read_bytes())
    pair = found.pair("delivery", "ordinary")
    assert [term.bearing for term in pair.terms] == ["for the first", "no number", "no number"]
    assert [row.counted for row in found.matrix] == [True, False, False, False]
    assert (found.hangs_on, found.confidence.level, found.updates) == (("shed",), "low", ())
    page = dossier.report.read_text(encoding="utf-8")
    assert page.index('id="assessment"') < page.index('id="method"') < page.index('id="unseen"')
    assert "“delivery”" in page
    assert found.digest in page
    assert found.body() == assess(dossier, clock=lambda: utc(found.created)).body()


def test_the_records_say_what_the_findings_say(dossier, finding):
    for name, item in zip(RECORDS, finding.values(), strict=True):
        record = read_record((dossier.path / name).read_bytes())
        assert (record.answer, record.reason) == (item.answer, item.reason)
        assert record.claim.digest == dossier.claim.digest


def test_the_dossier_is_whole_closed_and_offers_every_scene(dossier):
    result = verify(dossier.path)
    assert result.closed
    assert (result.head, result.scenes, result.records, result.notes) == (dossier.head, 28, 3, ())
    assert {name for name in names(dossier.path) if not name.startswith("scenes/")} == FILES
    assert result.files == len(names(dossier.path)) - 2  # the ledger and its head vouch for the others


def test_the_claim_is_registered_before_any_scene_is_offered(dossier):
    kinds = [json.loads(line)["kind"] for line in (dossier.path / "ledger.jsonl").read_text().splitlines()]
    assert kinds[0] == "claim_registered"
    assert kinds[-1] == "closed"
    assert kinds.count("scene_offered") == 28
    assert kinds.index("record_added") > max(k for k, kind in enumerate(kinds) if kind == "scene_offered")


def test_progress_is_told_in_words_and_writes_nothing_itself(told, dossier, capsys):
    assert told[0].startswith("claim simulated-port-2024 registered")
    assert told[-1].startswith("claim file closed")
    assert any("comparing port-20240516 and port-20240526 against 21 quiet pairs" in line for line in told)


def test_one_altered_byte_anywhere_in_any_file_is_refused_and_the_file_named(dossier):
    for name in sorted(names(dossier.path)):
        path = dossier.path / name
        whole = path.read_bytes()
        for at in (0, len(whole) // 3, 2 * len(whole) // 3, len(whole) - 1):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            try:
                with pytest.raises(VerificationError) as caught:
                    verify(dossier.path)
            finally:
                path.write_bytes(whole)
            assert any(name in problem for problem in caught.value.problems), (name, at, caught.value.problems)
    assert verify(dossier.path).head == dossier.head


def test_a_file_taken_away_or_added_is_refused_and_the_file_named(dossier):
    for name in sorted(names(dossier.path) - {"ledger.jsonl"}):
        path = dossier.path / name
        whole = path.read_bytes()
        path.unlink()
        with pytest.raises(VerificationError, match=re.escape(name)):
            verify(dossier.path)
        path.write_bytes(whole)
    extra = dossier.path / "figures" / "late.png"
    extra.write_bytes(b"x")
    with pytest.raises(VerificationError, match=r"figures/late\.png"):
        verify(dossier.path)
    extra.unlink()
    assert verify(dossier.path).head == dossier.head


def test_two_runs_with_one_clock_write_the_same_bytes(port_of: Any, claim_of: Any, clock: Any, tmp_path: Path):
    where = port_of("20240516", "20240526", "20240531", "20240605")
    claim = claim_of("ship", "launcher")
    first, second = (
        investigate(claim, where.catalog, out=tmp_path / name / "dossier", clock=clock) for name in ("one", "two")
    )
    assert first.head == second.head
    assert digests(first.path) == digests(second.path)
    assert len(digests(first.path)) >= 9


def test_time_comes_from_the_clock_that_was_given_and_from_nowhere_else(dossier):
    entries = [json.loads(line) for line in (dossier.path / "ledger.jsonl").read_text().splitlines()]
    assert {entry["at"] for entry in entries} == {"2026-01-02T03:04:05Z"}
    for name in RECORDS:
        record = read_record((dossier.path / name).read_bytes())
        assert str(record.created).startswith("2026-01-02")
