"""JSON Schemas of what is written to disk: claim, record, assessment, ledger entry."""

import json
from pathlib import Path

from osint_imagery.core.claim import Claim
from osint_imagery.evidence.assessed import Assessment
from osint_imagery.evidence.ledger import Entry
from osint_imagery.evidence.record import EvidenceRecord

__all__ = ["schemas", "write_schemas"]

_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, str]:
    """Return file name and text of each published schema.

    Examples
    --------
    >>> sorted(schemas())
    ['assessment.schema.json', 'claim.schema.json', 'ledger-entry.schema.json', 'record.schema.json']
    """
    bodies = {
        "claim": Claim.model_json_schema(mode="validation"),
        "assessment": Assessment.model_json_schema(mode="serialization"),
        "record": EvidenceRecord.model_json_schema(mode="serialization"),
        "ledger-entry": Entry.model_json_schema(mode="serialization"),
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
