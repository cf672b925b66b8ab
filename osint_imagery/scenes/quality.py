"""Providers' per-pixel quality layers, translated into the library's flags.

Each decoder is a table: a class code, or a bit field, and the flags it means. A code that the
provider does not document becomes ``QUALITY_UNKNOWN``; nothing undocumented counts as clear.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from osint_imagery.core.flags import Flag
from osint_imagery.scenes.sensors import QualityEncoding

__all__ = ["ASSET_KEYS", "CLASSES", "FIELDS", "PLANES", "Field", "decode", "packed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A bit field: where `width` bits from bit `start` hold `value`, the flags are `flag`."""

    start: int
    width: int
    value: int
    flag: Flag


CLASSES: dict[QualityEncoding, dict[int, Flag]] = {
    # Sentinel-2 L2A scene classification: ESA S2-PDGS-MPC-DPDD (Level-2A product definition), figure "SCL"
    QualityEncoding.SCL: {
        0: Flag.NO_DATA,
        1: Flag.SATURATED | Flag.DEFECTIVE,
        2: Flag.DARK,
        3: Flag.CLOUD_SHADOW,
        4: Flag.CLEAR,
        5: Flag.CLEAR,
        6: Flag.WATER,
        7: Flag.QUALITY_UNKNOWN,  # "unclassified"
        8: Flag.CLOUD_POSSIBLE,
        9: Flag.CLOUD,
        10: Flag.CIRRUS,
        11: Flag.SNOW,
    },
    # OPERA RTC-S1 product specification, JPL D-108758, layer "mask"
    QualityEncoding.RTC_MASK: {
        0: Flag.CLEAR,
        1: Flag.DARK | Flag.DEFECTIVE,  # radar shadow: no signal
        2: Flag.DEFECTIVE,  # layover
        3: Flag.DARK | Flag.DEFECTIVE,
        255: Flag.NO_DATA,
    },
}
"""Layers that hold one class number a pixel."""


def _bit(start: int, flag: Flag) -> Field:
    return Field(start=start, width=1, value=1, flag=flag)


def _level(start: int, value: int, flag: Flag) -> Field:
    return Field(start=start, width=2, value=value, flag=flag)


FIELDS: dict[QualityEncoding, tuple[Field, ...]] = {
    # Landsat Collection 2 QA_PIXEL: USGS LSDS-1328 (8-9) and LSDS-1415 (4-7), table "QA_PIXEL bit index"
    QualityEncoding.QA_PIXEL: (
        _bit(0, Flag.NO_DATA),
        _bit(1, Flag.CLOUD_POSSIBLE),  # dilated cloud
        _bit(2, Flag.CIRRUS),
        _bit(3, Flag.CLOUD),
        _bit(4, Flag.CLOUD_SHADOW),
        _bit(5, Flag.SNOW),
        _bit(7, Flag.WATER),
        _level(8, 0, Flag.QUALITY_UNKNOWN),  # "no confidence level set": nobody looked for cloud here
        _level(8, 2, Flag.CLOUD_POSSIBLE),
        _level(8, 3, Flag.CLOUD),
    ),
    # Landsat 8 Level-1 before Collection 1: USGS LSDS-1574, table "BQA"; 00 = not determined
    QualityEncoding.BQA: (
        _bit(0, Flag.NO_DATA),
        _bit(1, Flag.DEFECTIVE),  # dropped frame
        _bit(2, Flag.NO_DATA),  # terrain occlusion: the ground was hidden
        _level(4, 3, Flag.WATER),
        _level(10, 3, Flag.SNOW),
        _level(12, 2, Flag.CLOUD_POSSIBLE),
        _level(12, 3, Flag.CIRRUS),
        _level(14, 0, Flag.QUALITY_UNKNOWN),
        _level(14, 2, Flag.CLOUD_POSSIBLE),
        _level(14, 3, Flag.CLOUD),
    ),
    # Sentinel-2 QA60: bits 10 (opaque) and 11 (cirrus); ESA Sentinel-2 product specification, MSK_CLOUDS
    QualityEncoding.QA60: (_bit(10, Flag.CLOUD), _bit(11, Flag.CIRRUS)),
    # Sentinel-2 MSK_CLASSI_B00 since baseline 04.00: three planes of 0 and 1 (opaque cloud, cirrus, snow), packed here
    QualityEncoding.MSK_CLASSI: (_bit(0, Flag.CLOUD), _bit(1, Flag.CIRRUS), _bit(2, Flag.SNOW)),
    # Planet usable data mask 2.1, planes 1 to 6 (clear, snow, shadow, light haze, heavy haze, cloud), packed here;
    # Planet, "PSScene", table of ortho_udm2. A pixel in none of them was not classified.
    QualityEncoding.UDM2: (
        Field(start=0, width=6, value=0, flag=Flag.QUALITY_UNKNOWN),
        _bit(1, Flag.SNOW),
        _bit(2, Flag.CLOUD_SHADOW),
        _bit(3, Flag.CLOUD_POSSIBLE),
        _bit(4, Flag.CLOUD_POSSIBLE),
        _bit(5, Flag.CLOUD),
    ),
    # Landsat Collection 1 Level-1: USGS, "Landsat Collection 1 Level-1 Quality Assessment Band"; levels of saturation
    # count bands and do not name them; confidence: 00 = not determined, 01 = low, 10 = medium, 11 = high
    QualityEncoding.BQA_C1: (
        _bit(0, Flag.NO_DATA),
        _bit(1, Flag.NO_DATA),  # terrain occlusion (8) or dropped pixel (4-7): no measurement of this ground
        _level(2, 1, Flag.SATURATED),
        _level(2, 2, Flag.SATURATED),
        _level(2, 3, Flag.SATURATED),
        _bit(4, Flag.CLOUD),
        _level(5, 0, Flag.QUALITY_UNKNOWN),
        _level(5, 2, Flag.CLOUD_POSSIBLE),
        _level(5, 3, Flag.CLOUD),
        _level(7, 3, Flag.CLOUD_SHADOW),
        _level(9, 3, Flag.SNOW),
        _level(11, 3, Flag.CIRRUS),
    ),
}
"""Layers that pack bits; bits without an entry say nothing about whether a pixel may be used."""

ASSET_KEYS = {
    QualityEncoding.SCL: ("scl",),
    QualityEncoding.QA_PIXEL: ("qa_pixel",),
    QualityEncoding.BQA: ("bqa",),
    QualityEncoding.QA60: ("qa60", "msk_clouds"),
    QualityEncoding.RTC_MASK: ("mask",),
    QualityEncoding.MSK_CLASSI: ("msk_classi",),
    QualityEncoding.BQA_C1: ("bqa",),
    QualityEncoding.UDM2: ("udm2",),
}
"""Keys under which providers' metadata name the layer, in lower case."""

PLANES = {QualityEncoding.MSK_CLASSI: 3, QualityEncoding.UDM2: 6}
"""Layers that hold each bit as a plane of its own, and how many; all others hold one plane."""

_QA_PIXEL_CLASSES = 0b11111110  # clouds, shadow, snow, clear, water: one is set wherever the pixel was classified
_DOCUMENTED_QA60 = (1 << 10) | (1 << 11)


def decode(codes: NDArray[np.generic], encoding: QualityEncoding) -> NDArray[np.uint16]:
    """Return the flags that a quality layer means.

    Parameters
    ----------
    codes : ndarray, any shape
        As stored; integers, or floats that hold integers (NaN = no data).
    encoding : QualityEncoding
        How the provider writes them.

    Returns
    -------
    ndarray of uint16
        :class:`~osint_imagery.core.flags.Flag` bits.

    Notes
    -----
    The layers are the providers' and they err: thin cloud is missed, bright roofs are called cloud.
    QA60 knows neither shadow nor haze, so that its "clear" means only "no cloud was found".

    Examples
    --------
    >>> decode(np.array([4, 9, 99]), QualityEncoding.SCL).tolist()
    [0, 4, 2048]
    """
    numbers = np.asarray(codes)
    missing = np.zeros(numbers.shape, dtype=bool)
    if numbers.dtype.kind == "f":
        missing = ~np.isfinite(numbers) | (numbers != np.trunc(numbers)) | (np.abs(numbers) > 2**32)
        unknown = missing & np.isfinite(numbers)
        numbers = np.where(missing, 0, numbers)
    else:
        unknown = missing
    whole = numbers.astype(np.int64)
    flags = _from_classes(whole, CLASSES[encoding]) if encoding in CLASSES else _from_fields(whole, encoding)
    flags[missing] = int(Flag.NO_DATA)
    flags[unknown] = int(Flag.QUALITY_UNKNOWN)
    return flags


def packed(planes: Sequence[NDArray[np.generic]]) -> NDArray[np.generic]:
    """Return planes of 0 and 1 as bits of one number, the first plane lowest; one plane is returned as it is.

    Any other value makes a number that no table knows.

    Examples
    --------
    >>> packed([np.array([1, 0]), np.array([1, 0]), np.array([0, 7])]).tolist()
    [3, -1]
    """
    if len(planes) == 1:
        return planes[0]
    bits = [np.asarray(plane).astype(np.int64) for plane in planes]
    joined = np.zeros(bits[0].shape, dtype=np.int64)
    for index, plane in enumerate(bits):
        joined |= np.where((plane == 0) | (plane == 1), plane << index, -1)
    return joined


def _from_classes(codes: NDArray[np.int64], table: dict[int, Flag]) -> NDArray[np.uint16]:
    lookup = np.full(256, int(Flag.QUALITY_UNKNOWN), dtype=np.uint16)
    for code, flag in table.items():
        lookup[code] = int(flag)
    inside = (codes >= 0) & (codes < 256)
    return np.where(inside, lookup[np.where(inside, codes, 0)], int(Flag.QUALITY_UNKNOWN)).astype(np.uint16)


def _from_fields(codes: NDArray[np.int64], encoding: QualityEncoding) -> NDArray[np.uint16]:
    flags = np.zeros(codes.shape, dtype=np.uint16)
    for field in FIELDS[encoding]:
        held = (codes >> field.start) & ((1 << field.width) - 1)
        flags[held == field.value] |= np.uint16(int(field.flag))
    if encoding is QualityEncoding.QA60:
        flags[(codes & ~_DOCUMENTED_QA60) != 0] |= np.uint16(int(Flag.QUALITY_UNKNOWN))
    if encoding is QualityEncoding.QA_PIXEL:
        flags[(codes & _QA_PIXEL_CLASSES) == 0] |= np.uint16(int(Flag.QUALITY_UNKNOWN))
    flags[(codes < 0) | (codes > 65535)] = int(Flag.QUALITY_UNKNOWN)
    return flags
