"""Scenes that come inside packages: our own simulated ones, and a real Sentinel-2 series of another package."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.util import find_spec
from os import PathLike
from pathlib import Path

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from shapely.geometry import mapping

from osint_imagery.core.arguments import require
from osint_imagery.core.errors import ChecksumError, EvidenceExistsError, MissingAssetError, ReadError
from osint_imagery.core.grid import Grid
from osint_imagery.core.lineage import digest_bytes, digest_file
from osint_imagery.scenes.raster import read_variable, write_geotiff

__all__ = ["ROMANIA", "bundled", "has_romania", "romania_catalog"]

_CUBE = "sentinel2_cube_subset_romania_10m.nc"
_CUBE_DIGEST = "sha256:10165376979ed20f988bef09bf79135ea415e741256ba50fd4fef679b1c1fa9d"
_FIRST_DAY = date(2015, 8, 1)  # "days since" of the cube's time axis
_BANDS = {"B02": "B2", "B03": "B3", "B04": "B4", "B08": "B8"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """A file that another package carries: its address in that package, bytes, digest and licence."""

    href: str
    size_bytes: int
    digest: str
    license: str


ROMANIA = Carried(
    href=f"pkg:pypi/nrt@0.2.1#nrt/data/{_CUBE}",
    size_bytes=14_017_443,
    digest=_CUBE_DIGEST,
    license="Copernicus Sentinel data legal notice: free, full and open; credit required (the package: EUPL-1.2)",
)
_NOTE = "provenance to the original download is not proven; method demonstration only, not evidence"


def bundled(name: str = "") -> Path:
    """Return where a bundled simulated scene or catalogue is, in the repository or in the installed package.

    Parameters
    ----------
    name : str
        File or folder inside it, ``"port/catalog.json"`` for example; empty for the folder that holds all.

    Returns
    -------
    Path

    Raises
    ------
    MissingAssetError
        If there is no such file or folder.

    Examples
    --------
    >>> bundled("port/claim.yaml").name
    'claim.yaml'
    """
    require(str, name=name)
    package = Path(__file__).resolve().parents[1]
    for root in (package.parent / "sample_scenes", package / "_sample_scenes"):
        path = (root / name).resolve()
        if path.exists() and path.is_relative_to(root.resolve()):
            return path
    msg = f"name={name!r} is not among the bundled scenes; list the folder that bundled() returns"
    raise MissingAssetError(msg)


def _installed_cube() -> Path:
    spec = find_spec("nrt")
    places = list(spec.submodule_search_locations or ()) if spec else []
    for place in places:
        path = Path(place) / "data" / _CUBE
        if path.is_file():
            return path
    msg = f"{_CUBE} is not installed; 'pip install --no-deps nrt==0.2.1' brings it, or give source="
    raise MissingAssetError(msg)


def has_romania() -> bool:
    """Whether the package with the Romanian series is installed."""
    try:
        return _installed_cube().is_file()
    except MissingAssetError:
        return False


def romania_catalog(folder: str | Path, *, source: Path | None = None) -> Path:
    """Write the Sentinel-2 series of the package nrt 0.2.1 as a static STAC catalogue of 140 scenes.

    One square kilometer of forest in south-west Romania, 2015-08-01 to 2021-01-01, four 10 m bands
    and the scene classification. The package states no scale, so that pixels read as ``"DN"``, and only
    the day of each date. For methods only: provenance is not proven, never cite it as evidence.

    Parameters
    ----------
    folder : str or Path
        Where to write. What is already there and identical is kept.
    source : Path, optional
        The package's netCDF file; default: looked up without importing the package.

    Returns
    -------
    Path
        The catalogue file.

    Raises
    ------
    MissingAssetError
        If the package is not installed.
    ChecksumError
        If the netCDF file is not the known one.
    EvidenceExistsError
        If a different file is already there.
    """
    require(str | PathLike, folder=folder)
    require(Path | None, source=source)
    path = source or _installed_cube()
    if not path.is_file():
        msg = f"source={str(path)!r} is not there; give the netCDF file of nrt 0.2.1"
        raise MissingAssetError(msg)
    found = digest_file(path)
    if found != _CUBE_DIGEST:
        msg = f"source={str(path)!r} is {found}, expected {_CUBE_DIGEST}; get nrt 0.2.1, nothing was written"
        raise ChecksumError(msg)
    root = Path(folder)
    cube, days, grid = _read_cube(path)
    links = []
    for index, day in enumerate(days):
        name = f"romania-{day:%Y%m%d}"
        _write_scene(root / name, cube[:, index], day=day, grid=grid)
        links.append({"rel": "item", "href": f"./{name}/item.json"})
    catalog = {
        "type": "Catalog",
        "stac_version": "1.1.0",
        "id": "romania",
        "description": f"Sentinel-2 series, 1 square kilometer, from {_CUBE} of nrt 0.2.1: {_NOTE}",
        "links": [{"rel": "root", "href": "./catalog.json"}, *links],
    }
    return _write_once(root / "catalog.json", _json(catalog))


def _read_cube(path: Path) -> tuple[NDArray[np.uint16], list[date], Grid]:
    """Return (layer, time, y, x) of the four bands and SCL, the days, and the grid."""
    layers = []
    crs, tags = None, tuple[str, ...]()
    for name in (*_BANDS.values(), "SCL"):
        values, crs, tags = read_variable(path, name)
        layers.append(np.nan_to_num(values, nan=0.0).astype(np.uint16))
        if not np.array_equal(layers[-1], np.nan_to_num(values, nan=0.0)):
            msg = f"path={str(path)!r}: {name} holds values that are not 16-bit whole numbers"
            raise ReadError(msg)
    x, y = (np.asarray(read_variable(path, name)[0], dtype=float).ravel() for name in ("x", "y"))
    step_x, step_y = float(x[1] - x[0]), float(y[1] - y[0])
    transform = Affine(step_x, 0, float(x[0]) - step_x / 2, 0, step_y, float(y[0]) - step_y / 2)
    grid = Grid(crs=str(crs), transform=transform, shape=(len(y), len(x)))
    return np.stack(layers), [_FIRST_DAY + timedelta(days=int(float(tag))) for tag in tags], grid


def _write_scene(folder: Path, layers: NDArray[np.uint16], *, day: date, grid: Grid) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    pixels = _write_raster(folder / "pixels.tif", layers[:4], grid, tuple(_BANDS))
    scl = _write_raster(folder / "SCL.tif", layers[4:].astype(np.uint8), grid, ("SCL",))
    assets = {
        "pixels": {**_asset(pixels, tuple(_BANDS)), "roles": ["data"]},
        "SCL": {**_asset(scl, ("SCL",)), "roles": ["data-mask"]},
    }
    _write_once(folder / "item.json", _json(_item(folder.name, day, grid, assets)))


def _item(name: str, day: date, grid: Grid, assets: dict[str, dict[str, object]]) -> dict[str, object]:
    outline = grid.footprint
    return {
        "type": "Feature",
        "stac_version": "1.1.0",
        "stac_extensions": ["https://stac-extensions.github.io/file/v2.1.0/schema.json"],
        "id": name,
        "geometry": mapping(outline),
        "bbox": list(outline.bounds),
        "properties": {
            "datetime": None,
            "start_datetime": f"{day:%Y-%m-%d}T00:00:00Z",
            "end_datetime": f"{day:%Y-%m-%d}T23:59:59.999999Z",
            "constellation": "sentinel-2",
            "instruments": ["msi"],
            "gsd": 10,
            "processing:level": "L2A",
            "sci:citation": f"Contains modified Copernicus Sentinel data {day:%Y}",
            "osint:note": _NOTE,
        },
        "links": [
            {"rel": "root", "href": "../catalog.json"},
            {
                "rel": "derived_from",
                "href": ROMANIA.href,
                "file:checksum": "1220" + _CUBE_DIGEST.removeprefix("sha256:"),
            },
        ],
        "assets": assets,
    }


def _asset(path: Path, bands: tuple[str, ...]) -> dict[str, object]:
    return {
        "href": f"./{path.name}",
        "type": "image/tiff; application=geotiff",
        "gsd": 10,
        "nodata": 0,
        "bands": [{"name": band} for band in bands],
        "file:checksum": "1220" + digest_file(path).removeprefix("sha256:"),
        "file:size": path.stat().st_size,
    }


def _json(body: Mapping[str, object]) -> bytes:
    return (json.dumps(body, indent=1) + "\n").encode()


def _write_raster(path: Path, values: NDArray[np.generic], grid: Grid, names: tuple[str, ...]) -> Path:
    new = path.with_suffix(".new")
    write_geotiff(new, values, grid, nodata=0.0, names=names)
    data = new.read_bytes()
    new.unlink()
    return _write_once(path, data)


def _write_once(path: Path, data: bytes) -> Path:
    """Write a file whole, or keep the identical one that is there."""
    if path.exists():
        if digest_file(path) != digest_bytes(data):
            msg = f"path={str(path)!r} exists and is different; choose an empty folder, nothing was replaced"
            raise EvidenceExistsError(msg)
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(path.name + ".new")
    new.write_bytes(data)
    return new.replace(path)
