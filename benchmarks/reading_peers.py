"""One reader of `reading_speed.py`, in a process of its own: reads the series twice and prints what it took as JSON."""

import json
import resource
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module  # of packages that only this benchmark needs: no types of theirs
from pathlib import Path
from typing import Any

import numpy as np
from affine import Affine
from numpy.typing import NDArray

__all__ = ["PLACES", "READERS"]

PLACES: dict[str, tuple[str, Affine, tuple[int, int]]] = {  # blocks of the files are cut by both
    "same grid": ("EPSG:32636", Affine(10, 0, 764_010, 0, -10, 3_740_990), (1000, 1000)),
    "other zone": ("EPSG:32637", Affine(10, 0, 209_000, 0, -10, 3_741_800), (1000, 1000)),
}
_BANDS = {"B02": "blue", "B03": "green", "B04": "red", "B08": "nir"}
_SCALE, _OFFSET = 1e-4, -0.1
_GDAL = {  # https://gdal.org/en/stable/user/configoptions.html; what stac.configure_rio(cloud_defaults=True) sets
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_HTTP_MAX_RETRY": "10",
    "GDAL_HTTP_RETRY_DELAY": "0.5",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".tif",
    "GDAL_HTTP_MERGE_CONSECUTIVE_RANGES": "YES",
}
Read = Callable[[], NDArray[Any]]
"""Reads everything, and returns the first date's red band in DN, NaN where nothing is."""


def _ours(place: str, url: str, _: Path, threads: int) -> Read:
    import osint_imagery as oi
    from osint_imagery.scenes.address import Access

    crs, transform, shape = PLACES[place]
    grid = oi.Grid(crs=crs, transform=transform, shape=shape)
    catalog = oi.open_catalog(f"{url}/catalog.json", access=Access(local_hosts=("127.0.0.1",)))
    found = oi.search(catalog, oi.AreaOfInterest.from_geometry(grid.footprint), oi.TimeSpan("2024-01-01", "2025-12-31"))

    def read() -> NDArray[Any]:
        with ThreadPoolExecutor(threads) as workers:
            stack = oi.read_stack(found, grid, tuple(_BANDS.values()), executor=workers)
        return np.asarray((stack[0].band("red").astype(np.float64) - _OFFSET) / _SCALE)

    return read


def _dates(folder: Path) -> list[str]:
    """Return the names of the items that the catalogue lists."""
    return [link["href"] for link in json.loads((folder / "catalog.json").read_text())["links"]]


def _items(url: str, folder: Path) -> list[Any]:
    import pystac

    items = []
    for name in _dates(folder):
        item = pystac.Item.from_dict(json.loads((folder / name).read_text()))
        for asset in item.assets.values():
            asset.href = f"{url}/{asset.href.removeprefix('./')}"
        items.append(item)
    return items


def _odc(place: str, url: str, folder: Path, threads: int, *, dask: bool) -> Read:
    stac, geobox = import_module("odc.stac"), import_module("odc.geo.geobox")
    items = _items(url, folder)
    crs, transform, shape = PLACES[place]
    stac.configure_rio(cloud_defaults=True, **_GDAL)
    how = {"bands": list(_BANDS), "geobox": geobox.GeoBox(shape, transform, crs), "resampling": "bilinear"}

    def read() -> NDArray[Any]:
        if dask:
            loaded = stac.load(items, chunks={}, **how).compute(scheduler="threads", num_workers=threads)
        else:
            loaded = stac.load(items, pool=threads, **how)
        plane = loaded["B04"].to_numpy()[0].astype(np.float64)
        return np.where(plane == 0, np.nan, plane)

    return read


def _many(place: str, url: str, folder: Path, threads: int, *, one: Callable[[str], NDArray[Any]]) -> Read:
    import rasterio

    dates = len(_dates(folder))
    addresses = [f"{url}/{band}_{date:02d}.tif" for date in range(dates) for band in _BANDS]

    def tuned(address: str) -> NDArray[Any]:
        with rasterio.Env(**_GDAL):
            return one(address)

    def read() -> NDArray[Any]:
        result = np.empty((len(addresses), *PLACES[place][2]), dtype=np.uint16)

        def put(index: int) -> None:
            result[index] = tuned(addresses[index])

        with ThreadPoolExecutor(threads) as workers:
            list(workers.map(put, range(len(addresses))))
        plane = result[list(_BANDS).index("B04")].astype(np.float64)
        return np.where(plane == 0, np.nan, plane)

    return read


def _rasterio(place: str, url: str, folder: Path, threads: int) -> Read:
    import rasterio
    from rasterio.vrt import WarpedVRT
    from rasterio.warp import Resampling
    from rasterio.windows import from_bounds

    crs, transform, shape = PLACES[place]

    def one(address: str) -> NDArray[Any]:
        with rasterio.open(address) as file:
            if file.crs == crs:
                left, bottom = transform * (0, shape[0])
                right, top = transform * (shape[1], 0)
                window = from_bounds(left, bottom, right, top, file.transform)
                return np.asarray(file.read(1, window=window.round_offsets().round_lengths()))
            warped = {"crs": crs, "transform": transform, "width": shape[1], "height": shape[0]}
            with WarpedVRT(file, resampling=Resampling.bilinear, **warped) as view:
                return np.asarray(view.read(1))

    return _many(place, url, folder, threads, one=one)


def _rioxarray(place: str, url: str, folder: Path, threads: int) -> Read:
    from rasterio.warp import Resampling, transform_bounds

    opened = import_module("rioxarray").open_rasterio
    crs, transform, shape = PLACES[place]
    right, top = transform * (shape[1], 0)
    left, bottom = transform * (0, shape[0])

    def one(address: str) -> NDArray[Any]:
        with opened(address) as file:
            if file.rio.crs == crs:
                return np.asarray(file.rio.clip_box(left, bottom, right, top)[0].to_numpy())[: shape[0], : shape[1]]
            west, south, east, north = transform_bounds(crs, file.rio.crs, left, bottom, right, top, densify_pts=101)
            near = file.rio.clip_box(west - 1500, south - 1500, east + 1500, north + 1500)
            turned = near.rio.reproject(crs, transform=transform, shape=shape, resampling=Resampling.bilinear)
            return np.asarray(turned[0].to_numpy())

    return _many(place, url, folder, threads, one=one)


READERS: dict[str, Callable[[str, str, Path, int], Read]] = {
    "ours": _ours,
    "odc-stac (pool)": lambda *a: _odc(*a, dask=False),
    "odc-stac (dask)": lambda *a: _odc(*a, dask=True),
    "rioxarray": _rioxarray,
    "rasterio": _rasterio,
}


def _mark(url: str) -> None:
    try:
        urllib.request.urlopen(f"{url}/mark")  # noqa: S310 - loopback
    except urllib.error.HTTPError:
        return


def main(reader: str, place: str, url: str, folder: str, *words: str) -> None:
    """Read twice; print seconds, and the peak of the whole process."""
    threads, keep = words
    read = READERS[reader](place, url, Path(folder), int(threads))
    _mark(url)
    found: dict[str, float] = {}
    for name in ("cold", "warm"):
        begun, cpu = time.perf_counter(), time.process_time()
        plane = read()
        found[f"{name}_s"] = time.perf_counter() - begun
        found["cpu_s" if name == "cold" else "warm_cpu_s"] = time.process_time() - cpu
        if name == "cold":
            np.save(keep, plane)
            found["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        _mark(url)
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
