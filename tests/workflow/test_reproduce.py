"""A dossier computed again: the same, altered, with other numbers, or made by other software."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from support.forging import forge, rewrite
from support.home import AFTER, BEFORE, Home, reason, record, row, scenes

import osint_imagery as oi
from osint_imagery.core.errors import EvidenceError, InputError
from osint_imagery.core.lineage import digest_file
from osint_imagery.evidence.claim_file import ClaimFile
from osint_imagery.evidence.differences import Outcome
from osint_imagery.evidence.verify import verify
from osint_imagery.report.html import page_version

SHED = "records/0001-shed.json"


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
    assert found.page is not None
    assert [(row.field, row.outcome) for row in found.page.rows] == [
        ("ledger entry before it", Outcome.SAME),
        ("the page that report.json gives", Outcome.SAME),
        ("all lines", Outcome.SAME),
    ]
    assert home.digests() == before


def edited(home: Home, name: str, old: str, new: str) -> None:
    page = home.dossier / name
    text = page.read_text(encoding="utf-8")
    assert text.count(old) == 1
    page.write_text(text.replace(old, new), encoding="utf-8")

    def listed(entries: list[dict[str, Any]]) -> None:
        for entry in entries:
            for file in (entry["body"], *entry["body"].get("files", ())):
                if file.get("path") == name:
                    file.update(digest=digest_file(page), size=page.stat().st_size)

    rewrite(home.dossier, listed)
    assert verify(home.dossier).closed


def test_a_page_that_says_another_thing_is_beyond_tolerance_though_the_whole_ledger_was_rewritten(home):
    edited(home, "report.html", "What else could explain the changes", "Nothing else could explain the changes")
    found = oi.reproduce(home.dossier)
    assert found.outcome is Outcome.BEYOND
    assert {item.outcome for item in found.records} == {Outcome.SAME}
    kept, line = [row for row in found.page.rows if row.outcome is not Outcome.SAME]
    assert kept.field == "the page that report.json gives"
    assert "Nothing else could explain" in line.recorded
    assert "the report page (report.html): BEYOND TOLERANCE" in repr(found)


def test_data_of_the_report_that_say_another_thing_are_beyond_tolerance(home):
    edited(home, "report.json", '"command":"osint-imagery verify', '"command":"osint-imagery never verify')
    found = oi.reproduce(home.dossier)
    assert found.outcome is Outcome.BEYOND
    (line,) = [row for row in found.page.rows if row.outcome is not Outcome.SAME]
    assert line.field == "the page that report.json gives"


def test_a_page_of_another_form_is_not_checked_and_says_so(home):
    form = page_version()
    edited(home, "report.html", f"osint-imagery page {form}", f"osint-imagery page {'0' * 16}")
    found = oi.reproduce(home.dossier)
    assert (found.outcome, found.page.outcome) == (Outcome.UNCHECKED, Outcome.UNCHECKED)
    assert "not made again: made by" in found.page.notes[0]


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
    ("change", "field"), [(area_of("2350.5"), "detections[1].area.value"), (alarms, "method.calibration_alarms")]
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
    near = f"{float(value) + 0.01:.2f}"
    forge(home.dossier, SHED, area_of(near))
    found = oi.reproduce(home.dossier)
    assert (found.outcome, found.reproduced) == (Outcome.WITHIN, True)
    area = row(found, "shed", "detections[1].area.value")
    assert (area.recorded, area.recomputed, area.outcome) == (near, value, Outcome.WITHIN)
    assert float(area.difference) == pytest.approx(-0.01, abs=0.001)


def digest_of_an_array(body: dict[str, Any]) -> None:
    step = next(item for item in body["lineage"] if item["name"] == "align")
    step["outputs"] = [f"sha256:{'0' * 64}"]


def sentence(body: dict[str, Any]) -> None:
    assert "smaller than 300 m²" in body["not_visible"]
    body["not_visible"] = body["not_visible"].replace("smaller than 300 m²", "smaller than 301 m²")


@pytest.mark.parametrize(("change", "field"), [(sentence, "not_visible"), (digest_of_an_array, "lineage[align]")])
def test_a_sentence_or_an_array_that_differs_a_little_is_beyond_tolerance_where_the_machine_is_the_same(
    home, change, field
):
    forge(home.dossier, SHED, change)
    found = oi.reproduce(home.dossier)
    assert found.outcome is Outcome.BEYOND
    (other,) = [each for each in record(found, "shed").rows if each.outcome is not Outcome.SAME]
    assert other.field.startswith(field)
    assert other.outcome is Outcome.BEYOND


def test_arrays_of_another_machine_are_listed_as_not_comparable_and_numbers_are_compared(home):
    forge(home.dossier, SHED, digest_of_an_array)
    forge(
        home.dossier,
        "inputs.json",
        lambda body: body["libraries"].remove(
            next(pair for pair in body["libraries"] if pair[0] == "vector instructions")
        ),
    )
    found = oi.reproduce(home.dossier)
    assert (found.outcome, found.reproduced) == (Outcome.SAME, True)
    (other,) = [each for each in record(found, "shed").rows if each.outcome is not Outcome.SAME]
    assert other.outcome is Outcome.INCOMPARABLE
    assert "1 not comparable" in repr(found)


def test_other_dates_than_the_rule_chooses_are_beyond_tolerance(home):
    def earlier(body: dict[str, Any]) -> None:
        body["predictions"][0]["compared"] = ["port-20240501", AFTER]

    forge(home.dossier, "inputs.json", earlier)
    found = oi.reproduce(home.dossier)
    assert row(found, "shed", "dates.compared").outcome is Outcome.BEYOND


def test_dates_that_were_not_read_are_beyond_tolerance(home):
    def not_at_hand(body: dict[str, Any]) -> None:
        body["scenes"][0].update(at_hand=False)
        body["predictions"][0]["compared"] = [body["scenes"][0]["id"], AFTER]

    forge(home.dossier, "inputs.json", not_at_hand)
    area = row(oi.reproduce(home.dossier), "shed", "detections[1].area.value")
    assert area.outcome is Outcome.BEYOND
    assert area.note == "rests on port-20240501, which the dossier does not list as read"


def test_a_look_in_a_state_that_no_record_has_cannot_stand_in(home):
    forge(home.dossier, SHED, lambda body: body["coverage"]["looks"][0].update(state="perfect"))
    assert oi.reproduce(home.dossier).outcome is Outcome.BEYOND
    home.flip("port-20240501", "scl.tif")
    with pytest.raises(InputError, match="state='perfect'"):
        oi.reproduce(home.dossier)


def test_inputs_that_contradict_the_ledger_are_altered(home):
    forge(home.dossier, "inputs.json", lambda body: body["scenes"][0].update(metadata=f"sha256:{'0' * 64}"))
    found = oi.reproduce(home.dossier)
    assert found.outcome is Outcome.ALTERED
    assert "other metadata than the ledger says was offered" in found.problems[0]


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


def test_what_is_no_reproducible_dossier_is_bad_input(home, claim_of, tmp_path, clock):
    with pytest.raises(InputError, match="is not a folder"):
        oi.reproduce(tmp_path / "missing")
    folder = ClaimFile.create(tmp_path / "own", claim_of("ship"), at=clock())
    with pytest.raises(EvidenceError, match="still open"):
        oi.reproduce(folder.path)
    folder.close(at=clock())
    with pytest.raises(InputError, match=r"has no inputs\.json"):
        oi.reproduce(folder.path)


def false(body: dict[str, Any]) -> None:
    body["reason"] = "<b>proven</b>"
    body["judgments"][0]["statement"] = "SEEN: <b>proven</b>."


def test_the_result_shows_itself_as_a_table_with_every_number(home):
    forge(home.dossier, SHED, false)
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
