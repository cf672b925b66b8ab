"""Working copies: whole or not at all, never replaced, and the same scene as on the server."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from filelock import FileLock
from support.scene_server import AOI, NOW, WHEN, found_in, scene_server, tree

from osint_imagery.core.errors import (
    BandError,
    BudgetError,
    EvidenceExistsError,
    IncompleteBodyError,
    InputError,
    LockedError,
    RemoteError,
)
from osint_imagery.scenes.catalog import open_catalog, search
from osint_imagery.scenes.fetch import fetch, plan_fetch
from osint_imagery.scenes.reading import native_grid, read


@pytest.fixture
def server(write_tif, tmp_path):
    with scene_server(write_tif, tmp_path / "made") as started:
        yield started


def test_a_fetched_scene_is_the_scene_of_the_server_without_a_network(server, tmp_path):
    found = found_in(server)
    catalog = fetch(found, tmp_path / "copies")
    requests = len(server.http.seen)
    again = search(catalog, AOI, WHEN)
    assert [scene.id for scene in again] == [scene.id for scene in found] == ["new", "next"]
    for here, there in zip(again, found, strict=True):
        for field in (
            "acquired",
            "platform",
            "processing_version",
            "product_id",
            "credit",
            "license",
            "bands",
            "tile",
            "gsd_m",
        ):
            assert getattr(here, field) == getattr(there, field)
        grid = native_grid(here, "red")
        image = read(here, grid, ("red", "nir"))
        assert image.unit == "reflectance"
        assert len(image.lineage.steps[0].inputs) == 3
        assert np.array_equal(image.values, read(there, grid, ("red", "nir")).values, equal_nan=True)
        assert np.array_equal(image.flags, read(there, grid, ("red", "nir")).flags)
    server.http.seen.clear()
    image = read(again[0], native_grid(again[0], "red"), ("red",))
    assert server.http.seen == []
    assert requests > 0


def test_all_that_was_offered_is_written_down(server, tmp_path):
    found = found_in(server)
    catalog = fetch(found, tmp_path / "copies")
    ledger = {offer.scene_id: offer for offer in search(catalog, AOI, WHEN).ledger}
    assert ledger["late"].reason.startswith("outside the dates")
    assert ledger["old"].reason.startswith("the same acquisition as new, which is used; no readable raster asset")
    (record,) = (tmp_path / "copies").glob("search-*.json")
    body = json.loads(record.read_text())
    assert [line["scene_id"] for line in body["ledger"]] == [offer.scene_id for offer in found.ledger]
    assert body["question"] == found.question.record()
    for scene in (*found.scenes, *found.rejected):
        assert (tmp_path / "copies" / scene.id / "source.json").read_bytes() == scene.metadata
    everything = b"".join(data for name, data in tree(tmp_path / "copies").items() if name.endswith("item.json"))
    assert b"SECRET" not in everything


def test_files_lie_under_their_digest_and_say_what_it_rests_on(server, tmp_path):
    fetch(found_in(server), tmp_path)
    for path in (tmp_path / "files").iterdir():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == path.stem
        assert path.suffix == ".tif"
    assets = json.loads((tmp_path / "new" / "item.json").read_text())["assets"]
    assert assets["B04"]["osint:digest_is"] == "compared with the promised one"
    assert assets["B08"]["osint:digest_is"] == "computed here"
    assert assets["B08"]["osint:source_href"] == server.http.url + "/files/new/B08.tif"
    assert assets["info"]["href"] == server.http.url + "/files/info.json"
    assert not [name for name in tree(tmp_path) if "partial" in name]


def test_only_the_named_bands_and_the_quality_layer(server, tmp_path):
    found = found_in(server)
    plan = plan_fetch(found, ("red",))
    assert [asset.key for _, asset in plan.assets] == ["B04", "SCL", "B04", "SCL"]
    assert plan.total_bytes == sum(
        len(server.http.files[f"/files/{n}/{k}.tif"]) for n in ("new", "next") for k in ("B04", "SCL")
    )
    (scene, _) = search(fetch(found, tmp_path, bands=("red",)), AOI, WHEN)
    assert scene.bands == ("red",)
    with pytest.raises(BandError):
        fetch(found, tmp_path / "other", bands=("thermal",))


def test_how_much_will_come_is_said_before_and_how_much_came_while(server, tmp_path):
    said = []
    fetch(found_in(server), tmp_path, progress=said.append)
    total = plan_fetch(found_in(server)).total_bytes / 1e6
    assert said[0] == f"6 files of 2 scenes, {total:.1f} MB"
    assert said[-1] == f"{total:.1f} of {total:.1f} MB"
    with pytest.raises(BudgetError, match="most_bytes=10"):
        fetch(found_in(server), tmp_path / "other", most_bytes=10)
    assert not [*(tmp_path / "other" / "files").iterdir()]


def test_a_second_fetch_brings_and_changes_nothing(server, tmp_path):
    fetch(found_in(server), tmp_path)
    before = tree(tmp_path)
    server.http.seen.clear()
    said = []
    fetch(found_in(server), tmp_path, progress=said.append)
    assert tree(tmp_path) == before
    assert said[0].endswith("; 6 are here already, 0.0 MB to come")
    assert not [one for one in server.http.seen if "B04" in one.path]  # a promised digest needs no question
    for key in ("B08", "SCL"):  # for the others the server is asked once whether it still has that file
        for name in ("new", "next"):
            path = f"/files/{name}/{key}.tif"
            assert len([one for one in server.http.seen if one.path.startswith(path)]) == 1


def test_metadata_that_changed_upstream_is_said_and_nothing_replaced(server, tmp_path):
    fetch(found_in(server), tmp_path)
    before = tree(tmp_path)
    server.items[0]["properties"]["eo:cloud_cover"] = 3
    with pytest.raises(EvidenceExistsError, match="the catalogue changed"):
        fetch(found_in(server), tmp_path)
    after = tree(tmp_path)
    assert {name: after[name] for name in before} == before


def test_other_bands_go_into_another_folder(server, tmp_path):
    fetch(found_in(server), tmp_path, bands=("red",))
    with pytest.raises(EvidenceExistsError, match="without the copies of B08"):
        fetch(found_in(server), tmp_path)


def test_a_server_that_sends_whole_files_only_can_be_fetched_from(server, tmp_path):
    for path in server.http.files:
        server.http.always[path] = "no range"
    found = found_in(server)
    plan = plan_fetch(found)
    assert len(plan.unknown) == 4
    assert "4 of unknown size" in plan.label
    catalog = fetch(found, tmp_path)
    assert len(search(catalog, AOI, WHEN)) == 2
    server.http.always["/files/new/B08.tif"] = "truncated"
    with pytest.raises((IncompleteBodyError, RemoteError)):
        fetch(found_in(server), tmp_path / "other")


def test_many_files_at_once(server, tmp_path):
    with ThreadPoolExecutor(4) as threads:
        fetch(found_in(server), tmp_path / "many", executor=threads)
    fetch(found_in(server), tmp_path / "one")
    assert tree(tmp_path / "many") == tree(tmp_path / "one")


def test_two_programs_do_not_fetch_into_one_folder(server, tmp_path):
    with FileLock(tmp_path / ".fetch.lock"), pytest.raises(LockedError):
        fetch(found_in(server), tmp_path)


def test_a_scene_without_an_item_is_refused(server, tmp_path):
    with pytest.raises(InputError, match="not described by a STAC item"):
        fetch(replace(found_in(server)[0], metadata=b"<xml/>"), tmp_path)


def test_a_folder_grows(server, tmp_path):
    found = found_in(server)
    fetch(found[0], tmp_path, clock=lambda: NOW)
    fetch(found[1], tmp_path, clock=lambda: NOW)
    assert [scene.id for scene in open_catalog(tmp_path).scenes()] == ["new", "next"]


def test_ids_that_are_paths_stay_inside(server, tmp_path):
    server.items[0]["id"] = "../../evil/new"
    fetch(found_in(server), tmp_path / "in")
    assert {p.name for p in tmp_path.iterdir()} == {"made", "in"}
    assert "../../evil/new" in [scene.id for scene in open_catalog(tmp_path / "in").scenes()]
