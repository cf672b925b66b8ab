"""Where the parts of a review stand in a claim file, and in which order they came."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from osint_imagery.core.errors import InputError
from osint_imagery.core.lineage import digest_bytes
from osint_imagery.core.timespan import iso, utc
from osint_imagery.evidence.answers import answers_of
from osint_imagery.evidence.folder import file_name
from osint_imagery.evidence.ledger import Entry
from osint_imagery.evidence.recorded import entry_of
from osint_imagery.evidence.review import Given
from osint_imagery.evidence.review_key import COMMITTED, Commitment
from osint_imagery.evidence.strict import read_strictly

__all__ = ["answers_path", "given_of", "key_path", "read_commitment", "sheet_folder"]


def sheet_folder(sheet: str) -> str:
    """Return the folder of a sheet inside a claim file."""
    return f"reviews/{sheet}"


def key_path(sheet: str) -> str:
    """Return where a key stands, once it is revealed."""
    return f"{sheet_folder(sheet)}/key.json"


def answers_path(sheet: str, who: str) -> str:
    """Return where a reader's answers stand."""
    return f"{sheet_folder(sheet)}/answers-{file_name(who)}.geojson"


def read_commitment(data: bytes) -> Commitment:
    """Read a commitment strictly, byte for byte as it was written.

    Raises
    ------
    InputError
        If the bytes are not exactly what a commitment writes.
    """
    return read_strictly(Commitment, data, "commitment")


def given_of(
    folder: Path, entries: Sequence[Entry], key: tuple[str, str], data: bytes, *, at: datetime | None = None
) -> Given:
    """Return answers with what the ledger had taken in before them.

    Parameters
    ----------
    folder : Path
        The claim file.
    entries : sequence of Entry
        Its ledger; answers that are not in it yet come after all of it.
    key : (str, str)
        Sheet and digest of the key.
    data : bytes
        The answers.
    at : datetime, optional
        When they come in; of answers that the ledger holds, it says so itself.

    Raises
    ------
    InputError
        If the answers or the commitment are not there, or not as they were written.
    """
    sheet, digest = key
    answers = answers_of(data)
    path = answers_path(sheet, answers.who)
    own = entry_of(entries, path)
    received = own.at if own is not None else (iso(utc(at)) if at is not None else "")
    if not received:
        msg = f"rests on {path}, which no earlier entry added"
        raise InputError(msg)
    before = entries[: own.index] if own is not None else entries
    committed = entry_of(before, f"{sheet_folder(sheet)}/{COMMITTED}")
    if committed is not None and _promised(folder, sheet) != digest:
        committed = None
    revealed = entry_of(before, key_path(sheet))
    return Given(
        answers=answers,
        path=path,
        digest=digest_bytes(data),
        received=received,
        committed=committed.at if committed is not None else None,
        revealed=revealed.at if revealed is not None else None,
    )


def _promised(folder: Path, sheet: str) -> str:
    """Return the digest that a sheet's commitment promises its key to have."""
    path = folder / sheet_folder(sheet) / COMMITTED
    try:
        return read_commitment(path.read_bytes()).key_digest
    except OSError as err:
        msg = f"rests on {sheet_folder(sheet)}/{COMMITTED}, which cannot be read ({err.strerror})"
        raise InputError(msg) from err
