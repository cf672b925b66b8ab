"""STAC GeoParquet: the same scenes as from JSON; filtered by columns with all others counted; refused by name."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from support.stac_server import item

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.errors import CatalogError, InputError, NothingFoundWarning, OutsideFootprintError
from osint_imagery.core.lineage import digest_bytes
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.scenes.catalog import open_catalog, search

pa = pytest.importorskip("pyarrow", reason="extra 'geoparquet' is not installed")
pq = pytest.importorskip("pyarrow.parquet")
arrow = pytest.importorskip("stac_geoparquet.arrow", reason="extra 'geoparquet' is not installed")

HERE = AreaOfInterest.from_bbox(35.15, 33.85, 35.25, 33.95)
MAY = TimeSpan("2020-05-01", "2020-05-31")
MSI = {"constellation": "sentinel-2", "processing:level": "L2A", "platform": "sentinel-2a"}


def items() -> list[dict[str, Any]]:
    """Return three items of May, one of June, one elsewhere; one has a field that the others lack."""
    made = [item(f"may{n}", f"2020-05-0{n}", **MSI) for n in (1, 2, 3)]
    made += [item("june", "2020-06-15", **MSI), item("far", "2020-05-03", x=80.0, **MSI)]
    for one in made:
        ring = one["geometry"]["coordinates"][0]
        one["bbox"] = [*ring[0], *ring[2]]
        one["assets"]["B04"]["raster:bands"] = [{"scale": 1e-4, "offset": -0.1}]
    made[0]["assets"]["SCL"] = {"href": "./may1/SCL.tif", "type": "image/tiff", "roles": ["data-mask"]}
    made[1]["assets"]["B04"]["raster:bands"] = [{"scale": 1e-4}]
    return made


def written(path: Path, made: list[dict[str, Any]]) -> Path:
    """Write items by the format's own writer."""
    arrow.to_parquet(arrow.parse_stac_items_to_arrow(made), path)
    return path


def said(scene: Any) -> tuple[Any, ...]:
    """Return everything that a scene says but where its metadata lie."""
    fields = {name: getattr(scene, name) for name in scene.__slots__ if name not in {"metadata", "href", "notes"}}
    return tuple(fields.items())


def test_the_scenes_are_those_of_the_json_catalogue(tmp_path):
    table = open_catalog(written(tmp_path / "items.parquet", items()))
    (tmp_path / "items.json").write_text(json.dumps({"type": "FeatureCollection", "features": items()}))
    there = {scene.id: scene for scene in table.scenes()}
    plain = {scene.id: scene for scene in open_catalog(tmp_path / "items.json").scenes()}
    assert list(there) == list(plain)
    for name, scene in plain.items():
        assert said(there[name]) == said(scene)
    assert there["may1"].quality_asset is not None
    assert there["may2"].asset_for("red").offset is None  # absent stays absent, though the table has a column for it
    assert "not the provider's own bytes" in there["may1"].notes[-1]
    assert repr(table) == "Catalog('items', STAC GeoParquet)"
    assert table.digest == digest_bytes((tmp_path / "items.parquet").read_bytes())


def test_a_search_leaves_rows_out_by_their_columns_and_counts_them(tmp_path, monkeypatch):
    table = open_catalog(written(tmp_path / "items.parquet", items()))
    made = list[str]()
    from osint_imagery.scenes import geoparquet

    plain = geoparquet.scene_of

    def noted(data: bytes, one: Any, *rest: Any) -> Any:
        made.append(one["id"])
        return plain(data, one, *rest)

    monkeypatch.setattr(geoparquet, "scene_of", noted)
    found = search(table, HERE, MAY)
    assert [scene.id for scene in found] == ["may1", "may2", "may3"]
    assert made == ["may1", "may2", "may3"]
    rest = found.ledger[-1]
    assert (rest.scene_id, rest.used) == ("2 other items", False)
    assert rest.reason.startswith("2 items lie outside the area of interest or the dates")
    assert rest.metadata_digest == digest_bytes(b"june\nfar")


def test_rows_with_a_wrong_box_are_judged_by_their_geometry_and_counted(tmp_path):
    made = items()
    west, south, east, north = made[0]["bbox"]
    made[0]["bbox"] = [south, west, north, east]  # latitude first
    made[4]["bbox"] = [10.0, 10.0, 11.0, 11.0]  # neither here nor where it lies
    found = search(open_catalog(written(tmp_path / "items.parquet", made)), HERE, MAY)
    assert [scene.id for scene in found] == ["may1", "may2", "may3"]
    reasons = {offer.scene_id: offer.reason for offer in found.ledger}
    assert reasons["2 items with a wrong bbox"].startswith("2 items have a bbox that does not hold their geometry")
    assert reasons["far"] == "outside the area of interest"
    (line,) = (offer for offer in found.ledger if "wrong" in offer.scene_id)
    assert line.metadata_digest == digest_bytes(b"may1\nfar")


def test_a_row_whose_span_only_reaches_into_the_dates_is_not_left_out(tmp_path):
    made, span = items(), {"start_datetime": "2020-05-30T00:00:00Z", "end_datetime": "2020-07-01T00:00:00Z"}
    made[3]["properties"] |= {"datetime": None, **span}
    found = search(open_catalog(written(tmp_path / "items.parquet", made)), HERE, MAY)
    assert {scene.id for scene in found} == {"may1", "may2", "may3", "june"}  # it may have been taken in May


def test_a_box_over_the_dateline_is_not_left_out(tmp_path):
    made = items()[:1]
    parts = [
        [[[w, -18.0], [e, -18.0], [e, -17.0], [w, -17.0], [w, -18.0]]] for w, e in ((179.0, 180.0), (-180.0, -179.0))
    ]
    made[0] |= {"geometry": {"type": "MultiPolygon", "coordinates": parts}, "bbox": [179.0, -18.0, -179.0, -17.0]}
    table = open_catalog(written(tmp_path / "items.parquet", made))
    assert len(search(table, AreaOfInterest.from_bbox(-179.9, -17.9, -179.8, -17.8), MAY)) == 1
    assert len(search(table, AreaOfInterest.from_bbox(179.9, -17.9, -179.9, -17.8), MAY)) == 1


def test_nothing_there_is_an_empty_answer_with_every_row_counted(tmp_path):
    table = open_catalog(written(tmp_path / "items.parquet", items()))
    with pytest.warns(NothingFoundWarning):
        found = search(table, HERE, TimeSpan("1999-01-01"))
    assert [offer.scene_id for offer in found.ledger] == ["5 other items"]


def test_an_area_outside_every_item_is_an_error_as_in_json(tmp_path):
    (tmp_path / "items.json").write_text(json.dumps({"type": "FeatureCollection", "features": items()}))
    away = AreaOfInterest.from_bbox(0, 0, 1, 1)
    for path in (written(tmp_path / "items.parquet", items()), tmp_path / "items.json"):
        with pytest.raises(OutsideFootprintError, match="lies outside all 5"):
            search(open_catalog(path), away, MAY)


@pytest.mark.parametrize("damage", ["cut", "no item", "incomplete", "no box", "text"])
def test_what_is_no_stac_geoparquet_is_refused_by_name(tmp_path, damage):
    path = written(tmp_path / "items.parquet", items())
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:-20])
    elif damage == "no item":
        pq.write_table(pa.table({"id": ["a"], "value": [1]}), path)
    elif damage == "incomplete":
        whole = pq.read_table(path)
        pq.write_table(whole.drop_columns(["datetime"]), path)
    elif damage == "no box":
        whole = pq.read_table(path)
        boxes = [None, *whole["bbox"].to_pylist()[1:]]
        pq.write_table(whole.set_column(whole.schema.get_field_index("bbox"), "bbox", pa.array(boxes)), path)
    else:
        path.write_text("id,geometry\n")
    with pytest.raises(CatalogError, match=r"items\.parquet"):
        list(open_catalog(path).scenes())


def test_the_missing_extra_is_named(tmp_path, monkeypatch):
    table = open_catalog(written(tmp_path / "items.parquet", items()))
    monkeypatch.setitem(sys.modules, "stac_geoparquet.arrow", None)
    with pytest.raises(InputError, match=r"pip install 'osint-imagery\[geoparquet\]'"):
        list(table.scenes())
