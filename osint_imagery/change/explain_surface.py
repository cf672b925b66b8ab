"""Rival explanations from color: haze, saturation, season, water and snow."""

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from osint_imagery.change.detections import Explanation
from osint_imagery.change.explain_color import BLUISH, Colors, blue_excess, unlike_haze
from osint_imagery.change.explain_object import Around, edge
from osint_imagery.change.explain_scene import SceneNorm
from osint_imagery.core.flags import Flag
from osint_imagery.core.pair import Pair

__all__ = ["haze", "saturation", "season", "snow", "water_level"]

Float = NDArray[np.float32]
Status = Literal["ruled out", "not ruled out", "not tested"]

_CLOUDY = int(Flag.CLOUD | Flag.CLOUD_POSSIBLE | Flag.CIRRUS | Flag.CLOUD_SHADOW)
_NEAR_PX = 3.0
_COHERENT = 0.3  # below this the object brightens and darkens: haze and cloud add light everywhere
_SHARP_PX = 2.0  # optics, detector and resampling make an edge of 1 to 2 px
_SHARPEST_PX = 1.5  # asked of what is as blue as haze
_QUIET = 0.15  # share of the object's difference that the ground around may have
_CIRRUS_SURE, _CIRRUS_TIMES = 5.0, 2.0  # spreads, and times the scene's middle, in the cirrus band

_SEASON_DAYS = 30  # methods.md 10
_ALIKE = 1000  # sampled pixels most like the object at the earlier date
_SAME_WAY = 0.7  # of the object's difference
_OFTEN, _SELDOM = 0.05, 0.002
_GREEN_NDVI = 0.25
_NEUTRAL = 0.8  # blue over red, air's light taken off: soil and dry plants lie below

_WATER = 0.1  # of MNDWI or NDWI
_TOUCHED = 0.1  # of the object's pixels
_SNOW = 0.4  # of NDSI
_CLIPPED = 0.97  # of the scene's brightest
_WHITE = 0.95  # reflectance: nothing that scatters light evenly is brighter


def _explained(name: str, status: Status, note: str) -> Explanation:
    return Explanation(name=name, status=status, note=note)


def haze(item: Around, norm: SceneNorm, pair: Pair, dims: Colors | None) -> Explanation:
    """Test whether haze, or a cloud or its shadow that nobody flagged, could have made an object."""
    name = "haze or undetected cloud"
    near = (item.outward <= _NEAR_PX) & ((item.flags[0] | item.flags[1]) & _CLOUDY > 0)
    if near.any():
        return _explained(name, "not ruled out", f"flagged as cloud within {_NEAR_PX:g} px of it")
    cirrus = _cirrus(item, norm, pair)
    if cirrus is not None:
        return _explained(name, "not ruled out", cirrus)
    edges = edge(item)
    if edges.coherence < _COHERENT:
        note = f"brighter and darker parts side by side (coherence {edges.coherence:.2f}); haze adds light to all"
        return _explained(name, "ruled out", note)
    unlike = unlike_haze(item, norm)
    if unlike is not None and unlike[0] and dims is not None and dims[0]:
        return _explained(name, "ruled out", f"{unlike[1]}; nor does it dim as a cloud's shadow does: {dims[1]}")
    if math.isnan(edges.beyond) or math.isnan(edges.width_px):
        return _explained(name, "not ruled out", "the ground around does not show where it ends")
    told = f"edge {edges.width_px:.1f} px wide, ground 3 to 6 px outside differs by {edges.beyond:.0%} as much"
    told = f"{told}; {unlike[1]}" if unlike is not None else told
    limit = _SHARPEST_PX if blue_excess(item, norm) >= BLUISH else _SHARP_PX
    sharp = edges.width_px <= limit and abs(edges.beyond) <= _QUIET
    return _explained(name, "ruled out" if sharp else "not ruled out", told)


def _cirrus(item: Around, norm: SceneNorm, pair: Pair) -> str | None:
    """Return what the cirrus band says against an object, None where it says nothing."""
    if "cirrus" not in pair.bands:
        return None
    inside = item.own & item.usable
    for when, raw, (middle, spread) in zip(("earlier", "later"), item.raw, norm.cirrus, strict=True):
        here = float(np.median(raw[pair.bands.index("cirrus")][inside]))
        if here > middle + _CIRRUS_SURE * spread and here > _CIRRUS_TIMES * middle:
            return f"cirrus band of the {when} date {here:.3g} against {middle:.3g} in the scene"
    return None


def saturation(item: Around, norm: SceneNorm) -> Explanation:
    """Test whether an object is as bright as the sensor counts, so that its difference is cut off."""
    name = "saturation"
    flagged = (item.outward <= 1) & ((item.flags[0] | item.flags[1]) & int(Flag.SATURATED) > 0)
    if flagged.any():
        return _explained(
            name, "not ruled out", f"{int(flagged.sum())} pixels in it or beside it are flagged saturated"
        )
    inside, closest = item.own & item.usable, 0.0
    for when, raw, ceiling, top in zip(("earlier", "later"), item.dates, norm.ceiling, norm.top, strict=True):
        values = raw[:, inside]
        highest = values.max(axis=1)
        piled = (values >= np.where(np.isnan(ceiling), np.inf, ceiling)[:, None]).sum(axis=1)
        ties = (values >= highest[:, None] * (1 - 1e-4)).sum(axis=1) * (highest >= _CLIPPED * top)
        if norm.reflectance and highest.max() >= _WHITE:
            k = int(np.argmax(highest))
            note = (
                f"{norm.bands[k]} ({when}) reaches a reflectance of {highest[k]:.2f}: glint, near the end of the counts"
            )
            return _explained(name, "not ruled out", note)
        k = int(np.argmax(piled)) if piled.any() else int(np.argmax(ties))
        if piled[k]:
            note = f"{piled[k]} pixels of {norm.bands[k]} ({when}) at the level where values pile up ({ceiling[k]:.4g})"
            return _explained(name, "not ruled out", note)
        if ties[k] >= 3:
            note = (
                f"{ties[k]} pixels of {norm.bands[k]} ({when}) share one value, {highest[k]:.4g}, the scene's highest"
            )
            return _explained(name, "not ruled out", note)
        closest = max(closest, float((highest / np.maximum(top, np.finfo(np.float32).tiny)).max()))
    note = f"no value piles up in it; at most {closest:.0%} of the scene's brightest"
    return _explained(name, "ruled out", note)


def season(item: Around, norm: SceneNorm, pair: Pair) -> Explanation:
    """Test whether plants or soil could have changed so by themselves, as like ground in the scene did."""
    apart = _days_apart(pair)
    told = "a date is not known" if apart is None else f"{apart} days apart in the year"
    often = _share_alike(item, norm)
    told = f"{told}; {often:.1%} of like ground differs so"
    if often >= _OFTEN:
        return _explained("season", "not ruled out", told)
    status, why = _plants(item, norm, near=apart is not None and apart <= _SEASON_DAYS, alone=often <= _SELDOM)
    if apart is None and status == "not ruled out":
        status = "not tested"
    return _explained("season", status, f"{told}; {why}")


def _days_apart(pair: Pair) -> int | None:
    before, after = pair.before.acquired, pair.after.acquired
    if before is None or after is None:
        return None
    apart = abs(before.middle.timetuple().tm_yday - after.middle.timetuple().tm_yday)
    return min(apart, 365 - apart)


def _share_alike(item: Around, norm: SceneNorm) -> float:
    """Return the share of the 1000 pixels of the scene most like the object before that changed as it did."""
    before, mean = item.middle[0] / norm.spread, item.middle[2]
    count = min(_ALIKE, len(norm.ground))
    distance = norm.size - 2 * norm.ground @ before  # squared, but for a constant
    alike = np.argpartition(distance, count - 1)[:count]
    length = float(mean @ mean)
    return float((norm.change[alike] @ mean >= _SAME_WAY * length).mean()) if length > 0 else 1.0


def _plants(item: Around, norm: SceneNorm, *, near: bool, alone: bool) -> tuple[Status, str]:
    """Return what the object's own colors say about plants and soil."""
    blue, red, infrared = norm.band("blue"), norm.band("red"), norm.band("nir", "nir08")
    if red is None or infrared is None or not norm.comparable:
        status: Status = "ruled out" if near and alone else "not ruled out"
        return status, "no red and near infrared in one scale to tell plants by"
    looks = [np.maximum(values - floor, 1e-9) for values, floor in zip(item.middles, norm.floors, strict=True)]
    ndvi = [float((v[infrared] - v[red]) / (v[infrared] + v[red])) for v in looks]
    told = f"NDVI {ndvi[0]:.2f} and {ndvi[1]:.2f}"
    if max(ndvi) < _GREEN_NDVI:
        return "ruled out", f"{told}: no plants on either date"
    bare = int(ndvi[1] < ndvi[0])
    if blue is not None and ndvi[bare] < _GREEN_NDVI:
        ratio = float(looks[bare][blue] / looks[bare][red])
        told += f", on the {('earlier', 'later')[bare]} date blue/red {ratio:.2f}"
        if ratio >= _NEUTRAL:
            return "ruled out", f"{told}: neither plants nor soil"
    return ("ruled out" if near and alone else "not ruled out"), told


def _index(values: Float, norm: SceneNorm, first: int, second: int) -> Float:
    """Return the normalized difference of two bands, (y, x); NaN where a pixel is not usable."""
    one, other = np.maximum(values[first], 0), np.maximum(values[second], 0)
    return np.asarray((one - other) / np.maximum(one + other, 1e-9 + 1e-6 * float(norm.spread[first])))


def water_level(item: Around, norm: SceneNorm) -> Explanation:
    """Test whether water that rose or fell (tide, flood, season) could have made an object."""
    name = "water level (tide, flood)"
    green, near, short = norm.band("green"), norm.band("nir", "nir08"), norm.band("swir16", "swir22")
    if green is None or near is None or not norm.comparable:
        return _explained(name, "not tested", "needs green and near infrared in one scale to tell water by")
    wet = []
    for values in item.dates:
        is_wet = _index(values, norm, green, near) > _WATER
        if short is not None:
            is_wet &= _index(values, norm, green, short) > _WATER
        wet.append(is_wet & item.usable)
    inside, ring = item.own & item.usable, item.ring(1, 6)
    shares = [float(plane[inside].mean()) for plane in wet]
    touched = float((wet[0] | wet[1])[inside].mean())
    beside = float((wet[0] | wet[1])[ring].mean()) if ring.any() else 0.0
    told = f"water on {shares[0]:.0%} of it before, {shares[1]:.0%} after, {beside:.0%} of the ground around"
    return _explained(name, "not ruled out" if touched >= _TOUCHED else "ruled out", told)


def snow(item: Around, norm: SceneNorm) -> Explanation:
    """Test whether snow or ice on one date could have made an object."""
    flagged = (item.outward <= _NEAR_PX) & ((item.flags[0] | item.flags[1]) & int(Flag.SNOW) > 0)
    if flagged.any():
        return _explained("snow", "not ruled out", f"flagged as snow within {_NEAR_PX:g} px of it")
    green, near, short = norm.band("green"), norm.band("nir", "nir08"), norm.band("swir16", "swir22")
    if green is None or short is None or near is None or not norm.comparable:
        return _explained("snow", "not tested", "needs green, near and shortwave infrared in one scale to tell snow by")
    inside, told, found = item.own & item.usable, [], False
    for values, middle in zip(item.dates, norm.middle, strict=True):
        index = _index(values, norm, green, short)[inside]
        white = (values[green][inside] > 2 * middle[green]) & (values[near][inside] > 0.6 * values[green][inside])
        told.append(f"{float(np.median(index)):.2f}")
        found |= bool((white & (index > _SNOW)).mean() >= _TOUCHED)
    note = f"NDSI {' and '.join(told)}; snow is bright and above {_SNOW:g}"
    return _explained("snow", "not ruled out" if found else "ruled out", note)
