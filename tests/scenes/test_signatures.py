"""Signatures are sent and stand nowhere: not in messages, not on disk, not in what is recorded of a search."""

import hashlib
import json
from urllib.parse import parse_qs, urlsplit

import pytest
from support.fault_server import Seen
from support.scene_server import found_in, scene_server, tree

from osint_imagery.core.errors import ChecksumError
from osint_imagery.scenes.fetch import fetch
from osint_imagery.scenes.stac_paging import Asked, sent


@pytest.fixture
def server(write_tif, tmp_path):
    with scene_server(write_tif, tmp_path / "made") as started:
        yield started


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


def test_a_key_in_a_searchs_address_is_not_recorded_and_the_question_is():
    place = "%7B%22type%22%3A%22Point%22%2C%22coordinates%22%3A%5B35.2%2C33.9%5D%7D"
    asked = Asked(method="GET", url=f"https://example.org/search?intersects={place}&apikey=SECRET&limit=100", body=None)
    assert sent(asked) == f"intersects={place}&limit=100"
