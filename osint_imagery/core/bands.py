"""Which plane of an image is which part of the spectrum, whatever the provider called it."""

from collections.abc import Sequence

__all__ = ["ATMOSPHERIC", "COARSE", "VISIBLE", "common_names", "plane"]

VISIBLE = ("blue", "green", "red")
ATMOSPHERIC = ("cirrus", "nir09")  # see the air more than the ground: for masks, never for change
COARSE = ("coastal", *ATMOSPHERIC)  # 60 m on Sentinel-2: they dilute what 10 m bands say

# Sentinel-2's own names, as its files and many stacks carry them (Sentinel-2 Products Specification Document)
_SENTINEL_2 = {
    "B01": "coastal",
    "B02": "blue",
    "B03": "green",
    "B04": "red",
    "B05": "rededge1",
    "B06": "rededge2",
    "B07": "rededge3",
    "B08": "nir",
    "B8A": "nir08",
    "B09": "nir09",
    "B10": "cirrus",
    "B11": "swir16",
    "B12": "swir22",
}
_ONLY_SENTINEL_2 = {"B08", "B8A"}  # HLS calls Landsat's bands B01 to B11 too, but has neither of these


def common_names(bands: Sequence[str]) -> tuple[str, ...]:
    """Return the bands under common names, where they are common names already or clearly Sentinel-2's.

    ``B05`` alone could be Landsat's near infrared, so names like these are only read beside ``B08`` or ``B8A``; blue,
    green and red are the same on both.

    Examples
    --------
    >>> common_names(["B02", "B04", "B08", "B11"]), common_names(["B02", "B05"]), common_names(["red", "mine"])
    (('blue', 'red', 'nir', 'swir16'), ('blue', 'B05'), ('red', 'mine'))
    """
    upper = [name.upper() for name in bands]
    sure = _SENTINEL_2 if _ONLY_SENTINEL_2 & set(upper) else {k: v for k, v in _SENTINEL_2.items() if v in VISIBLE}
    named = tuple(sure.get(u, name) for u, name in zip(upper, bands, strict=True))
    return named if len(set(named)) == len(named) else tuple(bands)


def plane(bands: Sequence[str], wanted: str) -> int | None:
    """Return the index of a band by its common name, None where there is none.

    Examples
    --------
    >>> plane(["B02", "B03", "B04", "B08"], "nir"), plane(["red"], "nir")
    (3, None)
    """
    names = common_names(bands)
    return names.index(wanted) if wanted in names else None
