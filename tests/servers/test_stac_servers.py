"""Searches on real STAC servers: the ids that another client finds, and nothing that a server does not declare."""

import pytest
from shapely.geometry import mapping
from support.loopback import LOOPBACK

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.errors import ConformanceError, IncompleteSearchWarning
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.scenes.catalog import open_catalog, search

pytestmark = pytest.mark.servers

AOI = AreaOfInterest.from_bbox(35.15, 33.85, 35.25, 33.95)
WHEN = TimeSpan("2020-05-01", "2020-05-31")
PLACE = {"intersects": mapping(AOI.geometry), "datetime": "2020-05-01T00:00:00Z/2020-05-31T23:59:59Z"}
MAY = [f"i{n:02d}" for n in range(25)]
FEW_CLOUDS = {"op": "<", "args": [{"property": "eo:cloud_cover"}, 20]}


def ids(found):
    return [offer.scene_id for offer in found.ledger]


def test_rustac_is_searched_and_all_pages_are_read(rustac, oracle):
    found = search(open_catalog(rustac, access=LOOPBACK), AOI, WHEN, collections=("things",))
    assert [scene.id for scene in found] == MAY
    assert all(offer.used for offer in found.ledger)
    assert sorted(ids(found)) == sorted(oracle(rustac, collections=["things"], method="POST", **PLACE)) == MAY


def test_rustac_is_not_asked_what_it_would_answer_with_nothing(rustac, oracle):
    catalog = open_catalog(rustac, access=LOOPBACK)
    for terms in ({"query": {"eo:cloud_cover": {"lt": 20}}}, {"cql2": FEW_CLOUDS}, {"sort": ("-datetime",)}):
        with pytest.raises(ConformanceError, match="does not declare"):
            search(catalog, AOI, WHEN, **terms)
    assert len(search(catalog, AOI, WHEN)) == 25


def test_pgstac_is_searched_with_everything_it_declares(pgstac, oracle):
    catalog = open_catalog(pgstac, access=LOOPBACK)
    found = search(catalog, AOI, WHEN, collections=("things",))
    assert [scene.id for scene in found] == MAY
    assert (found.question.matched, found.question.returned, found.question.gaps) == (25, 25, ())
    assert sorted(ids(found)) == sorted(oracle(pgstac, collections=["things"], **PLACE))
    for terms, other in (
        ({"query": {"eo:cloud_cover": {"lt": 20}}}, {"query": {"eo:cloud_cover": {"lt": 20}}}),
        ({"cql2": FEW_CLOUDS}, {"filter": FEW_CLOUDS, "filter_lang": "cql2-json"}),
    ):
        with pytest.warns(IncompleteSearchWarning, match="in no ledger"):
            found = search(catalog, AOI, WHEN, **terms)
        assert sorted(ids(found)) == sorted(oracle(pgstac, **other, **PLACE)) == MAY[:5]


def test_pgstac_sorts_and_is_cut_where_asked(pgstac):
    catalog = open_catalog(pgstac, access=LOOPBACK)
    with pytest.warns(IncompleteSearchWarning, match="only the first 3 items"):
        found = search(catalog, AOI, WHEN, sort=("-datetime",), limit=3)
    assert ids(found) == ["i24", "i23", "i22"]
    assert ids(search(catalog, AOI, WHEN, sort=("datetime",))) == MAY


def test_pages_of_pgstac_follow_one_another(pgstac, monkeypatch):
    monkeypatch.setattr("osint_imagery.scenes.stac_api._PAGE", 7)
    found = search(open_catalog(pgstac, access=LOOPBACK), AOI, WHEN)
    assert [scene.id for scene in found] == MAY
    assert found.question.pages == 4
