"""A blind sheet for a second reader: the pixels of a record read again, places chosen, the key committed to first."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from os import PathLike
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry import box

from osint_imagery.change import align, normalize
from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.arguments import require, require_each
from osint_imagery.core.claim import Claim, read_claim
from osint_imagery.core.errors import ChecksumError, EvidenceError, EvidenceExistsError, InputError, UndeterminedError
from osint_imagery.core.lineage import digest_bytes
from osint_imagery.core.pair import Pair
from osint_imagery.core.writing import write_atomic
from osint_imagery.evidence.annotations import RecordReference
from osint_imagery.evidence.claim_file import ClaimFile
from osint_imagery.evidence.folder import make_folder
from osint_imagery.evidence.ledger_bodies import StoredFile
from osint_imagery.evidence.record import EvidenceRecord
from osint_imagery.evidence.recorded import named_record, standing_records
from osint_imagery.evidence.review_key import Commitment, KeyItem, ReviewKey
from osint_imagery.scenes.catalog import Catalog, open_catalog
from osint_imagery.scenes.scene import Scene
from osint_imagery.scenes.streaming import shared_bands
from osint_imagery.workflow.comparing import Reader, grid_for
from osint_imagery.workflow.review_places import Ground, Place, choose_places, difference
from osint_imagery.workflow.review_sheet import place_on, sheet_files

__all__ = ["BlindSheet", "blind_sheet"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindSheet:
    """A sheet that was written; says nothing of what its places are.

    Parameters
    ----------
    folder : Path
        What to hand to the reader: ``sheet.html``, ``answers.geojson``, ``chips/``.
    key : Path
        What to keep from them until they have answered; nobody can make it again.
    sheet : str
        Id of the sheet.
    items : int
        Places.
    commitment : Path
        In the claim file.
    """

    folder: Path
    key: Path
    sheet: str
    items: int
    commitment: Path


def blind_sheet(  # noqa: PLR0913 - each part of the rule is stated by itself
    dossier: str | Path,
    catalog: Catalog | str | Path,
    *,
    out: str | Path,
    key: str | Path,
    at: datetime,
    record: str | None = None,
    controls: int | None = None,
    most: int = 40,
    side_px: int = 24,
    seed: int | None = None,
    salt: str | None = None,
    acknowledge: Sequence[str] = (),
) -> BlindSheet:
    """Make a sheet of places for a reader who does not know what is claimed or was found.

    Parameters
    ----------
    dossier : str or Path
        An open claim file; the commitment to the key goes into its ledger before the sheet is written.
    catalog : Catalog, str or Path
        Where the scenes of the record are; their bytes have to be those that the record names.
    out : str or Path
        Folder to write, for the reader; must not exist or be empty.
    key : str or Path
        File to write beside it, not for the reader.
    at : datetime
        Now, aware.
    record : str, optional
        Id or path of the record; needed where several compared two dates.
    controls : int, optional
        Places without a detection; default: as many as with one, at least 10.
    most : int
        Most places with a detection; more are left out at random.
    side_px : int
        Side of the square that is asked about, px; twice that is shown.
    seed, salt : optional
        Of the choice, and 64 hexadecimal digits that keep the key's digest from being guessed. Both are drawn from the
        system's source of randomness and written into the key; give them only to make a sheet again.
    acknowledge : sequence of str
        Licences with restricted use whose terms you have read and meet: handing pictures to a reader passes them on.

    Returns
    -------
    BlindSheet

    Raises
    ------
    VerificationError, EvidenceError
        If the claim file does not verify, or is closed.
    InputError, NotEnoughDataError
        If there is no such record, or no room for the places.
    ChecksumError
        If the catalogue's files are not those that the record rests on.
    EvidenceExistsError
        If `out` or `key` holds anything.
    LicenseError
        If the scenes are under restricted terms that are not acknowledged.

    Notes
    -----
    The ground that the detector did not examine serves to hide which places it chose; of such places it says nothing,
    and they are not counted as its "no change". The reader learns dates, sensor and scene ids from the pictures, and
    from the coordinates in the page where they lie: what they are not to know is the claim and the detections.
    """
    require(str | PathLike, dossier=dossier, out=out, key=key)
    require(Catalog | str | PathLike, catalog=catalog)
    require(int | None, controls=controls, seed=seed)
    require(int, most=most, side_px=side_px)
    home, keep = Path(out), Path(key)
    folder = ClaimFile.open(dossier)
    _refuse(folder, home, keep)
    found, reference = _record(folder, record)
    pair, aoi = _pair(found, read_claim(folder.path / "claim.yaml"), catalog)
    places, rule = choose_places(
        _ground(found, pair, aoi),
        side=_positive(side_px=side_px, least=8),
        controls=controls if controls is None else _positive(controls=controls, least=0),
        most=_positive(most=most, least=1),
        seed=secrets.randbits(32) if seed is None else _positive(seed=seed, least=0),
    )
    secret = _key(reference, pair, places, rule=rule, salt=salt or secrets.token_hex(32))
    files = sheet_files(secret, pair, require_each(str, acknowledge=acknowledge))
    stored = tuple(StoredFile(path=name, digest=digest_bytes(data), size=len(data)) for name, data in files.items())
    commitment = Commitment(
        sheet=secret.sheet, record=reference, items=len(secret.items), key_digest=secret.digest, files=stored
    )
    write_atomic(keep, secret.body())
    committed = folder.add_commitment(commitment, at=at)
    make_folder(home / "chips")
    for name, data in files.items():
        write_atomic(home / name, data)
    return BlindSheet(folder=home, key=keep, sheet=secret.sheet, items=len(secret.items), commitment=committed)


def _positive(*, least: int, **argument: int) -> int:
    ((name, value),) = argument.items()
    if value < least:
        msg = f"{name}={value!r} is less than {least}; give {least} or more"
        raise InputError(msg)
    return value


def _refuse(folder: ClaimFile, out: Path, key: Path) -> None:
    if folder.is_closed:
        msg = f"dossier={folder.path.name!r} is closed, so no commitment can be added; reopen() it first"
        raise EvidenceError(msg)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        msg = f"out={str(out)!r} is not an empty folder; nothing is overwritten, name another folder"
        raise EvidenceExistsError(msg)
    if key.exists():
        msg = f"key={str(key)!r} exists; nothing is overwritten, name another file"
        raise EvidenceExistsError(msg)
    for name, path, homes in (("out", out, [folder.path]), ("key", key, [folder.path, out])):
        if any(path.resolve().is_relative_to(home.resolve()) for home in homes):
            msg = f"{name}={str(path)!r} lies inside the claim file or the reader's folder; name a place outside both"
            raise InputError(msg)


def _record(folder: ClaimFile, name: str | None) -> tuple[EvidenceRecord, RecordReference]:
    entries = folder.entries
    found = standing_records(folder.path, entries) if name is None else (named_record(folder.path, entries, name),)
    compared = [(one.record, one.body) for one in found if one.record.method is not None]
    if len(compared) != 1:
        known = ", ".join(record.id for record, _ in compared) or "none"
        msg = f"record={name!r}: of its records {known} compared two dates; name one of these"
        raise InputError(msg)
    record, body = compared[0]
    return record, RecordReference(path=body.path, digest=body.digest, record_id=body.record_id)


def _pair(record: EvidenceRecord, claim: Claim, catalog: Catalog | str | Path) -> tuple[Pair, AreaOfInterest]:
    """Read the two dates again, as they were compared, and make sure that the bytes are the same."""
    source = open_catalog(catalog)
    scenes = {scene.id: scene for scene in source.scenes()}
    roles = {scene.role: scene for scene in record.scenes}
    missing = [scene.id for scene in roles.values() if scene.id not in scenes]
    if missing:
        msg = f"catalog: scene {missing[0]!r}, which the record rests on, is not in it; give the catalogue it came from"
        raise InputError(msg)
    both: tuple[Scene, Scene] = (scenes[roles["before"].id], scenes[roles["after"].id])
    prediction = next(item for item in claim.predictions if item.id == record.propositions.prediction)
    aoi = claim.aoi(prediction)
    reader = Reader(grid=grid_for(both, aoi), bands=shared_bands(both))
    pair = align(reader.image(both[0]), reader.image(both[1]))
    read = {digest for image in (pair.before, pair.after) for step in image.lineage.steps for digest in step.inputs}
    for scene in record.scenes:
        other = [asset.href for asset in scene.assets if asset.read and asset.digest not in read]
        if other:
            msg = f"catalog: {other[0]} of scene {scene.id!r} is not the file that the record rests on; get that one"
            raise ChecksumError(msg)
    try:
        return normalize(pair), aoi
    except UndeterminedError:  # pictures only: the dates keep their own brightness, as in the record's figure
        return pair, aoi


def _ground(record: EvidenceRecord, pair: Pair, aoi: AreaOfInterest) -> Ground:
    grid = place_on(pair)
    labels = np.zeros(pair.shape, dtype=np.int32)
    for item in record.detections:
        labels[grid.inside(AreaOfInterest.from_geometry(shapely.from_wkt(item.outline_wkt)))] = item.id
    decided = record.method is not None and record.method.verdict != "undetermined"
    examined = grid.inside(aoi) & pair.valid if decided else np.zeros(pair.shape, dtype=bool)
    return Ground(labels=labels, usable=pair.valid, examined=examined, difference=difference(pair))


def _key(reference: RecordReference, pair: Pair, places: Sequence[Place], *, rule: str, salt: str) -> ReviewKey:
    grid, digits = place_on(pair), max(2, len(str(len(places))))
    items = tuple(
        KeyItem(
            item=f"{number:0{digits}d}",
            kind=place.kind,
            detection=place.detection,
            chosen=place.chosen,
            examined=place.examined,
            rows=place.rows,
            columns=place.columns,
            square_wkt=grid.to_lonlat(
                grid.to_world(box(place.columns[0], place.rows[0], place.columns[1], place.rows[1]))
            ).wkt,
            whole=place.whole,
        )
        for number, place in enumerate(places, 1)
    )
    return ReviewKey(
        record=reference,
        before=pair.before.scene_id or "",
        after=pair.after.scene_id or "",
        rule=rule,
        side_px=places[0].rows[1] - places[0].rows[0],
        salt=salt,
        items=items,
    )
