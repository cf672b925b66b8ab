"""Many scenes on one grid, read side by side."""

from collections.abc import Iterable
from concurrent.futures import Executor
from functools import partial

from osint_imagery.core.arguments import require, require_each
from osint_imagery.core.errors import BandError, InputError
from osint_imagery.core.grid import Grid
from osint_imagery.core.image import Image
from osint_imagery.core.stack import Stack
from osint_imagery.scenes.reading import read
from osint_imagery.scenes.scene import Scene

__all__ = ["read_stack"]


def read_stack(
    scenes: Iterable[Scene],
    grid: Grid,
    bands: tuple[str, ...] | None = None,
    *,
    quality: bool = True,
    check: bool = True,
    executor: Executor | None = None,
) -> Stack:
    """Read bands of many scenes onto one grid.

    Parameters
    ----------
    scenes : iterable of Scene
        From :func:`osint_imagery.search`, for example.
    grid : Grid
        Where each pixel has to lie.
    bands : tuple of str, optional
        Common names, in the wanted order; default: all that every scene has.
    quality, check : bool
        As for :func:`osint_imagery.read`.
    executor : concurrent.futures.Executor, optional
        Threads, processes, or ``dask.distributed.Client(...).get_executor()``; one scene is one piece of work. None
        works in this thread. The result is the same whatever the executor. Scenes on servers gain from more threads
        than there are cores.

    Returns
    -------
    Stack
        One image a scene, in order of time, each as :func:`osint_imagery.read` returns it. All of them are in memory:
        for each pixel four bytes a band and three more.

    Raises
    ------
    InputError
        If there is no scene.
    BandError
        If scenes share no band, one lacks a band that was asked for, or units differ.
    ChecksumError, MissingAssetError, ReadError, OutsideFootprintError
        If one scene cannot be read: a series is read whole or not at all. Work that was not begun is cancelled.

    Examples
    --------
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> from osint_imagery.scenes.catalog import open_catalog
    >>> from osint_imagery.scenes.packaged import bundled
    >>> from osint_imagery.scenes.reading import native_grid
    >>> scenes = list(open_catalog(bundled("port/catalog.json")).scenes())[:3]
    >>> with ThreadPoolExecutor(2) as threads:
    ...     stack = read_stack(scenes, native_grid(scenes[0], "red"), ("red", "nir"), executor=threads)
    >>> len(stack), stack.bands, stack.values.shape[:2]
    (3, ('red', 'nir'), (3, 2))
    """
    every = require_each(Scene, scenes=scenes)
    require(Grid, grid=grid)
    require(Executor | None, executor=executor)
    if not every:
        msg = "scenes=() is empty; give at least one scene"
        raise InputError(msg)
    names = _shared(every) if bands is None else require_each(str, bands=bands)
    work = partial(_read, grid=grid, bands=names, quality=quality, check=check)
    # `map` of an executor cancels what waits when one fails
    images = tuple(map(work, every) if executor is None else executor.map(work, every))
    return Stack(images=images)


def _read(scene: Scene, *, grid: Grid, bands: tuple[str, ...], quality: bool, check: bool) -> Image:
    return read(scene, grid, bands, quality=quality, check=check)


def _shared(scenes: tuple[Scene, ...]) -> tuple[str, ...]:
    """Return the bands that every scene has, in the first one's order."""
    names = tuple(band for band in scenes[0].bands if all(band in scene.bands for scene in scenes))
    if not names:
        msg = f"scenes {', '.join(scene.id for scene in scenes[:3])} ... share no band; name bands, or read each apart"
        raise BandError(msg)
    return names
