"""One zip that bag, crate, provenance and map programs accept; a coarse one does not tell where."""

import json
import os
import shutil
import sqlite3
import subprocess
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bagit
import geopandas
import pytest
from prov.model import ProvDocument

from osint_imagery.core.claim import Claim, claim_from_bytes
from osint_imagery.core.errors import EvidenceError, EvidenceExistsError, InputError, LicenseError
from osint_imagery.core.lineage import digest_bytes
from osint_imagery.evidence.archive import archive
from osint_imagery.evidence.coarsen import CoarseGrid
from osint_imagery.evidence.geodata import FIELDS, features_of, geopackage
from osint_imagery.evidence.standing import Standing
from osint_imagery.evidence.verify import verify

Maker = Callable[..., Path]
COARSE = 10_000


def unpacked(path: Path, into: Path) -> Path:
    with zipfile.ZipFile(path) as pack:
        pack.extractall(into)
    return next(into.iterdir())


@pytest.fixture(params=[None, COARSE], ids=["exact", "coarse"])
def bag(request: pytest.FixtureRequest, dossier: Maker, tmp_path: Path) -> Path:
    archive(dossier(), tmp_path / "a.zip", coarsen_m=request.param)
    return unpacked(tmp_path / "a.zip", tmp_path / "out")


def test_bag_is_valid_and_a_changed_byte_is_found(bag: Path) -> None:
    made = bagit.Bag(str(bag))
    assert made.validate()
    assert made.info["Bagging-Date"] == "2026-06-01"
    (bag / "data/references.txt").write_bytes(b"changed")
    with pytest.raises(bagit.BagValidationError):
        bagit.Bag(str(bag)).validate()


def test_same_dossier_gives_the_same_bytes(dossier: Maker, tmp_path: Path) -> None:
    source = dossier()
    for coarsen_m in (None, COARSE):
        first = archive(source, tmp_path / f"a{coarsen_m}.zip", coarsen_m=coarsen_m)
        second = archive(source, tmp_path / f"b{coarsen_m}.zip", coarsen_m=coarsen_m)
        assert first.path.read_bytes() == second.path.read_bytes()
        assert archive(source, first.path, coarsen_m=coarsen_m).digest == first.digest == second.digest


def test_claim_file_inside_still_verifies(dossier: Maker, tmp_path: Path) -> None:
    source = dossier()
    archive(source, tmp_path / "a.zip")
    inside = unpacked(tmp_path / "a.zip", tmp_path / "out") / "data/dossier"
    assert verify(inside).head == verify(source).head


def test_crate_lists_every_file_and_what_made_it(bag: Path) -> None:
    graph = json.loads((bag / "data/ro-crate-metadata.json").read_text())["@graph"]
    nodes = {node["@id"]: node for node in graph}
    assert len(nodes) == len(graph)
    assert nodes["ro-crate-metadata.json"]["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    root = nodes["./"]
    here = {path.relative_to(bag / "data").as_posix() for path in (bag / "data").rglob("*") if path.is_file()}
    listed = {item["@id"] for item in root["hasPart"]}
    assert listed == here - {"ro-crate-metadata.json"}
    for name in listed:
        assert nodes[name]["identifier"] == digest_bytes((bag / "data" / name).read_bytes())
    assert root["datePublished"].startswith("2026-06-01")
    action = nodes[root["mentions"]["@id"]]
    linked = [action["instrument"], *action["object"], *action["result"], root["license"]]
    assert action["object"]
    assert action["result"]
    assert all(item["@id"] in nodes for item in linked)


def test_crate_with_its_stac_items_passes_the_validator_where_there_is_one(bag: Path) -> None:
    """The validator wants an older rich than import-linter, so it lives in another environment."""
    python = os.environ.get("OSINT_IMAGERY_CRATE_VALIDATOR")
    if python is None:
        pytest.skip("OSINT_IMAGERY_CRATE_VALIDATOR names no Python that has roc-validator and rocrate")
    program = Path(__file__).parents[1] / "support" / "validate_crate.py"
    assert list((bag / "data/stac").glob("**/*.json"))
    assert _validated(python, program, bag).returncode == 0
    crate = bag / "data/ro-crate-metadata.json"
    body = json.loads(crate.read_text())
    next(node for node in body["@graph"] if node["@id"] == "./").pop("datePublished")
    crate.write_text(json.dumps(body))
    spoiled = _validated(python, program, bag)
    assert (spoiled.returncode, "datePublished" in spoiled.stdout) == (1, True)  # it does look


def _validated(python: str, program: Path, bag: Path) -> subprocess.CompletedProcess[str]:
    command = [python, str(program), str(bag / "data")]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_provenance_is_prov(bag: Path) -> None:
    document = ProvDocument.deserialize(str(bag / "data/provenance.json"))
    kinds = {type(item).__name__ for item in document.get_records()}
    assert {"ProvEntity", "ProvActivity", "ProvAgent", "ProvDerivation", "ProvGeneration"} <= kinds
    assert document == ProvDocument.deserialize(content=document.serialize())


def test_detections_open_in_map_programs_with_all_attributes(bag: Path) -> None:
    table = geopandas.read_file(bag / "data/detections.gpkg", layer="detections")
    plain = geopandas.read_file(bag / "data/detections.geojson")
    assert len(table) == len(plain) == 1
    assert set(FIELDS) <= set(table.columns)
    assert set(FIELDS) <= set(plain.columns)
    assert table.crs.to_epsg() == 4326
    assert table.geometry.is_valid.all()
    assert table.geometry.iloc[0].symmetric_difference(plain.geometry.iloc[0]).area < 1e-12
    row = table.iloc[0]
    assert row["area_low_m2"] <= row["area_m2"] <= row["area_high_m2"]
    assert row["last_without"] < row["first_with"]
    assert row["credit"].startswith("Contains modified Copernicus Sentinel data 2026")


def test_style_stands_in_the_geopackage_and_beside_the_geojson(bag: Path) -> None:
    with sqlite3.connect(bag / "data/detections.gpkg") as base:
        rows = base.execute(
            "select f_table_name, f_geometry_column, styleQML, useAsDefault from layer_styles"
        ).fetchall()
        column = base.execute("select column_name from gpkg_geometry_columns").fetchone()[0]
    ((layer, geometry, style, default),) = rows
    assert (layer, geometry, default) == ("detections", column, 1)
    assert style == (bag / "data/detections.qml").read_text()
    root = ET.fromstring(style)  # noqa: S314 - our own text
    assert root.tag == "qgis"
    assert root.find("renderer-v2").get("attr") in FIELDS  # type: ignore[union-attr]


def test_ogrinfo_reads_both_where_it_is_installed(bag: Path) -> None:
    program = shutil.which("ogrinfo")
    if program is None:
        pytest.skip("ogrinfo is not installed")
    for name in ("detections.gpkg", "detections.geojson"):
        run = subprocess.run(
            [program, "-so", "-al", str(bag / "data" / name)], capture_output=True, text=True, check=True
        )
        assert "Feature Count: 1" in run.stdout


def test_geopackage_without_detections_has_its_fields(tmp_path: Path) -> None:
    (tmp_path / "a.gpkg").write_bytes(geopackage((), ("nothing",), at="2026-06-01T12:00:00Z"))
    table = geopandas.read_file(tmp_path / "a.gpkg", layer="detections")
    assert len(table) == 0
    assert set(FIELDS) <= set(table.columns)


def test_coarse_archive_holds_the_cell_and_nothing_that_tells_where(dossier: Maker, tmp_path: Path) -> None:
    source = dossier()
    made = archive(source, tmp_path / "a.zip", coarsen_m=COARSE)
    data = unpacked(made.path, tmp_path / "out") / "data"
    assert not (data / "dossier").exists()
    assert (source / "figures" / "shed-before-after.png").is_file()
    assert not [path for path in data.rglob("*") if path.suffix in {".png", ".svg", ".pdf", ".html"}]
    assert "every figure in it show the place: left out" in made.remarks[1]
    everything = b"".join(path.read_bytes() for path in data.rglob("*") if path.is_file())
    for telling in (b"36.003", b"45.002", b"36.001", b"transform", b"bbox: ["):
        assert telling not in everything, telling
    cell = geopandas.read_file(data / "detections.gpkg", layer="detections").geometry.iloc[0]
    found = Standing.of(source).records[0].record.detections[0]
    assert cell.contains(geopandas.points_from_xy([float(found.longitude)], [float(found.latitude)])[0])
    area = geopandas.GeoSeries([cell], crs=4326).to_crs(6933).area.iloc[0]
    assert area == pytest.approx(COARSE**2, rel=1e-3)
    told = " ".join(made.remarks)
    assert "cells of 10000 m in EPSG:6933" in told
    assert "ids of scenes and products" in told
    assert told in json.loads((data / "ro-crate-metadata.json").read_text())["@graph"][1]["description"]
    withheld = {item["path"]: item["digest"] for item in json.loads((data / "withheld.json").read_text())}
    assert withheld["dossier/claim.yaml"] == digest_bytes((source / "claim.yaml").read_bytes())
    assert len(withheld) == len([path for path in source.rglob("*") if path.is_file()])


@pytest.mark.parametrize(
    "told",
    [
        "36.0030 E",
        "45.00105 N",
        "45,0011 N",
        "45\u00b000'03.8\"N",
        "36 \u00b0 0 E",
        "45.00 N 36.00 E",
        "37TCL6360185000",
    ],
)
def test_coarse_archive_that_would_tell_is_not_written(dossier: Maker, claim: Claim, tmp_path: Path, told: str) -> None:
    source = claim.source.decode().replace("built on the quay", f"built at {told}".replace('"', '\\"'))
    telling = claim_from_bytes(source.encode(), name="c")
    with pytest.raises(EvidenceError, match=r"coordinate of the place"):
        archive(dossier(of=telling), tmp_path / "a.zip", coarsen_m=COARSE)
    assert not (tmp_path / "a.zip").exists()


def test_sensitive_place_is_coarsened_or_shown_on_purpose(dossier: Maker, claim: Claim, tmp_path: Path) -> None:
    hidden = claim_from_bytes(claim.source.replace(b"the quay, bbox", b"the quay, sensitive: true, bbox"), name="c")
    source = dossier(of=hidden)
    with pytest.raises(InputError, match=r"marked sensitive; give coarsen_m=10_000, or exact=True"):
        archive(source, tmp_path / "a.zip")
    with pytest.raises(InputError, match="contradict"):
        archive(source, tmp_path / "a.zip", exact=True, coarsen_m=COARSE)
    assert "shown exactly, as was asked for" in " ".join(archive(source, tmp_path / "a.zip", exact=True).remarks)
    archive(source, tmp_path / "b.zip", coarsen_m=COARSE)


def test_restricted_imagery_needs_acknowledging_and_the_archive_says_so(dossier: Maker, tmp_path: Path) -> None:
    source = dossier(license_="CC-BY-NC-4.0")
    with pytest.raises(LicenseError, match=r"acknowledge=\('CC-BY-NC-4.0',\)"):
        archive(source, tmp_path / "a.zip")
    archive(source, tmp_path / "a.zip", acknowledge=("CC-BY-NC-4.0",))
    bag = bagit.Bag(str(unpacked(tmp_path / "a.zip", tmp_path / "out")))
    assert "Terms acknowledged for the imagery: CC-BY-NC-4.0." in bag.info["External-Description"]


def test_nothing_is_overwritten_and_nothing_written_into_the_claim_file(dossier: Maker, tmp_path: Path) -> None:
    source = dossier()
    (tmp_path / "a.zip").write_bytes(b"mine")
    with pytest.raises(EvidenceExistsError, match="holds something else"):
        archive(source, tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_bytes() == b"mine"
    with pytest.raises(InputError, match="lies inside the claim file"):
        archive(source, source / "a.zip")
    with pytest.raises(InputError, match=r"does not end in \.zip"):
        archive(source, tmp_path / "a.tar")


@pytest.mark.parametrize("size", [0, -1, 99, 2e6, float("nan"), float("inf")])
def test_cell_that_hides_nothing_is_refused(size: float) -> None:
    with pytest.raises(InputError, match="give a cell's side in meters"):
        CoarseGrid(size)


def test_predictions_beside_each_other_share_one_cell(claim: Claim) -> None:
    grid = CoarseGrid(200)
    near = b"    change: appears\n    place: {name: beside, bbox: [36.0035, 45.000, 36.0045, 45.001]}"
    far = (
        near.replace(b"36.0035", b"37.0035").replace(b"36.0045", b"37.0045")
        + b"\n    outside_claim: the port of origin"
    )
    cells: list[Any] = []
    for place in (b"    change: appears", near, far):
        one = claim_from_bytes(claim.source.replace(b"    change: appears", place), name="c")
        cells.append(grid.cell_for(one, one.predictions[0]))
    assert cells[0] == cells[1]
    assert cells[2].bounds[0] > 36.9


def test_features_are_those_of_the_records(dossier: Maker) -> None:
    standing = Standing.of(dossier())
    (feature,) = features_of(standing, None)
    found = standing.records[0].record.detections[0]
    assert feature.geometry.wkt == found.outline_wkt
    assert tuple(feature.attributes) == FIELDS
    assert feature.attributes["area_m2"] == float(found.area.value or "nan")
