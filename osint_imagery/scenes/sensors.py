"""What each sensor's products hold: bands, quality layer, unit, credit line, licence."""

from dataclasses import dataclass, replace
from enum import StrEnum

from osint_imagery.core.errors import InputError

__all__ = ["SENSORS", "Band", "QualityEncoding", "Sensor", "satellite_number", "sensor"]


class QualityEncoding(StrEnum):
    """How a provider writes its per-pixel quality layer; decoded in ``scenes.quality``."""

    SCL = "SCL"
    QA_PIXEL = "QA_PIXEL"
    BQA = "BQA"
    QA60 = "QA60"
    RTC_MASK = "RTC_MASK"
    MSK_CLASSI = "MSK_CLASSI"
    BQA_C1 = "BQA_C1"
    UDM2 = "UDM2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """One band of a sensor.

    Parameters
    ----------
    name : str
        The provider's name (``"B05"``).
    common_name : str
        The library's name, distinct within a sensor (``"rededge1"``).
    center_um : float or None
        Central wavelength, micrometers; None for radar.
    gsd_m : float
        Pixel side of the product, m.
    """

    name: str
    common_name: str
    center_um: float | None
    gsd_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensor:
    """A kind of product: one sensor at one processing level.

    Parameters
    ----------
    key, name : str
        Short key (``"sentinel-2-l2a"``) and the name in words.
    kind : str
        ``"optical"``, ``"radar"`` or ``"unknown"``.
    level : str
        Processing level as the provider writes it.
    bands : tuple of Band
        Empty for a plain GeoTIFF.
    quality : QualityEncoding or None
        How its quality layer is written.
    unit : str
        Unit of the pixels once the product's scale and offset are applied.
    credit : str
        Credit line with ``{year}`` (of the scene) or ``{satellite}``.
    license, doi : str
        Licence of the data; DOI of the product where known (None: see :meth:`doi_for`).
    geolocation_ce90_m : float or None
        Absolute geolocation, radius that holds 90 %, m.
    gsd_m : float or None
        Smallest pixel side among the bands, m.
    needs_scale : bool
        Whether files hold digital numbers that have the unit only after scale and offset.
    fill, saturated : float or None
        Digital numbers that the product definition reserves, in integer files.
    """

    key: str
    name: str
    kind: str
    level: str
    bands: tuple[Band, ...]
    quality: QualityEncoding | None
    unit: str
    credit: str
    license: str
    doi: str | None
    geolocation_ce90_m: float | None
    gsd_m: float | None
    needs_scale: bool = True
    fill: float | None = None
    saturated: float | None = None

    def band_names(self) -> tuple[str, ...]:
        """Return the distinct common names, in the order of the table."""
        return tuple(dict.fromkeys(band.common_name for band in self.bands))

    def doi_for(self, platform: str | None) -> str | None:
        """Return the DOI of the product of this platform, None where none is known."""
        number = satellite_number(platform)
        if self.key == "landsat-c2-l2":
            return _LANDSAT_L2_DOI.get(number)
        return self.doi

    def __repr__(self) -> str:
        return f"Sensor({self.key!r}, {self.kind}, {len(self.band_names())} bands, unit {self.unit})"


# DOI of Collection 2 Level-2 by number of the Landsat satellite (TM, ETM+, OLI/TIRS), as USGS states them
_LANDSAT_L2_DOI = {
    "4": "10.5066/P9IAXOVV",
    "5": "10.5066/P9IAXOVV",
    "7": "10.5066/P9C7I13B",
    "8": "10.5066/P9OGBGM6",
    "9": "10.5066/P9OGBGM6",
}


def _table(text: str) -> tuple[Band, ...]:
    """Parse lines of ``name common center gsd``; ``-`` for no wavelength."""
    rows = (line.split() for line in text.strip().splitlines())
    return tuple(
        Band(name=name, common_name=common, center_um=None if center == "-" else float(center), gsd_m=float(gsd))
        for name, common, center, gsd in rows
    )


# Sentinel-2A central wavelengths, Sentinel-2 Spectral Response Functions (ESA COPE-GSEG-EOPG-TN-15-0007)
_MSI = _table("""
B01 coastal 0.443 60
B02 blue 0.492 10
B03 green 0.560 10
B04 red 0.665 10
B05 rededge1 0.704 20
B06 rededge2 0.741 20
B07 rededge3 0.783 20
B08 nir 0.833 10
B8A nir08 0.865 20
B09 nir09 0.945 60
B10 cirrus 1.374 60
B11 swir16 1.614 20
B12 swir22 2.202 20
""")

_MSI_L2A = tuple(band for band in _MSI if band.name != "B10")

# Names are prefixed by the instrument, as in USGS STAC items: B1 of TM is blue, B1 of OLI is coastal.
_TM = """
TM_B1 blue 0.485 30
TM_B2 green 0.560 30
TM_B3 red 0.660 30
TM_B4 nir08 0.830 30
TM_B5 swir16 1.650 30
TM_B7 swir22 2.215 30
"""
_OLI = """
OLI_B1 coastal 0.443 30
OLI_B2 blue 0.482 30
OLI_B3 green 0.561 30
OLI_B4 red 0.655 30
OLI_B5 nir08 0.865 30
OLI_B6 swir16 1.609 30
OLI_B7 swir22 2.201 30
"""
_LANDSAT_L2 = _table(f"{_TM.strip()}\nTM_B6 lwir 11.45 30\n{_OLI.strip()}\nOLI_B10 lwir11 10.895 30")
_LANDSAT_L1 = _table(
    f"{_TM.strip()}\nTM_B6 lwir 11.45 30\nTM_B8 pan 0.71 15\n{_OLI.strip()}\n"
    "OLI_B8 pan 0.59 15\nOLI_B9 cirrus 1.373 30\nOLI_B10 lwir11 10.895 30\nOLI_B11 lwir12 12.005 30"
)
_SAR_10 = _table("VV vv - 10\nVH vh - 10\nHH hh - 10\nHV hv - 10")
_SAR_30 = _table("VV vv - 30\nVH vh - 30\nHH hh - 30\nHV hv - 30")

_COPERNICUS = "Contains modified Copernicus Sentinel data {year}"
_COPERNICUS_LICENSE = "Copernicus Sentinel data legal notice: free, full and open; credit required"
_USGS = "Landsat-{satellite} image courtesy of the U.S. Geological Survey"
_USGS_LICENSE = "public domain (U.S. Geological Survey)"
# Requirement without ground control points refined on the global reference image: 12.5 m at 2 sigma (ESA OCD 2010).
_MSI_CE90 = 12.5
# Landsat L1TP tier 1: radial RMSE <= 12 m; a circular normal error has CE90 = 1.5174 x RMSE per radius.
_LANDSAT_CE90 = 18.2


def _optical(key: str, name: str, *, level: str, bands: tuple[Band, ...], quality: QualityEncoding) -> Sensor:
    sentinel = key.startswith("sentinel-2")
    dois = {"sentinel-2-l1c": "10.5270/S2_-742ikth", "sentinel-2-l2a": "10.5270/S2_-znk9xsj"}
    return Sensor(
        key=key,
        name=name,
        kind="optical",
        level=level,
        bands=bands,
        quality=quality,
        unit="reflectance",
        credit=_COPERNICUS if sentinel else _USGS,
        license=_COPERNICUS_LICENSE if sentinel else _USGS_LICENSE,
        doi=dois.get(key),
        geolocation_ce90_m=_MSI_CE90 if sentinel else _LANDSAT_CE90,
        gsd_m=min(band.gsd_m for band in bands),
        fill=0.0,  # SPECIAL_VALUES NODATA of the Sentinel-2 products; fill value of the Landsat ones
        saturated=65535.0 if sentinel else None,
    )


def _radar(key: str, name: str, *, level: str, bands: tuple[Band, ...], unit: str) -> Sensor:
    rtc = key == "sentinel-1-rtc"
    return Sensor(
        key=key,
        name=name,
        kind="radar",
        level=level,
        bands=bands,
        quality=QualityEncoding.RTC_MASK if rtc else None,
        unit=unit,
        credit=_COPERNICUS,
        license=_COPERNICUS_LICENSE,
        doi=None,
        geolocation_ce90_m=None,
        gsd_m=bands[0].gsd_m,
        needs_scale=False,
        fill=None if rtc else 0.0,
    )


_SIMULATED = Sensor(
    key="simulated-msi",
    name="simulated multispectral scene",
    kind="optical",
    level="simulated",
    bands=_MSI,
    quality=QualityEncoding.SCL,
    unit="reflectance",
    credit="SIMULATED scene, not an observation (osint_imagery, simulation version {version})",
    license="Apache-2.0",
    doi=None,
    geolocation_ce90_m=None,
    gsd_m=10.0,
)
_GEOTIFF = Sensor(
    key="geotiff",
    name="plain GeoTIFF",
    kind="unknown",
    level="not stated",
    bands=(),
    quality=None,
    unit="DN",
    credit="Source: {source}",
    license="not stated",
    doi=None,
    geolocation_ce90_m=None,
    gsd_m=None,
    needs_scale=False,
)

_Q = QualityEncoding
SENSORS: tuple[Sensor, ...] = (
    _optical("sentinel-2-l1c", "Sentinel-2 MSI Level-1C", level="L1C", bands=_MSI, quality=_Q.QA60),
    _optical("sentinel-2-l2a", "Sentinel-2 MSI Level-2A", level="L2A", bands=_MSI_L2A, quality=_Q.SCL),
    _optical("landsat-c2-l2", "Landsat 4-9 Collection 2 Level-2", level="L2", bands=_LANDSAT_L2, quality=_Q.QA_PIXEL),
    _optical("landsat-c2-l1", "Landsat 4-9 Collection 2 Level-1", level="L1", bands=_LANDSAT_L1, quality=_Q.QA_PIXEL),
    _optical("landsat-c1-l1", "Landsat 4-8 Collection 1 Level-1", level="L1", bands=_LANDSAT_L1, quality=_Q.BQA_C1),
    _optical("landsat-l1", "Landsat Level-1 before Collection 1", level="L1", bands=_LANDSAT_L1, quality=_Q.BQA),
    _radar("sentinel-1-rtc", "Sentinel-1 RTC", level="RTC", bands=_SAR_30, unit="gamma0 (linear power)"),
    _radar("sentinel-1-grd", "Sentinel-1 Ground Range Detected", level="GRD", bands=_SAR_10, unit="DN"),
    _GEOTIFF,
    replace(_GEOTIFF, key="picture", name="picture placed by control points", level="not measurable"),
    _SIMULATED,
)
"""Every sensor the library knows."""


def sensor(key: str) -> Sensor:
    """Return the sensor with this key.

    Examples
    --------
    >>> sensor("sentinel-2-l2a")
    Sensor('sentinel-2-l2a', optical, 12 bands, unit reflectance)
    """
    for item in SENSORS:
        if item.key == key:
            return item
    msg = f"sensor={key!r} is not known; choose one of {', '.join(item.key for item in SENSORS)}"
    raise InputError(msg)


def satellite_number(platform: str | None) -> str:
    """Return the number at the end of a platform's name (``"landsat-8"``: ``"8"``), or an empty string."""
    tail = (platform or "").lower().replace("_", "-").rsplit("-", 1)[-1]
    return tail if tail.isdigit() else ""
