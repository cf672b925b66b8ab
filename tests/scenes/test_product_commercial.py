"""Commercial GeoTIFFs: time, angles, scale and licence as the provider's JSON states them, and nothing beyond."""

import json

import numpy as np
import pytest
from support.products import beside, pixels, write

from osint_imagery.core.errors import CatalogError
from osint_imagery.core.flags import Flag
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.scenes.catalog import open_catalog
from osint_imagery.scenes.license import Use, terms_of
from osint_imagery.scenes.reading import native_grid, read
from osint_imagery.scenes.scene import Refused

OUTLINE = {"type": "Polygon", "coordinates": [[[-7.5, 53.2], [-7.4, 53.2], [-7.4, 53.3], [-7.5, 53.3], [-7.5, 53.2]]]}


def only(folder):
    (entry,) = open_catalog(folder).entries()
    return entry


# Fields as Planet's Data API writes them
PLANET = {
    "type": "Feature",
    "id": "20210709_175710_72_105e",
    "geometry": OUTLINE,
    "properties": {
        "acquired": "2021-07-09T17:57:10.722684Z",
        "cloud_cover": 0.04,
        "item_type": "PSScene",
        "provider": "planetscope",
        "published": "2021-09-20T03:03:40Z",
        "satellite_id": "105e",
        "sun_azimuth": 176.4,
        "sun_elevation": 46.9,
        "view_angle": 3.1,
    },
}


def planet(folder, files, body=PLANET):
    for tail, values in files.items():
        write(folder / f"{PLANET['id']}_3B_{tail}.tif", values, pixel=3.0)
    return beside(folder, f"{PLANET['id']}_metadata.json", body)


def test_planet_item_dates_scales_and_credits_the_analytic_file(tmp_path):
    bands = np.stack([pixels(i) for i in range(4)])
    mask = np.zeros((8, 40, 40), np.uint8)
    mask[0, :10], mask[5, 10:20], mask[2, 20:30], mask[6] = 1, 1, 1, 93
    path = planet(
        tmp_path, {"AnalyticMS_SR": bands, "AnalyticMS": bands, "udm2": mask, "Visual": bands.astype(np.uint8)}
    )
    scene = only(tmp_path)
    assert (scene.id, scene.bands) == (PLANET["id"], ("blue", "green", "red", "nir"))
    assert scene.acquired == TimeSpan("2021-07-09T17:57:10.722684Z")  # not when it was published
    assert (scene.sun_elevation_deg, scene.scene_cloud_percent, scene.view_zenith_deg) == (46.9, 4.0, None)
    assert scene.credit == "Image © 2021 Planet Labs PBC"
    assert terms_of(scene.license).gated
    assert scene.metadata == path.read_bytes()
    assert any("AnalyticMS.tif" in note and "Visual.tif" in note for note in scene.notes)
    image = read(scene, native_grid(scene, "red"))
    assert image.unit == "reflectance"
    np.testing.assert_allclose(image.values[2, :10], pixels(2)[:10] / 10000, atol=1e-6)
    rows = image.flags[:, 0]
    assert (rows[:10] == 0).all()
    assert (rows[10:20] == Flag.CLOUD).all()
    assert (rows[20:30] == Flag.CLOUD_SHADOW).all()
    assert (rows[30:] == Flag.QUALITY_UNKNOWN).all()  # in no class: not classified


@pytest.mark.parametrize(
    ("tail", "count", "unit", "factor"),
    [
        ("AnalyticMS_SR_8b", 8, "reflectance", 1e-4),
        ("AnalyticMS_toar_clip", 4, "reflectance", 1e-4),
        ("AnalyticMS", 4, "W/(m2 sr um)", 0.01),
    ],
)
def test_planet_levels_have_their_own_scale(tmp_path, tail, count, *, unit, factor):
    planet(tmp_path, {tail: np.stack([pixels(i) for i in range(count)])})
    scene = only(tmp_path)
    image = read(scene, native_grid(scene, "red"))
    assert image.unit == unit
    assert len(image.bands) == count
    place = image.bands.index("red")
    np.testing.assert_allclose(image.values[place], pixels(place) * factor, rtol=1e-5)
    assert any("no usable data mask" in note for note in scene.notes)


def test_planet_file_of_an_unknown_number_of_bands_is_refused(tmp_path):
    planet(tmp_path, {"AnalyticMS_SR": np.stack([pixels(0)] * 5)})
    reasons = [entry.reason for entry in open_catalog(tmp_path).entries()]
    assert any("has 5 bands; PlanetScope analytic files have 3, 4 or 8" in reason for reason in reasons)


def test_planet_item_without_a_time_is_refused(tmp_path):
    properties = {key: value for key, value in PLANET["properties"].items() if key != "acquired"}
    planet(tmp_path, {"AnalyticMS_SR": np.stack([pixels(0)] * 4)}, {**PLANET, "properties": properties})
    entries = list(open_catalog(tmp_path).entries())
    assert any("no properties.acquired" in entry.reason for entry in entries if isinstance(entry, Refused))
    assert not [entry for entry in entries if not isinstance(entry, Refused)]


# Fields as Umbra's "Collect Metadata" schema 1.1.0 writes them
UMBRA = {
    "version": "1.1.0",
    "vendor": "Umbra Space",
    "imagingMode": "SPOTLIGHT",
    "umbraSatelliteName": "UMBRA_04",
    "collects": [
        {
            "startAtUTC": "2023-07-18T02:30:33+00:00",
            "endAtUTC": "2023-07-18T02:30:36.374803+00:00",
            "polarizations": ["VV"],
            "angleIncidenceDegrees": 47.4,
        }
    ],
}


def test_umbra_metadata_date_the_file_and_claim_no_licence(tmp_path):
    values = pixels(1, low=1, high=200).astype(np.uint8)
    write(tmp_path / "2023-07-18-02-30-33_UMBRA-04_GEC.tif", values, pixel=1.0)
    beside(tmp_path, "2023-07-18-02-30-33_UMBRA-04_METADATA.json", UMBRA)
    scene = only(tmp_path)
    assert scene.acquired == TimeSpan("2023-07-18T02:30:33Z", "2023-07-18T02:30:36.374803Z")
    assert (scene.bands, scene.sensor.kind, scene.view_zenith_deg) == (("vv",), "radar", 47.4)
    assert (scene.license, scene.credit) == ("not stated", "Source: Umbra (licence not stated)")
    assert "ground 100 m above it is displaced by 92 m (incidence angle 47.4 degrees)" in scene.notes[0]
    image = read(scene, native_grid(scene, "vv"))
    assert image.unit == "DN"
    np.testing.assert_array_equal(image.values[0], values)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"collects": []}, "name 0 collects"),
        ({"collects": [{}]}, "'startAtUTC'"),
        ({"collects": [{**UMBRA["collects"][0], "startAtUTC": "2023-07-18T02:30:33"}]}, "no time zone"),
    ],
)
def test_umbra_metadata_that_lack_a_fact_refuse_the_product(tmp_path, change, match):
    write(tmp_path / "a_GEC.tif", pixels(1), pixel=1.0)
    beside(tmp_path, "a_METADATA.json", {**UMBRA, **change})
    found = [entry for entry in open_catalog(tmp_path).entries() if isinstance(entry, Refused)]
    assert any(match in entry.reason for entry in found)


# Fields as Capella's product format specification writes them
def capella(product_type="GEO", **changes):
    image = {"radiometry": "sigma_nought", "scale_factor": 0.0003430887, "center_pixel": {"incidence_angle": 35.0}}
    collect = {
        "platform": "capella-2",
        "start_timestamp": "2020-12-09T21:33:29.123456789Z",
        "stop_timestamp": "2020-12-09T21:33:32.5Z",
        "radar": {"transmit_polarization": "H", "receive_polarization": "H"},
        "image": image,
    }
    return {"software_version": "2.35.0", "product_type": product_type, "collect": collect, **changes}


def test_capella_metadata_scale_the_file(tmp_path):
    write(tmp_path / "CAPELLA_C02_SP_GEO_HH.tif", pixels(1), pixel=1.0)
    beside(tmp_path, "CAPELLA_C02_SP_GEO_HH_extended.json", capella(license="CC-BY-4.0"))
    scene = only(tmp_path)
    assert scene.acquired == TimeSpan("2020-12-09T21:33:29.123456Z", "2020-12-09T21:33:32.5Z")
    assert (scene.platform, scene.processing_version, scene.notes) == ("capella-2", "2.35.0", ())
    assert scene.credit.startswith("Capella Space 2020, CC BY 4.0")
    assert terms_of(scene.license).use is Use.OPEN
    image = read(scene, native_grid(scene, "hh"))
    assert image.unit == "amplitude (sigma_nought)"
    np.testing.assert_allclose(image.values[0], pixels(1) * 0.0003430887, rtol=1e-5)


def test_capella_on_the_ellipsoid_says_by_how_much_ground_is_displaced(tmp_path):
    write(tmp_path / "C.tif", pixels(1), pixel=1.0)
    beside(tmp_path, "C.json", capella("GEC", license="Capella commercial"))
    scene = only(tmp_path)
    assert "displaced by 143 m (incidence angle 35.0 degrees)" in scene.notes[0]
    assert scene.credit == "Source: Capella Space (licence Capella commercial)"
    assert terms_of(scene.license).gated


def test_capella_complex_product_is_not_taken_for_one(tmp_path):
    write(tmp_path / "C.tif", pixels(1), pixel=1.0)
    beside(tmp_path, "C_extended.json", capella("SLC"))
    assert "no date" in only(tmp_path).reason


# Fields as the items of Maxar Open Data write them
def maxar(**assets):
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": "11/031131032231/10300100DB064000",
        "geometry": OUTLINE,
        "properties": {
            "datetime": "2023-02-11T08:01:02Z",
            "platform": "WV02",
            "gsd": 0.6,
            "view:off_nadir": 20.1,
            "view:incidence_angle": 22.5,
            "view:azimuth": 100.0,
            "view:sun_azimuth": 150.0,
            "view:sun_elevation": 35.0,
            "catalog_id": "10300100DB064000",
        },
        "links": [{"rel": "root", "href": "https://maxar-opendata.s3.amazonaws.com/events/catalog.json"}],
        "assets": assets,
    }


def asset(name, **fields):
    href = f"https://maxar-opendata.s3.amazonaws.com/events/x/ard/10300100DB064000-{name}.tif?a=b"
    return {"href": href, "type": "image/tiff; application=geotiff; profile=cloud-optimized", **fields}


RGB = [
    {"name": "BAND_R", "common_name": "red"},
    {"name": "BAND_G", "common_name": "green"},
    {"name": "BAND_B", "common_name": "blue"},
]


def test_maxar_item_beside_its_files_is_a_scene_whatever_its_links_say(tmp_path):
    write(tmp_path / "10300100DB064000-ms_analytic.tif", np.stack([pixels(i) for i in range(3)]), pixel=2.0)
    write(tmp_path / "10300100DB064000-visual.tif", np.stack([pixels(i) for i in range(3)]).astype(np.uint8), pixel=1.0)
    item = maxar(
        ms_analytic=asset("ms_analytic", **{"eo:bands": RGB, "roles": ["data"]}),
        visual=asset("visual", **{"eo:bands": RGB, "roles": ["visual"]}),
        pan_analytic=asset("pan_analytic"),
    )
    path = beside(tmp_path, "10300100DB064000.json", item)
    scene = only(tmp_path)
    assert scene.id == "11/031131032231/10300100DB064000"
    assert scene.acquired == TimeSpan("2023-02-11T08:01:02Z")
    assert (scene.view_zenith_deg, scene.view_azimuth_deg, scene.sun_elevation_deg) == (22.5, 100.0, 35.0)
    assert (scene.license, scene.metadata) == ("CC-BY-NC-4.0", path.read_bytes())
    assert scene.credit.startswith("Maxar Open Data Program 2023, CC BY-NC 4.0")
    assert "files of the item that are not here: pan_analytic" in scene.notes
    assert scene.bands == ("red", "green", "blue")
    np.testing.assert_array_equal(read(scene, native_grid(scene, "red")).values[0], pixels(0))


def test_maxar_picture_alone_opens_and_is_called_a_picture(tmp_path):
    values = np.stack([pixels(i) for i in range(3)]).astype(np.uint8)
    write(tmp_path / "10300100DB064000-visual.tif", values, pixel=1.0)
    beside(tmp_path, "10300100DB064000.json", maxar(visual=asset("visual", **{"eo:bands": RGB, "roles": ["visual"]})))
    scene = only(tmp_path)
    assert scene.bands == ("red", "green", "blue")
    assert any("its brightness is no measurement" in note for note in scene.notes)
    assert read(scene, native_grid(scene, "red")).unit == "DN"


def test_item_that_cannot_be_understood_is_refused_not_dropped(tmp_path):
    write(tmp_path / "10300100DB064000-visual.tif", pixels(1), pixel=1.0)
    item = maxar(visual=asset("visual"))
    beside(tmp_path, "i.json", {**item, "properties": {}})
    found = list(open_catalog(tmp_path).entries())
    assert any("has no date" in entry.reason for entry in found)
    assert all(isinstance(entry, Refused) for entry in found)


def test_json_of_no_provider_changes_nothing(tmp_path):
    write(tmp_path / "a.tif", pixels(1), pixel=1.0)
    (tmp_path / "a.json").write_text(json.dumps({"acquired": "2020-01-01", "source": "The Press"}))
    for name, text in (("b.json", "{"), ("c.json", "[1]"), ("d.json", '{"type": "Feature"}'), ("e.json", "{}")):
        (tmp_path / name).write_text(text)
    beside(tmp_path, "lonely.json", maxar(visual=asset("visual")))
    assert only(tmp_path).credit == "Source: The Press"
    (tmp_path / "a.json").write_text("{")
    with pytest.raises(CatalogError, match="cannot be read as JSON"):
        only(tmp_path)
