"""RO-Crate 1.1 metadata: what each file of an archive is, what made it, from which scenes, under which terms."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from osint_imagery.core.lineage import digest_bytes
from osint_imagery.evidence.standing import Standing, StandingRecord

__all__ = ["CRATE", "crate_json"]

CRATE = "ro-crate-metadata.json"
_TYPES = {
    ".bib": "application/x-bibtex",
    ".csl": "application/vnd.citationstyles.csl+json",
    ".geojson": "application/geo+json",
    ".gpkg": "application/geopackage+sqlite3",
    ".html": "text/html",
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".qml": "application/xml",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".yaml": "application/yaml",
}

_Node = dict[str, Any]


def crate_json(standing: Standing, files: Mapping[str, bytes], remarks: Sequence[str]) -> str:
    """Return ``ro-crate-metadata.json``.

    Parameters
    ----------
    standing : Standing
        What stands in the claim file.
    files : mapping of str to bytes
        Every other file of the crate by its path.
    remarks : sequence of str
        Terms acknowledged, coarsening; they go into the description.
    """
    actions = [_action(one, files) for one in standing.records]
    scenes = {node["@id"]: node for one in standing.records for node in _scenes(one)}
    software = {node["@id"]: node for one in standing.records for node in [_software(one)]}
    terms = _terms(standing)
    graph: list[_Node] = [
        {
            "@id": CRATE,
            "@type": "CreativeWork",
            "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
            "about": {"@id": "./"},
        },
        {
            "@id": "./",
            "@type": "Dataset",
            "name": f"Evidence on the claim {standing.claim.id}",
            "description": " ".join((f'Satellite imagery checked for the claim: "{standing.claim.text}".', *remarks)),
            "datePublished": standing.closed_at,
            "license": {"@id": terms["@id"]},
            "identifier": standing.head,
            "hasPart": [{"@id": quote(name)} for name in sorted(files)],
            **({"mentions": _one([{"@id": node["@id"]} for node in actions])} if actions else {}),
        },
        terms,
        *(_file(name, files[name]) for name in sorted(files)),
        *actions,
        *scenes.values(),
        *software.values(),
    ]
    body = {"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": graph}
    return json.dumps(body, indent=1, ensure_ascii=False) + "\n"


def _one(nodes: list[_Node]) -> _Node | list[_Node]:
    """Return a list with one value as the value, as flattened JSON-LD has it."""
    return nodes[0] if len(nodes) == 1 else nodes


def _file(name: str, data: bytes) -> _Node:
    suffix = f".{name.rsplit('.', 1)[-1].lower()}" if "." in name else ""
    return {
        "@id": quote(name),
        "@type": "File",
        "name": name,
        "encodingFormat": _TYPES.get(suffix, "application/octet-stream"),
        "contentSize": str(len(data)),
        "identifier": digest_bytes(data),
    }


def _terms(standing: Standing) -> _Node:
    """Return the terms; the archive as a whole has no licence that anybody gave it."""
    licenses = dict.fromkeys(
        f"{scene.license} ({scene.credit})" for one in standing.records for scene in one.record.scenes
    )
    told = "; ".join(licenses) or "no imagery is shown"
    return {
        "@id": "#terms",
        "@type": "CreativeWork",
        "name": "Terms of the imagery",
        "description": f"No licence is given for the whole. Imagery and figures made from it: {told}.",
    }


def _software(one: StandingRecord) -> _Node:
    name, _, version = one.record.software.rpartition(" ")
    return {
        "@id": f"#{quote(one.record.software.replace(' ', '-'))}",
        "@type": "SoftwareApplication",
        "name": name or version,
        "version": version,
        "softwareVersion": version,
    }


def _scenes(one: StandingRecord) -> list[_Node]:
    return [
        {
            "@id": f"#scene-{quote(scene.id)}",
            "@type": "CreativeWork",
            "name": scene.product_id,
            "description": scene.citation,
            "identifier": scene.metadata_digest,
            "temporalCoverage": f"{scene.acquired.start_datetime}/{scene.acquired.end_datetime}",
            **({"sameAs": f"https://doi.org/{scene.doi}"} if scene.doi else {}),
        }
        for scene in one.record.scenes
    ]


def _action(one: StandingRecord, files: Mapping[str, bytes]) -> _Node:
    """Return the making of a record; its results are those files of the archive that came out of it."""
    record = one.record
    made = {one.path, *(f"figures/{item.name}" for item in record.artifacts)}
    results = [name for name in sorted(files) if name.removeprefix("dossier/") in made or "/" not in name]
    return {
        "@id": f"#record-{quote(record.id)}",
        "@type": "CreateAction",
        "name": f"{record.propositions.prediction}: {record.answer}",
        "description": record.reason,
        "endTime": record.created,
        "instrument": {"@id": _software(one)["@id"]},
        "object": [{"@id": node["@id"]} for node in _scenes(one)],
        "result": [{"@id": quote(name)} for name in results],
    }
