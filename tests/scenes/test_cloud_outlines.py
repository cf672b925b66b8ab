"""Sentinel-2 Level-1C before baseline 04.00: clouds are outlines, read strictly and put on the right pixels."""

import pickle

import numpy as np
import pyogrio
import pytest
import rasterio.features
from support.products import CORNER, pixels, safe, zipped

from osint_imagery.core.errors import ReadError
from osint_imagery.core.flags import Flag
from osint_imagery.core.lineage import digest_file
from osint_imagery.scenes.catalog import open_catalog
from osint_imagery.scenes.reading import native_grid, read, read_quality

GEOCODING = (
    "<Tile_Geocoding><HORIZONTAL_CS_CODE>EPSG:32629</HORIZONTAL_CS_CODE><Size resolution='60'><NROWS>40</NROWS>"
    "<NCOLS>40</NCOLS></Size><Geoposition resolution='60'><ULX>600000</ULX><ULY>5900040</ULY><XDIM>60</XDIM>"
    "<YDIM>-60</YDIM></Geoposition></Tile_Geocoding>"
)


def ring(row, column, rows, columns):
    """Return a box of pixels as corners, in the order in which ESA's files go round."""
    left, top = CORNER[0] + 60 * column, CORNER[1] - 60 * row
    right, bottom = left + 60 * columns, top - 60 * rows
    corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    return " ".join(f"{x:.0f} {y:.0f}" for x, y in corners)


def feature(kind, number, outer, inner=None):
    ends = [("exterior", outer), *([("interior", inner)] if inner else [])]
    rings = "".join(
        f"<gml:{side}><gml:LinearRing><gml:posList srsDimension='2'>{text}</gml:posList></gml:LinearRing></gml:{side}>"
        for side, text in ends
    )
    return (
        f"<eop:MaskFeature gml:id='{kind}.{number}'><eop:maskType codeSpace='urn:gs2:S2PDGS:maskType'>{kind}"
        f"</eop:maskType><eop:extentOf><gml:Polygon gml:id='{kind}.{number}_Polygon'>{rings}</gml:Polygon>"
        "</eop:extentOf></eop:MaskFeature>"
    )


def gml(*features, crs="32629"):
    members = f"<eop:maskMembers>{''.join(features)}</eop:maskMembers>" if features else ""
    place = (
        f"<gml:boundedBy><gml:Envelope srsName='urn:ogc:def:crs:EPSG:8.7:{crs}'><gml:lowerCorner>600000 5897640"
        "</gml:lowerCorner><gml:upperCorner>602400 5900040</gml:upperCorner></gml:Envelope></gml:boundedBy>"
    )
    return (
        "<?xml version='1.0' encoding='UTF-8'?><eop:Mask xmlns:eop='http://www.opengis.net/eop/2.0' "
        "xmlns:gml='http://www.opengis.net/gml/3.2' gml:id='S2A_OPER_MSK_CLOUDS'><gml:name>MSK_CLOUDS</gml:name>"
        f"{place if features else ''}{members}</eop:Mask>"
    )


def product(folder, text, *, geocoding=GEOCODING):
    """Write a Level-1C product of baseline 02.07 with outlines."""
    root = safe(folder, {"B04": pixels(1), "B10": pixels(2)}, level="L1C", baseline="02.07", offsets=None)
    (tile,) = root.glob("GRANULE/*/MTD_TL.xml")
    tile.write_text(tile.read_text().replace("<Mean_Sun_Angle>", f"{geocoding}<Mean_Sun_Angle>", 1))
    if text is not None:
        quality = tile.parent / "QI_DATA"
        quality.mkdir()
        (quality / "MSK_CLOUDS_B00.gml").write_text(text)
    return root


def only(folder):
    (scene,) = open_catalog(folder).scenes()
    return scene


CLOUDS = gml(
    feature("OPAQUE", 0, ring(2, 3, 10, 8), ring(4, 5, 3, 2)),
    feature("CIRRUS", 0, ring(8, 8, 12, 20)),
    feature("OPAQUE", 1, ring(30, 0, 10, 40)),
)


def expected():
    flags = np.zeros((40, 40), np.uint16)
    flags[2:12, 3:11] = int(Flag.CLOUD)
    flags[4:7, 5:7] = 0
    flags[30:40] = int(Flag.CLOUD)
    flags[8:20, 8:28] |= int(Flag.CIRRUS)
    return flags


@pytest.mark.parametrize("packed", [False, True])
def test_outlines_become_flags_of_exactly_their_pixels(tmp_path, packed):
    root = product(tmp_path / "plain", CLOUDS)
    scene = only(zipped(root, tmp_path / "product.zip") if packed else root.parent)
    assert scene.quality_asset.key == "MSK_CLOUDS"
    np.testing.assert_array_equal(read(scene, native_grid(scene, "red"), ("red",)).flags, expected())
    (gml_file,) = root.rglob("*.gml")
    assert scene.quality_asset.location.digest() == digest_file(gml_file)
    assert "outlines (MSK_CLOUDS) of opaque cloud and cirrus" in scene.notes[0]
    np.testing.assert_array_equal(
        read_quality(pickle.loads(pickle.dumps(scene)), native_grid(scene, "red")),  # noqa: S301 - made here
        expected(),
    )


def test_gdals_own_reader_of_gml_agrees(tmp_path):
    root = product(tmp_path, CLOUDS)
    scene = only(tmp_path)
    (gml_file,) = root.rglob("*.gml")
    table = pyogrio.read_dataframe(gml_file)
    grid = native_grid(scene, "red")
    for kind, flag in (("OPAQUE", Flag.CLOUD), ("CIRRUS", Flag.CIRRUS)):
        shapes = list(table[table["maskType"] == kind].geometry)
        inside = rasterio.features.rasterize(shapes, out_shape=grid.shape, transform=grid.transform)
        np.testing.assert_array_equal((read_quality(scene, grid) & int(flag)) != 0, inside == 1)


def test_a_mask_without_outlines_says_that_no_cloud_was_found(tmp_path):
    product(tmp_path, gml())
    scene = only(tmp_path)
    assert (read_quality(scene, native_grid(scene, "red")) == 0).all()
    assert "none was found" in scene.notes[0]


def test_an_outline_of_a_type_that_nobody_documents_is_unknown_and_never_clear(tmp_path):
    product(tmp_path, gml(feature("HAZE", 0, ring(0, 0, 5, 5))))
    scene = only(tmp_path)
    flags = read_quality(scene, native_grid(scene, "red"))
    assert (flags[:5, :5] == Flag.QUALITY_UNKNOWN).all()
    assert (flags[5:] == 0).all()


def test_the_raster_mask_of_later_baselines_comes_first(tmp_path):
    mask = np.zeros((3, 40, 40), np.uint8)
    root = safe(tmp_path, {"B04": pixels(1)}, level="L1C", quality=mask)
    (quality,) = root.glob("GRANULE/*/QI_DATA")
    (quality / "MSK_CLOUDS_B00.gml").write_text(CLOUDS)
    assert only(tmp_path).quality_asset.key == "MSK_CLASSI"


@pytest.mark.parametrize(("text", "geocoding"), [(None, GEOCODING), (CLOUDS, "")])
def test_without_outlines_or_a_place_for_them_nobody_knows(tmp_path, text, geocoding):
    product(tmp_path, text, geocoding=geocoding)
    scene = only(tmp_path)
    assert scene.quality_asset is None
    assert (read(scene, native_grid(scene, "red"), ("red",)).flags == Flag.QUALITY_UNKNOWN).all()


BAD = {
    "other zone": gml(feature("OPAQUE", 0, ring(0, 0, 5, 5)), crs="32630"),
    "cut": CLOUDS[: len(CLOUDS) // 2],
    "entity": CLOUDS.replace("?>", "?><!DOCTYPE a [<!ENTITY b 'c'>]>", 1),
    "no ring": gml(feature("OPAQUE", 0, "600000 5900040 600060 5900040")),
    "words": gml(feature("OPAQUE", 0, "a b c d e f g h")),
    "odd": gml(feature("OPAQUE", 0, "1 2 3 4 5 6 7 8 9")),
    "other document": "<kml/>",
}


@pytest.mark.parametrize("damage", BAD)
def test_a_damaged_mask_is_an_error_and_no_clear_sky(tmp_path, damage):
    product(tmp_path, BAD[damage])
    scene = only(tmp_path)
    with pytest.raises(ReadError):
        read_quality(scene, native_grid(scene, "red"))
