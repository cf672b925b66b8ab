"""Outlines of a record to be filled in by an analyst: the way to mark places without a widget or a browser."""

import json
from pathlib import Path

from osint_imagery.core.errors import InputError
from osint_imagery.core.lineage import digest_bytes
from osint_imagery.evidence.feature_file import feature
from osint_imagery.evidence.ledger_file import read_ledger
from osint_imagery.evidence.record import EvidenceRecord, read_record
from osint_imagery.evidence.recorded import named_record

__all__ = ["annotation_blanks", "blanks_in"]


def annotation_blanks(record: EvidenceRecord) -> str:
    """Return a record's outlines as GeoJSON with the fields of a mark left empty, strongest detection first.

    Parameters
    ----------
    record : EvidenceRecord
        What an algorithm outlined; its numbers are left out, so that they do not lead the analyst.

    Returns
    -------
    str
        One feature for each detection, in longitude and latitude. ``who``, ``at``, ``label`` and ``level`` are empty:
        :func:`~osint_imagery.evidence.annotations.read_annotations` refuses a feature in which they still are.
        Features that are not wanted are deleted, others drawn beside them, in any map program.

    Raises
    ------
    InputError
        If the record has no detection.
    """
    if not record.detections:
        msg = f"record={record.id!r} has no detection to outline; draw the marks in a map program"
        raise InputError(msg)
    empty = {"kind": "manual", "who": "", "at": "", "label": "", "level": "", "note": ""}
    features = [feature(f"detection-{item.id}", item.outline_wkt, dict(empty)) for item in record.detections]
    body = {"type": "FeatureCollection", "name": "annotations", "features": features}
    return json.dumps(body, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def blanks_in(dossier: str | Path, record: str) -> str:
    """Return the blanks of a record that stands in a claim file, by its id or path.

    Raises
    ------
    VerificationError
        If the ledger does not hold.
    InputError
        If no such record stands, its file was altered, or it has no detection.
    """
    folder = Path(dossier)
    wanted = named_record(folder, read_ledger(folder), record)
    data = (folder / wanted.body.path).read_bytes()
    if digest_bytes(data) != wanted.body.digest:
        msg = f"{wanted.body.path} was altered; restore the file as it was written"
        raise InputError(msg)
    return annotation_blanks(read_record(data))
