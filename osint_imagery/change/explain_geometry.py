"""Rival explanations from geometry: the sun and its shadows, the view angle, and misregistration."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from osint_imagery.change.detections import Explanation
from osint_imagery.change.explain_color import Colors
from osint_imagery.change.explain_object import Around
from osint_imagery.change.explain_scene import SceneNorm
from osint_imagery.change.explain_solar import SunRange, sun_range
from osint_imagery.core.image import Image
from osint_imagery.core.pair import Pair

__all__ = ["PairGeometry", "misregistration", "pair_geometry", "sun_and_shadow", "view_angle"]

Status = Literal["ruled out", "not ruled out", "not tested"]

_HEIGHT_M = 30.0  # ten floors
_TOWER_M = 100.0
_MOST_PX = 0.5  # a smaller movement makes no object; methods.md 10
_MOST_ELEVATION, _MOST_AZIMUTH = 5.0, 10.0  # degrees between the two suns; methods.md 10
_LOW_SUN = 3.0  # degrees; below, shadows have no end
# Largest zenith angle at the ground: half the field of view (20.6 and 15 degrees) seen from 786 and 705 km.
# Drusch et al. 2012, https://doi.org/10.1016/j.rse.2011.11.026; https://doi.org/10.1016/j.rse.2014.02.001
_WIDEST_VIEW = {"sentinel-2": 11.7, "landsat": 8.4}
_SAME_TRACK = 0.3  # degrees by which the view from one track may differ (the orbit is held to about a kilometer)

_LEFT_PX = 0.1  # residuals are not believed below this: bands of one date lie apart by as much
_NEAR_PX = 1.5  # a local shift this large is looked for, whatever the residual says
_SMALL = 1 / 3  # of the observed difference, root mean square over the object
_EXPLAINED = 0.4  # of the object's squared difference beyond the usual


@dataclass(frozen=True, slots=True, kw_only=True)
class PairGeometry:
    """What the sun and view angles of a pair can do, in pixels; None where they are not known.

    Parameters
    ----------
    tip_px : tuple of float or None
        Smallest and largest distance between the tips of the two shadows of a 30 m high object, px.
    sun_apart : tuple of float or None
        Largest difference of the elevations and of the azimuths, degrees.
    sun_note : str
        The two suns in words.
    relief_px : float or None
        Largest distance by which the top of a 30 m high object moves between the views, px.
    view_note : str
        The two views in words.
    """

    tip_px: tuple[float, float] | None
    sun_apart: tuple[float, float] | None
    sun_note: str
    relief_px: float | None
    view_note: str


def pair_geometry(pair: Pair) -> PairGeometry:
    """Return what the angles of a pair can move, once for all objects."""
    suns = sun_range(pair.before), sun_range(pair.after)
    tip, apart, note = _shadows(suns[0], suns[1], pair)
    relief, view_note = _relief(pair)
    return PairGeometry(tip_px=tip, sun_apart=apart, sun_note=note, relief_px=relief, view_note=view_note)


def _shadows(
    first: SunRange | None, second: SunRange | None, pair: Pair
) -> tuple[tuple[float, float] | None, tuple[float, float] | None, str]:
    if pair.grid is None:
        return None, None, "the pixels have no place, so neither sun nor pixel size is known"
    if first is None or second is None:
        which = " and ".join(name for name, sun in (("earlier", first), ("later", second)) if sun is None)
        return None, None, f"where the sun stood at the {which} date is not known"
    if min(elevation for _, elevation in (*first.positions, *second.positions)) < _LOW_SUN:
        return None, None, f"the sun stood below {_LOW_SUN:g} degrees"
    tips, apart = [], [(0.0, 0.0)]
    for one in first.positions:
        for other in second.positions:
            a, b = _tip(*one), _tip(*other)
            tips.append(_HEIGHT_M * math.dist(a, b) / pair.grid.gsd_m)
            apart.append((abs(one[1] - other[1]), abs((one[0] - other[0] + 180) % 360 - 180)))
    words = " and ".join(f"{_spanned(sun)} ({sun.source})" for sun in (first, second))
    return (min(tips), max(tips)), (max(a for a, _ in apart), max(b for _, b in apart)), f"sun at {words}"


def _spanned(sun: SunRange) -> str:
    azimuths, elevations = zip(*sun.positions, strict=True)
    if len(sun.positions) == 1:
        return f"{elevations[0]:.0f} degrees up, azimuth {azimuths[0]:.0f}"
    return (
        f"{min(elevations):.0f} to {max(elevations):.0f} degrees up, azimuth {min(azimuths):.0f} to {max(azimuths):.0f}"
    )


def _tip(azimuth: float, elevation: float) -> tuple[float, float]:
    """Return where the shadow's tip of a thing 1 m high lies, m east and north of it."""
    length, away = 1 / math.tan(math.radians(elevation)), math.radians(azimuth + 180)
    return length * math.sin(away), length * math.cos(away)


def sun_and_shadow(item: Around, unlike: Colors | None, geometry: PairGeometry) -> Explanation:
    """Test whether a shadow that moved could have made an object."""
    status, note = _sun(item, unlike, geometry)
    return Explanation(name="sun and shadow", status=status, note=note)


def _sun(item: Around, unlike: Colors | None, geometry: PairGeometry) -> tuple[Status, str]:
    if unlike is not None and unlike[0]:
        return "ruled out", f"{unlike[1]}; a shadow dims all bands, the blue least"
    looks = unlike[1] if unlike is not None else "too few bands to tell a shadow by its color"
    if geometry.tip_px is None or geometry.sun_apart is None:
        status: Status = "not tested" if unlike is None else "not ruled out"
        return status, f"{looks}; {geometry.sun_note}"
    low, high = geometry.tip_px
    moved = f"{high:.1f} px" if high - low < 0.1 else f"{low:.1f} to {high:.1f} px"
    told = f"the shadow of {_HEIGHT_M:g} m moves by {moved} ({geometry.sun_note})"
    if high <= _MOST_PX:
        return "ruled out", told
    alike = geometry.sun_apart[0] <= _MOST_ELEVATION and geometry.sun_apart[1] <= _MOST_AZIMUTH
    tower = high * _TOWER_M / _HEIGHT_M
    if alike and item.width_px > tower + 1:
        return "ruled out", f"{item.width_px:.1f} px wide, the shadow of even {_TOWER_M:g} m moves by {tower:.1f} px"
    return "not ruled out", f"{looks}; {told}"


def _relief(pair: Pair) -> tuple[float | None, str]:
    """Return by how many pixels the top of a 30 m high object moves between the views at most."""
    if pair.grid is None:
        return None, "the pixels have no place, so the pixel size is not known"
    first, second = _view(pair.before), _view(pair.after)
    if first is None or second is None:
        return None, "the view angles are not known"
    orbits = {image.viewing.relative_orbit if image.viewing else None for image in (pair.before, pair.after)}
    same_sensor = pair.before.sensor == pair.after.sensor
    if len(orbits) == 1 and None not in orbits and same_sensor:
        return _HEIGHT_M * math.tan(math.radians(_SAME_TRACK)) / pair.grid.gsd_m, "both from one track"
    (zenith, toward), (other, toward_other) = first, second
    if zenith == 0 or other == 0 or toward is None or toward_other is None:
        apart = math.tan(math.radians(zenith)) + math.tan(math.radians(other))  # at worst from opposite sides
    else:
        apart = math.dist(_slant(zenith, toward), _slant(other, toward_other))
    sides = "" if toward is not None and toward_other is not None else " at most, sides not known"
    return _HEIGHT_M * apart / pair.grid.gsd_m, f"{zenith:.1f} and {other:.1f} degrees from the vertical{sides}"


def _view(image: Image) -> tuple[float, float | None] | None:
    """Return the view's zenith angle and azimuth: as stated, else the widest that the sensor has."""
    stated = image.viewing
    if stated is not None and stated.view_zenith_deg is not None:
        return stated.view_zenith_deg, stated.view_azimuth_deg
    widest = next((angle for name, angle in _WIDEST_VIEW.items() if (image.sensor or "").startswith(name)), None)
    return None if widest is None else (widest, None)


def _slant(zenith: float, azimuth: float) -> tuple[float, float]:
    away = math.tan(math.radians(zenith))
    return away * math.sin(math.radians(azimuth)), away * math.cos(math.radians(azimuth))


def view_angle(item: Around, geometry: PairGeometry) -> Explanation:
    """Test whether the lean of tall things could have made an object."""
    relief = geometry.relief_px
    if relief is None:
        return Explanation(name="view angle", status="not tested", note=geometry.view_note)
    told = f"the top of {_HEIGHT_M:g} m moves by up to {relief:.1f} px ({geometry.view_note})"
    tower = relief * _TOWER_M / _HEIGHT_M
    if relief <= _MOST_PX:
        return Explanation(name="view angle", status="ruled out", note=told)
    status: Status = "ruled out" if item.width_px > tower + 1 else "not ruled out"
    note = f"{told}, of {_TOWER_M:g} m by {tower:.1f} px; the object is {item.width_px:.1f} px wide"
    return Explanation(name="view angle", status=status, note=note)


def misregistration(item: Around, norm: SceneNorm, pair: Pair) -> Explanation:
    """Test whether a shift between the dates could have made an object: in all bands, pixel by pixel."""
    residual = pair.misregistration
    if residual is None:
        return Explanation(name="misregistration", status="not tested", note="the dates were not aligned")
    left = max(residual.high, _LEFT_PX)
    inside = item.own & item.usable
    slopes = [_steepest(values / norm.spread[:, None, None], left) for values in (item.before, item.after)]
    most = left * np.minimum(slopes[0], slopes[1])[inside]
    seen = np.sqrt(np.square(item.change).sum(axis=0))[inside]
    share = math.sqrt(float(np.square(np.minimum(most, seen)).sum()) / max(float(np.square(seen).sum()), 1e-12))
    shift, explained, refuted = _local_shift(item, norm)
    told = (
        f"a shift of {left:.2f} px (the residual at most) makes at most {share:.0%} of the difference; "
        f"the best local shift ({shift:.1f} px) explains {explained:.0%} of its square"
    )
    local = explained >= _EXPLAINED and not refuted
    if explained >= _EXPLAINED and refuted:
        told += ", but the ground around did not shift so"
    status: Status = "ruled out" if share <= _SMALL and not local else "not ruled out"
    return Explanation(name="misregistration", status=status, note=told)


def _steepest(values: NDArray[np.float32], within: float) -> NDArray[np.float32]:
    """Return, (y, x), how fast all bands together change per pixel of shift, at the steepest within a distance."""
    filled = np.nan_to_num(values)
    rows, columns = filled.shape[1:]
    down, across = np.zeros((rows + 1, columns), dtype=np.float32), np.zeros((rows, columns + 1), dtype=np.float32)
    np.square(np.diff(filled, axis=1)).sum(axis=0, out=down[1:-1])
    np.square(np.diff(filled, axis=2)).sum(axis=0, out=across[:, 1:-1])
    steep = np.sqrt(np.maximum(down[1:], down[:-1]) + np.maximum(across[:, 1:], across[:, :-1]))
    return np.asarray(ndimage.maximum_filter(steep, 2 * math.ceil(within) + 1))


def _local_shift(item: Around, norm: SceneNorm) -> tuple[float, float, bool]:
    """Return the shift, px, that explains an object best, the share it explains, and whether the ground denies it."""
    middle = (item.before + item.after) / 2 / norm.spread[:, None, None]
    down: NDArray[np.float64]
    across: NDArray[np.float64]
    down, across = np.gradient(np.nan_to_num(middle), axis=(1, 2))  # type: ignore[assignment]
    near = (item.outward <= 1) & item.usable
    slopes, seen = np.stack([down[:, near].ravel(), across[:, near].ravel()]), item.change[:, near].ravel()
    normal = slopes @ slopes.T + 1e-6 * np.eye(2)
    found: list[float] = np.linalg.solve(normal, -slopes @ seen).tolist()
    length = math.hypot(*found)
    size = min(length, _NEAR_PX)
    shift: NDArray[np.float64] = np.array(found) * (size / max(length, 1e-12))
    total = float(np.square(seen).sum())
    noise = min(len(seen), 0.8 * total)  # the usual difference, one each pixel and band, is there with any shift
    explained = float(total - np.square(seen + shift @ slopes).sum()) / max(total - noise, 1e-12)
    explained = min(max(explained, 0.0), 1.0)
    ring = item.ring(2, 8)
    made = -(shift[0] * down[:, ring] + shift[1] * across[:, ring]).ravel()
    around, power = item.change[:, ring].ravel(), float(np.square(made).sum())
    if not power > 0 or ring.sum() < 20:
        return size, explained, False
    share = float(made @ around) / power  # 1: the ground around shifted likewise; 0: it did not
    error = math.sqrt(3 * float(np.square(around).mean()) / power)  # neighbors are alike: a third of them counts
    return size, explained, share + 2 * error < _EXPLAINED
