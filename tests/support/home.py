"""A dossier with its scenes beside it, to be damaged and computed again."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from osint_imagery.core.lineage import digest_file
from osint_imagery.evidence.differences import Difference, Outcome
from osint_imagery.workflow.reproduction import RecordCheck, Reproduction

DAYS = ("20240501", "20240516", "20240526", "20240531")
BEFORE, AFTER, ASIDE = "port-20240516", "port-20240526", "port-20240531"  # compared, compared, only a look


class Home:
    """A dossier with its scenes beside it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.dossier, self.scenes = root / "dossier", root / "scenes"
        self.catalog = self.scenes / "catalog.json"

    def edit(self, name: str, change: Callable[[dict[str, Any]], object]) -> None:
        path = self.scenes / name / "item.json"
        body = json.loads(path.read_text())
        change(body)
        path.write_text(json.dumps(body))

    def flip(self, name: str, file: str = "pixels.tif") -> None:
        path = self.scenes / name / file
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)

    def promise(self, name: str, file: str = "pixels.tif") -> None:
        """Let the catalogue promise the bytes that are there."""
        digest = digest_file(self.scenes / name / file)[7:]
        self.edit(name, lambda item: item["assets"]["pixels"].update({"file:checksum": "1220" + digest}))

    def unlink(self, name: str) -> None:
        """Take an item off the catalogue, and its files away."""
        body = json.loads(self.catalog.read_text())
        body["links"] = [link for link in body["links"] if name not in link["href"]]
        self.catalog.write_text(json.dumps(body))
        shutil.rmtree(self.scenes / name)

    def digests(self) -> dict[str, str]:
        return {str(path): digest_file(path) for path in sorted(self.root.rglob("*")) if path.is_file()}


def record(found: Reproduction, prediction: str) -> RecordCheck:
    (item,) = [item for item in found.records if item.prediction == prediction]
    return item


def row(found: Reproduction, prediction: str, field: str) -> Difference:
    (item,) = [item for item in record(found, prediction).rows if item.field == field]
    return item


def scenes(found: Reproduction) -> dict[str, Outcome]:
    return {item.scene_id: item.outcome for item in found.scenes}


def reason(found: Reproduction, name: str) -> str:
    (item,) = [item for item in found.scenes if item.scene_id == name]
    return item.reason
