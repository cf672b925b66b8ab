"""A fetch brings no more than was announced, promised and allowed, and nothing twice."""

import hashlib

import pytest
from support.scene_server import found_in, scene_server, tree

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.errors import BudgetError, ChecksumError, EvidenceExistsError, RemoteError
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.scenes.catalog import open_catalog, search
from osint_imagery.scenes.fetch import fetch, plan_fetch
from osint_imagery.scenes.packaged import bundled


@pytest.fixture
def server(write_tif, tmp_path):
    with scene_server(write_tif, tmp_path / "made") as started:
        yield started


def found_in_port():
    """All 28 scenes of the bundled port; each has its files at the same relative addresses."""
    port = AreaOfInterest.from_point(-28.005, 45.007, radius_m=200)
    return search(open_catalog(bundled("port/catalog.json")), port, TimeSpan("2024-02-01", "2024-07-01"))


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
