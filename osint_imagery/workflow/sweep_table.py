"""The changed objects of a whole scene, as columns: hundreds of thousands of them fit."""

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from osint_imagery.core.grid import Grid

if TYPE_CHECKING:
    import geopandas

__all__ = ["Found"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Found:
    """Changed objects, strongest first; one entry a column each.

    Parameters
    ----------
    outlines_px : ndarray of Polygon or MultiPolygon
        Along pixel edges, in (column, row) of the grid.
    pixels : ndarray of int64
        Pixels; the area is theirs, without the error of its edge.
    strength : ndarray of float64
        Mean rating (score, or the square of the detector's probability) times the root of the pixel count: for ranking
        only.
    score, probability : ndarray of float64
        Means over the object's pixels; NaN where there is none.
    p_value : ndarray of float64
        Smallest instrument p-value; NaN where the method has none.
    sign : ndarray of int8
        Of at least two thirds of the pixels, else 0.
    row, column : ndarray of float64
        Mean of the pixel centers, px.
    bbox : ndarray of int64, (object, 4)
        First row, first column, last row + 1, last column + 1.
    grid : Grid
        Of the pixels.
    """

    outlines_px: NDArray[np.object_]
    pixels: NDArray[np.int64]
    strength: NDArray[np.float64]
    score: NDArray[np.float64]
    probability: NDArray[np.float64]
    p_value: NDArray[np.float64]
    sign: NDArray[np.int8]
    row: NDArray[np.float64]
    column: NDArray[np.float64]
    bbox: NDArray[np.int64]
    grid: Grid

    def __len__(self) -> int:
        return len(self.pixels)

    @property
    def area_m2(self) -> NDArray[np.float64]:
        """Area of the pixels, m2."""
        area: NDArray[np.float64] = self.pixels * np.float64(self.grid.pixel_area_m2)
        return area

    def take(self, chosen: NDArray[Any]) -> "Found":
        """Return some of them, by index or by mask, in that order."""
        columns = {item.name: getattr(self, item.name)[chosen] for item in fields(self) if item.name != "grid"}
        return Found(**columns, grid=self.grid)

    def outlines(self) -> NDArray[np.object_]:
        """Return the outlines in longitude and latitude."""
        if not len(self):
            return self.outlines_px
        together = shapely.geometrycollections(self.outlines_px)
        placed: NDArray[np.object_] = shapely.get_parts(self.grid.to_lonlat(self.grid.to_world(together)))
        return placed

    def to_geodataframe(self) -> "geopandas.GeoDataFrame":
        """Return one row an object, EPSG:4326; empty but with all columns where there is none."""
        import geopandas

        columns = {
            "id": np.arange(1, len(self) + 1),
            "area_m2": self.area_m2,
            "pixels": self.pixels,
            "strength": self.strength,
            "score": self.score,
            "probability": self.probability,
            "p_instrument": self.p_value,
            "sign": self.sign,
        }
        return geopandas.GeoDataFrame(columns, geometry=self.outlines(), crs="EPSG:4326")

    def __repr__(self) -> str:
        if not len(self):
            return "Found(0 objects)"
        return f"Found({len(self)} objects, {self.area_m2.sum():.6g} m2, the largest {self.area_m2.max():.6g} m2)"
