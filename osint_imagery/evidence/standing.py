"""What stands in a closed claim file: the records that nobody took back, with their figures and terms."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from osint_imagery.core.claim import Claim, read_claim
from osint_imagery.core.errors import EvidenceError
from osint_imagery.evidence.assessed_parts import Withdrawn
from osint_imagery.evidence.fields import ArtifactField
from osint_imagery.evidence.ledger import Entry
from osint_imagery.evidence.ledger_file import read_ledger
from osint_imagery.evidence.record import EvidenceRecord
from osint_imagery.evidence.recorded import standing_records, withdrawn_records
from osint_imagery.evidence.verify import verify
from osint_imagery.scenes.license import acknowledged_terms

__all__ = ["Standing", "StandingRecord"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StandingRecord:
    """A record that stands, with its path in the claim file and the digest of its bytes."""

    path: str
    digest: str
    record: EvidenceRecord

    def figure(self) -> ArtifactField | None:
        """Return the first picture made from the record's pixels, None where only looks were drawn."""
        if self.record.method is None:  # nothing was compared, though pixels may have served to try what shows in them
            return None
        return next((item for item in self.record.artifacts if item.media_type.startswith("image/")), None)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Standing:
    """A claim file that verified, as it stands after all corrections.

    Parameters
    ----------
    folder : Path
        Where it is.
    claim : Claim
        What is claimed.
    records : tuple of StandingRecord
        In order of the ledger.
    withdrawn : tuple of Withdrawn
        Records that do not stand, and why.
    entries : tuple of Entry
        The ledger.
    """

    folder: Path
    claim: Claim
    records: tuple[StandingRecord, ...]
    withdrawn: tuple[Withdrawn, ...]
    entries: tuple[Entry, ...]

    @classmethod
    def of(cls, dossier: str | Path) -> "Standing":
        """Verify a claim file and return what stands in it.

        Raises
        ------
        VerificationError
            If it does not verify.
        EvidenceError
            If it is still open: what is passed on is complete.
        """
        folder = Path(dossier)
        checked = verify(folder)
        if not checked.closed:
            msg = f"dossier={folder.name!r} is still open; close it first: what is passed on must be complete"
            raise EvidenceError(msg)
        entries = read_ledger(folder)
        records = tuple(
            StandingRecord(path=one.body.path, digest=one.body.digest, record=one.record)
            for one in standing_records(folder, entries)
        )
        return cls(
            folder=folder,
            claim=read_claim(folder / "claim.yaml"),
            records=records,
            withdrawn=withdrawn_records(folder, entries),
            entries=entries,
        )

    @property
    def head(self) -> str:
        """Digest of the ledger's last entry."""
        return self.entries[-1].digest

    @property
    def closed_at(self) -> str:
        """When the last entry was written, RFC 3339."""
        return self.entries[-1].at

    @property
    def sensitive(self) -> bool:
        """Whether the place is one that should not be shown exactly."""
        return self.claim.place.sensitive or any(item.record.safety.sensitive for item in self.records)

    def terms(self, acknowledge: Sequence[str]) -> tuple[str, ...]:
        """Return the restricted terms that were acknowledged and apply to the scenes.

        Raises
        ------
        LicenseError
            If others apply.
        """
        scenes = [(scene.id, scene.license) for item in self.records for scene in item.record.scenes]
        return acknowledged_terms(dict.fromkeys(scenes), acknowledge)
