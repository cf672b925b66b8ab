"""A dossier rewritten as an able forger would: the edited file, every digest of it, and the whole chain."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from osint_imagery.core.claim import read_claim
from osint_imagery.core.lineage import canonical_json, digest_bytes
from osint_imagery.core.timespan import utc
from osint_imagery.evidence.assessing import assess_records, rested_records
from osint_imagery.evidence.ledger_file import read_ledger
from osint_imagery.evidence.recorded import withdrawn_records


def forge(folder: Path, name: str, change: Callable[[dict[str, Any]], object]) -> None:
    """Edit one JSON file of a dossier so that it verifies again."""
    data: dict[str, bytes] = {}
    body = json.loads((folder / name).read_bytes())
    change(body)
    data[name] = canonical_json(body)
    entries = [json.loads(line) for line in (folder / "ledger.jsonl").read_bytes().splitlines()]
    previous = None
    for entry in entries:
        added = entry["body"].get("replacement") or entry["body"]
        if "record_id" in added:
            path = added["path"]
            record = json.loads(data.get(path) or (folder / path).read_bytes())
            data[path] = canonical_json({**record, "previous": previous})
            previous = digest_bytes(data[path])
    for path, content in data.items():
        (folder / path).write_bytes(content)
    _chain_again(folder, entries, data)
    for entry in entries:
        if entry["kind"] == "assessment_added" and entry["body"]["path"] not in data:
            _forge_assessment(folder, entry["body"]["path"], entry["index"])
    _forge_page(folder)


def _forge_page(folder: Path) -> None:
    """Let the report, as data and as a page, name the digests as they are now."""
    entries = [json.loads(line) for line in (folder / "ledger.jsonl").read_bytes().splitlines()]
    added = [entry for entry in entries if entry["kind"] == "report_added"]
    if not added or not (folder / "report.json").exists():
        return
    stored = sorted((folder / "assessments").glob("*.json"))
    kept = json.loads((folder / "report.json").read_bytes())
    text = (folder / "report.html").read_text(encoding="utf-8")
    new = {kept["ledger_head"]: added[0]["previous"]}
    if stored:
        new[kept["weighed"]["digest"]] = digest_bytes(stored[-1].read_bytes())
    data = (folder / "report.json").read_text(encoding="utf-8")
    for old, digest in new.items():
        text, data = text.replace(old, digest), data.replace(old, digest)
    files = {"report.json": data.encode(), "report.html": text.encode()}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    _chain_again(folder, entries, files)


def rewrite(folder: Path, change: Callable[[list[Any]], object]) -> None:
    """Edit the ledger's entries so that the chain holds again."""
    entries = [json.loads(line) for line in (folder / "ledger.jsonl").read_bytes().splitlines()]
    change(entries)
    _chain_again(folder, entries, {})


def _forge_assessment(folder: Path, path: str, index: int) -> None:
    """Let an assessment follow from the records as they are now."""
    stored = json.loads((folder / path).read_bytes())
    again = assess_records(
        read_claim(folder / "claim.yaml"),
        rested_records(folder, read_ledger(folder)[:index]),
        created=utc(stored["created"]),
        software=stored["software"],
        prior=None,
        withdrawn=withdrawn_records(folder, read_ledger(folder)[:index]),
    )
    body = json.loads(again.body())
    if body != stored:
        forge(folder, path, lambda held: (held.clear(), held.update(body)))


def _chain_again(folder: Path, entries: list[Any], data: dict[str, bytes]) -> None:
    """Write ledger and head anew, with the digests of the edited files."""
    head = None
    lines = []
    for entry in entries:
        body = entry["body"]
        for file in (body, body.get("replacement") or {}, *body.get("files", ())):
            if file.get("path") in data:
                file.update(digest=digest_bytes(data[file["path"]]), size=len(data[file["path"]]))
        unsealed = {**{key: value for key, value in entry.items() if key != "digest"}, "previous": head}
        head = digest_bytes(canonical_json(unsealed))
        lines.append(canonical_json({**unsealed, "digest": head}) + b"\n")
    (folder / "ledger.jsonl").write_bytes(b"".join(lines))
    (folder / "ledger.head").write_text(f"{head}\n")
