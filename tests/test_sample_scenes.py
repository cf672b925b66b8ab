import json
import sys
from pathlib import Path

import numpy as np
import pytest
import rasterio
from shapely.geometry import Polygon, shape

from osint_imagery.core.claim import read_claim
from osint_imagery.core.lineage import digest_file
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.scenes.catalog import open_catalog
from osint_imagery.scenes.reading import native_grid, read

HOME = Path(__file__).parents[1] / "sample_scenes"
PORT = HOME / "port"
TRUTH = json.loads((PORT / "truth.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def maker():
    sys.path.insert(0, str(HOME))
    try:
        import make_port

        yield make_port
    finally:
        sys.path.remove(str(HOME))


@pytest.fixture(scope="module")
def ground(maker):
    return maker.port_ground.build(maker.SEED)


@pytest.fixture(scope="module")
def scenes():
    return {scene.id: scene for scene in open_catalog(PORT / "catalog.json").scenes()}


@pytest.fixture(scope="module")
def claim():
    return read_claim(PORT / "claim.yaml")


def pixels(name: str) -> np.ndarray:
    with rasterio.open(PORT / name / "pixels.tif") as source:
        return source.read().astype(float) * 1e-4


def inside(thing: str) -> np.ndarray:
    """Pixels wholly inside a thing's true outline."""
    ring = TRUTH["things"][thing]["outline_px"]
    polygon = Polygon([(column, row) for row, column in ring])
    side = 152
    return np.array(
        [
            [
                polygon.covers(Polygon([(c, r), (c + 1, r), (c + 1, r + 1), (c, r + 1)]))
                if near(polygon, r, c)
                else False
                for c in range(side)
            ]
            for r in range(side)
        ]
    )


def near(polygon: Polygon, row: int, column: int) -> bool:
    left, top, right, bottom = polygon.bounds
    return left - 1 <= column <= right and top - 1 <= row <= bottom


def test_the_script_makes_the_committed_scene_again(maker, ground, tmp_path):
    maker.write_look(tmp_path, maker.look(ground, 22))
    name = maker.item_id(22)
    for part, most in (("pixels.tif", 4), ("scl.tif", 0)):
        with rasterio.open(tmp_path / name / part) as new, rasterio.open(PORT / name / part) as old:
            off = np.abs(new.read().astype(int) - old.read().astype(int))
            assert new.tags() == old.tags()
            assert new.profile == old.profile
        # A count (4 stored units) may round the other way on another processor, and no more.
        assert off.max() <= most
        assert (off > 0).mean() < 1e-3
    again = tmp_path / "again"
    maker.write_look(again, maker.look(ground, 22))
    for part in ("pixels.tif", "scl.tif", "item.json"):
        assert (again / name / part).read_bytes() == (tmp_path / name / part).read_bytes()


def test_every_look_is_listed_marked_simulated_and_is_the_promised_file(scenes):
    assert len(scenes) == 28 == len(TRUTH["looks"])
    for scene in scenes.values():
        assert scene.simulated
        assert "SIMULATED" in scene.credit
        assert scene.sensor.key == "simulated-msi"
        assert scene.bands == ("blue", "green", "red", "nir", "swir16")
        for asset in scene.assets:
            assert asset.digest == digest_file(asset.path)


def test_all_of_it_is_small_enough_to_ship():
    assert sum(path.stat().st_size for path in PORT.rglob("*") if path.is_file()) < 4_000_000


def test_the_shed_brightens_where_and_when_truth_says():
    shed, here = TRUTH["things"]["shed"], inside("shed")
    assert here.sum() > 8
    clear = {row["scene"] for row in TRUTH["looks"] if row["clear_share"] > 0.8}
    values = {name: pixels(name)[2][here].mean() for name in clear}
    there = {name: value for name, value in values.items() if name in shed["in_scenes"]}
    absent = {name: value for name, value in values.items() if name not in shed["in_scenes"]}
    assert len(there) == 4
    assert len(absent) >= 13
    assert min(there.values()) > max(absent.values()) + 0.15


def test_the_ship_is_in_no_image_and_the_launcher_cannot_be_told_from_its_ground():
    assert TRUTH["things"]["ship"]["in_scenes"] == []
    launcher = TRUTH["things"]["launcher"]
    assert len(launcher["in_scenes"]) == 4
    ring = np.array(launcher["outline_px"])
    row, column = (int(at) for at in ring.mean(axis=0))
    clear = [row_["scene"] for row_ in TRUTH["looks"] if row_["clear_share"] > 0.8]
    series = {
        name: pixels(name)[:, row, column] - pixels(name)[:, row - 4 : row + 5, column - 4 : column + 5].mean((1, 2))
        for name in clear
    }
    there = np.array([value for name, value in series.items() if name in launcher["in_scenes"]])
    absent = np.array([value for name, value in series.items() if name not in launcher["in_scenes"]])
    assert (np.abs(there.mean(0) - absent.mean(0)) < 4 * absent.std(0)).all()
    assert np.abs(launcher["contrast"]["nir"]) > 0


def test_half_of_the_looks_are_clear_and_enough_of_them_come_before_the_shed():
    clear = [row["scene"] for row in TRUTH["looks"] if row["clear_share"] > 0.8]
    assert 0.4 <= len(clear) / 28 <= 0.7
    assert sum(name < "port-20240517" for name in clear) >= 10


def test_the_claim_speaks_of_places_and_times_that_the_truth_knows(claim, scenes):
    assert [item.id for item in claim.predictions] == ["shed", "ship", "launcher"]
    assert any(item.rival for item in claim.hypotheses)
    for item in claim.predictions:
        truth = TRUTH["things"][item.id]
        outline = shape(truth["outline"])
        assert claim.aoi(item).geometry.contains(outline)
        assert claim.aoi().geometry.contains(outline)
        assert [item.target.length_m, item.target.width_m] == truth["size_m"]
    shed, ship, _ = claim.predictions
    assert shed.when.span().overlaps(TimeSpan(*TRUTH["things"]["shed"]["built_between"]))
    assert not any(ship.when.span().overlaps(scene.acquired) for scene in scenes.values())


def test_pixels_come_out_as_reflectance_through_the_library(scenes, claim):
    scene = scenes["port-20240526"]
    image = read(scene, native_grid(scene, "red", claim.aoi()))
    assert image.unit == "reflectance"
    assert image.simulated
    assert image.valid.all()
    assert 0.01 < float(np.median(image.band("red"))) < 0.3
