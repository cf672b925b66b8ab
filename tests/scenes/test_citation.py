import json
from datetime import UTC, datetime

import numpy as np
import pytest

from osint_imagery.core.errors import TimeError
from osint_imagery.scenes.catalog import open_catalog
from osint_imagery.scenes.citation import cite_scene

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


@pytest.fixture
def scene(maker):
    assets = {"B04": maker.asset("a_1", "B04", np.ones((4, 4), np.uint16))}
    properties = {"constellation": "sentinel-2", "processing:level": "L2A", "s2:product_uri": "S2A_X_Y.SAFE"}
    maker.item("a_1", assets, datetime="2019-06-01T10:00:00Z", **properties)
    return next(open_catalog(maker.catalog()).scenes())


def test_scene_of_2019_cited_in_2026_says_2019(scene):
    citation = cite_scene(scene, NOW)
    assert citation.credit == "Contains modified Copernicus Sentinel data 2019"
    assert "data 2026" not in citation.text + citation.bibtex + citation.csl
    assert "Accessed 2026-03-04T05:06:07Z" in citation.text


def test_reference_leads_back_to_the_bytes(scene):
    text = cite_scene(scene, NOW).text
    assert scene.assets[0].digest in text
    assert "product S2A_X_Y.SAFE" in text
    assert "processing version not stated" in text
    assert "https://doi.org/10.5270/S2_-znk9xsj" in text


def test_bibtex_is_misc_with_special_characters_escaped(scene):
    bibtex = cite_scene(scene, NOW).bibtex
    assert bibtex.startswith("@misc{a-1,\n")
    assert r"S2A\_X\_Y.SAFE" in bibtex
    assert "doi = {10.5270/S2_-znk9xsj}" in bibtex
    assert bibtex.count("{") == bibtex.count("}")


def test_csl_is_a_dataset(scene):
    entry = json.loads(cite_scene(scene, NOW).csl)
    assert entry["type"] == "dataset"
    assert entry["issued"] == {"date-parts": [[2019, 6, 1]]}
    assert entry["accessed"]["date-parts"] == [[2026, 3, 4]]


def test_digest_that_nobody_promised_is_computed_and_says_so(write_tif, tmp_path):
    path = write_tif(tmp_path / "a.tif", np.ones((4, 4), np.uint8))
    path.with_suffix(".json").write_text('{"acquired": ["2019-12-31", "2020-01-02"]}')
    scene = next(open_catalog(tmp_path).scenes())
    citation = cite_scene(scene, NOW)
    assert "(computed here, not promised by the source)" in citation.text
    assert "DOI not stated" in citation.text
    assert json.loads(citation.csl)["issued"] == {"date-parts": [[2019, 12, 31], [2020, 1, 2]]}


def test_access_time_without_a_zone_is_refused(scene):
    with pytest.raises(TimeError, match="has no time zone"):
        cite_scene(scene, datetime(2026, 1, 1))  # noqa: DTZ001
