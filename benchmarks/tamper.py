"""Alter a dossier in every way that one byte, one file or one line allows; both verifiers have to notice, and name it.

Run: python benchmarks/tamper.py DOSSIER [flips]
The dossier (of ``make demo``, for example) is copied first. Every byte of the ledger, its head, the claim and the
records is flipped, one at a time; of larger files as many bytes at random as asked for (20,000 unless given). Every
file is deleted, emptied, cut, and exchanged with another; files are added; every line of the ledger is deleted,
repeated, and exchanged with the next. Verdicts: ``verify`` of the library, and the stand-alone program that lies in the
dossier. Then the untouched copy is moved, zipped and unzipped, and checked under other time zones.

Of each file 20 flips are carried out on disk and shown to both programs whole. The others are judged in memory, by the
functions with which the two judge bytes: the digest of the altered file, which both compare with the recorded one, and
for the ledger its reader of lines, given the line with the flip (where a line end is made or lost: all of the ledger).
"""

import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import osint_imagery as oi
from osint_imagery.core.errors import VerificationError
from osint_imagery.core.lineage import digest_bytes
from osint_imagery.evidence.check_dossier import ERRORS, check, read_chain, read_entry
from osint_imagery.evidence.furniture import VERIFIER
from osint_imagery.evidence.ledger import HEAD, LEDGER, Entry, parse

_SMALL = 100_000  # bytes up to which every byte is flipped
_ON_DISK = 20
_LINE_END_FLIPPED = frozenset([10, *(10 ^ (1 << bit) for bit in range(8))])  # what a line end is, or may have become


@dataclass
class Tally:
    """How often something was done, and what went unnoticed or unnamed."""

    tried: int = 0
    missed: list[str] = field(default_factory=list)

    def add(self, what: str, folder: Path, name: str) -> None:
        """Ask both verifiers about a dossier in which a file was altered."""
        self.tried += 1
        try:
            oi.verify(folder)
            self.missed.append(f"{what}: verify says it holds")
        except VerificationError as err:
            if not any(name in problem for problem in err.problems):
                self.missed.append(f"{what}: verify does not name {name}")
        _, problems, _ = check(str(folder))
        if not any(name in problem for problem in problems):
            self.missed.append(f"{what}: the stand-alone verifier does not name {name}")


@contextmanager
def altered(path: Path, data: bytes | None) -> Iterator[None]:
    """Let a file hold other bytes, or be away."""
    whole = path.read_bytes()
    if data is None:
        path.unlink()
    else:
        path.write_bytes(data)
    try:
        yield
    finally:
        path.write_bytes(whole)


def flipped(data: bytes, position: int, bit: int) -> bytes:
    """Return the bytes with one bit turned."""
    return data[:position] + bytes([data[position] ^ (1 << bit)]) + data[position + 1 :]


def flips(folder: Path, rng: random.Random, most: int) -> dict[str, Tally]:
    """Flip bytes of every file."""
    found = {"every byte of small files": Tally(), f"{most:,} random bytes of larger files": Tally()}
    small, large = found.values()
    entries, _ = parse((folder / LEDGER).read_bytes())
    recorded = {file.path: file.digest for entry in entries if (file := entry.file) is not None}
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    big = [path for path in paths if path.stat().st_size > _SMALL]
    for path in paths:
        name = path.relative_to(folder).as_posix()
        whole = path.read_bytes()
        if path in big:
            positions = [rng.randrange(len(whole)) for _ in range(-(-most // len(big)))]
        else:
            positions = list(range(len(whole)))
        tally = large if path in big else small
        on_disk = set(rng.sample(range(len(positions)), min(_ON_DISK, len(positions))))
        for number, position in enumerate(positions):
            data = flipped(whole, position, rng.randrange(8))
            if number in on_disk:
                with altered(path, data):
                    tally.add(f"{name} byte {position}", folder, name)
            else:
                tally.tried += 1
                if not noticed(name, data, recorded, position):
                    tally.missed.append(f"{name} byte {position}")
    return found


def noticed(name: str, data: bytes, recorded: dict[str, str], position: int) -> bool:
    """Return whether both verifiers refuse these bytes of a file, by the functions with which they judge them."""
    if name == LEDGER:
        return ledger_noticed(data, position)
    if name == HEAD:
        return data.decode(errors="replace") not in {f"{digest}\n" for digest in recorded.values()}
    return digest_bytes(data) != recorded[name]


def ledger_noticed(data: bytes, position: int) -> bool:
    """Return whether both refuse the ledger: by the line in which a byte was altered, else by all of it."""
    line = data[data.rfind(b"\n", 0, position) + 1 : data.find(b"\n", position)]
    plain = data[position] not in _LINE_END_FLIPPED
    library = (plain and refused(line, Entry.model_validate_json)) or bool(parse(data)[1])
    program = (plain and refused(line, read_entry)) or bool(read_chain(data)[1])
    return library and program


def refused(line: bytes, read: Callable[[bytes], object]) -> bool:
    """Return whether a reader of ledger lines refuses one; a ValidationError of the library is a ValueError."""
    try:
        read(line)
    except ERRORS:
        return True
    return False


def files(folder: Path) -> dict[str, Tally]:
    """Delete, empty, cut, exchange and add files."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    deleted, cut, exchanged, added = Tally(), Tally(), Tally(), Tally()
    for path, other in zip(paths, paths[1:] + paths[:1], strict=True):
        name = path.relative_to(folder).as_posix()
        with altered(path, None):
            deleted.add(f"{name} deleted", folder, name)
        for data in (b"", path.read_bytes()[:-1], path.read_bytes() + b"\n"):
            with altered(path, data):
                cut.add(f"{name} cut or longer", folder, name)
        first, second = path.read_bytes(), other.read_bytes()
        with altered(path, second), altered(other, first):
            exchanged.add(f"{name} exchanged", folder, "ledger" if name == HEAD else name)  # with the ledger itself
    for name in ("note.txt", "records/0099-x.json", ".hidden", "figures/extra.png"):
        path = folder / name
        path.write_bytes(b"x")
        added.add(f"{name} added", folder, name)
        path.unlink()
    return {"files deleted": deleted, "files emptied, cut, longer": cut, "files exchanged": exchanged, "added": added}


def lines(folder: Path) -> dict[str, Tally]:
    """Delete, repeat and exchange lines of the ledger."""
    path = folder / LEDGER
    whole = path.read_bytes().splitlines(keepends=True)
    changes: dict[str, Callable[[int], list[bytes]]] = {
        "lines deleted": lambda k: whole[:k] + whole[k + 1 :],
        "lines repeated": lambda k: whole[: k + 1] + whole[k:],
        "lines exchanged": lambda k: [*whole[:k], *whole[k : k + 2][::-1], *whole[k + 2 :]],
        "ledger cut after a line": lambda k: whole[:k],
    }
    found = {name: Tally() for name in changes}
    for name, change in changes.items():
        for number in range(len(whole) - (name == "lines exchanged")):
            with altered(path, b"".join(change(number))):
                found[name].add(f"{name} {number + 1}", folder, "ledger")
    return found


def untouched(folder: Path, scratch: Path) -> list[str]:
    """Move, pack and unpack the dossier, and return every alarm."""
    alarms = []
    moved = Path(shutil.copytree(folder, scratch / "moved to another place"))
    shutil.unpack_archive(shutil.make_archive(str(scratch / "packed"), "zip", moved), scratch / "unpacked")
    for copy in (moved, scratch / "unpacked"):
        for zone in ("UTC", "Pacific/Chatham", "America/St_Johns"):
            command = [sys.executable, "-I", "-S", str(copy / VERIFIER)]
            ran = subprocess.run(command, env={**os.environ, "TZ": zone}, capture_output=True, text=True, check=False)
            alarms += [] if ran.returncode == 0 else [f"{copy.name} in {zone}: {ran.stdout}"]
        oi.verify(copy)
    return alarms


def main() -> None:
    """Print what was tried and what went unnoticed."""
    if len(sys.argv) < 2:
        sys.exit("usage: python benchmarks/tamper.py DOSSIER [flips]")
    most = int(sys.argv[2]) if len(sys.argv) > 2 else 20_000
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(shutil.copytree(sys.argv[1], Path(scratch) / "dossier"))
        print(repr(oi.verify(folder)).splitlines()[0])
        rng = random.Random(1)  # noqa: S311 - which byte is no secret
        for name, tally in {**flips(folder, rng, most), **files(folder), **lines(folder)}.items():
            print(f"{name:36s} {tally.tried:7,} tried, {len(tally.missed)} unnoticed or unnamed")
            for what in tally.missed[:5]:
                print(f"    {what}")
        print(f"untouched, moved and unpacked: {len(untouched(folder, Path(scratch)))} alarms of 6")
    print(f"{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
