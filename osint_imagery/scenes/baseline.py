"""Whether a Sentinel-2 product carries an additive offset: told by its processing baseline, never by its date."""

import re
from collections.abc import Sequence

from osint_imagery.core.errors import BandError, ReadError
from osint_imagery.scenes.scene import Asset, Scene

__all__ = ["OFFSET_BASELINE", "baseline_of", "check_offset", "contradiction", "require_one_scale"]

OFFSET_BASELINE = 400
"""From baseline 04.00 on, Sentinel-2 products carry an additive offset."""

_STATED = re.compile(r"N?(\d{2})\.?(\d{2})")
# ESA, Sentinel-2 Products Specification Document, naming since December 2016
_NAMED = re.compile(r"S2[A-D]_MSIL(?:1C|2A)_\d{8}T\d{6}_N(\d{4})_")


def _stated(version: str | None) -> int | None:
    found = _STATED.fullmatch(version or "")
    return int(found[1] + found[2]) if found else None


def _named(product_id: str) -> int | None:
    found = _NAMED.match(product_id)
    return int(found[1]) if found else None


def baseline_of(scene: Scene) -> int | None:
    """Return the processing baseline (``301`` for 03.01) as stated, else as the product's id names it, else None.

    Examples
    --------
    >>> from osint_imagery.scenes.catalog import open_catalog
    >>> from osint_imagery.scenes.packaged import bundled
    >>> baseline_of(next(open_catalog(bundled("port/catalog.json")).scenes())) is None  # no Sentinel-2 product
    True
    """
    if not scene.sensor.key.startswith("sentinel-2"):
        return None
    stated = _stated(scene.processing_version)
    return _named(scene.product_id) if stated is None else stated


def contradiction(product_id: str, version: str | None) -> str:
    """Return what is wrong where a product's id and its stated baseline differ on whether it carries an offset.

    Examples
    --------
    >>> contradiction("S2A_MSIL2A_20220505T083001_N0400_R021_T36SYC_20220505T100000", "02.14")
    'its id names processing baseline 04.00, its metadata state 02.14: one carries an additive offset, the other none'
    >>> contradiction("S2A_MSIL2A_20220505T083001_N0400_R021_T36SYC_20220505T100000", "05.09")
    ''
    """
    named, stated = _named(product_id), _stated(version)
    if named is None or stated is None or (named >= OFFSET_BASELINE) == (stated >= OFFSET_BASELINE):
        return ""
    return (
        f"its id names processing baseline {_told(named)}, its metadata state {_told(stated)}: one carries an additive "
        "offset, the other none"
    )


def _told(baseline: int) -> str:
    return f"{baseline // 100:02d}.{baseline % 100:02d}"


def check_offset(scene: Scene, asset: Asset) -> None:
    """Refuse a Sentinel-2 product whose additive offset nobody states, or whose id and metadata differ on it.

    Raises
    ------
    ReadError
        If it cannot be known what the digital numbers mean.
    """
    if not scene.sensor.key.startswith("sentinel-2"):
        return
    wrong = contradiction(scene.product_id, scene.processing_version)
    if wrong:
        msg = f"asset {asset.key!r} of scene {scene.id}: {wrong}; get the product again from its provider"
        raise ReadError(msg)
    if asset.offset is not None or asset.each:
        return
    baseline = baseline_of(scene)
    if (baseline is None and asset.scale is not None) or (baseline is not None and baseline >= OFFSET_BASELINE):
        version = scene.processing_version or (f"{_told(baseline)} by its id" if baseline else "not stated")
        msg = (
            f"offset of asset {asset.key!r} of scene {scene.id} is unknown: processing version {version}, "
            "no offset in its metadata; add raster:bands offset from the product's own metadata"
        )
        raise ReadError(msg)


def require_one_scale(scenes: Sequence[Scene]) -> None:
    """Refuse digital numbers without a scale of which some carry Sentinel-2's additive offset and others do not.

    Raises
    ------
    BandError
        If baselines lie on both sides of 04.00, or only some are known.
    """
    bare = [scene for scene in scenes if any(not scene.asset_for(band).is_scaled for band in scene.comparable_bands)]
    bare = [scene for scene in bare if scene.sensor.key.startswith("sentinel-2")]
    known = {scene.id: baseline_of(scene) for scene in bare}
    sides = {None if baseline is None else baseline >= OFFSET_BASELINE for baseline in known.values()}
    if len(sides) > 1:
        told = ", ".join(
            f"{name} ({'baseline not stated' if baseline is None else _told(baseline)})"
            for name, baseline in known.items()
        )
        msg = f"no scale is stated for {told}: from baseline 04.00 on an offset is in the numbers; state raster:bands"
        raise BandError(msg)
