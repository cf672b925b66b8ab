"""The files in ``seal/``: copies of the ledger's seals in the forms that openssl and other programs read."""

from collections.abc import Sequence
from pathlib import Path

from osint_imagery.core.writing import write_atomic
from osint_imagery.evidence.check_dossier import beginnings, seal_copies
from osint_imagery.evidence.ledger import Entry

__all__ = ["copies_of", "cut_copies", "write_copies"]


def copies_of(entries: Sequence[Entry]) -> dict[str, bytes]:
    """Return name and bytes of each copy."""
    return seal_copies([entry.model_dump(mode="json") for entry in entries])


def cut_copies(folder: Path, entries: Sequence[Entry]) -> tuple[str, ...]:
    """Return what a run that was killed while it wrote a copy left of it."""
    return tuple(sorted(beginnings(str(folder), copies_of(entries))))


def write_copies(folder: Path, entries: Sequence[Entry]) -> None:
    """Write the copies that are away; the ledger holds them, so that a run killed before this loses nothing."""
    for name, data in copies_of(entries).items():
        path = folder / name
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            write_atomic(path, data)
