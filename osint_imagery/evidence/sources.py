"""From the pixels behind a finding to the parts of a record: scenes cited, steps, quality, method, detections."""

import math
from datetime import datetime
from typing import Literal

from osint_imagery.change.detections import Detection
from osint_imagery.core.errors import InputError
from osint_imagery.core.lineage import decimal_text, digest_bytes
from osint_imagery.core.timespan import iso
from osint_imagery.evidence.fields import (
    AssetField,
    DetectionField,
    EstimateField,
    ExplanationField,
    Interval,
    MethodField,
    QualityField,
    SceneField,
    StepField,
)
from osint_imagery.evidence.finding import Finding
from osint_imagery.evidence.gather import number
from osint_imagery.scenes.checking import held_digest
from osint_imagery.scenes.citation import cite_scene
from osint_imagery.scenes.partwise import in_parts
from osint_imagery.scenes.scene import Asset, Scene

__all__ = [
    "changes_sentence",
    "detections_field",
    "lineage_field",
    "method_field",
    "quality_field",
    "scenes_field",
]


def scenes_field(finding: Finding, accessed: datetime) -> tuple[SceneField, ...]:
    """Return the citation of each scene that was compared, with the digests of the bytes that were read."""
    read = _digests_read(finding)
    roles: tuple[Literal["before", "after"], ...] = ("before", "after")
    return tuple(
        _scene(scene, role=role, accessed=accessed, read=read)
        for role, scene in zip(roles, finding.scenes, strict=False)
    )


def _digests_read(finding: Finding) -> frozenset[str]:
    """Return every digest that went into a step behind the pair."""
    if finding.detections is None:
        return frozenset()
    changes = finding.detections.changes
    lineages = (changes.lineage, changes.pair.lineage, changes.pair.before.lineage, changes.pair.after.lineage)
    return frozenset(digest for lineage in lineages for step in lineage.steps for digest in step.inputs)


def _scene(scene: Scene, *, role: Literal["before", "after"], accessed: datetime, read: frozenset[str]) -> SceneField:
    if any(in_parts(asset.location) is not None for asset in scene.assets):
        msg = f"scene={scene!r} is read from its server in parts, so that its files have no digest; fetch it first"
        raise InputError(msg)
    citation = cite_scene(scene, accessed)
    return SceneField(
        role=role,
        id=scene.id,
        product_id=scene.product_id,
        sensor=scene.sensor.key,
        processing_level=scene.sensor.level,
        platform=scene.platform,
        processing_version=scene.processing_version,
        acquired=Interval.of(scene.acquired),
        accessed=iso(accessed),
        href=scene.href,
        metadata_digest=digest_bytes(scene.metadata),
        assets=tuple(_asset(asset, read) for asset in scene.assets),
        gsd_m=number(scene.gsd_m),
        sun_elevation_deg=number(scene.sun_elevation_deg),
        sun_azimuth_deg=number(scene.sun_azimuth_deg),
        view_zenith_deg=number(scene.view_zenith_deg),
        relative_orbit=scene.relative_orbit,
        scene_cloud_percent=number(scene.scene_cloud_percent),
        license=scene.license,
        doi=scene.doi,
        credit=citation.credit,
        citation=citation.text,
        simulated=scene.simulated,
        notes=scene.notes,
    )


def _asset(asset: Asset, read: frozenset[str]) -> AssetField:
    """Return the file with the promised digest; where nothing was promised, with that of the bytes on disk."""
    digest = held_digest(asset) if asset.digest is None else asset.digest
    return AssetField(key=asset.key, href=asset.href, digest=digest, size=asset.size, read=digest in read)


def lineage_field(finding: Finding) -> tuple[StepField, ...]:
    """Return the steps from the files to the detections."""
    if finding.detections is None:
        return ()
    changes = finding.detections.changes
    lineage = changes.pair.before.lineage.merged(changes.pair.after.lineage)
    lineage = lineage.merged(changes.pair.lineage).merged(changes.lineage)
    return tuple(
        StepField(
            name=step.name, version=step.version, parameters=step.parameters, inputs=step.inputs, outputs=step.outputs
        )
        for step in lineage.steps
    )


def quality_field(finding: Finding) -> QualityField | None:
    """Return how good the comparison is at the place; None where nothing was compared."""
    if finding.detections is None or len(finding.scenes) != 2:
        return None
    before, after = finding.scenes
    registration = finding.detections.changes.pair.registration
    usable = {look.scene_id: look.usable_fraction for look in finding.coverage.looks}
    shift = registration.shift_px if registration else (None, None)
    return QualityField(
        usable_fraction_before=number(usable.get(before.id)),
        usable_fraction_after=number(usable.get(after.id)),
        shift_rows_px=number(shift[0]),
        shift_columns_px=number(shift[1]),
        residual=EstimateField.of(registration.residual) if registration else None,
        tiles_used=registration.tiles_used if registration else 0,
        tiles_held_out=registration.tiles_held_out if registration else 0,
        tiles_offered=registration.tiles_offered if registration else 0,
        sun_elevation_difference_deg=_difference(before.sun_elevation_deg, after.sun_elevation_deg),
        sun_azimuth_difference_deg=_difference(before.sun_azimuth_deg, after.sun_azimuth_deg, turn=360),
    )


def _difference(before: float | None, after: float | None, turn: float | None = None) -> str | None:
    if before is None or after is None:
        return None
    change = after - before
    return decimal_text(change if turn is None else math.remainder(change, turn))


def method_field(finding: Finding) -> MethodField | None:
    """Return the detector with its calibration and verdict; None where nothing was compared."""
    if finding.detections is None:
        return None
    found, changes = finding.detections, finding.detections.changes
    calibration, smallest = changes.calibration, found.smallest_m2
    return MethodField(
        name=changes.method.name,
        version=changes.method.version,
        parameters=changes.method.parameters,
        citation=changes.method.citation,
        verdict=found.verdict.value,
        reason=found.reason,
        calibration=calibration.kind.value,
        calibration_reason=calibration.reason,
        probability_of=calibration.of,
        probability_calibration=calibration.probability_kind.value,
        calibration_count=calibration.count,
        calibration_alarms=calibration.alarms,
        quiet_dates=tuple((Interval.of(first), Interval.of(last)) for first, last in calibration.quiet_dates),
        quiet_scenes=finding.quiet,
        rank_p=number(calibration.rank_p),
        false_discovery_level=decimal_text(calibration.level),
        objects_reported=len(found),
        examined_area_m2=decimal_text(found.examined_area_m2),
        smallest_m2=number(smallest) if math.isfinite(smallest) else None,
    )


def detections_field(finding: Finding) -> tuple[DetectionField, ...]:
    """Return what the algorithm outlined, strongest first."""
    if finding.detections is None:
        return ()
    fits = {item.id for item in finding.fitting}
    return tuple(_detection(item, fits=item.id in fits) for item in finding.detections)


def _detection(item: Detection, *, fits: bool) -> DetectionField:
    return DetectionField.model_validate(
        {
            "id": item.id,
            "outline_wkt": item.outline.wkt,
            "longitude": decimal_text(item.centroid[0], 10),
            "latitude": decimal_text(item.centroid[1], 10),
            "pixels": item.pixels,
            "area": EstimateField.of(item.area),
            "sign": item.sign,
            "strength": decimal_text(item.strength),
            "p_instrument": number(item.p_instrument),
            "p_object": number(item.p_object),
            "q_fdr": number(item.q_fdr),
            "probability": number(item.probability),
            "ce90_m": number(item.ce90_m),
            "fits_prediction": fits,
            "explanations": tuple(
                ExplanationField(name=e.name, status=e.status, note=e.note) for e in item.explanations
            ),
        }
    )


def changes_sentence(finding: Finding) -> str:
    """Return the statement of changes that licences ask for."""
    if finding.detections is None:
        return "No pixels were changed; only metadata and quality layers were read."
    steps = " -> ".join(dict.fromkeys(step.name for step in lineage_field(finding)))
    return f"Pixels were modified by these steps, in this order: {steps or 'none recorded'}."
