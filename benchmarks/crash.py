"""Kill a process at random instants while it writes a dossier; afterwards the dossier verifies and nothing is lost.

Run: python benchmarks/crash.py [kills]
A child process begins a dossier or continues one, and adds offers, records and files; it reports each over a pipe after
the call has returned. It is killed (SIGKILL) after a random time. Then the dossier is checked by ``verify`` and by the
stand-alone verifier, everything that was reported must be in the ledger with its bytes, and the next child goes on with
it. Every 25 kills a new dossier is begun, so that the beginning is hit too. Then the same with a closed dossier that is
corrected with new records, reopened, added to, closed and signed. Then one process writes and another checks all the
time; two and four processes write at once; and a disk runs full.
"""

import os
import random
import re
import select
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import osint_imagery as oi
from osint_imagery.core.claim import Claim
from osint_imagery.core.errors import OsintImageryError, StorageError
from osint_imagery.core.lineage import digest_bytes
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.evidence.check_dossier import check
from osint_imagery.evidence.claim_file import ClaimFile
from osint_imagery.evidence.ledger import (
    LEDGER,
)
from osint_imagery.evidence.ledger_file import read_ledger
from osint_imagery.evidence.reasoning import Annotation
from osint_imagery.evidence.record import EvidenceRecord, read_record
from osint_imagery.evidence.signing import new_key, sign
from osint_imagery.scenes.catalog import Offer

_KILLS_A_DOSSIER = 25
_KILLS_A_CORRECTED_DOSSIER = 10
_ENDLESS = 10**6


@dataclass
class Outcome:
    """What was seen over all kills."""

    kills: int = 0
    confirmed: int = 0
    lost: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    states: Counter[str] = field(default_factory=Counter)


def begin_or_continue(folder: Path, claim: Claim) -> ClaimFile:
    """Open a dossier, or begin it where no run got as far as its first entry."""
    if (folder / LEDGER).exists():
        return ClaimFile.open(folder)
    return ClaimFile.create(folder, claim, at=datetime.now(UTC))


def write(folder: Path, claim: Claim, told: int, *, name: str, count: int) -> None:
    """Add things one after the other, and tell each once it is confirmed."""
    dossier = begin_or_continue(folder, claim)
    source = Path(tempfile.mkdtemp()) / f"{name}.bin"
    for number in range(count):
        label = f"{name}-{number}"
        if number % 3 == 0:
            offer = Offer(
                scene_id=label,
                acquired=TimeSpan("2026-05-13"),
                used=False,
                reason="not needed",
                href=f"{label}.json",
                metadata_digest=digest_bytes(label.encode()),
            )
            dossier.offer([offer], at=datetime.now(UTC))
        else:
            path = source.with_name(f"{label}.bin")
            path.write_bytes(label.encode() * 2000)
            dossier.add_file(path, f"file {label}", at=datetime.now(UTC))
        os.write(told, f"{label}\n".encode())


def correct(folder: Path, record: EvidenceRecord, told: int, *, name: str, count: int) -> None:
    """Correct, reopen, add, close and sign a closed dossier over and over, and tell each once it is confirmed."""
    key = folder.with_suffix(".pem")
    for number in range(count):
        label, dossier, now = f"{name}-{number}", ClaimFile.open(folder), datetime.now(UTC)
        if not dossier.is_closed:  # a run before this one was killed
            dossier.close(at=now)
        if number % 3 == 0:
            dossier.correct(3, f"correction {label}", "B. Analyst", at=now, record=marked(record, label))
        elif number % 3 == 1:
            path = folder.with_name(f"{label}.bin")
            path.write_bytes(label.encode() * 2000)
            dossier.reopen("B. Analyst", f"reopening {label}", at=now)
            dossier.add_file(path, f"file {label}", at=datetime.now(UTC))
            dossier.close(at=datetime.now(UTC))
        else:
            sign(folder, key, signer=f"signer {label}", at=now)
        os.write(told, f"{label}\n".encode())


def marked(record: EvidenceRecord, label: str) -> EvidenceRecord:
    """Return a record that differs from all others."""
    seen = Annotation(
        id=label, who="B. Analyst", at="2026-06-02T00:00:00Z", label=label, level="detection", note="corrected"
    )
    return record.annotated(seen)


def child(work: Callable[[int], None]) -> tuple[int, int]:
    """Start a writer; return its process and the end of the pipe that it tells on."""
    heard, told = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(heard)
        try:
            work(told)
        finally:
            os._exit(0)
    os.close(told)
    return process, heard


def reported(heard: int) -> list[str]:
    """Return everything that a writer told until it ended."""
    with os.fdopen(heard, "rb") as stream:
        return [line.decode() for line in stream.read().split(b"\n")[:-1]]


def missing(folder: Path, labels: list[str]) -> list[str]:
    """Return what was confirmed and is not in the ledger."""
    text = (folder / LEDGER).read_text(encoding="utf-8")
    return [label for label in labels if not re.search(rf'[ "/]{label}[".]', text)]


def kill_runs(home: Path, claim: Claim, kills: int, *, seed: int = 0) -> Outcome:
    """Kill writers that begin a dossier or add to it, and check after each."""
    return _kill_runs(
        home,
        kills,
        lambda folder, name: lambda told: write(folder, claim, told, name=name, count=_ENDLESS),
        longest_s=0.4,
        a_dossier=_KILLS_A_DOSSIER,
        rng=random.Random(seed),  # noqa: S311 - when to kill is no secret
    )


def kill_corrections(home: Path, claim: Claim, record: EvidenceRecord, kills: int, *, seed: int = 0) -> Outcome:
    """Kill writers that correct, reopen, close and sign a closed dossier, and check after each."""

    def work(folder: Path, name: str) -> Callable[[int], None]:
        if not (folder / LEDGER).exists():
            _closed_dossier(folder, claim, record)
        return lambda told: correct(folder, record, told, name=name, count=_ENDLESS)

    rng = random.Random(seed)  # noqa: S311
    return _kill_runs(home, kills, work, longest_s=1.5, a_dossier=_KILLS_A_CORRECTED_DOSSIER, rng=rng)


def _closed_dossier(folder: Path, claim: Claim, record: EvidenceRecord) -> None:
    dossier = ClaimFile.create(folder, claim, at=datetime.now(UTC))
    dossier.add_record(record, at=datetime.now(UTC))
    dossier.close(at=datetime.now(UTC))
    new_key(folder.with_suffix(".pem"))


def _kill_runs(
    home: Path,
    kills: int,
    work: Callable[[Path, str], Callable[[int], None]],
    *,
    longest_s: float,
    a_dossier: int,
    rng: random.Random,
) -> Outcome:
    outcome = Outcome()
    labels: list[str] = []
    for number in range(kills):
        folder = home / f"dossier-{number // a_dossier}"
        if number % a_dossier == 0:
            labels = []
        process, heard = child(work(folder, f"k{number}"))
        if number % 2:  # after its first confirmed write; the others at any time, also before it
            select.select([heard], [], [], 10)
        time.sleep(rng.uniform(0, longest_s) * rng.random())
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        told = reported(heard)
        labels += told
        outcome.kills += 1
        outcome.confirmed += len(told)
        after(folder, labels, outcome)
    return outcome


def read_beside(home: Path, claim: Claim, record: EvidenceRecord, count: int) -> tuple[int, list[str]]:
    """Check a dossier with both programs while another process works on it; return the checks and the false alarms."""
    folder = home / "read-beside"
    _closed_dossier(folder, claim, record)
    process, heard = child(lambda told: correct(folder, record, told, name="w", count=count))
    checks, alarms = 0, list[str]()
    while os.waitpid(process, os.WNOHANG) == (0, 0):
        try:
            oi.verify(folder)
        except OsintImageryError as err:
            alarms.append(str(err))
        alarms += check(str(folder))[1]
        checks += 2
    return checks, alarms + [f"{label} is lost" for label in missing(folder, reported(heard))]


def after(folder: Path, labels: list[str], outcome: Outcome) -> None:
    """Check a dossier after a kill."""
    if not (folder / LEDGER).exists():
        outcome.states["before the first entry"] += 1
        outcome.lost += labels
        return
    try:
        checked = oi.verify(folder)
    except OsintImageryError as err:
        outcome.broken.append(str(err))
        return
    _, problems, _ = check(str(folder))
    outcome.broken += problems
    outcome.states["with a note of the interruption" if checked.notes else "as if it had ended"] += 1
    outcome.lost += missing(folder, labels)


def together(folder: Path, claim: Claim, writers: int, count: int) -> tuple[int, list[str]]:
    """Let several processes write at once; return the entries there are and what is missing."""
    begin_or_continue(folder, claim)
    running = [
        child(lambda told, name=f"w{number}": write(folder, claim, told, name=name, count=count))  # type: ignore[misc]
        for number in range(writers)
    ]
    labels = [label for _, heard in running for label in reported(heard)]
    for process, _ in running:
        os.waitpid(process, 0)
    oi.verify(folder)
    expected = [f"w{writer}-{number}" for writer in range(writers) for number in range(count)]
    return len(read_ledger(folder)), missing(folder, expected) + [label for label in expected if label not in labels]


def full_disk(folder: Path, claim: Claim) -> str:
    """Write in a process that may write no large file, as on a full disk, and return what it said."""
    heard, told = os.pipe()
    process = os.fork()
    if process == 0:
        import resource

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        try:
            dossier = begin_or_continue(folder, claim)
            folder.with_name("big.bin").write_bytes(bytes(100_000))
            resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))
            big = folder.with_name("big.bin")
            dossier.add_file(big, "more than there is room for", at=datetime.now(UTC))
            os.write(told, b"nothing was refused")
        except StorageError as err:
            os.write(told, str(err).encode())
        finally:
            os._exit(0)
    os.close(told)
    os.waitpid(process, 0)
    with os.fdopen(heard, "rb") as stream:
        return stream.read().decode()


def one_record(claim: Claim, folder: Path) -> EvidenceRecord:
    """Return a record of the bundled claim."""
    dossier = oi.investigate(claim, oi.bundled("port/catalog.json"), out=folder)
    return read_record(next((dossier.path / "records").iterdir()).read_bytes())


def show(outcome: Outcome, what: str) -> None:
    """Print what kills did."""
    print(f"{outcome.kills} kills, {outcome.confirmed} confirmed writes, {what}")
    print(f"  lost: {len(outcome.lost)}; dossiers that did not verify: {len(outcome.broken)}")
    for problem in dict.fromkeys(outcome.broken):
        print(f"  {problem}")
    for state, count in sorted(outcome.states.items()):
        print(f"  {count} left {state}")


def main() -> None:
    """Print what was seen."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    claim = oi.read_claim(oi.bundled("port/claim.yaml"))
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        start = time.perf_counter()
        outcome = kill_runs(home, claim, kills)
        show(outcome, f"{time.perf_counter() - start:.0f} s, a dossier that is begun and added to")
        record = one_record(claim, home / "one")
        start = time.perf_counter()
        outcome = kill_corrections(home / "corrections", claim, record, kills)
        show(outcome, f"{time.perf_counter() - start:.0f} s, a closed dossier: corrected, reopened, closed, signed")
        checks, alarms = read_beside(home, claim, record, 30)
        print(f"checked {checks} times while another process wrote 30 times: {len(alarms)} false alarms")
        for writers in (2, 4):
            entries, lost = together(home / f"together-{writers}", claim, writers, 20)
            print(f"{writers} processes at once, 20 writes each: {entries} entries, {len(lost)} lost")
        print(f"full disk: {full_disk(home / 'full', claim)}")
        print(f"  afterwards: {repr(oi.verify(home / 'full')).splitlines()[0]}")
        ClaimFile.open(home / "full").close(at=datetime.now(UTC))
        print("  and it was continued and closed")


if __name__ == "__main__":
    main()
