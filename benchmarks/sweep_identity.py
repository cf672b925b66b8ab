"""The same result whatever the blocks, the threads and the executor: largest differences from one serial run.

A synthetic pair (``make_tile.py``), fitted once to windows; then every way of working. Objects are compared by extent
and pixel count; a pixel whose score lies on the threshold to rounding may fall either way, and is counted.

Run: python benchmarks/sweep_identity.py FOLDER [--size 2304] [--bands 4] [--method NAME]
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from make_tile import make_tile
from numpy.typing import NDArray

from osint_imagery.scenes.catalog import open_catalog
from osint_imagery.workflow.sweeping import sweep
from osint_imagery.workflow.swept import Sweep

__all__ = ["main"]


@contextmanager
def _cluster(workers: int) -> Iterator[Executor]:
    distributed: Any = import_module("distributed")
    options = {"n_workers": workers, "threads_per_worker": 1, "dashboard_address": None, "processes": True}
    with distributed.LocalCluster(**options) as local, distributed.Client(local) as client:
        yield client.get_executor()


def _ways() -> dict[str, tuple[int, Callable[[], Any] | None]]:
    found: dict[str, tuple[int, Callable[[], Any] | None]] = {
        "blocks of 512": (512, None),
        "blocks of 1000": (1000, None),
        "blocks of 2048": (2048, None),
        "blocks of 1024, 2 threads": (1024, partial(ThreadPoolExecutor, 2)),
        "blocks of 777, 3 threads": (777, partial(ThreadPoolExecutor, 3)),
        "blocks of 1000, 2 processes": (1000, partial(ProcessPoolExecutor, 2, mp_context=get_context("spawn"))),
    }
    try:
        import distributed  # noqa: F401
    except ImportError:
        print("dask.distributed is not installed: its rows are left out")
    else:
        found["blocks of 1024, dask, 2 workers"] = (1024, partial(_cluster, 2))
        found["blocks of 600, dask, 3 workers"] = (600, partial(_cluster, 3))
    return found


def _plane(result: Sweep, product: str) -> NDArray[Any]:
    with rasterio.open(result.path(product)) as raster:
        values: NDArray[Any] = raster.read(1)
    return values


def _difference(one: NDArray[Any], other: NDArray[Any]) -> float:
    if not np.array_equal(np.isnan(one), np.isnan(other)):
        return float("inf")
    return float(np.nanmax(np.abs(one.astype(np.float64) - other)))


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", type=int, default=2304)
    parser.add_argument("--bands", type=int, default=4)
    parser.add_argument("--method", default=None)
    given = parser.parse_args()
    paths = make_tile(given.folder, size=given.size, bands=given.bands)
    scenes = {scene.id: scene for scene in open_catalog(given.folder).scenes()}
    pair = scenes[paths[0].stem], scenes[paths[1].stem]
    with tempfile.TemporaryDirectory(dir=given.folder) as scratch:
        first = sweep(*pair, Path(scratch) / "first", method=given.method, block_px=1024)
        planes = [name for name in first.products if name != "changed"]
        print(f"{first!r}\nlargest difference from blocks of 1024 in one thread")
        print(
            f"{'':34}"
            + "".join(f"{name:>13}" for name in planes)
            + f"{'pixels apart':>14}{'objects apart':>15}{'s':>7}"
        )
        for number, (name, (block_px, made)) in enumerate(_ways().items()):
            out = Path(scratch) / str(number)
            start = time.perf_counter()
            run = partial(sweep, *pair, out, method=given.method, block_px=block_px)
            if made is None:
                result = run()
            else:
                with made() as executor:
                    result = run(executor=executor)
            took = time.perf_counter() - start
            apart = [_difference(_plane(first, product), _plane(result, product)) for product in planes]
            pixels = int((_plane(first, "changed") != _plane(result, "changed")).sum())
            print(
                f"{name:34}"
                + "".join(f"{value:13.1e}" for value in apart)
                + f"{pixels:14}{_objects(first, result):15}{took:7.1f}",
                flush=True,
            )
    return 0


def _objects(one: Sweep, other: Sweep) -> int:
    """Return how many objects of either have no equal in the other."""
    if one.found is None or other.found is None:
        return -1
    sets = [
        set(map(tuple, np.column_stack([each.found.bbox, each.found.pixels]))) for each in (one, other) if each.found
    ]
    return len(sets[0] ^ sets[1])


if __name__ == "__main__":
    raise SystemExit(main())
