"""How far tiles of one acquisition agree where two of them measured the same pixels."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from osint_imagery.core.flags import Flag
from osint_imagery.core.image import Image

__all__ = ["Overlap", "overlaps_of"]

_SHARE = 0.05  # of the usual value, by which the median of the differences may be off
_FEWEST_PX = 25  # of which a median says anything


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """Two scenes where both measured.

    Parameters
    ----------
    first, second : str
        Their ids.
    pixels : int
        Valid in both; may be 0.
    median_difference : tuple of float
        Second minus first, one a band, in the image's unit; NaN without pixels.
    flagged_apart : int
        Pixels that both measured and only one of them calls usable.
    versions : tuple of str
        Processing versions as stated.
    disagrees : bool
        Whether, in any band, the median difference is more than 5 % of the usual value and more than the differences
        scatter (their median absolute deviation), as it is with another additive offset.
    told : str
        The same in words.
    """

    first: str
    second: str
    pixels: int
    median_difference: tuple[float, ...]
    flagged_apart: int
    versions: tuple[str, str]
    disagrees: bool
    told: str


def overlaps_of(images: Sequence[Image], versions: Sequence[str | None]) -> tuple[Overlap, ...]:
    """Compare every two images on one grid that share measured pixels, or differ in their processing version.

    Parameters
    ----------
    images : sequence of Image
        With the same bands.
    versions : sequence of str or None
        Processing version of each.
    """
    named = [version or "not stated" for version in versions]
    pairs = combinations(range(len(images)), 2)
    found = (_compared(images[i], images[j], (named[i], named[j])) for i, j in pairs)
    return tuple(overlap for overlap in found if overlap.pixels or len(set(overlap.versions)) > 1)


def _compared(first: Image, second: Image, versions: tuple[str, str]) -> Overlap:
    both = first.valid & second.valid
    count = int(both.sum())
    medians, disagrees = [], False
    for one, other in zip(first.values, second.values, strict=True):
        difference = (other - one)[both]
        median = float(np.median(difference)) if count else float("nan")
        medians.append(median)
        if count >= _FEWEST_PX:
            scatter = float(np.median(np.abs(difference - median)))
            usual = float(np.median(np.abs(one[both])))
            disagrees |= abs(median) > max(_SHARE * usual, scatter)
    apart = int(((first.valid != second.valid) & _measured(first) & _measured(second)).sum())
    names = first.scene_id or "", second.scene_id or ""
    return Overlap(
        first=names[0],
        second=names[1],
        pixels=count,
        median_difference=tuple(medians),
        flagged_apart=apart,
        versions=versions,
        disagrees=disagrees,
        told=_told(names, first, medians, counts=(count, apart), versions=versions),
    )


def _measured(image: Image) -> NDArray[np.bool_]:
    return np.asarray((image.flags & int(Flag.NO_DATA)) == 0, dtype=bool)


def _told(
    names: tuple[str, str], image: Image, medians: list[float], *, counts: tuple[int, int], versions: tuple[str, str]
) -> str:
    words = f"{names[1]} against {names[0]}: "
    if not counts[0]:
        words += "no pixel in common to compare"
    else:
        each = ", ".join(f"{band} {value:+.4g}" for band, value in zip(image.bands, medians, strict=True))
        words += f"median difference {each} ({image.unit}) on {counts[0]} pixels"
    if counts[1]:
        words += f", {counts[1]} flagged in only one"
    if versions[0] != versions[1]:
        words += f"; processing versions {versions[0]} and {versions[1]}"
    return words
