"""Pairs with known changes, made in memory, and detections on them."""

from dataclasses import replace

import numpy as np

from osint_imagery.change.changemap import Calibration, CalibrationKind, ChangeMap, Method
from osint_imagery.change.detections import Detection, Detections, Verdict
from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.estimate import Estimate
from osint_imagery.core.grid import Grid
from osint_imagery.core.image import Image
from osint_imagery.core.pair import Pair
from osint_imagery.core.timespan import TimeSpan

AREA = AreaOfInterest.from_bbox(35.51, 33.90, 35.54, 33.92, name="port")
CREDIT = "Contains modified Copernicus Sentinel data {year}"
LONG_ID = "S2A_OPER_MSI_L1C_TL_EPA__20160929T004310_A000833_T36SYC"


def made_pair(*, simulated: bool = False, bands: tuple[str, ...] = ("blue", "green", "red", "nir")) -> Pair:
    grid = Grid.over(AREA, resolution_m=20, margin_m=400)
    rng = np.random.default_rng(7)
    images = []
    for day, year, name in (("2015-08-20", 2015, LONG_ID), ("2017-10-03T08:17:39Z", 2017, "oscd-beirut-20171003")):
        values = rng.uniform(0.05, 0.4, (len(bands), *grid.shape))
        valid = np.ones(grid.shape, dtype=bool)
        valid[40:55, 60:90] = False
        made = Image.from_array(
            values,
            bands=bands,
            valid=valid,
            grid=grid,
            acquired=TimeSpan(day),
            sensor="sentinel-2-l1c",
            unit="reflectance",
        )
        images.append(replace(made, scene_id=name, credit=CREDIT.format(year=year), simulated=simulated))
    return Pair(before=images[0], after=images[1])


def made_detections(
    pair: Pair,
    count: int,
    *,
    verdict: Verdict | None = None,
    kind: CalibrationKind = CalibrationKind.PLACEBO,
    crowded: bool = False,
) -> Detections:
    rng = np.random.default_rng(count)
    examined = pair.grid.inside(AREA) & pair.valid if pair.grid else pair.valid
    labels = np.zeros(pair.shape, dtype=np.int32)
    rows, columns = np.nonzero(examined)
    low, high = (rows.min() + 1, columns.min() + 1), (rows.max() - 4, columns.max() - 4)
    high = (low[0] + 30, low[1] + 30) if crowded else high
    items = []
    while len(items) < count:
        row, column = (int(rng.integers(a, b)) for a, b in zip(low, high, strict=True))
        size = int(rng.integers(1, 4))
        spot = (slice(row, row + size), slice(column, column + size))
        if (labels[row - 1 : row + size + 1, column - 1 : column + size + 1] > 0).any() or not examined[spot].all():
            continue
        labels[spot] = len(items) + 1
        items.append(_detection(len(items) + 1, row, column, size))
    default = Verdict.CHANGED if count else Verdict.NO_CHANGE_FOUND
    quiet = Calibration(kind=kind, reason="24 quiet pairs of 2016", count=24, alarms=2, rank_p=0.04)
    zeros = np.zeros(pair.shape, dtype=np.float32)
    changes = ChangeMap(
        pair=pair,
        method=Method(name="irmad", version="1", parameters=(), citation="Nielsen 2007"),
        score=zeros,
        sign=zeros.astype(np.int8),
        p_value=zeros,
        probability=zeros,
        changed=labels > 0,
        observed=np.array(pair.valid),
        examined=examined,
        aoi=AREA if pair.grid else None,
        calibration=quiet,
    )
    return Detections(
        items=tuple(items),
        labels=labels,
        changes=changes,
        verdict=verdict or default,
        reason="too little of the area could be compared",
        examined_area_m2=float(examined.sum() * 400),
        smallest_m2=1600.0,
    )


def _detection(number: int, row: int, column: int, size: int) -> Detection:
    lon, lat = (35.52, 33.91)
    square = AreaOfInterest.from_point(lon, lat, radius_m=20).geometry
    return Detection(
        id=number,
        outline=square,
        centroid=(lon, lat),
        bbox_px=(row, column, row + size, column + size),
        pixels=size * size,
        area=Estimate(value=400.0 * size, low=200.0, high=9000.0, level=0.95, unit="m2", method="pixels"),
        sign=1,
        strength=100.0 - number,
        p_instrument=1e-6,
        p_object=0.04,
        q_fdr=0.08,
        probability=0.9,
        ce90_m=12.0,
    )
