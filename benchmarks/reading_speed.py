"""Many dates over an area from a server on loopback, side by side with `odc-stac`, `rioxarray` and plain `rasterio`.

60 dates x 4 bands over 10 x 10 km, of cloud-optimized GeoTIFFs (`make_series.py`) behind nginx where it is installed.
Two grids: the one that the files are stored on, and one of the next UTM zone (bilinear). Every reader runs in a process
of its own, in turn, for several rounds: `cold` is the first read in that process, `warm` the same once more. The
server's files are in the page cache throughout, and loopback has no latency: over a real link the number of requests
decides. Requests and bytes are of rasters only, from the server's log, for the cold read. Items are searched before
the clock starts. All peers get the settings that GDAL's documents recommend for files on servers.

Accuracy: one date and band in the other zone against bilinear interpolation in float64 at places that pyproj
transforms one by one, over all pixels.

Needs odc-stac and rioxarray.
Run: python benchmarks/reading_speed.py FOLDER [--rounds 3] [--threads 4] [--readers NAME ...] [--places NAME ...]
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import rasterio
from make_series import BANDS, CRS, TRANSFORM, make_series
from numpy.typing import NDArray
from pyproj import Transformer
from range_server import Traffic, served
from rasterio.warp import Resampling, reproject
from reading_peers import PLACES, READERS

__all__ = ["main"]

_PEERS = Path(__file__).resolve().with_name("reading_peers.py")
_CHECKED = "B04"


def _run(reader: str, place: str, url: str, folder: Path, *, threads: int, keep: Path) -> dict[str, float]:
    command = [sys.executable, str(_PEERS), reader, place, url, str(folder), str(threads), str(keep)]
    environment = {**os.environ, "PYTHONPATH": str(_PEERS.parents[1])}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        sys.exit(f"{reader} on {place} failed:\n{done.stderr}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def exact(source: NDArray[np.uint16], place: str) -> NDArray[np.float64]:
    """Return bilinear interpolation in float64 at exactly transformed pixel centers."""
    crs, transform, (rows, columns) = PLACES[place]
    column, row = np.meshgrid(np.arange(columns) + 0.5, np.arange(rows) + 0.5)
    x, y = transform.a * column + transform.c, transform.e * row + transform.f
    x, y = Transformer.from_crs(crs, CRS, always_xy=True).transform(x, y)
    u, v = (x - TRANSFORM.c) / TRANSFORM.a - 0.5, (y - TRANSFORM.f) / TRANSFORM.e - 0.5
    j, i = np.floor(u).astype(int), np.floor(v).astype(int)
    u, v = u - j, v - i
    plane = source.astype(np.float64)
    upper = plane[i, j] * (1 - u) + plane[i, j + 1] * u
    lower = plane[i + 1, j] * (1 - u) + plane[i + 1, j + 1] * u
    return np.asarray(upper * (1 - v) + lower * v)


def _default_warp(source: NDArray[np.uint16], place: str) -> NDArray[np.float32]:
    crs, transform, shape = PLACES[place]
    result = np.zeros(shape, dtype=np.float32)
    how = {"src_transform": TRANSFORM, "src_crs": CRS, "dst_transform": transform, "dst_crs": crs}
    reproject(source.astype(np.float32), result, resampling=Resampling.bilinear, **how)
    return result


def _accuracy(folder: Path, kept: dict[str, Path]) -> None:
    """Print how far each reader's pixels are from exact ones."""
    with rasterio.open(folder / f"{_CHECKED}_00.tif") as file:
        source = file.read(1)
    truth = exact(source, "other zone")
    planes = {"GDAL default warp, float32": _default_warp(source, "other zone")}
    planes |= {name: np.load(path) for name, path in kept.items()}
    print(f"\n{'against exact bilinear, DN':28}{'rms':>9}{'p99':>9}{'max':>9}{'not filled':>12}")
    for name, plane in planes.items():
        there = np.isfinite(plane)
        error = np.abs(plane.astype(np.float64) - truth)[there]
        rms = float(np.sqrt((error**2).mean()))
        print(f"{name:28}{rms:9.3f}{np.quantile(error, 0.99):9.3f}{error.max():9.3f}{int((~there).sum()):12}")


def _print_place(place: str, runs: dict[str, list[dict[str, float]]], traffic: dict[str, Traffic]) -> None:
    print(f"\n{place}: {PLACES[place][0]}, files are {CRS}")
    print(
        f"{'reader':22}{'cold s':>8}{'warm s':>8}{'cpu s':>8}{'peak MB':>9}{'requests':>10}{'MB':>8}"
        f"{'cold / ours':>13}{'cpu / ours':>12}"
    )
    middle = {
        reader: {key: statistics.median(run[key] for run in each) for key in each[0]} for reader, each in runs.items()
    }
    ours = middle.get("ours")
    for reader, each in middle.items():
        sent = traffic[reader]
        wall, cpu = (each[key] / ours[key] if ours else float("nan") for key in ("cold_s", "cpu_s"))
        print(
            f"{reader:22}{each['cold_s']:8.2f}{each['warm_s']:8.2f}{each['cpu_s']:8.2f}{each['peak_mb']:9.0f}"
            f"{sent.requests:10}{sent.megabytes:8.1f}{wall:13.2f}{cpu:12.2f}",
            flush=True,
        )


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--dates", type=int, default=60)
    parser.add_argument("--readers", nargs="+", default=list(READERS), choices=list(READERS))
    parser.add_argument("--places", nargs="+", default=list(PLACES), choices=list(PLACES))
    given = parser.parse_args()
    make_series(given.folder, dates=given.dates)
    for path in sorted(given.folder.glob("*.tif")):
        path.read_bytes()  # into the page cache
    kept: dict[str, Path] = {}
    with tempfile.TemporaryDirectory() as run, served(given.folder, Path(run)) as server:
        print(f"{given.dates} dates x {len(BANDS)} bands, {given.threads} threads, {os.cpu_count()} cores, {server.by}")
        for place in given.places:
            runs: dict[str, list[dict[str, float]]] = {reader: [] for reader in given.readers}
            traffic: dict[str, Traffic] = {}
            for _ in range(given.rounds):
                for reader in given.readers:
                    keep, start = Path(run) / f"{reader}-{place}.npy", server.position()
                    runs[reader].append(_run(reader, place, server.url, given.folder, threads=given.threads, keep=keep))
                    traffic[reader] = server.segments(start)[1]  # before the first mark: what the search asked
                    if place == "other zone":
                        kept[reader] = keep
            _print_place(place, runs, traffic)
        if kept:
            _accuracy(given.folder, kept)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
