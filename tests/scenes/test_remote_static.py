"""Static catalogues on servers are walked whole, as far as a question needs them."""

import json

import pytest
from support.fault_server import FaultServer
from support.stac_server import item

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.errors import CatalogError, ConformanceError, NothingFoundWarning
from osint_imagery.core.lineage import digest_bytes
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.scenes import remote_static
from osint_imagery.scenes.address import Access
from osint_imagery.scenes.catalog import open_catalog, search

AOI = AreaOfInterest.from_bbox(35.15, 33.85, 35.25, 33.95)
WHEN = TimeSpan("2020-05-01", "2020-05-31")


def links(*hrefs, rel="child"):
    return [{"rel": rel, "href": href} for href in hrefs]


def collection(name, *hrefs, bbox=(35, 33, 36, 34), first="2020-01-01T00:00:00Z", last=None):
    extent = {"spatial": {"bbox": [list(bbox)]}, "temporal": {"interval": [[first, last]]}}
    return {"type": "Collection", "id": name, "extent": extent, "links": links(*hrefs, rel="item")}


@pytest.fixture
def server():
    files = {
        "/c/catalog.json": {"type": "Catalog", "id": "root", "links": links("a/c.json", "b/c.json", "old/c.json")},
        "/c/a/c.json": collection("a", "one.json", "two.json"),
        "/c/b/c.json": collection("b", "three.json", bbox=(-10, 0, -5, 5)),
        "/c/old/c.json": collection("old", "four.json", last="2019-01-01T00:00:00Z"),
        "/c/a/one.json": item("one"),
        "/c/a/two.json": item("two", "2020-07-05"),
    }
    with FaultServer(files={path: json.dumps(body).encode() for path, body in files.items()}) as started:
        yield started


def opened(server):
    return open_catalog(
        server.url + "/c/catalog.json", access=Access(local_hosts=("127.0.0.1",), timeout_s=0.5, tries=1)
    )


def test_items_are_found_and_collections_elsewhere_are_not_opened(server):
    catalog = opened(server)
    assert repr(catalog).startswith("Catalog('root', static STAC at http")
    found = search(catalog, AOI, WHEN)
    assert [scene.id for scene in found] == ["one"]
    reasons = {offer.scene_id: offer.reason for offer in found.ledger}
    assert list(reasons) == ["one", "two", "collection b", "collection old"]
    left = "the collection was not opened: by the extent that it states it lies outside the"
    assert reasons["collection b"] == f"{left} area of interest"  # what it states may be wrong: it is not forgotten
    assert reasons["collection old"] == f"{left} dates"
    assert found.ledger[2].href == server.url + "/c/b/c.json"
    assert found.ledger[2].metadata_digest == digest_bytes(server.files["/c/b/c.json"])
    assert found.question.complete is None
    assert found[0].metadata == server.files["/c/a/one.json"]
    assert found[0].href == server.url + "/c/a/one.json"
    assert found[0].assets[0].location.href == server.url + "/c/a/one/B04.tif"
    assert found.question.remarks[0].startswith("2 collections were not opened")
    assert (found.question.method, found.question.pages) == ("walk", 6)


@pytest.mark.parametrize(
    "fault",
    [
        "stall",
        "reset",
        "truncated",
        "shorter than said",
        "longer than said",
        "403",
        "expired",
        "404",
        "429",
        "500",
    ],
)
def test_a_part_that_fails_is_never_no_scene(server, fault):
    server.always["/c/a/one.json"] = fault
    with pytest.raises(CatalogError, match="not known"):
        search(opened(server), AOI, WHEN)


def test_a_key_in_the_catalogues_own_address_is_not_said(server):
    lab = Access(local_hosts=("127.0.0.1",), timeout_s=0.5, tries=1)
    catalog = open_catalog(server.url + "/c/catalog.json?key=SECRET", access=lab)
    with pytest.raises(ConformanceError) as caught:
        search(catalog, AOI, WHEN, limit=3)
    assert "SECRET" not in str(caught.value) + repr(catalog) + catalog.href


def test_only_named_collections(server):
    with pytest.warns(NothingFoundWarning):
        found = search(opened(server), AOI, WHEN, collections=("b",))
    assert [offer.scene_id for offer in found.ledger] == ["collection b"]
    assert found.question.remarks[1] == "2 collections were not opened: others were asked for"
    with pytest.warns(NothingFoundWarning):
        found = search(opened(server), AOI, WHEN, collections=("a",))
    assert found.question.remarks == ("2 collections were not opened: others were asked for",)
    assert found.question.complete is True


def test_what_a_static_catalogue_cannot_do_is_refused(server):
    for terms in ({"query": {"a": 1}}, {"limit": 3}, {"sort": ("datetime",)}):
        with pytest.raises(ConformanceError, match="static"):
            search(opened(server), AOI, WHEN, **terms)


@pytest.mark.parametrize(
    "href", ["https://elsewhere.example/x.json", "http://127.0.0.1:1/x.json", "file:///etc/passwd"]
)
def test_links_to_other_servers_are_not_followed(server, href):
    server.files["/c/a/c.json"] = json.dumps(collection("a", href)).encode()
    with pytest.raises(CatalogError, match="another server"):
        search(opened(server), AOI, WHEN)


def test_circles_end_and_endless_catalogues_too(server, monkeypatch):
    server.files["/c/a/c.json"] = json.dumps(collection("a", "one.json", "c.json", "../catalog.json")).encode()
    assert len(search(opened(server), AOI, WHEN)) == 1
    monkeypatch.setattr(remote_static, "_MOST_FILES", 30)
    del server.files["/c/a/c.json"]
    count = iter(range(1000))
    server.answers["/c/a/c.json"] = lambda _: {
        "type": "Catalog",
        "links": links(*(f"c.json?{next(count)}" for _ in "ab")),
    }
    with pytest.raises(CatalogError, match="more than 30 files"):
        search(opened(server), AOI, WHEN)


def test_an_extent_that_says_nothing_excludes_nothing(server):
    body = collection("a", "one.json")
    for extent in ({}, None, {"spatial": {"bbox": "x"}, "temporal": {"interval": [["bad", None]]}}):
        server.files["/c/a/c.json"] = json.dumps({**body, "extent": extent}).encode()
        assert len(search(opened(server), AOI, WHEN)) == 1
