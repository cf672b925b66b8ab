"""Whatever bytes a product's metadata hold, it is a scene or refused: nothing else ever comes out of the reader."""

import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.products import landsat_c2_l2, pixels, safe, write

from osint_imagery.scenes import bundle
from osint_imagery.scenes.catalog import open_catalog
from osint_imagery.scenes.reading import native_grid, read
from osint_imagery.scenes.scene import Refused, Scene

CAPELLA = {
    "product_type": "GEO",
    "collect": {
        "platform": "capella-2",
        "start_timestamp": "2020-12-09T21:33:29Z",
        "stop_timestamp": "2020-12-09T21:33:32Z",
        "radar": {"transmit_polarization": "H", "receive_polarization": "H"},
        "image": {"scale_factor": 0.1, "center_pixel": {"incidence_angle": 35.0}},
    },
}


@pytest.fixture(scope="module")
def products(tmp_path_factory):
    """Return the metadata files of small products, each in a folder of its own."""
    root = tmp_path_factory.mktemp("products")
    first = safe(root / "s2", {"B04_60m": pixels(1)})
    landsat_c2_l2(root / "landsat", tails=("SR_B4",))
    write(root / "capella" / "C.tif", pixels(1))
    (root / "capella" / "C_extended.json").write_text(json.dumps(CAPELLA))
    tile = next(first.rglob("MTD_TL.xml"))
    names = [
        first / "MTD_MSIL2A.xml",
        tile,
        first / "manifest.safe",
        next(root.rglob("*MTL.txt")),
        root / "capella" / "C_extended.json",
    ]
    return {
        path.name.rpartition("_")[2]: (path, path.read_bytes(), root / path.relative_to(root).parts[0])
        for path in names
    }


@pytest.mark.parametrize("name", ["MSIL2A.xml", "TL.xml", "manifest.safe", "MTL.txt", "extended.json"])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_altered_metadata_give_a_scene_or_a_reason(products, name, data):
    path, whole, folder = products[name]
    start = data.draw(st.integers(0, len(whole) - 1))
    length = data.draw(st.integers(0, 40))
    inserted = data.draw(
        st.binary(max_size=20) | st.sampled_from([b"nan", b"-1", b"1e999", b"\xef\xbf\xbd", b"[]", b"null"])
    )
    path.write_bytes(whole[:start] + inserted + whole[start + length :])
    try:
        found = list(open_catalog(folder).entries())
    finally:
        path.write_bytes(whole)
    assert found
    for entry in found:
        assert isinstance(entry, Scene | Refused)
        text = entry.reason if isinstance(entry, Refused) else " ".join(entry.notes)
        assert str(folder) not in text


def test_metadata_that_are_too_large_are_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(bundle, "_METADATA_BYTES", 100)
    safe(tmp_path, {"B04_60m": pixels(1)})
    (entry,) = open_catalog(tmp_path).entries()
    assert isinstance(entry, Refused)
    assert "too many for metadata" in entry.reason


def test_link_out_of_a_product_is_not_followed(tmp_path):
    root = safe(tmp_path / "in", {"B04_60m": pixels(1), "B8A_60m": pixels(2)})
    path = next(root.rglob("*B04_60m.jp2"))
    outside = tmp_path / "outside.jp2"
    path.rename(outside)
    path.symlink_to(outside)
    entries = list(open_catalog(tmp_path / "in").entries())
    (scene,) = (entry for entry in entries if isinstance(entry, Scene))
    (linked,) = (entry for entry in entries if isinstance(entry, Refused))
    assert "leads out of the folder" in linked.reason
    assert scene.bands == ("nir08",)
    assert "(B04_60m)" in scene.notes[0]


def test_empty_and_blank_images_are_no_measurement(tmp_path):
    safe(tmp_path, {"B04_60m": np.zeros((40, 40), np.uint16)})
    (scene,) = open_catalog(tmp_path).scenes()
    assert not read(scene, native_grid(scene, "red"), ("red",)).valid.any()
