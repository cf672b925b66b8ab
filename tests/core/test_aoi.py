"""Areas keep their place and size over the dateline, the poles, and in any CRS; what is no area is refused."""

import json
import math
from pathlib import Path

import geopandas
import pytest
import shapely
from shapely.geometry import MultiPolygon, Point, Polygon, box, mapping

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.errors import GeometryError

BOW = Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])


def test_bbox_with_west_beyond_east_crosses_the_dateline() -> None:
    area = AreaOfInterest.from_bbox(179.5, -17, -179.5, -16)
    assert isinstance(area.geometry, MultiPolygon)
    assert area.bounds == (179.5, -17, -179.5, -16)
    assert abs(area.center[0]) == pytest.approx(180)
    assert area.area_m2 == pytest.approx(AreaOfInterest.from_bbox(10, -17, 11, -16).area_m2, rel=1e-9)
    assert AreaOfInterest.from_bbox(179, 0, -180, 1).bounds == (179, 0, 180, 1)


@pytest.mark.parametrize(
    ("lon", "lat"),
    [(35, 33.9), (180, 0), (-179.99, -17), (179.999, 70), (10, 89.995), (10, -89.995), (0, 90), (0, -90)],
)
def test_circle_has_its_area_anywhere_on_earth(lon: float, lat: float) -> None:
    area = AreaOfInterest.from_point(lon, lat, radius_m=5000)
    assert area.area_m2 == pytest.approx(math.pi * 5000**2, rel=0.01)
    west, south, east, north = area.geometry.bounds
    assert west >= -180
    assert east <= 180
    if abs(lat) == 90 or abs(lat) > 89.99:
        assert (north if lat > 0 else -south) == 90


def test_wide_box_is_measured_along_its_parallels() -> None:
    # Spherical zone between 60 and 70 N, a quarter round: R^2 * pi/2 * (sin 70 - sin 60)
    sphere = 6371.0**2 * math.pi / 2 * (math.sin(math.radians(70)) - math.sin(math.radians(60)))
    assert AreaOfInterest.from_bbox(0, 60, 90, 70).area_m2 / 1e6 == pytest.approx(sphere, rel=0.01)


@pytest.mark.parametrize(
    ("lon", "lat", "crs"),
    [
        (35.5, 33.9, "EPSG:32636"),
        (35.5, -33.9, "EPSG:32736"),
        (180, 1, "EPSG:32660"),
        (5, 85, "EPSG:32661"),
        (5, -81, "EPSG:32761"),
    ],
)
def test_local_crs_is_metric_and_near(lon: float, lat: float, crs: str) -> None:
    assert AreaOfInterest.from_point(lon, lat, radius_m=900).local_crs == crs


@pytest.mark.parametrize(("driver", "suffix"), [("GPKG", "gpkg"), ("GeoJSON", "geojson"), ("ESRI Shapefile", "shp")])
def test_file_in_a_projected_crs_lands_where_it_was_drawn(tmp_path: Path, driver: str, suffix: str) -> None:
    shape = box(730_000, 3_752_000, 733_000, 3_754_000)
    path = tmp_path / f"port.{suffix}"
    frame = geopandas.GeoDataFrame({"n": [1]}, geometry=[shape], crs="EPSG:32636")
    (frame.to_crs("EPSG:4326") if driver == "GeoJSON" else frame).to_file(path, driver=driver)
    area = AreaOfInterest.from_file(path)
    assert area.name == "port"
    assert area.area_m2 == pytest.approx(6e6, rel=0.002)
    back = area.in_crs("EPSG:32636")
    assert back.symmetric_difference(shape).area < 0.001 * shape.area
    west, south, east, north = area.bounds
    assert 35.4 < west < east < 35.6
    assert 33.8 < south < north < 33.95


def test_all_polygons_of_a_file_are_joined(tmp_path: Path) -> None:
    path = tmp_path / "two.gpkg"
    shapes = [box(35.5, 33.8, 35.6, 33.9), box(35.7, 33.8, 35.8, 33.9)]
    geopandas.GeoDataFrame(geometry=shapes, crs="EPSG:4326").to_file(path, driver="GPKG")
    area = AreaOfInterest.from_file(path, name="both")
    assert area.name == "both"
    assert area.area_m2 == pytest.approx(2 * AreaOfInterest(geometry=shapes[0]).area_m2, rel=1e-3)


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:32636"])
def test_invalid_geometry_is_refused_in_every_crs(crs: str) -> None:
    shape = BOW if crs == "EPSG:4326" else shapely.transform(BOW, lambda xy: xy * 1000 + [500_000, 4_000_000])
    with pytest.raises(GeometryError, match=r"Self-intersection.*make_valid"):
        AreaOfInterest.from_geometry(shape, crs=crs)


def feature_file(path: Path, *shapes: object) -> Path:
    features = [{"type": "Feature", "properties": {}, "geometry": shape} for shape in shapes]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def test_file_with_an_invalid_polygon_is_refused_and_the_feature_named(tmp_path: Path) -> None:
    path = feature_file(tmp_path / "bow.geojson", mapping(box(0.2, 0.2, 0.8, 2)), mapping(BOW))
    with pytest.raises(GeometryError, match="feature 1 is invalid"):
        AreaOfInterest.from_file(path)


def test_files_without_an_area_are_refused(tmp_path: Path) -> None:
    with pytest.raises(GeometryError, match="could not be read"):
        AreaOfInterest.from_file(tmp_path / "missing.geojson")
    (tmp_path / "broken.geojson").write_text("{")
    with pytest.raises(GeometryError, match="could not be read"):
        AreaOfInterest.from_file(tmp_path / "broken.geojson")
    with pytest.raises(GeometryError, match="not an area"):
        AreaOfInterest.from_file(feature_file(tmp_path / "null.geojson", None))
    with pytest.raises(GeometryError, match="from_point"):
        AreaOfInterest.from_file(feature_file(tmp_path / "point.geojson", mapping(Point(1, 2))))
    nowhere = tmp_path / "nocrs.gpkg"
    with pytest.warns(UserWarning, match="crs"):
        geopandas.GeoDataFrame(geometry=[box(0, 0, 1, 1)]).to_file(nowhere, driver="GPKG")
    with pytest.raises(GeometryError, match="names no CRS"):
        AreaOfInterest.from_file(nowhere)


@pytest.mark.parametrize("shape", [Point(1, 2), shapely.LineString([(0, 0), (1, 1)]), Polygon(), "POLYGON"])
def test_what_is_no_area_is_refused(shape: Polygon) -> None:
    with pytest.raises(GeometryError, match="not an area"):
        AreaOfInterest(geometry=shape)


@pytest.mark.parametrize(
    "bounds", [(33.9, 135.5, 34, 135.6), (0, 0, 0, 1), (0, 2, 1, 1), (0, 0, float("nan"), 1), (-181, 0, 1, 1)]
)
def test_impossible_boxes_are_refused(bounds: tuple[float, float, float, float]) -> None:
    with pytest.raises(GeometryError, match=r"not on the Earth|has no area"):
        AreaOfInterest.from_bbox(*bounds)


@pytest.mark.parametrize("radius", [0, -5, 2e6, float("nan"), float("inf")])
def test_impossible_radius_is_refused(radius: float) -> None:
    with pytest.raises(GeometryError, match="radius_m"):
        AreaOfInterest.from_point(0, 0, radius_m=radius)


def test_unknown_or_wrong_crs_is_refused() -> None:
    with pytest.raises(GeometryError, match="EPSG:999999"):
        AreaOfInterest.from_geometry(box(0, 0, 1, 1), crs="EPSG:999999")
    with pytest.raises(GeometryError, match="has no place"):
        AreaOfInterest.from_geometry(box(1e9, 1e9, 1e9 + 10, 1e9 + 10), crs="EPSG:32636")


def test_exchanged_sides_of_a_box_are_refused() -> None:
    with pytest.raises(GeometryError, match="were west and east exchanged"):
        AreaOfInterest.from_bbox(10, 0, 5, 1)
    assert AreaOfInterest.from_bbox(170, 0, -170, 1).area_m2 > 0
