"""The whole road: from a claim to a closed claim file."""

import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import timedelta
from os import PathLike
from pathlib import Path

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.arguments import require
from osint_imagery.core.claim import Claim, DetectionLevel, Prediction
from osint_imagery.core.errors import DataError, InputError, UndeterminedError
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.evidence.claim_file import ClaimFile
from osint_imagery.evidence.decision import Answer
from osint_imagery.evidence.finding import Finding, find
from osint_imagery.evidence.record import record_of
from osint_imagery.evidence.wording import looks_sentence, worth_sentence
from osint_imagery.figures.artist import Figure
from osint_imagery.figures.timeline import Used, timeline
from osint_imagery.observe.coverage import Coverage, LookState
from osint_imagery.observe.power import power
from osint_imagery.observe.resolution import Resolution, resolution
from osint_imagery.report.content import Imprint, Picture, report_content
from osint_imagery.report.html import html_report
from osint_imagery.scenes.catalog import Catalog, Found, open_catalog, search
from osint_imagery.scenes.scene import Scene
from osint_imagery.workflow.assessing import SOFTWARE, Clock, assess, now
from osint_imagery.workflow.comparing import Comparison, Reader, align_many, common_bands, compare_read, grid_for
from osint_imagery.workflow.dossier import Dossier
from osint_imagery.workflow.looking import Offered, looks_at, offered, unclear
from osint_imagery.workflow.planning import choose_looks, choose_quiet

__all__ = ["Dossier", "investigate"]

_YEARS_BEFORE = timedelta(days=5 * 365)  # how far back quiet dates are looked for where the claim names no baseline
_AFTER = timedelta(days=366)  # a lasting change can still be seen a year later
_PLACES = 40

Progress = Callable[[str], None]


def _silent(text: str) -> None:
    del text


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Work:
    """What one prediction produced."""

    finding: Finding
    comparison: Comparison | None = None


def investigate(
    claim: Claim,
    catalog: Catalog | str | Path,
    *,
    out: str | Path,
    clock: Clock = now,
    progress: Progress = _silent,
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
    source = catalog if isinstance(catalog, Catalog) else open_catalog(catalog)
    folder = ClaimFile.create(out, claim, at=clock())
    progress(f"claim {claim.id} registered ({claim.digest[:19]})")
    accessed = clock()
    found = search(source, claim.aoi(), _span(claim))
    folder.offer(found.ledger, at=clock())
    progress(f"{len(found)} of {len(found.ledger)} scenes offered can be used")
    offer = offered(source, found)
    gsd = _gsd((*offer.scenes, *offer.elsewhere) or tuple(source.scenes()))
    works = [
        _check(claim, prediction, offer, gsd=gsd, progress=progress, executor=executor)
        for prediction in claim.predictions
    ]
    for scene in _used(works, found):
        folder.add_scene_metadata(scene, at=clock())
    pictures: list[Picture] = []
    for work in works:
        own = _pictures(folder, work, clock)
        record = record_of(claim, work.finding, accessed=accessed, created=clock(), software=SOFTWARE)
        for picture in own:
            record = record.attach(picture.artifact)
        folder.add_record(record, at=clock())
        pictures.extend(own)
    findings = tuple(work.finding for work in works)
    assessment = assess(folder, clock=clock)
    folder.add_assessment(assessment, at=clock())
    imprint = Imprint(
        accessed=accessed, created=clock(), software=SOFTWARE, ledger_head=folder.head, where=f"{folder.path.name}/"
    )
    content = report_content(
        claim, findings, pictures=pictures, offers=found.ledger, imprint=imprint, assessment=assessment
    )
    _add_page(folder, html_report(content), clock)
    closed = folder.close(at=clock())
    progress(f"claim file closed: {closed.files} files, {closed.entries} ledger entries")
    return Dossier(path=folder.path, claim=claim, findings=findings, head=folder.head)


def _add_page(folder: ClaimFile, text: str, clock: Clock) -> None:
    """Write the report and record it."""
    with tempfile.TemporaryDirectory() as scratch:
        page = Path(scratch) / "report.html"
        page.write_text(text, encoding="utf-8")
        folder.add_report(page, "the report, one self-contained page", at=clock())


def _used(works: Sequence[_Work], found: Found) -> tuple[Scene, ...]:
    """Return the scenes whose pixels were compared, quiet ones included, in order of time."""
    names = {scene.id for work in works for scene in work.finding.scenes}
    names |= {name for work in works for both in work.finding.quiet for name in both}
    return tuple(scene for scene in found.scenes if scene.id in names)


def _pictures(folder: ClaimFile, work: _Work, clock: Clock) -> tuple[Picture, ...]:
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


def _span(claim: Claim) -> TimeSpan:
    when = claim.when.span()
    spans = [prediction.when.span() for prediction in claim.predictions]
    start = min([when.start, *(span.start for span in spans)])
    start = min(start, claim.baseline.span().start) if claim.baseline else start - _YEARS_BEFORE
    return TimeSpan(start, max([when.end, *(span.end for span in spans)]) + _AFTER)


def _baseline(claim: Claim, prediction: Prediction) -> TimeSpan:
    if claim.baseline:
        return claim.baseline.span()
    start = prediction.when.span().start
    return TimeSpan(start - _YEARS_BEFORE, start)


def _check(
    claim: Claim,
    prediction: Prediction,
    offer: Offered,
    *,
    gsd: float,
    progress: Progress,
    executor: Executor | None,
) -> _Work:
    """Look at one prediction: who looked, what the pixels allow, what changed, what that is worth."""
    aoi = claim.aoi(prediction)
    looks = looks_at(prediction, offer, aoi)
    progress(f"{prediction.id}: {looks.reason}")
    allowed = resolution(prediction.target, gsd)
    scenes = {scene.id: scene for scene in offer.scenes}
    here = replace(looks, looks=tuple(look for look in looks.looks if look.scene_id in scenes))
    tried = allowed.sufficient or (prediction.level is DetectionLevel.DETECTION and _has_contrast(prediction))
    chosen = choose_looks(prediction, here) if tried else None
    if chosen is None:
        why = unclear(looks.looks)
        return _Work(finding=find(prediction, aoi=aoi, coverage=looks, resolution=allowed, failure=why))
    clear = [look for look in looks.looks if look.state is LookState.CLEAR]
    quiet = choose_quiet(clear, chosen, _baseline(claim, prediction))
    both = (scenes[chosen[0].scene_id], scenes[chosen[1].scene_id])
    progress(f"{prediction.id}: comparing {both[0].id} and {both[1].id} against {len(quiet)} quiet pairs")
    pairs = [(scenes[first.scene_id], scenes[second.scene_id]) for first, second in quiet]
    try:
        work = _compare(prediction, aoi, both, pairs, looks=looks, allowed=allowed, executor=executor)
    except (UndeterminedError, DataError, InputError) as err:
        failed = find(prediction, aoi=aoi, coverage=looks, resolution=allowed, failure=offer.told(err))
        return _Work(finding=failed)
    if allowed.sufficient or work.finding.answer is not Answer.NOT_OBSERVABLE:
        return work
    one = work.finding  # targets were put into the pixels and not found: the two pictures themselves say nothing of it
    return _Work(finding=replace(one, detections=None, ratio=None, notes=()))


def _has_contrast(prediction: Prediction) -> bool:
    return any((prediction.target.contrast or {}).values())


def _compare(
    prediction: Prediction,
    aoi: AreaOfInterest,
    both: tuple[Scene, Scene],
    quiet: Sequence[tuple[Scene, Scene]],
    *,
    looks: Coverage,
    allowed: Resolution,
    executor: Executor | None,
) -> _Work:
    reader = Reader(grid=grid_for(both, aoi), bands=common_bands(both))
    placebos, failed = align_many(reader, quiet, executor)
    comparison = compare_read(reader, both, aoi, quiet=placebos, notes=failed)
    finding = find(
        prediction,
        aoi=aoi,
        coverage=looks,
        resolution=allowed,
        detections=comparison.detections,
        power=power(prediction, comparison.aligned, placebos, aoi=aoi, places=_PLACES),
        scenes=both,
        quiet=tuple((pair.before.scene_id or "", pair.after.scene_id or "") for pair in placebos),
        notes=comparison.notes,
    )
    return _Work(finding=finding, comparison=comparison)


def _gsd(scenes: Sequence[Scene]) -> float:
    """Return the finest pixel side among the scenes, m: what the archive could show at best."""
    sizes = [scene.gsd_m for scene in scenes if scene.gsd_m]
    if not sizes:
        msg = f"catalog offers {len(scenes)} scenes and none states its pixel size; see search(...).ledger, add 'gsd'"
        raise InputError(msg)
    return min(sizes)
