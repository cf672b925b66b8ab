"""The claim file: a folder that holds one claim and all evidence for and against it; nothing in it is overwritten."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from osint_imagery.core.claim import Claim
from osint_imagery.core.errors import (
    EvidenceError,
    EvidenceExistsError,
    InputError,
    MissingAssetError,
    VerificationError,
)
from osint_imagery.core.lineage import Artifact, digest_file
from osint_imagery.core.timespan import utc
from osint_imagery.evidence.assessed import Assessment
from osint_imagery.evidence.claim_file_correction import CorrectedFile
from osint_imagery.evidence.claim_file_review import ReviewedFile
from osint_imagery.evidence.fields import Interval, Model
from osint_imagery.evidence.folder import NewFile, begun_only, file_name, make_folder, media_type, stored, write_new
from osint_imagery.evidence.furniture import CLAIM, own_files
from osint_imagery.evidence.ledger import (
    SEALS,
    Entry,
    Kind,
    is_closed,
)
from osint_imagery.evidence.ledger_bodies import (
    FileAdded,
    SceneOffered,
    SearchMade,
    Signed,
    Timestamped,
)
from osint_imagery.evidence.ledger_file import LedgerFile, alone, read_ledger
from osint_imagery.evidence.record import EvidenceRecord
from osint_imagery.evidence.recording import closing_of, write_record
from osint_imagery.evidence.seal_copies import write_copies
from osint_imagery.evidence.verify import Verification, verify
from osint_imagery.scenes.catalog import Offer
from osint_imagery.scenes.scene import Scene

__all__ = ["ClaimFile"]


class ClaimFile(CorrectedFile, ReviewedFile):
    """A dossier on disk that is being written; time is always an argument.

    Make one with :meth:`create` or :meth:`open`. Each file is written before the ledger entry that records
    it, so that an interrupted run leaves a dossier that verifies and can be continued. Several writers may have it
    open: each method takes in what the others added, under a lock, and what it has returned from is on disk.
    """

    __slots__ = ("ledger", "path")

    def __init__(self, path: Path, entries: tuple[Entry, ...]) -> None:
        self.path = path
        self.ledger = LedgerFile(path, entries)

    @classmethod
    def create(cls, out: str | Path, claim: Claim, *, at: datetime) -> "ClaimFile":
        """Start a dossier: the claim's bytes are stored and registered before anything else.

        Parameters
        ----------
        out : str or Path
            A folder that does not exist or is empty, or in which a run was killed before it had registered this claim.
        claim : Claim
            From ``read_claim``.
        at : datetime
            Now, aware.

        Raises
        ------
        EvidenceExistsError
            If the folder holds anything.
        InputError
            If the claim has no bytes of its own.
        StorageError, LockedError
            If it cannot be written.
        """
        folder = Path(out)
        if not claim.source:
            msg = f"claim={claim.id!r} was not read from a file, so it has no digest; use read_claim(path)"
            raise InputError(msg)
        make_folder(folder)
        dossier = cls(folder, ())
        with dossier.ledger.locked():
            if dossier.entries or not begun_only(folder, claim.source):
                msg = f"out={str(out)!r} is not an empty folder; evidence is never overwritten, choose another folder"
                raise EvidenceExistsError(msg)
            dossier._store(CLAIM, claim.source, at=at)
            dossier._furnish(at)
        return dossier

    @classmethod
    def open(cls, path: str | Path) -> "ClaimFile":
        """Open a dossier to continue it (or, where it is closed, to correct it); it must verify.

        Raises
        ------
        VerificationError
            If it does not verify.
        """
        folder = Path(path)
        verify(folder)
        dossier = cls(folder, read_ledger(folder))
        with dossier.ledger.locked():
            dossier.ledger.mend_head()
            write_copies(folder, dossier.entries)
            if not dossier.is_closed:
                dossier._furnish(utc(dossier.entries[-1].at))
        return dossier

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The ledger, as far as this writer has seen it."""
        return self.ledger.entries

    @property
    def head(self) -> str:
        """Digest of the last entry."""
        return self.entries[-1].digest

    @property
    def is_closed(self) -> bool:
        """Whether the dossier is complete."""
        return is_closed(self.entries)

    @alone
    def offer(self, offers: Iterable[Offer], *, at: datetime) -> int:
        """Record every scene that the catalogue offered, used or rejected and why; return how many were new."""
        known = {item.body for item in self.entries if isinstance(item.body, SceneOffered)}
        bodies = [
            SceneOffered(
                scene_id=item.scene_id,
                acquired=Interval.of(item.acquired) if item.acquired else None,
                used=item.used,
                reason=item.reason,
                href=item.href,
                metadata_digest=item.metadata_digest,
            )
            for item in offers
        ]
        new = [body for body in dict.fromkeys(bodies) if body not in known]
        if new:
            self._append([("scene_offered", body) for body in new], at)
        return len(new)

    def asked(self, searches: Iterable[SearchMade], *, at: datetime) -> int:
        """Record what servers were asked before the scenes were fetched; return how many were new."""
        known = {item.body for item in self.entries}
        new = [body for body in dict.fromkeys(searches) if body not in known]
        if new:
            self._append([("search_made", body) for body in new], at)
        return len(new)

    def add_scene_metadata(self, scene: Scene, *, at: datetime) -> Path:
        """Store the provider's metadata of a scene verbatim; a scene that is there already is left alone.

        Raises
        ------
        EvidenceExistsError
            If other metadata were stored under the same id.
        """
        new = NewFile(
            name=f"scenes/{file_name(scene.id)}{scene.metadata_suffix}",
            kind="scene_metadata_added",
            shows=f"metadata of scene {scene.id}, verbatim",
        )
        return self._store(new, scene.metadata, at=at)

    @alone
    def add_record(self, record: EvidenceRecord, *, at: datetime) -> Path:
        """Store an evidence record, chained to the record before it, and return its path."""
        self._refuse_closed()
        added, path = write_record(self.path, self.entries, record)
        self._append([("record_added", added)], at)
        return path

    @alone
    def add_assessment(self, assessment: Assessment, *, at: datetime) -> Path:
        """Store an assessment of the records as they stand; that it follows from them, ``verify`` checks."""
        count = sum(entry.kind == "assessment_added" for entry in self.entries)
        new = NewFile(kind="assessment_added", shows="all records together", name=f"assessments/{count + 1:04d}.json")
        return self._store(new, assessment.body(), at=at)

    def add_figure(self, artifact: Artifact, *, at: datetime) -> Path:
        """Record a figure that was saved; copied to ``figures/`` if it is not inside the dossier yet.

        Raises
        ------
        VerificationError
            If the file is no longer the one that was saved.
        """
        now = digest_file(artifact.path)
        if now != artifact.digest:
            msg = f"{artifact.path.name} has digest {now}, was saved as {artifact.digest}; save the figure again"
            raise VerificationError(msg, (msg,))
        new = NewFile(kind="figure_added", shows=artifact.shows, media_type=artifact.media_type)
        return self._take(artifact.path, "figures", new, at=at)

    def add_report(self, path: str | Path, shows: str, *, at: datetime) -> Path:
        """Record a report; copied into the dossier if it is not inside yet."""
        return self._take(Path(path), "", NewFile(kind="report_added", shows=shows), at=at)

    def add_file(self, path: str | Path, shows: str, *, at: datetime) -> Path:
        """Record any other file; copied to ``files/`` if it is not inside the dossier yet."""
        return self._take(Path(path), "files", NewFile(kind="file_added", shows=shows), at=at)

    @alone
    def close(self, *, at: datetime) -> Verification:
        """Write the closing entry, which lists every file with digest and size, and verify the dossier.

        Raises
        ------
        EvidenceError
            If it is closed already.
        VerificationError
            If it does not verify.
        """
        self._refuse_closed()
        verify(self.path)
        self._append([("closed", closing_of(self.path, self.entries))], at)
        return verify(self.path)

    @alone
    def add_seal(self, seal: Signed | Timestamped, *, at: datetime) -> None:
        """Append a signature or a timestamp, also to a closed dossier, and write its parts into ``seal/``."""
        self._append([("signed" if isinstance(seal, Signed) else "timestamped", seal)], at)
        write_copies(self.path, self.entries)

    def _furnish(self, at: datetime) -> None:
        """Store what tells a stranger how to check the folder; what is there already is left alone."""
        recorded = {file.path for entry in self.entries if (file := entry.file)}
        for new, data in own_files():
            if new.name not in recorded:
                self._store(new, data, at=at)

    def _refuse_closed(self) -> None:
        if self.entries and self.is_closed:
            msg = f"path={self.path.name!r} is closed; correct() an entry, or reopen() it to add to it"
            raise EvidenceError(msg)

    def _append(self, bodies: Iterable[tuple[Kind, Model]], at: datetime) -> None:
        items = list(bodies)
        if items[0][0] not in SEALS | {"correction", "reopened"}:
            self._refuse_closed()
        self.ledger.append(items, at)

    @alone
    def _store(self, new: NewFile, data: bytes, *, at: datetime) -> Path:
        """Write a file, then its entry; a file that is recorded already with the same bytes is left alone."""
        self._refuse_closed()
        path = write_new(self.path, new.name, data)
        if all(entry.file is None or entry.file.path != new.name for entry in self.entries):
            held = stored(self.path, new.name)
            body = FileAdded(**held.model_dump(), media_type=new.media_type or media_type(path), shows=new.shows)
            self._append([(new.kind, body)], at)
        return path

    def _take(self, path: Path, folder: str, new: NewFile, *, at: datetime) -> Path:
        """Record a file where it is inside the dossier, else copy it into `folder` first."""
        if not path.is_file():
            msg = f"path={str(path)!r} is not a file; write it first"
            raise MissingAssetError(msg)
        home, source = self.path.resolve(), path.resolve()
        inside = source.is_relative_to(home)
        name = source.relative_to(home).as_posix() if inside else f"{folder}/{path.name}".lstrip("/")
        return self._store(replace(new, name=name), source.read_bytes(), at=at)

    def __repr__(self) -> str:
        state = "closed" if self.is_closed else "open"
        return f"ClaimFile({self.path.name!r}, {state}, {len(self.entries)} entries, head {self.head})"
