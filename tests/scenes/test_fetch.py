"""Working copies: whole or not at all, never replaced, and the same scene as on the server."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from filelock import FileLock
from support.fault_server import Seen
from support.scene_server import AOI, NOW, WHEN, found_in, scene_server, tree

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.errors import (
    BandError,
    BudgetError,
    ChecksumError,
    EvidenceExistsError,
    IncompleteBodyError,
    InputError,
    LockedError,
    RemoteError,
)
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.scenes.catalog import open_catalog, search
from osint_imagery.scenes.fetch import fetch, plan_fetch
from osint_imagery.scenes.packaged import bundled
from osint_imagery.scenes.reading import native_grid, read


def found_in_port():
    """All 28 scenes of the bundled port; each has its files at the same relative addresses."""
    port = AreaOfInterest.from_point(-28.005, 45.007, radius_m=200)
    return search(open_catalog(bundled("port/catalog.json")), port, TimeSpan("2024-02-01", "2024-07-01"))


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


def test_no_signature_is_written_or_said_and_what_selects_a_file_is_sent(server, tmp_path):
    one = server.items[0]
    for key, asset in one["assets"].items():  # relative addresses; the query also says which file
        asset["href"] = f"get?file={key}&X-Amz-Expires=60&X-Amz-Signature=SECRET"
        if key in {"B04", "B08", "SCL"}:
            server.http.files[f"/{key}"] = server.http.files[f"/files/new/{key}.tif"]
    one["assets"]["B08"]["alternate"] = {"s3": {"href": "https://user:SECRET@example.org/B08.tif?token=SECRET"}}
    one["properties"]["about"] = "see https://example.org/a?page=2&access_token=SECRET for more"

    def selected(seen: Seen) -> bytes:
        return server.http.files["/" + parse_qs(urlsplit(seen.path).query)["file"][0]]

    server.http.answers["/v1/collections/things/items/get"] = selected
    found = found_in(server)
    scene = found[0]
    assert b"SECRET" not in scene.metadata
    assert "held signatures" in scene.notes[-1]
    body = json.loads(scene.metadata)
    assert body["assets"]["B04"]["href"] == "get?file=B04"
    assert body["properties"]["about"] == "see https://example.org/a?page=2 for more"
    assert {asset.href for asset in scene.assets} == {"get"}
    said = []
    fetch(found, tmp_path / "copies", progress=said.append)  # whole files only: three files under one path
    digests = {hashlib.sha256(server.http.files[f"/{key}"]).hexdigest() for key in ("B04", "B08", "SCL")}
    assert digests < {path.stem for path in (tmp_path / "copies" / "files").iterdir()}
    written = tree(tmp_path / "copies")
    assert not [name for name, data in written.items() if b"SECRET" in data or "SECRET" in name]
    assert "SECRET" not in "".join(said)
    assert (tmp_path / "copies" / "new" / "source.json").read_bytes() == scene.metadata


@pytest.mark.parametrize("href", ["get?file=B04&sig=SECRET", "/files/new/B04.tif?sig=SECRET"])
def test_no_signature_is_in_the_message_of_another_size_or_digest(server, tmp_path, href):
    asset = server.items[0]["assets"]["B04"]
    asset["href"] = href
    server.http.answers["/v1/collections/things/items/get"] = lambda _: server.http.files["/files/new/B04.tif"]
    for field, value in (("file:size", 1), ("file:checksum", "1220" + "0" * 64)):
        before, asset[field] = asset[field], value
        with pytest.raises(ChecksumError) as caught:
            fetch(found_in(server), tmp_path / "other")
        assert "promised" in str(caught.value)
        assert "SECRET" not in str(caught.value)
        asset[field] = before


def test_a_new_signature_is_no_change_of_the_catalogue(server, tmp_path):
    fetch(found_in(server), tmp_path)
    for one in server.items:
        for asset in one["assets"].values():
            asset["href"] = asset["href"].replace("SECRET", "ANOTHER")
    server.http.seen.clear()
    fetch(found_in(server), tmp_path)
    assert sum(seen.sent for seen in server.http.seen if seen.path.startswith("/files/new/B04.tif")) == 0


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


def test_what_came_whole_is_not_brought_again_after_an_interruption(server, tmp_path, monkeypatch):
    for path in server.http.files:  # larger than what is asked for to learn a file's size
        server.http.files[path] += bytes(200_000)
    for one in server.items:
        one["assets"]["B04"].pop("file:checksum"), one["assets"]["B04"].pop("file:size")
    broken = "/files/next/SCL.tif"
    server.http.faults[broken], server.http.always[broken] = [""], "500"
    with pytest.raises(RemoteError):
        fetch(found_in(server), tmp_path)
    server.http.always.clear()
    server.http.seen.clear()
    said = []
    fetch(found_in(server), tmp_path, progress=said.append, most_bytes=len(server.http.files[broken]))
    assert "; 5 are here already, 0.2 MB to come" in said[0]
    sent = {path: sum(s.sent for s in server.http.seen if s.path.startswith(path)) for path in server.http.files}
    assert all(sent[path] <= 16 << 10 for path in sent if path != broken and "old" not in path and "late" not in path)
    assert sent[broken] >= len(server.http.files[broken])


@pytest.mark.parametrize("told", ["etag", "date", "size"])
def test_another_file_on_the_server_is_not_taken_for_the_one_that_came(server, tmp_path, *, told):
    path = "/files/new/B08.tif"
    if told == "date":
        server.http.etags.pop(path)
        server.http.headers[path] = {"Last-Modified": "Tue, 05 May 2020 08:00:00 GMT"}
    fetch(found_in(server), tmp_path)
    other = server.http.files[path] + (b"more" if told == "size" else b"")
    server.http.files[path] = other[:-1] + bytes([other[-1] ^ 1])
    if told == "etag":
        server.http.etags[path] = '"two"'
    if told == "date":
        server.http.headers[path] = {"Last-Modified": "Wed, 06 May 2020 08:00:00 GMT"}
    with pytest.raises(EvidenceExistsError, match="other ones"):
        fetch(found_in(server), tmp_path)
    assert (tmp_path / "files" / f"{hashlib.sha256(server.http.files[path]).hexdigest()}.tif").is_file()


def test_a_file_that_came_is_compared_with_another_promise_made_later(server, tmp_path):
    fetch(found_in(server), tmp_path)
    server.items[0]["assets"]["B08"]["file:checksum"] = "1620" + hashlib.sha3_256(b"x").hexdigest()
    with pytest.raises(ChecksumError, match="another file"):
        fetch(found_in(server), tmp_path)


def test_files_of_many_scenes_with_one_relative_address_count_each(tmp_path):
    found = found_in_port()
    plan = plan_fetch(found)
    assert len({asset.href for _, asset in plan.assets}) < len(plan.assets)  # "./pixels.tif" in every folder
    whole = sum(place.size() for place in {asset.location for _, asset in plan.assets})
    assert plan.total_bytes == whole
    with pytest.raises(BudgetError, match=f"most_bytes={whole - 1}"):
        fetch(found, tmp_path, most_bytes=whole - 1)
    assert not [*(tmp_path / "files").iterdir()]
    fetch(found, tmp_path, most_bytes=whole)


def test_more_than_promised_is_refused_before_it_comes(server, tmp_path):
    path = "/files/new/B08.tif"
    server.http.files[path] += bytes(3_000_000)
    server.items[0]["assets"]["B08"]["file:size"] = 1000
    before = server.http.sent
    with pytest.raises(ChecksumError, match="promised were 1000"):
        fetch(found_in(server), tmp_path, bands=("nir",), most_bytes=1_000_000)
    assert server.http.sent - before < 200_000
    server.http.always[path] = "no range"
    with pytest.raises(ChecksumError, match="goes on after 1000 bytes, which were promised"):
        fetch(found_in(server), tmp_path, bands=("nir",), most_bytes=1_000_000)
    assert not [name for name in tree(tmp_path) if "partial" in name]


def test_a_file_of_unknown_size_ends_at_the_limit(server, tmp_path):
    path = "/files/new/B08.tif"
    server.http.files[path] += bytes(5_000_000)
    server.http.always[path] = "no range"
    said = []
    with pytest.raises(BudgetError, match=r"most_bytes=1000000 would be exceeded: more comes of href=.*/new/B08\.tif'"):
        fetch(found_in(server), tmp_path, bands=("nir",), most_bytes=1_000_000, progress=said.append)
    assert "1 of unknown size" in said[0]
    came = [float(line.split()[0]) for line in said[1:]]
    assert max(came) <= 1.0
    assert not [name for name in tree(tmp_path) if "partial" in name]  # it could not be continued


def test_a_file_whose_size_is_told_late_does_not_begin_beyond_the_limit(server, tmp_path):
    path = "/files/new/B08.tif"
    server.http.files[path] += bytes(5_000_000)
    server.http.faults[path] = ["no range"]  # when asked for its size; later its parts are sent
    with pytest.raises(BudgetError, match=r"bytes would come of href="):
        fetch(found_in(server), tmp_path, bands=("nir",), most_bytes=1_000_000)
    asked = [one for one in server.http.seen if one.path.startswith(path)]
    assert len(asked) > 1
    assert sum(one.sent for one in asked[1:]) < 100_000


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
