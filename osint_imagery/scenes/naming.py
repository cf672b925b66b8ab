"""Which sensor and which band a provider's metadata mean; never guessed from file names or dates."""

import re

from osint_imagery.scenes.sensors import Sensor, satellite_number, sensor

__all__ = ["common_name", "sensor_key"]


def common_name(kind: Sensor, name: str, platform: str | None = None) -> str | None:
    """Return the library's name for a provider's band name, None where the sensor has no such band.

    ``B1`` of Landsat means another band on another satellite, so that `platform` is needed there.

    Examples
    --------
    >>> common_name(sensor("sentinel-2-l2a"), "B05"), common_name(sensor("landsat-c2-l2"), "SR_B4", "landsat-8")
    ('rededge1', 'red')
    """
    known = {band.name.upper(): band.common_name for band in kind.bands}
    plain = name.upper().removesuffix(".TIF").replace("ETM_", "TM_")
    if kind.kind == "radar":
        plain = re.sub(r"^\d+_", "", plain)  # NASA's Common Metadata Repository numbers the files: "0_VV"
    if plain in known:
        return known[plain]
    if kind.key.startswith("landsat"):
        number = satellite_number(platform)
        prefix = {"4": "TM_", "5": "TM_", "7": "TM_", "8": "OLI_", "9": "OLI_"}.get(number)
        return known.get(prefix + plain.removeprefix("SR_").removeprefix("ST_")) if prefix else None
    if kind.bands and plain.startswith("B") and plain[1:].isdigit():
        return known.get(f"B{int(plain[1:]):02d}")
    return plain.lower() if plain.lower() in kind.band_names() else None


def sensor_key(properties: dict[str, object]) -> str:
    """Return the sensor key that a STAC item's properties describe; ``"geotiff"`` where they do not say.

    Looks at ``osint:sensor``, constellation, platform, instruments, collection category and
    processing level; never at file names or dates.

    Examples
    --------
    >>> sensor_key({"constellation": "sentinel-2", "processing:level": "L1C"})
    'sentinel-2-l1c'
    """
    named = properties.get("osint:sensor")
    if isinstance(named, str):
        return sensor(named).key
    words = " ".join(
        str(properties.get(name, ""))
        for name in ("constellation", "platform", "eo:platform", "mission", "collection", "instruments")
    ).lower()
    level = str(properties.get("processing:level") or properties.get("s2:product_type") or "").upper()
    if "simulated" in words or properties.get("osint:simulated") is True:
        return "simulated-msi"
    collection = str(properties.get("collection", "")).lower()
    if "sentinel-2" in words:
        level = level or next((mark.upper() for mark in ("l1c", "l2a") if mark in collection), "")  # old items
        return "sentinel-2-l1c" if "1C" in level else "sentinel-2-l2a" if "2A" in level or level == "L2" else "geotiff"
    if "sentinel-1" in words or "opera_l2_rtc-s1_v" in words:
        product = str(properties.get("sar:product_type", "")).upper()
        radar = {"RTC": "sentinel-1-rtc", "NRB": "sentinel-1-rtc", "GRD": "sentinel-1-grd"}
        return "sentinel-1-rtc" if "rtc" in words else radar.get(product, "geotiff")
    return _landsat_key(properties, level) if "landsat" in words else "geotiff"


def _landsat_key(properties: dict[str, object], level: str) -> str:
    """Tell the Landsat product by its stated collection and correction, else say that it is not known."""
    correction = str(properties.get("landsat:correction", "")).upper() or level
    collection = str(properties.get("landsat:collection_number", "")).lstrip("0")
    if not collection and "landsat-c2" in str(properties.get("collection", "")).lower():
        collection = "2"
    if collection == "2":
        name = str(properties.get("collection", "")).lower()
        correction = correction or next((mark.upper() for mark in ("l1", "l2") if f"c2{mark}" in name), "L1")
        return "landsat-c2-l2" if correction.startswith("L2") else "landsat-c2-l1"
    if collection == "1" and correction.startswith("L1"):
        return "landsat-c1-l1"
    return "landsat-l1" if collection == "pre" else "geotiff"
