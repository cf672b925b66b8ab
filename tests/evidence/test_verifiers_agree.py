"""The library and the stand-alone program say the same of a folder, also of what is merely lying about in it."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from osint_imagery.core.errors import VerificationError
from osint_imagery.evidence import check_dossier
from osint_imagery.evidence import verify as library
from osint_imagery.evidence.check_dossier import check, one_line
from osint_imagery.evidence.claim_file import ClaimFile
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
    "partial ledger": (lambda home: (home / ".ledger.jsonl.partial").write_bytes(b"{"), ".ledger.jsonl.partial"),
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
