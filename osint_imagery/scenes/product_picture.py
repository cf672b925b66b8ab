"""A picture (a screenshot, a scan) that a person placed by control points: to look at, never to measure in."""

import json
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

import numpy as np
from affine import Affine
from shapely.geometry import MultiPoint, MultiPolygon, Polygon, box

from osint_imagery.core.aoi import AreaOfInterest, reproject
from osint_imagery.core.errors import CatalogError, DataError, InputError
from osint_imagery.core.grid import Grid
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.scenes.bundle import Bundle, Claimed, refuse
from osint_imagery.scenes.properties import words
from osint_imagery.scenes.provider import license_for
from osint_imagery.scenes.raster import inspect
from osint_imagery.scenes.scene import Asset, Refused, Scene
from osint_imagery.scenes.sensors import sensor

__all__ = ["picture_products", "placed_by"]

_SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff")
_FIELDS = frozenset({"acquired", "source", "control_points", "license", "note", "sha256", "platform"})
_LEAST_POINTS = 4  # three fit any affine map: nothing would tell how wrong it is
_BANDS = {1: ("gray",), 2: ("gray", "alpha"), 3: ("red", "green", "blue"), 4: ("red", "green", "blue", "alpha")}


def picture_products(bundle: Bundle) -> Claimed:
    """Return every picture of a bundle whose sidecar holds control points, as a scene that is not measurable."""
    entries, names = [], set[str]()
    for name in bundle.files:
        beside = PurePosixPath(name).with_suffix(".json").as_posix()
        if not name.lower().endswith(_SUFFIXES) or beside not in bundle.files:
            continue
        try:
            data = bundle.read(beside)
            body = json.loads(data)
        except (DataError, ValueError, RecursionError):
            continue  # the reader of plain GeoTIFFs says what is wrong
        if isinstance(body, dict) and "control_points" in body:
            names |= {name, beside}
            entries.append(_picture(bundle, name, data, body))
    return Claimed(entries=tuple(entries), names=frozenset(names))


def _picture(bundle: Bundle, name: str, data: bytes, body: Mapping[str, Any]) -> Scene | Refused:
    try:
        return _scene(bundle, name, data, body)
    except (DataError, InputError) as err:
        return refuse(bundle, name, bundle.told(err), metadata=data, scene_id=PurePosixPath(name).stem)


def placed_by(points: object, shape: tuple[int, int]) -> tuple[Grid, float]:
    """Fit an affine map from pixels to the ground through control points.

    Parameters
    ----------
    points : list of [column, row, longitude, latitude]
        At least four, not on one line; column and row from the upper left corner of the picture, pixels.
    shape : tuple of int
        Rows and columns of the picture.

    Returns
    -------
    Grid, float
        In the UTM zone of the points, and the root mean square of what the map leaves at them, m.

    Raises
    ------
    InputError
        If they are too few, no numbers, or on one line.
    """
    rows = points if isinstance(points, list) else []
    numbers = [row for row in rows if isinstance(row, list) and len(row) == 4]
    real = all(isinstance(value, (int, float)) and not isinstance(value, bool) for row in numbers for value in row)
    if len(numbers) != len(rows) or len(rows) < _LEAST_POINTS or not real:
        msg = f"control_points={points!r} are not {_LEAST_POINTS} or more of [column, row, longitude, latitude]"
        raise InputError(msg)
    table = np.array(numbers, dtype=np.float64)
    if not np.isfinite(table).all() or np.abs(table[:, 2]).max() > 180 or np.abs(table[:, 3]).max() > 90:
        msg = f"control_points={points!r} do not lie on the Earth; give [column, row, longitude, latitude]"
        raise InputError(msg)
    crs = AreaOfInterest.from_point(table[0, 2], table[0, 3], radius_m=100).local_crs
    ground = np.array([point.coords[0] for point in reproject(MultiPoint(table[:, 2:]), "EPSG:4326", crs).geoms])
    design = np.column_stack([table[:, :2], np.ones(len(table))])
    found, _, rank, scales = np.linalg.lstsq(design - [*table[:, :2].mean(axis=0), 0], ground, rcond=None)
    if rank < 3 or scales[-1] < 1e-3 * scales[0]:
        msg = f"control_points={points!r} lie on one line; add one beside it"
        raise InputError(msg)
    center = table[:, :2].mean(axis=0)
    a, b = found[:2].T
    c = found[2] - center @ found[:2]
    left = ground - (table[:, :2] @ found[:2] + c)
    freedom = max(1, len(table) - 3)
    transform = Affine(float(a[0]), float(a[1]), float(c[0]), float(b[0]), float(b[1]), float(c[1]))
    return Grid(crs=crs, transform=transform, shape=shape), float(np.sqrt((left**2).sum() / freedom))


def _outline(grid: Grid) -> Polygon | MultiPolygon:
    return AreaOfInterest.from_geometry(grid.to_world(box(0, 0, grid.shape[1], grid.shape[0])), crs=grid.wkt).geometry


def _scene(bundle: Bundle, name: str, data: bytes, body: Mapping[str, Any]) -> Scene:
    unknown = sorted(set(body) - _FIELDS)
    acquired = body.get("acquired")
    dates = acquired if isinstance(acquired, list) else [acquired]
    if unknown or not 1 <= len(dates) <= 2 or not all(isinstance(date, str) for date in dates):
        known = ", ".join(sorted(_FIELDS))
        msg = f"unknown fields {unknown}, or no 'acquired' (a time or [start, end]); known are {known}"
        raise CatalogError(msg)
    header = inspect(bundle.files[name])
    if header.grid is not None or header.count not in _BANDS:
        msg = f"the file has {header.count} bands, or a place of its own; control points are for pictures without one"
        raise CatalogError(msg)
    grid, residual = placed_by(body["control_points"], header.shape)
    kind, digest, note = sensor("picture"), words(body, "sha256"), words(body, "note")
    asset = Asset(
        key=PurePosixPath(name).stem,
        location=bundle.files[name],
        href=PurePosixPath(name).name,
        digest=f"sha256:{digest.lower()}" if digest else None,
        size=None,
        bands=_BANDS[header.count],
        scale=None,
        offset=None,
        nodata=None,
        roles=("data",),
        gsd_m=grid.gsd_m,
        media_type="",
        placed=grid,
    )
    return Scene(
        id=PurePosixPath(name).stem,
        sensor=kind,
        acquired=TimeSpan(*dates),
        footprint=_outline(grid),
        assets=(asset,),
        platform=words(body, "platform"),
        processing_version=None,
        product_id=PurePosixPath(name).stem,
        sun_elevation_deg=None,
        sun_azimuth_deg=None,
        view_zenith_deg=None,
        relative_orbit=None,
        scene_cloud_percent=None,
        simulated=False,
        metadata=data,
        href=bundle.href(name),
        license=license_for(kind.license, words(body, "license"), words(body, "source")),
        doi=None,
        notes=(_mark(len(body["control_points"]), residual), *((note,) if note else ())),
        source=words(body, "source"),
    )


def _mark(count: int, residual_m: float) -> str:
    return (
        f"NOT MEASURABLE: a picture placed by {count} control points that a person chose, which leave {residual_m:.1f} "
        "m (root mean square); sizes, positions and brightness in it prove nothing"
    )
