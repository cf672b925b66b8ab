"""Each provider's wording, word for word, with the year of the data."""

import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from osint_imagery.scenes.catalog import open_catalog
from osint_imagery.scenes.citation import cite_scene
from osint_imagery.scenes.license import terms_of
from osint_imagery.scenes.provider import PROVIDERS, publisher_of
from osint_imagery.scenes.scene import Scene

NOW = datetime(2026, 11, 27, tzinfo=UTC)
FIRMS = (
    "We acknowledge the use of data and/or imagery from NASA's Fire Information for Resource Management System (FIRMS) "
    "(https://earthdata.nasa.gov/firms), part of NASA's Earth Science Data and Information System (ESDIS)."
)
USGS = "image courtesy of the U.S. Geological Survey"
BY = "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/, changes made"
BY_NC = "CC BY-NC 4.0, https://creativecommons.org/licenses/by-nc/4.0/, changes made"


def plain(write_tif, folder: Path, **sidecar: str | bool) -> Scene:
    path = write_tif(folder / "a.tif", np.ones((4, 4), np.uint8))
    path.with_suffix(".json").write_text(json.dumps({"acquired": "2017-10-03T08:17:39Z", **sidecar}))
    return next(open_catalog(folder).scenes())


@pytest.mark.parametrize(
    ("sidecar", "line"),
    [
        ({"sensor": "sentinel-2-l2a"}, "Contains modified Copernicus Sentinel data 2017"),
        ({"sensor": "sentinel-1-grd", "terrain_corrected": True}, "Contains modified Copernicus Sentinel data 2017"),
        (
            {"sensor": "sentinel-1-rtc", "product_id": "OPERA_L2_RTC-S1_T1"},
            "Contains modified Copernicus Sentinel data 2017; terrain-corrected by NASA/JPL OPERA",
        ),
        (
            {"sensor": "landsat-c2-l2", "platform": "landsat-7"},
            f"Landsat-7 {USGS}",
        ),
        (
            {"sensor": "landsat-c2-l2", "platform": "LANDSAT_8"},
            f"Landsat-8 {USGS}",
        ),
        ({"source": "Planet Labs PBC"}, "Image © 2017 Planet Labs PBC"),
        ({"source": "Maxar Open Data"}, f"Maxar Open Data Program 2017, {BY_NC}"),
        ({"source": "Vantor Open Data"}, f"Vantor Open Data Program 2017, {BY_NC}"),
        ({"source": "Umbra"}, f"Umbra 2017, {BY}"),
        ({"source": "Capella Space"}, f"Capella Space 2017, {BY}"),
        ({"source": "ICEYE"}, f"ICEYE 2017, {BY}"),
        (
            {"source": "NASA FIRMS"},
            FIRMS,
        ),
        ({"source": "A drone pilot"}, "Source: A drone pilot"),
    ],
)
def test_credit_line_is_the_providers_own(sidecar: dict[str, str], line: str, write_tif, tmp_path: Path) -> None:
    scene = plain(write_tif, tmp_path, **sidecar)
    cited = cite_scene(scene, NOW)
    assert cited.credit == line
    assert "2026" not in cited.credit
    assert json.loads(cited.csl)["issued"] == {"date-parts": [[2017, 10, 3]]}
    assert "year = {2017}" in cited.bibtex


def test_unmodified_picture_has_the_other_copernicus_line(write_tif, tmp_path: Path) -> None:
    scene = plain(write_tif, tmp_path, sensor="sentinel-2-l2a")
    assert cite_scene(scene, NOW, modified=False).credit == "Copernicus Sentinel data 2017"


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda item: item.publisher)
def test_publisher_is_found_again_from_the_credit_line(provider) -> None:
    assert publisher_of("geotiff", provider.line("2017")) == provider.publisher


@pytest.mark.parametrize(
    ("source", "name", "gated"),
    [
        ("Planet", "Planet licence: sharing of pixels is restricted", True),
        ("Maxar Open Data", "CC-BY-NC-4.0", True),
        ("Umbra", "CC-BY-4.0", False),
        ("NASA FIRMS", "public domain (NASA)", False),
        ("A drone pilot", "not stated", False),
    ],
)
def test_licence_of_a_provider_stands_where_none_is_stated(*, source, name, gated, write_tif, tmp_path) -> None:
    scene = plain(write_tif, tmp_path, source=source)
    assert (terms_of(scene.license).name, terms_of(scene.license).gated) == (name, gated)
    assert plain(write_tif, tmp_path, source=source, license="CC0-1.0").license == "CC0-1.0"
