"""Who provides a scene, and the exact line that stands beside its picture."""

from dataclasses import dataclass

__all__ = ["PROVIDERS", "Provider", "license_for", "provider_named", "publisher_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A provider whose scenes come as plain files, without a sensor of their own in the table.

    Parameters
    ----------
    publisher : str
        Name in a reference.
    names : tuple of str
        What a sidecar or an item may call it (``source``), small letters.
    credit : str
        Wording that the provider asks for, ``{year}`` of the data.
    license : str
        Licence where none is stated with the scene; empty where the provider has several.
    """

    publisher: str
    names: tuple[str, ...]
    credit: str
    license: str

    def line(self, year: str) -> str:
        """Return the credit line for data of this year."""
        return self.credit.format(year=year)


_BY = "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/, changes made"
_BY_NC = "CC BY-NC 4.0, https://creativecommons.org/licenses/by-nc/4.0/, changes made"
_FIRMS = (
    "We acknowledge the use of data and/or imagery from NASA's Fire Information for Resource Management System (FIRMS) "
    "(https://earthdata.nasa.gov/firms), part of NASA's Earth Science Data and Information System (ESDIS)."
)

PROVIDERS: tuple[Provider, ...] = (
    # Planet, "Citing Planet Data": the year is that of the content used.
    Provider(
        publisher="Planet Labs PBC",
        names=("planet", "planet labs", "planet labs pbc", "planetscope", "skysat"),
        credit="Image © {year} Planet Labs PBC",
        license="Planet licence: sharing of pixels is restricted",
    ),
    Provider(
        publisher="Maxar Open Data Program",
        names=("maxar open data", "maxar open data program"),
        credit="Maxar Open Data Program {year}, " + _BY_NC,
        license="CC-BY-NC-4.0",
    ),
    Provider(
        publisher="Vantor Open Data Program",
        names=("vantor open data", "vantor open data program"),
        credit="Vantor Open Data Program {year}, " + _BY_NC,
        license="CC-BY-NC-4.0",
    ),
    Provider(
        publisher="Umbra",
        names=("umbra", "umbra open data", "umbra lab"),
        credit="Umbra {year}, " + _BY,
        license="CC-BY-4.0",
    ),
    Provider(
        publisher="Capella Space",
        names=("capella", "capella space", "capella open data"),
        credit="Capella Space {year}, " + _BY,
        license="CC-BY-4.0",
    ),
    Provider(
        publisher="ICEYE",
        names=("iceye", "iceye open data"),
        credit="ICEYE {year}, " + _BY,
        license="CC-BY-4.0",
    ),
    Provider(publisher="NASA FIRMS", names=("firms", "nasa firms"), credit=_FIRMS, license="public domain (NASA)"),
)
"""Providers with a wording of their own; Copernicus and Landsat stand in the table of sensors."""


def provider_named(source: str | None) -> Provider | None:
    """Return the provider that a scene names as its source, None where it is no known one.

    Examples
    --------
    >>> provider_named("Planet Labs PBC").line("2017")
    'Image © 2017 Planet Labs PBC'
    """
    name = " ".join((source or "").lower().split())
    return next((item for item in PROVIDERS if name in item.names), None)


def license_for(sensor_license: str, stated: str | None, source: str | None) -> str:
    """Return a scene's licence: as stated with it, else the sensor's, else the one its provider gives everything."""
    named = provider_named(source)
    default = named.license if named is not None and sensor_license == "not stated" else sensor_license
    return stated or default or "not stated"


def publisher_of(sensor_key: str, credit: str) -> str:
    """Return who published a scene, from its sensor and its credit line."""
    if credit.startswith("SIMULATED"):
        return "Simulated by osint_imagery"
    if sensor_key.startswith("sentinel"):
        return "European Space Agency (Copernicus)"
    if sensor_key.startswith("landsat"):
        return "U.S. Geological Survey"
    wording = next((item for item in PROVIDERS if _is_of(credit, item)), None)
    if wording is not None:
        return wording.publisher
    stated = credit.removeprefix("Source: ")
    return "Publisher not stated" if stated == "not stated" else stated


def _is_of(credit: str, provider: Provider) -> bool:
    before, year, after = provider.credit.partition("{year}")
    return credit == before if not year else credit.startswith(before) and credit.endswith(after)
