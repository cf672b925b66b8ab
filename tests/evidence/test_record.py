import json
from datetime import datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from pydantic import ValidationError

from osint_imagery.core.claim import Claim, claim_from_bytes
from osint_imagery.core.errors import InputError, LevelError, TimeError
from osint_imagery.core.lineage import Artifact, digest_bytes
from osint_imagery.core.timespan import utc
from osint_imagery.evidence.fields import EstimateField, Interval
from osint_imagery.evidence.reasoning import Annotation, Judgment
from osint_imagery.evidence.record import EvidenceRecord, read_record, record_of
from osint_imagery.evidence.schemas import schemas, write_schemas
from osint_imagery.scenes.packaged import bundled

SOFTWARE = "osint_imagery 0.1.0"


@pytest.fixture
def record(case: Any, at: datetime) -> EvidenceRecord:
    return record_of(case.claim, case.find(), accessed=at, created=at, software=SOFTWARE)


def leaves(body: object) -> list[object]:
    if isinstance(body, dict):
        return [leaf for item in body.values() for leaf in leaves(item)]
    if isinstance(body, list):
        return [leaf for item in body for leaf in leaves(item)]
    return [body]


def test_a_record_holds_every_group_of_the_crosswalk(record: EvidenceRecord, case: Any) -> None:
    assert record.claim.digest == case.claim.digest
    assert record.claim.denied_by == ("The Port",)
    assert (record.propositions.h1, record.propositions.h0) == ("built", "nothing")
    assert record.object_model.contrast[0].band == "nir"
    assert record.fitness.pod is not None
    assert [look.scene_id for look in record.coverage.looks] == ["S1", "S2"]
    assert record.method is not None
    assert (record.method.calibration_count, len(record.method.quiet_scenes)) == (30, 30)
    assert record.quality is not None
    assert record.quality.sun_azimuth_difference_deg == "20"
    assert record.interval is not None
    assert record.interval[1].label == "2026-05-13 (UTC day, time unknown)"
    assert record.ratio is not None
    assert record.ratio.level == "object change"
    assert record.geolocation.precision == "vicinity"
    assert record.grades[0].reliability == "C"
    assert [step.name for step in record.lineage][-3:] == ["read", "align", "detect"]


def test_a_scene_is_cited_down_to_the_bytes_that_were_read(record: EvidenceRecord) -> None:
    scene = record.scenes[1]
    assert scene.product_id == "S2A_MSIL2A_S2"
    assert scene.processing_version == "05.11"
    assert scene.accessed == "2026-06-01T12:00:00Z"
    assert scene.assets[0].read
    assert scene.metadata_digest == digest_bytes(b'{"id": "S2"}\n')
    assert scene.notes == ("provenance not proven: file without provider checksum",)
    assert record.credit == ("Contains modified Copernicus Sentinel data 2026",)


def test_the_credit_carries_the_year_of_the_scene_not_of_the_export(case: Any) -> None:
    record = record_of(case.claim, case.find(), accessed=utc("2031-01-01"), created=utc("2031-01-01"), software="x 1")
    assert record.credit == ("Contains modified Copernicus Sentinel data 2026",)


def test_numbers_are_integers_or_decimal_text(record: EvidenceRecord) -> None:
    assert not [leaf for leaf in leaves(json.loads(record.body())) if isinstance(leaf, float)]


def test_the_same_finding_gives_the_same_bytes(case: Any, at: datetime, record: EvidenceRecord) -> None:
    again = record_of(case.claim, case.find(), accessed=at, created=at, software=SOFTWARE)
    assert (again.body(), again.digest) == (record.body(), record.digest)


def test_a_record_reads_back_from_its_bytes_and_only_from_them(record: EvidenceRecord) -> None:
    assert read_record(record.body()) == record
    with pytest.raises(InputError, match="canonical form"):
        read_record(record.body() + b"\n")
    with pytest.raises(InputError, match="restore the file"):
        read_record(record.body().replace(b'"answer":"seen"', b'"answer":"probably"'))
    with pytest.raises(InputError, match="restore the file"):
        read_record(b'{"extra":1,' + record.body()[1:])


def test_a_record_shows_itself_in_one_line(record: EvidenceRecord) -> None:
    assert str(record) == repr(record)
    assert str(record).startswith("EvidenceRecord('port-shed-shed': seen; 2 scenes; sha256:")


def test_attaching_a_figure_gives_a_new_record(record: EvidenceRecord) -> None:
    artifact = Artifact(path=Path("/x/before.png"), digest=digest_bytes(b"png"), media_type="image/png", shows="a quay")
    after = record.attach(artifact)
    assert after.artifacts[0].name == "before.png"
    assert record.artifacts == ()
    assert after.digest != record.digest
    assert b"/x/" not in after.body()


def test_an_annotation_is_never_a_detection(record: EvidenceRecord, at: datetime) -> None:
    mark = Annotation(id="a1", who="B. Analyst", at="2026-06-02T00:00:00Z", label="roof", level="detection", note="")
    marked = record.annotated(mark)
    assert marked.annotations[0].kind == "manual"
    assert all(item.kind == "automated" for item in marked.detections)
    with pytest.raises(ValidationError):
        EvidenceRecord.model_validate({**dict(record), "schema": record.schema_, "detections": (mark,)})


def test_an_annotation_that_says_more_than_the_pixels_allow_is_refused(record: EvidenceRecord) -> None:
    mark = Annotation(
        id="a1", who="B", at="2026-06-02T00:00:00Z", label="a shed of type B", level="technical_analysis", note=""
    )
    with pytest.raises(LevelError, match="level='technical_analysis' is above"):
        record.annotated(mark)


@pytest.mark.parametrize("missing", ["rests_on", "alternatives"])
def test_no_judgment_without_an_observation_and_an_alternative(missing: str) -> None:
    parts = {"id": "j", "statement": "s", "level": "object change", "rests_on": ("looks",), "alternatives": ("other",)}
    with pytest.raises(ValidationError, match=missing):
        Judgment.model_validate({**parts, missing: ()})


def test_a_judgment_must_rest_on_an_observation_of_its_record(record: EvidenceRecord) -> None:
    judgment = record.judgments[0].model_copy(update={"rests_on": ("nowhere",)})
    with pytest.raises(ValidationError, match="no observation among them"):
        record._with(judgments=(judgment,))


def test_no_likelihood_or_confidence_is_made_up(record: EvidenceRecord) -> None:
    assert record.judgments[0].likelihood is None
    assert record.judgments[0].confidence is None
    assert "Nothing was built." in record.judgments[0].alternatives
    assert "shadow: not tested" in record.judgments[0].alternatives


def test_a_judgment_that_overclaims_is_refused(case: Any, at: datetime) -> None:
    with pytest.raises(InputError, match="'proves'"):
        record_of(case.claim, case.find(), accessed=at, created=at, software="x 1", statement="this proves the claim")


def test_a_record_of_nothing_compared_says_so(case: Any, at: datetime) -> None:
    finding = case.find(detections=None, power=None, scenes=(), quiet=())
    record = record_of(case.claim, finding, accessed=at, created=at, software="x 1")
    assert record.answer == "undetermined"
    assert record.method is None
    assert record.scenes == ()
    assert "no two looks" in record.ratio_sentence
    assert "No pixels were changed" in record.changes_made


def test_a_claim_without_bytes_has_no_record(claim: Claim, case: Any, at: datetime) -> None:
    bare = Claim.model_validate(claim.model_dump(by_alias=True))
    with pytest.raises(InputError, match="read_claim"):
        record_of(bare, case.find(), accessed=at, created=at, software="x 1")


def test_a_naive_time_is_refused(case: Any) -> None:
    naive = datetime(2026, 6, 1)  # noqa: DTZ001
    with pytest.raises(TimeError, match="no time zone"):
        record_of(case.claim, case.find(), accessed=naive, created=naive, software="x 1")


def test_an_unknown_value_is_null_and_never_nan(make: Any) -> None:
    field = EstimateField.of(make["sure"](float("nan"), 0.2, 0.9))
    assert (field.value, field.low, field.high) == (None, "0.2", "0.9")
    with pytest.raises(ValidationError):
        EstimateField(value="nan", low="0", high="1", level="1", unit="ratio", method="")


def test_a_time_that_is_not_utc_is_refused() -> None:
    with pytest.raises(ValidationError):
        Interval(start_datetime="2026-05-01T00:00:00+02:00", end_datetime="2026-05-01T00:00:00Z", label="x")


def test_the_published_schemas_are_up_to_date() -> None:
    folder = Path(__file__).parents[2] / "docs" / "schemas"
    assert {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.json")} == schemas()


def test_a_record_follows_its_published_schema(record: EvidenceRecord) -> None:
    jsonschema.validate(json.loads(record.body()), json.loads(schemas()["record.schema.json"]))


def test_schemas_can_be_written_again(tmp_path: Path) -> None:
    assert [path.name for path in write_schemas(tmp_path / "s")] == sorted(schemas())


@pytest.mark.parametrize("name", sorted(schemas()))
def test_schemas_are_schemas(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(schemas()[name]))


@pytest.mark.parametrize("name", ["port", "romania", "beirut"])
def test_bundled_claims_fit_the_published_schema(name: str) -> None:
    body = json.loads(json.dumps(yaml.safe_load(bundled(f"{name}/claim.yaml").read_bytes()), default=str))
    schema = json.loads(schemas()["claim.schema.json"])
    jsonschema.validate(body, schema)
    body["sources"] = [{"kind": "image", "description": "x", "reliability": "G"}]
    with pytest.raises(jsonschema.ValidationError, match="'G' is not one of"):
        jsonschema.validate(body, schema)


def test_a_record_carries_what_is_odd_about_its_claim_and_rests_its_judgment_on_it(
    case: Any, claim: Claim, at: Any
) -> None:
    """Who reads the record alone learns that no picture tells two of the explanations apart."""
    rival = b"rival: true}\n  - {id: moved, text: A shed was moved here., rival: true}\n"
    named = b"    change: appears\n    also_expected_under: [moved]\n"
    source = claim.source.replace(b"rival: true}\n", rival).replace(b"    change: appears\n", named)
    odd = claim_from_bytes(source, name="claim.yaml")
    record = record_of(odd, case.find(), accessed=at, created=at, software="t 1")
    (told,) = [item for item in record.assumptions if item.id.startswith("as-written")]
    assert told.statement == "hypotheses built and moved predict the same: no picture can tell them apart"
    assert told.id in record.judgments[0].assumes
    plain = record_of(claim, case.find(), accessed=at, created=at, software="t 1")
    assert not [item for item in plain.assumptions if item.id.startswith("as-written")]
