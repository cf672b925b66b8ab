"""What else could make pixels differ, and whether it was tested."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from osint_imagery.change.detections import Explanation
from osint_imagery.change.explain_color import unlike_shadow
from osint_imagery.change.explain_geometry import (
    PairGeometry,
    misregistration,
    pair_geometry,
    sun_and_shadow,
    view_angle,
)
from osint_imagery.change.explain_object import Window, around
from osint_imagery.change.explain_scene import SceneNorm, learn
from osint_imagery.change.explain_surface import haze, saturation, season, snow, water_level
from osint_imagery.core.errors import GridMismatchError, NotEnoughDataError
from osint_imagery.core.pair import Pair

__all__ = ["NAMES", "Explainer", "explanations"]

NAMES = (
    "misregistration",
    "season",
    "sun and shadow",
    "haze or undetected cloud",
    "view angle",
    "saturation",
    "water level (tide, flood)",
    "snow",
)
"""The rival explanations, in the order in which they are given."""

_SEASON_DAYS = 30  # methods.md 10
_RADAR = frozenset({"vv", "vh", "hh", "hv"})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Explainer:
    """Tests the rival explanations of objects in one scene; made once by :meth:`fit`, asked once an object.

    Parameters
    ----------
    pair : Pair
        Pixels in which the objects lie: the whole scene, or a block of it.
    norm : SceneNorm or None
        How the two dates usually differ; None where too little was seen to say.
    geometry : PairGeometry
        What sun and view angles can move.
    reason : str
        Why nothing can be tested; empty where it can.

    Notes
    -----
    "Ruled out" is said only after a test, whose numbers are in the note; where a test cannot be made it is "not
    tested". Each test asks about the object as a whole: a part of it may still have another cause. All thresholds
    are choices, stated beside their use.

    Examples
    --------
    >>> from osint_imagery.core.image import Image
    >>> rng = np.random.default_rng(0)
    >>> ground = 0.1 + 0.01 * rng.random((4, 40, 40))
    >>> new = ground + 0.001 * rng.normal(size=ground.shape)
    >>> new[:, 10:16, 10:16] += np.array([0.02, 0.05, 0.09, 0.1])[:, None, None]
    >>> dates = [
    ...     Image.from_array(v, bands=("blue", "green", "red", "nir"), unit="reflectance", acquired=day)
    ...     for v, day in ((ground, "2020-05-01"), (new, "2020-05-11"))
    ... ]
    >>> explainer = Explainer.fit(Pair(before=dates[0], after=dates[1]))
    >>> found = explainer.of(np.ones((6, 6), dtype=bool), (slice(10, 16), slice(10, 16)))
    >>> {item.name: item.status for item in found}["haze or undetected cloud"]
    'ruled out'
    """

    pair: Pair
    norm: SceneNorm | None
    geometry: PairGeometry
    reason: str = ""

    @classmethod
    def fit(cls, pair: Pair, windows: Sequence[Pair] = ()) -> "Explainer":
        """Learn what is usual in a scene.

        Parameters
        ----------
        pair : Pair
            The scene, or any block of it.
        windows : sequence of Pair, optional
            Windows spread over the scene, where `pair` is not all of it; default: `pair` itself.
        """
        geometry = pair_geometry(pair)
        if _RADAR & set(pair.bands):
            return cls(pair=pair, norm=None, geometry=geometry, reason="written for optical bands, not for radar")
        try:
            return cls(pair=pair, norm=learn(windows or (pair,)), geometry=geometry)
        except NotEnoughDataError as err:
            return cls(pair=pair, norm=None, geometry=geometry, reason=str(err))

    def on(self, pair: Pair) -> "Explainer":
        """Return the same knowledge of the scene with another block's pixels."""
        return replace(self, pair=pair)

    def of(self, own: NDArray[np.bool_], window: Window) -> tuple[Explanation, ...]:
        """Return the rival explanations of one object, each ruled out, not ruled out, or not tested.

        Parameters
        ----------
        own : ndarray of bool, (y, x)
            The object's pixels inside `window`.
        window : tuple of slice
            (rows, columns) of the pair that `own` covers.

        Raises
        ------
        GridMismatchError
            If `own` does not have the window's shape, or the window leaves the pair.
        """
        rows, columns = window
        shape = (rows.stop - rows.start, columns.stop - columns.start)
        beyond = min(rows.start, columns.start) < 0
        if own.shape != shape or beyond or rows.stop > self.pair.shape[0] or columns.stop > self.pair.shape[1]:
            msg = f"own has shape {own.shape} for window={window!r} of a pair of {self.pair.shape}; give its window"
            raise GridMismatchError(msg)
        if self.norm is None:
            return _nothing(self.reason)
        item = around(self.pair, own, window, self.norm)
        if not (item.own & item.usable).any():
            return _nothing("none of its pixels was usable on both dates")
        dims = unlike_shadow(item, self.norm)
        return (
            misregistration(item, self.norm, self.pair),
            season(item, self.norm, self.pair),
            sun_and_shadow(item, dims, self.geometry),
            haze(item, self.norm, self.pair, dims),
            view_angle(item, self.geometry),
            saturation(item, self.norm),
            water_level(item, self.norm),
            snow(item, self.norm),
        )


def _nothing(reason: str) -> tuple[Explanation, ...]:
    return tuple(_untested(name, reason) for name in NAMES)


def explanations(pair: Pair, pixels: int) -> tuple[Explanation, ...]:
    """Return the rival explanations of one object of which nothing is known but the number of its pixels.

    Only what the pair itself knows is tested here; nothing is called ruled out because nobody looked. With the
    object's own pixels :class:`Explainer` tests them all.
    """
    return (
        _misregistration(pair, pixels),
        _season(pair),
        _untested("sun and shadow", "what the sun's angles do here was not tested"),
        _untested("haze or undetected cloud", "nothing but what a quality layer flags, where there is one"),
        _untested("view angle", "what the view angles do here was not tested"),
    )


def _untested(name: str, note: str) -> Explanation:
    return Explanation(name=name, status="not tested", note=note)


def _misregistration(pair: Pair, pixels: int) -> Explanation:
    residual = pair.misregistration
    if residual is None:
        return Explanation(name="misregistration", status="not tested", note="the dates were not aligned")
    width = pixels**0.5
    small = residual.high < 0.3 and width > 3 * residual.high
    note = f"residual at most {residual.high:.2f} px (95 %), object about {width:.0f} px wide"
    return Explanation(name="misregistration", status="ruled out" if small else "not ruled out", note=note)


def _season(pair: Pair) -> Explanation:
    before, after = pair.before.acquired, pair.after.acquired
    if before is None or after is None:
        return Explanation(name="season", status="not tested", note="a date is not known")
    apart = abs(before.middle.timetuple().tm_yday - after.middle.timetuple().tm_yday)
    apart = min(apart, 365 - apart)
    status = "ruled out" if apart <= _SEASON_DAYS else "not ruled out"
    return Explanation(name="season", status=status, note=f"{apart} days apart in the year")  # type: ignore[arg-type]
