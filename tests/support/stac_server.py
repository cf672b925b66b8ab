"""A small STAC API on loopback that answers rightly, or wrongly in one stated way."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from shapely.geometry import shape
from support.fault_server import FaultServer, Seen

CORE = "https://api.stacspec.org/v1.0.0/"
ITEM_SEARCH = CORE + "item-search"


def item(name: str, day: str = "2020-05-05", *, x: float = 35.2, **properties: Any) -> dict[str, Any]:
    """Return an item whose footprint is a square of 0.2 degrees around (x, 33.9)."""
    ring = [[x - 0.1, 33.8], [x + 0.1, 33.8], [x + 0.1, 34.0], [x - 0.1, 34.0], [x - 0.1, 33.8]]
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": name,
        "collection": properties.pop("collection", "things"),
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {"datetime": f"{day}T08:00:00Z", **properties},
        "links": [],
        "assets": {"B04": {"href": f"./{name}/B04.tif", "type": "image/tiff"}},
    }


@dataclass
class StacServer:
    """Items, and what the server does wrong: see `search`."""

    http: FaultServer
    items: list[dict[str, Any]] = field(default_factory=list)
    page: int = 3
    wrong: str = ""
    conforms: list[str] = field(default_factory=lambda: [CORE + "core", ITEM_SEARCH])
    counts: bool = True
    asked: list[dict[str, Any]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.http.url + "/v1"

    def landing(self, _: Seen) -> dict[str, Any]:
        link = {"rel": "search", "href": self.url + "/search", "method": "POST"}
        return {"type": "Catalog", "id": "test-api", "title": "Test API", "conformsTo": self.conforms, "links": [link]}

    def search(self, seen: Seen) -> object:
        body = json.loads(seen.body)
        self.asked.append(body)
        if self.wrong in {"no list", "a list", "no json"}:
            return {"no list": {"code": "ServerError"}, "a list": [1], "no json": b"<html>busy</html>"}[self.wrong]
        start = int(body.get("token") or 0)
        matching = self.items if self.wrong == "ignores all" else [one for one in self.items if self.meets(one, body)]
        found = matching[start : start + self.page]
        if self.wrong == "repeats for ever":
            found = matching[: self.page]
        if self.wrong == "new for ever":
            found = [{**matching[0], "id": f"n{start + i}"} for i in range(self.page)]
        if self.wrong == "empty for ever" or (self.wrong == "empty page first" and "token" not in body):
            found = []
        answer: dict[str, Any] = {"type": "FeatureCollection", "features": found, "links": []}
        if self.counts:
            answer["numberMatched"] = len(matching) + (5 if self.wrong == "counts more" else 0)
        after = start + len(found) if self.wrong != "circle" else 0
        if self.wrong in {"empty for ever", "repeats for ever"}:
            after = start + 1
        more = self.wrong.endswith("for ever") or self.wrong == "circle" or after < len(matching)
        if more and self.wrong != "forgets the next page":
            host = "https://elsewhere.example" if self.wrong == "next page elsewhere" else self.http.url
            link = {"rel": "next", "href": host + "/v1/search", "method": "POST", "merge": True}
            answer["links"] = [{**link, "body": {"token": str(after)}}]
        return answer

    def meets(self, one: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
        first, last = body["datetime"].split("/")
        in_time = self.wrong == "ignores datetime" or first <= one["properties"]["datetime"] <= last
        in_place = self.wrong == "ignores intersects" or shape(one["geometry"]).intersects(shape(body["intersects"]))
        wanted = body.get("collections")
        return (
            in_time and in_place and (not wanted or self.wrong == "ignores collections" or one["collection"] in wanted)
        )


@contextmanager
def stac_server() -> Iterator[StacServer]:
    with FaultServer() as http:
        server = StacServer(http)
        http.answers["/v1"] = server.landing
        http.answers["/v1/search"] = server.search
        yield server
