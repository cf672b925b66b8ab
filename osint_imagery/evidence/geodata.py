"""Detections as GeoPackage and GeoJSON with a style, every attribute with them."""

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from pyogrio import raw
from shapely.geometry import MultiPolygon, Polygon

from osint_imagery.evidence.coarsen import CoarseGrid
from osint_imagery.evidence.fields import DetectionField
from osint_imagery.evidence.standing import Standing, StandingRecord

__all__ = ["FIELDS", "LAYER", "STYLE", "Feature", "features_of", "geojson", "geopackage"]

LAYER = "detections"
FIELDS = tuple(
    """
claim prediction answer detection kind sign pixels area_m2 area_low_m2 area_high_m2 area_level strength p_instrument
p_object q_fdr probability ce90_m fits_prediction explanations longitude latitude coarsened_to_m record record_digest
last_without first_with before_scene before_product after_scene after_product gsd_m method method_version verdict
calibration calibration_reason probability_of simulated license credit changes_made
""".split()  # noqa: SIM905 - one name a line would be forty lines
)
"""Attributes of a detection, in the order of the columns; what a GIS needs to doubt it without the record."""
_REALS = frozenset(
    """
area_m2 area_low_m2 area_high_m2 area_level strength p_instrument p_object q_fdr probability ce90_m longitude latitude
gsd_m coarsened_to_m
""".split()  # noqa: SIM905
)
_WHOLE = frozenset({"detection", "pixels", "sign"})
_TRUTHS = frozenset({"fits_prediction", "simulated"})

STYLE = """<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis version="3.28.0" styleCategories="Symbology">
 <renderer-v2 type="categorizedSymbol" attr="fits_prediction" symbollevels="0" forceraster="0" enableorderby="0">
  <categories>
   <category render="true" symbol="0" value="true" type="bool" label="fits the prediction"/>
   <category render="true" symbol="1" value="false" type="bool" label="other change"/>
  </categories>
  <symbols>
   <symbol name="0" type="fill" alpha="1" clip_to_extent="1">
    <layer class="SimpleFill" enabled="1" locked="0" pass="0">
     <Option type="Map">
      <Option name="style" type="QString" value="no"/>
      <Option name="outline_color" type="QString" value="213,94,0,255"/>
      <Option name="outline_width" type="QString" value="0.7"/>
      <Option name="outline_style" type="QString" value="solid"/>
     </Option>
    </layer>
   </symbol>
   <symbol name="1" type="fill" alpha="1" clip_to_extent="1">
    <layer class="SimpleFill" enabled="1" locked="0" pass="0">
     <Option type="Map">
      <Option name="style" type="QString" value="no"/>
      <Option name="outline_color" type="QString" value="0,114,178,255"/>
      <Option name="outline_width" type="QString" value="0.4"/>
      <Option name="outline_style" type="QString" value="dash"/>
     </Option>
    </layer>
   </symbol>
  </symbols>
 </renderer-v2>
 <layerGeometryType>2</layerGeometryType>
</qgis>
"""
"""QGIS style: what fits the prediction in vermilion, other change dashed in blue (told apart by color-blind eyes)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One detection: where, and every attribute by name."""

    geometry: Polygon | MultiPolygon
    attributes: Mapping[str, Any]


def features_of(standing: Standing, coarse: CoarseGrid | None) -> tuple[Feature, ...]:
    """Return every detection of the records that stand, on its outline or in the cell of a coarse grid."""
    return tuple(_feature(standing, one, found, coarse) for one in standing.records for found in one.record.detections)


def _feature(standing: Standing, one: StandingRecord, found: DetectionField, coarse: CoarseGrid | None) -> Feature:
    record, name = one.record, one.record.propositions.prediction
    if coarse is None:
        shape, longitude, latitude = shapely.from_wkt(found.outline_wkt), found.longitude, found.latitude
    else:
        prediction = next(item for item in standing.claim.predictions if item.id == name)
        shape = coarse.cell_for(standing.claim, prediction)
        longitude, latitude = f"{shape.centroid.x:.6f}", f"{shape.centroid.y:.6f}"
    attributes = {
        "claim": standing.claim.id,
        "prediction": name,
        "answer": record.answer,
        "detection": found.id,
        "kind": found.kind,
        "sign": found.sign,
        "pixels": found.pixels,
        "area_m2": found.area.value,
        "area_low_m2": found.area.low,
        "area_high_m2": found.area.high,
        "area_level": found.area.level,
        "strength": found.strength,
        "p_instrument": found.p_instrument,
        "p_object": found.p_object,
        "q_fdr": found.q_fdr,
        "probability": found.probability,
        "ce90_m": found.ce90_m,
        "fits_prediction": found.fits_prediction,
        "explanations": "; ".join(f"{item.name}: {item.status} ({item.note})" for item in found.explanations),
        "longitude": longitude,
        "latitude": latitude,
        "coarsened_to_m": None if coarse is None else coarse.size_m,
        "record": one.path,
        "record_digest": one.digest,
        **_of_record(one),
    }
    return Feature(geometry=shape, attributes={name: _typed(name, attributes[name]) for name in FIELDS})


def _of_record(one: StandingRecord) -> dict[str, Any]:
    """Return what all detections of a record share: dates, scenes, method, calibration, credit."""
    record, method = one.record, one.record.method
    first, last = record.interval or (None, None)
    scenes = {scene.role: scene for scene in record.scenes}
    before, after = scenes.get("before"), scenes.get("after")
    return {
        "last_without": first.end_datetime if first else None,
        "first_with": last.start_datetime if last else None,
        "before_scene": before.id if before else None,
        "before_product": before.product_id if before else None,
        "after_scene": after.id if after else None,
        "after_product": after.product_id if after else None,
        "gsd_m": after.gsd_m if after else None,
        "method": method.name if method else None,
        "method_version": method.version if method else None,
        "verdict": method.verdict if method else None,
        "calibration": method.calibration if method else None,
        "calibration_reason": method.calibration_reason if method else None,
        "probability_of": method.probability_of if method else None,
        "simulated": any(scene.simulated for scene in record.scenes),
        "license": "; ".join(dict.fromkeys(scene.license for scene in record.scenes)),
        "credit": "; ".join(record.credit),
        "changes_made": record.changes_made,
    }


def _typed(name: str, value: Any) -> Any:
    return float(value) if name in _REALS and value is not None else value


def geojson(features: Sequence[Feature], remarks: Sequence[str]) -> str:
    """Return GeoJSON (RFC 7946); a probability that is withheld is ``null``."""
    body = {
        "type": "FeatureCollection",
        "name": LAYER,
        "remarks": list(remarks),
        "features": [
            {
                "type": "Feature",
                "id": index,
                "geometry": shapely.geometry.mapping(shapely.orient_polygons(item.geometry)),
                "properties": dict(item.attributes),
            }
            for index, item in enumerate(features, 1)
        ],
    }
    return json.dumps(body, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def geopackage(features: Sequence[Feature], remarks: Sequence[str], *, at: str) -> bytes:
    """Return a GeoPackage with the layer ``detections`` and its style in ``layer_styles``.

    Parameters
    ----------
    features : sequence of Feature
        May be empty: the layer is then there with its fields and no rows.
    remarks : sequence of str
        Go into the layer's description.
    at : str
        The time that the file states as its last change, RFC 3339; the same input gives the same bytes.
    """
    with tempfile.TemporaryDirectory() as scratch, _dated(at):
        path = Path(scratch) / "detections.gpkg"
        geometry = np.array(
            [shapely.to_wkb(shapely.multipolygons(shapely.get_parts(item.geometry))) for item in features], dtype=object
        )
        columns = [_column(name, [item.attributes[name] for item in features]) for name in FIELDS]
        raw.write(
            path,
            geometry,
            [values for values, _ in columns],
            list(FIELDS),
            field_mask=[absent for _, absent in columns],
            layer=LAYER,
            driver="GPKG",
            geometry_type="MultiPolygon",
            crs="EPSG:4326",
            layer_options={"DESCRIPTION": " ".join(remarks), "GEOMETRY_NAME": "geom"},
        )
        _write_style(path, at)
        return path.read_bytes()


def _column(name: str, values: Sequence[Any]) -> tuple[Any, Any]:
    """Return a column and where it is absent; its type comes from its name, so that an empty layer has the same."""
    absent = np.array([value is None for value in values], dtype=bool)
    kind: Any = np.float64 if name in _REALS else np.int32 if name in _WHOLE else bool if name in _TRUTHS else object
    blank: Any = "" if kind is object else 0
    return np.array([blank if value is None else value for value in values], dtype=kind), absent


def _write_style(path: Path, at: str) -> None:
    """Add the table that QGIS reads a layer's default style from."""
    row: dict[str, tuple[Any, Any]] = {
        "f_table_catalog": ("", object),
        "f_table_schema": ("", object),
        "f_table_name": (LAYER, object),
        "f_geometry_column": ("geom", object),
        "styleName": ("detections", object),
        "styleQML": (STYLE, object),
        "styleSLD": ("", object),
        "useAsDefault": (True, bool),
        "description": ("fits the prediction: vermilion; other change: blue, dashed", object),
        "owner": ("", object),
        "ui": ("", object),
        "update_time": (at, object),
    }
    raw.write(
        path,
        None,
        [np.array([value], dtype=kind) for value, kind in row.values()],
        list(row),
        layer="layer_styles",
        driver="GPKG",
        append=True,
        layer_options={"FID": "id"},
    )


@contextmanager
def _dated(at: str) -> Iterator[None]:
    """Let GDAL write this time instead of now; what was set before comes back."""
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": at})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
