"""Sentinel-2's additive offset never enters one side of a comparison, whoever leaves the baseline out."""

import numpy as np
import pytest

from osint_imagery.core.errors import BandError, ReadError
from osint_imagery.scenes.catalog import open_catalog
from osint_imagery.scenes.reading import native_grid, read
from osint_imagery.scenes.streaming import shared_bands

OLD = "S2A_MSIL2A_20200505T083001_N0301_R021_T36SYC_20200505T100000"
NEW = "S2A_MSIL2A_20220505T083001_N0400_R021_T36SYC_20220505T100000"
PIXELS = np.full((8, 8), 1751, dtype=np.uint16)


def made(maker, name, *, fields=None, **properties):
    level = {"constellation": "sentinel-2", "processing:level": "L2A"}
    maker.item(name[:30], {"B04": maker.asset(name[:30], "B04", PIXELS, fields=fields)}, **level, **properties)
    return list(open_catalog(maker.catalog()).scenes())[-1]


def test_the_product_id_tells_the_baseline_where_nobody_states_it(maker):
    old = made(maker, "old", **{"s2:product_uri": f"{OLD}.SAFE"})
    assert read(old, native_grid(old, "red")).unit == "DN"
    new = made(maker, "new", **{"s2:product_uri": f"{NEW}.SAFE"})
    with pytest.raises(ReadError, match=r"offset of asset 'B04' .* is unknown: processing version 04.00 by its id"):
        read(new, native_grid(new, "red"))
    scaled = made(maker, "scaled", fields={"raster:bands": [{"scale": 1e-4}]}, **{"s2:product_uri": f"{OLD}.SAFE"})
    assert read(scaled, native_grid(scaled, "red")).values[0, 0, 0] == pytest.approx(0.1751)


@pytest.mark.parametrize(("product", "stated"), [(NEW, "02.14"), (OLD, "05.09")])
@pytest.mark.parametrize("offset", [0.0, -0.1])
def test_an_id_and_a_baseline_that_differ_on_the_offset_are_refused(maker, product, stated, offset):
    fields = {"raster:bands": [{"scale": 1e-4, "offset": offset}]}
    properties = {"s2:product_uri": product, "s2:processing_baseline": stated}
    scene = made(maker, "a", fields=fields, **properties)
    with pytest.raises(ReadError, match=f"metadata state {stated}: one carries an additive offset, the other none"):
        read(scene, native_grid(scene, "red"))


def test_bare_numbers_with_and_without_the_offset_are_no_pair(maker):
    scenes = [
        made(maker, name, **{"s2:product_uri": product}) for name, product in (("old", OLD), ("new", NEW), ("x", "x"))
    ]
    old, new, unknown = scenes
    assert shared_bands((old, old)) == ("red",)
    for both in ((old, new), (old, unknown)):
        with pytest.raises(BandError, match=r"no scale is stated for old \(03.01\), .*from baseline 04.00 on"):
            shared_bands(both)
