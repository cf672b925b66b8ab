"""Which bands are drawn, under the names that the field has for them; a ratio of two radar bands is one of them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from osint_imagery.core.arguments import require_each
from osint_imagery.core.errors import BandError
from osint_imagery.core.image import Image

__all__ = ["COMPOSITIONS", "composite_of", "parts_of", "scaled"]

COMPOSITIONS: dict[str, tuple[str, str, str]] = {
    "true color": ("red", "green", "blue"),
    "false color": ("nir", "red", "green"),
    "SWIR": ("swir22", "nir", "red"),
    "radar": ("vv", "vh", "vv/vh"),
}
"""Red, green and blue of the screen, by name. ``SWIR`` shows heat, burnt ground and bare soil; ``radar`` the two
polarizations and their ratio, in dB."""

_WORDS = {"SWIR": "shortwave infrared (SWIR)", "radar": "radar VV, VH and VV/VH"}
_DEFAULTS = ("true color", "false color")
_TINY = 1e-6


def composite_of(known: Sequence[str], bands: Sequence[str] | str | None) -> tuple[tuple[str, ...], str]:
    """Return the bands that are drawn, and what such a picture is called.

    Parameters
    ----------
    known : sequence of str
        Bands that are there.
    bands : sequence of str, or str, optional
        One (gray) or three bands, or the name of a composition; default: true color, else false color, else the first.

    Raises
    ------
    BandError
        If a name is unknown, a band of it is missing, or their number is neither one nor three.

    Examples
    --------
    >>> composite_of(("red", "green", "blue", "nir"), "false colour")
    (('nir', 'red', 'green'), 'false color')
    """
    if bands is None:
        name = next((one for one in _DEFAULTS if set(COMPOSITIONS[one]) <= set(known)), None)
        return (COMPOSITIONS[name], name) if name else (tuple(known[:1]), "gray")
    if isinstance(bands, str):
        return _named(known, bands)
    chosen = require_each(str, bands=bands)
    if len(chosen) not in {1, 3}:
        msg = f"bands={chosen!r}; give one band (gray), three (drawn red, green, blue), or one of {_names()}"
        raise BandError(msg)
    for name, parts in COMPOSITIONS.items():
        if parts == chosen:
            return chosen, _WORDS.get(name, name)
    return chosen, "gray" if len(chosen) == 1 else "false color"


def _names() -> str:
    return ", ".join(repr(name) for name in COMPOSITIONS)


def _named(known: Sequence[str], bands: str) -> tuple[tuple[str, ...], str]:
    plain = bands.casefold().replace("colour", "color")
    name = next((one for one in COMPOSITIONS if one.casefold() == plain), None)
    if name is None:
        msg = f"bands={bands!r} is no composition; give one of {_names()}, or a list of one or three bands"
        raise BandError(msg)
    missing = [part for band in COMPOSITIONS[name] for part in parts_of(band) if part not in known]
    if missing:
        told = ", ".join(dict.fromkeys(missing))
        msg = f"bands={bands!r} needs {told}, which is not there; there are {', '.join(known)}"
        raise BandError(msg)
    return COMPOSITIONS[name], _WORDS.get(name, name)


def parts_of(band: str) -> tuple[str, ...]:
    """Return the bands that have to be read for one that is drawn: two for a ratio."""
    return tuple(band.split("/")) if band.count("/") == 1 else (band,)


def scaled(image: Image, band: str) -> NDArray[np.float32]:
    """Return a band as it is drawn: linear power in dB, a ratio of two as their difference in dB, all else as it is.

    Raises
    ------
    BandError
        If a band is missing, or a ratio is asked for of what is neither linear power nor dB.
    """
    parts = parts_of(band)
    power, decibel = "linear power" in image.unit, image.unit.endswith("dB")
    if len(parts) == 2 and band not in image.bands:
        if not (power or decibel):
            msg = f"band={band!r} is a ratio of radar bands, but the pixels are in {image.unit!r}; read power or dB"
            raise BandError(msg)
        return np.asarray(scaled(image, parts[0]) - scaled(image, parts[1]), dtype=np.float32)
    values = image.band(band)
    return np.asarray(10 * np.log10(np.maximum(values, _TINY)), dtype=np.float32) if power else values
