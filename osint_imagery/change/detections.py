"""Detections: outlined changes with their uncertainty, ranked, possibly none."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from numbers import Real
from typing import TYPE_CHECKING, Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import GeometryCollection, MultiPolygon, Polygon

from osint_imagery.change.changemap import ChangeMap
from osint_imagery.change.position import Covariance, Ellipse, circular_error, error_ellipse
from osint_imagery.core.arguments import require
from osint_imagery.core.errors import InputError
from osint_imagery.core.estimate import Estimate
from osint_imagery.core.grid import Grid
from osint_imagery.core.image import freeze
from osint_imagery.core.showing import pairs_html, table_html
from osint_imagery.core.tracing import trace

if TYPE_CHECKING:
    import geopandas

__all__ = ["Bracket", "Detection", "Detections", "Explanation", "Verdict", "placed"]


_LISTED = 20  # detections that a notebook shows


class Verdict(StrEnum):
    """What the pixels of a pair say, of equal rank; with looks and power it becomes one of the four answers."""

    CHANGED = "changed"
    NO_CHANGE_FOUND = "no_change_found"  # nothing above what this place usually shows; not a proof of absence
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Another reason why the pixels could differ, and whether it was tested."""

    name: str
    status: Literal["ruled out", "not ruled out", "not tested"]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bracket:
    """Between which two acquisitions it happened: a bound, not an error bar, and nothing is known inside it.

    Parameters
    ----------
    before_id, after_id : str or None
        The last scene without and the first scene with the change; None where the pixels do not name their scene.
    earliest, latest : datetime or None
        UTC; where only a day is known, the start of the earlier and the end of the later day. None: not dated.
    """

    before_id: str | None
    after_id: str | None
    earliest: datetime | None
    latest: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """One outlined change; what an algorithm says, never mixed with what an analyst adds.

    Parameters
    ----------
    id : int
        1 for the strongest.
    outline : Polygon or MultiPolygon
        Edges of the pixels, longitude and latitude; in pixels (column, row) where the pair has no place.
    centroid : tuple of float
        Longitude, latitude (or column, row) of the middle of what changed, each pixel by its share; a point inside
        the outline where that lies outside.
    bbox_px : tuple of int
        First row, first column, last row + 1, last column + 1.
    pixels : int
        Pixels in the object.
    area : Estimate
        m2 (px where there is no place), with a 90 % interval. Areas of several objects do not add up to the changed
        area of a map, see :func:`~osint_imagery.change.accuracy.area_from_sample`.
    sign : int
        +1 brighter, -1 darker, 0 mixed.
    strength : float
        Mean score (without a null model, mean square of the detector's own probability) times the square root of the
        pixel count; compared with the null model's objects.
    p_instrument : float or None
        Smallest instrument p-value inside; None where the method gives none.
    p_object : float or None
        Family-wise: share of quiet pairs, counting this one, with an object at least as strong.
    q_fdr : float or None
        Smallest false-discovery rate at which it would be reported.
    probability : float or None
        Mean probability of its pixels; None where withheld.
    ce90_m : float or None
        Circular position error, 90 %, m; None where the sensor's geolocation error is unknown.
    explanations : tuple of Explanation
        What else it could be, tested or not.
    position_cov_m2 : tuple or None
        Covariance of the centroid on the ground, 2 x 2 (east, north along the grid's axes), m2: the sensor's published
        geolocation, the alignment, and the object's extent. None as for `ce90_m`.
    ce90_relative_m : float or None
        Circular position error, 90 %, m, against the earlier image: without the sensor's geolocation. None without
        a place or an alignment.
    bracket : Bracket or None
        Between which two acquisitions it happened.
    """

    id: int
    outline: Polygon | MultiPolygon
    centroid: tuple[float, float]
    bbox_px: tuple[int, int, int, int]
    pixels: int
    area: Estimate
    sign: int
    strength: float
    p_instrument: float | None
    p_object: float | None
    q_fdr: float | None
    probability: float | None
    ce90_m: float | None
    explanations: tuple[Explanation, ...] = ()
    position_cov_m2: Covariance | None = None
    ce90_relative_m: float | None = None
    bracket: Bracket | None = None

    @property
    def ce95_m(self) -> float | None:
        """Circular position error, 95 %, m."""
        return None if self.position_cov_m2 is None else circular_error(self.position_cov_m2, level=0.95)

    @property
    def ellipse95(self) -> Ellipse | None:
        """Error ellipse of the position, 95 %."""
        return None if self.position_cov_m2 is None else error_ellipse(self.position_cov_m2)

    def _repr_html_(self) -> str:
        numbers = (("p (object)", self.p_object), ("q", self.q_fdr), ("probability", self.probability))
        shown = [(name, _shown(value)) for name, value in numbers]
        others = [(one.name, f"{one.status}: {one.note}") for one in self.explanations]
        error = None if self.ce90_m is None else f"{self.ce90_m:.0f} m"
        middle = "{:.5f}, {:.5f}".format(*self.centroid)
        rows = [("area", self.area), ("middle", middle), ("CE90", error), *shown, *others]
        return pairs_html(rows, title=f"Detection {self.id}")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Detections:
    """All detections of one pair, strongest first; empty is a result, with the ground it examined.

    Parameters
    ----------
    items : tuple of Detection
        Strongest first.
    labels : ndarray of int32, (y, x)
        0 = none, else the detection's id.
    changes : ChangeMap
        Where they come from.
    verdict : Verdict
        changed, no_change_found, undetermined.
    reason : str
        Why, in words.
    examined_area_m2 : float
        Ground that was examined, m2 (px where there is no place).
    smallest_m2 : float
        The smallest object that would have been reported, m2 (px where there is no place).
    """

    items: tuple[Detection, ...]
    labels: NDArray[np.int32]
    changes: ChangeMap
    verdict: Verdict
    reason: str
    examined_area_m2: float
    smallest_m2: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "labels", freeze(self.labels))

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Detection]:
        return iter(self.items)

    def __getitem__(self, index: int) -> Detection:
        return self.items[index]

    @property
    def examined_area(self) -> float:
        """Ground that was examined, m2 (px where there is no place)."""
        return self.examined_area_m2

    def simplified(self, tolerance_px: float) -> tuple[Polygon | MultiPolygon, ...]:
        """Return outlines with fewer corners, for display only, in the order of the detections.

        The detections keep their outlines along pixel edges; areas are never taken from these.

        Parameters
        ----------
        tolerance_px : float
            The outline moves by at most so many pixels, >= 0; 1 takes the stairs out of slanted edges.

        Raises
        ------
        InputError
            If the tolerance is negative or not finite.
        """
        require(Real, tolerance_px=tolerance_px)
        if not 0 <= tolerance_px < float("inf"):
            msg = f"tolerance_px={tolerance_px!r} is not a distance; give pixels, 0 or more"
            raise InputError(msg)
        exact = list(trace(self.labels).values())
        fewer = shapely.simplify(np.array(exact, dtype=object), tolerance_px, preserve_topology=True)
        shown = [new if new.is_valid else old for new, old in zip(fewer, exact, strict=True)]
        return tuple(placed(shown, self.changes.pair.grid))

    def to_geodataframe(self) -> "geopandas.GeoDataFrame":
        """Return one row a detection, EPSG:4326; empty but with all columns where there is none."""
        import geopandas

        columns: dict[str, list[object]] = {
            "id": [item.id for item in self],
            "area_m2": [item.area.value for item in self],
            "area_low_m2": [item.area.low for item in self],
            "area_high_m2": [item.area.high for item in self],
            "sign": [item.sign for item in self],
            "strength": [item.strength for item in self],
            "p_instrument": [item.p_instrument for item in self],
            "p_object": [item.p_object for item in self],
            "q_fdr": [item.q_fdr for item in self],
            "probability": [item.probability for item in self],
            "ce90_m": [item.ce90_m for item in self],
            "ce90_relative_m": [item.ce90_relative_m for item in self],
        }
        crs = "EPSG:4326" if self.changes.pair.grid is not None else None
        return geopandas.GeoDataFrame(columns, geometry=[item.outline for item in self], crs=crs)

    def _repr_html_(self) -> str:
        heads = ("id", "area", "p (object)", "q", "probability")
        shown = self.items[:_LISTED]
        rows = [(d.id, d.area, _shown(d.p_object), _shown(d.q_fdr), _shown(d.probability)) for d in shown]
        rest = len(self) - len(shown)
        note = f"and {rest} more: .to_geodataframe() has all" if rest else ""
        return table_html(heads, rows, title=f"{self.verdict}: {self.reason}", note=note)

    def __repr__(self) -> str:
        return f"Detections({len(self)}; {self.verdict}: {self.reason})"


def placed(shapes: Sequence[Polygon | MultiPolygon], grid: Grid | None) -> list[Polygon | MultiPolygon]:
    """Return outlines given in (column, row) in longitude and latitude, all in one go; as they are without a grid."""
    if grid is None or not shapes:
        return list(shapes)
    turned = grid.to_lonlat(grid.to_world(GeometryCollection(list(shapes))))
    return list(turned.geoms)


def _shown(value: float | None) -> str:
    return "withheld" if value is None else f"{value:.3g}"
