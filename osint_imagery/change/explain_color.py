"""Whether the colors in which an object differs can be those of a shadow, or of haze and cloud."""

import numpy as np

from osint_imagery.change.explain_object import Around
from osint_imagery.change.explain_scene import SceneNorm

__all__ = ["BLUISH", "Colors", "blue_excess", "unlike_haze", "unlike_shadow"]

Colors = tuple[bool, str]
"""Whether the colors exclude it, and the numbers in words."""
BLUISH = 1.25
"""Change in the blue over that in green or red from which it looks like thin haze more than like a surface."""

# A shadow takes direct light and leaves skylight, which is blue: the share lost must be least in the blue.
_LEAST_BLUE = 0.4  # lowest share lost in the blue, as a part of that in the infrared
_MOST_BLUE = 0.97
_LEAST_AIR = 0.7  # the air adds between this share of the darkest ground's light and all of it
_SURE = 2.0  # usual differences that a band must have changed to count as changed
_BLUE_EXCESS = 0.5  # of the change in green and red that haze has at least in blue


def unlike_shadow(item: Around, norm: SceneNorm) -> Colors | None:
    """Return whether an object's colors cannot be those of a shadow; None where the bands do not tell."""
    blue, infrared = norm.band("blue"), norm.band("nir", "nir08", "swir16")
    if blue is None or infrared is None or not norm.comparable:
        return None
    first, last, usual = item.middle
    named = (blue, norm.band("green"), norm.band("red"), infrared, norm.band("swir16"))
    strong = [k for k in dict.fromkeys(named) if k is not None and abs(usual[k]) > _SURE]
    up, down = [norm.bands[k] for k in strong if usual[k] > 0], [norm.bands[k] for k in strong if usual[k] < 0]
    if up and down:
        return True, f"brighter in {', '.join(up)}, darker in {', '.join(down)}"
    if not strong:
        return False, "no band differs enough to tell a shadow by its color"
    lit, dark = (last, first) if up else (first, last)
    shares = []
    for part in (_LEAST_AIR, 1.0):
        direct = np.maximum(lit - part * norm.floor, 1e-3 * np.abs(lit) + np.finfo(np.float32).tiny)
        lost = np.minimum((lit - dark) / direct, 1)
        shares.append(float(lost[blue] / max(lost[infrared], 1e-6)))
    told = f"share of light lost in {norm.bands[blue]} over that in {norm.bands[infrared]} {min(shares):.2f}"
    told += f" to {max(shares):.2f}, by the air's light taken off"
    return min(shares) > _MOST_BLUE or max(shares) < _LEAST_BLUE, told


def unlike_haze(item: Around, norm: SceneNorm) -> Colors | None:
    """Return whether an object's visible colors cannot be haze or cloud; None where the bands do not tell."""
    places = [k for k in (norm.band(name) for name in ("blue", "green", "red")) if k is not None]
    if len(places) < 3 or not norm.comparable:
        return None
    usual = item.middle[2]
    if usual[places].max() > _SURE and usual[places].min() < -_SURE:
        return True, "visible bands differ both ways; haze adds light to all"
    excess = blue_excess(item, norm)
    told = f"blue differs {excess:.2f} times as much as green or red"
    return (True, f"{told}; haze is white or blue") if excess < _BLUE_EXCESS else (False, told)


def blue_excess(item: Around, norm: SceneNorm) -> float:
    """Return the change in the blue over the larger of those in green and red; NaN without these bands."""
    places = [k for k in (norm.band(name) for name in ("blue", "green", "red")) if k is not None]
    if len(places) < 3 or not norm.comparable:
        return float("nan")
    blue, green, red = (float(value) for value in (item.middle[1] - item.middle[0])[places])
    strongest = max(green, red, key=abs)
    return blue / strongest if strongest else float("inf")
