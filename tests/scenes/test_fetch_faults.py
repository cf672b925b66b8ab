"""A fetch that goes wrong leaves no copy that is not whole and promised, and goes on later."""

import hashlib
import json

import pytest
from support.scene_server import AOI, WHEN, found_in, scene_server, tree

from osint_imagery.core.errors import (
    AccessError,
    BusyError,
    ChangedFileError,
    ChecksumError,
    IncompleteBodyError,
    MissingAssetError,
    RangeUnsupportedError,
    RemoteError,
)
from osint_imagery.scenes import remote_file
from osint_imagery.scenes.catalog import open_catalog, search
from osint_imagery.scenes.fetch import fetch, plan_fetch
from osint_imagery.scenes.reading import native_grid, read


@pytest.fixture
def server(write_tif, tmp_path):
    with scene_server(write_tif, tmp_path / "made") as started:
        yield started


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("500", RemoteError),
        ("403", AccessError),
        ("expired", AccessError),
        ("429", BusyError),
        ("shorter than said", IncompleteBodyError),
        ("longer than said", IncompleteBodyError),
        ("other part", IncompleteBodyError),
        ("other total", ChangedFileError),
        ("no range", RangeUnsupportedError),
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
