"""One date against the other: its statistics, and its clouds, their shadows and its cirrus in any block."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from osint_imagery.change.cloud_cirrus import Cirrus, cirrus_over, fit_cirrus
from osint_imagery.change.cloud_objects import Mask, Objects, Sizes, white_patches, within
from osint_imagery.change.cloud_pixels import Planes
from osint_imagery.change.cloud_shadow import Sighting, Throw, cast, darkened, find_throw, shadowed
from osint_imagery.change.cloud_veil import Link, fit_link, veil_between, white_veil
from osint_imagery.core.flags import Flag

__all__ = ["Flags", "Sky", "fit_links", "fit_sky", "flags_of_both", "haze_between"]

Flags = NDArray[np.uint16]
Looks = Sequence[tuple[Planes, Planes]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sky:
    """What is known of one date.

    Parameters
    ----------
    links : dict of str to Link
        Per band, what the date shows where the other date shows a value.
    floor : dict of str to float
        Per band, its darkest ground.
    cirrus : (Cirrus, Cirrus) or None
        This date's background at 1.375 um, and the other's.
    throw : Throw or None
        Where shadows fall; None where no clouds agree on it.
    """

    links: dict[str, Link]
    floor: dict[str, float]
    cirrus: tuple[Cirrus, Cirrus] | None
    throw: Throw | None = None


def fit_sky(looks: Looks, sizes: Sizes) -> Sky:
    """Take the statistics of the first date of each look."""
    links, floor = fit_links(looks)
    cirrus = None
    if "cirrus" in looks[0][0]:
        cirrus = (fit_cirrus([own["cirrus"] for own, _ in looks]), fit_cirrus([other["cirrus"] for _, other in looks]))
    sky = Sky(links=links, floor=floor, cirrus=cirrus)
    if "nir" not in links and "swir16" not in links:
        return sky
    sightings = []
    for own, other in looks:
        patches = _patches(sky, own, other, sizes)
        if patches is not None:
            dark, light = darkened(own, other, links, floor)
            sightings.append(Sighting(clouds=patches.candidates, dark=dark, light=light))
    return replace(sky, throw=find_throw(sightings, sizes.reach))


def fit_links(looks: Looks) -> tuple[dict[str, Link], dict[str, float]]:
    """Return, per band, what the first date shows where the other shows a value, and its darkest ground."""
    names = [name for name in looks[0][0] if name != "cirrus"]
    links = {name: fit_link([(own[name], other[name]) for own, other in looks]) for name in names}
    return links, {name: _low([own[name] for own, _ in looks], 0.5) for name in names}


def haze_between(looks: Looks) -> float:
    """Return how much brighter in blue the darkest ground is on the second date than on the first."""
    return _low([after["blue"] for _, after in looks], 2) - _low([before["blue"] for before, _ in looks], 2)


def _low(bands: Sequence[NDArray[np.float32]], percent: float) -> float:
    values = np.concatenate([band[np.isfinite(band)] for band in bands])
    return float(np.percentile(values, percent)) if values.size else 0.0


def flags_of_both(
    skies: tuple[Sky | None, Sky | None], dates: tuple[Planes, Planes], sizes: Sizes
) -> tuple[Flags, Flags]:
    """Return the flags of both dates of a block; nothing on a date that is not tested."""
    looks = [
        _clouds(sky, own, other, sizes) if sky is not None else _Seen.nothing(own)
        for sky, own, other in zip(skies, dates, dates[::-1], strict=True)
    ]
    for sky, seen, other in zip(skies, looks, looks[::-1], strict=True):
        if sky is not None and sky.throw is not None and seen.dark is not None:
            clouds = (seen.flags & int(_CLOUDS)) != 0
            free = (other.flags & int(_CLOUDS)) == 0  # where the other date shows cloud, this one must look darker
            shadow = cast(clouds, seen.dark & ~clouds & free, sky.throw, sizes.reach)
            seen.flags[shadow] |= np.uint16(Flag.CLOUD_SHADOW)
    return looks[0].flags, looks[1].flags


_CLOUDS = Flag.CLOUD | Flag.CLOUD_POSSIBLE | Flag.CIRRUS


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Seen:
    flags: Flags
    dark: Mask | None

    @classmethod
    def nothing(cls, own: Planes) -> "_Seen":
        return cls(flags=np.zeros(own["red"].shape, dtype=np.uint16), dark=None)


def _patches(sky: Sky, own: Planes, other: Planes, sizes: Sizes) -> Objects | None:
    strength = veil_between(own, other, sky.links)
    return white_patches(strength, lambda least: white_veil(strength, least, own, other, sky.links), sizes)


def _clouds(sky: Sky, own: Planes, other: Planes, sizes: Sizes) -> _Seen:
    """Return the clouds of one date, and where the ground is darker than it was."""
    seen = _Seen.nothing(own)
    if sky.cirrus is not None:
        high = cirrus_over(own["cirrus"], other["cirrus"], sky.cirrus, sizes.cirrus)
        seen.flags[high] |= np.uint16(Flag.CIRRUS)
    patches = _patches(sky, own, other, sizes)
    if patches is None and not seen.flags.any():
        return seen
    dark = darkened(own, other, sky.links, sky.floor)[0] if sky.throw is not None else None
    if patches is not None:
        sure, possible = _judged(patches, dark, sky.throw, sizes)
        rim = within(sure | possible, sizes.margin) & ~sure
        seen.flags[sure] |= np.uint16(Flag.CLOUD)
        seen.flags[rim] |= np.uint16(Flag.CLOUD_POSSIBLE)
    return _Seen(flags=seen.flags, dark=dark)


def _judged(patches: Objects, dark: Mask | None, throw: Throw | None, sizes: Sizes) -> tuple[Mask, Mask]:
    """Return sure clouds (soft, or with a shadow), and smaller ones beside them or with a shadow."""
    sure = patches.core & patches.soft
    with_shadow = np.zeros_like(sure)
    if dark is not None and throw is not None:
        with_shadow = patches.small & shadowed(patches.labels, dark, throw, sizes.reach)
        sure |= with_shadow & patches.core
    possible = (with_shadow & ~sure) | patches.beside(sure, sizes.near)
    return sure[patches.labels], possible[patches.labels]
