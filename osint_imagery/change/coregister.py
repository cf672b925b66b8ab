"""Bring the later image onto the earlier one, and measure what is left on tiles the fit never saw."""

import math
from collections.abc import Sequence
from numbers import Real

import numpy as np
from numpy.typing import NDArray

from osint_imagery.change.chips import Chip, Place, cut, leading, places, sides
from osint_imagery.change.consensus import Movement, bent, estimate_movement, prefers_affine
from osint_imagery.change.regrid import coinciding, meet, move, patch, regrid
from osint_imagery.change.resampling import REACH
from osint_imagery.change.threads import one_blas_thread
from osint_imagery.change.tiles import Tiles, refuse_bent, residual_of, words
from osint_imagery.core.arguments import require
from osint_imagery.core.errors import AlignmentError, InputError, OutsideFootprintError, TooFewTilesError
from osint_imagery.core.estimate import Estimate
from osint_imagery.core.image import Image
from osint_imagery.core.lineage import Step
from osint_imagery.core.pair import Pair, Registration

__all__ = ["align", "move", "register", "regrid"]

_SMALL_PX = 0.05  # a smaller shift is left alone: pixels stay as the sensor gave them
_LEAST_AFFINE = 8  # tiles; six parameters need more
_LEVEL = 0.9  # of the found shift's intervals


@one_blas_thread
def align(before: Image, after: Image, *, most_shift_px: float = 5.0, most_residual_px: float = 0.3) -> Pair:
    """Move the later image onto the earlier one and refuse the pair if that fails.

    The shift, or the affine movement, is measured by :func:`register`; pixels are interpolated once, by
    :func:`move` or, where the images are on different grids, by :func:`regrid`.

    Parameters
    ----------
    before, after : Image
        With the same bands. Grids may differ in CRS, resolution and extent: the result is on that of `before`.
        Without grids the shapes have to agree.
    most_shift_px : float
        Larger shifts are not believed, px of `before`.
    most_residual_px : float
        Refuse the pair if the residual, or the spread of the tiles around it, is larger, px.

    Returns
    -------
    Pair
        With ``.misregistration`` (px), ``.shift_px`` (rows, columns by which `after` was moved) and
        ``.registration``.

    Raises
    ------
    AlignmentError
        If too few tiles tell, the residual is too large, or a part of the scene moved otherwise.
    OutsideFootprintError
        If the two do not meet.
    GridMismatchError, BandError, IdenticalPixelsError
        If the two are not a pair at all.

    Notes
    -----
    Relief seen from different angles stays. A shift below 0.05 px on one grid is measured but not carried out. The
    interpolation keeps 99 % of what varies over more than 3 px, and overshoots at hard edges by up to 12 %.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> ground = rng.normal(size=(1, 161, 161))
    >>> ground = (ground[:, 1:, 1:] + ground[:, :-1, 1:] + ground[:, 1:, :-1] + ground[:, :-1, :-1]) / 4
    >>> later = np.roll(ground, 1, axis=1) + rng.normal(scale=0.01, size=ground.shape)
    >>> pair = align(Image.from_array(ground, bands=["red"]), Image.from_array(later, bands=["red"]))
    >>> [round(abs(step), 1) for step in pair.shift_px], pair.misregistration.value < 0.05
    ([1.0, 0.0], True)
    """
    require(Image, before=before, after=after)
    require(Real, most_shift_px=most_shift_px, most_residual_px=most_residual_px)
    _check(most_shift_px, most_residual_px)
    found = _registered(before, after, most_shift_px, most_residual_px)
    same = before.grid is None or after.grid is None or before.grid == after.grid
    moved = move(after, found) if same or before.grid is None else regrid(after, before.grid, found)
    step = Step(
        name="align",
        version="2",
        parameters=(
            ("model", found.model),
            ("shift_rows_px", f"{found.shift_px[0]:.4f}"),
            ("shift_columns_px", f"{found.shift_px[1]:.4f}"),
            ("most_residual_px", f"{most_residual_px:g}"),
            ("most_shift_px", f"{most_shift_px:g}"),
        ),
        inputs=(before.digest, after.digest),
        outputs=(moved.digest,),
    )
    lineage = before.lineage.merged(after.lineage).then(step)
    return Pair(before=before, after=moved, registration=found, lineage=lineage)


def _registered(before: Image, after: Image, most_shift_px: float, most_residual_px: float) -> Registration:
    """Return the registration by chips of the first size that tells, or raise what the first one said.

    Another size is tried only where chips tell too little: what they tell against a pair stands.
    """
    silent: list[TooFewTilesError] = []
    for side in sides(before.shape):
        chips, whole = _chips(before, after, places(before.shape, most_shift_px, side=side))
        try:
            return register(
                chips,
                shape=before.shape,
                most_shift_px=most_shift_px,
                most_residual_px=most_residual_px,
                least_px=_SMALL_PX if whole else 0.0,
            )
        except TooFewTilesError as err:
            silent.append(err)
    raise silent[0]


def _chips(before: Image, after: Image, where: Sequence[Place]) -> tuple[list[Chip], bool]:
    """Return chips of both dates, and whether their pixels lie on each other."""
    found = enumerate(where)
    if before.grid is None or after.grid is None or before.grid == after.grid:
        raw = Pair(before=before, after=after)  # refuses what is not a pair at all
        return [cut(raw.before, raw.after, place, number=number) for number, place in found], True
    if not meet(after.grid, before.grid):
        msg = f"after on {after.grid!r} does not meet before on {before.grid!r}; align two images of one place"
        raise OutsideFootprintError(msg)
    told = leading(before.bands)
    early, late = before.select(told), after.select(told)
    chips = []
    for number, place in found:
        origin, side = (place.row - place.margin, place.column - place.margin), place.side + 2 * place.margin
        part = patch(late, before.grid, origin, (side, side))
        chips.append(cut(early, part, place, number=number, after_origin=origin))
    return chips, coinciding(after.grid, before.grid)


def _check(most_shift_px: float, most_residual_px: float) -> None:
    if not most_residual_px > 0 or not most_shift_px > 0:
        msg = f"most_shift_px={most_shift_px!r} and most_residual_px={most_residual_px!r} must be positive"
        raise InputError(msg)


@one_blas_thread
def register(
    chips: Sequence[Chip],
    *,
    shape: tuple[int, int],
    most_shift_px: float = 5.0,
    most_residual_px: float = 0.3,
    least_px: float = _SMALL_PX,
) -> Registration:
    """Measure how the later date has to be moved onto the earlier one.

    Each chip's shift is the peak of a windowed cross-correlation whose frequencies are weighted by how well their
    phases agree between the dates. Changed ground and clouds are faded out where means over 8 x 8 pixels differ more
    than usual. The movement is Tukey's biweight over the chips of the fit: one shift, or six parameters where those
    tell the held-out chips clearly better. The residual is measured on the held-out chips. Where fewer than eight
    chips tell on either side (small scenes, seasons apart), the correlations of each side are summed instead and the
    peak of each sum is taken, with the jackknife's standard error; then only one shift can be found.

    Parameters
    ----------
    chips : sequence of Chip
        Cut by :func:`~osint_imagery.change.chips.cut` at :func:`~osint_imagery.change.chips.places`.
    shape : tuple of int
        Of the scene.
    most_shift_px : float
        Larger shifts are not believed, px.
    most_residual_px : float
        Refuse if the residual, or the spread of the chips around it, is larger, or if more than 5 % of the chips form
        groups that are off by more together, px.
    least_px : float
        A smaller movement is not carried out, px.

    Returns
    -------
    Registration

    Raises
    ------
    AlignmentError
        If too few chips tell, the residual is too large, or a part of the scene moved otherwise.

    References
    ----------
    .. [1] Guizar-Sicairos, M., Thurman, S. T., Fienup, J. R. (2008). Efficient subpixel image registration
       algorithms. Optics Letters 33(2), 156-158. https://doi.org/10.1364/OL.33.000156
    .. [2] Knapp, C., Carter, G. (1976). The generalized correlation method for estimation of time delay. IEEE
       Transactions on Acoustics, Speech, and Signal Processing 24(4), 320-327.
       https://doi.org/10.1109/TASSP.1976.1162830
    """
    _check(most_shift_px, most_residual_px)
    tiles = Tiles.of(chips, most_shift_px, most_residual_px)
    fit, held, summed = tiles.told & ~tiles.held, tiles.told & tiles.held, tiles.summed
    one = summed.fit.movement if summed else estimate_movement(tiles.shift[fit], tiles.place[fit], tiles.side)
    if math.hypot(*one.shift) > most_shift_px:
        msg = f"shift {words(one.shift)} px exceeds most_shift_px={most_shift_px:g}; not believed"
        raise AlignmentError(msg)
    corners = np.array([[0, 0], [0, shape[1]], [shape[0], 0], shape], dtype=np.float64)
    model = one if summed else _shift_or_affine(one, tiles, corners)
    alone = model is one and math.hypot(*model.shift) < least_px
    left = tiles.shift - (0.0 if alone else model.at(tiles.place))
    if summed:
        residual, spread = summed.residual(np.zeros(2) if alone else model.shift), 0.0
    else:
        residual, spread = residual_of(left[held], tiles.place[held])
    off, together = bent(left[tiles.told], tiles.place[tiles.told], most_residual_px)
    refuse_bent(together, tiles, left[tiles.told], most_residual_px)
    if max(residual.value, spread) > most_residual_px:
        msg = (
            f"residual {residual}, tile spread {spread:.2f} px, after moving by {words(model.shift)} px exceeds "
            f"most_residual_px={most_residual_px}: the dates do not lie on each other; use another pair"
        )
        raise AlignmentError(msg)
    asked = (summed.fit.chips, summed.held.chips) if summed else (int(fit.sum()), int(held.sum()))
    counts = *asked, len(tiles.told), int(off.sum())
    method = f"summed correlation of {counts[0]} tiles, jackknife" if summed else f"biweight over {counts[0]} tiles"
    most_px = 0.0 if alone else float(np.abs(model.at(corners)).max())
    return _registration(model, residual, counts, f"{method}, Student interval", most_px=most_px)


def _shift_or_affine(one: Movement, tiles: Tiles, corners: NDArray[np.float64]) -> Movement:
    """Return one shift, or an affine movement where that tells the held-out tiles clearly better."""
    fit, held = tiles.told & ~tiles.held, tiles.told & tiles.held
    if fit.sum() <= _LEAST_AFFINE:
        return one
    tilted = estimate_movement(tiles.shift[fit], tiles.place[fit], tiles.side, affine=True)
    varies = np.hypot(*(tilted.at(corners) - tilted.shift).T).max() > _SMALL_PX
    return tilted if varies and prefers_affine(one, tilted, tiles.shift[held], tiles.place[held]) else one


def _registration(
    model: Movement, residual: Estimate, counts: tuple[int, int, int, int], method: str, *, most_px: float
) -> Registration:
    """Return what was found; a model that moves nothing by more than 0 px is not carried out."""
    half = model.half_width(_LEVEL)
    found = [
        Estimate(value=value, low=value - width, high=value + width, level=_LEVEL, unit="px", method=method)
        for value, width in zip(model.shift.tolist(), half.tolist(), strict=True)
    ]
    shift = model.shift if most_px else np.zeros(2)
    tilt = model.linear.tolist()
    return Registration(
        shift_px=(float(shift[0]), float(shift[1])),
        residual=residual,
        tiles_used=counts[0],
        tiles_held_out=counts[1],
        tiles_offered=counts[2],
        tiles_off=counts[3],
        model="affine" if np.any(model.linear) else "shift",
        found_px=(found[0], found[1]),
        shift_sigma_px=(float(model.sigma[0]), float(model.sigma[1])),
        linear=((tilt[0][0], tilt[0][1]), (tilt[1][0], tilt[1][1])),
        center_px=(float(model.center[0]), float(model.center[1])) if np.any(model.linear) else (0.0, 0.0),
        halo_px=math.ceil(most_px) + 2 * REACH if most_px else 0,
    )
