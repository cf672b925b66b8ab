"""Tiles of one acquisition in two UTM zones, on one grid: the truth is known everywhere."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from affine import Affine
from pyproj import Transformer

from osint_imagery.core.errors import (
    BandError,
    InputError,
    MissingAssetError,
    OutsideFootprintError,
    ReadError,
    TilesDisagreeWarning,
)
from osint_imagery.core.flags import Flag
from osint_imagery.core.grid import Grid
from osint_imagery.scenes.acquisition import acquisitions, is_same_pass
from osint_imagery.scenes.catalog import open_catalog
from osint_imagery.scenes.mosaic import ORDER, read_acquisition

# Two tiles that overlap at the border of zones 36 and 37, and a grid over both.
PLACES = {"west": ("EPSG:32636", 764000, 3741000), "east": ("EPSG:32637", 209500, 3740500)}
SIDE = 200
GRID = Grid(crs="EPSG:32636", transform=Affine(10, 0, 764200, 0, -10, 3740300), shape=(120, 220))
FIELDS = {"bands": [{"name": "B04"}], "raster:bands": [{"scale": 1e-4, "offset": 0.0, "nodata": 0}]}
MSI = {"constellation": "sentinel-2", "processing:level": "L2A", "s2:processing_baseline": "02.14"}


def ground(x, y):
    """A plane in zone 36, DN: bilinear interpolation keeps it, whatever the zone."""
    return 3000 + 0.15 * (x - 764000) + 0.1 * (y - 3741000)


def pixels(name):
    crs, west, north = PLACES[name]
    columns, rows = np.meshgrid(np.arange(SIDE) + 0.5, np.arange(SIDE) + 0.5)
    x, y = Transformer.from_crs(crs, "EPSG:32636", always_xy=True).transform(west + 10 * columns, north - 10 * rows)
    return np.round(ground(x, y)).astype(np.uint16)


def truth():
    rows, columns = np.indices(GRID.shape)
    return ground(*GRID.xy(rows, columns)) * 1e-4


def tile(maker, name, *, change=None, baseline="02.14", seconds=0, **properties):
    crs, west, north = PLACES[name]
    transform = Affine(10, 0, west, 0, -10, north)
    values = pixels(name) if change is None else change(pixels(name))
    asset = maker.asset(name, "B04", values, fields=FIELDS, crs=crs, transform=transform)
    outline = Grid(crs=crs, transform=transform, shape=(SIDE, SIDE)).footprint.__geo_interface__
    when = {"datetime": f"2020-05-05T08:00:{seconds:02d}Z", "platform": "sentinel-2a", "grid:code": f"MGRS-{name}"}
    maker.item(
        name, {"B04": asset}, geometry=outline, **{**MSI, **when, "s2:processing_baseline": baseline, **properties}
    )


def scenes_of(maker):
    return list(open_catalog(maker.catalog()).scenes())


@pytest.fixture
def two(maker):
    tile(maker, "west")
    tile(maker, "east", seconds=12)
    return scenes_of(maker)


def test_two_zones_give_the_truth_and_every_pixel_names_its_scene(two):
    mosaic = read_acquisition(two, GRID)
    assert mosaic.scene_ids == ("west", "east")
    there = mosaic.source >= 0
    assert np.array_equal(there, mosaic.image.valid)
    assert np.array_equal(there, (mosaic.image.flags & int(Flag.NO_DATA)) == 0)
    assert 0.9 < there.mean() < 1
    error = np.abs(mosaic.image.values[0] - truth())[there]
    assert error.max() < 1.2e-4  # one DN: both are rounded
    assert (mosaic.source[:, :150] == 0).all()  # the tile in the grid's own zone
    assert (mosaic.source[:, -15:] == 1).any()
    assert mosaic.image.acquired.start.second == 0
    assert mosaic.image.acquired.end.second == 12
    assert "Mosaic(west " in repr(mosaic)


def test_pixels_are_those_of_their_scene(two):
    mosaic = read_acquisition(two, GRID)
    for index, name in enumerate(mosaic.scene_ids):
        alone = read_acquisition([scene for scene in two if scene.id == name], GRID).image
        own = mosaic.source == index
        assert own.sum() > 500
        assert np.array_equal(mosaic.image.values[:, own], alone.values[:, own])
        assert np.array_equal(mosaic.image.flags[own], alone.flags[own])


def test_the_order_of_the_scenes_and_the_executor_do_not_matter(two):
    first = read_acquisition(two, GRID)
    with ThreadPoolExecutor(2) as threads:
        second = read_acquisition(two[::-1], GRID, executor=threads)
    assert first.scene_ids == second.scene_ids
    assert np.array_equal(first.source, second.source)
    assert first.image.digest == second.image.digest


def test_the_grids_zone_decides_which_tile_comes_first(two):
    other = Grid(crs="EPSG:32637", transform=Affine(10, 0, 209600, 0, -10, 3740300), shape=(50, 50))
    assert read_acquisition(two, other).scene_ids == ("east", "west")
    mostly_east = Grid(crs="EPSG:32636", transform=Affine(10, 0, 765600, 0, -10, 3739700), shape=(60, 80))
    mosaic = read_acquisition(two, mostly_east)
    assert mosaic.scene_ids == ("west", "east")
    assert (mosaic.source == 1).sum() > 1000


def test_a_detection_cites_the_scenes_under_it(two):
    mosaic = read_acquisition(two, GRID)
    where = np.zeros(GRID.shape, dtype=bool)
    assert mosaic.scenes_under(where) == ()
    where[50, 10] = True
    assert mosaic.scenes_under(where) == ("west",)
    where[mosaic.source == 1] = True
    assert mosaic.scenes_under(where) == ("west", "east")
    with pytest.raises(InputError, match="where has shape"):
        mosaic.scenes_under(where[:-1])
    with pytest.raises(ValueError, match="read-only"):
        mosaic.source[0, 0] = 5


def test_tiles_that_agree_are_said_to(two):
    (overlap,) = read_acquisition(two, GRID).overlaps
    assert (overlap.first, overlap.second) == ("west", "east")
    assert overlap.pixels > 2000
    assert abs(overlap.median_difference[0]) < 1e-4
    assert not overlap.disagrees


def test_a_tile_with_another_offset_is_reported(maker):
    tile(maker, "west")
    tile(maker, "east", change=lambda values: values + np.uint16(1000))
    with pytest.warns(TilesDisagreeWarning, match=r"east against west: median difference red \+0\.1 ") as caught:
        mosaic = read_acquisition(scenes_of(maker), GRID)
    assert caught[0].filename == __file__
    (overlap,) = mosaic.overlaps
    assert overlap.disagrees
    assert overlap.median_difference[0] == pytest.approx(0.1, abs=1e-4)
    assert dict(mosaic.image.lineage.steps[-1].parameters)["overlaps"] == overlap.told


def test_another_version_is_told_also_where_nothing_can_be_compared(maker):
    tile(maker, "west", change=lambda values: values * (np.arange(SIDE) < 60).astype(np.uint16))
    tile(maker, "east", baseline="03.00")
    (overlap,) = read_acquisition(scenes_of(maker), GRID).overlaps
    assert overlap.pixels == 0
    assert not overlap.disagrees
    assert overlap.told == ("east against west: no pixel in common to compare; processing versions 02.14 and 03.00")


def test_what_the_first_did_not_measure_comes_from_the_second_and_a_cloud_stays(maker):
    def holed(values):
        values[140:150, 180:190] = 0  # not measured
        values[160:170, 180:190] = 65535  # saturated: measured, and not usable
        return values

    tile(maker, "west", change=holed)
    tile(maker, "east")
    mosaic = read_acquisition(scenes_of(maker), GRID)
    row, column = 140 - 70, 180 - 20  # of the hole, in the grid
    assert (mosaic.source[row + 2 : row + 8, column + 2 : column + 8] == 1).all()
    assert mosaic.image.valid[row + 2 : row + 8, column + 2 : column + 8].all()
    assert (mosaic.source[row + 22 : row + 28, column + 2 : column + 8] == 0).all()
    assert not mosaic.image.valid[row + 22 : row + 28, column + 2 : column + 8].any()
    assert mosaic.overlaps[0].flagged_apart == 100
    assert "100 flagged in only one" in mosaic.overlaps[0].told


def test_a_tile_that_cannot_be_read_is_an_error_and_never_a_hole(maker):
    tile(maker, "west")
    tile(maker, "east")
    path = maker.root / "east" / "B04.tif"
    scenes = scenes_of(maker)
    path.write_bytes(path.read_bytes()[:-5000])
    with pytest.raises(ReadError):
        read_acquisition(scenes, GRID)
    path.unlink()
    with pytest.raises(MissingAssetError):
        read_acquisition(scenes, GRID)


def test_a_tile_beside_the_grid_is_left_out_by_name(two):
    small = Grid(crs="EPSG:32636", transform=Affine(10, 0, 764050, 0, -10, 3740900), shape=(20, 20))
    mosaic = read_acquisition(two, small)
    assert (mosaic.scene_ids, mosaic.left_out) == (("west",), ("east",))
    assert mosaic.image.valid.all()
    far = Grid(crs="EPSG:32636", transform=Affine(10, 0, 700000, 0, -10, 3740900), shape=(20, 20))
    with pytest.raises(OutsideFootprintError, match="west, east"):
        read_acquisition(two, far)


def test_the_lineage_holds_order_and_pixel_counts(two):
    mosaic = read_acquisition(two, GRID)
    *reads, step = mosaic.image.lineage.steps
    assert [one.name for one in reads] == ["read", "read"]
    told = dict(step.parameters)
    assert told["order"] == ORDER
    assert told["pixels"] == f"west {(mosaic.source == 0).sum()}; east {(mosaic.source == 1).sum()}"
    assert mosaic.image.scene_id == "west + east"
    assert step.outputs == (mosaic.image.digest,)


def test_scenes_of_several_acquisitions_or_none_are_refused(maker):
    tile(maker, "west")
    tile(maker, "east", datetime="2020-05-05T08:05:00Z")
    scenes = scenes_of(maker)
    with pytest.raises(InputError, match=r"2 acquisitions \(west; east\)"):
        read_acquisition(scenes, GRID)
    with pytest.raises(InputError, match="0 acquisitions"):
        read_acquisition([], GRID)
    with pytest.raises(InputError, match="names one scene twice"):
        read_acquisition([scenes[0], scenes[0]], GRID)
    with pytest.raises(BandError):
        read_acquisition(scenes[:1], GRID, ("nir",))


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ({"seconds": 59}, True),
        ({"datetime": "2020-05-05T08:01:00Z"}, True),
        ({"datetime": "2020-05-05T08:01:01Z"}, False),
        ({"platform": "sentinel-2b"}, False),
        ({"platform": "Sentinel-2A"}, True),
        ({"platform": None}, False),
        ({"processing:level": "L1C"}, True),  # the level says how it was processed, not who looked
        ({"sat:relative_orbit": 21}, True),
        ({"datetime": None, "start_datetime": "2020-05-05T00:00:00Z", "end_datetime": "2020-05-05T23:59:59Z"}, False),
    ],
)
def test_one_acquisition_is_one_pass_of_one_satellite(maker, other, same):
    tile(maker, "west")
    tile(maker, "east", **other)
    scenes = scenes_of(maker)
    assert is_same_pass(*scenes) is same
    assert is_same_pass(*scenes[::-1]) is same
    assert len(acquisitions(scenes)) == (1 if same else 2)


def test_different_orbits_are_different_passes(maker):
    tile(maker, "west", **{"sat:relative_orbit": 21})
    tile(maker, "east", **{"sat:relative_orbit": 64})
    assert len(acquisitions(scenes_of(maker))) == 2
