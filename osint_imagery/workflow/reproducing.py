"""Reproduce a dossier from what it cites, and tell our record from the provider's product from the arithmetic."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from importlib.metadata import version
from os import PathLike
from pathlib import Path

from osint_imagery.core.arguments import require
from osint_imagery.core.claim import Claim
from osint_imagery.core.errors import DataError, InputError, VerificationError
from osint_imagery.core.lineage import digest_file
from osint_imagery.evidence.differences import Outcome
from osint_imagery.evidence.folder import file_name
from osint_imagery.evidence.inputs import INPUTS, Inputs, libraries_here, path_of, read_inputs
from osint_imagery.evidence.ledger import HEAD, LEDGER, Entry, parse
from osint_imagery.evidence.ledger_bodies import RecordAdded, SceneOffered
from osint_imagery.evidence.standing import Standing
from osint_imagery.scenes.catalog import Catalog, open_catalog
from osint_imagery.workflow.examining import Progress, silent
from osint_imagery.workflow.recomputing import Recomputer
from osint_imagery.workflow.recomputing_page import check_page
from osint_imagery.workflow.reproduction import RecordCheck, Reproduction
from osint_imagery.workflow.spans import claim_area, claim_span
from osint_imagery.workflow.upstream import Upstream, check_scenes, unreached

__all__ = ["reproduce"]

_SOFTWARE = "osint-imagery"
_MOST = 5  # scenes that a note names


def reproduce(
    path: str | Path,
    catalog: Catalog | str | Path | None = None,
    *,
    executor: Executor | None = None,
    progress: Progress = silent,
) -> Reproduction:
    """Compute a dossier's records again from the scenes that it cites, and compare every number.

    First the dossier is verified: one that was altered is not computed. Then each cited scene is looked up by its id
    and compared by the digests of its metadata and files. Records are computed from scenes that are the same, with the
    dates, method, seed and settings that the dossier records. Nothing is written.

    Parameters
    ----------
    path : str or Path
        Folder of a closed claim file.
    catalog : Catalog, str or Path, optional
        A local copy of the scenes, or the catalogue's new place; default: where the dossier says that it is.
    executor : concurrent.futures.Executor, optional
        Aligns quiet pairs in parallel; the result is the same.
    progress : callable
        Is told, in words, what is being done.

    Returns
    -------
    Reproduction
        ``.outcome`` is what has to be known first: *altered*, *beyond tolerance*, *upstream changed*, *not checked*,
        *within tolerance*, *same*.

    Raises
    ------
    InputError
        If `path` is no folder, or the dossier does not record what it was made from.
    EvidenceError
        If the dossier is still open.

    Notes
    -----
    A scene that cannot be reached is *not checked*, never changed and never the same. A record that rests on a changed
    scene is computed as far as it does not rest on it. *Same* says that these bytes give these numbers; not that the
    dossier is the one that was published (compare its head), nor that the catalogue was complete.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from osint_imagery.core.claim import read_claim
    >>> from osint_imagery.scenes.packaged import bundled
    >>> from osint_imagery.workflow.investigating import investigate
    >>> with TemporaryDirectory() as folder:
    ...     claim = read_claim(bundled("port/claim.yaml"))
    ...     dossier = investigate(claim, bundled("port/catalog.json"), out=Path(folder, "dossier"))
    ...     found = reproduce(dossier.path)
    >>> found.outcome.value, [(record.prediction, record.outcome.value) for record in found.records]
    ('same', [('shed', 'same'), ('ship', 'same'), ('launcher', 'same')])
    """
    require(str | PathLike, path=path)
    require(Catalog | str | PathLike | None, catalog=catalog)
    folder = Path(path)
    if not folder.is_dir():
        msg = f"path={str(path)!r} is not a folder; give the folder of a claim file"
        raise InputError(msg)
    try:
        standing = Standing.of(folder)
    except VerificationError as err:
        return _altered(folder, err.problems, catalog)
    inputs = _inputs(folder, standing.entries)
    if inputs is None:
        msg = f"path={str(path)!r} has no {INPUTS}: what it was made from is not recorded; investigate the claim again"
        raise InputError(msg)
    progress(f"{folder.name}: verified, comparing {len(inputs.scenes)} cited scenes")
    source = _source(catalog, inputs, folder)
    upstream = _upstream(source, inputs, folder)
    maker = Recomputer(
        claim=standing.claim,
        inputs=inputs,
        checks={check.scene_id: check for check in upstream.checks},
        folder=_home(source),
        executor=executor,
    )
    records = []
    for item in standing.records:
        progress(f"{folder.name}: computing {item.path} again")
        records.append(maker.check(item))
    made = {item.record.software for item in standing.records}
    return Reproduction(
        path=folder,
        claim=standing.claim.id,
        problems=_contradictions(inputs, standing.entries),
        scenes=upstream.checks,
        records=tuple(records),
        page=check_page(standing, maker.findings, [row for record in records for row in record.rows]),
        made_by=(*(_split(text) for text in sorted(made)), *inputs.libraries),
        made_here=((_SOFTWARE, version(_SOFTWARE)), *libraries_here()),
        notes=(*_superseded(standing), *_about(source, upstream, inputs), *_more(upstream, standing)),
    )


def _split(software: str) -> tuple[str, str]:
    name, _, number = software.rpartition(" ")
    return name, number


def _inputs(folder: Path, entries: Sequence[Entry]) -> Inputs | None:
    """Return what the dossier was made from, where its ledger vouches for that file's bytes."""
    file = next((file for entry in entries if (file := entry.file) is not None and file.path == INPUTS), None)
    held = file is not None and (folder / INPUTS).is_file() and digest_file(folder / INPUTS) == file.digest
    return read_inputs((folder / INPUTS).read_bytes()) if held else None


def _source(catalog: Catalog | str | Path | None, inputs: Inputs, folder: Path) -> Catalog | str:
    """Return the catalogue, or why it cannot be had."""
    if catalog is None and inputs.catalog.href is None:
        return f"where catalogue {inputs.catalog.name!r} is now is not recorded; give catalog= (--catalog)"
    try:
        given = path_of(inputs.catalog.href or "", folder) if catalog is None else catalog
        source = given if isinstance(given, Catalog) else open_catalog(given)
    except (DataError, InputError, OSError) as err:
        return str(err)
    if source.folder is None:
        return (
            f"catalog={source!r} is on a server; fetch(search(catalog, aoi, when), folder) first, and give that folder"
        )
    return source


def _home(source: Catalog | str) -> Path:
    return Path() if isinstance(source, str) or source.folder is None else source.folder


def _upstream(source: Catalog | str, inputs: Inputs, folder: Path) -> Upstream:
    if isinstance(source, str):
        return unreached(inputs, source)
    return check_scenes(inputs, source, _kept(inputs, folder))


def _kept(inputs: Inputs, folder: Path) -> Mapping[str, bytes]:
    """Return the metadata that the dossier keeps, where they are those that were read."""
    recorded = {item.id: item.metadata for item in inputs.scenes}
    held = {name: sorted((folder / "scenes").glob(f"{file_name(name)}.*")) for name in recorded}
    return {
        name: paths[0].read_bytes()
        for name, paths in held.items()
        if paths and paths[0].is_file() and digest_file(paths[0]) == recorded[name]
    }


def _altered(folder: Path, problems: tuple[str, ...], catalog: Catalog | str | Path | None) -> Reproduction:
    """Say what was altered; the scenes are compared only where what they are compared with was not."""
    ledger = folder / LEDGER
    entries = parse(ledger.read_bytes())[0] if ledger.is_file() else ()
    records = [file for entry in entries if isinstance(file := entry.file, RecordAdded)]
    trusted = not any(item.startswith((LEDGER, HEAD, INPUTS)) for item in problems)
    inputs = _inputs(folder, entries) if trusted else None
    if inputs is None:
        notes = ("which scenes are unchanged cannot be said: what they would be compared with was altered or is away",)
    else:
        notes = ("nothing was computed again; scenes are compared with what the intact ledger vouches for",)
    return Reproduction(
        path=folder,
        claim="",
        problems=problems,
        scenes=_upstream(_source(catalog, inputs, folder), inputs, folder).checks if inputs is not None else (),
        records=tuple(_stopped(file, problems) for file in records),
        notes=notes,
    )


def _stopped(file: RecordAdded, problems: tuple[str, ...]) -> RecordCheck:
    named = [item for item in problems if item.startswith(f"{file.path}:")]
    return RecordCheck(
        record_id=file.record_id,
        prediction=Path(file.path).stem.partition("-")[2],
        path=file.path,
        answer=file.answer,
        outcome=Outcome.ALTERED if named else Outcome.UNCHECKED,
        notes=() if named else ("not computed: the dossier was altered",),
    )


def _contradictions(inputs: Inputs, entries: Sequence[Entry]) -> tuple[str, ...]:
    """Return where the inputs do not agree with the offers of the ledger: one of the two was written later."""
    offers = {
        (entry.body.scene_id, entry.body.metadata_digest) for entry in entries if isinstance(entry.body, SceneOffered)
    }
    return tuple(
        f"{INPUTS}: scene {item.id} has other metadata than the ledger says was offered"
        for item in inputs.scenes
        if (item.id, item.metadata) not in offers
    )


def _superseded(standing: Standing) -> tuple[str, ...]:
    standing_now = {item.path for item in standing.records}
    recorded = [file.path for entry in standing.entries if isinstance(file := entry.file, RecordAdded)]
    gone = [name for name in recorded if name not in standing_now]
    return (f"superseded, not computed again: {', '.join(gone)}",) if gone else ()


def _about(source: Catalog | str, upstream: Upstream, inputs: Inputs) -> tuple[str, ...]:
    if isinstance(source, str):
        return (f"no scene could be reached: {source}",)
    if upstream.broken:
        return (f"the catalogue cannot be read whole, items were looked up one by one: {upstream.broken}",)
    changed = source.digest != inputs.catalog.digest
    return ("the catalogue's own file is another than the one recorded",) if changed else ()


def _more(upstream: Upstream, standing: Standing) -> tuple[str, ...]:
    """Return which scenes the catalogue offers for this claim that the ledger does not know."""
    claim: Claim = standing.claim
    area, span = claim_area(claim).geometry, claim_span(claim)
    known = {entry.body.scene_id for entry in standing.entries if isinstance(entry.body, SceneOffered)}
    new = [
        scene.id
        for scene in upstream.offered
        if scene.id not in known and scene.acquired.overlaps(span) and scene.footprint.intersects(area)
    ]
    if not new:
        return ()
    names = ", ".join(new[:_MOST]) + (f" and {len(new) - _MOST} more" if len(new) > _MOST else "")
    return (f"of this place and span the catalogue also offers, added since or left out of the ledger then: {names}",)
