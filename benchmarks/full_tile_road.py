"""The whole road on synthetic tiles: register, detect, decide, outline, write; time and memory as the scene grows.

Whole processes, imports included, one a size. Peak is the largest resident set of the process. The goal is 2 s a
megapixel and 1.5 GB on a full tile, with memory that does not grow with the scene (the changed pixels do).

Run: python benchmarks/full_tile_road.py FOLDER [--sizes 2048 4096 10980] [--bands 4] [--threads 2] [--method NAME]
       [--no-clouds]
"""

import argparse
import os
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from full_tile_mad import measured
from make_tile import make_tile

__all__ = ["main", "road"]

_HERE = Path(__file__).resolve()


def road(folder: str, size: str, bands: str, *words: str) -> None:
    """Sweep over one pair and leave what it found in a text file."""
    from osint_imagery.scenes.catalog import open_catalog
    from osint_imagery.workflow.sweeping import sweep

    threads, method, clouds, out = words
    scenes = {scene.id: scene for scene in open_catalog(Path(folder)).scenes()}
    pair = scenes[f"before_{size}_{bands}"], scenes[f"after_{size}_{bands}"]
    with ThreadPoolExecutor(int(threads)) as workers:
        executor = workers if threads != "1" else None
        result = sweep(*pair, out, method=method or None, executor=executor, clouds=clouds == "clouds")
    count = len(result.found.outlines()) if result.found else 0  # in longitude and latitude
    (Path(out) / "found.txt").write_text(f"{result.method.name} {count} {result.changed_px}\n")


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[2048, 4096, 10980])
    parser.add_argument("--bands", type=int, default=4)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--method", default="")
    parser.add_argument("--no-clouds", action="store_true", help="the scenes are known to be clear")
    given = parser.parse_args()
    clouds = "clear" if given.no_clouds else "clouds"
    print(f"{given.bands} bands, {given.threads} threads, {os.cpu_count()} cores")
    print(
        f"{'size':>6}{'method':>12}{'wall s':>9}{'cpu s':>9}{'s/Mpx':>8}{'cpu/Mpx':>9}{'peak MB':>9}"
        f"{'objects':>9}{'changed px':>12}"
    )
    for size in given.sizes:
        make_tile(given.folder, size=size, bands=given.bands)
        with tempfile.TemporaryDirectory(dir=given.folder) as out:
            common = [str(given.folder), str(size), str(given.bands), str(given.threads)]
            common += [given.method, clouds, out]
            run = measured([sys.executable, str(_HERE), "road", *common])
            method, objects, changed = (Path(out) / "found.txt").read_text().split()
        area = size * size / 1e6
        print(
            f"{size:6}{method:>12}{run.wall_s:9.1f}{run.cpu_s:9.1f}{run.wall_s / area:8.2f}{run.cpu_s / area:9.2f}"
            f"{run.peak_mb:9.0f}{objects:>9}{changed:>12}",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] == "road":
        road(*sys.argv[2:])
    else:
        raise SystemExit(main())
