"""A place made coarse: the cell of a stated grid that holds it, in place of where it is."""

import math
from dataclasses import dataclass

from pyproj import Transformer
from shapely.geometry import Polygon, box

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.claim import Claim, Prediction
from osint_imagery.core.errors import InputError

__all__ = ["CoarseGrid"]

_EPSG = "EPSG:6933"  # cylindrical, equal area: one grid for the whole Earth, cells of one area, no zone to give away
_LEAST_M, _MOST_M = 100.0, 1_000_000.0
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class CoarseGrid:
    """Cells of `size_m` meters in EPSG:6933, counted from its origin.

    Parameters
    ----------
    size_m : float
        Side of a cell, m, 100 to 1,000,000. On the ground a cell is a rectangle of the area ``size_m ** 2``.

    Raises
    ------
    InputError
        If the size is out of this range.

    Examples
    --------
    >>> cell = CoarseGrid(10_000).cell(AreaOfInterest.from_bbox(35.51, 33.90, 35.54, 33.91))
    >>> [round(value, 2) for value in cell.bounds]
    [35.45, 33.88, 35.55, 33.97]
    """

    size_m: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.size_m) and _LEAST_M <= self.size_m <= _MOST_M):
            msg = f"coarsen_m={self.size_m!r} is not from {_LEAST_M:g} to {_MOST_M:g}; give a cell's side in meters"
            raise InputError(msg)

    @property
    def words(self) -> str:
        """The grid, as an output has to state it."""
        return (
            f"coarsened: places are cells of {self.size_m:g} m in {_EPSG} (cylindrical, equal area), counted from its "
            "origin; a geometry is the cell, not the outline"
        )

    def cell(self, aoi: AreaOfInterest) -> Polygon:
        """Return the cell that holds the middle of an area, in longitude and latitude."""
        column, row = self._index(aoi)
        there = Transformer.from_crs(_EPSG, "EPSG:4326", always_xy=True)
        west, south = there.transform(column * self.size_m, row * self.size_m)
        east, north = there.transform((column + 1) * self.size_m, (row + 1) * self.size_m)
        return box(*(round(float(value), _DIGITS) for value in (west, south, east, north)))

    def cell_for(self, claim: Claim, prediction: Prediction) -> Polygon:
        """Return the one cell for all detections of a prediction.

        A prediction whose own place is beside the claim's gets the claim's cell: two neighboring cells would say that
        the place lies near their common border.
        """
        whole, own = self._index(claim.aoi()), self._index(claim.aoi(prediction))
        near = max(abs(whole[0] - own[0]), abs(whole[1] - own[1])) <= 1
        return self.cell(claim.aoi() if near else claim.aoi(prediction))

    def _index(self, aoi: AreaOfInterest) -> tuple[int, int]:
        middle = aoi.geometry.representative_point()
        there = Transformer.from_crs("EPSG:4326", _EPSG, always_xy=True)
        x, y = there.transform(middle.x, middle.y)
        return math.floor(x / self.size_m), math.floor(y / self.size_m)
