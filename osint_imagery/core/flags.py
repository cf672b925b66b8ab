"""Named per-pixel quality flags; a bit always means the same, whatever the sensor."""

from enum import IntFlag

__all__ = ["UNUSABLE", "Flag", "describe"]


class Flag(IntFlag):
    """One bit per reason why a pixel may not be used (or should be read with care).

    Decoders in ``scenes.quality`` translate every provider's layer into these.
    Unobserved is a value: ``NO_DATA`` (the sensor did not look here) and ``FAILED_READ``
    (the bytes could not be read) are different bits and never the same as "clear".
    """

    CLEAR = 0
    NO_DATA = 1  # outside the swath or fill value: the sensor did not look here
    FAILED_READ = 2  # the bytes were there to be read and could not be
    CLOUD = 4
    CLOUD_SHADOW = 8
    CIRRUS = 16
    SNOW = 32
    SATURATED = 64
    DARK = 128  # topographic or casted shadow, dark area
    WATER = 256  # informative, does not make a pixel unusable
    CLOUD_POSSIBLE = 512  # medium confidence or dilated cloud
    DEFECTIVE = 1024
    QUALITY_UNKNOWN = 2048  # no quality layer was there to say


UNUSABLE = (
    Flag.NO_DATA
    | Flag.FAILED_READ
    | Flag.CLOUD
    | Flag.CLOUD_SHADOW
    | Flag.CIRRUS
    | Flag.SNOW
    | Flag.SATURATED
    | Flag.CLOUD_POSSIBLE
    | Flag.DEFECTIVE
)
"""Flags that make a pixel unusable for change detection. Dark and water pixels stay usable."""


def describe(flag: Flag) -> str:
    """Return the flag's names in words.

    Examples
    --------
    >>> describe(Flag.CLOUD | Flag.SNOW)
    'cloud, snow'
    >>> describe(Flag.CLEAR)
    'clear'
    """
    names = [str(member.name).lower().replace("_", " ") for member in Flag if member and member in flag]
    return ", ".join(names) or "clear"
