"""Cited scenes: gone, changed, overwritten, moved, or not to be reached from here."""

import json
import shutil
from pathlib import Path

import pytest
from support.forging import forge
from support.home import AFTER, ASIDE, BEFORE, reason, record, row, scenes

import osint_imagery as oi
from osint_imagery.evidence.differences import Outcome


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
    moved = shutil.move(port.root, tmp_path / "moved")
    assert oi.reproduce(path, Path(moved, "catalog.json")).outcome is Outcome.SAME
