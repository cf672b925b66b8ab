"""The whole road: from a claim to a closed claim file."""

import tempfile
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import replace
from datetime import datetime
from os import PathLike
from pathlib import Path

from osint_imagery.core.arguments import require, require_each
from osint_imagery.core.claim import Claim, Prediction
from osint_imagery.evidence.claim_file import ClaimFile
from osint_imagery.evidence.folder import write_new
from osint_imagery.evidence.inputs import INPUTS
from osint_imagery.evidence.ledger_bodies import SearchMade
from osint_imagery.evidence.record import record_of
from osint_imagery.evidence.wording import looks_sentence, worth_sentence
from osint_imagery.figures.artist import Figure
from osint_imagery.figures.timeline import Used, timeline
from osint_imagery.report.content import Imprint, Picture, report_content
from osint_imagery.report.pdf import typesetter
from osint_imagery.scenes.catalog import Catalog, Found, open_catalog, search
from osint_imagery.scenes.scene import Scene
from osint_imagery.workflow.asking import refuse_server, searches_made
from osint_imagery.workflow.assessing import SOFTWARE, Clock, assess, now
from osint_imagery.workflow.dossier import Dossier
from osint_imagery.workflow.examining import Examination, Progress, Settings, examine, finest_gsd, plan, silent
from osint_imagery.workflow.inputs import inputs_of
from osint_imagery.workflow.looking import Offered, looks_at, offered
from osint_imagery.workflow.reporting import add_reports
from osint_imagery.workflow.spans import claim_area, claim_span

__all__ = ["Dossier", "investigate"]


def investigate(
    claim: Claim,
    catalog: Catalog | str | Path,
    *,
    out: str | Path,
    collections: Sequence[str] = (),
    pdf: bool = False,
    clock: Clock = now,
    progress: Progress = silent,
    executor: Executor | None = None,
) -> Dossier:
    """Check a claim against a catalogue of scenes and write the claim file.

    Parameters
    ----------
    claim : Claim
        From :func:`~osint_imagery.core.claim.read_claim`; its digest is registered before any pixel is read.
    catalog : Catalog, str or Path
        Where the scenes are.
    out : str or Path
        Folder to write; must not exist or be empty.
    collections : sequence of str
        Collections of a server, for the command that fetches them (:func:`~osint_imagery.scenes.fetch.fetch`).
    pdf : bool
        Also write the report as ``report.pdf``; needs the extra ``pdf``, and that is looked for before anything else.
    clock : callable
        Returns the current time, UTC; every entry of the ledger is stamped with it.
    progress : callable
        Is told, in words, what is being done.
    executor : concurrent.futures.Executor, optional
        Aligns quiet pairs in parallel.

    Returns
    -------
    Dossier

    Raises
    ------
    EvidenceExistsError
        If `out` already holds something.
    InputError
        If the catalogue is on a server; the message has the command that fetches what the claim needs.
    CatalogError, OutsideFootprintError
        If the catalogue cannot be read, or none of its scenes meets the place.

    Notes
    -----
    A prediction that cannot be checked ends as ``undetermined`` or ``could not have been seen`` with its reason.
    A damaged quality layer, or a scene whose files are elsewhere, is a look of unknown quality, named in the record; a
    damaged file among those that are compared makes the predictions that need it ``undetermined``, and is named.
    """
    require(Claim, claim=claim)
    require(Catalog | str | PathLike, catalog=catalog)
    require(str | PathLike, out=out)
    if pdf:
        typesetter()
    source = open_catalog(catalog)
    refuse_server(source, claim, require_each(str, collections=collections))
    asked = searches_made(source, claim)
    folder = ClaimFile.create(out, claim, at=clock())
    progress(f"claim {claim.id} registered ({claim.digest[:19]})")
    for odd in claim.oddities:
        progress(f"unusual, and kept in the record: {odd.told}")
    accessed = clock()
    found = search(source, claim_area(claim), claim_span(claim), collections=tuple(collections))
    _offered(folder, asked, found, clock=clock, progress=progress)
    offer = offered(source, found)
    settings = Settings(gsd_m=finest_gsd((*offer.scenes, *offer.elsewhere) or found.rejected))
    works = [
        _examined(claim, prediction, offer, settings=settings, progress=progress, executor=executor)
        for prediction in claim.predictions
    ]
    inputs = write_new(folder.path, INPUTS, inputs_of(source, offer, settings, works, dossier=folder.path).body())
    folder.add_file(inputs, "what the records were made from: scenes, files, dates chosen, settings", at=clock())
    for scene in _used(works, found):
        folder.add_scene_metadata(scene, at=clock())
    pictures = [picture for work in works for picture in _recorded(folder, claim, work, accessed=accessed, clock=clock)]
    findings = tuple(work.finding for work in works)
    assessment = assess(folder, clock=clock)
    folder.add_assessment(assessment, at=clock())
    imprint = Imprint(
        accessed=accessed, created=clock(), software=SOFTWARE, ledger_head=folder.head, where=f"{folder.path.name}/"
    )
    content = report_content(
        claim, findings, pictures=pictures, offers=found.ledger, imprint=imprint, assessment=assessment
    )
    add_reports(folder, content, pdf=pdf, clock=clock)
    closed = folder.close(at=clock())
    progress(f"claim file closed: {closed.files} files, {closed.entries} ledger entries")
    return Dossier(path=folder.path, claim=claim, findings=findings, head=folder.head)


def _offered(folder: ClaimFile, asked: Sequence[SearchMade], found: Found, *, clock: Clock, progress: Progress) -> None:
    """Enter into the ledger what servers were asked, and every scene that came of it."""
    folder.asked(asked, at=clock())
    folder.offer(found.ledger, at=clock())
    progress(f"{len(found)} of {len(found.ledger)} scenes offered can be used")


def _examined(
    claim: Claim,
    prediction: Prediction,
    offer: Offered,
    *,
    settings: Settings,
    progress: Progress,
    executor: Executor | None,
) -> Examination:
    """Look at one prediction: who looked, what to compare, what changed, what that is worth."""
    looks = looks_at(prediction, offer, claim.aoi(prediction))
    progress(f"{prediction.id}: {looks.reason}")
    readable = frozenset(scene.id for scene in offer.scenes)
    planned = plan(claim, prediction, looks, readable=readable, gsd=settings.gsd_m)
    return examine(
        claim,
        prediction,
        offer,
        looks,
        planned=planned,
        settings=settings,
        progress=progress,
        executor=executor,
    )


def _used(works: Sequence[Examination], found: Found) -> tuple[Scene, ...]:
    """Return the scenes whose pixels were compared, quiet ones included, in order of time."""
    names = {scene.id for work in works for scene in work.finding.scenes}
    names |= {name for work in works for both in work.finding.quiet for name in both}
    return tuple(scene for scene in found.scenes if scene.id in names)


def _recorded(
    folder: ClaimFile, claim: Claim, work: Examination, *, accessed: datetime, clock: Clock
) -> tuple[Picture, ...]:
    """Write the record of one prediction, with its figures, and return these."""
    own = _pictures(folder, work, clock)
    record = record_of(claim, work.finding, accessed=accessed, created=clock(), software=SOFTWARE)
    for picture in own:
        record = record.attach(picture.artifact)
    folder.add_record(record, at=clock())
    return own


def _pictures(folder: ClaimFile, work: Examination, clock: Clock) -> tuple[Picture, ...]:
    """Draw, save and record the figures of one prediction."""
    finding = work.finding
    name = finding.prediction.id
    drawn: list[tuple[str, Figure]] = []
    if work.comparison is not None:
        predicted = f"Predicted: {finding.prediction.text}"
        drawn.append(
            (f"{name}-before-after.png", work.comparison.figure(title=predicted, remark=worth_sentence(finding)))
        )
    title = f"Looks at {finding.coverage.place} ({name})"
    quiet = tuple(sorted({scene for both in finding.quiet for scene in both}))
    compared = tuple(scene.id for scene in finding.scenes) if work.comparison is not None else ()
    used = Used(compared=compared, quiet=quiet)
    looks = timeline(finding.coverage, title=title, bracket=finding.bracket, used=used, remark=looks_sentence(finding))
    drawn.append((f"{name}-looks.png", looks))
    pictures = []
    with tempfile.TemporaryDirectory() as scratch:
        for file, figure in drawn:
            artifact = figure.save(Path(scratch) / file, working_copy=True)
            kept = replace(artifact, path=folder.add_figure(artifact, at=clock()))
            pictures.append(Picture(artifact=kept, png=kept.path.read_bytes(), alt=kept.shows, prediction=name))
    return tuple(pictures)
