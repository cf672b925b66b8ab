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
from osint_imagery.evidence.recorded import recorded
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
    held : tuple of EvidenceRecord
        Every record in the folder, also those that do not stand: their files lie there and go where the folder goes.
    entries : tuple of Entry
        The ledger.
    """

    folder: Path
    claim: Claim
    records: tuple[StandingRecord, ...]
    withdrawn: tuple[Withdrawn, ...]
    held: tuple[EvidenceRecord, ...]
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
        held = recorded(folder, entries)
        records = tuple(
            StandingRecord(path=one.body.path, digest=one.body.digest, record=one.record)
            for one in held
            if one.withdrawn is None
        )
        return cls(
            folder=folder,
            claim=read_claim(folder / "claim.yaml"),
            records=records,
            withdrawn=tuple(one.withdrawn for one in held if one.withdrawn is not None),
            held=tuple(one.record for one in held),
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
        """Whether a place is one that should not be shown exactly, by the claim or by any record, withdrawn or not."""
        return self.claim.is_sensitive() or any(record.safety.sensitive for record in self.held)

    def terms(self, acknowledge: Sequence[str], *, whole: bool) -> tuple[str, ...]:
        """Return the restricted terms that were acknowledged and apply to the scenes.

        Parameters
        ----------
        acknowledge : sequence of str
            Names of the licences whose terms were read and are met.
        whole : bool
            Whether the folder goes out as it is, with the pictures of withdrawn records; else only what stands.

        Raises
        ------
        LicenseError
            If others apply.
        """
        records = self.held if whole else tuple(item.record for item in self.records)
        scenes = [(scene.id, scene.license) for record in records for scene in record.scenes]
        return acknowledged_terms(dict.fromkeys(scenes), acknowledge)
