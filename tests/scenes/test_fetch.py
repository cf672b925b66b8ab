"""Working copies: whole or not at all, never replaced, and the same scene as on the server."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from filelock import FileLock
from support.stac_server import item, stac_server

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.errors import (
    AccessError,
    BandError,
    BudgetError,
    ChecksumError,
    EvidenceExistsError,
    IncompleteBodyError,
    InputError,
    LockedError,
    MissingAssetError,
    RemoteError,
)
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.scenes import remote_file
from osint_imagery.scenes.address import Access
from osint_imagery.scenes.catalog import open_catalog, search
from osint_imagery.scenes.fetch import fetch, plan_fetch
from osint_imagery.scenes.reading import native_grid, read

AOI = AreaOfInterest.from_bbox(35.15, 33.85, 35.25, 33.95)
WHEN = TimeSpan("2020-05-01", "2020-05-31")
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
MSI = {"constellation": "sentinel-2", "processing:level": "L2A", "platform": "sentinel-2a", "grid:code": "MGRS-36SYC"}
KEYS = ("B04", "B08", "SCL")


def asset(name, key, data, **fields):
    numbers = {"raster:bands": [{"scale": 1e-4, "offset": -0.1, "nodata": 0}]} if key != "SCL" else {}
    sha = "1220" + hashlib.sha256(data).hexdigest()
    return {
        "href": f"/files/{name}/{key}.tif?sig=SECRET",
        "type": "image/tiff; application=geotiff",
        "eo:bands": [{"name": key}],
        **numbers,
        **({"file:checksum": sha, "file:size": len(data)} if key == "B04" else {}),
        **fields,
    }


@pytest.fixture
def server(write_tif, tmp_path):
    with stac_server() as started:
        generator = np.random.default_rng(5)
        for name, day, version in (
            ("new", 5, "05.11"),
            ("old", 5, "05.09"),
            ("next", 9, "05.11"),
            ("late", 40, "05.11"),
        ):
            date = f"2020-05-{day:02d}" if day < 32 else "2020-06-09"
            one = item(name, date, **MSI, **{"s2:processing_baseline": version})
            one["assets"] = {}
            for key in KEYS:
                path = write_tif(
                    tmp_path / "made" / name / f"{key}.tif", generator.integers(1, 9000, (64, 64), np.uint16)
                )
                data = path.read_bytes()
                started.http.files[f"/files/{name}/{key}.tif"] = data
                started.http.etags[f"/files/{name}/{key}.tif"] = f'"{name}{key}"'
                one["assets"][key] = asset(name, key, data)
            one["assets"]["info"] = {"href": "/files/info.json", "type": "application/json"}
            started.items.append(one)
        started.wrong = "ignores datetime"
        yield started


def found_in(server, **access):
    options = {"local_hosts": ("127.0.0.1",), "timeout_s": 0.3, "tries": 1, **access}
    return search(open_catalog(server.url, access=Access(**options), clock=lambda: NOW), AOI, WHEN)


def tree(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


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
    assert "2 are here already" in said[0]  # those whose digest is promised
    assert not [one for one in server.http.seen if "B04" in one.path]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("500", RemoteError),
        ("403", AccessError),
        ("404", MissingAssetError),
        ("truncated", RemoteError),
        ("reset", RemoteError),
        ("stall", RemoteError),
    ],
)
def test_a_fetch_that_fails_leaves_no_copy_and_goes_on_later(server, tmp_path, monkeypatch, *, fault, error):
    monkeypatch.setattr(remote_file, "_PIECE", 1000)
    found = found_in(server)
    plan_fetch(found)  # sizes are known
    path = "/files/new/B08.tif"
    server.http.faults[path] = ["", "", fault]
    with pytest.raises(error):
        fetch(found, tmp_path)
    assert not (tmp_path / "new" / "item.json").exists()
    assert not (tmp_path / "catalog.json").exists()
    partial = [p for p in (tmp_path / "files").iterdir() if p.name.endswith(".partial")]
    assert [p.stat().st_size for p in partial] == [2000]
    server.http.seen.clear()
    fetch(found, tmp_path)
    asked = [one.headers.get("range") for one in server.http.seen if one.path.startswith(path)]
    assert asked[0] == "bytes=2000-2999"  # goes on where it stopped
    assert len(search(open_catalog(tmp_path), AOI, WHEN)) == 2


def test_wrong_bytes_for_the_promised_digest_are_thrown_away(server, tmp_path):
    data = server.http.files["/files/new/B04.tif"]
    server.http.files["/files/new/B04.tif"] = data[:-1] + bytes([data[-1] ^ 1])
    with pytest.raises(ChecksumError, match="promised was sha256"):
        fetch(found_in(server), tmp_path)
    assert not [
        p
        for p in (tmp_path / "files").iterdir()
        if p.suffix == ".tif" and p.stem.startswith(hashlib.sha256(data).hexdigest())
    ]
    assert not [name for name in tree(tmp_path) if "partial" in name]
    assert not (tmp_path / "catalog.json").exists()


def test_wrong_bytes_for_a_checksum_of_another_kind(server, tmp_path):
    assets = server.items[0]["assets"]
    data = server.http.files["/files/new/B08.tif"]
    assets["B08"]["file:checksum"] = "1620" + hashlib.sha3_256(data).hexdigest()
    fetch(found_in(server), tmp_path / "good")
    written = json.loads((tmp_path / "good" / "new" / "item.json").read_text())["assets"]["B08"]
    assert written["osint:digest_is"].startswith("computed here; the file has the promised checksum 1620")
    assets["B08"]["file:checksum"] = "1620" + hashlib.sha3_256(b"x").hexdigest()
    with pytest.raises(ChecksumError, match="another file"):
        fetch(found_in(server), tmp_path / "bad")


def test_another_size_than_promised(server, tmp_path):
    server.items[0]["assets"]["B08"]["file:size"] = 7
    with pytest.raises(ChecksumError, match="promised were 7"):
        fetch(found_in(server), tmp_path)


def test_a_file_that_changes_between_two_tries_is_not_put_together(server, tmp_path, monkeypatch):
    monkeypatch.setattr(remote_file, "_PIECE", 1000)
    path = "/files/new/B08.tif"
    server.http.faults[path] = ["", "", "500"]
    with pytest.raises(RemoteError):
        fetch(found_in(server), tmp_path)
    changed = server.http.files[path][::-1]
    server.http.files[path], server.http.etags[path] = changed, '"two"'
    fetch(found_in(server), tmp_path)
    assert (tmp_path / "files" / f"{hashlib.sha256(changed).hexdigest()}.tif").read_bytes() == changed


def test_a_copy_that_was_changed_is_found_out_and_not_replaced(server, tmp_path):
    fetch(found_in(server), tmp_path)
    digest = hashlib.sha256(server.http.files["/files/new/B04.tif"]).hexdigest()
    copy = tmp_path / "files" / f"{digest}.tif"
    copy.write_bytes(copy.read_bytes()[:-1] + b"x")
    before = tree(tmp_path)
    with pytest.raises(ChecksumError, match="nothing was replaced"):
        fetch(found_in(server), tmp_path)
    with pytest.raises(ChecksumError):
        read(search(open_catalog(tmp_path), AOI, WHEN)[0], native_grid(found_in(server)[0], "red"), ("red",))
    assert tree(tmp_path) == before


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
