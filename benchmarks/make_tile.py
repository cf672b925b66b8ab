"""Make a synthetic pair of full tiles, to measure speed on: nothing in it speaks of detection skill.

Two multi-band GeoTIFFs, uint16, deflate with predictor 2, tiles of 512: terrain that both dates share, a gain and an
offset a date, sensor noise, a corner without data, clouds on 9 % of the later date, and rectangles of change on .6 %.

Run: python benchmarks/make_tile.py FOLDER [--size 10980] [--bands 4] [--seed 1]
"""

import argparse
import math
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray

__all__ = ["NAMES", "main", "make_tile"]

NAMES = ("blue", "green", "red", "nir", "rededge071", "rededge075", "rededge078", "nir08", "swir16", "swir22")
_TILE = 512
_SCALES = (64, 16, 4)  # px, of the terrain's texture
_FACTORS = 3  # of which every band is another mixture
_CLOUD, _CHANGED = 0.09, 0.006
_CORNER = 0.4  # of the width, that the swath misses at the top
Plane = NDArray[np.float32]


def _smooth(coarse: Plane, scale: int, rows: range, columns: int) -> Plane:
    """Return a stripe of a random field, linear between its knots."""
    y = np.arange(rows.start, rows.stop, dtype=np.float32) / scale
    x = np.arange(columns, dtype=np.float32) / scale
    i, j = y.astype(int), x.astype(int)
    v, u = (y - i)[:, None], (x - j).astype(np.float32)
    lines: Plane = coarse[i] * (1 - v) + coarse[i + 1] * v
    field: Plane = lines[:, j] * (1 - u) + lines[:, j + 1] * u
    return field


class _Terrain:
    """Random fields over the whole tile, known by their knots."""

    def __init__(self, rng: np.random.Generator, size: int) -> None:
        self.size = size
        self._fields = [[self._knots(rng, scale) for scale in _SCALES] for _ in range(_FACTORS)]
        self._cloud = self._knots(rng, _SCALES[0] * 2)
        knots = 4 * (len(self._cloud) - 2)
        self._limit = float(np.quantile(_smooth(self._cloud, 4, range(knots), knots), 1 - _CLOUD))

    def _knots(self, rng: np.random.Generator, scale: int) -> Plane:
        side = self.size // scale + 3
        return rng.standard_normal((side, side), dtype=np.float32)

    def stripe(self, rows: range) -> tuple[Plane, NDArray[np.bool_]]:
        """Return the factors, (factor, y, x), and where clouds are."""
        factors = [
            np.sum([_smooth(knots, scale, rows, self.size) for knots, scale in zip(own, _SCALES, strict=True)], axis=0)
            for own in self._fields
        ]
        cloud = _smooth(self._cloud, _SCALES[0] * 2, rows, self.size) > self._limit
        return np.stack(factors), cloud


def _rectangles(rng: np.random.Generator, size: int) -> NDArray[np.int64]:
    """Return (first row, first column, last row, last column) of rectangles that cover .6 % of the tile."""
    mean_side = 22.0
    count = max(1, round(_CHANGED * size**2 / mean_side**2))
    corners = rng.integers(0, size - 44, (count, 2))
    return np.concatenate([corners, corners + rng.integers(4, 41, (count, 2))], axis=1)


def _changed(rectangles: NDArray[np.int64], rows: range, size: int) -> NDArray[np.bool_]:
    inside = np.zeros((len(rows), size), dtype=bool)
    for top, left, bottom, right in rectangles[(rectangles[:, 0] < rows.stop) & (rectangles[:, 2] > rows.start)]:
        inside[max(0, top - rows.start) : bottom - rows.start, left:right] = True
    return inside


def make_tile(folder: Path, *, size: int = 10980, bands: int = 4, seed: int = 1) -> tuple[Path, Path]:
    """Write both dates, unless they are there; return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = folder / f"before_{size}_{bands}.tif", folder / f"after_{size}_{bands}.tif"
    if all(path.is_file() for path in paths):
        return paths
    partial = tuple(path.with_suffix(".partial") for path in paths)
    layout = {
        "driver": "GTiff",
        "tiled": True,
        "blockxsize": _TILE,
        "blockysize": _TILE,
        "compress": "deflate",
        "predictor": 2,
        "zlevel": 6,
        "num_threads": 2,
        "bigtiff": "if_safer",
    }
    place = {"crs": "EPSG:32637", "transform": Affine(10, 0, 300000, 0, -10, 5000040), "nodata": 0}
    shape = {"count": bands, "height": size, "width": size, "dtype": "uint16"}
    with (
        rasterio.open(partial[0], "w", **layout, **place, **shape) as before,
        rasterio.open(partial[1], "w", **layout, **place, **shape) as after,
    ):
        for dataset, day in ((before, "2021:05:02 08:00:00"), (after, "2021:05:12 08:00:00")):
            dataset.descriptions = NAMES[:bands]
            dataset.update_tags(TIFFTAG_DATETIME=day)
        _fill((before, after), size=size, bands=bands, seed=seed)
    for temporary, path in zip(partial, paths, strict=True):
        temporary.replace(path)
    return paths


def _fill(
    dates: tuple[rasterio.io.DatasetWriter, rasterio.io.DatasetWriter], *, size: int, bands: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    terrain, rectangles = _Terrain(rng, size), _rectangles(rng, size)
    mixture = rng.standard_normal((bands, _FACTORS)).astype(np.float32)
    step = rng.uniform(0.5, 2, bands).astype(np.float32) * rng.choice([-1, 1], bands).astype(np.float32)
    columns = np.arange(size)
    for start in range(0, size, _TILE):
        rows = range(start, min(start + _TILE, size))
        factors, cloud = terrain.stripe(rows)
        changed = _changed(rectangles, rows, size)
        missed = columns[None, :] < _CORNER * size * (1 - np.array(rows)[:, None] / (size * math.sqrt(_CORNER)))
        window = rasterio.windows.Window(0, start, size, len(rows))
        for band in range(bands):
            ground = np.tensordot(mixture[band], factors, axes=1) + 0.3 * rng.standard_normal(changed.shape, np.float32)
            for dataset, gain, level, later in ((dates[0], 110, 1000, False), (dates[1], 130, 1100, True)):
                plane = ground + 0.15 * rng.standard_normal(changed.shape, dtype=np.float32)
                if later:
                    plane[changed] += step[band]
                plane = level + 20 * band + gain * plane
                if later:
                    plane[cloud] = 7000 + 2 * plane[cloud]
                values = np.clip(plane, 1, 20000).astype(np.uint16)
                values[missed] = 0
                dataset.write(values, band + 1, window=window)


def main() -> int:
    """Write a pair and say where it is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", type=int, default=10980)
    parser.add_argument("--bands", type=int, default=4, choices=range(1, len(NAMES) + 1))
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    for path in make_tile(given.folder, size=given.size, bands=given.bands, seed=given.seed):
        print(f"{path}  {path.stat().st_size / 1e6:.0f} MB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
