"""Known catalogues: what is put where their items are silent, what is taken away, and how files are reached."""

from datetime import UTC, datetime

import pytest
from support.fault_server import FaultServer
from support.loopback import loopback
from support.stac_server import item

from osint_imagery.core.errors import AccessError, InputError, RemoteError
from osint_imagery.scenes.address import Access
from osint_imagery.scenes.baseline import check_offset
from osint_imagery.scenes.client import Client
from osint_imagery.scenes.license import Use, terms_of
from osint_imagery.scenes.profiles import PROFILES, Offset, profile_at, profile_named
from osint_imagery.scenes.remote_catalog import _client
from osint_imagery.scenes.remote_item import Items
from osint_imagery.scenes.sensors import sensor
from osint_imagery.scenes.signing import BearerToken, PlanetaryComputerSigner

MSI = {"constellation": "sentinel-2", "processing:level": "L2A", "platform": "sentinel-2a"}
BANDS = {"eo:bands": [{"name": "B04", "common_name": "red"}]}


def scene(profile, collection, *, fields=None, **properties):
    one = item("a", collection=collection, **properties)
    one["assets"] = {"B04": {"href": "https://example.org/B04.tif", "type": "image/tiff", **BANDS, **(fields or {})}}
    return Items(client=Client(), base="https://example.org", profile=profile_named(profile)).entry(one)


def test_profiles_are_consistent():
    assert len({profile.name for profile in PROFILES}) == len(PROFILES)
    for profile in PROFILES:
        assert profile.url.startswith("https://")
        assert profile_at(profile.url + "/") is profile
        assert "{year}" in profile.credit or profile.name == "usgs-landsat"
        assert profile.sources or any("no page of the provider was found" in trap for trap in profile.traps)
        for holding in profile.holdings:
            kind = sensor(holding.sensor)
            assert not holding.quality or kind.quality is not None
            assert (holding.offset is Offset.FIXED) == (holding.offset_value is not None)
    assert profile_at("https://example.org") is None
    assert profile_named("nowhere") is None


def opera(collection="OPERA_L2_RTC-S1_V1_1", **properties):
    """Return a burst in the form in which NASA's Common Metadata Repository serves it."""
    name = "OPERA_L2_RTC-S1_T063-133417-IW3_20240701T001410Z_20240701T044329Z_S1A_30_v1.0"
    one = item(name, "2024-07-01", collection=collection, **properties)
    files = {f"0_{layer}": {"href": f"https://example.org/{name}_{layer}.tif"} for layer in ("VV", "VH", "mask")}
    one["assets"] = {**files, "metadata": {"href": "https://example.org/x.xml", "type": "application/xml"}}
    return Items(client=Client(), base="https://example.org", profile=profile_named("opera")).entry(one)


def test_a_burst_of_nasas_catalogue_is_radar_with_its_mask_and_credit():
    found = opera()
    assert (found.sensor.key, found.bands) == ("sentinel-1-rtc", ("vv", "vh"))
    assert found.quality_asset.key == "0_mask"
    assert found.credit == "Contains modified Copernicus Sentinel data 2024; terrain-corrected by NASA/JPL OPERA"
    assert terms_of(found.license).use is Use.OPEN


def test_static_layers_of_opera_are_no_backscatter():
    assert opera("OPERA_L2_RTC-S1-STATIC_V1_1").sensor.key == "geotiff"


@pytest.mark.parametrize(("baseline", "offset"), [("02.12", 0.0), ("03.01", 0.0), ("04.00", -0.1), ("05.11", -0.1)])
def test_silent_items_get_what_the_product_has_and_say_so(baseline, offset):
    found = scene("planetary-computer", "sentinel-2-l2a", **MSI, **{"s2:processing_baseline": baseline})
    assert (found.assets[0].scale, found.assets[0].offset) == (1e-4, offset)
    assert f"offset {offset!r} are not in the item: known of planetary-computer sentinel-2-l2a" in found.notes[-1]
    check_offset(found, found.assets[0])


def test_nothing_is_put_in_where_the_baseline_is_not_stated_or_the_item_speaks():
    found = scene("planetary-computer", "sentinel-2-l2a", **MSI)
    assert (found.assets[0].scale, found.assets[0].offset) == (None, None)
    stated = {"raster:bands": [{"scale": 2e-4, "offset": -0.3}]}
    properties = {**MSI, "s2:processing_baseline": "05.11"}
    found = scene("planetary-computer", "sentinel-2-l2a", fields=stated, **properties)
    assert (found.assets[0].scale, found.assets[0].offset) == (2e-4, -0.3)
    other = scene("planetary-computer", "other", **properties)
    assert other.assets[0].scale is None


@pytest.mark.parametrize("flag", [True, False])
def test_an_offset_that_is_known_to_be_wrong_in_part_is_not_used(flag):
    stated = {"raster:bands": [{"scale": 1e-4, "offset": -0.1}]}
    properties = {**MSI, "s2:processing_baseline": "05.11", "earthsearch:boa_offset_applied": flag}
    found = scene("earth-search", "sentinel-2-l2a", fields=stated, **properties)
    with pytest.raises(Exception, match="offset of asset 'B04' of scene a is unknown"):
        check_offset(found, found.assets[0])
    better = scene(
        "earth-search", "sentinel-2-c1-l2a", fields=stated, **{**properties, "earthsearch:boa_offset_applied": False}
    )
    assert better.assets[0].offset == -0.1
    check_offset(better, better.assets[0])


def test_landsat_surface_reflectance_and_not_its_temperature():
    properties = {"platform": "landsat-8", "landsat:correction": "L2SP", "landsat:collection_number": "02"}
    fields = {"eo:bands": [{"name": "OLI_B4", "common_name": "red"}]}
    red = scene("usgs-landsat", "landsat-c2l2-sr", fields=fields, **properties)
    assert (red.bands, red.assets[0].scale, red.assets[0].offset) == (("red",), 2.75e-05, -0.2)
    fields = {"eo:bands": [{"name": "OLI_B10", "common_name": "lwir11"}]}
    warm = scene("usgs-landsat", "landsat-c2l2-sr", fields=fields, **properties)
    assert (warm.bands, warm.assets[0].scale) == (("lwir11",), None)


def test_open_data_carries_its_credit_and_its_licence():
    found = scene("maxar-open-data", "event", platform="WV02")
    assert found.credit.startswith("Maxar Open Data Program 2020")
    assert terms_of(found.license).use is Use.NONCOMMERCIAL


def test_an_open_bucket_is_read_over_https_and_another_is_not():
    fields = {"href": "s3://sentinel-cogs/a/B04.tif"}
    assert scene("earth-search", "x", fields=fields).assets[0].location.href == (
        "https://sentinel-cogs.s3.us-west-2.amazonaws.com/a/B04.tif"
    )
    assert scene("earth-search", "x", fields={"href": "s3://usgs-landsat/a/B04.tif"}).assets[0].location is None


def test_a_known_catalogue_brings_its_redirects_and_its_signer():
    opera = _client(profile_named("opera"), Access(), None)
    assert opera.access.may_redirect("datapool.asf.alaska.edu", "cumulus.asf.earthdatacloud.nasa.gov")
    assert not opera.access.may_redirect("datapool.asf.alaska.edu", "urs.earthdata.nasa.gov")  # a login page
    assert isinstance(_client(profile_named("planetary-computer"), Access(), None).signer, PlanetaryComputerSigner)
    own = BearerToken("x", hosts=("a",))
    assert _client(profile_named("planetary-computer"), Access(), own).signer is own


class Clock:
    now = datetime(2026, 11, 27, 12, tzinfo=UTC)

    def __call__(self):
        return self.now


def signer(server, clock):
    access = Access(local_hosts=("127.0.0.1",), tries=1)
    return PlanetaryComputerSigner(server.url + "/token", access=access, clock=clock, storage=".0.0.1")


def test_tokens_are_kept_while_they_last_and_renewed_after_a_refusal():
    clock, given = Clock(), []

    def token(_):
        given.append(1)
        return {"token": f"sig=SECRET{len(given)}", "msft:expiry": "2026-11-27T12:45:00Z"}

    with FaultServer(files={"/box/a.tif": b"pixels"}, answers={"/token/127/box": token}) as server:
        client = loopback(signer(server, clock))
        url = server.url + "/box/a.tif"
        for _ in range(3):
            assert client.get(url) == b"pixels"
        assert len(given) == 1
        clock.now = datetime(2026, 11, 27, 12, 44, tzinfo=UTC)
        client.get(url)
        assert len(given) == 2
        clock.now = datetime(2026, 11, 27, 12, tzinfo=UTC)
        server.faults["/box/a.tif"] = ["403"]
        client.get(url)
        assert len(given) == 3
        assert [one.path for one in server.seen if "box/a" in one.path][-1] == "/box/a.tif?sig=SECRET3"
        assert "SECRET" not in repr(client.signer)


@pytest.mark.parametrize(
    "answer", [{"token": "x"}, {"error": "no"}, [], b"<html>", {"token": "x", "msft:expiry": "soon"}]
)
def test_a_server_that_gives_no_token_is_an_error(answer):
    with FaultServer(files={"/box/a.tif": b"pixels"}, answers={"/token/127/box": lambda _: answer}) as server:
        with pytest.raises(AccessError, match="gives no token"):
            loopback(signer(server, Clock())).get(server.url + "/box/a.tif")
        server.always["/token/127/box"] = "404"
        with pytest.raises((RemoteError, OSError)):
            loopback(signer(server, Clock())).get(server.url + "/box/a.tif")


def test_other_hosts_and_signed_addresses_are_left_alone():
    made = PlanetaryComputerSigner()
    for url in (
        "https://example.org/a.tif",
        "https://x.blob.core.windows.net/c/a.tif?sig=1",
        "https://x.blob.core.windows.net/",
    ):
        assert made.signed(url, fresh=False).url == url


@pytest.mark.parametrize(("token", "hosts"), [("", ("a",)), ("a\nb", ("a",)), ("x", ())])
def test_a_token_needs_a_value_and_hosts(token, hosts):
    with pytest.raises(InputError, match="token \\(not shown\\)"):
        BearerToken(token, hosts=hosts)
