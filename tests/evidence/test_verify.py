import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.forging import rewrite

from osint_imagery.core.errors import VerificationError
from osint_imagery.core.lineage import canonical_json, digest_bytes
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.evidence.check_dossier import check, read_chain
from osint_imagery.evidence.claim_file import ClaimFile
from osint_imagery.evidence.furniture import verifier_source
from osint_imagery.evidence.ledger import parse
from osint_imagery.evidence.ledger_bodies import SceneOffered
from osint_imagery.evidence.record import record_of
from osint_imagery.evidence.verify import verify
from osint_imagery.scenes.catalog import Offer

FILES = (
    "HOW-TO-VERIFY.txt",
    "check_dossier.py",
    "claim.yaml",
    "figures/before.png",
    "ledger.head",
    "ledger.jsonl",
    "records/0001-shed.json",
    "report.html",
    "scenes/S2.json",
)


@pytest.fixture
def closed(tmp_path: Path, case: Any, make: Any, at: datetime) -> Path:
    dossier = ClaimFile.create(tmp_path / "dossier", case.claim, at=at)
    scene = make["scene"]("S2", TimeSpan("2026-05-13"))
    offer = Offer(
        scene_id="S2",
        acquired=TimeSpan("2026-05-13"),
        used=True,
        reason="meets area and dates",
        href="S2.json",
        metadata_digest=digest_bytes(scene.metadata),
    )
    dossier.offer([offer], at=at)
    dossier.add_scene_metadata(scene, at=at)
    dossier.add_record(record_of(case.claim, case.find(), accessed=at, created=at, software="x 1"), at=at)
    for name, data in (("figures/before.png", b"\x89PNG pixels"), ("report.html", b"<html></html>\n")):
        (dossier.path / name).parent.mkdir(exist_ok=True)
        (dossier.path / name).write_bytes(data)
        dossier.add_file(dossier.path / name, "a picture", at=at)
    dossier.close(at=at)
    return dossier.path


def refused(folder: Path) -> tuple[str, ...]:
    with pytest.raises(VerificationError) as caught:
        verify(folder)
    assert caught.value.problems
    _, problems, _ = check(str(folder))  # the stand-alone verifier has to say so too
    assert problems
    return caught.value.problems


def names(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def test_the_dossier_holds_what_these_tests_flip(closed: Path) -> None:
    assert tuple(path.relative_to(closed).as_posix() for path in names(closed)) == FILES
    assert verify(closed).closed


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(FILES), position=st.integers(0, 10**9), bit=st.integers(0, 7))
def test_flipping_any_bit_of_any_file_is_refused_with_the_file_named(
    closed: Path, name: str, position: int, bit: int
) -> None:
    path = closed / name
    whole = path.read_bytes()
    data = bytearray(whole)
    data[position % len(data)] ^= 1 << bit
    path.write_bytes(bytes(data))
    try:
        problems = refused(closed)
    finally:
        path.write_bytes(whole)
    assert any(name in problem for problem in problems)


def test_flipping_every_byte_of_the_ledger_is_refused(tmp_path: Path, case: Any, at: datetime) -> None:
    dossier = ClaimFile.create(tmp_path / "small", case.claim, at=at)
    dossier.close(at=at)
    whole = (dossier.path / "ledger.jsonl").read_bytes()
    held = []
    for position in range(len(whole)):
        data = bytearray(whole)
        data[position] ^= 1 << (position % 8)
        for entries, problems in (parse(bytes(data)), read_chain(bytes(data))):
            if not problems and entries:
                held.append(position)
    assert held == []


def test_flipping_every_byte_of_the_head_is_refused(closed: Path) -> None:
    path = closed / "ledger.head"
    whole = path.read_bytes()
    for position in range(len(whole)):
        data = bytearray(whole)
        data[position] ^= 1
        path.write_bytes(bytes(data))
        assert any("ledger.head" in problem for problem in refused(closed))


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", ["deleted", "truncated", "extended", "replaced by a link"])
def test_damage_to_any_file_is_refused_with_the_file_named(closed: Path, name: str, damage: str) -> None:
    path = closed / name
    whole = path.read_bytes()
    path.unlink()
    if damage == "truncated":
        path.write_bytes(whole[:-1])
    elif damage == "extended":
        path.write_bytes(whole + b"\n")
    elif damage == "replaced by a link":
        copy = closed.parent / "copy"
        copy.write_bytes(whole)
        path.symlink_to(copy)
    assert any(name in problem for problem in refused(closed))


def test_a_file_added_to_a_closed_dossier_is_refused(closed: Path) -> None:
    (closed / "figures" / "extra.png").write_bytes(b"x")
    assert refused(closed) == ("figures/extra.png: is not listed in the closed ledger",)


def test_every_bad_file_is_named_not_only_the_first(closed: Path) -> None:
    (closed / "report.html").unlink()
    (closed / "scenes" / "S2.json").write_bytes(b"{}")
    problems = refused(closed)
    assert {problem.split(":")[0] for problem in problems} == {"report.html", "scenes/S2.json"}


def test_deleting_any_line_is_refused(closed: Path) -> None:
    path = closed / "ledger.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    for index in range(len(lines)):
        path.write_bytes(b"".join(lines[:index] + lines[index + 1 :]))
        assert any("ledger" in problem for problem in refused(closed))


def test_swapping_or_repeating_lines_is_refused(closed: Path) -> None:
    path = closed / "ledger.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    for index in range(len(lines) - 1):
        swapped = [*lines[:index], lines[index + 1], lines[index], *lines[index + 2 :]]
        path.write_bytes(b"".join(swapped))
        assert any("ledger.jsonl" in problem for problem in refused(closed))
        path.write_bytes(b"".join([*lines[: index + 1], *lines[index:]]))
        assert any("ledger.jsonl" in problem for problem in refused(closed))


def test_cutting_the_ledger_anywhere_is_refused(closed: Path) -> None:
    path = closed / "ledger.jsonl"
    whole = path.read_bytes()
    ends = [i + 1 for i, byte in enumerate(whole[:-1]) if byte == 10]
    for end in (0, 1, *ends, *(end - 1 for end in ends), len(whole) - 1):
        path.write_bytes(whole[:end])
        refused(closed)


def test_a_line_in_another_spelling_of_the_same_json_is_refused(closed: Path) -> None:
    path = closed / "ledger.jsonl"
    path.write_bytes(path.read_bytes().replace(b'{"at":', b'{ "at":', 1))
    assert any("canonical form" in problem for problem in refused(closed))


def test_a_rewritten_entry_with_its_own_digest_breaks_the_chain(closed: Path) -> None:
    path = closed / "ledger.jsonl"
    entries, _ = parse(path.read_bytes())
    body = entries[2].model_dump(mode="json", exclude={"digest"})
    body["body"]["used"] = False
    forged = {**body, "digest": digest_bytes(canonical_json(body))}
    lines = [entry.line() for entry in entries]
    lines[2] = canonical_json(forged) + b"\n"
    path.write_bytes(b"".join(lines))
    assert any("line 4: is not chained" in problem for problem in refused(closed))


def test_nothing_may_follow_a_closing_but_a_correction(closed: Path, at: datetime) -> None:
    from osint_imagery.evidence.ledger import chain

    path = closed / "ledger.jsonl"
    entries, _ = parse(path.read_bytes())
    offered = next(entry.body for entry in entries if isinstance(entry.body, SceneOffered))
    forged = chain(entries, "scene_offered", offered, at=at)
    path.write_bytes(path.read_bytes() + forged.line())
    (closed / "ledger.head").write_text(forged.digest + "\n")
    assert any("only a correction, a reopening or a seal may" in problem for problem in refused(closed))


def test_an_entry_may_not_name_a_file_outside(closed: Path, at: datetime) -> None:
    from osint_imagery.core.errors import InputError
    from osint_imagery.evidence.ledger import chain
    from osint_imagery.evidence.ledger_bodies import FileAdded

    for path in ("../x", "/etc/passwd", "a//b", "a\\b", "."):
        body = FileAdded.model_construct(
            path=path, digest=digest_bytes(b""), size=0, media_type="text/plain", shows="x"
        )
        with pytest.raises(InputError, match="does not stay inside"):
            chain((), "file_added", body, at=at)


def test_a_folder_that_is_no_dossier_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VerificationError, match="not a dossier"):
        verify(tmp_path)


def ran_alone(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    program = folder / "check_dossier.py"
    command = [sys.executable, "-I", "-S", str(program), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **environment})


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Chatham", "America/St_Johns"])
def test_an_untouched_dossier_raises_no_alarm_anywhere(closed: Path, tmp_path: Path, zone: str) -> None:
    packed = shutil.make_archive(str(tmp_path / "packed"), "zip", closed)
    shutil.unpack_archive(packed, tmp_path / "a folder, elsewhere")
    copy = tmp_path / "a folder, elsewhere"
    ran = ran_alone(copy, TZ=zone)
    assert ran.returncode == 0, ran.stdout
    assert ran.stdout.endswith("VERIFIED\n")
    assert verify(copy).closed
    head = verify(closed).head
    assert f"head {head}" in ran.stdout


def test_the_program_in_the_dossier_alone_names_the_altered_file(closed: Path) -> None:
    (closed / "report.html").write_bytes(b"<html>!</html>\n")
    ran = ran_alone(closed)
    assert ran.returncode == 1
    assert "PROBLEM report.html: was altered" in ran.stdout
    assert ran.stdout.endswith("DOES NOT VERIFY\n")


def test_the_program_is_the_one_in_the_library_and_recorded(closed: Path) -> None:
    assert (closed / "check_dossier.py").read_bytes() == verifier_source()
    entries, _ = parse((closed / "ledger.jsonl").read_bytes())
    assert "check_dossier.py" in {entry.file.path for entry in entries if entry.file}


def test_a_moved_dossier_still_verifies(closed: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere"
    shutil.copytree(closed, moved)
    assert verify(moved).head == verify(closed).head


def test_a_scene_that_no_offer_names_is_noted(closed: Path) -> None:
    notes = verify(closed).notes
    assert notes == ("records/0001-shed.json rests on scene S1, which no offer names as used",)


def test_a_lock_that_holds_something_is_named_by_both(closed: Path) -> None:
    (closed / ".ledger.lock").write_bytes(b"")
    assert verify(closed).closed
    (closed / ".ledger.lock").write_bytes(b"smuggled")
    assert any(".ledger.lock" in problem for problem in refused(closed))
    assert any(".ledger.lock" in problem for problem in check(str(closed))[1])


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("check_dossier.py", "check_dossier.py is not the program this library wrote (digest {}): do not run it"),
        ("HOW-TO-VERIFY.txt", "HOW-TO-VERIFY.txt is not the text this library wrote (digest {}): do not follow it"),
    ],
)
def test_a_program_that_only_says_verified_is_told(closed: Path, name: str, told: str) -> None:
    data = b'print("VERIFIED")\n'
    (closed / name).write_bytes(data)

    def again(entries: list[Any]) -> None:
        for entry in entries:
            for file in (entry["body"], *entry["body"].get("files", ())):
                if file.get("path") == name:
                    file.update(digest=digest_bytes(data), size=len(data))

    rewrite(closed, again)
    assert told.format(digest_bytes(data)) in verify(closed).notes
