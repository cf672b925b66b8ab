"""Damaged input gives its typed error, or `undetermined` with the reason; never no-data, never "not seen"."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.claim import read_claim
from osint_imagery.core.errors import (
    CatalogError,
    ChecksumError,
    ClaimError,
    EvidenceExistsError,
    IdenticalPixelsError,
    MissingAssetError,
    NothingFoundWarning,
    OutsideFootprintError,
    ReadError,
)
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.evidence.decision import Answer
from osint_imagery.evidence.record import read_record
from osint_imagery.evidence.verify import verify
from osint_imagery.scenes.catalog import open_catalog, search
from osint_imagery.scenes.reading import native_grid, read
from osint_imagery.workflow.comparing import compare
from osint_imagery.workflow.dossier import Dossier
from osint_imagery.workflow.investigating import investigate

LAST, FIRST = "20240516", "20240526"
WHEN = TimeSpan("2024-04-01", "2024-07-01")
ELSEWHERE = [10.0, 10.0, 10.01, 10.01]


def cut(port: Any, day: str = FIRST, name: str = "pixels.tif") -> None:
    path = port.file(day, name)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def cut_without_promise(port: Any, day: str = FIRST) -> None:
    cut(port, day)
    port.edit(day, lambda item: [item["assets"]["pixels"].pop(name) for name in ("file:checksum", "file:size")])


def cut_and_promised(port: Any, day: str = FIRST) -> None:
    cut(port, day)
    port.promise(day)


def remove(port: Any, day: str = FIRST, name: str = "pixels.tif") -> None:
    port.file(day, name).unlink()


def alter(port: Any, day: str = FIRST, name: str = "pixels.tif") -> None:
    path = port.file(day, name)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def same_pixels(port: Any, day: str = FIRST) -> None:
    shutil.copy(port.file(LAST), port.file(day))
    port.promise(day)


def far_away(port: Any, day: str = FIRST) -> None:
    href = f"https://example.org/port-{day}/"
    port.edit(day, lambda item: [asset.update(href=href + asset["href"][2:]) for asset in item["assets"].values()])


def moved(port: Any, day: str, to: str) -> None:
    port.edit(day, lambda item: item["properties"].update(datetime=to))


DAMAGE = (
    pytest.param(cut, ReadError, "truncated", id="truncated"),
    pytest.param(cut_without_promise, ReadError, "cannot be read in full", id="truncated, no size promised"),
    pytest.param(cut_and_promised, ReadError, "cannot be read in full", id="truncated, its own digest promised"),
    pytest.param(remove, MissingAssetError, "is not there", id="missing"),
    pytest.param(alter, ChecksumError, "promised", id="wrong digest"),
)


@pytest.fixture
def run(port: Any, claim_of: Any, clock: Any, tmp_path: Path) -> Callable[..., Dossier]:
    def investigated(*predictions: str, where: Any = port, **fields: Any) -> Dossier:
        claim = claim_of(*predictions, **fields)
        return investigate(claim, where.catalog, out=tmp_path / "dossier", clock=clock)

    return investigated


@pytest.mark.parametrize(("damage", "error", "word"), DAMAGE)
def test_a_damaged_file_is_refused_by_read_and_compare_which_name_it(port, claim_of, damage, *, error, word):
    damage(port)
    _, before, after = port.scenes()
    aoi = claim_of("shed").aoi()
    with pytest.raises(error, match=rf"port-{FIRST}/pixels\.tif.*{word}"):
        read(after, native_grid(before, "red", aoi))
    with pytest.raises(error, match=rf"port-{FIRST}/pixels\.tif.*{word}"):
        compare(before, after, aoi)


@pytest.mark.parametrize(("damage", "error", "word"), DAMAGE[2:])
def test_a_damaged_file_makes_the_finding_undetermined_and_is_named_in_the_record(port, run, damage, *, error, word):
    damage(port)
    dossier = run("shed")
    (finding,) = dossier.findings
    assert finding.answer is Answer.UNDETERMINED
    assert f"port-{FIRST}/pixels.tif" in finding.reason
    assert word in finding.reason
    assert finding.ratio is None
    assert finding.bracket is None
    record = read_record((dossier.path / "records" / "0001-shed.json").read_bytes())
    assert record.answer == "undetermined"
    assert record.reason == finding.reason
    assert verify(dossier.path).closed


def test_no_path_of_this_machine_gets_into_the_dossier(port, run, tmp_path):
    cut(port)
    alter(port, LAST, "scl.tif")
    dossier = run("shed")
    here = str(tmp_path).encode()
    for path in dossier.path.rglob("*"):
        assert path.is_dir() or here not in path.read_bytes(), path.name


@pytest.mark.parametrize("damage", [alter, remove])
def test_a_damaged_quality_layer_is_a_look_of_unknown_quality_named_with_the_file(port, run, damage):
    damage(port, FIRST, "scl.tif")
    (finding,) = run("shed").findings
    assert finding.answer is Answer.UNDETERMINED
    assert f"port-{FIRST}/scl.tif" in finding.reason
    (look,) = [look for look in finding.coverage.looks if look.scene_id == f"port-{FIRST}"]
    assert look.state == "unknown"
    assert look.usable_fraction is None


def test_a_damaged_quality_layer_of_another_date_hides_nothing_of_what_the_others_show(port, run):
    alter(port, "20240501", "scl.tif")
    (finding,) = run("shed").findings
    assert finding.answer is Answer.SEEN
    assert "quality layer cannot be used" in finding.coverage.looks[0].reason


def test_a_damaged_quiet_scene_is_named_and_never_left_out_in_silence(port_of, run):
    where = port_of("20240416", "20240501", LAST, FIRST)
    alter(where, "20240416")
    (finding,) = run("shed", where=where).findings
    told = finding.reason + "".join(look.reason for look in finding.coverage.looks)
    assert finding.answer is not Answer.NOT_SEEN
    assert "port-20240416/pixels.tif" in told


@pytest.mark.parametrize("damage", [far_away, cut])
def test_a_look_in_the_stay_that_cannot_be_read_is_not_taken_for_no_look(port_of, run, damage):
    where = port_of("20240501", LAST, "20240531", "20240615")
    moved(where, "20240531", "2024-06-02T12:31:09Z")
    if damage is far_away:
        damage(where, "20240531")
    else:
        damage(where, "20240531", "scl.tif")
    (finding,) = run("ship", where=where).findings
    assert finding.answer is Answer.UNDETERMINED
    assert "port-20240531" in finding.reason
    assert finding.coverage.p_look.low == 0
    assert finding.coverage.p_look.high > 0.5


def test_an_area_outside_every_scene_is_refused_and_the_extent_named(port, run):
    place = {"name": "elsewhere", "bbox": ELSEWHERE}
    with pytest.raises(OutsideFootprintError, match=r"outside all 3 scenes.*longitude -28"):
        search(open_catalog(port.catalog), AreaOfInterest.from_bbox(*ELSEWHERE), WHEN)
    with pytest.raises(OutsideFootprintError, match="outside all 3 scenes"):
        run("shed", place=place)
    with pytest.raises(OutsideFootprintError, match="outside the common ground"):
        compare(*port.scenes()[1:], AreaOfInterest.from_bbox(*ELSEWHERE))


def test_a_prediction_whose_place_no_scene_shows_could_not_have_been_seen(port, claim_of, clock, tmp_path):
    body = claim_of("shed").model_dump(mode="json", by_alias=True)["predictions"][0]
    place = {"name": "elsewhere", "bbox": ELSEWHERE}
    claim = claim_of(predictions=[{**body, "place": place, "outside_claim": "the port of origin"}])
    (finding,) = investigate(claim, port.catalog, out=tmp_path / "out", clock=clock).findings
    assert finding.answer is Answer.NOT_OBSERVABLE
    assert all("outside" in look.reason for look in finding.coverage.looks)


def test_a_naive_datetime_in_an_item_is_refused_and_the_file_named(port, run):
    moved(port, FIRST, "2024-05-26T12:31:09")
    with pytest.raises(CatalogError, match=rf"port-{FIRST}/item\.json.*no time zone"):
        search(open_catalog(port.catalog), AreaOfInterest.from_point(-28.005, 45.007, radius_m=200), WHEN)
    with pytest.raises(CatalogError, match="no time zone"):
        run("shed")


@pytest.mark.parametrize("text", ["2024-06-21T10:00:00", "'2024-06-21T10:00:00'", "2024-06-21 10:00:00"])
@pytest.mark.parametrize("field", ["stated_on", "when"])
def test_a_naive_datetime_in_a_claim_is_refused_and_the_field_named(claim_of, tmp_path, text, field):
    value = text if field == "stated_on" else f"{{start: 2024-05-17, end: {text}}}"
    lines = claim_of("shed").source.decode().splitlines()
    start = next(k for k, line in enumerate(lines) if line.startswith(f"{field}:"))
    end = next((k for k in range(start + 1, len(lines)) if not lines[k].startswith(" ")), len(lines))
    path = tmp_path / "claim.yaml"
    path.write_text("\n".join([*lines[:start], f"{field}: {value}", *lines[end:]]), encoding="utf-8")
    with pytest.raises(ClaimError, match=rf"{field}.*no time zone"):
        read_claim(path)


def test_a_claim_with_no_rival_hypothesis_is_refused(claim_of):
    only = [{"id": "delivery", "text": "It was delivered."}, {"id": "ordinary", "text": "It was not."}]
    with pytest.raises(ClaimError, match="no rival hypothesis"):
        claim_of(hypotheses=only)
    with pytest.raises(ClaimError, match="no rival hypothesis"):
        claim_of(hypotheses=[{**item, "rival": True} for item in only])


def test_two_dates_with_identical_pixels_are_refused_and_make_the_finding_undetermined(port, run, claim_of):
    same_pixels(port)
    with pytest.raises(IdenticalPixelsError, match=r"2024-05-16.*2024-05-26.*identical pixels"):
        compare(*port.scenes()[1:], claim_of("shed").aoi())
    (finding,) = run("shed").findings
    assert finding.answer is Answer.UNDETERMINED
    assert "identical pixels" in finding.reason


def test_a_catalogue_with_no_scene_of_the_time_ends_as_could_not_have_been_seen(port, run):
    with pytest.warns(NothingFoundWarning, match="3 offered, 0 used"):
        dossier = run(
            "ship",
            when={"start": "2020-06-01", "end": "2020-06-03"},
            baseline={"start": "2020-02-01", "end": "2020-05-30"},
            predictions=[ship_in_2020()],
        )
    (finding,) = dossier.findings
    assert finding.answer is Answer.NOT_OBSERVABLE
    assert "0 looks in the window" in finding.reason
    assert verify(dossier.path).scenes == 3


def ship_in_2020() -> dict[str, Any]:
    return {
        "id": "ship",
        "text": "A cargo ship lies at the quay.",
        "expected_under": "delivery",
        "excluded_under": "ordinary",
        "change": "appears",
        "target": {"what": "cargo ship", "length_m": 120.0, "width_m": 16.0},
        "when": {"start": "2020-06-01", "end": "2020-06-03"},
        "dwell_days": 2.0,
    }


def test_nothing_is_written_into_a_folder_that_holds_something(port, run, tmp_path):
    (tmp_path / "dossier").mkdir()
    (tmp_path / "dossier" / "note.txt").write_text("mine")
    with pytest.raises(EvidenceExistsError, match="not an empty folder"):
        run("shed")
    assert [path.name for path in (tmp_path / "dossier").iterdir()] == ["note.txt"]
