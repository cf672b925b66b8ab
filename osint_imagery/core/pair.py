"""Two acquisitions on one grid, with how well they were brought onto each other."""

from dataclasses import dataclass, field
from html import escape

import numpy as np
from numpy.typing import NDArray

from osint_imagery.core.arguments import require
from osint_imagery.core.errors import BandError, GridMismatchError, IdenticalPixelsError, InputError
from osint_imagery.core.estimate import Estimate
from osint_imagery.core.grid import Grid
from osint_imagery.core.image import Image
from osint_imagery.core.lineage import Lineage

__all__ = ["BandFit", "Pair", "Registration"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """How the later image was moved onto the earlier one, and what is left.

    Parameters
    ----------
    shift_px : tuple of float
        (rows, columns) by which the later image was moved, px; of an affine model, at `center_px`.
    residual : Estimate
        Shift left after the move, px, measured on tiles that were not used for the fit.
    tiles_used, tiles_held_out, tiles_offered : int
        Tiles that fitted the shift, tiles that measured the residual, tiles tried.
    tiles_off : int
        Tiles that clearly show another shift than the model gives them: ground bent, raised, or moving.
    model : str
        ``"shift"``, one for the whole scene, or ``"affine"``, which also stretches, turns and shears.
    found_px : tuple of Estimate, optional
        (rows, columns) of the shift that was found, with 90 % intervals. A found shift below 0.05 px is not carried
        out: `shift_px` is then 0.
    shift_sigma_px : tuple of float, optional
        Standard errors of the found shift, (rows, columns), px.
    linear : tuple
        By how much the shift grows with (rows, columns) from `center_px`: ((rows by rows, rows by columns), (columns
        by rows, columns by columns)); zeros for one shift.
    center_px : tuple of float
        (row, column) where `shift_px` holds exactly.
    halo_px : int
        Pixels around a block of the later image on which the moved block depends.

    Examples
    --------
    >>> left = Estimate(value=0.01, low=0, high=0.02, level=0.95, unit="px", method="12 tiles")
    >>> one = Registration(shift_px=(0.5, -1), residual=left, tiles_used=9, tiles_held_out=12, tiles_offered=24)
    >>> one.displacement(np.array([0.0, 7.0]), np.array([0.0, 3.0]))[1]
    array([-1., -1.])
    """

    shift_px: tuple[float, float]
    residual: Estimate
    tiles_used: int
    tiles_held_out: int
    tiles_offered: int
    tiles_off: int = 0
    model: str = "shift"
    found_px: tuple[Estimate, Estimate] | None = None
    shift_sigma_px: tuple[float, float] | None = None
    linear: tuple[tuple[float, float], tuple[float, float]] = ((0.0, 0.0), (0.0, 0.0))
    center_px: tuple[float, float] = (0.0, 0.0)
    halo_px: int = 16

    def displacement(
        self, rows: NDArray[np.float64], columns: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return by how many (rows, columns) the later image is moved at pixels of the scene, px."""
        down, across = rows - self.center_px[0], columns - self.center_px[1]
        (yy, yx), (xy, xx) = self.linear
        return self.shift_px[0] + yy * down + yx * across, self.shift_px[1] + xy * down + xx * across


@dataclass(frozen=True, slots=True, kw_only=True)
class BandFit:
    """Relative radiometric normalization of one band: after = slope * after + intercept.

    Parameters
    ----------
    band : str
        Band name.
    slope, intercept : float
        Orthogonal regression on invariant pixels; intercept in the image's unit.
    correlation : float
        Of the two dates over the pixels the fit used.
    pixels_fit, pixels_test : int
        Pixels the fit used, and pixels held out to test it.
    mean_difference_p : float
        Paired t-test on the held-out pixels: p-value for equal means.
    """

    band: str
    slope: float
    intercept: float
    correlation: float
    pixels_fit: int
    pixels_test: int
    mean_difference_p: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pair:
    """An earlier and a later image of one place on one grid.

    Parameters
    ----------
    before, after : Image
        Same grid and bands, in order of time.
    registration : Registration or None
        How they were aligned; None if nobody has.
    normalization : tuple of BandFit
        One fit a band, empty if nobody has normalized.
    lineage : Lineage
        Steps behind both images and the pair.

    Raises
    ------
    GridMismatchError, BandError, IdenticalPixelsError, InputError
        If grids or bands differ, if the "dates" hold the same pixels, or if the later image is the earlier one.
    """

    before: Image
    after: Image
    registration: Registration | None = None
    normalization: tuple[BandFit, ...] = ()
    lineage: Lineage = field(default_factory=Lineage)

    def __post_init__(self) -> None:
        require(Image, before=self.before, after=self.after)
        before, after = self.before, self.after
        if before.shape != after.shape or before.grid != after.grid:
            msg = f"before is on {_where(before)}, after on {_where(after)}; read both on one grid"
            raise GridMismatchError(msg)
        if before.bands != after.bands:
            msg = f"before has bands {before.bands}, after {after.bands}; select the same bands of both"
            raise BandError(msg)
        if before.unit != after.unit:
            msg = f"before is in {before.unit!r}, after in {after.unit!r}; bring both to one unit first"
            raise InputError(msg)
        both = before.valid & after.valid
        if both.any() and all(
            np.array_equal(one[both], other[both]) for one, other in zip(before.values, after.values, strict=True)
        ):
            msg = (
                f"before ({_when(before)}) and after ({_when(after)}) hold identical pixels: "
                "one file under two dates; get the right file, nothing can be said from this pair"
            )
            raise IdenticalPixelsError(msg)
        if before.acquired and after.acquired and before.acquired.start > after.acquired.end:
            msg = f"before={_when(before)} is later than after={_when(after)}; swap them"
            raise InputError(msg)

    @property
    def grid(self) -> Grid | None:
        """The common grid."""
        return self.before.grid

    @property
    def bands(self) -> tuple[str, ...]:
        """The common bands."""
        return self.before.bands

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return self.before.shape

    @property
    def valid(self) -> NDArray[np.bool_]:
        """True where both dates are usable, (y, x)."""
        return self.before.valid & self.after.valid

    @property
    def simulated(self) -> bool:
        """Whether either date was made by a program."""
        return self.before.simulated or self.after.simulated

    @property
    def misregistration(self) -> Estimate | None:
        """Shift left between the dates, px; None if nobody has aligned them."""
        return self.registration.residual if self.registration else None

    @property
    def shift_px(self) -> tuple[float, float] | None:
        """(rows, columns) by which the later date was moved; None if nobody has aligned them."""
        return self.registration.shift_px if self.registration else None

    def _repr_html_(self) -> str:
        return f"<code>{escape(repr(self))}</code>"

    def __repr__(self) -> str:
        rows, columns = self.shape
        state = f"misregistration {self.misregistration}" if self.registration else "not aligned"
        return f"Pair({_when(self.before)} -> {_when(self.after)}; {rows} x {columns} px; {state})"


def _when(image: Image) -> str:
    return image.acquired.label if image.acquired else "no date"


def _where(image: Image) -> str:
    """Return the grid with its corner: two grids of one size may lie half a pixel apart."""
    if image.grid is None:
        rows, columns = image.shape
        return f"no grid ({rows} x {columns} px)"
    return f"{image.grid} from ({image.grid.transform.c:.12g}, {image.grid.transform.f:.12g})"
