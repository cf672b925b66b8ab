"""What must stand on top of every page: that pixels were made by a program, or that their origin is not proven."""

from collections.abc import Iterable, Sequence

from osint_imagery.evidence.finding import Finding
from osint_imagery.evidence.record import EvidenceRecord

__all__ = ["banners_of_findings", "banners_of_records"]

Banners = tuple[tuple[str, str], ...]
"""A short word and a sentence each."""


def banners_of_findings(findings: Sequence[Finding]) -> Banners:
    """Return the warnings that findings call for."""
    scenes = [scene for finding in findings for scene in finding.scenes]
    looks = [look for finding in findings for look in finding.coverage.looks]
    pairs = [finding.detections.changes.pair for finding in findings if finding.detections is not None]
    simulated = any(scene.simulated for scene in scenes) or any(pair.simulated for pair in pairs)
    return _banners(
        simulated=simulated or any(_is_simulated(look.sensor) for look in looks),
        notes=(note for scene in scenes for note in scene.notes),
    )


def banners_of_records(records: Sequence[EvidenceRecord]) -> Banners:
    """Return the warnings that records call for, those that were withdrawn included: the page speaks of them too."""
    scenes = [scene for record in records for scene in record.scenes]
    looks = [look for record in records for look in record.coverage.looks]
    return _banners(
        simulated=any(scene.simulated for scene in scenes) or any(_is_simulated(look.sensor) for look in looks),
        notes=(note for scene in scenes for note in scene.notes),
    )


def _is_simulated(sensor: str) -> bool:
    return sensor.startswith("simulated")


def _banners(*, simulated: bool, notes: Iterable[str]) -> Banners:
    found = []
    if simulated:
        found.append(("SIMULATED", "At least one scene was made by a program. Nothing here is an observation."))
    unproven = [note for note in notes if "not proven" in note or "unproven" in note]
    if unproven:
        words = "; ".join(dict.fromkeys(unproven))
        found.append(("METHOD DEMONSTRATION, NOT EVIDENCE", f"The origin of a scene is not proven: {words}"))
    return tuple(found)
