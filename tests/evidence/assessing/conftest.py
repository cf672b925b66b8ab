"""A claim with three hypotheses, two predictions and seven sources, and claim files of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from osint_imagery.change.detections import Verdict
from osint_imagery.core.claim import Claim, read_claim
from osint_imagery.core.lineage import digest_bytes
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.evidence.claim_file import ClaimFile
from osint_imagery.evidence.record import record_of

MORE = """
  - {kind: document, description: a manifest, reliability: B, credibility: "2", origin: The Port Office,
     consistent_with: [built], inconsistent_with: [nothing]}
  - {kind: image, description: a photograph of it, reported_by: the port  office, inconsistent_with: [nothing]}
  - {kind: statement, description: a press briefing, origin: A Spokesman, inconsistent_with: [nothing]}
  - {kind: image, description: the same satellite picture in a paper, origin: S2, inconsistent_with: [nothing]}
  - {kind: other, description: a rumor, consistent_with: [built, nothing, moved]}
  - {kind: document, description: the harbor master's log, reliability: A, credibility: "1", inconsistent_with: [built]}
hypotheses:"""

PREDICTIONS = """
  - id: crane
    text: A crane of 40 x 30 m on the other quay.
    expected_under: built
    excluded_under: nothing
    also_expected_under: [moved]
    change: appears
    target: {what: a crane, length_m: 40, width_m: 30, contrast: {red: 0.2, nir: 0.15}}
    when: {start: 2026-05-01, end: 2026-05-10}
    place: {name: the other quay, bbox: [36.010, 45.000, 36.013, 45.002]}
"""


@pytest.fixture
def rich(claim: Claim, tmp_path: Path) -> Claim:
    """The claim with a third hypothesis, a second prediction at another place, and seven sources."""
    text = claim.source.decode().replace("\nhypotheses:", MORE, 1)
    third = '  - {id: moved, text: "A shed was moved there.", rival: true}\npredictions:'
    path = tmp_path / "rich.yaml"
    path.write_text(text.replace("predictions:", third, 1) + PREDICTIONS.lstrip("\n"), encoding="utf-8")
    return read_claim(path)


@pytest.fixture
def written(tmp_path: Path, case: Any, rich: Claim, at: datetime) -> Any:
    """Write an open claim file; `shed` and `crane` say how each prediction's finding differs."""

    def write(shed: dict[str, Any] | None = None, crane: dict[str, Any] | None = None, name: str = "d") -> ClaimFile:
        folder = ClaimFile.create(tmp_path / name, rich, at=at)
        for prediction, changed in zip(rich.predictions, (shed, crane), strict=True):
            if changed is None:
                continue
            place = prediction.place.name if prediction.place else "the quay"
            finding = case.find(prediction=prediction, **{"aoi": None, **changed})
            finding = replace(finding, coverage=replace(finding.coverage, place=place))
            folder.add_record(record_of(rich, finding, accessed=at, created=at, software="osint-imagery 0.1.0"), at=at)
        return folder

    return write


@pytest.fixture
def apart(make: dict[str, Callable[..., Any]]) -> dict[str, Any]:
    """Other scenes and other quiet dates than those of the shed."""
    scenes = []
    for name, acquired in (("T1", TimeSpan("2026-04-28T08:00:00Z")), ("T2", TimeSpan("2026-05-13"))):
        scene = make["scene"](name, acquired)
        assets = tuple(replace(asset, digest=digest_bytes(name.encode())) for asset in scene.assets)
        scenes.append(replace(scene, assets=assets))
    return {"scenes": tuple(scenes), "quiet": tuple((f"R{n}", f"R{n + 1}") for n in range(30))}


@pytest.fixture
def silence(make: dict[str, Callable[..., Any]]) -> dict[str, Any]:
    """Compared, and no change found."""
    return {"detections": make["detections"](verdict=Verdict.NO_CHANGE_FOUND)}
