"""The key of a blind sheet, which says what each place is, and the commitment to it that goes into the ledger first."""

from typing import Annotated, Literal, Self, cast

import shapely
from pydantic import Field, field_validator, model_validator

from osint_imagery.core.lineage import Json, canonical_json, digest_bytes
from osint_imagery.evidence.annotations import RecordReference
from osint_imagery.evidence.fields import Digest, Model, Text
from osint_imagery.evidence.ledger_bodies import StoredFile
from osint_imagery.evidence.strict import read_strictly

__all__ = ["COMMITTED", "LABELS", "Commitment", "KeyItem", "ReviewKey", "read_key", "sheet_id"]

LABELS = ("change", "no change", "cannot tell")
"""What a reader may say of a place; the list is closed."""

COMMITTED = "commitment.json"
"""Name of a commitment's file, in the sheet's own folder under ``reviews/``."""

Count = Annotated[int, Field(ge=0)]
Span = tuple[Count, Count]


class KeyItem(Model):
    """One place of a sheet.

    Parameters
    ----------
    item : str
        The neutral id that the reader sees.
    kind : str
        ``detection``: the square holds one; ``control``: it holds none.
    detection : int or None
        Which.
    chosen : str
        By which part of the rule.
    examined : bool
        Whether the detector decided on all of the square; about other ground it says nothing.
    rows, columns : (first, last + 1)
        The square that the question is about, px of the pair's grid.
    square_wkt : str
        Its outline, longitude and latitude.
    whole : bool
        Whether the detection lies in the square with all its pixels; True of a control.
    """

    item: Text
    kind: Literal["detection", "control"]
    detection: int | None
    chosen: Text
    examined: bool
    rows: Span
    columns: Span
    square_wkt: Text
    whole: bool

    @field_validator("square_wkt")
    @classmethod
    def _square(cls, text: str) -> str:
        try:
            square = shapely.from_wkt(text)
        except shapely.errors.GEOSException as err:
            msg = f"square_wkt is no outline ({err})"
            raise ValueError(msg) from err
        if square.geom_type != "Polygon" or square.is_empty or not square.is_valid:
            msg = "square_wkt is no valid polygon"
            raise ValueError(msg)
        return text

    @property
    def answer(self) -> str | None:
        """What the detector says of the place, in the words of the reader's list; None where it did not look."""
        if self.kind == "detection":
            return LABELS[0]
        return LABELS[1] if self.examined else None


class ReviewKey(Model):
    """What each place of a sheet is, and by which rule it was chosen; the salt keeps its digest from being guessed."""

    schema_: Literal["osint-imagery/review-key/1"] = Field(alias="schema", default="osint-imagery/review-key/1")
    record: RecordReference
    before: Text
    after: Text
    rule: Text
    side_px: Annotated[int, Field(ge=8)]
    salt: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    items: Annotated[tuple[KeyItem, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        names = [item.item for item in self.items]
        if len(set(names)) != len(names):
            msg = "two places have one id"
            raise ValueError(msg)
        if any((item.kind == "detection") != (item.detection is not None) for item in self.items):
            msg = "a detection is named where and only where a place holds one"
            raise ValueError(msg)
        if all(item.answer is None for item in self.items):
            msg = "the detector decided on none of the places"
            raise ValueError(msg)
        return self

    def body(self) -> bytes:
        """Return the key as canonical JSON (RFC 8785)."""
        return canonical_json(cast(Json, self.model_dump(mode="json", by_alias=True)))

    @property
    def digest(self) -> str:
        """Digest of :meth:`body`: what is committed to."""
        return digest_bytes(self.body())

    @property
    def sheet(self) -> str:
        """Id of the sheet."""
        return sheet_id(self.digest)


class Commitment(Model):
    """What is said before anybody reads the sheet: the digest of its key, and every file that the reader gets."""

    schema_: Literal["osint-imagery/review-commitment/1"] = Field(
        alias="schema", default="osint-imagery/review-commitment/1"
    )
    sheet: Text
    record: RecordReference
    items: Annotated[int, Field(ge=1)]
    key_digest: Digest
    files: Annotated[tuple[StoredFile, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _named(self) -> Self:
        if self.sheet != sheet_id(self.key_digest):
            msg = f"sheet {self.sheet!r} is not the one of this key"
            raise ValueError(msg)
        return self

    def body(self) -> bytes:
        """Return the commitment as canonical JSON (RFC 8785)."""
        return canonical_json(cast(Json, self.model_dump(mode="json", by_alias=True)))


def sheet_id(key_digest: str) -> str:
    """Return the id of a sheet: the start of its key's digest, which tells nothing of the key.

    Examples
    --------
    >>> sheet_id("sha256:" + "5c" * 32)
    '5c5c5c5c5c5c'
    """
    return key_digest.removeprefix("sha256:")[:12]


def read_key(data: bytes) -> ReviewKey:
    """Read a key strictly, byte for byte as it was written.

    Raises
    ------
    InputError
        If the bytes are not exactly what a key writes.
    """
    return read_strictly(ReviewKey, data, "key", remedy="give the key file as the sheet's maker wrote it")
