"""Clouds and their shadows in pairs that come without a quality layer, told by comparing the two dates."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from osint_imagery.change.cloud_objects import Sizes
from osint_imagery.change.cloud_pixels import Planes, pixel_m, planes, reflectance_scale, unknown_quality
from osint_imagery.change.cloud_sky import Sky, fit_sky, flags_of_both, haze_between
from osint_imagery.core.errors import InputError
from osint_imagery.core.image import Image
from osint_imagery.core.lineage import Step
from osint_imagery.core.pair import Pair

__all__ = ["CloudTest", "fit_clouds", "flag_clouds"]

VERSION = "1"
Flags = NDArray[np.uint16]
Looks = tuple[Planes, Planes]

_STRIP = 2048
_MOST = 0.7  # beyond this share of a date there is no clear ground to judge by
_MANY = 0.3
_HIGH_CLOUD = 0.012  # median at 1.375 um; clear scenes near sea level show .001
_HAZE = 0.06  # reflectance that the darkest ground of one date may gain in blue before the whole scene counts as hazy


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CloudTest:
    """Tests for clouds between two dates, with all statistics taken; apply to any block of the pair.

    Parameters
    ----------
    skies : (Sky or None, Sky or None)
        The earlier and the later date; None for one that is not tested (it has a quality layer, or nothing can be).
    scale : float
        What the pixels are divided by to be reflectance.
    sizes : Sizes
        Lengths in pixels.
    note : str
        Which tests ran, or why none could.
    widespread : str
        Empty, or why a date is too cloudy or hazy as a whole for a local change to be told.
    """

    skies: tuple[Sky | None, Sky | None]
    scale: float
    sizes: Sizes
    note: str
    widespread: str = ""

    @property
    def halo_px(self) -> int:
        """Ground around a block on which the flags inside depend; 0 where nothing is tested."""
        return self.sizes.halo_px if any(self.skies) else 0

    def flags(self, pair: Pair) -> tuple[Flags, Flags]:
        """Return the flags to add to the earlier and to the later image of any block of the pair.

        ``CLOUD`` for sure clouds, ``CLOUD_POSSIBLE`` for smaller ones beside them and for a rim of about 30 m,
        ``CLOUD_SHADOW``, and ``CIRRUS`` where the band at 1.375 um says so.
        """
        found = (np.zeros(pair.shape, dtype=np.uint16), np.zeros(pair.shape, dtype=np.uint16))
        if not any(self.skies):
            return found
        for inner, outer, part in _strips(pair.shape[0], self.halo_px):
            strip = flags_of_both(self.skies, planes(pair, self.scale, outer), self.sizes)
            for whole, one in zip(found, strip, strict=True):
                whole[inner] = one[part]
        return found

    def flag(self, pair: Pair) -> Pair:
        """Return the pair, or a block of it, with its flags added; itself where nothing is tested."""
        if not any(self.skies):
            return pair
        before, after = self.flags(pair)
        return replace(pair, before=self._flagged(pair.before, before), after=self._flagged(pair.after, after))

    def _flagged(self, image: Image, flags: Flags) -> Image:
        if not flags.any():
            return image
        step = Step(name="flag_clouds", version=VERSION, parameters=(("tests", self.note),), inputs=(image.digest,))
        return replace(image.with_flags(flags), lineage=image.lineage.then(step))


def fit_clouds(windows: Sequence[Pair]) -> CloudTest:
    """Take the statistics of the cloud tests from windows of a pair.

    Parameters
    ----------
    windows : sequence of Pair
        The pair itself, or windows spread over it; aligned.

    Returns
    -------
    CloudTest
        Tests nothing, with the reason in ``.note``, where both images have a quality layer, a band of blue, green
        and red is missing, or the pixels are not reflectance (or reflectance x 10,000).

    Raises
    ------
    InputError
        If there is no window.

    Notes
    -----
    The ground of one date is predicted from the other, band by band. What lies above it is cloud where it is white
    in every band there is, 90 m wide or more, and soft at its edge; smaller or sharper patches count beside a sure
    cloud or with a shadow on the side on which the other clouds have theirs. Misled by: clouds smaller than about
    50 m; a cloud with a sharp edge that stands alone and shows no shadow; a white roof of more than a kilometer; snow
    or sun glint on one date (flagged as cloud); clouds so high that their shadow falls farther than about 1 km;
    shadow on water; cloud at the same place on both dates where the ground below was never seen.

    Examples
    --------
    >>> from osint_imagery.core.image import Image
    >>> rng = np.random.default_rng(0)
    >>> look = lambda: Image.from_array(rng.uniform(0.05, 0.2, (4, 64, 64)), bands=["blue", "green", "red", "nir"])
    >>> test = fit_clouds([Pair(before=look(), after=look())])
    >>> test.note.split("; ")[:2]
    ['clouds tested by blue, green, red, nir', 'no swir16, cirrus']
    """
    if not windows:
        msg = "windows is empty; give the pair itself, or windows of it"
        raise InputError(msg)
    sizes = Sizes.of(pixel_m(windows[0]))
    scale, reason = reflectance_scale(windows)
    wanted = tuple(
        not reason and unknown_quality([getattr(pair, side) for pair in windows]) for side in ("before", "after")
    )
    if not any(wanted):
        reason = reason or "the images have a quality layer"
        return CloudTest(skies=(None, None), scale=1.0, sizes=sizes, note=f"clouds not tested: {reason}")
    looks = [planes(pair, scale, slice(None)) for pair in windows]
    turned = [(after, before) for before, after in looks]
    skies = tuple(fit_sky(both, sizes) if want else None for want, both in zip(wanted, (looks, turned), strict=True))
    test = CloudTest(skies=(skies[0], skies[1]), scale=scale, sizes=sizes, note=_note(windows[0], scale, skies))
    return _with_extent(test, looks)


def flag_clouds(pair: Pair) -> Pair:
    """Return the pair with clouds and shadows flagged, so that no detector uses them.

    The same pair comes back where nothing could be tested; ``fit_clouds([pair]).note`` says why. Where a date is
    clouded over as a whole it is not masked: ``fit_clouds([pair]).widespread`` says so.

    Examples
    --------
    >>> from osint_imagery.core.image import Image
    >>> rng = np.random.default_rng(0)
    >>> look = lambda: Image.from_array(rng.normal(size=(2, 32, 32)), bands=["vv", "vh"])
    >>> pair = Pair(before=look(), after=look())
    >>> flag_clouds(pair) is pair
    True
    """
    return fit_clouds([pair]).flag(pair)


def _strips(rows: int, halo: int) -> Iterator[tuple[slice, slice, slice]]:
    """Yield strips of rows: where they go, what is read for them, and where they lie in what was read."""
    for start in range(0, rows, _STRIP):
        end = min(start + _STRIP, rows)
        top = max(0, start - halo)
        yield slice(start, end), slice(top, min(rows, end + halo)), slice(start - top, end - top)


def _note(pair: Pair, scale: float, skies: Sequence[Sky | None]) -> str:
    """Return which tests ran, on which dates, and on what assumptions."""
    sky = next(sky for sky in skies if sky is not None)
    bands = [*sky.links, *(["cirrus"] if sky.cirrus is not None else [])]
    absent = [name for name in ("nir", "swir16", "cirrus") if name not in bands]
    unit = "reflectance" if scale == 1 else f"reflectance x {scale:,.0f}"
    size = f"{pixel_m(pair):.3g} m wide" + ("" if pair.grid is not None else " (no grid)")
    parts = [f"clouds tested by {', '.join(bands)}"]
    if absent:
        parts.append(f"no {', '.join(absent)}")
    parts.append(f"pixels taken as {unit} and {size}")
    for when, one in zip(("earlier", "later"), skies, strict=True):
        if one is None:
            parts.append(f"the {when} date has a quality layer")
        elif one.throw is not None:
            parts.append(f"shadows of the {when} date {one.throw.distance:.0f} px from their clouds")
    if not any(one is not None and one.throw is not None for one in skies):
        parts.append("no shadow direction found")
    return "; ".join(parts)


def _with_extent(test: CloudTest, windows: Sequence[Looks]) -> CloudTest:
    """Return the test with what is clouded or hazy as a whole; a date that is nearly all cloud is not masked."""
    skies, told = list(test.skies), []
    counted = [flags_of_both(test.skies, look, test.sizes) for look in windows]
    observed = max(1, sum(int(np.isfinite(before["red"]).sum()) for before, _ in windows))
    for i, (when, sky) in enumerate(zip(("earlier", "later"), test.skies, strict=True)):
        if sky is None:
            continue
        share = sum(int((flags[i] != 0).sum()) for flags in counted) / observed
        if share > _MANY:
            told.append(f"{share:.0%} of the {when} date looks like cloud or its shadow")
        if sky.cirrus is not None and sky.cirrus[0].middle > _HIGH_CLOUD:
            told.append(f"high cloud over most of the {when} date (1.375 um: median {sky.cirrus[0].middle:.3f})")
        if share > _MOST:
            skies[i] = None
            told[-1] += ", too much to be masked"
    hazy = haze_between(windows)
    if abs(hazy) > _HAZE:
        when = "later" if hazy > 0 else "earlier"
        told.append(f"the {when} date is hazier by {abs(hazy):.2f} in blue over its darkest ground")
    return replace(test, skies=(skies[0], skies[1]), widespread="; ".join(told))
