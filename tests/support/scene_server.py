"""A STAC API with four small Sentinel-2 scenes whose files can be fetched."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from support.stac_server import StacServer, item, stac_server

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.scenes.address import Access
from osint_imagery.scenes.catalog import open_catalog, search
from osint_imagery.scenes.found import Found

AOI = AreaOfInterest.from_bbox(35.15, 33.85, 35.25, 33.95)
WHEN = TimeSpan("2020-05-01", "2020-05-31")
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
MSI = {"constellation": "sentinel-2", "processing:level": "L2A", "platform": "sentinel-2a", "grid:code": "MGRS-36SYC"}
KEYS = ("B04", "B08", "SCL")
SCENES = (("new", "2020-05-05", "05.11"), ("old", "2020-05-05", "05.09"), ("next", "2020-05-09", "05.11"))


def _asset(name: str, key: str, data: bytes) -> dict[str, Any]:
    numbers = {"raster:bands": [{"scale": 1e-4, "offset": -0.1, "nodata": 0}]} if key != "SCL" else {}
    sha = "1220" + hashlib.sha256(data).hexdigest()
    promised = {"file:checksum": sha, "file:size": len(data)} if key == "B04" else {}
    address = {"href": f"/files/{name}/{key}.tif?sig=SECRET", "type": "image/tiff; application=geotiff"}
    return {**address, "eo:bands": [{"name": key}], **numbers, **promised}


@contextmanager
def scene_server(write_tif: Any, folder: Path) -> Iterator[StacServer]:
    """Start it; the scene `late` is sent though it is outside the dates."""
    with stac_server() as server:
        generator = np.random.default_rng(5)
        for name, day, version in (*SCENES, ("late", "2020-06-09", "05.11")):
            one = item(name, day, **MSI, **{"s2:processing_baseline": version})
            one["assets"] = {"info": {"href": "/files/info.json", "type": "application/json"}}
            for key in KEYS:
                values = generator.integers(1, 9000, (64, 64), np.uint16)
                data = write_tif(folder / name / f"{key}.tif", values).read_bytes()
                server.http.files[f"/files/{name}/{key}.tif"] = data
                server.http.etags[f"/files/{name}/{key}.tif"] = f'"{name}{key}"'
                one["assets"][key] = _asset(name, key, data)
            server.items.append(one)
        server.wrong = "ignores datetime"
        yield server


def found_in(server: StacServer) -> Found:
    """Search it."""
    access = Access(local_hosts=("127.0.0.1",), timeout_s=0.3, tries=1)
    return search(open_catalog(server.url, access=access, clock=lambda: NOW), AOI, WHEN)


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
