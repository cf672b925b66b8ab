"""A closed claim file and what was found, as it is handed back."""

from dataclasses import dataclass
from html import escape
from pathlib import Path

from osint_imagery.core.claim import Claim
from osint_imagery.evidence.finding import Finding
from osint_imagery.evidence.summary import five_lines

__all__ = ["Dossier"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dossier:
    """A closed claim file with what was found.

    Parameters
    ----------
    path : Path
        The folder.
    claim : Claim
        What was checked.
    findings : tuple of Finding
        One a prediction.
    head : str
        Digest of the ledger's last entry: quote it, and nothing in the folder can be exchanged unnoticed.
    """

    path: Path
    claim: Claim
    findings: tuple[Finding, ...]
    head: str

    @property
    def report(self) -> Path:
        """The page to read first."""
        return self.path / "report.html"

    def summary(self) -> str:
        """Return the answer in five lines."""
        return five_lines(self.claim, self.findings, where=str(self.path), head=self.head)

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.summary())}</pre>"

    def __repr__(self) -> str:
        answers = ", ".join(f"{f.prediction.id} {f.answer}" for f in self.findings)
        return f"Dossier({str(self.path)!r}: {answers})"
