"""Where a target may stand: water, land, ground without plants; from both dates of a pair."""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from osint_imagery.core.bands import plane
from osint_imagery.core.errors import BandError
from osint_imagery.core.image import Image
from osint_imagery.core.pair import Pair

__all__ = ["Ground", "ground_of"]

_WATER = 0.1
_PLANTS = 0.35


class Ground(StrEnum):
    """Kinds of ground: a ship lies on water, a shed stands on land, containers on ground without plants."""

    ANY = "any"
    LAND = "land"
    WATER = "water"
    BARE = "land without plants"  # built, paved, gravel, sand: at 10 m these do not tell apart


def ground_of(pair: Pair, kind: Ground) -> NDArray[np.bool_]:
    """Return the pixels of one kind of ground, on both dates, (y, x).

    Parameters
    ----------
    pair : Pair
        Reflectance, or numbers proportional to it: the indices do not survive an offset.
    kind : Ground
        What is wanted.

    Raises
    ------
    BandError
        If green, near infrared (and red, for plants) are missing.

    Notes
    -----
    Water: (green - shortwave infrared) / sum above 0.1 [1]_, with near infrared where the image holds no shortwave
    infrared [2]_. Plants: (near infrared - red) / sum above 0.35. A port's shadow can pass for water.

    References
    ----------
    .. [1] Xu, H. (2006). doi:10.1080/01431160600589179
    .. [2] McFeeters, S. K. (1996). doi:10.1080/01431169608948714
    """
    if kind is Ground.ANY:
        return np.asarray(pair.valid.copy())
    water = [_index(image, "green", ("swir16", "nir08", "nir")) > _WATER for image in (pair.before, pair.after)]
    if kind is Ground.WATER:
        return np.asarray(pair.valid & water[0] & water[1])
    land = pair.valid & ~water[0] & ~water[1]
    if kind is Ground.LAND:
        return np.asarray(land)
    plants = [_index(image, "red", ("nir", "nir08")) < -_PLANTS for image in (pair.before, pair.after)]
    return np.asarray(land & ~plants[0] & ~plants[1])


def _index(image: Image, name: str, others: tuple[str, ...]) -> NDArray[np.float32]:
    """Return (band - other) / (band + other) with the first of the other bands that the image holds; NaN where 0."""
    held = plane(image.bands, name)
    other = next((found for found in (plane(image.bands, item) for item in others) if found is not None), None)
    if held is None or other is None:
        msg = f"bands={image.bands} lack {name} or {' or '.join(others)}; ground cannot be told apart, use Ground.ANY"
        raise BandError(msg)
    one, two = image.values[held], image.values[other]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio: NDArray[np.float32] = (one - two) / (one + two)
    return ratio
