"""Make a series of cloud-optimized GeoTIFFs and its STAC catalogue, to measure reading on: no skill is tested with it.

60 dates x 4 bands of uint16: blocks of 512, deflate with predictor 2, overviews, at the eastern edge of a UTM zone, so
that the next zone's grid is a rotated one. Texture as of fields and roofs: smooth ground, sharp edges, noise of each
date. The same arguments give the same pixels.

Run: python benchmarks/make_series.py FOLDER [--dates 60] [--size 3072]
"""

import argparse
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import shapely
from affine import Affine
from numpy.typing import NDArray
from pyproj import Transformer
from scipy.ndimage import zoom

__all__ = ["BANDS", "CRS", "TRANSFORM", "main", "make_series"]

BANDS = {"B02": "blue", "B03": "green", "B04": "red", "B08": "nir"}
CRS = "EPSG:32636"
TRANSFORM = Affine(10, 0, 755_000, 0, -10, 3_750_000)
_FIRST = datetime(2024, 1, 3, 8, 17, 39, tzinfo=UTC)
_SCALE, _OFFSET = 1e-4, -0.1
Plane = NDArray[np.float32]


def _ground(band: int, size: int) -> Plane:
    """Return what all dates of a band show: three scales of relief, and fields with sharp edges."""
    rng = np.random.default_rng([band, 7])
    ground = np.full((size, size), 1400 + 250 * band, dtype=np.float32)
    for step, strength in ((96, 260), (24, 120), (6, 60)):
        side = size // step + 2
        knots = rng.standard_normal((side, side)).astype(np.float32)
        ground += strength * zoom(knots, step, order=1)[:size, :size]
    for top, left, high, wide in rng.integers((0, 0, 3, 3), (size, size, 60, 60), (size * size // 2000, 4)):
        ground[top : top + high, left : left + wide] += np.float32(rng.normal(0, 180))
    return ground


def _pixels(ground: Plane, band: int, date: int) -> NDArray[np.uint16]:
    """Return one date: another light, and noise of its own."""
    rng = np.random.default_rng([band, date, 11])
    plane = ground * np.float32(1 + 0.1 * np.sin(date / 5)) + 25 * rng.standard_normal(ground.shape, dtype=np.float32)
    return np.asarray(np.clip(plane, 1, 20_000), dtype=np.uint16)


def _write(path: Path, values: NDArray[np.uint16]) -> None:
    partial = path.with_suffix(".partial")
    layout = {"driver": "COG", "compress": "deflate", "predictor": "yes", "level": 6, "blocksize": 512}
    shape = {"count": 1, "height": values.shape[0], "width": values.shape[1], "dtype": "uint16"}
    place = {"crs": CRS, "transform": TRANSFORM, "nodata": 0}
    with rasterio.open(partial, "w", num_threads=2, overview_resampling="average", **layout, **shape, **place) as file:
        file.write(values, 1)
    partial.replace(path)


def _item(date: int, size: int) -> dict[str, Any]:
    """Return one date's STAC item, with all that a reader may want to know before it opens a file."""
    left, top = TRANSFORM.c, TRANSFORM.f
    ring = shapely.segmentize(shapely.box(left, top - 10 * size, left + 10 * size, top), 5000)
    lonlat = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
    outline = shapely.transform(ring, lambda xy: np.column_stack(lonlat.transform(xy[:, 0], xy[:, 1])))
    stored = {"nodata": 0, "data_type": "uint16", "scale": _SCALE, "offset": _OFFSET, "spatial_resolution": 10}
    assets = {
        key: {
            "href": f"./{key}_{date:02d}.tif",
            "type": "image/tiff; application=geotiff; profile=cloud-optimized",
            "roles": ["data"],
            "eo:bands": [{"name": key, "common_name": name}],
            "raster:bands": [stored],
        }
        for key, name in BANDS.items()
    }
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "stac_extensions": [
            "https://stac-extensions.github.io/projection/v1.1.0/schema.json",
            "https://stac-extensions.github.io/raster/v1.1.0/schema.json",
            "https://stac-extensions.github.io/eo/v1.1.0/schema.json",
        ],
        "id": f"made-{date:02d}",
        "geometry": shapely.geometry.mapping(outline),
        "bbox": list(outline.bounds),
        "properties": {
            "datetime": (_FIRST + timedelta(days=5 * date)).isoformat().replace("+00:00", "Z"),
            "constellation": "sentinel-2",
            "platform": "sentinel-2a",
            "processing:level": "L2A",
            "s2:processing_baseline": "05.09",
            "proj:epsg": int(CRS.removeprefix("EPSG:")),
            "proj:shape": [size, size],
            "proj:transform": list(TRANSFORM)[:6],
        },
        "links": [],
        "assets": assets,
    }


def make_series(folder: Path, *, dates: int = 60, size: int = 3072) -> Path:
    """Write files that are not there yet, items and catalogue; return the catalogue's path."""
    folder.mkdir(parents=True, exist_ok=True)
    for band, key in enumerate(BANDS):
        missing = [date for date in range(dates) if not (folder / f"{key}_{date:02d}.tif").is_file()]
        ground = _ground(band, size) if missing else None
        for date in missing:
            if ground is not None:
                _write(folder / f"{key}_{date:02d}.tif", _pixels(ground, band, date))
    for date in range(dates):
        (folder / f"made-{date:02d}.json").write_text(json.dumps(_item(date, size)))
    links = [{"rel": "item", "href": f"./made-{date:02d}.json"} for date in range(dates)]
    body = {"type": "Catalog", "stac_version": "1.0.0", "id": "made", "description": "made to be read", "links": links}
    path = folder / "catalog.json"
    path.write_text(json.dumps(body))
    return path


def main() -> int:
    """Make a series and say how large it is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--dates", type=int, default=60)
    parser.add_argument("--size", type=int, default=3072)
    given = parser.parse_args()
    path = make_series(given.folder, dates=given.dates, size=given.size)
    files = list(given.folder.glob("*.tif"))
    print(f"{path}: {len(files)} files, {sum(file.stat().st_size for file in files) / 1e6:.0f} MB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
