"""Add something to a claim file that may be closed, in somebody's name, and close it again."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from osint_imagery.core.errors import InputError
from osint_imagery.evidence.claim_file import ClaimFile

__all__ = ["opened"]


@contextmanager
def opened(dossier: str | Path, *, by: str | None, reason: str) -> Iterator[None]:
    """Let a claim file be added to; one that is closed is reopened in somebody's name, and closed again after it.

    Parameters
    ----------
    dossier : str or Path
        Folder of the claim file.
    by : str, optional
        Who reopens it; needed where it is closed.
    reason : str
        Why; the ledger keeps it.

    Raises
    ------
    InputError
        If it is closed and nobody is named.
    """
    folder = ClaimFile.open(dossier)
    if not folder.is_closed:
        yield
        return
    if by is None:
        msg = f"dossier={str(dossier)!r} is closed; give --by NAME to reopen it, which its ledger will say"
        raise InputError(msg)
    folder.reopen(by, reason, at=datetime.now(UTC))
    try:
        yield
    finally:
        ClaimFile.open(dossier).close(at=datetime.now(UTC))
