"""Compare two scenes: read, align, normalize, detect, outline."""

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field

import shapely
from shapely.geometry import box

from osint_imagery.change import align, detect, normalize, outline
from osint_imagery.change.detections import Detections
from osint_imagery.change.detectors import Detector
from osint_imagery.core.aoi import AreaOfInterest, reproject
from osint_imagery.core.arguments import require, require_each
from osint_imagery.core.errors import InputError, OutsideFootprintError, UndeterminedError
from osint_imagery.core.grid import Grid
from osint_imagery.core.image import Image
from osint_imagery.core.pair import Pair
from osint_imagery.figures.artist import Figure
from osint_imagery.figures.before_after import before_after
from osint_imagery.scenes.reading import native_grid, read
from osint_imagery.scenes.scene import Scene
from osint_imagery.scenes.streaming import require_measurable, shared_bands

__all__ = ["Comparison", "Reader", "align_many", "compare", "compare_read", "grid_for"]

_SIDES = 2.0  # margin on each side, in sides of the area: room for some twenty windows of its size
_LEAST_MARGIN_M = 600.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Comparison:
    """What two dates show.

    Parameters
    ----------
    aligned : Pair
        As the detector saw it.
    pair : Pair
        Normalized too, where that was possible; for pictures.
    detections : Detections
        With ``.verdict``, ``.changes`` and the calibration.
    scenes : tuple of Scene
        (before, after).
    notes : tuple of str
        What could not be done, and why.
    """

    aligned: Pair
    pair: Pair
    detections: Detections
    scenes: tuple[Scene, Scene]
    notes: tuple[str, ...] = ()

    def figure(
        self,
        title: str | None = None,
        *,
        remark: str = "",
        bands: Sequence[str] | str | None = None,
        layout: Sequence[str] = (),
        width_mm: float | str = 180.0,
    ) -> Figure:
        """Return the before/after figure, with a remark on the verdict; save it with ``.save(path)``.

        `bands`, `layout` and `width_mm` are as in :func:`osint_imagery.before_after`.
        """
        told = f"{len(self.notes)} quiet pairs or steps could not be used: named in the record (or .notes)"
        return before_after(
            self.pair,
            self.detections,
            title=title,
            bands=bands,
            remark=remark,
            footer=(told,) if self.notes else (),
            layout=layout,
            width_mm=width_mm,
        )

    def _repr_png_(self) -> bytes:
        return self.figure().png()

    def __repr__(self) -> str:
        return f"Comparison({self.scenes[0].id} -> {self.scenes[1].id}: {self.detections!r})"


@dataclass(slots=True, kw_only=True)
class Reader:
    """Reads each scene once onto one grid."""

    grid: Grid
    bands: tuple[str, ...]
    images: dict[str, Image] = field(default_factory=dict)

    def image(self, scene: Scene) -> Image:
        """Return a scene's pixels."""
        if scene.id not in self.images:
            self.images[scene.id] = read(scene, self.grid, self.bands)
        return self.images[scene.id]


def align_many(
    reader: Reader, pairs: Sequence[tuple[Scene, Scene]], executor: Executor | None = None
) -> tuple[list[Pair], tuple[str, ...]]:
    """Read and align pairs of scenes, serially or on an executor; return those that could be, and why others not."""
    images = [(reader.image(before), reader.image(after)) for before, after in pairs]
    results = list(executor.map(_aligned, images)) if executor else [_aligned(both) for both in images]
    failed = tuple(
        f"quiet pair {before.id} / {after.id} left out: {result}"
        for (before, after), result in zip(pairs, results, strict=True)
        if isinstance(result, str)
    )
    return [result for result in results if isinstance(result, Pair)], failed


def _aligned(images: tuple[Image, Image]) -> Pair | str:
    try:
        return align(*images)
    except UndeterminedError as err:
        return str(err)


def grid_for(
    scenes: Sequence[Scene], aoi: AreaOfInterest, *, resolution_m: float | None = None, margin_m: float | None = None
) -> Grid:
    """Return a metric grid over the area and a margin around it, no further than the scenes reach.

    Where the scenes are stored on one metric grid, that grid is used and no pixel is resampled; else the area's UTM
    zone.

    Parameters
    ----------
    scenes : sequence of Scene
        What will be read.
    aoi : AreaOfInterest
        Where.
    resolution_m : float, optional
        Pixel side, m; default: the coarsest of the scenes' finest bands.
    margin_m : float, optional
        Ground on each side, m; default: twice the area's longer side, at least 600 m.

    Raises
    ------
    OutsideFootprintError
        If the area meets no common ground of the scenes.
    """
    crs = aoi.local_crs
    left, bottom, right, top = aoi.in_crs(crs).bounds
    margin = max(_LEAST_MARGIN_M, _SIDES * max(right - left, top - bottom)) if margin_m is None else margin_m
    wanted = box(left - margin, bottom - margin, right + margin, top + margin)
    reach = shapely.intersection_all([reproject(scene.footprint, "EPSG:4326", crs) for scene in scenes])
    if not reach.intersects(aoi.in_crs(crs)):
        names = ", ".join(scene.id for scene in scenes[:2])
        msg = f"aoi={aoi!r} lies outside the common ground of {names}; choose an area inside both footprints"
        raise OutsideFootprintError(msg)
    ground = wanted.intersection(box(*reach.bounds))
    where = AreaOfInterest.from_geometry(ground, crs=crs)
    if resolution_m is None:
        stored = [native_grid(scene, _finest(scene), where) for scene in scenes]
        if len(set(stored)) == 1 and not stored[0].is_geographic:
            return stored[0]
    step = resolution_m or max(scene.asset_for(_finest(scene)).gsd_m or scene.gsd_m or 10.0 for scene in scenes)
    return Grid.over(where, resolution_m=step, crs=crs)


def _finest(scene: Scene) -> str:
    """Return the band with the smallest pixels, of those that are compared."""
    return min(scene.comparable_bands, key=lambda band: scene.asset_for(band).gsd_m or float("inf"))


def compare(
    before: Scene,
    after: Scene,
    aoi: AreaOfInterest | None = None,
    *,
    bands: Sequence[str] | None = None,
    quiet: Sequence[tuple[Scene, Scene]] = (),
    method: str | Detector | None = None,
    resolution_m: float | None = None,
    executor: Executor | None = None,
) -> Comparison:
    """Compare two scenes over an area.

    Parameters
    ----------
    before, after : Scene
        Two dates of one sensor.
    aoi : AreaOfInterest, optional
        Where change is looked for; default: everything that both scenes show (then nothing is left to calibrate
        on unless `quiet` is given, and the verdict is ``undetermined``).
    bands : sequence of str, optional
        Common names; default: all shared bands up to twice the finest pixel size.
    quiet : sequence of (Scene, Scene)
        Quiet date pairs for the null model; without them the ground around the area serves.
    method : str or Detector, optional
        As for :func:`~osint_imagery.change.detecting.detect`.
    resolution_m : float, optional
        Pixel side, m; as for :func:`grid_for`.
    executor : concurrent.futures.Executor, optional
        Reads and aligns quiet pairs in parallel; the result is the same.

    Returns
    -------
    Comparison

    Raises
    ------
    OutsideFootprintError, BandError, IdenticalPixelsError
        If the two cannot be compared over this area.
    AlignmentError, NotEnoughDataError, ConvergenceError
        If the pixels cannot support a comparison.
    ReadError, ChecksumError, MissingAssetError
        If a file is damaged, wrong or missing.
    """
    require(Scene, before=before, after=after)
    require(AreaOfInterest | None, aoi=aoi)
    require_measurable((before, after))
    where = aoi or _common_ground(before, after)
    grid = grid_for((before, after), where, resolution_m=resolution_m, margin_m=None if aoi else 0.0)
    reader = Reader(grid=grid, bands=require_each(str, bands=bands) if bands else shared_bands((before, after)))
    placebos, failed = align_many(reader, _two_each(quiet), executor)
    return compare_read(reader, (before, after), where, quiet=placebos, method=method, notes=failed)


def _two_each(quiet: Sequence[tuple[Scene, Scene]]) -> list[tuple[Scene, Scene]]:
    pairs = []
    for index, both in enumerate(require_each(object, quiet=quiet)):
        scenes = require_each(Scene, **{f"quiet[{index}]": both})
        if len(scenes) != 2:
            msg = f"quiet[{index}] has {len(scenes)} scenes; give two of each pair, (before, after)"
            raise InputError(msg)
        pairs.append((scenes[0], scenes[1]))
    return pairs


def compare_read(
    reader: Reader,
    scenes: tuple[Scene, Scene],
    aoi: AreaOfInterest,
    *,
    quiet: Sequence[Pair] = (),
    method: str | Detector | None = None,
    notes: tuple[str, ...] = (),
) -> Comparison:
    """Compare two scenes through a reader; as :func:`compare`, for many comparisons on one grid."""
    pair = align(reader.image(scenes[0]), reader.image(scenes[1]))
    detections = outline(detect(pair, method, quiet, aoi=aoi))
    try:
        shown = normalize(pair)
    except UndeterminedError as err:
        shown, notes = pair, (*notes, f"brightness not normalized: {err}")
    return Comparison(aligned=pair, pair=shown, detections=detections, scenes=scenes, notes=notes)


def _common_ground(before: Scene, after: Scene) -> AreaOfInterest:
    shared = before.footprint.intersection(after.footprint)
    if shared.is_empty:
        msg = f"after={after.id!r} does not meet before={before.id!r}; compare scenes of one place"
        raise OutsideFootprintError(msg)
    return AreaOfInterest.from_geometry(shared, name="common ground of both scenes")
