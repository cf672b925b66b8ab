"""Bring the later image onto the earlier one, and measure what is left on tiles the fit never saw."""

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.registration import phase_cross_correlation

from osint_imagery.change.threads import one_blas_thread
from osint_imagery.core.errors import AlignmentError, InputError
from osint_imagery.core.estimate import Estimate
from osint_imagery.core.flags import UNUSABLE, Flag
from osint_imagery.core.image import Image
from osint_imagery.core.lineage import Step, digest_array
from osint_imagery.core.pair import Pair, Registration

__all__ = ["align"]

_PREFERRED = ("green", "red", "nir", "blue", "swir16", "vv", "vh")
_MOST_TILES = 48
_AGREE_PX = 0.3  # the two normalizations must agree this well for a tile to count (methods.md 2.8)
_UPSAMPLE = 50
_WORKERS = 2
_LEAST_TILES = 4  # in the fit, and again among those held out
_SMALL_PX = 0.05  # a smaller shift is left alone: resampling would blur more than it mends

_ROUNDS = 3  # measure, move, and measure what is left

Shift = tuple[float, float]


@one_blas_thread
def align(before: Image, after: Image, *, most_shift_px: float = 5.0, most_residual_px: float = 0.3) -> Pair:
    """Move the later image onto the earlier one and refuse the pair if that fails.

    Both images are cut into stripes of tiles. The shift is the median over the even stripes' tiles; what is
    left is then measured on the odd stripes' tiles. A tile counts only where two variants of the correlation
    (amplitude kept, amplitude removed) agree within 0.3 px.

    Parameters
    ----------
    before, after : Image
        On one grid, with the same bands.
    most_shift_px : float
        Larger shifts are not believed, px.
    most_residual_px : float
        Refuse the pair if the residual, or the spread of the tiles around it, is larger, px.

    Returns
    -------
    Pair
        With ``.misregistration`` (px) and ``.shift_px`` (rows, columns by which `after` was moved).

    Raises
    ------
    AlignmentError
        If too few tiles agree, or the residual is too large.
    GridMismatchError, BandError, IdenticalPixelsError
        If the two are not a pair at all.

    Notes
    -----
    One shift for the whole image: relief seen from different angles, or a bent scene, stays. Moving ground
    (clouds, waves) carries no tiles. Cubic resampling smooths the later image slightly.

    References
    ----------
    .. [1] Guizar-Sicairos, M., Thurman, S. T., Fienup, J. R. (2008). Efficient subpixel image registration
       algorithms. Optics Letters 33(2), 156-158. https://doi.org/10.1364/OL.33.000156

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> ground = ndimage.gaussian_filter(rng.normal(size=(1, 160, 160)), (0, 1.5, 1.5))
    >>> later = np.roll(ground, 1, axis=1) + rng.normal(scale=0.01, size=ground.shape)
    >>> pair = align(Image.from_array(ground, bands=["red"]), Image.from_array(later, bands=["red"]))
    >>> [round(abs(step), 1) for step in pair.shift_px], pair.misregistration.value < 0.05
    ([1.0, 0.0], True)
    """
    if not most_residual_px > 0 or not most_shift_px > 0:
        msg = f"most_shift_px={most_shift_px!r} and most_residual_px={most_residual_px!r} must be positive"
        raise InputError(msg)
    raw = Pair(before=before, after=after)
    fit, held = _tiles(raw.shape)
    names = [name for name in _PREFERRED if name in before.bands][:3] or list(before.bands[:3])
    told = before.select(names)  # the bands that carry the alignment; the others only follow
    shift, tiles_used = _fit(Pair(before=told, after=after.select(names)), fit, most_shift_px)
    moved = after if shift == (0.0, 0.0) else _move(after, shift)
    left = _measure(Pair(before=told, after=moved.select(names)), held, most_shift_px)
    residual, spread = _residual(left, len(held))
    if max(residual.value, spread) > most_residual_px:
        msg = (
            f"residual {residual}, tile spread {spread:.2f} px, after moving by {shift[0]:+.2f}, {shift[1]:+.2f} px "
            f"exceeds most_residual_px={most_residual_px}: the dates do not lie on each other; use another pair"
        )
        raise AlignmentError(msg)
    registration = Registration(
        shift_px=shift,
        residual=residual,
        tiles_used=tiles_used,
        tiles_held_out=len(left),
        tiles_offered=len(fit) + len(held),
    )
    step = Step(
        name="align",
        version="1",
        parameters=(
            ("shift_rows_px", f"{shift[0]:.4f}"),
            ("shift_columns_px", f"{shift[1]:.4f}"),
            ("most_residual_px", f"{most_residual_px:g}"),
            ("most_shift_px", f"{most_shift_px:g}"),
        ),
        inputs=(before.digest, after.digest),
        outputs=(moved.digest,),
    )
    lineage = before.lineage.merged(after.lineage).then(step)
    return Pair(before=before, after=moved, registration=registration, lineage=lineage)


def _fit(raw: Pair, tiles: list[tuple[slice, slice]], most_shift_px: float) -> tuple[Shift, int]:
    """Return the shift, and from how many tiles it was taken.

    A tile whose content moved out of it tells too small a shift, so what is left after a move is added.
    """
    total, moved, used = (0.0, 0.0), raw.after, 0
    for _ in range(_ROUNDS):
        found = _measure(Pair(before=raw.before, after=moved), tiles, most_shift_px)
        step, _ = _consensus(found, "fit the shift", len(tiles))
        if math.hypot(*step) < _SMALL_PX:
            return total, used or len(found)
        total, used = (total[0] + step[0], total[1] + step[1]), len(found)
        if math.hypot(*total) > most_shift_px:
            msg = f"shift {total[0]:+.2f}, {total[1]:+.2f} px exceeds most_shift_px={most_shift_px:g}; not believed"
            raise AlignmentError(msg)
        moved = _move(raw.after, total)
    return total, used


def _tiles(shape: tuple[int, int]) -> tuple[list[tuple[slice, slice]], list[tuple[slice, slice]]]:
    """Return tiles in two sets that share no pixel: even and odd stripes of rows.

    Within a stripe tiles overlap by half, so that small images still offer enough of them.
    """
    side = int(np.clip(min(shape) // 4, 24, 128))
    groups: tuple[list[tuple[slice, slice]], list[tuple[slice, slice]]] = ([], [])
    for i, r in enumerate(range(0, shape[0] - side + 1, side)):
        for c in range(0, shape[1] - side + 1, side // 2):
            groups[i % 2].append((slice(r, r + side), slice(c, c + side)))
    return _thin(groups[0]), _thin(groups[1])


def _thin(tiles: list[tuple[slice, slice]]) -> list[tuple[slice, slice]]:
    half = _MOST_TILES // 2
    if not tiles:
        return []
    return [tiles[i] for i in np.unique(np.linspace(0, len(tiles) - 1, min(half, len(tiles))).round().astype(int))]


def _measure(pair: Pair, tiles: list[tuple[slice, slice]], most_shift_px: float) -> list[Shift]:
    """Return the accepted tiles' shifts: the median over the bands that agree with themselves."""
    found = []
    for rows, columns in tiles:
        usable = pair.valid[rows, columns]
        if usable.mean() < 0.9:
            continue
        seen = [
            _tile_shift(pair.before.band(name)[rows, columns], pair.after.band(name)[rows, columns], usable)
            for name in pair.bands
        ]
        good = [s for s in seen if s is not None and math.hypot(*s) <= most_shift_px]
        if good:
            found.append((float(np.median([s[0] for s in good])), float(np.median([s[1] for s in good]))))
    return found


def _tile_shift(first: NDArray[np.float32], second: NDArray[np.float32], usable: NDArray[np.bool_]) -> Shift | None:
    """Return (rows, columns) that move `second` onto `first`, or None if the tile does not tell."""
    window = np.outer(np.hanning(first.shape[0]), np.hanning(first.shape[1]))
    planes = []
    for plane in (first, second):
        level = plane[usable].mean()
        spread = plane[usable].std()
        if not spread > 0:
            return None
        planes.append(np.where(usable, plane - level, 0) / spread * window)
    results = []
    for normalization in (None, "phase"):
        shift, _, _ = phase_cross_correlation(  # type: ignore[no-untyped-call]
            planes[0], planes[1], upsample_factor=_UPSAMPLE, normalization=normalization
        )
        results.append(np.asarray(shift, dtype=float))
    if np.abs(results[0] - results[1]).max() > _AGREE_PX:
        return None
    return float(results[0][0]), float(results[0][1])


def _consensus(shifts: list[Shift], purpose: str, offered: int) -> tuple[Shift, NDArray[np.float64]]:
    """Return the median shift and the per-axis robust spread."""
    if len(shifts) < _LEAST_TILES:
        msg = (
            f"{len(shifts)} of {offered} tiles agree well enough to {purpose}, {_LEAST_TILES} are needed: "
            "too little texture, too much cloud, or the ground changed throughout; use a larger window"
        )
        raise AlignmentError(msg)
    points = np.asarray(shifts)
    middle = np.median(points, axis=0)
    spread = 1.4826 * np.median(np.abs(points - middle), axis=0)
    return (float(middle[0]), float(middle[1])), spread


def _residual(left: list[Shift], offered: int) -> tuple[Estimate, float]:
    """Return the residual and the tiles' spread: tiles that disagree are a bent pair, or chance."""
    middle, axes = _consensus(left, "measure the residual", offered)
    spread = float(np.hypot(*axes))
    value = math.hypot(*middle)
    # Standard error of a median is 1.2533 times that of a mean; tiles that overlap by half count half.
    error = 1.96 * 1.2533 * spread / math.sqrt(len(left) / 2)
    estimate = Estimate(
        value=value,
        low=max(0.0, value - error),
        high=value + error,
        level=0.95,
        unit="px",
        method=f"median shift of {len(left)} tiles left out of the fit; tile spread {spread:.2f} px",
    )
    return estimate, spread


def _move(image: Image, shift: Shift) -> Image:
    """Resample by a sub-pixel shift (cubic); pixels that touch an unusable one become unusable."""
    usable = image.valid
    touched = ndimage.shift(usable.astype(np.float32), shift, order=1, cval=0.0, prefilter=False)
    kept = touched > 0.999
    filled = np.where(usable, image.values, 0)
    if not usable.all():
        nearest = ndimage.distance_transform_edt(~usable, return_distances=False, return_indices=True)
        filled = np.where(usable, image.values, image.values[:, nearest[0], nearest[1]])
    with ThreadPoolExecutor(max_workers=_WORKERS) as workers:  # bands do not touch each other
        planes = np.stack(list(workers.map(lambda plane: ndimage.shift(plane, shift, order=3, mode="nearest"), filled)))
    whole = tuple(round(s) for s in shift)
    flags = ndimage.shift(image.flags, whole, order=0, mode="constant", cval=int(Flag.NO_DATA))
    unsaid = ~kept & ((flags & int(UNUSABLE)) == 0)
    flags = np.where(unsaid, flags | np.uint16(Flag.NO_DATA), flags).astype(np.uint16)
    step = Step(
        name="shift",
        version="1",
        parameters=(("rows_px", f"{shift[0]:.4f}"), ("columns_px", f"{shift[1]:.4f}"), ("kernel", "cubic spline")),
        inputs=(digest_array(image.values),),
    )
    return replace(image, values=planes, valid=kept, flags=flags, lineage=image.lineage.then(step))
