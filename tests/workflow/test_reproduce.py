"""A dossier computed again: the same, altered, changed upstream, other numbers, or not to be checked from here."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.forging import forge
from support.port import PortCopy

import osint_imagery as oi
from osint_imagery.core.errors import EvidenceError, InputError
from osint_imagery.core.lineage import digest_file
from osint_imagery.evidence.claim_file import ClaimFile
from osint_imagery.evidence.differences import Difference, Outcome
from osint_imagery.evidence.verify import verify
from osint_imagery.workflow.reproduction import RecordCheck, Reproduction

DAYS = ("20240501", "20240516", "20240526", "20240531")
SHED, SHIP = "records/0001-shed.json", "records/0002-ship.json"
BEFORE, AFTER, ASIDE = "port-20240516", "port-20240526", "port-20240531"  # compared, compared, only a look


class Home:
    """A dossier with its scenes beside it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.dossier, self.scenes = root / "dossier", root / "scenes"
        self.catalog = self.scenes / "catalog.json"

    def edit(self, name: str, change: Callable[[dict[str, Any]], object]) -> None:
        path = self.scenes / name / "item.json"
        body = json.loads(path.read_text())
        change(body)
        path.write_text(json.dumps(body))

    def flip(self, name: str, file: str = "pixels.tif") -> None:
        path = self.scenes / name / file
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)

    def promise(self, name: str, file: str = "pixels.tif") -> None:
        """Let the catalogue promise the bytes that are there."""
        digest = digest_file(self.scenes / name / file)[7:]
        self.edit(name, lambda item: item["assets"]["pixels"].update({"file:checksum": "1220" + digest}))

    def unlink(self, name: str) -> None:
        """Take an item off the catalogue, and its files away."""
        body = json.loads(self.catalog.read_text())
        body["links"] = [link for link in body["links"] if name not in link["href"]]
        self.catalog.write_text(json.dumps(body))
        shutil.rmtree(self.scenes / name)

    def digests(self) -> dict[str, str]:
        return {str(path): digest_file(path) for path in sorted(self.root.rglob("*")) if path.is_file()}


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, claim_of: Any) -> Path:
    """A dossier on a seen shed and a ship that nobody looked at, with its scenes beside it."""
    root = tmp_path_factory.mktemp("reproduce")
    port = PortCopy(root / "scenes", DAYS)
    oi.investigate(claim_of("shed", "ship"), port.catalog, out=root / "dossier")
    return root


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Home:
    return Home(Path(shutil.copytree(made, tmp_path / "home")))


@pytest.fixture
def quick(home: Home, monkeypatch: pytest.MonkeyPatch) -> Home:
    """For tests of what becomes of scenes: no record is computed."""
    from osint_imagery.workflow.recomputing import Recomputer

    def skipped(self: Recomputer, standing: Any) -> RecordCheck:
        name = standing.record.propositions.prediction
        return RecordCheck(record_id="", prediction=name, path="", answer="", outcome=Outcome.SAME)

    monkeypatch.setattr(Recomputer, "check", skipped)
    return home


def record(found: Reproduction, prediction: str) -> RecordCheck:
    (item,) = [item for item in found.records if item.prediction == prediction]
    return item


def row(found: Reproduction, prediction: str, field: str) -> Difference:
    (item,) = [item for item in record(found, prediction).rows if item.field == field]
    return item


def scenes(found: Reproduction) -> dict[str, Outcome]:
    return {item.scene_id: item.outcome for item in found.scenes}


def reason(found: Reproduction, name: str) -> str:
    (item,) = [item for item in found.scenes if item.scene_id == name]
    return item.reason


def test_an_untouched_dossier_is_the_same_in_every_number_and_nothing_is_written(home):
    before = home.digests()
    found = oi.reproduce(home.dossier)
    assert (found.outcome, found.reproduced, found.problems) == (Outcome.SAME, True, ())
    assert set(scenes(found).values()) == {Outcome.SAME}
    assert len(found.scenes) == 4
    for item in found.records:
        assert {each.outcome for each in item.rows} == {Outcome.SAME}, item
    assert len(record(found, "shed").rows) > 400
    assert row(found, "shed", "detections[1].area.value").recorded.startswith("23")
    assert row(found, "shed", "dates.compared").recomputed == f"{BEFORE} / {AFTER}"
    assert home.digests() == before


def test_one_flipped_byte_of_a_compared_scene_is_upstream_changed_and_the_rest_is_computed(home):
    home.flip(AFTER)
    found = oi.reproduce(home.dossier)
    assert found.outcome is Outcome.UPSTREAM
    assert [name for name, what in scenes(found).items() if what is not Outcome.SAME] == [AFTER]
    assert "bytes of file pixels differ: recorded sha256:" in reason(found, AFTER)
    assert "the catalogue still promises the recorded bytes: a damaged copy?" in reason(found, AFTER)
    area = row(found, "shed", "detections[1].area.value")
    assert (area.outcome, area.recomputed, area.note) == (Outcome.UPSTREAM, "", f"rests on {AFTER}")
    assert row(found, "shed", "claim.digest").outcome is Outcome.SAME
    ship = record(found, "ship")
    resting = {each.field for each in ship.rows if each.outcome is not Outcome.SAME}
    assert resting
    assert all(field.startswith(f"coverage.looks[{AFTER}]") for field in resting)
    assert row(found, "ship", "answer").outcome is Outcome.SAME
    assert f"looks that stand as recorded, for their scenes are not the same: {AFTER}" in ship.notes


def test_one_flipped_byte_of_a_look_leaves_the_comparison_reproduced(home):
    home.flip(ASIDE, "scl.tif")
    found = oi.reproduce(home.dossier)
    assert found.outcome is Outcome.UPSTREAM
    assert row(found, "shed", "detections[1].area.value").outcome is Outcome.SAME
    assert {each.outcome for each in record(found, "shed").rows} == {Outcome.SAME, Outcome.UPSTREAM}


@pytest.mark.parametrize("listed", [True, False])
def test_a_deleted_item_is_gone_whether_the_catalogue_still_names_it_or_not(quick, listed):
    if listed:
        (quick.scenes / BEFORE / "item.json").unlink()
    else:
        quick.unlink(BEFORE)
    found = oi.reproduce(quick.dossier)
    assert found.outcome is Outcome.UPSTREAM
    assert reason(found, BEFORE).startswith("gone: ")
    assert [what for name, what in scenes(found).items() if name != BEFORE] == [Outcome.SAME] * 3


def test_a_product_processed_again_under_another_id_is_gone_and_named(quick):
    quick.edit(
        BEFORE, lambda item: (item.update(id="port-new"), item["properties"].update({"processing:version": "2"}))
    )
    found = oi.reproduce(quick.dossier)
    assert "gone" in reason(found, BEFORE)
    assert "port-new (processing version 2) of the same sensor and moment" in reason(found, BEFORE)


def test_a_newer_processing_version_under_the_same_id_is_upstream_changed_and_named(quick):
    quick.flip(BEFORE)
    quick.promise(BEFORE)
    quick.edit(BEFORE, lambda item: item["properties"].update({"processing:version": "2"}))
    found = oi.reproduce(quick.dossier)
    assert scenes(found)[BEFORE] is Outcome.UPSTREAM
    told = reason(found, BEFORE)
    assert "processing version 1 -> 2" in told
    assert "bytes of file pixels differ" in told
    assert "a damaged copy" not in told


def test_other_metadata_over_the_same_bytes_are_upstream_changed_and_the_fields_named(quick):
    quick.edit(AFTER, lambda item: item["properties"].update({"view:sun_elevation": 12.5}))
    found = oi.reproduce(quick.dossier)
    assert scenes(found)[AFTER] is Outcome.UPSTREAM
    assert "properties.view:sun_elevation: " in reason(found, AFTER)
    assert "-> 12.5" in reason(found, AFTER)
    assert "all 2 files have the recorded bytes" in reason(found, AFTER)


def test_metadata_that_are_no_item_any_more_are_upstream_changed(quick):
    (quick.scenes / AFTER / "item.json").write_text("<html>moved</html>")
    found = oi.reproduce(quick.dossier)
    assert scenes(found)[AFTER] is Outcome.UPSTREAM
    assert "replaced by something that is no item" in reason(found, AFTER)
    assert any("items were looked up one by one" in note for note in found.notes)


def test_a_file_that_is_not_here_is_not_checked_for_it_may_only_not_have_been_copied(quick):
    (quick.scenes / AFTER / "pixels.tif").unlink()
    found = oi.reproduce(quick.dossier)
    assert scenes(found)[AFTER] is Outcome.UNCHECKED
    assert "deleted, or not copied" in reason(found, AFTER)
    assert found.outcome is Outcome.UNCHECKED
    assert not found.reproduced


@pytest.mark.parametrize("name", [SHED, "claim.yaml", "report.html"])
def test_an_edited_file_of_the_dossier_is_altered_and_named_and_the_scenes_are_still_compared(home, name):
    path = home.dossier / name
    path.write_bytes(path.read_bytes().replace(b"a", b"b", 1))
    home.flip(BEFORE)
    found = oi.reproduce(home.dossier)
    assert found.outcome is Outcome.ALTERED
    assert any(problem.startswith(name) for problem in found.problems)
    assert scenes(found)[BEFORE] is Outcome.UPSTREAM
    assert scenes(found)[AFTER] is Outcome.SAME
    assert all(not item.rows for item in found.records)
    assert record(found, "shed").outcome is (Outcome.ALTERED if name == SHED else Outcome.UNCHECKED)


@pytest.mark.parametrize("name", ["ledger.jsonl", "ledger.head", "inputs.json"])
def test_where_the_ledger_or_the_inputs_were_altered_nothing_is_said_of_the_scenes(home, name):
    path = home.dossier / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    found = oi.reproduce(home.dossier)
    assert found.outcome is Outcome.ALTERED
    assert found.scenes == ()
    assert "which scenes are unchanged cannot be said" in found.notes[0]


def area_of(value: str) -> Callable[[dict[str, Any]], None]:
    return lambda body: body["detections"][0]["area"].update(value=value)


def alarms(body: dict[str, Any]) -> None:
    body["method"]["calibration_alarms"] = 0


@pytest.mark.parametrize(
    ("change", "field"), [(area_of("5326.71"), "detections[1].area.value"), (alarms, "method.calibration_alarms")]
)
def test_a_record_rewritten_with_its_whole_ledger_verifies_and_is_beyond_tolerance(home, change, field):
    forge(home.dossier, SHED, change)
    assert verify(home.dossier).closed
    found = oi.reproduce(home.dossier)
    assert found.outcome is Outcome.BEYOND
    assert [each.field for each in record(found, "shed").rows if each.outcome is not Outcome.SAME] == [field]
    assert record(found, "ship").outcome is Outcome.SAME
    assert set(scenes(found).values()) == {Outcome.SAME}


def test_a_number_that_differs_in_its_last_digit_is_within_tolerance(home):
    value = json.loads((home.dossier / SHED).read_bytes())["detections"][0]["area"]["value"]
    near = f"{float(value) + 0.05:.2f}"
    forge(home.dossier, SHED, area_of(near))
    found = oi.reproduce(home.dossier)
    assert (found.outcome, found.reproduced) == (Outcome.WITHIN, True)
    area = row(found, "shed", "detections[1].area.value")
    assert (area.recorded, area.recomputed, area.outcome) == (near, value, Outcome.WITHIN)
    assert float(area.difference) == pytest.approx(-0.05, abs=0.006)


def test_other_dates_than_the_rule_chooses_are_beyond_tolerance(home):
    def earlier(body: dict[str, Any]) -> None:
        body["predictions"][0]["compared"] = ["port-20240501", AFTER]

    forge(home.dossier, "inputs.json", earlier)
    found = oi.reproduce(home.dossier)
    assert row(found, "shed", "dates.compared").outcome is Outcome.BEYOND


def test_inputs_that_contradict_the_ledger_are_altered(home):
    forge(home.dossier, "inputs.json", lambda body: body["scenes"][0].update(metadata=f"sha256:{'0' * 64}"))
    found = oi.reproduce(home.dossier)
    assert found.outcome is Outcome.ALTERED
    assert "other metadata than the ledger says was offered" in found.problems[0]


def test_an_unreachable_catalogue_is_not_checked_never_changed_and_never_the_same(home):
    shutil.rmtree(home.scenes)
    for catalog in (None, home.catalog, "https://example.invalid/catalog.json"):
        found = oi.reproduce(home.dossier, catalog)
        assert found.outcome is Outcome.UNCHECKED
        assert set(scenes(found).values()) == {Outcome.UNCHECKED}
        assert row(found, "shed", "detections[1].area.value").outcome is Outcome.UNCHECKED
        assert row(found, "shed", "answer").outcome is Outcome.UNCHECKED
        assert "no scene could be reached" in found.notes[0]


def test_scenes_moved_to_another_folder_are_found_by_what_they_are(home, tmp_path):
    away = tmp_path / "away" / "copy"
    away.parent.mkdir()
    shutil.move(home.scenes, away)
    found = oi.reproduce(home.dossier, away / "catalog.json")
    assert found.outcome is Outcome.SAME


def test_a_copy_with_its_own_addresses_and_order_is_the_same(home):
    (home.scenes / AFTER).rename(home.scenes / "elsewhere")
    (home.scenes / "elsewhere" / "pixels.tif").rename(home.scenes / "elsewhere" / "p.tif")
    body = json.loads(home.catalog.read_text())
    items = [link for link in body["links"] if link["rel"] == "item"]
    for link in items:
        link["href"] = link["href"].replace(AFTER, "elsewhere")
    home.catalog.write_text(json.dumps({**body, "links": items[::-1]}))
    home.edit("elsewhere", lambda item: (item["assets"]["pixels"].update(href="./p.tif"), item.update(links=[])))
    found = oi.reproduce(home.dossier)
    assert found.outcome is Outcome.SAME
    assert reason(found, AFTER) == "all 2 files have the recorded bytes; at other addresses"


def test_scenes_that_the_ledger_does_not_list_are_named(quick):
    shutil.copytree(quick.scenes / AFTER, quick.scenes / "port-new")
    quick.edit("port-new", lambda item: item.update(id="port-new"))
    body = json.loads(quick.catalog.read_text())
    body["links"].append({"rel": "item", "href": "./port-new/item.json"})
    quick.catalog.write_text(json.dumps(body))
    found = oi.reproduce(quick.dossier)
    assert any(note.endswith("added since or left out of the ledger then: port-new") for note in found.notes)


def test_other_software_is_said_and_another_version_of_the_method_is_not_computed(home):
    def older(body: dict[str, Any]) -> None:
        body["libraries"] = [[name, "0.1" if name == "numpy" else version] for name, version in body["libraries"]]
        body["settings"]["detector_version"] = "0"

    forge(home.dossier, "inputs.json", older)
    found = oi.reproduce(home.dossier)
    assert "numpy 0.1 (here " in repr(found)
    assert row(found, "shed", "detections[1].area.value").outcome is Outcome.UNCHECKED
    assert "made with combined version 0" in row(found, "shed", "method.verdict").note
    assert record(found, "ship").outcome is Outcome.SAME


def test_the_recorded_method_seed_and_number_of_insertions_are_used(home, monkeypatch):
    from osint_imagery.workflow import examining

    told, real = [], examining.power

    def spy(*pairs: Any, **settings: Any) -> Any:
        told.append((settings["method"], settings["seed"], settings["places"]))
        return real(*pairs, **settings)

    monkeypatch.setattr(examining, "power", spy)
    forge(home.dossier, "inputs.json", lambda body: body["settings"].update(seed=7, places=9))
    oi.reproduce(home.dossier)
    assert told == [("combined", 7, 9)]


@pytest.mark.parametrize("href", ["../../outside/catalog.json", "/etc", "bundled:../pyproject.toml", "bundled:x"])
def test_an_address_that_leads_out_is_not_followed(quick, href):
    forge(quick.dossier, "inputs.json", lambda body: body["catalog"].update(href=href))
    found = oi.reproduce(quick.dossier)
    assert set(scenes(found).values()) == {Outcome.UNCHECKED}


def test_the_inputs_name_no_folder_of_this_machine(claim_of, port_of, tmp_path):
    port = port_of("20240531", "20240605")
    (tmp_path / "deep").mkdir()
    path = oi.investigate(claim_of("ship"), port.catalog, out=tmp_path / "deep" / "dossier").path
    text = (path / "inputs.json").read_text()
    assert str(tmp_path) not in text
    assert json.loads(text)["catalog"]["href"] is None
    assert "where catalogue 'SIMULATED port' is now is not recorded; give catalog=" in repr(oi.reproduce(path))
    assert oi.reproduce(path, port.catalog).outcome is Outcome.SAME


def test_a_damaged_quality_layer_and_files_elsewhere_are_reproduced_as_they_were(claim_of, port_of, tmp_path):
    port = port_of("20240531", "20240605", "20240610")
    layer = port.file("20240605", "scl.tif")
    layer.write_bytes(layer.read_bytes()[:-7])
    port.edit("20240531", lambda item: [asset.update(href="https://x.test/a.tif") for asset in item["assets"].values()])
    path = oi.investigate(claim_of("ship"), port.catalog, out=tmp_path / "dossier").path
    looks = json.loads((path / "records" / "0001-ship.json").read_bytes())["coverage"]["looks"]
    assert [look["state"] for look in looks][:2] == ["unknown", "unknown"]
    assert oi.reproduce(path, port.catalog).outcome is Outcome.SAME


def test_what_is_no_reproducible_dossier_is_bad_input(home, claim_of, tmp_path, clock):
    with pytest.raises(InputError, match="is not a folder"):
        oi.reproduce(tmp_path / "missing")
    folder = ClaimFile.create(tmp_path / "own", claim_of("ship"), at=clock())
    with pytest.raises(EvidenceError, match="still open"):
        oi.reproduce(folder.path)
    folder.close(at=clock())
    with pytest.raises(InputError, match=r"has no inputs\.json"):
        oi.reproduce(folder.path)


def test_the_result_shows_itself_as_a_table_with_every_number(home):
    forge(home.dossier, SHED, lambda body: body.update(reason="<b>proven</b>"))
    found = oi.reproduce(home.dossier)
    text, page = repr(found), found._repr_html_()
    assert text.startswith("dossier: BEYOND TOLERANCE")
    for head in ("field", "recorded", "recomputed", "difference", "tolerance", "verdict"):
        assert head in text
        assert f"<th>{head}</th>" in page
    assert page.count("<tr>") > sum(len(item.rows) for item in found.records)
    assert "&lt;b&gt;proven" in page
    assert "<b>proven" not in page
    assert "figures are not drawn again" in page
