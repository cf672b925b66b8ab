"""Chi-square and p-value of a full tile: against decoding both files and nothing else, and against Orfeo ToolBox.

Whole processes, imports included, one after the other in one run. Peak is the largest resident set of the process.
Files are made by ``make_tile.py`` where they are not there yet. Orfeo (Debian: otb-bin) writes the variates and has
neither chi-square nor p-value; it is left out, visibly, where it is not installed.

Run: python benchmarks/full_tile_mad.py FOLDER [--size 10980] [--bands 4] [--rounds 2] [--no-peer]
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from make_tile import make_tile

__all__ = ["Run", "main", "measured"]

_PEER = "otbcli_MultivariateAlterationDetector"
_HERE = Path(__file__).resolve()


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a process took."""

    wall_s: float
    cpu_s: float
    peak_mb: float


def measured(command: list[str]) -> Run:
    """Run a process to its end and return what it and its children took."""
    start = time.perf_counter()
    environment = {**os.environ, "PYTHONPATH": str(_HERE.parents[1])}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment)
    error = process.stderr.read() if process.stderr else b""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{error.decode()}")
    return Run(wall_s=time.perf_counter() - start, cpu_s=used.ru_utime + used.ru_stime, peak_mb=used.ru_maxrss / 1024)


def decode(folder: str, size: str, bands: str, threads: str) -> None:
    """Read both files tile by tile and do nothing with them: the limit."""
    from concurrent.futures import ThreadPoolExecutor

    def one(path: Path, row: int) -> None:
        with rasterio.open(path, sharing=False) as raster:
            for column in range(0, raster.width, 512):
                height, width = min(512, raster.height - row), min(512, raster.width - column)
                raster.read(window=rasterio.windows.Window(column, row, width, height))

    with ThreadPoolExecutor(int(threads)) as workers, rasterio.Env(GDAL_CACHEMAX=64 << 20):
        jobs = [
            workers.submit(one, Path(folder) / f"{date}_{size}_{bands}.tif", row)
            for row in range(0, int(size), 512)
            for date in ("before", "after")
        ]
        for job in jobs:
            job.result()


def ours(folder: str, size: str, bands: str, *words: str) -> None:
    """Write chi-square and p-value."""
    from concurrent.futures import ThreadPoolExecutor

    from osint_imagery.scenes.catalog import open_catalog
    from osint_imagery.workflow.sweep_mad import mad_rasters

    scenes = {scene.id: scene for scene in open_catalog(Path(folder)).scenes()}
    pair = scenes[f"before_{size}_{bands}"], scenes[f"after_{size}_{bands}"]
    threads, out = words[:2]
    with ThreadPoolExecutor(int(threads)) as workers:
        executor = workers if threads != "1" else None
        mad_rasters(*pair, out, exact="exact" in words, iterate="iterate" in words, executor=executor)


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", type=int, default=10980)
    parser.add_argument("--bands", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--no-peer", action="store_true")
    given = parser.parse_args()
    make_tile(given.folder, size=given.size, bands=given.bands)
    peer = not given.no_peer and shutil.which(_PEER) is not None
    rows: dict[str, list[Run]] = {}
    with tempfile.TemporaryDirectory(dir=given.folder) as scratch:
        for number in range(given.rounds):
            for name, command in _commands(given, Path(scratch), number, peer=peer).items():
                rows.setdefault(name, []).append(measured(command))
                _cleaned(Path(scratch), kept=("two0", "exact0"))
        agreement = _agreement(Path(scratch))
    print(
        f"{given.size} x {given.size} px, {given.bands} bands, medians of {given.rounds} rounds, {os.cpu_count()} cores"
    )
    print(f"{'':40}{'wall s':>8}{'least':>8}{'cpu s':>8}{'peak MB':>9}{'wall / decode':>15}{'cpu / decode':>14}")
    limit = _middle(rows["decode, 2 threads"])
    for name, runs in rows.items():
        run, least = _middle(runs), min(one.wall_s for one in runs)
        print(
            f"{name:40}{run.wall_s:8.2f}{least:8.2f}{run.cpu_s:8.2f}{run.peak_mb:9.0f}{run.wall_s / limit.wall_s:15.2f}"
            f"{run.cpu_s / limit.cpu_s:14.2f}"
        )
    if not peer:
        print(f"{_PEER}: not run" + ("" if given.no_peer else ", not installed (Debian: otb-bin)"))
    print(agreement)
    return 0


def _middle(runs: list[Run]) -> Run:
    """Return the medians; on a busy machine trust processor seconds and the least wall time."""
    wall, cpu, peak = (float(np.median([getattr(run, key) for run in runs])) for key in Run.__slots__)
    return Run(wall_s=wall, cpu_s=cpu, peak_mb=peak)


def _cleaned(scratch: Path, *, kept: tuple[str, ...]) -> None:
    """Remove what a run wrote, so that its way to the disk does not slow the next one."""
    for path in scratch.iterdir():
        if path.is_dir() and path.name not in kept:
            shutil.rmtree(path)
        elif path.is_dir():
            (path / "p_value.tif").unlink(missing_ok=True)
        else:
            path.unlink()


def _commands(given: argparse.Namespace, scratch: Path, number: int, *, peer: bool) -> dict[str, list[str]]:
    common = [str(given.folder), str(given.size), str(given.bands)]
    own = [sys.executable, str(_HERE)]
    found = {
        "decode, 2 threads": [*own, "decode", *common, "2"],
        "MAD, chi2 + p, 2 threads": [*own, "ours", *common, "2", str(scratch / f"two{number}")],
        "MAD, chi2 + p, 1 thread": [*own, "ours", *common, "1", str(scratch / f"one{number}")],
        "MAD, every pixel in the fit, 2 threads": [
            *own,
            "ours",
            *common,
            "2",
            str(scratch / f"exact{number}"),
            "exact",
        ],
        "IR-MAD, chi2 + p, 2 threads": [*own, "ours", *common, "2", str(scratch / f"ir{number}"), "iterate"],
    }
    if peer:
        dates = [str(given.folder / f"{date}_{given.size}_{given.bands}.tif") for date in ("before", "after")]
        found["Orfeo MAD, variates"] = [
            *(_PEER, "-in1", dates[0], "-in2", dates[1], "-out", str(scratch / "peer.tif"), "float", "-ram", "4096")
        ]
    return found


def _agreement(scratch: Path) -> str:
    """Return how far the sampled fit's chi-square lies from that of the fit to every pixel."""
    window = rasterio.windows.Window(0, 0, 100000, 1024)
    with rasterio.open(scratch / "two0" / "chi2.tif") as one, rasterio.open(scratch / "exact0" / "chi2.tif") as other:
        rows = one.height // 2 // 512 * 512
        window = rasterio.windows.Window(0, rows, one.width, min(1024, one.height - rows))
        first, second = one.read(1, window=window), other.read(1, window=window)
    seen = np.isfinite(first) & (second > 0)
    apart = np.abs(first[seen] / second[seen] - 1)
    middle, far = np.quantile(apart, [0.5, 0.99])
    return f"chi2, sampled fit against every pixel: relative difference median {middle:.1e}, 99 % below {far:.1e}"


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] in {"decode", "ours"}:
        (decode if sys.argv[1] == "decode" else ours)(*sys.argv[2:])
    else:
        raise SystemExit(main())
