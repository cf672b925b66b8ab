"""The answers of a second reader: a GeoJSON file with one feature a place, read strictly."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from osint_imagery.core.claim_value import Name
from osint_imagery.core.errors import InputError
from osint_imagery.evidence.feature_file import Geometry, NamedCrs, feature, outline_wkt, parsed, read_feature_file
from osint_imagery.evidence.fields import Instant, Level, Model, Text
from osint_imagery.evidence.review_key import LABELS

__all__ = ["SCHEMA", "Answer", "Answers", "answers_of", "blank_answers", "read_answers"]

SCHEMA = "osint-imagery/answers/1"


class Answer(Model):
    """What a reader says of one place."""

    item: Text
    label: Literal["change", "no change", "cannot tell"]
    level: Level | None
    note: str
    outline_wkt: str | None


class Answers(Model):
    """All answers of one reader to one sheet.

    Parameters
    ----------
    sheet : str
        Id of the sheet.
    who : str
        The reader.
    at : str
        When the last answer was given, RFC 3339, UTC, by the reader's clock.
    seen_before : bool
        Whether the reader had seen the claim file, its detections or another reader's answers: their own word.
    answers : tuple of Answer
        One a place, in the order of the sheet.
    """

    sheet: Text
    who: Name
    at: Instant
    seen_before: bool
    answers: Annotated[tuple[Answer, ...], Field(min_length=1)]

    @property
    def labels(self) -> dict[str, str]:
        """Label of each place."""
        return {item.item: item.label for item in self.answers}


class _Properties(Model):
    label: Literal["change", "no change", "cannot tell"]
    level: Level | None
    note: str


class _Feature(Model):
    type: Literal["Feature"]
    id: Text
    geometry: Geometry | None
    properties: _Properties

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        said = self.properties
        if (said.label == LABELS[0]) != (said.level is not None):
            wrong = "is missing: 'change' needs one" if said.level is None else "is given, but only 'change' has one"
            msg = f"level {wrong}; give detection, recognition, identification, technical_analysis, or null"
            raise ValueError(msg)
        if self.geometry is not None and said.label != LABELS[0]:
            msg = f"geometry is given, but the label is {said.label!r}; outline only a change"
            raise ValueError(msg)
        return self


class _Collection(Model):
    type: Literal["FeatureCollection"]
    schema_: Literal["osint-imagery/answers/1"] = Field(alias="schema")
    sheet: Text
    who: Name
    at: Instant
    seen_before: bool
    name: str | None = None
    crs: NamedCrs | None = None
    features: Annotated[tuple[_Feature, ...], Field(min_length=1)]


def read_answers(path: str | Path) -> tuple[Answers, bytes]:
    """Read the answers to a sheet strictly, and return them with the file's bytes.

    Parameters
    ----------
    path : str or Path
        The file that the sheet's page saved, or ``answers.geojson`` filled in by hand.

    Returns
    -------
    Answers, bytes

    Raises
    ------
    InputError, GeometryError
        If a place has no answer or two, a field is missing, extra or of another kind; names place and field.
    MissingAssetError
        If there is no such file.
    """
    collection, data = read_feature_file(path, _Collection, argument="answers")
    return _answers(collection, f"answers={Path(path).name!r}"), data


def answers_of(data: bytes) -> Answers:
    """Return the answers that bytes hold, as :func:`read_answers` does."""
    return _answers(parsed(data, _Collection, name="answers"), "answers")


def _answers(collection: _Collection, name: str) -> Answers:
    names = [item.id for item in collection.features]
    twice = sorted({item for item in names if names.count(item) > 1})
    if twice:
        msg = f"{name}: place {', '.join(twice)} is answered twice; leave one answer each"
        raise InputError(msg)
    return Answers(
        sheet=collection.sheet,
        who=collection.who,
        at=collection.at,
        seen_before=collection.seen_before,
        answers=tuple(
            Answer(
                item=item.id,
                outline_wkt=outline_wkt(item.geometry, where=f"{name}: feature {index + 1} ({item.id!r})"),
                **item.properties.model_dump(),
            )
            for index, item in enumerate(collection.features)
        ),
    )


def blank_answers(sheet: str, items: Sequence[str]) -> str:
    """Return the file to fill in: every place in order, no answer; it is refused until all is answered."""
    blank: dict[str, Any] = {"label": None, "level": None, "note": ""}
    body = {
        "type": "FeatureCollection",
        "schema": SCHEMA,
        "sheet": sheet,
        "who": "",
        "at": "",
        "seen_before": None,
        "features": [feature(item, None, dict(blank)) for item in items],
    }
    return json.dumps(body, ensure_ascii=False, indent=1) + "\n"
