"""Assessments in a claim file over time: records that come later, are superseded, or altered; rules that change."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support.forging import forge

from osint_imagery.core.claim import Claim
from osint_imagery.core.errors import EvidenceExistsError, VerificationError
from osint_imagery.evidence import assessing
from osint_imagery.evidence.claim_file import ClaimFile
from osint_imagery.evidence.record import EvidenceRecord, record_of
from osint_imagery.evidence.verify import Verification, verify
from osint_imagery.workflow.assessing import assess

LATER = timedelta(hours=1)


@pytest.fixture
def record(case: Any, claim: Claim, at: datetime) -> EvidenceRecord:
    return record_of(claim, case.find(), accessed=at, created=at, software="osint-imagery 0.1.0")


@pytest.fixture
def folder(dossier: Callable[..., Path], at: datetime) -> ClaimFile:
    """An open claim file with one record and its assessment."""
    made = ClaimFile.open(dossier(close=False))
    made.add_assessment(assess(made, clock=lambda: at), at=at)
    return made


def about(checked: Verification) -> list[str]:
    return [note for note in checked.notes if "assessments/" in note]


def test_a_record_that_comes_later_is_named(folder: ClaimFile, record: EvidenceRecord, at: datetime) -> None:
    assert about(verify(folder.path)) == []
    folder.add_record(record, at=at + LATER)
    assert about(verify(folder.path)) == [
        "assessments/0001.json does not know 1 record that came after it; make a new assessment"
    ]
    folder.add_assessment(assess(folder, clock=lambda: at + LATER), at=at + LATER)
    assert (folder.path / "assessments" / "0002.json").is_file()
    assert len(about(verify(folder.path))) == 1


def test_the_same_record_again_is_counted_once(folder: ClaimFile, record: EvidenceRecord, at: datetime) -> None:
    one = assess(folder, clock=lambda: at)
    folder.add_record(record, at=at + LATER)
    two = assess(folder, clock=lambda: at)
    assert [item.same_as for item in two.imagery] == [None, "shed (1)"]
    assert [group.ratio for group in two.pairs[0].groups] == [group.ratio for group in one.pairs[0].groups]


def test_a_superseded_record_no_longer_counts(folder: ClaimFile, record: EvidenceRecord, at: datetime) -> None:
    (index,) = [entry.index for entry in folder.entries if entry.kind == "record_added"]
    folder.correct(index, "the place was wrong", "B. Analyst", at=at + LATER)
    assert verify(folder.path)  # the assessment followed from what stood when it was added
    after = assess(folder, clock=lambda: at)
    assert after.rests_on == ()
    assert after.imagery[0].state == "not examined"
    folder.correct(index, "again, with what replaces it", "B. Analyst", at=at + LATER, record=record)
    assert len(assess(folder, clock=lambda: at).rests_on) == 1


def test_one_of_other_rules_is_named_and_not_called_altered(folder: ClaimFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assessing, "RULES", "3")
    checked = verify(folder.path)
    (note,) = about(checked)
    assert note.startswith("assessments/0001.json was made by rules '2' (osint-imagery ")
    assert "knows '3': it was not recomputed, so that nothing says that its words and numbers follow" in note
    assert checked.not_recomputed == ("assessments/0001.json",)
    assert "but NOT RECOMPUTED: assessments/0001.json" in repr(checked).splitlines()[0]
    assert "0 of 1 assessments made again" in repr(checked)


def test_one_of_other_rules_that_rests_on_strange_records_is_refused(
    folder: ClaimFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    forge(folder.path, "assessments/0001.json", lambda body: body["rests_on"][0].update(digest="sha256:" + "0" * 64))
    monkeypatch.setattr(assessing, "RULES", "3")
    with pytest.raises(VerificationError, match="rests on records that the ledger did not hold"):
        verify(folder.path)


def test_bytes_that_are_no_assessment_are_refused_by_name(folder: ClaimFile, at: datetime) -> None:
    class Forged:
        def body(self) -> bytes:
            return b'{"schema":"osint-imagery/assessment/1"}'

    folder.add_assessment(Forged(), at=at)  # type: ignore[arg-type]
    with pytest.raises(VerificationError, match=r"assessments/0002.json: assessment: rules: Field required"):
        verify(folder.path)


def test_a_record_that_was_altered_is_named_once_and_the_assessment_is_not_made_again(folder: ClaimFile) -> None:
    (path,) = (folder.path / "records").iterdir()
    path.write_bytes(path.read_bytes().replace(b"seen", b"sean", 1))
    with pytest.raises(VerificationError) as refused:
        verify(folder.path)
    assert [problem.split(":")[0] for problem in refused.value.problems] == ["records/0001-shed.json"]


def test_nothing_that_is_there_is_overwritten(folder: ClaimFile, at: datetime) -> None:
    (folder.path / "assessments" / "0002.json").write_bytes(b"somebody else's")
    with pytest.raises(EvidenceExistsError, match="never overwritten"):
        folder.add_assessment(assess(folder, clock=lambda: at), at=at)
