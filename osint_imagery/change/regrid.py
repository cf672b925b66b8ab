"""Move an image onto another grid, or by an alignment, or both: one interpolation, at exact places."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
from pyproj import CRS, Transformer

from osint_imagery.change.resampling import KERNEL, slide
from osint_imagery.change.warp import Coded, Float64, Mapping, flags_at, resample
from osint_imagery.core.errors import GridMismatchError, OutsideFootprintError
from osint_imagery.core.flags import UNUSABLE, Flag
from osint_imagery.core.grid import Grid
from osint_imagery.core.image import Image
from osint_imagery.core.lineage import Step, digest_array
from osint_imagery.core.pair import Registration

__all__ = ["between", "coinciding", "meet", "move", "moved_by", "patch", "regrid"]

_SAME_PX = 1e-3  # grids whose pixels lie this close coincide


def move(image: Image, registration: Registration, origin: tuple[int, int] = (0, 0)) -> Image:
    """Return the later image, or a block of it, moved by an alignment.

    Parameters
    ----------
    image : Image
        The later image, on the earlier one's grid.
    registration : Registration
        From :func:`~osint_imagery.change.coregister.register`.
    origin : tuple of int
        (row, column) in the scene of the image's first pixel. Blocks need ``registration.halo_px`` pixels of ground
        around what is kept of them, except at the scene's edge; what is kept is then the same, to single precision,
        as if the whole scene had been moved.

    Returns
    -------
    Image
        Of the same shape. Pixels whose four neighbours were not all usable are not valid; those outside are flagged
        NO_DATA.

    Examples
    --------
    >>> from osint_imagery.core.estimate import Estimate
    >>> left = Estimate(value=0, low=0, high=0.1, level=0.95, unit="px", method="known")
    >>> one = Registration(shift_px=(0, 1), residual=left, tiles_used=9, tiles_held_out=9, tiles_offered=18)
    >>> move(Image.from_array([[[1.0, 2, 3]]], bands=["red"]), one).values
    array([[[nan,  1.,  2.]]], dtype=float32)
    """
    if registration.shift_px == (0, 0) and not np.any(registration.linear):
        return image
    parameters = _told(registration)
    if not np.any(registration.linear):
        shift = registration.shift_px
        found = slide(image.values, image.valid, shift)
        whole = round(-shift[0]), round(-shift[1])
        rows, columns = (np.arange(size) + step for size, step in zip(image.shape, whole, strict=True))
        coded = Coded(found.values, found.valid, flags_at(image.flags, rows[:, None], columns[None, :]))
        return _made(image, coded, Step(name="shift", version="2", parameters=parameters), grid=image.grid)
    coded = resample(_coded(image), moved_by(registration, origin), image.shape)
    return _made(image, coded, Step(name="affine move", version="1", parameters=parameters), grid=image.grid)


def regrid(
    image: Image, grid: Grid, registration: Registration | None = None, origin: tuple[int, int] = (0, 0)
) -> Image:
    """Return an image on another grid, moved by an alignment on the way, if there is one.

    Places are transformed exactly on a lattice and interpolated in between to 0.002 px; each pixel is interpolated
    once. A source with much finer pixels is averaged first.

    Parameters
    ----------
    image : Image
        With a grid: a whole scene, or the part of it that lies under `grid`, with ``registration.halo_px`` to spare.
    grid : Grid
        Where the pixels are wanted: the earlier image's grid, or a block of it.
    registration : Registration, optional
        Of this image on the earlier one, in pixels of `grid`.
    origin : tuple of int
        (row, column) of the first pixel of `grid` in the scene of the registration.

    Returns
    -------
    Image
        On `grid`; what the image does not cover is not valid and flagged NO_DATA.

    Raises
    ------
    OutsideFootprintError, GridMismatchError
        If the image and the grid do not meet, or the image has none.
    """
    if image.grid is None:
        msg = f"image={image!r} has no grid; give Image.from_array the grid of these pixels"
        raise GridMismatchError(msg)
    if not meet(image.grid, grid):
        msg = f"after on {image.grid!r} does not meet before on {grid!r}; align two images of one place"
        raise OutsideFootprintError(msg)
    mapping = between(image.grid, grid)
    if registration is not None:
        mapping = _one_after_the_other(moved_by(registration, origin), mapping)
    found = resample(_coded(image), mapping, grid.shape)
    parameters = (("onto", repr(grid)), *(_told(registration) if registration else ()))
    return _made(image, found, Step(name="regrid", version="1", parameters=parameters), grid=grid)


def patch(image: Image, grid: Grid, origin: tuple[int, int], shape: tuple[int, int]) -> Image:
    """Return a part of what :func:`regrid` gives, without a grid; it may reach beyond, where nothing is valid."""
    if image.grid is None:
        msg = f"image={image!r} has no grid; give Image.from_array the grid of these pixels"
        raise GridMismatchError(msg)
    whole = between(image.grid, grid)

    def mapping(rows: Float64, columns: Float64) -> tuple[Float64, Float64]:
        return whole(rows + origin[0], columns + origin[1])

    found = resample(_coded(image), mapping, shape)
    values = np.where(found.valid, found.values, np.float32(np.nan))
    return replace(image, values=values, valid=found.valid, flags=found.flags, grid=None)


def _coded(image: Image) -> Coded:
    return Coded(image.values, image.valid, image.flags)


def _one_after_the_other(first: Mapping, second: Mapping) -> Mapping:
    return lambda rows, columns: second(*first(rows, columns))


def _told(registration: Registration) -> tuple[tuple[str, str], ...]:
    tilt = " ".join(f"{value:.3e}" for row in registration.linear for value in row)
    return (
        ("rows_px", f"{registration.shift_px[0]:.4f}"),
        ("columns_px", f"{registration.shift_px[1]:.4f}"),
        *((("linear", tilt),) if np.any(registration.linear) else ()),
        ("kernel", KERNEL),
    )


def _made(image: Image, found: Coded, step: Step, *, grid: Grid | None) -> Image:
    flags = found.flags
    unsaid = ~found.valid & ((flags & int(UNUSABLE)) == 0)
    flags = np.where(unsaid, flags | np.uint16(Flag.NO_DATA), flags).astype(np.uint16)
    lineage = image.lineage.then(replace(step, inputs=(digest_array(image.values),)))
    return replace(image, values=found.values, valid=found.valid, flags=flags, grid=grid, lineage=lineage)


def moved_by(registration: Registration, origin: tuple[int, int] = (0, 0)) -> Mapping:
    """Return the mapping of an alignment, between blocks whose first pixel is `origin` in the scene."""

    def mapping(rows: Float64, columns: Float64) -> tuple[Float64, Float64]:
        down, across = registration.displacement(rows + origin[0], columns + origin[1])
        return rows - down, columns - across

    return mapping


@lru_cache(maxsize=16)
def _transformer(source: str, target: str) -> Transformer:
    return Transformer.from_crs(CRS(target), CRS(source), always_xy=True)


def between(source: Grid, target: Grid) -> Mapping:
    """Return the mapping from pixels of a target grid to pixels of a source grid."""
    inverse = ~source.transform
    same = CRS(source.crs) == CRS(target.crs)
    left, _, right, _ = source.bounds

    def mapping(rows: Float64, columns: Float64) -> tuple[Float64, Float64]:
        x, y = target.xy(rows, columns)
        if not same:
            x, y = _transformer(source.crs, target.crs).transform(x, y)
        if source.is_geographic:
            x = x - np.round((x - (left + right) / 2) / 360) * 360
        across = inverse.a * x + inverse.b * y + inverse.c - 0.5
        return inverse.d * x + inverse.e * y + inverse.f - 0.5, across

    return mapping


def meet(source: Grid, target: Grid) -> bool:
    """Return whether two grids share ground."""
    for one, other in ((source, target), (target, source)):
        at = (np.linspace(0, one.shape[0] - 1, 65)[:, None], np.linspace(0, one.shape[1] - 1, 65)[None, :])
        rows, columns = between(other, one)(*np.broadcast_arrays(*at))
        inside = (rows > -0.5) & (rows < other.shape[0] - 0.5) & (columns > -0.5) & (columns < other.shape[1] - 0.5)
        if inside.any():
            return True
    return False


def coinciding(source: Grid, target: Grid) -> bool:
    """Return whether the pixels of both grids lie on each other, though one may reach further."""
    if CRS(source.crs) != CRS(target.crs):
        return False
    corners = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]) * (np.array(target.shape) - 1)
    rows, columns = between(source, target)(corners[:, 0], corners[:, 1])
    offset = np.stack([rows, columns], axis=1) - corners
    return bool(np.abs(offset - np.round(offset[0])).max() < _SAME_PX)
