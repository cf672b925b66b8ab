"""Chi-square and p-value of two whole scenes by multivariate alteration detection, straight from file to file."""

from collections.abc import Sequence
from concurrent.futures import Executor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from osint_imagery.change.chi_square import chi2_sf_single
from osint_imagery.change.mad import MadFit, fit_mad, fit_sums, statistic
from osint_imagery.change.mad_kernels import Sums, sums_of
from osint_imagery.change.optical import IRMAD, MAD
from osint_imagery.change.sampling import Place, places
from osint_imagery.core.errors import GridMismatchError, IdenticalPixelsError, NotEnoughDataError
from osint_imagery.core.lineage import Artifact, Lineage, Step, digest_file
from osint_imagery.scenes.scene import Scene
from osint_imagery.scenes.streaming import Stack, digested, inputs_of, shared_bands, stored_blocks
from osint_imagery.scenes.writing import bounded_cache, refuse_existing, tiled_geotiff
from osint_imagery.workflow.sweep_mapping import blocks, in_order
from osint_imagery.workflow.swept import Sweep

__all__ = ["mad_rasters"]

_SIDE = 512  # of a sample window: the usual tile, which is decoded whole anyhow
_WINDOWS = 128
_SHARE = 0.125  # of its pixels, drawn by chance: a lattice would beat with whatever repeats in the scene
_SHOWS = {
    "chi2": "sum of the squared standardized MAD variates: chi-square under no change; nothing was aligned or smoothed",
    "p_value": "probability of as large a chi-square by instrument noise alone; small nearly everywhere where the "
    "season differs",
}


def mad_rasters(
    before: Scene,
    after: Scene,
    out: Path | str,
    *,
    bands: Sequence[str] | None = None,
    iterate: bool = False,
    exact: bool = False,
    block_px: int = 1024,
    executor: Executor | None = None,
) -> Sweep:
    """Write chi-square and instrument p-value of every pixel of two scenes that lie on one grid.

    Both files are decoded once and nothing else is kept: memory does not grow with the scene.

    Parameters
    ----------
    before, after : Scene
        Stored on one grid, pixel on pixel; nothing is aligned.
    out : path
        Folder for ``chi2.tif`` and ``p_value.tif`` (float32, NaN where either date has no measurement); made if it is
        not there. Nothing in it is overwritten.
    bands : sequence of str, optional
        Common names; default: all that both scenes have, without those much coarser than the finest.
    iterate : bool
        False for MAD in one pass, True for IR-MAD (with the consistency factor inside the loop).
    exact : bool
        False takes the fit from four million pixels in 128 windows spread over the scene; True from every pixel, which
        decodes the files once more for each pass.
    block_px : int
        Side of the blocks, px.
    executor : concurrent.futures.Executor, optional
        Threads, processes or a cluster's executor; None works in this thread. The result does not depend on it.

    Returns
    -------
    Sweep
        Without detections: a p-value is not a decision.

    Raises
    ------
    GridMismatchError
        If the two are not stored on one grid.
    EvidenceExistsError
        If a file of the result is there already.
    BandError, IdenticalPixelsError, NotEnoughDataError, ConvergenceError
        If the pair cannot support the fit.
    ReadError, ChecksumError, MissingAssetError
        If a file is damaged, wrong or missing.

    Notes
    -----
    With `exact`, chi-square is within 1e-4 of double precision, in relative terms, for most pixels. The sample moves
    it by about as much as 128 windows of the scene differ from all of it, most where gross outliers (cloud) were
    left in: ``benchmarks/full_tile_mad.py`` prints by how much.

    Examples
    --------
    >>> import tempfile
    >>> from osint_imagery.scenes.catalog import open_catalog
    >>> from osint_imagery.scenes.packaged import bundled
    >>> scenes = {scene.id: scene for scene in open_catalog(bundled("port/catalog.json")).scenes()}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     sweep = mad_rasters(scenes["port-20240516"], scenes["port-20240526"], folder)
    >>> sweep.products, sweep.method.name
    (('chi2', 'p_value'), 'mad')
    """
    names = tuple(bands) if bands else shared_bands((before, after))
    folder = Path(out)
    paths = {name: folder / f"{name}.tif" for name in _SHOWS}
    refuse_existing(*paths.values())
    dates = _dates(before, after, names, executor)
    stored = stored_blocks(before, names[0])
    plan = blocks(dates.before.grid.shape, block_px, stored)
    with bounded_cache():
        fit, sampled = _fit(dates, plan, iterate=iterate, exact=exact, executor=executor)
        folder.mkdir(parents=True, exist_ok=True)
        observed = _write(dates, plan, fit, paths, executor=executor)
    outputs = tuple(in_order(digest_file, paths.values(), executor))
    step = _step(dates, fit, outputs, iterate=iterate, sampled=0 if exact else sampled)
    return Sweep(
        artifacts=tuple(
            Artifact(path=path, digest=digest, media_type="image/tiff; application=geotiff", shows=_SHOWS[name])
            for (name, path), digest in zip(paths.items(), step.outputs, strict=True)
        ),
        products=tuple(paths),
        grid=dates.before.grid,
        scenes=(before.id, after.id),
        bands=names,
        method=_detector(iterate=iterate).method,
        observed_px=observed,
        notes=("pixels were compared as they lie: the dates were not aligned",),
        lineage=Lineage((step,)),
    )


@dataclass(frozen=True, slots=True)
class _Dates:
    """Both dates' files: small enough to send to another process."""

    before: Stack
    after: Stack

    def read(self, place: Place) -> tuple[NDArray[Any], NDArray[Any], NDArray[np.bool_]]:
        """Return both dates' pixels, (band, pixel), and which of them both dates observed."""
        row, column, *shape = place
        pixels, seen = [], np.ones(tuple(shape), dtype=bool)
        for stack in (self.before, self.after):
            values, usable = stack.read(row, column, (shape[0], shape[1]))
            pixels.append(values)
            seen &= usable
        return pixels[0], pixels[1], seen


def _dates(before: Scene, after: Scene, bands: tuple[str, ...], executor: Executor | None) -> _Dates:
    hashed = in_order(partial(digested, bands=bands), (before, after), executor)
    found = [replace(scene, metadata=b"") for scene in hashed]  # it travels to every worker
    stacks = [Stack.of(scene, bands) for scene in found]
    if stacks[0].grid != stacks[1].grid:
        msg = (
            f"after={after.id!r} is stored on {stacks[1].grid!r}, before on {stacks[0].grid!r}; use sweep(), which "
            "brings both onto one grid"
        )
        raise GridMismatchError(msg)
    if set(inputs_of(found[0], bands)) == set(inputs_of(found[1], bands)):
        msg = f"before={before.id!r} and after={after.id!r} are the same files; get the right ones"
        raise IdenticalPixelsError(msg)
    return _Dates(*stacks)


def _detector(*, iterate: bool) -> MAD | IRMAD:
    return IRMAD(smoothing_px=0, noise_floor=0) if iterate else MAD(smoothing_px=0)


def _fit(
    dates: _Dates, plan: tuple[Place, ...], *, iterate: bool, exact: bool, executor: Executor | None
) -> tuple[MadFit, int]:
    """Return the fit, and from how many pixels of a sample it started."""
    shape = dates.before.grid.shape
    windows = places(shape, side=_SIDE, count=_WINDOWS)
    share = _SHARE if len(windows) > 1 else 1.0
    parts = list(in_order(partial(_sampled, dates, share=share), windows, executor))
    before, after = (np.concatenate([part[date] for part in parts], axis=1) for date in (0, 1))
    bands, count = before.shape
    if not count:
        msg = f"{dates.before.scene.id} and {dates.after.scene.id} have no pixel in common; use clearer dates"
        raise NotEnoughDataError(msg)
    if np.array_equal(before, after):
        msg = f"{dates.before.scene.id} and {dates.after.scene.id} hold identical pixels; get the right file"
        raise IdenticalPixelsError(msg)
    tolerance = IRMAD().tolerance
    if not exact:
        threads = 1 if executor is None else None
        return fit_mad(before, after, iterate=iterate, tolerance=tolerance, threads=threads), count
    first = [date.mean(axis=1, dtype=np.float64) for date in (before, after)]
    del parts, before, after

    def passed(fit: MadFit | None, inside: float) -> Sums:
        shift = np.concatenate(first if fit is None else [fit.mean_before, fit.mean_after])
        found = in_order(partial(_summed, dates, shift=shift, fit=fit, inside=inside), plan, executor)
        return sum(found, start=Sums.none(shift))

    return fit_sums(passed, bands, count, iterate=iterate, tolerance=tolerance), count


def _sampled(dates: _Dates, place: Place, *, share: float) -> tuple[NDArray[Any], NDArray[Any]]:
    before, after, seen = dates.read(place)
    if share < 1:
        seen &= np.random.default_rng(place).random(seen.shape, dtype=np.float32) < share  # the same every time
    return before[:, seen], after[:, seen]


def _summed(dates: _Dates, place: Place, *, shift: NDArray[np.float64], fit: MadFit | None, inside: float) -> Sums:
    before, after, seen = dates.read(place)
    if not seen.any():
        return Sums.none(shift)
    kept = seen.ravel()
    first, second = (pixels.reshape(len(pixels), -1) for pixels in (before, after))
    if not kept.all():
        first, second = first[:, kept], second[:, kept]
    return sums_of(first, second, shift, fit=fit, inside=inside)


def _scored(dates: _Dates, fit: MadFit, place: Place) -> tuple[Place, NDArray[np.float32], NDArray[np.float32], int]:
    before, after, seen = dates.read(place)
    chi2 = statistic(fit, before.reshape(len(before), -1), after.reshape(len(after), -1))
    p_value = chi2_sf_single(chi2, len(before))
    unseen = ~seen.ravel()
    chi2[unseen] = np.nan
    p_value[unseen] = np.nan
    return place, chi2.reshape(seen.shape), p_value.reshape(seen.shape), int(seen.sum())


def _write(
    dates: _Dates, plan: tuple[Place, ...], fit: MadFit, paths: dict[str, Path], *, executor: Executor | None
) -> int:
    """Write both rasters; return how many pixels both dates observed."""
    observed = 0
    with ExitStack() as stack:
        put = [
            stack.enter_context(tiled_geotiff(path, dates.before.grid, "float32", nodata=float("nan"), name=name))
            for name, path in paths.items()
        ]
        for place, chi2, p_value, count in in_order(partial(_scored, dates, fit), plan, executor):
            put[0](place[0], place[1], chi2)
            put[1](place[0], place[1], p_value)
            observed += count
    return observed


def _step(dates: _Dates, fit: MadFit, outputs: tuple[str, ...], *, iterate: bool, sampled: int) -> Step:
    method = _detector(iterate=iterate).method
    return Step(
        name=f"sweep:{method.name}",
        version=method.version,
        parameters=(
            *method.parameters,
            ("fit", f"{sampled} pixels of 128 windows" if sampled else "every pixel"),
            ("passes", f"{fit.iterations}"),
            ("canonical correlations", " ".join(f"{rho:.6f}" for rho in fit.rho)),
        ),
        inputs=tuple(digest for date in (dates.before, dates.after) for digest in inputs_of(date.scene, date.bands)),
        outputs=outputs,
    )
