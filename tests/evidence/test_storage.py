"""Killed, crowded, full or locked out: what was confirmed is there, and the dossier verifies and goes on."""

import errno
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import ModuleType

import pytest

from osint_imagery.core import writing
from osint_imagery.core.claim import Claim
from osint_imagery.core.errors import EvidenceExistsError, LockedError, StorageError
from osint_imagery.evidence import ledger_file
from osint_imagery.evidence.check_dossier import check
from osint_imagery.evidence.claim_file import ClaimFile
from osint_imagery.evidence.furniture import verifier_source
from osint_imagery.evidence.ledger_file import LOCK, read_ledger
from osint_imagery.evidence.record import EvidenceRecord
from osint_imagery.evidence.verify import verify

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are started by fork")


@pytest.fixture
def crash(benchmark_of: Callable[[str], ModuleType]) -> ModuleType:
    return benchmark_of("crash")


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_after_kills_at_random_instants_nothing_confirmed_is_lost(
    crash: ModuleType, tmp_path: Path, claim: Claim
) -> None:
    outcome = crash.kill_runs(tmp_path, claim, 20, seed=4)
    assert outcome.lost == []
    assert outcome.broken == []
    assert outcome.confirmed > 5


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_two_processes_that_write_at_once_lose_nothing(crash: ModuleType, tmp_path: Path, claim: Claim) -> None:
    entries, lost = crash.together(tmp_path / "dossier", claim, 2, 12)
    assert lost == []
    assert entries == 3 + 2 * 12
    assert not (tmp_path / "dossier" / LOCK).exists()


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_killed_while_it_is_corrected_signed_and_read(
    crash: ModuleType, tmp_path: Path, claim: Claim, record: EvidenceRecord
) -> None:
    outcome = crash.kill_corrections(tmp_path, claim, record, 12, seed=1)
    assert outcome.lost == []
    assert outcome.broken == []
    assert outcome.confirmed > 5


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_reader_beside_a_writer_raises_no_alarm(
    crash: ModuleType, tmp_path: Path, claim: Claim, record: EvidenceRecord
) -> None:
    checks, alarms = crash.read_beside(tmp_path, claim, record, 8)
    assert alarms == []
    assert checks > 5


@pytest.mark.parametrize("name", ["ledger.jsonl", "ledger.head", "files", "dossier$"])
def test_a_full_disk_is_told_and_leaves_a_dossier_that_goes_on(
    tmp_path: Path, claim: Claim, at: datetime, monkeypatch: pytest.MonkeyPatch, *, name: str
) -> None:
    dossier = ClaimFile.create(tmp_path / "dossier", claim, at=at)
    note = tmp_path / "note.txt"
    note.write_text("a note")
    before = read_ledger(dossier.path)
    real = os.fsync

    def full(handle: int) -> None:
        if re.search(name, str(Path(f"/proc/self/fd/{handle}").readlink())):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(handle)

    if not Path("/proc/self/fd").is_dir():
        pytest.skip("which file is written is read from /proc")
    with monkeypatch.context() as patch:
        patch.setattr(writing.os, "fsync", full)
        with pytest.raises(StorageError, match="No space left"):
            dossier.add_file(note, "a note", at=at)
    assert read_ledger(dossier.path) == before, "a call that failed has written nothing"
    assert not verify(dossier.path).closed
    again = ClaimFile.open(dossier.path)
    again.add_file(note, "a note", at=at)
    assert len(read_ledger(dossier.path)) == len(before) + 1
    assert verify(again.path).notes == ()
    assert again.close(at=at).closed


def test_a_folder_that_cannot_be_written_to_is_told_and_verifies(
    claim: Claim, at: datetime, request: pytest.FixtureRequest
) -> None:
    home = Path(tempfile.mkdtemp())  # pytest's own folder is closed to other users, whom root has to become here
    request.addfinalizer(lambda: shutil.rmtree(home))
    dossier = ClaimFile.create(home / "dossier", claim, at=at).path
    script = """
import os, sys
from osint_imagery.core.errors import StorageError
from osint_imagery.evidence.claim_file import ClaimFile
from osint_imagery.evidence.record import EvidenceRecord, record_of
from osint_imagery.evidence.verify import verify

ClaimFile.open(sys.argv[2])  # all that is imported late, while it may still be read
if os.getuid() == 0:
    os.setuid(65534)
verify(sys.argv[1])
try:
    ClaimFile.open(sys.argv[1])
except StorageError as err:
    print("told", err)
"""
    twin = shutil.copytree(dossier, home / "twin")
    home.chmod(0o755)
    for path in (*dossier.rglob("*"), dossier):
        path.chmod(0o555 if path.is_dir() else 0o444)
    ran = subprocess.run(
        [sys.executable, "-c", script, str(dossier), str(twin)], capture_output=True, text=True, check=False
    )
    dossier.chmod(0o755)
    assert ran.stdout.startswith("told"), ran.stderr
    assert "cannot be written to" in ran.stdout
    assert verify(dossier).entries == 3


def test_a_writer_that_holds_the_dossier_too_long_is_told_of(
    tmp_path: Path, claim: Claim, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    dossier = ClaimFile.create(tmp_path / "dossier", claim, at=at)
    monkeypatch.setattr(ledger_file, "_PATIENCE_S", 0.05)
    other = ClaimFile(dossier.path, dossier.entries)
    with dossier.ledger.locked(), pytest.raises(LockedError, match="another writer"):
        other.close(at=at)
    assert other.close(at=at).closed


def test_a_run_killed_before_its_first_entry_is_begun_again_with_the_same_claim_only(
    tmp_path: Path, claim: Claim, at: datetime
) -> None:
    folder = tmp_path / "dossier"
    folder.mkdir()
    (folder / "claim.yaml").write_bytes(claim.source)
    (folder / ".ledger.jsonl.partial").write_bytes(b'{"at')
    assert ClaimFile.create(folder, claim, at=at).close(at=at).closed
    other = tmp_path / "other"
    other.mkdir()
    (other / "claim.yaml").write_bytes(claim.source + b"# another\n")
    with pytest.raises(EvidenceExistsError, match="not an empty folder"):
        ClaimFile.create(other, claim, at=at)


def test_a_run_killed_after_its_first_entry_still_gets_the_verifier(
    tmp_path: Path, claim: Claim, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(ClaimFile, "_furnish", lambda *_: None)
        ClaimFile.create(tmp_path / "dossier", claim, at=at)
    assert not (tmp_path / "dossier" / "check_dossier.py").exists()
    dossier = ClaimFile.open(tmp_path / "dossier")
    assert (dossier.path / "check_dossier.py").read_bytes() == verifier_source()
    assert check(str(dossier.path))[1] == []


def test_what_a_killed_run_left_half_written_is_not_closed_in(tmp_path: Path, claim: Claim, at: datetime) -> None:
    dossier = ClaimFile.create(tmp_path / "dossier", claim, at=at)
    records = dossier.path / "records"
    records.mkdir()
    for name in (".0001-shed.json.partial", ".0001-shed.json.former"):
        (records / name).write_bytes(b'{"half')
    own = records / ".notes.txt"
    own.write_bytes(b"mine")
    assert dossier.close(at=at).closed
    assert sorted(records.iterdir()) == [own]
    assert check(str(dossier.path))[1] == []
