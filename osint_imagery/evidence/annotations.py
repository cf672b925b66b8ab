"""What analysts mark, in and out as GeoJSON, and kept in a claim file apart from what a detector says."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, Self, cast

from pydantic import Field, ValidationError, model_validator

from osint_imagery.core.arguments import require_each
from osint_imagery.core.claim_value import Name
from osint_imagery.core.errors import InputError
from osint_imagery.core.lineage import Json, canonical_json, digest_bytes
from osint_imagery.evidence.feature_file import Geometry, NamedCrs, feature, outline_wkt, read_feature_file, said
from osint_imagery.evidence.fields import Digest, Instant, Level, Model, Text
from osint_imagery.evidence.ledger_file import read_ledger
from osint_imagery.evidence.reasoning import Annotation
from osint_imagery.evidence.record import EvidenceRecord
from osint_imagery.evidence.recorded import named_record

__all__ = [
    "AnnotationSet",
    "RecordReference",
    "annotation_set",
    "annotations_geojson",
    "annotations_in",
    "read_annotations",
]


class RecordReference(Model):
    """The evidence record that something is about."""

    path: Text
    digest: Digest
    record_id: Text


class AnnotationSet(Model):
    """Marks of analysts on one evidence record, as a claim file keeps them."""

    schema_: Literal["osint-imagery/annotations/1"] = Field(alias="schema", default="osint-imagery/annotations/1")
    record: RecordReference
    annotations: Annotated[tuple[Annotation, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        names = [item.id for item in self.annotations]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            msg = f"annotations: id {', '.join(twice)} is given twice"
            raise ValueError(msg)
        return self

    def body(self) -> bytes:
        """Return the set as canonical JSON (RFC 8785)."""
        return canonical_json(cast(Json, self.model_dump(mode="json", by_alias=True)))


class _Properties(Model):
    kind: Literal["manual"] = "manual"
    who: Name
    at: Instant
    label: Text
    level: Level
    note: str


class _Feature(Model):
    type: Literal["Feature"]
    id: Text
    geometry: Geometry | None
    properties: _Properties


class _Collection(Model):
    type: Literal["FeatureCollection"]
    name: str | None = None
    crs: NamedCrs | None = None
    features: Annotated[tuple[_Feature, ...], Field(min_length=1)]


def read_annotations(path: str | Path) -> tuple[Annotation, ...]:
    """Read an analyst's marks from a GeoJSON file (CRS84), strictly.

    Parameters
    ----------
    path : str or Path
        A FeatureCollection. Each feature has an ``id``, a Polygon, a MultiPolygon or null, and the properties ``who``,
        ``at`` (RFC 3339, UTC, ending in Z), ``label``, ``level`` (``detection``, ``recognition``, ``identification``,
        ``technical_analysis``) and ``note`` (may be empty); ``kind`` may say ``manual``. Nothing else.

    Returns
    -------
    tuple of Annotation

    Raises
    ------
    InputError, GeometryError
        If anything is missing, extra, of another type or off the Earth; the message names feature and field.
    MissingAssetError
        If there is no such file.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> mark = Annotation(id="1", who="A. Reader", at="2026-06-02T09:00:00Z", label="bright roof", level="detection",
    ...                   note="", outline_wkt="POLYGON ((36 45, 36.001 45, 36.001 45.001, 36 45))")
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "marks.geojson")
    ...     _ = file.write_text(annotations_geojson([mark]), encoding="utf-8")
    ...     read_annotations(file) == (mark,)
    True
    """
    collection, _ = read_feature_file(path, _Collection, argument="annotations")
    return tuple(
        Annotation(
            id=item.id,
            outline_wkt=outline_wkt(item.geometry, where=f"annotations={Path(path).name!r}: {said(index, item.id)}"),
            **item.properties.model_dump(),
        )
        for index, item in enumerate(collection.features)
    )


def annotations_geojson(annotations: Sequence[Annotation]) -> str:
    """Return marks as GeoJSON (RFC 7946), as :func:`read_annotations` reads them.

    Parameters
    ----------
    annotations : sequence of Annotation
        One feature each, in this order.
    """
    marks = require_each(Annotation, annotations=annotations)
    features = [
        feature(item.id, item.outline_wkt, item.model_dump(mode="json", exclude={"id", "outline_wkt"}))
        for item in marks
    ]
    body = {"type": "FeatureCollection", "name": "annotations", "features": features}
    return json.dumps(body, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def annotations_in(dossier: str | Path, record: str) -> tuple[Annotation, ...]:
    """Return all marks that a claim file holds on a record, in the order of its ledger.

    Parameters
    ----------
    dossier : str or Path
        Folder of the claim file.
    record : str
        Id or path of the record.

    Raises
    ------
    VerificationError
        If the ledger does not hold.
    InputError
        If no such record stands, or a file of marks was altered.
    """
    folder = Path(dossier)
    entries = read_ledger(folder)
    wanted = named_record(folder, entries, record).body
    marks: list[Annotation] = []
    for added in (entry.file for entry in entries if entry.kind == "annotations_added"):
        if added is None:
            continue
        data = (folder / added.path).read_bytes()
        if digest_bytes(data) != added.digest:
            msg = f"{added.path} was altered; restore the file as it was written"
            raise InputError(msg)
        found = AnnotationSet.model_validate_json(data)
        marks += found.annotations if found.record.digest == wanted.digest else ()
    return tuple(marks)


def annotation_set(
    record: EvidenceRecord, reference: RecordReference, annotations: Sequence[Annotation]
) -> AnnotationSet:
    """Return marks on a record, once it is sure that its pixels allow each of them.

    Raises
    ------
    LevelError
        If a mark says more than the pixels allow to be told.
    InputError
        If there is none, or two have one id.
    """
    marks = require_each(Annotation, annotations=annotations)
    for mark in marks:
        record.annotated(mark)
    try:
        return AnnotationSet(record=reference, annotations=marks)
    except ValidationError as err:
        msg = f"annotations: {err.errors()[0]['msg']}; give each mark an id of its own"
        raise InputError(msg) from err
