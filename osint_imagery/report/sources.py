"""Every look, every scene offered, and how each scene that was used is cited."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from osint_imagery.core.timespan import iso
from osint_imagery.evidence.finding import Finding
from osint_imagery.figures.furniture import sensor_words
from osint_imagery.report.tables import LookRow
from osint_imagery.scenes.catalog import Offer
from osint_imagery.scenes.citation import cite_scene
from osint_imagery.scenes.scene import Scene

__all__ = ["Credit", "Offered", "credit_views", "looks_of", "offered_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """One scene the catalogue offered: used, or why not; with the digest of its metadata."""

    scene_id: str
    acquired: str
    used: bool
    reason: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """One scene that was used, cited so that it leads back to the bytes.

    Parameters
    ----------
    line, text, bibtex : str
        Credit line with the scene's year; citation with the digest of each file; BibTeX entry.
    scene_id, product_id, version, acquired, accessed, license : str
        As stated by the provider; ``not stated`` where it is not.
    notes : tuple of str
        What a careful reader has to know.
    """

    line: str
    text: str
    bibtex: str
    scene_id: str
    product_id: str
    version: str
    acquired: str
    accessed: str
    license: str
    notes: tuple[str, ...]


def offered_of(offers: Sequence[Offer]) -> tuple[Offered, ...]:
    """Return every scene offered, in the catalogue's order."""
    return tuple(
        Offered(
            scene_id=offer.scene_id,
            acquired=offer.acquired.label if offer.acquired else "not stated",
            used=offer.used,
            reason=offer.reason,
            digest=offer.metadata_digest,
        )
        for offer in offers
    )


def looks_of(finding: Finding) -> tuple[LookRow, ...]:
    """Return every look of a finding, in order of time."""
    return tuple(
        LookRow(
            scene_id=look.scene_id,
            acquired=look.acquired.label,
            sensor=sensor_words(look.sensor),
            usable="not known" if look.usable_fraction is None else f"{look.usable_fraction:.0%}",
            sun="not stated" if look.sun_elevation_deg is None else f"{look.sun_elevation_deg:.0f}°",
            state=look.state.value,
            reason=look.reason,
        )
        for look in finding.coverage.looks
    )


def credit_views(findings: Sequence[Finding], accessed: datetime) -> tuple[Credit, ...]:
    """Return the citation of each scene that was compared, each once."""
    scenes = {scene.id: scene for finding in findings for scene in finding.scenes}
    return tuple(_credit(scene, accessed) for scene in scenes.values())


def _credit(scene: Scene, accessed: datetime) -> Credit:
    cited = cite_scene(scene, accessed)
    return Credit(
        line=cited.credit,
        text=cited.text,
        bibtex=cited.bibtex,
        scene_id=scene.id,
        product_id=scene.product_id,
        version=scene.processing_version or "not stated",
        acquired=scene.acquired.label,
        accessed=iso(accessed),
        license=scene.license,
        notes=scene.notes,
    )
