import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from support.offers import offers

from osint_imagery.core.claim import Claim, read_claim
from osint_imagery.core.errors import (
    EvidenceError,
    EvidenceExistsError,
    InputError,
    MissingAssetError,
    VerificationError,
)
from osint_imagery.core.lineage import Artifact, digest_bytes
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.evidence.claim_file import ClaimFile
from osint_imagery.evidence.folder import file_name
from osint_imagery.evidence.ledger_file import LedgerFile
from osint_imagery.evidence.record import EvidenceRecord, read_record, record_of
from osint_imagery.evidence.schemas import schemas
from osint_imagery.evidence.verify import verify

LATER = timedelta(days=1)


@pytest.fixture
def dossier(tmp_path: Path, claim: Claim, at: datetime) -> ClaimFile:
    return ClaimFile.create(tmp_path / "dossier", claim, at=at)


def test_the_claim_is_registered_first_with_its_verbatim_bytes(dossier: ClaimFile, claim: Claim) -> None:
    assert (dossier.path / "claim.yaml").read_bytes() == claim.source
    assert dossier.entries[0].kind == "claim_registered"
    assert dossier.entries[0].file is not None
    assert dossier.entries[0].file.digest == claim.digest
    assert read_claim(dossier.path / "claim.yaml").digest == claim.digest


def test_a_folder_that_holds_anything_is_refused(tmp_path: Path, claim: Claim, at: datetime) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "note.txt").write_text("mine")
    with pytest.raises(EvidenceExistsError, match="never overwritten"):
        ClaimFile.create(tmp_path / "x", claim, at=at)
    with pytest.raises(EvidenceExistsError, match="not an empty folder"):
        ClaimFile.create(tmp_path / "x" / "note.txt", claim, at=at)


def test_every_offer_is_recorded_used_or_rejected_once(dossier: ClaimFile, at: datetime) -> None:
    assert dossier.offer(offers(), at=at) == 3
    assert dossier.offer(offers(), at=at) == 0
    bodies = [entry.body for entry in dossier.entries if entry.kind == "scene_offered"]
    assert [body.used for body in bodies] == [True, True, False]  # type: ignore[union-attr]


def test_a_whole_dossier_verifies_and_tells_what_was_checked(
    *, dossier: ClaimFile, record: EvidenceRecord, make: dict[str, Callable[..., Any]], at: datetime, tmp_path: Path
) -> None:
    dossier.offer(offers(), at=at)
    scene = make["scene"]("S2", TimeSpan("2026-05-13"))
    assert dossier.add_scene_metadata(scene, at=at).read_bytes() == scene.metadata
    dossier.add_record(record, at=at)
    outside = tmp_path / "before.png"
    outside.write_bytes(b"png")
    artifact = Artifact(path=outside, digest=digest_bytes(b"png"), media_type="image/png", shows="a quay")
    assert dossier.add_figure(artifact, at=at) == dossier.path / "figures" / "before.png"
    inside = dossier.path / "report.html"
    inside.write_bytes(b"<html>")
    assert dossier.add_report(inside, "the report", at=at) == inside
    (tmp_path / "memo.txt").write_bytes(b"memo")
    dossier.add_file(tmp_path / "memo.txt", "a memo", at=at)
    checked = dossier.close(at=at + LATER)
    assert checked.closed
    assert (checked.files, checked.records, checked.scenes) == (8, 1, 3)
    assert checked.head == dossier.head
    assert checked.notes == ()
    assert "files compared byte for byte" in repr(checked)
    assert "closed" in repr(dossier)


def test_each_line_follows_the_published_schema(dossier: ClaimFile, at: datetime) -> None:
    dossier.offer(offers(), at=at)
    dossier.close(at=at)
    schema = json.loads(schemas()["ledger-entry.schema.json"])
    for line in (dossier.path / "ledger.jsonl").read_bytes().splitlines():
        jsonschema.validate(json.loads(line), schema)


def test_records_are_numbered_and_chained(dossier: ClaimFile, record: EvidenceRecord, at: datetime) -> None:
    first, second = dossier.add_record(record, at=at), dossier.add_record(record, at=at)
    assert [path.name for path in (first, second)] == ["0001-shed.json", "0002-shed.json"]
    assert read_record(first.read_bytes()).previous is None
    assert read_record(second.read_bytes()).previous == digest_bytes(first.read_bytes())


def test_other_bytes_under_a_name_are_refused_and_equal_bytes_are_kept(
    dossier: ClaimFile, make: dict[str, Callable[..., Any]], at: datetime, tmp_path: Path
) -> None:
    scene = make["scene"]("S2", TimeSpan("2026-05-13"))
    dossier.add_scene_metadata(scene, at=at)
    count = len(dossier.entries)
    dossier.add_scene_metadata(scene, at=at)
    assert len(dossier.entries) == count
    (tmp_path / "claim.yaml.d").mkdir()
    for folder, data in (("a", b"1"), ("b", b"2")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "memo.txt").write_bytes(data)
    dossier.add_file(tmp_path / "a" / "memo.txt", "a memo", at=at)
    with pytest.raises(EvidenceExistsError, match="never overwritten"):
        dossier.add_file(tmp_path / "b" / "memo.txt", "a memo", at=at)


def test_a_record_of_another_claim_is_refused(
    tmp_path: Path, claim: Claim, record: EvidenceRecord, at: datetime
) -> None:
    other = tmp_path / "other.yaml"
    other.write_bytes(claim.source + b"# edited\n")
    dossier = ClaimFile.create(tmp_path / "d2", read_claim(other), at=at)
    with pytest.raises(InputError, match="another claim"):
        dossier.add_record(record, at=at)


def test_a_figure_that_changed_since_it_was_saved_is_refused(dossier: ClaimFile, tmp_path: Path, at: datetime) -> None:
    (tmp_path / "f.png").write_bytes(b"later")
    artifact = Artifact(path=tmp_path / "f.png", digest=digest_bytes(b"saved"), media_type="image/png", shows="x")
    with pytest.raises(VerificationError, match="save the figure again"):
        dossier.add_figure(artifact, at=at)


def test_a_missing_file_and_the_ledger_itself_are_refused(dossier: ClaimFile, at: datetime) -> None:
    with pytest.raises(MissingAssetError, match="not a file"):
        dossier.add_file(dossier.path / "nothing.txt", "x", at=at)
    with pytest.raises(InputError, match="the ledger itself"):
        dossier.add_file(dossier.path / "ledger.jsonl", "x", at=at)


def test_entries_are_in_order_of_time(dossier: ClaimFile, at: datetime) -> None:
    with pytest.raises(InputError, match="before the ledger's last entry"):
        dossier.offer(offers(), at=at - LATER)


def test_a_correction_names_an_entry_that_exists(dossier: ClaimFile, at: datetime) -> None:
    with pytest.raises(InputError, match="supersedes=99"):
        dossier.correct(99, "why", "who", at=at)


def test_two_writers_that_have_it_open_lose_nothing(
    dossier: ClaimFile, record: EvidenceRecord, case: Any, at: datetime
) -> None:
    other = ClaimFile.open(dossier.path)
    other.offer(offers(), at=at + LATER)
    mine = dossier.add_record(record, at=at)  # earlier than what the other wrote meanwhile: takes its time
    later = record_of(case.claim, case.find(), accessed=at, created=at + LATER, software="osint_imagery 0.1.0")
    theirs = other.add_record(later, at=at + LATER)
    assert (mine.name, theirs.name) == ("0001-shed.json", "0002-shed.json")
    assert read_record(theirs.read_bytes()).previous == digest_bytes(mine.read_bytes())
    closed = dossier.close(at=at + LATER)
    assert (closed.records, closed.scenes, closed.notes) == (2, 3, ())
    with pytest.raises(EvidenceError, match="closed"):
        other.add_record(record, at=at + LATER)


def test_a_ledger_that_was_rewritten_under_a_writer_is_refused(
    dossier: ClaimFile, tmp_path: Path, claim: Claim, at: datetime
) -> None:
    twin = ClaimFile.create(tmp_path / "twin", claim, at=at + LATER)
    for name in ("ledger.jsonl", "ledger.head"):
        (dossier.path / name).write_bytes((twin.path / name).read_bytes())
    with pytest.raises(VerificationError, match="does not begin with"):
        dossier.offer(offers(), at=at + LATER)


def test_a_broken_chain_is_not_continued(dossier: ClaimFile, at: datetime) -> None:
    ledger = dossier.path / "ledger.jsonl"
    ledger.write_bytes(ledger.read_bytes().replace(b"verbatim", b"altered!"))
    with pytest.raises(VerificationError, match="does not verify"):
        dossier.offer(offers(), at=at)
    with pytest.raises(VerificationError, match="does not verify"):
        ClaimFile.open(dossier.path)


class Killed(Exception):  # noqa: N818 - stands for the end of the process
    pass


def test_a_run_killed_between_file_and_entry_verifies_and_can_be_continued(
    dossier: ClaimFile, record: EvidenceRecord, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    dossier.offer(offers(), at=at)

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(LedgerFile, "append", killed)
        with pytest.raises(Killed):
            dossier.add_record(record, at=at)
    checked = verify(dossier.path)
    assert not checked.closed
    assert any("unrecorded file records/0001-shed.json" in note for note in checked.notes)
    again = ClaimFile.open(dossier.path)
    again.add_record(record, at=at)
    closed = again.close(at=at)
    assert closed.notes == ()
    assert closed.records == 1


def test_an_unrecorded_record_of_an_earlier_run_is_kept_and_named_at_the_closing(
    dossier: ClaimFile, record: EvidenceRecord, at: datetime, case: Any
) -> None:
    dossier.offer(offers(), at=at)
    leftover = dossier.path / "records" / "0001-shed.json"
    leftover.parent.mkdir()
    leftover.write_bytes(record.body())
    newer = record_of(case.claim, case.find(), accessed=at, created=at + LATER, software="osint_imagery 0.1.0")
    assert dossier.add_record(newer, at=at + LATER).name == "0002-shed.json"
    checked = dossier.close(at=at + LATER)
    assert checked.notes == ("records/0001-shed.json had no entry of its own before the closing",)
    assert leftover.read_bytes() == record.body()


def test_a_run_killed_between_ledger_and_head_verifies_and_is_mended_on_opening(
    dossier: ClaimFile, at: datetime
) -> None:
    head = (dossier.path / "ledger.head").read_bytes()
    dossier.offer(offers(), at=at)
    (dossier.path / "ledger.head").write_bytes(head)
    assert any("3 entries behind" in note for note in verify(dossier.path).notes)
    assert verify(ClaimFile.open(dossier.path).path).notes == ()


def test_a_file_name_is_safe_and_distinct() -> None:
    assert file_name("a/b") != file_name("a_b")
    assert "/" not in file_name("../../etc/passwd")
    assert file_name("...") == f"item-{digest_bytes(b'...')[7:15]}"


def test_a_file_name_that_cannot_be_recorded_is_refused(dossier: ClaimFile, at: datetime) -> None:
    (dossier.path / "a\tb.txt").write_bytes(b"x")
    with pytest.raises(InputError, match="rename the file"):
        dossier.close(at=at)
