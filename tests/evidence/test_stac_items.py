"""The STAC items of an archive are valid, offline, by a program and schemas not ours, and lead to their files."""

import copy
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pystac
import pytest
from pystac.errors import STACValidationError
from pystac.extensions.file import FileExtension
from pystac.stac_io import DefaultStacIO, StacIO
from pystac.validation import JsonSchemaSTACValidator, set_validator, validate_dict
from shapely.geometry import shape

from osint_imagery.core.lineage import digest_bytes, digest_from_multihash
from osint_imagery.evidence.archive import archive
from osint_imagery.evidence.coarsen import CoarseGrid
from osint_imagery.evidence.stac_items import stac_files
from osint_imagery.evidence.standing import Standing

Maker = Callable[..., Path]
HOME = Path(__file__).resolve().parents[1] / "data" / "stac"
HOST = "https://stac-extensions.github.io"
SCHEMAS = {
    f"{HOST}/label/v1.0.1/schema.json": "label-1.0.1.json",
    f"{HOST}/file/v2.1.0/schema.json": "file-2.1.0.json",
    f"{HOST}/scientific/v1.0.0/schema.json": "scientific-1.0.0.json",
    f"{HOST}/processing/v1.1.0/schema.json": "processing-1.1.0.json",
}


class Offline(DefaultStacIO):
    """Reads schemas of extensions from disk and nothing from a network."""

    def read_text_from_href(self, href: str) -> str:
        if href.startswith("http"):
            return (HOME / SCHEMAS[href]).read_text()
        return super().read_text_from_href(href)


@pytest.fixture(autouse=True)
def offline() -> Any:
    StacIO.set_default(Offline)
    set_validator(JsonSchemaSTACValidator())
    yield
    StacIO.set_default(DefaultStacIO)


@pytest.fixture(params=[None, 10_000], ids=["exact", "coarse"])
def unpacked(request: pytest.FixtureRequest, dossier: Maker, tmp_path: Path) -> Path:
    archive(dossier(), tmp_path / "a.zip", coarsen_m=request.param)
    with zipfile.ZipFile(tmp_path / "a.zip") as pack:
        pack.extractall(tmp_path / "out")
    return next((tmp_path / "out").iterdir()) / "data"


def body_of(home: Path) -> dict[str, Any]:
    (path,) = [path for path in (home / "stac").iterdir() if path.name != "catalog.json"]
    return dict(json.loads(path.read_text()))


def test_catalogue_and_items_validate_against_stac_and_each_extension(unpacked: Path) -> None:
    catalog = pystac.Catalog.from_file(str(unpacked / "stac" / "catalog.json"))
    assert catalog.validate()
    (item,) = list(catalog.get_items())
    checked = item.validate()
    assert {uri for uri in checked if uri.startswith(HOST)} == set(SCHEMAS)
    assert (item.id, item.properties["osint:answer"]) == ("port-shed-shed", "seen")


@pytest.mark.parametrize(
    "broken",
    [
        lambda body: body["properties"].pop("label:description"),
        lambda body: body["properties"].update({"label:type": "points"}),
        lambda body: body["properties"].update({"sci:publications": [{"doi": "https://doi.org/10.1/x"}]}),
        lambda body: body["properties"].update({"processing:software": ["osint"]}),
        lambda body: body["assets"]["detections"].update({"file:checksum": "sha256:ab"}),
        lambda body: body["properties"].pop("end_datetime"),
        lambda body: body["properties"].update({"processing:what": 1}),
        lambda body: body.pop("geometry"),
    ],
)
def test_the_schemas_do_find_what_is_wrong(unpacked: Path, broken: Callable[[dict[str, Any]], Any]) -> None:
    body = body_of(unpacked)
    validate_dict(copy.deepcopy(body))
    broken(body)
    with pytest.raises(STACValidationError):
        validate_dict(body)


def test_every_file_that_an_item_names_is_there_with_its_size_and_digest(unpacked: Path) -> None:
    (item,) = list(pystac.Catalog.from_file(str(unpacked / "stac" / "catalog.json")).get_items())
    for asset in item.assets.values():
        data = (unpacked / "stac" / asset.href).resolve().read_bytes()
        about = FileExtension.ext(asset)
        assert about.size == len(data)
        assert about.checksum is not None
        assert digest_from_multihash(about.checksum) == digest_bytes(data)
    exact = (unpacked / "dossier").exists()
    assert ("record" in item.assets, "shed-before-after.png" in item.assets) == (exact, exact)
    assert "detections" in item.assets


def test_the_label_counts_what_the_record_holds(unpacked: Path) -> None:
    (item,) = list(pystac.Catalog.from_file(str(unpacked / "stac" / "catalog.json")).get_items())
    (overview,) = item.properties["label:overviews"]
    assert overview["counts"] == [{"name": "true", "count": 1}, {"name": "false", "count": 0}]
    assert item.properties["start_datetime"] == "2026-04-28T08:00:00Z"
    assert item.properties["end_datetime"].startswith("2026-05-13T23:59:59")


def test_the_place_is_the_area_or_the_cell_that_all_share(dossier: Maker) -> None:
    standing = Standing.of(dossier())
    exact = json.loads(stac_files(standing, {}, None)["stac/port-shed-shed.json"])
    assert shape(exact["geometry"]).equals(standing.claim.aoi(standing.claim.predictions[0]).geometry)
    grid = CoarseGrid(10_000)
    coarse = json.loads(stac_files(standing, {}, grid)["stac/port-shed-shed.json"])
    assert shape(coarse["geometry"]).equals(grid.cell_for(standing.claim, standing.claim.predictions[0]))
    assert coarse["bbox"] == list(shape(coarse["geometry"]).bounds)
    assert coarse["properties"]["osint:coarsened_to_m"] == 10_000


def test_a_link_leads_to_the_metadata_of_the_scene_where_the_archive_holds_it(dossier: Maker) -> None:
    standing = Standing.of(dossier())
    files = {"dossier/scenes/S1.json": b"{}"}
    body = json.loads(stac_files(standing, files, None)["stac/port-shed-shed.json"])
    told = [(link["rel"], link["href"]) for link in body["links"] if link["rel"] not in {"root", "parent"}]
    assert told == [("derived_from", "../dossier/scenes/S1.json"), ("source", "../dossier/scenes/S1.json")]
