"""A STAC catalogue of evidence: one item a record, so that a catalogue of scenes can hold what was found in them."""

import json
from collections.abc import Mapping
from typing import Any

from shapely.geometry import mapping

from osint_imagery.core.lineage import digest_bytes
from osint_imagery.evidence.coarsen import CoarseGrid
from osint_imagery.evidence.fields import SceneField
from osint_imagery.evidence.folder import file_name
from osint_imagery.evidence.standing import Standing, StandingRecord

__all__ = ["stac_files"]

_VERSION = "1.1.0"
_EXTENSIONS = (
    "https://stac-extensions.github.io/label/v1.0.1/schema.json",
    "https://stac-extensions.github.io/processing/v1.1.0/schema.json",
    "https://stac-extensions.github.io/scientific/v1.0.0/schema.json",
    "https://stac-extensions.github.io/file/v2.1.0/schema.json",
)
_CATALOG = "catalog.json"


def stac_files(standing: Standing, files: Mapping[str, bytes], coarse: CoarseGrid | None) -> dict[str, bytes]:
    """Return a static STAC catalogue in ``stac/``: a catalogue and one item for each record that stands.

    Parameters
    ----------
    standing : Standing
        What stands in a claim file.
    files : mapping of str to bytes
        The other files of the archive; items name those that belong to them, with size and digest.
    coarse : CoarseGrid or None
        The grid whose cell takes the place of the area, where the archive does not tell where it is.

    Notes
    -----
    The geometry is the area that was examined, not the outline of a detection. An item whose record compared nothing
    has no detections, and its span of time is that of the prediction.
    """
    names = {f"{file_name(one.record.id)}.json": one for one in standing.records}
    items = {name: _item(standing, one, files, coarse) for name, one in names.items()}
    catalog = {
        "type": "Catalog",
        "stac_version": _VERSION,
        "id": f"{standing.claim.id}-evidence",
        "description": f"Evidence records on the claim {standing.claim.id}",
        "links": [
            {"rel": "root", "href": f"./{_CATALOG}", "type": "application/json"},
            *({"rel": "item", "href": f"./{name}", "type": "application/geo+json"} for name in names),
        ],
    }
    return {f"stac/{name}": _text(body) for name, body in {_CATALOG: catalog, **items}.items()}


def _text(body: object) -> bytes:
    return (json.dumps(body, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _item(
    standing: Standing, one: StandingRecord, files: Mapping[str, bytes], coarse: CoarseGrid | None
) -> dict[str, Any]:
    record = one.record
    prediction = next(item for item in standing.claim.predictions if item.id == record.propositions.prediction)
    place = standing.claim.aoi(prediction).geometry if coarse is None else coarse.cell_for(standing.claim, prediction)
    return {
        "type": "Feature",
        "stac_version": _VERSION,
        "stac_extensions": list(_EXTENSIONS),
        "id": record.id,
        "geometry": mapping(place),
        "bbox": list(place.bounds),
        "properties": {
            "title": record.propositions.prediction_text,
            "description": f"{record.answer}: {record.reason}",
            "datetime": None,
            **_span(one),
            "created": record.created,
            "license": "other",
            **_label(one),
            **_sources(one),
            "osint:claim": standing.claim.digest,
            "osint:answer": record.answer,
            "osint:record_digest": one.digest,
            "osint:scenes": [scene.product_id for scene in record.scenes],
            "osint:terms": [f"{scene.license} ({scene.credit})" for scene in record.scenes],
            "osint:coarsened_to_m": None if coarse is None else coarse.size_m,
        },
        "links": [
            {"rel": "root", "href": f"./{_CATALOG}", "type": "application/json"},
            {"rel": "parent", "href": f"./{_CATALOG}", "type": "application/json"},
            *(link for scene in record.scenes for link in _links(scene, files)),
        ],
        "assets": _assets(one, files),
    }


def _span(one: StandingRecord) -> dict[str, str]:
    """Return the time between the two looks; where nothing was compared, that of the prediction."""
    dates = [scene.acquired for scene in one.record.scenes] or [one.record.object_model.when]
    return {
        "start_datetime": min(date.start_datetime for date in dates),
        "end_datetime": max(date.end_datetime for date in dates),
    }


def _label(one: StandingRecord) -> dict[str, Any]:
    found = one.record.detections
    fits = sum(item.fits_prediction for item in found)
    return {
        "label:type": "vector",
        "label:properties": ["fits_prediction"],
        "label:classes": [{"name": "fits_prediction", "classes": ["true", "false"]}],
        "label:description": (
            f"{len(found)} changes between two dates, outlined by a detector; {fits} of them fit the prediction. "
            f"{one.record.not_visible}"
        ),
        "label:tasks": ["change detection"],
        "label:methods": ["automated"],
        "label:overviews": [
            {
                "property_key": "fits_prediction",
                "counts": [{"name": "true", "count": fits}, {"name": "false", "count": len(found) - fits}],
            }
        ],
    }


def _sources(one: StandingRecord) -> dict[str, Any]:
    record = one.record
    name, _, version = record.software.rpartition(" ")
    cited = [(scene.doi, scene.citation) for scene in record.scenes if scene.doi]
    citation = " ".join(scene.citation for scene in record.scenes)
    return {
        "processing:lineage": record.changes_made,
        "processing:software": {name or record.software: version},
        "sci:citation": citation or f"Evidence record {record.id} ({one.digest}); no scene was compared.",
        **({"sci:publications": [{"doi": doi, "citation": text} for doi, text in cited]} if cited else {}),
    }


def _links(scene: SceneField, files: Mapping[str, bytes]) -> list[dict[str, Any]]:
    """Return links to the scene's own metadata, where the archive holds it."""
    name = f"dossier/scenes/{file_name(scene.id)}.json"
    if name not in files:
        return []
    link = {"href": f"../{name}", "type": "application/json", "title": f"{scene.role}: {scene.product_id}"}
    return [{"rel": "derived_from", **link}, {"rel": "source", **link, "label:assets": ["detections"]}]


def _assets(one: StandingRecord, files: Mapping[str, bytes]) -> dict[str, Any]:
    own = {
        "detections": ("detections.geojson", "application/geo+json", ["labels"], "Detections of all records"),
        "geopackage": ("detections.gpkg", "application/geopackage+sqlite3", ["labels"], "Detections of all records"),
        "record": (f"dossier/{one.path}", "application/json", ["metadata"], "The evidence record"),
        **{
            item.name: (f"dossier/figures/{item.name}", item.media_type, ["overview"], item.shows)
            for item in one.record.artifacts
        },
    }
    return {
        key: {
            "href": f"../{name}",
            "type": kind,
            "roles": roles,
            "title": title,
            "file:size": len(files[name]),
            "file:checksum": "1220" + digest_bytes(files[name]).removeprefix("sha256:"),
        }
        for key, (name, kind, roles, title) in own.items()
        if name in files
    }
