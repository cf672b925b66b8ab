"""One file to deposit: the claim file, or its place coarsened; detections for a GIS, citations, provenance."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from numbers import Real
from os import PathLike
from pathlib import Path
from typing import Any

import shapely

from osint_imagery.core.arguments import require, require_each
from osint_imagery.core.claim import Claim
from osint_imagery.core.errors import EvidenceError, EvidenceExistsError, InputError
from osint_imagery.core.lineage import digest_bytes
from osint_imagery.core.showing import pairs_html
from osint_imagery.core.timespan import utc
from osint_imagery.core.writing import write_atomic
from osint_imagery.evidence.bag import bag_zip
from osint_imagery.evidence.bibliography import bibliography
from osint_imagery.evidence.coarsen import CoarseGrid
from osint_imagery.evidence.crate import CRATE, crate_json
from osint_imagery.evidence.folder import files_of
from osint_imagery.evidence.geodata import STYLE, features_of, geojson, geopackage
from osint_imagery.evidence.ledger import HEAD, LEDGER
from osint_imagery.evidence.provenance import prov_json
from osint_imagery.evidence.stac_items import stac_files
from osint_imagery.evidence.standing import Standing, StandingRecord
from osint_imagery.evidence.told_place import refuse_told

__all__ = ["Archive", "archive"]

_KEPT = "names of places in sentences, and ids of scenes and products, stay as they are: read them before publishing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """An archive that was written.

    Parameters
    ----------
    path : Path
        The zip.
    digest : str
        SHA-256 of its bytes.
    files : tuple of str
        Payload files.
    remarks : tuple of str
        What it says about itself: terms acknowledged, coarsening.
    """

    path: Path
    digest: str
    files: tuple[str, ...]
    remarks: tuple[str, ...]

    def _repr_html_(self) -> str:
        rows = (("file", self.path), ("holds", f"{len(self.files)} files"), ("digest", self.digest))
        return pairs_html((*rows, *(("remark", remark) for remark in self.remarks)))


def archive(
    dossier: str | Path,
    out: str | Path,
    *,
    coarsen_m: float | None = None,
    exact: bool = False,
    acknowledge: Sequence[str] = (),
) -> Archive:
    """Write a closed claim file as one zip: a BagIt bag whose payload is an RO-Crate 1.1 with PROV.

    Parameters
    ----------
    dossier : str or Path
        Folder of the claim file; it must verify and be closed.
    out : str or Path
        Zip to write, outside the dossier.
    coarsen_m : float, optional
        Side of a cell, m: the place is blurred to a cell of a stated grid. The claim file itself, which shows the
        place, is then left out; each of its files is listed with its digest. What scenes, products and sentences call
        the place is **not** changed.
    exact : bool
        Write a place that the claim marks sensitive as it is.
    acknowledge : sequence of str
        Licences with restricted use whose terms you have read and meet (``("CC-BY-NC-4.0",)``); the archive says so.

    Returns
    -------
    Archive
        The same dossier gives the same bytes with the same version of GDAL.

    Raises
    ------
    VerificationError, EvidenceError
        If the dossier does not verify, is open, or a coarsened archive would still hold a coordinate of the place.
    LicenseError
        If scenes are under restricted terms that are not acknowledged.
    InputError
        If the place is sensitive and neither `coarsen_m` nor `exact` is given, or `out` is no zip.
    EvidenceExistsError
        If another file is there.

    Examples
    --------
    >>> archive("dossier", "archive.tar")
    Traceback (most recent call last):
    osint_imagery.core.errors.InputError: out='archive.tar' does not end in .zip; an archive is one zip
    """
    require(str | PathLike, dossier=dossier, out=out)
    require(Real | None, coarsen_m=coarsen_m)
    acknowledge = require_each(str, acknowledge=acknowledge)
    path = Path(out)
    if path.suffix.lower() != ".zip":
        msg = f"out={path.name!r} does not end in .zip; an archive is one zip"
        raise InputError(msg)
    coarse = None if coarsen_m is None else CoarseGrid(coarsen_m)
    standing = Standing.of(dossier)
    _refuse(standing, path, coarse, exact=exact)
    remarks = _remarks(standing, standing.terms(acknowledge, whole=True), coarse)
    payload = _payload(standing, coarse, remarks)
    info = {
        "Bag-Software-Agent": standing.records[0].record.software if standing.records else "osint-imagery",
        "External-Identifier": standing.head,
        "External-Description": " ".join((f"Evidence on the claim {standing.claim.id}.", *remarks)),
    }
    data = bag_zip(standing.claim.id, payload, info, at=utc(standing.closed_at))
    if path.exists() and path.read_bytes() != data:
        msg = f"out={str(out)!r} holds something else; nothing is overwritten, name another file"
        raise EvidenceExistsError(msg)
    if not path.exists():
        write_atomic(path, data)
    return Archive(path=path, digest=digest_bytes(data), files=tuple(sorted(payload)), remarks=remarks)


def _refuse(standing: Standing, path: Path, coarse: CoarseGrid | None, *, exact: bool) -> None:
    if path.resolve().is_relative_to(standing.folder.resolve()):
        msg = f"out={path.name!r} lies inside the claim file, which is closed; name a file outside it"
        raise InputError(msg)
    if exact and coarse is not None:
        msg = f"exact=True and coarsen_m={coarse.size_m:g} contradict each other; give one"
        raise InputError(msg)
    if standing.sensitive and coarse is None and not exact:
        msg = f"dossier={standing.folder.name!r}: its place is marked sensitive; give coarsen_m=10_000, or exact=True"
        raise InputError(msg)


def _remarks(standing: Standing, terms: Sequence[str], coarse: CoarseGrid | None) -> tuple[str, ...]:
    remarks = [f"Terms acknowledged for the imagery: {name}." for name in terms]
    if coarse is not None:
        remarks.append(f"Place {coarse.words}; {_KEPT}.")
        remarks.append("The claim file and every figure in it show the place: left out, listed in withheld.json.")
    elif standing.sensitive:
        remarks.append("A place is marked sensitive; it is shown exactly, as was asked for.")
    return tuple(remarks)


def _payload(standing: Standing, coarse: CoarseGrid | None, remarks: Sequence[str]) -> dict[str, bytes]:
    features = features_of(standing, coarse)
    cited = bibliography([one.record for one in standing.records])
    files = {
        "detections.geojson": geojson(features, remarks).encode(),
        "detections.qml": STYLE.encode(),
        "detections.gpkg": geopackage(features, remarks, at=standing.closed_at),
        "references.bib": cited.bibtex.encode(),
        "references.csl.json": cited.csl.encode(),
        "references.txt": cited.text.encode(),
        "provenance.json": prov_json(standing, exact=coarse is None).encode(),
    }
    dossier = {f"dossier/{name}": (standing.folder / name).read_bytes() for name in _names(standing.folder)}
    if coarse is None:
        files.update(dossier)
    else:
        files["answers.json"] = _text([_answer(one, coarse) for one in standing.records])
        files["withheld.json"] = _text([_listed(name, data) for name, data in dossier.items()])
    files.update(stac_files(standing, files, coarse))
    whole = {**files, CRATE: crate_json(standing, files, remarks).encode()}
    if coarse is not None:
        _refuse_leak(standing, whole)
        _refuse_told(standing.claim)
    return whole


def _names(folder: Path) -> tuple[str, ...]:
    return (*files_of(folder)[0], LEDGER, HEAD)


def _listed(name: str, data: bytes) -> dict[str, Any]:
    return {"path": name, "digest": digest_bytes(data), "size": len(data), "withheld": "it shows the place"}


def _text(body: object) -> bytes:
    return (json.dumps(body, indent=1, ensure_ascii=False) + "\n").encode()


def _answer(one: StandingRecord, coarse: CoarseGrid) -> dict[str, Any]:
    """Return what a record says without where: named fields only, so that a new field is not passed on unseen."""
    record = one.record
    return {
        "record": one.path,
        "digest": one.digest,
        "prediction": record.propositions.prediction,
        "prediction_text": record.propositions.prediction_text,
        "answer": record.answer,
        "reason": record.reason,
        "statements": [item.statement for item in record.judgments],
        "ratio_sentence": record.ratio_sentence,
        "not_visible": record.not_visible,
        "interval": [item.model_dump(mode="json") for item in record.interval or ()],
        "detections": len(record.detections),
        "coarsened_to_m": f"{coarse.size_m:g}",
    }


def _refuse_leak(standing: Standing, files: dict[str, bytes]) -> None:
    """Look for the place's own coordinates in everything that goes out; better no archive than one that tells."""
    known = {text for number in _coordinates(standing) for text in (f"{number:.6f}", f"{number:.4f}", repr(number))}
    known = {text for text in known if len(text.partition(".")[2]) >= 4}
    for name, data in files.items():
        shown = set(re.findall(r"-?\d+\.\d{4,}", data.decode("utf-8", errors="ignore")))
        if shown & known:
            msg = f"out would hold a coordinate of the place in {name}: {sorted(shown & known)[0]}; nothing was written"
            raise EvidenceError(msg)


def _refuse_told(claim: Claim) -> None:
    """Look for the place in what people wrote, in whatever form, for their words go out as they are."""
    texts = (claim.text, *(item.text for item in claim.hypotheses), *(item.text for item in claim.predictions))
    refuse_told(claim, texts, remedy="nothing was written")


def _coordinates(standing: Standing) -> Iterator[float]:
    claim = standing.claim
    areas = [claim.aoi(), *(claim.aoi(item) for item in claim.predictions)]
    shapes = [area.geometry for area in areas]
    detections = [found for record in standing.held for found in record.detections]
    shapes += [shapely.from_wkt(found.outline_wkt) for found in detections]
    for shape in shapes:
        yield from (float(value) for value in shapely.get_coordinates(shape).ravel())
        yield from shape.bounds
    for found in detections:
        yield from (float(found.longitude), float(found.latitude))
