"""What an archive could say, before any pixel of a band is read."""

import json
import math
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
import yaml

from osint_imagery.cli import main
from osint_imagery.core.claim import Claim, DetectionLevel, read_claim
from osint_imagery.core.errors import CatalogError, OutsideFootprintError
from osint_imagery.observe.detectability import closed_form_pod
from osint_imagery.observe.power import ratio_cap
from osint_imagery.observe.resolution import pixel_for
from osint_imagery.scenes.packaged import bundled
from osint_imagery.workflow.fitness import Fitness, Worth, fitness
from osint_imagery.workflow.fitness_text import fitness_data, fitness_table
from osint_imagery.workflow.investigating import investigate

CATALOG = bundled("port/catalog.json")


@pytest.fixture(scope="module")
def port_fitness() -> Fitness:
    return fitness(read_claim(bundled("port/claim.yaml")), CATALOG)


def with_target(claim_of: Callable[..., Claim], name: str, **changes: Any) -> Claim:
    body = yaml.safe_load(bundled("port/claim.yaml").read_text(encoding="utf-8"))
    item = next(item for item in body["predictions"] if item["id"] == name)
    target = {**item["target"], **changes.pop("target", {})}
    return claim_of(predictions=[{**item, **changes, "target": target}])


def test_the_three_predictions_of_the_port_fall_apart_as_they_should(port_fitness: Fitness) -> None:
    shed, ship, launcher = port_fitness.rows
    assert shed.worth is Worth.BOTH
    assert shed.coverage.p_look.value == 1
    assert shed.quiet_pairs >= 10
    assert shed.minus.low == pytest.approx(1 - 0.05 ** (1 / 40))
    assert ship.worth is Worth.NO
    assert "no usable look met the stay" in ship.reason
    assert ship.minus.low == 1
    assert launcher.worth is Worth.NO
    assert "too small" in launcher.reason
    assert launcher.minus.low > 0.97
    assert shed.plus_cap == pytest.approx(ratio_cap(0, shed.quiet_pairs))
    assert launcher.plus_cap == pytest.approx(1, abs=0.05)  # never found, so a sighting would be a false alarm
    assert (shed.looks(""), shed.later) == ((0, 1), 4)
    assert (ship.later, launcher.later) == (0, 0)
    assert port_fitness.worth_doing


def test_what_it_says_no_to_the_investigation_calls_unobservable(
    port_fitness: Fitness, claim_of: Callable[..., Claim], tmp_path: Any, clock: Any
) -> None:
    dossier = investigate(claim_of("ship", "launcher"), CATALOG, out=tmp_path / "out", clock=clock)
    assert {f.prediction.id: str(f.answer) for f in dossier.findings} == dict.fromkeys(
        ("ship", "launcher"), "could not have been seen"
    )
    assert [row.worth for row in port_fitness.rows[1:]] == [Worth.NO, Worth.NO]


def test_no_pixel_of_a_band_is_read(port: Any, claim_of: Callable[..., Claim]) -> None:
    for day in ("20240501", "20240516", "20240526"):
        port.file(day).write_bytes(b"no raster")
    with mock.patch("osint_imagery.scenes.reading.read", side_effect=AssertionError("a band was read")):
        row = fitness(claim_of("shed"), port.catalog).rows[0]
    assert row.worth is Worth.OUTLINE
    assert "0 quiet pairs, 10 are needed" in row.reason
    assert row.plus_cap is None


def test_the_power_is_the_closed_form_at_the_strongest_stated_contrast(claim_of: Callable[..., Claim]) -> None:
    size = {"length_m": 30.0, "width_m": 20.0, "contrast": {"red": -0.04, "nir": 0.01}}
    row = fitness(with_target(claim_of, "shed", target=size), CATALOG).rows[0]
    assert row.pod is not None
    assert row.pod.band == "red"
    assert row.pod.middle == pytest.approx(closed_form_pod(0.04, 0.02, (3, 2)))
    assert row.pod.low < row.pod.middle < row.pod.high < 1


def test_without_a_contrast_there_is_no_power_and_the_reason_is_given(claim_of: Callable[..., Claim]) -> None:
    row = fitness(with_target(claim_of, "shed", target={"contrast": None}), CATALOG).rows[0]
    assert row.pod is None
    assert row.pod_reason == "the claim states no contrast"
    assert row.worth is Worth.BOTH


def test_a_faint_target_of_enough_pixels_is_not_worth_it(claim_of: Callable[..., Claim]) -> None:
    row = fitness(with_target(claim_of, "shed", target={"contrast": {"red": 0.001}}), CATALOG).rows[0]
    assert row.worth is Worth.NO
    assert "too faint" in row.reason


def test_silence_that_could_never_count_is_said_so(claim_of: Callable[..., Claim]) -> None:
    row = fitness(with_target(claim_of, "ship", when={"start": "2024-05-20", "end": "2024-06-14"}), CATALOG).rows[0]
    assert row.coverage.p_look.value == pytest.approx(0.25, abs=0.1)
    assert row.worth is Worth.SIGHT
    assert row.minus.low > 0.5


def test_a_level_above_the_ceiling_is_not_worth_it(claim_of: Callable[..., Claim]) -> None:
    for level in ("recognition", "technical_analysis"):
        row = fitness(with_target(claim_of, "shed", level=level), CATALOG).rows[0]
        assert row.worth is Worth.NO, level
    assert math.isnan(row.wanted.pixel_m)


def test_what_would_answer_it_would_answer_it(port_fitness: Fitness) -> None:
    shed, ship, launcher = port_fitness.rows
    assert shed.wanted.revisit_days is None
    assert shed.wanted.pixel_m == pytest.approx(pixel_for(shed.prediction.target, DetectionLevel.DETECTION), rel=1e-6)
    assert launcher.wanted.pixel_m < 13.4 / 3
    assert ship.wanted.revisit_days is not None
    assert 0 < ship.wanted.revisit_days < 2
    assert set(ship.wanted.months) <= {"Feb", "Mar", "Apr", "May", "Jun"}


def test_pixels_reached_and_needed_stand_on_the_readers_scales(
    port_fitness: Fitness, claim_of: Callable[..., Claim]
) -> None:
    text = fitness_table(port_fitness)
    assert "pixels: NIIRS 0 to 1 at best, detection only (10 m" in text
    assert "pixels: needed, 1.1 m: NIIRS 4.0" in text
    assert "STANAG" not in text
    asked = with_target(claim_of, "shed", target={"what": "airfield facilities"})
    assert "STANAG 3769 asks for pixels of 6 m or finer for detection" in fitness_table(fitness(asked, CATALOG))


def test_table_and_data_say_the_same(port_fitness: Fitness) -> None:
    text, data = fitness_table(port_fitness), fitness_data(port_fitness)
    assert "0 of 1, 4 later" in text
    assert "20 of 28 here). Clearest here in Feb" in text
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    for row in port_fitness.rows:
        assert row.reason in text
        assert row.wanted.reason in text
        assert row.worth.value in text
    assert [item["worth"] for item in data["predictions"]] == ["both", "no", "no"]  # type: ignore[attr-defined]
    assert "No pixel of a band was read" in text


def test_the_command_prints_both_and_answers_no_where_nothing_could_come_out(
    capsys: pytest.CaptureFixture[str], claim_of: Callable[..., Claim], tmp_path: Any
) -> None:
    assert main(["fitness", str(bundled("port/claim.yaml")), "--catalog", str(CATALOG), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["claim"] == "simulated-port-2024"
    path = tmp_path / "claim.yaml"
    path.write_bytes(claim_of("ship").source)
    assert main(["fitness", str(path), "--catalog", str(CATALOG)]) == 1
    assert "ship: no: the imagery would look the same either way" in capsys.readouterr().out


def test_a_catalogue_that_is_not_there_or_elsewhere_is_an_error(claim_of: Callable[..., Claim], tmp_path: Any) -> None:
    with pytest.raises(CatalogError, match="is not there"):
        fitness(claim_of("shed"), tmp_path / "nothing.json")
    away = {"name": "elsewhere", "bbox": [10.0, 10.0, 10.01, 10.01]}
    with pytest.raises(OutsideFootprintError):
        fitness(claim_of("shed", place=away), CATALOG)
