"""Samples: what is listed is true, what is brought is what was promised, and what cannot be had is a typed error."""

import copy
import hashlib
import io
from typing import Any

import numpy as np
import pytest
from support.fault_server import FaultServer
from support.scene_server import tree

from osint_imagery.core.errors import (
    AccessError,
    ChecksumError,
    InputError,
    MissingAssetError,
    OfflineError,
)
from osint_imagery.core.lineage import digest_file
from osint_imagery.scenes import packaged
from osint_imagery.scenes import samples as module
from osint_imagery.scenes.account import account_of
from osint_imagery.scenes.address import Access
from osint_imagery.scenes.catalog import open_catalog
from osint_imagery.scenes.multihash import agrees
from osint_imagery.scenes.packaged import bundled
from osint_imagery.scenes.profiles import PROFILES, profile_named
from osint_imagery.scenes.reading import native_grid, read
from osint_imagery.scenes.samples import Origin, fetch_sample, samples

PINNED = [sample for sample in samples() if sample.origin is Origin.PINNED]
LAB = Access(local_hosts=("127.0.0.1",), timeout_s=0.3, tries=1)


def test_every_sample_says_what_it_is_whose_it_is_and_what_it_needs():
    listed = samples()
    assert len({sample.name for sample in listed}) == len(listed) >= 5
    for sample in listed:
        assert sample.license not in {"", "not stated"}
        assert sample.credit
        assert sample.source
    (port,) = [sample for sample in listed if sample.origin is Origin.BUNDLED]
    assert port.credit.startswith("SIMULATED")
    files = list(bundled("port").rglob("*.tif"))
    assert (port.scenes, port.size_bytes) == (28, sum(p.stat().st_size for p in files))
    assert (port.dates, port.here, port.needs) == ("2024-02-06 to 2024-06-20", True, "")


@pytest.mark.parametrize("sample", PINNED, ids=lambda sample: sample.name)
def test_every_pinned_file_has_a_checksum_that_can_be_compared(sample):
    assert len(sample.files) >= 7
    for href, checksum in sample.files:
        assert href.startswith("s3://")
        assert checksum.startswith("sha256:") or agrees(checksum, io.BytesIO(b"other")) is False
    assert sample.catalog in {profile.name for profile in PROFILES}


def test_the_simulated_port_is_copied_whole_and_once(tmp_path):
    fetch_sample("port", tmp_path / "port")
    before = tree(tmp_path / "port")
    again = fetch_sample("port", tmp_path / "port")
    assert tree(tmp_path / "port") == before
    here = {scene.id: scene for scene in again.scenes()}
    there = {scene.id: scene for scene in open_catalog(bundled("port/catalog.json")).scenes()}
    assert set(here) == set(there)
    one = "port-20240516"
    assert digest_file(here[one].asset_for("red").path) == digest_file(there[one].asset_for("red").path)
    assert here[one].simulated


def test_the_series_of_another_package_is_written_or_its_package_is_named(tmp_path, monkeypatch):
    (listed,) = [sample for sample in samples() if sample.origin is Origin.PACKAGE]
    assert listed.here == packaged.has_romania()
    monkeypatch.setattr(packaged, "find_spec", lambda _: None)
    (listed,) = [sample for sample in samples() if sample.origin is Origin.PACKAGE]
    assert (listed.here, listed.needs) == (False, "pip install --no-deps nrt==0.2.1")
    with pytest.raises(MissingAssetError, match="pip install --no-deps nrt"):
        fetch_sample("romania", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_unknown_sample_is_refused_with_the_names(tmp_path):
    with pytest.raises(InputError, match="name='ports' is no sample; there are port, romania, sentinel-2-austria"):
        fetch_sample("ports", tmp_path)


@pytest.mark.parametrize("sample", PINNED, ids=lambda sample: sample.name)
def test_a_sample_behind_an_account_says_so_and_writes_nothing(sample, tmp_path):
    with pytest.raises(AccessError, match="OSINT_IMAGERY_S3_KEY and OSINT_IMAGERY_S3_SECRET"):
        fetch_sample(sample.name, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("sample", PINNED, ids=lambda sample: sample.name)
def test_with_keys_but_without_a_network_the_error_is_typed(sample, tmp_path):
    keys = account_of(
        profile_named(sample.catalog), {"OSINT_IMAGERY_S3_KEY": "AKID", "OSINT_IMAGERY_S3_SECRET": "SECRETKEY"}
    )
    with pytest.raises(OfflineError) as caught:
        fetch_sample(sample.name, tmp_path / "out", signer=keys, access=Access(offline=True))
    assert "SECRET" not in str(caught.value)
    assert not (tmp_path / "out" / "catalog.json").exists()
    assert not list(tmp_path.rglob("*.jp2"))


@pytest.fixture
def served(monkeypatch, write_tif, tmp_path):
    """The first pinned sample, with small files on a loopback server and their checksums in its own kind of hash."""
    (item,) = [copy.deepcopy(one) for one in module._items() if one["osint:sample"]["name"] == "sentinel-2-austria"]
    generator = np.random.default_rng(3)
    with FaultServer() as server:
        for key, asset in item["assets"].items():
            values = generator.integers(4, 9, (30, 30), np.uint8 if key.startswith("SCL") else np.uint16)
            data = write_tif(tmp_path / f"{key}.tif", values).read_bytes()
            server.files[f"/files/{key}.tif"] = data
            asset |= {"href": f"{server.url}/files/{key}.tif", "type": "image/tiff", "file:size": len(data)}
            asset["file:checksum"] = "1620" + hashlib.sha3_256(data).hexdigest()
        monkeypatch.setattr(module, "_items", lambda: [item])
        yield server, item


def test_a_pinned_sample_is_brought_and_reads_with_the_providers_scale_and_offset(served, tmp_path):
    said: list[str] = []
    catalog = fetch_sample("sentinel-2-austria", tmp_path / "out", access=LAB, progress=said.append)
    assert said[0].startswith("7 files of 1 scenes, 0.0 MB")
    (scene,) = catalog.scenes()
    assert scene.credit == "Contains modified Copernicus Sentinel data 2025"
    image = read(scene, native_grid(scene, "red"), ("red", "nir08"))
    assert image.unit == "reflectance"
    stored = scene.asset_for("red")
    assert (stored.scale, stored.offset) == (1e-4, -0.1)
    assert stored.digest == digest_file(stored.path)


def test_other_bytes_than_the_pinned_ones_are_thrown_away(served, tmp_path):
    server, _ = served
    path = "/files/B04_60m.tif"
    data: Any = bytearray(server.files[path])
    data[-1] ^= 1
    server.files[path] = bytes(data)
    with pytest.raises(ChecksumError, match="promised"):
        fetch_sample("sentinel-2-austria", tmp_path / "out", access=LAB)
    kept = {digest_file(p) for p in (tmp_path / "out" / "files").glob("[!.]*")}
    assert f"sha256:{hashlib.sha256(bytes(data)).hexdigest()}" not in kept
    assert not (tmp_path / "out" / "catalog.json").exists()


@pytest.mark.parametrize("given", [{"OSINT_IMAGERY_S3_KEY": "A"}, {"OSINT_IMAGERY_S3_SECRET": "HIDDEN"}])
def test_half_an_account_is_refused_without_showing_it(given):
    with pytest.raises(InputError, match="set both, or neither") as caught:
        account_of(profile_named("copernicus"), given)
    assert "HIDDEN" not in str(caught.value)


def test_keys_go_to_no_catalogue_that_does_not_want_them():
    every = {"OSINT_IMAGERY_S3_KEY": "A", "OSINT_IMAGERY_S3_SECRET": "B", "OSINT_IMAGERY_TOKEN": "C"}
    assert account_of(None, every) is None
    given = {profile.name: type(account_of(profile, every)).__name__ for profile in PROFILES}
    assert given["earth-search"] == given["maxar-open-data"] == "NoneType"
    assert (given["copernicus"], given["usgs-landsat"], given["opera"]) == ("S3Keys", "S3Keys", "BearerToken")
