"""Public catalogues that people use: where they are, what they hold, and what goes wrong there. Facts only, as data."""

from osint_imagery.scenes.profile import Holding, Offset, Profile, Storage

__all__ = ["PROFILES", "Holding", "Offset", "Profile", "Storage", "profile_at", "profile_named"]


_SENTINEL = "Copernicus Sentinel data legal notice: free, full and open; credit required"
_SENTINEL_CREDIT = "Contains modified Copernicus Sentinel data {year}"
_USGS = "public domain (U.S. Geological Survey)"
_USGS_CREDIT = "Landsat-{number} image courtesy of the U.S. Geological Survey"
_LIKE_ESA = "B01 to B12 and B8A, as ESA names them"
_WORDS = "coastal, blue, green, red, rededge1 to rededge3, nir, nir08, nir09, swir16, swir22"
_EARTH_SEARCH_OFFSET = (
    "earthsearch:boa_offset_applied and the stated offset contradict the pixels of some items "
    "(Element84/earth-search#66, #71, cirrus-earth-search#33): use sentinel-2-c1-l2a"
)
_SERVED = "items as served, in the source package odc-stac 0.5.3 (tests/servers/test_real_items.py)"
_ROTS = "items are replaced under the same id, and removed, when products are processed anew: keep the digests"
_VHR = "visual (8 bit picture), ms_analytic, pan_analytic, in the newer catalogue visual alone"

PROFILES: tuple[Profile, ...] = (
    Profile(
        name="earth-search",
        title="Earth Search by Element 84",
        url="https://earth-search.aws.element84.com/v1",
        license=f"{_SENTINEL}; Landsat: {_USGS}",
        credit=f"{_SENTINEL_CREDIT}; {_USGS_CREDIT}",
        reading="Sentinel-2 Level-2A: nothing. Landsat and Sentinel-2 Level-1C lie in buckets whose reader pays (s3://)",
        open_buckets=(
            ("sentinel-cogs", "https://sentinel-cogs.s3.us-west-2.amazonaws.com"),
            (
                "e84-earth-search-sentinel-data",
                "https://e84-earth-search-sentinel-data.s3.us-west-2.amazonaws.com",
            ),
        ),
        holdings=(
            Holding(
                id="sentinel-2-c1-l2a",
                sensor="sentinel-2-l2a",
                bands=_WORDS,
                quality="scl",
                traps=(
                    "Collection 1: baseline 05.00 or later also for the years before 2022, so with the offset -0.1",
                ),
            ),
            Holding(
                id="sentinel-2-l2a",
                sensor="sentinel-2-l2a",
                bands=_WORDS,
                quality="scl",
                offset=Offset.NOT_TRUSTED,
                traps=(_EARTH_SEARCH_OFFSET,),
            ),
        ),
        traps=(
            "scenes are missing (Element84/earth-search#10, #29, #36, #65, #70): no scene found is not no scene taken",
            _ROTS,
        ),
        sources=("https://github.com/Element84/earth-search", "https://registry.opendata.aws/sentinel-2-l2a-cogs/"),
    ),
    Profile(
        name="planetary-computer",
        title="Microsoft Planetary Computer",
        url="https://planetarycomputer.microsoft.com/api/stac/v1",
        license=f"{_SENTINEL}; Landsat: {_USGS}",
        credit=f"{_SENTINEL_CREDIT}; {_USGS_CREDIT}",
        reading="addresses are signed with a token that its server gives to everybody and that expires within an hour",
        signing="planetary-computer",
        holdings=(
            Holding(
                id="sentinel-2-l2a",
                sensor="sentinel-2-l2a",
                bands=_LIKE_ESA,
                quality="SCL",
                scale=1e-4,
                offset=Offset.BASELINE,
                traps=("items state neither scale nor offset (microsoft/PlanetaryComputer#134)",),
            ),
            Holding(
                id="landsat-c2-l2",
                sensor="landsat-c2-l2",
                bands="coastal, blue, green, red, nir08, swir16, swir22, lwir, lwir11",
                quality="qa_pixel",
            ),
            Holding(
                id="sentinel-1-rtc",
                sensor="sentinel-1-rtc",
                bands="vv, vh, hh, hv",
                quality="",
                traps=(
                    "a step between Sentinel-1A and 1C from May 2025 (microsoft/PlanetaryComputer#492)",
                    (
                        "its token wanted an account's key until 2024 (microsoft/PlanetaryComputer#230); users report "
                        "that it no longer does"
                    ),
                ),
            ),
        ),
        traps=(
            "older baselines are removed when a product is processed anew (microsoft/PlanetaryComputer#394)",
            "one acquisition is offered in several baselines (microsoft/PlanetaryComputer#163)",
        ),
        sources=(
            "https://planetarycomputer.microsoft.com/docs/concepts/sas/",
            "https://github.com/microsoft/PlanetaryComputer/issues/230",
        ),
    ),
    Profile(
        name="copernicus",
        title="Copernicus Data Space Ecosystem",
        url="https://stac.dataspace.copernicus.eu/v1",
        license=_SENTINEL,
        credit=_SENTINEL_CREDIT,
        reading="S3 at eodata.dataspace.copernicus.eu with an account's keys; the https addresses need a token",
        storage=Storage(endpoint="https://eodata.dataspace.copernicus.eu", region="default"),
        holdings=(
            Holding(
                id="sentinel-2-l2a",
                sensor="sentinel-2-l2a",
                bands="B01_20m to B12_20m and so on: each band once for each pixel size",
                quality="SCL_20m",
                traps=(
                    "JPEG 2000, not cloud-optimized: a window costs far more than its pixels",
                    "scale 0.0001 and offset -0.1 are stated for AOT and WVP too, where they are wrong",
                    "B01 is also there at 20 m, blown up from 60 m (role sampling:upsampled)",
                ),
            ),
            Holding(id="sentinel-2-l1c", sensor="sentinel-2-l1c", bands=_LIKE_ESA, quality=""),
            Holding(id="sentinel-1-grd", sensor="sentinel-1-grd", bands="vv, vh, hh, hv", quality=""),
        ),
        traps=("checksums are SHA3-256 or MD5, some with a prefix that fits none: compared where the kind is known",),
        sources=("https://documentation.dataspace.copernicus.eu/APIs/S3.html", _SERVED),
    ),
    Profile(
        name="usgs-landsat",
        title="USGS LandsatLook",
        url="https://landsatlook.usgs.gov/stac-server",
        license=_USGS,
        credit=_USGS_CREDIT,
        reading="an account: its https addresses redirect to a login, its bucket usgs-landsat makes the reader pay",
        storage=Storage(endpoint=None, region="us-west-2", requester_pays=True),
        holdings=(
            Holding(
                id="landsat-c2l2-sr",
                sensor="landsat-c2-l2",
                bands="coastal, blue, green, red, nir08, swir16, swir22; SR_B1.TIF and so on in old items",
                quality="qa_pixel",
                # Landsat Collection 2 Level-2 Science Product Guide (USGS LSDS-1619), surface reflectance
                scale=2.75e-05,
                offset_value=-0.2,
                offset=Offset.FIXED,
                traps=("items of the years before STAC 1.0 give the date without the time, as midnight UTC",),
            ),
            Holding(id="landsat-c2l1", sensor="landsat-c2-l1", bands="as landsat-c2l2-sr, and pan", quality="qa_pixel"),
        ),
        traps=("several levels of one scene are items of several collections: name the collection",),
        sources=(
            "https://www.usgs.gov/landsat-missions/spatiotemporal-asset-catalog-stac",
            "https://www.usgs.gov/faqs/are-landsat-data-cloud-still-considered-be-within-public-domain",
            _SERVED,
        ),
    ),
    Profile(
        name="opera",
        title="OPERA at ASF, by NASA's Common Metadata Repository",
        url="https://cmr.earthdata.nasa.gov/stac/ASF",
        license=_SENTINEL,
        credit=f"{_SENTINEL_CREDIT}; terrain-corrected by NASA/JPL OPERA",
        reading="an Earthdata Login token (Bearer)",
        token_hosts=(
            "datapool.asf.alaska.edu",
            "cumulus.asf.alaska.edu",
            "cumulus.asf.earthdatacloud.nasa.gov",
        ),
        redirects=(
            "cumulus.asf.alaska.edu",
            "*.asf.earthdatacloud.nasa.gov",
            "*.cloudfront.net",
        ),
        holdings=(
            Holding(
                id="OPERA_L2_RTC-S1_V1_1",
                sensor="sentinel-1-rtc",
                bands="0_VV, 0_VH (or 0_HH, 0_HV), one file each; a scene is one burst",
                quality="0_mask",
                traps=("files are reached over redirects to signed addresses on other hosts",),
            ),
        ),
        traps=(
            "coverage differs much from region to region: no scene found is not no scene taken",
            "items name neither satellite nor track: only the product id does",
        ),
        sources=(
            "https://www.jpl.nasa.gov/go/opera/products/rtc-product/",
            "https://developers.google.com/earth-engine/datasets/catalog/OPERA_RTC_L2_V1_S1",
        ),
    ),
    Profile(
        name="maxar-open-data",
        title="Maxar Open Data Program",
        url="https://maxar-opendata.s3.amazonaws.com/events/catalog.json",
        license="CC-BY-NC-4.0",
        credit="Maxar Open Data Program {year}, CC BY-NC 4.0, changes made",
        reading="nothing",
        source="Maxar Open Data Program",
        open_buckets=(("maxar-opendata", "https://maxar-opendata.s3.amazonaws.com"),),
        holdings=(),
        traps=(
            f"static files, one collection an event; assets: {_VHR}",
            "non-commercial: a newsroom may be outside the licence",
            "view angles differ much from date to date: tall things lean",
        ),
        sources=("https://github.com/opengeos/maxar-open-data", "https://registry.opendata.aws/maxar-open-data/"),
    ),
    Profile(
        name="vantor-open-data",
        title="Vantor Open Data Program",
        url="https://vantor-opendata.s3.amazonaws.com/events/catalog.json",
        license="CC-BY-NC-4.0",
        credit="Vantor Open Data Program {year}, CC BY-NC 4.0, changes made",
        reading="nothing",
        source="Vantor Open Data Program",
        open_buckets=(("vantor-opendata", "https://vantor-opendata.s3.amazonaws.com"),),
        holdings=(),
        traps=(
            f"static files, one collection an event; assets: {_VHR}",
            (
                "licence: by analogy with Maxar's program and by others' code; no page of the provider was found, look "
                "at the event's own terms"
            ),
        ),
    ),
)
"""Every catalogue that is known by name."""


def profile_named(name: str) -> Profile | None:
    """Return the catalogue with a name, None where none has it.

    Examples
    --------
    >>> profile_named("earth-search").url
    'https://earth-search.aws.element84.com/v1'
    """
    return next((profile for profile in PROFILES if profile.name == name), None)


def profile_at(url: str) -> Profile | None:
    """Return the catalogue that an address leads to, None where it is no known one."""
    return next((profile for profile in PROFILES if url.rstrip("/") == profile.url.rstrip("/")), None)
