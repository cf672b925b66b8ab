"""JSON Schemas of what is written to disk: claim, record, assessment, ledger, inputs, marks of analysts, reviews."""

import json
from pathlib import Path

from osint_imagery.core.claim import Claim
from osint_imagery.evidence.annotations import AnnotationSet
from osint_imagery.evidence.assessed import Assessment
from osint_imagery.evidence.inputs import Inputs
from osint_imagery.evidence.ledger import Entry
from osint_imagery.evidence.record import EvidenceRecord
from osint_imagery.evidence.review import ReviewRecord
from osint_imagery.evidence.review_key import Commitment, ReviewKey

__all__ = ["schemas", "write_schemas"]

_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, str]:
    """Return file name and text of each published schema.

    Examples
    --------
    >>> len(schemas())
    9
    """
    bodies = {
        "claim": Claim.model_json_schema(mode="validation"),
        "assessment": Assessment.model_json_schema(mode="serialization"),
        "record": EvidenceRecord.model_json_schema(mode="serialization"),
        "inputs": Inputs.model_json_schema(mode="serialization"),
        "ledger-entry": Entry.model_json_schema(mode="serialization"),
        "annotations": AnnotationSet.model_json_schema(mode="serialization"),
        "review": ReviewRecord.model_json_schema(mode="serialization"),
        "review-commitment": Commitment.model_json_schema(mode="serialization"),
        "review-key": ReviewKey.model_json_schema(mode="serialization"),
    }
    return {
        f"{name}.schema.json": json.dumps(
            {"$schema": _DRAFT, "$id": f"urn:osint-imagery:schema:{name}:1", **body}, indent=2, sort_keys=True
        )
        + "\n"
        for name, body in bodies.items()
    }


def write_schemas(folder: Path) -> tuple[Path, ...]:
    """Write the schemas into a folder (``docs/schemas``), replacing older ones, and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, text in sorted(schemas().items()):
        path = folder / name
        path.write_text(text, encoding="utf-8", newline="\n")
        paths.append(path)
    return tuple(paths)
