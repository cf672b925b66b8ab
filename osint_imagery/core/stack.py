"""Many acquisitions on one grid, in order of time."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from osint_imagery.core.arguments import require_each
from osint_imagery.core.errors import BandError, GridMismatchError, InputError
from osint_imagery.core.grid import Grid
from osint_imagery.core.image import Image, freeze
from osint_imagery.core.timespan import TimeSpan

if TYPE_CHECKING:
    import xarray

__all__ = ["Stack"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stack:
    """Images of several acquisitions on one grid, with the same bands in the same unit.

    Parameters
    ----------
    images : tuple of Image
        Put in order of time; each keeps its own flags, credit and lineage.

    Raises
    ------
    InputError
        If there is none, or one has no date or no grid.
    GridMismatchError, BandError
        If grids, or bands or units, differ.

    Examples
    --------
    >>> from affine import Affine
    >>> grid = Grid(crs="EPSG:32636", transform=Affine(10, 0, 7e5, 0, -10, 3.7e6), shape=(1, 2))
    >>> dates = {"2020-05-09": 0.3, "2020-05-05": 0.1}
    >>> images = [Image.from_array([[[x, x]]], bands=["red"], grid=grid, acquired=day) for day, x in dates.items()]
    >>> stack = Stack(images=tuple(images))
    >>> stack
    Stack(2 images, 2020-05-05 to 2020-05-09; 1 band: red; 1 x 2 px)
    >>> [round(float(value), 1) for value in stack.values[:, 0, 0, 0]]
    [0.1, 0.3]
    """

    images: tuple[Image, ...]

    def __post_init__(self) -> None:
        images = require_each(Image, images=self.images)
        if not images:
            msg = "images=() is empty; give at least one image"
            raise InputError(msg)
        first = images[0]
        for image in images:
            if image.acquired is None or image.grid is None:
                msg = f"images has {image!r} without a date or a grid; a stack needs both"
                raise InputError(msg)
            if image.grid != first.grid:
                msg = f"images are on {first.grid!r} and on {image.grid!r}; read all onto one grid"
                raise GridMismatchError(msg)
            if (image.bands, image.unit) != (first.bands, first.unit):
                msg = f"images have {first.bands} in {first.unit} and {image.bands} in {image.unit}; give one kind"
                raise BandError(msg)
        object.__setattr__(self, "images", tuple(sorted(images, key=_when)))

    @property
    def grid(self) -> Grid:
        """On which all images are."""
        (grid,) = {image.grid for image in self.images if image.grid is not None}
        return grid

    @property
    def bands(self) -> tuple[str, ...]:
        """Of every image."""
        return self.images[0].bands

    @property
    def unit(self) -> str:
        """Of every image."""
        return self.images[0].unit

    @property
    def acquired(self) -> tuple[TimeSpan, ...]:
        """When each was acquired, UTC, in order."""
        return tuple(image.acquired for image in self.images if image.acquired is not None)

    @property
    def values(self) -> NDArray[np.float32]:
        """All pixels, (time, band, y, x), NaN where not valid; put together anew each time, as large as all images."""
        return freeze(np.stack([image.values for image in self.images]))

    @property
    def valid(self) -> NDArray[np.bool_]:
        """Where each image may be used, (time, y, x)."""
        return freeze(np.stack([image.valid for image in self.images]))

    def to_xarray(self) -> "xarray.DataArray":
        """Return an xarray array with dims (time, band, y, x); times are the middles of the acquisitions, UTC.

        Raises
        ------
        InputError
            If the grid is rotated.
        """
        import xarray

        times = [np.datetime64(span.middle.replace(tzinfo=None), "ns") for span in self.acquired]
        joined = xarray.concat(
            [image.to_xarray() for image in self.images],
            xarray.Variable("time", times),
            join="exact",
            combine_attrs="drop_conflicts",
        )
        return joined.assign_coords(scene_id=("time", [image.scene_id or "" for image in self.images]))

    def __len__(self) -> int:
        return len(self.images)

    def __iter__(self) -> Iterator[Image]:
        return iter(self.images)

    def __getitem__(self, index: int) -> Image:
        return self.images[index]

    def __repr__(self) -> str:
        rows, columns = self.images[0].shape
        days = [span.start.date().isoformat() for span in self.acquired]
        count = f"{len(self.images)} image{'s' if len(self.images) > 1 else ''}, {days[0]} to {days[-1]}"
        bands = f"{len(self.bands)} band{'s' if len(self.bands) > 1 else ''}: {', '.join(self.bands)}"
        return f"Stack({count}; {bands}; {rows} x {columns} px)"

    def _repr_html_(self) -> str:
        credits_ = sorted({image.credit for image in self.images if image.credit})
        return f"<code>{escape(repr(self))}</code><br><small>{escape('; '.join(credits_))}</small>"


def _when(image: Image) -> tuple[object, object, str]:
    return image.acquired.start, image.acquired.end, image.scene_id or ""  # type: ignore[union-attr]
