"""An open claim file of the simulated port whose record compared two dates, to make blind sheets of."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from osint_imagery.evidence.claim_file import ClaimFile
from osint_imagery.evidence.finding import find
from osint_imagery.evidence.record import record_of
from osint_imagery.observe.coverage import coverage
from osint_imagery.observe.resolution import resolution
from osint_imagery.scenes.catalog import open_catalog
from osint_imagery.workflow.comparing import compare

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)


def open_dossier(home: Path, claim: Any, catalog: Path) -> Path:
    """Write an open claim file with the record of one comparison of the whole port."""
    scenes = {scene.id: scene for scene in open_catalog(catalog).scenes()}
    both = (scenes["port-20240516"], scenes["port-20240526"])
    (prediction,) = claim.predictions
    aoi = claim.aoi(prediction)
    finding = find(
        prediction,
        aoi=aoi,
        coverage=coverage(prediction, tuple(scenes.values()), aoi=aoi),
        resolution=resolution(prediction.target, 10),
        detections=compare(*both, aoi).detections,
        scenes=both,
    )
    folder = ClaimFile.create(home, claim, at=AT)
    folder.add_record(record_of(claim, finding, accessed=AT, created=AT, software="osint_imagery 0"), at=AT)
    return folder.path
