"""Looks at one place in memory, as cloudy as wanted."""

from datetime import UTC, datetime, timedelta

import numpy as np
from affine import Affine

import osint_imagery as oi
from osint_imagery.core.flags import Flag
from osint_imagery.core.grid import Grid
from osint_imagery.core.image import Image

GRID = Grid(crs="EPSG:32636", transform=Affine(10, 0, 730_000, 0, -10, 3_754_000), shape=(40, 40))
LON, LAT = GRID.lonlat(np.array([30, 10]), np.array([10, 30]), center=False)
PLACE = oi.AreaOfInterest.from_bbox(*(float(v) for v in (LON[0], LAT[0], LON[1], LAT[1])), name="Порт مرفأ 港口")
START = datetime(2019, 1, 3, 8, 17, 39, tzinfo=UTC)


def look(number: int, *, cloud: float = 0.0, name: str = "") -> Image:
    """A look whose upper rows are under cloud."""
    values = np.random.default_rng(number).uniform(0.05, 0.4, (3, *GRID.shape))
    rows = round(cloud * GRID.shape[0])
    flags = np.zeros(GRID.shape, dtype=np.uint16)
    flags[:rows] = int(Flag.CLOUD)
    return Image(
        values=values,
        bands=("red", "green", "blue"),
        valid=flags == 0,
        flags=flags,
        grid=GRID,
        acquired=oi.TimeSpan(START + timedelta(days=5 * number)),
        unit="reflectance",
        sensor="sentinel-2-l2a",
        scene_id=name or f"S2A_MSIL2A_20190103T081739_N0500_R021_T36SYC_20190103T101010_{number}",
        credit="Contains modified Copernicus Sentinel data 2019",
    )
