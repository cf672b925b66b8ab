"""A screenshot with control points can be looked at, and nothing in it can be measured."""

import json

import numpy as np
import pytest
import rasterio
from pyproj import Transformer
from support.products import pixels, write

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.errors import BandError, InputError, NothingFoundWarning, ReadError
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.scenes.catalog import open_catalog, search
from osint_imagery.scenes.product_picture import placed_by
from osint_imagery.scenes.reading import native_grid, read
from osint_imagery.scenes.scene import Refused
from osint_imagery.scenes.streaming import Stack, digested
from osint_imagery.workflow.comparing import compare

PICTURE = np.random.default_rng(1).integers(1, 255, (3, 60, 80)).astype(np.uint8)
ORIGIN, TURN, PIXEL = (600000.0, 5900000.0), 0.3, 2.0


def ground(column, row):
    """Return longitude and latitude of a place in a picture that is turned by TURN."""
    x = ORIGIN[0] + PIXEL * (np.cos(TURN) * column + np.sin(TURN) * row)
    y = ORIGIN[1] + PIXEL * (np.sin(TURN) * column - np.cos(TURN) * row)
    return Transformer.from_crs("EPSG:32629", "EPSG:4326", always_xy=True).transform(x, y)


def points(*places):
    return [[column, row, *map(float, ground(column, row))] for column, row in places]


CORNERS = points((0, 0), (80, 0), (0, 60), (80, 60), (40, 20))


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def picture(folder, name="post.png", **fields):
    driver = {".png": "PNG", ".jpg": "JPEG", ".tif": "GTiff"}["." + name.rpartition(".")[2]]
    path = folder / name
    with rasterio.open(path, "w", driver=driver, count=3, height=60, width=80, dtype="uint8") as dataset:
        dataset.write(PICTURE)
    body = {"acquired": ["2024-09-01", "2024-09-07"], "source": "a post", "control_points": CORNERS, **fields}
    path.with_suffix(".json").write_text(json.dumps(body))
    return path


pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")


def only(folder):
    (entry,) = open_catalog(folder).entries()
    return entry


@pytest.mark.parametrize("name", ["post.png", "post.tif", "post.jpg"])
def test_picture_opens_where_its_points_put_it_and_is_marked(tmp_path, name):
    path = picture(tmp_path, name, note="the red circle is the poster's")
    scene = only(tmp_path)
    assert not scene.is_measurable
    assert scene.acquired == TimeSpan("2024-09-01", "2024-09-07")
    assert scene.credit == "Source: a post"
    assert scene.notes[0].startswith("NOT MEASURABLE: a picture placed by 5 control points")
    assert scene.notes[1] == "the red circle is the poster's"
    assert scene.metadata == path.with_suffix(".json").read_bytes()
    grid = native_grid(scene, "red")
    for column, row in ((0, 0), (80, 60), (13, 47)):
        x, y = (float(value) for value in grid.xy(row, column, center=False))
        lon, lat = Transformer.from_crs(grid.crs, "EPSG:4326", always_xy=True).transform(x, y)
        assert (lon, lat) == pytest.approx(tuple(ground(column, row)), abs=1e-7)
    image = read(scene, grid)
    assert image.bands == ("red", "green", "blue")
    assert image.unit == "DN"
    if name != "post.jpg":
        np.testing.assert_array_equal(image.values, PICTURE)


def test_nothing_is_measured_in_it(tmp_path):
    picture(tmp_path, "a.png")
    picture(tmp_path, "b.png", acquired="2024-10-01")
    first, second = open_catalog(tmp_path).scenes()
    for bands in (None, ("red",)):
        with pytest.raises(BandError, match="scenes a, b are pictures placed by control points: not measurable"):
            compare(first, second, bands=bands)
    with pytest.raises(BandError, match="not measurable"):
        digested(first, ("red",))
    assert Stack.of(first, ("red",)).grid == native_grid(first, "red")
    lon, lat = ground(40, 30)
    with pytest.warns(NothingFoundWarning):
        found = search(open_catalog(tmp_path), AreaOfInterest.from_point(lon, lat, radius_m=20), TimeSpan("2024-09-03"))
    assert [offer.reason for offer in found.ledger] == [
        "a picture placed by control points: not measurable, for looking only",
        "outside the dates 2024-09-03 (UTC day, time unknown)",
    ]


def test_residual_is_what_the_map_leaves_at_the_points(tmp_path):
    moved = [list(row) for row in CORNERS]
    moved[4][2:] = map(float, ground(40 + 5, 20))  # ten meters beside
    _, exact = placed_by(CORNERS, (60, 80))
    _, residual = placed_by(moved, (60, 80))
    assert exact < 1e-3
    assert 2 < residual < 10
    picture(tmp_path, control_points=moved)
    assert f"which leave {residual:.1f} m" in only(tmp_path).notes[0]


@pytest.mark.parametrize(
    ("given", "match"),
    [
        (CORNERS[:3], "are not 4 or more"),
        (None, "are not 4 or more"),
        ([*CORNERS[:3], [1, 2, 3]], "are not 4 or more"),
        ([*CORNERS[:3], ["1", 2, 3, 4]], "are not 4 or more"),
        (points((0, 0), (10, 10), (20, 20), (60, 60)), "lie on one line"),
        ([CORNERS[0]] * 4, "lie on one line"),
        ([*CORNERS[:3], [1, 2, 200, 4]], "do not lie on the Earth"),
    ],
)
def test_points_that_place_nothing_refuse_the_picture(tmp_path, given, match):
    with pytest.raises(InputError, match=match):
        placed_by(given, (60, 80))
    picture(tmp_path, control_points=given)
    entry = only(tmp_path)
    assert isinstance(entry, Refused)
    assert match in entry.reason


def test_other_faults_refuse_it(tmp_path):
    for number, fields in enumerate(({"acquired": None}, {"scale": 1}, {"acquired": "2024-09-01T10:00:00"})):
        picture(tmp_path, f"{number}.png", **fields)
    write(tmp_path / "placed.tif", pixels(1))
    (tmp_path / "placed.json").write_text(json.dumps({"acquired": "2024-09-01", "control_points": CORNERS}))
    found = list(open_catalog(tmp_path).entries())
    assert all(isinstance(entry, Refused) for entry in found)
    words = ("no 'acquired'", "unknown fields ['scale']", "has no time zone", "a place of its own")
    assert all(word in entry.reason for word, entry in zip(words, found, strict=True))


def test_picture_without_a_sidecar_is_refused(tmp_path):
    picture(tmp_path).with_suffix(".json").unlink()
    (entry,) = open_catalog(tmp_path).entries()
    assert "a picture without control points has no place" in entry.reason


@pytest.mark.parametrize("name", ["post.png", "post.jpg", "post.tif"])
@pytest.mark.parametrize("share", [0.5, 0.7, 0.9])
def test_picture_that_is_cut_short_is_an_error(tmp_path, name, share):
    path = picture(tmp_path, name)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    scene = only(tmp_path)
    with pytest.raises(ReadError, match=r"cannot be read in full|is truncated"):
        read(scene, native_grid(scene, "red"))


def test_altered_byte_of_a_png_is_an_error(tmp_path):
    path = picture(tmp_path)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    scene = only(tmp_path)
    with pytest.raises(ReadError, match="cannot be read in full"):
        read(scene, native_grid(scene, "red"))


@pytest.mark.parametrize("fill", [b"\xff\xd9", b"\xff\x00"])
def test_damage_that_a_jpeg_decoder_only_warns_of_is_an_error(tmp_path, fill):
    path = picture(tmp_path, "post.jpg")
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 30] = fill * 15
    path.write_bytes(data)
    scene = only(tmp_path)
    with pytest.raises(ReadError, match="Corrupt JPEG data"):
        read(scene, native_grid(scene, "red"))
