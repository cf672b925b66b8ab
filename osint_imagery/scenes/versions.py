"""Several products of one acquisition: which processing is used, by a rule that stands in the ledger."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from osint_imagery.scenes.scene import Scene

__all__ = ["RULE", "superseded"]

RULE = "the highest processing version, then the latest processing, then the first in the catalogue"
"""What is used where a catalogue offers one acquisition, by one sensor at one level, more than once."""

# What a provider's product id says of acquisition and processing. ESA, Sentinel-2 Products Specification Document
# (naming since December 2016); USGS, Landsat Collections product identifier; NASA/JPL OPERA, RTC-S1 specification.
_SENTINEL2 = re.compile(r"(S2[A-D]_MSIL(?:1C|2A)_\d{8}T\d{6})_N(\d{4})_(R\d{3}_T\w{5})_(\d{8}T\d{6})(?:\.SAFE)?")
_LANDSAT = re.compile(r"(L[A-Z]\d{2}_L\d)\w{2}_(\d{6}_\d{8})_(\d{8})_(\d{2})_(T1|T2|RT|A1|A2)")
_OPERA = re.compile(r"(OPERA_L2_RTC-S1_T\d{3}-\d{6}-\w{3}_\d{8}T\d{6}Z)_(\d{8}T\d{6}Z)_(S1[A-D]_\d+)_v(\d+)\.(\d+)")
_TIERS = {"T1": 1, "A1": 1, "T2": 0, "A2": 0, "RT": -1}  # real-time data are replaced within weeks


@dataclass(frozen=True, slots=True)
class _Version:
    """An acquisition, and how far its processing has come; later is greater."""

    acquisition: str
    rank: tuple[int, int, str]


def superseded(scenes: Sequence[Scene]) -> dict[int, str]:
    """Return which scenes are other versions of one that is used, by their place, each with the reason.

    Only ids of a provider's documented form are compared: scenes of others are never taken for versions of each other.

    Parameters
    ----------
    scenes : sequence of Scene
        In the catalogue's order.

    Examples
    --------
    >>> from osint_imagery.scenes.catalog import open_catalog
    >>> from osint_imagery.scenes.packaged import bundled
    >>> superseded(list(open_catalog(bundled("port/catalog.json")).scenes()))
    {}
    """
    best: dict[str, tuple[int, _Version]] = {}
    versions = {place: version for place, scene in enumerate(scenes) if (version := _version(scene)) is not None}
    for place, version in versions.items():
        held = best.get(version.acquisition)
        if held is None or version.rank > held[1].rank:
            best[version.acquisition] = (place, version)
    return {
        place: f"another version of the same acquisition, {scenes[chosen].id}, is used: {RULE}"
        for place, version in versions.items()
        if (chosen := best[version.acquisition][0]) != place
    }


def _version(scene: Scene) -> _Version | None:
    found = _SENTINEL2.fullmatch(scene.product_id)
    if found is not None:
        return _Version(f"{found[1]}_{found[3]}", (int(found[2]), 0, found[4]))
    found = _LANDSAT.fullmatch(scene.product_id)
    if found is not None:
        return _Version(f"{found[1]}_{found[2]}", (int(found[4]), _TIERS[found[5]], found[3]))
    found = _OPERA.fullmatch(scene.product_id)
    if found is not None:
        return _Version(f"{found[1]}_{found[3]}", (int(found[4]), int(found[5]), found[2]))
    return None
