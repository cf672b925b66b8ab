"""Marks of analysts: in and out as GeoJSON, strictly, and kept apart from detections."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box

from osint_imagery.core.errors import (
    GeometryError,
    InputError,
    LevelError,
    MissingAssetError,
    OsintImageryError,
    VerificationError,
)
from osint_imagery.evidence.annotations import annotations_geojson, annotations_in, read_annotations
from osint_imagery.evidence.claim_file import ClaimFile
from osint_imagery.evidence.reasoning import Annotation
from osint_imagery.evidence.verify import verify

RING = [[36.0, 45.0], [36.001, 45.0], [36.001, 45.001], [36.0, 45.0]]


def feature(**changed: Any) -> dict[str, Any]:
    properties = {"who": "A. Reader", "at": "2026-06-02T09:00:00Z", "label": "roof", "level": "detection", "note": ""}
    properties |= changed.pop("properties", {})
    whole = {"type": "Feature", "id": "m1", "geometry": {"type": "Polygon", "coordinates": [RING]}}
    return {**whole, "properties": properties, **changed}


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    def write(*features: dict[str, Any], **members: Any) -> Path:
        path = tmp_path / "marks.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features), **members}))
        return path

    return write


def mark(name: str = "m1", **changed: Any) -> Annotation:
    fields = {"who": "A. Reader", "at": "2026-06-02T09:00:00Z", "label": "roof", "level": "detection", "note": ""}
    return Annotation(id=name, **{**fields, **changed})


def test_a_file_of_a_map_program_is_read(written: Callable[..., Path]) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    (found,) = read_annotations(written(feature(), name="marks", crs=crs))
    assert (found.who, found.label, found.kind) == ("A. Reader", "roof", "manual")
    assert found.outline_wkt == "POLYGON ((36 45, 36.001 45, 36.001 45.001, 36 45))"


@given(
    st.lists(
        st.tuples(
            st.text(min_size=1), st.text(), st.floats(-170, 170), st.floats(-80, 80), st.floats(1e-4, 5), st.booleans()
        ),
        min_size=1,
        max_size=5,
    )
)
def test_marks_come_back_from_geojson_as_they_were(
    tmp_path_factory: pytest.TempPathFactory, parts: list[tuple[str, str, float, float, float, bool]]
) -> None:
    path = tmp_path_factory.mktemp("marks") / "marks.geojson"
    marks = [
        mark(str(k), label=label, note=note, outline_wkt=box(x, y, x + size, y + size).wkt if drawn else None)
        for k, (label, note, x, y, size, drawn) in enumerate(parts)
    ]
    path.write_text(annotations_geojson(marks), encoding="utf-8")
    again = read_annotations(path)
    assert [item.model_copy(update={"outline_wkt": None}) for item in again] == [
        item.model_copy(update={"outline_wkt": None}) for item in marks
    ]
    path.write_text(annotations_geojson(again), encoding="utf-8")
    assert read_annotations(path) == again  # a ring that was turned round is turned only once


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (
            feature(properties={"level": "certain"}),
            r"feature 1 \('m1'\): properties.level: Input should be 'detection'",
        ),
        (feature(properties={"who": ""}), r"feature 1 \('m1'\): properties.who: String should have at least 1"),
        (feature(properties={"at": "2026-06-02"}), r"properties.at: String should match"),
        (feature(properties={"color": "red"}), r"properties.color: Extra inputs are not permitted"),
        (feature(properties={"kind": "automated"}), r"properties.kind: Input should be 'manual'"),
        (feature(id=7), r"feature 1 \(7\): id: Input should be a valid string"),
        (feature(geometry={"type": "Point", "coordinates": [1, 2]}), r"feature 1 \('m1'\): geometry: .*'Polygon'"),
        (feature(geometry={"type": "Polygon", "coordinates": [[[1, 2, 3]]]}), r"geometry.coordinates.0.0"),
    ],
)
def test_a_mistake_is_named_with_feature_and_field(
    written: Callable[..., Path], wrong: dict[str, Any], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        read_annotations(written(wrong))


@pytest.mark.parametrize(
    ("rings", "said"),
    [
        ([[[200.0, 45.0], [201.0, 45.0], [201.0, 46.0], [200.0, 45.0]]], "200.0, 45.0 is not on the Earth"),
        ([[[36.0, 45.0], [36.1, 45.0], [36.1, 45.1], [36.0, 45.2]]], "a ring has 4 positions"),
        ([[[0.0, 0.0], [1.0, 1.0], [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]], "not valid"),
        ([], "no ring"),
    ],
)
def test_an_outline_that_is_none_is_refused(written: Callable[..., Path], rings: list[Any], said: str) -> None:
    wrong = feature(geometry={"type": "Polygon", "coordinates": rings})
    with pytest.raises(GeometryError, match=said):
        read_annotations(written(feature(id="m0"), wrong))


def test_files_that_are_no_such_geojson_are_refused(written: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"crs\.properties\.name"):
        read_annotations(written(feature(), crs={"type": "name", "properties": {"name": "EPSG:32636"}}))
    path = tmp_path / "twice.geojson"
    path.write_text('{"type": "FeatureCollection", "type": "x", "features": []}')
    with pytest.raises(InputError, match="'type' stands twice"):
        read_annotations(path)
    path.write_text('{"type": NaN}')
    with pytest.raises(InputError, match="NaN is no number"):
        read_annotations(path)
    path.write_bytes(b"\xff")
    with pytest.raises(InputError, match="UTF-8"):
        read_annotations(path)
    path.write_text("[1]")
    with pytest.raises(InputError, match="Input should be an object"):
        read_annotations(path)
    with pytest.raises(MissingAssetError, match="is not a file"):
        read_annotations(tmp_path / "none.geojson")


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(), lambda it: st.lists(it) | st.dictionaries(st.text(), it)
    )
)
def test_any_json_is_read_or_refused_with_our_own_error(tmp_path_factory: pytest.TempPathFactory, body: Any) -> None:
    path = tmp_path_factory.mktemp("any") / "any.geojson"
    for whole in (body, {"type": "FeatureCollection", "features": [body]}, feature(geometry=body)):
        path.write_text(json.dumps(whole), encoding="utf-8")
        with pytest.raises(OsintImageryError):
            read_annotations(path)


def test_marks_stand_in_the_claim_file_beside_the_record(
    dossier: Callable[..., Path], at: datetime, tmp_path: Path
) -> None:
    folder = ClaimFile.open(dossier(close=False))
    path = folder.add_annotations("port-shed-shed", [mark(), mark("m2")], at=at)
    assert path.relative_to(folder.path).as_posix() == "annotations/0001-shed.json"
    folder.add_annotations("records/0001-shed.json", [mark("m3")], at=at)
    assert [item.id for item in annotations_in(folder.path, "port-shed-shed")] == ["m1", "m2", "m3"]
    assert verify(folder.path).files == len(folder.entries)
    assert folder.close(at=at).closed


def test_a_mark_that_says_too_much_or_again_or_of_nothing_is_refused(
    dossier: Callable[..., Path], at: datetime
) -> None:
    folder = ClaimFile.open(dossier(close=False))
    before = folder.entries
    with pytest.raises(LevelError, match="identification"):
        folder.add_annotations("port-shed-shed", [mark(), mark("m2", level="identification")], at=at)
    with pytest.raises(InputError, match="m1 is given twice"):
        folder.add_annotations("port-shed-shed", [mark(), mark()], at=at)
    with pytest.raises(InputError, match="its records are: port-shed-shed"):
        folder.add_annotations("another", [mark()], at=at)
    assert folder.entries == before
    folder.add_annotations("port-shed-shed", [mark()], at=at)
    with pytest.raises(InputError, match="mark with id 'm1' already"):
        folder.add_annotations("port-shed-shed", [mark()], at=at)


def test_an_altered_mark_is_found(dossier: Callable[..., Path], at: datetime) -> None:
    folder = ClaimFile.open(dossier(close=False))
    path = folder.add_annotations("port-shed-shed", [mark()], at=at)
    path.write_bytes(path.read_bytes().replace(b"roof", b"tank"))
    with pytest.raises(VerificationError, match=r"annotations/0001-shed.json: was altered"):
        verify(folder.path)
    with pytest.raises(InputError, match="was altered"):
        annotations_in(folder.path, "port-shed-shed")
