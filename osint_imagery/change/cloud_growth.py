"""Clouds and shadows that a quality layer flags in part only: followed over the ground around what it does flag."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import ndimage

from osint_imagery.change.cloud_objects import Mask, Sizes, within
from osint_imagery.change.cloud_pixels import Planes, pixel_m, planes, reflectance_scale, unknown_quality
from osint_imagery.change.cloud_shadow import darkened
from osint_imagery.change.cloud_sky import Flags, fit_links
from osint_imagery.change.cloud_veil import Link, veil_between, white_veil
from osint_imagery.core.flags import Flag
from osint_imagery.core.image import Image
from osint_imagery.core.lineage import Step
from osint_imagery.core.pair import Pair

__all__ = ["Growth", "fit_growth", "grow_flags"]

VERSION = "1"
_NAME = "grow_flags"
_CLOUDS = int(Flag.CLOUD | Flag.CIRRUS | Flag.CLOUD_POSSIBLE)
_SEEDS = _CLOUDS | int(Flag.CLOUD_SHADOW)
_TOUCHING = 4  # px: what is followed was averaged (a shadow opened, too), so it ends this far from what was flagged
_VEILED = 0.05  # reflectance that a cloud adds where it is followed, as in cloud_objects
_FILTERS = 10  # px that opening and averaging reach
_EIGHT = np.ones((3, 3), dtype=bool)


@dataclass(frozen=True, slots=True, eq=False)
class _Date:
    """One date, as the other predicts it: per band a line, and its darkest ground."""

    links: dict[str, Link]
    floor: dict[str, float]

    def grown(self, image: Image, own: Planes, other: Planes, sizes: Sizes) -> Flags:
        """Return the flags to add to this date, or a block of it."""
        flags = np.zeros(image.shape, dtype=np.uint16)
        clouds = (image.flags & _CLOUDS) != 0
        veiled = _joined(clouds, _veil(own, other, self.links), sizes.reach)
        flags[within(clouds | veiled, sizes.margin) & ~clouds] |= np.uint16(Flag.CLOUD_POSSIBLE)
        dark, _ = darkened(own, other, self.links, self.floor)
        shadow = _joined(veiled | ((image.flags & _SEEDS) != 0), dark, sizes.reach)
        flags[within(shadow, sizes.margin)] |= np.uint16(Flag.CLOUD_SHADOW)
        return flags


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Growth:
    """Grows the flags of a pair, with all statistics taken; apply to any block of it.

    Parameters
    ----------
    dates : (date or None, date or None)
        The earlier and the later; None for one without a quality layer, or where nothing can be told.
    scale : float
        What the pixels are divided by to be reflectance.
    sizes : Sizes
        Lengths in pixels.
    """

    dates: tuple[_Date | None, _Date | None]
    scale: float
    sizes: Sizes

    @property
    def halo_px(self) -> int:
        """Ground around a block on which the flags inside depend; 0 where nothing is grown."""
        if not any(self.dates):
            return 0
        return 2 * (self.sizes.reach + _TOUCHING) + self.sizes.margin + _FILTERS  # a shadow of a grown cloud

    def grow(self, pair: Pair) -> Pair:
        """Return the pair, or a block of it, with its flags grown; itself where there are none or it was done."""
        sides = (pair.before, pair.after)
        wanted = [
            date is not None and bool((image.flags & _SEEDS).any())
            for image, date in zip(sides, self.dates, strict=True)
        ]
        if not any(wanted) or any(step.name == _NAME for step in pair.lineage.steps):
            return pair
        both = planes(pair, self.scale, slice(None))
        images = [
            image.with_flags(date.grown(image, own, other, self.sizes)) if date is not None and want else image
            for image, own, other, date, want in zip(sides, both, both[::-1], self.dates, wanted, strict=True)
        ]
        step = Step(name=_NAME, version=VERSION, inputs=(pair.before.digest, pair.after.digest))
        return replace(pair, before=images[0], after=images[1], lineage=pair.lineage.then(step))


def fit_growth(windows: Sequence[Pair]) -> Growth:
    """Take the statistics from windows of a pair (itself, or windows spread over it); see :func:`grow_flags`."""
    scale, reason = reflectance_scale(windows)
    known = [not unknown_quality([getattr(pair, side) for pair in windows]) for side in ("before", "after")]
    sizes = Sizes.of(pixel_m(windows[0]))
    if reason or not any(known):
        return Growth(dates=(None, None), scale=1.0, sizes=sizes)
    looks = [planes(pair, scale, slice(None)) for pair in windows]
    if not {"nir", "swir16"} & looks[0][0].keys():
        return Growth(dates=(None, None), scale=1.0, sizes=sizes)
    turned = [(after, before) for before, after in looks]
    dates = [_Date(*fit_links(both)) if one else None for one, both in zip(known, (looks, turned), strict=True)]
    return Growth(dates=(dates[0], dates[1]), scale=scale, sizes=sizes)


def grow_flags(pair: Pair) -> Pair:
    """Return the pair with the flags of clouds and shadows grown over what a quality layer leaves out beside them.

    Quality layers flag clouds without their thin rims and shadows in pieces (Sen2Cor takes a forest in shadow for
    vegetation). Where a date has such a layer and it flags cloud or shadow, three things are flagged too: a white
    veil beside a flagged cloud, against the other date, and what joins it (``CLOUD_POSSIBLE``); ground beside any of
    these that lost infrared light, and what joins it (``CLOUD_SHADOW``); a rim of 30 m around both and around flagged
    clouds. Neither is followed farther than 1 km. Only these two dates are looked at, so a pair under test and quiet
    pairs are treated alike.

    Parameters
    ----------
    pair : Pair
        Aligned images.

    Returns
    -------
    Pair
        With a step ``grow_flags`` in its lineage; the same pair where no date has flagged clouds or shadows, the near
        and shortwave infrared are missing, the pixels are not reflectance (or reflectance x 10,000), or it was done
        before.

    Notes
    -----
    Misled by: a real darkening (fire, flood, a dark roof) or whitening that touches a cloud or its shadow: it counts
    as not observed, not as unchanged. A cloud or a shadow of which no piece was flagged is not found.

    Examples
    --------
    >>> from osint_imagery.core.image import Image
    >>> rng = np.random.default_rng(0)
    >>> look = lambda: Image.from_array(rng.uniform(0.05, 0.2, (4, 64, 64)), bands=["blue", "green", "red", "nir"])
    >>> pair = Pair(before=look(), after=look())
    >>> grow_flags(pair) is pair  # no quality layer
    True
    """
    flagged = any(((image.flags & _SEEDS) != 0).any() for image in (pair.before, pair.after))
    return fit_growth([pair]).grow(pair) if flagged else pair


def _veil(own: Planes, other: Planes, links: dict[str, Link]) -> Mask:
    return white_veil(veil_between(own, other, links), _VEILED, own, other, links)


def _joined(flagged: Mask, ground: Mask, reach: int) -> Mask:
    """Return the part of the ground that joins what is flagged, no farther than `reach` steps."""
    seeds = within(flagged, _TOUCHING) & ground
    if not seeds.any():
        return seeds
    return np.asarray(ndimage.binary_dilation(seeds, structure=_EIGHT, iterations=reach, mask=ground), dtype=bool)
