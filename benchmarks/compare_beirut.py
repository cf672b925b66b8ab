"""Wall time and peak memory of compare() on the full Beirut pair: 10 bands, about 1.3 million pixels.

Run: python benchmarks/compare_beirut.py
The first line is a fixed piece of work on this machine at this moment, to read the others against.
"""

import resource
import time

import numpy as np
from common import real_scenes

import osint_imagery as oi


def yardstick() -> float:
    """Return the seconds of a fixed piece of work: eight 2048 x 2048 transforms."""
    field = np.random.default_rng(0).normal(size=(2048, 2048)).astype(np.float32)
    start = time.perf_counter()
    for _ in range(8):
        np.fft.rfft2(field)
    return time.perf_counter() - start


def main() -> None:
    """Compare twice: without an area (the whole pair) and with one."""
    scenes = {s.id: s for s in oi.open_catalog(real_scenes() / "scenes" / "catalog.json").scenes()}
    before, after = scenes["oscd-beirut-20150820"], scenes["oscd-beirut-20171003"]
    oi.compare(before, after, oi.AreaOfInterest.from_bbox(35.50, 33.85, 35.51, 33.86))  # imports and caches
    print(f"yardstick: {yardstick():.2f} s")
    for name, aoi in (
        ("whole pair, nothing to calibrate on", None),
        ("one area, the rest as margin", oi.AreaOfInterest.from_bbox(35.5385, 33.8975, 35.5655, 33.9080)),
    ):
        start, busy = time.perf_counter(), time.process_time()
        result = oi.compare(before, after, aoi)
        seconds, busy = time.perf_counter() - start, time.process_time() - busy
        rows, columns = result.pair.shape
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        size = f"{len(result.pair.bands)} bands x {rows * columns / 1e6:.2f} Mpx"
        spent = f"{seconds:.1f} s ({busy:.1f} s of CPU), peak {peak:.0f} MiB so far"
        print(f"{name}: {size}, {spent}, {result.detections.verdict}")


if __name__ == "__main__":
    main()
