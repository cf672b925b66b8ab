import json
from datetime import UTC, datetime

import pytest
from support.stac_server import CORE, ITEM_SEARCH, item, stac_server

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.errors import (
    AccessError,
    BusyError,
    CatalogError,
    ConformanceError,
    IncompleteSearchWarning,
    InputError,
    MissingAssetError,
    NothingFoundWarning,
    RefusedAddressError,
    RemoteError,
    RemoteTimeoutError,
)
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.scenes import stac_api
from osint_imagery.scenes.address import Access
from osint_imagery.scenes.catalog import open_catalog, search

AOI = AreaOfInterest.from_bbox(35.15, 33.85, 35.25, 33.95)
WHEN = TimeSpan("2020-05-01", "2020-05-31")
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
LOOPBACK = Access(local_hosts=("127.0.0.1",), timeout_s=0.3, tries=1)


@pytest.fixture
def server():
    with stac_server() as started:
        started.items = [item(f"s{i:02d}", f"2020-05-{i + 1:02d}") for i in range(7)]
        started.items += [item("late", "2020-06-05"), item("far", x=36.5)]
        yield started


def opened(server, **options):
    return open_catalog(server.url, access=LOOPBACK, clock=lambda: NOW, **options)


def found_in(server, **terms):
    return search(opened(server), AOI, WHEN, **terms)


def test_all_pages_are_read_and_the_question_is_kept(server):
    found = found_in(server)
    assert [scene.id for scene in found] == [f"s{i:02d}" for i in range(7)]
    assert [offer.used for offer in found.ledger] == [True] * 7
    question = found.question
    assert (question.pages, question.returned, question.matched, question.gaps) == (3, 7, 7, ())
    assert question.endpoint == server.url + "/search"
    assert json.loads(question.body) == server.asked[0]
    assert server.asked[0]["datetime"] == "2020-05-01T00:00:00Z/2020-05-31T23:59:59.999999Z"
    assert question.conforms_to == (CORE + "core", ITEM_SEARCH)
    assert question.asked == NOW
    assert len(set(question.answers)) == 3
    json.dumps(question.record())


def test_files_are_where_the_items_say(server):
    scene = found_in(server)[0]
    (asset,) = scene.assets
    assert asset.location.href == f"{server.url}/collections/things/items/s00/B04.tif"
    assert scene.href == f"{server.url}/collections/things/items/s00"
    assert json.loads(scene.metadata)["id"] == "s00"


def test_no_scene_is_an_answer_and_says_what_was_asked(server):
    server.items = []
    with pytest.warns(NothingFoundWarning, match="0 offered"):
        found = found_in(server)
    assert (len(found), found.ledger, found.question.matched) == (0, (), 0)


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        ("stall", RemoteTimeoutError),
        ("reset", RemoteError),
        ("truncated", RemoteError),
        ("shorter than said", RemoteError),
        ("longer than said", None),
        ("401", AccessError),
        ("403", AccessError),
        ("expired", AccessError),
        ("404", MissingAssetError),
        ("429", BusyError),
        ("500", RemoteError),
        ("302 Location: https://elsewhere.example/", RefusedAddressError),
    ],
)
@pytest.mark.parametrize("after", [0, 1])
def test_a_catalogue_that_fails_is_never_no_scene(server, fault, cause, after):
    catalog = opened(server)
    server.http.faults["/v1/search"] = [""] * after
    server.http.always["/v1/search"] = fault
    with pytest.raises(CatalogError, match="not known") as caught:
        search(catalog, AOI, WHEN)
    assert cause is None or isinstance(caught.value.__cause__, cause)


@pytest.mark.parametrize("fault", ["stall", "reset", "truncated", "longer than said", "expired", "404", "429", "500"])
def test_a_catalogue_that_cannot_be_opened_says_so(server, fault):
    server.http.always["/v1"] = fault
    with pytest.raises(CatalogError, match="JSON" if fault == "longer than said" else "not known"):
        opened(server)


@pytest.mark.parametrize("wrong", ["no list", "a list", "no json"])
def test_an_answer_that_is_no_answer_is_an_error(server, wrong):
    server.wrong = wrong
    with pytest.raises(CatalogError, match="not known"):
        found_in(server)


@pytest.mark.parametrize(
    ("wrong", "match"),
    [
        ("circle", "circle"),
        ("repeats for ever", "repeats the same items"),
        ("empty for ever", "empty pages"),
        ("new for ever", "offers more"),
        ("next page elsewhere", "another server"),
    ],
)
def test_pages_that_do_not_end_are_an_error(server, wrong, match, monkeypatch):
    monkeypatch.setattr(stac_api, "_MOST_ITEMS", 50)
    server.wrong = wrong
    with pytest.raises(CatalogError, match=match):
        found_in(server)
    assert len(server.asked) < 40


def test_an_empty_page_that_leads_on_is_not_the_end(server):
    server.wrong = "empty page first"
    server.items.insert(0, item("s99"))
    assert len(found_in(server)) == 8
    assert len(server.asked) > 1


def test_a_server_that_ignores_dates_is_named_and_its_items_are_in_the_ledger(server):
    server.wrong = "ignores datetime"
    found = found_in(server)
    assert len(found) == 7
    (offer,) = [offer for offer in found.ledger if not offer.used]
    assert (offer.scene_id, offer.reason[:58]) == ("late", "the server returned it though it is outside the dates 2020")
    assert "the server does not keep to datetime: 1 of 8 items are outside the dates" in found.question.remarks
    assert [scene.id for scene in found.rejected] == ["late"]


def test_a_server_that_ignores_the_place_is_named(server):
    server.wrong = "ignores intersects"
    found = found_in(server)
    assert found.ledger[-1].reason == "the server returned it though it is outside the area of interest"
    assert any("does not keep to intersects: 1 of 8" in remark for remark in found.question.remarks)


def test_a_server_that_ignores_collections_is_seen_through(server):
    server.items[0]["collection"] = "others"
    server.wrong = "ignores collections"
    found = found_in(server, collections=("things",))
    assert found.ledger[0].reason == "the server returned it though its collection 'others' was not asked for"
    assert len(found) == 6


def test_only_dates_outside_is_no_scene_and_no_outside_error(server):
    server.wrong = "ignores all"
    server.items = [item("late", "2021-01-01"), item("far", x=36.5)]
    with pytest.warns(NothingFoundWarning, match="2 offered"):
        assert len(found_in(server)) == 0


@pytest.mark.parametrize(("wrong", "gap"), [("counts more", "counts 12"), ("forgets the next page", "counts 7")])
def test_an_answer_that_may_lack_scenes_says_so(server, wrong, gap):
    server.wrong = wrong
    with pytest.warns(IncompleteSearchWarning, match=gap):
        assert found_in(server).question.gaps


def test_a_server_without_a_count_is_said_to_have_none(server):
    server.counts = False
    found = found_in(server)
    assert found.question.matched is None
    assert any("states no count" in remark for remark in found.question.remarks)


def test_a_limit_is_a_gap(server):
    with pytest.warns(IncompleteSearchWarning, match=r"only the first 4 items were taken \(limit\)"):
        assert len(found_in(server, limit=4)) == 4
    assert len(found_in(server, limit=7)) == 7


def test_repeated_items_are_in_the_ledger_once_used(server):
    server.items.insert(1, server.items[0])
    server.items.insert(2, {**server.items[0], "properties": {**server.items[0]["properties"], "title": "other"}})
    with pytest.warns(IncompleteSearchWarning, match="counts 9 matching items and sent 7"):  # two may lack for them
        found = found_in(server)
    same, other = (offer.reason for offer in found.ledger[1:3])
    assert same == "a scene with the same id was offered too, word for word"
    assert other.startswith("a scene with the same id was offered too, with other metadata; ")
    assert other.endswith("version and time of processing are equal, the first offer is used")
    assert len(found) == 7
    assert "2 of 9 items were sent more than once" in found.question.remarks


@pytest.mark.parametrize(
    ("terms", "needed"),
    [
        ({"query": {"eo:cloud_cover": {"lt": 20}}}, "item-search#query"),
        ({"cql2": {"op": "<", "args": [{"property": "eo:cloud_cover"}, 20]}}, "item-search#filter"),
        ({"sort": ("-datetime",)}, "item-search#sort"),
    ],
)
def test_what_the_server_does_not_declare_is_not_asked(server, terms, needed):
    with pytest.raises(ConformanceError, match=needed):
        found_in(server, **terms)
    assert server.asked == []
    server.conforms.append(CORE.replace("1.0.0", "1.1.0") + needed)
    if "sort" in terms:
        assert len(found_in(server, **terms)) == 7
        assert server.asked[0]["sortby"] == [{"field": "datetime", "direction": "desc"}]
        return
    with pytest.warns(IncompleteSearchWarning, match="are in no ledger"):
        found_in(server, **terms)
    assert set(server.asked[0]) & {"query", "filter"}


def test_a_server_without_search_is_refused(server):
    server.conforms = [CORE + "core"]
    with pytest.raises(ConformanceError, match="item-search"):
        opened(server)


@pytest.mark.parametrize("href", ["file:///etc/passwd", "vsicurl:https://x/y.tif", "https://u:p@example.org/a.tif"])
def test_an_item_with_an_address_that_no_honest_item_has_is_refused_by_name(server, href):
    server.items[0]["assets"]["B04"]["href"] = href
    found = found_in(server)
    assert (found.ledger[0].used, len(found)) == (False, 6)
    assert "is not https" in found.ledger[0].reason or "user name" in found.ledger[0].reason


@pytest.mark.parametrize("href", ["http://example.org/a.tif", "s3://bucket/a.tif", "ftp://example.org/a.tif"])
def test_files_that_are_not_read_are_none_and_their_scene_is_in_the_ledger(server, href):
    server.items[0]["assets"]["B04"]["href"] = href
    found = found_in(server)
    assert (found.ledger[0].used, found.ledger[0].reason) == (False, "no readable raster asset")
    assert found.rejected[0].assets[0].location is None


def test_an_item_that_contradicts_itself_is_in_the_ledger(server):
    server.items[2]["properties"]["start_datetime"] = "2019-01-01T00:00:00Z"
    server.items[2]["properties"]["end_datetime"] = "2019-01-02T00:00:00Z"
    found = found_in(server)
    assert len(found) == 6
    assert "lies outside start_datetime" in found.ledger[2].reason


def test_a_server_has_to_be_asked_for_a_place(server):
    with pytest.raises(InputError, match="search"):
        list(opened(server).scenes())


def test_terms_are_for_servers():
    from osint_imagery.scenes.packaged import bundled

    catalog = open_catalog(bundled("port/catalog.json"))
    with pytest.raises(InputError, match="for servers"):
        search(catalog, AOI, WHEN, collections=("a",))
    with pytest.raises(InputError, match="limit=0"):
        search(catalog, AOI, WHEN, limit=0)


def test_private_addresses_are_refused_by_default(server):
    for url in (server.url, server.url.replace("http:", "https:"), "https://localhost/v1"):
        with pytest.raises(CatalogError, match=r"is refused: .*(not https|not a public address)"):
            open_catalog(url)


def test_a_search_by_address_alone(server):
    """A server that takes GET only."""
    asked = []

    def landing(_):
        link = {"rel": "search", "href": server.url + "/search", "type": "application/geo+json"}
        return {"type": "Catalog", "id": "get", "conformsTo": [ITEM_SEARCH], "links": [link]}

    def answer(seen):
        asked.append(seen)
        return {"type": "FeatureCollection", "features": server.items[:2], "links": []}

    server.http.answers |= {"/v1": landing, "/v1/search": answer}
    found = found_in(server, collections=("things",))
    assert len(found) == 2
    assert asked[0].method == "GET"
    assert "collections=things" in asked[0].path
    assert found.question.body in asked[0].path
