"""Small real instances of everything a finding is made of: a quay of 200 x 200 m, two dates, one new shed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from shapely.geometry import box

from osint_imagery.change.changemap import Calibration, CalibrationKind, ChangeMap, Method
from osint_imagery.change.detections import Detection, Detections, Explanation, Verdict
from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.claim import Claim, read_claim
from osint_imagery.core.estimate import Estimate, proportion
from osint_imagery.core.grid import Grid
from osint_imagery.core.image import Image
from osint_imagery.core.lineage import Artifact, Lineage, Step, digest_bytes
from osint_imagery.core.pair import Pair, Registration
from osint_imagery.core.timespan import TimeSpan, utc
from osint_imagery.evidence.claim_file import ClaimFile
from osint_imagery.evidence.finding import Finding, find
from osint_imagery.evidence.record import EvidenceRecord, record_of
from osint_imagery.observe.coverage import Coverage, Look, LookState
from osint_imagery.observe.power import Power
from osint_imagery.observe.resolution import resolution
from osint_imagery.scenes.scene import Asset, Scene
from osint_imagery.scenes.sensors import sensor

CLAIM = """\
schema: osint-imagery/claim/1
id: port-shed
text: "A shed was built on the quay in early May."
language: en
claimant: {name: A Spokesman}
stated_on: 2026-05-20
first_appearance: https://example.org/statement
place: {name: the quay, bbox: [36.000, 45.000, 36.003, 45.002]}
when: {start: 2026-05-01, end: 2026-05-10}
responses:
  - {by: The Port, text: "Nothing was built.", stance: denies}
sources:
  - {kind: eyewitness, description: "a docker", reliability: C, credibility: "3"}
hypotheses:
  - {id: built, text: "A shed was built."}
  - {id: nothing, text: "Nothing was built.", rival: true}
predictions:
  - id: shed
    text: A new shed of 40 x 30 m on the quay.
    expected_under: built
    excluded_under: nothing
    change: appears
    target: {what: a shed, length_m: 40, width_m: 30, contrast: {red: 0.2, nir: 0.15}}
    when: {start: 2026-05-01, end: 2026-05-10}
"""

QUIET = CalibrationKind.PLACEBO
CALIBRATION = Calibration(kind=QUIET, reason="30 quiet pairs", count=30, of="change", probability_kind=QUIET)
AOI = AreaOfInterest.from_bbox(36.000, 45.000, 36.003, 45.002, name="the quay")
BEFORE, AFTER = TimeSpan("2026-04-28T08:00:00Z"), TimeSpan("2026-05-13")
AT = utc("2026-06-01T12:00:00Z")
ASSET = b"pixels of the later scene"


def sure(value: float, low: float | None = None, high: float | None = None) -> Estimate:
    return Estimate(
        value=value,
        low=value if low is None else low,
        high=value if high is None else high,
        level=1,
        unit="probability",
        method="given",
    )


def scene(name: str, acquired: TimeSpan) -> Scene:
    asset = Asset(
        key="B04",
        location=None,
        href="./B04.tif",
        digest=digest_bytes(ASSET),
        size=len(ASSET),
        bands=("red",),
        scale=0.0001,
        offset=-0.1,
        nodata=0.0,
        roles=("data",),
        gsd_m=10.0,
        media_type="image/tiff",
    )
    return Scene(
        id=name,
        sensor=sensor("sentinel-2-l2a"),
        acquired=acquired,
        footprint=box(35.9, 44.9, 36.1, 45.1),
        assets=(asset,),
        platform="sentinel-2a",
        processing_version="05.11",
        product_id=f"S2A_MSIL2A_{name}",
        sun_elevation_deg=55.0,
        sun_azimuth_deg=350.0 if acquired is BEFORE else 10.0,
        view_zenith_deg=3.0,
        relative_orbit=21,
        scene_cloud_percent=12.5,
        simulated=False,
        metadata=f'{{"id": "{name}"}}\n'.encode(),
        href=f"{name}.json",
        license="Copernicus Sentinel data legal notice",
        doi=None,
        notes=("provenance not proven: file without provider checksum",),
    )


def detection(**changed: object) -> Detection:
    fields: dict[str, object] = {
        "id": 1,
        "outline": box(36.0005, 45.0005, 36.001, 45.0008),
        "centroid": (36.00075, 45.00065),
        "bbox_px": (4, 4, 8, 8),
        "pixels": 12,
        "area": Estimate(value=1200, low=900, high=1500, level=0.95, unit="m2", method="pixel count"),
        "sign": 1,
        "strength": 30.0,
        "p_instrument": 1e-12,
        "p_object": 0.03,
        "q_fdr": 0.05,
        "probability": 0.97,
        "ce90_m": 13.0,
        "explanations": (
            Explanation(name="shadow", status="not tested", note="no sun azimuth"),
            Explanation(name="misregistration", status="ruled out", note="0.1 px"),
        ),
    }
    return Detection(**{**fields, **changed})  # type: ignore[arg-type]


def _pair() -> Pair:
    grid, rng = Grid.over(AOI, resolution_m=10), np.random.default_rng(5)
    pixels = rng.normal(0.1, 0.01, (2, *grid.shape)).astype(np.float32)
    later = pixels + rng.normal(0, 0.01, pixels.shape).astype(np.float32)
    read = Step(name="read", version="1", inputs=(digest_bytes(ASSET),))
    first = Image.from_array(pixels, bands=("red", "nir"), grid=grid, acquired=BEFORE)
    last = Image.from_array(later, bands=("red", "nir"), grid=grid, acquired=AFTER)
    residual = Estimate(value=0.1, low=0.05, high=0.2, level=0.95, unit="px", method="9 tiles")
    return Pair(
        before=first,
        after=last,
        registration=Registration(
            shift_px=(0.3, -0.2), residual=residual, tiles_used=9, tiles_held_out=9, tiles_offered=20
        ),
        lineage=Lineage((read, Step(name="align", version="1"))),
    )


PAIR = _pair()


def detections(*items: Detection, verdict: Verdict = Verdict.CHANGED, reason: str = "as given") -> Detections:
    plane = np.zeros(PAIR.shape, dtype=np.float32)
    changes = ChangeMap(
        pair=PAIR,
        method=Method(name="irmad", version="1", parameters=(("tolerance", "1e-3"),), citation="Nielsen 2007"),
        score=plane,
        sign=plane.astype(np.int8),
        p_value=plane,
        probability=plane,
        changed=plane.astype(bool),
        observed=~plane.astype(bool),
        examined=~plane.astype(bool),
        aoi=AOI,
        calibration=CALIBRATION,
        lineage=PAIR.lineage.then(Step(name="detect", version="1")),
    )
    return Detections(
        items=items,
        labels=plane.astype(np.int32),
        changes=changes,
        verdict=verdict,
        reason=reason,
        examined_area_m2=52000.0,
        smallest_m2=300.0,
    )


def look(name: str, day: str, state: LookState = LookState.CLEAR) -> Look:
    return Look(
        scene_id=name,
        acquired=TimeSpan(day),
        usable_fraction=None if state is LookState.UNKNOWN else 1.0 if state is LookState.CLEAR else 0.1,
        state=state,
        reason="clear" if state is LookState.CLEAR else "cloud over the place",
        sensor="sentinel-2-l2a",
        sun_elevation_deg=55.0,
    )


def coverage(*looks: Look, p_look: Estimate | None = None) -> Coverage:
    return Coverage(
        prediction_id="shed",
        place="the quay",
        when=TimeSpan("2026-05-01", "2026-05-10"),
        dwell_days=None,
        looks=looks or (look("S1", "2026-04-28"), look("S2", "2026-05-13")),
        p_look=p_look or sure(1.0),
        gaps=(TimeSpan("2026-05-01", "2026-05-10"),),
        reason="counted",
    )


def power(found: int = 58, tried: int = 60, alarms: int = 0, pairs: int = 30) -> Power:
    return Power(
        pod=proportion(found, tried) if tried else None,
        found=found,
        tried=tried,
        false_alarm=proportion(alarms, pairs) if pairs else None,
        cap=None,
        reason="insertion",
    )


@dataclass(frozen=True)
class Case:  # builds findings; every part can be replaced
    claim: Claim

    def find(self, **changed: object) -> Finding:
        prediction = self.claim.predictions[0]
        parts: dict[str, object] = {
            "aoi": AOI,
            "coverage": coverage(),
            "resolution": resolution(prediction.target, 10),
            "detections": detections(detection()),
            "power": power(),
            "scenes": (scene("S1", BEFORE), scene("S2", AFTER)),
            "quiet": tuple((f"Q{i}", f"Q{i + 1}") for i in range(30)),
        }
        given = changed.pop("prediction", prediction)
        return find(given, **{**parts, **changed})  # type: ignore[arg-type]


@pytest.fixture
def make() -> dict[str, Callable[..., object]]:
    """The builders, for tests that need a part of their own."""
    return {
        "coverage": coverage,
        "detection": detection,
        "detections": detections,
        "look": look,
        "power": power,
        "scene": scene,
        "sure": sure,
    }


@pytest.fixture
def claim(tmp_path: Path) -> Claim:
    path = tmp_path / "claim.yaml"
    path.write_text(CLAIM, encoding="utf-8")
    return read_claim(path)


@pytest.fixture
def case(claim: Claim) -> Case:
    return Case(claim)


@pytest.fixture
def at() -> datetime:
    return AT


@pytest.fixture
def record(case: Case, at: datetime) -> EvidenceRecord:
    return record_of(case.claim, case.find(), accessed=at, created=at, software="osint_imagery 0.1.0")


@pytest.fixture
def dossier(tmp_path: Path, case: Case, claim: Claim, at: datetime) -> Callable[..., Path]:
    """Write a closed claim file with one figure."""

    def make(name: str = "dossier", of: Claim = claim, license_: str | None = None, close: bool = True) -> Path:
        folder = ClaimFile.create(tmp_path / name, of, at=at)
        picture = tmp_path / "shed-before-after.png"
        picture.write_bytes(b"\x89PNG picture")
        artifact = Artifact(
            path=picture, digest=digest_bytes(picture.read_bytes()), media_type="image/png", shows="two dates"
        )
        record = record_of(of, case.find(), accessed=at, created=at, software="osint-imagery 0.1.0").attach(artifact)
        if license_ is not None:
            scenes = tuple(scene.model_copy(update={"license": license_}) for scene in record.scenes)
            other = record.model_copy(update={"scenes": scenes})
            record = EvidenceRecord.model_validate(other.model_dump(by_alias=True))
        folder.add_figure(artifact, at=at)
        folder.add_record(record, at=at)
        if close:
            folder.close(at=at)
        return folder.path

    return make
