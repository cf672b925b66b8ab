"""A dossier rewritten as an able forger would: the edited file, every digest of it, and the whole chain."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from osint_imagery.core.lineage import canonical_json, digest_bytes


def forge(folder: Path, name: str, change: Callable[[dict[str, Any]], object]) -> None:
    """Edit one JSON file of a dossier so that it verifies again."""
    data: dict[str, bytes] = {}
    body = json.loads((folder / name).read_bytes())
    change(body)
    data[name] = canonical_json(body)
    entries = [json.loads(line) for line in (folder / "ledger.jsonl").read_bytes().splitlines()]
    previous = None
    for entry in entries:
        if entry["kind"] == "record_added":
            path = entry["body"]["path"]
            record = json.loads(data.get(path) or (folder / path).read_bytes())
            data[path] = canonical_json({**record, "previous": previous})
            previous = digest_bytes(data[path])
    for path, content in data.items():
        (folder / path).write_bytes(content)
    head = None
    lines = []
    for entry in entries:
        for file in (entry["body"], *entry["body"].get("files", ())):
            if file.get("path") in data:
                file.update(digest=digest_bytes(data[file["path"]]), size=len(data[file["path"]]))
        unsealed = {**{key: value for key, value in entry.items() if key != "digest"}, "previous": head}
        head = digest_bytes(canonical_json(unsealed))
        lines.append(canonical_json({**unsealed, "digest": head}) + b"\n")
    (folder / "ledger.jsonl").write_bytes(b"".join(lines))
    (folder / "ledger.head").write_text(f"{head}\n")
