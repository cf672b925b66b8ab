"""A claim file with a committed sheet of four places, and what readers may answer to it."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from shapely.geometry import box

from osint_imagery.core.lineage import digest_bytes
from osint_imagery.core.timespan import iso
from osint_imagery.evidence.annotations import RecordReference
from osint_imagery.evidence.answers import blank_answers
from osint_imagery.evidence.claim_file import ClaimFile
from osint_imagery.evidence.ledger_bodies import StoredFile
from osint_imagery.evidence.recorded import named_record
from osint_imagery.evidence.review_key import Commitment, KeyItem, ReviewKey

ANSWER = timedelta(hours=1)


def place(name: str, at: float, kind: str, *, examined: bool = True, **changed: Any) -> KeyItem:
    fields = {
        "item": name,
        "kind": kind,
        "detection": 1 if kind == "detection" else None,
        "chosen": "by hand",
        "examined": examined,
        "rows": (0, 8),
        "columns": (0, 8),
        "square_wkt": box(at, 45.0, at + 0.002, 45.002).wkt,
        "whole": True,
    }
    return KeyItem(**{**fields, **changed})


PLACES = (
    place("01", 36.01, "control"),
    place("02", 36.0, "detection"),
    place("03", 36.02, "control"),
    place("04", 36.03, "control", examined=False),
)


class Blind:
    """A claim file with a committed sheet, and what readers may answer to it."""

    def __init__(self, folder: ClaimFile, at: datetime, home: Path, *, commit: bool = True) -> None:
        added = named_record(folder.path, folder.entries, "port-shed-shed").body
        reference = RecordReference(path=added.path, digest=added.digest, record_id=added.record_id)
        self.folder, self.at, self.home = folder, at, home
        self.key = ReviewKey(
            record=reference, before="S1", after="S2", rule="by hand", side_px=8, salt="5c" * 32, items=PLACES
        )
        if commit:
            folder.add_commitment(self.commitment(), at=at)

    def commitment(self, **changed: Any) -> Commitment:
        shown = StoredFile(path="sheet.html", digest=digest_bytes(b"page"), size=4)
        fields = {
            "sheet": self.key.sheet,
            "record": self.key.record,
            "items": len(PLACES),
            "key_digest": self.key.digest,
            "files": (shown,),
        }
        return Commitment(**{**fields, **changed})

    def answers(self, who: str = "A. Reader", labels: str = "nync", name: str = "", **changed: Any) -> Path:
        words = {"y": "change", "n": "no change", "c": "cannot tell"}
        body = json.loads(blank_answers(self.key.sheet, [item.item for item in self.key.items]))
        own = timedelta(seconds=len(who) * ord(who[0]))  # nobody ends at the second at which another does
        body |= {"who": who, "at": iso(self.at + ANSWER + own), "seen_before": False, **changed}
        for row, letter in zip(body["features"], labels, strict=True):
            row["properties"] = {"label": words[letter], "level": "detection" if letter == "y" else None, "note": ""}
        path = self.home / (name or f"{who}.geojson")
        path.write_text(json.dumps(body))
        return path

    def edited(self, change: Callable[[dict[str, Any]], None], labels: str = "nync") -> Path:
        path = self.answers(labels=labels)
        body = json.loads(path.read_text())
        change(body)
        path.write_text(json.dumps(body))
        return path

    def add(self, *paths: Path, hours: int = 2) -> Any:
        return self.folder.add_review(self.key, paths, at=self.at + hours * ANSWER)
