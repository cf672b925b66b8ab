"""The library and the stand-alone program say the same of a folder, also of what is merely lying about in it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from support.forging import forge, rewrite

from osint_imagery.core.errors import VerificationError
from osint_imagery.core.lineage import digest_bytes
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.evidence import check_dossier
from osint_imagery.evidence import verify as library
from osint_imagery.evidence.check_dossier import check, one_line
from osint_imagery.evidence.claim_file import ClaimFile
from osint_imagery.evidence.fields import Interval
from osint_imagery.evidence.ledger_bodies import SceneOffered
from osint_imagery.evidence.signing import new_key, sign
from osint_imagery.evidence.verify import verify

Maker = Callable[..., Path]


@pytest.fixture(params=[True, False], ids=["closed", "open"])
def folder(request: pytest.FixtureRequest, dossier: Maker, tmp_path: Path, at: datetime) -> Path:
    """Return a signed dossier, closed or still open."""
    made = dossier(close=request.param)
    new_key(tmp_path / "my.key")
    sign(made, tmp_path / "my.key", signer="A. Reporter", at=at)
    return made


def by_library(folder: Path) -> tuple[bool, tuple[str, ...]]:
    try:
        return True, verify(folder).notes
    except VerificationError as err:
        return False, err.problems


def by_program(folder: Path) -> tuple[bool, list[str]]:
    _, problems, notes = check(str(folder))
    return not problems, problems or notes


def seal(folder: Path, end: str) -> Path:
    return next(path for path in (folder / "seal").iterdir() if path.name.endswith(end))


def replace_by_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


CHANGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "nothing": (lambda home: None, ""),
    "partial ledger": (lambda home: (home / ".ledger.jsonl.partial").write_bytes(b'{"at'), ".ledger.jsonl.partial"),
    "former head": (lambda home: (home / ".ledger.head.former").write_bytes(b"x"), ".ledger.head.former"),
    "partial report": (lambda home: (home / ".report.html.partial").write_bytes(b"<"), ".report.html.partial"),
    "empty folder": (lambda home: (home / "figures" / "more").mkdir(parents=True), "figures/more"),
    "empty folder with a line of its own": (lambda home: (home / "x\nVERIFIED").mkdir(), "x\\nVERIFIED"),
    "file with a line of its own": (lambda home: (home / "x\nVERIFIED").write_bytes(b""), "x\\nVERIFIED"),
    "file that turns letters round": (lambda home: (home / "a\u202egnp.exe").write_bytes(b""), "a\\u202egnp.exe"),
    "file of no encoding": (lambda home: Path(os.fsdecode(os.fsencode(home) + b"/a\xff")).write_bytes(b""), "a\\udcff"),
    "seal copy deleted": (lambda home: seal(home, ".sig").unlink(), ".sig"),
    "seal copy altered": (lambda home: seal(home, ".sig").write_bytes(b"x"), ".sig"),
    "seal copy a folder": (lambda home: replace_by_folder(seal(home, ".sig")), ".sig"),
    "seal copy cut": (
        lambda home: seal(home, ".sig").rename(home / "seal" / f".{seal(home, '.sig').name}.partial"),
        ".sig.partial",
    ),
    "seal of nobody": (lambda home: (home / "seal" / "0099-signed.sig").write_bytes(b"x"), "0099-signed.sig"),
    "record a folder": (lambda home: replace_by_folder(home / "records" / "0001-shed.json"), "records/0001-shed.json"),
    "link to a folder": (lambda home: (home / "away").symlink_to(home.parent), "away"),
    "a pipe": (lambda home: os.mkfifo(home / "pipe"), "pipe"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_both_give_one_verdict_and_name_the_same(folder: Path, name: str) -> None:
    change, named = CHANGES[name]
    change(folder)
    (one, told), (two, told_alone) = by_library(folder), by_program(folder)
    assert one is two
    for lines in (told, told_alone):
        assert any(named in line for line in lines) or not named
        assert all(line.isprintable() for line in lines)


def test_the_names_in_the_notes_are_the_same(folder: Path) -> None:
    for name in ("nothing", "partial ledger", "empty folder", "seal copy deleted"):
        CHANGES[name][0](folder)
    own = [line for line in by_library(folder)[1] if "rests on scene" not in line]
    alone = by_program(folder)[1]
    for lines in (own, alone):
        told = " ".join(lines)
        assert all(part in told for part in (".ledger.jsonl.partial", "figures/more", ".sig: missing"))


def test_a_file_that_cannot_be_read_is_a_problem_and_no_traceback(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(path: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(check_dossier, "sha256", failing)
    monkeypatch.setattr(library, "digest_file", failing)
    for verdict, lines in (by_library(folder), by_program(folder)):
        assert not verdict
        assert any(line == "claim.yaml: cannot be read (Permission denied)" for line in lines)


def test_lines_are_lines_and_the_rest_stays() -> None:
    assert one_line("a\nb\r\x1b[2K\u202e é 漢\udcff") == "a\\nb\\r\\x1b[2K\\u202e é 漢\\udcff"


def commands(folder: Path) -> dict[str, list[str]]:
    return {
        "program": [sys.executable, "-I", "-S", str(folder / "check_dossier.py")],
        "library": [sys.executable, "-m", "osint_imagery.cli", "verify", str(folder)],
    }


@pytest.mark.parametrize("kind", ["program", "library"])
@pytest.mark.parametrize("holds", [True, False])
def test_a_reader_who_leaves_and_a_console_of_ascii_change_no_verdict(folder: Path, kind: str, *, holds: bool) -> None:
    (folder / "größe").mkdir()
    if not holds:
        (folder / "records" / "0001-shed.json").write_bytes(b"{}")
    command = commands(folder)[kind]
    plain = {**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C", "PYTHONUTF8": "0"}
    if kind == "program":  # -I takes no environment of Python's own
        command = [*command[:1], "-X", "utf8=0", *command[2:]]
    ran = subprocess.run(command, capture_output=True, env=plain, check=False)
    assert ran.returncode == (0 if holds else 1)
    assert b"Traceback" not in ran.stderr
    if holds:
        assert b"empty folder gr\\" in ran.stdout
    reading, writing = os.pipe()
    os.close(reading)
    broken = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, env=plain, check=False)
    os.close(writing)
    assert (broken.returncode, b"Traceback" in broken.stderr, b"Exception" in broken.stderr) == (
        0 if holds else 1,
        False,
        False,
    )


def test_a_dossier_that_a_killed_run_left_with_an_empty_folder_goes_on(dossier: Maker, at: datetime) -> None:
    made = dossier(close=False)
    (made / "reviews").mkdir()
    ClaimFile.open(made).close(at=at)
    assert by_program(made)[0]
    assert by_library(made)[0]


REWRITTEN: dict[str, tuple[Callable[[list[Any]], object], str, str]] = {
    "31 February": (lambda lines: lines[0].update(at="2026-02-31T00:00:00Z"), "line 1: at", "line 1: at"),
    "second 60": (lambda lines: lines[0].update(at="2026-02-01T00:00:60Z"), "line 1: at", "line 1: at"),
    "a size of words": (lambda lines: lines[1]["body"].update(shows=5), "body.shows", "body.shows"),
    "backdated": (
        lambda lines: [line.update(at="2017-11-02T00:00:00Z") for line in lines],
        "before records/0001-shed.json was made (2026-06-01T12:00:00Z)",
        "before records/0001-shed.json was made (2026-06-01T12:00:00Z)",
    ),
}


@pytest.mark.parametrize("name", REWRITTEN)
def test_a_chain_that_was_made_again_around_what_cannot_be_is_named_by_both(dossier: Maker, name: str) -> None:
    folder = dossier()
    change, told, told_alone = REWRITTEN[name]
    rewrite(folder, change)
    for (holds, lines), words in ((by_library(folder), told), (by_program(folder), told_alone)):
        assert not holds
        assert any(line.startswith("ledger.jsonl: line ") and words in line for line in lines), lines


def offered(folder: Path, at: datetime, **changed: object) -> None:
    """Offer scene S1 with its metadata, and keep these, in an open dossier."""
    body = {
        "scene_id": "S1",
        "acquired": Interval.of(TimeSpan("2026-04-28T08:00:00Z")).model_dump(),
        "used": True,
        "reason": "clear",
        "href": "S1.json",
        "metadata_digest": digest_bytes(b"{}"),
    }
    opened = ClaimFile.open(folder)
    opened._append([("scene_offered", SceneOffered.model_validate({**body, **changed}))], at)


def test_an_offer_whose_use_is_a_word_is_named_by_both(dossier: Maker, at: datetime) -> None:
    folder = dossier(close=False)
    offered(folder, at)
    rewrite(folder, lambda lines: lines[-1]["body"].update(used="yes"))
    for holds, lines in (by_library(folder), by_program(folder)):
        assert not holds
        assert any("body.used" in line for line in lines), lines


def test_an_offer_before_the_scene_was_acquired_is_named_by_both(dossier: Maker, at: datetime) -> None:
    folder = dossier(close=False)
    offered(folder, at, acquired=Interval.of(TimeSpan("2026-07-28T08:00:00Z")).model_dump())
    for holds, lines in (by_library(folder), by_program(folder)):
        assert not holds
        assert any("offers scene S1 before it was acquired" in line for line in lines), lines


def test_metadata_other_than_those_that_were_offered_are_named_by_both(
    dossier: Maker, make: dict[str, Any], at: datetime
) -> None:
    folder = dossier(close=False)
    kept = make["scene"]("S1", TimeSpan("2026-04-28T08:00:00Z"))
    offered(folder, at, metadata_digest=digest_bytes(kept.metadata))
    ClaimFile.open(folder).add_scene_metadata(kept, at=at)
    ClaimFile.open(folder).close(at=at)
    assert by_library(folder)[0]
    assert by_program(folder)[0]
    forge(folder, "scenes/S1.json", lambda body: body.update(altered=True))
    for holds, lines in (by_library(folder), by_program(folder)):
        assert not holds
        assert any(line.startswith("scenes/S1.json: is not the metadata") for line in lines), lines


LEFT = {
    ".ledger.jsonl.partial": b"TANKS SEEN",
    ".ledger.jsonl.former": b"TANKS SEEN",
    ".ledger.head.partial": b"TANKS SEEN",
    ".ledger.head.former": b"TANKS SEEN",
}


@pytest.mark.parametrize("name", LEFT)
def test_what_no_killed_run_leaves_is_a_problem_for_both(folder: Path, name: str) -> None:
    (folder / name).write_bytes(LEFT[name])
    for holds, lines in (by_library(folder), by_program(folder)):
        assert not holds
        assert any(line.startswith(f"{name}: holds what no interrupted run leaves") for line in lines), lines


def test_what_killed_runs_leave_is_a_note_for_both(folder: Path) -> None:
    lines = (folder / "ledger.jsonl").read_bytes().splitlines(keepends=True)
    (folder / ".ledger.jsonl.former").write_bytes(b"".join(lines[:2]))
    (folder / ".ledger.jsonl.partial").write_bytes(b"".join(lines)[:-7])
    (folder / ".ledger.head.former").write_text(json.loads(lines[1])["digest"] + "\n")
    (folder / ".ledger.head.partial").write_text(json.loads(lines[-1])["digest"])
    for holds, told in (by_library(folder), by_program(folder)):
        assert holds
        assert sum("left by an interrupted run" in line for line in told) == 4


def test_text_behind_a_closed_ledger_in_its_partial_file_is_a_problem(dossier: Maker) -> None:
    folder = dossier()
    (folder / ".ledger.jsonl.partial").write_bytes((folder / "ledger.jsonl").read_bytes() + b"TANKS SEEN")
    assert not by_library(folder)[0]
    assert not by_program(folder)[0]


def test_a_head_behind_a_closed_ledger_is_a_problem_unless_a_run_was_killed(dossier: Maker) -> None:
    folder = dossier()
    lines = (folder / "ledger.jsonl").read_bytes().splitlines()
    (folder / "ledger.head").write_text(json.loads(lines[-2])["digest"] + "\n")
    for holds, told in (by_library(folder), by_program(folder)):
        assert not holds
        assert any("ledger.head: is 1 entries behind" in line for line in told)
    (folder / ".ledger.head.partial").write_text(json.loads(lines[-1])["digest"] + "\n")
    assert by_library(folder)[0]
    assert by_program(folder)[0]
