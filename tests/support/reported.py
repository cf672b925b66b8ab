"""A claim with its finding and what a report says of it, made in memory; every text a stranger wrote is hostile."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import yaml
from shapely.geometry import box

from osint_imagery.change.changemap import Calibration, CalibrationKind, ChangeMap, Method
from osint_imagery.change.detections import Detection, Detections, Explanation, Verdict
from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.claim import Claim, read_claim
from osint_imagery.core.estimate import Estimate
from osint_imagery.core.grid import Grid
from osint_imagery.core.image import Image
from osint_imagery.core.pair import Pair
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.evidence.assessing import assess_records
from osint_imagery.evidence.finding import Answer, Finding
from osint_imagery.evidence.items import Rested
from osint_imagery.evidence.record import record_of
from osint_imagery.figures.before_after import before_after
from osint_imagery.observe.coverage import Coverage, Look, LookState
from osint_imagery.observe.resolution import resolution
from osint_imagery.report.content import Imprint, Picture, ReportContent, report_content
from osint_imagery.scenes.catalog import Offer
from osint_imagery.scenes.scene import Asset, Scene
from osint_imagery.scenes.sensors import sensor

HOSTILE = "<script>alert('x')</script> \"quoted\" & <img src=https://evil.example/p.png>"
PERSIAN = "کشتی در بندر بیروت موشک تحویل داد"
DATES = ("2015-08-20", "2017-10-03T08:17:39Z")


def made_claim(folder: Path, text: str = PERSIAN, language: str = "fa", *, sensitive: bool = False) -> Claim:
    body = {
        "schema": "osint-imagery/claim/1",
        "id": "beirut-pier",
        "text": text,
        "language": language,
        "claimant": {"name": "A <b>spokesman</b>", "role": "ministry"},
        "stated_on": "2017-10-10",
        "first_appearance": "press briefing",
        "place": {"name": "Beirut port", "bbox": [35.51, 33.90, 35.54, 33.92], "sensitive": sensitive},
        "when": {"start": "2015-08-01", "end": "2017-10-31"},
        "responses": [{"by": "The other side", "text": "Nothing was <i>built</i>.", "stance": "denies"}],
        "hypotheses": [
            {"id": "built", "text": "A pier was built."},
            {"id": "nothing", "text": "Nothing was built.", "rival": True},
        ],
        "predictions": [
            {
                "id": "pier",
                "text": "A pier of 100 x 60 m appears.",
                "expected_under": "built",
                "excluded_under": "nothing",
                "change": "appears",
                "target": {"what": "a pier", "length_m": 100.0, "width_m": 60.0},
                "when": {"start": "2015-08-01", "end": "2017-10-31"},
            }
        ],
    }
    path = folder / "claim.yaml"
    path.write_text(yaml.safe_dump(body, allow_unicode=True), encoding="utf-8")
    return read_claim(path)


def rested(said: Claim, finding: Finding, moment: datetime) -> Rested:
    record = record_of(said, finding, accessed=moment, created=moment, software="osint_imagery 0.1.0")
    return Rested(digest=record.digest, record=record)


def make_scene(day: str, *, simulated: bool = False, notes: tuple[str, ...] = ()) -> Scene:
    span = TimeSpan(day)
    asset = Asset(
        key="B04",
        location=None,
        href="./B04.tif",
        digest="sha256:" + "ab" * 32,
        size=10,
        bands=("red",),
        scale=1e-4,
        offset=0.0,
        nodata=0.0,
        roles=("data",),
        gsd_m=10.0,
        media_type="image/tiff",
    )
    return Scene(
        id=f"oscd-beirut-{span.start:%Y%m%d}",
        sensor=sensor("simulated-msi" if simulated else "sentinel-2-l1c"),
        acquired=span,
        footprint=box(35, 33, 36, 34),
        assets=(asset,),
        platform="sentinel-2a",
        processing_version="02.04",
        product_id=f"S2A_OPER_MSI_L1C_TL_EPA__{span.start:%Y%m%d}T004310_A000833_T36SYC",
        sun_elevation_deg=50.0,
        sun_azimuth_deg=150.0,
        view_zenith_deg=3.0,
        relative_orbit=1,
        scene_cloud_percent=1.0,
        simulated=simulated,
        metadata=b"{}",
        href="item.json",
        license="Copernicus",
        doi=None,
        notes=notes,
    )


def make_pair(*, simulated: bool) -> Pair:
    grid = Grid.over(AreaOfInterest.from_bbox(35.51, 33.90, 35.54, 33.92), resolution_m=40, margin_m=100)
    rng = np.random.default_rng(3)
    images = []
    for day in DATES:
        made = Image.from_array(
            rng.uniform(0.05, 0.4, (3, *grid.shape)), bands=("blue", "green", "red"), grid=grid, acquired=TimeSpan(day)
        )
        scene = make_scene(day, simulated=simulated)
        images.append(replace(made, scene_id=scene.id, credit=scene.credit, simulated=simulated, unit="reflectance"))
    return Pair(before=images[0], after=images[1])


def make_detections(pair: Pair, count: int, kind: CalibrationKind) -> Detections:
    labels = np.zeros(pair.shape, dtype=np.int32)
    items = []
    for number in range(1, count + 1):
        row, column = 5 + 4 * ((number - 1) // 15), 4 + 4 * ((number - 1) % 15)
        labels[row : row + 2, column : column + 2] = number
        given = kind is not CalibrationKind.NONE
        items.append(
            Detection(
                id=number,
                outline=box(35.52, 33.905, 35.521, 33.906),
                centroid=(35.5205, 33.9055),
                bbox_px=(row, column, row + 2, column + 2),
                pixels=4,
                area=Estimate(value=6400, low=4100, high=9000, level=0.95, unit="m2", method="pixels"),
                sign=1,
                strength=100.0 - number,
                p_instrument=1e-8,
                p_object=0.04 if given else None,
                q_fdr=0.08 if given else None,
                probability=0.93 if given else None,
                ce90_m=12.5,
                explanations=(
                    Explanation(name="season", status="ruled out", note="same month"),
                    Explanation(name="tide", status="not tested", note=HOSTILE),
                ),
            )
        )
    plane = np.zeros(pair.shape, dtype=np.float32)
    quiet = ((TimeSpan("2016-01-04"), TimeSpan("2016-02-03")),)
    reasons = {CalibrationKind.NONE: "no quiet pair and no margin"}
    changes = ChangeMap(
        pair=pair,
        method=Method(name="irmad", version="1", parameters=(("q", "0.1"),), citation="Nielsen 2007"),
        score=plane,
        sign=plane.astype(np.int8),
        p_value=plane,
        probability=plane,
        changed=labels > 0,
        observed=np.array(pair.valid),
        examined=np.array(pair.valid),
        aoi=None,
        calibration=Calibration(
            kind=kind,
            reason=reasons.get(kind, "24 quiet pairs"),
            count=24,
            quiet_dates=quiet,
            alarms=2,
            rank_p=0.04,
            probability_kind=kind,
        ),
    )
    verdict = Verdict.CHANGED if count else Verdict.NO_CHANGE_FOUND
    if kind is CalibrationKind.NONE:
        verdict = Verdict.UNDETERMINED
    return Detections(
        items=tuple(items),
        labels=labels,
        changes=changes,
        verdict=verdict,
        reason="of this test",
        examined_area_m2=5e6,
        smallest_m2=1600.0,
    )


def made_content(
    folder: Path,
    claim: Claim | None = None,
    *,
    count: int = 2,
    kind: CalibrationKind = CalibrationKind.PLACEBO,
    simulated: bool = False,
    notes: tuple[str, ...] = (),
) -> ReportContent:
    said = claim or made_claim(folder)
    pair = make_pair(simulated=simulated)
    detections = make_detections(pair, count, kind)
    scenes = tuple(make_scene(day, simulated=simulated, notes=notes) for day in DATES)
    looks = tuple(
        Look(
            scene_id=scene.id,
            acquired=scene.acquired,
            usable_fraction=1.0,
            state=LookState.CLEAR,
            reason="100 % usable",
            sensor=scene.sensor.key,
            sun_elevation_deg=50.0,
        )
        for scene in scenes
    )
    prediction, seen = said.predictions[0], bool(count) and kind is not CalibrationKind.NONE
    coverage = Coverage(
        prediction_id="pier",
        place=said.place.name,
        when=prediction.when.span(),
        dwell_days=None,
        looks=looks,
        p_look=Estimate(value=1.0, low=1.0, high=1.0, level=1, unit="probability", method="dates"),
        gaps=(),
        reason="two usable looks",
    )
    finding = Finding(
        prediction=prediction,
        answer=Answer.SEEN if seen else Answer.UNDETERMINED,
        reason="a change of the stated size lies there" if seen else "nothing was found",
        coverage=coverage,
        resolution=resolution(prediction.target, 10.0),
        detections=detections,
        bracket=(scenes[0].acquired, scenes[1].acquired) if seen else None,
        scenes=scenes,
        fitting=detections.items[:1] if seen else (),
    )
    figure = before_after(pair, detections)
    artifact = figure.save(folder / f"figure-{count}-{kind}-{simulated}.png")
    offers = [
        Offer(
            scene_id=scene.id,
            acquired=scene.acquired,
            used=True,
            reason="covers the area",
            href="item.json",
            metadata_digest="sha256:" + "cd" * 32,
        )
        for scene in scenes
    ]
    offers.append(replace(offers[0], scene_id="rejected-1", used=False, reason=HOSTILE, acquired=None))
    moment = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    return report_content(
        said,
        [finding],
        pictures=[Picture(artifact=artifact, png=artifact.path.read_bytes(), alt=figure.shows)],
        offers=offers,
        imprint=Imprint(
            accessed=moment, created=moment, software="osint_imagery 0.1.0", ledger_head="sha256:" + "ef" * 32
        ),
        assessment=assess_records(said, [rested(said, finding, moment)], created=moment, software="osint_imagery"),
    )
