"""Write the SIMULATED port: a static STAC catalogue of made-up scenes with known truth.

Nothing here was observed. The place is open water in the North Atlantic (45.0 N, 28.0 W), where there is no port, no
town and no land within 600 km; names, persons and events are invented. Run ``python make_port.py OUT`` to write the
same files again: every random number comes from SEED.

The sensor model: reflectance on a 2.5 m raster; cast shadows from the sun's real elevation and azimuth at that
latitude; a Gaussian optical blur and a detector area of one pixel (MTF 0.2 at Nyquist together); per-look shift of up
to 0.3 px each way; per-look gain and slope; additive haze; cloud with cast shadow; noise that grows with the signal
(SNR 120-160 at reference reflectance); 12-bit counts; stored as reflectance x 10000. The classification layer is
written in the encoding of Sentinel-2's SCL.
"""

import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import numpy as np
import port_ground
import port_sensor
import rasterio
from numpy.typing import NDArray
from port_ground import BANDS, CELL_M, LAUNCHER, MIDDLE_M, SHED, SHIP, SIZE_PX, Ground, Thing
from port_sensor import Sky
from pyproj import Transformer
from rasterio.transform import Affine

SEED = 20240206
VERSION = "1"
CRS = "EPSG:32626"
WEST, NORTH = 420000.0, 4985000.0
PIXEL_M = 10.0
LATITUDE = 45.0
START = datetime(2024, 2, 6, 12, 31, 9, tzinfo=UTC)
REVISIT = timedelta(days=5)
# Cloud share of each look.
CLOUD = (0, 0.9, 0, 0, 1, 0.45, 0, 0, 0, 1, 0, 0.35, 0, 1, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0.7, 0, 1)
HAZY, SWATH_EDGE = 12, 8
SHED_BUILT = (datetime(2024, 5, 17, tzinfo=UTC), datetime(2024, 5, 25, tzinfo=UTC))
SHIP_STAY = (datetime(2024, 6, 1, 6, tzinfo=UTC), datetime(2024, 6, 3, 6, tzinfo=UTC))
LAUNCHER_STAY = (datetime(2024, 5, 24, tzinfo=UTC), datetime(2024, 6, 12, tzinfo=UTC))
BAND_NAMES = ("B02", "B03", "B04", "B08", "B11")
CENTERS_UM = (0.492, 0.56, 0.665, 0.833, 1.614)
_EXTENSIONS = ("file/v2.1.0", "projection/v2.0.0", "raster/v1.1.0", "eo/v1.1.0", "view/v1.0.0", "processing/v1.2.0")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Taken:
    """One look as the sensor recorded it."""

    number: int
    acquired: datetime
    sky: Sky
    shift_px: tuple[float, float]
    pixels: NDArray[np.uint16]  # (band, y, x), reflectance x 10000
    classes: NDArray[np.uint8]  # (y, x), SCL


def item_id(number: int) -> str:
    """Return the id of a look's scene."""
    return f"port-{START + number * REVISIT:%Y%m%d}"


def look(ground: Ground, number: int) -> Taken:
    """Return one look of the port; the same number always gives the same pixels."""
    acquired = START + number * REVISIT
    rng = np.random.default_rng([SEED, 9, number])
    day = (acquired - datetime(acquired.year, 1, 1, tzinfo=UTC)) / timedelta(days=1) + 1
    elevation, azimuth = port_sensor.sun(day, LATITUDE, acquired.hour + acquired.minute / 60 - 28 / 15)
    haze = 0.05 if number == HAZY else float(rng.uniform(0.004, 0.014))
    sky = Sky(
        sun_elevation_deg=elevation,
        sun_azimuth_deg=azimuth,
        cloud_share=float(CLOUD[number]),
        haze=haze,
        swath_edge=number == SWATH_EDGE,
    )
    values, height = port_ground.at_look(
        ground,
        number,
        day,
        seed=SEED,
        shed=acquired >= SHED_BUILT[1],
        launcher=LAUNCHER_STAY[0] <= acquired <= LAUNCHER_STAY[1],
    )
    pixels, classes, shift = port_sensor.take(values, height, sky, rng, cell_m=CELL_M)
    return Taken(number=number, acquired=acquired, sky=sky, shift_px=shift, pixels=pixels, classes=classes)


def write_tiff(path: Path, values: NDArray[np.generic], nodata: float) -> None:
    """Write planes as a deflated GeoTIFF."""
    profile = {
        "driver": "GTiff",
        "count": values.shape[0],
        "height": SIZE_PX,
        "width": SIZE_PX,
        "dtype": values.dtype.name,
        "crs": CRS,
        "transform": Affine(PIXEL_M, 0, WEST, 0, -PIXEL_M, NORTH),
        "nodata": nodata,
        "compress": "deflate",
        "zlevel": 9,
        "predictor": 2,
        "interleave": "band",
    }
    with rasterio.open(path, "w", **profile) as target:
        target.write(values)


def to_lonlat(corners_m: list[tuple[float, float]]) -> list[list[float]]:
    """Return a closed ring of (east, south) meters from the upper left corner as longitude and latitude."""
    transformer = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
    turn = (transformer.transform(WEST + east, NORTH - south) for east, south in (*corners_m, corners_m[0]))
    return [[round(lon, 7), round(lat, 7)] for lon, lat in turn]


def outline(thing: Thing) -> list[tuple[float, float]]:
    """Return a thing's corners, (east, south) meters from the upper left corner, counter-clockwise on the map."""
    turn = np.deg2rad(port_ground.TURN_DEG)
    at_u, at_v = port_ground.turned(thing.center_m)
    middle = SIZE_PX * PIXEL_M / 2
    corners = []
    for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        u, v = at_u + a * thing.size_m[0] / 2, at_v + b * thing.size_m[1] / 2
        east, south = u * np.cos(turn) - v * np.sin(turn), -u * np.sin(turn) - v * np.cos(turn)
        corners.append((float(east + middle - MIDDLE_M[0]), float(south + middle - MIDDLE_M[1])))
    return corners


def _footprint(taken: Taken) -> list[tuple[float, float]]:
    side = SIZE_PX * PIXEL_M
    edge = (0.94 * side, 0.72 * side) if taken.sky.swath_edge else (side, side)
    return [(0.0, 0.0), (0.0, side), (edge[1], side), (edge[0], 0.0)]


def _asset(path: Path, bands: list[dict[str, object]], raster: list[dict[str, object]], role: str) -> dict[str, object]:
    data = path.read_bytes()
    body: dict[str, object] = {
        "href": f"./{path.name}",
        "type": "image/tiff; application=geotiff",
        "roles": [role],
        "gsd": PIXEL_M,
        "proj:code": CRS,
        "proj:shape": [SIZE_PX, SIZE_PX],
        "proj:transform": [PIXEL_M, 0.0, WEST, 0.0, -PIXEL_M, NORTH],
        "raster:bands": raster,
        "file:checksum": "1220" + sha256(data).hexdigest(),
        "file:size": len(data),
    }
    return {**body, "eo:bands": bands} if bands else body


def _item(taken: Taken, folder: Path) -> dict[str, object]:
    ring = to_lonlat(_footprint(taken))
    lons, lats = [point[0] for point in ring], [point[1] for point in ring]
    seen = taken.classes != 0
    cloudy = float(np.isin(taken.classes, (8, 9, 10))[seen].mean() * 100)
    bands = [
        {"name": name, "common_name": common, "center_wavelength": center}
        for name, common, center in zip(BAND_NAMES, BANDS, CENTERS_UM, strict=True)
    ]
    raster: dict[str, object] = {"data_type": "uint16", "scale": 1e-4, "offset": 0.0, "nodata": 0}
    raster["spatial_resolution"] = PIXEL_M
    classes = [{"data_type": "uint8", "nodata": 0, "spatial_resolution": PIXEL_M}]
    return {
        "type": "Feature",
        "stac_version": "1.1.0",
        "stac_extensions": [f"https://stac-extensions.github.io/{name}/schema.json" for name in _EXTENSIONS],
        "id": item_id(taken.number),
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "bbox": [min(lons), min(lats), max(lons), max(lats)],
        "properties": {
            "datetime": f"{taken.acquired:%Y-%m-%dT%H:%M:%SZ}",
            "title": "SIMULATED scene, not an observation",
            "osint:simulated": True,
            "osint:sensor": "simulated-msi",
            "constellation": "simulated",
            "platform": "simulated",
            "instruments": ["simulated-msi"],
            "gsd": PIXEL_M,
            "processing:level": "simulated",
            "processing:version": VERSION,
            "processing:software": {"sample_scenes/make_port.py": VERSION},
            "proj:code": CRS,
            "eo:cloud_cover": round(cloudy, 2),
            "view:sun_elevation": round(taken.sky.sun_elevation_deg, 3),
            "view:sun_azimuth": round(taken.sky.sun_azimuth_deg, 3),
            "view:off_nadir": 0.0,
            "license": "Apache-2.0",
        },
        "links": [
            {"rel": "root", "href": "../catalog.json", "type": "application/json"},
            {"rel": "parent", "href": "../catalog.json", "type": "application/json"},
        ],
        "assets": {
            "pixels": _asset(folder / "pixels.tif", bands, [dict(raster) for _ in BANDS], "data"),
            "scl": _asset(folder / "scl.tif", [], classes, "data-mask"),
        },
    }


def _dump(path: Path, body: dict[str, object]) -> None:
    path.write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")


def write_look(out: Path, taken: Taken) -> None:
    """Write one look: pixels, classification, STAC item."""
    folder = out / item_id(taken.number)
    folder.mkdir(parents=True, exist_ok=True)
    write_tiff(folder / "pixels.tif", taken.pixels, 0)
    write_tiff(folder / "scl.tif", taken.classes[None], 0)
    _dump(folder / "item.json", _item(taken, folder))


def _thing(thing: Thing, what: str, since: datetime, until: datetime | None) -> dict[str, object]:
    looks = [START + number * REVISIT for number in range(len(CLOUD))]
    there = [n for n, at in enumerate(looks) if at >= since and (until is None or at <= until)]
    corners = outline(thing)
    return {
        "what": what,
        "size_m": list(thing.size_m),
        "height_m": thing.height_m,
        "outline": {"type": "Polygon", "coordinates": [to_lonlat(corners)]},
        "outline_px": [[round(south / PIXEL_M, 3), round(east / PIXEL_M, 3)] for east, south in corners],
        "from": f"{since:%Y-%m-%dT%H:%M:%SZ}",
        "to": f"{until:%Y-%m-%dT%H:%M:%SZ}" if until else None,
        "in_scenes": [item_id(number) for number in there],
    }


def write_truth(out: Path, looks: list[dict[str, object]]) -> None:
    """Write what was put where and when, and how each look was taken."""
    shed = _thing(
        SHED, "storage shed with a pale roof, on asphalt; complete in every scene listed", SHED_BUILT[1], None
    )
    ship = _thing(SHIP, "cargo ship at the quay; gone before the next look, so in no scene", *SHIP_STAY)
    launcher = _thing(LAUNCHER, "vehicle on asphalt; in the pixels, too small and too faint to see", *LAUNCHER_STAY)
    launcher["contrast"] = dict(zip(BANDS, port_ground.LAUNCHER_CONTRAST, strict=True))
    shed["built_between"] = [f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in SHED_BUILT]
    body: dict[str, object] = {
        "simulated": True,
        "note": "Known truth of the simulated port; outline_px is (row, column) of corners on the image grid.",
        "seed": SEED,
        "version": VERSION,
        "sensor": {
            "mtf_at_nyquist": port_sensor.MTF_NYQUIST,
            "snr": dict(zip(BANDS, port_sensor.SNR, strict=True)),
            "snr_at_reflectance": dict(zip(BANDS, port_sensor.REFERENCE, strict=True)),
            "count_bits": 12,
            "largest_shift_px": port_sensor.SHIFT_PX,
        },
        "things": {"shed": shed, "ship": ship, "launcher": launcher},
        "ordinary": "containers come and go, vegetation greens up, water and haze differ from look to look",
        "looks": looks,
    }
    _dump(out / "truth.json", body)


def write_catalog(out: Path) -> None:
    """Write the static STAC catalogue that lists every look."""
    links = [{"rel": "root", "href": "./catalog.json", "type": "application/json"}]
    links += [
        {"rel": "item", "href": f"./{item_id(number)}/item.json", "type": "application/geo+json"}
        for number in range(len(CLOUD))
    ]
    body: dict[str, object] = {
        "type": "Catalog",
        "stac_version": "1.1.0",
        "id": "simulated-port",
        "title": "SIMULATED port",
        "description": "SIMULATED scenes of a port that does not exist (45.0 N 28.0 W, open water); not observations.",
        "links": links,
    }
    _dump(out / "catalog.json", body)


def main(out: Path) -> None:
    """Write everything but the claim, which a person wrote."""
    out.mkdir(parents=True, exist_ok=True)
    ground = port_ground.build(SEED)
    rows: list[dict[str, object]] = []
    for number in range(len(CLOUD)):
        taken = look(ground, number)
        write_look(out, taken)
        shift = [round(value, 4) for value in taken.shift_px]
        clear = float(np.isin(taken.classes, (4, 5, 6)).mean())
        row = {"scene": item_id(number), "shift_px": shift, "haze_blue": round(taken.sky.haze, 5)}
        rows.append({**row, "cloud_share": taken.sky.cloud_share, "clear_share": round(clear, 4)})
        print(f"{item_id(number)}: {clear:.0%} clear")
    write_truth(out, rows)
    write_catalog(out)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "port")
