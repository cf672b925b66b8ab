"""Compare two whole scenes block by block: any size, in bounded memory, on any executor."""

from collections.abc import Sequence
from concurrent.futures import Executor
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from numbers import Integral
from os import PathLike
from pathlib import Path

import numpy as np

from osint_imagery.change.changemap import Calibration, NullObjects
from osint_imagery.change.deciding import calibrate
from osint_imagery.change.detectors import Blockwise, Detector, resolve
from osint_imagery.change.null import Null
from osint_imagery.change.objects import LEAST_PIXELS
from osint_imagery.change.sampling import places
from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.arguments import require, require_each
from osint_imagery.core.errors import IdenticalPixelsError, InputError, NotEnoughDataError, OutsideFootprintError
from osint_imagery.core.grid import Grid
from osint_imagery.core.lineage import Artifact, Lineage, Step, digest_file
from osint_imagery.scenes.reading import native_grid
from osint_imagery.scenes.scene import Scene
from osint_imagery.scenes.streaming import digested, inputs_of, shared_bands, stored_blocks
from osint_imagery.scenes.writing import bounded_cache, refuse_existing, tiled_geotiff
from osint_imagery.workflow.sweep_block import Block, Ground, Rule
from osint_imagery.workflow.sweep_fitting import Sample, registered, sample_of
from osint_imagery.workflow.sweep_joining import Joiner
from osint_imagery.workflow.sweep_mapping import blocks, in_order
from osint_imagery.workflow.swept import Sweep

__all__ = ["PRODUCTS", "sweep"]

PRODUCTS = {
    "score": "strength of change against the scene's own noise, in standard deviations; NaN where not observed",
    "p_value": "instrument p-value: changed at all beyond noise; NaN where not observed",
    "probability": "probability of the event that the calibration names; NaN where not observed",
    "changed": "1 where the method's own cut says changed, 0 where not, 255 where not observed",
}
"""What can be written, and what each file shows."""

_LEVEL = 0.1


def sweep(  # noqa: PLR0913 - one keyword for each choice
    before: Scene,
    after: Scene,
    out: Path | str,
    *,
    method: str | Detector | None = None,
    bands: Sequence[str] | None = None,
    block_px: int = 1024,
    executor: Executor | None = None,
    products: Sequence[str] = ("score", "p_value", "probability", "changed"),
    clouds: bool = True,
) -> Sweep:
    """Compare two whole scenes: register, detect, decide, outline; block by block.

    Statistics come from the whole of a scene up to four million pixels, else from 64 windows spread over it. Then one
    pass over all blocks scores them, writes the files, and joins objects across the seams.

    Parameters
    ----------
    before, after : Scene
        Two dates of one sensor.
    out : path
        Folder for the GeoTIFFs, one a product; made if it is not there. Nothing in it is overwritten.
    method : str or Detector, optional
        As for :func:`~osint_imagery.change.detecting.detect`; a detector that can be fitted to windows.
    bands : sequence of str, optional
        Common names; default: all that both scenes have, without those much coarser than the finest.
    block_px : int
        Side of the blocks, px.
    executor : concurrent.futures.Executor, optional
        Threads, processes, or ``dask.distributed.Client(...).get_executor()``; None works in this thread. The result
        is the same, to rounding, whatever the executor and the blocks.
    products : sequence of str
        Files to write, of :data:`PRODUCTS`. One that the method does not have (a p-value, a probability that it
        withholds) is left out, and the notes say so.

    clouds : bool
        Whether clouds and their shadows are looked for first, as :func:`~osint_imagery.change.detecting.detect` does.
        It takes most of the time; leave it out only where both scenes are known to be clear.

    Returns
    -------
    Sweep
        With files, digests, objects and calibration. Nothing was calibrated on quiet dates, so the verdict on the
        whole stays undetermined: the objects are ranked, and carry what the method itself can answer for.

    Raises
    ------
    OutsideFootprintError, BandError, IdenticalPixelsError, InputError
        If the two cannot be compared, or the method cannot work block by block.
    AlignmentError, NotEnoughDataError, ConvergenceError
        If the pixels cannot support a comparison.
    EvidenceExistsError
        If a file of the result is there already.
    ReadError, ChecksumError, MissingAssetError
        If a file is damaged, wrong or missing.

    Examples
    --------
    >>> import tempfile
    >>> from osint_imagery.scenes.catalog import open_catalog
    >>> from osint_imagery.scenes.packaged import bundled
    >>> scenes = {scene.id: scene for scene in open_catalog(bundled("port/catalog.json")).scenes()}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     result = sweep(scenes["port-20240516"], scenes["port-20240526"], folder, method="irmad")
    >>> result.products, bool(result.found.pixels[0] > 20)
    (('score', 'p_value', 'changed'), True)
    """
    require(Scene, before=before, after=after)
    require(str | PathLike, out=out)
    require(Integral, block_px=block_px)
    products = require_each(str, products=products)
    detector = _blockwise(method)
    names = require_each(str, bands=bands) if bands else shared_bands((before, after))
    folder = Path(out)
    _check_products(products, folder)
    ground = _ground(before, after, names, executor)
    with bounded_cache():
        ground = replace(ground, registration=registered(ground, executor))
        fitted, sample = sample_of(detector, ground, executor, clouds=clouds)
        written = tuple(name for name in products if name not in sample.lacking)
        rule = Rule(screen=sample.screen, fitted=fitted, halo_px=detector.halo_px, usual=sample.usual, products=written)
        folder.mkdir(parents=True, exist_ok=True)
        paths = {name: folder / f"{name}.tif" for name in written}
        plan = blocks(ground.grid.shape, block_px, stored_blocks(before, names[0]))
        joiner = Joiner(grid=ground.grid, least=LEAST_PIXELS)
        counts = _run(Block(ground=ground, rule=rule), plan, paths, joiner=joiner, executor=executor)
    outputs = tuple(in_order(digest_file, paths.values(), executor))
    step = _step(detector, ground, outputs, note=fitted.note)
    return Sweep(
        artifacts=tuple(
            Artifact(path=path, digest=digest, media_type="image/tiff; application=geotiff", shows=PRODUCTS[name])
            for (name, path), digest in zip(paths.items(), step.outputs, strict=True)
        ),
        products=written,
        grid=ground.grid,
        scenes=(before.id, after.id),
        bands=names,
        method=detector.method,
        observed_px=counts[0],
        changed_px=counts[1],
        registration=ground.registration,
        calibration=_calibration(sample),
        found=joiner.found(),
        notes=_notes(sample, products, identical_px=counts[2]),
        lineage=Lineage((step,)),
    )


def _blockwise(method: str | Detector | None) -> Blockwise:
    detector = resolve(method)
    if not isinstance(detector, Blockwise):
        msg = f"method={detector.method.name!r} cannot be fitted to windows, so not run block by block; use compare()"
        raise InputError(msg)
    return detector


def _check_products(products: Sequence[str], folder: Path) -> None:
    unknown = sorted(set(products) - set(PRODUCTS))
    if unknown or len(set(products)) != len(products):
        msg = f"products={tuple(products)!r}; choose from {', '.join(PRODUCTS)}, each once"
        raise InputError(msg)
    refuse_existing(*(folder / f"{name}.tif" for name in products))


def _ground(before: Scene, after: Scene, bands: tuple[str, ...], executor: Executor | None) -> Ground:
    """Return both scenes on the grid of the earlier one's finest band, or on the part of it that the later one shows.

    The scenes travel to every worker, so their metadata stay here.
    """
    hashed = in_order(partial(digested, bands=bands), (before, after), executor)
    found = [replace(scene, metadata=b"") for scene in hashed]
    if set(inputs_of(found[0], bands)) == set(inputs_of(found[1], bands)):
        msg = f"before={before.id!r} and after={after.id!r} are the same files; get the right ones"
        raise IdenticalPixelsError(msg)
    return Ground(before=found[0], after=found[1], bands=bands, grid=_common_grid(found[0], found[1], bands))


def _common_grid(before: Scene, after: Scene, bands: tuple[str, ...]) -> Grid:
    first, second = (
        native_grid(scene, min(bands, key=lambda band: scene.asset_for(band).gsd_m or float("inf")))
        for scene in (before, after)
    )
    if first == second:
        return first
    shared = before.footprint.intersection(after.footprint)
    if shared.is_empty:
        msg = f"after={after.id!r} does not meet before={before.id!r}; sweep over scenes of one place"
        raise OutsideFootprintError(msg)
    return native_grid(before, bands[0], AreaOfInterest.from_geometry(shared))


def _run(
    block: Block,
    plan: Sequence[tuple[int, int, int, int]],
    paths: dict[str, Path],
    *,
    joiner: Joiner,
    executor: Executor | None,
) -> tuple[int, int, int]:
    """Score and write all blocks; return how many pixels were observed, changed, and left out as identical."""
    counts = np.zeros(3, dtype=np.int64)
    with ExitStack() as stack:
        put = {}
        for name, path in paths.items():
            kind, nodata = ("uint8", 255.0) if name == "changed" else ("float32", float("nan"))
            put[name] = stack.enter_context(
                tiled_geotiff(path, block.ground.grid, kind, nodata=nodata, name=name, compress=name == "changed")
            )
        for answer in in_order(block, plan, executor):
            for name, plane in answer.planes.items():
                put[name](answer.place[0], answer.place[1], plane)
            joiner.add(answer.pieces)
            counts += (answer.observed_px, answer.changed_px, answer.identical_px)
        if not counts[0]:
            msg = f"{block.ground.before.id} and {block.ground.after.id} have no observed pixel in common"
            raise NotEnoughDataError(msg)
    return int(counts[0]), int(counts[1]), int(counts[2])


def _calibration(sample: Sample) -> Calibration:
    """Return what the decision and the probability rest on: the detector's own word, or nothing."""
    nothing = Null(score=np.zeros((0, 0), dtype=np.float32), pool=(), objects=NullObjects())
    calibration = calibrate(nothing, (), _LEVEL, sample.basis)
    basis = sample.basis
    if basis is None or basis.withheld or "probability" in sample.lacking:
        return calibration
    return replace(calibration, of=basis.of, probability_kind=basis.kind)


def _notes(sample: Sample, products: Sequence[str], *, identical_px: int) -> tuple[str, ...]:
    notes = [f"{name} was not written: {sample.lacking[name]}" for name in products if name in sample.lacking]
    if identical_px:
        notes.append(f"{identical_px} pixels lie in blocks that hold identical pixels on both dates and were left out")
    return tuple(notes)


def _step(detector: Detector, ground: Ground, outputs: tuple[str, ...], *, note: str) -> Step:
    shift = ground.registration.shift_px if ground.registration else None
    return Step(
        name=f"sweep:{detector.method.name}",
        version=detector.method.version,
        parameters=(
            *detector.method.parameters,
            ("bands", " ".join(ground.bands)),
            ("shift_px", "not measured" if shift is None else f"{shift[0]:.4f} {shift[1]:.4f}"),
            ("windows", str(len(places(ground.grid.shape)))),
            ("fit", note),
        ),
        inputs=(*inputs_of(ground.before, ground.bands), *inputs_of(ground.after, ground.bands)),
        outputs=outputs,
    )
