"""Clouds and their shadows on one date by the networks of ukis-csmask: an extra, beside the comparison of dates."""

from dataclasses import replace
from importlib import metadata

import numpy as np

from osint_imagery.change.cloud_pixels import NEEDED, scale_of
from osint_imagery.core.errors import BandError, InputError, NotEnoughDataError
from osint_imagery.core.flags import Flag
from osint_imagery.core.image import Image
from osint_imagery.core.lineage import Step

__all__ = ["SIX", "flag_clouds_by_network"]

_FOUR = ("blue", "green", "red", "nir")
SIX = (*_FOUR, "swir16", "swir22")
_TILE = 256  # px
_LEVELS = ("l1c", "l2a")
_CLASSES = {1: Flag.CLOUD, 2: Flag.CLOUD_SHADOW}


def flag_clouds_by_network(image: Image, *, level: str) -> Image:
    """Return the image with clouds and shadows flagged by the networks of ukis-csmask 1.0 (extra ``clouds``).

    Needs no second date, so it also sees a cloud where both dates have one. The flags are added to those that are
    there; compare with :func:`~osint_imagery.change.clouds.flag_clouds`, which compares the dates.

    Parameters
    ----------
    image : Image
        With blue, green, red and nir, better also swir16 and swir22; reflectance or reflectance x 10,000.
    level : str
        ``"l1c"`` for top-of-atmosphere pixels, ``"l2a"`` for surface reflectance.

    Raises
    ------
    BandError
        If one of the four bands is missing.
    InputError
        If `level` is another word, the pixels are not reflectance, or ``ukis-csmask`` is not installed.
    NotEnoughDataError
        If no pixel is usable.

    Notes
    -----
    Misled by: pixels much smaller or larger than 30 m, for which the networks were trained; white roofs, sand, snow.
    On ten dates of a Romanian forest (Level-2A, four bands, 10 m) it agreed with the provider's cloud classes for 0.60
    to 1.00 of the pixels; neither is the truth.

    References
    ----------
    .. [1] Wieland, M., Li, Y., Martinis, S. (2019). Multi-sensor cloud and cloud shadow segmentation with a
       convolutional neural network. Remote Sensing of Environment 230, 111203.
       https://doi.org/10.1016/j.rse.2019.05.022
    """
    if level not in _LEVELS:
        msg = f"level={level!r} is neither 'l1c' (top of atmosphere) nor 'l2a' (surface); give the one of the product"
        raise InputError(msg)
    missing = [name for name in _FOUR if name not in image.bands]
    if missing:
        msg = f"image.bands={list(image.bands)} lacks {', '.join(missing)}; read blue, green, red and nir"
        raise BandError(msg)
    if not image.valid.any():
        msg = "image has no usable pixel; nothing can be called a cloud"
        raise NotEnoughDataError(msg)
    scale, reason = scale_of([image.band(NEEDED[1])[image.valid]])
    if reason:
        msg = f"image cannot be tested: {reason}; give reflectance, or reflectance x 10,000"
        raise InputError(msg)
    try:
        from ukis_csmask.mask import CSmask
    except ImportError as err:
        msg = "ukis-csmask is not installed; pip install 'osint-imagery[clouds]', or use flag_clouds(pair)"
        raise InputError(msg) from err
    bands = SIX if all(name in image.bands for name in SIX) else _FOUR
    stack = np.stack([np.where(image.valid, image.band(name), 0) / scale for name in bands], axis=-1)
    beyond = [(0, max(0, _TILE - side)) for side in image.shape]  # small images are mirrored up to one tile
    stack = np.pad(stack, (*beyond, (0, 0)), mode="symmetric").astype(np.float32)
    network = CSmask(stack, list(bands), product_level=level, providers=["CPUExecutionProvider"])
    classes = network.csm[: image.shape[0], : image.shape[1], 0]
    found = np.zeros(image.shape, dtype=np.uint16)
    for number, flag in _CLASSES.items():
        found[(classes == number) & image.valid] = int(flag)
    parameters = (
        ("network", f"ukis-csmask {metadata.version('ukis-csmask')}, {len(bands)} bands, {level}"),
        ("scale", f"{scale:g}"),
    )
    step = Step(name="flag_clouds_by_network", version="1", parameters=parameters, inputs=(image.digest,))
    return replace(image.with_flags(found), lineage=image.lineage.then(step))
