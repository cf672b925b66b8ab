"""A withdrawn scene takes with it what rests on it: no record, no assessment, no attached report counts it any more."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support.forging import forge
from support.offers import offers

from osint_imagery.core.claim import Claim, read_claim
from osint_imagery.core.errors import InputError, VerificationError
from osint_imagery.evidence.attach import attach
from osint_imagery.evidence.check_dossier import check
from osint_imagery.evidence.claim_file import ClaimFile
from osint_imagery.evidence.record import EvidenceRecord, record_of
from osint_imagery.evidence.recorded import named_record, standing_records, withdrawn_records
from osint_imagery.evidence.verify import verify
from osint_imagery.workflow.assessing import assess

LATER = timedelta(hours=1)


@pytest.fixture
def folder(dossier: Callable[..., Path], at: datetime) -> ClaimFile:
    """An open claim file with offers, one record, its assessment and a page."""
    made = ClaimFile.open(dossier(close=False))
    made.offer(offers(), at=at)
    made.add_assessment(assess(made, clock=lambda: at), at=at)
    (made.path.parent / "report.html").write_text("<html></html>\n")
    made.add_report(made.path.parent / "report.html", "the page", at=at)
    return made


def offer_of(folder: ClaimFile, name: str) -> int:
    return next(entry.index for entry in folder.entries if getattr(entry.body, "scene_id", "") == name)


def record_entry(folder: ClaimFile) -> int:
    return next(entry.index for entry in folder.entries if entry.kind == "record_added")


@pytest.mark.parametrize("closed", [True, False])
def test_a_record_on_a_withdrawn_scene_does_not_stand_and_nothing_counts_it(
    folder: ClaimFile, at: datetime, *, closed: bool
) -> None:
    before = assess(folder, clock=lambda: at)
    assert before.imagery[0].state == "seen"
    if closed:
        folder.close(at=at)
    folder.correct(offer_of(folder, "S2"), "the provider took it back", "B. Analyst", at=at + LATER)
    assert standing_records(folder.path, folder.entries) == ()
    (gone,) = withdrawn_records(folder.path, folder.entries)
    assert (gone.record, gone.scene, gone.reason) == ("records/0001-shed.json", "S2", "the provider took it back")
    with pytest.raises(InputError, match="does not stand"):
        named_record(folder.path, folder.entries, "port-shed-shed")
    after = assess(folder, clock=lambda: at + LATER)
    assert (after.rests_on, after.outcome, after.imagery[0].state) == ((), "undetermined", "not examined")
    told = "records/0001-shed.json is left out: it rests on scene S2, withdrawn on 2026-06-01T13:00:00Z by B. Analyst"
    assert told in after.summary()
    assert told in after._repr_html_()
    assert "S2, withdrawn on" in after.imagery[0].reason
    checked = verify(folder.path)
    assert checked.closed is closed
    assert any(note.startswith("records/0001-shed.json does not stand: it rests on scene S2") for note in checked.notes)
    for name in ("assessments/0001.json", "report.html"):
        assert any(f"({name}) was superseded" in note for note in checked.notes)
    assert check(str(folder.path))[1] == []


def test_a_withdrawn_scene_of_the_quiet_pairs_takes_the_record_with_it(folder: ClaimFile, at: datetime) -> None:
    folder.offer([replace(offers()[0], scene_id="Q3")], at=at)
    folder.correct(offer_of(folder, "Q3"), "clouds that nobody flagged", "B. Analyst", at=at + LATER)
    assert withdrawn_records(folder.path, folder.entries)[0].scene == "Q3"
    assert assess(folder, clock=lambda: at).rests_on == ()


def test_a_scene_that_nothing_rests_on_takes_nothing_with_it(folder: ClaimFile, at: datetime) -> None:
    folder.correct(offer_of(folder, "S9"), "a duplicate", "B. Analyst", at=at + LATER)
    assert withdrawn_records(folder.path, folder.entries) == ()
    assert len(assess(folder, clock=lambda: at).rests_on) == 1


def test_a_scene_offered_anew_carries_later_records_and_not_earlier_ones(
    folder: ClaimFile, record: EvidenceRecord, at: datetime
) -> None:
    folder.correct(offer_of(folder, "S2"), "wrong metadata", "B. Analyst", at=at + LATER)
    folder.add_record(record, at=at + LATER)
    assert standing_records(folder.path, folder.entries) == ()
    folder.offer([replace(offers()[1], reason="offered anew")], at=at + LATER)
    folder.add_record(record, at=at + LATER)
    assert [one.body.path for one in standing_records(folder.path, folder.entries)] == ["records/0003-shed.json"]


def test_the_assessment_stored_after_it_names_what_was_left_out(folder: ClaimFile, at: datetime) -> None:
    folder.correct(offer_of(folder, "S2"), "wrong place", "B. Analyst", at=at + LATER)
    stored = folder.add_assessment(assess(folder, clock=lambda: at + LATER), at=at + LATER)
    assert verify(folder.path)
    forge(folder.path, f"assessments/{stored.name}", lambda body: body["withdrawn"][0].update(reason="no reason"))
    with pytest.raises(VerificationError, match="differs in withdrawn"):
        verify(folder.path)


def test_a_replacement_is_of_the_same_claim_and_prediction_and_stands_itself(
    *, folder: ClaimFile, record: EvidenceRecord, case: Any, at: datetime, tmp_path: Path
) -> None:
    index = record_entry(folder)

    def refused(other: EvidenceRecord, message: str, entry: int = index) -> None:
        before = folder.head
        with pytest.raises(InputError, match=message):
            folder.correct(entry, "better", "B. Analyst", at=at + LATER, record=other)
        assert folder.head == before

    propositions = record.propositions.model_copy(update={"prediction": "crane"})
    refused(record._with(propositions=propositions), "of another prediction")
    path = tmp_path / "other.yaml"
    path.write_bytes(case.claim.source.replace(b"early May", b"late May"))
    other: Claim = read_claim(path)
    refused(
        record_of(other, replace(case, claim=other).find(), accessed=at, created=at, software="x 1"), "of another claim"
    )
    refused(record, "which is no record", offer_of(folder, "S2"))
    folder.correct(offer_of(folder, "S2"), "wrong place", "B. Analyst", at=at + LATER)
    refused(record, "rests on scene S2, which was withdrawn")


def test_a_forged_replacement_of_another_prediction_is_named(
    folder: ClaimFile, record: EvidenceRecord, at: datetime
) -> None:
    folder.correct(record_entry(folder), "better", "B. Analyst", at=at + LATER, record=record)
    assert verify(folder.path)
    forge(folder.path, "records/0002-shed.json", lambda body: body["propositions"].update(prediction="crane"))
    with pytest.raises(VerificationError, match="takes the place of entry 4, which is no record of the same"):
        verify(folder.path)


def test_a_replacement_can_be_withdrawn_in_its_turn(folder: ClaimFile, record: EvidenceRecord, at: datetime) -> None:
    folder.correct(record_entry(folder), "better", "B. Analyst", at=at + LATER, record=record)
    second = next(entry.index for entry in folder.entries if entry.kind == "correction")
    folder.correct(second, "no better", "B. Analyst", at=at + LATER)
    assert [one.reason for one in withdrawn_records(folder.path, folder.entries)] == ["better", "no better"]


def test_an_attached_report_says_what_was_withdrawn_when_and_why(
    folder: ClaimFile, at: datetime, tmp_path: Path
) -> None:
    story, review = tmp_path / "story.md", tmp_path / "review.json"
    story.write_text("A story.\n")
    review.write_text('{"@context": "https://schema.org", "@type": "ClaimReview"}\n')
    folder.close(at=at)
    attach(folder.path, story)
    assert "Withdrawn" not in story.read_text()
    folder.correct(offer_of(folder, "S2"), "the provider took it back", "B. Analyst", at=at + LATER)
    for path in (story, review):
        attach(folder.path, path)
        assert "rests on scene S2, withdrawn on 2026-06-01T13:00:00Z by B. Analyst: the provider" in path.read_text()
    assert "more probable" not in story.read_text()


def test_a_page_that_does_not_know_a_correction_is_named(folder: ClaimFile, at: datetime) -> None:
    folder.correct(offer_of(folder, "S9"), "a duplicate", "B. Analyst", at=at + LATER)
    (folder.path.parent / "late.html").write_text("<html></html>\n")
    folder.add_report(folder.path.parent / "late.html", "made later", at=at + LATER)
    assert not [note for note in verify(folder.path).notes if "does not know" in note]
    lines = (folder.path / "ledger.jsonl").read_bytes()
    assert b"made before entry" in lines
