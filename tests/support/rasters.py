"""Scenes written to disk for the tests of reading."""

import numpy as np
from affine import Affine

from osint_imagery.core.grid import Grid
from osint_imagery.scenes.catalog import open_catalog

UTM = "EPSG:32636"
S2 = {"constellation": "sentinel-2", "processing:level": "L2A", "processing:version": "02.14"}
SCALED = {"raster:bands": [{"scale": 1e-4, "offset": 0.0}]}


def grid(column=0, row=0, *, shape=(8, 8), step=10.0):
    return Grid(crs=UTM, transform=Affine(step, 0, 700000 + 10 * column, 0, -step, 3750000 - 10 * row), shape=shape)


def ramp(rows=40, columns=40):
    y, x = np.mgrid[:rows, :columns]
    return (1000 + 10 * x + 20 * y).astype(np.uint16)


def scene_with(maker, bands, *, quality=None, fields=SCALED, options=None, **properties):
    assets = {key: maker.asset("a", key, values, fields=fields, **(options or {})) for key, values in bands.items()}
    if quality is not None:
        assets["SCL"] = maker.asset("a", "SCL", quality, transform=Affine(20, 0, 700000, 0, -20, 3750000))
    maker.item("a", assets, **{**S2, **properties})
    return next(open_catalog(maker.catalog()).scenes())
