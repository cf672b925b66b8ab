"""The seals of a ledger, checked: signatures, timestamps, and their copies."""

import os
from collections.abc import Sequence
from pathlib import Path

from osint_imagery.core.errors import InputError
from osint_imagery.evidence.ledger import (
    LEDGER,
    Entry,
)
from osint_imagery.evidence.ledger_bodies import (
    Signed,
    Timestamped,
)
from osint_imagery.evidence.seal_copies import copies_of

__all__ = ["check_seals"]

Told = tuple[str, ...]


def check_seals(folder: Path, entries: Sequence[Entry], roots: Sequence[str | Path] = ()) -> tuple[Told, Told, Told]:
    """Return what is sealed and by whom, what does not hold, and what could not be checked.

    That a seal states the claim and a head of this ledger was checked with the chain.
    """
    sealed, problems, notes = [], [], []
    for number, entry in enumerate(entries, 1):
        seal = entry.body
        if not isinstance(seal, Signed | Timestamped):
            continue
        try:
            said, wrong, note = _signed(seal) if isinstance(seal, Signed) else _timestamped(seal, roots)
        except InputError as err:
            notes.append(f"{LEDGER}: line {number} seals {seal.entries} entries, not checked: {err}")
            continue
        if wrong:
            problems.append(f"{LEDGER}: line {number}: {wrong}")
            continue
        later = sum(not isinstance(item.body, Signed | Timestamped) for item in entries[seal.entries :])
        after = f", {later} entries were added since" if later else ""
        sealed.append(f"{said}: {seal.entries} entries{after}")
        notes += [f"{LEDGER}: line {number}: {note}"] if note else []
    for name, data in copies_of(entries).items():
        path = folder / name
        plain = path.is_file() and not path.is_symlink()
        if os.path.lexists(path) and (not plain or path.read_bytes() != data):
            problems.append(f"{name}: is not what the ledger holds")
        elif not path.exists():
            notes.append(f"{name}: missing; the ledger holds what was in it")
    return tuple(sealed), tuple(problems), tuple(notes)


def _signed(seal: Signed) -> tuple[str, str, str]:
    from osint_imagery.evidence.signing import signature_holds

    wrong = "" if signature_holds(seal) else f"the signature of {seal.signer} does not hold"
    return f"signed by {seal.signer}, key {seal.public_key}, {seal.said_at} by their clock", wrong, ""


def _timestamped(seal: Timestamped, roots: Sequence[str | Path]) -> tuple[str, str, str]:
    from osint_imagery.evidence.timestamping import read_timestamp

    reading = read_timestamp(seal, roots)
    wrong = "" if reading.holds else f"the timestamp of {seal.authority} does not hold: {reading.why}"
    note = "" if reading.trusted else "no root certificate was given, so who made the timestamp was not checked"
    return f"timestamped {reading.at} by {seal.authority}", wrong, note
