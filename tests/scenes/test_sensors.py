import pytest

from osint_imagery.core.errors import InputError
from osint_imagery.scenes.naming import common_name, sensor_key
from osint_imagery.scenes.sensors import SENSORS, sensor


def test_common_names_are_distinct_within_one_instrument():
    for kind in SENSORS:
        for prefix in ("TM_", "OLI_", "B", "V", "H"):
            names = [band.common_name for band in kind.bands if band.name.startswith(prefix)]
            assert len(names) == len(set(names)), kind.key


def test_red_edge_bands_are_told_apart_by_the_providers_name():
    kind = sensor("sentinel-2-l1c")
    assert [common_name(kind, name) for name in ("B05", "B6", "B07", "B8A")] == [
        "rededge1",
        "rededge2",
        "rededge3",
        "nir08",
    ]


def test_landsat_band_one_depends_on_the_satellite():
    kind = sensor("landsat-c2-l2")
    assert common_name(kind, "SR_B1", "landsat-5") == "blue"
    assert common_name(kind, "SR_B1", "LANDSAT_8") == "coastal"
    assert common_name(kind, "SR_B1", None) is None
    assert common_name(kind, "ETM_B3", None) == "red"


@pytest.mark.parametrize(
    ("properties", "key"),
    [
        ({"constellation": "sentinel-2", "processing:level": "L1C"}, "sentinel-2-l1c"),
        ({"constellation": "Sentinel-2", "s2:product_type": "S2MSI2A"}, "sentinel-2-l2a"),
        ({"constellation": "sentinel-2"}, "geotiff"),
        ({"platform": "sentinel-1a", "sar:product_type": "RTC"}, "sentinel-1-rtc"),
        ({"platform": "sentinel-1a", "sar:product_type": "GRD"}, "sentinel-1-grd"),
        ({"platform": "sentinel-1a", "sar:product_type": "SLC"}, "geotiff"),
        ({"platform": "landsat-8", "landsat:collection_number": "02", "landsat:correction": "L2SP"}, "landsat-c2-l2"),
        ({"platform": "landsat-8", "landsat:collection_number": "02", "landsat:correction": "L1TP"}, "landsat-c2-l1"),
        ({"platform": "landsat-8", "landsat:collection_number": "pre"}, "landsat-l1"),
        ({"platform": "landsat-8"}, "geotiff"),
        ({"osint:sensor": "simulated-msi"}, "simulated-msi"),
        ({"platform": "cubesat"}, "geotiff"),
        ({}, "geotiff"),
    ],
)
def test_sensor_follows_from_what_the_metadata_states(properties, key):
    assert sensor_key(properties) == key


def test_doi_follows_the_satellite():
    kind = sensor("landsat-c2-l2")
    assert [kind.doi_for(name) for name in ("landsat-5", "landsat-7", "landsat-9", None)] == [
        "10.5066/P9IAXOVV",
        "10.5066/P9C7I13B",
        "10.5066/P9OGBGM6",
        None,
    ]
    assert sensor("sentinel-2-l2a").doi_for("sentinel-2b") == "10.5270/S2_-znk9xsj"


def test_unknown_sensor_is_refused():
    with pytest.raises(InputError, match="sensor='spot-9' is not known; choose one of"):
        sensor("spot-9")
