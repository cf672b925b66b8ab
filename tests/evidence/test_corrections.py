"""Corrections and reopenings: nothing is taken back, and one that was killed is taken up where it stopped."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from support.offers import offers

from osint_imagery.core.claim import Claim
from osint_imagery.core.errors import EvidenceError, InputError, VerificationError
from osint_imagery.evidence import claim_file_correction, recording
from osint_imagery.evidence.check_dossier import check
from osint_imagery.evidence.claim_file import ClaimFile
from osint_imagery.evidence.ledger_file import read_ledger
from osint_imagery.evidence.record import EvidenceRecord
from osint_imagery.evidence.verify import verify

LATER = timedelta(days=1)


@pytest.fixture
def dossier(tmp_path: Path, claim: Claim, at: datetime) -> ClaimFile:
    return ClaimFile.create(tmp_path / "dossier", claim, at=at)


def test_a_closed_dossier_takes_nothing_but_a_correction_that_closes_it_again(
    dossier: ClaimFile, record: EvidenceRecord, at: datetime, tmp_path: Path
) -> None:
    dossier.offer(offers(), at=at)
    dossier.add_record(record, at=at)
    dossier.close(at=at)
    (tmp_path / "memo.txt").write_bytes(b"memo")
    for refused in (
        lambda: dossier.add_file(tmp_path / "memo.txt", "x", at=at),
        lambda: dossier.add_record(record, at=at),
        lambda: dossier.offer([replace(offers()[0], scene_id="S7")], at=at),
        lambda: dossier.close(at=at),
    ):
        with pytest.raises(EvidenceError, match="is closed"):
            refused()
    assert verify(dossier.path).notes == ()
    again = ClaimFile.open(dossier.path)
    again.correct(6, "the place was wrong", "B. Analyst", at=at + LATER, record=record)
    assert [entry.kind for entry in again.entries[-4:]] == ["closed", "reopened", "correction", "closed"]
    again.correct(9, "and so was the time", "B. Analyst", at=at + LATER)
    assert [entry.kind for entry in again.entries[-3:]] == ["closed", "correction", "closed"]
    checked = verify(dossier.path)
    assert checked.closed
    assert checked.records == 2
    assert (dossier.path / "records" / "0001-shed.json").is_file()


def test_a_reopened_dossier_takes_more_and_says_so_ever_after(dossier: ClaimFile, at: datetime, tmp_path: Path) -> None:
    (tmp_path / "memo.txt").write_bytes(b"memo")
    with pytest.raises(EvidenceError, match="is not closed"):
        dossier.reopen("B. Analyst", "a memo came in", at=at)
    dossier.close(at=at)
    dossier.reopen("B. Analyst", "a memo came in", at=at)
    checked = verify(dossier.path)
    assert not checked.closed
    assert any("reopened" in note and "a memo came in" in note for note in checked.notes)
    assert check(str(dossier.path))[1] == []
    dossier.add_file(tmp_path / "memo.txt", "a memo", at=at)
    assert dossier.close(at=at).closed
    (dossier.path / "files" / "memo.txt").unlink()
    with pytest.raises(VerificationError, match=r"memo\.txt: missing"):
        verify(dossier.path)


def test_what_was_closed_is_not_forgotten_by_a_reopening(dossier: ClaimFile, at: datetime) -> None:
    (dossier.path / "loose.txt").write_bytes(b"in no entry but the closing")
    dossier.close(at=at)
    dossier.reopen("B. Analyst", "more", at=at)
    (dossier.path / "loose.txt").unlink()
    with pytest.raises(VerificationError, match=r"loose\.txt: missing"):
        verify(dossier.path)
    assert check(str(dossier.path))[1] == ["loose.txt: missing"]


def test_a_correction_that_was_killed_is_taken_up_where_it_stopped(
    dossier: ClaimFile, record: EvidenceRecord, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    dossier.add_record(record, at=at)
    dossier.close(at=at)
    words = (3, "the place was wrong", "B. Analyst")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    for module, name in ((recording, "stored"), (claim_file_correction, "closing_of")):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, killed)
            with pytest.raises(KeyboardInterrupt):
                dossier.correct(*words, at=at, record=record)
        assert check(str(dossier.path))[1] == []
        assert any("reopened" in note for note in verify(dossier.path).notes)
    ClaimFile.open(dossier.path).correct(*words, at=at, record=record)
    checked = verify(dossier.path)
    assert (checked.closed, checked.records) == (True, 2)
    assert [entry.kind for entry in read_ledger(dossier.path)[-4:]] == ["closed", "reopened", "correction", "closed"]


def test_what_was_withdrawn_is_told_by_whoever_checks(dossier: ClaimFile, record: EvidenceRecord, at: datetime) -> None:
    dossier.offer(offers(), at=at)
    dossier.add_record(record, at=at)
    scene = next(entry.index for entry in dossier.entries if getattr(entry.body, "scene_id", "") == record.scenes[0].id)
    dossier.correct(scene, "another place", "B. Analyst", at=at)
    notes = verify(dossier.path).notes
    assert any(f"entry {scene} ({record.scenes[0].id}) was superseded" in note for note in notes)
    assert any(f"rests on scene {record.scenes[0].id}, withdrawn on" in note for note in notes)


@pytest.mark.parametrize(("words", "message"), [((0, "why", "who"), "takes back"), ((1, " ", "who"), "blank")])
def test_what_cannot_be_taken_back_or_has_no_reason_is_refused(
    dossier: ClaimFile, at: datetime, words: tuple[int, str, str], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        dossier.correct(*words, at=at)
